//! Cases: what follows a confirmed candidate until the vehicle is clean again.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, may};
use server_core::audit::Action;
use server_core::case::explain::{Confirmation, Grounds, explain};
use server_core::case::{CaseId, CaseState, Step};
use utoipa::{IntoParams, ToSchema};

use super::case_wire::{Case, CaseEvent, CaseworkWire, ExplanationWire, StepWire};
use super::passages::passage_details;
use super::review::seen_by;
use super::wanted::reason;
use super::wire::{AuditEntry, PassageDetail};
use crate::casework;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::store::{CASES_MAX, CandidateRow, CaseFilter, CaseRow};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CaseQuery {
    /// Only in this state: `opened`, `noticed`, `repair-ordered`, `repaired`, `closed`, `withdrawn` or `won`.
    state: Option<String>,
    /// Only those whose deadline has passed.
    #[serde(default)]
    overdue: bool,
    /// Only those with an appeal that waits for its decision.
    #[serde(default)]
    appealed: bool,
    /// Only those that are with the traffic police.
    #[serde(default)]
    referred: bool,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
}

impl CaseQuery {
    /// The filter that it asks for, within a region, on a day.
    pub(super) fn filter(&self, scope: Region, today: Date, limit: u32) -> Result<CaseFilter, ApiError> {
        Ok(CaseFilter {
            scope,
            state: self.state.as_deref().filter(|word| !word.is_empty()).map(state).transpose()?,
            overdue_on: self.overdue.then_some(today),
            appealed: self.appealed,
            referred: self.referred,
            after: self.after.as_deref().map(read_cursor).transpose()?,
            limit,
        })
    }
}

/// A page of cases, the most pressing first: overdue ones, then by deadline, then what waits for the first step, then
/// what an appeal holds up, then what has ended, the latest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Cases {
    cases: Vec<Case>,
    /// For the next page; null on the last.
    next: Option<String>,
    /// How many are open in all.
    open: u64,
    /// How many are past their deadline in all.
    overdue: u64,
}

/// A case with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseDetail {
    case: Case,
    /// What was done, oldest first: the candidate's audit rows and the case's.
    history: Vec<AuditEntry>,
    /// Its steps with their particulars, oldest first.
    steps: Vec<StepWire>,
    /// Why the vehicle is listed or cleared.
    explanation: ExplanationWire,
    /// The numbers of casework that hold there today.
    casework: CaseworkWire,
    /// The passages it rests on.
    passages: Vec<PassageDetail>,
    /// Events that a person can bring about now, by the state and the account's role.
    actions: Vec<&'static str>,
    /// May the account take the evidence package out?
    exports: bool,
    /// The key that signs packages, hex: what `plumewatch-server verify --key` is given.
    package_key: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Moved {
    case: Case,
}

/// A case's name in a path.
pub(super) struct CaseName(pub(super) CaseId);

impl std::str::FromStr for CaseName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CaseId::parse(text).map(Self).ok_or(())
    }
}

/// Today where the law counts days.
pub(super) fn today(site: &Site) -> Date {
    law_place().to_datetime(site.now()).date()
}

/// Cases, the most pressing first.
#[utoipa::path(get, path = "/cases", tag = "cases", params(CaseQuery), responses(
    (status = 200, body = Cases), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<CaseQuery>,
) -> Result<Json<Cases>, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let (day, limit) = (today(&site), query.limit.unwrap_or(PAGE).clamp(1, CASES_MAX));
    let filter = query.filter(scope.0, day, limit)?;
    let mut reading = site.store.reading().await?;
    let rows = reading.cases(&filter).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}", row.queue, row.case.id.as_str()));
    Ok(Json(Cases {
        open: reading.open_case_count(scope.0).await?,
        overdue: reading.overdue_case_count(scope.0, day).await?,
        cases: rows.into_iter().map(|row| Case::new(row, day)).collect(),
        next,
    }))
}

