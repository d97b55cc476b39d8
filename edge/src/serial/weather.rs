//! A weather station on its line: asked every so often, one answer at a time.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use edge_core::reader::weather::{Decoder, REPLY_TIMEOUT, RegisterMap, WeatherEvent, combined, request};
use plumewatch_shared::{reading::WeatherReading, time::Tick};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{LineState, port};
use crate::clock::Clock;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The Modbus station.
    Station,
    /// A talker of NMEA 0183.
    Nmea,
}

/// Where sources tell their weather; lanes hear of one.
#[derive(Clone, Debug)]
pub struct WeatherSink {
    shared: Arc<SinkParts>,
}

#[derive(Debug)]
struct SinkParts {
    /// What station and talker said last.
    said: Mutex<[Option<WeatherReading>; 2]>,
    /// Only the newest matters.
    newest: watch::Sender<Option<WeatherReading>>,
    /// What health is told of the weather as a whole where no Modbus station is.
    state: Option<Arc<LineState>>,
}

impl WeatherSink {
    /// Tells `newest`. Where the talker is the only source, `state` is its line as health shows it under "weather".
    pub fn new(newest: watch::Sender<Option<WeatherReading>>, state: Option<Arc<LineState>>) -> Self {
        Self { shared: Arc::new(SinkParts { said: Mutex::default(), newest, state }) }
    }

    /// Takes what a source said at `now`.
    pub fn tell(&self, source: Source, reading: WeatherReading, now: Tick) {
        let mut said = self.shared.said.lock().unwrap_or_else(PoisonError::into_inner);
        said[usize::from(source == Source::Nmea)] = Some(reading);
        self.shared.newest.send_replace(combined(said[0].as_ref(), said[1].as_ref(), now));
        if let Some(state) = &self.shared.state {
            state.note(|facts| (facts.heard, facts.readings) = (Some(now), facts.readings + 1));
        }
    }

    /// Takes whether the talker's line is open.
    pub fn note_open(&self, open: bool) {
        if let Some(state) = &self.shared.state {
            state.note(|facts| facts.open = open);
        }
    }
}

/// Everything the weather's task needs.
pub struct Weather {
    /// Path of the port.
    pub path: PathBuf,
    /// Line speed.
    pub baud: u32,
    /// Modbus address.
    pub address: u8,
    /// How often it is asked.
    pub every: Duration,
    /// Which register is which quantity.
    pub registers: RegisterMap,
    /// Where readings go.
    pub readings: WeatherSink,
    /// What health is told.
    pub state: Arc<LineState>,
    /// The clocks.
    pub clock: Clock,
}

impl Weather {
    /// Asks until `stop` says so; comes back from every loss of the port.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let failed = |error: port::PortError| {
                if self.state.facts().lost == 0 {
                    warn!(
                        part = "weather",
                        error = &error as &dyn std::error::Error,
                        "serial port cannot be opened"
                    );
                }
                self.state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
            };
            let Some(mut open) = port::reopen(&self.path, self.baud, &stop, failed).await else { return };
            info!(part = "weather", "serial port open");
            self.state.note(|facts| facts.open = true);
            tokio::select! {
                () = stop.cancelled() => return,
                error = self.serve(&mut open) => {
                    warn!(part = "weather", error = &error as &dyn std::error::Error, "serial port lost");
                    self.state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
                }
            }
        }
    }

    /// Asks and listens until the port is gone.
    async fn serve(&self, open: &mut port::Port) -> port::PortError {
        let question = request(self.address, &self.registers);
        let mut decoder = Decoder::new(self.address, self.registers.clone());
        let mut rejected_before = 0;
        let mut ask = tokio::time::interval(self.every);
        ask.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ask.tick().await;
            decoder.on_silence();
            if let Err(error) = open.write(&question).await {
                return error;
            }
            let answered = tokio::time::timeout(REPLY_TIMEOUT, self.answer(open, &mut decoder)).await;
            let rejected = decoder.rejected_bytes();
            self.state.note(|facts| facts.rejected_bytes += rejected - rejected_before);
            rejected_before = rejected;
            if let Ok(Err(error)) = answered {
                return error;
            }
        }
    }

    /// Listens until the station has answered, rightly or not.
    async fn answer(&self, open: &mut port::Port, decoder: &mut Decoder) -> Result<(), port::PortError> {
        let mut buffer = [0; port::READ_MAX];
        loop {
            let count = open.read(&mut buffer).await?;
            decoder.push(&buffer[..count], self.clock.now());
            match decoder.next_event() {
                None => {}
                Some(WeatherEvent::Read(reading)) => {
                    let now = reading.measured.tick;
                    self.state.note(|facts| {
                        (facts.heard, facts.readings, facts.fault) = (Some(now), facts.readings + 1, false);
                    });
                    self.readings.tell(Source::Station, reading, now);
                    return Ok(());
                }
                Some(WeatherEvent::Refused(_)) => {
                    self.state.note(|facts| facts.fault = true);
                    return Ok(());
                }
            }
        }
    }
}
