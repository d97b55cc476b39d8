//! Findings of irregularities at inspection stations and repair shops (action plan, item 23; STANDARDS.md 4.2).
//!
//! A finding is for a person to look at and never a verdict: it says what was found, by which numbers, and shows what it
//! rests on. Each detector is a pure function of facts, its numbers dated data (`shared/rulebooks/irregularities.json`,
//! [`rules`]), its false alarms measured on simulated honest stations (`honest_tests`, printed by its test).
//!
//! [`curve`], [`engine`], [`pace`] look at single tests, [`identity`] at who was tested, [`rate`] at a station as a whole,
//! [`follow_up`] at orders and repairs.

pub mod curve;
pub mod engine;
pub mod fact;
pub mod follow_up;
#[cfg(test)]
mod honest;
#[cfg(test)]
mod honest_tests;
pub mod identity;
pub mod pace;
pub mod rate;
pub mod rules;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::RulebookRef;
use serde::{Deserialize, Serialize};

use crate::access::OrganisationCode;
use crate::inspection::InspectionId;
use crate::inspection::name::named;
use crate::order::OrderId;

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $zh:literal, $en:literal;)*) => {
        /// What kind of irregularity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$meta])* $name,)* }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used in tables and on wires.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The kind of a [`word`](Self::word).
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }

            /// Its name for people.
            pub fn name(self) -> Bilingual {
                match self { $(Self::$name => Bilingual::new($zh, $en)),* }
            }
        }
    };
}

kinds! {
    /// Station and server judge a test differently; its report is held.
    ReportHeld = "report-held", "检验报告被扣留", "report held";
    /// Two tests have the same process data.
    EqualCurves = "equal-curves", "过程数据雷同", "equal curves";
    /// A test gave what no engine gives.
    ImpossibleResult = "impossible-result", "结果不符合发动机规律", "impossible result";
    /// A test was shorter than its procedure takes.
    TestTooShort = "test-too-short", "检验时间过短", "test too short";
    /// A line did more tests in an hour than it can, or two at once.
    TooManyTests = "too-many-tests", "单线单位时间检验过多", "too many tests";
    /// One vehicle was tested under two identities.
    TwoIdentities = "two-identities", "一车两个身份", "two identities";
    /// One calibration was read from engines of many models.
    SharedCalibration = "shared-calibration", "多车同一标定信息", "shared calibration";
    /// A station passes far more, or far fewer, than its peers.
    PassRate = "pass-rate", "合格率异常", "pass rate";
    /// Vehicles pass at a station and exceed beside the road within days.
    PassesThenExceeds = "passes-then-exceeds", "检验合格后短期内路检超标", "passes, then exceeds";
    /// A repair order's last day has gone by.
    OrderOverdue = "order-overdue", "维修单逾期", "order overdue";
    /// A vehicle fails again and again.
    FailsRepeatedly = "fails-repeatedly", "多次检验不合格", "fails repeatedly";
    /// A shop's repairs do not last.
    RepairsDoNotLast = "repairs-do-not-last", "维修效果不持久", "repairs do not last";
}

/// Names a finding: made of what it is about, so that what is found again is the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(String);

impl FindingId {
    fn of(kind: FindingKind, about: &About, key: &str) -> Self {
        let text = format!("finding 1\n{}\n{}\n{key}", kind.word(), about.code().as_str());
        Self(format!("F{}", &FileHash::of(text.as_bytes()).to_string()[..20]))
    }

    /// A name as the store keeps it; `None` unless it is `F` and 20 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        named('F', text).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// At whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// An inspection station.
    Station(OrganisationCode),
    /// A repair shop.
    Shop(OrganisationCode),
}

impl About {
    /// Its code in the register.
    pub const fn code(&self) -> &OrganisationCode {
        match self {
            Self::Station(code) | Self::Shop(code) => code,
        }
    }

    /// The word used in tables and on wires.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Station(_) => "station",
            Self::Shop(_) => "shop",
        }
    }
}

/// A figure that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub name: Bilingual,
    /// As people write it, with its unit.
    pub value: String,
}

impl Figure {
    /// A figure of a name and a value.
    pub fn new(zh: &str, en: &str, value: impl ToString) -> Self {
        Self { name: Bilingual::new(zh, en), value: value.to_string() }
    }
}

/// What a finding rests on: names of records that a person opens, and figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Inspections.
    #[serde(default)]
    pub inspections: Vec<String>,
    /// Repair orders.
    #[serde(default)]
    pub orders: Vec<String>,
    /// Passages beside the road.
    #[serde(default)]
    pub passages: Vec<String>,
    /// Figures.
    #[serde(default)]
    pub figures: Vec<Figure>,
}

impl Evidence {
    /// These inspections and figures.
    pub fn of<'a>(inspections: impl IntoIterator<Item = &'a InspectionId>, figures: Vec<Figure>) -> Self {
        let inspections = inspections.into_iter().map(|id| id.as_str().to_owned()).collect();
        Self { inspections, figures, ..Self::default() }
    }

    /// These orders and figures.
    pub fn of_orders<'a>(orders: impl IntoIterator<Item = &'a OrderId>, figures: Vec<Figure>) -> Self {
        let orders = orders.into_iter().map(|id| id.as_str().to_owned()).collect();
        Self { orders, figures, ..Self::default() }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub id: FindingId,
    /// What kind.
    pub kind: FindingKind,
    /// At whom.
    pub about: About,
    /// The legal day of what it is about.
    pub day: Date,
    /// What was found, in a sentence.
    pub sentence: Bilingual,
    /// What it rests on.
    pub evidence: Evidence,
    /// Which edition's numbers it was found by.
    pub rulebook: RulebookRef,
}

impl Finding {
    /// A finding; `key` tells it from others of its kind at the same place.
    pub fn new(
        kind: FindingKind,
        about: About,
        key: &str,
        day: Date,
        (sentence, evidence): (Bilingual, Evidence),
        rulebook: RulebookRef,
    ) -> Self {
        Self { id: FindingId::of(kind, &about, key), kind, about, day, sentence, evidence, rulebook }
    }
}

/// A person's word on a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingState {
    /// Nobody has looked yet.
    Open,
    /// There is an irregularity; what follows is done by the authority's own papers.
    Confirmed,
    /// There is none.
    Dismissed,
}

impl FindingState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Confirmed, Self::Dismissed];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    /// The state of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A finding has been decided on before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the finding is decided already")]
pub struct Decided;

/// The state that a person's word leads to; once spoken it stands.
pub fn decide(state: FindingState, confirmed: bool) -> Result<FindingState, Decided> {
    match (state, confirmed) {
        (FindingState::Open, true) => Ok(FindingState::Confirmed),
        (FindingState::Open, false) => Ok(FindingState::Dismissed),
        (FindingState::Confirmed | FindingState::Dismissed, _) => Err(Decided),
    }
}
