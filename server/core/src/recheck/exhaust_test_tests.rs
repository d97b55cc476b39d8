use super::*;
use plumewatch_shared::exhaust_test::form::{EyeReading, RecordedRun};
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::sample;
use plumewatch_shared::units::RingelmannLevel;
use proptest::prelude::*;

fn books() -> Vec<TestRulebook> {
    vec![TestRulebook::gb3847(), TestRulebook::gb36886()]
}

fn k(per_m_hundredths: u16) -> AbsorptionCoefficient {
    AbsorptionCoefficient { per_m_hundredths }
}

/// A free acceleration alone, of a vehicle of class a, with these peaks and the mean that its edge made of them.
fn accelerated(peaks: &[u16], mean: Option<u16>) -> ExhaustTest {
    let mut test = sample::exhaust_test(42);
    test.by_eye.clear();
    let done = test.free_acceleration.as_mut().unwrap();
    let run = |&peak| RecordedRun { highest: k(peak), highest_speed: None, curve: vec![] };
    done.runs = peaks.iter().map(run).collect();
    done.mean = mean.map(k);
    test
}

/// What an edge finds in a test as it stands.
fn edge(test: &ExhaustTest) -> TestVerdict {
    judge(&test.values(), &test.vehicle.subject(), &TestRulebook::gb3847())
}

/// What the server makes of a test that its edge judged as it stands.
fn seen(test: &ExhaustTest) -> (TestOutcome, bool) {
    let seen = rejudge(test, Some(&edge(test)), &books());
    (seen.outcome, seen.disagrees)
}

#[test]
fn a_mean_of_the_limit_passes_and_one_hundredth_more_fails() {
    assert_eq!(seen(&accelerated(&[118, 120, 122], Some(120))), (TestOutcome::Passed, false));
    assert_eq!(seen(&accelerated(&[119, 121, 123], Some(121))), (TestOutcome::Failed, false));
}

#[test]
fn an_edge_that_judged_otherwise_is_flagged_and_the_servers_judgement_stands() {
    let test = accelerated(&[150, 151, 152], Some(151));
    let lenient = TestVerdict { outcome: TestOutcome::Passed, ..edge(&test) };
    let seen_by_us = rejudge(&test, Some(&lenient), &books());
    assert_eq!((seen_by_us.outcome, seen_by_us.disagrees), (TestOutcome::Failed, true));
    assert_eq!(seen_by_us.edge_outcome, Some(TestOutcome::Passed));
    // A mean that its accelerations do not give.
    assert_eq!(seen(&accelerated(&[150, 151, 152], Some(100))), (TestOutcome::Failed, true));
}

#[test]
fn accelerations_that_give_no_result_leave_the_test_unjudged() {
    // 0.26 between the highest and the lowest, and fewer than six.
    assert_eq!(seen(&accelerated(&[100, 126, 100], None)), (TestOutcome::NotJudged, false));
    let mut unpurged = accelerated(&[100, 101, 102], Some(101));
    unpurged.free_acceleration.as_mut().unwrap().purges = 1;
    assert_eq!(seen(&unpurged), (TestOutcome::NotJudged, true));
}

#[test]
fn a_rulebook_that_is_not_here_leaves_the_test_unjudged_and_flagged() {
    let test = accelerated(&[100, 101, 102], Some(101));
    let rulebook = RulebookRef { id: "DB 1/2030".to_owned(), version: "1".to_owned() };
    let strange = TestVerdict { rulebook, ..edge(&test) };
    let seen = rejudge(&test, Some(&strange), &books());
    assert_eq!((seen.outcome, seen.verdict, seen.disagrees), (TestOutcome::NotJudged, None, true));
}

#[test]
fn by_eye_the_highest_level_of_the_observers_counts() {
    let mut test = sample::exhaust_test(42);
    test.free_acceleration = None;
    let level = |level| RingelmannLevel::new(level).unwrap();
    test.by_eye = vec![
        EyeReading { observer: "王".parse().unwrap(), level: level(1) },
        EyeReading { observer: "李".parse().unwrap(), level: level(2) },
    ];
    assert_eq!(seen(&test), (TestOutcome::Failed, false));
    assert_eq!(TestMethod::of(&test), TestMethod::ByEye);
}

#[test]
fn samples_alone_are_a_test_that_nobody_judged() {
    let mut test = sample::exhaust_test(42);
    test.free_acceleration = None;
    test.by_eye.clear();
    let seen = rejudge(&test, None, &books());
    assert_eq!((seen.outcome, seen.edge_outcome, seen.disagrees), (TestOutcome::NotJudged, None, false));
    assert_eq!(TestMethod::of(&test), TestMethod::Samples);
}

#[test]
fn a_test_that_was_measured_and_not_judged_is_flagged() {
    let seen = rejudge(&accelerated(&[100, 101, 102], Some(101)), None, &books());
    assert_eq!((seen.outcome, seen.disagrees), (TestOutcome::NotJudged, true));
    assert_eq!(seen.value(TestItem::FreeAccelerationK), Some(101));
}

/// GB 36886-2018, table 1: a machine's limit follows its class and power.
#[test]
fn a_machine_is_judged_by_its_own_standard() {
    let mut machine = accelerated(&[79, 80, 81], Some(80));
    machine.vehicle.rated_power_w = Some(37_000);
    let outcome = |class: &str| {
        let mut machine = machine.clone();
        machine.vehicle.class = class.parse().unwrap();
        let book = TestRulebook::gb36886();
        let edge = judge(&machine.values(), &machine.vehicle.subject(), &book);
        rejudge(&machine, Some(&edge), &books()).outcome
    };
    assert_eq!((outcome("II"), outcome("III")), (TestOutcome::Passed, TestOutcome::Failed));
}

proptest! {
    #[test]
    fn no_accelerations_make_it_panic(
        purges: u32, peaks in prop::collection::vec(any::<u16>(), 0..12), mean: Option<u16>,
    ) {
        let mut test = accelerated(&peaks, mean);
        test.free_acceleration.as_mut().unwrap().purges = purges;
        let _ = seen(&test);
    }
}
