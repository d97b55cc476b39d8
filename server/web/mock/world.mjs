// The mock server's world: made-up vehicles at two made-up stations. Development only.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

const HOUR = 3_600_000_000
const now = () => Date.now() * 1000
export const STATIONS = [
  { id: 'A140105001', name: '小店东环检查站' }, { id: 'A140106002', name: '迎泽南内环遥测点' }, { id: 'A140108003', name: '尖草坪北出口' },
]
const PLATES = [['晋A12D45', 'yellow'], ['晋K8823A', 'yellow'], ['冀B7Q021', 'yellow'], ['陕KC9165', 'blue'], ['晋AD12345', 'green'], ['鲁H52Z18', 'yellow'], ['晋B30661', 'yellow'], ['豫C9183K', 'blue'], ['蒙A6630F', 'yellow'], ['晋A02518D', 'yellow-green']]
const OPACITY = [812, 3520, 1204, 240, null, 2988, 5673, 90, 3344, 4110]
const LIMITS = [['opacity', 3000, 'enforcement'], ['ringelmann', 1, 'enforcement'], ['no', 150000, 'screening']]
const CLAUSE = 'HJ 845-2017, 5, 表1'
const sha = (text) => createHash('sha256').update(text).digest('hex')
const KINDS = ['vehicle-front', 'vehicle-rear', 'plate-front', 'plate-rear', 'plume']
export const passages = []
export const files = new Map()
let sequence = 1400

function name(item, zh) {
  return { opacity: ['不透光度', 'Opacity'], ringelmann: ['林格曼黑度', 'Ringelmann level'], no: ['一氧化氮', 'Nitric oxide'] }[item][zh ? 0 : 1]
}
const show = (item, v) => (item === 'opacity' ? `${(v / 100).toFixed(2)} %` : item === 'no' ? `${(v / 100).toFixed(2)} ×10⁻⁶` : String(v))

