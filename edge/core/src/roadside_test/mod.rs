//! A free acceleration beside the road, led step by step (GB 3847-2018, Annex A; STANDARDS.md 2.3).
//!
//! The meter must be warm, sets its zero in clean air, and goes into the pipe. Then [`engine`] watches speed and smoke:
//! every time the engine goes from idle to its cut-off and back, that was a purge or an acceleration that counts, as
//! `shared::exhaust_test::free_acceleration` asks for next. What was not done as the procedure wants does not count, and
//! [`Rejection`] says why. Nobody needs to press a button with a foot on the pedal; without a pick-up for the engine's
//! speed, smoke alone tells, or [`on_pedal`](LedTest::on_pedal) does.

pub mod engine;

use std::time::Duration;

use plumewatch_shared::exhaust_test::FreeAccelerationRule;
use plumewatch_shared::exhaust_test::form::{CURVE_POINTS, CurvePoint, RUNS, RecordedRun, thinned};
use plumewatch_shared::exhaust_test::free_acceleration::{self, FreeAcceleration};
use plumewatch_shared::meter::{MeterSample, MeterState};
use plumewatch_shared::time::{Moment, Stamp, Tick};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use engine::{Ended, EngineState, EngineWatch, Watched};

/// In clean air a meter that was set to zero shows no more than this, hundredths of 1/m: five of its steps (our number;
/// the standard asks for a small drift, STANDARDS.md 2.6).
pub const ZERO_AT_MOST: u16 = 5;
/// For so long without a break.
pub const ZERO_HOLD: Duration = Duration::from_secs(1);
/// A meter that has not come to zero by then has something in its tube. Makers give 10 to 20 s for it.
pub const ZERO_TIMEOUT: Duration = Duration::from_secs(30);
/// An acceleration must come to so many hundredths of the highest speed seen in this test: the cut-off, which the purges
/// show. Below it the pedal was not down to the floor.
pub const CUT_OFF_SHARE: u32 = 90;
/// A purge must at least reach so many tenths of the idle speed to be one.
pub const PURGE_RISE_TENTHS: u32 = 16;
/// From idle to [`CUT_OFF_SHARE`] of the run's own highest speed at most: the pedal goes down within a second, a heavy
/// engine follows within three; slower was not a full push.
pub const RISE_AT_MOST: Duration = Duration::from_secs(5);

/// Why the meter cannot be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterTrouble {
    /// Its port is gone.
    Unplugged,
    /// It does not answer.
    Silent,
    /// It heats.
    WarmingUp,
    /// It calls itself out of order, by its own number.
    Fault(u8),
}

/// How the meter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterCondition {
    /// It measures.
    Measuring,
    /// It sets its zero.
    Calibrating,
    /// It cannot be used.
    Trouble(MeterTrouble),
}

impl From<MeterState> for MeterCondition {
    fn from(state: MeterState) -> Self {
        match state {
            MeterState::Measuring => Self::Measuring,
            MeterState::Calibrating => Self::Calibrating,
            MeterState::WarmingUp => Self::Trouble(MeterTrouble::WarmingUp),
            MeterState::Fault(number) => Self::Trouble(MeterTrouble::Fault(number)),
        }
    }
}

/// Why the last attempt at a step did not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The meter refused to set its zero.
    ZeroRefused,
    /// It did not come to zero in time.
    ZeroNotReached,
    /// The engine did not come near its cut-off.
    BelowCutOff {
        /// What it reached.
        reached: EngineSpeed,
        /// The highest of this test.
        cut_off: EngineSpeed,
    },
    /// It got there too slowly.
    Slow,
    /// It did not come back to idle.
    TooLong,
    /// The meter fell silent in the middle.
    Interrupted,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Wait for the meter, or mend it.
    Meter(MeterTrouble),
    /// Hold the probe into clean air, then set the zero.
    SetZero,
    /// Wait: it sets its zero.
    Zeroing,
    /// Put the probe into the pipe and the pick-up on the engine.
    InsertProbe,
    /// Blow the pipe out.
    Purge {
        /// Which, from 1.
        number: u32,
        /// Of how many.
        of: u32,
        /// What the engine does.
        engine: EngineState,
    },
    /// Accelerate.
    Accelerate {
        /// Which, from 1.
        number: u32,
        /// How many are needed; more are asked for when the last ones differ too much.
        of: u32,
        /// What the engine does.
        engine: EngineState,
    },
    /// The test has a result.
    Done {
        /// It.
        mean: AbsorptionCoefficient,
    },
    /// The last accelerations differ after as many as are allowed: no result.
    Unsteady,
}

