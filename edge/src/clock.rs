//! The unit's two clocks, read together, and what the kernel knows of them.
//!
//! Ticks are `CLOCK_MONOTONIC`, which camera workers share, put forward by [`FIRST_TICK`] so that a reading
//! older than this boot still has a tick. Nothing else in the unit asks what time it is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use edge_core::clock::{FIRST_TICK, quality};
use jiff::Timestamp;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use rustix::time::{ClockId, clock_gettime};

use crate::config::ClockConfig;

/// The clocks. Clones share what is known of them.
#[derive(Clone, Debug)]
pub struct Clock {
    trusted: bool,
    synchronised: Arc<AtomicBool>,
    ever: Arc<AtomicBool>,
}

impl Clock {
    /// The machine's clocks, believed as configured.
    pub fn new(config: ClockConfig) -> Self {
        let clock = Self {
            trusted: config == ClockConfig::Trusted,
            synchronised: Arc::new(AtomicBool::new(false)),
            ever: Arc::new(AtomicBool::new(false)),
        };
        clock.check();
        clock
    }

    /// Now, on both clocks.
    pub fn now(&self) -> Moment {
        Moment { tick: tick(), stamp: Stamp { utc: Timestamp::now(), quality: self.quality() } }
    }

    /// How far to believe the stamps, as of the last [`check`](Self::check).
    pub fn quality(&self) -> ClockQuality {
        quality(self.synchronised.load(Ordering::Relaxed), self.ever.load(Ordering::Relaxed))
    }

    /// Asks the kernel again.
    pub fn check(&self) {
        let synchronised = self.trusted || disciplined_by_kernel();
        self.synchronised.store(synchronised, Ordering::Relaxed);
        if synchronised {
            self.ever.store(true, Ordering::Relaxed);
        }
    }
}

/// The monotonic clock alone.
pub fn tick() -> Tick {
    let time = clock_gettime(ClockId::Monotonic);
    from_monotonic(Tick {
        micros: time.tv_sec.unsigned_abs() * 1_000_000 + time.tv_nsec.unsigned_abs() / 1_000,
    })
}

/// A bare `CLOCK_MONOTONIC` tick, as camera workers send it, on the unit's scale.
pub fn from_monotonic(bare: Tick) -> Tick {
    Tick { micros: bare.micros.saturating_add(FIRST_TICK.micros) }
}

/// Does a time source discipline the clock? The kernel knows, whichever daemon does it (`adjtimex`, read only).
fn disciplined_by_kernel() -> bool {
    match kernel::is_unsynchronised() {
        Some(unsynchronised) => !unsynchronised,
        // A container may forbid the call; then systemd's own mark is the best there is.
        None => std::path::Path::new("/run/systemd/timesync/synchronized").exists(),
    }
}

/// The one system call that no safe crate offers.
#[expect(unsafe_code, reason = "libc::adjtimex has no safe wrapper in rustix or nix")]
mod kernel {
    /// `None` if the call is forbidden.
    pub(super) fn is_unsynchronised() -> Option<bool> {
        // SAFETY: `timex` is plain integers, for which all zeros are a value; `modes = 0` makes the call a
        // query that writes only into the struct it is given.
        let (state, status) = unsafe {
            let mut query: libc::timex = std::mem::zeroed();
            (libc::adjtimex(&mut query), query.status)
        };
        (state >= 0).then_some(state == libc::TIME_ERROR || status & libc::STA_UNSYNC != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_clock_is_synchronised() {
        assert_eq!(Clock::new(ClockConfig::Trusted).quality(), ClockQuality::Synchronised);
    }

    #[test]
    fn ticks_go_forward_from_the_first() {
        let first = tick();
        assert!(first > FIRST_TICK && tick() >= first);
    }
}
