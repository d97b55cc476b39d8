// The mock server's register: vehicles with their lives, carriers, stations, shops, imports. Development only.
import { passages } from './world.mjs'

const DAY = 86_400_000_000
const now = () => Date.now() * 1000
const day = (at) => new Date(at / 1000 + 8 * 3_600_000).toISOString().slice(0, 10)
const ok = (body) => ({ status: 200, body })
const failure = (status, code, zh, en) => ({ status, body: { error: { code, zh, en } } })
const gone = () => failure(404, 'not-found', '没有找到。', 'There is no such thing.')
const reasonless = () => failure(400, 'reason', '请填写原因（1至500个字符）。', 'Say why, in 1 to 500 characters.')

const CARRIER = '91140100MA0JXT7L4H'
const vehicle = (id, plate, colour, more = {}) => ({ plate, colour, row: { id, vin: 'LFWSRXRJ0M1E00017', fuel: 'diesel', stage: '5', stage_source: 'vehicle-list', class: 'tractor', make: '解放 J6P', body_colour: 'red', first_registered_day: '2021-06-11', usage: 'freight', owner: '山西晋通物流有限公司', carrier: CARRIER, region: '140105', ...more } })
const vehicles = [
  vehicle('V0123456789abcdef0123', '晋A12D45', 'yellow'),
  vehicle('V1123456789abcdef0123', '晋K8823A', 'yellow', { class: 'heavy-truck', make: '东风天龙', stage: '4', stage_source: 'first-registration', body_colour: 'blue', vin: null, region: '140702' }),
  vehicle('V2123456789abcdef0123', '陕KC9165', 'blue', { class: 'light-truck', fuel: 'petrol', make: '福田时代', carrier: null, usage: 'non-commercial' }),
  vehicle('V3123456789abcdef0123', '晋B30661', 'blue', { class: 'light-truck', make: '江铃' }),
]
export function note(summary) {
  if (!summary.plate) return null
  const known = vehicles.find((one) => one.plate === summary.plate)
  const on = day(summary.passed_utc_us)
  if (!known) return { vehicle: null, plate_colour: null, mismatches: [], unregistered: { zh: `${on}没有登记此号牌的车辆，无法核对颜色、类型和品牌。`, en: `No vehicle was registered under this plate on ${on}: colour, class and make cannot be compared.` } }
  const mismatches = []
  if (known.colour !== summary.plate_colour) mismatches.push({ about: 'plate-colour', sentence: { zh: '看到的是黄牌，登记的是蓝牌。', en: 'A yellow plate was seen; a blue one is registered.' } }, { about: 'class', sentence: { zh: '看到的是大型车号牌，登记的是轻型货车。', en: "The plate seen is a large vehicle's; a light-truck is registered." } })
  if (known.row.fuel === 'petrol') mismatches.push({ about: 'fuel', sentence: { zh: '登记的燃料是汽油，柴油车的限值不适用。', en: 'It is registered to run on petrol: limits for diesel do not apply to it.' } })
  return { vehicle: known.row, plate_colour: known.colour, mismatches, unregistered: null }
}