/// A case with its history, steps, explanation and passages. Opening it is audited.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = String, Path)), responses(
    (status = 200, body = CaseDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(CaseName(id)): Name<CaseName>,
) -> Result<Json<CaseDetail>, ApiError> {
    let scope = signed.may(Operation::ReadCases)?;
    let mut reading = site.store.reading().await?;
    let row = reading.case(&id, scope.0).await?.ok_or_else(ApiError::not_found)?;
    let history = reading.audit_of_case(&row.candidate, &id).await?;
    let steps = reading.case_steps(&id).await?;
    let candidate = reading.candidate(&row.candidate, scope.0).await?.ok_or_else(ApiError::internal)?;
    let ids = seen_by(&signed, &candidate.passages);
    let passages = passage_details(&mut reading, &site.books, &ids).await?;
    drop(reading);
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::CaseViewed, id.as_str(), None).await?;
    writing.commit().await?;
    let moves = may(signed.role, Operation::MoveCase);
    let allowed = if moves { row.case.allowed() } else { Vec::new() };
    let rules = site.books.casework_at(row.region, site.now());
    let known_until = site.books.calendar().arrangements().last().map_or(0, |last| last.year);
    Ok(Json(CaseDetail {
        explanation: explanation(&site, &row, &candidate, &steps).into(),
        history: history.into_iter().map(AuditEntry::from).collect(),
        steps: steps.into_iter().map(StepWire::from).collect(),
        casework: CaseworkWire::new(&rules, known_until),
        passages,
        actions: allowed.iter().map(|kind| kind.word()).collect(),
        exports: may(signed.role, Operation::ExportCase),
        package_key: hex::encode(site.signing_key.verifying_key().to_bytes()),
        case: Case::new(row, today(&site)),
    }))
}

/// Why the vehicle is listed or cleared.
pub(super) fn explanation(
    site: &Site,
    row: &CaseRow,
    candidate: &CandidateRow,
    steps: &[Step],
) -> server_core::case::explain::Explanation {
    let named = RulebookRef { id: candidate.rulebook.clone(), version: candidate.rulebook_version.clone() };
    let complete = candidate.exceedances.last().map_or(candidate.opened, |last| last.passed);
    let book = site.books.edition(&named).unwrap_or_else(|| site.books.in_force_at(row.region, complete));
    let confirmations = confirmations(row, candidate);
    let rules = site.books.casework_at(row.region, row.case.opened);
    let grounds = Grounds {
        exceedances: &candidate.exceedances,
        counting: &book.counting,
        rulebook: named,
        confirmations: &confirmations,
        rules: &rules,
    };
    explain(&row.case, &grounds, steps, site.now())
}

/// Who confirmed the case's candidate, first to last.
pub(super) fn confirmations(row: &CaseRow, candidate: &CandidateRow) -> Vec<Confirmation> {
    let last =
        Confirmation { by: row.opened_by.clone(), at: row.case.opened, reason: candidate.reason.clone() };
    candidate.first.iter().cloned().chain([last]).collect()
}

/// Let something happen to a case.
#[utoipa::path(post, path = "/cases/{id}/events", tag = "cases", params(("id" = String, Path)),
    request_body = CaseEvent, responses(
    (status = 200, body = Moved), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "Not in this state, or never by hand", body = ErrorBody)))]
pub(super) async fn happen(
    State(site): State<Site>,
    signed: Signed,
    Name(CaseName(id)): Name<CaseName>,
    Body(said): Body<CaseEvent>,
) -> Result<Json<Moved>, ApiError> {
    let scope = signed.may(Operation::MoveCase)?;
    let (event, reason) = (said.event()?, reason(&said.reason)?);
    let (store, books, now) = (&site.store, &site.books, site.now());
    let followed = casework::happen(store, books, scope.0, &id, event, &signed.name, &reason, now).await?;
    if followed.watchlist {
        site.watchlist.nudge();
    }
    let row = site.store.reading().await?.case(&id, scope.0).await?.ok_or_else(ApiError::internal)?;
    Ok(Json(Moved { case: Case::new(row, today(&site)) }))
}

fn state(word: &str) -> Result<&'static str, ApiError> {
    CaseState::WORDS.into_iter().find(|known| *known == word).ok_or_else(|| {
        let en = format!("A state is one of {}.", CaseState::WORDS.join(", "));
        ApiError::invalid("未知的案件状态。", en)
    })
}

/// The `next` of a page: its last row's place and id.
fn read_cursor(text: &str) -> Result<(String, CaseId), ApiError> {
    let parse = || {
        let (queue, id) = text.split_once('~')?;
        let plain = queue.len() <= 20 && queue.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        plain.then_some(())?;
        Some((queue.to_owned(), CaseId::parse(id)?))
    };
    parse().ok_or_else(|| ApiError::invalid("翻页标记无效。", "The cursor is none of this server's."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_reads_back() {
        let (queue, id) = read_cursor("12026-11-30~C00112233445566778899").unwrap();
        assert_eq!((queue.as_str(), id.as_str()), ("12026-11-30", "C00112233445566778899"));
    }

    proptest! {
        #[test]
        fn no_cursor_makes_the_reader_panic(text in "\\PC{0,60}", tail in "[0-9~C-]{0,60}") {
            let _ = read_cursor(&text);
            let _ = read_cursor(&tail);
        }
    }
}
