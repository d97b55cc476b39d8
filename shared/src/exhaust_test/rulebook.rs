//! Limits and procedures of tests, as dated data.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Bound, TestItem, TestSubject};
use crate::language::Bilingual;
use crate::rulebook::{RulebookRef, SourceConfidence, edition};

/// One edition of one standard of tests as we apply it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestRulebook {
    /// The standard's number.
    pub id: String,
    /// Our edition of it.
    pub version: String,
    /// First legal day it applies to.
    pub in_force_from: Date,
    /// The standard's title.
    pub title: Bilingual,
    /// Who has limits of its own.
    pub classes: Vec<LimitClass>,
    /// The class that holds where the vehicle itself does not tell it: limit a of GB 3847 unless the province
    /// adopted limit b.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_in_force: Option<ClassInForce>,
    /// All limits.
    pub limits: Vec<TestLimit>,
    /// What altitude adds.
    pub altitude: Vec<AltitudeRule>,
    /// How free acceleration is done.
    pub free_acceleration: FreeAccelerationRule,
}

/// Vehicles or machines with limits of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitClass {
    /// The word used in records.
    pub word: String,
    /// Its name for people.
    pub name: Bilingual,
}

/// The class that holds in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassInForce {
    /// Its word.
    pub word: String,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// One limit; exactly one of `at_most` and `at_least` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestLimit {
    /// What is limited.
    pub item: TestItem,
    /// For which class.
    pub class: String,
    /// For engines of this rated power and more, watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_w_from: Option<u32>,
    /// For engines of less than this, watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_w_below: Option<u32>,
    /// The highest value that passes, in the item's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
    /// The least value that passes, in the item's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the numbers.
    pub confidence: SourceConfidence,
}

/// What thin air adds to limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AltitudeRule {
    /// To which items.
    pub items: Vec<TestItem>,
    /// Above this many metres.
    pub above_m: i32,
    /// Once for each so many whole metres above that; without it, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each_m: Option<i32>,
    /// So much, in the item's unit.
    pub adds: i64,
    /// And never more than this together.
    pub adds_at_most: i64,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// How free acceleration is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeAccelerationRule {
    /// Accelerations before the first that counts, to blow the pipe out.
    pub purges: u32,
    /// Accelerations whose mean is the result.
    pub runs: u32,
    /// Between their highest and lowest at most, hundredths of 1/m; else another is made.
    pub spread_at_most: u16,
    /// Accelerations that count, at most; if the last ones still differ, there is no result.
    pub runs_at_most: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// A rulebook of tests cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TestRulebookError {
    /// The file is not one.
    #[error("the rulebook of tests cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// A limit that says nothing, or two things.
    #[error("limit {0} of rulebook {1} needs either at_most or at_least")]
    Limit(usize, String),
    /// A limit of a class that is not there.
    #[error("limit {0} of rulebook {1} is of an unknown class")]
    Class(usize, String),
    /// A class in force that is not there.
    #[error("the class in force of rulebook {0} is none of its classes; name one of them")]
    InForce(String),
    /// The version does not name the edition.
    #[error("the version of rulebook {0} does not name its edition: {1}")]
    Version(String, String),
    /// No acceleration would ever count.
    #[error("rulebook {0} has a free acceleration without runs, or with fewer allowed than needed")]
    Runs(String),
    /// A step of no metres.
    #[error("rulebook {0} raises a limit for each 0 m")]
    Altitude(String),
}

