/**
 * What the server's API says, by hand after its contract. Numbers are the wire's integers; their unit stands
 * in the name, and only `format/` turns them into what people read.
 */
import type { RegisterNote } from './register'

export type Role = 'admin' | 'reviewer' | 'enforcer' | 'authority' | 'inspection-station' | 'repair-shop' | 'auditor'
export type Outcome = 'passed' | 'screened' | 'exceeding' | 'not-judged'
export type Clock = 'synchronised' | 'holdover' | 'unsynchronised'
export type PlateColour = 'blue' | 'yellow' | 'green' | 'yellow-green' | 'white' | 'black'
export type WatchReason = 'open-case' | 'blacklisted' | 'wanted'
export type ReviewState = 'none' | 'waiting' | 'confirmed' | 'rejected'
export type Item = 'opacity' | 'ringelmann' | 'no'
export type EvidenceKind = 'vehicle-front' | 'vehicle-rear' | 'plate-front' | 'plate-rear' | 'plume' | 'plume-clip'

/** One text in both languages of the app. */
export interface Bilingual {
  zh: string
  en: string
}

export interface ApiProblem extends Bilingual {
  code: string
}

export interface Account {
  name: string
  display_name: string
  role: Role
  /** Six digits (GB/T 2260); `000000` is the whole country. */
  region: string
  must_change_password: boolean
  /** Nothing else is answered until a second factor is set up. */
  must_set_second_factor: boolean
  /** The inspection station or repair shop it acts for. */
  organisation: string | null
  way: SignInWay
}

export type SignInWay = 'password' | 'password-and-code' | 'oidc' | 'key'

export interface AccountRow {
  name: string
  display_name: string
  role: Role
  region: string
  must_change_password: boolean
  disabled: boolean
  organisation: string | null
  /** Whom another provider's claim must name. */
  external_id: string | null
  second_factor: boolean
}

export interface PassageSummary {
  id: string
  station: string
  station_name: string
  lane: number
  passed_utc_us: number
  clock: Clock
  received_utc_us: number
  plate: string | null
  plate_colour: PlateColour | null
  plate_confidence_per_mille: number | null
  outcome: Outcome
  edge_outcome: Outcome
  disagrees: boolean
  /** How the edition that the edge judged by stands to the one in force there. */
  edition: 'in-force' | 'other' | 'unknown'
  corroboration: Corroboration
  opacity_mean_hundredths: number | null
  ringelmann: number | null
  no_ppm_hundredths: number | null
  speed_mm_s: number | null
  doubts: string[]
  watch: WatchReason | null
  /** SHA-256 of the whole vehicle's picture, once it has arrived. */
  picture: string | null
  plate_picture: string | null
  evidence_missing: number
  review: ReviewState
}

export interface Stamp {
  utc_us: number
  clock: Clock
}

export interface Reading {
  device: string
  boot: number
  sequence: number
  measured: Stamp
  co2_ppm_hundredths: number | null
  co_ppm_hundredths: number | null
  hc_ppm_hundredths: number | null
  no_ppm_hundredths: number | null
  co_ratio_millionths: number | null
  hc_ratio_millionths: number | null
  no_ratio_millionths: number | null
  opacity_mean_hundredths: number | null
  opacity_max_hundredths: number | null
  speed_mm_s: number | null
  acceleration_mm_s2: number | null
  slope_degree_hundredths: number | null
  plume_ppm_m_hundredths: number
  audit: string | null
  audit_passed_utc_us: number | null
  head_status: string
}

export interface InvalidReason {
  condition: string
  breach: 'missing' | 'below' | 'above' | 'not-met'
  measured?: number | null
  limit?: number | null
}

export interface Sighting {
  first_seen: Stamp
  last_seen: Stamp
  frames: number
  plate: string | null
  abstained: string | null
  raw: string
  colour: PlateColour | null
  rows: number | null
  confidence_per_mille: number
  /** For each character what it may be, likeliest first, per mille. */
  alternatives: [string, number][][]
  corners: [number, number][] | null
}

export interface Smoke {
  first_seen: Stamp
  last_seen: Stamp
  hits: number
  opacity_hundredths: number | null
  uncertainty_hundredths: number | null
  level: number | null
  confidence_per_mille: number | null
  unmeasurable: string | null
}

export interface Weather {
  measured: Stamp
  wind_mm_s: number | null
  wind_from_degrees: number | null
  temperature_celsius_hundredths: number | null
  humidity_percent_hundredths: number | null
  pressure_pa: number | null
  precipitation: boolean | null
}

export interface Finding {
  item: string
  measured: number
  limit: number
  exceeds: boolean
  role: string
  clause: string
}

export interface Verdict {
  outcome: Outcome
  rulebook: string
  rulebook_version: string
  findings: Finding[]
}

