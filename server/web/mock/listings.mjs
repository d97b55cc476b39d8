// Carriers on their way onto the blacklist and off it, as the server tells them. Days are counted from today, so that the
// pages always show something that is under way.
const DAY = 86_400_000
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
const day = (shift) => new Date(Date.parse(today()) + shift * DAY).toISOString().slice(0, 10)
const us = (shift) => (Date.now() + shift * DAY) * 1000

const RULE = {
  rulebook: '环大气〔2018〕179号', rulebook_version: '2018-12-30.1', title: { zh: '柴油货车污染治理攻坚战行动计划：运输企业黑名单', en: 'Action plan on diesel trucks: the blacklist of carriers' },
  share_per_mille: 100, clause: '环大气〔2018〕179号; 晋政办发〔2019〕39号, 20', window_months: 12, fleet_day: 'assessed', small_below: 10, small_exceeding: 2, term_months_at_most: 12, unsure: ['fleet', 'small-fleets', 'term'],
}
const share = (exceeding, fleet) => Math.floor((exceeding * 10_000) / fleet)
const shown = (exceeding, fleet) => `${(share(exceeding, fleet) / 100).toFixed(2)} %`

/** Code, name, fleet, and on which days before today each vehicle exceeded. */
const CARRIERS = [
  { code: '91140100MA0K3F7H1X', name: '太原远运物流有限公司', region: '140105', fleet: 24, days: [-300, -120, -31, -4] },
  { code: '91140200MA0GT52R7K', name: '大同云冈汽车运输有限责任公司', region: '140200', fleet: 61, days: [-340, -260, -250, -190, -100, -60, -22, -9] },
  { code: '91140300MA0JYQ4P2D', name: '阳泉顺达货运有限公司', region: '140300', fleet: 18, days: [-362, -45] },
  { code: 'LOCAL-0017', name: '王某某车队', region: '140105', fleet: 6, days: [-80, -12] },
  { code: '91140500MA0HB8ND3E', name: '晋城丹河散装物料运输集团', region: '140500', fleet: 140, days: [-330, -200, -20] },
]
const named = (code) => CARRIERS.find((one) => one.code === code)
const plate = (n) => `晋A${['4D207', '81Y36', '2F905', '7K118', '5L662', '9P304', '3R871', '6T450'][n % 8]}`

const counted = (carrier) => carrier.days.filter((at) => at > -365)
function steps(carrier) {
  const turns = new Map([[-730, 0]])
  for (const at of carrier.days) for (const [when, by] of [[at, 1], [at + 366, -1]]) if (when <= 0) turns.set(when, (turns.get(when) ?? 0) + by)
  let exceeding = 0
  return [...turns].sort(([a], [b]) => a - b).map(([at, by]) => {
    exceeding += by
    return { day: day(at), exceeding, fleet: carrier.fleet, share_hundredths: share(exceeding, carrier.fleet) }
  })
}

export function carrierShare(code, withPlates = false) {
  const carrier = named(code)
  if (!carrier) return null
  const live = counted(carrier).sort((a, b) => a - b)
  const [exceeding, fleet] = [live.length, carrier.fleet]
  const least = Math.max(Math.ceil(fleet / 10), fleet < 10 ? 2 : 1)
  const reaches = exceeding >= least
  const start = day(-365)
  const next = live.length ? day(live[0] + 366) : null
  const below = reaches ? day(live[exceeding - least] + 366) : null
  const words = [
    ...(reaches ? [{ zh: `减少${exceeding - least + 1}辆超标车辆（到期、撤销或申诉成立），即降到标准以下。`, en: `${exceeding - least + 1} fewer exceeding vehicle(s), aged out, withdrawn or won on appeal, would bring it below.` }] : [{ zh: `再有${least - exceeding}辆车经确认超标，即达到提请标准。`, en: `${least - exceeding} more exceeding vehicle(s), confirmed, would reach the rule.` }]),
    ...(next ? [{ zh: `最早的一辆于${next}不再计入。`, en: `The first of them counts no more from ${next}.` }] : []),
    ...(below ? [{ zh: `若不再有新的超标且车辆数不变，${below}起低于标准。`, en: `If nothing else happens and the fleet stays, it is below from ${below}.` }] : []),
  ]
  return {
    carrier: code, name: carrier.name, region: carrier.region, day: today(), window_start_day: start, exceeding, fleet, share_hundredths: share(exceeding, fleet), reaches, least, rule: RULE,
    grounds: { zh: `${start}至${today()}，该企业${fleet}辆车中${exceeding}辆经确认超标，占${shown(exceeding, fleet)}，${reaches ? '已达到' : '未达到'}10 %（${RULE.clause}）。`, en: `From ${start} to ${today()}, ${exceeding} of the carrier's ${fleet} vehicles exceeded, confirmed: ${shown(exceeding, fleet)}, which ${reaches ? 'reaches' : 'is below'} 10 % (${RULE.clause}).` },
    outlook: { more_exceeding: reaches ? null : least - exceeding, fewer_exceeding: reaches ? exceeding - least + 1 : null, fleet_from: reaches ? exceeding * 10 + 1 : null, next_ages_out_day: next, below_by_ageing_day: below, words },
    steps: steps(carrier),
    exceedances: withPlates ? live.map((at, n) => ({ case_id: `C${String(n).padStart(2, '0')}8899aabbccddeeff0011`, day: day(at), ages_out_day: day(at + 366), plate: plate(n + carrier.fleet), plate_colour: 'yellow', vehicle: `V${String(n).padStart(20, '0')}`, standing: n !== 1 || carrier.fleet !== 61 })) : [],
    listings: [...listings.values()].filter((one) => one.carrier === code).map(plain),
  }
}

