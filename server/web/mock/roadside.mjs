// Shows the edge's own page with made-up traffic: `node mock/roadside.mjs`, then http://127.0.0.1:8098.
// OFFLINE=1 shows it with the uplink down. Development only.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { picture } from './scene.mjs'
import * as world from './world.mjs'

const PAGE = new URL('../../../edge/src/roadside/page/', import.meta.url)
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' }
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const offline = process.env.OFFLINE === '1'
const station = world.STATIONS[0]
const announced = (p) => ({ report: p.report, watch: p.summary.watch, reasons: p.reasons })
const pages = new Set()
const event = (name, body) => `event: ${name}\ndata: ${JSON.stringify(body)}\n\n`
const health = () => world.stations()[offline ? 1 : 0].health

createServer((request, response) => {
  const path = new URL(request.url, 'http://mock').pathname
  response.setHeader('content-security-policy', POLICY)
  const file = path === '/' ? 'index.html' : /^\/static\/([\w.]+)$/.exec(path)?.[1]
  if (file) {
    response.writeHead(200, { 'content-type': TYPES[file.split('.')[1]] })
    return response.end(readFileSync(new URL(file, PAGE)))
  }
  const evidence = world.files.get(path.replace('/evidence/', ''))
  if (evidence) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' })
    return response.end(picture(evidence.kind, evidence.summary))
  }
  if (path !== '/events') return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(event('station', { ...station, software: '0.1.0' }) + event('health', health()) + event('recent', world.passages.slice(0, 50).map(announced)))
  pages.add(response)
  request.on('close', () => pages.delete(response))
}).listen(Number(process.env.PORT ?? 8098), '127.0.0.1')

let n = Number(process.env.FROM ?? 300)
setInterval(() => pages.forEach((page) => page.write(event('beat', {}))), 5_000)
setInterval(() => {
  const passage = event('passage', announced(world.pass(n++, Date.now() * 1000, station)))
  pages.forEach((page) => page.write(passage))
}, Number(process.env.EVERY_MS ?? 3_000))
