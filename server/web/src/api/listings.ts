/** The blacklist's part of the API: what it says, and how it is asked. */
import { get, id, post } from './client'
import type { AuditRow, Bilingual, PlateColour } from './types'

export type ListingStateWord = 'proposed' | 'declined' | 'void' | 'listed' | 'delisting-proposed' | 'delisted'
export type ListingAction = 'list' | 'decline' | 'renew' | 'delist' | 'answer'
export type ListingsOf = 'to-decide' | 'listed' | 'ended' | 'all'

export interface Listing {
  id: string
  carrier: string
  name: string
  region: string
  state: ListingStateWord
  in_force: boolean
  ground: 'share-below' | 'term-over' | null
  proposed_day: string
  from_day: string | null
  /** The first day on which it holds no more. */
  until_day: string | null
  exceeding: number
  fleet: number
  share_hundredths: number | null
  notice: string | null
  decided_by: string | null
  decided_utc_us: number | null
  reason: string | null
  rulebook: string
  rulebook_version: string
  changed_utc_us: number
}

export interface ListingRule {
  rulebook: string
  rulebook_version: string
  title: Bilingual
  share_per_mille: number
  clause: string
  window_months: number
  fleet_day: 'assessed' | 'newest-exceedance'
  small_below: number
  small_exceeding: number
  term_months_at_most: number
  unsure: ('share' | 'window' | 'fleet' | 'small-fleets' | 'term')[]
}

export interface ShareStep {
  day: string
  exceeding: number
  fleet: number
  share_hundredths: number | null
}

export interface CarrierExceedance {
  case_id: string
  day: string
  ages_out_day: string
  plate: string
  plate_colour: PlateColour | null
  vehicle: string | null
  standing: boolean
}

export interface CarrierShare {
  carrier: string
  name: string
  region: string
  day: string
  window_start_day: string
  exceeding: number
  fleet: number
  share_hundredths: number | null
  reaches: boolean
  least: number | null
  grounds: Bilingual
  rule: ListingRule
  outlook: {
    more_exceeding: number | null
    fewer_exceeding: number | null
    fleet_from: number | null
    next_ages_out_day: string | null
    below_by_ageing_day: string | null
    words: Bilingual[]
  }
  steps: ShareStep[]
  exceedances: CarrierExceedance[]
  listings: Listing[]
}

export interface ListingGround {
  number: number
  case_id: string
  day: string
  plate: string
  plate_colour: PlateColour | null
  vehicle: string
}

export interface ListingDecision {
  number: number
  decision: Exclude<ListingAction, 'answer'>
  at_utc_us: number
  decided_by: string
  reason: string
  from_day: string | null
  until_day: string | null
  notice: string | null
  exceeding: number
  fleet: number
  rulebook_version: string
}

export interface ListingAnswer {
  number: number
  received_day: string
  at_utc_us: number
  entered_by: string
  answer: string
}

export interface ListingDetail {
  listing: Listing
  explanation: Bilingual[]
  share: CarrierShare
  grounds: ListingGround[]
  decisions: ListingDecision[]
  answers: ListingAnswer[]
  history: AuditRow[]
  actions: ListingAction[]
  latest_until_day: string
}

export interface ListingsPage {
  listings: Listing[]
  next: string | null
  to_decide: number
  listed: number
  ended: number
}

export interface NewDecision {
  decision: Exclude<ListingAction, 'answer'>
  reason: string
  from_day?: string
  until_day?: string
  notice?: string
}

export interface PublicListing {
  carrier: string
  name: string | null
  region: string
  from_day: string
  until_day: string
  exceeding: number
  fleet: number
  share_hundredths: number | null
  notice: string | null
  rulebook: string
  rulebook_version: string
}

export const listingsApi = {
  list: (which: ListingsOf, after?: string | null) => get<ListingsPage>('/listings', { which, after }),
  listing: (listing: string) => get<ListingDetail>(`/listings/${id(listing)}`),
  decide: (listing: string, decision: NewDecision) => post<null>(`/listings/${id(listing)}/decisions`, decision),
  answer: (listing: string, received_day: string, answer: string) =>
    post<null>(`/listings/${id(listing)}/answers`, { received_day, answer }),
  share: (carrier: string) => get<CarrierShare>(`/carriers/${id(carrier)}/share`),
  published: () => get<{ day: string; listings: PublicListing[] }>('/public/listings'),
  publishedRule: () => get<ListingRule>('/public/listing-rule'),
}

/** The public extract as a spreadsheet: an address to follow. */
export const PUBLISHED_SHEET = '/api/v1/public/listings.xlsx'