const event = (kind, id, ago, outcome, place, about, figure, plate = '晋A12D45') => ({ kind, id, at_utc_us: now() - ago * DAY, outcome, place, about, figure, plate, plate_colour: 'yellow' })
const events = () => [
  event('case', 'C7d1f03a9b2c44e5a6f10', 1.2, 'repair-ordered', '', 'opacity', null),
  event('order', 'R7d1f03a9b2c44e5a6f10', 1.1, 'taken', '并州汽车维修中心', '', null),
  event('inspection', 'N11d1f03a9b2c44e5a6f1', 61, 'passed', '太原小店机动车检测有限公司', 'free-acceleration', null),
  event('candidate', '7d1f03a9b2c44e5a6f10', 2, 'confirmed', '', 'opacity', null),
  event('passage', 'A140105001-0000001399', 2.1, 'exceeding', '小店东环检查站', '', 4_110),
  event('test', 'A140105001-0000001301', 8.9, 'failed', '小店东环检查站', 'free-acceleration', 151),
  event('passage', 'A140105001-0000001300', 9, 'exceeding', '小店东环检查站', '', 3_520),
  ...[21, 34, 37, 55, 80, 112, 113, 150, 190, 214, 260, 300].map((ago, n) => event('passage', `A140106002-00000012${10 + n}`, ago, n % 5 === 3 ? 'screened' : n % 7 === 5 ? 'not-judged' : 'passed', '迎泽南内环遥测点', '', 800 + n * 130)),
  event('case', 'C11d1f03a9b2c44e5a6f1', 402, 'closed', '', 'opacity', null, '晋A77K20'),
  event('passage', 'A140106002-0000000900', 410, 'exceeding', '迎泽南内环遥测点', '', 3_110, '晋A77K20'),
].sort((a, b) => b.at_utc_us - a.at_utc_us)
const plates = () => [
  { plate: '晋A77K20', plate_colour: 'yellow', from_day: '2021-06-11', until_day: day(now() - 330 * DAY) },
  { plate: '晋A12D45', plate_colour: 'yellow', from_day: day(now() - 330 * DAY), until_day: null },
]
const fleets = () => [
  { carrier: 'WL-0007', from_day: null, until_day: day(now() - 120 * DAY) },
  { carrier: CARRIER, from_day: day(now() - 120 * DAY), until_day: null },
]

const organisation = (code, name, more = {}) => ({ code, name, region: '140105', address: '太原市小店区人民南路118号', phone: '0351-7012345', opened_day: null, closed_day: null, ...more })
const carriers = [organisation(CARRIER, '山西晋通物流有限公司'), organisation('WL-0007', '太原并州货运站', { address: '', phone: '' }), organisation('WL-0012', '阳曲北山矿业运输有限公司', { region: '140122', closed_day: '2026-08-01' })]
const stations = [organisation('I-140105-01', '太原小店机动车检测有限公司', { opened_day: '2019-05-01' }), organisation('I-140108-02', '尖草坪安顺检测站', { region: '140108', opened_day: '2020-09-15', closed_day: '2026-10-31' })]
const shops = [
  { shop: organisation('M-140105-01', '并州汽车维修中心'), qualified: true, qualifications: [{ certificate: '晋M站2025-018', from_day: '2025-01-01', until_day: '2028-01-01' }] },
  { shop: organisation('M-140105-02', '南内环柴油机修理厂', { phone: '' }), qualified: false, qualifications: [{ certificate: '晋M站2022-004', from_day: '2022-03-01', until_day: '2025-03-01' }] },
  { shop: organisation('M-140108-01', '尖草坪尾气治理站', { region: '140108' }), qualified: false, qualifications: [] },
]
const fleet = [...Array(14)].map((_, n) => ({ vehicle: n === 0 ? 'V0123456789abcdef0123' : `V${String(n).padStart(2, '0')}23456789abcdef0123`.slice(0, 21), plate: n === 9 ? null : n === 0 ? '晋A12D45' : `晋A${String(10_301 + n * 717)}`, plate_colour: n === 9 ? null : 'yellow', class: n % 3 ? 'tractor' : 'heavy-truck', fuel: n === 5 ? 'natural-gas' : 'diesel', stage: ['5', '6a', '4'][n % 3], make: ['解放 J6P', '东风天龙', '陕汽德龙', null][n % 4], from_day: n === 3 ? null : day(now() - (120 + n * 9) * DAY), until_day: null }))
const changes = fleet.slice(0, 8).flatMap((one, n) => [{ day: one.from_day, joined: true, vehicle: one.vehicle, plate: one.plate, plate_colour: one.plate_colour }, ...(n % 3 === 1 ? [{ day: day(now() - (60 + n) * DAY), joined: false, vehicle: `V9${n}23456789abcdef01234`, plate: `晋K5${n}021`, plate_colour: 'yellow' }] : [])]).sort((a, b) => String(b.day).localeCompare(String(a.day)))