export function pass(n, at, station = STATIONS[n % 3]) {
  const [plate, colour] = PLATES[n % PLATES.length]
  const opacity = OPACITY[n % OPACITY.length]
  const unread = n % 13 === 5
  const windy = n % 11 === 4
  const no = opacity === null ? null : n % 7 === 3 ? 172_030 : 31_210 + (n % 9) * 9_000
  const ringelmann = opacity === null ? null : Math.round(opacity / 2000)
  const id = `${station.id}-${String(++sequence).padStart(10, '0')}`
  const values = { opacity: windy ? null : opacity, ringelmann, no: windy ? null : no }
  const findings = LIMITS.filter(([item]) => values[item] !== null).map(([item, limit, role]) => ({ item, measured: values[item], limit, exceeds: values[item] > limit, role, clause: CLAUSE }))
  const exceeding = findings.some((f) => f.exceeds && f.role === 'enforcement')
  const outcome = !findings.length ? 'not-judged' : exceeding ? 'exceeding' : findings.some((f) => f.exceeds) ? 'screened' : 'passed'
  const doubts = [...(unread ? ['plate-unread'] : []), ...(n % 6 === 2 ? ['trailer-behind'] : []), ...(n % 17 === 8 ? ['several-vehicles'] : []), ...(opacity === null ? ['no-reading'] : [])]
  const summary = {
    id, station: station.id, station_name: station.name, lane: 1 + (n % 2), passed_utc_us: at, clock: n % 9 === 7 ? 'holdover' : 'synchronised', received_utc_us: at + 1_400_000,
    plate: unread ? null : plate, plate_colour: unread ? null : colour, plate_confidence_per_mille: unread ? null : 987 - (n % 5) * 9, outcome, edge_outcome: n % 19 === 6 ? 'passed' : outcome, disagrees: n % 19 === 6 && outcome !== 'passed', edition: n % 19 === 6 ? 'other' : 'in-force', corroboration: '',
    opacity_mean_hundredths: opacity, ringelmann, no_ppm_hundredths: no, speed_mm_s: 9_800 + (n % 7) * 1_100, doubts,
    watch: n % 10 === 6 ? 'open-case' : n % 10 === 3 && n % 20 === 3 ? 'wanted' : null, picture: sha(id + 'vehicle-rear'), plate_picture: sha(id + 'plate-front'), evidence_missing: n % 8 === 1 ? 2 : 0,
    review: exceeding ? ['waiting', 'confirmed', 'rejected', 'waiting'][n % 4] : 'none',
  }
  const evidence = KINDS.map((kind, k) => ({ kind, sha256: sha(id + kind), bytes: 48_000 + k * 61_000, stored: !(summary.evidence_missing && k > 2) }))
  for (const e of evidence) files.set(e.sha256, { kind: e.kind, summary: { ...summary, plate: plate, plate_colour: colour } })
  const stamp = (shift = 0) => ({ utc_us: at + shift, clock: summary.clock })
  const sighting = (weak) => ({
    first_seen: stamp(-400_000), last_seen: stamp(200_000), frames: 7, plate: unread || weak ? null : plate, abstained: unread || weak ? 'low-confidence' : null, raw: unread ? '晋A?2D4' : plate, colour, rows: 1, confidence_per_mille: weak ? 541 : 978,
    alternatives: [...plate].map((c, k) => (k === 3 ? [[c, weak ? 541 : 872], ['B', 88], ['0', 21]] : [[c, 996 - k]])), corners: [[610, 560], [760, 560], [760, 608], [610, 608]],
  })
  const verdict = { outcome, rulebook: 'HJ 845-2017', rulebook_version: '2017-07-27.1', findings }
  const reasons = findings.map((f) => ({ zh: `${name(f.item, true)}${show(f.item, f.measured)}，${f.exceeds ? '超过' : '未超过'}限值${show(f.item, f.limit)}（${f.clause}）。`, en: `${name(f.item, false)} ${show(f.item, f.measured)} ${f.exceeds ? 'exceeds' : 'is within'} the limit ${show(f.item, f.limit)} (${f.clause}).` }))
  if (windy) reasons.push({ zh: '测量无效：风速6.1 m/s，高于5.0 m/s。', en: 'The reading does not count: wind speed 6.1 m/s is above 5.0 m/s.' })
  if (!reasons.length) reasons.push({ zh: '没有可判定的有效测量。', en: 'Nothing that counts was measured.' })
  const report = {
    v: 1, id, lane: summary.lane, passed: stamp(), doubts, evidence: evidence.map(({ stored, ...e }) => e), verdict: { ...verdict, outcome: summary.edge_outcome },
    ...(opacity === null ? {} : { invalid: windy ? [{ condition: 'wind', breach: 'above', measured: 6_100, limit: 5_000 }] : [], reading: { device: 'RS-2023-0117', boot: 31, sequence, measured: stamp(), co2_ppm_hundredths: 14_060_000, co_ppm_hundredths: 20_100, hc_ppm_hundredths: 2_310, no_ppm_hundredths: no, co_ratio_millionths: 1_429, hc_ratio_millionths: 143, no_ratio_millionths: 4_286, opacity_mean_hundredths: opacity, opacity_max_hundredths: Math.round(opacity * 1.2), speed_mm_s: summary.speed_mm_s, acceleration_mm_s2: 310, slope_degree_hundredths: 120, plume_ppm_m_hundredths: 61_200, audit: 'AUD-20261123-0800', audit_passed_utc_us: at - HOUR, head_status: 'good' } }),
    front: sighting(false), rear: n % 3 ? sighting(true) : null, smoke: ringelmann ? { first_seen: stamp(), last_seen: stamp(400_000), hits: 6, opacity_hundredths: opacity, uncertainty_hundredths: 310, level: ringelmann, confidence_per_mille: 962, unmeasurable: null } : null,
    weather: { measured: stamp(-21_000_000), wind_mm_s: windy ? 6_100 : 1_700, wind_from_degrees: 292, temperature_celsius_hundredths: -420, humidity_percent_hundredths: 4_140, pressure_pa: 92_140, precipitation: false },
  }
  // As the server words it: each instrument beside its own limit, neither made into the other.
  const beam = findings.find((f) => f.item === 'opacity')
  const camera = findings.find((f) => f.item === 'ringelmann')
  summary.corroboration = beam && camera ? (beam.exceeds && camera.exceeds ? 'both-exceed' : beam.exceeds !== camera.exceeds ? 'disagrees' : 'both-below') : 'not-comparable'
  const figures = { zh: beam && camera ? `遥测不透光度${show('opacity', beam.measured)}（限值30.00 %），视频林格曼${camera.measured}级（限值1级）；两种不透光度互不换算。` : '', en: beam && camera ? `Cross-road opacity ${show('opacity', beam.measured)} (limit 30.00 %); camera Ringelmann ${camera.measured} (limit 1). The two opacities are not converted into each other.` : '' }
  const corroboration = {
    'both-exceed': { zh: `两种仪器相互印证：均超标。${figures.zh}`, en: `Both instruments exceed. ${figures.en}` },
    'both-below': { zh: `两种仪器相互印证：均明显低于限值。${figures.zh}`, en: `Both instruments are clearly below their limits. ${figures.en}` },
    disagrees: { zh: `两种仪器相互矛盾，请复核图像。${figures.zh}`, en: `The instruments contradict each other; look at the pictures. ${figures.en}` },
    'not-comparable': { zh: '两种仪器无法比较：视频没有烟度数值。', en: 'The instruments cannot be compared: the camera gave no smoke figure.' },
  }[summary.corroboration]
  reasons.push({ zh: '依据规则集HJ 845-2017，版本2017-07-27.1。', en: 'Judged by rulebook HJ 845-2017, version 2017-07-27.1.' })
  const detail = { corroboration, summary, report, server_verdict: verdict, reasons, evidence, candidate_id: null, case_id: null, exhaust_test: null, chain_ok: true }
  passages.unshift(detail)
  return detail
}

