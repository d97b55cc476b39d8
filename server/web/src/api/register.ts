/** The register: vehicles with their lives, carriers with their fleets, stations, shops, imports. */
import { ApiError, BASE, call, get, id } from './client'
import type { ApiProblem, Bilingual, Outcome, PlateColour } from './types'

export type Kind = 'vehicles' | 'carriers' | 'inspection-stations' | 'repair-shops' | 'qualifications'
/** In the order in which a register is begun: what others name comes first. */
export const KINDS: Kind[] = ['carriers', 'vehicles', 'inspection-stations', 'repair-shops', 'qualifications']
export type RowOutcome = 'new' | 'changed' | 'unchanged' | 'refused'

export interface RegisterSummary {
  vehicles: number
  carriers: number
  inspection_stations: number
  repair_shops: number
  register_version: number
}

export interface Vehicle {
  id: string
  vin: string | null
  fuel: string | null
  stage: string | null
  stage_source: string | null
  class: string | null
  make: string | null
  body_colour: string | null
  first_registered_day: string | null
  usage: string | null
  owner: string | null
  carrier: string | null
  region: string
}

export interface Hold {
  plate: string
  plate_colour: PlateColour
  /** Null where nobody knows since when. */
  from_day: string | null
  /** The first day on which it holds no more. */
  until_day: string | null
}

export interface Member {
  carrier: string
  from_day: string | null
  until_day: string | null
}

/** What the register says of a vehicle that was seen. */
export interface RegisterNote {
  vehicle: Vehicle | null
  plate_colour: PlateColour | null
  mismatches: { about: string; sentence: Bilingual }[]
  unregistered: Bilingual | null
}

export interface LookUp {
  found: { vehicle: Vehicle; hold: Hold; now: boolean }[]
  unregistered: Bilingual | null
  seen: boolean
}

export type LifeKind = 'passage' | 'test' | 'inspection' | 'candidate' | 'case' | 'order'
/** In the order of a line in time: what was seen and measured, what was suspected, what followed. */
export const LIFE_KINDS: LifeKind[] = ['passage', 'test', 'inspection', 'candidate', 'case', 'order']

export interface LifeEvent {
  kind: LifeKind
  id: string
  at_utc_us: number
  outcome: Outcome | string
  place: string
  about: string
  figure: number | null
  plate: string
  plate_colour: PlateColour | ''
}

export interface Life {
  vehicle: Vehicle | null
  plates: Hold[]
  fleets: Member[]
  events: LifeEvent[]
  next: string | null
}

export interface Organisation {
  code: string
  name: string
  region: string
  address: string
  phone: string
  opened_day: string | null
  closed_day: string | null
}

export interface Shop {
  shop: Organisation
  qualified: boolean
  qualifications: { certificate: string; from_day: string; until_day: string | null }[]
}

export interface FleetChange {
  day: string | null
  joined: boolean
  vehicle: string
  plate: string | null
  plate_colour: PlateColour | null
}

export interface FleetVehicle {
  vehicle: string
  plate: string | null
  plate_colour: PlateColour | null
  class: string | null
  fuel: string | null
  stage: string | null
  make: string | null
  from_day: string | null
  until_day: string | null
}

export interface CarrierDetail {
  carrier: Organisation
  day: string
  fleet_size: number
  changes: FleetChange[]
}

export interface Import {
  id: string
  kind: Kind
  file_name: string
  sha256: string
  state: 'reading' | 'previewed' | 'applied' | 'discarded'
  new: number
  changed: number
  unchanged: number
  refused: number
  noted: number
  not_read: string[]
  previewed_by: string
  previewed_utc_us: number
  applied_by: string | null
  applied_utc_us: number | null
  stale: boolean
  applied_before: { id: string; by: string; at_utc_us: number } | null
}

export interface RowRefusal extends Bilingual {
  column: string
  rule: string
  remedy_zh: string
  remedy_en: string
}

export interface ImportRow {
  row: number
  outcome: RowOutcome
  named: string
  refusals: RowRefusal[]
  notes: RowRefusal[]
  changes: { column: string; before: string; after: string }[]
}

export interface Progress {
  /** What is under way: the file goes up, or its rows are read. */
  step: 'upload' | 'read'
  done: number
  of: number
}

