import { describe, expect, it } from 'vitest'
import { looksLikePlate, normalisePlate, plateGroups } from '../src/format/plate'
import * as time from '../src/format/time'
import * as units from '../src/format/units'

const plain = (text: string) => text.replaceAll('\u202f', ' ')

describe('units', () => {
  it('shows opacity as fine as it was measured, by integers', () => {
    expect(plain(units.opacity(3050))).toBe('30.50 %')
    expect(plain(units.opacity(5))).toBe('0.05 %')
    expect(units.opacity(null)).toBe('—')
  })
  it('keeps the sign of a reader that dips below zero, and shows no minus zero', () => {
    expect(plain(units.ppm(-1234))).toBe('−12 ×10⁻⁶')
    expect(plain(units.ppm(-12))).toBe('0 ×10⁻⁶')
    expect(plain(units.celsius(-420))).toBe('−4.2 °C')
  })
  it('turns millimetres a second into what people say', () => {
    expect(plain(units.speed(13_003))).toBe('46.8 km/h')
    expect(plain(units.wind(6_100))).toBe('6.1 m/s')
  })
  it('tells carbon dioxide in percent', () => expect(plain(units.co2(14_000_000))).toBe('14.00 %'))
  it('scales bytes', () => {
    expect(plain(units.bytes(0))).toBe('0 B')
    expect(plain(units.bytes(81_200_000_000))).toBe('81.2 GB')
  })
  it('gives every condition its unit', () => {
    expect(plain(units.conditionValue('audit', 7_260))).toBe('121 min')
    expect(plain(units.conditionValue('headway', 900))).toBe('0.9 s')
    expect(plain(units.conditionValue('pressure', 92_100))).toBe('92.1 kPa')
  })
})

describe('time', () => {
  const at = Date.parse('2026-11-23T16:00:00Z') * 1000
  it('is China’s, whatever the browser thinks', () => expect(time.stamp(at)).toBe('2026-11-24 00:00:00'))
  it('keeps UTC at hand', () => expect(time.utc(at)).toBe('2026-11-23T16:00:00.000Z'))
  it('begins and ends a day where the law does', () => {
    expect(time.dayStart('2026-11-24')).toBe(at)
    expect(time.dayEnd('2026-11-24')).toBe(at + 86_400_000_000)
  })
  it('says an age in its largest unit and never a negative one', () => {
    expect(time.age(at, at / 1000 + 59_000)).toEqual({ value: 59, unit: 'second' })
    expect(time.age(at, at / 1000 + 7_200_000)).toEqual({ value: 2, unit: 'hour' })
    expect(time.age(at, at / 1000 - 5_000)).toEqual({ value: 0, unit: 'second' })
  })
})

describe('plates', () => {
  it('puts the dot where the plate has it', () => {
    expect(plateGroups('晋A12345')).toEqual(['晋A', '12345'])
    expect(plateGroups('使014578')).toEqual(['使', '014578'])
  })
  it('takes what people type', () => expect(normalisePlate(' 晋a·１２345 ')).toBe('晋A12345'))
  it('refuses what cannot be one', () => {
    expect(looksLikePlate('晋AD12345')).toBe(true)
    expect(looksLikePlate('晋AO2345')).toBe(false)
    expect(looksLikePlate('晋A123')).toBe(false)
  })
})
