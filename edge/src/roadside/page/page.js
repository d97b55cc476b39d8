// The roadside page: follows /events, shows passages, shouts what must be stopped, and says how all is.
// No framework and no markup from data: every text goes into the page as text.
'use strict'

/** Passages kept on the page: what a shift at the road looks back on; older ones are on the server. */
const KEPT = 200
/** Without a word from the unit for so long the link is dead: it beats every 5 s. */
const SILENCE_MS = 16_000
const WAIT_FIRST_MS = 500
const WAIT_LONGEST_MS = 5_000
/** A page that opens shouts only what passed just now; the truck of ten minutes ago is gone. */
const SHOUT_WITHIN_MS = 120_000
/** Doubts that forbid acting on a plate without looking (`Doubt::bars_attribution`). */
const BARRING = ['several-vehicles', 'no-vehicle-seen', 'plate-unread', 'plates-differ']

let sound = null
let station = null
let health = null
let passages = []
/** Vehicles that still pass, by `keyOf`: an early word that its stored passage replaces. */
const early = new Map()
/** An early word whose passage never came is taken down after so long. */
const EARLY_MS = 30_000
let shouting = []
let onlyStops = false
const seen = new Set()

// ---- what a passage says -------------------------------------------------------------------------------

/** The measurement a passage rests on: the same for the early word and for the stored passage. */
const keyOf = ({ report: { reading, id } }) => (reading ? `${reading.device}/${reading.boot}/${reading.sequence}` : id)
const isEarly = (a) => early.get(keyOf(a)) === a
const stops = (a) => a.report.verdict.outcome === 'exceeding' || a.watch !== null
const picture = (report, ...kinds) => kinds.map((kind) => report.evidence.find((e) => e.kind === kind)).find(Boolean)
const doubtful = (report) => report.doubts.filter((doubt) => BARRING.includes(doubt))

function plate(a) {
  const sighting = plateOf(a.report)
  if (!sighting) return el('span', { class: 'plate unread' }, w(isEarly(a) ? 'reading' : 'unread'))
  return plateBadge(sighting.plate, sighting.colour)
}

function show(item, value) {
  if (value === null || value === undefined) return '—'
  if (item === 'opacity') return `${two(value)} %`
  if (item === 'no') return `${Math.round(value / 100)} ×10⁻⁶`
  return String(value)
}

/** Judged values with the limits the verdict used; what was measured and not judged shows without a limit. */
function values(report) {
  const unjudged = { opacity: report.reading?.opacity_mean_hundredths, ringelmann: report.smoke?.level, no: report.reading?.no_ppm_hundredths }
  return Object.keys(unjudged).map((item) => {
    const finding = report.verdict.findings.find((f) => f.item === item)
    const over = finding?.exceeds ? ` over ${finding.role}` : ''
    const measured = unjudged[item] !== null && unjudged[item] !== undefined
    const limit = finding ? el('span', {}, `${w('limit')} ${show(item, finding.limit)}`) : measured ? el('span', {}, w('uncounted')) : ''
    return el('span', { class: `value${over}` }, w(item), el('b', {}, show(item, finding ? finding.measured : unjudged[item])), limit)
  })
}

const speed = (report) => (report.reading?.speed_mm_s == null ? '—' : `${(report.reading.speed_mm_s * 0.0036).toFixed(0)} km/h`)
const tag = (kind, text, icon = kind) => el('span', { class: `tag ${kind}` }, SHAPES[icon] ? shape(icon) : '', text)
function tags(a) {
  const { outcome } = a.report.verdict
  return [isEarly(a) ? tag('early', w('early')) : '', tag(outcome, w(outcome)), a.watch ? tag('watch', w(a.watch)) : '', ...a.report.doubts.map((doubt) => tag('doubt', w(doubt)))]
}
const image = (file, alt) => (file ? el('img', { src: `/evidence/${file.sha256}`, alt, loading: 'lazy', onerror: (event) => event.target.replaceWith(w('noPicture')) }) : w('noPicture'))
/** The clip plays by itself and silently, over and over; it has no sound anyway. */
const shown = (file) => (file.kind === 'plume-clip' ? el('video', { src: `/evidence/${file.sha256}`, controls: '', autoplay: '', loop: '', muted: '', playsinline: '', 'data-testid': 'plume-clip', onerror: (event) => event.target.replaceWith(w('noPicture')) }) : image(file, w(file.kind)))

