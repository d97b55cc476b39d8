/** 账号、登录、密钥、首页：中文。 */
export const people = {
  today: {
    title: '今天要做的事', lead: '{name}，以下是等着您处理的事。', hello: '{name}，您好。', allDone: '没有等着您处理的事', allDoneHint: '当天新出现的事情，再次打开本页时会列在这里。',
    know: '供参考', act: '待办', open: '前往',
    task: {
      'candidates-waiting': '待复核的线索', 'cases-open': '未结的案件', 'listings-to-decide': '待决定的黑名单提请', 'carriers-listed': '黑名单上的企业', 'stations-offline': '离线的点位', 'keys-expiring': '30 天内到期的接口密钥',
      'passages-exceeding': '今日超标车辆', 'recovery-codes-left': '剩余的恢复码',
    },
    hint: {
      'candidates-waiting': '先看最早的：证据齐全的确认，有疑问的驳回并写明理由。', 'cases-open': '下达维修通知、登记复检，或撤销。', 'listings-to-decide': '企业超标比例达到标准，或该移出了：由您决定并写明理由。', 'carriers-listed': '其车辆已下发路侧布控。', 'stations-offline': '已登记的路侧单元没有联系上：先查电源和网络。',
      'keys-expiring': '通知机构更换密钥，再撤销旧的。', 'passages-exceeding': '从今天零点起。', 'recovery-codes-left': '手机不在身边时，用恢复码登录；用完前请重新设置。',
    },
  },
  signInMore: {
    code: '两步验证码', codeHint: '打开验证器应用，输入 6 位数字；手机不在身边时，输入一个恢复码。', codeSubmit: '验证并登录', back: '换一个账号', or: '或',
    problem: {
      'oidc-refused': '身份提供方没有让您登录。', 'oidc-state': '这次登录不是在本浏览器发起的，或已超时。请重新登录。', 'oidc-unknown-account': '没有与您的身份对应的账号。请联系管理员登记。',
      'oidc-provider': '身份提供方暂时无法使用。请用账号密码登录，或稍后再试。', unavailable: '服务暂时不可用，请稍后再试。',
    },
  },
  security: {
    title: '登录与安全', must: '您的角色必须使用两步验证。请先在这里设置，再继续使用。', passwordTitle: '密码', passwordLead: '修改后，其他地方的登录会全部退出。', passwordGo: '修改密码',
    factorTitle: '两步验证', factorLead: '登录时除密码外，再输入手机验证器应用显示的 6 位数字。密码泄露时，别人也登录不了。', factorOn: '已启用，自 {at}', factorOff: '未启用', codesLeft: '剩余恢复码 {n} 个',
    setUp: '设置两步验证', yourPassword: '当前密码', next: '下一步', scan: '1. 用验证器应用扫描二维码', type: '不能扫描时，手工输入密钥：', enter: '2. 输入应用显示的 6 位数字', confirm: '确认启用', qrLabel: '两步验证的二维码',
    codesTitle: '请保存恢复码', codesLead: '每个只能用一次，只显示这一次。请打印或抄下，放在安全的地方；手机丢失时用它登录。', codesKept: '我已保存', print: '打印', done: '两步验证已启用；其他地方的登录已退出。',
    remove: '停用两步验证', removeTitle: '停用两步验证', code: '验证码或恢复码', removed: '两步验证已停用。', required: '您的角色必须使用两步验证，不能停用。',
    sessionsTitle: '已登录的设备', sessionsLead: '不认识的，请退出，并修改密码。', this: '当前', begun: '登录', lastUsed: '最近使用', expires: '到期', address: '地址', program: '程序', end: '退出', endOthers: '退出其他所有设备', ended: '已退出 {n} 处登录。', unknown: '未知',
    way: { password: '密码', 'password-and-code': '密码和验证码', oidc: '统一身份认证', key: '接口密钥' },
  },
  keys: {
    title: '接口密钥', lead: '供检验机构和维修站自己的软件调用接口。一个密钥代表一个机构，只能看到和办理本机构的事。', add: '发放密钥', empty: '还没有接口密钥', emptyHint: '机构要用自己的软件上传检验结果或维修记录时，在这里发放密钥；接口说明见 /api/openapi.json 和 docs/api-client.md。',
    label: '用途', labelHint: '如：一号检测线软件', role: '角色', organisation: '机构代码', region: '辖区', days: '有效天数', state: '状态', expires: '到期', lastUsed: '最近使用', never: '从未使用', createdBy: '发放人', revoke: '撤销', revokeTitle: '撤销密钥 {id}', revokeLead: '使用它的软件会立刻被拒绝。撤销后不能恢复。', revoked: '已撤销密钥 {id}',
    states: { usable: '有效', expired: '已到期', revoked: '已撤销' }, issuedTitle: '密钥只显示这一次', issuedLead: '请立刻填入机构的软件，不要用邮件或聊天工具发送。请求头：', kept: '我已保存', wrong: '请填写用途、机构代码和 1 至 731 的天数。',
  },
  accountsMore: {
    organisation: '机构代码', organisationHint: '检验机构或维修站在登记中的代码。', organisationNeeded: '检验机构和维修站的账号必须填写机构代码。', external: '外部身份', externalHint: '统一身份认证中的标识；不用时留空。', factor: '两步验证', factorOn: '已启用',
    removeFactor: '移除两步验证', removeFactorTitle: '移除 {name} 的两步验证', removeFactorLead: '手机丢失、恢复码也不在时使用。请先当面或电话核实本人。该账号会从所有设备退出。', factorRemoved: '已移除 {name} 的两步验证', sessions: '退出所有设备', sessionsEnded: '{name} 已从 {n} 处退出',
  },
  auditMore: {
    search: '查询', clear: '清除', anyAction: '全部动作', from: '从', to: '到', export: '导出', exportTitle: '导出操作日志', exportLead: '按当前条件导出，并记入操作日志。每行带哈希，可用 plumewatch-server verify-audit 校验没有被改动。', format: '格式', xlsx: 'Excel 工作簿（便于查看，不带校验）', jsonl: 'JSON 行（便于校验）', csv: 'CSV（便于表格软件）',
    emptyFiltered: '没有符合条件的记录', emptyFilteredHint: '放宽条件或清除后再看。', number: '序号',
  },
}

