//! What matching must know of a lane: where its cameras look, and how long to wait.

use std::time::Duration;

use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::units::{Slope, Speed};

/// One lane as it was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneConfig {
    /// Its number.
    pub lane: LaneNo,
    /// Its slope, for heads that do not tell it.
    pub slope: Option<Slope>,
    /// From the front camera's last sight of a vehicle until its rear leaves the beam.
    pub front: Offset,
    /// From a vehicle's rear leaving the beam until the rear camera's first sight of it.
    pub rear: Offset,
    /// How far two instruments' estimates of when one vehicle left the beam may be apart. Two vehicles that
    /// follow each other more closely than this are said to be ambiguous.
    pub tolerance: Duration,
    /// How long after a vehicle left the beam the last word of it may come: the time a vehicle stays in the
    /// rear camera's view, and a second for the work on its pictures.
    pub window: Duration,
    /// How long to wait once a vehicle is complete (front, reading and rear, one each): only for what might
    /// make it ambiguous. At most [`window`](Self::window).
    pub settle: Duration,
}

impl LaneConfig {
    /// A lane as it is usually set up: both cameras about 8 m from the beam, traffic at 20 to 80 km/h.
    pub const fn usual(lane: LaneNo) -> Self {
        Self {
            lane,
            slope: None,
            front: Offset::Fixed { ms: 600 },
            rear: Offset::Fixed { ms: 600 },
            tolerance: Duration::from_millis(900),
            window: Duration::from_millis(4_000),
            settle: Duration::from_millis(500),
        }
    }

    /// How far apart, by [`Offset::usual`], two sights of one vehicle can be.
    pub(super) fn reach(&self) -> Duration {
        match (self.front, self.rear) {
            (Offset::Fixed { .. }, Offset::Fixed { .. }) => self.tolerance,
            (Offset::BySpeed { .. }, _) | (_, Offset::BySpeed { .. }) => self.tolerance + self.tolerance / 2,
        }
    }
}

/// How long a vehicle takes between the beam and the edge of a camera's view. Negative if the camera's last
/// (first) sight comes after (before) the rear leaves the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// Always the same.
    Fixed {
        /// Milliseconds.
        ms: i32,
    },
    /// By the head's speed, where it told one; no further than half the tolerance from the usual.
    BySpeed {
        /// The way, millimetres; for the front camera it includes a usual vehicle's length.
        distance_mm: i32,
        /// Where no speed is known, milliseconds.
        usual_ms: i32,
    },
}

impl Offset {
    /// What it usually is, microseconds.
    pub(super) fn usual(self) -> i64 {
        match self {
            Self::Fixed { ms } | Self::BySpeed { usual_ms: ms, .. } => i64::from(ms) * 1_000,
        }
    }

    /// What it is at this speed, microseconds.
    pub(super) fn at(self, speed: Option<Speed>, tolerance: Duration) -> i64 {
        match (self, speed) {
            (Self::BySpeed { distance_mm, .. }, Some(speed)) if speed.mm_s > 0 => {
                let half = i64::try_from(tolerance.as_micros() / 2).unwrap_or(i64::MAX / 4);
                let by_speed = i64::from(distance_mm) * 1_000_000 / i64::from(speed.mm_s);
                by_speed.clamp(self.usual().saturating_sub(half), self.usual().saturating_add(half))
            }
            (Self::Fixed { .. } | Self::BySpeed { .. }, _) => self.usual(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_refines_an_offset_by_no_more_than_half_the_tolerance() {
        let offset = Offset::BySpeed { distance_mm: 10_000, usual_ms: 800 };
        let at = |mm_s| offset.at(Some(Speed { mm_s }), Duration::from_secs(1)) / 1_000;
        assert_eq!(at(12_500), 800);
        assert_eq!(at(10_000), 1_000);
        assert_eq!(at(1_000), 1_300, "a crawl");
        assert_eq!(at(100_000), 300, "a fault");
        assert_eq!(at(0), 800, "no speed to divide by");
        assert_eq!(offset.at(None, Duration::from_secs(1)), 800_000);
    }
}
