import { describe, expect, it } from 'vitest'
import { dayNumber, dayOfNumber, dayTicks, line, scale, span, ticks } from '../src/format/scale'

describe('axes', () => {
  it('tick at numbers people count in, both ends within', () => {
    expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticks(0, 1.7)).toEqual([0, 0.5, 1, 1.5])
    expect(ticks(-35, 35)).toEqual([-20, 0, 20])
    expect(ticks(5, 5)).toEqual([5])
  })
  it('hold every value and end on a tick', () => {
    expect(span([3, 97])).toEqual([0, 100])
    expect(span([-12, 48])).toEqual([-20, 60])
    expect(span([7])).toEqual([6, 8])
    expect(span([0, 0])).toEqual([0, 0.2])
    expect(span([])).toEqual([0, 1])
  })
  it('put a value where it belongs, upside down too', () => {
    expect(scale([0, 10], [100, 0])(2.5)).toBe(75)
    expect(line([[0, 1], [2, 3.25]])).toBe('M0.0 1.0L2.0 3.3')
  })
  it('know how far days lie apart', () => {
    expect(dayNumber('2026-11-23')).toBe(20_780)
    expect(dayOfNumber(20_780)).toBe('2026-11-23')
    expect(dayTicks(20_780, 20_783, 2).map((tick) => tick.label)).toEqual(['11-23', '11-25'])
  })
})
