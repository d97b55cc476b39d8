//! The watchlist that edges keep.

use jiff::Timestamp;

use super::sighting::colour;
use super::{ConvertError, Converted, need};
use crate::protocol::message::*;
use crate::protocol::{VERSION, WATCHLIST_ENTRIES_MAX};
use crate::watchlist::{WatchReason, Watchlist, WatchlistEntry};

impl From<&Watchlist> for WatchlistEdition {
    fn from(list: &Watchlist) -> Self {
        let entry = |entry: &WatchlistEntry| WireWatchlistEntry {
            plate: entry.plate.as_str().to_owned(),
            colour: entry.colour.map(|colour| colour.word().to_owned()),
            reason: entry.reason.wire_word().to_owned(),
        };
        Self {
            v: VERSION,
            version: list.version,
            issued_utc_us: list.issued.as_microsecond(),
            entries: list.entries.iter().map(entry).collect(),
        }
    }
}

impl TryFrom<&WatchlistEdition> for Watchlist {
    type Error = ConvertError;

    fn try_from(wire: &WatchlistEdition) -> Converted<Self> {
        if wire.v != VERSION {
            return Err(ConvertError { field: "v" });
        }
        if wire.entries.len() > WATCHLIST_ENTRIES_MAX {
            return Err(ConvertError { field: "entries (too many)" });
        }
        let entry = |wire: &WireWatchlistEntry| {
            Ok(WatchlistEntry {
                plate: need("plate", wire.plate.parse().ok())?,
                colour: colour(wire.colour.as_deref())?,
                reason: need("reason", WatchReason::from_wire_word(&wire.reason))?,
            })
        };
        Ok(Self {
            version: wire.version,
            issued: need("issued_utc_us", Timestamp::from_microsecond(wire.issued_utc_us).ok())?,
            entries: wire.entries.iter().map(entry).collect::<Converted<_>>()?,
        })
    }
}
