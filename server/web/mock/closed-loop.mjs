// Repair orders, inspections and findings from memory, for the mock server.
const DAY = 86_400_000_000
const now = Date.now() * 1000
const hex = (n) => (n * 2_654_435_761 % 4_294_967_296).toString(16).padStart(8, '0').repeat(3).slice(0, 20)
const oid = (n) => `R${hex(n)}`
const iid = (n) => `I${hex(n + 50)}`
const failure = (status, code, zh, en, refusals) => ({ status, body: { error: { code, zh, en }, refusals } })
const ok = (body) => ({ status: 200, body })
const gone = () => failure(404, 'not-found', '没有找到。', 'There is no such thing.')

/** Free acceleration of one engine: the same seed gives the same curve. */
function curve(seed, peak) {
  const noise = (at, by) => Math.round((Math.sin(at * 12.9898 + seed * 78.233) * 43758.5453 % 1) * by)
  return Array.from({ length: 180 }, (_, at) => {
    const t = at % 60
    const up = Math.max(0, Math.min(1, (t - 6) / 9)) - Math.max(0, Math.min(1, (t - 40) / 12))
    return { k: Math.max(0, Math.round(peak * Math.max(0.06, 1 - Math.abs(t - 15) * 0.09)) + noise(at, 3)), rpm: 700 + Math.round(1900 * up) + noise(at + 7, 18) }
  })
}

