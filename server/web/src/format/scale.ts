/** Numbers along an axis: where it begins and ends, where its ticks stand, and where a value falls. */

/** Steps people count in: 1, 2, 5 and their tens, the finest that gives at most `most` ticks. */
function step(span: number, most: number): number {
  const least = span / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least * (1 - 1e-9)) ?? 10 * power
}

/** Round numbers from `low` to `high`, both within; at most `most` + 1 of them. */
export function ticks(low: number, high: number, most = 5): number[] {
  if (!(high > low)) return [low]
  const by = step(high - low, most)
  const first = Math.ceil(low / by - 1e-9)
  const count = Math.floor(high / by + 1e-9) - first + 1
  return Array.from({ length: count }, (_, n) => Number(((first + n) * by).toPrecision(12)))
}

/** A span that holds every value and begins and ends on a tick; of nothing, 0 to 1. */
export function span(values: number[], most = 5): [number, number] {
  if (!values.length) return [0, 1]
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const by = step(high > low ? high - low : Math.max(1, Math.abs(high)), most)
  const floor = Math.floor(low / by + 1e-9) * by
  const ceiling = Math.ceil(high / by - 1e-9) * by
  return [floor, ceiling > floor ? ceiling : floor + by]
}

/** Where a value of `from` falls in `to`. */
export const scale = (from: [number, number], to: [number, number]) => (value: number): number =>
  to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0])

/** A line through points, as the `d` of an SVG path. */
export const line = (points: [number, number][]): string =>
  points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')

/** Days since 1970 of `2026-11-23`: the distance between days, whatever lies between. */
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000)
export const dayOfNumber = (number: number): string => new Date(number * 86_400_000).toISOString().slice(0, 10)

/** Ticks of days: at most `most` of them, in whole days, each as month and day. */
export function dayTicks(first: number, last: number, most = 7): { at: number; label: string }[] {
  const by = Math.max(1, Math.ceil((last - first) / most))
  const count = Math.floor((last - first) / by) + 1
  return Array.from({ length: count }, (_, n) => ({ at: first + n * by, label: dayOfNumber(first + n * by).slice(5) }))
}
