/** 黑名单的用语。en/listings.ts 必须有同样的键（测试保证）。 */
export const listings = {
  title: '运输企业黑名单', lead: '一年内超标车辆占企业车辆总数达到规定比例的，系统自动提请；列入和移出都由主管部门决定。',
  toDecide: '待决定', listed: '已列入', ended: '已结束', all: '全部', which: '列表',
  carrier: '企业', state: '状态', share: '超标比例', vehicles: '{exceeding} / {fleet} 辆', term: '列入期', proposedDay: '提请日期', changed: '最近变动', document: '文书',
  emptyToDecide: '没有等待决定的提请', emptyToDecideHint: '当一家企业一年内经确认超标的车辆达到规定比例，或已列入企业的比例降到标准以下、列入期满，这里会自动出现提请。',
  emptyListed: '目前没有企业在黑名单上', emptyListedHint: '主管部门对提请作出“列入”决定后，企业会出现在这里，并自所定之日起对外公布、下发路侧。',
  emptyEnded: '还没有结束的记录', emptyAll: '还没有任何提请', emptyAllHint: '案件确认后，系统按登记的车队逐日维护每家企业的比例。请先导入企业和车队。',
  until: '至 {day}', notYet: '自 {day} 起生效', over: '列入期已满', more: '加载更多', publicPage: '公开页面',
  stateWord: { proposed: '提请列入', declined: '不予列入', void: '提请失效', listed: '已列入', 'delisting-proposed': '提请移出', delisted: '已移出' },
  groundWord: { 'share-below': '比例已低于标准', 'term-over': '列入期已满' },
  page: '黑名单记录', why: '来由与现状', now: '今日比例', ofFleet: '{fleet} 辆中 {exceeding} 辆', reaches: '达到标准', below: '低于标准', asOf: '截至 {day}，自 {start} 起计',
  outlook: '什么会改变它', overTime: '两年来的比例', threshold: '标准 {share}', fleetLine: '车辆总数', noFleet: '名下没有车辆',
  ruleOf: '依据：{act}（规则版本 {version}）。', ruleText: '一年内（{months} 个自然月）超标车辆 ≥ {share}；车辆少于 {below} 辆的企业至少 {least} 辆；列入期最长 {term} 个月。', unsure: '其中文件未写明、暂按本系统默认的：{parts}。',
  unsureWord: { share: '比例', window: '期限', fleet: '车辆数以哪一天为准', 'small-fleets': '小车队的下限', term: '列入期' },
  exceedances: '计入的超标', exceedancesLead: '一年内经确认的超标，同一辆车只计一次。', plate: '车牌', day: '超标日期', agesOut: '不再计入', caseLink: '案件', standing: '有效', notStanding: '已撤销或申诉成立', noExceedances: '一年内没有经确认的超标。',
  grounds: '当时所据', groundsOf: { proposal: '提请时', decision: '第 {n} 次决定时' }, decisions: '历次决定', noDecisions: '还没有决定。', answers: '企业答复', noAnswers: '企业还没有答复。', received: '{day} 收到', enteredBy: '{name} 登记',
  history: '经办记录', actions: '办理', noActions: '您的账号只能查看。', decidedBy: '{name}，{exceeding} / {fleet} 辆',
  action: { list: '列入黑名单', decline: '不予列入', renew: '续期', delist: '移出黑名单', answer: '登记企业答复' },
  actionLead: {
    list: '自所定之日起公布，其车辆进入路侧布控名单。', decline: '同样的超标不再自动提请；有新的超标会再次提请。', renew: '仅当比例仍达到标准时可以续期。',
    delist: '自即刻起不再公布和布控。', answer: '企业随时可以答复；登记本身不改变状态。',
  },
  from: '列入起始日', untilBefore: '截止日（当日起不再有效）', latest: '最晚 {day}', notice: '文书编号', noticeHint: '会对外公布，请勿写人名或车牌', answerText: '答复内容', receivedDay: '收到日期',
  termNeeded: '请填写日期。', noticeNeeded: '请填写文书编号。', answerNeeded: '请填写答复内容。', done: '已记录',
  public: '公布', publicTitle: '运输企业黑名单（公布）', publicLead: '截至 {day} 有效的列入决定。不含车辆和个人信息；可能为个人的名称不公布。', publicEmpty: '目前没有企业在黑名单上。', sheet: '下载表格（xlsx）', json: 'JSON',
  code: '统一社会信用代码', name: '名称', region: '行政区划', hidden: '（名称不公布）', signIn: '登录', count: '共 {n} 家',
  shareOf: '企业比例', carrierListings: '列入记录', noListings: '这家企业从未被提请。',
}

/** 审计动作的说法，并入 audit.verb。 */
export const listingVerbs = {
  'listing-proposed': '提请列入黑名单', 'listing-proposal-voided': '提请失效', 'carrier-listed': '列入黑名单', 'listing-declined': '决定不予列入', 'carrier-answered': '企业答复',
  'delisting-proposed': '提请移出黑名单', 'delisting-proposal-voided': '移出提请失效', 'listing-renewed': '续期', 'carrier-delisted': '移出黑名单', 'listing-viewed': '查看黑名单记录',
}
