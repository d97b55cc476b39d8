// The mock server's tests of stopped vehicles, checks of heads and statistics. Development only.
import { passages, STATIONS } from './world.mjs'

const DAY = 86_400_000_000
const now = () => Date.now() * 1000
/** The same numbers at every start. */
let seed = 7
const chance = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648)
const around = (middle, spread) => middle + Math.round((chance() + chance() + chance() - 1.5) * spread)
const day = (at) => new Date(at / 1000 + 8 * 3_600_000).toISOString().slice(0, 10)

const run = (peak) => ({
  highest_per_m_hundredths: peak, highest_rpm: around(2_850, 60),
  curve: Array.from({ length: 40 }, (_, n) => [n * 110, Math.max(4, n < 9 ? around(6, 4) : Math.round(peak * Math.exp(-((n - 15) ** 2) / (n < 15 ? 9 : 60))) + around(3, 4)), n < 8 ? 760 : Math.min(2_850, 760 + (n - 8) * 260)]).map(([ms, k, rpm]) => [ms, Math.min(peak, k), rpm]).map((point, n) => (n === 15 ? [point[0], peak, point[2]] : point)),
})

function test(n, { plate = null, colour = null, vin = null, cls = 'a', book = 'GB 3847-2018', limit = 120, peaks = null, eye = null, samples = [], disagrees = false, passage = null }) {
  const at = now() - n * 5_300_000_000
  const station = STATIONS[n % 2]
  const mean = peaks && Math.round(peaks.slice(-3).reduce((a, b) => a + b) / 3)
  const clause = `${book}, ${book === 'GB 3847-2018' ? '8, 表2' : '4, 表1'}`
  const findings = [...(mean ? [{ item: 'free_acceleration_k', measured: mean, limit, bound: 'at-most', holds: mean <= limit, clause }] : []), ...(eye ? [{ item: 'ringelmann', measured: Math.max(...eye), limit: 1, bound: 'at-most', holds: Math.max(...eye) <= 1, clause }] : [])]
  const outcome = !findings.length ? 'not-judged' : findings.every((f) => f.holds) ? 'passed' : 'failed'
  const show = (f, v) => (f.item === 'ringelmann' ? String(v) : `${(v / 100).toFixed(2)} m⁻¹`)
  const verdict = findings.length ? { outcome, rulebook: book, rulebook_version: '2019-05-01.1', findings, without_limit: [] } : null
  const id = `${station.id}-${String(2_200 - n).padStart(10, '0')}`
  const stamp = (shift) => ({ utc_us: at + shift, clock: 'synchronised' })
  const edge = verdict && { ...verdict, outcome: disagrees ? 'passed' : outcome }
  return {
    summary: { id, station: station.id, station_name: station.name, started_utc_us: at, ended_utc_us: at + 410e6, clock: 'synchronised', received_utc_us: at + 412e6, passage, plate, plate_colour: colour, vin, method: peaks ? 'free-acceleration' : eye ? 'by-eye' : 'samples', k_mean_per_m_hundredths: mean, ringelmann: eye ? Math.max(...eye) : null, outcome, edge_outcome: edge?.outcome ?? null, disagrees, samples: samples.length, results: samples.filter((s) => s.result).length },
    report: {
      id, started: stamp(0), ended: stamp(410e6), vehicle: { plate, colour, vin, limit_class: cls, rated_power_w: vin && !plate ? 92_000 : 276_000, altitude_m: 780 },
      meter: peaks ? { driver: 'nht-1l', device: 'NHT-0042', calibrated_utc_us: at - 7_200e6 } : null,
      free_acceleration: peaks && { purges: 3, runs: peaks.map(run), mean_per_m_hundredths: mean },
      by_eye: (eye ?? []).map((level, k) => ({ observer: ['李卫', '王芳'][k], level })), officers: ['李卫', '王芳'],
      weather: { measured: stamp(-20e6), wind_mm_s: 1_700, wind_from_degrees: 292, temperature_celsius_hundredths: 620, humidity_percent_hundredths: 4_140, pressure_pa: 92_140, precipitation: false },
      verdict: edge, note: n === 1 ? '排气管后段有修补痕迹；尿素箱液位正常。' : null,
    },
    server_verdict: verdict,
    reasons: findings.map((f) => ({ zh: `${f.item === 'ringelmann' ? '林格曼黑度' : '自由加速光吸收系数'}${show(f, f.measured)}，${f.holds ? '未超过' : '超过'}限值${show(f, f.limit)}（${f.clause}）。`, en: `${f.item === 'ringelmann' ? 'Ringelmann level' : 'free acceleration, absorption coefficient'}: ${show(f, f.measured)} ${f.holds ? 'is within' : 'exceeds'} the limit ${show(f, f.limit)} (${f.clause}).` })),
    samples, evidence: n === 1 ? passages[4].evidence.slice(0, 4) : [], chain_ok: true,
  }
}
const bottle = (number, substance, seal, result = null) => ({ number, substance, seal, taken_utc_us: now() - 7_000e6, result })
const answered = { passed: false, found: '尿素含量 21.4 %（要求 31.8 %–33.2 %）', laboratory: '省产品质量检验院', report_number: 'CPZ-2026-1187', entered_by: 'zhao.zhifa', entered_utc_us: now() - 3_000e6 }
export const tests = [
  test(1, { plate: '晋A12D45', colour: 'yellow', vin: 'LZZ5CLSB8KA123456', peaks: [171, 166, 158], eye: [2, 1], passage: passages[4].summary.id, samples: [bottle(1, 'urea', 'U-2026-0417', answered), bottle(2, 'fuel', 'F-2026-0102')] }),
  test(2, { plate: '冀B7Q021', colour: 'yellow', peaks: [84, 131, 88, 82, 86] }),
  test(3, { vin: '3-LA123456', cls: 'II', book: 'GB 36886-2018', limit: 80, peaks: [78, 81, 79] }),
  test(4, { plate: '陕KC9165', colour: 'blue', eye: [1, 1] }),
  test(5, { plate: '鲁H52Z18', colour: 'yellow', peaks: [124, 122, 123], disagrees: true }),
  test(6, { plate: '晋B30661', colour: 'yellow', samples: [bottle(1, 'urea', 'U-2026-0416')] }),
]
passages[4].exhaust_test = tests[0].summary.id

