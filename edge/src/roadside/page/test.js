// The page of roadside tests: one test, led step by step, the same on every tablet. It follows /test/events and orders by
// POST; what is typed stays while the test goes on, because a part is drawn anew only when it becomes another part.
'use strict'

const SILENCE_MS = 16_000
const WAIT_FIRST_MS = 500
const WAIT_LONGEST_MS = 5_000
/** Passages offered to choose from. */
const OFFERED = 6
const KEPT_SAMPLES = 400

let desk = null
let station = null
let samples = []
/** The signed test that is shown as paper. */
let sheet = null
/** What is being drawn: `new`, `lead`, `sign` or `paper`, with the test's number. */
let mode = null
/** Passages that were to be stopped, for the form. */
let offered = []
let asked = null // The passage that the address names, until it is chosen.
let chosen = null

// ---- orders --------------------------------------------------------------------------------------------

/** Orders something; gives the answer, or says in the box with this id why not. */
async function order(path, body, box) {
  const say = (text) => { const node = $(box); if (node) node.textContent = text, (node.hidden = !text), text && node.scrollIntoView({ block: 'nearest' }) }
  say('')
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const told = await answer.json().catch(() => null)
    if (answer.ok) return { given: told }
    say(told?.[language] ?? w('offlineTry'))
  } catch { say(w('offlineTry')) }
  return null
}
const errorBox = (id) => el('p', { id, class: 'refused', role: 'alert', 'data-testid': id, hidden: true })
const named = () => ({ test: desk.test.number })

// ---- a new test ----------------------------------------------------------------------------------------

const COLOURS = ['yellow', 'blue', 'green', 'yellow-green', 'white', 'black']
function field(key, control, hint) {
  return el('label', { class: 'field' }, el('span', {}, w(key), hint ? el('small', {}, ` ${w(hint)}`) : ''), control)
}
function choice(name, value, label, testid, checked, disabled) {
  return el('label', { class: 'choice' }, el('input', { type: 'radio', name, value, checked, disabled, 'data-testid': testid }), el('span', {}, label))
}

function meterCard() {
  const { meter } = desk
  const good = meter && ['measuring', 'calibrating'].includes(meter.condition)
  return el('section', { id: 'meter', class: `meter ${good ? 'good' : 'bad'}`, 'data-testid': 'test-meter' },
    el('b', {}, good ? '✓ ' : '! ', w('meterWord'), ' · ', meter ? w(`meter-${meter.condition}`) : w('noMeter')),
    meter ? el('small', {}, `${meter.driver.toUpperCase()} № ${meter.device}`) : '',
    good ? el('span', {}, w('kNow'), ' ', el('b', { class: 'k-now' }, '—'), ' m⁻¹') : el('p', {}, w(meter ? `hint-meter-${meter.condition}` : 'noMeterHint')))
}

function drawNew() {
  const metered = Boolean(desk.meter)
  const form = el('form', { id: 'new', class: 'card', novalidate: true },
    el('h2', {}, w('newTest')),
    el('fieldset', {}, el('legend', {}, w('method')), el('div', { class: 'choices' },
      choice('method', 'free-acceleration', w('free-acceleration'), 'method-free-acceleration', metered, !metered),
      choice('method', 'by-eye', w('by-eye'), 'method-by-eye', !metered), choice('method', 'samples', w('samples'), 'method-samples'))),
    el('fieldset', { id: 'offered' }, el('legend', {}, w('choosePassage')), el('div', { class: 'passages' })),
    el('fieldset', {}, el('legend', {}, w('orType')), el('div', { class: 'grid' },
      field('plateWord', el('input', { id: 'plate', autocomplete: 'off', autocapitalize: 'characters', maxlength: 16, 'data-testid': 'test-plate' })),
      field('colour', el('select', { id: 'colour', 'data-testid': 'test-colour' }, el('option', { value: '' }, w('noColour')), COLOURS.map((c) => el('option', { value: c }, w(c))))),
      field('code', el('input', { id: 'code', autocomplete: 'off', maxlength: 30 }), 'optional'),
      field('power', el('span', { class: 'unit' }, el('input', { id: 'power', inputmode: 'decimal', autocomplete: 'off', maxlength: 7, 'data-testid': 'test-power' }), 'kW'), 'optional'))),
    el('fieldset', {}, el('legend', {}, w('class')), el('div', { class: 'choices' }, desk.classes.map((c, n) => choice('class', c.word, `${c.name[language]} · ${c.rulebook}`, `class-${c.word}`, n === 0)))),
    errorBox('new-error'),
    el('button', { type: 'submit', class: 'go', 'data-testid': 'test-begin' }, w('begin')))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const of = (name) => form.querySelector(`[name=${name}]:checked`)?.value
    const watts = Math.round(parseFloat($('power').value.replace(',', '.')) * 1000)
    await order('/test/begin', {
      method: of('method'), passage: chosen, plate: $('plate').value, colour: $('colour').value, code: $('code').value,
      class: of('class') ?? '', rated_power_w: Number.isFinite(watts) && watts > 0 ? watts : null,
    }, 'new-error')
  })
  $('main').replaceChildren(meterCard(), form, signedList())
  drawOffered()
  takeAsked()
}

