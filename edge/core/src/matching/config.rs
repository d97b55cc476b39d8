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
    pub front: Sight,
    /// From a vehicle's rear leaving the beam until the rear camera's first sight of it: negative where that
    /// camera sees a vehicle's front go by before its rear leaves the beam, as it does beside the beam.
    pub rear: Sight,
    /// How long after a vehicle left the beam the last word of it may come: the time a slow vehicle stays in
    /// the rear camera's view, and a second or two for the work on its pictures.
    pub window: Duration,
    /// How long to wait once a vehicle is complete (one word of each instrument there is): only for what might
    /// make it ambiguous. At most [`window`](Self::window).
    pub settle: Duration,
    /// What a complete vehicle has.
    pub instruments: Instruments,
}

/// Which instruments a lane has. What comes from another one all the same is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruments {
    /// A remote-sensing head.
    pub head: bool,
    /// A front camera.
    pub front: bool,
    /// A rear camera.
    pub rear: bool,
}

impl Instruments {
    /// All of them.
    pub const ALL: Self = Self { head: true, front: true, rear: true };
}

impl LaneConfig {
    /// A lane as it is usually set up, cameras and beam side by side, traffic at 20 to 80 km/h.
    ///
    /// The front camera follows a vehicle until its rear is about beside it, or loses it a little sooner. The rear camera sees a vehicle first
    /// when its front comes into view; from there to the rear leaving the beam it takes its own length: 5 m at
    /// 13 m/s are 0.4 s, a 14 m lorry at 8 m/s takes 1.75 s.
    pub const fn usual(lane: LaneNo) -> Self {
        Self {
            lane,
            slope: None,
            front: Sight { offset: Offset::Fixed { ms: 300 }, tolerance: Duration::from_millis(900) },
            rear: Sight { offset: Offset::Fixed { ms: -900 }, tolerance: Duration::from_millis(1_200) },
            window: Duration::from_millis(8_000),
            settle: Duration::from_millis(500),
            instruments: Instruments::ALL,
        }
    }

    /// How far apart, by [`Offset::usual`], two sights of one vehicle can be.
    pub(super) fn reach(&self) -> Duration {
        self.front.reach().max(self.rear.reach())
    }
}

/// When a camera sees a vehicle, against when its rear leaves the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// As a rule.
    pub offset: Offset,
    /// Up to so much sooner or later. Vehicles that follow each other more closely are said to be ambiguous.
    pub tolerance: Duration,
}

impl Sight {
    fn reach(&self) -> Duration {
        match self.offset {
            Offset::Fixed { .. } => self.tolerance,
            Offset::BySpeed { .. } => self.tolerance + self.tolerance / 2,
        }
    }

    /// The offset at this speed, microseconds.
    pub(super) fn at(&self, speed: Option<Speed>) -> i64 {
        self.offset.at(speed, self.tolerance)
    }
}

/// How long a vehicle takes from a camera's last sight of it to the beam, or from the beam to a camera's first
/// sight of it. Negative if it is the other way round.
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
    fn at(self, speed: Option<Speed>, tolerance: Duration) -> i64 {
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
