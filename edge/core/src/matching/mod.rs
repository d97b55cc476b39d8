//! Puts together what belongs to one vehicle: an exhaust reading, the front camera's track, the rear camera's.
//!
//! ```text
//!            front camera's view        beam      rear camera's view
//!           ╭───────────────────╮         ┊      ╭───────────────────╮
//! time ──── first ────────── last ────────┊──── first ─────────── last ──────────────▶
//!                              ├─ front ─▶┊◀ rear ┤
//!                               offset    ┊  offset
//!                                   reading.measured            window over: closed
//! ```
//!
//! Every item tells when its vehicle's rear left the beam: a reading exactly, a front track by its last frame
//! plus an offset, a rear track by its first frame minus one. Items whose instants lie within reach of each
//! other, directly or through others, form a *cluster*. A cluster closes when nothing that is in time can join
//! it any more ([`LaneConfig::window`]), or soon after its vehicles are complete ([`LaneConfig::settle`]). Inside a
//! closed cluster items are paired in order, because vehicles do not
//! overtake within a lane, and as nearly as possible; where another pairing was possible within the tolerances,
//! every passage concerned says so ([`Doubt::SeveralVehicles`](plumewatch_shared::passage::Doubt)).
//!
//! So passages do not depend on the order in which items arrive, as long as each arrives in time: before its
//! vehicle left the beam plus the window (or plus the settling time, where a cluster was complete). What arrives
//! later becomes a passage of its own that says so.
//!
//! What must hold: a reading goes into exactly one passage, whatever happens; nothing grows without bound; no
//! input panics. Judging is left to [`verdict`](plumewatch_shared::verdict), naming and storing to the outbox.

mod align;
mod cluster;
mod config;
mod draft;
mod history;

use std::collections::VecDeque;

use plumewatch_shared::passage::Doubt;
use plumewatch_shared::reading::{Reading, WeatherReading};
use plumewatch_shared::rulebook::{Circumstances, Rulebook, Schedule};
use plumewatch_shared::time::{Moment, Tick};

use crate::calibration::Checks;

pub use config::{Instruments, LaneConfig, Offset, Sight};
pub use draft::{CameraRole, PassageDraft, PictureId, VehicleTrack};

use cluster::{Item, Vehicle};
use history::{Passed, Recent, Weather};

/// Items waiting for others, per lane. Twenty vehicles within one cluster stand bumper to bumper; the cluster
/// is then closed as it is, and what follows begins another.
pub const WAITING_MAX: usize = 64;

/// Passages not yet taken by the caller. A caller that drains after every input never sees a tenth of it; when
/// it is full, readings are not taken (the head sends them again) and tracks are dropped and counted.
pub const DRAFTS_MAX: usize = 256;

/// Origins remembered, to know a repeat: a head keeps and repeats at most 1000 measurements, and two heads
/// may change places.
pub const ORIGINS_MAX: usize = 2_048;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Taken {
    /// It will come out in a passage.
    New,
    /// The same reading came before; it is in a passage, or will be.
    Repeat,
    /// There is no room, because passages are not taken: not taken, and counted.
    Full,
}

/// The matching of one lane.
#[derive(Debug)]
pub struct Lane {
    config: LaneConfig,
    rulebooks: Schedule<Rulebook>,
    now: Tick,
    /// In the order of time, with a full order, so that arrival does not matter.
    waiting: Vec<Item>,
    drafts: VecDeque<PassageDraft>,
    origins: Recent,
    weather: Weather,
    /// The checks of heads that this edge has judged.
    checks: Checks,
    /// When vehicles left the beam, by the head: it reports every one, also those whose plume told nothing.
    measured: Passed,
    /// When each item of closed clusters put its vehicle there.
    closed: Passed,
    refused: u64,
}

impl Lane {
    /// An empty lane. `rulebooks` decide what makes a reading valid: the edition that holds on the passage's day.
    pub fn new(config: LaneConfig, rulebooks: impl Into<Schedule<Rulebook>>) -> Self {
        Self {
            config,
            rulebooks: rulebooks.into(),
            now: Tick { micros: 0 },
            waiting: Vec::new(),
            drafts: VecDeque::new(),
            origins: Recent::default(),
            weather: Weather::default(),
            checks: Checks::default(),
            measured: Passed::default(),
            closed: Passed::default(),
            refused: 0,
        }
    }

    /// From now on these rulebooks decide, for passages that have not closed yet.
    pub fn on_rulebooks(&mut self, rulebooks: Schedule<Rulebook>) {
        self.rulebooks = rulebooks;
    }

    /// Takes a reading of this lane's head. Tell the time (`on_time`) first.
    pub fn on_reading(&mut self, mut reading: Reading) -> Taken {
        if self.origins.contains(&reading.origin) {
            return Taken::Repeat;
        }
        if self.is_full() {
            return Taken::Full;
        }
        self.origins.insert(reading.origin.clone());
        self.measured.insert(reading.measured.tick);
        reading.slope = reading.slope.or(self.config.slope);
        self.insert(Item::of_reading(reading));
        Taken::New
    }

    /// Takes a finished track of one of this lane's cameras. Tell the time (`on_time`) first.
    pub fn on_track(&mut self, track: VehicleTrack) -> Taken {
        if self.is_full() {
            return Taken::Full;
        }
        self.insert(Item::of_track(track, &self.config));
        Taken::New
    }

    /// Takes the weather, which holds for all readings until the next.
    pub fn on_weather(&mut self, weather: WeatherReading) {
        self.weather.insert(weather);
    }

    /// Takes what is known of the checks of heads; readings of passages that still wait are held against it, too.
    pub fn on_checks(&mut self, checks: Checks) {
        self.checks = checks;
    }

