/** The limits in force, for the bars in lists. A passage's own page uses the limits its verdict was given by. */
import { shallowRef } from 'vue'
import { api } from './api/client'
import type { Item } from './api/types'

export interface Limit {
  at_most: number
  role: 'enforcement' | 'screening'
}

export const limits = shallowRef<Partial<Record<Item, Limit>>>({})

let asked = false
export async function knowLimits(): Promise<void> {
  if (asked) return
  asked = true
  try {
    const book = await api.rulebook()
    limits.value = Object.fromEntries(book.limits.map((l) => [l.item, { at_most: l.at_most, role: l.role }]))
  } catch {
    asked = false // Values stand without their bars; the next page asks again.
  }
}
