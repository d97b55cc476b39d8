//! What a region lays over a national rulebook: field by field, from a day, perhaps until another.
//!
//! Limits of passages may only be made stricter: a region cannot take back what the nation forbids. Nothing can be
//! taken out, so no override leaves a rulebook without limits.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::casework::CaseworkChange;
use super::check::Contradiction;
use super::edition::{Edition, Revision};
use super::listing::ListingChange;
use super::{ConditionRule, CorroborationRule, CountingRule, Item, Limit, Role, Rulebook, SourceConfidence};
use crate::exhaust_test::{ClassInForce, TestLimit, TestRulebook};
use crate::ids::Region;
use crate::language::Bilingual;

/// What one region changes in one standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionalOverride {
    /// The number of the standard it changes.
    pub overrides: String,
    /// Where: a province, a city or a county.
    pub region: Region,
    /// Our edition of it: the day it is in force from, a dot, a number.
    pub version: String,
    /// First legal day.
    pub in_force_from: Date,
    /// First legal day on which it holds no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_until: Option<Date>,
    /// The act that puts it in force.
    pub title: Bilingual,
    /// Limits of passages that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitChange>,
    /// Conditions that differ; each takes the place of the one of the same name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionRule>,
    /// What differs in counting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting: Option<CountingChange>,
    /// How instruments are compared here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corroboration: Option<CorroborationRule>,
    /// The limit class adopted here, for a standard of tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_in_force: Option<ClassInForce>,
    /// Limits of tests that differ; each takes the place of the one of the same item, class and power.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_limits: Vec<TestLimit>,
    /// What differs in casework, for the rules of casework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub casework: Option<CaseworkChange>,
    /// What differs in the rule of listings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListingChange>,
}

/// What differs in one limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitChange {
    /// Of what.
    pub item: Item,
    /// Another value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
    /// Another role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// What differs in counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountingChange {
    /// Another number of passages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceedances: Option<u32>,
    /// Other months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_months: Option<u32>,
    /// So many instruments in one passage suffice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruments: Option<u32>,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// What a place and a day make of a standard.
pub trait Standard: Clone {
    /// The standard's number.
    fn id(&self) -> &str;
    /// Our edition of it, as verdicts name it.
    fn version(&self) -> &str;
    /// Which national edition; `None` once a region's change is laid over it.
    fn revision(&self) -> Option<Revision>;
    /// Lays one region's change over it.
    fn lay_over(&mut self, change: &RegionalOverride) -> Result<(), Contradiction>;
    /// Names the edition that came of it.
    fn name(&mut self, edition: &Edition);
    /// Could it be meant?
    fn check(&self) -> Result<(), Contradiction>;
}

impl RegionalOverride {
    /// Which edition; `None` where the version does not name one.
    pub fn revision(&self) -> Option<Revision> {
        self.version.parse().ok().filter(|revision: &Revision| revision.from == self.in_force_from)
    }

    /// Does it hold on this day?
    pub fn holds_on(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day < until)
    }

    /// Could it be meant, whatever it changes?
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        let wrong = |item: &str, problem: &str, remedy: &str| {
            Contradiction::new(&self.overrides, item, problem, remedy)
        };
        if self.region == Region::COUNTRY {
            let remedy = "make a new national edition, or name a province, city or county";
            return Err(wrong("region", "it is the whole country", remedy));
        }
        if self.revision().is_none() {
            let remedy = "write in_force_from, a dot, and a number from 1";
            return Err(wrong("version", "it does not name the edition", remedy));
        }
        if self.in_force_until.is_some_and(|until| until <= self.in_force_from) {
            let remedy = "in_force_until is the first day on which it holds no more";
            return Err(wrong("in_force_until", "it never holds", remedy));
        }
        for (at, change) in self.limits.iter().enumerate() {
            if change.at_most.is_none() && change.role.is_none() {
                let remedy = "write at_most, role, or both";
                return Err(wrong(change.item.word(), "the change changes nothing", remedy));
            }
            if self.limits[..at].iter().any(|before| before.item == change.item) {
                return Err(wrong(change.item.word(), "it is changed twice", "keep one"));
            }
        }
        let of_passages = !self.limits.is_empty()
            || !self.conditions.is_empty()
            || self.counting.is_some()
            || self.corroboration.is_some();
        let of_tests = self.class_in_force.is_some() || !self.test_limits.is_empty();
        let empty = CaseworkChange { confirmations: None, service: Vec::new(), answer: None, repair: None };
        let of_casework = self.casework.as_ref().is_some_and(|casework| *casework != empty);
        let of_listings = self.listing.as_ref().is_some_and(|listing| *listing != ListingChange::default());
        let kinds = [of_passages, of_tests, of_casework, of_listings];
        match kinds.into_iter().filter(|changes| *changes).count() {
            0 => Err(wrong("limits", "it changes nothing", "write what differs")),
            1 => Ok(()),
            _ => Err(wrong(
                "limits",
                "it changes standards of several kinds at once",
                "write a file for each of passages, tests, casework and listings",
            )),
        }
    }
}

