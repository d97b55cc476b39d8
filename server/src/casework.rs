//! People's word on a candidate, and what happens to a case: each one transaction with its audit rows.
//!
//! The rules are `server_core`'s ([`decide`](server_core::review::decide), [`Case::apply`]); here they meet
//! the store. What a person does comes through [`happen`], what a repair order brings through [`order_event`], what the
//! calendar finds through [`mark_overdue`]. The caller tells the edges when a [`Followed`] says so, after the commit.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::time::law_place;
use server_core::access::OrganisationCode;
use server_core::audit::{Action, Entry};
use server_core::case::{Case, CaseId, Effect, Event, Facts, Refusal, Source, Step, Told};
use server_core::counting::Candidate;
use server_core::inspection::VehicleIdentity;
use server_core::order::Origin;
use server_core::review::{CandidateState, Reason, Review, ReviewRefusal, Ruling};

use crate::counting::{SYSTEM, count};
use crate::jobs::{Duty, Rhythm, Work};
use crate::listings;
use crate::orders::{self, LoopError, NewOrder};
use crate::rulebooks::Books;
use crate::store::{CandidateRow, CaseRow, Store, StoreError, Stored, Writing};

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
    /// The rules of repair orders refuse what must follow, such as a station that is not open.
    #[error("the repair order cannot follow")]
    Order(#[source] LoopError),
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
    /// What followed from it.
    pub effects: Vec<Effect>,
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
    let mut followed =
        Followed { case: None, watchlist: false, waits_for_second: false, effects: Vec::new() };
    let mut carried = Vec::new();
    let mut actions = Vec::new();
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
            let listed =
                count_for_carrier(&mut writing, books, &case.id, &effects, review.at, &mut carried).await?;
            followed.watchlist = listed || effects.contains(&Effect::RefreshWatchlist);
            followed.case = Some(case.id);
            followed.effects = effects;
        }
    }
    for entry in carried {
        writing.append_audit(entry).await?;
    }
    for (action, subject) in actions {
        writing.record(review.at, &review.by, action, &subject, Some(review.reason.as_str())).await?;
    }
    writing.commit().await?;
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
    let followed = step(&mut writing, books, row, event, by, Some(reason), now, &mut told).await?;
    finish(writing, told).await?;
    Ok(followed)
}

/// Lets a repair order make something happen to its case, in the order's own transaction. `actor` is the account that
/// acted for the shop or station. Audit entries are gathered in `told`, which the order writes last.
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
                finish(writing, told).await?;
                marked.push(id);
            }
            // Somebody was faster: an appeal, a closing, another server.
            Err(CaseworkError::Case(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(marked)
}

/// Deadlines of cases among the server's duties: each day from its first moment on, so that a case is overdue when its
/// last day has gone by.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines;

#[async_trait]
impl Duty for Deadlines {
    fn name(&self) -> &'static str {
        "cases-overdue"
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::Daily
    }

    async fn perform(&self, work: &Work<'_>) -> Stored<bool> {
        let mut marked = 0;
        loop {
            match mark_overdue(work.store, work.books, work.now).await {
                Ok(cases) => marked += cases.len(),
                Err(CaseworkError::Store(error)) => return Err(error),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "overdue cases were not marked"
                    );
                    break;
                }
            }
            let more = !work.store.reading().await?.newly_overdue(work.today, 1).await?.is_empty();
            if !more || !work.lease.renew().await? {
                break;
            }
        }
        tracing::info!(cases = marked, "cases whose last day has gone by are marked");
        Ok(false)
    }
}

/// Writes the gathered audit entries, last: whoever holds the audit's end waits for nothing else.
async fn finish(mut writing: Writing, told: Vec<Entry>) -> Result<(), CaseworkError> {
    for entry in told {
        writing.append_audit(entry).await?;
    }
    Ok(writing.commit().await?)
}

