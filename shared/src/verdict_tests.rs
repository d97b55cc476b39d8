use super::*;
use crate::sample;

fn outcome(passage: sample::SamplePassage) -> Outcome {
    judge(&passage.passage(), &Rulebook::hj845()).outcome
}

/// HJ 845-2017, table 1: strictly above exceeds, the limit itself passes.
#[test]
fn the_limit_itself_passes() {
    assert_eq!(outcome(sample::passage(1).with_opacity(3_000)), Outcome::Passed);
    assert_eq!(outcome(sample::passage(1).with_opacity(3_001)), Outcome::Exceeding);
    assert_eq!(outcome(sample::passage(1).with_smoke(2_999)), Outcome::Passed); // level 1
    assert_eq!(outcome(sample::passage(1).with_smoke(3_000)), Outcome::Exceeding); // level 2
}

/// Golden vector 8, for a diesel: NO alone is screening nationally.
#[test]
fn nitric_oxide_alone_screens() {
    let passage = sample::passage(1).with_opacity(114).with_no(152_437).passage();
    let verdict = judge(&passage, &Rulebook::hj845());
    assert_eq!(verdict.outcome, Outcome::Screened);
    let exceeding: Vec<_> = verdict.findings.iter().filter(|f| f.exceeds).map(|f| f.item).collect();
    assert_eq!(exceeding, [Item::No]);
}

/// The last row of the golden table (STANDARDS.md 1.10): where a region enforces NO, it counts, by the region's edition.
#[test]
fn nitric_oxide_counts_where_the_region_enforces_it() {
    let json = r#"{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1","in_force_from":"2026-07-01",
        "title":{"zh":"示例","en":"sample"},"limits":[{"item":"no","role":"enforcement","clause":"晋","confidence":"low"}]}"#;
    let source = crate::rulebook::Source::parse("no.json", json).unwrap();
    let library = crate::rulebook::Library::new(vec![("no.json".to_owned(), source)]).unwrap();
    let passage = sample::passage(1).with_opacity(114).with_no(160_000).passage();
    let judged = |place: &str, day: &str| {
        judge(&passage, &library.passages(place.parse().unwrap(), day.parse().unwrap()))
    };
    let enforced = judged("140105", "2026-11-23");
    assert_eq!(enforced.outcome, Outcome::Exceeding);
    assert!(enforced.reasons().last().unwrap().zh.contains("2017-07-27.1+140000:2026-07-01.1"));
    assert_eq!(judged("140105", "2026-06-30").outcome, Outcome::Screened);
    assert_eq!(judged("110105", "2026-11-23").outcome, Outcome::Screened);
}

#[test]
fn an_invalid_reading_never_counts() {
    assert_eq!(outcome(sample::passage(1).with_opacity(9_000).in_strong_wind()), Outcome::NotJudged);
}

#[test]
fn an_electric_vehicle_has_no_exhaust() {
    assert_eq!(outcome(sample::passage(1).of("晋AD12345").with_opacity(9_000)), Outcome::NotJudged);
    assert_eq!(outcome(sample::passage(1).of("晋AF12345").with_opacity(9_000)), Outcome::Exceeding);
}

#[test]
fn the_reasons_name_value_limit_clause_and_edition_in_both_languages() {
    let passage = sample::passage(1).with_opacity(3_520).passage();
    let reasons = judge(&passage, &Rulebook::hj845()).reasons();
    assert_eq!(reasons[0].zh, "不透光度35.20 %，超过限值30.00 %（HJ 845-2017, 5, 表1）。");
    assert_eq!(reasons[0].en, "Opacity 35.20 % exceeds the limit 30.00 % (HJ 845-2017, 5, 表1).");
    let edition = reasons.last().unwrap();
    assert_eq!(edition.zh, "依据规则集HJ 845-2017，版本2017-07-27.1。");
    assert_eq!(edition.en, "Judged by rulebook HJ 845-2017, version 2017-07-27.1.");
    let windy = judge(&sample::passage(1).in_strong_wind().passage(), &Rulebook::hj845()).reasons();
    assert_eq!(windy[0].zh, "测量无效：风速6.1 m/s，高于5.0 m/s。");
}

mod validity {
    use crate::reading::{Breach, Condition, HeadStatus, Validity};
    use crate::rulebook::{AuditStanding, Circumstances, Rulebook};
    use crate::sample;
    use crate::units::Speed;
    use std::time::Duration;

    fn breaches(change: impl FnOnce(&mut crate::passage::Passage)) -> Vec<Condition> {
        let mut passage = sample::passage(1).passage();
        change(&mut passage);
        let around = Circumstances {
            reading: passage.reading.as_ref().unwrap(),
            weather: passage.weather.as_ref(),
            headway: Some(Duration::from_secs(5)),
            audit: AuditStanding::Unseen,
        };
        match Rulebook::hj845().validity(around) {
            Validity::Valid => Vec::new(),
            Validity::Invalid(reasons) => reasons.into_iter().map(|reason| reason.condition).collect(),
        }
    }

    #[test]
    fn a_good_day_is_valid() {
        assert_eq!(breaches(|_| ()), []);
    }

    /// Wind must be *less* than 5 m/s (STANDARDS.md 1.4).
    #[test]
    fn five_metres_of_wind_is_too_much() {
        let wind = |mm_s| breaches(|p| p.weather.as_mut().unwrap().wind = Some(Speed { mm_s }));
        assert_eq!(wind(4_999), []);
        assert_eq!(wind(5_000), [Condition::Wind]);
    }

    #[test]
    fn without_weather_nothing_counts() {
        assert!(breaches(|p| p.weather = None).contains(&Condition::Weather));
    }

    #[test]
    fn an_audit_counts_for_two_hours_and_never_from_the_future() {
        let passed = |utc: &str| {
            breaches(|p| p.reading.as_mut().unwrap().audit.as_mut().unwrap().passed = utc.parse().unwrap())
        };
        assert_eq!(passed("2026-11-23T00:00:00Z"), []);
        assert_eq!(passed("2026-11-22T23:59:59Z"), [Condition::Audit]);
        assert_eq!(passed("2026-11-23T02:00:01Z"), [Condition::Audit]);
    }

    #[test]
    fn a_reblocked_beam_is_named() {
        let mut passage = sample::passage(1).passage();
        passage.reading.as_mut().unwrap().head_status = HeadStatus::Reblocked;
        let around = Circumstances {
            reading: passage.reading.as_ref().unwrap(),
            weather: passage.weather.as_ref(),
            headway: None,
            audit: AuditStanding::Unseen,
        };
        let Validity::Invalid(reasons) = Rulebook::hj845().validity(around) else { panic!("it is invalid") };
        assert_eq!((reasons[0].condition, reasons[0].breach), (Condition::Head, Breach::NotMet));
    }
}
