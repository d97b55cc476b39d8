//! Could a rulebook be meant? What contradicts itself is refused, with the item and what to do about it.

use std::collections::BTreeSet;

use super::{Instrument, Rulebook, edition};

/// Months of a counting rule: more is a mistake.
const MONTHS_MAX: u32 = 120;
/// Exceedances of a counting rule: more is a mistake.
const EXCEEDANCES_MAX: u32 = 10;
/// The longest name of a standard, bytes.
const ID_BYTES_MAX: usize = 60;

/// A rulebook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// The file is not a rulebook.
    #[error("the rulebook cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// It says what cannot be meant.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// What contradicts itself, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {item}: {problem}; {remedy}")]
pub struct Contradiction {
    /// The standard's number.
    pub id: String,
    /// The place in it.
    pub item: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Contradiction {
    pub(super) fn new(id: &str, item: impl Into<String>, problem: impl Into<String>, remedy: &str) -> Self {
        Self { id: id.to_owned(), item: item.into(), problem: problem.into(), remedy: remedy.to_owned() }
    }
}

impl Rulebook {
    /// Could this rulebook be meant?
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        let wrong =
            |item: &str, problem: &str, remedy: &str| Contradiction::new(&self.id, item, problem, remedy);
        if self.id.is_empty() || self.id.len() > ID_BYTES_MAX {
            return Err(wrong("id", "the standard has no name, or one too long", "write its number"));
        }
        edition::named(&self.version, self.in_force_from)
            .map_err(|error| wrong("version", "it does not name the edition", &error.to_string()))?;
        if self.limits.is_empty() {
            return Err(wrong("limits", "there is none, so everything would pass", "write at least one"));
        }
        let mut items = BTreeSet::new();
        for limit in &self.limits {
            if !items.insert(limit.item) {
                return Err(wrong(limit.item.word(), "it has two limits", "keep one"));
            }
            if limit.at_most < 0 {
                return Err(wrong(limit.item.word(), "its limit is below zero", "write the limit's value"));
            }
        }
        let mut conditions = BTreeSet::new();
        for rule in &self.conditions {
            let word = rule.condition.wire_word();
            if !conditions.insert(rule.condition) {
                return Err(wrong(word, "the condition stands twice", "keep one"));
            }
            if matches!((rule.below, rule.above), (Some(below), Some(above)) if below > above) {
                return Err(wrong(word, "below is more than above, so nothing would count", "exchange them"));
            }
        }
        self.check_counting()
    }

    fn check_counting(&self) -> Result<(), Contradiction> {
        let wrong =
            |item: &str, problem: &str, remedy: &str| Contradiction::new(&self.id, item, problem, remedy);
        let counting = &self.counting;
        if !(1..=EXCEEDANCES_MAX).contains(&counting.exceedances) {
            return Err(wrong("counting.exceedances", "the number cannot be meant", "write 1 to 10"));
        }
        if !(1..=MONTHS_MAX).contains(&counting.within_months) {
            return Err(wrong("counting.within_months", "the number cannot be meant", "write 1 to 120"));
        }
        if counting.instruments.is_some_and(|instruments| instruments != Instrument::COUNT) {
            let problem = "a passage has two instruments, head and camera";
            return Err(wrong("counting.instruments", problem, "write 2, or leave it out"));
        }
        let Some(rule) = &self.corroboration else { return Ok(()) };
        let percent = 0..=10_000;
        if !percent.contains(&rule.beam_margin)
            || !percent.contains(&rule.camera_margin)
            || !(0..=100).contains(&rule.camera_sigma_tenths)
        {
            let remedy = "margins are 0 to 10000 hundredths of a percent, sigma 0 to 100 tenths";
            return Err(wrong("corroboration", "a margin cannot be meant", remedy));
        }
        Ok(())
    }
}
