use plumewatch_shared::exhaust_test::{TestItem, TestOutcome, TestRulebook};
use plumewatch_shared::ids::Region;
use plumewatch_shared::units::RingelmannLevel;
use proptest::prelude::*;

use super::sample::{k, lug_down, passing, run};
use super::test::*;
use super::*;
use crate::order::programme::programme;

fn seen(inspection: &Inspection) -> Rejudged {
    let day = super::rejudge::day(inspection);
    rejudge(inspection, &TestRulebook::gb3847(), &programme().in_force(Region::COUNTRY, day).rules)
}

fn words(inspection: &Inspection) -> (TestOutcome, &'static str, Vec<&'static str>) {
    let seen = seen(inspection);
    let failed = seen.failed.iter().map(|item| item.word()).collect();
    (seen.outcome, seen.report().word(), failed)
}

fn accelerations(peaks: [u16; 3]) -> Inspection {
    let mut inspection = passing("1");
    if let Emission::FreeAcceleration { runs, .. } = &mut inspection.emission {
        *runs = peaks.map(run).to_vec();
    }
    inspection
}

#[test]
fn a_report_that_says_what_the_raw_data_give_is_issued() {
    assert_eq!(words(&passing("1")), (TestOutcome::Passed, "issued", vec![]));
    assert_eq!(words(&lug_down("1")), (TestOutcome::Passed, "issued", vec![]));
}

/// 1.20 1/m is the limit: the mean of these is 1.21.
#[test]
fn a_failing_vehicle_that_the_report_passes_is_held_and_says_why() {
    let mut passed_over = accelerations([120, 121, 122]);
    passed_over.told.values[0].value = 121;
    assert_eq!(words(&passed_over), (TestOutcome::Failed, "held", vec!["free_acceleration_k"]));
    let seen = seen(&passed_over);
    let reasons: Vec<String> = seen.differences.iter().map(|difference| difference.sentence().zh).collect();
    assert_eq!(reasons[0], "机构判定为合格，平台按原始数据判定为不合格。");
    assert!(reasons[1].contains("自由加速光吸收系数"), "{reasons:?}");
    let mut honest = passed_over;
    honest.told.outcome = TestOutcome::Failed;
    honest.told.failed = [InspectedItem::Emission(TestItem::FreeAccelerationK)].into();
    assert_eq!(words(&honest), (TestOutcome::Failed, "issued", vec!["free_acceleration_k"]));
}

#[test]
fn a_value_that_the_accelerations_do_not_give_is_held() {
    let mut edited = passing("1");
    edited.told.values[0].value = 79;
    let differences = seen(&edited).differences;
    let expected = Difference::Value { item: TestItem::FreeAccelerationK, told: Some(79), found: Some(80) };
    assert_eq!(differences, [expected]);
    assert_eq!(
        differences[0].sentence().en,
        "free acceleration, absorption coefficient: 0.79 m⁻¹ on the report, 0.80 m⁻¹ by the raw data."
    );
}

#[test]
fn a_raw_value_that_the_process_data_do_not_hold_is_held() {
    let mut inspection = passing("1");
    if let Emission::FreeAcceleration { runs, .. } = &mut inspection.emission {
        runs[1].curve.retain(|point| point.k < k(80));
    }
    assert_eq!(seen(&inspection).differences, [Difference::Process { item: TestItem::FreeAccelerationK }]);
    let mut lug = lug_down("1");
    if let Emission::LugDown { nox80_ppm, process, .. } = &mut lug.emission {
        process.iter_mut().for_each(|point| point.nox_ppm += 500);
        assert_eq!(*nox80_ppm, 643);
    }
    assert_eq!(seen(&lug).differences, [Difference::Process { item: TestItem::LugDownNox80 }]);
}

#[test]
fn a_vehicle_without_rated_power_or_purges_is_not_judged() {
    let mut lug = lug_down("1");
    lug.rated_power_w = None;
    lug.told.values.pop();
    assert_eq!(words(&lug), (TestOutcome::NotJudged, "held", vec![]));
    let mut unpurged = passing("1");
    if let Emission::FreeAcceleration { purges, .. } = &mut unpurged.emission {
        *purges = 1;
    }
    assert_eq!(words(&unpurged).0, TestOutcome::NotJudged);
}

/// STANDARDS.md 2.5: at most two monitors not ready, at most 200 km with the lamp on, no trouble code.
#[test]
fn the_on_board_diagnosis_passes_within_its_numbers() {
    let fails = |change: fn(&mut Obd)| {
        let mut inspection = passing("1");
        change(inspection.obd.as_mut().unwrap());
        seen(&inspection).failed.contains(&InspectedItem::Obd)
    };
    assert!(!fails(|obd| obd.not_ready = 2));
    assert!(fails(|obd| obd.not_ready = 3));
    assert!(!fails(|obd| obd.lamp_km = 200));
    assert!(fails(|obd| obd.lamp_km = 201));
    assert!(fails(|obd| obd.trouble_codes = vec!["P20EE".to_owned()]));
    assert!(fails(|obd| obd.lamp_on = true));
    assert!(fails(|obd| obd.communicates = false));
}

#[test]
fn what_was_seen_fails_the_appearance_and_the_darkest_level_counts() {
    let mut seen_wrong = passing("1");
    seen_wrong.appearance = vec!["颗粒捕集器被拆除".to_owned()];
    assert_eq!(words(&seen_wrong).2, ["appearance"]);
    let mut by_eye = passing("1");
    let levels = [0, 2, 1].map(|level| RingelmannLevel::new(level).unwrap()).to_vec();
    by_eye.emission = Emission::Ringelmann { levels };
    assert_eq!(words(&by_eye).2, ["ringelmann"]);
}

proptest! {
    /// Whatever the accelerations, an issued report says what the raw data give.
    #[test]
    fn an_issued_report_is_never_another_than_the_raw_data_give(
        peaks in prop::array::uniform3(0_u16..300), told in 0_i64..300, passed in any::<bool>(),
    ) {
        let mut inspection = accelerations(peaks);
        inspection.told.values[0].value = told;
        inspection.told.outcome = if passed { TestOutcome::Passed } else { TestOutcome::Failed };
        let failing = InspectedItem::Emission(TestItem::FreeAccelerationK);
        inspection.told.failed = if passed { Default::default() } else { [failing].into() };
        let seen = seen(&inspection);
        if seen.report() == ReportState::Issued {
            prop_assert_eq!(seen.values[0].value, told);
            prop_assert_eq!(passed, told <= 120);
        }
    }
}
