//! Applies the rulebook's conditions to what was around one measurement.

use std::time::Duration;

use jiff::Timestamp;

use super::{ConditionRule, Rulebook, UnseenChecks};
use crate::reading::{Breach, Condition, HeadStatus, InvalidReason, Reading, Validity, WeatherReading};
use crate::units::SpecificPower;

/// What surrounded a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The measurement.
    pub reading: &'a Reading,
    /// The last weather before it.
    pub weather: Option<&'a WeatherReading>,
    /// Time since the vehicle before on this lane; `None` if there was none.
    pub headway: Option<Duration>,
    /// What is known here of the check that the measurement names as its audit.
    pub audit: AuditStanding,
}

/// What an edge knows of the check that a reading names as its audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditStanding {
    /// No check of this head ever came: there is its own word alone.
    Unseen,
    /// Checks came, but not this one; or the reading names none, or one that makes nothing count.
    Unknown,
    /// It was not passed, or the head failed a check since.
    Failed,
    /// It was passed at this time, by the edge's clock and judgement.
    Passed(Timestamp),
}

/// What a condition can be compared by.
enum Fact {
    Number(i64),
    Holds(bool),
    Unknown,
}

impl Rulebook {
    /// Do all conditions hold? Every one that does not is named.
    pub fn validity(&self, around: Circumstances<'_>) -> Validity {
        let reasons: Vec<_> = self.conditions.iter().filter_map(|rule| self.breach(rule, around)).collect();
        if reasons.is_empty() { Validity::Valid } else { Validity::Invalid(reasons) }
    }

    fn breach(&self, rule: &ConditionRule, around: Circumstances<'_>) -> Option<InvalidReason> {
        let found = |breach| Some(InvalidReason { condition: rule.condition, breach });
        match fact(rule.condition, around, self.checks.unseen) {
            Fact::Unknown if rule.required => found(Breach::Missing),
            Fact::Unknown | Fact::Holds(true) => None,
            Fact::Holds(false) => found(Breach::NotMet),
            Fact::Number(measured) => {
                let edge = i64::from(rule.inclusive);
                match (rule.below, rule.above) {
                    (Some(limit), _) if measured < limit + edge => found(Breach::Below { measured, limit }),
                    (_, Some(limit)) if measured > limit - edge => found(Breach::Above { measured, limit }),
                    _ => None,
                }
            }
        }
    }
}

fn fact(name: Condition, around: Circumstances<'_>, unseen: UnseenChecks) -> Fact {
    let reading = around.reading;
    let number = |value: Option<i64>| value.map_or(Fact::Unknown, Fact::Number);
    // Weather before the start of the day's first read is not weather: age is a condition of its own.
    let weather = around.weather;
    match name {
        Condition::Wind => number(weather.and_then(|w| w.wind).map(|wind| wind.mm_s.into())),
        Condition::Precipitation => {
            weather.and_then(|w| w.precipitation).map_or(Fact::Unknown, |falls| Fact::Holds(!falls))
        }
        Condition::Temperature => {
            number(weather.and_then(|w| w.temperature).map(|t| t.celsius_hundredths.into()))
        }
        Condition::Humidity => number(weather.and_then(|w| w.humidity).map(|h| h.percent_hundredths.into())),
        Condition::Pressure => number(weather.and_then(|w| w.pressure).map(|p| p.pa.into())),
        Condition::Slope => number(reading.slope.map(|slope| slope.degree_hundredths.into())),
        Condition::Speed => number(reading.speed.map(|speed| speed.mm_s.into())),
        Condition::Acceleration => number(reading.acceleration.map(|a| a.mm_s2.into())),
        Condition::SpecificPower => number(match (reading.speed, reading.acceleration, reading.slope) {
            (Some(v), Some(a), Some(slope)) => Some(SpecificPower::of(v, a, slope).kw_t_hundredths.into()),
            _ => None,
        }),
        Condition::Plume => Fact::Number(reading.plume_ppm_m_hundredths.into()),
        Condition::Headway => number(around.headway.map(|wait| whole(wait.as_millis()))),
        Condition::Audit => {
            let own = || reading.audit.as_ref().map(|audit| age(reading, audit.passed));
            match (around.audit, unseen) {
                (AuditStanding::Unseen, UnseenChecks::OwnWord) => number(own()),
                (AuditStanding::Unseen, UnseenChecks::Refused) | (AuditStanding::Unknown, _) => Fact::Unknown,
                (AuditStanding::Failed, _) => Fact::Holds(false),
                (AuditStanding::Passed(passed), _) => Fact::Number(age(reading, passed)),
            }
        }
        Condition::Weather => {
            number(weather.map(|w| whole(reading.measured.tick.distance(w.measured.tick).as_secs().into())))
        }
        Condition::Head => Fact::Holds(match reading.head_status {
            HeadStatus::Good | HeadStatus::WeakPlume => true, // Weakness is the plume condition's matter.
            HeadStatus::Reblocked | HeadStatus::Scattered | HeadStatus::Implausible | HeadStatus::Fault => {
                false
            }
        }),
    }
}

/// How old an audit was when this was measured, s. One from the future proves that one of the clocks is wrong; it is as
/// good as none.
fn age(reading: &Reading, passed: Timestamp) -> i64 {
    let age = reading.measured.stamp.utc.duration_since(passed);
    if age.is_negative() { i64::MAX } else { age.as_secs() }
}

fn whole(value: u128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