export const register = {
  summary: () => get<RegisterSummary>('/register'),
  lookUp: (plate: string, colour: string, reason: string) => get<LookUp>('/vehicles', { plate, colour, reason }),
  life: (vehicle: string, reason: string, before?: string | null) =>
    get<Life>(`/vehicles/${id(vehicle)}/life`, { reason, before }),
  plateLife: (plate: string, colour: string, reason: string, before?: string | null) =>
    get<Life>('/plates/life', { plate, colour, reason, before }),
  organisations: (kind: 'carriers' | 'inspection-stations', search: string, after?: string | null) =>
    get<{ organisations: Organisation[]; next: string | null }>(`/${kind}`, { search, after }),
  shops: (search: string, after?: string | null) => get<{ shops: Shop[]; next: string | null }>('/repair-shops', { search, after }),
  carrier: (code: string, day: string) => get<CarrierDetail>(`/carriers/${id(code)}`, { day }),
  fleet: (code: string, day: string, after?: string | null) =>
    get<{ day: string; vehicles: FleetVehicle[]; next: string | null }>(`/carriers/${id(code)}/fleet`, { day, after, limit: 100 }),
  imports: () => get<{ imports: Import[] }>('/register/imports'),
  import: (name: string) => get<Import>(`/register/imports/${id(name)}`),
  rows: (name: string, outcome: RowOutcome | '', after?: number | null) =>
    get<{ rows: ImportRow[]; next: number | null }>(`/register/imports/${id(name)}/rows`, { outcome, after, limit: 100 }),
  apply: (name: string, sha256: string) => call<Import>('POST', `/register/imports/${id(name)}/apply`, { body: { sha256 } }),
  discard: (name: string) => call<null>('DELETE', `/register/imports/${id(name)}`),
}

/** Where a template is. */
export const templateAddress = (kind: Kind, ending: 'xlsx' | 'csv'): string => `${BASE}/register/templates/${kind}.${ending}`

/** The answer's lines that are whole, and where the next begins. */
function linesOf(text: string, from: number): { lines: unknown[]; next: number } {
  const end = text.lastIndexOf('\n') + 1
  const whole = text.slice(from, Math.max(from, end)).split('\n').filter(Boolean)
  return { lines: whole.map((line) => JSON.parse(line) as unknown), next: Math.max(from, end) }
}

/** Sends a file and tells how far it is. XMLHttpRequest, because fetch tells nothing of a body that goes up. */
export function upload(kind: Kind, file: File, tell: (progress: Progress) => void): { done: Promise<Import>; stop: () => void } {
  const request = new XMLHttpRequest()
  const query = new URLSearchParams({ kind, file_name: file.name })
  request.open('POST', `${BASE}/register/imports?${query}`)
  request.setRequestHeader('x-plumewatch', '1')
  request.setRequestHeader('accept', 'application/x-ndjson')
  request.setRequestHeader('content-type', 'application/octet-stream')
  const lost: ApiProblem = {
    code: 'upload-lost',
    zh: '上传中断：连接断开，或服务器停止了应答。什么都没有导入，请重试。',
    en: 'The upload was cut off: the connection broke or the server stopped answering. Nothing was imported; try again.',
  }
  const done = new Promise<Import>((resolve, reject) => {
    let next = 0
    const read = (): void => {
      const given = linesOf(request.responseText, next)
      next = given.next
      for (const line of given.lines as { done?: number; of?: number; import?: Import; error?: ApiProblem }[]) {
        if (line.import) resolve(line.import)
        else if (line.error) reject(new ApiError(request.status, line.error))
        else if (line.of) tell({ step: 'read', done: line.done ?? 0, of: line.of })
      }
    }
    request.upload.onprogress = (event) => tell({ step: 'upload', done: event.loaded, of: event.total })
    request.onprogress = () => request.status === 200 && read()
    request.onload = () => {
      if (request.status === 200) {
        read()
        return reject(new ApiError(200, lost))
      }
      try {
        const body = JSON.parse(request.responseText) as { error?: ApiProblem }
        reject(new ApiError(request.status, body.error ?? lost))
      } catch {
        reject(new ApiError(request.status, lost))
      }
    }
    request.onerror = () => reject(new ApiError(0, lost))
    request.onabort = () => reject(new ApiError(0, lost))
  })
  request.send(file)
  return { done, stop: () => request.abort() }
}
