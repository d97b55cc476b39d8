//! Readers: what stands on a serial line, byte for byte. One driver, one file (or one folder).
//!
//! A driver knows its device's bytes and nothing of ports: it is pushed what arrived and when, and gives
//! finished readings. [`remote_sensing`] is our own line protocol for remote-sensing heads, [`weather`] any
//! weather station that speaks Modbus-RTU, [`opacimeter`] meters in the exhaust pipe, [`ak`] analysers, [`nmea`] place,
//! time and wind; [`decode`] turns any of their bytes into JSON objects for people.
//!
//! To add a head that speaks otherwise: write `reader/<maker>.rs` with a type that implements [`HeadDriver`],
//! give it a word in [`HeadProtocol`], and let [`HeadProtocol::driver`] build it. The compiler shows the places;
//! nothing else in the unit changes, because matching takes [`Reading`]s from wherever they come.
//!
//! What every driver must hold: no input makes it panic, its buffer is bounded, after garbage it finds the
//! next good frame, and each byte that was not part of one is counted.

pub mod ak;
pub mod decode;
mod frames;
pub mod nmea;
pub mod opacimeter;
pub mod remote_sensing;
pub mod weather;

use plumewatch_shared::device_check::CheckReading;
use plumewatch_shared::ids::{DeviceId, LaneNo};
use plumewatch_shared::reading::{HeadStatus, Reading, ReadingOrigin};
use plumewatch_shared::time::Moment;

/// What a remote-sensing head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadEvent {
    /// It measured a vehicle. The same measurement may come again until it is acknowledged.
    Measured(Box<Reading>),
    /// It was checked against known gases and filters. Comes again until it is acknowledged, too.
    Checked(Box<CheckReading>),
    /// It is alive.
    Heartbeat(Heartbeat),
}

/// A head's sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The head's serial number.
    pub device: DeviceId,
    /// How often it has been started.
    pub boot: u32,
    /// Its own clock, milliseconds since 1970; `None` if it has none.
    pub clock_utc_ms: Option<i64>,
    /// What it says of itself.
    pub status: HeadStatus,
    /// Measurements and checks it keeps because they were not acknowledged yet.
    pub waiting: u32,
    /// Measurements and checks it gave up since its start because its memory was full.
    pub lost: u32,
}

/// One kind of head, as bytes.
pub trait HeadDriver: Send {
    /// Takes bytes as they came; `at` is when the last of them had arrived.
    fn push(&mut self, bytes: &[u8], at: Moment);
    /// Lets a frame that broke off time out.
    fn on_time(&mut self, now: Moment);
    /// Gives what is finished, oldest first; call until `None` after every push.
    fn next_event(&mut self) -> Option<HeadEvent>;
    /// What to write to the head once the measurement or check is safe on this unit; empty if it wants no answer.
    fn acknowledgement(&self, origin: &ReadingOrigin) -> Vec<u8>;
    /// Bytes since the start that were part of no good frame.
    fn rejected_bytes(&self) -> u64;
    /// Did the last measurement name another lane than the one that the head is wired to?
    fn names_other_lane(&self) -> bool;
}

/// The protocols that heads speak, by the word that stands in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadProtocol {
    /// PWRS 1, `docs/remote-sensing-line-protocol.md`.
    #[default]
    Pwrs1,
}

impl HeadProtocol {
    /// A driver for the head of one lane.
    pub fn driver(self, lane: LaneNo) -> Box<dyn HeadDriver> {
        match self {
            Self::Pwrs1 => Box::new(remote_sensing::Decoder::new(lane)),
        }
    }
}