/// Where the test stands, whatever the meter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    BeforeZero,
    Zeroing { since: Tick, low_since: Option<Tick> },
    BeforeProbe,
    Running,
    Over,
}

/// A command to the meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Set zero and full scale.
    SetZero,
}

/// A free acceleration being led.
#[derive(Clone, Debug)]
pub struct LedTest {
    rule: FreeAccelerationRule,
    meter: MeterCondition,
    stage: Stage,
    counted: FreeAcceleration,
    purges: u32,
    runs: Vec<RecordedRun>,
    watch: EngineWatch,
    cut_off: u16,
    calibrated: Option<Stamp>,
    rejection: Option<Rejection>,
    asked: Option<Output>,
}

impl LedTest {
    /// A test that begins, with a meter that is as it is.
    pub fn new(rule: FreeAccelerationRule, meter: MeterCondition) -> Self {
        Self {
            rule,
            meter,
            stage: Stage::BeforeZero,
            counted: FreeAcceleration::default(),
            purges: 0,
            runs: Vec::new(),
            watch: EngineWatch::default(),
            cut_off: 0,
            calibrated: None,
            rejection: None,
            asked: None,
        }
    }

    /// How the meter is now.
    pub fn on_meter(&mut self, condition: MeterCondition) {
        let lost = matches!(condition, MeterCondition::Trouble(_)) && condition != self.meter;
        self.meter = condition;
        if lost && self.watch.interrupt() {
            self.rejection = Some(Rejection::Interrupted);
        }
        if lost && matches!(self.stage, Stage::Zeroing { .. }) {
            self.stage = Stage::BeforeZero;
            self.rejection = Some(Rejection::ZeroNotReached);
        }
    }

    /// The officers want the zero set: the probe is in clean air. `false` if that is not what comes next.
    pub fn on_zero_wanted(&mut self, now: Tick) -> bool {
        let ready = !matches!(self.meter, MeterCondition::Trouble(_));
        let fits = match self.stage {
            Stage::BeforeZero | Stage::BeforeProbe => ready,
            Stage::Zeroing { .. } | Stage::Running | Stage::Over => false,
        };
        if fits {
            (self.stage, self.rejection) = (Stage::Zeroing { since: now, low_since: None }, None);
            self.asked = Some(Output::SetZero);
        }
        fits
    }

    /// The meter does not set its zero.
    pub fn on_zero_refused(&mut self) {
        if matches!(self.stage, Stage::Zeroing { .. }) {
            (self.stage, self.rejection) = (Stage::BeforeZero, Some(Rejection::ZeroRefused));
        }
    }

    /// The probe is in the pipe. `false` if that is not what comes next.
    pub fn on_probe_in(&mut self) -> bool {
        let fits = self.stage == Stage::BeforeProbe;
        if fits {
            (self.stage, self.rejection) = (Stage::Running, None);
            self.watch = EngineWatch::default();
        }
        fits
    }

    /// The pedal goes down now: for engines without a pick-up whose smoke does not tell. `false` if the test does not wait
    /// for that.
    pub fn on_pedal(&mut self, now: Tick) -> bool {
        self.stage == Stage::Running && self.watch.begin(now)
    }

    /// A sample of the meter.
    pub fn on_sample(&mut self, sample: &MeterSample, at: Moment) {
        match self.stage {
            Stage::BeforeZero | Stage::BeforeProbe | Stage::Over => {}
            Stage::Zeroing { since, low_since } => self.zeroing(sample, at, since, low_since),
            Stage::Running => match self.watch.on_sample(sample, at.tick) {
                None => {}
                Some(Watched::Began) => self.rejection = None,
                Some(Watched::Ended(ended)) => self.take(&ended),
                Some(Watched::TooLong) => self.rejection = Some(Rejection::TooLong),
                Some(Watched::Interrupted) => self.rejection = Some(Rejection::Interrupted),
            },
        }
    }

    /// Time has gone by.
    pub fn on_time(&mut self, now: Tick) {
        if let Stage::Zeroing { since, .. } = self.stage
            && now.since(since) >= ZERO_TIMEOUT
        {
            (self.stage, self.rejection) = (Stage::BeforeZero, Some(Rejection::ZeroNotReached));
        }
    }

    /// When [`on_time`](Self::on_time) is wanted next, if nothing comes before.
    pub fn wake_at(&self) -> Option<Tick> {
        match self.stage {
            Stage::Zeroing { since, .. } => Some(since.after(ZERO_TIMEOUT)),
            Stage::BeforeZero | Stage::BeforeProbe | Stage::Running | Stage::Over => None,
        }
    }

