//! Samples in, readings out, through the gate that results go through.

use std::time::Duration;

use plumewatch_shared::plume::PlumeRatios;
use plumewatch_shared::reading::{Condition, Validity, WeatherReading};
use plumewatch_shared::rulebook::{AuditStanding, Circumstances, Rulebook};
use plumewatch_shared::sample;
use plumewatch_shared::units::MoleRatio;
use proptest::prelude::*;

use super::BarrierEvent::{Blocked, Freed};
use super::*;
use crate::clock::FIRST_TICK;
use crate::reader::HeadEvent;
use crate::reader::remote_sensing::{Decoder, LINE_MAX, PLUME_TIMEOUT, encode_measurement};

const DROVE_THROUGH: [BarrierEvent; 4] = [Blocked, Blocked, Freed, Freed];

fn moment(ms: u64) -> Moment {
    Moment { tick: FIRST_TICK.after(Duration::from_millis(ms)), stamp: sample::noon() }
}

fn reading() -> Reading {
    sample::passage(1).passage().reading.unwrap()
}

/// Half a second behind a vehicle whose exhaust has these ratios; `peak` and `noise` in ppm·m.
fn samples(peak: f64, ratios: [f64; 3], noise: f64) -> Vec<BeamSample> {
    let sample = |at: usize| {
        let strength = if at < 20 { 0.0 } else { peak * (-(at as f64 - 20.0) / 12.0).exp() };
        let sign = if at.is_multiple_of(2) { noise } else { -noise };
        let of = |ratio: f64| ((strength * ratio + sign) * 100.0).round() as i32;
        let gases = PlumeSample {
            co2: ((410.0 + strength) * 100.0).round() as i32,
            co: of(ratios[0]),
            hc: of(ratios[1]),
            no: of(ratios[2]),
        };
        let opacity = Opacity::from_hundredths(if at < 20 { 0 } else { 900 + 10 * (at as u16 % 2) });
        BeamSample { gases, opacity: opacity.map(CrossRoadOpacity) }
    };
    (0..50).map(sample).collect()
}

fn clean() -> Vec<BeamSample> {
    samples(1_000.0, [0.01, 0.001, 0.004], 0.0)
}

fn heard(pieces: &[&[u8]]) -> (Vec<Reading>, u64) {
    let mut decoder = Decoder::of_any_lane();
    let mut readings = Vec::new();
    for piece in pieces {
        decoder.push(piece, moment(0));
        readings.extend(std::iter::from_fn(|| decoder.next_event()).filter_map(|event| match event {
            HeadEvent::Measured(reading) => Some(*reading),
            HeadEvent::Heartbeat(_) | HeadEvent::Checked(_) => None,
        }));
    }
    decoder.on_time(moment(u64::try_from(PLUME_TIMEOUT.as_millis()).unwrap() + 1));
    (readings, decoder.rejected_bytes())
}

fn one(samples: &[BeamSample], barriers: &[BarrierEvent], change: impl FnOnce(&mut Reading)) -> Reading {
    let mut reading = reading();
    change(&mut reading);
    let lines = encode_plume(&reading, samples, barriers, 0).concat();
    let (mut readings, rejected) = heard(&[&lines]);
    assert_eq!((readings.len(), rejected), (1, 0));
    readings.remove(0)
}

/// The conditions that keep a reading from counting, by the same rulebook that results go through.
fn barred(reading: &Reading) -> Vec<Condition> {
    let weather =
        WeatherReading { measured: reading.measured, ..sample::passage(1).passage().weather.unwrap() };
    let audit = AuditStanding::Unseen;
    let around = Circumstances { reading, weather: Some(&weather), headway: None, audit };
    match Rulebook::hj845().validity(around) {
        Validity::Valid => Vec::new(),
        Validity::Invalid(reasons) => reasons.into_iter().map(|reason| reason.condition).collect(),
    }
}

