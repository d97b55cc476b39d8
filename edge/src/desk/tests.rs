use plumewatch_shared::{
    plate::PlateError,
    time::Tick,
    units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity},
};

use super::{orders::TakenSample, *};
use crate::{config::ClockConfig, record::testing::scribe};

struct Beside {
    desk: Desk,
    commands: mpsc::Receiver<MeterCommand>,
    at: u64,
}

/// A desk on this folder, with a meter that measures.
fn beside(folder: &Path) -> Beside {
    let (told, commands) = mpsc::channel(4);
    let device = "NHT-0042".parse().unwrap();
    let meter = DeskMeter { protocol: MeterProtocol::Nht1l, device, commands: told };
    let desk = Desk::open(folder, parts(folder, Some(meter)));
    desk.hear(MeterNews::Condition(MeterCondition::Measuring));
    Beside { desk, commands, at: clock::tick().micros }
}

fn parts(folder: &Path, meter: Option<DeskMeter>) -> Parts {
    Parts {
        meter,
        altitude_m: Some(780),
        clock: Clock::new(ClockConfig::Trusted),
        weather: watch::channel(None).1,
        scribe: scribe(folder),
        rulebooks: RulebookShelf::shipped(),
    }
}

fn order(method: orders::Method) -> Begin {
    Begin {
        method,
        passage: Some("A140105001-0000000007".to_owned()),
        plate: Some("晋a·12345".to_owned()),
        colour: Some("yellow".to_owned()),
        code: None,
        class: "a".to_owned(),
        rated_power_w: None,
    }
}

fn signature(test: i64, officers: &[&str], levels: &[u8]) -> Sign {
    Sign {
        test,
        officers: officers.iter().map(|name| (*name).to_owned()).collect(),
        levels: levels.to_vec(),
        samples: Vec::new(),
        note: None,
    }
}

fn number(desk: &Desk) -> i64 {
    desk.view().test.unwrap().number
}

impl Beside {
    fn sees(&mut self, k: u16, rpm: u16) {
        self.at += 100_000;
        let coefficient = AbsorptionCoefficient { per_m_hundredths: k };
        let sample = MeterSample {
            opacity: MeterOpacity::of(coefficient),
            coefficient,
            engine_speed: Some(EngineSpeed { rpm }),
            oil: None,
        };
        let stamp = plumewatch_shared::sample::noon();
        self.desk.hear(MeterNews::Sample(sample, Moment { tick: Tick { micros: self.at }, stamp }));
    }

    fn accelerates(&mut self, k: u16) {
        (0..15).for_each(|_| self.sees(6, 750));
        for rpm in [1_400, 2_000, 2_500, 2_850, 2_850, 2_850] {
            self.sees(k, rpm);
        }
        (0..15).for_each(|_| self.sees(6, 750));
    }
}

#[test]
fn a_free_acceleration_is_led_judged_signed_and_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut road = beside(folder.path());
    let desk = road.desk.clone();
    desk.begin(order(orders::Method::FreeAcceleration)).unwrap();
    let test = number(&desk);
    assert_eq!(desk.view().test.unwrap().limit.unwrap().at_most, 120);
    desk.zero(test).unwrap();
    assert_eq!(road.commands.try_recv(), Ok(MeterCommand::SetZero));
    (0..12).for_each(|_| road.sees(0, 0));
    desk.probe(test).unwrap();
    [150, 150, 150, 180, 131, 133].into_iter().for_each(|k| road.accelerates(k));
    assert_eq!(desk.sign(signature(test, &["李卫"], &[])).unwrap_err(), Refusal::NotFinished);
    road.accelerates(129);
    let view = desk.view().test.unwrap();
    assert_eq!((view.step.unwrap().mean, view.runs.len()), (Some(131), 4));
    assert_eq!(view.verdict.unwrap().outcome, "failed");
    let signed = desk.sign(signature(test, &["李卫", "王芳"], &[])).unwrap();
    assert_eq!(signed.report.id, "A140105001-0000000001");
    assert_eq!(signed.report.vehicle.plate.as_deref(), Some("晋A12345"));
    assert_eq!(signed.report.free_acceleration.as_ref().unwrap().mean_per_m_hundredths, Some(131));
    assert!(signed.reasons[0].en.contains("1.31 m⁻¹ exceeds the limit 1.20"), "{:?}", signed.reasons);
    let view = desk.view();
    assert!(view.test.is_none() && view.signed.len() == 1);
    assert_eq!(desk.sign(signature(test, &["李卫"], &[])).unwrap_err(), Refusal::AlreadySigned);
    drop((desk, road));
    let again = beside(folder.path()).desk.view();
    assert_eq!((again.signed.len(), again.cut_off), (1, None), "what was signed outlives a restart");
}

#[test]
fn a_restart_in_the_middle_is_told_until_somebody_has_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = beside(folder.path()).desk;
    desk.begin(order(orders::Method::ByEye)).unwrap();
    let test = number(&desk);
    drop(desk);
    let desk = beside(folder.path()).desk;
    let view = desk.view();
    assert_eq!((view.cut_off, view.test.is_none()), (Some(test), true));
    desk.seen();
    assert_eq!(desk.view().cut_off, None);
    drop(desk);
    assert_eq!(beside(folder.path()).desk.view().cut_off, None);
}

