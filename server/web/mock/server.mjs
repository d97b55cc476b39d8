// A server that is none: answers the API's contract from memory, so that the app can be looked at and worked
// on without Rust, a broker or a truck. `npm run build && npm run mock`, then http://127.0.0.1:8099.
// Sign in as admin, li.fuhe, zhao.zhifa, wang.zhuguan (password: anything of 4 or more characters),
// as `new` to meet the forced change of password, as `empty` to see the pages with nothing on them.
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { picture } from './scene.mjs'
import * as casework from './cases.mjs'
import * as closedLoop from './closed-loop.mjs'
import * as instruments from './instruments.mjs'
import * as blacklist from './listings.mjs'
import * as people from './people.mjs'
import * as registry from './register.mjs'
import * as world from './world.mjs'

const PORT = Number(process.env.PORT ?? 8099)
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const live = new Set()
let traffic = 200

const failure = (status, code, zh, en) => ({ status, body: { error: { code, zh, en } } })
const signedOut = () => failure(401, 'signed-out', '请先登录。', 'Sign in first.')
const gone = () => failure(404, 'not-found', '没有找到。', 'There is no such thing.')
const ok = (body) => ({ status: 200, body })
const empty = (who) => who.name === 'empty'
const named = (name) => [...world.accounts, ...closedLoop.accounts].find((a) => a.name === name) ?? (['new', 'empty'].includes(name) ? { name, display_name: '新同事', role: 'reviewer', region: '140100', must_change_password: name === 'new' } : null)

const summary = (passages, exceeding, waiting, online, all) => ({ passages_today: passages, passed_today: passages - exceeding, screened_today: 0, exceeding_today: exceeding, not_judged_today: 0, waiting_review: waiting, open_cases: 1, stations: all, stations_online: online })

function passagesPage(q) {
  let list = world.passages.map((p) => p.summary)
  for (const key of ['station', 'outcome', 'plate']) if (q.get(key)) list = list.filter((p) => p[key] === q.get(key))
  if (q.get('from_utc_us')) list = list.filter((p) => p.passed_utc_us >= Number(q.get('from_utc_us')))
  if (q.get('to_utc_us')) list = list.filter((p) => p.passed_utc_us <= Number(q.get('to_utc_us')))
  const at = Number(q.get('cursor') ?? 0)
  const end = at + Number(q.get('limit') ?? 50)
  return { passages: list.slice(at, end), next: end < list.length ? String(end) : null }
}

