//! A weather station on its line: asked every so often, one answer at a time.

use std::{path::PathBuf, sync::Arc, time::Duration};

use edge_core::reader::weather::{Decoder, REPLY_TIMEOUT, RegisterMap, WeatherEvent, request};
use plumewatch_shared::reading::WeatherReading;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{LineState, port};
use crate::clock::Clock;

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
    /// Where readings go: only the newest matters.
    pub readings: watch::Sender<Option<WeatherReading>>,
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
                    let now = Some(reading.measured.tick);
                    self.state.note(|facts| {
                        (facts.heard, facts.readings, facts.fault) = (now, facts.readings + 1, false);
                    });
                    self.readings.send_replace(Some(reading));
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
