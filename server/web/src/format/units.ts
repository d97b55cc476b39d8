/** The wire's integers as people read them. Every value shows as fine as it was measured, no finer. */

/** Thin space between number and unit. */
const GAP = '\u202f'
const NONE = '—'

/** `value` hundredths with so many decimals, by integer arithmetic: no figure of a verdict passes a float. */
export function hundredths(value: number, decimals: 0 | 1 | 2 = 2): string {
  const step = 10 ** (2 - decimals)
  const whole = Math.round(Math.abs(value) / step)
  const sign = value < 0 && whole > 0 ? '−' : ''
  const digits = String(whole).padStart(decimals + 1, '0')
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

type Maybe = number | null | undefined
const known = (value: Maybe, show: (value: number) => string): string =>
  value === null || value === undefined ? NONE : show(value)

export const opacity = (value: Maybe) => known(value, (v) => `${hundredths(v)}${GAP}%`)
export const ppm = (value: Maybe) => known(value, (v) => `${hundredths(v, 0)}${GAP}×10⁻⁶`)
/** CO₂ is told in percent: 14 % is 14 000 000 hundredths of 10⁻⁶. */
export const co2 = (value: Maybe) => known(value, (v) => `${hundredths(Math.round(v / 10_000))}${GAP}%`)
export const ratio = (value: Maybe) => known(value, (v) => `${(v / 1e6).toFixed(6)}`)
export const speed = (value: Maybe) => known(value, (v) => `${(v * 0.0036).toFixed(1)}${GAP}km/h`)
export const wind = (value: Maybe) => known(value, (v) => `${(v / 1000).toFixed(1)}${GAP}m/s`)
export const acceleration = (value: Maybe) => known(value, (v) => `${(v / 1000).toFixed(2)}${GAP}m/s²`)
export const degrees = (value: Maybe) => known(value, (v) => `${hundredths(v)}°`)
export const celsius = (value: Maybe) => known(value, (v) => `${hundredths(v, 1)}${GAP}°C`)
export const humidity = (value: Maybe) => known(value, (v) => `${hundredths(v, 1)}${GAP}%`)
export const pressure = (value: Maybe) => known(value, (v) => `${(v / 1000).toFixed(1)}${GAP}kPa`)
export const plume = (value: Maybe) => known(value, (v) => `${hundredths(v, 0)}${GAP}ppm·m`)
export const perMille = (value: Maybe) => known(value, (v) => `${(v / 10).toFixed(1)}${GAP}%`)
export const count = (value: Maybe) => known(value, (v) => v.toLocaleString('en-US').replaceAll(',', '\u202f'))

/** Hundredths of a percent, such as a share with two decimals. */
export const percent = opacity
/** Absorption coefficient of a meter, hundredths of 1/m. */
export const absorption = (value: Maybe) => known(value, (v) => `${hundredths(v)}${GAP}m⁻¹`)

/** A value or an error of a head's check: carbon dioxide and opacity in percent, the other gases in 10⁻⁶. */
export function checkValue(quantity: string, value: Maybe, bare = false): string {
  const [text, unit] = quantity === 'opacity' ? [known(value, (v) => hundredths(Math.round(v))), '%']
    : quantity === 'co2' ? [known(value, (v) => hundredths(Math.round(v / 10_000))), '%']
      : [known(value, (v) => hundredths(Math.round(v), Math.abs(v) < 10_000 && v % 100 !== 0 ? 1 : 0)), '×10⁻⁶']
  return bare || text === NONE ? text : `${text}${GAP}${unit}`
}

export function bytes(value: Maybe): string {
  return known(value, (v) => {
    const units = ['B', 'kB', 'MB', 'GB', 'TB']
    const power = v < 1000 ? 0 : Math.min(Math.floor(Math.log10(v) / 3), units.length - 1)
    const scaled = v / 1000 ** power
    return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)}${GAP}${units[power]}`
  })
}

/** A judged item's value in its unit, as the verdict's sentence writes it. */
export function itemValue(item: string, value: Maybe): string {
  switch (item) {
    case 'opacity':
      return opacity(value)
    case 'no':
      return ppm(value)
    case 'free_acceleration_k':
    case 'lug_down_k100':
    case 'lug_down_k80':
      return absorption(value)
    case 'lug_down_nox80':
      return known(value, (v) => `${v}${GAP}×10⁻⁶`)
    case 'wheel_power_share':
      return perMille(value)
    default:
      return known(value, String)
  }
}

/** A validity condition's value in its unit (see `Condition` in the shared crate). */
export function conditionValue(condition: string, value: Maybe): string {
  switch (condition) {
    case 'wind':
      return wind(value)
    case 'speed':
      return speed(value)
    case 'temperature':
      return celsius(value)
    case 'humidity':
      return humidity(value)
    case 'pressure':
      return pressure(value)
    case 'slope':
      return degrees(value)
    case 'acceleration':
      return acceleration(value)
    case 'specific-power':
      return known(value, (v) => `${hundredths(v)}${GAP}kW/t`)
    case 'plume':
      return plume(value)
    case 'headway':
      return known(value, (v) => `${(v / 1000).toFixed(1)}${GAP}s`)
    case 'audit':
      return known(value, (v) => (v > 1e12 ? '∞' : `${Math.floor(v / 60)}${GAP}min`))
    case 'weather':
      return known(value, (v) => `${v}${GAP}s`)
    default:
      return known(value, String)
  }
}
