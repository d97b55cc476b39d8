/** 简体中文：本应用的第一语言。en.ts 必须有同样的键（测试保证）。 */
export const zh = {
  app: { name: '路检通', tagline: '柴油车路检执法台', skip: '跳到正文' },
  nav: {
    passages: '实时过车', review: '复核', cases: '案件', stations: '点位', watchlist: '布控', accounts: '账号',
    audit: '操作日志', menu: '菜单', signOut: '退出登录', password: '修改密码', language: 'English', main: '主导航',
  },
  role: { admin: '系统管理员', reviewer: '复核员', enforcer: '执法人员', authority: '主管部门' },
  common: {
    retry: '重试', cancel: '取消', confirm: '确定', close: '关闭', back: '返回', loading: '正在加载', more: '加载更多',
    all: '全部', none: '—', yes: '是', no: '否', reason: '理由', optional: '可不填', at: '时间', copy: '复制', copied: '已复制',
    failed: '没有成功', pair: '{name}：{value}', utc: 'UTC {utc}', print: '打印', save: '保存', add: '添加', remove: '移除', open: '查看',
    newTab: '新窗口打开', noAccess: '您的账号没有这项权限。请联系管理员。', notFound: '没有这个页面。', home: '回到首页',
  },
  ago: { second: '{n} 秒前', minute: '{n} 分钟前', hour: '{n} 小时前', day: '{n} 天前', never: '从未' },
  signIn: {
    title: '登录', name: '账号', password: '密码', submit: '登录', showPassword: '显示密码',
    first: '首次启动时，管理员密码显示在服务器的启动输出中，并写在数据目录的 first-admin-password 文件里。',
    lead: '一辆柴油车以 60 km/h 驶过检查点：一秒之内，看清车牌、烟度和结论；每一条都有据可查。',
  },
  password: {
    title: '修改密码', forced: '这是初始密码，请先换成您自己的密码。', old: '当前密码', next: '新密码', again: '再输入一次新密码',
    rule: '至少 {n} 个字符，可以是一句话。', submit: '修改密码', short: '新密码至少要 {n} 个字符。', differ: '两次输入的新密码不同。',
    same: '新密码不能和当前密码相同。', done: '密码已修改。',
  },
  outcome: { passed: '合格', screened: '高排放筛查', exceeding: '超标', 'not-judged': '未判定' },
  review_state: { none: '无需复核', waiting: '待复核', confirmed: '已确认', rejected: '已驳回' },
  watch: { 'open-case': '有未结案件', blacklisted: '黑名单车辆', wanted: '布控车辆' },
  clock: { synchronised: '时钟已同步', holdover: '时钟守时（未同步）', unsynchronised: '时钟未同步，时间可能不准' },
  colour: { blue: '蓝牌', yellow: '黄牌', green: '绿牌', 'yellow-green': '黄绿牌', white: '白牌', black: '黑牌' },
  doubt: {
    'several-vehicles': '可能是其他车辆的尾气', 'no-vehicle-seen': '摄像机没有看到车', 'no-reading': '没有尾气读数',
    'plate-unread': '车牌未识别', 'plates-differ': '前后车牌不一致', 'trailer-behind': '后牌为挂车牌', 'arrived-late': '有数据迟到',
  },
  item: { opacity: '不透光度', ringelmann: '林格曼黑度', no: '一氧化氮' },
  item_short: { opacity: '不透光度', ringelmann: '林格曼', no: 'NO' },
  plate: { unread: '未识别', label: '车牌 {plate}，{colour}', labelPlain: '车牌 {plate}', confidence: '识别置信度' },
  passages: {
    title: '实时过车', live: '实时', paused: '已暂停', pause: '暂停', resume: '继续', pausedNew: '暂停期间新到 {n} 条，点此显示',
    lost: '与服务器的连接已断开，正在自动重连。下面的记录停在断开之前。', connecting: '正在连接', retryNow: '立即重连',
    history: '历史查询', filter: '筛选', station: '点位', outcome: '结论', plateSearch: '车牌查询', from: '从', to: '到',
    clear: '清除筛选', search: '查询', anyStation: '全部点位', anyOutcome: '全部结论',
    plateReason: '查询理由', plateReasonHint: '按车牌查询会记入操作日志，请写明理由，如案号或举报编号。', plateNeeded: '请输入 7 或 8 位车牌。',
    reasonNeeded: '按车牌查询必须写明理由。',
    empty: '还没有车辆经过', emptyHint: '检查点的车辆通过后，几秒钟内会出现在这里。若点位在线却没有记录，请到“点位”查看读数仪和摄像机的状态。',
    emptyFiltered: '没有符合条件的记录', emptyFilteredHint: '放宽时间或结论，或清除筛选后再看。',
    picture: '车辆照片', noPicture: '照片未到', evidenceComing: '还有 {n} 个文件在路上', lane: '{n} 车道', speed: '车速',
    end: '没有更早的记录了', today: '今日过车', exceedingToday: '今日超标', waiting: '待复核', online: '在线点位',
    disagrees: '边端与服务器结论不同', row: '{plate}，{outcome}，{time}', limit: '限值', above: '超过限值', within: '未超过限值',
  },
  passage: {
    title: '过车记录', pictures: '照片', noPictures: '这条记录没有照片。', coming: '正在从路侧传来', zoom: '点按放大',
    kind: { 'vehicle-front': '车头', 'vehicle-rear': '车尾', 'plate-front': '前牌', 'plate-rear': '后牌', plume: '烟羽' },
    plates: '车牌识别', front: '前摄像机', rear: '后摄像机', frames: '{n} 帧投票', raw: '原始识别', otherwise: '其他可能', abstained: '未采信',
    rows: '{n} 行字', noSighting: '这台摄像机没有看到车牌。',
    abstain: {
      'no-plate-found': '没有找到车牌', 'low-confidence': '把握不够', 'not-grammatical': '字符不成车牌', 'frames-disagree': '各帧不一致',
    },
    verdict: '结论与理由', rule: '适用规则', version: '版本', edgeVerdict: '路侧判定', serverVerdict: '服务器复判',
    agree: '两次判定一致', differ: '两次判定不同，以服务器复判为准', finding: '项目', measured: '测得', limit: '限值', clause: '条款',
    exceeds: '超过', within: '未超过', role: { enforcement: '执法', screening: '仅筛查' }, reasons: '理由',
    readings: '尾气读数', noReading: '没有尾气读数。', smoke: '黑烟（摄像机）', noSmoke: '没有看到黑烟。',
    smokeLevel: '林格曼黑度', smokeOpacity: '视线方向不透光度', smokeHits: '测到 {n} 帧', unmeasurable: {
      'no-background': '没有稳定的背景，无法测量', night: '光线太暗，无法测量', unstable: '各帧不一致，无法测量',
      'white-plume': '白色烟羽（水汽、水雾或扬尘），不按黑烟测量',
      'changing-light': '过车时光线变化过大，无法测量',
    },
    counts: '读数有效', countsNot: '读数无效，不计入', validity: '有效性', weather: '气象条件', noWeather: '没有气象读数。',
    quantity: {
      co2: '二氧化碳 CO₂', co: '一氧化碳 CO', hc: '碳氢 HC（丙烷）', no: '一氧化氮 NO', opacityMean: '不透光度平均值',
      opacityMax: '不透光度最大值', speed: '车速', acceleration: '加速度', slope: '坡度', plume: '烟羽强度 CO₂', ratio: '与 CO₂ 之比',
      head: '遥测仪', audit: '上次检查合格', headStatus: '遥测仪状态',
    },
    head: { good: '正常', 'weak-plume': '烟羽太弱', reblocked: '光路被再次遮挡', fault: '故障' },
    wind: '风速', windFrom: '风向', temperature: '气温', humidity: '相对湿度', pressure: '气压', precipitation: '降水', rain: '有雨雪', dry: '无雨雪',
    passed: '通过时间', received: '服务器收到', lane: '车道', station: '点位', number: '记录编号', doubts: '存疑之处', noDoubts: '没有存疑之处',
    candidate: '查看复核', case: '查看案件', device: '设备', sha: 'SHA-256', printedAt: '打印于 {at}', chainBroken: '这条记录与上一条的哈希链不衔接，请核查', evidence: '证据文件', size: '大小',
    stored: '已到', awaited: '在路上', breach: {
      missing: '未知', 'not-met': '不符合要求', below: '{measured}，低于 {limit}', above: '{measured}，高于 {limit}',
    },
    condition: {
      wind: '风速', precipitation: '降水', temperature: '气温', humidity: '相对湿度', pressure: '气压', slope: '坡度', speed: '车速',
      acceleration: '加速度', 'specific-power': '比功率', plume: '烟羽强度', headway: '跟车时距', audit: '距上次检查合格', weather: '距上次气象读数', head: '遥测仪状态',
    },
    compass: ['北', '东北', '东', '东南', '南', '西南', '西', '西北'],
  },
  review: {
    title: '复核', waiting: '{n} 件待复核', empty: '没有待复核的线索', emptyHint: '同一车辆在 6 个月内连续两次超标，会自动成为线索，排在这里等人复核。没有人的复核，不会立案。',
    queue: '待复核队列', evidence: '两次超标的证据', first: '第 {n} 次', confirm: '确认', reject: '驳回', next: '下一件', previous: '上一件',
    confirmTitle: '确认超标并立案', rejectTitle: '驳回这条线索', confirmLead: '确认后立即立案，车辆进入布控名单。', rejectLead: '驳回后不立案，过车记录保留。',
    reasonLabel: '理由', reasonNeeded: '请选择或写明理由。', enterHint: '按 Enter 提交，Esc 取消',
    presets: {
      confirm: { clear: '照片与读数一致，证据清楚', checked: '已与车辆登记信息核对' },
      reject: {
        plate: '车牌识别有误', other: '尾气来自其他车辆', smoke: '不是尾气黑烟（阴影、扬尘或水汽）', picture: '照片看不清', vehicle: '车辆信息不符',
      },
    },
    free: '补充说明', preset: '常用理由', help: '快捷键', keys: { next: '下一件', previous: '上一件', confirm: '确认', reject: '驳回', help: '显示快捷键', open: '放大照片' },
    done: { confirm: '已确认并立案', reject: '已驳回' }, openCase: '查看案件', why: '为什么成为线索', opened: '形成于',
    look: '请逐项看：两次是同一辆车吗？车牌对吗？黑烟是这辆车的吗？', rule: '依据', decided: '这条线索已处理：{state}', decidedBy: '{by}：{reason}', contested: '处理之后，迟到的记录动摇了这条线索的依据，请再核查。', state: {
      waiting: '待复核', confirmed: '已确认', rejected: '已驳回', void: '已失效',
    },
  },
  cases: {
    title: '案件', empty: '没有案件', emptyHint: '复核员确认一条线索后，案件会出现在这里。', emptyState: '没有处于这个状态的案件',
    number: '案号', plate: '车牌', item: '项目', state: '状态', opened: '立案', openedBy: '立案人', updated: '最近变动',
  },
  case: {
    title: '案件 {id}', history: '办理经过', actions: '可办理事项', noActions: '现在没有您可办理的事项：后续步骤由主管账号办理，已结案或撤回的案件不再变更。', passages: '相关过车记录',
    state: { opened: '已立案', 'repair-ordered': '已责令维修', repaired: '已维修待复检', closed: '已结案', withdrawn: '已撤销' },
    event: { 'order-repair': '责令维修', repaired: '登记维修完成', 'retest-passed': '复检合格', 'retest-failed': '复检不合格', withdraw: '撤销案件' },
    eventLead: {
      'order-repair': '责令车主到有资质的维修单位维修。', repaired: '登记维修单位已上传维修记录。', 'retest-passed': '复检合格，案件结案，移出布控。',
      'retest-failed': '复检不合格，回到维修。', withdraw: '撤销案件，移出布控。撤销后不能恢复。',
    },
    reasonHint: '写明依据，如文书编号、维修单位、复检报告编号。', done: '已登记', by: '{actor}', review: '复核', openedBy: '立案人', candidate: '线索',
    steps: '办理进度',
  },
  stations: {
    title: '点位', add: '添加点位', empty: '还没有点位', emptyHint: '添加点位后生成一次性令牌，在路侧单元上执行 plumewatch-edge enrol 完成登记。',
    emptyOther: '您所辖区域还没有点位。请管理员添加。', online: '在线', offline: '离线', notEnrolled: '未登记', lastSeen: '最近联系', received: '已收记录', missing: '缺失', backlog: '路侧积压',
    records: '{n} 条记录', files: '{n} 个文件', disk: '剩余磁盘', shed: '因磁盘满舍弃', watchlist: '布控名单', edition: '第 {n} 版', software: '软件', parts: '部件',
    ledger: '缺失台账', ledgerHint: '路侧记录编号连续不断：收到的最大编号以下缺少的，或者还在路侧，或者丢失。', noGaps: '没有缺失：收到的编号连续。', gap: '{from} – {to}（{n} 条）', refused: '拒收 {n} 条',
    noHealth: '还没有收到健康报告。', token: '生成登记令牌', tokenTitle: '登记令牌', tokenLead: '令牌只显示这一次，只能用一次。在路侧单元上执行：',
    id: '点位编号', idHint: '一位大写字母、六位县级区划代码、三位序号，如 A140105001。', idWrong: '格式应为 A140105001。', name: '名称', nameHint: '如：小店东环检查站', added: '已添加点位 {id}',
    part: { head: '遥测仪', weather: '气象站', 'camera-front': '前摄像机', 'camera-rear': '后摄像机', clock: '时钟', disk: '磁盘', uplink: '上行链路' },
    partLane: '{part}（{n} 车道）', state: { good: '正常', degraded: '降级', down: '故障' }, stale: '{ago}的报告', reported: '报告时间',
  },
  accounts: {
    title: '账号', add: '添加账号', name: '账号', display: '姓名', role: '角色', region: '辖区', state: '状态', active: '启用', disabled: '停用',
    disable: '停用', enable: '启用', reset: '重设密码', password: '初始密码', passwordHint: '首次登录时必须修改。', regionHint: '六位区划代码，000000 为全国；账号能看到本区及以下。',
    regionWrong: '区划代码是六位数字。', edit: '修改', added: '已添加账号 {name}', changed: '已修改账号 {name}', you: '本人', nameHint: '2 至 40 个小写字母、数字、点、下划线或连字符。', nameWrong: '账号应为 2 至 40 个小写字母、数字、点、下划线或连字符。',
  },
  audit: {
    title: '操作日志', empty: '还没有操作记录', emptyHint: '每次登录、按车牌查询、查看过车记录、复核和办案都会记在这里。', actor: '操作人', action: '动作', subject: '对象', reason: '理由', detail: '详情',
    verb: {
      'plate-searched': '按车牌查询', 'passage-viewed': '查看过车记录', 'candidate-confirmed': '确认线索', 'candidate-rejected': '驳回线索', 'candidate-voided': '线索失效',
      'candidate-contested': '线索存疑，需人工核查', 'candidate-upheld': '线索重新成立', 'case-opened': '立案', 'case-viewed': '查看案件', 'repair-ordered': '责令维修',
      'case-repaired': '登记维修完成', 'retest-passed': '复检合格', 'retest-failed': '复检不合格', 'case-withdrawn': '撤销案件', 'wanted-added': '加入布控',
      'wanted-removed': '移出布控', 'station-added': '添加点位', 'token-issued': '生成登记令牌', 'station-enrolled': '点位登记', 'account-added': '添加账号',
      'account-changed': '修改账号', 'password-changed': '修改密码', 'signed-in': '登录', 'sign-in-failed': '登录失败', 'signed-out': '退出登录',
    },
  },
  watchlist: {
    title: '布控', lead: '主管部门要求拦停的车辆。名单签名后下发到每个路侧单元，断网时也有效。', add: '加入布控', empty: '没有布控车辆', emptyHint: '有未结案件的车辆自动在名单中；这里只列主管部门另外要求拦停的车辆。',
    plate: '车牌', colour: '颜色', anyColour: '任何颜色', reason: '理由', added: '加入时间', by: '加入人', remove: '移出', removeTitle: '移出布控', plateWrong: '请输入 7 或 8 位车牌。', addedDone: '已加入布控', removedDone: '已移出布控',
  },
}

/** Every key, with a text behind it: what a language must have. */
export type Messages = typeof zh
