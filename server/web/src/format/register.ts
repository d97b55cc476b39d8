/** Days and words of the register. */
import { i18n } from '../i18n'

const t = i18n.global.t

/** The day before, `2026-11-26` of `2026-11-27`. */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}

/** How long something holds: from a day, unknown if null, until a day on which it holds no more. */
export function spanOf(from: string | null, until: string | null): string {
  const since = from ?? t('register.unknown')
  if (until === null) return from === null ? t('register.sinceUnknown') : t('register.since', { from: since })
  return t('register.span', { from: since, until: dayBefore(until) })
}

/** Today at the law's place. */
export const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
