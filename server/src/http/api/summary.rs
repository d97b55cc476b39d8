//! The counts of the front page.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use plumewatch_shared::time::law_place;
use serde::Serialize;
use server_core::access::Operation;
use utoipa::ToSchema;

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::session::Signed;

/// Counts of what the account sees; the day begins at midnight in China.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    /// Passages of today.
    passages_today: i64,
    /// Of them 合格.
    passed_today: i64,
    /// 筛查.
    screened_today: i64,
    /// 超标.
    exceeding_today: i64,
    /// 未判定.
    not_judged_today: i64,
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
    let by_outcome = reading.outcomes_since(scope, midnight(site.now()).as_microsecond()).await?;
    let count = |outcome: &str| by_outcome.iter().find(|(word, _)| word == outcome).map_or(0, |&(_, n)| n);
    let stations = reading.stations(scope).await?;
    Ok(Json(Summary {
        passages_today: by_outcome.iter().map(|(_, n)| n).sum(),
        passed_today: count("passed"),
        screened_today: count("screened"),
        exceeding_today: count("exceeding"),
        not_judged_today: count("not-judged"),
        waiting_review: reading.waiting_count(scope.0).await?,
        open_cases: reading.open_case_count(scope.0).await?,
        stations: stations.len(),
        stations_online: stations.iter().filter(|station| station.online == Some(true)).count(),
    }))
}

/// The last midnight in China.
pub(super) fn midnight(now: Timestamp) -> Timestamp {
    let today = law_place().to_datetime(now).date();
    law_place().to_timestamp(today.at(0, 0, 0, 0)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_day_begins_at_midnight_in_china() {
        let midnight = |text: &str| super::midnight(text.parse().unwrap()).to_string();
        assert_eq!(midnight("2026-11-23T15:59:59Z"), "2026-11-22T16:00:00Z");
        assert_eq!(midnight("2026-11-23T16:00:00Z"), "2026-11-23T16:00:00Z");
    }
}
