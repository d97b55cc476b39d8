/** Cases: types and calls. The contract is the server's OpenAPI document, tag `cases`. */
import { BASE, get, post, segment } from './client'
import type { AuditRow, Bilingual, Item, PassageDetail, PlateColour } from './types'

export const CASE_STATES = ['opened', 'noticed', 'repair-ordered', 'repaired', 'closed', 'withdrawn', 'won'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** What a person of the authority can bring about. */
export type CaseAction =
  | 'serve-notice' | 'order-repair' | 'enter-appeal' | 'uphold-appeal' | 'reject-appeal' | 'refer' | 'withdraw'
  | 'close-by-exception'

export const SERVICE_METHODS = ['letter', 'text', 'public-notice'] as const
export const EXCEPTION_GROUNDS = ['scrapped', 'deregistered', 'moved-away', 'other'] as const
export type Count = 'working' | 'calendar'

export interface Case {
  id: string
  plate: string
  plate_colour: PlateColour | null
  item: Item
  state: CaseState
  opened_utc_us: number
  opened_by: string
  candidate_id: string
  updated_utc_us: number
  due_day: string | null
  /** Counted through a year whose holidays nobody knew yet. */
  due_provisional: boolean
  overdue: boolean
  notice: { method: (typeof SERVICE_METHODS)[number]; received_day: string; served_day: string; paper: string } | null
  retest_station: string | null
  taken_utc_us: number | null
  /** The day an appeal was received that waits for its decision. */
  appeal_day: string | null
  referred_utc_us: number | null
  closed_by: 'retest' | 'exception' | null
  exception_ground: (typeof EXCEPTION_GROUNDS)[number] | null
  exception_by: string | null
}

export interface CaseStep {
  at_utc_us: number
  actor: string
  event: string
  reason: string | null
  method: string | null
  paper: string | null
  received_day: string | null
  served_day: string | null
  station: string | null
  due_day: string | null
  count: Count | null
  ground: string | null
  approved_by: string | null
}

export interface CaseDetail {
  case: Case
  history: AuditRow[]
  steps: CaseStep[]
  /** Why the vehicle is listed or cleared. */
  explanation: { listed: boolean; verdict: Bilingual; facts: Bilingual[] }
  casework: {
    version: string
    answer_days: number
    answer_count: Count
    repair_days: number
    repair_count: Count
    repair_clause: string
    public_notice_days: number
    holidays_known_until: number
  }
  passages: PassageDetail[]
  actions: CaseAction[]
  exports: boolean
  package_key: string
}

export interface CaseFilter {
  state?: CaseState | undefined
  overdue?: boolean | undefined
  appealed?: boolean | undefined
  referred?: boolean | undefined
}

export interface CasePage {
  cases: Case[]
  next: string | null
  open: number
  overdue: number
}

/** An event with its particulars; the server says what is missing. */
export interface CaseEvent {
  event: CaseAction
  reason: string
  method?: string
  paper?: string
  received_day?: string
  station?: string
  days?: number
  count?: Count
  ground?: string
  approved_by?: string
}

const flag = (on: boolean | undefined) => (on ? 'true' : undefined)

export const casesApi = {
  list: (filter: CaseFilter, after?: string | null) =>
    get<CasePage>('/cases', { state: filter.state, overdue: flag(filter.overdue), appealed: flag(filter.appealed), referred: flag(filter.referred), after }),
  detail: (id: string) => get<CaseDetail>(`/cases/${segment(id)}`),
  event: (id: string, event: CaseEvent) => post<{ case: Case }>(`/cases/${segment(id)}/events`, event),
}

/** Where a case's evidence package is fetched. */
export const packageAddress = (id: string): string => `${BASE}/cases/${segment(id)}/package`