#[test]
fn samples_end_in_a_reading_with_the_ratios_of_the_exhaust() {
    let read = one(&clean(), &DROVE_THROUGH, |_| ());
    let gases = read.gases.unwrap();
    let near = |ratio: MoleRatio, wanted: i32| (ratio.millionths - wanted).abs() <= 20;
    assert!(
        near(gases.co_ratio, 10_000) && near(gases.hc_ratio, 1_000) && near(gases.no_ratio, 4_000),
        "{gases:?}"
    );
    assert_eq!(gases, PlumeRatios::of(&gases).gases(), "ppm follow from the ratios");
    // 1000 ppm·m falls by a twelfth's e-fold each sample: the fifth strongest is exp(-4/12) of it.
    assert_eq!(read.plume_ppm_m_hundredths, 71_653);
    let opacity = read.opacity.unwrap();
    assert_eq!(
        (opacity.mean.0.hundredths(), opacity.maximum.0.hundredths()),
        (905, 910),
        "of the plume alone"
    );
    let sent = reading();
    assert_eq!((read.speed, read.acceleration, read.slope), (sent.speed, sent.acceleration, sent.slope));
    assert_eq!((read.origin.clone(), read.audit.clone()), (sent.origin, sent.audit));
    assert_eq!(read.head_status, HeadStatus::Good);
    assert_eq!(barred(&read), []);
}

#[test]
fn what_denver_refuses_does_not_pass_the_gate() {
    let status = |read: &Reading| (read.head_status, barred(read));
    let weak = one(&samples(200.0, [0.0; 3], 0.0), &DROVE_THROUGH, |_| ());
    assert_eq!(status(&weak), (HeadStatus::WeakPlume, vec![Condition::Plume]));
    assert_eq!((weak.gases, weak.opacity), (None, None));
    let scattered = one(&samples(600.0, [0.0; 3], 60.0), &DROVE_THROUGH, |_| ());
    assert_eq!(status(&scattered), (HeadStatus::Scattered, vec![Condition::Head]));
    let implausible = one(&samples(5_000.0, [0.0, 0.0, 0.06], 0.0), &DROVE_THROUGH, |_| ());
    assert_eq!(status(&implausible), (HeadStatus::Implausible, vec![Condition::Head]));
    assert!(implausible.gases.is_some(), "what was measured is kept");
    let reblocked = one(&clean(), &DROVE_THROUGH, |r| r.head_status = HeadStatus::Reblocked);
    assert_eq!(status(&reblocked), (HeadStatus::Reblocked, vec![Condition::Head]));
    let no_motion = vec![Condition::Speed, Condition::Acceleration, Condition::SpecificPower];
    let half_barred = one(&clean(), &[Blocked, Freed], |_| ());
    assert_eq!(status(&half_barred), (HeadStatus::Good, no_motion.clone()));
    let crawling = one(&clean(), &DROVE_THROUGH, |r| r.speed = Some(Speed { mm_s: 2_235 }));
    assert_eq!(status(&crawling), (HeadStatus::Good, no_motion));
    let nothing = one(&[], &DROVE_THROUGH, |_| ());
    assert_eq!(status(&nothing), (HeadStatus::WeakPlume, vec![Condition::Plume]));
}

#[test]
fn a_measurement_happened_its_age_before_the_line_that_ends_it() {
    let mut decoder = Decoder::of_any_lane();
    for (ms, line) in (0..).step_by(20).zip(encode_plume(&reading(), &clean(), &DROVE_THROUGH, 640)) {
        decoder.push(&line, moment(ms));
    }
    let Some(HeadEvent::Measured(read)) = decoder.next_event() else { panic!("it was whole") };
    assert_eq!(read.measured.tick.micros, FIRST_TICK.micros + 200_000 - 640_000);
}

#[test]
fn a_line_that_is_lost_costs_its_measurement_and_every_byte_is_counted() {
    let lines = encode_plume(&reading(), &clean(), &DROVE_THROUGH, 0);
    for lost in 0..lines.len() {
        let kept: Vec<u8> =
            lines.iter().enumerate().filter(|(at, _)| *at != lost).flat_map(|(_, l)| l.clone()).collect();
        let (readings, rejected) = heard(&[&kept]);
        assert_eq!((readings.len(), rejected), (0, kept.len() as u64), "line {lost}");
        // The head sends it again.
        let (readings, rejected) = heard(&[&kept, &lines.concat()]);
        assert_eq!((readings.len(), rejected), (1, kept.len() as u64), "line {lost}");
    }
    let doubled = [&lines[0][..], &lines.concat()].concat();
    assert_eq!(heard(&[&doubled]).1, lines[0].len() as u64);
}