function answer(method, path, q, body, who) {
  const [, top, id, sub] = path.split('/')
  const key = `${method} /${top}${id ? '/:' : ''}${sub ? `/${sub}` : ''}`
  const waiting = () => world.candidates.filter((c) => c.candidate.state === 'waiting')
  switch (key) {
    case 'GET /session': return who ? ok({ account: people.row(who) }) : signedOut()
    case 'DELETE /session': return { status: 204, cookie: 'pw_session=; Path=/; Max-Age=0' }
    case 'POST /session/:': if (id !== 'password') return people.answer(key, path, body, who) ?? gone(); who.must_change_password = false; return { status: 204, cookie: 'pw_session=li.fuhe; Path=/' }
    case 'GET /summary': return ok(empty(who) ? summary(0, 0, 0, 0, 0) : summary(1842, 37, waiting().length, 1, 3))
    case 'GET /rulebook': return ok(world.rulebook)
    case 'GET /rulebooks': return ok(empty(who) ? { ...world.rulebooks, overrides: [], stations: [], places: world.rulebooks.places.slice(0, 1) } : world.rulebooks)
    case 'GET /passages': return ok(empty(who) ? { passages: [], next: null } : passagesPage(q))
    case 'GET /passages/:': { const p = world.passages.find((p) => p.summary.id === id); return p ? ok({ ...p, register: registry.note(p.summary) }) : gone() }
    case 'GET /exhaust-tests': return ok({ tests: empty(who) ? [] : instruments.tests.map((one) => one.summary).filter((one) => ['station', 'outcome', 'plate'].every((word) => !q.get(word) || one[word] === q.get(word))), next: null })
    case 'GET /exhaust-tests/:': { const one = instruments.tests.find((one) => one.summary.id === id); return one ? ok(one) : gone() }
    case 'POST /exhaust-tests/:/samples': { const sample = instruments.tests.find((one) => one.summary.id === id)?.samples[Number(path.split('/')[4]) - 1]; if (!sample) return gone(); if (sample.result) return failure(409, 'result-exists', '该样品的检测结果已登记。', 'The result of this sample has been entered already.'); sample.result = { ...body, entered_by: who.name, entered_utc_us: Date.now() * 1000 }; return { status: 201, body: sample } }
    case 'GET /review': return ok(empty(who) ? { candidates: [], waiting: 0 } : { candidates: waiting().map((c) => c.candidate), waiting: waiting().length })
    case 'GET /review/:': { const c = world.candidates.find((c) => c.candidate.id === id); return c ? ok({ ...c, passages: c.passages.map((p) => ({ ...p, register: registry.note(p.summary) })) }) : gone() }
    case 'POST /review/:/decision': {
      const c = world.candidates.find((c) => c.candidate.id === id)
      if (!c) return gone()
      if (c.candidate.state !== 'waiting') return failure(409, 'decided', '这条线索已由他人处理，请刷新。', 'Somebody else has decided this; reload.')
      return casework.decide(c, body, who) ?? failure(409, 'same-person', '您已作第一次确认，第二次确认须由另一人作出。', 'You confirmed it first; the second confirmation must be another person\'s.')
    }
    case 'GET /cases': return ok(empty(who) ? { cases: [], next: null, open: 0, overdue: 0 } : casework.page(q))
    case 'GET /cases/:': { const c = casework.cases.find((c) => c.case.id === id); return c ? ok(casework.detail(c, who)) : gone() }
    case 'POST /cases/:/events': { const c = casework.cases.find((c) => c.case.id === id); if (!c) return gone(); casework.happen(c, body, who.name); return ok({ case: c.case }) }
    case 'GET /stations': return ok({ stations: empty(who) ? [] : world.stations() })
    case 'GET /stations/:/ledger': return ok(id.endsWith('1') ? { gaps: [{ from: 11_904, to: 11_905 }, { from: 18_404, to: 18_404 }], refused: 1 } : { gaps: [], refused: 0 })
    case 'GET /stations/:/statistics': { const told = instruments.statistics(id, Number(q.get('days') ?? 30)); return told ? ok(told) : gone() }
    case 'GET /stations/:/checks': return ok({ checks: instruments.checks(id) })
    case 'POST /stations': return { status: 201, body: {} }
    case 'POST /stations/:/token': return ok({ token: 'pwt1-7f3a9c21d8e64b05-a2c4e6f8091b3d5f7a9c' })
    case 'GET /accounts': return ok({ accounts: world.accounts.map(people.row) })
    case 'POST /accounts': world.accounts.push({ ...body, disabled: false }); return { status: 201, body: {} }
    case 'PATCH /accounts/:': Object.assign(named(id), body); return ok({})
    case 'GET /audit': return ok({ rows: people.audit(world.audit, q), next: null })
    case 'GET /watchlist/:': return ok({ wanted: empty(who) ? [] : world.wanted })
    case 'POST /watchlist/:': world.wanted.unshift({ ...body, added_utc_us: Date.now() * 1000, added_by: who.name }); return { status: 201, body: {} }
    case 'DELETE /watchlist/:': world.wanted.splice(world.wanted.findIndex((w) => w.plate === body.plate), 1); return { status: 204 }
    case 'GET /listings': return ok(blacklist.list(q.get('which') ?? 'all', empty(who)))
    case 'GET /listings/:': { const one = blacklist.detail(id, who); return one ? ok(one) : gone() }
    case 'POST /listings/:/decisions': return blacklist.decide(id, body, who) ? { status: 204 } : gone()
    case 'POST /listings/:/answers': return blacklist.answer(id, body, who) ? { status: 204 } : gone()
    case 'GET /carriers/:/share': { const one = blacklist.carrierShare(id); return one ? ok(one) : gone() }
    default: return registry.answer(method, path, q, body, who) ?? closedLoop.answer(method, path, q, body, who) ?? people.answer(key, path, body, who) ?? gone()
  }
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock')
  response.setHeader('content-security-policy', POLICY)
  const send = (status, type, body) => response.writeHead(status, { 'content-type': type }).end(body)
  if (!url.pathname.startsWith('/api/v1')) {
    const file = `dist${url.pathname}`
    const found = extname(file) && !file.includes('..') && existsSync(file) ? file : 'dist/index.html'
    response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream' })
    return createReadStream(found).pipe(response)
  }
  const path = url.pathname.slice('/api/v1'.length)
  const who = named(/pw_session=([\w.]+)/.exec(request.headers.cookie ?? '')?.[1])
  let text = ''
  for await (const chunk of request) text += chunk
  const body = text && request.headers['content-type'] === 'application/json' ? JSON.parse(text) : {}
  if (request.headers['content-type'] === 'application/octet-stream' && path === '/register/imports') return registry.upload(response, url.searchParams, who)
  if (request.method === 'POST' && path === '/session') {
    const account = named(body.name)
    if (!account || body.password.length < 4) return send(401, 'application/json', JSON.stringify(failure(0, 'wrong-credentials', '用户名或密码不正确。', 'Name or password are wrong.').body))
    if (account.name === 'li.fuhe' && !body.code) return send(401, 'application/json', JSON.stringify(failure(0, 'second-factor', '请输入两步验证码。', 'Enter the code of your second factor.').body))
    response.setHeader('set-cookie', `pw_session=${account.name}; Path=/; HttpOnly; SameSite=Strict`)
    return send(200, 'application/json', JSON.stringify({ account: people.row(account) }))
  }
  if (path === '/passages/live' && who) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(': hello\n\n')
    if (!empty(who)) live.add(response)
    return request.on('close', () => live.delete(response))
  }
  const file = path.startsWith('/evidence/') && world.files.get(path.slice(10))
  if (file) return send(200, 'image/svg+xml', picture(file.kind, file.summary))
  if (path === '/public/listings') return send(200, 'application/json', JSON.stringify(blacklist.published()))
  if (path === '/public/listing-rule') return send(200, 'application/json', JSON.stringify(blacklist.rule))
  if (path === '/session/ways') return send(200, 'application/json', JSON.stringify({ oidc: { zh: '统一身份认证', en: 'Single sign-on' } }))
  if (!who && path !== '/session') return send(401, 'application/json', JSON.stringify(signedOut().body))
  if (request.method !== 'GET' && request.headers['x-plumewatch'] !== '1') return send(403, 'application/json', '{"error":{"code":"guard-missing","zh":"","en":""}}')
  const given = answer(request.method, path, url.searchParams, body, who)
  if (given.cookie) response.setHeader('set-cookie', given.cookie)
  return send(given.status, 'application/json', given.body ? JSON.stringify(given.body) : '')
}).listen(PORT, '127.0.0.1', () => console.log(`mock: http://127.0.0.1:${PORT}`))

setInterval(() => {
  const { summary } = world.pass(traffic++, Date.now() * 1000)
  for (const page of live) page.write(`event: passage\ndata: ${JSON.stringify(summary)}\n\n`)
}, Number(process.env.EVERY_MS ?? 4_000))
