//! People's word on a candidate, and what happens to a case: each one transaction with its audit rows.
//!
//! The rules are `server_core`'s ([`decide`](server_core::review::decide), [`Case::apply`]); here they meet
//! the store. What a person does comes through [`happen`], what a repair order brings through [`order_event`], what the
//! calendar finds through [`mark_overdue`]. The caller tells the edges when a [`Followed`] says so, after the commit.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::Region;
use plumewatch_shared::time::law_place;
use server_core::audit::{Action, Entry};
use server_core::case::{Case, CaseId, Effect, Event, Facts, Refusal, Source, Step, Told};
use server_core::counting::{Candidate, Vehicle};
use server_core::inspection::{VehicleIdentity, Vin};
use server_core::order::Origin;
use server_core::review::{CandidateState, Reason, Review, ReviewRefusal, Ruling};

use crate::counting::{SYSTEM, count};
use crate::listings;
use crate::orders::{self, LoopError, NewOrder};
use crate::rulebooks::Books;
use crate::store::{CandidateRow, CaseRow, Store, StoreError, Writing};

/// Cases that one run of [`mark_overdue`] marks: more wait for the next run, so that none takes the database for long.
const OVERDUE_MAX: u32 = 500;

/// It cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// There is none of this name in the account's region.
    #[error("there is no such candidate or case")]
    Unknown,
    /// Only a repair order or the calendar brings it about.
    #[error("this is never entered by hand")]
    NotByHand,
    /// The rules of review refuse it.
    #[error(transparent)]
    Review(#[from] ReviewRefusal),
    /// The rules of cases refuse it.
    #[error(transparent)]
    Case(#[from] Refusal),
    /// The rules of repair orders refuse what must follow.
    #[error(transparent)]
    Order(#[from] LoopError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The case that was opened or moved.
    pub case: Option<CaseId>,
    /// May the watchlist have changed?
    pub watchlist: bool,
    /// Does the candidate wait for a second person?
    pub waits_for_second: bool,
}

/// Takes a reviewer's decision. The last confirmation that the region's rule asks for opens a case.
pub async fn decide(
    store: &Store,
    books: &Books,
    scope: Region,
    review: &Review,
) -> Result<Followed, CaseworkError> {
    let mut writing = store.writing().await?;
    let row = writing.candidate_to_decide(&review.candidate, scope).await?.ok_or(CaseworkError::Unknown)?;
    let region = row.passages.last().map_or(Region::COUNTRY, |last| last.station.region());
    let people = books.casework_at(region, review.at).confirmations.people;
    let first = row.first.as_ref().map(|first| first.by.as_str());
    let ruling = server_core::review::decide(row.state, first, review, people)?;
    let mut followed = Followed { case: None, watchlist: false, waits_for_second: false };
    let mut actions = Vec::new();
    let mut told = Vec::new();
    match ruling {
        Ruling::Rejected => {
            writing.set_review(review, CandidateState::Rejected).await?;
            actions.push((Action::CandidateRejected, review.candidate.to_string()));
        }
        Ruling::Seconded => {
            writing.set_first_confirmation(review).await?;
            actions.push((Action::CandidateSeconded, review.candidate.to_string()));
            followed.waits_for_second = true;
        }
        Ruling::Confirmed => {
            writing.set_review(review, CandidateState::Confirmed).await?;
            let (case, effects) = Case::open(&candidate(row), review.at);
            writing.insert_case(&case, &review.candidate, &review.by, review.at).await?;
            actions.push((Action::CandidateConfirmed, review.candidate.to_string()));
            actions.extend(audits(&effects).map(|action| (action, case.id.as_str().to_owned())));
            followed.watchlist = effects.contains(&Effect::RefreshWatchlist);
            let why = Some(review.reason.as_str());
            followed.watchlist |=
                follow(&mut writing, books, &case, &effects, &review.by, why, review.at, &mut told).await?;
            followed.case = Some(case.id);
        }
    }
    let entries = actions.into_iter().map(|(action, subject)| Entry {
        at: review.at,
        actor: review.by.clone(),
        action,
        subject,
        reason: Some(review.reason.as_str().to_owned()),
        detail: String::new(),
    });
    // What the review did stands before what followed of it.
    commit(writing, entries.chain(told)).await?;
    Ok(followed)
}

/// Lets a person make something happen to a case.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the event, and there is one caller")]
pub async fn happen(
    store: &Store,
    books: &Books,
    scope: Region,
    id: &CaseId,
    event: Event,
    by: &str,
    reason: &Reason,
    now: Timestamp,
) -> Result<Followed, CaseworkError> {
    if event.kind().source() != Source::Person {
        return Err(CaseworkError::NotByHand);
    }
    let mut writing = store.writing().await?;
    let row = writing.case_to_move(id, scope).await?.ok_or(CaseworkError::Unknown)?;
    let mut told = Vec::new();
    let followed = step(&mut writing, books, row, event, by, Some(reason.as_str()), now, &mut told).await?;
    commit(writing, told).await?;
    Ok(followed)
}

/// Lets a repair order make something happen to its case, in the order's own transaction; the caller writes what is `told`
/// in the audit, last of all. `actor` is the account that acted for the shop or station.
pub async fn order_event(
    writing: &mut Writing,
    books: &Books,
    id: &CaseId,
    event: Event,
    actor: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Followed, CaseworkError> {
    if event.kind().source() != Source::Order {
        return Err(CaseworkError::NotByHand);
    }
    let row = writing.case_to_move(id, Region::COUNTRY).await?.ok_or(CaseworkError::Unknown)?;
    step(writing, books, row, event, actor, None, now, told).await
}

/// Marks the cases whose deadline has passed; gives them. To be run every day, and harmless to run twice.
pub async fn mark_overdue(
    store: &Store,
    books: &Books,
    now: Timestamp,
) -> Result<Vec<CaseId>, CaseworkError> {
    let today = law_place().to_datetime(now).date();
    let found = store.reading().await?.newly_overdue(today, OVERDUE_MAX).await?;
    let mut marked = Vec::with_capacity(found.len());
    for id in found {
        let mut writing = store.writing().await?;
        let row = writing.case_to_move(&id, Region::COUNTRY).await?.ok_or(CaseworkError::Unknown)?;
        let mut told = Vec::new();
        match step(&mut writing, books, row, Event::Overdue, SYSTEM, None, now, &mut told).await {
            Ok(_) => {
                commit(writing, told).await?;
                marked.push(id);
            }
            // Somebody was faster: an appeal, a closing, another server.
            Err(CaseworkError::Case(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(marked)
}

/// One step: the case, its step, its counting, and what follows of it for orders and listings. The audit's entries are
/// `told`, for the caller to write last: whoever holds the audit's end waits for nothing else.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the step")]
async fn step(
    writing: &mut Writing,
    books: &Books,
    row: CaseRow,
    event: Event,
    actor: &str,
    reason: Option<&str>,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Followed, CaseworkError> {
    let rules = books.casework_at(row.region, now);
    let facts = Facts { calendar: books.calendar(), rules: &rules };
    let (case, effects) = row.case.apply(event.clone(), facts, now)?;
    let particulars = Told::of(&event, &case, &rules.version);
    writing.set_case(&case, now).await?;
    let step = Step {
        at: now,
        actor: actor.to_owned(),
        kind: event.kind(),
        told: particulars.clone(),
        reason: reason.map(str::to_owned),
    };
    writing.insert_case_step(&case.id, &step).await?;
    if effects.contains(&Effect::RestartCounting) {
        let plates = BTreeSet::from([case.vehicle.plate.clone()]);
        writing.lock_plates(&plates).await?;
        count(writing, &plates, books, now).await?;
    }
    told.extend(audits(&effects).map(|action| Entry {
        at: now,
        actor: actor.to_owned(),
        action,
        subject: case.id.as_str().to_owned(),
        reason: reason.map(str::to_owned),
        detail: serde_json::to_string(&particulars).expect("texts and days serialise"),
    }));
    let mut watchlist = effects.contains(&Effect::RefreshWatchlist);
    watchlist |= follow(writing, books, &case, &effects, actor, reason, now, told).await?;
    Ok(Followed { watchlist, case: Some(case.id), waits_for_second: false })
}

/// What a case's step brings about elsewhere: its repair order begins or is called off, its exceedances count for the
/// vehicle's carrier or count no more. True if the watchlist may have changed by it.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the step")]
async fn follow(
    writing: &mut Writing,
    books: &Books,
    case: &Case,
    effects: &[Effect],
    actor: &str,
    reason: Option<&str>,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<bool, CaseworkError> {
    for effect in effects {
        match effect {
            Effect::OpenOrder { station, due } => {
                let new = NewOrder {
                    origin: Origin::Case(case.id.clone()),
                    vehicle: identity(writing, case, now).await?,
                    station: station.clone(),
                    // What must be passed, and how, the first test at the station decides.
                    items: BTreeSet::new(),
                    method: None,
                    due: *due,
                };
                orders::open(writing, new, actor, now, told).await?;
            }
            Effect::CancelOrder => {
                let why =
                    reason.and_then(Reason::new).or_else(|| Reason::new("案件已结束 / the case has ended"));
                let why = why.expect("the words are there");
                orders::call_off(writing, &case.id, actor, &why, now, told).await?;
            }
            // The caller's own, and the listings' below.
            Effect::Audit(_)
            | Effect::RefreshWatchlist
            | Effect::RestartCounting
            | Effect::ExceedancesConfirmed
            | Effect::ExceedancesVoid => {}
        }
    }
    let listed = listings::follow(writing, books, &case.id, effects, now).await?;
    told.extend(listed.entries);
    Ok(listed.watchlist)
}

/// The vehicle as an order names it: with the identification number that the register knows for its plate today.
async fn identity(
    writing: &mut Writing,
    case: &Case,
    now: Timestamp,
) -> Result<VehicleIdentity, CaseworkError> {
    let Vehicle { plate, colour } = case.vehicle.clone();
    let today = law_place().to_datetime(now).date();
    let registered = writing.vehicle_on(&plate, colour, today).await?;
    let vin = registered.and_then(|vehicle| vehicle.facts.vin).and_then(|vin| Vin::parse(vin.as_str()));
    Ok(VehicleIdentity { plate, colour, vin })
}

/// Commits with the audit's entries written last.
async fn commit(mut writing: Writing, told: impl IntoIterator<Item = Entry>) -> Result<(), CaseworkError> {
    for entry in told {
        writing.append_audit(entry).await?;
    }
    Ok(writing.commit().await?)
}

fn audits(effects: &[Effect]) -> impl Iterator<Item = Action> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Audit(action) => Some(*action),
        // The watchlist follows the commit, counting stands above, orders and listings are `follow`'s.
        Effect::RefreshWatchlist
        | Effect::RestartCounting
        | Effect::OpenOrder { .. }
        | Effect::CancelOrder
        | Effect::ExceedancesConfirmed
        | Effect::ExceedancesVoid => None,
    })
}

fn candidate(row: CandidateRow) -> Candidate {
    let complete = row.exceedances.last().map_or(row.opened, |last| last.passed);
    Candidate { id: row.id, vehicle: row.vehicle, item: row.item, passages: row.passages, complete }
}
