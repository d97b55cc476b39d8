// Cases of the mock: one in each state, each come there by the events that lead to it.
import { audit, candidates, row } from './world.mjs'

const HOUR = 3_600_000_000
const DAY = 24 * HOUR
const now = () => Date.now() * 1000
const dayOf = (us) => new Date(us / 1000 + 8 * 3_600_000).toISOString().slice(0, 10)
const KEY = '5f0c1a7be2d94c3f8a6b0d17e4952c8b3a6f1d90c7e4b258916d3fa0c58e7b42'

export const cases = []

/** So many weekdays on: the mock knows no holidays. */
function workingDays(from, days) {
  let at = from
  for (let left = days; left > 0; ) {
    at += DAY
    if (![0, 6].includes(new Date(at / 1000 + 8 * 3_600_000).getUTCDay())) left--
  }
  return dayOf(at)
}

const ACTIONS = { 'serve-notice': 'notice-served', 'order-repair': 'repair-ordered', taken: 'order-taken', repaired: 'case-repaired', 'retest-passed': 'retest-passed', 'retest-failed': 'retest-failed', 'enter-appeal': 'appeal-entered', 'uphold-appeal': 'appeal-upheld', 'reject-appeal': 'appeal-rejected', refer: 'case-referred', withdraw: 'case-withdrawn', 'close-by-exception': 'case-closed-by-exception', overdue: 'case-overdue' }
const STATES = { 'serve-notice': 'noticed', 'order-repair': 'repair-ordered', repaired: 'repaired', 'retest-passed': 'closed', 'retest-failed': 'repair-ordered', withdraw: 'withdrawn', 'uphold-appeal': 'won', 'close-by-exception': 'closed' }
const isOpen = (c) => ['opened', 'noticed', 'repair-ordered', 'repaired'].includes(c.case.state)

/** What a person may do, as the server's core decides it. */
function allowed(c) {
  const pending = c.case.appeal_day !== null
  const appeal = pending ? ['uphold-appeal', 'reject-appeal'] : ['enter-appeal']
  const ends = ['withdraw', 'close-by-exception']
  const refer = pending || c.case.referred_utc_us ? [] : ['refer']
  return ({
    opened: [...(pending ? [] : ['serve-notice']), ...appeal, ...ends], noticed: [...(pending ? [] : ['serve-notice', 'order-repair']), ...appeal, ...refer, ...ends],
    'repair-ordered': [...appeal, ...refer, ...ends], repaired: [...appeal, ...refer, ...ends], closed: appeal,
  })[c.case.state] ?? []
}

export function openCase(from, actor, reason, at = now()) {
  const id = `C${from.candidate.id}`
  const history = [row(at, actor, 'candidate-confirmed', from.candidate.id, reason), row(at, actor, 'case-opened', id, reason)]
  if (from.candidate.first) history.unshift(row(from.candidate.first.at_utc_us, from.candidate.first.by, 'candidate-seconded', from.candidate.id, from.candidate.first.reason))
  const case_ = { id, plate: from.candidate.plate, plate_colour: from.candidate.plate_colour, item: from.candidate.item, state: 'opened', opened_utc_us: at, opened_by: actor, candidate_id: from.candidate.id, updated_utc_us: at, due_day: null, due_provisional: false, overdue: false, notice: null, retest_station: null, taken_utc_us: null, appeal_day: null, referred_utc_us: null, closed_by: null, exception_ground: null, exception_by: null }
  cases.unshift({ case: case_, history, steps: [], from, passages: from.passages })
  audit.unshift(...history.toReversed())
  return id
}

export function decide(c, body, who) {
  const said = c.candidate
  if (body.decision === 'confirm' && said.first?.by === who.name) return null
  if (body.decision === 'confirm' && said.people > 1 && !said.first) {
    said.first = { by: who.name, at_utc_us: now(), reason: body.reason }
    return { status: 200, body: { case_id: null, waits_for_second: true } }
  }
  Object.assign(said, { state: body.decision === 'confirm' ? 'confirmed' : 'rejected', decided_by: who.name, reason: body.reason })
  return { status: 200, body: { case_id: body.decision === 'confirm' ? openCase(c, who.name, body.reason) : null, waits_for_second: false } }
}