const trucks = [['晋A12345', 'yellow'], ['晋B8K221', 'yellow'], ['晋K30917', 'yellow'], ['冀A77X06', 'yellow'], ['晋L52D18', 'blue'], ['晋A90233', 'yellow']]
const vin = (n) => `LZZ5ELND0${'ABCDEFGH'[n % 8]}${String(1_203_411 + n * 7_919).slice(0, 7)}`
const inspections = Array.from({ length: 14 }, (_, n) => {
  const [plate, plate_colour] = trucks[n % trucks.length]
  const failing = [0, 4, 7].includes(n)
  const held = n === 2
  const peak = failing || held ? 148 + n : 38 + n * 5
  const drawn = curve(n === 9 ? 3 : n, n === 9 ? 53 : peak)
  return {
    curve: drawn,
    row: {
      id: iid(n), station: 'JC140105-01', station_name: '太原小店机动车检测站', line: 1 + n % 3, report_number: `JC20261127${String(12 + n).padStart(4, '0')}`, order: n === 5 ? oid(2) : null, opened_order: failing ? oid(n === 0 ? 0 : n === 4 ? 1 : 3) : null,
      plate, plate_colour, vin: vin(n % trucks.length), method: 'free-acceleration', started_utc_us: now - n * 5_400_000_000 - 900_000_000, ended_utc_us: now - n * 5_400_000_000 - 900_000_000 + (n === 11 ? 19_000_000 : 288_000_000),
      told_outcome: failing ? 'failed' : 'passed', outcome: failing || held ? 'failed' : 'passed', state: held ? 'held' : 'issued', failed: failing || held ? ['free_acceleration_k'] : [], rulebook: 'GB 3847-2018 (2019-05-01.1)', received_utc_us: now - n * 5_400_000_000, uploaded_by: 'jc.xiaodian',
    },
    judged: {
      findings: [{ item: 'free_acceleration_k', value: peak, limit: 120, at_most: true, holds: peak <= 120, clause: 'GB 3847-2018, 8, 表2' }], reasons: [],
      differences: held ? [{ zh: '机构判定为合格，平台按原始数据判定为不合格。', en: 'The station says passed; by the raw data it is failed.' }, { zh: '报告未列为不合格、实际不合格：自由加速光吸收系数。', en: 'Fails, though the report passes it: free acceleration, absorption coefficient.' }] : [],
    },
  }
})
const day = (us) => new Date(us / 1000 + 8 * 3_600_000).toISOString().slice(0, 10)
const orders = [['repaired', 8, 1, 'WX140105-03'], ['ordered', 21, 1, null], ['closed', 12, 2, 'WX140105-03'], ['taken', -3, 3, 'WX140105-07'], ['ordered', 26, 1, null]].map(([state, due, failures, shop], n) => ({
  id: oid(n), state, case_id: n === 4 ? 'C00112233445566778899' : null, inspection_id: n === 4 ? null : iid([0, 4, 5, 7][n]), plate: trucks[n][0], plate_colour: trucks[n][1], vin: n === 4 ? null : vin(n), station: 'JC140105-01', station_name: '太原小店机动车检测站',
  items: n === 4 ? [] : n === 3 ? ['free_acceleration_k', 'obd'] : ['free_acceleration_k'], method: n === 4 ? null : 'free-acceleration', due_day: day(now + due * DAY), overdue: due < 0, failures, shop, shop_name: shop ? (shop.endsWith('3') ? '晋安汽车维修有限公司' : '通达商用车服务站') : null, reserved: n === 1 ? 'WX140105-07' : null, opened_utc_us: now - (30 - Math.abs(due)) * DAY, changed_utc_us: now - n * 7_200_000_000,
}))
const records = [{ number: 1, shop: 'WX140105-03', diagnosis: '颗粒捕集器堵塞，2缸喷油器雾化不良', work: ['更换颗粒捕集器', '更换2缸喷油器', '清除故障码'], parts: [{ kind: 'dpf', maker: '威孚', model: 'WF-DPF-11', serial: 'SN20261101' }, { kind: 'injector', maker: '博世', model: '0445120134', serial: '84120077' }], started: `${day(now - 3 * DAY)}T09:30:00`, finished: `${day(now - 2 * DAY)}T16:00:00`, certificate: '晋A-2026-000123', settlement: 'JS-2026-77', technician: '李师傅', odometer_km: 183_400, received_utc_us: now - 2 * DAY, uploaded_by: 'wx.jinan' }]
const kind = (word, zh, en) => ({ kind: word, kind_name: { zh, en } })
const station = { about: 'station', organisation: 'JC140105-01', organisation_name: '太原小店机动车检测站' }
const findings = [
  { ...kind('equal-curves', '过程数据雷同', 'equal curves'), ...station, sentence: { zh: '两次检验的过程数据有100.0%的点相同。', en: 'The process data of two tests are the same at 100.0 % of their points.' }, of: [3, 9], figures: [['相同的点', 'points the same', '100.0 %'], ['错开', 'shifted by', '0']] },
  { ...kind('report-held', '检验报告被扣留', 'report held'), ...station, sentence: { zh: '平台按原始数据的判定与报告不一致，报告未签发。机构判定为合格，平台按原始数据判定为不合格。', en: 'By the raw data the server finds otherwise than the report, which is held. The station says passed; by the raw data it is failed.' }, of: [2], figures: [] },
  { ...kind('test-too-short', '检验时间过短', 'test too short'), ...station, sentence: { zh: '自由加速法仅用时19秒，程序至少需要60秒。', en: 'A free acceleration test took 19 s; its procedure takes 60 s at least.' }, of: [11], figures: [['用时', 'took', '19 s'], ['至少', 'at least', '60 s']] },
  { ...kind('order-overdue', '维修单逾期', 'order overdue'), ...station, sentence: { zh: `维修单已于${orders[3].due_day}到期，车辆尚未复检合格。`, en: `The order's last day was ${orders[3].due_day}; the vehicle has not passed its retest.` }, of: [], orders: [oid(3)], figures: [['到期日', 'last day', orders[3].due_day]] },
  { ...kind('repairs-do-not-last', '维修效果不持久', 'repairs do not last'), about: 'shop', organisation: 'WX140105-07', organisation_name: '通达商用车服务站', sentence: { zh: '26次维修中有9次在复检合格后90日内再次不合格或超标（34.6%）。', en: 'Of 26 repairs 9 did not last 90 days from the passed retest (34.6 %).' }, of: [], orders: [oid(2)], figures: [['维修', 'repairs', '26'], ['不持久', 'not lasting', '9'], ['占比', 'share', '34.6 %']] },
].map((one, n) => ({ ...one, id: `F${hex(n + 90)}`, day: day(now - n * DAY), rulebook: '晋政办发〔2019〕39号, 23 (2022-07-01.1)', found_utc_us: now - n * 3_600_000_000, state: 'open', decided_by: null, decided_utc_us: null, reason: null }))
const shown = ({ of, figures, orders: _, ...finding }) => finding

