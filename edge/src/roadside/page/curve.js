// Curves of smoke: the live one on a canvas, those of single accelerations as SVG (they are printed).
'use strict'

/** Seconds that the live curve shows. */
const LIVE_S = 30
const INK = { smoke: '#0b1211', limit: '#b12c00', speed: '#0060c8', grid: '#c9d2d0', text: '#3c4a4b' }

/** The top of a scale: room above what is shown, and a round number of tenths. */
const scaleTop = (...values) => Math.ceil((Math.max(50, ...values) * 1.2) / 20) * 20

/** Draws the last seconds: smoke against its limit, the engine's speed behind it. */
function drawLive(canvas, samples, limit) {
  const ratio = window.devicePixelRatio || 1
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  if (!width || !height) return
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  const pen = canvas.getContext('2d')
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  const [left, right, top, bottom] = [46, width - 8, 10, height - 24]
  const now = samples.length ? samples[samples.length - 1].ms : 0
  const highest = scaleTop(limit ?? 0, ...samples.map((s) => s.k))
  const fastest = Math.max(3000, ...samples.map((s) => s.rpm))
  const x = (ms) => right - ((now - ms) / (LIVE_S * 1000)) * (right - left)
  const y = (k) => bottom - (k / highest) * (bottom - top)
  pen.font = '13px system-ui, sans-serif'
  pen.textAlign = 'right'
  pen.textBaseline = 'middle'
  for (let k = 0; k <= highest; k += highest > 300 ? 100 : 50) {
    pen.strokeStyle = INK.grid
    pen.lineWidth = 1
    pen.beginPath(), pen.moveTo(left, y(k)), pen.lineTo(right, y(k)), pen.stroke()
    pen.fillStyle = INK.text
    pen.fillText((k / 100).toFixed(1), left - 6, y(k))
  }
  pen.textBaseline = 'alphabetic'
  pen.textAlign = 'left'
  pen.fillText(`−${LIVE_S} s`, left, height - 6)
  pen.textAlign = 'right'
  pen.fillText('0 s', right, height - 6)
  pen.save()
  pen.beginPath(), pen.rect(left, top - 6, right - left, bottom - top + 12), pen.clip()
  const line = (value, colour, thick, dash) => {
    pen.beginPath()
    pen.setLineDash(dash)
    pen.strokeStyle = colour
    pen.lineWidth = thick
    pen.lineJoin = 'round'
    let last = null
    for (const s of samples) {
      const gap = last === null || s.ms - last > 1000
      if (gap) pen.moveTo(x(s.ms), value(s))
      else pen.lineTo(x(s.ms), value(s))
      last = s.ms
    }
    pen.stroke()
    pen.setLineDash([])
  }
  if (samples.some((s) => s.rpm)) line((s) => bottom - (s.rpm / fastest) * (bottom - top) * 0.95, INK.speed, 1.5, [5, 4])
  if (limit !== null && limit !== undefined) {
    pen.strokeStyle = INK.limit
    pen.lineWidth = 2
    pen.setLineDash([10, 6])
    pen.beginPath(), pen.moveTo(left, y(limit)), pen.lineTo(right, y(limit)), pen.stroke()
    pen.setLineDash([])
  }
  line((s) => y(s.k), INK.smoke, 3, [])
  pen.restore()
}

function drawn(tag, attributes, text) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  if (text) node.textContent = text
  return node
}

/** One acceleration as a picture: its smoke, its highest point, the limit. */
function runCurve(run, limit, highest = scaleTop(limit ?? 0, run.highest_per_m_hundredths)) {
  const [width, height, left, bottom] = [260, 110, 30, 92]
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, class: 'run-curve', role: 'img', 'aria-label': `${two(run.highest_per_m_hundredths)} 1/m` })
  const last = run.curve.length ? run.curve[run.curve.length - 1][0] : 1
  const x = (ms) => (left + (ms / Math.max(1, last)) * (width - left - 6)).toFixed(1)
  const y = (k) => (bottom - (k / highest) * (bottom - 8)).toFixed(1)
  svg.append(drawn('path', { d: `M${left} 6V${bottom}H${width - 4}`, fill: 'none', stroke: INK.text, 'stroke-width': 1 }))
  svg.append(drawn('text', { x: left - 4, y: bottom, 'text-anchor': 'end' }, '0'), drawn('text', { x: left - 4, y: 14, 'text-anchor': 'end' }, (highest / 100).toFixed(1)))
  svg.append(drawn('text', { x: width - 4, y: height - 4, 'text-anchor': 'end' }, `${(last / 1000).toFixed(1)} s`))
  if (limit !== null && limit !== undefined) svg.append(drawn('path', { d: `M${left} ${y(limit)}H${width - 4}`, stroke: INK.limit, 'stroke-width': 1.5, 'stroke-dasharray': '7 4', fill: 'none' }))
  if (run.curve.length) {
    svg.append(drawn('path', { d: run.curve.map(([ms, k], n) => `${n ? 'L' : 'M'}${x(ms)} ${y(k)}`).join(''), fill: 'none', stroke: INK.smoke, 'stroke-width': 2, 'stroke-linejoin': 'round' }))
    const top = run.curve.find(([, k]) => k === run.highest_per_m_hundredths)
    if (top) svg.append(drawn('circle', { cx: x(top[0]), cy: y(top[1]), r: 3.5, fill: INK.smoke }))
  }
  return svg
}
