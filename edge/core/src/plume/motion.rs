//! Whether a vehicle's speed and acceleration were measured at all: light barriers in the order a vehicle takes them,
//! and figures that a road gives (Denver's criteria, STANDARDS.md 10.3).

use plumewatch_shared::units::{Acceleration, Speed};

/// What one light barrier saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarrierEvent {
    /// Its beam was blocked.
    Blocked,
    /// Its beam was free again.
    Freed,
}

/// The barriers' events of one vehicle, in order; at most [`BARRIER_EVENTS_MAX`].
pub type BarrierEvents = [BarrierEvent];

/// Events of one vehicle at most: four barriers, each blocked by tractor, trailer and what is between.
pub const BARRIER_EVENTS_MAX: usize = 24;

/// Least of blocks, and of unblocks.
const LEAST: usize = 2;

/// Do the barriers tell a speed: as many blocks as unblocks, two of each at least, none freed before it was blocked?
pub fn barriers_hold(events: &BarrierEvents) -> bool {
    let mut blocked = 0_usize;
    let mut blocks = 0_usize;
    for event in events {
        match event {
            BarrierEvent::Blocked => (blocked, blocks) = (blocked + 1, blocks + 1),
            BarrierEvent::Freed if blocked == 0 => return false,
            BarrierEvent::Freed => blocked -= 1,
        }
    }
    blocked == 0 && blocks >= LEAST && events.len() <= BARRIER_EVENTS_MAX
}

/// What speed and acceleration must be to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MotionCriteria {
    /// Faster than this, mm/s …
    pub speed_above: i32,
    /// … and slower than this.
    pub speed_below: i32,
    /// More than this, mm/s² …
    pub acceleration_above: i32,
    /// … and less than this.
    pub acceleration_below: i32,
}

impl MotionCriteria {
    /// The criteria of the University of Denver: 5 < v < 100 mph, −13 < a < 14 mph/s. A mile per hour is 447.04 mm/s;
    /// the bounds are the whole mm/s outside which nothing strictly within them lies.
    pub const fn denver() -> Self {
        Self {
            speed_above: 2_235,
            speed_below: 44_704,
            acceleration_above: -5_812,
            acceleration_below: 6_259,
        }
    }

    /// Are these figures those of a vehicle on a road?
    pub fn hold(&self, speed: Speed, acceleration: Acceleration) -> bool {
        self.speed_above < speed.mm_s
            && speed.mm_s < self.speed_below
            && self.acceleration_above < acceleration.mm_s2
            && acceleration.mm_s2 < self.acceleration_below
    }
}