export interface PassageReport {
  v: number
  id: string
  lane: number
  passed: Stamp
  reading?: Reading | null
  /** Absent without a reading, empty when the reading counts. */
  invalid?: InvalidReason[] | null
  front?: Sighting | null
  rear?: Sighting | null
  smoke?: Smoke | null
  weather?: Weather | null
  doubts: string[]
  evidence: { kind: EvidenceKind; sha256: string; bytes: number }[]
  verdict: Verdict
}

export interface Evidence {
  kind: EvidenceKind
  sha256: string
  bytes: number
  stored: boolean
}

export interface PassageDetail {
  summary: PassageSummary
  report: PassageReport
  server_verdict: Verdict
  reasons: Bilingual[]
  /** What head and camera say of each other, in words; no verdict by itself. */
  corroboration: Bilingual
  evidence: Evidence[]
  candidate_id: string | null
  case_id: string | null
  /** The latest test of the vehicle that was waved out for it. */
  exhaust_test: string | null
  /** Does the record follow the station's one before it? Null while that one is missing. */
  chain_ok: boolean | null
  /** What the register says of the vehicle; null where no plate was read, and for who may not see the register. */
  register: RegisterNote | null
}

export interface Candidate {
  id: string
  plate: string
  plate_colour: PlateColour | null
  item: Item
  opened_utc_us: number
  state: 'waiting' | 'confirmed' | 'rejected' | 'void'
  passages: string[]
  rulebook: string
  rulebook_version: string
  clause: string
  explanation: Bilingual
  /** In each passage, head and camera compared. */
  corroborations: Corroboration[]
  /** Do both exceed in one of them? */
  corroborated: boolean
  /** Did late records break it after it was decided? */
  contested: boolean
  /** How many different people must confirm it. */
  people: number
  /** The first of two confirmations. */
  first: { by: string; at_utc_us: number; reason: string | null } | null
  decided_by: string | null
  reason: string | null
}

export interface AuditRow {
  number: number
  at_utc_us: number
  actor: string
  action: string
  subject: string
  reason: string | null
  detail: string
}

/** What `GET /audit` and its file can be narrowed by. */
export interface AuditFilter {
  actor?: string
  action?: string
  subject?: string
  from_utc_us?: number
  to_utc_us?: number
}

export interface PartHealth extends Bilingual {
  part: string
  state: 'good' | 'degraded' | 'down'
}

export interface HealthReport {
  at: Stamp
  software: string
  last_sequence: number
  backlog_records: number
  backlog_files: number
  disk_free_bytes: number
  shed_files: number
  watchlist_version: number | null
  /** When the server issued that edition; absent from edges that did not tell. */
  watchlist_issued_utc_us?: number | null
  parts: PartHealth[]
}

export interface Station {
  id: string
  name: string
  region: string
  enrolled: boolean
  online: boolean
  last_seen_utc_us: number | null
  health: HealthReport | null
  received: number
  missing: number
  last_sequence: number
}

export interface Ledger {
  gaps: { from: number; to: number }[]
  refused: number
}

export interface Wanted {
  plate: string
  colour: PlateColour | null
  reason: string
  added_utc_us: number
  added_by: string
}

/** Empty for passages stored before head and camera were compared. */
export type Corroboration = 'both-exceed' | 'both-below' | 'disagrees' | 'not-comparable' | ''

export type RuleGroup = 'limit' | 'condition' | 'counting' | 'corroboration' | 'procedure' | 'casework' | 'listing'
export type SourceConfidence = 'high' | 'medium' | 'low'

export interface RuleRow {
  group: RuleGroup
  /** Names the rule within its rulebook: two editions are laid side by side by it. */
  key: string
  name: Bilingual
  value: Bilingual
  role: 'enforcement' | 'screening' | null
  clause: string
  confidence: SourceConfidence
}

export interface RulebookEdition {
  rulebook: string
  version: string
  kind: 'passages' | 'tests' | 'casework' | 'listing'
  title: Bilingual
  from: string
  until: string | null
  in_force: boolean
  rules: RuleRow[]
}

export interface StationEdition {
  id: string
  name: string
  region: string
  online: boolean
  reported_utc_us: number | null
  issue: number | null
  edition: string | null
  expected: string
  current: boolean
  words: Bilingual | null
}

export interface Rulebooks {
  today: string
  places: { region: string; editions: RulebookEdition[] }[]
  overrides: { rulebook: string; region: string; version: string; title: Bilingual; from: string; until: string | null }[]
  issues: { version: number; issued_utc_us: number }[]
  published: { rulebook: string; version: string; first_utc_us: number }[]
  stations: StationEdition[]
}

export interface Rulebook {
  id: string
  version: string
  title: Bilingual
  limits: { item: Item; at_most: number; role: 'enforcement' | 'screening'; clause: string }[]
}

/** Counts for the front page; a day begins at midnight in China. */
export interface Summary {
  passages_today: number
  passed_today: number
  screened_today: number
  exceeding_today: number
  not_judged_today: number
  waiting_review: number
  open_cases: number
  stations: number
  stations_online: number
}