// ---- the parts of the page -----------------------------------------------------------------------------

function row(a, fresh) {
  const { report } = a
  const kind = `passage ${report.verdict.outcome}${a.watch ? ' watched' : ''}${fresh ? ' fresh' : ''}`
  const name = isEarly(a) ? 'roadside-early' : 'roadside-passage'
  return el('li', {}, el('button', { type: 'button', class: kind, 'data-id': report.id, 'data-testid': name, onclick: () => openDetail(a) },
    el('span', { class: 'thumb' }, isEarly(a) ? w('pictureComes') : image(picture(report, 'vehicle-rear', 'vehicle-front'), w('vehicle-rear'))),
    el('span', { class: 'when' }, at(report.passed.utc_us), el('small', {}, `${w('lane', { n: report.lane })} · ${speed(report)}`), report.passed.clock === 'synchronised' ? '' : el('small', {}, w('clockDoubt'))),
    plate(a), el('span', { class: 'tags' }, tags(a)), el('span', { class: 'values' }, values(report))))
}

function drawList(fresh) {
  const all = [...[...early.values()].reverse(), ...passages]
  const shown = onlyStops ? all.filter(stops) : all
  $('passages').replaceChildren(...shown.map((a) => row(a, a === fresh)))
  $('empty').hidden = shown.length > 0
  $('empty').children[0].textContent = w(onlyStops ? 'emptyStops' : 'emptyTitle')
  $('empty').children[1].textContent = w(onlyStops ? 'emptyStopsHint' : 'emptyHint')
  $('tally').textContent = passages.length ? w('tally', { n: passages.length, m: passages.filter(stops).length }) : ''
}

const ORDERS = { wanted: 'stopWatch', 'open-case': 'stopOpenCase', blacklisted: 'stopBlacklisted' }
function drawAlert() {
  const box = $('alert')
  const a = shouting[0]
  box.hidden = !a
  if (!a) return box.replaceChildren()
  const { report } = a
  const exceeding = report.verdict.outcome === 'exceeding'
  const barring = doubtful(report)
  const photo = picture(report, 'vehicle-rear', 'plume', 'vehicle-front')
  box.className = a.watch ? 'alert watch' : 'alert'
  box.replaceChildren(
    el('div', { class: 'words' },
      el('h2', {}, shape(a.watch ? 'watch' : 'exceeding'), w(a.watch ? ORDERS[a.watch] ?? 'stopWatch' : 'stopExceeding')),
      plate(a),
      isEarly(a) ? el('p', { class: 'also' }, w('earlyHint')) : '',
      a.watch && exceeding ? el('p', { class: 'also' }, '▲ ', w('exceeding')) : '',
      barring.length ? el('p', { class: 'check' }, '⚠ ', w('check', { doubts: barring.map((d) => w(d)).join('、') })) : '',
      el('div', { class: 'figures' }, report.verdict.findings.filter((f) => f.exceeds && f.role === 'enforcement').map((f) => el('span', { class: 'over' }, w(f.item), el('b', {}, show(f.item, f.measured)), el('small', {}, `${w('limit')} ${show(f.item, f.limit)}`))),
        el('span', {}, w('lane', { n: report.lane }), el('b', {}, at(report.passed.utc_us)), el('small', { id: 'alert-age' }))),
      el('div', { class: 'acts' },
        el('button', { type: 'button', 'data-testid': 'roadside-seen', onclick: dismiss }, w('seen')),
        el('button', { type: 'button', class: 'plainly', onclick: () => openDetail(a) }, w('open')),
        testLink(a, 'plainly'),
        shouting.length > 1 ? el('b', {}, w('more', { n: shouting.length - 1 })) : '')),
    el('div', { class: 'photo' }, isEarly(a) ? w('pictureComes') : image(photo, w(photo?.kind ?? 'vehicle-rear'))))
  drawAge()
}
/** Leads to the test of this vehicle. By the passage's id: a plate stands in no address. */
const testLink = (a, kind = '') => (isEarly(a) ? '' : el('a', { class: `button ${kind}`, 'data-testid': 'roadside-test-this', href: `/test?passage=${encodeURIComponent(a.report.id)}` }, w('testThis')))
function drawAge() {
  const age = $('alert-age')
  if (!age || !shouting[0]) return
  const seconds = Math.max(0, Math.round(Date.now() / 1000 - shouting[0].report.passed.utc_us / 1e6))
  age.textContent = seconds < 120 ? w('ago', { n: seconds }) : w('agoMin', { n: Math.floor(seconds / 60) })
}
function dismiss() {
  if (shouting[0]) seen.add(keyOf(shouting.shift()))
  drawAlert()
}

