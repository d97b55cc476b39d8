/** Who is signed in, and what the app shows them. The server decides; this only spares them closed doors. */
import { computed, ref } from 'vue'
import { api, ApiError } from './api/client'
import type { Account, Role } from './api/types'

export const account = ref<Account | null>(null)

export type Area =
  | 'today' | 'keys' | 'orders' | 'inspections' | 'findings' | 'passages' | 'tests' | 'review' | 'cases' | 'stations' | 'register' | 'listings' | 'watchlist' | 'rulebooks' | 'accounts' | 'audit'

/** As `server_core::access::may`. */
const AREAS: Record<Role, Area[]> = {
  admin: ['today', 'passages', 'tests', 'stations', 'rulebooks', 'accounts', 'keys', 'audit'],
  reviewer: ['today', 'passages', 'tests', 'review', 'cases', 'register', 'listings', 'stations', 'rulebooks'],
  enforcer: ['today', 'passages', 'tests', 'register', 'listings', 'stations', 'watchlist', 'rulebooks'],
  authority: ['today', 'passages', 'tests', 'review', 'cases', 'orders', 'inspections', 'findings', 'register', 'listings', 'stations', 'watchlist', 'rulebooks', 'audit'],
  'inspection-station': ['today', 'orders', 'inspections', 'rulebooks'],
  'repair-shop': ['today', 'orders', 'rulebooks'],
  auditor: ['today', 'passages', 'tests', 'review', 'cases', 'orders', 'inspections', 'findings', 'register', 'listings', 'stations', 'rulebooks', 'audit'],
}

export const areas = computed<Area[]>(() => (account.value ? AREAS[account.value.role] : []))
export const mayEnter = (area: Area): boolean => areas.value.includes(area)
export const isRole = (...roles: Role[]): boolean => account.value !== null && roles.includes(account.value.role)

let asked = false

/** Asks the server once who we are; later calls answer from memory. */
export async function knowAccount(): Promise<Account | null> {
  if (!asked) {
    try {
      account.value = (await api.session()).account
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
    }
    asked = true
  }
  return account.value
}

export async function signIn(name: string, password: string, code?: string): Promise<Account> {
  const signedIn = (await api.signIn(name, password, code)).account
  account.value = signedIn
  asked = true
  return signedIn
}

export async function signOut(): Promise<void> {
  try {
    await api.signOut()
  } finally {
    account.value = null
  }
}

export function forget(): void {
  account.value = null
}
