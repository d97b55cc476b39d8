//! A remote-sensing head on its line: measurements and checks in, acknowledgements out.
//!
//! A measurement, or a check, is acknowledged only when its record is durable; until then the head sends it again. So an
//! acknowledgement that meets a closed port may be dropped: the head asks once more and gets it then.

use std::{path::PathBuf, sync::Arc, time::Duration};

use edge_core::reader::{HeadDriver, HeadEvent};
use plumewatch_shared::reading::{HeadStatus, ReadingOrigin};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{LineState, port};
use crate::{clock::Clock, lane::Input};

/// Acknowledgements that wait for the line: the head keeps at most 1000 measurements, and one that is dropped
/// here is asked for again two seconds later.
pub const ACKNOWLEDGEMENTS: usize = 64;

/// How often a broken-off frame may time out while nothing comes.
const LOOK: Duration = Duration::from_millis(250);

/// Everything one head's task needs.
pub struct Head {
    /// `head-1`.
    pub part: String,
    /// Path of the port.
    pub path: PathBuf,
    /// Line speed.
    pub baud: u32,
    /// The driver of its bytes.
    pub driver: Box<dyn HeadDriver>,
    /// Where measurements go. When the lane is behind, the line waits: the head keeps what is not read.
    pub inputs: mpsc::Sender<Input>,
    /// What may be acknowledged.
    pub acknowledge: mpsc::Receiver<ReadingOrigin>,
    /// What health is told.
    pub state: Arc<LineState>,
    /// The clocks.
    pub clock: Clock,
}

impl Head {
    /// Reads until `stop` says so; comes back from every loss of the port.
    pub async fn run(mut self, stop: CancellationToken) {
        let (state, part) = (self.state.clone(), self.part.clone());
        loop {
            let failed = |error: port::PortError| {
                // Said once when it happens, not at each attempt.
                if state.facts().lost == 0 || state.facts().open {
                    warn!(%part, error = &error as &dyn std::error::Error, "serial port cannot be opened");
                }
                state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
            };
            let Some(mut open) = port::reopen(&self.path, self.baud, &stop, failed).await else { return };
            info!(part = self.part, "serial port open");
            self.state.note(|facts| facts.open = true);
            tokio::select! {
                () = stop.cancelled() => return,
                error = self.serve(&mut open) => match error {
                    Some(error) => {
                        warn!(part = self.part, error = &error as &dyn std::error::Error, "serial port lost");
                        self.state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
                    }
                    None => return, // The lane is gone: the unit stops.
                },
            }
        }
    }

    /// Moves bytes until the port is gone, or the lane is (`None`).
    async fn serve(&mut self, open: &mut port::Port) -> Option<port::PortError> {
        let mut buffer = [0; port::READ_MAX];
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                read = open.read(&mut buffer) => match read {
                    Ok(count) => self.driver.push(&buffer[..count], self.clock.now()),
                    Err(error) => return Some(error),
                },
                Some(origin) = self.acknowledge.recv() => {
                    let answer = self.driver.acknowledgement(&origin);
                    if let Err(error) = open.write(&answer).await {
                        return Some(error);
                    }
                }
                _ = look.tick() => self.driver.on_time(self.clock.now()),
            }
            while let Some(event) = self.driver.next_event() {
                self.take(event).await?;
            }
            let (rejected, other) = (self.driver.rejected_bytes(), self.driver.names_other_lane());
            self.state.note(|facts| (facts.rejected_bytes, facts.other_lane) = (rejected, other));
        }
    }

    /// `None` when the lane is gone.
    async fn take(&mut self, event: HeadEvent) -> Option<()> {
        let now = self.clock.now();
        let utc_ms = now.stamp.utc.as_millisecond();
        let now = now.tick;
        match event {
            HeadEvent::Heartbeat(beat) => self.state.note(|facts| {
                facts.heard = Some(now);
                facts.fault = beat.status == HeadStatus::Fault;
                facts.lost_by_head = beat.lost;
                let apart = beat.clock_utc_ms.map(|theirs| utc_ms.abs_diff(theirs));
                facts.clocks_apart = apart.map(Duration::from_millis);
            }),
            HeadEvent::Checked(check) => {
                self.state.note(|facts| facts.heard = Some(now));
                self.inputs.send(Input::Check(check)).await.ok()?;
            }
            HeadEvent::Measured(reading) => {
                self.state.note(|facts| (facts.heard, facts.readings) = (Some(now), facts.readings + 1));
                self.inputs.send(Input::Reading(reading)).await.ok()?;
            }
        }
        Some(())
    }
}
