//! What a lane remembers, each memory with its bound: origins seen, the weather, when vehicles passed.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use plumewatch_shared::reading::{ReadingOrigin, WeatherReading};
use plumewatch_shared::time::Tick;

use super::ORIGINS_MAX;

/// Weather readings remembered: five minutes at one every five seconds, more than any reading waits.
const WEATHER_MAX: usize = 64;

/// Instants of passing remembered, for the headway and to know what is late: more than ever wait at once, and
/// what comes later than that is late by the clock as well.
const PASSED_MAX: usize = 256;

/// The last origins seen.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: VecDeque<ReadingOrigin>,
    known: BTreeSet<ReadingOrigin>,
}

impl Recent {
    pub(super) fn contains(&self, origin: &ReadingOrigin) -> bool {
        self.known.contains(origin)
    }

    pub(super) fn insert(&mut self, origin: ReadingOrigin) {
        if self.order.len() == ORIGINS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(origin.clone());
        self.order.push_back(origin);
    }
}

/// The last weather readings, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Weather(Vec<WeatherReading>);

impl Weather {
    pub(super) fn insert(&mut self, weather: WeatherReading) {
        let at = self.0.partition_point(|other| other.measured.tick <= weather.measured.tick);
        self.0.insert(at, weather);
        if self.0.len() > WEATHER_MAX {
            self.0.remove(0);
        }
    }

    /// The last weather before `beam`, else the first after it; the rulebook refuses it if it is too far off.
    pub(super) fn at(&self, beam: Tick) -> Option<WeatherReading> {
        let after = self.0.partition_point(|weather| weather.measured.tick <= beam);
        self.0.get(after.saturating_sub(1)).copied()
    }
}

/// When the last vehicles left the beam.
#[derive(Debug, Default)]
pub(super) struct Passed(Vec<Tick>);

impl Passed {
    pub(super) fn insert(&mut self, beam: Tick) {
        let at = self.0.partition_point(|other| *other <= beam);
        self.0.insert(at, beam);
        if self.0.len() > PASSED_MAX {
            self.0.remove(0);
        }
    }

    /// The one before the one at `beam`, which may be another at the same instant.
    pub(super) fn before(&self, beam: Tick) -> Option<Tick> {
        let own = self.0.partition_point(|other| *other <= beam).checked_sub(1)?;
        own.checked_sub(1).and_then(|at| self.0.get(at)).copied()
    }

    /// Did one pass within `reach` of `beam`?
    pub(super) fn is_near(&self, beam: Tick, reach: Duration) -> bool {
        let from = self.0.partition_point(|other| *other < beam.before(reach));
        self.0.get(from).is_some_and(|other| *other <= beam.after(reach))
    }
}
