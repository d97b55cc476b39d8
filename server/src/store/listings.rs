//! Listings of carriers: where each stands, every decision with what it rested on, the carriers' answers.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use server_core::counting::Vehicle;
use server_core::listing::{Ground, ListingId, ListingState, Share, Terms};

use super::counting::{codes, stamp, vehicle};
use super::engine::{change, row, rows};
use super::listing_shares::{ShareRow, day, number, region};
use super::{Reading, StoreError, Stored, Writing};

/// Listings given at once.
pub const LISTINGS_MAX: u32 = 100;

/// Exceedances that a decision keeps as its grounds: a fleet of twenty thousand vehicles at the rule's share.
pub const GROUNDS_MAX: u32 = 2_000;

/// Answers and decisions that a listing's page shows.
const HISTORY_MAX: i64 = 200;

/// A listing as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRow {
    /// Its name.
    pub id: ListingId,
    /// The carrier.
    pub carrier: String,
    /// The carrier's name in the register; its code where the register does not know it.
    pub name: String,
    /// Where the carrier is registered.
    pub region: Region,
    /// Which of the carrier's listings this is, from 1.
    pub ordinal: u64,
    /// Where it stands.
    pub state: ListingState,
    /// The legal day it was proposed on.
    pub proposed: Date,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// The share at the proposal, then at the last decision.
    pub share: Share,
    /// The number of the act.
    pub rulebook: String,
    /// The edition of the act.
    pub rulebook_version: String,
    /// The document of the last decision.
    pub notice: Option<String>,
    /// When an authority last decided.
    pub decided: Option<Timestamp>,
    /// Who did.
    pub decided_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When something last happened to it.
    pub changed: Timestamp,
}

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

/// Which listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingsOf {
    /// Those that an authority must decide on: proposals to list and to delist.
    ToDecide,
    /// Those that are listed, those proposed for delisting among them.
    Listed,
    /// Those that have ended.
    Ended,
    /// All.
    All,
}

