//! Watches an engine through a meter's samples: idle, up to the cut-off, back to idle.
//!
//! With a pick-up the engine's speed tells; without one, the smoke. Numbers are ours, for diesels from a light truck to a
//! digger: they idle at 550 to 950 rpm and cut off above 1 800.

use std::collections::VecDeque;
use std::time::Duration;

use plumewatch_shared::exhaust_test::form::CurvePoint;
use plumewatch_shared::meter::MeterSample;
use plumewatch_shared::time::Tick;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

/// An engine idles when for so long its speed stays within [`IDLE_BAND_RPM`]; and an acceleration is over when it idles
/// again for so long: a meter's own response takes 1 s (GB 3847-2018, Annex C), so the smoke has been seen by then.
pub const IDLE_HOLD: Duration = Duration::from_secs(1);
/// How far an idle speed wanders.
pub const IDLE_BAND_RPM: u16 = 150;
/// No diesel idles above this.
pub const IDLE_AT_MOST_RPM: u16 = 1_200;
/// Above its idle by so much it accelerates.
pub const RISE_RPM: u16 = 300;
/// Within so much of its idle it is back.
pub const BACK_RPM: u16 = 200;
/// Without a pick-up: so much more smoke, hundredths of 1/m, is an acceleration, and within half of it it is over.
pub const RISE_K: u16 = 16;
/// One that lasts longer was no free acceleration.
pub const RUN_AT_MOST: Duration = Duration::from_secs(20);
/// Told by hand, without a pick-up, it is over after so long: three seconds up and held, the rest for the meter.
pub const MANUAL_RUN: Duration = Duration::from_secs(8);
/// Samples come ten a second; after so long without one nobody knows what the engine did.
pub const GAP: Duration = Duration::from_secs(1);
/// Samples of one acceleration at most: [`RUN_AT_MOST`] at twenty a second.
const SAMPLES_MAX: usize = 400;
/// Samples that a curve shows from before the engine left idle, the first that rose included.
const BEFORE: usize = 4;
/// Samples remembered of the idle at most.
const WINDOW_MAX: usize = 64;

/// What the engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// It does not idle yet.
    Settling,
    /// It idles: the pedal may go down.
    Idle,
    /// It goes up, or is held.
    Accelerating,
    /// It came back; the smoke is waited for.
    Returning,
}

/// What a sample showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// An acceleration began.
    Began,
    /// One is over.
    Ended(Ended),
    /// One lasted too long to be one.
    TooLong,
    /// Samples were missing in the middle of one.
    Interrupted,
}

/// An acceleration that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The highest coefficient.
    pub highest: AbsorptionCoefficient,
    /// The highest engine speed; `None` without a pick-up.
    pub highest_speed: Option<EngineSpeed>,
    /// The speed it idled at before; 0 without a pick-up.
    pub idle_rpm: u16,
    /// From leaving idle to nine tenths of the highest speed; `None` without a pick-up.
    pub rise: Option<Duration>,
    /// Every sample, from shortly before.
    pub curve: Vec<CurvePoint>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    tick: Tick,
    k: u16,
    rpm: Option<u16>,
}

#[derive(Clone, Debug)]
enum State {
    Settling,
    Idle { level: Seen },
    Running { level: Seen, began: Tick, by_hand: bool, back: Option<Tick>, seen: Vec<Seen> },
}

/// The watch.
#[derive(Clone, Debug)]
pub struct EngineWatch {
    state: State,
    /// The last second.
    window: VecDeque<Seen>,
    curve: Vec<CurvePoint>,
}

impl Default for EngineWatch {
    fn default() -> Self {
        Self { state: State::Settling, window: VecDeque::new(), curve: Vec::new() }
    }
}

impl EngineWatch {
    /// What the engine does.
    pub fn state(&self) -> EngineState {
        match &self.state {
            State::Settling => EngineState::Settling,
            State::Idle { .. } => EngineState::Idle,
            State::Running { back: None, .. } => EngineState::Accelerating,
            State::Running { back: Some(_), .. } => EngineState::Returning,
        }
    }

    /// The curve of the acceleration that goes on; empty while none does.
    pub fn curve(&self) -> &[CurvePoint] {
        match self.state {
            State::Settling | State::Idle { .. } => &[],
            State::Running { .. } => &self.curve,
        }
    }

    /// Forgets what it saw: nobody knows what the engine did meanwhile. `true` if an acceleration went on.
    pub fn interrupt(&mut self) -> bool {
        let running = matches!(self.state, State::Running { .. });
        (self.state, self.curve) = (State::Settling, Vec::new());
        self.window.clear();
        running
    }

    /// The pedal goes down now, by a person's word. `false` with a pick-up, which tells it better, and while none is
    /// waited for.
    pub fn begin(&mut self, now: Tick) -> bool {
        let State::Idle { level: level @ Seen { rpm: None, .. } } = self.state else { return false };
        self.start(level, now, true);
        true
    }

