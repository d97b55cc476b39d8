//! Cases: what follows a confirmed candidate until the vehicle is clean again.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, may};
use server_core::audit::Action;
use server_core::case::{CaseId, Event};
use utoipa::{IntoParams, ToSchema};

use super::passages::passage_details;
use super::review::seen_by;
use super::wanted::reason;
use super::wire::{AuditEntry, Case, PassageDetail, words};
use crate::casework;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CaseQuery {
    /// Only in this state: `opened`, `repair-ordered`, `repaired`, `closed` or `withdrawn`.
    state: Option<String>,
}

/// Cases, the latest change first, at most 200.
#[derive(Serialize, ToSchema)]
pub(super) struct Cases {
    cases: Vec<Case>,
}

/// A case with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseDetail {
    case: Case,
    /// What was done, oldest first: the candidate's rows and the case's.
    history: Vec<AuditEntry>,
    /// The passages it rests on.
    passages: Vec<PassageDetail>,
    /// Events that can happen now, by the state and the account's role.
    actions: Vec<&'static str>,
}

/// Something that happens to a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseEvent {
    /// `order-repair`, `repaired`, `retest-passed`, `retest-failed` or `withdraw`.
    event: String,
    /// Why, or by which paper: 1 to 500 characters.
    reason: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Moved {
    case: Case,
}

/// A case's name in a path.
pub(super) struct CaseName(CaseId);

impl std::str::FromStr for CaseName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CaseId::parse(text).map(Self).ok_or(())
    }
}

/// Cases, the latest change first.
#[utoipa::path(get, path = "/cases", tag = "cases", params(CaseQuery), responses(
    (status = 200, body = Cases), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<CaseQuery>,
) -> Result<Json<Cases>, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let state = query.state.as_deref().filter(|word| !word.is_empty());
    let cases = site.store.reading().await?.cases(scope.0, state).await?;
    Ok(Json(Cases { cases: cases.into_iter().map(Case::from).collect() }))
}

/// A case with its history and passages. Opening it is audited.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = String, Path)), responses(
    (status = 200, body = CaseDetail), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(CaseName(id)): Name<CaseName>,
) -> Result<Json<CaseDetail>, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let mut reading = site.store.reading().await?;
    let row = reading.case(&id, scope.0).await?.ok_or_else(ApiError::not_found)?;
    let mut history = reading.audit_of(row.candidate.as_str()).await?;
    history.extend(reading.audit_of(id.as_str()).await?);
    history.sort_by_key(|entry| entry.number);
    let candidate = reading.candidate(&row.candidate, scope.0).await?;
    let ids = candidate.map(|candidate| seen_by(&signed, &candidate.passages)).unwrap_or_default();
    let passages = passage_details(&mut reading, &site.books, &ids).await?;
    drop(reading);
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::CaseViewed, id.as_str(), None).await?;
    writing.commit().await?;
    let allowed =
        if may(signed.role, Operation::MoveCase) { row.case.allowed(site.now()) } else { Vec::new() };
    let history = history.into_iter().map(AuditEntry::from).collect();
    Ok(Json(CaseDetail { case: row.into(), history, passages, actions: words(&allowed) }))
}

/// Let something happen to a case.
#[utoipa::path(post, path = "/cases/{id}/events", tag = "cases", params(("id" = String, Path)),
    request_body = CaseEvent, responses(
    (status = 200, body = Moved), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody), (status = 409, description = "Not in this state", body = ErrorBody)))]
pub(super) async fn happen(
    State(site): State<Site>,
    signed: Signed,
    Name(CaseName(id)): Name<CaseName>,
    Body(said): Body<CaseEvent>,
) -> Result<Json<Moved>, ApiError> {
    let scope = signed.may(Operation::MoveCase)?;
    let event = Event::from_word(&said.event).ok_or_else(|| {
        let en = "An event is one of order-repair, repaired, retest-passed, retest-failed, withdraw.";
        ApiError::invalid("未知的案件操作。", en)
    })?;
    let reason = reason(&said.reason)?;
    let (store, book, now) = (&site.store, &site.books, site.now());
    let followed = casework::happen(store, book, scope.0, &id, event, &signed.name, reason, now).await?;
    if followed.watchlist {
        site.watchlist.nudge();
    }
    let row = site.store.reading().await?.case(&id, scope.0).await?.ok_or_else(ApiError::internal)?;
    Ok(Json(Moved { case: row.into() }))
}
