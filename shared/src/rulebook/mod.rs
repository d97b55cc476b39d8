//! The law as dated data: limits, conditions and counting rules, each with its clause and how sure we are of it.
//!
//! A rulebook is a JSON file (`shared/rulebooks/`); the code knows what a limit *is*, never its number.

mod conditions;
#[cfg(test)]
mod conditions_tests;
mod instrument;

pub use conditions::{AuditStanding, Circumstances};
pub use instrument::{CheckRules, Tolerance, UnseenChecks};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::language::Bilingual;
use crate::reading::Condition;

/// One edition of one standard as we apply it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// The standard's number.
    pub id: String,
    /// Our edition of it: a verdict names it, so any change of a number makes a new one.
    pub version: String,
    /// First legal day it applies to.
    pub in_force_from: Date,
    /// The standard's title.
    pub title: Bilingual,
    /// What is judged.
    pub limits: Vec<Limit>,
    /// What must hold for a measurement to count.
    pub conditions: Vec<ConditionRule>,
    /// When exceedances make a case.
    pub counting: CountingRule,
    /// How the checks of heads are judged, and what a reading needs of them.
    #[serde(default)]
    pub checks: CheckRules,
}

/// One quantity's limit. Exceeding is strictly above: the limit itself passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What is limited.
    pub item: Item,
    /// The highest value that passes, in the item's unit.
    pub at_most: i64,
    /// What exceeding it means.
    pub role: Role,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the number.
    pub confidence: SourceConfidence,
}

/// A quantity that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Cross-road opacity, mean, hundredths of a percent.
    Opacity,
    /// Ringelmann level.
    Ringelmann,
    /// Nitric oxide, hundredths of 10⁻⁶.
    No,
}

impl Item {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opacity => "opacity",
            Self::Ringelmann => "ringelmann",
            Self::No => "no",
        }
    }

    /// The item of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Opacity, Self::Ringelmann, Self::No].into_iter().find(|item| item.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Opacity => Bilingual::new("不透光度", "opacity"),
            Self::Ringelmann => Bilingual::new("林格曼黑度", "Ringelmann level"),
            Self::No => Bilingual::new("一氧化氮", "nitric oxide"),
        }
    }

    /// A value of it as people write it.
    pub fn show(self, value: i64) -> String {
        match self {
            Self::Opacity => format!("{}.{:02} %", value / 100, value.unsigned_abs() % 100),
            Self::Ringelmann => value.to_string(),
            Self::No => {
                let sign = if value < 0 { "-" } else { "" };
                format!("{sign}{}.{:02} ×10⁻⁶", value.unsigned_abs() / 100, value.unsigned_abs() % 100)
            }
        }
    }
}

/// What exceeding a limit means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It counts against the vehicle.
    Enforcement,
    /// It marks a probable high emitter and counts for nothing.
    Screening,
}

/// How sure we are of a number (STANDARDS.md's marks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceConfidence {
    /// Found, or recalled with high confidence.
    High,
    /// To be verified against the printed text.
    Medium,
    /// A placeholder until verified.
    Low,
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionRule {
    /// Which condition, and so in which unit.
    pub condition: Condition,
    /// Less than this fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<i64>,
    /// More than this fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<i64>,
    /// Do the two limits themselves fail as well?
    #[serde(default)]
    pub inclusive: bool,
    /// Does not knowing fail?
    pub required: bool,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the numbers.
    pub confidence: SourceConfidence,
}

/// When exceedances of one vehicle make a candidate (HJ 845-2017, clause 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountingRule {
    /// How many consecutive valid measurements exceed for the same item. A valid pass of that item between
    /// them breaks the chain; an invalid measurement does not.
    pub exceedances: u32,
    /// First to last within so many calendar months.
    pub within_months: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// A rulebook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// The file is not a rulebook.
    #[error("the rulebook cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// It has no limit, so it would pass everything.
    #[error("rulebook {0} has no limit")]
    NoLimits(String),
    /// It counts to nothing, so it would open a case on nothing.
    #[error("rulebook {0} counts fewer than one exceedance or no month")]
    NoCount(String),
}

impl Rulebook {
    /// Reads a rulebook and refuses one that could not be meant.
    pub fn parse(json: &str) -> Result<Self, RulebookError> {
        let book: Self = serde_json::from_str(json)?;
        if book.limits.is_empty() {
            return Err(RulebookError::NoLimits(book.id));
        }
        if book.counting.exceedances == 0 || book.counting.within_months == 0 {
            return Err(RulebookError::NoCount(book.id));
        }
        Ok(book)
    }

    /// HJ 845-2017 as shipped.
    pub fn hj845() -> Self {
        Self::parse(include_str!("../../rulebooks/hj845-2017.json")).expect("a test reads the shipped file")
    }

    /// What a verdict names.
    pub fn reference(&self) -> RulebookRef {
        RulebookRef { id: self.id.clone(), version: self.version.clone() }
    }
}

/// Names the edition a verdict was given by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RulebookRef {
    /// The standard's number.
    pub id: String,
    /// Our edition of it.
    pub version: String,
}

impl std::fmt::Display for RulebookRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.id, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rulebook_is_what_the_standard_prints() {
        let book = Rulebook::hj845();
        let limit = |item| {
            book.limits.iter().find(|limit| limit.item == item).map(|limit| (limit.at_most, limit.role))
        };
        assert_eq!(limit(Item::Opacity), Some((3_000, Role::Enforcement)));
        assert_eq!(limit(Item::Ringelmann), Some((1, Role::Enforcement)));
        assert_eq!(limit(Item::No), Some((150_000, Role::Screening)));
        assert_eq!((book.counting.exceedances, book.counting.within_months), (2, 6));
    }

    #[test]
    fn a_rulebook_with_an_unknown_word_is_refused() {
        let text = include_str!("../../rulebooks/hj845-2017.json").replacen("\"limits\"", "\"limts\"", 1);
        assert!(matches!(Rulebook::parse(&text), Err(RulebookError::Malformed(_))));
    }
}
