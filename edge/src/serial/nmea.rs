//! A talker of NMEA 0183 on its line: it speaks unasked, and we listen.
//!
//! Place and time are for health: they show that the unit stands where its station is, and that its clock agrees with
//! satellites'. The clock itself is the system's matter (chrony, gpsd). Wind and air may be the weather that gates
//! measurements, alone or beside a Modbus station.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use edge_core::{
    health::instruments::NmeaFacts,
    reader::nmea::{Decoder, NmeaWord, WordWeather},
};
use plumewatch_shared::time::Moment;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    line::{self, Endpoint, Line, LineError},
    port,
    weather::{Source, WeatherSink},
};
use crate::clock::Clock;

/// A connection over which nothing came for so long is half open: every talker says something each few seconds.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How a talker does, for health. One task writes it, one reads.
#[derive(Debug, Default)]
pub struct NmeaState {
    facts: Mutex<NmeaFacts>,
}

impl NmeaState {
    /// For a talker that has no receiver of satellites.
    pub fn of_weather_alone() -> Self {
        Self { facts: Mutex::new(NmeaFacts { weather_only: true, ..NmeaFacts::default() }) }
    }

    /// What is known now.
    pub fn facts(&self) -> NmeaFacts {
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut NmeaFacts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Everything the talker's task needs.
pub struct Nmea {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Where its weather goes, if that is used.
    pub weather: Option<WeatherSink>,
    /// What health is told.
    pub state: Arc<NmeaState>,
    /// The clocks.
    pub clock: Clock,
}

impl Nmea {
    /// Listens until `stop` says so; comes back from every loss of the line.
    pub async fn run(self, stop: CancellationToken) {
        let mut said = false; // A line that cannot be opened is said once, not at each attempt.
        loop {
            let failed = |error: LineError| {
                if !std::mem::replace(&mut said, true) {
                    warn!(part = "nmea", error = &error as &dyn std::error::Error, "line cannot be opened");
                }
                self.note_open(false);
            };
            let Some(mut open) = line::reopen(&self.endpoint, &stop, failed).await else { return };
            said = false;
            info!(part = "nmea", endpoint = %self.endpoint, "line open");
            self.note_open(true);
            tokio::select! {
                () = stop.cancelled() => return,
                error = self.serve(&mut open) => {
                    warn!(part = "nmea", error = &error as &dyn std::error::Error, "line lost");
                    self.note_open(false);
                }
            }
        }
    }

    fn note_open(&self, open: bool) {
        self.state.note(|facts| facts.open = open);
        if let Some(weather) = &self.weather {
            weather.note_open(open);
        }
    }

    /// Listens until the line is gone.
    async fn serve(&self, open: &mut Line) -> LineError {
        let mut buffer = [0; port::READ_MAX];
        let (mut decoder, mut weather) = (Decoder::default(), WordWeather::default());
        loop {
            let count = match tokio::time::timeout(SILENCE_MAX, open.read(&mut buffer)).await {
                Ok(Ok(count)) => count,
                Ok(Err(error)) => return error,
                Err(_) if open.may_be_half_open() => {
                    let source = std::io::ErrorKind::TimedOut.into();
                    return LineError::Gone { address: self.endpoint.to_string(), source };
                }
                Err(_) => continue,
            };
            let now = self.clock.now();
            decoder.push(&buffer[..count]);
            while let Some(word) = decoder.next_word() {
                self.take(&word, now);
                if let (Some(sink), Some(reading)) = (&self.weather, weather.on_word(&word, now)) {
                    sink.tell(Source::Nmea, reading, now.tick);
                }
            }
        }
    }

    fn take(&self, word: &NmeaWord, now: Moment) {
        self.state.note(|facts| {
            facts.heard = Some(now.tick);
            match word {
                NmeaWord::Position(place) => facts.position = Some((now.tick, *place)),
                NmeaWord::Time(time) => {
                    let apart = now.stamp.utc.duration_since(*time).unsigned_abs();
                    facts.apart = Some((now.tick, apart));
                }
                NmeaWord::Wind { .. } | NmeaWord::Air { .. } => {}
            }
        });
    }
}
