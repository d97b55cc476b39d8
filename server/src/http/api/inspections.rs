//! Inspections: a station uploads and sees its own, an authority sees its region's.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Reach};
use server_core::inspection::InspectionId;
use utoipa::{IntoParams, ToSchema};

use super::orders::cursor;
use super::wire::unreadable;
use crate::findings;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::inspections;
use crate::inspections::judged::Judged;
use crate::inspections::wire::InspectionUpload;
use crate::store::{InspectionFilter, InspectionRow};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which inspections.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InspectionQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
    /// Only with this outcome: `passed`, `failed` or `not-judged`.
    outcome: Option<String>,
    /// Only with the report in this state: `issued` or `held`.
    state: Option<String>,
}

/// A page of inspections, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct InspectionPage {
    inspections: Vec<InspectionSummary>,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// An inspection in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct InspectionSummary {
    /// `I` and 20 hex digits, made of station and report number.
    id: String,
    station: String,
    /// The station's name for people.
    station_name: Option<String>,
    line: i64,
    report_number: String,
    /// The order of which it is the retest.
    order: Option<String>,
    /// The repair order that it opened.
    opened_order: Option<String>,
    plate: String,
    /// `blue`, `yellow`, `green`, `yellow-green`, `white` or `black`.
    plate_colour: String,
    vin: Option<String>,
    /// `free-acceleration`, `lug-down` or `ringelmann`.
    method: String,
    started_utc_us: i64,
    ended_utc_us: i64,
    /// What the station made of it.
    told_outcome: String,
    /// What the server made of it: `passed`, `failed` or `not-judged`.
    outcome: String,
    /// `issued` where both agree; `held` where they differ.
    state: String,
    /// What failed, by word.
    failed: Vec<String>,
    /// The standard and edition that it was judged by.
    rulebook: String,
    received_utc_us: i64,
    uploaded_by: String,
}

/// An inspection in full.
#[derive(Serialize, ToSchema)]
pub(super) struct InspectionDetail {
    inspection: InspectionSummary,
    /// What was uploaded.
    upload: InspectionUpload,
    /// What the server made of it.
    judged: Judged,
}

/// What came of an upload.
#[derive(Serialize, ToSchema)]
pub(super) struct InspectionUploaded {
    inspection: InspectionSummary,
    /// Where the report differs from the raw data; empty where it was issued.
    judged: Judged,
    /// Was the same upload here already?
    repeated: bool,
}

/// An inspection's name in a path.
pub(super) struct InspectionName(pub(super) InspectionId);

impl std::str::FromStr for InspectionName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        InspectionId::parse(text).map(Self).ok_or(())
    }
}

/// Inspections, newest first.
#[utoipa::path(get, path = "/inspections", tag = "inspections", params(InspectionQuery), responses(
    (status = 200, body = InspectionPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<InspectionQuery>,
) -> Result<Json<InspectionPage>, ApiError> {
    let reach = signed.reach(Operation::ReadInspections)?;
    let outcome = one_of(query.outcome, &["passed", "failed", "not-judged"])?;
    let state = one_of(query.state, &["issued", "held"])?;
    let older_than = query.after.as_deref().map(cursor).transpose()?;
    let filter = InspectionFilter { reach, outcome, state, older_than };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, crate::store::PAGE_MAX);
    let rows = site.store.reading().await?.inspections(&filter, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}", row.started_us, row.id));
    Ok(Json(InspectionPage { inspections: rows.into_iter().map(InspectionSummary::from).collect(), next }))
}

/// An inspection with its raw data and the server's judgement.
#[utoipa::path(get, path = "/inspections/{id}", tag = "inspections", params(("id" = String, Path)), responses(
    (status = 200, body = InspectionDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(InspectionName(id)): Name<InspectionName>,
) -> Result<Json<InspectionDetail>, ApiError> {
    let reach = signed.reach(Operation::ReadInspections)?;
    let found = site.store.reading().await?.inspection(&id, &reach).await?;
    let (row, upload, judged) = found.ok_or_else(ApiError::not_found)?;
    Ok(Json(InspectionDetail {
        inspection: row.into(),
        upload: serde_json::from_str(&upload).map_err(unreadable)?,
        judged: serde_json::from_str(&judged).map_err(unreadable)?,
    }))
}

/// Upload an inspection's result. The server judges it again; the written report is issued where both agree. A failed
/// vehicle gets a repair order; its retest names that order. The same upload sent again is the same one.
#[utoipa::path(post, path = "/inspections", tag = "inspections", request_body = InspectionUpload, responses(
    (status = 201, body = InspectionUploaded),
    (status = 200, description = "It was here already", body = InspectionUploaded),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody),
    (status = 413, body = ErrorBody),
    (status = 422, description = "Fields are not as they must be: each with its rule and remedy", body = ErrorBody)))]
pub(super) async fn upload(
    State(site): State<Site>,
    signed: Signed,
    Body(upload): Body<InspectionUpload>,
) -> Result<(StatusCode, Json<InspectionUploaded>), ApiError> {
    let Reach::Station(station) = signed.reach(Operation::UploadInspection)? else {
        return Err(ApiError::forbidden());
    };
    let (store, books, now) = (&site.store, &site.books, site.now());
    let came = inspections::upload(store, books, &station, &upload, &signed.name, now).await?;
    if came.watchlist {
        site.watchlist.nudge();
    }
    if !came.repeated
        && let Err(error) = findings::examine(store, &came.id, now).await
    {
        // The upload stands; the hourly sweep looks at it again.
        tracing::error!(error = &error as &dyn std::error::Error, "a new inspection was not looked at");
    }
    let found = store.reading().await?.inspection(&came.id, &Reach::Station(station)).await?;
    let (row, _, judged) = found.ok_or_else(ApiError::internal)?;
    let judged = serde_json::from_str(&judged).map_err(unreadable)?;
    let status = if came.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(InspectionUploaded { inspection: row.into(), judged, repeated: came.repeated })))
}

/// A word that a query may have, or none.
pub(super) fn one_of(word: Option<String>, words: &[&str]) -> Result<String, ApiError> {
    let word = word.unwrap_or_default();
    if word.is_empty() || words.contains(&word.as_str()) {
        return Ok(word);
    }
    let en = format!("It is one of {}.", words.join(", "));
    Err(ApiError::invalid(format!("应为{}之一。", words.join("、")), en))
}

impl From<InspectionRow> for InspectionSummary {
    fn from(row: InspectionRow) -> Self {
        let failed = row.failed.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self {
            id: row.id,
            station: row.station,
            station_name: row.station_name,
            line: row.line,
            report_number: row.report_number,
            order: row.order_id,
            opened_order: row.opened_order,
            plate: row.plate,
            plate_colour: row.plate_colour,
            vin: row.vin,
            method: row.method,
            started_utc_us: row.started_us,
            ended_utc_us: row.ended_us,
            told_outcome: row.told_outcome,
            outcome: row.outcome,
            state: row.state,
            failed,
            rulebook: format!("{} ({})", row.rulebook, row.rulebook_version),
            received_utc_us: row.received_us,
            uploaded_by: row.uploaded_by,
        }
    }
}