function openDetail(a) {
  const { report } = a
  const files = ['vehicle-rear', 'plume-clip', 'vehicle-front', 'plume', 'plate-front', 'plate-rear'].map((kind) => picture(report, kind)).filter(Boolean)
  $('detail').replaceChildren(
    el('div', { class: 'head' }, plate(a), tags(a), testLink(a), el('button', { type: 'button', class: 'last', onclick: () => $('detail').close() }, w('close'))),
    el('div', { class: 'pictures' }, files.map((file) => el('figure', {}, shown(file), el('figcaption', {}, w(file.kind))))),
    el('div', { class: 'values' }, values(report)),
    el('h3', {}, w('reasons')), el('ul', {}, a.reasons.map((reason) => el('li', {}, reason[language]))),
    el('p', {}, `${at(report.passed.utc_us)} · ${w('lane', { n: report.lane })} · ${speed(report)} · ${report.id}`))
  $('detail').showModal()
}

function size(bytes) {
  const giga = bytes / 1e9
  return giga >= 1 ? `${giga.toFixed(giga < 10 ? 1 : 0)} GB` : `${Math.round(bytes / 1e6)} MB`
}
function partName(part) {
  const [, kind, lane] = /^(.+?)(?:-(\d+))?$/.exec(part)
  return (WORDS[language][kind] ?? part) + (lane ? ` ${lane}` : '')
}
const SIGNS = { good: '✓', degraded: '!', down: '✕' }
const part = (state, name, text) => el('span', { class: `part ${state}` }, el('i', { 'aria-label': w(state) }, SIGNS[state] ?? '?'), el('span', {}, name, el('small', {}, text)))
/** How old the list is that the unit acts on. */
function issuedAgo(us) {
  if (us === null || us === undefined) return ''
  const hours = Math.max(0, Math.floor((Date.now() * 1000 - us) / 3.6e9))
  return hours < 1 ? w('issuedNow') : hours < 48 ? w('issuedHours', { n: hours }) : w('issuedDays', { n: Math.floor(hours / 24) })
}
function drawHealth() {
  if (!health) return
  const { backlog_records: records, backlog_files: files } = health
  const order = ['down', 'degraded', 'good']
  const parts = [...health.parts].sort((x, y) => order.indexOf(x.state) - order.indexOf(y.state))
  const down = parts.some((p) => p.part === 'uplink' && p.state === 'down')
  $('health').replaceChildren(...parts.map((p) => part(p.state, partName(p.part), p.part === 'disk' ? `${p[language]} · ${w('free', { size: size(health.disk_free_bytes) })}` : p[language])),
    part(down && records > 0 ? 'degraded' : 'good', w('backlog'), w('backlogText', { records, files })),
    health.shed_files > 0 ? part('degraded', w('disk'), w('shed', { n: health.shed_files })) : '',
    part(health.watchlist_version === null ? 'degraded' : 'good', w('watchlist'), health.watchlist_version === null ? w('none') : [w('edition', { n: health.watchlist_version }), issuedAgo(health.watchlist_issued_utc_us)].filter(Boolean).join(' · ')))
  $('offline').hidden = !down
  $('offline').textContent = w('offline', { records, files })
}

function drawAll() {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'
  document.title = `${station?.name ?? 'Plumewatch'} · ${w('title')}`
  $('station').textContent = station?.name ?? '…'
  $('station-id').textContent = station ? station.id : ''
  $('language').textContent = w('other')
  $('test').textContent = w('roadsideTest')
  $('sound').textContent = w(sound ? 'soundOn' : 'soundOff')
  $('sound').setAttribute('aria-pressed', String(Boolean(sound)))
  $('show-all').textContent = w('all')
  $('show-stops').textContent = w('stops')
  $('show-all').setAttribute('aria-pressed', String(!onlyStops))
  $('show-stops').setAttribute('aria-pressed', String(onlyStops))
  $('link-lost').textContent = w('linkLost')
  drawList()
  drawAlert()
  drawHealth()
}

