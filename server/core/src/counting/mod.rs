//! Counts exceedances into candidates (HJ 845-2017, clause 6; STANDARDS.md 1.3).
//!
//! A candidate is the rulebook's number of *consecutive* valid exceedances of one item by one vehicle within the
//! rulebook's calendar months. A valid pass of the item breaks the chain, an invalid measurement does not, a
//! passage in doubt is nobody's. Where a region's rulebook says so, one passage in which both instruments exceed is
//! enough. What comes out depends on which passages there are, never on the order they
//! came in: late is normal. Nothing here is a sanction: a person decides ([`review`](crate::review)).

mod explain;
mod recount;
mod rules;

pub use explain::{Exceedance, explanation};
pub use recount::{Change, Known, recount};
pub use rules::{Rules, Threshold};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{Timestamp, ToSpan};
use plumewatch_shared::ids::{FileHash, PassageId};
use plumewatch_shared::passage::Passage;
use plumewatch_shared::plate::{Plate, PlateColour};
use plumewatch_shared::rulebook::{Instrument, Item, Role};
use plumewatch_shared::time::law_place;
use plumewatch_shared::verdict::Verdict;

/// Who is counted: a plate and its colour together, because two colours may bear one text. A passage whose
/// colour was not told counts with its like only: it could be either vehicle's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vehicle {
    /// The plate.
    pub plate: Plate,
    /// Its colour, if told.
    pub colour: Option<PlateColour>,
}

/// One valid measurement of one item that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measurement {
    /// When the vehicle passed. First, so that measurements order by it, then by id.
    pub passed: Timestamp,
    /// The passage.
    pub passage: PassageId,
    /// What was measured.
    pub item: Item,
    /// Above the limit?
    pub exceeds: bool,
}

/// Whom a judged passage counts for, and with what; `None` if it cannot be laid at one vehicle's door.
///
/// Only findings against enforced limits count: screening marks a vehicle and nothing more.
pub fn measurements(passage: &Passage, verdict: &Verdict) -> Option<(Vehicle, Vec<Measurement>)> {
    if !passage.is_attributed() {
        return None;
    }
    let vehicle = Vehicle { plate: passage.plate()?.clone(), colour: passage.plate_colour() };
    let counted = verdict.findings.iter().filter(|finding| match finding.role {
        Role::Enforcement => true,
        Role::Screening => false,
    });
    let measured = counted
        .map(|finding| Measurement {
            passed: passage.passed.utc,
            passage: passage.id,
            item: finding.item,
            exceeds: finding.exceeds,
        })
        .collect();
    Some((vehicle, measured))
}

/// A candidate's name, derived from what it rests on: counted again, it is the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(String);

impl CandidateId {
    fn of(vehicle: &Vehicle, item: Item, passages: &[PassageId]) -> Self {
        let mut text = format!(
            "candidate 1\n{}\n{}\n{}",
            vehicle.plate.as_str(),
            vehicle.colour.map_or("", PlateColour::word),
            item.word()
        );
        for passage in passages {
            text.push('\n');
            text.push_str(&passage.to_string());
        }
        // 80 bits: among a billion candidates two collide with a chance of one in a million.
        Self(FileHash::of(text.as_bytes()).to_string()[..20].to_owned())
    }

    /// A name as the store keeps it; `None` unless it is 20 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 20 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CandidateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Enough exceedances for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Derived from the rest.
    pub id: CandidateId,
    /// Whose.
    pub vehicle: Vehicle,
    /// Of what.
    pub item: Item,
    /// The exceedances, oldest first.
    pub passages: Vec<PassageId>,
    /// When the last of them passed: from then on it could be known.
    pub complete: Timestamp,
}

