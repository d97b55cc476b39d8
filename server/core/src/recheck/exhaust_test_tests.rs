use super::*;
use plumewatch_shared::protocol::message::*;
use proptest::prelude::*;

fn books() -> Vec<TestRulebook> {
    vec![TestRulebook::gb3847(), TestRulebook::gb36886()]
}

fn stamp(utc_us: i64) -> WireStamp {
    WireStamp { utc_us, clock: "synchronised".to_owned() }
}

/// A free acceleration of a vehicle of class a, as an edge that judged it like this would report it.
fn report(runs: &[u16], mean: Option<u16>, outcome: &str) -> ExhaustTestReport {
    let run =
        |&highest_per_m_hundredths| WireRun { highest_per_m_hundredths, highest_rpm: None, curve: vec![] };
    let finding = |measured: u16| WireTestFinding {
        item: "free_acceleration_k".to_owned(),
        measured: measured.into(),
        limit: 120,
        bound: "at-most".to_owned(),
        holds: measured <= 120,
        clause: "GB 3847-2018, 8, 表2".to_owned(),
    };
    ExhaustTestReport {
        v: 1,
        kind: "exhaust-test".to_owned(),
        id: "A140105001-0000000042".to_owned(),
        started: stamp(1_000_000),
        ended: stamp(2_000_000),
        passage: None,
        vehicle: WireTestedVehicle {
            plate: Some("晋A12345".to_owned()),
            colour: Some("yellow".to_owned()),
            vin: None,
            limit_class: "a".to_owned(),
            rated_power_w: None,
            altitude_m: None,
        },
        meter: None,
        free_acceleration: Some(WireFreeAcceleration {
            purges: 3,
            runs: runs.iter().map(run).collect(),
            mean_per_m_hundredths: mean,
        }),
        by_eye: vec![],
        samples: vec![],
        officers: vec!["王".to_owned(), "李".to_owned()],
        weather: None,
        verdict: Some(WireTestVerdict {
            outcome: outcome.to_owned(),
            rulebook: "GB 3847-2018".to_owned(),
            rulebook_version: "2019-05-01.1".to_owned(),
            findings: mean.into_iter().map(finding).collect(),
            without_limit: vec![],
        }),
        note: None,
        evidence: vec![],
    }
}

fn seen(report: &ExhaustTestReport) -> (TestOutcome, bool) {
    let seen = rejudge(report, &books()).unwrap();
    (seen.outcome, seen.disagrees)
}

#[test]
fn a_mean_of_the_limit_passes_and_one_hundredth_more_fails() {
    assert_eq!(seen(&report(&[118, 120, 122], Some(120), "passed")), (TestOutcome::Passed, false));
    assert_eq!(seen(&report(&[119, 121, 123], Some(121), "failed")), (TestOutcome::Failed, false));
}

#[test]
fn an_edge_that_judged_otherwise_is_flagged_and_the_servers_judgement_stands() {
    let mut lenient = report(&[150, 151, 152], Some(151), "passed");
    assert_eq!(seen(&lenient), (TestOutcome::Failed, true));
    // A mean that its accelerations do not give.
    lenient = report(&[150, 151, 152], Some(100), "passed");
    assert_eq!(seen(&lenient), (TestOutcome::Failed, true));
}

#[test]
fn accelerations_that_give_no_result_leave_the_test_unjudged() {
    // 0.26 between the highest and the lowest, and fewer than six.
    assert_eq!(seen(&report(&[100, 126, 100], None, "not-judged")), (TestOutcome::NotJudged, false));
    let mut unpurged = report(&[100, 101, 102], Some(101), "passed");
    unpurged.free_acceleration.as_mut().unwrap().purges = 1;
    assert_eq!(seen(&unpurged), (TestOutcome::NotJudged, true));
}

#[test]
fn a_rulebook_that_is_not_here_leaves_the_test_unjudged_and_flagged() {
    let mut strange = report(&[100, 101, 102], Some(101), "passed");
    strange.verdict.as_mut().unwrap().rulebook = "DB 1/2030".to_owned();
    assert_eq!(seen(&strange), (TestOutcome::NotJudged, true));
}