impl TestLimit {
    fn bound(&self) -> Option<Bound> {
        match (self.at_most, self.at_least) {
            (Some(limit), None) => Some(Bound::AtMost(limit)),
            (None, Some(limit)) => Some(Bound::AtLeast(limit)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// Is it for engines of this power? One that asks for the power is for none whose power is unknown.
    fn is_for(&self, rated_power_w: Option<u32>) -> bool {
        match (self.rated_w_from, self.rated_w_below, rated_power_w) {
            (None, None, _) => true,
            (from, below, Some(watts)) => {
                from.is_none_or(|from| watts >= from) && below.is_none_or(|below| watts < below)
            }
            (_, _, None) => false,
        }
    }
}

impl AltitudeRule {
    fn adds(&self, altitude_m: i32) -> i64 {
        let over = altitude_m.saturating_sub(self.above_m);
        if over <= 0 {
            return 0;
        }
        let times = self.each_m.map_or(1, |each| over / each);
        (self.adds * i64::from(times)).min(self.adds_at_most)
    }
}

impl TestRulebook {
    /// Reads a rulebook and refuses one that could not be meant.
    pub fn parse(json: &str) -> Result<Self, TestRulebookError> {
        let book: Self = serde_json::from_str(json)?;
        book.check()?;
        Ok(book)
    }

    /// Could this rulebook be meant?
    pub(crate) fn check(&self) -> Result<(), TestRulebookError> {
        let id = || self.id.clone();
        let known = |word: &str| self.classes.iter().any(|class| class.word == word);
        for (at, limit) in self.limits.iter().enumerate() {
            if limit.bound().is_none() {
                return Err(TestRulebookError::Limit(at + 1, id()));
            }
            if !known(&limit.class) {
                return Err(TestRulebookError::Class(at + 1, id()));
            }
        }
        if self.class_in_force.as_ref().is_some_and(|class| !known(&class.word)) {
            return Err(TestRulebookError::InForce(id()));
        }
        let rule = &self.free_acceleration;
        if rule.runs == 0 || rule.runs_at_most < rule.runs {
            return Err(TestRulebookError::Runs(id()));
        }
        if self.altitude.iter().any(|rule| rule.each_m.is_some_and(|each| each <= 0)) {
            return Err(TestRulebookError::Altitude(id()));
        }
        edition::named(&self.version, self.in_force_from)
            .map(drop)
            .map_err(|wrong| TestRulebookError::Version(id(), wrong.to_string()))
    }

    /// GB 3847-2018 as shipped.
    pub fn gb3847() -> Self {
        Self::parse(include_str!("../../rulebooks/gb3847-2018.json")).expect("a test reads the shipped file")
    }

    /// GB 36886-2018 as shipped.
    pub fn gb36886() -> Self {
        Self::parse(include_str!("../../rulebooks/gb36886-2018.json")).expect("a test reads the shipped file")
    }

    /// The limit that is the subject's own, with what its altitude adds, and where it stands.
    pub fn limit(&self, item: TestItem, subject: &TestSubject) -> Option<(Bound, &str)> {
        let own = |limit: &&TestLimit| {
            limit.item == item && limit.class == subject.class && limit.is_for(subject.rated_power_w)
        };
        let limit = self.limits.iter().find(own)?;
        let rules = self.altitude.iter().filter(|rule| rule.items.contains(&item));
        let more: i64 = subject.altitude_m.map_or(0, |metres| rules.map(|rule| rule.adds(metres)).sum());
        let bound = match limit.bound()? {
            Bound::AtMost(limit) => Bound::AtMost(limit + more),
            Bound::AtLeast(limit) => Bound::AtLeast(limit),
        };
        Some((bound, &limit.clause))
    }

    /// What a verdict names.
    pub fn reference(&self) -> RulebookRef {
        RulebookRef { id: self.id.clone(), version: self.version.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rulebook_that_could_not_be_meant_is_refused() {
        let shipped = include_str!("../../rulebooks/gb3847-2018.json");
        let error = |from: &str, to: &str| {
            assert!(shipped.contains(from), "{from}");
            TestRulebook::parse(&shipped.replacen(from, to, 1)).unwrap_err()
        };
        let both = error("\"at_most\": 120,", "\"at_most\": 120, \"at_least\": 1,");
        assert!(matches!(both, TestRulebookError::Limit(1, _)));
        assert!(matches!(error("\"at_most\": 120,", ""), TestRulebookError::Limit(1, _)));
        assert!(matches!(error("\"class\": \"a\"", "\"class\": \"c\""), TestRulebookError::Class(1, _)));
        assert!(matches!(error("\"runs\": 3", "\"runs\": 0"), TestRulebookError::Runs(_)));
        assert!(matches!(error("\"each_m\": 1000", "\"each_m\": 0"), TestRulebookError::Altitude(_)));
        assert!(matches!(error("\"limits\"", "\"limts\""), TestRulebookError::Malformed(_)));
        assert!(matches!(
            error("\"word\": \"a\", \"clause\"", "\"word\": \"c\", \"clause\""),
            TestRulebookError::InForce(_)
        ));
        assert!(matches!(error("2019-05-01.1", "1"), TestRulebookError::Version(..)));
    }
}
