import { describe, expect, it } from 'vitest'
import { daysBetween } from '../src/format/days'

describe('civil days', () => {
  it('are counted across months, years and leap days, both ways', () => {
    expect(daysBetween('2026-11-27', '2026-12-01')).toBe(4)
    expect(daysBetween('2026-12-31', '2027-01-01')).toBe(1)
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
    expect(daysBetween('2026-11-27', '2026-11-27')).toBe(0)
    expect(daysBetween('2026-11-27', '2026-10-22')).toBe(-36)
  })
})
