//! Golden vector 28 as far as one measurement's surroundings go: each line of STANDARDS.md 1.4 at its edges.

use std::time::Duration;

use super::{AuditStanding, CheckRules, Circumstances, UnseenChecks};
use crate::passage::Passage;
use crate::reading::{Breach, Condition, InvalidReason, Validity};
use crate::rulebook::Rulebook;
use crate::sample;
use crate::units::{Acceleration, Humidity, Pressure, Slope, Speed, Temperature};

/// A valid passage, changed; its headway is `headway_ms`.
struct World {
    book: Rulebook,
    passage: Passage,
    headway_ms: Option<u64>,
    audit: AuditStanding,
}

impl World {
    fn new() -> Self {
        Self {
            book: Rulebook::hj845(),
            passage: sample::passage(1).passage(),
            headway_ms: Some(5_000),
            audit: AuditStanding::Unseen,
        }
    }

    fn reasons(&self) -> Vec<InvalidReason> {
        let around = Circumstances {
            reading: self.passage.reading.as_ref().unwrap(),
            weather: self.passage.weather.as_ref(),
            headway: self.headway_ms.map(Duration::from_millis),
            audit: self.audit,
        };
        match self.book.validity(around) {
            Validity::Valid => Vec::new(),
            Validity::Invalid(reasons) => reasons,
        }
    }
}

fn conditions(change: impl FnOnce(&mut World)) -> Vec<Condition> {
    let mut world = World::new();
    change(&mut world);
    world.reasons().into_iter().map(|reason| reason.condition).collect()
}

/// Sets one value; specific power is left out of account where speed, acceleration or slope are at their edges.
fn set(condition: Condition, value: i64) -> Vec<Condition> {
    conditions(|world| {
        let reading = world.passage.reading.as_mut().unwrap();
        let weather = world.passage.weather.as_mut().unwrap();
        let int = i32::try_from(value).unwrap();
        match condition {
            Condition::Wind => weather.wind = Some(Speed { mm_s: int }),
            Condition::Temperature => weather.temperature = Some(Temperature { celsius_hundredths: int }),
            Condition::Humidity => {
                weather.humidity = Some(Humidity { percent_hundredths: u16::try_from(value).unwrap() });
            }
            Condition::Pressure => weather.pressure = Some(Pressure { pa: u32::try_from(value).unwrap() }),
            Condition::Slope => {
                reading.slope = Some(Slope { degree_hundredths: i16::try_from(value).unwrap() });
            }
            Condition::Speed => reading.speed = Some(Speed { mm_s: int }),
            Condition::Acceleration => reading.acceleration = Some(Acceleration { mm_s2: int }),
            Condition::Plume => reading.plume_ppm_m_hundredths = int,
            Condition::Headway => world.headway_ms = Some(u64::try_from(value).unwrap()),
            Condition::Precipitation
            | Condition::SpecificPower
            | Condition::Audit
            | Condition::Weather
            | Condition::Head => panic!("it has a test of its own"),
        }
        if condition != Condition::SpecificPower {
            world.book.conditions.retain(|rule| rule.condition != Condition::SpecificPower);
        }
    })
}

/// STANDARDS.md 1.4 and 10.3: the last value that counts, and the first that does not.
#[test]
fn each_condition_holds_at_its_edge_and_not_one_step_beyond() {
    let edges = [
        (Condition::Wind, 4_999, 5_000),           // less than 5.0 m/s
        (Condition::Temperature, -3_000, -3_001),  // −30.0 °C
        (Condition::Temperature, 4_500, 4_501),    // 45.0 °C
        (Condition::Humidity, 8_500, 8_501),       // 85 %
        (Condition::Pressure, 70_000, 69_999),     // 70 kPa
        (Condition::Pressure, 106_000, 106_001),   // 106 kPa
        (Condition::Slope, 0, -1),                 // not downhill
        (Condition::Slope, 1_500, 1_501),          // 15°
        (Condition::Speed, 1_389, 1_388),          // 5 km/h
        (Condition::Speed, 30_556, 30_557),        // 110 km/h
        (Condition::Acceleration, -1_000, -1_001), // −1 m/s²
        (Condition::Acceleration, 3_000, 3_001),   // 3 m/s²
        (Condition::Plume, 16_000, 15_999),        // 160 ppm·m
        (Condition::Headway, 1_000, 999),          // 1 s
    ];
    for (condition, counts, does_not) in edges {
        assert_eq!(set(condition, counts), [], "{condition:?} {counts}");
        assert_eq!(set(condition, does_not), [condition], "{condition:?} {does_not}");
    }
}

