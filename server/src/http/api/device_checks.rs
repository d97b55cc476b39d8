//! Checks of a station's remote-sensing heads.

use axum::Json;
use axum::extract::State;
use plumewatch_shared::ids::StationId;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use utoipa::{IntoParams, ToSchema};

use super::statistics::span;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Name, Params};
use crate::http::session::Signed;
use crate::store::{CHECKS_MAX, CheckPointRow, DeviceCheckRow};

/// Checks given unless the request says otherwise.
const CHECKS: u32 = 50;

/// Which checks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CheckQuery {
    /// 1 to 92 days back; 30 unless said.
    days: Option<u32>,
    /// 1 to 200 checks; 50 unless said.
    limit: Option<u32>,
}

/// A station's checks.
#[derive(Serialize, ToSchema)]
pub(super) struct Checks {
    /// Newest first.
    checks: Vec<Check>,
}

/// What a head made of what was known.
#[derive(Serialize, ToSchema)]
pub(super) struct Check {
    /// `A140105001-0000000042`: counted with the station's other records.
    id: String,
    /// When it was made.
    performed_utc_us: i64,
    /// `synchronised`, `holdover` or `unsynchronised`.
    clock: String,
    /// When the server had it.
    received_utc_us: i64,
    /// From 1.
    lane: i64,
    /// Serial number of the head.
    device: String,
    /// The check's number, which readings name as their audit.
    number: String,
    /// `zero`, `span`, `audit`, `static` or `dynamic`.
    method: String,
    /// Speed of the vehicle of a dynamic check, mm/s.
    speed_mm_s: Option<i64>,
    /// Who made it, if a person did.
    by: Option<String>,
    /// Does every point lie within its tolerance, as the server sees it?
    passed: bool,
    /// As the edge saw it.
    edge_passed: bool,
    /// Do the two differ?
    disagrees: bool,
    /// What is wrong apart from the points, by word: `head-says-no`, `incomplete`.
    faults: Vec<String>,
    /// Each gas and filter.
    points: Vec<CheckPoint>,
}

/// One gas or filter: hundredths of 10⁻⁶ for gases, hundredths of a percent for opacity.
#[derive(Serialize, ToSchema)]
pub(super) struct CheckPoint {
    /// `co2`, `co`, `hc`, `butadiene`, `no` or `opacity`.
    quantity: String,
    /// What it is.
    standard: i64,
    /// What the head made of it.
    measured: i64,
    /// How far off it may be.
    tolerance: i64,
    /// Does it lie within?
    holds: bool,
}

/// Checks of a station's heads, newest first.
#[utoipa::path(get, path = "/stations/{id}/checks", tag = "stations", params(("id" = String, Path), CheckQuery),
    responses((status = 200, body = Checks), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<StationId>,
    Params(query): Params<CheckQuery>,
) -> Result<Json<Checks>, ApiError> {
    let scope = signed.may(Operation::ReadStations)?;
    let since = span(query.days, site.now())?.from_us;
    let limit = query.limit.unwrap_or(CHECKS).clamp(1, CHECKS_MAX);
    let mut reading = site.store.reading().await?;
    reading.station(id, scope).await?.ok_or_else(ApiError::not_found)?;
    let rows = reading.device_checks(id, since, limit).await?;
    let points = reading.check_points(id, since, limit).await?;
    Ok(Json(Checks { checks: rows.into_iter().map(|row| Check::new(row, &points)).collect() }))
}

impl Check {
    fn new(row: DeviceCheckRow, points: &[CheckPointRow]) -> Self {
        // Points come in the order of sequences.
        let first = points.partition_point(|point| point.sequence < row.sequence);
        let own = points[first..].iter().take_while(|point| point.sequence == row.sequence);
        Self {
            id: format!("{}-{:010}", row.station, row.sequence),
            performed_utc_us: row.performed_us,
            clock: row.clock,
            received_utc_us: row.received_us,
            lane: row.lane,
            device: row.device,
            number: row.number,
            method: row.method,
            speed_mm_s: row.speed,
            by: row.person,
            passed: row.passed,
            edge_passed: row.edge_passed,
            disagrees: row.disagrees,
            faults: row.faults.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            points: own
                .map(|point| CheckPoint {
                    quantity: point.quantity.clone(),
                    standard: point.standard,
                    measured: point.measured,
                    tolerance: point.tolerance,
                    holds: point.holds,
                })
                .collect(),
        }
    }
}
