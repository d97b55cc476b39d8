//! Candidates for people to decide on.

use std::collections::HashSet;

use jiff::Timestamp;
use plumewatch_shared::ids::{PassageId, Region};
use plumewatch_shared::rulebook::Item;
use server_core::case::explain::Confirmation;
use server_core::counting::{CandidateId, Exceedance, Vehicle};
use server_core::review::{CandidateState, Review};

use super::counting::{codes, item, passage_id, stamp, vehicle};
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Candidates given at once.
pub const REVIEW_MAX: u32 = 200;

/// A candidate with its grounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateRow {
    /// Its name.
    pub id: CandidateId,
    /// Whose.
    pub vehicle: Vehicle,
    /// Of what.
    pub item: Item,
    /// When it began to wait.
    pub opened: Timestamp,
    /// How far it has come.
    pub state: CandidateState,
    /// Did late records break it after it was decided?
    pub contested: bool,
    /// The standard's number.
    pub rulebook: String,
    /// Our edition of it.
    pub rulebook_version: String,
    /// Where the counting rule stands.
    pub clause: String,
    /// The first of two confirmations, where the region's rule asks for two.
    pub first: Option<Confirmation>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The exceedances, oldest first.
    pub passages: Vec<PassageId>,
    /// Their figures, in the same order.
    pub exceedances: Vec<Exceedance>,
    /// What comparing head and camera came to in each, by word, in the same order.
    pub corroborations: Vec<String>,
}

/// Columns of a candidate and one of its passages.
#[derive(sqlx::FromRow)]
struct CandidateColumns {
    id: String,
    plate: String,
    plate_colour: String,
    item: String,
    opened_us: i64,
    state: String,
    contested: bool,
    rulebook: String,
    rulebook_version: String,
    clause: String,
    first_by: Option<String>,
    first_us: Option<i64>,
    first_reason: Option<String>,
    decided_by: Option<String>,
    reason: Option<String>,
    station: String,
    sequence: i64,
    passed_us: i64,
    measured: i64,
    at_most: i64,
    corroboration: String,
}

/// The select of [`CandidateColumns`] over the candidates that the middle names, in its order.
macro_rules! candidates_where {
    ($which:literal) => {
        concat!(
            "select c.id, c.plate, c.plate_colour, c.item, c.opened_us, c.state, c.contested, c.rulebook, \
             c.rulebook_version, c.clause, c.first_by, c.first_us, c.first_reason, c.decided_by, c.reason, p.station, p.sequence, n.passed_us, \
             n.measured, n.at_most, g.corroboration from (select * from candidates where ",
            $which,
            ") c join candidate_passages p on p.candidate = c.id \
             join countings n on n.plate = c.plate and n.plate_colour = c.plate_colour and n.item = c.item \
             and n.station = p.station and n.sequence = p.sequence \
             join passages g on g.station = p.station and g.sequence = p.sequence \
             order by c.opened_us, c.id, p.position"
        )
    };
}

impl Reading {
    /// Candidates waiting for review in a region, oldest first, at most [`REVIEW_MAX`].
    pub async fn waiting_candidates(&mut self, scope: Region) -> Stored<Vec<CandidateRow>> {
        let (low, high) = codes(scope);
        let found = rows!(
            self,
            CandidateColumns,
            candidates_where!(
                "state = 'waiting' and region >= $1 and region <= $2 order by opened_us, id limit $3"
            ),
            low,
            high,
            i64::from(REVIEW_MAX)
        )?;
        candidates(found)
    }

    /// How many candidates wait in a region.
    pub async fn waiting_count(&mut self, scope: Region) -> Stored<u64> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64,),
            "select count(*) from candidates where state = 'waiting' and region >= $1 and region <= $2",
            low,
            high
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// One candidate of a region.
    pub async fn candidate(&mut self, id: &CandidateId, scope: Region) -> Stored<Option<CandidateRow>> {
        let (low, high) = codes(scope);
        let found = rows!(
            self,
            CandidateColumns,
            candidates_where!("id = $1 and region >= $2 and region <= $3"),
            id.as_str(),
            low,
            high
        )?;
        Ok(candidates(found)?.pop())
    }
}

impl Writing {
    /// Locks a candidate's row and gives it: between this and the commit nobody else decides on it.
    pub async fn candidate_to_decide(
        &mut self,
        id: &CandidateId,
        scope: Region,
    ) -> Stored<Option<CandidateRow>> {
        // An update that changes nothing takes the row's lock on PostgreSQL; SQLite has one writer.
        change!(self, "update candidates set changed_us = changed_us where id = $1", id.as_str())?;
        self.candidate(id, scope).await
    }

    /// Keeps the first of two confirmations: the candidate goes on waiting, for another person.
    pub async fn set_first_confirmation(&mut self, review: &Review) -> Stored<()> {
        change!(
            self,
            "update candidates set first_by = $2, first_us = $3, first_reason = $4, changed_us = $3 where id = $1",
            review.candidate.as_str(),
            &review.by,
            review.at.as_microsecond(),
            review.reason.as_str()
        )?;
        Ok(())
    }

    /// Keeps a review.
    pub async fn set_review(&mut self, review: &Review, state: CandidateState) -> Stored<()> {
        change!(
            self,
            "update candidates set state = $2, decided_by = $3, reason = $4, changed_us = $5 where id = $1",
            review.candidate.as_str(),
            state.word(),
            &review.by,
            review.reason.as_str(),
            review.at.as_microsecond()
        )?;
        Ok(())
    }
}

/// Folds rows of candidate × passage into candidates, in the order they came.
fn candidates(found: Vec<CandidateColumns>) -> Stored<Vec<CandidateRow>> {
    let mut folded: Vec<CandidateRow> = Vec::new();
    let mut seen = HashSet::new();
    for columns in found {
        let passage = passage_id(&columns.station, columns.sequence)?;
        let exceedance = Exceedance {
            passed: stamp(columns.passed_us)?,
            measured: columns.measured,
            limit: columns.at_most,
        };
        if !seen.insert(columns.id.clone()) {
            if let Some(last) = folded.last_mut() {
                last.passages.push(passage);
                last.exceedances.push(exceedance);
                last.corroborations.push(columns.corroboration);
            }
            continue;
        }
        folded.push(CandidateRow {
            id: CandidateId::parse(&columns.id).ok_or(StoreError::Corrupt("candidates.id"))?,
            vehicle: vehicle(&columns.plate, &columns.plate_colour)?,
            item: item(&columns.item)?,
            opened: stamp(columns.opened_us)?,
            state: CandidateState::from_word(&columns.state)
                .ok_or(StoreError::Corrupt("candidates.state"))?,
            contested: columns.contested,
            rulebook: columns.rulebook,
            rulebook_version: columns.rulebook_version,
            clause: columns.clause,
            first: match (columns.first_by, columns.first_us) {
                (Some(by), Some(at)) => {
                    Some(Confirmation { by, at: stamp(at)?, reason: columns.first_reason })
                }
                (Some(_), None) | (None, _) => None,
            },
            decided_by: columns.decided_by,
            reason: columns.reason,
            passages: vec![passage],
            exceedances: vec![exceedance],
            corroborations: vec![columns.corroboration],
        });
    }
    Ok(folded)
}