export function happen(c, said, actor, at = now()) {
  const { event } = said
  const step = { at_utc_us: at, actor, event, reason: said.reason ?? null, method: said.method ?? null, paper: said.paper ?? null, received_day: event === 'serve-notice' || event === 'enter-appeal' ? said.received_day : null, served_day: null, station: said.station ?? null, due_day: null, count: null, ground: said.ground ?? null, approved_by: said.approved_by ?? null }
  if (event === 'serve-notice') {
    step.served_day = said.method === 'public-notice' ? dayOf(Date.parse(said.received_day) * 1000 + 30 * DAY) : said.received_day
    Object.assign(c.case, { notice: { method: said.method, paper: said.paper, received_day: said.received_day, served_day: step.served_day }, due_day: workingDays(Date.parse(step.served_day) * 1000, 5) })
  }
  if (event === 'order-repair') Object.assign(c.case, { retest_station: said.station, due_day: workingDays(at, said.days ?? 15) })
  if (event === 'taken') c.case.taken_utc_us = at
  if (event === 'enter-appeal') c.case.appeal_day = said.received_day
  if (event === 'reject-appeal') Object.assign(c.case, { appeal_day: null, due_day: workingDays(at, 5) })
  if (event === 'refer') c.case.referred_utc_us = at
  if (event === 'overdue') step.due_day = c.case.due_day
  Object.assign(c.case, { state: STATES[event] ?? c.case.state, updated_utc_us: at })
  if (['serve-notice', 'order-repair', 'reject-appeal'].includes(event)) Object.assign(step, { due_day: c.case.due_day, count: 'working' })
  if (!isOpen(c)) Object.assign(c.case, { due_day: null, appeal_day: null, retest_station: null, closed_by: event === 'retest-passed' ? 'retest' : event === 'close-by-exception' ? 'exception' : null, exception_ground: said.ground ?? null, exception_by: said.approved_by ?? null })
  const written = row(at, actor, ACTIONS[event], c.case.id, said.reason ?? null)
  c.steps.push(step)
  c.history.push(written)
  audit.unshift(written)
}

const overdue = (c) => isOpen(c) && !c.case.appeal_day && c.case.due_day !== null && c.case.due_day < dayOf(now())
const queue = (c) => (!isOpen(c) ? `9${9e15 - c.case.updated_utc_us}` : c.case.appeal_day ? `3${c.case.opened_utc_us}` : c.case.due_day ? `1${c.case.due_day}` : `2${c.case.opened_utc_us}`)

export function page(q) {
  for (const c of cases) c.case.overdue = overdue(c)
  const found = cases.filter((c) => (!q.get('state') || c.case.state === q.get('state')) && (!q.get('overdue') || c.case.overdue) && (!q.get('appealed') || c.case.appeal_day) && (!q.get('referred') || c.case.referred_utc_us))
  return { cases: found.toSorted((a, b) => (queue(a) < queue(b) ? -1 : 1)).map((c) => c.case), next: null, open: cases.filter(isOpen).length, overdue: cases.filter(overdue).length }
}