/** 操作日志中的动作，补在 audit.verb 之后。 */
export const verbs = {
  'candidate-seconded': '第一人确认', 'notice-served': '送达告知', 'appeal-entered': '登记申诉', 'appeal-upheld': '申诉成立', 'appeal-rejected': '申诉不成立', 'case-overdue': '案件逾期', 'case-referred': '移交交警', 'case-closed-by-exception': '例外结案', 'case-exported': '导出证据包',
  'register-imported': '导入登记', 'register-changed': '修改登记', 'vehicle-looked-up': '查询车辆', 'order-taken': '接单维修', 'order-reassigned': '改派维修单', 'order-cancelled': '取消维修单', 'repair-recorded': '上传维修记录', 'order-overdue': '维修单逾期', 'inspection-uploaded': '上传检验结果', 'report-issued': '出具检验报告',
  'finding-raised': '发现异常', 'finding-decided': '处理异常', 'listing-proposed': '建议列入黑名单', 'listing-proposal-voided': '列入建议失效', 'carrier-listed': '列入黑名单', 'listing-declined': '不予列入', 'carrier-answered': '企业答复', 'delisting-proposed': '建议移出黑名单', 'carrier-delisted': '移出黑名单',
  'key-issued': '发放接口密钥', 'key-revoked': '撤销接口密钥', 'second-factor-set': '启用两步验证', 'second-factor-removed': '停用两步验证', 'sessions-ended': '退出登录设备', 'audit-exported': '导出操作日志',
}