function listing(n, code, state, more = {}) {
  const carrier = named(code)
  return {
    id: `L${String(n).padStart(2, '0')}7f3a9c21d8e64b05a2`, carrier: code, name: carrier.name, region: carrier.region, state, in_force: state === 'listed' || state === 'delisting-proposed', ground: null, proposed_day: day(-4), from_day: null, until_day: null,
    exceeding: counted(carrier).length, fleet: carrier.fleet, share_hundredths: share(counted(carrier).length, carrier.fleet), notice: null, decided_by: null, decided_utc_us: null, reason: null, rulebook: RULE.rulebook, rulebook_version: RULE.rulebook_version, changed_utc_us: us(-n),
    decisions: [], answers: [], history: [{ number: n, at_utc_us: us(-4), actor: 'system', action: 'listing-proposed', subject: '', reason: '案件确认 / a case was confirmed', detail: '' }], ...more,
  }
}
const decided = (notice, reason, from, until, more = {}) => ({ notice, reason, decided_by: 'wang.zhuguan', decided_utc_us: us(from), from_day: day(from), until_day: day(until), ...more })
const made = [
  listing(1, '91140100MA0K3F7H1X', 'proposed'),
  listing(2, '91140300MA0JYQ4P2D', 'delisting-proposed', decided('晋交罚告〔2026〕3号', '超标车辆占比达到11 %，经局务会研究决定列入。', -200, 165, { ground: 'share-below', proposed_day: day(-220) })),
  listing(3, '91140200MA0GT52R7K', 'listed', decided('晋交罚告〔2026〕9号', '一年内61辆车中8辆经确认超标，经局务会研究决定列入。', -8, 350, { proposed_day: day(-20), decisions: [{ number: 1, decision: 'list', at_utc_us: us(-8), decided_by: 'wang.zhuguan', reason: '一年内61辆车中8辆经确认超标，经局务会研究决定列入。', from_day: day(-8), until_day: day(350), notice: '晋交罚告〔2026〕9号', exceeding: 8, fleet: 61, rulebook_version: RULE.rulebook_version }], answers: [{ number: 1, received_day: day(-3), at_utc_us: us(-3), entered_by: 'wang.zhuguan', answer: '八辆车已全部送修，其中六辆复检合格，附检验报告。\n申请在剩余两辆复检后移出。' }] })),
  listing(4, 'LOCAL-0017', 'listed', decided('晋交罚告〔2026〕10号', '六辆车中两辆超标。', -6, 300, { proposed_day: day(-12) })),
  listing(5, '91140500MA0HB8ND3E', 'void', { proposed_day: day(-100) }),
]
const listings = new Map(made.map((one) => [one.id, one]))
const plain = ({ decisions, answers, history, ...row }) => row

const TABS = { 'to-decide': ['proposed', 'delisting-proposed'], listed: ['listed', 'delisting-proposed'], ended: ['declined', 'void', 'delisted'] }
export function list(which, nothing) {
  const all = nothing ? [] : [...listings.values()].sort((a, b) => b.changed_utc_us - a.changed_utc_us)
  const of = (tab) => all.filter((one) => !TABS[tab] || TABS[tab].includes(one.state))
  return { listings: of(which).map(plain), next: null, to_decide: of('to-decide').length, listed: of('listed').length, ended: of('ended').length }
}