export const accounts = [['jc.xiaodian', '小店检测站', 'inspection-station'], ['wx.jinan', '晋安维修', 'repair-shop']].map(([name, display_name, role]) => ({ name, display_name, role, region: '140105', must_change_password: false, disabled: false }))

const SHEET = [
  [12, '合格证编号', 'field.missing', '没有填写。', 'Nothing is written here.', '此列每行都要填写。', 'Every row must fill this column.'],
  [23, '竣工时间', 'ends-before-start', '竣工时间2026-11-25 09:00早于开工时间2026-11-25 10:02。', 'The work ends (2026-11-25 09:00) before it begins (2026-11-25 10:02).', '请核对开工和竣工时间。', 'Check both times.'],
  [38, '维修单编号', 'take-first', '该维修单尚未承接，不能上传维修记录。', 'The order has not been taken; a record cannot be uploaded yet.', '请先用维修单编号承接，再上传维修记录。', 'Take the order by its number first, then upload the record.'],
].map(([row, column, rule, zh, en, remedy_zh, remedy_en]) => ({ row, column, rule, zh, en, remedy_zh, remedy_en }))
const place = (column, rule, zh, en, remedy_zh, remedy_en) => [{ row: null, column, rule, zh, en, remedy_zh, remedy_en }]

function actions(order, who) {
  const open = ['ordered', 'taken', 'repaired'].includes(order.state)
  const all = { take: who.role === 'repair-shop' && order.state === 'ordered', record: who.role === 'repair-shop' && order.state === 'taken', retest: who.role === 'inspection-station' && order.state === 'repaired', 'reassign-station': who.role === 'authority' && open, 'reassign-shop': who.role === 'authority' && open && order.state !== 'repaired', cancel: who.role === 'authority' && open }
  return Object.keys(all).filter((word) => all[word])
}

