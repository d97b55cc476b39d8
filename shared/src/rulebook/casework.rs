//! How a case is handled, as dated data: how many people confirm, when a notice counts as served, how long the owner has.
//!
//! National, with regions' changes laid over it as over every other standard. It judges nothing, so edges are not told of
//! it. What follows from these numbers is `server_core::case`'s.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::check::Contradiction;
use super::edition::{self, Edition, Revision};
use super::region::{RegionalOverride, Standard, beside, foreign, latest};
use super::{RulebookError, RulebookRef, SourceConfidence};
use crate::language::Bilingual;

/// Days of a period: more is a mistake.
const DAYS_MAX: u32 = 365;

/// People who confirm: a third would be another procedure.
const PEOPLE_MAX: u32 = 2;

/// One edition of the rules of casework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseworkRules {
    /// `Casework`.
    pub id: String,
    /// Our edition of it.
    pub version: String,
    /// First legal day it applies to.
    pub in_force_from: Date,
    /// What it is.
    pub title: Bilingual,
    /// How many people confirm a candidate.
    pub confirmations: Confirmations,
    /// When a notice counts as served, by the way it goes.
    pub service: Vec<ServiceRule>,
    /// From service: how long the owner has to answer.
    pub answer: PeriodRule,
    /// From the order: how long the owner has to repair and pass the retest.
    pub repair: PeriodRule,
}

/// How many people confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmations {
    /// 1, or 2 different ones.
    pub people: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// How a notice goes to the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceMethod {
    /// By letter, served on the day that the receipt names.
    Letter,
    /// By text message, to a number that the owner agreed to.
    Text,
    /// By public notice, when the owner cannot be reached.
    PublicNotice,
}

impl ServiceMethod {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Letter, Self::Text, Self::PublicNotice];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Text => "text",
            Self::PublicNotice => "public-notice",
        }
    }

    /// The way of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Letter => Bilingual::new("信函", "letter"),
            Self::Text => Bilingual::new("短信", "text message"),
            Self::PublicNotice => Bilingual::new("公告", "public notice"),
        }
    }
}

/// When a notice that goes this way counts as served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRule {
    /// Which way.
    pub method: ServiceMethod,
    /// So many calendar days after it was received or, of a public notice, published.
    pub served_after_days: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// How days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Days on which offices work.
    Working,
    /// Every day.
    Calendar,
}

impl Count {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Calendar => "calendar",
        }
    }

    /// The count of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Working, Self::Calendar].into_iter().find(|count| count.word() == word)
    }
}

/// So many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// How many.
    pub days: u32,
    /// Counted how.
    pub count: Count,
}

impl Days {
    /// In words.
    pub fn sentence(self) -> Bilingual {
        let days = self.days;
        match self.count {
            Count::Working => Bilingual::new(format!("{days}个工作日"), format!("{days} working days")),
            Count::Calendar => Bilingual::new(format!("{days}日"), format!("{days} calendar days")),
        }
    }
}

/// A period of the law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodRule {
    /// How many days.
    pub days: u32,
    /// Counted how.
    pub count: Count,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

impl PeriodRule {
    /// The days alone.
    pub const fn period(&self) -> Days {
        Days { days: self.days, count: self.count }
    }
}

/// What a region changes in casework. Each takes the place of the national one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseworkChange {
    /// How many people confirm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmations: Option<Confirmations>,
    /// When notices count as served; each takes the place of the one of the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service: Vec<ServiceRule>,
    /// How long the owner has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<PeriodRule>,
    /// How long the owner has to repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<PeriodRule>,
}

impl CaseworkRules {
    /// Reads rules and refuses such as could not be meant.
    pub fn parse(json: &str) -> Result<Self, RulebookError> {
        let rules: Self = serde_json::from_str(json)?;
        rules.check()?;
        Ok(rules)
    }

    /// The national rules as shipped.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rulebooks/casework.json")).expect("a test reads the shipped file")
    }

    /// What a case names.
    pub fn reference(&self) -> RulebookRef {
        RulebookRef { id: self.id.clone(), version: self.version.clone() }
    }

    /// When a notice that goes this way counts as served; the check makes sure that every way has its rule.
    pub fn service_of(&self, method: ServiceMethod) -> &ServiceRule {
        self.service.iter().find(|rule| rule.method == method).expect("the check wants every way")
    }

    fn check(&self) -> Result<(), Contradiction> {
        let wrong = |item: &str, problem: &str, remedy: &str| {
            Err(Contradiction::new(&self.id, item, problem, remedy))
        };
        if let Err(error) = edition::named(&self.version, self.in_force_from) {
            return wrong("version", "it does not name the edition", &error.to_string());
        }
        if !(1..=PEOPLE_MAX).contains(&self.confirmations.people) {
            return wrong("confirmations.people", "the number cannot be meant", "write 1 or 2");
        }
        let methods: BTreeSet<ServiceMethod> = self.service.iter().map(|rule| rule.method).collect();
        if methods.len() != ServiceMethod::ALL.len() || self.service.len() != methods.len() {
            let remedy = "write letter, text and public-notice, each once";
            return wrong("service", "a way of serving is missing or stands twice", remedy);
        }
        if self.service.iter().any(|rule| rule.served_after_days > DAYS_MAX) {
            return wrong("service", "a number of days cannot be meant", "write 0 to 365");
        }
        for (item, rule) in [("answer", &self.answer), ("repair", &self.repair)] {
            if !(1..=DAYS_MAX).contains(&rule.days) {
                return wrong(item, "the number of days cannot be meant", "write 1 to 365");
            }
        }
        Ok(())
    }
}

