/** What the server says of sign-in, sessions, second factors, keys and the first page. */
import { fileAddress } from './files'
import { BASE, call, get, id, post } from './client'
import type { AuditFilter, Role, SignInWay } from './types'

export interface SignInWays {
  oidc: { zh: string; en: string } | null
}

export interface FactorState {
  set: boolean
  set_utc_us: number | null
  recovery_codes_left: number
  required: boolean
}

export interface FactorSetup {
  secret: string
  uri: string
  qr_svg: string
}

export interface Session {
  id: string
  way: SignInWay
  begun_utc_us: number
  last_used_utc_us: number
  expires_utc_us: number
  address: string
  program: string
  this: boolean
}

export interface Key {
  id: string
  label: string
  role: Role
  organisation: string
  region: string
  state: 'usable' | 'expired' | 'revoked'
  created_utc_us: number
  created_by: string
  expires_utc_us: number
  last_used_utc_us: number | null
  revoked_utc_us: number | null
  revoked_by: string | null
}

export interface NewKey {
  label: string
  role: Role
  organisation: string
  region: string
  days: number
}

export interface Task {
  key: string
  count: number
  kind: 'act' | 'know'
}

export const people = {
  ways: () => get<SignInWays>('/session/ways'),
  factor: () => get<FactorState>('/session/second-factor'),
  beginFactor: (password: string) => post<FactorSetup>('/session/second-factor', { password }),
  confirmFactor: (code: string) => post<{ recovery_codes: string[] }>('/session/second-factor/confirm', { code }),
  removeFactor: (password: string, code: string) =>
    call<null>('DELETE', '/session/second-factor', { body: { password, code } }),
  removeFactorOf: (name: string, reason: string) =>
    call<null>('DELETE', `/accounts/${id(name)}/second-factor`, { body: { reason } }),

  sessions: () => get<{ sessions: Session[] }>('/sessions'),
  endSession: (session: string) => call<null>('DELETE', `/sessions/${id(session)}`),
  endOtherSessions: () => call<{ ended: number }>('DELETE', '/sessions'),
  endSessionsOf: (name: string) => call<{ ended: number }>('DELETE', `/accounts/${id(name)}/sessions`),

  keys: (cursor?: string | null) => get<{ keys: Key[]; next: string | null }>('/keys', { cursor }),
  issueKey: (key: NewKey) => post<{ secret: string; key: Key }>('/keys', key),
  revokeKey: (key: string, reason: string) => call<null>('DELETE', `/keys/${id(key)}`, { body: { reason } }),

  today: () => get<{ tasks: Task[] }>('/today'),
}

/** Where the browser goes to sign in by the other provider. */
export const OIDC_ADDRESS = `${BASE}/session/oidc`

export type AuditFormat = 'jsonl' | 'csv' | 'xlsx'

/** Where the audit's file is, as searched: lines that prove themselves, or a workbook to read and sort. */
export function auditFile(filter: AuditFilter, format: AuditFormat, reason: string): string {
  if (format === 'xlsx') return fileAddress('/audit/export.xlsx', { ...filter, reason })
  const given = Object.entries({ ...filter, format, reason }).filter(([, value]) => value !== undefined && value !== '')
  return `${BASE}/audit/export?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`
}