function drawOffered() {
  const box = document.querySelector('#offered .passages')
  if (!box) return
  box.replaceChildren(...(offered.length ? offered.map((a) => {
    const sighting = plateOf(a.report)
    return el('button', { type: 'button', class: 'offer', 'aria-pressed': String(chosen === a.report.id), 'data-testid': 'test-passage', onclick: () => choose(a) },
      sighting ? plateBadge(sighting.plate, sighting.colour) : el('span', { class: 'plate unread' }, w('unread')),
      el('span', {}, at(a.report.passed.utc_us), ' · ', w(a.report.verdict.outcome)))
  }) : [el('p', {}, w('noneToStop'))]))
}
/** Chooses the passage that the address names, once: the form and the passages come in either order. */
function takeAsked() {
  if (!asked || !$('plate')) return
  const one = asked
  asked = null
  if (!$('plate').value) choose(one)
}
function choose(a) {
  const sighting = plateOf(a.report)
  chosen = a.report.id
  $('plate').value = sighting?.plate ?? ''
  $('colour').value = sighting?.colour ?? ''
  drawOffered()
}

function signedList() {
  return el('section', { class: 'card', id: 'signed' }, el('h2', {}, w('signedTests')), desk.signed.length ? el('ul', {}, desk.signed.map((s) => el('li', {},
    s.vehicle.plate ? plateBadge(s.vehicle.plate, s.vehicle.colour) : el('b', {}, s.vehicle.vin ?? '—'),
    el('span', {}, dated(s.ended)), s.outcome ? el('span', { class: `outcome ${s.outcome}` }, w(`outcome-${s.outcome}`)) : '',
    el('button', { type: 'button', 'data-testid': 'test-show', onclick: () => showSigned(s.id) }, w('show'))))) : el('p', { class: 'quiet' }, w('noneSigned')))
}
async function showSigned(id) {
  const answer = await fetch(`/test/signed/${encodeURIComponent(id)}`).catch(() => null)
  if (!answer?.ok) return
  sheet = await answer.json()
  draw()
}

// ---- the test that is led ------------------------------------------------------------------------------

function drawLead() {
  const { test } = desk
  $('main').replaceChildren(
    el('section', { class: 'subject' }, test.vehicle.plate ? plateBadge(test.vehicle.plate, test.vehicle.colour) : el('b', {}, test.vehicle.vin ?? ''),
      el('span', {}, `${w('class')} ${test.vehicle.limit_class}`, test.limit ? ` · ${w('limit')} ${test.method === 'free-acceleration' ? `${two(test.limit.at_most)} m⁻¹` : test.limit.at_most}` : '')),
    el('section', { id: 'step', class: 'step', 'aria-live': 'polite', 'data-testid': 'test-step' }),
    errorBox('step-error'),
    test.method === 'free-acceleration' ? el('section', { class: 'live' },
      el('div', { class: 'figures' }, el('span', {}, w('kNow'), el('b', { class: 'k-now' }, '—'), ' m⁻¹'), el('span', {}, w('rpmNow'), el('b', { class: 'rpm-now' }, '—'), ` ${w('rpm')}`)),
      el('canvas', { id: 'curve', role: 'img', 'aria-label': w('kLine') }),
      el('p', { class: 'legend' }, el('i', { class: 'k' }), w('kLine'), el('i', { class: 'speed' }), w('rpmLine'), el('i', { class: 'limit' }), w('limitLine'))) : '',
    el('section', { id: 'runs', class: 'runs' }),
    el('section', { id: 'sign' }),
    el('section', { class: 'leave' }, el('p', { class: 'quiet' }, w('shared')), el('button', { type: 'button', id: 'abandon', 'data-testid': 'test-abandon', onclick: abandon }, w('abandon'))))
  updateLead()
}

