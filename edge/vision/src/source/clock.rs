//! The two clocks, read together.

use jiff::Timestamp;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use rustix::time::{ClockId, clock_gettime};

/// Now. The tick is `CLOCK_MONOTONIC`, which parent and child processes share.
pub fn now(quality: ClockQuality) -> Moment {
    let time = clock_gettime(ClockId::Monotonic);
    let micros = time.tv_sec.unsigned_abs() * 1_000_000 + time.tv_nsec.unsigned_abs() / 1_000;
    Moment { tick: Tick { micros }, stamp: Stamp { utc: Timestamp::now(), quality } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_never_go_back() {
        let first = now(ClockQuality::Unsynchronised);
        assert!(now(ClockQuality::Unsynchronised).tick >= first.tick);
    }
}
