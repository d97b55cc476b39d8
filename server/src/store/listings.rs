//! Listings of carriers: where each stands.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use server_core::listing::{Ground, ListingId, ListingState, Share};

use super::counting::{codes, stamp};
use super::engine::{change, row, rows};
use super::listing_shares::{ShareRow, day, number, region};
use super::{Reading, StoreError, Stored, Writing};

/// Listings given at once.
pub const LISTINGS_MAX: u32 = 100;

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

    /// A carrier's listings are its new region's to see and to decide.
    pub async fn move_listings(&mut self, carrier: &str, to: Region) -> Stored<()> {
        change!(self, "update listings set region = $2 where carrier = $1", carrier, i64::from(to.code()))?;
        Ok(())
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
}
