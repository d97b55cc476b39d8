/**
 * Every request to the server passes here: one place for the address, the header that proves the request
 * came from this app, and errors that say in both languages what went wrong and what to do.
 */
import type {
  Account, AccountRow, ApiProblem, AuditFilter, AuditRow, Candidate, DeviceCheck, Ledger,
  PassageDetail, PassageFilter, PassageSummary, PlateColour, Role, Rulebook, Rulebooks, SampleResult, Station,
  StationStatistics, Summary, TestDetail, TestFilter, TestSample, TestSummary, Wanted,
} from './types'

export const BASE = '/api/v1'

/** A request that did not give what was asked for. `code` is the server's word or one of ours. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: ApiProblem,
  ) {
    super(problem.en)
  }
}

const UNREACHABLE: ApiProblem = {
  code: 'unreachable',
  zh: '连接不到服务器。请检查网络；恢复后点“重试”。',
  en: 'The server cannot be reached. Check the network, then choose Retry.',
}

const UNREADABLE: ApiProblem = {
  code: 'unreadable-answer',
  zh: '服务器的回答无法识别。请稍后重试；仍不行请告知管理员。',
  en: 'The server\'s answer makes no sense. Try again later; if it stays so, tell the administrator.',
}

/** Called when the server no longer knows our session. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(action: () => void): void {
  onSignedOut = action
}

type Query = Record<string, string | number | undefined | null>

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return `${BASE}${path}${text ? `?${text}` : ''}`
}

interface Options { query?: Query; body?: unknown; headers?: Record<string, string> }

export const call = async <T>(method: string, path: string, options: Options = {}): Promise<T> =>
  (await send<T>(method, path, options)).body

/** With the tag of what came: an edit sends it as `If-Match`, and is refused if somebody changed the thing meanwhile. */
export async function getTagged<T>(path: string): Promise<{ value: T; tag: string }> {
  const { body, headers } = await send<T>('GET', path, {})
  return { value: body, tag: headers.get('etag') ?? '' }
}

async function send<T>(method: string, path: string, options: Options): Promise<{ body: T; headers: Headers }> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers }
  if (method !== 'GET') headers['x-plumewatch'] = '1'
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
    })
  } catch {
    throw new ApiError(0, UNREACHABLE)
  }
  const text = await response.text()
  let body: unknown = null
  try {
    body = text === '' ? null : JSON.parse(text)
  } catch {
    if (response.ok) throw new ApiError(response.status, UNREADABLE)
  }
  if (response.ok) return { body: body as T, headers: response.headers }
  const told = body as { error?: ApiProblem; refusals?: unknown } | null
  // Rows and fields that were refused stand beside the error.
  const problem = told?.error && (told.refusals ? { ...told.error, refusals: told.refusals } : told.error)
  // A wrong old password is a 401 too, and no reason to leave.
  if (problem?.code === 'signed-out' && path !== '/session') onSignedOut()
  throw new ApiError(response.status, problem ?? { ...UNREADABLE, code: `http-${response.status}` })
}

export const get = <T>(path: string, query?: Query) => call<T>('GET', path, query ? { query } : {})
export const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, { body })
export const id = (value: string) => encodeURIComponent(String(value))

/** A name as part of an address. */
export const segment = id

export const api = {
  session: () => get<{ account: Account }>('/session'),
  signIn: (name: string, password: string, code?: string) =>
    post<{ account: Account }>('/session', code ? { name, password, code } : { name, password }),
  signOut: () => call<null>('DELETE', '/session'),
  changePassword: (old: string, next: string) => post<null>('/session/password', { old, new: next }),

  passages: (filter: PassageFilter, limit: number, cursor?: string | null) =>
    get<{ passages: PassageSummary[]; next: string | null }>('/passages', { ...filter, limit, cursor }),
  passage: (passage: string) => get<PassageDetail>(`/passages/${id(passage)}`),

  tests: (filter: TestFilter, limit: number, cursor?: string | null) =>
    get<{ tests: TestSummary[]; next: string | null }>('/exhaust-tests', { ...filter, limit, cursor }),
  test: (test: string) => get<TestDetail>(`/exhaust-tests/${id(test)}`),
  sampleResult: (test: string, sample: number, result: SampleResult) =>
    post<TestSample>(`/exhaust-tests/${id(test)}/samples/${sample}/result`, result),

  review: () => get<{ candidates: Candidate[]; waiting: number }>('/review'),
  candidate: (candidate: string) =>
    get<{ candidate: Candidate; passages: PassageDetail[] }>(`/review/${id(candidate)}`),
  decide: (candidate: string, decision: 'confirm' | 'reject', reason: string) =>
    post<{ case_id: string | null; waits_for_second: boolean }>(`/review/${id(candidate)}/decision`, { decision, reason }),

  stations: () => get<{ stations: Station[] }>('/stations'),
  ledger: (station: string) => get<Ledger>(`/stations/${id(station)}/ledger`),
  checks: (station: string, days: number) =>
    get<{ checks: DeviceCheck[] }>(`/stations/${id(station)}/checks`, { days }),
  statistics: (station: string, days: number) =>
    get<StationStatistics>(`/stations/${id(station)}/statistics`, { days }),
  addStation: (station: { id: string; name: string }) => post<unknown>('/stations', station),
  stationToken: (station: string) => post<{ token: string }>(`/stations/${id(station)}/token`),

  accounts: () => get<{ accounts: AccountRow[] }>('/accounts'),
  account: (name: string) => getTagged<AccountRow>(`/accounts/${id(name)}`),
  addAccount: (account: { name: string; display_name: string; role: Role; region: string; password: string; organisation?: string; external_id?: string }) =>
    post<unknown>('/accounts', { ...account, must_change_password: true }),
  changeAccount: (name: string, change: Record<string, unknown>, tag?: string) =>
    call<unknown>('PATCH', `/accounts/${id(name)}`, { body: change, ...(tag ? { headers: { 'if-match': tag } } : {}) }),

  rulebook: () => get<Rulebook>('/rulebook'),
  rulebooks: () => get<Rulebooks>('/rulebooks'),
  summary: () => get<Summary>('/summary'),

  audit: (filter: AuditFilter, cursor?: number | null) =>
    get<{ rows: AuditRow[]; next: number | null }>('/audit', { ...filter, cursor }),

  wanted: () => get<{ wanted: Wanted[] }>('/watchlist/wanted'),
  addWanted: (entry: { plate: string; colour: PlateColour | null; reason: string }) =>
    post<unknown>('/watchlist/wanted', entry),
  removeWanted: (plate: string, colour: PlateColour | null, reason: string) =>
    call<unknown>('DELETE', '/watchlist/wanted', { body: { plate, colour, reason } }),
}

/** Where a picture is, by the SHA-256 that names it. */
export const pictureAddress = (sha256: string): string => `${BASE}/evidence/${sha256}`