#[test]
fn a_test_that_was_given_up_is_not_told_as_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let desk = beside(folder.path()).desk;
    desk.begin(order(orders::Method::Samples)).unwrap();
    desk.abandon(number(&desk)).unwrap();
    drop(desk);
    assert_eq!(beside(folder.path()).desk.view().cut_off, None);
}

#[test]
fn smoke_by_eye_needs_two_officers_who_both_saw_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = beside(folder.path()).desk;
    desk.begin(order(orders::Method::ByEye)).unwrap();
    let test = number(&desk);
    let refused =
        |officers: &[&str], levels: &[u8]| desk.sign(signature(test, officers, levels)).unwrap_err();
    assert_eq!(refused(&[], &[]), Refusal::NoOfficer);
    assert_eq!(refused(&["李卫"], &[2]), Refusal::Observers);
    assert_eq!(refused(&["李卫", "王芳"], &[]), Refusal::Observers);
    assert_eq!(refused(&["李卫", "王芳"], &[2]), Refusal::Observers);
    assert_eq!(refused(&["李卫", "王芳"], &[2, 6]), Refusal::Observers);
    assert_eq!(refused(&["李卫", "李卫"], &[2, 2]), Refusal::SameOfficer);
    let signed = desk.sign(signature(test, &["李卫", "王芳"], &[1, 2])).unwrap();
    let verdict = signed.report.verdict.as_ref().unwrap();
    assert_eq!((verdict.outcome.as_str(), verdict.findings[0].measured), ("failed", 2));
}

#[test]
fn samples_alone_are_kept_without_a_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let desk = beside(folder.path()).desk;
    desk.begin(order(orders::Method::Samples)).unwrap();
    let test = number(&desk);
    let with = |substance: &str, seal: &str| Sign {
        samples: vec![TakenSample { substance: substance.to_owned(), seal: seal.to_owned() }],
        ..signature(test, &["李卫"], &[])
    };
    assert_eq!(desk.sign(signature(test, &["李卫"], &[])).unwrap_err(), Refusal::NoSample);
    assert_eq!(desk.sign(with("urea", " ")).unwrap_err(), Refusal::Sample);
    assert_eq!(desk.sign(with("tea", "U-1")).unwrap_err(), Refusal::Sample);
    let signed = desk.sign(with("urea", "U-1")).unwrap();
    assert_eq!((signed.report.samples[0].seal.as_str(), &signed.report.verdict), ("U-1", &None));
}

#[test]
fn a_second_tablet_sees_the_test_and_cannot_begin_another_or_move_an_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let road = beside(folder.path());
    let desk = &road.desk;
    let (changed, ..) = desk.follow();
    desk.begin(order(orders::Method::FreeAcceleration)).unwrap();
    assert!(changed.has_changed().unwrap());
    assert_eq!(desk.begin(order(orders::Method::ByEye)), Err(Refusal::Running));
    let test = number(desk);
    assert_eq!(desk.zero(test - 1), Err(Refusal::Gone));
    assert_eq!(desk.probe(test), Err(Refusal::NotNow));
    desk.zero(test).unwrap();
    assert_eq!(desk.zero(test), Err(Refusal::NotNow), "a second press while it is being set");
    assert_eq!(desk.abandon(test - 1), Err(Refusal::Gone));
    desk.abandon(test).unwrap();
}

#[test]
fn a_test_begins_only_with_what_its_limit_and_its_record_need() {
    let folder = tempfile::tempdir().unwrap();
    let desk = beside(folder.path()).desk;
    let refused = |change: fn(&mut Begin)| {
        let mut wrong = order(orders::Method::ByEye);
        change(&mut wrong);
        desk.begin(wrong).unwrap_err()
    };
    assert_eq!(refused(|o| o.plate = Some("晋A123".to_owned())), Refusal::Plate(PlateError::Length(5)));
    assert_eq!(
        refused(|o| o.plate = Some("晋AI2345".to_owned())),
        Refusal::Plate(PlateError::ForbiddenLetter)
    );
    assert_eq!(refused(|o| o.plate = Some("晋AD12345".to_owned())), Refusal::Electric);
    assert_eq!(refused(|o| o.plate = Some("  ".to_owned())), Refusal::NoVehicle);
    assert_eq!(refused(|o| o.colour = Some("mauve".to_owned())), Refusal::Colour);
    assert_eq!(refused(|o| o.class = "z".to_owned()), Refusal::Class);
    assert_eq!(refused(|o| o.class = "II".to_owned()), Refusal::Power);
    assert_eq!(refused(|o| o.code = Some("x".repeat(31))), Refusal::Code);
    assert_eq!(refused(|o| o.passage = Some("7".to_owned())), Refusal::Passage);
    let machine = Begin {
        plate: None,
        code: Some("3-LA123456".to_owned()),
        class: "II".to_owned(),
        rated_power_w: Some(37_000),
        ..order(orders::Method::FreeAcceleration)
    };
    desk.begin(machine).unwrap();
    let view = desk.view().test.unwrap();
    assert_eq!(view.limit.unwrap().at_most, 80, "GB 36886-2018, class II from 37 kW");
}

#[test]
fn without_a_meter_there_is_the_eye() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path(), parts(folder.path(), None));
    assert_eq!(desk.begin(order(orders::Method::FreeAcceleration)), Err(Refusal::NoMeter));
    assert!(desk.view().meter.is_none());
    desk.begin(order(orders::Method::ByEye)).unwrap();
}
