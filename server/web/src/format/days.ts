/** Civil days where the law counts them (Asia/Shanghai), as the wire writes them: `2026-11-27`. */
import { day } from './time'

/** Today. */
export const today = (): string => day(Date.now() * 1000)

/** Days from one civil day to another; negative if the second lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
