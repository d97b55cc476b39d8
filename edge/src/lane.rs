//! Drives one lane's matching: readings, tracks and weather in, passage drafts out.
//!
//! It ends because its inputs have closed, after everything that waited has been passed on: what was measured
//! is stored before the unit ends.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use edge_core::{
    calibration::Checks,
    matching::{Lane, PassageDraft, Taken, VehicleTrack},
};
use plumewatch_shared::{
    device_check::CheckReading,
    ids::PassageId,
    reading::{Reading, ReadingOrigin, WeatherReading},
    rulebook::{Rulebook, Schedule},
    time::Tick,
};
use tokio::sync::{mpsc, watch};

use crate::{
    camera::pictures::Pictures,
    checks::CheckShelf,
    clock::{self, Clock},
    herald::Herald,
    outbox::Outbox,
    serial::LineState,
};

/// Inputs that wait for their lane: a head repeats at most 1000 measurements at once and the line waits when
/// this is full, so it need only smooth a burst.
pub const INPUTS: usize = 64;

/// Drafts that wait for their pictures to be written, over all lanes: half a minute of dense traffic on one.
pub const DRAFTS: usize = 32;

/// A passage whose clip is still to come waits for it so long at most: five seconds after the last plume, and two for
/// the encoder. Meanwhile the herald shows it.
pub const CLIP_WAIT: Duration = Duration::from_secs(7);

/// Passages that wait for their clips: more than smoke at once on one lane. Beyond it the oldest goes without.
pub const AWAITING_MAX: usize = 16;

/// What a lane's instruments give.
#[derive(Debug)]
pub enum Input {
    /// Its head measured.
    Reading(Box<Reading>),
    /// One of its cameras saw a vehicle through.
    Track(Box<VehicleTrack>),
    /// Its head was checked.
    Check(Box<CheckReading>),
    /// A clip that was promised has come, or will not come.
    Clip,
}

/// Where a lane's head hears that a measurement is safe.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// To the head's task.
    pub origins: mpsc::Sender<ReadingOrigin>,
    /// Where a dropped one is counted.
    pub line: Arc<LineState>,
}

impl Acknowledge {
    /// Lets the head forget this measurement. If its line is down it asks again, and is told then.
    pub fn send(&self, origin: ReadingOrigin) {
        if self.origins.try_send(origin).is_err() {
            self.line.note(|facts| facts.dropped_acknowledgements += 1);
        }
    }
}

/// Everything one lane's task needs.
pub struct LaneDrive {
    /// The matching.
    pub lane: Lane,
    /// What comes.
    pub inputs: mpsc::Receiver<Input>,
    /// The newest weather.
    pub weather: watch::Receiver<Option<WeatherReading>>,
    /// The rulebooks that hold.
    pub rulebooks: watch::Receiver<Schedule<Rulebook>>,
    /// Where passages go. When the disk is behind, the lane waits.
    pub drafts: mpsc::Sender<PassageDraft>,
    /// The head, if the lane has one.
    pub acknowledge: Option<Acknowledge>,
    /// Where the word of a vehicle that still passes goes.
    pub herald: Herald,
    /// Which measurements are stored already.
    pub outbox: Arc<dyn Outbox>,
    /// What is remembered of the checks of heads.
    pub checks: CheckShelf,
    /// The same, to hear of what other lanes learn.
    pub learnt: watch::Receiver<Checks>,
    /// Where checks go to be stored.
    pub judged: mpsc::Sender<Box<CheckReading>>,
    /// Where clips wait.
    pub pictures: Arc<Pictures>,
    /// Passages that closed and wait for their clip, with the end of their patience.
    pub awaiting: VecDeque<(Tick, PassageDraft)>,
    /// The clocks.
    pub clock: Clock,
}

/// What woke the lane.
enum Woken {
    Input(Option<Input>),
    Weather(bool),
    Time,
}