impl ListingsOf {
    /// Six places for states: a question has one text, however many states it asks for.
    const fn states(self) -> [&'static str; 6] {
        match self {
            Self::ToDecide => ["proposed", "delisting-proposed", "", "", "", ""],
            Self::Listed => ["listed", "delisting-proposed", "", "", "", ""],
            Self::Ended => ["declined", "void", "delisted", "", "", ""],
            Self::All => ["proposed", "delisting-proposed", "listed", "declined", "void", "delisted"],
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ListingColumns {
    id: String,
    carrier: String,
    name: String,
    region: i64,
    ordinal: i64,
    state: String,
    proposed_day: String,
    proposed_us: i64,
    exceeding: i64,
    fleet: i64,
    rulebook: String,
    rulebook_version: String,
    from_day: Option<String>,
    until_day: Option<String>,
    ground: Option<String>,
    notice: Option<String>,
    decided_us: Option<i64>,
    decided_by: Option<String>,
    reason: Option<String>,
    changed_us: i64,
}

/// The select of [`ListingColumns`] with what follows it.
macro_rules! listings_where {
    ($rest:literal) => {
        concat!(
            "select l.id, l.carrier, coalesce(c.name, l.carrier) as name, l.region, l.ordinal, l.state, l.proposed_day, \
             l.proposed_us, l.exceeding, l.fleet, l.rulebook, l.rulebook_version, l.from_day, l.until_day, l.ground, \
             l.notice, l.decided_us, l.decided_by, l.reason, l.changed_us \
             from listings l left join carriers c on c.code = l.carrier where ",
            $rest
        )
    };
}
pub(super) use listings_where;

fn state(columns: &ListingColumns) -> Stored<ListingState> {
    let term = || -> Stored<(Date, Date)> {
        let of =
            |text: &Option<String>| day(text.as_deref().ok_or(StoreError::Corrupt("listings.from_day"))?);
        Ok((of(&columns.from_day)?, of(&columns.until_day)?))
    };
    Ok(match columns.state.as_str() {
        "proposed" => ListingState::Proposed,
        "declined" => ListingState::Declined,
        "void" => ListingState::Void,
        "delisted" => ListingState::Delisted,
        "listed" => {
            let (from, until) = term()?;
            ListingState::Listed { from, until }
        }
        "delisting-proposed" => {
            let (from, until) = term()?;
            let ground = columns.ground.as_deref().and_then(Ground::from_word);
            let ground = ground.ok_or(StoreError::Corrupt("listings.ground"))?;
            ListingState::DelistingProposed { from, until, ground }
        }
        _ => return Err(StoreError::Corrupt("listings.state")),
    })
}

pub(super) fn listing(columns: ListingColumns) -> Stored<ListingRow> {
    Ok(ListingRow {
        id: ListingId::parse(&columns.id).ok_or(StoreError::Corrupt("listings.id"))?,
        state: state(&columns)?,
        region: region(columns.region)?,
        ordinal: columns.ordinal as u64,
        proposed: day(&columns.proposed_day)?,
        proposed_at: stamp(columns.proposed_us)?,
        share: Share { exceeding: columns.exceeding as u64, fleet: columns.fleet as u64 },
        decided: columns.decided_us.map(stamp).transpose()?,
        changed: stamp(columns.changed_us)?,
        carrier: columns.carrier,
        name: columns.name,
        rulebook: columns.rulebook,
        rulebook_version: columns.rulebook_version,
        notice: columns.notice,
        decided_by: columns.decided_by,
        reason: columns.reason,
    })
}

impl Reading {
    /// Listings of a region, the latest change first; after a cursor of stamp and name, if there is one.
    pub async fn listings(
        &mut self,
        scope: Region,
        which: ListingsOf,
        after: Option<(i64, String)>,
        limit: u32,
    ) -> Stored<Vec<ListingRow>> {
        let (low, high) = codes(scope);
        let [a, b, c, d, e, f] = which.states();
        let (at, id) = after.unwrap_or((i64::MAX, String::new()));
        let found = rows!(
            self,
            ListingColumns,
            listings_where!(
                "l.state in ($1, $2, $3, $4, $5, $6) and l.region >= $7 and l.region <= $8 \
                 and (l.changed_us < $9 or (l.changed_us = $9 and l.id > $10)) \
                 order by l.changed_us desc, l.id limit $11"
            ),
            a,
            b,
            c,
            d,
            e,
            f,
            low,
            high,
            at,
            id,
            i64::from(limit.min(LISTINGS_MAX))
        )?;
        found.into_iter().map(listing).collect()
    }

    /// How many listings of a region stand in each state.
    pub async fn listing_counts(&mut self, scope: Region) -> Stored<Vec<(String, i64)>> {
        let (low, high) = codes(scope);
        rows!(
            self,
            (String, i64),
            "select state, count(*) from listings where region >= $1 and region <= $2 group by state order by state",
            low,
            high
        )
    }

    /// One listing of a region.
    pub async fn listing(&mut self, id: &ListingId, scope: Region) -> Stored<Option<ListingRow>> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            ListingColumns,
            listings_where!("l.id = $1 and l.region >= $2 and l.region <= $3"),
            id.as_str(),
            low,
            high
        )?;
        found.map(listing).transpose()
    }

    /// The carrier's listing that has not ended.
    pub async fn open_listing(&mut self, carrier: &str) -> Stored<Option<ListingRow>> {
        let found = row!(
            self,
            ListingColumns,
            listings_where!("l.carrier = $1 and l.state in ('proposed', 'listed', 'delisting-proposed')"),
            carrier
        )?;
        found.map(listing).transpose()
    }

    /// Every listing of a carrier, the latest first, at most [`LISTINGS_MAX`].
    pub async fn listings_of(&mut self, carrier: &str) -> Stored<Vec<ListingRow>> {
        let found = rows!(
            self,
            ListingColumns,
            listings_where!("l.carrier = $1 order by l.ordinal desc limit $2"),
            carrier,
            i64::from(LISTINGS_MAX)
        )?;
        found.into_iter().map(listing).collect()
    }

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
    /// Begins the carrier's next listing, proposed.
    pub async fn propose_listing(&mut self, share: &ShareRow, now: Timestamp) -> Stored<ListingId> {
        let last = row!(
            self,
            (Option<i64>,),
            "select max(ordinal) from listings where carrier = $1",
            &share.carrier
        )?;
        let ordinal = last.and_then(|(ordinal,)| ordinal).unwrap_or(0) as u64 + 1;
        let id = ListingId::of(&share.carrier, ordinal);
        change!(
            self,
            "insert into listings (id, carrier, region, ordinal, state, proposed_day, proposed_us, exceeding, fleet, \
             rulebook, rulebook_version, changed_us) values ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8, $9, $10, $6)",
            id.as_str(),
            &share.carrier,
            i64::from(share.region.code()),
            number(ordinal),
            share.tally.day.to_string(),
            now.as_microsecond(),
            number(share.tally.share.exceeding),
            number(share.tally.share.fleet),
            &share.rulebook,
            &share.rulebook_version
        )?;
        Ok(id)
    }

    /// Keeps a listing's state.
    pub async fn set_listing_state(
        &mut self,
        id: &ListingId,
        state: ListingState,
        now: Timestamp,
    ) -> Stored<()> {
        let ground = match state {
            ListingState::DelistingProposed { ground, .. } => Some(ground.word()),
            ListingState::Proposed
            | ListingState::Declined
            | ListingState::Void
            | ListingState::Listed { .. }
            | ListingState::Delisted => None,
        };
        let (from, until) = state.term().unzip();
        // What a listing's term was stays to be read when it has ended.
        change!(
            self,
            "update listings set state = $2, from_day = coalesce($3, from_day), until_day = coalesce($4, until_day), \
             ground = $5, changed_us = $6 where id = $1",
            id.as_str(),
            state.word(),
            from.map(|day: Date| day.to_string()),
            until.map(|day: Date| day.to_string()),
            ground,
            now.as_microsecond()
        )?;
        Ok(())
    }

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
    pub async fn keep_carrier_answer(
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
