//! Plates that the roadside must not let by: what the server sends back to its edges.

use jiff::Timestamp;

use crate::plate::{Plate, PlateColour};

/// One edition of the list; an edge acts on its last good one and shows its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    /// Grows by one with every edition; an older one never replaces a newer one.
    pub version: u64,
    /// When the server issued it.
    pub issued: Timestamp,
    /// Who is on it.
    pub entries: Vec<WatchlistEntry>,
}

/// One plate to look out for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchlistEntry {
    /// The plate.
    pub plate: Plate,
    /// Its colour; `None` watches for every colour.
    pub colour: Option<PlateColour>,
    /// Why.
    pub reason: WatchReason,
}

/// Why a plate is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WatchReason {
    /// It has an open case: repair or retest is outstanding.
    OpenCase,
    /// Its carrier is listed.
    Blacklisted,
    /// An authority wants it stopped.
    Wanted,
}

impl Watchlist {
    /// Why this plate is watched for, if it is: an open case before a listed carrier, and that before a wish, whatever
    /// order the entries stand in.
    pub fn find(&self, plate: &Plate, colour: Option<PlateColour>) -> Option<WatchReason> {
        let fits = |entry: &&WatchlistEntry| {
            entry.plate == *plate && (entry.colour.is_none() || colour.is_none() || entry.colour == colour)
        };
        self.entries.iter().filter(fits).map(|entry| entry.reason).min()
    }
}