    /// Takes a sample.
    pub fn on_sample(&mut self, sample: &MeterSample, at: Tick) -> Option<Watched> {
        let rpm = sample.engine_speed.map(|speed| speed.rpm).filter(|rpm| *rpm > 0);
        let seen = Seen { tick: at, k: sample.coefficient.per_m_hundredths, rpm };
        let gap = self.window.back().is_some_and(|last| at.since(last.tick) > GAP);
        if gap && self.interrupt() {
            self.window.push_back(seen);
            return Some(Watched::Interrupted);
        }
        self.remember(seen);
        match self.state {
            State::Settling => {
                if let Some(level) = self.idle() {
                    self.state = State::Idle { level };
                }
                None
            }
            State::Idle { level } => {
                let risen = match (level.rpm, rpm) {
                    (Some(idle), Some(rpm)) => rpm >= idle.saturating_add(RISE_RPM),
                    (None, None) => seen.k >= level.k.saturating_add(RISE_K),
                    // A pick-up was put on or came off.
                    (None, Some(_)) | (Some(_), None) => {
                        self.interrupt();
                        false
                    }
                };
                risen.then(|| {
                    self.start(level, at, false);
                    Watched::Began
                })
            }
            State::Running { .. } => self.run(seen),
        }
    }

    fn remember(&mut self, seen: Seen) {
        self.window.push_back(seen);
        // One older than the hold stays, so that the window covers it.
        while self.window.len() > 2
            && (seen.tick.since(self.window[1].tick) >= IDLE_HOLD || self.window.len() > WINDOW_MAX)
        {
            self.window.pop_front();
        }
    }

    /// The level at which the engine idles, if it has for long enough.
    fn idle(&self) -> Option<Seen> {
        let (first, last) = (self.window.front()?, self.window.back()?);
        let lowest = |values: &mut dyn Iterator<Item = u16>| values.min().unwrap_or(0);
        let k = lowest(&mut self.window.iter().map(|seen| seen.k));
        let with = self.window.iter().filter(|seen| seen.rpm.is_some()).count();
        let long = last.tick.since(first.tick) >= IDLE_HOLD;
        if with == self.window.len() {
            let speeds = || self.window.iter().filter_map(|seen| seen.rpm);
            let (low, high) = (speeds().min()?, speeds().max()?);
            let idles = long && high - low <= IDLE_BAND_RPM && high <= IDLE_AT_MOST_RPM;
            idles.then_some(Seen { tick: last.tick, k, rpm: Some(low) })
        } else {
            let highest = self.window.iter().map(|seen| seen.k).max()?;
            let idles = long && with == 0 && highest - k < RISE_K;
            idles.then_some(Seen { tick: last.tick, k, rpm: None })
        }
    }

    fn start(&mut self, level: Seen, began: Tick, by_hand: bool) {
        // Not the whole window: smoke of the acceleration before may still hang in it.
        let before = self.window.len().saturating_sub(BEFORE);
        let seen: Vec<Seen> = self.window.iter().skip(before).copied().collect();
        let first = seen.first().map_or(began, |first| first.tick);
        self.curve = seen.iter().map(|one| point(one, first)).collect();
        self.state = State::Running { level, began, by_hand, back: None, seen };
    }

    fn run(&mut self, now: Seen) -> Option<Watched> {
        let State::Running { level, began, by_hand, back, seen } = &mut self.state else { return None };
        if seen.len() < SAMPLES_MAX {
            self.curve.push(point(&now, seen.first().map_or(now.tick, |first| first.tick)));
            seen.push(now);
        }
        let is_back = match (level.rpm, now.rpm) {
            (Some(idle), Some(rpm)) => rpm <= idle.saturating_add(BACK_RPM),
            (None, None) => now.k <= level.k.saturating_add(RISE_K / 2),
            (Some(_), None) | (None, Some(_)) => {
                self.interrupt();
                return Some(Watched::Interrupted);
            }
        };
        let lasted = now.tick.since(*began);
        *back = is_back.then(|| back.unwrap_or(now.tick));
        let over = if *by_hand {
            lasted >= MANUAL_RUN
        } else {
            back.is_some_and(|since| now.tick.since(since) >= IDLE_HOLD)
        };
        if over {
            let ended = ended(level, *began, seen, std::mem::take(&mut self.curve));
            self.state = if is_back { State::Idle { level: *level } } else { State::Settling };
            return Some(Watched::Ended(ended));
        }
        (lasted > RUN_AT_MOST).then(|| {
            self.interrupt();
            Watched::TooLong
        })
    }
}

fn point(seen: &Seen, first: Tick) -> CurvePoint {
    let ms = u32::try_from(seen.tick.since(first).as_millis()).unwrap_or(u32::MAX);
    let coefficient = AbsorptionCoefficient { per_m_hundredths: seen.k };
    CurvePoint { ms, coefficient, rpm: seen.rpm.unwrap_or(0) }
}

fn ended(level: &Seen, began: Tick, seen: &[Seen], curve: Vec<CurvePoint>) -> Ended {
    let highest = seen.iter().map(|one| one.k).max().unwrap_or(0);
    let highest_rpm = seen.iter().filter_map(|one| one.rpm).max();
    let rise = highest_rpm.and_then(|highest| {
        let full = |one: &&Seen| one.rpm.is_some_and(|rpm| u32::from(rpm) * 10 >= u32::from(highest) * 9);
        seen.iter().find(full).map(|one| one.tick.since(began))
    });
    Ended {
        highest: AbsorptionCoefficient { per_m_hundredths: highest },
        highest_speed: highest_rpm.map(|rpm| EngineSpeed { rpm }),
        idle_rpm: level.rpm.unwrap_or(0),
        rise,
        curve,
    }
}