    /// What the meter must be told, once.
    pub fn next_output(&mut self) -> Option<Output> {
        self.asked.take()
    }

    fn zeroing(&mut self, sample: &MeterSample, at: Moment, since: Tick, low_since: Option<Tick>) {
        let low = sample.coefficient.per_m_hundredths <= ZERO_AT_MOST;
        let settled = self.meter == MeterCondition::Measuring && low;
        let low_since = settled.then(|| low_since.unwrap_or(at.tick));
        self.stage = match low_since {
            Some(low) if at.tick.since(low) >= ZERO_HOLD => {
                self.calibrated = Some(at.stamp);
                Stage::BeforeProbe
            }
            _ => Stage::Zeroing { since, low_since },
        };
    }

    fn take(&mut self, ended: &Ended) {
        let next = self.counted.next(&self.rule);
        let purging = matches!(next, free_acceleration::Step::Purge { .. });
        self.rejection = self.fault(ended, purging);
        self.cut_off = self.cut_off.max(ended.highest_speed.map_or(0, |speed| speed.rpm));
        if self.rejection.is_some() {
            return;
        }
        if purging {
            self.counted.on_purge();
            self.purges += 1;
        } else if self.counted.on_run(free_acceleration::Run { highest: ended.highest }, &self.rule) {
            self.runs.push(RecordedRun {
                highest: ended.highest,
                highest_speed: ended.highest_speed,
                curve: thinned(&ended.curve, CURVE_POINTS),
            });
        }
        match self.counted.next(&self.rule) {
            free_acceleration::Step::Purge { .. } | free_acceleration::Step::Accelerate { .. } => {
                // A rulebook that allows more runs than a record keeps ends here, as if they stayed unsteady.
                if self.runs.len() >= RUNS {
                    self.stage = Stage::Over;
                }
            }
            free_acceleration::Step::Done { .. } | free_acceleration::Step::Unsteady => {
                self.stage = Stage::Over
            }
        }
    }

    /// What was wrong with an acceleration, if anything. Without a pick-up nothing can be said of it.
    fn fault(&self, ended: &Ended, purging: bool) -> Option<Rejection> {
        let reached = ended.highest_speed?;
        let rpm = u32::from(reached.rpm);
        let cut_off = EngineSpeed { rpm: self.cut_off.max(reached.rpm) };
        let low = if purging {
            rpm * 10 < u32::from(ended.idle_rpm) * PURGE_RISE_TENTHS
        } else {
            rpm * 100 < u32::from(cut_off.rpm) * CUT_OFF_SHARE
        };
        if low {
            return Some(Rejection::BelowCutOff { reached, cut_off });
        }
        (!purging && ended.rise.is_some_and(|rise| rise > RISE_AT_MOST)).then_some(Rejection::Slow)
    }

    /// What is to be done now.
    pub fn step(&self) -> Step {
        if let (MeterCondition::Trouble(trouble), false) = (self.meter, self.stage == Stage::Over) {
            return Step::Meter(trouble);
        }
        let engine = self.watch.state();
        match self.stage {
            Stage::BeforeZero => Step::SetZero,
            Stage::Zeroing { .. } => Step::Zeroing,
            Stage::BeforeProbe => Step::InsertProbe,
            Stage::Running | Stage::Over => match self.counted.next(&self.rule) {
                free_acceleration::Step::Purge { number, of } => Step::Purge { number, of, engine },
                free_acceleration::Step::Accelerate { .. } if self.stage == Stage::Over => Step::Unsteady,
                free_acceleration::Step::Accelerate { number } => {
                    Step::Accelerate { number, of: self.rule.runs.max(number), engine }
                }
                free_acceleration::Step::Done { mean } => Step::Done { mean },
                free_acceleration::Step::Unsteady => Step::Unsteady,
            },
        }
    }

    /// Why the last attempt at a step did not count.
    pub fn rejection(&self) -> Option<Rejection> {
        self.rejection
    }

    /// How often the pipe was blown out.
    pub fn purges(&self) -> u32 {
        self.purges
    }

    /// The accelerations that count.
    pub fn runs(&self) -> &[RecordedRun] {
        &self.runs
    }

    /// The curve of the acceleration that goes on.
    pub fn current(&self) -> &[CurvePoint] {
        self.watch.curve()
    }

    /// When the meter came to zero.
    pub fn calibrated(&self) -> Option<Stamp> {
        self.calibrated
    }
}

#[cfg(test)]
mod tests;
