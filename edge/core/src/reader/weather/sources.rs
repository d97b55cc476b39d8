//! One weather out of two sources: a Modbus station, and sentences of NMEA 0183.

use std::time::Duration;

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::Tick;

/// What a source said is used for so long: health calls a source silent after the same time.
const FRESH: Duration = crate::health::WEATHER_SILENT_AFTER;

/// The weather as it is known at `now`: each quantity from `first`, and from `second` what that does not measure. What is
/// older than a minute is not used. The whole is as old as the older of the sources used.
pub fn combined(
    first: Option<&WeatherReading>,
    second: Option<&WeatherReading>,
    now: Tick,
) -> Option<WeatherReading> {
    let fresh = |weather: &&WeatherReading| now.since(weather.measured.tick) <= FRESH;
    let (first, second) = (first.filter(fresh), second.filter(fresh));
    let (Some(first), Some(second)) = (first, second) else { return first.or(second).copied() };
    let fills = (first.wind.is_none() && second.wind.is_some())
        || (first.temperature.is_none() && second.temperature.is_some())
        || (first.humidity.is_none() && second.humidity.is_some())
        || (first.pressure.is_none() && second.pressure.is_some())
        || (first.precipitation.is_none() && second.precipitation.is_some());
    let older = if second.measured.tick < first.measured.tick { second } else { first };
    Some(WeatherReading {
        measured: if fills { older.measured } else { first.measured },
        wind: first.wind.or(second.wind),
        // A direction belongs to the wind it was measured with.
        wind_from: if first.wind.is_some() { first.wind_from } else { second.wind_from },
        temperature: first.temperature.or(second.temperature),
        humidity: first.humidity.or(second.humidity),
        pressure: first.pressure.or(second.pressure),
        precipitation: first.precipitation.or(second.precipitation),
    })
}

#[cfg(test)]
mod tests {
    use plumewatch_shared::sample;
    use plumewatch_shared::time::Moment;
    use plumewatch_shared::units::{Bearing, Speed};

    use super::*;
    use crate::clock::FIRST_TICK;

    fn at(seconds: u64) -> Moment {
        Moment { tick: FIRST_TICK.after(Duration::from_secs(seconds)), stamp: sample::noon() }
    }

    fn weather(seconds: u64) -> WeatherReading {
        WeatherReading { measured: at(seconds), ..sample::passage(1).passage().weather.unwrap() }
    }

    #[test]
    fn what_one_source_does_not_measure_comes_from_the_other() {
        let rain_only = WeatherReading {
            wind: None,
            wind_from: None,
            temperature: None,
            humidity: None,
            pressure: None,
            precipitation: Some(true),
            ..weather(10)
        };
        let wind = Some(Speed { mm_s: 700 });
        let dry_wind = WeatherReading {
            wind,
            wind_from: Some(Bearing { degrees: 12 }),
            precipitation: None,
            ..weather(8)
        };
        let both = combined(Some(&rain_only), Some(&dry_wind), at(11).tick).unwrap();
        assert_eq!((both.wind, both.precipitation, both.measured), (wind, Some(true), at(8)));
        assert_eq!(both.wind_from, Some(Bearing { degrees: 12 }));
    }

    #[test]
    fn the_first_source_goes_before_and_a_silent_one_is_left_out() {
        let (first, second) = (weather(10), WeatherReading { wind: None, ..weather(3) });
        assert_eq!(combined(Some(&first), Some(&second), at(11).tick), Some(first), "nothing is filled");
        assert_eq!(combined(Some(&second), Some(&first), at(64).tick), Some(first), "61 s old");
        assert_eq!(combined(Some(&first), None, at(71).tick), None);
        assert_eq!(combined(None, Some(&first), at(70).tick), Some(first));
    }
}
