// What both pages of the unit build with: words, elements, plates, figures. No markup from data: every text goes into the
// page as text.
'use strict'

const $ = (id) => document.getElementById(id)
const kept = (key, value) => {
  try {
    if (value === undefined) return localStorage.getItem(key)
    localStorage.setItem(key, value)
  } catch { /* Storage may be forbidden; the page works without. */ }
  return null
}
let language = kept('roadside.language') === 'en' ? 'en' : 'zh'

const w = (key, gaps = {}) => (WORDS[language][key] ?? key).replace(/\{(\w+)\}/g, (_, gap) => gaps[gap] ?? '')
const time = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit' })
const at = (us) => time.format(us / 1000)

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value)
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''))
  return node
}

const SHAPES = { exceeding: 'M8 1 15.5 14.5H.5z', screened: 'M8 1 15 8 8 15 1 8z', watch: 'M2.5 1h11v7c0 3.5-2.5 5.8-5.5 7-3-1.2-5.5-3.5-5.5-7z', passed: 'M1.5 9 6 13.5 14.5 3', 'not-judged': 'M3 8h10' }
function shape(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  const line = name === 'passed' || name === 'not-judged'
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('aria-hidden', 'true')
  path.setAttribute('d', SHAPES[name])
  path.setAttribute('fill', line ? 'none' : 'currentColor')
  if (line) path.setAttribute('stroke', 'currentColor'), path.setAttribute('stroke-width', '3')
  svg.append(path)
  return svg
}

/** A plate as it is written, with its dot: 晋A·12345. */
function plateBadge(plate, colour) {
  const text = [...plate]
  const head = /\d/.test(text[1]) ? 1 : 2
  return el('span', { class: `plate ${colour ?? 'white'}`, title: colour ? w(colour) : null }, `${text.slice(0, head).join('')}·${text.slice(head).join('')}`)
}

/** The plate the vehicle answers for: the front's, else the rear's unless that is a trailer's (`Passage::plate`). */
function plateOf(report) {
  const driven = (sighting) => sighting?.plate && !sighting.plate.endsWith('挂')
  return driven(report.front) ? report.front : driven(report.rear) ? report.rear : null
}

const two = (hundredths) => (hundredths / 100).toFixed(2)
