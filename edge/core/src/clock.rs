//! How far to believe the unit's clock, and where its ticks begin.

use plumewatch_shared::time::{ClockQuality, Tick};

/// Where a rim starts its ticks: the first tick of a run is this one, not zero.
///
/// A head sends again what an earlier run of this unit never acknowledged, with an age of up to 2³² ms
/// (49.7 days). Such a reading happened before this run began and must still have a tick of its own, or two of
/// them would seem to have passed together. 60 days leave room for the oldest.
pub const FIRST_TICK: Tick = Tick { micros: 60 * 24 * 3_600 * 1_000_000 };

/// What a stamp is worth now.
///
/// `synchronised` is the kernel's own word (`adjtimex` without `STA_UNSYNC`); `ever_synchronised` whether it
/// has been so at any time since the machine started.
pub const fn quality(synchronised: bool, ever_synchronised: bool) -> ClockQuality {
    match (synchronised, ever_synchronised) {
        (true, _) => ClockQuality::Synchronised,
        (false, true) => ClockQuality::Holdover,
        (false, false) => ClockQuality::Unsynchronised,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_lost_its_source_is_held_over_and_one_that_never_had_it_is_not_believed() {
        assert_eq!(quality(true, false), ClockQuality::Synchronised);
        assert_eq!(quality(true, true), ClockQuality::Synchronised);
        assert_eq!(quality(false, true), ClockQuality::Holdover);
        assert_eq!(quality(false, false), ClockQuality::Unsynchronised);
    }

    #[test]
    fn the_oldest_reading_a_head_can_send_has_a_tick() {
        let oldest = std::time::Duration::from_millis(u32::MAX.into());
        assert!(FIRST_TICK.before(oldest) > Tick { micros: 0 });
    }
}