/** Two presses: what is measured so far is worth a second thought. */
function abandon() {
  const button = $('abandon')
  if (button.dataset.sure) return order('/test/abandon', named(), 'step-error')
  button.dataset.sure = '1'
  button.textContent = w('abandonSure')
  setTimeout(() => { if (button.isConnected) delete button.dataset.sure, (button.textContent = w('abandon')) }, 5_000)
}

function updateLead() {
  const { test } = desk
  const { step, rejection } = test
  const kind = step?.kind ?? test.method
  const trouble = kind.startsWith('meter-')
  const engine = step?.engine
  const act = { 'set-zero': '/test/zero', 'insert-probe': '/test/probe' }[kind]
  const title = trouble ? `${w('meterWord')} · ${w(kind)}` : w(`step-${kind}`, { number: step?.number, of: step?.of })
  const noPickUp = engine === 'idle' && !(samples.at(-1)?.rpm > 0)
  const box = $('step')
  box.className = `step ${trouble ? 'trouble' : ''} ${engine ?? kind}`
  box.dataset.kind = kind
  box.dataset.engine = engine ?? ''
  box.dataset.number = step?.number ?? ''
  box.replaceChildren(...[
    el('h2', {}, title),
    engine ? el('p', { class: 'engine' }, w(`engine-${engine}`)) : '',
    el('p', {}, w(engine ? `hint-engine-${engine}` : `hint-${kind}`)),
    kind === 'accelerate' && step.number > 3 ? el('p', { class: 'extra' }, w('extra')) : '',
    rejection ? el('p', { class: 'rejected', 'data-testid': 'test-rejection' }, '✕ ', w(`not-${rejection.kind}`, { reached: rejection.reached, cutOff: rejection.cut_off })) : '',
    act ? el('button', { type: 'button', class: 'go', 'data-testid': `act-${kind}`, onclick: () => order(act, named(), 'step-error') }, w(`act-${kind}`)) : '',
    noPickUp ? el('button', { type: 'button', 'data-testid': 'act-pedal', onclick: () => order('/test/pedal', named(), 'step-error') }, w('pedal')) : '',
    kind === 'unsteady' || kind === 'done' ? el('button', { type: 'button', 'data-testid': 'act-again', onclick: () => order('/test/again', named(), 'step-error') }, w('again')) : '',
  ].filter(Boolean))
  if (test.method === 'free-acceleration') drawRuns(test)
  const finished = !step || kind === 'done' || kind === 'unsteady'
  if (finished && !$('sign').hasChildNodes()) drawSign(test)
  if (!finished) $('sign').replaceChildren()
}

