// An inspection as a line's program exports it: a free acceleration with its curves, as a file to choose on the page.
import { writeFileSync } from 'node:fs'

/** Three accelerations with these peaks around `peak`, hundredths of 1/m; ended `now`, begun not before `after` (ms). */
export function inspection({ report, plate, colour, vin, peak, after, inspector = '赵检' }) {
  const ended = Date.now()
  const passed = peak <= 120
  const runs = [peak - 1, peak, peak + 1].map((highest, number) => {
    const curve = Array.from({ length: 40 }, (_, at) => ({
      ms: number * 5_000 + at * 100,
      k_per_m_hundredths: at === 20 ? highest : Math.floor((highest * (20 - Math.min(Math.abs(at - 20), 20))) / 25),
      rpm: 700 + Math.min(at, 40 - at) * 90 + ((at * 37 + highest * 13) % 29) + number,
    }))
    return { k_per_m_hundredths: highest, rpm: Math.max(...curve.map((point) => point.rpm)), curve }
  })
  return {
    report_number: report, line: 1,
    vehicle: { plate, plate_colour: colour, vin, engine_model: 'WP10.340E32', rated_power_w: 250_000 },
    started_utc_us: Math.max(after, ended - 300_000) * 1_000, ended_utc_us: ended * 1_000,
    air: { celsius_hundredths: 650, humidity_hundredths: 4_040, pascal: 92_100 },
    emission: { method: 'free-acceleration', purges: 3, idle_rpm: 700, runs },
    inspector, outcome: passed ? 'passed' : 'failed', values: [{ item: 'free_acceleration_k', value: peak }],
    failed: passed ? [] : ['free_acceleration_k'],
  }
}

/** The same as a file in `folder`. */
export function inspectionFile(folder, what) {
  const path = `${folder}/${what.report}.json`
  writeFileSync(path, JSON.stringify(inspection(what)))
  return path
}