#[test]
fn by_eye_the_highest_level_of_the_observers_counts() {
    let mut by_eye = report(&[], None, "failed");
    by_eye.free_acceleration = None;
    let saw = |observer: &str, level| WireEyeReading { observer: observer.to_owned(), level };
    by_eye.by_eye = vec![saw("王", 1), saw("李", 2)];
    by_eye.verdict.as_mut().unwrap().findings = vec![WireTestFinding {
        item: "ringelmann".to_owned(),
        measured: 2,
        limit: 1,
        bound: "at-most".to_owned(),
        holds: false,
        clause: String::new(),
    }];
    assert_eq!(seen(&by_eye), (TestOutcome::Failed, false));
    assert_eq!(rejudge(&by_eye, &books()).unwrap().method, TestMethod::ByEye);
}

#[test]
fn samples_alone_are_a_test_that_nobody_judged() {
    let mut samples = report(&[], None, "passed");
    (samples.free_acceleration, samples.verdict) = (None, None);
    let taken = WireSampleTaken { substance: "urea".to_owned(), seal: "U-1".to_owned(), taken: stamp(0) };
    samples.samples = vec![taken];
    let seen = rejudge(&samples, &books()).unwrap();
    assert_eq!(
        (seen.method, seen.outcome, seen.edge_outcome),
        (TestMethod::Samples, TestOutcome::NotJudged, None)
    );
    assert!(!seen.disagrees);
}

/// GB 36886-2018, table 1: the limit follows the machine's power, and its plate is a code of its own.
#[test]
fn a_machine_is_judged_by_its_own_standard() {
    let mut machine = report(&[79, 80, 81], Some(80), "passed");
    machine.vehicle = WireTestedVehicle {
        plate: None,
        colour: None,
        vin: Some("3-LA123456".to_owned()),
        limit_class: "II".to_owned(),
        rated_power_w: Some(37_000),
        altitude_m: None,
    };
    let verdict = machine.verdict.as_mut().unwrap();
    verdict.rulebook = "GB 36886-2018".to_owned();
    assert_eq!(seen(&machine), (TestOutcome::Passed, false));
    machine.vehicle.limit_class = "III".to_owned();
    assert_eq!(seen(&machine), (TestOutcome::Failed, true));
}

#[test]
fn a_field_that_cannot_be_is_named() {
    let field = |change: fn(&mut ExhaustTestReport)| {
        let mut wrong = report(&[100, 101, 102], Some(101), "passed");
        change(&mut wrong);
        rejudge(&wrong, &books()).unwrap_err().field
    };
    assert_eq!(field(|r| r.v = 2), "v");
    assert_eq!(field(|r| r.vehicle.plate = Some("tea".to_owned())), "vehicle.plate");
    assert_eq!(field(|r| r.vehicle.colour = Some("pink".to_owned())), "vehicle.colour");
    assert_eq!(field(|r| r.passage = Some("x".to_owned())), "passage");
    assert_eq!(field(|r| r.started.clock = "x".to_owned()), "clock");
    assert_eq!(field(|r| r.verdict.as_mut().unwrap().outcome = "x".to_owned()), "verdict.outcome");
    assert_eq!(
        field(|r| r.by_eye = vec![WireEyeReading { observer: String::new(), level: 6 }]),
        "by_eye.level"
    );
}

#[test]
fn a_judgement_reads_back_as_it_was_written() {
    let mut judged =
        rejudge(&report(&[118, 120, 122], Some(120), "passed"), &books()).unwrap().verdict.unwrap();
    judged.without_limit.push(TestValue { item: TestItem::Ringelmann, value: 3 });
    assert_eq!(verdict(&wire_verdict(&judged)).unwrap(), judged);
    let mut wire = wire_verdict(&judged);
    wire.findings[0].bound = "about".to_owned();
    assert_eq!(verdict(&wire).unwrap_err().field, "bound");
}

#[test]
fn every_outcome_reads_back_from_its_word() {
    for outcome in [TestOutcome::Passed, TestOutcome::Failed, TestOutcome::NotJudged] {
        assert_eq!(outcome_from_word(outcome_word(outcome)), Some(outcome));
    }
    for item in ["free_acceleration_k", "ringelmann"] {
        let parsed: TestItem = serde_json::from_value(item.into()).unwrap();
        assert_eq!(item_word(parsed), item);
    }
}

proptest! {
    #[test]
    fn no_accelerations_make_it_panic(purges: u32, runs in prop::collection::vec(any::<u16>(), 0..12), mean: Option<u16>) {
        let mut any = report(&runs, mean, "passed");
        any.free_acceleration.as_mut().unwrap().purges = purges;
        let _ = rejudge(&any, &books());
    }
}
