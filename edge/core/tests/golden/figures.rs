//! Quantities, limits, verdicts and statistics.

use plumewatch_shared::exhaust_test::{TestItem, TestOutcome, TestRulebook, TestSubject, TestValue};
use plumewatch_shared::plume::{PlumeRatios, implied_co2};
use plumewatch_shared::record_number::RecordNumber;
use plumewatch_shared::rulebook::{Item, Rulebook};
use plumewatch_shared::statistics::{Chance, DailyCounts};
use plumewatch_shared::units::*;
use plumewatch_shared::verdict::{Outcome, judge};
use plumewatch_shared::{exhaust_test, sample};

fn opacity(hundredths: u16) -> Opacity {
    Opacity::from_hundredths(hundredths).unwrap()
}

fn ratios(co: i32, hc: i32, no: i32) -> PlumeRatios {
    let ratio = |millionths| MoleRatio { millionths };
    PlumeRatios { co: ratio(co), hc: ratio(hc), no: ratio(no) }
}

/// Class C: a real record's specific power (STANDARDS.md 1.5); the formula gives 6.8959, the device cut it to 6.89.
#[test]
fn vector_01_vsp() {
    let speed = Speed { mm_s: 13_003 }; // 46.81 km/h
    let power = SpecificPower::of(speed, Acceleration { mm_s2: 210 }, Slope { degree_hundredths: 20 });
    assert_eq!(power, SpecificPower { kw_t_hundredths: 689 });
}

/// Class P: the pairs that GB 3847-2018, table 2, prints, over 0.43 m.
#[test]
fn vector_02_coefficient_to_opacity() {
    let percent =
        |k| f64::from(MeterOpacity::of(AbsorptionCoefficient { per_m_hundredths: k }).0.hundredths()) / 100.0;
    assert_eq!([120, 70].map(percent).map(f64::round), [40.0, 26.0]);
    // STANDARDS.md 9, the table beside the formula.
    assert_eq!([120, 70, 300].map(percent), [40.31, 25.99, 72.47]);
}

/// Class P and S: the limits of 2005 as coefficients.
#[test]
fn vector_03_old_lug_down_limits() {
    let k = |percent: u16| AbsorptionCoefficient::of(MeterOpacity(opacity(percent * 100)));
    let found = [45, 50, 55, 60].map(|percent| k(percent).unwrap().per_m_hundredths);
    assert_eq!(found, [139, 161, 186, 213]);
}

/// Class S: the FEAT equations (STANDARDS.md 10.1).
#[test]
fn vector_04_feat() {
    let gases = ratios(0, 0, 10_000).gases();
    assert_eq!((gases.co2.ppm_hundredths, gases.no.ppm_hundredths), (15_000_000, 150_000));
}

/// Class S: mass per fuel by the fuel's carbon, and the fractions that stand beside it (STANDARDS.md 10.1).
#[test]
fn vector_05_grams_per_kilogram() {
    let all = ratios(10_000, 1_000, 10_000);
    let grams = all.per_fuel();
    assert_eq!([grams.co, grams.hc, grams.no].map(|gas| gas.mg_kg), [19_751, 6_207, 21_161]);
    let gases = all.gases();
    assert_eq!((gases.co2.ppm_hundredths + 50) / 100, 148_872);
    assert_eq!([gases.co, gases.hc, gases.no].map(|g| g.ppm_hundredths), [148_872, 14_887, 148_872]);
}

/// Class C: a real record's number (STANDARDS.md 7.1).
#[test]
fn vector_06_record_id() {
    let at = "2020-10-28T08:48:57".parse().unwrap();
    let number = RecordNumber::new("A110119001".parse().unwrap(), 4, at).unwrap();
    assert_eq!(number.to_string(), "A1101190010420201028084857");
}