const fact = (zh, en) => ({ zh, en })
const TOLD = {
  'serve-notice': (s) => fact(`以${{ letter: '信函', text: '短信', 'public-notice': '公告' }[s.method]}送达通知书${s.paper}，${s.received_day}收到或发布，${s.served_day}视为送达，期限${s.due_day}（按工作日计）`, `notice ${s.paper} went by ${s.method.replace('-', ' ')}, received or published on ${s.received_day}, served as of ${s.served_day}, due ${s.due_day} (counted in working days)`),
  'order-repair': (s) => fact(`责令维修，并在${s.station}复检合格，期限${s.due_day}（按工作日计）（各地办法，10至30个工作日不等）`, `repair was ordered, with a retest to be passed at ${s.station}, due ${s.due_day} (counted in working days) (各地办法，10至30个工作日不等)`),
  'enter-appeal': (s) => fact(`收到申诉（${s.received_day}），期限自该日起中止`, `an appeal was entered (received on ${s.received_day}); deadlines stand still from that day`),
  'uphold-appeal': () => fact('申诉成立，案件终结，所依据的超标不再计入', 'the appeal was upheld: the case ended and its exceedances count no more'), 'reject-appeal': (s) => fact(`申诉不成立，案件继续，期限${s.due_day}`, `the appeal was rejected and the case went on, due ${s.due_day}`),
  refer: () => fact('移送公安交通管理部门（大气污染防治法, 一百一十三）', 'it was referred to the traffic police (Air Pollution Law, article 113)'), withdraw: () => fact('案件撤销，所依据的超标不再计入', 'the case was withdrawn and its exceedances count no more'),
  'close-by-exception': (s) => fact(`未经复检而结案：车辆已报废，批准人${s.approved_by}`, `it was closed without a retest: the vehicle was scrapped, approved by ${s.approved_by}`), overdue: (s) => fact(`期限${s.due_day}已过，仍未办理`, `The deadline ${s.due_day} passed and nothing was done`),
  taken: () => fact('维修单位接单', 'a repair shop took the order'), repaired: () => fact('维修单位上传维修记录', 'the repair shop recorded the repair'), 'retest-passed': () => fact('复检合格', 'the vehicle passed its retest'), 'retest-failed': () => fact('复检不合格，退回维修', 'the vehicle failed its retest and went back to repair'),
}

function explanation(c) {
  const day = dayOf(c.case.updated_utc_us)
  const opened = dayOf(c.case.opened_utc_us)
  const verdict = isOpen(c)
    ? c.case.appeal_day ? fact('该车在列：案件未结，申诉待决，期限中止。', 'The vehicle is listed: its case is open, an appeal is pending and deadlines stand still.')
      : overdue(c) ? fact(`该车在列：案件未结，已超过期限${c.case.due_day}。`, `The vehicle is listed: its case is open, past its deadline ${c.case.due_day}.`) : fact('该车在列：案件未结。', 'The vehicle is listed: its case is open.')
    : { retest: fact(`该车已移出名单：${day}复检合格结案，此前的超标不再与以后的连续计算。`, `The vehicle is cleared: it passed its retest on ${day}; exceedances before that never chain with later ones.`), exception: fact(`该车已移出名单：${day}经${c.case.exception_by}批准未经复检而结案（车辆已报废）。`, `The vehicle is cleared without a retest: the vehicle was scrapped (${day}, approved by ${c.case.exception_by}).`) }[c.case.closed_by]
      ?? fact(`该车已移出名单：${day}${c.case.state === 'won' ? '申诉成立' : '案件撤销'}，所依据的超标不再计入。`, `The vehicle is cleared: ${c.case.state === 'won' ? 'its appeal was won' : 'the case was withdrawn'} on ${day} and its exceedances count no more.`)
  const told = c.steps.map((s) => {
    const { zh, en } = TOLD[s.event](s)
    const why = s.reason ? [`，理由：${s.reason}`, `, because: ${s.reason}`] : ['', '']
    return s.event === 'overdue' ? fact(`${zh}。`, `${en}.`) : fact(`${dayOf(s.at_utc_us)}，${zh}（经办：${s.actor}${why[0]}）。`, `On ${dayOf(s.at_utc_us)} ${en} (entered by ${s.actor}${why[1]}).`)
  })
  return { listed: isOpen(c), verdict, facts: [c.from.candidate.explanation, fact('依据规则集HJ 845-2017，版本2017-07-27.1。', 'Judged by rulebook HJ 845-2017, version 2017-07-27.1.'), fact(`${opened}，${c.case.opened_by}复核确认，理由：照片与读数一致，证据清楚（行政处罚法（2021）, 四十一）。`, `On ${opened} ${c.case.opened_by} confirmed it, because: 照片与读数一致，证据清楚 (行政处罚法（2021）, 四十一).`), fact(`${opened}立案，车辆列入路侧名单，途经任何检查点都会提示。`, `On ${opened} the case was opened and the vehicle put on the roadside list: every checkpoint points it out.`), ...told] }
}

