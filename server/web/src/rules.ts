/** Two editions of one rulebook side by side: what differs, by the rules' keys. */
import type { RuleRow } from './api/types'

export interface RuleDifference {
  key: string
  /** Null where that edition has no such rule. */
  here: RuleRow | null
  there: RuleRow | null
}

const says = (rule: RuleRow): string => JSON.stringify([rule.value, rule.role, rule.clause, rule.confidence])

/** The rules that are not the same in both, in the order of the first, then what only the second has. */
export function differences(here: RuleRow[], there: RuleRow[]): RuleDifference[] {
  const other = new Map(there.map((rule) => [rule.key, rule]))
  const own = new Set(here.map((rule) => rule.key))
  const changed = here
    .map((rule) => ({ key: rule.key, here: rule, there: other.get(rule.key) ?? null }))
    .filter((pair) => pair.there === null || says(pair.here) !== says(pair.there))
  const gone = there.filter((rule) => !own.has(rule.key)).map((rule) => ({ key: rule.key, here: null, there: rule }))
  return [...changed, ...gone]
}