    /// Tells the time. Readings and tracks never move it: they are of the past.
    pub fn on_time(&mut self, now: Moment) {
        self.now = self.now.max(now.tick);
        self.close_due();
    }

    /// Gives what closed, in the order of closing; call until `None`.
    pub fn next_output(&mut self) -> Option<PassageDraft> {
        self.drafts.pop_front()
    }

    /// What is known so far of every vehicle whose reading waits for the cameras: for an early word beside the
    /// road, not for the record. What an instrument that has not spoken yet may still clear up is no doubt yet.
    pub fn so_far(&self) -> Vec<PassageDraft> {
        let clusters = cluster::clusters(&self.waiting, self.config.reach());
        let vehicles = clusters.flat_map(|items| cluster::vehicles(items.to_vec(), &self.config));
        let early = |vehicle: Vehicle| {
            let instruments = self.config.instruments;
            let open = (instruments.front && vehicle.front.is_none())
                || (instruments.rear && vehicle.rear.is_none());
            let mut draft = self.draft(vehicle);
            draft
                .doubts
                .retain(|doubt| !(open && matches!(doubt, Doubt::NoVehicleSeen | Doubt::PlateUnread)));
            draft
        };
        vehicles.filter(|vehicle| vehicle.reading.is_some()).map(early).collect()
    }

    /// When `on_time` is wanted next, if nothing comes before.
    pub fn wake_at(&self) -> Option<Tick> {
        cluster::clusters(&self.waiting, self.config.reach()).map(|items| self.closes_at(items)).min()
    }

    /// Closes everything that waits, for the end of a run: nothing more will come.
    pub fn close(&mut self) {
        while !self.waiting.is_empty() {
            self.close_first();
        }
    }

    /// Items that wait for others.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Readings and tracks not taken because passages were not; see [`DRAFTS_MAX`].
    pub fn refused(&self) -> u64 {
        self.refused
    }

    fn is_full(&mut self) -> bool {
        let full = self.drafts.len() >= DRAFTS_MAX;
        self.refused += u64::from(full);
        full
    }

    fn insert(&mut self, mut item: Item) {
        let reach = self.config.reach();
        let joins = self.waiting.iter().any(|other| other.beam.distance(item.beam) <= reach);
        let over = self.now >= item.beam.after(reach).after(self.config.window);
        item.late = !joins && (over || self.closed.is_near(item.beam, reach));
        let at = self.waiting.partition_point(|other| other.key() <= item.key());
        self.waiting.insert(at, item);
        if self.waiting.len() > WAITING_MAX {
            self.close_first();
        }
        self.close_due();
    }

    /// When a cluster closes if nothing joins it.
    fn closes_at(&self, items: &[Item]) -> Tick {
        let last = items.last().expect("a cluster has an item").beam.after(self.config.reach());
        let wait = if cluster::is_complete(items, &self.config) {
            self.config.settle.min(self.config.window)
        } else {
            self.config.window
        };
        last.after(wait)
    }

    fn close_due(&mut self) {
        loop {
            let mut from = 0;
            let due = cluster::clusters(&self.waiting, self.config.reach()).find_map(|items| {
                let range = from..from + items.len();
                from = range.end;
                (self.closes_at(items) <= self.now).then_some(range)
            });
            match due {
                Some(range) => self.close_range(range),
                None => return,
            }
        }
    }

    fn close_first(&mut self) {
        let first = cluster::clusters(&self.waiting, self.config.reach()).next().map_or(0, <[Item]>::len);
        self.close_range(0..first);
    }

    fn close_range(&mut self, range: std::ops::Range<usize>) {
        let items: Vec<Item> = self.waiting.drain(range).collect();
        items.iter().for_each(|item| self.closed.insert(item.beam));
        for vehicle in cluster::vehicles(items, &self.config) {
            let draft = self.draft(vehicle);
            self.drafts.push_back(draft);
        }
    }

    fn draft(&self, vehicle: Vehicle) -> PassageDraft {
        let Vehicle { reading, front, rear, several, late } = vehicle;
        let measured = reading.as_ref().map(|reading| reading.measured.tick);
        let estimates = [&front, &rear].into_iter().flatten().map(|(_, beam)| *beam);
        let beam = measured.into_iter().chain(estimates).next().expect("a vehicle has at least one part");
        let headway = self.measured.before(beam).map(|before| beam.since(before));
        let (front, rear) = (front.map(|(track, _)| track), rear.map(|(track, _)| track));
        let weather = self.weather.at(beam);
        let sighting = |track: &Option<VehicleTrack>| track.as_ref().map(|track| track.sighting.clone());
        let (front_sighting, rear_sighting) = (sighting(&front), sighting(&rear));
        let first_sight = [&front, &rear].into_iter().flatten().map(|track| track.first).next();
        let passed = reading.as_ref().map(|reading| reading.measured).or(first_sight);
        let passed = passed.expect("a vehicle has at least one part");
        let rulebook = self.rulebooks.on(passed.stamp.legal_day()).clone();
        let validity = reading.as_ref().map(|reading| {
            let audit = self.checks.standing(reading);
            rulebook.validity(Circumstances { reading, weather: weather.as_ref(), headway, audit })
        });
        let tracks = || [&rear, &front].into_iter().flatten();
        PassageDraft {
            lane: self.config.lane,
            passed,
            rulebook,
            validity,
            doubts: draft::doubts(
                reading.is_some(),
                front_sighting.as_ref(),
                rear_sighting.as_ref(),
                several,
                late,
            ),
            smoke: tracks().find_map(|track| track.smoke.clone()),
            pictures: tracks().rev().flat_map(|track| track.pictures.clone()).collect(),
            front: front_sighting,
            rear: rear_sighting,
            reading,
            weather,
        }
    }
}

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;