/// 0 < VSP < 20 kW/t, both edges out (STANDARDS.md 1.4).
#[test]
fn specific_power_lies_strictly_between_its_edges() {
    // At 20 m/s on the flat without acceleration the formula gives what 72 km/h give.
    let with = |mm_s: i32, mm_s2: i32| {
        let mut world = World::new();
        let reading = world.passage.reading.as_mut().unwrap();
        reading.speed = Some(Speed { mm_s });
        reading.acceleration = Some(Acceleration { mm_s2 });
        reading.slope = Some(Slope { degree_hundredths: 0 });
        let power = crate::units::SpecificPower::of(
            Speed { mm_s },
            Acceleration { mm_s2 },
            Slope { degree_hundredths: 0 },
        );
        (power.kw_t_hundredths, world.reasons().iter().any(|r| r.condition == Condition::SpecificPower))
    };
    let mut seen = [false; 3];
    for mm_s2 in -900..=2_900 {
        let (power, refused) = with(12_000, mm_s2);
        assert_eq!(refused, power <= 0 || power >= 2_000, "{power}");
        seen[match power {
            ..=0 => 0,
            1..2_000 => 1,
            2_000.. => 2,
        }] = true;
    }
    assert_eq!(seen, [true; 3], "both edges were crossed");
}

#[test]
fn rain_and_a_head_out_of_order_let_nothing_count() {
    assert_eq!(
        conditions(|w| w.passage.weather.as_mut().unwrap().precipitation = Some(true)),
        [Condition::Precipitation]
    );
    let status = |status| conditions(|w| w.passage.reading.as_mut().unwrap().head_status = status);
    assert_eq!(status(crate::reading::HeadStatus::Reblocked), [Condition::Head]);
    assert_eq!(status(crate::reading::HeadStatus::Fault), [Condition::Head]);
    assert_eq!(status(crate::reading::HeadStatus::WeakPlume), [], "weakness is the plume condition's matter");
}

/// Weather counts for two minutes.
#[test]
fn weather_that_is_too_old_is_as_good_as_none() {
    let aged = |seconds: u64| {
        conditions(|world| {
            let reading = world.passage.reading.as_mut().unwrap();
            reading.measured.tick = reading.measured.tick.after(Duration::from_secs(seconds));
        })
    };
    assert_eq!(aged(120), []);
    assert_eq!(aged(121), [Condition::Weather]);
}

#[test]
fn what_is_not_known_does_not_count() {
    type Forget = fn(&mut World);
    let cases: [(Condition, Forget); 7] = [
        (Condition::Wind, |w| w.passage.weather.as_mut().unwrap().wind = None),
        (Condition::Precipitation, |w| w.passage.weather.as_mut().unwrap().precipitation = None),
        (Condition::Temperature, |w| w.passage.weather.as_mut().unwrap().temperature = None),
        (Condition::Humidity, |w| w.passage.weather.as_mut().unwrap().humidity = None),
        (Condition::Pressure, |w| w.passage.weather.as_mut().unwrap().pressure = None),
        (Condition::Audit, |w| w.passage.reading.as_mut().unwrap().audit = None),
        (Condition::Audit, |w| w.audit = AuditStanding::Unknown),
    ];
    for (condition, forget) in cases {
        assert_eq!(conditions(forget), [condition]);
    }
    let speedless = conditions(|w| w.passage.reading.as_mut().unwrap().speed = None);
    assert_eq!(speedless, [Condition::Speed, Condition::SpecificPower]);
    assert_eq!(conditions(|w| w.headway_ms = None), [], "the first vehicle of a day follows nobody");
}

