/** 案件：列表与办理。 */
export const cases = {
  cases: {
    title: '案件', empty: '没有案件', emptyHint: '复核员确认一条线索后，案件会出现在这里；复核人数按当地规则为一人或两人。', emptyFilter: '没有符合条件的案件', emptyFilterHint: '换一个条件，或看全部案件。',
    number: '案号', plate: '车牌', item: '项目', state: '状态', due: '期限', opened: '立案', openedBy: '立案人', updated: '最近变动',
    open: '{n} 件未结', overdueCount: '{n} 件逾期', filter: '筛选', overdue: '已逾期', appealed: '申诉待决', referred: '已移送交警',
    order: '逾期的在前，其次按期限先后；未送达的按立案先后；申诉待决的期限中止，排在其后；已结的最后。',
  },
  case: {
    title: '案件 {id}', history: '办理经过', actions: '可办理事项', passages: '相关过车记录',
    noActions: '现在没有您可办理的事项：后续步骤由主管账号办理；维修与复检由维修单位和检验机构自动登记；已结束的案件不再变更。',
    state: { opened: '已立案', noticed: '已送达', 'repair-ordered': '已责令维修', repaired: '已维修待复检', closed: '已结案', withdrawn: '已撤销', won: '申诉成立' },
    event: {
      'serve-notice': '登记送达', 'order-repair': '责令维修', 'enter-appeal': '登记申诉', 'uphold-appeal': '申诉成立', 'reject-appeal': '驳回申诉', refer: '移送交警',
      withdraw: '撤销案件', 'close-by-exception': '例外结案', taken: '维修单位接单', repaired: '维修记录', 'retest-passed': '复检合格', 'retest-failed': '复检不合格', 'order-cancelled': '维修通知取消', overdue: '逾期',
    },
    eventLead: {
      'serve-notice': '登记通知书的送达：信函、短信或公告。答复期限自视为送达之日起算。', 'order-repair': '责令车主到有资质的维修单位维修，并在指定的检验机构复检合格。', 'enter-appeal': '车主提出申诉；期限自收到之日起中止。',
      'uphold-appeal': '申诉有理：案件终结，所依据的超标不再计入，不能恢复。', 'reject-appeal': '申诉无理：案件继续，剩余期限从今天起接着算。', refer: '移送公安交通管理部门处罚（大气污染防治法第一百一十三条）；案件在此继续。',
      withdraw: '撤销案件，移出名单，所依据的超标不再计入。不能恢复。', 'close-by-exception': '不经复检而结案，须由具名的人批准并说明理由，记入操作日志。',
    },
    verb: {
      'candidate-seconded': '第一次确认线索', 'candidate-confirmed': '确认线索', 'candidate-rejected': '驳回线索', 'candidate-contested': '线索存疑，需人工核查', 'candidate-upheld': '线索重新成立', 'case-opened': '立案',
      'notice-served': '登记送达', 'repair-ordered': '责令维修', 'order-taken': '维修单位接单', 'case-repaired': '维修记录已上传', 'retest-passed': '复检合格，结案', 'retest-failed': '复检不合格，退回维修', 'order-cancelled': '维修通知取消',
      'case-overdue': '期限已过', 'appeal-entered': '登记申诉', 'appeal-upheld': '申诉成立', 'appeal-rejected': '驳回申诉', 'case-referred': '移送交警', 'case-withdrawn': '撤销案件', 'case-closed-by-exception': '例外结案', 'case-exported': '导出证据包',
    },
    method: { letter: '信函', text: '短信', 'public-notice': '公告' },
    ground: { scrapped: '车辆已报废', deregistered: '车辆已注销登记', 'moved-away': '车辆已转出，由外地接管', other: '其他（在理由中说明）' },
    count: { working: '工作日', calendar: '自然日' },
    field: {
      method: '送达方式', paper: '文书编号', paperHint: '如 并环改〔2026〕118号', received: '收到日期', published: '发布日期', station: '复检的检验机构编号', stationHint: '如 I-140105-01；复检只能在这里进行',
      days: '维修期限（日）', count: '计日方式', ground: '为何不再复检', approvedBy: '批准人', approvedByHint: '对例外结案负责的人的姓名',
    },
    must: '请填写“{field}”。', publicNotice: '公告自发布之日起 {n} 日视为送达。', usual: '按当地规则为 {n} 个{count}（{clause}）；需要时可改。',
    reasonHint: '写明依据，如文书编号、送达回证编号、申诉材料编号。', done: '已登记：{event}', by: '{actor}', openedBy: '立案人', candidate: '线索', steps: '办理进度',
    due: '期限 {day}', daysLeft: '还有 {n} 天', today: '今天到期', late: '已逾期 {n} 天', still: '申诉待决，期限中止', provisional: '途经年度的放假安排尚未公布，仅按周末推算，以通知公布后为准', noDue: '尚无期限',
    why: '为何在列或已移出', listed: '在列', cleared: '已移出', facts: '依据',
    facts_of: { notice: '通知书', noticeText: '{paper}，{method}，{received} 收到或发布，{served} 视为送达', station: '复检机构', taken: '维修单位接单', appeal: '申诉收到', referred: '移送交警', exception: '例外结案', exceptionText: '{ground}，批准人 {by}', none: '尚未送达通知书。' },
    particulars: { paper: '文书 {text}', received: '收到或发布 {text}', served: '视为送达 {text}', station: '复检机构 {text}', due: '期限 {text}', ground: '{text}', approvedBy: '批准人 {text}' },
    package: '证据包', packageLead: '案件所依据的一切：点位签名的过车记录、照片与录像、仪器检查、判定版本、办理经过与操作日志，合为一个签名的 zip 文件。导出会记入操作日志。',
    download: '导出证据包', verify: '离线核验：', key: '服务器公钥', standing: '办理情况', appealMark: '申诉待决', referredMark: '已移送交警', overdueMark: '逾期',
  },
}