const imported = (id, kind, file_name, counts, more = {}) => ({ id, kind, file_name, sha256: 'ab'.repeat(32), state: 'previewed', register_version: 12, new: 0, changed: 0, unchanged: 0, refused: 0, noted: 0, not_read: [], previewed_by: 'wang.zhuguan', previewed_utc_us: now() - 6e8, applied_by: null, applied_utc_us: null, stale: false, applied_before: null, ...counts, ...more })
const imports = [
  imported('M0000000000000000bad0', 'vehicles', '小店区柴油货车2026-11.xlsx', { new: 41, changed: 3, unchanged: 2, refused: 4, noted: 1 }, { not_read: ['序号', '备注'] }),
  imported('M0000000000000000900d', 'vehicles', '小店区柴油货车2026-11（改）.xlsx', { new: 44, changed: 3, unchanged: 3, noted: 1 }),
  imported('M0000000000000000d04e', 'carriers', '运输企业.csv', { new: 118, changed: 2, unchanged: 31 }, { state: 'applied', applied_by: 'wang.zhuguan', applied_utc_us: now() - 5 * DAY }),
]
const wrong = (column, rule, zh, en, remedy_zh, remedy_en) => ({ column, rule, zh, en, remedy_zh, remedy_en })
const rowsOf = (one) => {
  const refused = [
    [7, '晋AI2847', [wrong('车牌号', 'plate.look-alike', '车牌序号不使用字母 I、O。', "The letters I and O are never used in a plate's serial.", '请按行驶证核对是否应为数字 1、0，如 晋A12847。', 'Compare it with the licence: digits 1 and 0 may be meant, as in 晋A12847.')]],
    [19, '晋A30291', [wrong('初次登记日期', 'date.future', '2062-03-01在今天（2026-11-27）之后。', '2062-03-01 lies after today (2026-11-27).', '请核对日期；这里只能填写已经发生的日期。', 'Check it: only a day that has come can stand here.'), wrong('所有人', 'cell.formula', '这是公式，不是数据。', 'This is a formula, not data.', '请复制该列，以“选择性粘贴→值”粘贴回去后再上传。', 'Copy the column, paste it back as values, and upload again.')]],
    [33, '晋A12D45', [wrong('车牌号', 'row.duplicate', '与第12行重复。', 'Row 12 has the same.', '每辆车只留一行；如内容不同，请核对后保留正确的。', 'Keep one row a vehicle; if they differ, keep the right one.')]],
    [48, '晋A66120', [wrong('运输企业代码', 'carrier.unknown', '没有登记这个代码的运输企业（或不在您的辖区）。', 'No carrier of this code is registered in your region.', '请先导入运输企业，或改正代码。', 'Import the carrier first, or mend the code.')]],
  ].slice(0, one.refused).map(([row, named, refusals]) => ({ row, outcome: 'refused', named, refusals, notes: [], changes: [] }))
  const changed = [[12, '晋A12D45', [['carrier', 'WL-0007 ../..', `WL-0007 ../2026-07-30; ${CARRIER} 2026-07-30/..`], ['stage', '4', '5'], ['stage_source', 'first-registration', 'vehicle-list']]], [15, '晋A20118', [['fuel', 'diesel', 'natural-gas']]], [16, '晋A20119', [['owner', '', '山西晋通物流有限公司']]]].slice(0, one.changed).map(([row, named, all]) => ({ row, outcome: 'changed', named, refusals: [], notes: [], changes: all.map(([column, before, after]) => ({ column, before, after })) }))
  const fresh = [...Array(Math.min(9, one.new))].map((_, n) => ({ row: 60 + n, outcome: 'new', named: `晋A4${n}221`, refusals: [], changes: [], notes: n === 2 ? [wrong('车辆识别代号', 'vin.check', '车辆识别代号的校验位（第9位）不符。', 'The check digit of this VIN, its ninth character, does not fit.', '可能有一个字符写错，请按行驶证核对；确认无误可照此导入。', 'A character may be wrong: compare it with the licence. If it is right, it is taken as it stands.')] : [] }))
  const same = [...Array(Math.min(3, one.unchanged))].map((_, n) => ({ row: 80 + n, outcome: 'unchanged', named: `晋A5${n}300`, refusals: [], notes: [], changes: [] }))
  return [...refused, ...changed, ...fresh, ...same].sort((a, b) => a.row - b.row)
}