const ACTIONS = { proposed: ['list', 'decline', 'answer'], listed: ['delist', 'answer'], 'delisting-proposed': ['delist', 'answer'] }
const STANDING = {
  proposed: () => ({ zh: '已提请列入黑名单，等待主管部门决定；决定之前不产生任何后果。', en: 'Proposed for the blacklist; an authority must decide, and nothing follows before it does.' }),
  declined: (one) => ({ zh: `主管部门决定不列入。理由：${one.reason}`, en: `The authority declined to list the carrier. Reason: ${one.reason}` }),
  void: () => ({ zh: '在主管部门决定之前，比例已降到标准以下，提请自行失效。', en: 'The share fell below the rule before anyone decided; the proposal fell away.' }),
  listed: (one) => ({ zh: `主管部门决定列入黑名单，自${one.from_day}至${one.until_day}。理由：${one.reason}`, en: `Listed by the authority from ${one.from_day} until ${one.until_day}. Reason: ${one.reason}` }),
  'delisting-proposed': (one) => ({ zh: `列入期自${one.from_day}至${one.until_day}；超标车辆比例已低于10 %，提请移出，等待主管部门决定。理由：${one.reason}`, en: `Listed from ${one.from_day} until ${one.until_day}; the share is below 10 %: delisting is proposed, an authority must decide. Reason: ${one.reason}` }),
  delisted: (one) => ({ zh: `主管部门决定移出黑名单。理由：${one.reason}`, en: `The authority took the carrier off the list. Reason: ${one.reason}` }),
}
export function detail(id, who) {
  const one = listings.get(id)
  if (!one) return null
  const seen = carrierShare(one.carrier, true)
  const grounds = [0, ...one.decisions.map((d) => d.number)].flatMap((number) => seen.exceedances.map(({ case_id, day, plate, plate_colour, vehicle }) => ({ number, case_id, day, plate, plate_colour, vehicle })))
  return { listing: plain(one), explanation: [seen.grounds, STANDING[one.state](one)], share: seen, grounds, decisions: one.decisions, answers: one.answers, history: one.history, actions: who.role === 'authority' ? ACTIONS[one.state] ?? ['answer'] : [], latest_until_day: day(365) }
}

export function decide(id, said, who) {
  const one = listings.get(id)
  if (!one) return false
  const state = { list: 'listed', renew: 'listed', decline: 'declined', delist: 'delisted' }[said.decision]
  const from_day = said.from_day ?? one.from_day
  Object.assign(one, { state, in_force: state === 'listed', ground: null, reason: said.reason, decided_by: who.name, decided_utc_us: Date.now() * 1000, changed_utc_us: Date.now() * 1000, from_day, until_day: said.until_day ?? one.until_day, notice: said.notice ?? one.notice })
  one.decisions.push({ number: one.decisions.length + 1, decision: said.decision, at_utc_us: Date.now() * 1000, decided_by: who.name, reason: said.reason, from_day, until_day: one.until_day, notice: said.notice ?? null, exceeding: one.exceeding, fleet: one.fleet, rulebook_version: one.rulebook_version })
  one.history.push({ number: 0, at_utc_us: Date.now() * 1000, actor: who.name, action: { list: 'carrier-listed', renew: 'listing-renewed', decline: 'listing-declined', delist: 'carrier-delisted' }[said.decision], subject: id, reason: said.reason, detail: '' })
  return true
}
export function answer(id, said, who) {
  const one = listings.get(id)
  one?.answers.push({ number: one.answers.length + 1, received_day: said.received_day, at_utc_us: Date.now() * 1000, entered_by: who.name, answer: said.answer })
  return Boolean(one)
}

export const published = () => ({ day: today(), listings: [...listings.values()].filter((one) => one.in_force).map((one) => ({ carrier: one.carrier, name: one.carrier.startsWith('LOCAL') ? null : one.name, region: one.region, from_day: one.from_day, until_day: one.until_day, exceeding: one.exceeding, fleet: one.fleet, share_hundredths: one.share_hundredths, notice: one.notice, rulebook: one.rulebook, rulebook_version: one.rulebook_version })) })
export const rule = RULE