/** The answer to a request of the closed loop; nothing for others. */
export function answer(method, path, q, body, who) {
  const [, top, id, sub] = path.split('/')
  const none = who?.name === 'empty'
  const order = orders.find((one) => one.id === id)
  switch (`${method} /${top}${id ? '/:' : ''}${sub ? `/${sub}` : ''}`) {
    case 'GET /orders': return ok({ orders: none ? [] : orders.filter((one) => (!q.get('state') || one.state === q.get('state')) && (!q.get('overdue') || one.overdue)), next: null })
    case 'GET /orders/:': return order ? ok({ order, records: ['repaired', 'closed'].includes(order.state) ? records : [], retests: order.state === 'closed' ? [inspections[5].row] : [], history: who.role === 'authority' ? [{ number: 1, at_utc_us: order.opened_utc_us, actor: 'jc.xiaodian', action: 'repair-ordered', subject: id, reason: null, detail: '' }, { number: 2, at_utc_us: order.changed_utc_us, actor: 'wx.jinan', action: 'order-taken', subject: id, reason: null, detail: '' }] : [], actions: actions(order, who) }) : gone()
    case 'POST /orders/:/take': if (!order) return gone(); if (order.reserved) return failure(409, 'reserved-for-other-shop', '主管部门已将该维修单指定给另一家维修单位。请勿维修；如有异议，请联系主管部门改派。', 'The authority has given this order to another shop. Do not repair; ask the authority if it should be given to you.'); Object.assign(order, { state: 'taken', shop: 'WX140105-03', shop_name: '晋安汽车维修有限公司' }); return ok({ id, state: 'taken', repeated: false })
    case 'POST /orders/:/records': if (body.certificate.includes('?')) return failure(422, 'refused', '有2处不符合要求。', '2 places are not as they must be.', [...place('certificate', 'certificate-used', '竣工出厂合格证已用于另一维修单。', 'The certificate was used for another order.', '一次维修一张合格证：请核对。', 'One repair, one certificate: check both numbers.'), ...place('parts', 'serial-missing', '颗粒捕集器须填写序列号。', 'The serial number of the particle filter is missing.', '请填写配件铭牌上的序列号。', 'Write the serial number on the part\'s plate.')]); order.state = 'repaired'; return ok({ id, state: 'repaired', repeated: false })
    case 'POST /orders/:/station': Object.assign(order, { station: body.station, station_name: null }); return ok({ id, state: order.state, repeated: false })
    case 'POST /orders/:/shop': Object.assign(order, { state: 'ordered', shop: null, shop_name: null, reserved: body.shop }); return ok({ id, state: 'ordered', repeated: false })
    case 'POST /orders/:/cancellation': order.state = 'cancelled'; return ok({ id, state: 'cancelled', repeated: false })
    case 'POST /repair-records/:': return q.get('file')?.includes('right') ? ok({ records: 50, repeated: 0 }) : failure(422, 'refused', '有3处不符合要求，没有任何内容被保存；请按提示更正后重新上传。', '3 places are not as they must be; nothing was kept. Correct them and upload again.', SHEET)
    case 'GET /inspections': return ok({ inspections: none ? [] : inspections.map((one) => one.row).filter((row) => (!q.get('outcome') || row.outcome === q.get('outcome')) && (!q.get('state') || row.state === q.get('state'))), next: null })
    case 'GET /inspections/:': { const one = inspections.find((one) => one.row.id === id); return one ? ok({ inspection: one.row, judged: one.judged, upload: { inspector: '赵检', emission: { method: 'free-acceleration', runs: [{ curve: one.curve.map(({ k, rpm }) => ({ k_per_m_hundredths: k, rpm })) }] }, obd: { communicates: true, lamp_on: false, lamp_km: 0, trouble_codes: [], not_ready: 1, calibration: 'P_934V772', calibration_sum: '5F3A91C0' }, appearance_failed: [], vehicle: { engine_model: 'WP10.340E32', rated_power_w: 250_000 } } }) : gone() }
    case 'POST /inspections': return body.order === 'R' ? failure(409, 'other-station', '复检须在原检验机构进行。', 'The retest is done at the station where the vehicle failed.', place('', 'other-station', '复检须在原检验机构进行，本机构不是该维修单的检验机构。', 'The retest is done at the station where the vehicle failed; yours is not the order\'s station.', '请车主回原检验机构复检；原机构已停业的，请主管部门改派检验机构。', 'Send the vehicle to the order\'s station; if that has closed, the authority can name another.')) : { status: 201, body: { inspection: inspections[2].row, judged: inspections[2].judged, repeated: false } }
    case 'GET /findings': return ok({ findings: none ? [] : findings.filter((one) => (!q.get('state') || one.state === q.get('state')) && (!q.get('kind') || one.kind === q.get('kind'))).map(shown), open: none ? 0 : findings.filter((one) => one.state === 'open').length, next: null })
    case 'GET /findings/:': { const one = findings.find((one) => one.id === id); return one ? ok({ finding: shown(one), figures: one.figures.map(([zh, en, value]) => ({ name: { zh, en }, value })), inspections: one.of.map((n) => inspections[n].row), curves: one.of.map((n) => ({ inspection: iid(n), k_per_m_hundredths: inspections[n].curve.map((p) => p.k), rpm: inspections[n].curve.map((p) => p.rpm) })), orders: one.orders ?? [], passages: [] }) : gone() }
    case 'POST /findings/:/decision': { const one = findings.find((one) => one.id === id); Object.assign(one, { state: body.decision === 'confirm' ? 'confirmed' : 'dismissed', decided_by: who.name, decided_utc_us: Date.now() * 1000, reason: body.reason }); return ok(shown(one)) }
    default: return null
  }
}