/// Class C: HC and NO of the same record imply the same CO₂, 14.464 % (STANDARDS.md 7.2, GV-2).
#[test]
fn vector_07_ratio_back_calculation() {
    // 628.93 ppm at 43.48 ppm/%, 1524.37 ppm at 105.39 ppm/%.
    for (ppm_hundredths, millionths) in [(62_893, 4_348), (152_437, 10_539)] {
        let co2 = implied_co2(Concentration { ppm_hundredths }, MoleRatio { millionths }).unwrap();
        let percent = f64::from(co2.ppm_hundredths) / 1e6;
        assert!((percent - 14.464).abs() <= 0.001, "{percent}");
    }
}

/// Class C: the verdict of the same record (STANDARDS.md 7.2, GV-3): NO fails, opacity passes. Nationally NO screens.
#[test]
fn vector_08_judge() {
    let passage = sample::passage(1).with_opacity(114).with_no(152_437).passage();
    let verdict = judge(&passage, &Rulebook::hj845());
    assert_eq!(verdict.outcome, Outcome::Screened);
    let exceeding: Vec<_> = verdict.findings.iter().filter(|f| f.exceeds).map(|f| f.item).collect();
    assert_eq!(exceeding, [Item::No]);
    let opacity = verdict.findings.iter().find(|f| f.item == Item::Opacity).unwrap();
    assert_eq!((opacity.measured, opacity.limit, opacity.exceeds), (114, 3_000, false));
}

/// Class C: two vendors' records (STANDARDS.md 7.2).
#[test]
fn vector_09_ringelmann() {
    // 90.4575 % lies between these two hundredths.
    let level = |hundredths| RingelmannLevel::nearest(opacity(hundredths)).level();
    assert_eq!([9_045, 9_046, 114].map(level), [5, 5, 0]);
}

/// Class P and S: one snapshot finds 27 % or 57 % of high emitters at 1 % false ones (STANDARDS.md 10.5); two in turn.
#[test]
fn vector_17_two_shot_statistics() {
    let twice = |millionths| Chance::from_millionths(millionths).unwrap().in_all(2).millionths();
    assert_eq!([270_000, 570_000, 10_000].map(twice), [72_900, 324_900, 100]);
}

/// Class S: opacity over another path, for display only (STANDARDS.md 9).
#[test]
fn vector_18_path_conversion() {
    let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 0.000_5;
    assert!(near(opacity(3_000).percent_over(0.43, 0.125), 9.849));
    assert!(near(opacity(4_000).percent_over(0.43, 0.127), 14.004));
}

/// Class C: the daily statistics of deployed software (STANDARDS.md 7.3): exceeding ÷ total, two decimals.
#[test]
fn vector_26_daily_statistics() {
    let share = |exceeding, passed, invalid| {
        DailyCounts { exceeding, passed, invalid }.exceeding_share().map(|share| share.percent_hundredths)
    };
    assert_eq!(share(1, 1, 1), Some(3_333));
    assert_eq!(share(2, 1, 0), Some(6_667));
    assert_eq!(share(1, 7_999, 0), Some(1), "half a hundredth is rounded up");
    assert_eq!(share(0, 12, 3), Some(0));
    assert_eq!(share(12, 0, 0), Some(10_000));
    assert_eq!(share(0, 0, 0), None);
}

/// Class P: GB 36886-2018, limits by class and rated power (STANDARDS.md 3.1), both sides of every edge.
#[test]
fn vector_27_limit_table_look_up() {
    let book = TestRulebook::gb36886();
    let table = [
        ("I", 18_990, 300),
        ("I", 19_000, 200),
        ("I", 36_990, 200),
        ("I", 37_000, 161),
        ("I", 560_000, 161),
        ("II", 18_990, 200),
        ("II", 19_000, 100),
        ("II", 36_990, 100),
        ("II", 37_000, 80),
        ("III", 36_990, 80),
        ("III", 37_000, 50),
    ];
    for (class, watts, k) in table {
        let outcome = |value| {
            let subject =
                TestSubject { class: class.to_owned(), rated_power_w: Some(watts), altitude_m: None };
            let value = TestValue { item: TestItem::FreeAccelerationK, value };
            exhaust_test::judge(&[value], &subject, &book).outcome
        };
        let both = (outcome(k), outcome(k + 1));
        assert_eq!(both, (TestOutcome::Passed, TestOutcome::Failed), "{class} {watts} W");
    }
}