/// The sample was measured at 02:00:00; an audit counts for two hours.
#[test]
fn an_audit_that_the_edge_judged_counts_by_the_edges_clock() {
    let passed = |utc: &str| {
        conditions(|world| {
            world.audit = AuditStanding::Passed(utc.parse().unwrap());
            // The head's own word of the time is not asked.
            world.passage.reading.as_mut().unwrap().audit.as_mut().unwrap().passed =
                "2026-11-01T00:00:00Z".parse().unwrap();
        })
    };
    assert_eq!(passed("2026-11-23T00:00:00Z"), []);
    assert_eq!(passed("2026-11-22T23:59:59Z"), [Condition::Audit]);
    assert_eq!(passed("2026-11-23T02:00:01Z"), [Condition::Audit], "one of the clocks is wrong");
}

#[test]
fn a_reading_that_names_a_failed_check_says_so_in_words() {
    let mut world = World::new();
    world.audit = AuditStanding::Failed;
    let reasons = world.reasons();
    assert_eq!(reasons, [InvalidReason { condition: Condition::Audit, breach: Breach::NotMet }]);
    assert_eq!(reasons[0].sentence().zh, "测量无效：遥测仪最近的检查未通过。");
    assert_eq!(reasons[0].sentence().en, "The reading does not count: the head failed its check.");
    world.audit = AuditStanding::Unknown;
    assert_eq!(world.reasons()[0].sentence().zh, "测量无效：没有本机认可的合格检查。");
}

#[test]
fn a_heads_own_word_counts_only_where_the_rulebook_says_so() {
    let with = |unseen| conditions(|world| world.book.checks.unseen = unseen);
    assert_eq!(with(UnseenChecks::OwnWord), []);
    assert_eq!(with(UnseenChecks::Refused), [Condition::Audit]);
    assert_eq!(CheckRules::default().unseen, UnseenChecks::OwnWord, "as before heads sent checks");
}

/// Every reason there can be has words in both languages.
#[test]
fn every_reason_has_words_in_both_languages() {
    let all = [
        Condition::Wind,
        Condition::Precipitation,
        Condition::Temperature,
        Condition::Humidity,
        Condition::Pressure,
        Condition::Slope,
        Condition::Speed,
        Condition::Acceleration,
        Condition::SpecificPower,
        Condition::Plume,
        Condition::Headway,
        Condition::Audit,
        Condition::Weather,
        Condition::Head,
    ];
    let named: std::collections::BTreeSet<_> =
        Rulebook::hj845().conditions.iter().map(|rule| rule.condition).collect();
    assert_eq!(named, all.into_iter().collect(), "the rulebook asks for each");
    for condition in all {
        let bounds = (1, 2);
        for breach in [
            Breach::Missing,
            Breach::NotMet,
            Breach::Below { measured: bounds.0, limit: bounds.1 },
            Breach::Above { measured: bounds.1, limit: bounds.0 },
        ] {
            let words = InvalidReason { condition, breach }.sentence();
            assert!(words.zh.starts_with("测量无效：") && words.en.is_ascii_or_unit(), "{words:?}");
        }
    }
}

trait AsciiOrUnit {
    fn is_ascii_or_unit(&self) -> bool;
}

impl AsciiOrUnit for String {
    /// No Chinese: ASCII and the signs of units.
    fn is_ascii_or_unit(&self) -> bool {
        self.chars().all(|letter| letter.is_ascii() || "°²·∞".contains(letter))
    }
}