/** What `GET /passages` and the live stream can be narrowed by. */
export interface PassageFilter {
  station?: string
  outcome?: Outcome
  plate?: string
  /** Why the plate is looked up; required with `plate`, and kept in the audit log. */
  reason?: string
  /** Passed at or after. */
  from_utc_us?: number
  /** Passed before. */
  to_utc_us?: number
}

export type TestOutcome = 'passed' | 'failed' | 'not-judged'
export type TestMethod = 'free-acceleration' | 'by-eye' | 'samples'

export interface TestSummary {
  id: string
  station: string
  station_name: string
  started_utc_us: number
  ended_utc_us: number
  clock: Clock
  received_utc_us: number
  /** The passage for which the vehicle was waved out. */
  passage: string | null
  plate: string | null
  plate_colour: PlateColour | null
  vin: string | null
  method: TestMethod
  k_mean_per_m_hundredths: number | null
  ringelmann: number | null
  outcome: TestOutcome
  edge_outcome: TestOutcome | null
  disagrees: boolean
  samples: number
  results: number
}

export interface TestRun {
  highest_per_m_hundredths: number
  highest_rpm?: number | null
  /** Milliseconds since the run began, hundredths of 1/m, revolutions per minute or 0. */
  curve: [number, number, number][]
}

export interface TestFinding {
  item: string
  measured: number
  limit: number
  bound: 'at-most' | 'at-least'
  holds: boolean
  clause: string
}

export interface TestVerdict {
  outcome: TestOutcome
  rulebook: string
  rulebook_version: string
  findings: TestFinding[]
  without_limit: { item: string; value: number }[]
}

export interface TestReport {
  id: string
  started: Stamp
  ended: Stamp
  vehicle: {
    plate?: string | null
    colour?: PlateColour | null
    vin?: string | null
    limit_class: string
    rated_power_w?: number | null
    altitude_m?: number | null
  }
  meter?: { driver: string; device: string; calibrated_utc_us?: number | null } | null
  free_acceleration?: { purges: number; runs: TestRun[]; mean_per_m_hundredths?: number | null } | null
  by_eye: { observer: string; level: number }[]
  officers: string[]
  weather?: Weather | null
  verdict?: TestVerdict | null
  note?: string | null
}

export interface SampleResult {
  passed: boolean
  /** In the laboratory's words. */
  found: string
  laboratory: string
  report_number: string
}

export interface TestSample {
  /** From 1. */
  number: number
  substance: 'urea' | 'fuel'
  seal: string
  taken_utc_us: number
  result: (SampleResult & { entered_by: string; entered_utc_us: number }) | null
}

export interface TestDetail {
  summary: TestSummary
  report: TestReport
  server_verdict: TestVerdict | null
  reasons: Bilingual[]
  samples: TestSample[]
  evidence: Evidence[]
  chain_ok: boolean | null
}

/** What `GET /exhaust-tests` can be narrowed by. */
export interface TestFilter {
  station?: string
  outcome?: TestOutcome
  plate?: string
  reason?: string
  from_utc_us?: number
  to_utc_us?: number
}

export type Quantity = 'co2' | 'co' | 'hc' | 'butadiene' | 'no' | 'opacity'

export interface DeviceCheck {
  id: string
  performed_utc_us: number
  clock: Clock
  received_utc_us: number
  lane: number
  device: string
  number: string
  method: string
  speed_mm_s: number | null
  by: string | null
  passed: boolean
  edge_passed: boolean
  disagrees: boolean
  /** What is wrong apart from the points, by word. */
  faults: string[]
  points: { quantity: Quantity; standard: number; measured: number; tolerance: number; holds: boolean }[]
}

export interface DayCounts {
  passages: number
  readings: number
  valid: number
  valid_hundredths: number | null
  passed: number
  screened: number
  exceeding: number
  exceeding_hundredths: number | null
}

export interface DriftSeries {
  lane: number
  device: string
  quantity: Quantity
  standard: number
  tolerance: number
  days: { day: string; checks: number; mean: number; lowest: number; highest: number }[]
  slope_per_30_days: number | null
  days_left: number | null
}

export interface StationStatistics {
  station: string
  station_name: string
  from_utc_us: number
  to_utc_us: number
  total: DayCounts
  days: (DayCounts & { day: string })[]
  conditions: { condition: string; count: number }[]
  opacity: { bin_hundredths: number; counts: number[]; median_hundredths: number | null; limit_hundredths: number | null; above_limit: number }
  agreement: { pairs: [number, number][]; pairs_max: number; difference_hundredths: number | null; spread_hundredths: number | null }
  nitric_oxide: {
    median_ppm_hundredths: number | null
    readings: number
    sites: { station: string; name: string; median_ppm_hundredths: number; readings: number }[]
    others_ppm_hundredths: number | null
    spread_ppm_hundredths: number | null
    z_hundredths: number | null
    unlike: boolean
  }
  drift: DriftSeries[]
}