export function detail(c, who) {
  c.case.overdue = overdue(c)
  return { case: c.case, history: c.history, steps: c.steps, passages: c.passages, explanation: explanation(c), actions: who.role === 'authority' ? allowed(c) : [], exports: ['authority', 'auditor'].includes(who.role), package_key: KEY, casework: { version: '2024-01-01.1', answer_days: 5, answer_count: 'working', repair_days: 15, repair_count: 'working', repair_clause: '各地办法，10至30个工作日不等', public_notice_days: 30, holidays_known_until: 2026 } }
}

/** A life: how long ago it began, in days, and each event with the day after that on which it happened. */
const LIVES = [
  [40, [['serve-notice', 1], ['order-repair', 3]]], [4, [['serve-notice', 1]]], [20, [['serve-notice', 1], ['order-repair', 8], ['taken', 10], ['repaired', 13]]],
  [30, [['serve-notice', 1], ['order-repair', 4], ['taken', 5], ['repaired', 9], ['retest-failed', 11], ['taken', 12], ['repaired', 14], ['retest-passed', 15]]],
  [15, [['serve-notice', 2], ['order-repair', 5], ['enter-appeal', 9]]], [2, []], [50, [['serve-notice', 2], ['close-by-exception', 20]]], [35, [['enter-appeal', 5], ['uphold-appeal', 12]]], [60, [['serve-notice', 1], ['order-repair', 3], ['overdue', 26], ['refer', 30]]],
]
const SAID = {
  'serve-notice': { method: 'letter', paper: '并环改〔2026〕118号', reason: '邮寄送达，回证 1173 0042 9931' }, 'order-repair': { station: 'I-140105-01', reason: '责令改正通知书 并环改〔2026〕118号' }, 'enter-appeal': { reason: '车主称当日车辆在外地，附行车记录' }, 'uphold-appeal': { reason: '经核对行车记录，车牌系套用' },
  refer: { reason: '逾期未维修，移送函 并环移〔2026〕9号' }, 'close-by-exception': { ground: 'scrapped', approved_by: '王主管', reason: '报废回收证明 晋R-20931' },
}
const PLATES = ['晋A8K201', '晋B5512挂', '晋K7723D', '晋LA0912', '晋C33F08', '冀A91X20', '豫E60077', '晋M2218K', '陕K4400B']
LIVES.forEach(([ago, events], n) => {
  const model = candidates[3 + (n % 2)]
  const began = now() - ago * DAY
  const id = `${(0xa3c0 + n * 0x1111).toString(16)}${model.candidate.id.slice(4)}`
  const from = { candidate: { ...model.candidate, id, plate: PLATES[n], plate_colour: 'yellow', state: 'confirmed', first: null }, passages: model.passages }
  openCase(from, 'li.fuhe', '照片与读数一致，证据清楚', began)
  for (const [event, after] of events) {
    const at = began + after * DAY
    const byOrder = ['taken', 'repaired', 'retest-passed', 'retest-failed'].includes(event)
    happen(cases[0], { event, received_day: dayOf(at), ...SAID[event] }, event === 'overdue' ? 'system' : byOrder ? (event.startsWith('retest') ? 'i-140105-01' : 'bingzhou.xiuche') : 'wang.zhuguan', at)
  }
})
candidates[3].candidate.state = 'confirmed'
candidates[4].candidate.state = 'confirmed'
