/** What the server says of repair orders, their records, inspections and findings. */
import { ApiError, BASE, call, get, id, post } from './client'
import type { ApiProblem, AuditRow, Bilingual, PlateColour } from './types'

export type OrderState = 'ordered' | 'taken' | 'repaired' | 'closed' | 'cancelled'
export type OrderAction = 'take' | 'record' | 'retest' | 'reassign-station' | 'reassign-shop' | 'cancel'
export type FindingState = 'open' | 'confirmed' | 'dismissed'

/** One rule that was broken, with its place and what to do. */
export interface Refusal {
  row: number | null
  column: string
  rule: string
  zh: string
  en: string
  remedy_zh: string
  remedy_en: string
}

export interface Order {
  id: string
  state: OrderState
  case_id: string | null
  inspection_id: string | null
  plate: string
  plate_colour: PlateColour | null
  vin: string | null
  station: string
  station_name: string | null
  items: string[]
  method: string | null
  due_day: string
  overdue: boolean
  failures: number
  shop: string | null
  shop_name: string | null
  reserved: string | null
  opened_utc_us: number
  changed_utc_us: number
}

export interface Part { kind: string; maker: string; model: string; serial: string | null }

export interface RepairRecord {
  number: number
  shop: string
  diagnosis: string
  work: string[]
  parts: Part[]
  started: string
  finished: string
  certificate: string
  settlement: string
  technician: string
  odometer_km: number | null
  received_utc_us: number
  uploaded_by: string
}

export interface NewRecord {
  diagnosis: string
  work: string[]
  parts: Part[]
  started: string
  finished: string
  certificate: string
  settlement: string
  technician: string
  odometer_km: number | null
}

export interface Inspection {
  id: string
  station: string
  station_name: string | null
  line: number
  report_number: string
  order: string | null
  opened_order: string | null
  plate: string
  plate_colour: PlateColour
  vin: string | null
  method: string
  started_utc_us: number
  ended_utc_us: number
  told_outcome: 'passed' | 'failed'
  outcome: 'passed' | 'failed' | 'not-judged'
  state: 'issued' | 'held'
  failed: string[]
  rulebook: string
  received_utc_us: number
  uploaded_by: string
}

export interface OrderDetail {
  order: Order
  records: RepairRecord[]
  retests: Inspection[]
  history: AuditRow[]
  actions: OrderAction[]
}

export interface JudgedItem { item: string; value: number; limit: number; at_most: boolean; holds: boolean; clause: string }
export interface Judged { findings: JudgedItem[]; reasons: Bilingual[]; differences: Bilingual[] }

interface Point { k_per_m_hundredths: number; rpm: number }
/** As much of an upload as is shown: the rest is for programs. */
export interface Upload {
  inspector: string
  emission: { method: string; runs?: { curve: Point[] }[]; process?: Point[]; levels?: number[] }
  obd: { communicates: boolean; lamp_on: boolean; lamp_km: number; trouble_codes: string[]; not_ready: number; calibration: string | null; calibration_sum: string | null } | null
  appearance_failed: string[]
  vehicle: { engine_model: string | null; rated_power_w: number | null }
}

export interface InspectionDetail { inspection: Inspection; upload: Upload; judged: Judged }
export interface InspectionUploaded { inspection: Inspection; judged: Judged; repeated: boolean }

export interface Finding {
  id: string
  kind: string
  kind_name: Bilingual
  about: 'station' | 'shop'
  organisation: string
  organisation_name: string | null
  day: string
  sentence: Bilingual
  rulebook: string
  found_utc_us: number
  state: FindingState
  decided_by: string | null
  decided_utc_us: number | null
  reason: string | null
}

export interface Curve { inspection: string; k_per_m_hundredths: number[]; rpm: number[] }

export interface FindingDetail {
  finding: Finding
  figures: { name: Bilingual; value: string }[]
  inspections: Inspection[]
  curves: Curve[]
  orders: string[]
  passages: string[]
}

export interface OrderChanged { id: string; state: OrderState; repeated: boolean }

const order = (of: string) => `/orders/${id(of)}`

export const closedLoop = {
  orders: (filter: { state?: string; overdue?: boolean }, after?: string | null) =>
    get<{ orders: Order[]; next: string | null }>('/orders', { state: filter.state, overdue: filter.overdue ? 'true' : undefined, after }),
  order: (of: string) => get<OrderDetail>(order(of)),
  take: (of: string) => post<OrderChanged>(`${order(of)}/take`),
  record: (of: string, record: NewRecord) => post<OrderChanged>(`${order(of)}/records`, record),
  nameStation: (of: string, station: string, reason: string) => post<OrderChanged>(`${order(of)}/station`, { station, reason }),
  nameShop: (of: string, shop: string | null, reason: string) => post<OrderChanged>(`${order(of)}/shop`, { shop, reason }),
  cancel: (of: string, reason: string) => post<OrderChanged>(`${order(of)}/cancellation`, { reason }),
  uploadSheet: (file: File) => sendFile<{ records: number; repeated: number }>(`/repair-records/sheet?file=${encodeURIComponent(file.name)}`, file),
  templateAddress: `${BASE}/repair-records/template.xlsx`,

  inspections: (filter: { outcome?: string; state?: string }, after?: string | null) =>
    get<{ inspections: Inspection[]; next: string | null }>('/inspections', { ...filter, after }),
  inspection: (of: string) => get<InspectionDetail>(`/inspections/${id(of)}`),
  uploadInspection: (upload: unknown) => call<InspectionUploaded>('POST', '/inspections', { body: upload }),

  findings: (filter: { state?: string; kind?: string }, after?: string | null) =>
    get<{ findings: Finding[]; open: number; next: string | null }>('/findings', { ...filter, after }),
  finding: (of: string) => get<FindingDetail>(`/findings/${id(of)}`),
  decideFinding: (of: string, decision: 'confirm' | 'dismiss', reason: string) =>
    post<Finding>(`/findings/${id(of)}/decision`, { decision, reason }),
}

/** What was refused, place by place; empty if the error has no places. */
export const refusalsOf = (problem: ApiProblem | null): Refusal[] => (problem as { refusals?: Refusal[] } | null)?.refusals ?? []

/** A file as it is. The client sends JSON; this is the one upload of the closed loop that is none. */
async function sendFile<T>(path: string, file: File): Promise<T> {
  let response: Response
  try {
    response = await fetch(`${BASE}${path}`, {
      method: 'POST', credentials: 'same-origin', body: file,
      headers: { accept: 'application/json', 'x-plumewatch': '1', 'content-type': 'application/octet-stream' },
    })
  } catch {
    throw new ApiError(0, { code: 'unreachable', zh: '连接不到服务器，文件没有上传。请检查网络后重试。', en: 'The server cannot be reached; the file was not uploaded. Check the network and try again.' })
  }
  const body = (await response.json().catch(() => null)) as { error?: ApiProblem; refusals?: Refusal[] } | null
  if (response.ok) return body as T
  const told = body?.error ?? { code: `http-${response.status}`, zh: '上传没有成功，请重试。', en: 'The upload did not succeed; try again.' }
  throw new ApiError(response.status, { ...told, refusals: body?.refusals } as ApiProblem)
}
