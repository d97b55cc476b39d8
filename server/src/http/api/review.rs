//! The review queue: candidates, and a person's word on them.

use axum::Json;
use axum::extract::State;
use plumewatch_shared::ids::PassageId;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::audit::Action;
use server_core::counting::CandidateId;
use server_core::review::{Decision, Reason, Review};
use utoipa::ToSchema;

use super::passages::passage_details;
use super::wanted::reason;
use super::wire::{Candidate, PassageDetail};
use crate::casework::{self, CaseworkError};
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
    /// Why, at most 500 characters; a rejection must say it.
    #[serde(default)]
    reason: Option<String>,
}

/// What came of a decision.
#[derive(Serialize, ToSchema)]
pub(super) struct Decided {
    /// The case that a confirmation opened.
    case_id: Option<String>,
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
    let candidates = rows.into_iter().map(|row| Candidate::new(row, &site.books)).collect();
    Ok(Json(ReviewQueue { candidates, waiting }))
}

/// A candidate with its passages. Opening it is audited, passage by passage.
#[utoipa::path(get, path = "/review/{id}", tag = "review", params(("id" = String, Path)), responses(
    (status = 200, body = CandidateDetail), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
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
    Ok(Json(CandidateDetail { candidate: Candidate::new(row, &site.books), passages }))
}

/// Decide on a candidate. A confirmation opens a case.
#[utoipa::path(post, path = "/review/{id}/decision", tag = "review", params(("id" = String, Path)),
    request_body = DecisionBody, responses(
    (status = 200, body = Decided), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody), (status = 409, description = "Decided or void already", body = ErrorBody)))]
pub(super) async fn decide(
    State(site): State<Site>,
    signed: Signed,
    Name(CandidateName(id)): Name<CandidateName>,
    Body(said): Body<DecisionBody>,
) -> Result<Json<Decided>, ApiError> {
    let scope = signed.may(Operation::Decide)?;
    let decision = Decision::from_word(&said.decision)
        .ok_or_else(|| ApiError::invalid("未知的复核决定。", "A decision is confirm or reject."))?;
    let given = said.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let reason: Option<Reason> = given.map(reason).transpose()?;
    let review = Review { candidate: id, decision, by: signed.name, at: site.now(), reason };
    let followed = casework::decide(&site.store, scope.0, &review).await?;
    if followed.watchlist {
        site.watchlist.nudge();
    }
    Ok(Json(Decided { case_id: followed.case.map(|case| case.as_str().to_owned()) }))
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

impl From<CaseworkError> for ApiError {
    fn from(error: CaseworkError) -> Self {
        use server_core::case::Refusal;
        use server_core::review::ReviewRefusal;
        match error {
            CaseworkError::Unknown => Self::not_found(),
            CaseworkError::Review(refusal) => {
                let en = sentence(&refusal);
                match refusal {
                    ReviewRefusal::Decided => Self::conflict("decided", "该候选已由他人复核。", en),
                    ReviewRefusal::Void => Self::conflict("void", "后到的记录已使该候选失效，无需复核。", en),
                    ReviewRefusal::ReasonMissing => {
                        Self::new(axum::http::StatusCode::BAD_REQUEST, "reason", "驳回时必须填写原因。", en)
                    }
                }
            }
            CaseworkError::Case(refusal) => {
                let zh = match refusal {
                    Refusal::NotOrdered => "尚未下达维修通知。",
                    Refusal::RetestBeforeRepair => "须先维修后复检。",
                    Refusal::AlreadyOrdered => "维修通知已下达。",
                    Refusal::AlreadyRepaired => "维修已登记。",
                    Refusal::Ended => "案件已结束。",
                };
                Self::conflict("case-state", zh, sentence(&refusal))
            }
            CaseworkError::Store(error) => error.into(),
        }
    }
}

/// An error's text as a sentence.
fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
