//! A person's word on a candidate, and what happens to a case: each one transaction with its audit row.
//!
//! The rules are `server_core`'s ([`decide`](server_core::review::decide), [`Case::apply`]); here they meet
//! the store. The caller tells the edges when a [`Followed`] says so, after the commit.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::Region;
use server_core::audit::{Action, Entry};
use server_core::case::{Case, CaseId, Effect, Event, Refusal};
use server_core::counting::Candidate;
use server_core::review::{CandidateState, Decision, Reason, Review, ReviewRefusal};

use crate::counting::count;
use crate::rulebooks::Books;
use crate::store::{CandidateRow, Store, StoreError};

/// It cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// There is none of this name in the account's region.
    #[error("there is no such candidate or case")]
    Unknown,
    /// The rules of review refuse it.
    #[error(transparent)]
    Review(#[from] ReviewRefusal),
    /// The rules of cases refuse it.
    #[error(transparent)]
    Case(#[from] Refusal),
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
}

/// Takes a reviewer's decision. A confirmation opens a case.
pub async fn decide(store: &Store, scope: Region, review: &Review) -> Result<Followed, CaseworkError> {
    let mut writing = store.writing().await?;
    let row = writing.candidate_to_decide(&review.candidate, scope).await?.ok_or(CaseworkError::Unknown)?;
    let state = server_core::review::decide(row.state, review)?;
    writing.set_review(review, state).await?;
    let mut followed = Followed { case: None, watchlist: false };
    let mut actions = Vec::new();
    match review.decision {
        Decision::Reject => actions.push((Action::CandidateRejected, review.candidate.to_string())),
        Decision::Confirm => {
            assert_eq!(state, CandidateState::Confirmed, "a case opens on a confirmed candidate alone");
            let (case, effects) = Case::open(&candidate(row), review.at);
            writing.insert_case(&case, &review.candidate, &review.by, review.at).await?;
            actions.push((Action::CandidateConfirmed, review.candidate.to_string()));
            followed.watchlist = effects.contains(&Effect::RefreshWatchlist);
            actions.extend(audits(&effects).map(|action| (action, case.id.as_str().to_owned())));
            followed.case = Some(case.id);
        }
    }
    for (action, subject) in actions {
        let reason = review.reason.as_ref().map(Reason::as_str);
        writing.record(review.at, &review.by, action, &subject, reason).await?;
    }
    writing.commit().await?;
    Ok(followed)
}

/// Lets something happen to a case.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the event, and there is one caller")]
pub async fn happen(
    store: &Store,
    books: &Books,
    scope: Region,
    id: &CaseId,
    event: Event,
    by: &str,
    reason: Reason,
    now: Timestamp,
) -> Result<Followed, CaseworkError> {
    let mut writing = store.writing().await?;
    let row = writing.case_to_move(id, scope).await?.ok_or(CaseworkError::Unknown)?;
    let (case, effects) = row.case.apply(event, now)?;
    writing.set_case_state(&case, now).await?;
    if effects.contains(&Effect::RestartCounting) {
        let plates = BTreeSet::from([case.vehicle.plate.clone()]);
        writing.lock_plates(&plates).await?;
        count(&mut writing, &plates, books, now).await?;
    }
    for action in audits(&effects) {
        let entry = Entry {
            at: now,
            actor: by.to_owned(),
            action,
            subject: id.as_str().to_owned(),
            reason: Some(reason.as_str().to_owned()),
            detail: event.word().to_owned(),
        };
        writing.append_audit(entry).await?;
    }
    writing.commit().await?;
    Ok(Followed { case: Some(case.id), watchlist: effects.contains(&Effect::RefreshWatchlist) })
}

fn audits(effects: &[Effect]) -> impl Iterator<Item = Action> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Audit(action) => Some(*action),
        // The watchlist follows the commit, counting stands above.
        Effect::RefreshWatchlist | Effect::RestartCounting => None,
    })
}

fn candidate(row: CandidateRow) -> Candidate {
    let complete = row.exceedances.last().map_or(row.opened, |last| last.passed);
    Candidate { id: row.id, vehicle: row.vehicle, item: row.item, passages: row.passages, complete }
}
