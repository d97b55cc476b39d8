import { listings, listingVerbs } from './zh/listings'

/** 简体中文：本应用的第一语言。en.ts 必须有同样的键（测试保证）。 */
import { papers, paperVerbs } from './zh/papers'
import { closedLoop } from './zh/closedLoop'
import { people, verbs } from './zh/people'
import { register } from './zh/register'
import { cases } from './zh/cases'

export const zh = {
  ...people,
  ...register,
  listings,
  papers,
  ...closedLoop,
  app: { name: '路检通', tagline: '柴油车路检执法台', skip: '跳到正文' },
  nav: {
    orders: '维修单', inspections: '检验', findings: '异常线索', today: '今天', register: '登记', keys: '接口密钥', security: '登录与安全', passages: '实时过车', tests: '路检', review: '复核', cases: '案件', stations: '点位', listings: '黑名单', watchlist: '布控', rulebooks: '规则集', accounts: '账号',
    audit: '操作日志', menu: '菜单', signOut: '退出登录', language: 'English', main: '主导航',
  },
  role: { admin: '系统管理员', reviewer: '复核员', enforcer: '执法人员', authority: '主管部门', 'inspection-station': '检验机构', 'repair-shop': '维修站', auditor: '审计员' },
  common: {
    retry: '重试', cancel: '取消', confirm: '确定', close: '关闭', back: '返回', loading: '正在加载', more: '加载更多',
    all: '全部', none: '—', yes: '是', no: '否', reason: '理由', optional: '可不填', at: '时间', copy: '复制', copied: '已复制',
    failed: '没有成功', pair: '{name}：{value}', utc: 'UTC {utc}', print: '打印', save: '保存', add: '添加', remove: '移除', open: '查看',
    newTab: '新窗口打开', noAccess: '您的账号没有这项权限。请联系管理员。', noAccessTitle: '没有权限', notFound: '没有这个页面。', notFoundTitle: '找不到页面', notFoundHint: '地址可能输错，或来自旧版本。请从菜单选择，或回到首页。', home: '回到首页',
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
  test_outcome: { passed: '合格', failed: '不合格', 'not-judged': '未判定' },
  review_state: { none: '无需复核', waiting: '待复核', confirmed: '已确认', rejected: '已驳回' },
  watch: { 'open-case': '有未结案件', blacklisted: '黑名单车辆', wanted: '布控车辆' },
  clock: { synchronised: '时钟已同步', holdover: '时钟守时（未同步）', unsynchronised: '时钟未同步，时间可能不准' },
  colour: { blue: '蓝牌', yellow: '黄牌', green: '绿牌', 'yellow-green': '黄绿牌', white: '白牌', black: '黑牌' },
  doubt: {
    'several-vehicles': '可能是其他车辆的尾气', 'no-vehicle-seen': '摄像机没有看到车', 'no-reading': '没有尾气读数',
    'plate-unread': '车牌未识别', 'plates-differ': '前后车牌不一致', 'trailer-behind': '后牌为挂车牌', 'arrived-late': '有数据迟到',
  },
  item: { opacity: '不透光度', ringelmann: '林格曼黑度', no: '一氧化氮' },
  test_item: {
    free_acceleration_k: '自由加速光吸收系数', lug_down_k100: '加载减速100 %点光吸收系数', lug_down_k80: '加载减速80 %点光吸收系数',
    lug_down_nox80: '加载减速80 %点氮氧化物', wheel_power_share: '最大轮边功率与额定功率之比', ringelmann: '林格曼黑度',
  },
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
    kind: { 'vehicle-front': '车头', 'vehicle-rear': '车尾', 'plate-front': '前牌', 'plate-rear': '后牌', plume: '烟羽', 'plume-clip': '烟羽录像' },
    plates: '车牌识别', front: '前摄像机', rear: '后摄像机', frames: '{n} 帧投票', raw: '原始识别', otherwise: '其他可能', abstained: '未采信',
    rows: '{n} 行字', noSighting: '这台摄像机没有看到车牌。',
    abstain: {
      'no-plate-found': '没有找到车牌', 'low-confidence': '把握不够', 'not-grammatical': '字符不成车牌', 'frames-disagree': '各帧不一致',
    },
    verdict: '结论与理由', rule: '适用规则', version: '版本', edgeVerdict: '路侧判定', serverVerdict: '服务器复判',
    edition: { other: '路侧当时使用的不是该地当日应当使用的版本，已按其所用版本复判', unknown: '路侧使用的版本不是本服务器发布的，已按当地现行版本复判' },
    corroboration: '遥测仪与摄像机是否一致', agree: '两次判定一致', differ: '两次判定不同，以服务器复判为准', finding: '项目', measured: '测得', limit: '限值', clause: '条款',
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
    head: { good: '正常', 'weak-plume': '烟羽太弱', reblocked: '光路被再次遮挡', scattered: '采样点离散过大', implausible: '数值不合理', fault: '故障' },
    wind: '风速', windFrom: '风向', temperature: '气温', humidity: '相对湿度', pressure: '气压', precipitation: '降水', rain: '有雨雪', dry: '无雨雪',
    passed: '通过时间', received: '服务器收到', lane: '车道', station: '点位', number: '记录编号', doubts: '存疑之处', noDoubts: '没有存疑之处',
    candidate: '查看复核', case: '查看案件', test: '查看路检', device: '设备', sha: 'SHA-256', printedAt: '打印于 {at}', chainBroken: '这条记录与上一条的哈希链不衔接，请核查', evidence: '证据文件', size: '大小',
    auditBreach: { missing: '没有路侧单元认可的合格检查', 'not-met': '遥测仪最近的检查未通过' },
    stored: '已到', awaited: '在路上', breach: {
      missing: '未知', 'not-met': '不符合要求', below: '{measured}，低于 {limit}', above: '{measured}，高于 {limit}',
    },
    condition: {
      wind: '风速', precipitation: '降水', temperature: '气温', humidity: '相对湿度', pressure: '气压', slope: '坡度', speed: '车速',
      acceleration: '加速度', 'specific-power': '比功率', plume: '烟羽强度', headway: '跟车时距', audit: '距上次检查合格', weather: '距上次气象读数', head: '遥测仪状态',
    },
    compass: ['北', '东北', '东', '东南', '南', '西南', '西', '西北'],
  },
  tests: {
    title: '路检', lead: '被拦下的车辆和机械在路边的检验：自由加速、目测黑度、取样。',
    started: '开始', station: '点位', vehicle: '车辆', method: '方法', result: '结果', outcome: '结论', samples: '样品', level: '林格曼 {n} 级',
    samplesOf: '{n} 瓶，{done} 瓶已出结果', empty: '还没有路检记录', emptyHint: '执法人员在路侧单元的页面上完成一次检验并签名后，记录会自动传到这里；断网时先存在路侧。', emptyFiltered: '没有符合条件的路检',
  },
  test: {
    title: '路检记录', ended: '签名', officers: '执法人员', passage: '查看过车记录', method: { 'free-acceleration': '自由加速', 'by-eye': '目测黑度', samples: '仅取样' },
    mean: '计入各次峰值的平均', noMean: '各次差别过大，没有结果', kAxis: '光吸收系数 m⁻¹', seconds: '秒', run: '加速', runNo: '第 {n} 次', peak: '峰值', rpm: '最高转速 r/min',
    purges: '此前吹扫排气管 {n} 次。', noCurve: '这条记录没有曲线，只有峰值。', curveLabel: '各次加速的光吸收系数曲线，峰值 {peaks}，平均 {mean}',
    noRulebook: '服务器没有路侧判定所用的规则，不能复判。', nothingJudged: '没有测量值，没有判定。',
    vehicle: '受检车辆', class: '限值类别', vin: '车辆识别代号或环保编码', power: '额定功率', altitude: '海拔', meter: '不透光烟度计', meterType: '型号', meterDevice: '编号', calibrated: '上次校准',
    note: '备注', signature: '执法人员签名：', driverSignature: '驾驶人签名：',
    samples: '送检样品', noSamples: '没有取样。', substance: { urea: '尿素水溶液', fuel: '燃油' }, seal: '封签', taken: '取样于', awaitingLab: '等待检测机构的结果',
    enterResult: '登记检测结果', once: '只能登记一次，并记入操作日志。', found: '检测结果', foundHint: '如：尿素含量 21.4 %', laboratory: '检测机构', reportNumber: '报告编号',
    allNeeded: '请选择结论，并填写检测结果、检测机构和报告编号。', resultDone: '检测结果已登记', enteredBy: '{by} 登记于',
  },
  station: {
    title: '点位统计', span: '统计天数', days: '{n} 天', signs: '需要检查的迹象', noSigns: '没有发现仪器异常的迹象', nothing: '这段时间没有过车', nothingHint: '车辆通过检查点后，这里会显示读数的分布、有效率和仪器漂移，用来在误判车辆之前发现有问题的仪器。',
    sign: {
      out: '有 {n} 项标准物质的检查误差已超出允差。', soon: '有 {n} 项的误差按目前趋势将在 30 天内超出允差。', unlike: '一氧化氮中位数与同省其他点位相差过大（稳健 z = {z}）。',
      disagree: '摄像机与遥测光束的不透光度相差过大（中位差 {difference}）。', valid: '有效读数只有 {share}。',
    },
    passages: '过车', readings: '读数', valid: '有效率', exceeding: '超标率', vehicles: '{n} 辆次', median: '不透光度中位数', distribution: '不透光度分布',
    distributionHint: '只含有效读数。超过限值的 {n} 条。分布整体偏高或断成两段，往往是仪器的问题，不是车的问题。', histogramLabel: '不透光度直方图，中位数 {median}，{n} 条超过限值 {limit}',
    opacityAxis: '不透光度 %', readingsAxis: '读数', noReadings: '这段时间没有有效读数。', validShare: '每日有效率与无效原因', noConditions: '没有无效读数，或原因早于本版本、未曾分列。',
    exceedingShare: '每日超标率', exceedingHint: '超标数 ÷ 已判定数 × 100。突然升高而车流没有变化时，先查仪器。', noJudged: '这段时间没有已判定的车辆。',
    agreement: '摄像机与光束是否一致', agreementHint: '每个点是同一辆车的烟羽：横轴是光束，纵轴是摄像机。两者视线不同，单个点会有差别；整体偏离对角线时，其中一台有问题。', beamAxis: '光束 %', cameraAxis: '摄像机 %', scatterLabel: '{n} 对不透光度：光束与摄像机',
    fewPairs: '不足 10 对，不作判断。', difference: '摄像机减光束的中位差 {difference}，离差 {spread}。', noPairs: '这段时间没有两者都测到的烟羽。',
    no: '一氧化氮：与同省其他点位比较', noHint: '各点位有效读数的中位数；竖线是其他点位的中位数。车流相似的点位不应相差很远。', ofReadings: '{n} 条', fewSites: '有读数的其他点位不足 3 个，或它们之间没有差别，不作判断。',
    alike: '与其他点位（中位数 {others}）相近：稳健 z = {z}。', unlike: '与其他点位（中位数 {others}）相差过大：稳健 z = {z}，达到 3.5 即应检查。',
    drift: '零点与量距漂移', driftName: '{quantity}，标准值 {standard}', errorAxis: '误差 {unit}', unit: { percent: '%', ppm: '×10⁻⁶' }, slope: '30 天变化 {slope}。', slopeUnknown: '不足 5 天，不计算趋势。', daysLeft: '照此 {n} 天后超出允差。', outOfTolerance: '已超出允差', leavingSoon: '即将超出允差',
    quantity: { co2: 'CO₂', co: 'CO', hc: 'HC', butadiene: '丁二烯', no: 'NO', opacity: '滤光片' }, fault: { 'head-says-no': '遥测仪自报未通过', incomplete: '标准物质不全' }, checks: '检查记录', allChecks: '显示全部 {n} 条', noChecks: '这段时间没有检查记录', noChecksHint: '遥测仪每两小时自动检查零点和量距；静态、动态检查由人进行。检查记录随过车记录一起上传。没有检查合格的仪器，读数不能作为证据。',
    performed: '时间', checkMethod: '方式', method: { zero: '零点', span: '量距', audit: '自动核查', static: '静态检查', dynamic: '动态检查' }, points: '测得 / 标准', checkNumber: '编号', ofStandard: '/ {standard} ± {tolerance}',
  },
  review: {
    twoPeople: '当地规则要求两名不同人员确认。', firstBy: '{by} 已作第一次确认', youFirst: '您已作第一次确认，第二次确认须由另一人作出；您仍可驳回。', second: '第二次确认', secondLead: '您是第二位确认人：确认后立即立案，车辆进入布控名单。', firstLead: '当地规则要求两名不同人员确认：您确认后，等待另一人再次确认才会立案。',
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
    done: { confirm: '已确认并立案', reject: '已驳回', first: '已作第一次确认，等待另一人' }, openCase: '查看案件', why: '为什么成为线索', opened: '形成于',
    corroborated: '两种仪器均超标', contradicted: '两种仪器矛盾',
    look: '请逐项看：两次是同一辆车吗？车牌对吗？黑烟是这辆车的吗？', rule: '依据', decided: '这条线索已处理：{state}', decidedBy: '{by}：{reason}', contested: '处理之后，迟到的记录动摇了这条线索的依据，请再核查。', state: {
      waiting: '待复核', confirmed: '已确认', rejected: '已驳回', void: '已失效',
    },
  },
  ...cases,
  stations: {
    title: '点位', add: '添加点位', empty: '还没有点位', emptyHint: '添加点位后生成一次性令牌，在路侧单元上执行 plumewatch-edge enrol 完成登记。',
    emptyOther: '您所辖区域还没有点位。请管理员添加。', online: '在线', offline: '离线', notEnrolled: '未登记', lastSeen: '最近联系', received: '已收记录', missing: '缺失', backlog: '路侧积压',
    records: '{n} 条记录', files: '{n} 个文件', disk: '剩余磁盘', shed: '因磁盘满舍弃', watchlist: '布控名单', edition: '第 {n} 版', software: '软件', parts: '部件',
    ledger: '缺失台账', ledgerHint: '路侧记录编号连续不断：收到的最大编号以下缺少的，或者还在路侧，或者丢失。', noGaps: '没有缺失：收到的编号连续。', gap: '{from} – {to}（{n} 条）', refused: '拒收 {n} 条',
    noHealth: '还没有收到健康报告。', token: '生成登记令牌', tokenTitle: '登记令牌', tokenLead: '令牌只显示这一次，只能用一次。在路侧单元上执行：',
    id: '点位编号', idHint: '一位大写字母、六位县级区划代码、三位序号，如 A140105001。', idWrong: '格式应为 A140105001。', name: '名称', nameHint: '如：小店东环检查站', added: '已添加点位 {id}',
    part: { head: '遥测仪', weather: '气象站', opacimeter: '烟度计', nmea: '定位与时间', analyser: '分析仪', 'camera-front': '前摄像机', 'camera-rear': '后摄像机', clock: '时钟', disk: '磁盘', rulebook: '规则集', uplink: '上行链路' },
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
      ...listingVerbs,
      ...paperVerbs,
      ...verbs,
      'plate-searched': '按车牌查询', 'passage-viewed': '查看过车记录', 'exhaust-test-viewed': '查看路检记录', 'sample-result-entered': '登记样品检测结果', 'candidate-confirmed': '确认线索', 'candidate-rejected': '驳回线索', 'candidate-voided': '线索失效',
      'candidate-contested': '线索存疑，需人工核查', 'candidate-upheld': '线索重新成立', 'case-opened': '立案', 'case-viewed': '查看案件', 'repair-ordered': '责令维修',
      'case-repaired': '登记维修完成', 'retest-passed': '复检合格', 'retest-failed': '复检不合格', 'case-withdrawn': '撤销案件', 'wanted-added': '加入布控',
      'wanted-removed': '移出布控', 'station-added': '添加点位', 'token-issued': '生成登记令牌', 'station-enrolled': '点位登记', 'rulebooks-issued': '发布规则集', 'account-added': '添加账号',
      'account-changed': '修改账号', 'password-changed': '修改密码', 'signed-in': '登录', 'sign-in-failed': '登录失败', 'signed-out': '退出登录',
    },
  },
  rulebooks: {
    title: '规则集', lead: '判定依据的标准、限值和计数规则，按地区和日期生效。数字一有变动就是新版本；判定始终写明所用版本，旧记录不会悄悄重判。',
    place: '地区', country: '全国', edition: '版本', standard: '标准', from: '生效', until: '失效', inForce: '现行', coming: '未生效', past: '已失效',
    rule: '项目', value: '规定', clause: '条款', confidence: '可信度', kind: { passages: '遥感过车', tests: '停车检测', casework: '案件办理', listing: '黑名单' },
    group: { limit: '限值', condition: '有效条件', counting: '计数规则', corroboration: '仪器比较', procedure: '步骤与修正', casework: '复核、送达、期限与放假安排', listing: '企业列入规则' },
    sure: { high: '高', medium: '中 · 待核对', low: '低 · 未核实' },
    sureLead: '可信度：高＝出处明确；中＝须与正式文本核对；低＝尚未核实的占位值，使用前必须核对。',
    unsure: '{n} 项尚未与正式文本核对', compare: '与另一版本比较', compareNone: '不比较', changed: '有变动', same: '两个版本的规定完全相同。', differences: '{n} 项不同', absent: '没有这一项',
    overrides: '地区规定', overridesEmpty: '没有地区规定：各地都按全国版本执行。在 server.toml 的 [rulebooks] folder 中放入文件后重启服务器即可。', act: '文件',
    stations: '各点位在用版本', stationsEmpty: '您所辖区域还没有点位。', current: '一致', outdated: '与应用版本不同', never: '未收到服务器下发', unknownEdition: '尚未报告',
    expected: '应用版本', issue: '发布序号', reported: '报告时间', history: '发布记录', issues: '下发', published: '历次发布的版本', first: '首次发布', issueNo: '第 {n} 次',
  },
  watchlist: {
    title: '布控', lead: '主管部门要求拦停的车辆。名单签名后下发到每个路侧单元，断网时也有效。', add: '加入布控', empty: '没有布控车辆', emptyHint: '有未结案件的车辆自动在名单中；这里只列主管部门另外要求拦停的车辆。',
    plate: '车牌', colour: '颜色', anyColour: '任何颜色', reason: '理由', added: '加入时间', by: '加入人', remove: '移出', removeTitle: '移出布控', plateWrong: '请输入 7 或 8 位车牌。', addedDone: '已加入布控', removedDone: '已移出布控',
  },
}

/** Every key, with a text behind it: what a language must have. */
export type Messages = typeof zh