/// The candidates that the measurements of one vehicle make, oldest first by item.
///
/// `settled` are passages that a decided candidate of the item rests on: they are spent, and no chain goes
/// across them. `restarts` are passed retests: a chain starts anew there (STANDARDS.md 1.3 e). A passage in which
/// enough instruments exceed makes a candidate of its own and is spent likewise. `rules` gives what holds where and
/// when a measurement was made; of a chain the last one's rule decides.
pub fn candidates(
    vehicle: &Vehicle,
    measurements: &[Measurement],
    settled: &BTreeSet<(Item, PassageId)>,
    restarts: &[Timestamp],
    rules: &impl Rules,
) -> Vec<Candidate> {
    let ordered: BTreeSet<&Measurement> = measurements.iter().collect();
    let items: BTreeSet<Item> = measurements.iter().map(|measurement| measurement.item).collect();
    let joint = joint(&ordered, rules);
    let mut found: Vec<Candidate> = joint
        .iter()
        .filter(|(passage, (_, items))| !items.iter().any(|item| settled.contains(&(*item, **passage))))
        .filter_map(|(passage, (passed, items))| {
            let (item, passages) = (*items.first()?, vec![*passage]);
            let id = CandidateId::of(vehicle, item, &passages);
            Some(Candidate { id, vehicle: vehicle.clone(), item, passages, complete: *passed })
        })
        .collect();
    for item in items {
        let mut chain: Vec<&Measurement> = Vec::new();
        for &measurement in ordered.iter().filter(|measurement| measurement.item == item) {
            let broken = !measurement.exceeds
                || settled.contains(&(item, measurement.passage))
                || joint.contains_key(&measurement.passage);
            let restarted = chain.last().is_some_and(|last| {
                restarts.iter().any(|restart| last.passed <= *restart && *restart < measurement.passed)
            });
            if broken || restarted {
                chain.clear();
            }
            if broken {
                continue;
            }
            chain.push(measurement);
            let rule = rules.at(measurement);
            let near = |earlier: &&&Measurement| {
                within_months(earlier.passed, measurement.passed, rule.within_months)
            };
            let reach = chain.iter().rev().take_while(near).count();
            if reach >= rule.exceedances as usize {
                let first = chain.len() - rule.exceedances as usize;
                let passages: Vec<_> = chain.split_off(first).iter().map(|one| one.passage).collect();
                chain.clear();
                found.push(Candidate {
                    id: CandidateId::of(vehicle, item, &passages),
                    vehicle: vehicle.clone(),
                    item,
                    passages,
                    complete: measurement.passed,
                });
            }
        }
    }
    found
}

/// Passages in which so many instruments exceed as their rule asks: when, and of what.
fn joint(
    ordered: &BTreeSet<&Measurement>,
    rules: &impl Rules,
) -> BTreeMap<PassageId, (Timestamp, BTreeSet<Item>)> {
    let mut exceeding: BTreeMap<PassageId, (Timestamp, BTreeSet<Item>)> = BTreeMap::new();
    for measurement in ordered.iter().filter(|measurement| measurement.exceeds) {
        let Some(_) = rules.at(measurement).instruments else { continue };
        let place = exceeding.entry(measurement.passage).or_insert((measurement.passed, BTreeSet::new()));
        place.1.insert(measurement.item);
    }
    let instruments = |items: &BTreeSet<Item>| -> BTreeSet<Instrument> {
        items.iter().map(|item| item.instrument()).collect()
    };
    // The rulebook's check allows no other number than all instruments.
    exceeding.retain(|_, (_, items)| instruments(items).len() == Instrument::COUNT as usize);
    exceeding
}

/// Does `last` lie within so many calendar months of `first`, days counted at the law's place?
///
/// The period's last day is the corresponding day, or the month's last where there is none (Civil Code,
/// article 202): from 31 August six months run to 28 February.
fn within_months(first: Timestamp, last: Timestamp, months: u32) -> bool {
    let day = |at: Timestamp| law_place().to_datetime(at).date();
    match day(first).checked_add(i64::from(months).months()) {
        Ok(end) => day(last) <= end,
        Err(_) => true, // Past the calendar's end, in the year 9999.
    }
}

#[cfg(test)]
mod tests;
