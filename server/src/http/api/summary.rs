//! The counts of the front page.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use plumewatch_shared::time::law_place;
use serde::Serialize;
use server_core::access::{Operation, may};
use utoipa::ToSchema;

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::session::Signed;

/// Counts of what the account sees.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    /// Since midnight in China.
    today: Today,
    /// Stations.
    stations: StationCounts,
    /// Candidates that wait for review; null for who may not see them.
    waiting: Option<u64>,
    /// Open cases; null for who may not see them.
    open_cases: Option<u64>,
}

/// Passages since midnight, by outcome.
#[derive(Serialize, ToSchema)]
pub(super) struct Today {
    /// All of them.
    passages: i64,
    /// 合格.
    passed: i64,
    /// 筛查.
    screened: i64,
    /// 超标.
    exceeding: i64,
    /// 未判定.
    not_judged: i64,
}

/// Stations by state.
#[derive(Serialize, ToSchema)]
pub(super) struct StationCounts {
    /// All of them.
    all: usize,
    /// Connected.
    online: usize,
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
    let waiting = match may(signed.role, Operation::ReadReview) {
        true => Some(reading.waiting_count(scope.0).await?),
        false => None,
    };
    let open_cases = match may(signed.role, Operation::ReadCases) {
        true => Some(reading.open_case_count(scope.0).await?),
        false => None,
    };
    let today = Today {
        passages: by_outcome.iter().map(|(_, n)| n).sum(),
        passed: count("passed"),
        screened: count("screened"),
        exceeding: count("exceeding"),
        not_judged: count("not-judged"),
    };
    let online = stations.iter().filter(|station| station.online == Some(true)).count();
    let stations = StationCounts { all: stations.len(), online };
    Ok(Json(Summary { today, stations, waiting, open_cases }))
}

/// The last midnight in China.
fn midnight(now: Timestamp) -> Timestamp {
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
