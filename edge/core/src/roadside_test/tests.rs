use plumewatch_shared::exhaust_test::TestRulebook;
use plumewatch_shared::sample;
use plumewatch_shared::units::MeterOpacity;
use proptest::prelude::*;

use super::engine::{GAP, MANUAL_RUN, RUN_AT_MOST};
use super::*;

/// A test with the meter ready, and a clock that samples move on by 100 ms.
struct Beside {
    test: LedTest,
    micros: u64,
    pick_up: bool,
}

const SAMPLE_US: u64 = 100_000;

fn beside() -> Beside {
    let rule = TestRulebook::gb3847().free_acceleration;
    Beside { test: LedTest::new(rule, MeterCondition::Measuring), micros: 1_000_000, pick_up: true }
}

impl Beside {
    fn now(&self) -> Tick {
        Tick { micros: self.micros }
    }

    fn sees(&mut self, k: u16, rpm: u16) {
        self.micros += SAMPLE_US;
        let coefficient = AbsorptionCoefficient { per_m_hundredths: k };
        let sample = MeterSample {
            opacity: MeterOpacity::of(coefficient),
            coefficient,
            engine_speed: self.pick_up.then_some(EngineSpeed { rpm }),
            oil: None,
        };
        self.test.on_sample(&sample, Moment { tick: self.now(), stamp: sample::noon() });
    }

    fn idles(&mut self, seconds: usize) {
        (0..seconds * 10).for_each(|_| self.sees(6, 750));
    }

    /// Idle to `rpm` in six samples, held for a second with the smoke's top in it, and back.
    fn accelerates(&mut self, k: u16, rpm: u16) {
        for step in 1..=6_u16 {
            self.sees(6 + k.saturating_sub(6) * step / 12, 750 + (rpm - 750) / 6 * step);
        }
        (0..5).for_each(|_| self.sees(k * 3 / 4, rpm));
        self.sees(k, rpm);
        (0..4).for_each(|_| self.sees(k / 2, rpm));
        for step in 1..=6_u16 {
            self.sees(10, rpm - (rpm - 760) / 6 * step);
        }
        self.idles(2);
    }

    /// Zero set, probe in, purged, idle.
    fn ready() -> Self {
        let mut beside = beside();
        let now = beside.now();
        assert!(beside.test.on_zero_wanted(now));
        assert_eq!(beside.test.next_output(), Some(Output::SetZero));
        (0..12).for_each(|_| beside.sees(0, 0));
        assert!(beside.test.on_probe_in());
        beside.idles(2);
        for _ in 0..3 {
            beside.accelerates(150, 2_850);
        }
        beside
    }
}

#[test]
fn a_team_is_led_from_zero_to_the_mean() {
    let mut road = beside();
    assert_eq!(road.test.step(), Step::SetZero);
    assert!(!road.test.on_probe_in(), "not before the zero");
    let now = road.now();
    assert!(road.test.on_zero_wanted(now));
    assert_eq!((road.test.step(), road.test.next_output()), (Step::Zeroing, Some(Output::SetZero)));
    (0..12).for_each(|_| road.sees(0, 0));
    assert_eq!(road.test.step(), Step::InsertProbe);
    assert!(road.test.on_probe_in());
    assert_eq!(road.test.step(), Step::Purge { number: 1, of: 3, engine: EngineState::Settling });
    road.idles(2);
    assert_eq!(road.test.step(), Step::Purge { number: 1, of: 3, engine: EngineState::Idle });
    (0..3).for_each(|_| road.accelerates(150, 2_850));
    assert_eq!(road.test.step(), Step::Accelerate { number: 1, of: 3, engine: EngineState::Idle });
    [80, 84, 82].into_iter().for_each(|k| road.accelerates(k, 2_850));
    assert_eq!(road.test.step(), Step::Done { mean: AbsorptionCoefficient { per_m_hundredths: 82 } });
    let highest: Vec<u16> = road.test.runs().iter().map(|run| run.highest.per_m_hundredths).collect();
    assert_eq!((highest, road.test.purges()), (vec![80, 84, 82], 3));
    assert!(
        road.test.runs().iter().all(|run| run.curve.iter().any(|point| point.coefficient == run.highest))
    );
    assert!(road.test.calibrated().is_some());
}

#[test]
fn one_out_of_line_asks_for_a_fourth_and_the_last_three_count() {
    let mut road = Beside::ready();
    [130, 84, 82].into_iter().for_each(|k| road.accelerates(k, 2_850));
    assert_eq!(road.test.step(), Step::Accelerate { number: 4, of: 4, engine: EngineState::Idle });
    road.accelerates(83, 2_850);
    assert_eq!(road.test.step(), Step::Done { mean: AbsorptionCoefficient { per_m_hundredths: 83 } });
}

#[test]
fn accelerations_that_stay_apart_end_without_a_result() {
    let mut road = Beside::ready();
    [40, 90, 140, 40, 90, 140].into_iter().for_each(|k| road.accelerates(k, 2_850));
    assert_eq!((road.test.step(), road.test.runs().len()), (Step::Unsteady, 6));
}

