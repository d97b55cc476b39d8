import { describe, expect, it } from 'vitest'
import type { RuleRow } from '../src/api/types'
import { differences } from '../src/rules'

const rule = (key: string, value: string, role: RuleRow['role'] = null): RuleRow => ({
  group: 'limit', key, name: { zh: key, en: key }, value: { zh: value, en: value }, role, clause: '表1', confidence: 'high',
})

describe('two editions side by side', () => {
  it('names what changed, what is new and what is gone, and nothing else', () => {
    const here = [rule('opacity', '25 %'), rule('no', '1500', 'enforcement'), rule('ringelmann', '1'), rule('new', 'x')]
    const there = [rule('opacity', '30 %'), rule('no', '1500', 'screening'), rule('ringelmann', '1'), rule('old', 'y')]
    const found = differences(here, there)
    expect(found.map((pair) => pair.key)).toEqual(['opacity', 'no', 'new', 'old'])
    expect(found[2]?.there).toBeNull()
    expect(found[3]?.here).toBeNull()
  })
  it('finds none between an edition and itself', () => {
    const rules = [rule('opacity', '30 %')]
    expect(differences(rules, rules)).toEqual([])
  })
})