impl LaneDrive {
    /// Runs until the inputs have closed and everything is passed on.
    pub async fn run(mut self) {
        let mut weather_comes = true;
        loop {
            let patience = self.awaiting.iter().map(|(until, _)| *until).min();
            let wake = self.lane.wake_at().into_iter().chain(patience).min();
            let rest = wake.map(|at| at.since(clock::tick())).unwrap_or_default();
            let woken = tokio::select! {
                input = self.inputs.recv() => Woken::Input(input),
                changed = self.weather.changed(), if weather_comes => Woken::Weather(changed.is_ok()),
                () = tokio::time::sleep(rest), if wake.is_some() => Woken::Time,
            };
            // Before anything closes: what closes from now on is decided by what came.
            if self.rulebooks.has_changed().unwrap_or(false) {
                let newest = self.rulebooks.borrow_and_update().clone();
                self.lane.on_rulebooks(newest);
            }
            self.learn();
            self.lane.on_time(self.clock.now());
            match woken {
                Woken::Input(Some(input)) => self.take(input).await,
                Woken::Input(None) => break,
                Woken::Weather(comes) => {
                    weather_comes = comes;
                    let newest = *self.weather.borrow_and_update();
                    newest.into_iter().for_each(|weather| self.lane.on_weather(weather));
                }
                Woken::Time => {}
            }
            self.gather();
            let awaiting = self.awaiting.iter().map(|(_, draft)| draft.clone());
            let so_far = self.lane.so_far().into_iter().chain(awaiting).collect();
            self.herald.tell(so_far, clock::tick());
            self.pass_on(false).await;
        }
        self.lane.close();
        self.gather();
        self.pass_on(true).await;
    }

    /// Takes what is known of heads' checks before any passage is held against it.
    fn learn(&mut self) {
        if self.learnt.has_changed().unwrap_or(false) {
            self.lane.on_checks(self.learnt.borrow_and_update().clone());
        }
    }

    async fn take(&mut self, input: Input) {
        match input {
            Input::Clip => {} // Looked for below.
            Input::Check(check) => {
                // Remembered at once: the very next reading may name it.
                let id = PassageId { station: self.herald.station, sequence: 0 };
                let day = check.performed.stamp.legal_day();
                let rulebook = self.rulebooks.borrow().on(day).clone();
                self.checks.note(&rulebook.judge_check((*check).clone(), id), &rulebook);
                self.learn();
                // Closed only when the storing has failed, and the unit is stopping.
                let _ = self.judged.send(check).await;
            }
            Input::Track(track) => match self.lane.on_track(*track) {
                Taken::New | Taken::Repeat => {}
                Taken::Full => {} // Counted by the lane; passages are taken after every input, so it is never full.
            },
            Input::Reading(reading) => {
                let origin = reading.origin.clone();
                if self.is_stored(origin.clone()).await {
                    self.acknowledge.iter().for_each(|head| head.send(origin.clone()));
                    return;
                }
                match self.lane.on_reading(*reading) {
                    // Acknowledged when its record is stored; until then the head repeats it.
                    Taken::New | Taken::Repeat | Taken::Full => {}
                }
            }
        }
    }

    /// Is the record of this measurement durable? Asked aside, because the store may be at its disk.
    async fn is_stored(&self, origin: ReadingOrigin) -> bool {
        let outbox = self.outbox.clone();
        let asked = tokio::task::spawn_blocking(move || outbox.holds(&origin)).await;
        asked.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
    }

    /// Takes what the lane has closed.
    fn gather(&mut self) {
        let until = clock::tick().after(CLIP_WAIT);
        while let Some(draft) = self.lane.next_output() {
            self.awaiting.push_back((until, draft));
        }
    }

    /// Passes on what waits for no clip any more, or everything.
    async fn pass_on(&mut self, everything: bool) {
        let now = clock::tick();
        let waits = |(until, draft): &(Tick, PassageDraft)| {
            !everything && *until > now && draft.pictures.iter().any(|(_, id)| self.pictures.is_awaited(*id))
        };
        let (mut stay, mut go): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.awaiting).into_iter().partition(waits);
        while stay.len() > AWAITING_MAX {
            go.extend(stay.pop_front());
        }
        self.awaiting = stay;
        for (_, draft) in go {
            if self.drafts.send(draft).await.is_err() {
                return; // The storing ended before its inputs did: it failed, and the unit is stopping.
            }
        }
    }
}

#[cfg(test)]
#[path = "lane_tests.rs"]
mod tests;