for (let n = 70; n >= 0; n--) pass(n, now() - n * 53_000_000 - (n > 40 ? 20 * HOUR : 0))

const seen = new Set()
const exceeding = () => passages.find((p) => p.summary.outcome === 'exceeding' && p.summary.plate && p.summary.opacity_mean_hundredths > 3000 && !seen.has(p.summary.plate) && seen.add(p.summary.plate))
function candidate(n) {
  const later = exceeding() ?? pass(36, now() - 9 * HOUR)
  const k = PLATES.findIndex(([plate]) => plate === later.summary.plate)
  const earlier = pass(k + 10 * (n + 1), later.summary.passed_utc_us - (9 + n) * 24 * HOUR, STATIONS[0])
  const both = [earlier, later]
  const id = sha(`candidate${n}`).slice(0, 20)
  both.forEach((p) => ((p.candidate_id = id), (p.summary.review = 'waiting')))
  const values = both.map((p) => (p.summary.opacity_mean_hundredths / 100).toFixed(2))
  const c = { id, plate: later.summary.plate, plate_colour: later.summary.plate_colour, item: 'opacity', opened_utc_us: later.summary.received_utc_us, state: 'waiting', contested: false, corroborations: both.map((p) => p.summary.corroboration), corroborated: both.some((p) => p.summary.corroboration === 'both-exceed'), people: n === 1 ? 2 : 1, first: n === 1 ? { by: 'zhang.fuhe', at_utc_us: now() - 5 * HOUR, reason: '照片与读数一致，证据清楚' } : null, decided_by: null, reason: null, passages: both.map((p) => p.summary.id), rulebook: 'HJ 845-2017', rulebook_version: '2017-07-27.1', clause: 'HJ 845-2017, 6', explanation: { zh: `6个自然月内不透光度连续2次有效测量超标：${values[0]} %；${values[1]} %，限值30.00 %（HJ 845-2017, 6）。`, en: `2 consecutive valid measurements of opacity exceed the limit within 6 calendar months: ${values[0]} %; ${values[1]} %, limit 30.00 % (HJ 845-2017, 6).` } }
  return { candidate: c, passages: both }
}
export const candidates = [0, 1, 2, 3, 4].map(candidate)
passages.sort((a, b) => b.summary.passed_utc_us - a.summary.passed_utc_us)

