// The paper of a signed test: what the driver is given and the file keeps. Both languages on one sheet, whatever the page
// speaks, because a paper goes on to others.
'use strict'

const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dated = (us) => day.format(us / 1000)
const both = (key) => `${WORDS.zh[key] ?? key} ${WORDS.en[key] ?? key}`

/** The value of an item as people write it. */
const itemValue = (item, value) => (item === 'free_acceleration_k' ? `${two(value)} m⁻¹` : String(value))

function fact(key, ...value) {
  return el('div', { class: 'fact' }, el('dt', {}, both(key)), el('dd', {}, value.every((v) => v === null || v === undefined || v === '') ? '—' : value))
}

function weatherText(weather) {
  if (!weather) return null
  const parts = []
  if (weather.temperature_celsius_hundredths != null) parts.push(`${(weather.temperature_celsius_hundredths / 100).toFixed(1)} °C`)
  if (weather.humidity_percent_hundredths != null) parts.push(`${(weather.humidity_percent_hundredths / 100).toFixed(0)} % RH`)
  if (weather.pressure_pa != null) parts.push(`${(weather.pressure_pa / 1000).toFixed(1)} kPa`)
  if (weather.wind_mm_s != null) parts.push(`${(weather.wind_mm_s / 1000).toFixed(1)} m/s`)
  return parts.join(' · ')
}

/** The sheet. */
function paper({ report, reasons }, station) {
  const { vehicle, verdict, free_acceleration: done, meter } = report
  const finding = verdict?.findings.find((f) => f.item === 'free_acceleration_k')
  const limit = finding?.limit
  const method = done ? 'free-acceleration' : report.by_eye.length ? 'by-eye' : 'samples'
  const highest = done ? scaleTop(limit ?? 0, ...done.runs.map((r) => r.highest_per_m_hundredths)) : 0
  // The mean is of the last ones; a run before them was out of line.
  const counts = (n) => done.mean_per_m_hundredths != null && n >= done.runs.length - 3
  return [
    el('header', { class: 'paper-head' },
      el('h2', {}, `${WORDS.zh[`paper-${method}`]}`, el('small', {}, WORDS.en[`paper-${method}`])),
      el('p', {}, `${station?.name ?? ''} ${station?.id ?? ''} · № ${report.id}`)),
    el('dl', { class: 'facts' },
      fact('plateWord', vehicle.plate ?? null, vehicle.colour ? ` ${WORDS.zh[vehicle.colour]} ${WORDS.en[vehicle.colour]}` : null),
      fact('code', vehicle.vin),
      fact('class', `${vehicle.limit_class}`, verdict ? ` (${verdict.rulebook})` : null),
      fact('power', vehicle.rated_power_w ? `${vehicle.rated_power_w / 1000} kW` : null),
      fact('started', dated(report.started.utc_us)),
      fact('ended', dated(report.ended.utc_us), report.ended.clock === 'synchronised' ? null : ` ⚠ ${both('clockDoubt')}`),
      fact('passageWord', report.passage),
      fact('altitude', vehicle.altitude_m == null ? null : `${vehicle.altitude_m} m`),
      meter ? fact('meterWord', `${meter.driver.toUpperCase()} № ${meter.device}`) : null,
      meter ? fact('zeroAt', meter.calibrated_utc_us ? dated(meter.calibrated_utc_us) : null) : null,
      fact('weather', weatherText(report.weather))),
    done ? el('table', { class: 'paper-runs' },
      el('thead', {}, el('tr', {}, ['run', 'kHighest', 'rpmHighest', 'curve'].map((key) => el('th', {}, both(key))))),
      el('tbody', {}, done.runs.map((run, n) => el('tr', { class: counts(n) ? 'counts' : '' },
        el('td', {}, String(n + 1), counts(n) ? '' : el('small', {}, ` ${both('notInMean')}`)), el('td', {}, two(run.highest_per_m_hundredths)), el('td', {}, run.highest_rpm ? String(run.highest_rpm) : '—'), el('td', {}, runCurve(run, limit, highest)))))) : '',
    report.by_eye.length ? el('table', { class: 'paper-runs' },
      el('thead', {}, el('tr', {}, ['observer', 'level'].map((key) => el('th', {}, both(key))))),
      el('tbody', {}, report.by_eye.map((eye) => el('tr', {}, el('td', {}, eye.observer), el('td', {}, String(eye.level)))))) : '',
    done && done.mean_per_m_hundredths == null ? el('p', { class: 'paper-verdict' }, both('step-unsteady')) : '',
    verdict && (verdict.findings.length || verdict.without_limit.length) ? el('div', { class: `paper-verdict ${verdict.outcome}`, 'data-testid': 'paper-verdict' },
      verdict.findings.map((f) => el('p', {}, `${both(f.item)}: `, el('b', {}, itemValue(f.item, f.measured)), ` · ${both('limit')} ${itemValue(f.item, f.limit)} (${f.clause})`)),
      el('h3', {}, both(`outcome-${verdict.outcome}`)),
      reasons.map((reason) => el('p', { class: 'reason' }, reason.zh, el('br'), reason.en)),
      el('p', { class: 'reason' }, `${both('rulebook')}: ${verdict.rulebook}, ${verdict.rulebook_version}`)) : '',
    report.samples.length ? el('p', {}, `${both('samplesWord')}: `, report.samples.map((s) => `${both(s.substance)} № ${s.seal}`).join('; ')) : '',
    report.note ? el('p', {}, `${both('note')}: ${report.note}`) : '',
    el('div', { class: 'signatures' },
      report.officers.map((name) => el('div', {}, el('span', {}, both('officer')), el('b', {}, name))),
      el('div', {}, el('span', {}, both('driver')), el('b', {}, ''))),
  ].filter(Boolean)
}
