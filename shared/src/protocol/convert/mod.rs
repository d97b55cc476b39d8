//! Between the wire's types and the domain's, by hand and both ways.
//!
//! What goes out always can; what comes in is checked field by field, and the error names the field.
//! Here what all messages share; beside it a file for each thing that is told.

mod words;
mod reading;
mod sighting;
mod report;
mod exhaust_test;
mod rulebooks;
mod watchlist;
mod device_check;

use super::message::WireStamp;
use crate::time::{ClockQuality, Moment, Stamp, Tick};

/// A message does not say what it must.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is out of range or not a word of this protocol")]
pub struct ConvertError {
    /// The field.
    pub field: &'static str,
}

type Converted<T> = Result<T, ConvertError>;

fn need<T>(field: &'static str, value: Option<T>) -> Converted<T> {
    value.ok_or(ConvertError { field })
}

impl From<Stamp> for WireStamp {
    fn from(stamp: Stamp) -> Self {
        Self { utc_us: stamp.micros(), clock: stamp.quality.wire_word().to_owned() }
    }
}

impl TryFrom<&WireStamp> for Stamp {
    type Error = ConvertError;

    fn try_from(wire: &WireStamp) -> Converted<Self> {
        let quality = need("clock", ClockQuality::from_wire_word(&wire.clock))?;
        need("utc_us", Self::from_micros(wire.utc_us, quality))
    }
}

/// Ticks are one boot's own affair and do not travel: a moment from the wire has tick zero.
fn moment(wire: &WireStamp) -> Converted<Moment> {
    Ok(Moment { tick: Tick { micros: 0 }, stamp: wire.try_into()? })
}
