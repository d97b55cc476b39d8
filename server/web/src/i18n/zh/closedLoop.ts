/** 维修单、检验、线索：中文。 */
export const closedLoop = {
  orders: {
    title: '维修单', number: '编号', vehicle: '车辆', items: '不合格项目', station: '复检机构', shop: '维修单位', due: '期限', changed: '最近变动',
    overdue: '已逾期', overdueOnly: '只看逾期', unassigned: '待承接', failures: '已 {n} 次不合格', reserved: '指定 {shop}', anyItem: '首次复检时确定',
    takeTitle: '承接维修单', takeNumber: '维修单编号', takeHint: '编号印在车主的维修通知单上：R 加 20 位字符。', take: '承接', taken: '已承接。维修完成后请登记维修记录。',
    numberWrong: '编号应为 R 加 20 位数字或字母 a–f。', upload: '批量上传维修记录', state: '状态',
    empty: '还没有维修单', emptyShop: '本单位还没有承接维修单', emptyShopHint: '请车主出示维修通知单，在上方输入编号承接。只有当日具备资质的单位可以承接。',
    emptyStation: '没有需要在本机构复检的车辆', emptyStationHint: '车辆在本机构检验不合格后，会自动开具维修单并列在这里。',
    emptyHint: '检验不合格的车辆和责令维修的案件会自动开具维修单。', emptyFiltered: '没有符合条件的维修单', emptyFilteredHint: '换一个状态，或看全部维修单。', print: '打印',
  },
  order: {
    title: '维修单 {id}', state: { ordered: '待承接', taken: '维修中', repaired: '待复检', closed: '复检合格', cancelled: '已撤销' },
    method: '检验方法', anyMethod: '由首次复检确定', origin: '来源', fromCase: '路检案件', fromInspection: '检验不合格', opened: '开具时间', vin: '车辆识别代号',
    next: '下一步', nothing: '您现在没有可以做的事。', records: '维修记录', noRecords: '还没有维修记录。', retests: '复检', noRetests: '还没有复检。', history: '办理经过',
    action: { take: '承接', record: '登记维修记录', retest: '上传复检结果', 'reassign-station': '改派检验机构', 'reassign-shop': '改派维修单位', cancel: '撤销维修单' },
    lead: {
      take: '承接前须确认本单位资质在有效期内。', record: '填写诊断、项目、配件、合格证编号。', retest: '原机构、原方法、全部不合格项目。',
      'reassign-station': '原机构停业或无法检验时使用，须写明理由，记入日志。', 'reassign-shop': '从原单位收回；可指定一家，或留空由任一具备资质的单位承接。', cancel: '车辆报废、误开等，须写明理由。',
    },
    stationCode: '检验机构代码', shopCode: '维修单位代码（可不填）', reasonHint: '写明依据的文书或事实', done: '已办理。', recordNo: '第 {n} 次', by: '{shop} 上传', wait: { ordered: '等待具备资质的维修单位承接。', taken: '等待维修单位登记维修记录。', repaired: '等待在 {station} 复检。', closed: '复检合格，已结束。', cancelled: '已撤销。' },
  },
  repair: {
    diagnosis: '故障诊断', work: '维修项目', workHint: '一行一项', parts: '更换配件', addPart: '添加配件', removePart: '移除此配件', kind: '类别', maker: '厂家', model: '型号', serial: '序列号',
    started: '开工时间', finished: '竣工时间', certificate: '竣工出厂合格证编号', settlement: '结算清单编号', technician: '维修人员', odometer: '里程表（公里）', noParts: '没有更换配件。', submit: '提交维修记录', done: '维修记录已登记，车辆可以复检。',
    part: { doc: '氧化催化器（DOC）', dpf: '颗粒捕集器（DPF）', scr: '选择性催化还原器（SCR）', 'urea-doser': '尿素喷射系统', egr: '废气再循环（EGR）', injector: '喷油器、喷油泵', turbocharger: '增压器', sensor: '传感器', filter: '滤清器', other: '其他' },
  },
  refusals: {
    title: '有 {n} 处不符合要求，没有任何内容被保存', lead: '请按“怎么办”逐条更正，再把整份重新上传。', row: '行', column: '列', wrong: '问题', remedy: '怎么办', whole: '整份', rule: '规则 {rule}',
  },
  upload: {
    title: '批量上传维修记录', lead: '一张表，一次上传：全部通过才会保存，有一行不对就一行都不保存。', drop: '把表格拖到这里，或点此选择', kinds: '.xlsx，或 UTF-8、GBK 编码的 .csv；一次至多 500 条',
    template: '下载模板', step1: '下载模板，按“填写说明”填写。', step2: '先承接维修单，再上传它的记录。', step3: '上传；若有不符，按提示改表后重新上传。',
    busy: '正在检查 {file}', done: '{file}：{n} 条记录全部保存', repeated: '其中 {n} 条此前已上传，没有重复保存。', another: '再上传一份', nothing: '没有读到文件。请重新选择。',
  },
  inspections: {
    title: '检验', number: '报告编号', line: '检测线', method: '方法', outcome: '结论', report: '报告', started: '检验时间', failed: '不合格项目', station: '检验机构', none: '无',
    state: { issued: '已签发', held: '已扣留' }, allStates: '全部报告', heldOnly: '只看扣留',
    empty: '还没有检验记录', emptyStation: '本机构还没有上传检验结果', emptyHint: '检测线软件可通过接口自动上传；也可以在这里上传它导出的 JSON 文件。', emptyFiltered: '没有符合条件的检验', emptyFilteredHint: '换一个结论，或看全部检验。',
    upload: '上传检验结果', uploadLead: '选择检测线软件导出的结果文件（JSON，含原始数据和过程数据）。平台按原始数据重新判定，一致才签发报告。', choose: '选择结果文件', order: '复检的维修单编号（初检不填）', send: '上传',
    notJson: '这个文件不是 JSON，或已损坏。请从检测线软件重新导出。', issued: '报告 {number} 已签发：{outcome}', heldTitle: '报告 {number} 已扣留', heldLead: '平台判定与报告不一致。请核查检测线，重新检验后用新的报告编号上传。',
    opened: '已开具维修单', repeated: '这份结果此前已上传，没有重复保存。',
    methods: { 'free-acceleration': '自由加速法', 'lug-down': '加载减速法', ringelmann: '林格曼黑度法' },
    item: { obd: 'OBD 检查', appearance: '外观检验' },
  },
  inspection: {
    title: '检验报告 {number}', item: '检验项目', told: '机构判定', found: '平台判定', measured: '测得', limit: '限值', clause: '条款', atMost: '≤ {limit}', atLeast: '≥ {limit}', holds: '合格', fails: '不合格', differences: '与原始数据不一致', curve: '过程数据',
    inspector: '检验员', engine: '发动机型号', power: '额定功率', took: '用时', seconds: '{n} 秒', obd: 'OBD', lamp: '故障灯', on: '亮', off: '灭', codes: '故障码', notReady: '未就绪项', calibration: '标定（CALID / CVN）', appearance: '外观', allRight: '未见异常', rulebook: '依据', retestOf: '复检的维修单', openedOrder: '开具的维修单', uploaded: '上传',
  },
  findings: {
    title: '异常线索', lead: '系统按公布的规则自动发现的异常，供人核查，不是结论。', open: '{n} 条待核查', kind: '类型', about: '对象', what: '发现', day: '日期', found: '发现时间', allKinds: '全部类型',
    state: { open: '待核查', confirmed: '属实', dismissed: '排除' }, empty: '没有待核查的异常线索', emptyHint: '检验上传后几秒内、以及每小时一次，系统会检查曲线雷同、不合规律的结果、时间过短等情况。', emptyFiltered: '没有符合条件的异常线索', emptyFilteredHint: '换一个状态或类型，或看全部异常线索。',
    evidence: '依据', figures: '数据', curves: '过程数据叠加', curvesLead: '横轴为采样点；上图为光吸收系数，下图为转速。完全重合或几乎重合，说明可能是同一段数据。', inspections: '检验记录', orders: '维修单', passages: '过车记录',
    confirm: '属实', dismiss: '排除', confirmLead: '记为属实，后续由主管部门依法办理；不自动处罚。', dismissLead: '记为排除，并写明核查情况。', decided: '{by} 认为{state}：{reason}', done: '已登记。', kAxis: '光吸收系数 m⁻¹', rpmAxis: '转速 r/min', point: '采样点', rulebook: '规则依据 {rulebook}', curveLabel: '{n} 次检验的过程数据叠加',
    names: {
      'report-held': '检验报告被扣留', 'equal-curves': '过程数据雷同', 'impossible-result': '结果不符合发动机规律', 'test-too-short': '检验时间过短', 'too-many-tests': '单线单位时间检验过多', 'two-identities': '一车两个身份', 'shared-calibration': '多车同一标定信息',
      'pass-rate': '合格率异常', 'passes-then-exceeds': '合格后短期内路检超标', 'order-overdue': '维修单逾期', 'fails-repeatedly': '多次检验不合格', 'repairs-do-not-last': '维修效果不持久',
    },
  },
}
