//! Compares what was known of a vehicle with what its measurements say now, late records included.
//!
//! Waiting candidates follow the measurements. A decided one is never touched: if the measurements no longer
//! carry it, it is *contested*, and a person must look.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::PassageId;
use plumewatch_shared::rulebook::Item;

use super::{Candidate, CandidateId, Measurement, Rules, Vehicle, candidates, within_months};
use crate::review::CandidateState;

/// A candidate as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub id: CandidateId,
    /// Of what.
    pub item: Item,
    /// What it rests on, oldest first.
    pub passages: Vec<PassageId>,
    /// How far it has come.
    pub state: CandidateState,
    /// Marked as no longer carried by the measurements?
    pub contested: bool,
}

/// What must change in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A candidate waits for a person: a new one, or one that was void and stands again.
    Open(Candidate),
    /// Late records broke a waiting candidate.
    Void(CandidateId),
    /// Late records broke a decided candidate: it stays as decided, and is marked.
    Contest(CandidateId),
    /// A decided candidate stands again.
    Uphold(CandidateId),
}

/// The changes that lead from what is known to what the measurements say. With nothing new it gives none.
pub fn recount(
    vehicle: &Vehicle,
    measurements: &[Measurement],
    known: &[Known],
    restarts: &[Timestamp],
    rules: &impl Rules,
) -> Vec<Change> {
    let settled: BTreeSet<(Item, PassageId)> = known
        .iter()
        .filter(|candidate| candidate.state.is_decided())
        .flat_map(|candidate| candidate.passages.iter().map(|&passage| (candidate.item, passage)))
        .collect();
    let derived = candidates(vehicle, measurements, &settled, restarts, rules);
    let mut changes = Vec::new();
    for candidate in known {
        match candidate.state {
            CandidateState::Waiting => {
                if !derived.iter().any(|found| found.id == candidate.id) {
                    changes.push(Change::Void(candidate.id.clone()));
                }
            }
            CandidateState::Void => {}
            CandidateState::Confirmed | CandidateState::Rejected => {
                match (stands(candidate, measurements, rules), candidate.contested) {
                    (false, false) => changes.push(Change::Contest(candidate.id.clone())),
                    (true, true) => changes.push(Change::Uphold(candidate.id.clone())),
                    (true, false) | (false, true) => {}
                }
            }
        }
    }
    let waits = |found: &Candidate| {
        known.iter().any(|known| known.id == found.id && known.state == CandidateState::Waiting)
    };
    changes.extend(derived.into_iter().filter(|found| !waits(found)).map(Change::Open));
    changes
}

/// Are a decided candidate's passages still consecutive exceedances within the rule's months?
fn stands(candidate: &Known, measurements: &[Measurement], rules: &impl Rules) -> bool {
    let of_item = || measurements.iter().filter(|measurement| measurement.item == candidate.item);
    let at = |passage: &PassageId| of_item().find(|measurement| measurement.passage == *passage);
    let ends = candidate.passages.first().and_then(at).zip(candidate.passages.last().and_then(at));
    let Some((first, last)) = ends else { return false };
    let broken = of_item().any(|between| !between.exceeds && first < between && between < last);
    !broken && within_months(first.passed, last.passed, rules.at(last).within_months)
}
