//! The law as dated data: limits, conditions and counting rules, each with its clause and how sure we are of it.
//!
//! A rulebook is a JSON file (`shared/rulebooks/`); the code knows what a limit *is*, never its number. A region may
//! lay an [override](region) over the national edition; [`library`] says which edition holds where and when, and
//! [`edition`] how its name is written.

pub mod casework;
mod check;
mod conditions;
#[cfg(test)]
mod conditions_tests;
pub mod edition;
mod instrument;
pub mod library;
pub mod listing;
pub mod region;
#[cfg(test)]
mod region_tests;

pub use casework::CaseworkRules;
pub use check::{Contradiction, RulebookError};
pub use conditions::{AuditStanding, Circumstances};
pub use instrument::{CheckRules, Tolerance, UnseenChecks};
pub use library::{Issue, Library, LibraryError, Schedule, Source};
pub use listing::ListingRulebook;
pub use region::RegionalOverride;

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
    /// When what a camera and the head saw of one passage agrees; without it the two are not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corroboration: Option<CorroborationRule>,
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

/// What measures an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Instrument {
    /// The remote-sensing head.
    Head,
    /// The smoke camera.
    Camera,
}

impl Instrument {
    /// How many there are.
    pub const COUNT: u32 = 2;
}

impl Item {
    /// What measures it.
    pub const fn instrument(self) -> Instrument {
        match self {
            Self::Opacity | Self::No => Instrument::Head,
            Self::Ringelmann => Instrument::Camera,
        }
    }

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// So many instruments that exceed in one passage make a candidate as well; without it, only passages do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruments: Option<u32>,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// How far apart a camera's smoke and the head's beam must be from their own limits to count as clearly above or below.
/// Each is held against its own limit, in its own unit; neither is made into the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorroborationRule {
    /// For the beam: so far from its limit at least, hundredths of a percent of cross-road opacity.
    pub beam_margin: i64,
    /// For the camera: so far from the edge of its limit's level at least, hundredths of a percent of camera opacity.
    pub camera_margin: i64,
    /// And so many times the camera's own uncertainty, in tenths: 20 is two standard deviations.
    pub camera_sigma_tenths: i64,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the numbers.
    pub confidence: SourceConfidence,
}

impl Rulebook {
    /// Reads a rulebook and refuses one that could not be meant.
    pub fn parse(json: &str) -> Result<Self, RulebookError> {
        let book: Self = serde_json::from_str(json)?;
        book.check()?;
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

impl RulebookRef {
    /// Says by which edition something was judged.
    pub fn sentence(&self) -> Bilingual {
        Bilingual::new(
            format!("依据规则集{}，版本{}。", self.id, self.version),
            format!("Judged by rulebook {}, version {}.", self.id, self.version),
        )
    }
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
        assert_eq!(book.counting.instruments, None, "nationally one passage never makes a candidate");
    }

    #[test]
    fn a_rulebook_with_an_unknown_word_is_refused() {
        let text = include_str!("../../rulebooks/hj845-2017.json").replacen("\"limits\"", "\"limts\"", 1);
        assert!(matches!(Rulebook::parse(&text), Err(RulebookError::Malformed(_))));
    }
}
