//! The two clocks, read together.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use rustix::time::{ClockId, clock_gettime};

/// Now. The tick is `CLOCK_MONOTONIC`, which parent and child processes share.
pub fn now(quality: ClockQuality) -> Moment {
    let time = clock_gettime(ClockId::Monotonic);
    let micros = time.tv_sec.unsigned_abs() * 1_000_000 + time.tv_nsec.unsigned_abs() / 1_000;
    Moment { tick: Tick { micros }, stamp: Stamp { utc: Timestamp::now(), quality } }
}

/// The longest a written picture may have waited to be read: more means that the wall clock jumped meanwhile.
const WAITED_MAX: Duration = Duration::from_secs(60);

/// When something was finished that the file system stamped `finished`. Only the *wait* is taken from the wall
/// clock, so a tick stays a tick; a wait that cannot be is taken as none.
pub fn at_file_time(finished: Option<SystemTime>, quality: ClockQuality) -> Moment {
    let now = now(quality);
    let waited = finished
        .and_then(|finished| SystemTime::now().duration_since(finished).ok())
        .filter(|waited| *waited <= WAITED_MAX)
        .unwrap_or_default();
    let utc = now.stamp.utc.checked_sub(waited).unwrap_or(now.stamp.utc);
    Moment { tick: now.tick.before(waited), stamp: Stamp { utc, quality } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slow worker reads a picture long after the camera finished it; the vehicle was there then, not now.
    #[test]
    fn a_picture_that_waited_keeps_the_moment_it_was_finished() {
        let second = Duration::from_secs(1);
        let now_ = now(ClockQuality::Holdover);
        let waited = at_file_time(Some(SystemTime::now() - 3 * second), ClockQuality::Holdover);
        let ago = now_.tick.since(waited.tick);
        assert!(2 * second < ago && ago <= 3 * second, "{ago:?}");
        assert!(now_.stamp.micros() - waited.stamp.micros() > 2_000_000);
        for nonsense in [None, Some(SystemTime::now() + 9 * second), Some(SystemTime::now() - 900 * second)] {
            assert!(at_file_time(nonsense, ClockQuality::Holdover).tick >= now_.tick);
        }
    }

    #[test]
    fn ticks_never_go_back() {
        let first = now(ClockQuality::Unsynchronised);
        assert!(now(ClockQuality::Unsynchronised).tick >= first.tick);
    }
}
