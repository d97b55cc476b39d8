/** Times as the law's place keeps them (Asia/Shanghai), with UTC at hand. */

const ZONE = 'Asia/Shanghai'
const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit',
  minute: '2-digit', second: '2-digit',
})

function fields(utcUs: number): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(utcUs / 1000).map((part) => [part.type, part.value]))
}

/** `2026-11-23`. */
export function day(utcUs: number): string {
  const f = fields(utcUs)
  return `${f.year}-${f.month}-${f.day}`
}

/** `18:04:07`. */
export function clockTime(utcUs: number): string {
  const f = fields(utcUs)
  return `${f.hour}:${f.minute}:${f.second}`
}

/** `2026-11-23 18:04:07`. */
export const stamp = (utcUs: number): string => `${day(utcUs)} ${clockTime(utcUs)}`

/** `2026-11-23T10:04:07.250Z`, for the tooltip. */
export const utc = (utcUs: number): string => new Date(utcUs / 1000).toISOString()

/** Midnight in China that begins a day `2026-11-23` (or the next one), microseconds of UTC. */
export function dayStart(date: string): number {
  return Date.parse(`${date}T00:00:00+08:00`) * 1000
}
export const dayEnd = (date: string): number => dayStart(date) + 86_400_000_000

export type AgeUnit = 'second' | 'minute' | 'hour' | 'day'
/** How long ago, in the largest unit that is not zero. */
export function age(utcUs: number, nowMs: number): { value: number; unit: AgeUnit } {
  const seconds = Math.max(0, Math.round(nowMs / 1000 - utcUs / 1e6))
  if (seconds < 60) return { value: seconds, unit: 'second' }
  if (seconds < 3600) return { value: Math.floor(seconds / 60), unit: 'minute' }
  if (seconds < 86_400) return { value: Math.floor(seconds / 3600), unit: 'hour' }
  return { value: Math.floor(seconds / 86_400), unit: 'day' }
}