const TOLERANCE = { co2: 750_000, co: 150_000, hc: 5_000, no: 7_500, opacity: 200 }
const ERRORS = { co2: [60_000, 0], co: [9_000, 400], hc: [500, -20], no: [900, 190], opacity: [40, 1] }
const SERIES = [['no', 0], ['no', 150_000], ['co2', 15_000_000], ['co', 3_000_000], ['hc', 100_000], ['opacity', 0], ['opacity', 3_000], ['opacity', 5_000]]
function drift(days) {
  return SERIES.map(([quantity, standard]) => {
    const [noise, perDay] = standard === 0 && quantity === 'no' ? [300, 0] : ERRORS[quantity]
    const told = Array.from({ length: days }, (_, n) => {
      const mean = around(perDay * (n + 30 - days) * 1.3, noise)
      return { day: day(now() - (days - 1 - n) * DAY), checks: 12, mean, lowest: mean - Math.round(noise * 0.8), highest: mean + Math.round(noise * 0.8) }
    }).filter((_, n) => n % 11 !== 6)
    const slope = perDay * 39
    const last = told.at(-1).mean
    const left = Math.abs(last) > TOLERANCE[quantity] ? 0 : slope === 0 ? null : Math.floor((((slope > 0 ? 1 : -1) * TOLERANCE[quantity] - last) * 30) / slope)
    return { lane: 1, device: 'RS-2023-0117', quantity, standard, tolerance: TOLERANCE[quantity], days: told, slope_per_30_days: days < 5 ? null : slope, days_left: left }
  })
}

