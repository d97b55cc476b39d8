//! Stations: health, what is missing of them, and how they are enrolled.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::message::HealthReport;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::ledger::{gaps, missing};
use utoipa::ToSchema;

use super::wire::station;
use crate::enrol::{add_station, issue_token};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name};
use crate::http::session::Signed;
use crate::store::stations::StationRow;

/// Every station that the account sees.
#[derive(Serialize, ToSchema)]
pub(super) struct Stations {
    stations: Vec<Station>,
}

/// A station.
#[derive(Serialize, ToSchema)]
pub(super) struct Station {
    /// Its name in the national network.
    id: String,
    /// Its name for people.
    name: String,
    /// Six digits (GB/T 2260).
    region: String,
    /// Has its edge unit a certificate?
    enrolled: bool,
    /// Is its edge unit connected?
    pub(super) online: bool,
    /// When anything was last heard of it.
    last_seen_utc_us: Option<i64>,
    /// What it last said of itself.
    pub(super) health: Option<HealthReport>,
    /// Records stored.
    pub(super) received: i64,
    /// Records minted below the last known, and not here: on the edge, under way, or lost.
    pub(super) missing: u64,
    /// The last sequence known.
    last_sequence: i64,
}

/// What a station owes.
#[derive(Serialize, ToSchema)]
pub(super) struct Ledger {
    /// Sequences that have not come, at most about a thousand runs.
    gaps: Vec<GapBody>,
    /// Records of it that stand in quarantine.
    refused: u64,
}

/// A run of sequences, both ends included.
#[derive(Serialize, ToSchema)]
pub(super) struct GapBody {
    /// First missing.
    from: u64,
    /// Last missing.
    to: u64,
}

/// A new station.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStation {
    /// One capital letter, six digits of the county, three digits.
    id: String,
    /// Its name for people, 1 to 80 characters.
    name: String,
}

/// A one-time token.
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    /// For `plumewatch-edge enrol`, good once and for a day.
    token: String,
}

/// Every station that the account sees.
#[utoipa::path(get, path = "/stations", tag = "stations", responses(
    (status = 200, body = Stations), (status = 401, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<Stations>, ApiError> {
    let scope = signed.may(Operation::ReadStations)?;
    let stations = site.store.reading().await?.stations(scope).await?;
    Ok(Json(Stations { stations: stations.into_iter().map(Station::from).collect() }))
}

/// Which of a station's records have not come.
#[utoipa::path(get, path = "/stations/{id}/ledger", tag = "stations", params(("id" = String, Path)), responses(
    (status = 200, body = Ledger), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn ledger(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<StationId>,
) -> Result<Json<Ledger>, ApiError> {
    let scope = signed.may(Operation::ReadStations)?;
    let mut reading = site.store.reading().await?;
    reading.station(id, scope).await?.ok_or_else(ApiError::not_found)?;
    let received = reading.received(id).await?;
    let announced = reading.announced_sequence(id).await?;
    let holes = reading.holes(id).await?;
    let refused = reading.refused(id).await?;
    let gaps =
        gaps(&holes, received, announced).into_iter().map(|gap| GapBody { from: gap.from, to: gap.to });
    Ok(Json(Ledger { gaps: gaps.collect(), refused }))
}

/// Add a station, within one's own region.
#[utoipa::path(post, path = "/stations", tag = "stations", request_body = NewStation, responses(
    (status = 201, body = Station), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 409, description = "There is one of this id", body = ErrorBody)))]
pub(super) async fn add(
    State(site): State<Site>,
    signed: Signed,
    Body(new): Body<NewStation>,
) -> Result<(StatusCode, Json<Station>), ApiError> {
    let scope = signed.may(Operation::ManageStations)?;
    let (id, name) = (station(&new.id)?, new.name.trim());
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(ApiError::invalid(
            "站点名称应为1至80个字符。",
            "A station's name has 1 to 80 characters.",
        ));
    }
    if !scope.holds(id) {
        return Err(ApiError::forbidden());
    }
    if !add_station(&site.store, id, name, &signed.name, site.now()).await? {
        return Err(ApiError::conflict("station-exists", "该站点已存在。", "There is a station of this id."));
    }
    let added = site.store.reading().await?.station(id, scope).await?.ok_or_else(ApiError::internal)?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Make a one-time token for a station's edge unit, in place of any before.
#[utoipa::path(post, path = "/stations/{id}/token", tag = "stations", params(("id" = String, Path)), responses(
    (status = 200, body = Token), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn issue(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<StationId>,
) -> Result<Json<Token>, ApiError> {
    let scope = signed.may(Operation::ManageStations)?;
    if !scope.holds(id) {
        return Err(ApiError::not_found());
    }
    let fingerprint = site.authority.fingerprint();
    let token = issue_token(&site.store, fingerprint, id, &signed.name, site.now()).await?;
    Ok(Json(Token { token: token.to_string() }))
}

impl From<StationRow> for Station {
    fn from(row: StationRow) -> Self {
        let whole = |number: Option<i64>| u64::try_from(number.unwrap_or(0)).unwrap_or(0);
        let received = row.received.zip(row.highest).map(|(count, highest)| server_core::ledger::Received {
            lowest: 1, // Does not count for what is missing.
            highest: whole(Some(highest)),
            count: whole(Some(count)),
        });
        Self {
            region: format!("{:06}", row.region),
            enrolled: row.enrolled_us.is_some(),
            online: row.online.unwrap_or(false),
            last_seen_utc_us: row.state_at_us.max(row.health_received_us),
            health: row.health.and_then(|text| serde_json::from_str(&text).ok()),
            received: row.received.unwrap_or(0),
            missing: missing(received, whole(row.announced)),
            last_sequence: row.announced.max(row.highest).unwrap_or(0),
            id: row.id,
            name: row.name,
        }
    }
}
