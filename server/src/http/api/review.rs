//! The review queue: candidates, and a person's word on them.

use axum::Json;
use axum::extract::State;
use plumewatch_shared::ids::PassageId;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::audit::Action;
use server_core::counting::CandidateId;
use server_core::review::{Decision, Review};
use utoipa::ToSchema;

use super::passages::passage_details;
use super::wanted::reason;
use super::wire::{Candidate, PassageDetail};
use crate::casework;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name};
use crate::http::session::Signed;

/// What waits for a person.
#[derive(Serialize, ToSchema)]
pub(super) struct ReviewQueue {
    /// Oldest first, at most 200.
    candidates: Vec<Candidate>,
    /// How many wait in all.
    waiting: u64,
}

/// A candidate with its grounds.
#[derive(Serialize, ToSchema)]
pub(super) struct CandidateDetail {
    candidate: Candidate,
    /// Its passages, oldest first.
    passages: Vec<PassageDetail>,
}

/// A reviewer's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionBody {
    /// `confirm` or `reject`.
    decision: String,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// What came of a decision.
#[derive(Serialize, ToSchema)]
pub(super) struct Decided {
    /// The case that a confirmation opened.
    case_id: Option<String>,
    /// Is this the first of two confirmations, so that another person must confirm?
    waits_for_second: bool,
}

/// A candidate's name in a path.
pub(super) struct CandidateName(CandidateId);

impl std::str::FromStr for CandidateName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CandidateId::parse(text).map(Self).ok_or(())
    }
}

/// Candidates that wait for review, oldest first.
#[utoipa::path(get, path = "/review", tag = "review", responses(
    (status = 200, body = ReviewQueue), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<ReviewQueue>, ApiError> {
    let scope = signed.may(Operation::ReadReview)?;
    let mut reading = site.store.reading().await?;
    let rows = reading.waiting_candidates(scope.0).await?;
    let waiting = reading.waiting_count(scope.0).await?;
    let candidates = rows.into_iter().map(|row| Candidate::new(row, &site.books, site.now())).collect();
    Ok(Json(ReviewQueue { candidates, waiting }))
}

/// A candidate with its passages. Opening it is audited, passage by passage.
#[utoipa::path(get, path = "/review/{id}", tag = "review", params(("id" = String, Path)), responses(
    (status = 200, body = CandidateDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(CandidateName(id)): Name<CandidateName>,
) -> Result<Json<CandidateDetail>, ApiError> {
    let scope = signed.may(Operation::ReadReview)?;
    let mut reading = site.store.reading().await?;
    let row = reading.candidate(&id, scope.0).await?.ok_or_else(ApiError::not_found)?;
    let seen = seen_by(&signed, &row.passages);
    let passages = passage_details(&mut reading, &site.books, &seen).await?;
    drop(reading);
    record_views(&site, &signed, &seen).await?;
    Ok(Json(CandidateDetail { candidate: Candidate::new(row, &site.books, site.now()), passages }))
}

/// Decide on a candidate. A confirmation opens a case; where the region's rule asks for two people, the second one does.
#[utoipa::path(post, path = "/review/{id}/decision", tag = "review", params(("id" = String, Path)),
    request_body = DecisionBody, responses(
    (status = 200, body = Decided), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody), (status = 409, description = "Decided or void already, or the same person again", body = ErrorBody)))]
pub(super) async fn decide(
    State(site): State<Site>,
    signed: Signed,
    Name(CandidateName(id)): Name<CandidateName>,
    Body(said): Body<DecisionBody>,
) -> Result<Json<Decided>, ApiError> {
    let scope = signed.may(Operation::Decide)?;
    let decision = Decision::from_word(&said.decision)
        .ok_or_else(|| ApiError::invalid("未知的复核决定。", "A decision is confirm or reject."))?;
    let review =
        Review { candidate: id, decision, by: signed.name, at: site.now(), reason: reason(&said.reason)? };
    let followed = casework::decide(&site.store, &site.books, scope.0, &review).await?;
    if followed.watchlist {
        site.watchlist.nudge();
    }
    let case_id = followed.case.map(|case| case.as_str().to_owned());
    Ok(Json(Decided { case_id, waits_for_second: followed.waits_for_second }))
}

/// Those of a candidate's or case's passages that lie in the account's region: a vehicle that crosses
/// a border has some that do not.
pub(super) fn seen_by(signed: &Signed, passages: &[PassageId]) -> Vec<PassageId> {
    passages.iter().copied().filter(|id| signed.scope.holds(id.station)).collect()
}

/// Writes down that a person looked at passages.
pub(super) async fn record_views(
    site: &Site,
    signed: &Signed,
    passages: &[PassageId],
) -> Result<(), ApiError> {
    let mut writing = site.store.writing().await?;
    for id in passages {
        writing.record(site.now(), &signed.name, Action::PassageViewed, &id.to_string(), None).await?;
    }
    Ok(writing.commit().await?)
}