#[test]
fn other_lines_may_stand_between_and_the_longest_line_fits() {
    let lines = encode_plume(&reading(), &clean(), &DROVE_THROUGH, 0);
    let result = encode_measurement(
        &Reading { origin: ReadingOrigin { sequence: 9, ..reading().origin }, ..reading() },
        0,
    );
    let mixed: Vec<u8> = lines.iter().flat_map(|line| [&line[..], &result].concat()).collect();
    let (readings, rejected) = heard(&[&mixed]);
    assert_eq!((readings.len(), rejected), (lines.len() + 1, 0));

    let edge = BeamSample {
        gases: PlumeSample { co2: i32::MIN, co: i32::MIN, hc: i32::MIN, no: i32::MIN },
        opacity: Opacity::from_hundredths(10_000).map(CrossRoadOpacity),
    };
    let mut longest = reading();
    (longest.origin.boot, longest.origin.sequence) = (u32::MAX, u32::MAX);
    let many = [Blocked, Freed].repeat(BARRIER_EVENTS_MAX / 2);
    let lines = encode_plume(&longest, &[edge; SAMPLES_MAX + 7], &many, u32::MAX);
    assert!(lines.iter().all(|line| line.len() <= LINE_MAX), "{:?}", lines.iter().map(Vec::len).max());
    assert_eq!(heard(&[&lines.concat()]), (heard(&[&lines.concat()]).0, 0));
}

fn beam_samples() -> impl Strategy<Value = Vec<BeamSample>> {
    let sample =
        (any::<[i32; 4]>(), prop::option::of(0_u16..=10_000)).prop_map(|([co2, co, hc, no], opacity)| {
            BeamSample {
                gases: PlumeSample { co2, co, hc, no },
                opacity: opacity.and_then(Opacity::from_hundredths).map(CrossRoadOpacity),
            }
        });
    prop::collection::vec(sample, 0..60)
}

proptest! {
    #[test]
    fn any_samples_make_one_reading_wherever_the_port_splits_them(
        samples in beam_samples(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let lines = encode_plume(&reading(), &samples, &DROVE_THROUGH, 7).concat();
        let whole = heard(&[&lines]);
        prop_assert_eq!((whole.0.len(), whole.1), (1, 0));
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(lines.len() + 1)).collect();
        at.extend([0, lines.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &lines[pair[0]..pair[1]]).collect();
        prop_assert_eq!(heard(&pieces), whole);
    }

    #[test]
    fn no_lines_in_any_order_grow_the_assembly_or_lose_count(
        order in prop::collection::vec((0_usize..11, 0_u32..3), 0..80),
    ) {
        let mut bytes = Vec::new();
        for (line, sequence) in order {
            let mut of = reading();
            of.origin.sequence = sequence + 1;
            bytes.extend(&encode_plume(&of, &clean(), &DROVE_THROUGH, 0)[line]);
        }
        let (readings, rejected) = heard(&[&bytes]);
        let whole = encode_plume(&reading(), &clean(), &DROVE_THROUGH, 0).concat().len() as u64;
        prop_assert_eq!(rejected + readings.len() as u64 * whole, bytes.len() as u64);
    }
}

/// The example in the protocol's document, whose checksums another program made.
#[test]
fn the_documents_example_is_the_measurement_that_it_says() {
    let document = include_str!("../../../../../docs/remote-sensing-line-protocol.md");
    let of = |line: &&str| line.starts_with("    $PWRS,1,S,7,44,") || line.starts_with("    $PWRS,1,P,");
    let lines: String =
        document.lines().filter(of).map(|line| format!("{}\r\n", line.trim_start())).collect();
    let (readings, rejected) = heard(&[lines.as_bytes()]);
    assert_eq!((readings.len(), rejected), (1, 0));
    let gases = readings[0].gases.unwrap();
    let near = |ratio: MoleRatio, wanted: i32| (ratio.millionths - wanted).abs() <= 10;
    assert!(
        near(gases.co_ratio, 2_000) && near(gases.hc_ratio, 100) && near(gases.no_ratio, 4_000),
        "{gases:?}"
    );
    // exp(-4/12) of 600 ppm·m: the fifth strongest sample.
    assert_eq!((readings[0].plume_ppm_m_hundredths, readings[0].head_status), (42_992, HeadStatus::Good));
}