pub(super) fn foreign(change: &RegionalOverride, item: &str, kind: &str) -> Contradiction {
    let problem = format!("{} is a standard of {kind} and has no such field", change.overrides);
    Contradiction::new(&change.overrides, item, problem, "change the standard that has it")
}

impl Standard for Rulebook {
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
        if change.class_in_force.is_some() || !change.test_limits.is_empty() || change.casework.is_some() {
            return Err(foreign(change, "class_in_force", "passages"));
        }
        if change.listing.is_some() {
            return Err(foreign(change, "listing", "passages"));
        }
        for limit in &change.limits {
            self.change_limit(limit)?;
        }
        for rule in &change.conditions {
            match self.conditions.iter_mut().find(|own| own.condition == rule.condition) {
                Some(own) => *own = rule.clone(),
                None => self.conditions.push(rule.clone()),
            }
        }
        if let Some(counting) = &change.counting {
            let before = self.counting.clone();
            self.counting = CountingRule {
                exceedances: counting.exceedances.unwrap_or(before.exceedances),
                within_months: counting.within_months.unwrap_or(before.within_months),
                instruments: counting.instruments.or(before.instruments),
                clause: beside(&before.clause, &counting.clause),
                confidence: counting.confidence,
            };
        }
        if let Some(rule) = &change.corroboration {
            self.corroboration = Some(rule.clone());
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

impl Rulebook {
    fn change_limit(&mut self, change: &LimitChange) -> Result<(), Contradiction> {
        let wrong =
            |problem: &str, remedy: &str| Contradiction::new(&self.id, change.item.word(), problem, remedy);
        let Some(own) = self.limits.iter_mut().find(|limit| limit.item == change.item) else {
            let (Some(at_most), Some(role)) = (change.at_most, change.role) else {
                return Err(wrong("the standard does not limit it", "write at_most and role"));
            };
            let (clause, confidence) = (change.clause.clone(), change.confidence);
            self.limits.push(Limit { item: change.item, at_most, role, clause, confidence });
            return Ok(());
        };
        if change.at_most.is_some_and(|offered| offered > own.at_most) {
            let remedy =
                "a region can only make a limit stricter; if the standard changed, make a national edition";
            return Err(wrong("the limit is above the one it changes", remedy));
        }
        if change.role == Some(Role::Screening) && own.role == Role::Enforcement {
            let remedy = "a region cannot take an enforced limit back; leave the role out";
            return Err(wrong("the limit is enforced and would only screen", remedy));
        }
        own.confidence = match change.at_most {
            Some(_) => change.confidence,
            None => own.confidence.max(change.confidence), // The less sure of the two.
        };
        own.at_most = change.at_most.unwrap_or(own.at_most);
        own.role = change.role.unwrap_or(own.role);
        own.clause = beside(&own.clause, &change.clause);
        Ok(())
    }
}

impl Standard for TestRulebook {
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
        if change.class_in_force.is_none() && change.test_limits.is_empty() {
            return Err(foreign(change, "limits", "tests"));
        }
        if let Some(class) = &change.class_in_force {
            self.class_in_force = Some(class.clone());
        }
        for limit in &change.test_limits {
            let place = |own: &TestLimit| (own.item, own.class.clone(), own.rated_w_from, own.rated_w_below);
            match self.limits.iter_mut().find(|own| place(own) == place(limit)) {
                Some(own) => *own = limit.clone(),
                None => {
                    let problem = format!("the standard has no such limit of class {}", limit.class);
                    let remedy = "name item, class and power as the standard does";
                    return Err(Contradiction::new(&self.id, "test_limits", problem, remedy));
                }
            }
        }
        Ok(())
    }

    fn name(&mut self, edition: &Edition) {
        self.version = edition.to_string();
        self.in_force_from = latest(edition);
    }

    fn check(&self) -> Result<(), Contradiction> {
        Self::check(self).map_err(|error| {
            Contradiction::new(&self.id, "test rulebook", error.to_string(), "see the standard's own file")
        })
    }
}

pub(super) fn latest(edition: &Edition) -> Date {
    edition.regional.iter().map(|(_, revision)| revision.from).fold(edition.national.from, Date::max)
}

/// Both clauses: what is changed, and what changes it.
pub(super) fn beside(national: &str, regional: &str) -> String {
    if national == regional { national.to_owned() } else { format!("{national}; {regional}") }
}