export function statistics(id, days) {
  const station = STATIONS.find((s) => s.id === id)
  if (!station) return null
  seed = Number(id.slice(-3)) * 31 + days
  const from = Math.floor((now() + 28_800e6) / DAY) * DAY - 28_800e6 - (days - 1) * DAY
  const base = { station: id, station_name: station.name, from_utc_us: from, to_utc_us: now() }
  const share = (part, whole) => (whole ? Math.round((part / whole) * 10_000) : null)
  const shares = (c) => ({ ...c, valid_hundredths: share(c.valid, c.readings), exceeding_hundredths: share(c.exceeding, c.passed + c.screened + c.exceeding) })
  if (id.endsWith('3')) {
    const none = shares({ passages: 0, readings: 0, valid: 0, passed: 0, screened: 0, exceeding: 0 })
    return { ...base, total: none, days: [], conditions: [], opacity: { bin_hundredths: 200, counts: Array(50).fill(0), median_hundredths: null, limit_hundredths: 3_000, above_limit: 0 }, agreement: { pairs: [], pairs_max: 1_500, difference_hundredths: null, spread_hundredths: null }, nitric_oxide: { median_ppm_hundredths: null, readings: 0, sites: [], others_ppm_hundredths: null, spread_ppm_hundredths: null, z_hundredths: null, unlike: false }, drift: [] }
  }
  const told = Array.from({ length: days }, (_, n) => {
    const passages = around(1_840, 500)
    const readings = passages - around(90, 60)
    const valid = Math.round(readings * (n % 9 === 5 ? 0.31 : 0.78 + chance() * 0.1))
    const exceeding = Math.round(valid * (0.017 + chance() * 0.012))
    const screened = Math.round(valid * 0.05)
    return { day: day(from + n * DAY), ...shares({ passages, readings, valid, passed: valid - exceeding - screened, screened, exceeding }) }
  }).filter((_, n) => n % 13 !== 8)
  const sum = (key) => told.reduce((all, d) => all + d[key], 0)
  const total = shares(Object.fromEntries(['passages', 'readings', 'valid', 'passed', 'screened', 'exceeding'].map((key) => [key, sum(key)])))
  const counts = Array.from({ length: 50 }, (_, bin) => Math.round(total.valid * 0.22 * Math.exp(-bin / 3.4) + (bin > 30 ? 0 : chance() * 6)))
  const pairs = Array.from({ length: 420 }, () => {
    const beam = Math.round(2_000 * -Math.log(1 - chance() * 0.96))
    return [beam, Math.max(0, around(Math.round(beam * 1.06 + 120), 900))]
  }).filter(([beam, camera]) => beam < 9_000 && camera < 9_500)
  const site = (n, name, median) => ({ station: `A14010600${n}`, name, median_ppm_hundredths: median, readings: around(900, 400) })
  return {
    ...base, total, days: told, conditions: [['plume', 6_120], ['wind', 2_411], ['headway', 1_802], ['acceleration', 640], ['audit', 88]].map(([condition, count]) => ({ condition, count })),
    opacity: { bin_hundredths: 200, counts, median_hundredths: 438, limit_hundredths: 3_000, above_limit: counts.slice(15).reduce((a, b) => a + b) },
    agreement: { pairs, pairs_max: 1_500, difference_hundredths: 214, spread_hundredths: 320 },
    nitric_oxide: { median_ppm_hundredths: 71_400, readings: total.valid, sites: [site(2, '迎泽南内环遥测点', 41_200), site(4, '杏花岭北中环', 38_800), site(5, '万柏林西环', 44_100), site(6, '晋源南环检查站', 40_300), site(7, '清徐东入口', 46_900)], others_ppm_hundredths: 41_200, spread_ppm_hundredths: 2_400, z_hundredths: 849, unlike: true },
    drift: drift(days),
  }
}

export const checks = (id) => (id.endsWith('3') ? [] : Array.from({ length: 14 }, (_, n) => {
  const method = ['audit', 'zero', 'audit', 'span', 'static'][n % 5]
  const off = n === 4
  const points = (method === 'zero' ? [['no', 0], ['opacity', 0]] : SERIES.slice(1, 6)).map(([quantity, standard]) => {
    const measured = standard + (off && quantity === 'no' ? 8_200 : around(0, ERRORS[quantity][0]))
    return { quantity, standard, measured, tolerance: TOLERANCE[quantity], holds: Math.abs(measured - standard) <= TOLERANCE[quantity] }
  })
  const at = now() - n * 7_200e6
  return { id: `${id}-${String(2_400 - n).padStart(10, '0')}`, performed_utc_us: at, clock: 'synchronised', received_utc_us: at + 2e6, lane: 1, device: 'RS-2023-0117', number: `AUD-${2_400 - n}`, method, speed_mm_s: null, by: method === 'static' ? '王芳' : null, passed: !off, edge_passed: !off, disagrees: false, faults: n === 9 ? ['incomplete'] : [], points }
}))