export const row = (at, actor, action, subject, reason = null, detail = '') => ({ at_utc_us: at, actor, action, subject, reason, detail })
export const audit = []
audit.unshift(row(now() - 9e8, 'zhao.zhifa', 'plate-searched', '—', '群众举报 12345-8812', '晋A12D45'), row(now() - 5e8, 'li.fuhe', 'passage-viewed', passages[3].summary.id), row(now() - 2e8, 'admin', 'signed-in', 'admin'))

const part = (p, state, zh, en) => ({ part: p, state, zh, en })
export const stations = () => STATIONS.map((s, n) => ({
  ...s, region: s.id.slice(1, 7), enrolled: n < 2, online: n === 0, last_seen_utc_us: n === 2 ? null : now() - [8e6, 5_400e6][n], received: [18_402, 9_120, 0][n], missing: [3, 0, 0][n], last_sequence: [18_405, 9_120, 0][n],
  health: n === 2 ? null : { v: 1, at: { utc_us: now() - [8e6, 5_400e6][n], clock: 'synchronised' }, software: '0.1.0', last_sequence: 18_405, backlog_records: [3, 214][n], backlog_files: [12, 801][n], disk_free_bytes: [81_200_000_000, 2_100_000_000][n], shed_files: [0, 44][n], watchlist_version: [17, 15][n], parts: [
    part('head-1', 'good', '每秒心跳正常', 'heartbeat every second'), part('weather', n ? 'down' : 'good', n ? '42 分钟没有读数' : '12 秒前读数', n ? 'no reading for 42 min' : 'read 12 s ago'), part('camera-front-1', 'good', '25 帧/秒', '25 frames a second'),
    part('camera-rear-1', 'degraded', '画面偏暗，黑烟无法测量', 'picture too dark to measure smoke'), part('clock', 'good', '已同步', 'synchronised'), part('disk', n ? 'degraded' : 'good', n ? '空间将满，正在舍弃照片' : '空间充足', n ? 'nearly full, shedding pictures' : 'enough room'), part('uplink', n ? 'down' : 'good', n ? '连接断开' : '已连接', n ? 'link down' : 'connected'),
  ] },
}))
export const wanted = [{ plate: '晋K8823A', colour: 'yellow', reason: '冒黑烟被举报三次，市局要求拦检（并环函〔2026〕41号）', added_utc_us: now() - 50 * HOUR, added_by: 'wang.zhuguan' }, { plate: '冀B7Q021', colour: null, reason: '疑似拆除颗粒捕集器', added_utc_us: now() - 9 * HOUR, added_by: 'wang.zhuguan' }]
export const accounts = [['zhang.fuhe', '张复核', 'reviewer', '140100'], ['admin', '系统管理员', 'admin', '000000'], ['li.fuhe', '李复核', 'reviewer', '140100'], ['zhao.zhifa', '赵执法', 'enforcer', '140105'], ['wang.zhuguan', '王主管', 'authority', '140000'], ['sun.tingyong', '孙停用', 'reviewer', '140100']].map(([n, display_name, role, region], k) => ({ name: n, display_name, role, region, must_change_password: false, disabled: k === 5 }))
export const rulebook = { id: 'HJ 845-2017', version: '2017-07-27.1', title: { zh: '在用柴油车排气污染物测量方法及技术要求（遥感检测法）', en: 'Diesel vehicles in use: exhaust measurement by remote sensing' }, limits: LIMITS.map(([item, at_most, role]) => ({ item, at_most, role, clause: CLAUSE })) }

/** What a real server answered with deploy/rulebooks-sample as its folder. */
export const rulebooks = JSON.parse(readFileSync(new URL('./rulebooks.json', import.meta.url), 'utf8'))