function drawRuns(test) {
  const { limit, verdict, step } = test
  const asked = step?.of ?? Math.max(3, test.runs.length)
  const highest = scaleTop(limit?.at_most ?? 0, ...test.runs.map((r) => r.highest_per_m_hundredths))
  const over = (k) => limit && k > limit.at_most
  $('runs').replaceChildren(...[
    el('p', { class: 'purges', 'data-testid': 'test-purges', 'data-count': test.purges }, `${w('purges')} `, '●'.repeat(Math.min(test.purges, 9)), '○'.repeat(Math.max(0, 3 - test.purges))),
    el('ol', {}, [...test.runs.keys(), ...(verdict || step?.kind === 'unsteady' ? [] : Array.from({ length: Math.max(0, (step?.kind === 'accelerate' ? asked : 3) - test.runs.length) }, () => null))].map((n) => n === null
      ? el('li', { class: 'to-come' }, '—')
      : el('li', { 'data-testid': 'test-run' }, el('b', { class: over(test.runs[n].highest_per_m_hundredths) ? 'over' : '' }, two(test.runs[n].highest_per_m_hundredths)), el('small', {}, ` m⁻¹${test.runs[n].highest_rpm ? ` · ${test.runs[n].highest_rpm} ${w('rpm')}` : ''}`), runCurve(test.runs[n], limit?.at_most, highest)))),
    verdict ? el('div', { class: `result ${verdict.outcome}`, 'data-testid': 'test-result', 'data-outcome': verdict.outcome },
      el('h3', {}, w(`outcome-${verdict.outcome}`)),
      el('p', { class: 'mean' }, `${w('mean')} `, el('b', {}, two(step.mean)), ' m⁻¹', limit ? ` · ${w('limit')} ${two(limit.at_most)} m⁻¹` : ''),
      test.reasons.map((reason) => el('p', {}, reason[language])),
      limit ? el('p', { class: 'quiet' }, `${limit.rulebook} · ${limit.rulebook_version}`) : '') : '',
  ].filter(Boolean))
}

// ---- signing -------------------------------------------------------------------------------------------

function drawSign(test) {
  const eye = test.method === 'by-eye'
  const officer = (n) => el('div', { class: 'officer' },
    el('label', { class: 'field' }, el('span', {}, w('officerN', { n }), n > 1 && !eye ? el('small', {}, ` ${w('optional')}`) : ''), el('input', { class: 'name', autocomplete: 'off', maxlength: 30, 'data-testid': `officer-${n}` })),
    eye ? field('level', el('select', { class: 'level', 'data-testid': `level-${n}` }, el('option', { value: '' }, w('levelChoose')), [0, 1, 2, 3, 4, 5].map((l) => el('option', { value: l }, String(l))))) : '')
  const rows = el('div', { class: 'samples' })
  const addRow = () => rows.append(el('div', { class: 'sample' },
    el('select', { 'aria-label': w('samplesWord') }, el('option', { value: 'urea' }, w('urea')), el('option', { value: 'fuel' }, w('fuel'))),
    el('input', { placeholder: w('seal'), 'aria-label': w('seal'), maxlength: 30, autocomplete: 'off', 'data-testid': 'seal' }),
    el('button', { type: 'button', onclick: (event) => event.currentTarget.parentElement.remove() }, w('remove'))))
  if (test.method === 'samples') addRow()
  const form = el('form', { class: 'card', novalidate: true },
    el('h2', {}, w('sign')), officer(1), officer(2),
    el('fieldset', {}, el('legend', {}, w('samplesWord')), rows, el('button', { type: 'button', 'data-testid': 'add-sample', onclick: addRow }, w('addSample'))),
    field('note', el('textarea', { id: 'note', rows: 2, maxlength: 200 }), 'optional'),
    el('p', { class: 'quiet' }, w('signHint')), errorBox('sign-error'),
    el('button', { type: 'submit', class: 'go', 'data-testid': 'test-sign' }, w('signAndStore')))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('.go')
    button.disabled = true
    button.textContent = w('storing')
    const values = (selector) => [...form.querySelectorAll(selector)].map((node) => node.value)
    const levels = eye ? values('.level').filter((l) => l !== '').map(Number) : []
    const done = await order('/test/sign', {
      ...named(), officers: values('.name'), levels, note: $('note').value,
      samples: [...rows.children].map((row) => ({ substance: row.children[0].value, seal: row.children[1].value })),
    }, 'sign-error')
    button.disabled = false
    button.textContent = w('signAndStore')
    if (done) sheet = done.given, draw()
  })
  $('sign').replaceChildren(form)
}

