//! Three kinds of time that are never mixed: [`Tick`] for durations and matching, [`Stamp`] for what happened,
//! civil time at [`law_place`] for windows and deadlines.
//!
//! No function here asks what time it is; the rims do, once, when a last byte or a whole image has arrived.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// An instant of the unit's monotonic clock: microseconds since some start that only this boot knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick {
    /// Microseconds.
    pub micros: u64,
}

impl Tick {
    /// The instant `wait` later; it stays at the end of the scale rather than wrap.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        let wait = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        Self { micros: self.micros.saturating_add(wait) }
    }

    /// The instant `wait` earlier, at the soonest the scale's start.
    #[must_use]
    pub fn before(self, wait: Duration) -> Self {
        let wait = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        Self { micros: self.micros.saturating_sub(wait) }
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.micros.saturating_sub(earlier.micros))
    }

    /// How far apart two instants are, whichever came first.
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_micros(self.micros.abs_diff(other.micros))
    }
}

/// What is known of the clock that gave a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClockQuality {
    /// Disciplined by a time source.
    Synchronised,
    /// Was disciplined since start, is not now.
    Holdover,
    /// Never disciplined since start: the stamp may be years off.
    Unsynchronised,
}

/// When something happened: UTC and how far to believe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Universal time, kept and compared to the microsecond.
    pub utc: Timestamp,
    /// What is known of the clock that said so.
    pub quality: ClockQuality,
}

impl Stamp {
    /// A stamp from stored microseconds since 1970; `None` outside years -9999 to 9999.
    pub fn from_micros(micros: i64, quality: ClockQuality) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(|utc| Self { utc, quality })
    }

    /// Microseconds since 1970, as databases and messages keep it.
    pub fn micros(self) -> i64 {
        self.utc.as_microsecond()
    }

    /// The calendar day at the law's place.
    pub fn legal_day(self) -> Date {
        law_place().to_datetime(self.utc).date()
    }
}

/// One instant on both clocks, taken together by a rim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For durations and matching.
    pub tick: Tick,
    /// For the record.
    pub stamp: Stamp,
}

/// Where the law counts days: all of China keeps Beijing time.
pub fn law_place() -> TimeZone {
    // A fixed offset, not the zone file: Shanghai's summer time ended in 1991, before any record of ours,
    // and a unit must count days the same whatever zone data it carries.
    TimeZone::fixed(jiff::tz::offset(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_day_turns_at_midnight_in_china() {
        let at = |text: &str| Stamp { utc: text.parse().unwrap(), quality: ClockQuality::Synchronised };
        assert_eq!(at("2026-11-23T15:59:59Z").legal_day().to_string(), "2026-11-23");
        assert_eq!(at("2026-11-23T16:00:00Z").legal_day().to_string(), "2026-11-24");
    }
}
