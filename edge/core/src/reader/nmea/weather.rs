//! One weather out of sentences that each tell a part of it.

use std::time::Duration;

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::{Moment, Tick};
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};

use super::NmeaWord;

/// A part older than this is not of the present weather: stations say each at least every few seconds.
pub const WORDS_FRESH: Duration = Duration::from_secs(15);

/// Gathers what was said of the weather.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordWeather {
    wind: Option<(Moment, Speed)>,
    wind_from: Option<(Moment, Bearing)>,
    temperature: Option<(Moment, Temperature)>,
    humidity: Option<(Moment, Humidity)>,
    pressure: Option<(Moment, Pressure)>,
    precipitation: Option<(Moment, bool)>,
}

impl WordWeather {
    /// Takes a word that came at `at`; the weather as it is known then, if the word was of it. Its moment is that of the
    /// oldest part, so that it is never taken for fresher than it is.
    pub fn on_word(&mut self, word: &NmeaWord, at: Moment) -> Option<WeatherReading> {
        match *word {
            NmeaWord::Position(_) | NmeaWord::Time(_) => return None,
            NmeaWord::Wind { speed, from } => {
                self.wind = Some((at, speed));
                self.wind_from = from.map(|from| (at, from)).or(self.wind_from);
            }
            NmeaWord::Air { temperature, humidity, pressure, precipitation } => {
                self.temperature = temperature.map(|value| (at, value)).or(self.temperature);
                self.humidity = humidity.map(|value| (at, value)).or(self.humidity);
                self.pressure = pressure.map(|value| (at, value)).or(self.pressure);
                self.precipitation = precipitation.map(|value| (at, value)).or(self.precipitation);
            }
        }
        Some(self.now(at))
    }

    fn now(&self, at: Moment) -> WeatherReading {
        let mut measured = at;
        let mut older = |part: Moment| {
            if part.tick < measured.tick {
                measured = part;
            }
        };
        let mut fresh = |said: Moment| is_fresh(said.tick, at.tick).then(|| older(said));
        let mut weather = WeatherReading {
            measured: at,
            wind: self.wind.and_then(|(said, value)| fresh(said).map(|()| value)),
            wind_from: self.wind_from.and_then(|(said, value)| fresh(said).map(|()| value)),
            temperature: self.temperature.and_then(|(said, value)| fresh(said).map(|()| value)),
            humidity: self.humidity.and_then(|(said, value)| fresh(said).map(|()| value)),
            pressure: self.pressure.and_then(|(said, value)| fresh(said).map(|()| value)),
            precipitation: self.precipitation.and_then(|(said, value)| fresh(said).map(|()| value)),
        };
        weather.measured = measured;
        weather
    }
}

fn is_fresh(said: Tick, now: Tick) -> bool {
    now.since(said) <= WORDS_FRESH
}