/// One step: the case, its step, its counting, its repair order; its audit entries are gathered.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the step")]
async fn step(
    writing: &mut Writing,
    books: &Books,
    row: CaseRow,
    event: Event,
    actor: &str,
    reason: Option<&Reason>,
    now: Timestamp,
    audit: &mut Vec<Entry>,
) -> Result<Followed, CaseworkError> {
    let rules = books.casework_at(row.region, now);
    let facts = Facts { calendar: books.calendar(), rules: &rules };
    let (case, effects) = row.case.apply(event.clone(), facts, now)?;
    let told = Told::of(&event, &case, &rules.version);
    writing.set_case(&case, now).await?;
    let step = Step {
        at: now,
        actor: actor.to_owned(),
        kind: event.kind(),
        told: told.clone(),
        reason: reason.map(|reason| reason.as_str().to_owned()),
    };
    writing.insert_case_step(&case.id, &step).await?;
    if effects.contains(&Effect::RestartCounting) {
        let plates = BTreeSet::from([case.vehicle.plate.clone()]);
        writing.lock_plates(&plates).await?;
        count(writing, &plates, books, now).await?;
    }
    for action in audits(&effects) {
        audit.push(Entry {
            at: now,
            actor: actor.to_owned(),
            action,
            subject: case.id.as_str().to_owned(),
            reason: reason.map(|reason| reason.as_str().to_owned()),
            detail: serde_json::to_string(&told).expect("texts and days serialise"),
        });
    }
    for effect in &effects {
        match effect {
            Effect::OpenOrder { station, due } => {
                let new = order_of(writing, &case, station.clone(), *due, now).await?;
                orders::open(writing, new, actor, now, audit).await.map_err(order_error)?;
            }
            Effect::CancelOrder => {
                orders::cancel_of_case(writing, &case.id, reason, actor, now, audit)
                    .await
                    .map_err(order_error)?;
            }
            // These stand above and below.
            Effect::Audit(_)
            | Effect::RefreshWatchlist
            | Effect::RestartCounting
            | Effect::ExceedancesConfirmed
            | Effect::ExceedancesVoid => {}
        }
    }
    let listed = count_for_carrier(writing, books, &case.id, &effects, now, audit).await?;
    Ok(Followed {
        watchlist: listed || effects.contains(&Effect::RefreshWatchlist),
        case: Some(case.id),
        waits_for_second: false,
        effects,
    })
}

/// Tells the carrier's share of exceedances that count now, or no more; true if the watchlist may have changed.
async fn count_for_carrier(
    writing: &mut Writing,
    books: &Books,
    case: &CaseId,
    effects: &[Effect],
    now: Timestamp,
    audit: &mut Vec<Entry>,
) -> Result<bool, CaseworkError> {
    let told = listings::follow(writing, books, case, effects, now).await?;
    audit.extend(told.entries);
    Ok(told.watchlist)
}

/// The order that a case begins; the vehicle's number is the register's word on the last exceedance's plate today.
async fn order_of(
    writing: &mut Writing,
    case: &Case,
    station: OrganisationCode,
    due: Date,
    now: Timestamp,
) -> Result<NewOrder, CaseworkError> {
    let (plate, colour) = (&case.vehicle.plate, case.vehicle.colour);
    let registered = writing.vehicle_on(plate, colour, law_place().to_datetime(now).date()).await?;
    let vin = registered.and_then(|vehicle| vehicle.facts.vin);
    let vehicle = VehicleIdentity { plate: plate.clone(), colour, vin };
    let origin = Origin::Case(case.id.clone());
    Ok(NewOrder { origin, vehicle, station, items: BTreeSet::new(), method: None, due })
}

fn order_error(error: LoopError) -> CaseworkError {
    match error {
        LoopError::Store(error) => CaseworkError::Store(error),
        other => CaseworkError::Order(other),
    }
}

fn audits(effects: &[Effect]) -> impl Iterator<Item = Action> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Audit(action) => Some(*action),
        // The watchlist follows the commit; counting, orders and carriers' shares are done where the case steps.
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
