//! Candidates for a person to decide on, and the cases that follow.

use std::collections::HashSet;

use jiff::Timestamp;
use plumewatch_shared::ids::{PassageId, Region};
use plumewatch_shared::rulebook::Item;
use server_core::case::{Case, CaseId, CaseState};
use server_core::counting::{CandidateId, Exceedance, Vehicle};
use server_core::review::{CandidateState, Review};

use super::counting::{codes, colour_word, item, passage_id, stamp, vehicle};
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Candidates or cases given at once.
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

/// A case as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// What the core knows of it.
    pub case: Case,
    /// The candidate that opened it.
    pub candidate: CandidateId,
    /// When it was opened.
    pub opened: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// When something last happened to it.
    pub updated: Timestamp,
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
    decided_by: Option<String>,
    reason: Option<String>,
    station: String,
    sequence: i64,
    passed_us: i64,
    measured: i64,
    at_most: i64,
    corroboration: String,
}

#[derive(sqlx::FromRow)]
struct CaseColumns {
    id: String,
    candidate_id: String,
    plate: String,
    plate_colour: String,
    item: String,
    state: String,
    state_since_us: i64,
    opened_us: i64,
    opened_by: String,
    updated_us: i64,
}

/// The select of [`CandidateColumns`] over the candidates that the middle names, in its order.
macro_rules! candidates_where {
    ($which:literal) => {
        concat!(
            "select c.id, c.plate, c.plate_colour, c.item, c.opened_us, c.state, c.contested, c.rulebook, \
             c.rulebook_version, c.clause, c.decided_by, c.reason, p.station, p.sequence, n.passed_us, \
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

    /// Cases of a region, the latest change first, at most [`REVIEW_MAX`]; of one state, or all.
    pub async fn cases(&mut self, scope: Region, state: Option<&str>) -> Stored<Vec<CaseRow>> {
        let (low, high) = codes(scope);
        let found = rows!(
            self,
            CaseColumns,
            "select id, candidate_id, plate, plate_colour, item, state, state_since_us, opened_us, opened_by, \
             updated_us from cases where region >= $1 and region <= $2 and ($3 = '' or state = $3) \
             order by updated_us desc, id limit $4",
            low,
            high,
            state.unwrap_or_default(),
            i64::from(REVIEW_MAX)
        )?;
        found.into_iter().map(case).collect()
    }

    /// One case of a region.
    pub async fn case(&mut self, id: &CaseId, scope: Region) -> Stored<Option<CaseRow>> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            CaseColumns,
            "select id, candidate_id, plate, plate_colour, item, state, state_since_us, opened_us, opened_by, \
             updated_us from cases where id = $1 and region >= $2 and region <= $3",
            id.as_str(),
            low,
            high
        )?;
        found.map(case).transpose()
    }

    /// How many cases of a region are open.
    pub async fn open_case_count(&mut self, scope: Region) -> Stored<u64> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64,),
            "select count(*) from cases where state in ('opened', 'repair-ordered', 'repaired') \
             and region >= $1 and region <= $2",
            low,
            high
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
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

    /// Keeps a review.
    pub async fn set_review(&mut self, review: &Review, state: CandidateState) -> Stored<()> {
        change!(
            self,
            "update candidates set state = $2, decided_by = $3, reason = $4, changed_us = $5 where id = $1",
            review.candidate.as_str(),
            state.word(),
            &review.by,
            review.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            review.at.as_microsecond()
        )?;
        Ok(())
    }

    /// Keeps a new case.
    pub async fn insert_case(
        &mut self,
        case: &Case,
        candidate: &CandidateId,
        by: &str,
        now: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into cases (id, candidate_id, plate, plate_colour, item, region, state, state_since_us, \
             opened_us, opened_by, updated_us) \
             select $1, c.id, $3, $4, $5, c.region, $6, $7, $8, $9, $8 from candidates c where c.id = $2",
            case.id.as_str(),
            candidate.as_str(),
            case.vehicle.plate.as_str(),
            colour_word(case.vehicle.colour),
            case.item.word(),
            case.state.word(),
            case.state.since().as_microsecond(),
            now.as_microsecond(),
            by
        )?;
        Ok(())
    }

    /// Locks a case's row and gives it: between this and the commit nobody else moves it.
    pub async fn case_to_move(&mut self, id: &CaseId, scope: Region) -> Stored<Option<CaseRow>> {
        change!(self, "update cases set updated_us = updated_us where id = $1", id.as_str())?;
        self.case(id, scope).await
    }

    /// Keeps a case's new state.
    pub async fn set_case_state(&mut self, case: &Case, now: Timestamp) -> Stored<()> {
        change!(
            self,
            "update cases set state = $2, state_since_us = $3, updated_us = $4 where id = $1",
            case.id.as_str(),
            case.state.word(),
            case.state.since().as_microsecond(),
            now.as_microsecond()
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
            decided_by: columns.decided_by,
            reason: columns.reason,
            passages: vec![passage],
            exceedances: vec![exceedance],
            corroborations: vec![columns.corroboration],
        });
    }
    Ok(folded)
}

fn case(columns: CaseColumns) -> Stored<CaseRow> {
    let since = stamp(columns.state_since_us)?;
    Ok(CaseRow {
        case: Case {
            id: CaseId::parse(&columns.id).ok_or(StoreError::Corrupt("cases.id"))?,
            vehicle: vehicle(&columns.plate, &columns.plate_colour)?,
            item: item(&columns.item)?,
            state: CaseState::from_word(&columns.state, since).ok_or(StoreError::Corrupt("cases.state"))?,
        },
        candidate: CandidateId::parse(&columns.candidate_id)
            .ok_or(StoreError::Corrupt("cases.candidate_id"))?,
        opened: stamp(columns.opened_us)?,
        opened_by: columns.opened_by,
        updated: stamp(columns.updated_us)?,
    })
}
