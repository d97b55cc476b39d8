// The mock's answers about sign-in, sessions, keys and the first page. Development only.
const DAY = 86_400_000_000
const now = () => Date.now() * 1000
const ok = (body) => ({ status: 200, body })

export const row = (account) => ({ organisation: null, external_id: null, second_factor: account.name === 'li.fuhe', must_set_second_factor: false, must_change_password: false, disabled: false, way: 'password', ...account })

const keys = [
  { id: 'K4f2c1d7e8a904b1c', label: '一号检测线软件', role: 'inspection-station', organisation: 'I-140105-01', region: '140105', state: 'usable', created_utc_us: now() - 40 * DAY, created_by: 'admin', expires_utc_us: now() + 20 * DAY, last_used_utc_us: now() - DAY / 24, revoked_utc_us: null, revoked_by: null },
  { id: 'K90aa17c3b2de4410', label: '汇通维修管理系统', role: 'repair-shop', organisation: 'M-140106-07', region: '140106', state: 'usable', created_utc_us: now() - 9 * DAY, created_by: 'admin', expires_utc_us: now() + 356 * DAY, last_used_utc_us: null, revoked_utc_us: null, revoked_by: null },
  { id: 'K1b77f0e9c4d23a58', label: '二号检测线软件（旧）', role: 'inspection-station', organisation: 'I-140105-01', region: '140105', state: 'revoked', created_utc_us: now() - 400 * DAY, created_by: 'admin', expires_utc_us: now() - 35 * DAY, last_used_utc_us: now() - 41 * DAY, revoked_utc_us: now() - 40 * DAY, revoked_by: 'admin' },
]
const sessions = [
  { id: '4f2c1d7e8a904b1c9d53', way: 'password-and-code', begun_utc_us: now() - DAY / 8, last_used_utc_us: now(), expires_utc_us: now() + DAY / 3, address: '192.0.2.7', program: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', this: true },
  { id: '00aa1d7e8a904b1c9d53', way: 'password', begun_utc_us: now() - DAY / 4, last_used_utc_us: now() - DAY / 6, expires_utc_us: now() + DAY / 4, address: '203.0.113.20', program: 'Mozilla/5.0 (Linux; Android 16) Mobile Safari/537.36', this: false },
]
let factor = false
const QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path fill="#10201e" d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 1h1v3H9zM11 5h2v2h-2zM8 8h3v1H8zM12 9h4v1h-4zM9 11h1v5H9zM13 13h2v3h-2zM17 12h3v2h-3zM11 18h5v1h-5z"/></svg>'

const TASKS = {
  admin: [['stations-offline', 2, 'act'], ['keys-expiring', 1, 'act'], ['passages-exceeding', 37, 'know']],
  reviewer: [['candidates-waiting', 4, 'act'], ['passages-exceeding', 37, 'know'], ['recovery-codes-left', 9, 'know']],
  authority: [['cases-open', 1, 'act'], ['passages-exceeding', 37, 'know']],
}

export function audit(rows, q) {
  const asked = ['actor', 'action', 'subject'].filter((name) => q.get(name))
  return rows.map((one, n) => ({ number: rows.length - n, ...one })).filter((one) => asked.every((name) => one[name] === q.get(name)))
}

export function answer(key, path, body, who) {
  switch (key) {
    case 'GET /today': return ok({ tasks: who.name === 'empty' ? [] : (TASKS[who.role] ?? [['passages-exceeding', 37, 'know']]).map(([key, count, kind]) => ({ key, count, kind })) })
    case 'GET /keys': return ok({ keys: who.name === 'empty' ? [] : keys, next: null })
    case 'POST /keys': { const key = { ...keys[1], ...body, id: 'K00000000000000ff', last_used_utc_us: null }; keys.unshift(key); return { status: 201, body: { secret: `pwk_${'9f86d081884c7d65'.repeat(4)}`, key } } }
    case 'DELETE /keys/:': { const key = keys.find((one) => path.endsWith(one.id)); Object.assign(key, { state: 'revoked', revoked_by: who.name, revoked_utc_us: now() }); return { status: 204 } }
    case 'GET /sessions': return ok({ sessions })
    case 'DELETE /sessions': return ok({ ended: sessions.splice(1).length })
    case 'DELETE /sessions/:': sessions.splice(sessions.findIndex((one) => path.endsWith(one.id)), 1); return { status: 204 }
    case 'GET /session/:': return ok({ set: factor, set_utc_us: factor ? now() : null, recovery_codes_left: factor ? 10 : 0, required: who.role === 'admin' })
    case 'POST /session/:': return ok({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', uri: 'otpauth://totp/Plumewatch', qr_svg: QR })
    case 'POST /session/:/confirm': factor = true; return ok({ recovery_codes: Array.from({ length: 10 }, (_, n) => `k7mp-29xw-qh4c-tz${n}n`) })
    case 'DELETE /session/:': factor = false; return { status: 204 }
    case 'GET /accounts/:': return ok(row(who))
    case 'DELETE /accounts/:/sessions': return ok({ ended: 2 })
    case 'DELETE /accounts/:/second-factor': return { status: 204 }
    default: return null
  }
}
