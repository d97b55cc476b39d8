//! The counts of the front page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use server_core::access::Operation;
use server_core::statistics::day::day_number;
use utoipa::ToSchema;

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::session::Signed;

/// Counts of what the account sees; the day begins at midnight in China.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    /// Passages of today.
    passages_today: u64,
    /// Of them 合格.
    passed_today: u64,
    /// 筛查.
    screened_today: u64,
    /// 超标.
    exceeding_today: u64,
    /// 未判定.
    not_judged_today: u64,
    /// Candidates that wait for review.
    waiting_review: u64,
    /// Open cases.
    open_cases: u64,
    /// Stations.
    stations: usize,
    /// Of them connected.
    stations_online: usize,
}

/// The counts of the front page.
#[utoipa::path(get, path = "/summary", tag = "passages", responses(
    (status = 200, body = Summary), (status = 401, body = ErrorBody)))]
pub(super) async fn counts(State(site): State<Site>, signed: Signed) -> Result<Json<Summary>, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    let mut reading = site.store.reading().await?;
    let today = day_number(site.now().as_microsecond());
    let [passages, passed, screened, exceeding] = reading.region_day(scope, today).await?;
    let stations = reading.stations(scope).await?;
    Ok(Json(Summary {
        passages_today: passages,
        passed_today: passed,
        screened_today: screened,
        exceeding_today: exceeding,
        not_judged_today: passages.saturating_sub(passed + screened + exceeding),
        waiting_review: reading.waiting_count(scope.0).await?,
        open_cases: reading.open_case_count(scope.0).await?,
        stations: stations.len(),
        stations_online: stations.iter().filter(|station| station.online == Some(true)).count(),
    }))
}