function drawPaper() {
  $('main').replaceChildren(el('section', { class: 'stored', 'data-testid': 'test-stored', 'data-id': sheet.report.id },
    el('p', {}, '✓ ', w('stored', { id: sheet.report.id })),
    el('button', { type: 'button', class: 'go', 'data-testid': 'test-print', onclick: () => window.print() }, w('print')),
    el('button', { type: 'button', 'data-testid': 'test-another', onclick: () => { sheet = null; chosen = null; draw() } }, w('another'))))
  $('paper').replaceChildren(...paper(sheet, station))
}

// ---- drawing and what comes ----------------------------------------------------------------------------

function wanted() {
  if (sheet) return `paper ${sheet.report.id} ${language}`
  if (desk.test) return `lead ${desk.test.number} ${language}`
  return `new ${language} ${desk.signed[0]?.id ?? ''} ${Boolean(desk.meter)}`
}
function draw() {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'
  document.title = `${station?.name ?? 'Plumewatch'} · ${w('testTitle')}`
  $('title').textContent = w('testTitle')
  $('station').textContent = station ? `${station.name} · ${station.id}` : ''
  $('back').textContent = w('back')
  $('language').textContent = w('other')
  $('link-lost').textContent = w('linkLost')
  if (!desk) return
  $('cut-off').hidden = desk.cut_off === null
  $('cut-off').children[0].textContent = desk.cut_off === null ? '' : w('cutOff', { at: at(desk.cut_off) })
  $('cut-off').children[1].textContent = w('understood')
  $('paper').hidden = !sheet
  document.body.classList.toggle('has-paper', Boolean(sheet))
  const next = wanted()
  const another = next !== mode
  mode = next
  if (sheet) { if (another) drawPaper(), window.scrollTo(0, 0) }
  else if (desk.test) another ? drawLead() : updateLead()
  else if (another) drawNew()
  else $('meter').replaceWith(meterCard())
  drawSamples()
}

let drawing = false
function drawSamples() {
  if (drawing) return
  drawing = true
  requestAnimationFrame(() => {
    drawing = false
    const last = samples.at(-1)
    for (const node of document.querySelectorAll('.k-now')) node.textContent = last ? two(last.k) : '—'
    for (const node of document.querySelectorAll('.rpm-now')) node.textContent = last?.rpm ? String(last.rpm) : '—'
    const canvas = $('curve')
    if (canvas) drawLive(canvas, samples, desk?.test?.limit?.at_most)
  })
}
addEventListener('resize', drawSamples)

let source = null
let wait = WAIT_FIRST_MS
let heard = Date.now()
let again
function connect() {
  clearTimeout(again)
  source?.close()
  source = new EventSource('/test/events')
  const on = (name, act) => source.addEventListener(name, (event) => {
    heard = Date.now()
    wait = WAIT_FIRST_MS
    $('link-lost').hidden = true
    act(JSON.parse(event.data))
  })
  on('desk', (told) => { desk = told; draw() })
  on('live', (told) => { samples = told; drawSamples() })
  on('sample', (told) => { samples.push(told); if (samples.length > KEPT_SAMPLES) samples = samples.slice(-300); drawSamples() })
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
setInterval(() => { if (Date.now() - heard > SILENCE_MS) lost() }, 1_000)

/** Asks once who we are and what passed lately; the passage in the address is chosen. */
function ask() {
  const passages = new EventSource('/events')
  passages.addEventListener('station', (event) => { station = JSON.parse(event.data); draw() })
  passages.addEventListener('recent', (event) => {
    passages.close()
    const recent = JSON.parse(event.data)
    const named = new URLSearchParams(location.search).get('passage')
    const one = recent.find((a) => a.report.id === named)
    const stops = recent.filter((a) => a !== one && (a.report.verdict.outcome === 'exceeding' || a.watch !== null))
    offered = [...(one ? [one] : []), ...stops].slice(0, OFFERED)
    asked = one ?? null
    drawOffered()
    takeAsked()
  })
  passages.addEventListener('error', () => passages.close())
}

$('language').addEventListener('click', () => { language = language === 'en' ? 'zh' : 'en'; kept('roadside.language', language); draw() })
$('cut-off').children[1].addEventListener('click', () => order('/test/seen', {}, 'new-error'))
draw()
connect()
ask()