#[test]
fn a_half_push_does_not_count_and_says_what_was_reached() {
    let mut road = Beside::ready();
    road.accelerates(60, 2_000);
    assert_eq!(
        road.test.rejection(),
        Some(Rejection::BelowCutOff {
            reached: EngineSpeed { rpm: 2_000 },
            cut_off: EngineSpeed { rpm: 2_850 }
        })
    );
    assert_eq!(road.test.step(), Step::Accelerate { number: 1, of: 3, engine: EngineState::Idle });
    road.accelerates(60, 2_850);
    assert_eq!((road.test.rejection(), road.test.runs().len()), (None, 1));
}

#[test]
fn a_slow_push_does_not_count() {
    let mut road = Beside::ready();
    (0..70_u16).for_each(|step| road.sees(20, 750 + 30 * step));
    (0..6).for_each(|_| road.sees(20, 2_850));
    road.idles(2);
    assert_eq!((road.test.rejection(), road.test.runs().len()), (Some(Rejection::Slow), 0));
}

#[test]
fn an_engine_that_is_kept_up_is_no_free_acceleration() {
    let mut road = Beside::ready();
    for _ in 0..=RUN_AT_MOST.as_secs() * 10 + 10 {
        road.sees(40, 2_850);
    }
    assert_eq!((road.test.rejection(), road.test.runs().len()), (Some(Rejection::TooLong), 0));
}

#[test]
fn a_port_that_goes_away_in_the_middle_costs_that_acceleration_alone() {
    let mut road = Beside::ready();
    road.accelerates(80, 2_850);
    (0..4).for_each(|_| road.sees(50, 2_000));
    road.test.on_meter(MeterCondition::Trouble(MeterTrouble::Unplugged));
    assert_eq!(road.test.step(), Step::Meter(MeterTrouble::Unplugged));
    road.test.on_meter(MeterCondition::Measuring);
    assert_eq!(road.test.rejection(), Some(Rejection::Interrupted));
    road.idles(2);
    assert_eq!(road.test.step(), Step::Accelerate { number: 2, of: 3, engine: EngineState::Idle });
}

#[test]
fn samples_that_are_missing_in_the_middle_cost_that_acceleration() {
    let mut road = Beside::ready();
    (0..4).for_each(|_| road.sees(50, 2_000));
    road.micros += GAP.as_micros() as u64 + 1;
    road.sees(50, 2_850);
    assert_eq!(road.test.rejection(), Some(Rejection::Interrupted));
}

#[test]
fn a_meter_that_warms_up_is_waited_for() {
    let mut road = beside();
    road.test.on_meter(MeterCondition::Trouble(MeterTrouble::WarmingUp));
    assert_eq!(road.test.step(), Step::Meter(MeterTrouble::WarmingUp));
    let now = road.now();
    assert!(!road.test.on_zero_wanted(now));
    road.test.on_meter(MeterCondition::Measuring);
    assert_eq!(road.test.step(), Step::SetZero);
}

#[test]
fn a_zero_that_is_refused_or_not_reached_is_asked_for_again() {
    let mut road = beside();
    let now = road.now();
    road.test.on_zero_wanted(now);
    road.test.on_zero_refused();
    assert_eq!((road.test.step(), road.test.rejection()), (Step::SetZero, Some(Rejection::ZeroRefused)));
    road.test.on_zero_wanted(now);
    assert_eq!(road.test.wake_at(), Some(now.after(ZERO_TIMEOUT)));
    (0..50).for_each(|_| road.sees(ZERO_AT_MOST + 1, 0));
    assert_eq!(road.test.step(), Step::Zeroing);
    road.test.on_time(now.after(ZERO_TIMEOUT));
    assert_eq!((road.test.step(), road.test.rejection()), (Step::SetZero, Some(Rejection::ZeroNotReached)));
}

#[test]
fn without_a_pick_up_smoke_tells_or_a_person_does() {
    let mut road = beside();
    road.pick_up = false;
    let now = road.now();
    road.test.on_zero_wanted(now);
    (0..12).for_each(|_| road.sees(0, 0));
    road.test.on_probe_in();
    road.idles(2);
    road.accelerates(150, 2_850);
    assert_eq!(road.test.purges(), 1);
    let now = road.now();
    assert!(road.test.on_pedal(now), "an engine too clean to tell");
    (0..=MANUAL_RUN.as_millis() / 100).for_each(|_| road.sees(9, 0));
    assert_eq!(road.test.purges(), 2);
}

#[test]
fn with_a_pick_up_nobodys_word_is_needed_or_taken() {
    let mut road = Beside::ready();
    let now = road.now();
    assert!(!road.test.on_pedal(now));
}

proptest! {
    /// Whatever a meter shows: no panic, never more runs than a record keeps, and each run's highest is in its curve.
    #[test]
    fn no_samples_break_the_test(samples in prop::collection::vec((0..500_u16, 0..4_000_u16, 0..30_u64), 0..600)) {
        let mut road = Beside::ready();
        for (k, rpm, more) in samples {
            road.micros += more * 10_000;
            road.sees(k, rpm);
        }
        prop_assert!(road.test.runs().len() <= RUNS);
        for run in road.test.runs() {
            prop_assert!(run.curve.len() <= CURVE_POINTS);
            prop_assert!(run.curve.iter().any(|point| point.coefficient == run.highest));
        }
    }
}