// ---- what comes --------------------------------------------------------------------------------------

function take(announcements, fresh) {
  const known = new Set(passages.map((a) => a.report.id))
  const coming = announcements.filter((a) => !known.has(a.report.id))
  passages = [...coming, ...passages].sort((x, y) => y.report.passed.utc_us - x.report.passed.utc_us).slice(0, KEPT)
  const wasEarly = coming.filter((a) => early.delete(keyOf(a))).length > 0
  const oldest = Date.now() - SHOUT_WITHIN_MS
  shout(coming.filter((a) => fresh || a.report.passed.utc_us / 1000 > oldest))
  drawList(fresh && !wasEarly ? announcements[0] : null)
}

/** What is known of a vehicle that still passes; it comes again as more is known. */
function takeEarly(a) {
  const key = keyOf(a)
  const known = early.has(key)
  if (passages.some((b) => keyOf(b) === key)) return
  early.set(key, a)
  setTimeout(() => { if (isEarly(a)) early.delete(key), drawList() }, EARLY_MS)
  shout([a])
  drawList(known ? null : a)
}

/** Shouts what must be stopped; what shouts already is only brought up to date, or taken back. */
function shout(announcements) {
  const shouted = new Map(announcements.map((a) => [keyOf(a), a]))
  const before = new Set(shouting.map(keyOf))
  const started = announcements.filter((a) => stops(a) && !before.has(keyOf(a)) && !seen.has(keyOf(a)))
  const kept = shouting.map((a) => shouted.get(keyOf(a)) ?? a).filter(stops)
  const changed = started.length > 0 || kept.some((a, at) => a !== shouting[at]) || kept.length !== shouting.length
  shouting = [...started, ...kept].slice(0, KEPT)
  if (changed) drawAlert()
  if (started.length) beep(started.some((a) => a.watch))
}

/** Two tones for exceeding, four for wanted. Browsers allow sound only after a touch: hence the button. */
function beep(twice) {
  if (!sound) return
  for (let n = 0; n < (twice ? 4 : 2); n++) {
    const tone = sound.createOscillator()
    const loud = sound.createGain()
    const start = sound.currentTime + n * 0.24
    tone.frequency.value = n % 2 ? 660 : 990
    loud.gain.setValueAtTime(0.5, start)
    loud.gain.exponentialRampToValueAtTime(0.001, start + 0.22)
    tone.connect(loud).connect(sound.destination)
    tone.start(start)
    tone.stop(start + 0.22)
  }
}

let source = null
let wait = WAIT_FIRST_MS
let heard = Date.now()
let again
function connect() {
  clearTimeout(again)
  source?.close()
  source = new EventSource('/events')
  const on = (name, act) => source.addEventListener(name, (event) => {
    heard = Date.now()
    wait = WAIT_FIRST_MS
    $('link-lost').hidden = true
    act(JSON.parse(event.data))
  })
  on('station', (told) => { station = told; drawAll() })
  on('health', (told) => { health = told; drawHealth() })
  on('recent', (told) => take(told, false))
  on('early', takeEarly)
  on('passage', (told) => take([told], true))
  on('beat', () => {})
  source.addEventListener('error', lost)
}
function lost() {
  source.close()
  $('link-lost').hidden = false
  heard = Date.now()
  clearTimeout(again)
  again = setTimeout(connect, wait)
  wait = Math.min(wait * 2, WAIT_LONGEST_MS)
}
setInterval(() => {
  $('clock').textContent = at(Date.now() * 1000)
  drawAge()
  if (Date.now() - heard > SILENCE_MS) lost()
}, 1_000)

$('language').addEventListener('click', () => { language = language === 'en' ? 'zh' : 'en'; kept('roadside.language', language); drawAll() })
$('sound').addEventListener('click', () => {
  if (sound) sound.close(), (sound = null)
  else (sound = new AudioContext()), beep(false)
  drawAll()
})
$('show-all').addEventListener('click', () => { onlyStops = false; drawAll() })
$('show-stops').addEventListener('click', () => { onlyStops = true; drawAll() })
drawAll()
connect()