impl Standard for CaseworkRules {
    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn revision(&self) -> Option<Revision> {
        self.version.parse().ok()
    }

    fn lay_over(&mut self, change: &RegionalOverride) -> Result<(), Contradiction> {
        let Some(own) = &change.casework else { return Err(foreign(change, "limits", "casework")) };
        if let Some(confirmations) = &own.confirmations {
            // A region may ask for more care than the nation does, never for less.
            if confirmations.people < self.confirmations.people {
                let remedy = "a region can only ask for more people";
                let problem = "fewer people would confirm than the nation asks for";
                return Err(Contradiction::new(&self.id, "confirmations", problem, remedy));
            }
            let clause = beside(&self.confirmations.clause, &confirmations.clause);
            self.confirmations = Confirmations { clause, ..confirmations.clone() };
        }
        for rule in &own.service {
            match self.service.iter_mut().find(|held| held.method == rule.method) {
                Some(held) => *held = rule.clone(),
                None => self.service.push(rule.clone()),
            }
        }
        if let Some(answer) = &own.answer {
            self.answer = answer.clone();
        }
        if let Some(repair) = &own.repair {
            self.repair = repair.clone();
        }
        Ok(())
    }

    fn name(&mut self, edition: &Edition) {
        self.version = edition.to_string();
        self.in_force_from = latest(edition);
    }

    fn check(&self) -> Result<(), Contradiction> {
        Self::check(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Library, Source};

    #[test]
    fn the_shipped_rules_are_what_the_law_prints() {
        let rules = CaseworkRules::shipped();
        assert_eq!(rules.confirmations.people, 1);
        assert_eq!(rules.service_of(ServiceMethod::PublicNotice).served_after_days, 30);
        assert_eq!(rules.service_of(ServiceMethod::Letter).served_after_days, 0);
        assert_eq!(rules.answer.period(), Days { days: 5, count: Count::Working });
        assert_eq!(rules.repair.confidence, SourceConfidence::Low, "deadlines are local practice");
    }

    fn region(casework: &str) -> Result<Library, String> {
        let json = format!(
            r#"{{"overrides":"Casework","region":"140100","version":"2026-07-01.1","in_force_from":"2026-07-01",
            "title":{{"zh":"示例","en":"sample"}},"casework":{casework}}}"#
        );
        let source = Source::parse("x.json", &json).map_err(|error| format!("{error:?}"))?;
        Library::new(vec![("x.json".to_owned(), source)]).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn a_region_asks_for_two_people_and_other_days_from_its_day_on() {
        let library = region(
            r#"{"confirmations":{"people":2,"clause":"并","confidence":"low"},
                "repair":{"days":10,"count":"calendar","clause":"并","confidence":"low"}}"#,
        )
        .unwrap();
        let on = |place: &str, day: &str| library.casework(place.parse().unwrap(), day.parse().unwrap());
        assert_eq!(on("140105", "2026-06-30").confirmations.people, 1, "the day before");
        let here = on("140105", "2026-07-01");
        assert_eq!((here.confirmations.people, here.repair.days), (2, 10));
        assert_eq!(here.version, "2024-01-01.1+140100:2026-07-01.1");
        assert_eq!(here.confirmations.clause, "行政处罚法（2021）, 四十一; 并");
        assert_eq!(on("140200", "2026-07-01").confirmations.people, 1, "another city");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (casework, part) in [
            (r#"{"confirmations":{"people":0,"clause":"x","confidence":"low"}}"#, "more people"),
            (r#"{"confirmations":{"people":3,"clause":"x","confidence":"low"}}"#, "1 or 2"),
            (r#"{"repair":{"days":0,"count":"working","clause":"x","confidence":"low"}}"#, "1 to 365"),
            (r#"{"repair":{"days":5,"count":"moons","clause":"x","confidence":"low"}}"#, "moons"),
            ("{}", "changes nothing"),
        ] {
            let said = region(casework).unwrap_err();
            assert!(said.contains(part), "{said}");
        }
        let twice = CaseworkRules { service: Vec::new(), ..CaseworkRules::shipped() };
        assert!(twice.check().is_err());
    }

    #[test]
    fn every_word_reads_back() {
        for method in ServiceMethod::ALL {
            assert_eq!(ServiceMethod::from_word(method.word()), Some(method));
        }
        assert_eq!(Count::from_word("calendar"), Some(Count::Calendar));
        assert_eq!(Count::from_word("moons"), None);
    }
}
