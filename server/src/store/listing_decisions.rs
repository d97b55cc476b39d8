//! What was decided on a listing, by whom and resting on what, and what the carrier answered: written once, never changed.

use jiff::Timestamp;
use jiff::civil::Date;
use server_core::counting::Vehicle;
use server_core::listing::{ListingId, Terms};

use super::counting::vehicle;
use super::engine::{change, row, rows};
use super::listing_shares::{ShareRow, day, number};
use super::{Reading, Stored, Writing};

/// Exceedances that a decision keeps as its grounds: a fleet of twenty thousand vehicles at the rule's share.
pub const GROUNDS_MAX: u32 = 2_000;

/// Answers and decisions that a listing's page shows.
const HISTORY_MAX: i64 = 200;

/// A decision as it was taken.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DecisionRow {
    /// Counts a listing's decisions, from 1.
    pub number: i64,
    /// `list`, `decline`, `renew` or `delist`.
    pub decision: String,
    /// When, microseconds.
    pub at_us: i64,
    /// By whom.
    pub decided_by: String,
    /// Why.
    pub reason: String,
    /// First day on which the listing holds.
    pub from_day: Option<String>,
    /// First day on which it holds no more.
    pub until_day: Option<String>,
    /// By which document.
    pub notice: Option<String>,
    /// Vehicles that exceeded then.
    pub exceeding: i64,
    /// Vehicles of the fleet then.
    pub fleet: i64,
    /// The edition then.
    pub rulebook_version: String,
}

/// An answer of the carrier.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerRow {
    /// Counts a listing's answers, from 1.
    pub number: i64,
    /// The legal day it was received on.
    pub received_day: String,
    /// When it was entered, microseconds.
    pub at_us: i64,
    /// By whom.
    pub entered_by: String,
    /// What it says.
    pub answer: String,
}

/// What a decision, or the proposal (number 0), rested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundRow {
    /// The decision.
    pub number: u64,
    /// The case.
    pub case: String,
    /// The legal day of the exceedance.
    pub day: Date,
    /// Plate and colour as they were seen.
    pub seen: Vehicle,
    /// The vehicle in the register.
    pub vehicle: String,
}

impl Reading {
    /// The decisions on a listing, oldest first.
    pub async fn listing_decisions(&mut self, id: &ListingId) -> Stored<Vec<DecisionRow>> {
        rows!(
            self,
            DecisionRow,
            "select number, decision, at_us, decided_by, reason, from_day, until_day, notice, exceeding, fleet, \
             rulebook_version from listing_decisions where listing = $1 order by number limit $2",
            id.as_str(),
            HISTORY_MAX
        )
    }

    /// The carrier's answers, oldest first.
    pub async fn listing_answers(&mut self, id: &ListingId) -> Stored<Vec<AnswerRow>> {
        rows!(
            self,
            AnswerRow,
            "select number, received_day, at_us, entered_by, answer from listing_answers where listing = $1 \
             order by number limit $2",
            id.as_str(),
            HISTORY_MAX
        )
    }

    /// What the proposal and each decision rested on, oldest exceedance first.
    pub async fn listing_grounds(&mut self, id: &ListingId) -> Stored<Vec<GroundRow>> {
        let found = rows!(
            self,
            (i64, String, String, String, String, String),
            "select number, case_id, day, plate, plate_colour, vehicle from listing_grounds where listing = $1 \
             order by number, day, case_id limit $2",
            id.as_str(),
            i64::from(GROUNDS_MAX) * 4
        )?;
        found
            .into_iter()
            .map(|(number, case, at, plate, colour, of)| {
                let (day, seen) = (day(&at)?, vehicle(&plate, &colour)?);
                Ok(GroundRow { number: number as u64, case, day, seen, vehicle: of })
            })
            .collect()
    }
}

impl Writing {
    /// Keeps an authority's decision, before the state that it leads to; gives its number.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of the decision, and there is one caller")]
    pub async fn keep_decision(
        &mut self,
        id: &ListingId,
        decision: &str,
        terms: Option<&Terms>,
        share: &ShareRow,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Stored<u64> {
        let last = row!(
            self,
            (Option<i64>,),
            "select max(number) from listing_decisions where listing = $1",
            id.as_str()
        )?;
        let next = last.and_then(|(number,)| number).unwrap_or(0) + 1;
        let (from, until) =
            (terms.map(|terms| terms.from.to_string()), terms.map(|terms| terms.until.to_string()));
        let notice = terms.map(|terms| terms.notice.trim().to_owned());
        let (exceeding, fleet) = (number(share.tally.share.exceeding), number(share.tally.share.fleet));
        change!(
            self,
            "insert into listing_decisions (listing, number, decision, at_us, decided_by, reason, from_day, until_day, \
             notice, exceeding, fleet, rulebook, rulebook_version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            id.as_str(),
            next,
            decision,
            now.as_microsecond(),
            by,
            reason,
            from,
            until,
            &notice,
            exceeding,
            fleet,
            &share.rulebook,
            &share.rulebook_version
        )?;
        change!(
            self,
            "update listings set decided_us = $2, decided_by = $3, reason = $4, notice = coalesce($5, notice), \
             exceeding = $6, fleet = $7, rulebook = $8, rulebook_version = $9 where id = $1",
            id.as_str(),
            now.as_microsecond(),
            by,
            reason,
            notice,
            exceeding,
            fleet,
            &share.rulebook,
            &share.rulebook_version
        )?;
        Ok(next as u64)
    }

    /// Keeps what stands against the carrier from `start` on as the grounds of a decision, or of the proposal (0).
    pub async fn keep_grounds(
        &mut self,
        id: &ListingId,
        decision: u64,
        carrier: &str,
        start: Date,
    ) -> Stored<()> {
        change!(
            self,
            "insert into listing_grounds (listing, number, case_id, day, plate, plate_colour, vehicle) \
             select $1, $2, case_id, day, plate, plate_colour, vehicle from listing_exceedances \
             where carrier = $3 and $4 <= day and standing = true and vehicle is not null \
             order by day desc, case_id limit $5",
            id.as_str(),
            number(decision),
            carrier,
            start.to_string(),
            i64::from(GROUNDS_MAX)
        )?;
        Ok(())
    }

    /// Keeps an answer of the carrier.
    pub async fn keep_listing_answer(
        &mut self,
        id: &ListingId,
        received: Date,
        answer: &str,
        by: &str,
        now: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into listing_answers (listing, number, received_day, at_us, entered_by, answer) \
             select $1, coalesce(max(number), cast(0 as bigint)) + 1, $2, $3, $4, $5 from listing_answers \
             where listing = $1",
            id.as_str(),
            received.to_string(),
            now.as_microsecond(),
            by,
            answer
        )?;
        Ok(())
    }
}