export function answer(method, path, q, body, who) {
  const parts = path.split('/').slice(1).map(decodeURIComponent)
  const [top, id, sub] = parts
  const nothing = who.name === 'empty'
  const found = (list, key = (one) => one) => (nothing ? [] : list.filter((one) => `${key(one).code}${key(one).name}`.includes(q.get('search') ?? '')))
  if (method === 'GET' && path === '/register') return ok(nothing ? { vehicles: 0, carriers: 0, inspection_stations: 0, repair_shops: 0, register_version: 0 } : { vehicles: 41_208, carriers: 3, inspection_stations: 2, repair_shops: 3, register_version: 12 })
  if (method === 'GET' && path === '/vehicles') {
    if (!q.get('reason')) return reasonless()
    const all = vehicles.filter((one) => one.plate === q.get('plate') && (!q.get('colour') || one.colour === q.get('colour')))
    const seen = passages.some((p) => p.summary.plate === q.get('plate'))
    return ok({ found: all.map((one) => ({ vehicle: one.row, hold: { plate: one.plate, plate_colour: one.colour, from_day: '2025-12-31', until_day: null }, now: true })), seen, unregistered: all.length ? null : { zh: `${day(now())}没有登记此号牌的车辆，无法核对颜色、类型和品牌。`, en: `No vehicle was registered under this plate on ${day(now())}: colour, class and make cannot be compared.` } })
  }
  if (top === 'vehicles' && sub === 'life') {
    if (!q.get('reason')) return reasonless()
    const one = vehicles.find((one) => one.row.id === id)
    return one ? ok({ vehicle: one.row, plates: plates(), fleets: fleets(), events: q.get('before') ? [] : events(), next: null }) : gone()
  }
  if (path === '/plates/life') return q.get('reason') ? ok({ vehicle: null, plates: [], fleets: [], events: passages.filter((p) => p.summary.plate === q.get('plate')).map((p) => ({ ...event('passage', p.summary.id, 0, p.summary.outcome, p.summary.station_name, '', p.summary.opacity_mean_hundredths, p.summary.plate), at_utc_us: p.summary.passed_utc_us })), next: null }) : reasonless()
  if (path === '/carriers') return ok({ organisations: found(carriers), next: null })
  if (path === '/inspection-stations') return ok({ organisations: found(stations), next: null })
  if (path === '/repair-shops') return ok({ shops: found(shops, (one) => one.shop), next: null })
  if (top === 'carriers' && !sub) {
    const one = carriers.find((one) => one.code === id)
    return one ? ok({ carrier: one, day: q.get('day'), fleet_size: id === CARRIER ? fleet.length : 0, changes: id === CARRIER ? changes : [] }) : gone()
  }
  if (top === 'carriers' && sub === 'fleet') return ok({ day: q.get('day'), vehicles: id === CARRIER ? fleet : [], next: null })
  if (method === 'GET' && path === '/register/imports') return ok({ imports: nothing ? [] : imports })
  if (top === 'register' && id === 'imports' && sub) {
    const one = imports.find((one) => one.id === sub)
    if (!one) return gone()
    if (parts[3] === 'rows') { const all = rowsOf(one).filter((row) => !q.get('outcome') || row.outcome === q.get('outcome')); return ok({ rows: all, next: null }) }
    if (parts[3] === 'apply') { Object.assign(one, { state: 'applied', applied_by: who.name, applied_utc_us: now() }); return ok(one) }
    if (method === 'DELETE') { imports.splice(imports.indexOf(one), 1); return { status: 204 } }
    return ok(one)
  }
  return null
}

/** A file's rows are read in lines, slowly enough to be seen. */
export async function upload(response, q, who) {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const of = 52_000
  for (let done = 0; done < of; done += 2_048) {
    response.write(JSON.stringify({ done, of }) + '\n')
    await new Promise((wake) => setTimeout(wake, 120))
  }
  const one = imported(`M${String(imports.length).padStart(20, '0')}`, q.get('kind'), q.get('file_name'), { new: 44, changed: 3, unchanged: 3 }, { previewed_by: who.name, previewed_utc_us: now() })
  imports.unshift(one)
  response.end(JSON.stringify({ import: one }) + '\n')
}
