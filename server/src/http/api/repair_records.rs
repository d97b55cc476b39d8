//! Records of repairs: from a form, a shop's own program, or a spreadsheet of many.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::order::RepairDraft;
use server_core::order::record::PartDraft;
use server_core::sheet::time_of_text;
use utoipa::{IntoParams, ToSchema};

use super::orders::{OrderChanged, OrderName, changed, own_shop};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::orders::{self, sheet, template};
use crate::sheets;

/// A record of a repair. All texts are as the shop's papers have them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecord {
    /// What was found: 1 to 1,000 characters.
    #[schema(example = "颗粒捕集器堵塞")]
    diagnosis: String,
    /// What was done, line by line: 1 to 40 lines.
    #[schema(example = json!(["更换颗粒捕集器"]))]
    work: Vec<String>,
    /// What was put in; may be none.
    #[serde(default)]
    parts: Vec<NewPart>,
    /// When the work began, civil time at the law's place: `2026-11-24T09:30` or `2026-11-24 09:30`.
    #[schema(example = "2026-11-24T09:30")]
    started: String,
    /// When it was done.
    #[schema(example = "2026-11-25T16:00")]
    finished: String,
    /// Number of the certificate of completion (竣工出厂合格证): one for one repair.
    #[schema(example = "晋A-2026-000123")]
    certificate: String,
    /// Number of the settlement list (结算清单).
    #[schema(example = "JS-2026-77")]
    settlement: String,
    /// Who did it.
    #[schema(example = "李师傅")]
    technician: String,
    /// What the odometer showed, kilometres.
    #[serde(default)]
    odometer_km: Option<u32>,
    /// For which of the order's rounds, from 0; the current one unless said.
    #[serde(default)]
    round: Option<u32>,
}

/// A part that was put in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPart {
    /// `doc`, `dpf`, `scr`, `urea-doser`, `egr`, `injector`, `turbocharger`, `sensor`, `filter` or `other`.
    #[schema(example = "dpf")]
    kind: String,
    /// Who made it.
    maker: String,
    /// The maker's type.
    model: String,
    /// Its serial number; the programme names the kinds that must have one.
    #[serde(default)]
    serial: Option<String>,
}

/// Record the repair of an order that the shop has taken. The same record sent again is the same one.
#[utoipa::path(post, path = "/orders/{id}/records", tag = "orders", params(("id" = String, Path)),
    request_body = NewRecord, responses((status = 200, body = OrderChanged), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody),
    (status = 422, description = "Fields are not as they must be: each with its rule and remedy", body = ErrorBody)))]
pub(super) async fn record(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
    Body(new): Body<NewRecord>,
) -> Result<Json<OrderChanged>, ApiError> {
    let shop = own_shop(&signed, Operation::RecordRepair)?;
    let (store, books, now) = (&site.store, &site.books, site.now());
    let round = new.round;
    let draft = RepairDraft::from(new);
    let followed = orders::record(store, books, &shop, &id, round, &draft, &signed.name, now).await?;
    Ok(Json(changed(&site, followed)))
}

/// Which file it is.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SheetQuery {
    /// The file's name, for the person's own sake.
    #[serde(default)]
    file: Option<String>,
}

/// What came of a spreadsheet.
#[derive(Serialize, ToSchema)]
pub(super) struct SheetApplied {
    /// Records taken in.
    records: usize,
    /// Of these, how many were here already.
    repeated: usize,
}

/// Record many repairs by a spreadsheet: `.xlsx`, or `.csv` in UTF-8 or GB18030, with the template's header, at most 500
/// records. All are taken, or none: then every row that is wrong is told with row, column, rule and remedy.
#[utoipa::path(post, path = "/repair-records/sheet", tag = "orders", params(SheetQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses((status = 200, body = SheetApplied), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 413, body = ErrorBody),
    (status = 422, description = "Nothing was taken: each wrong row with its rule and remedy", body = ErrorBody)))]
pub(super) async fn upload_sheet(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<SheetQuery>,
    file: Bytes,
) -> Result<Json<SheetApplied>, ApiError> {
    let shop = own_shop(&signed, Operation::RecordRepair)?;
    let sheet = sheets::read_aside(file, query.file.unwrap_or_default()).await.map_err(|wrong| {
        let words = wrong.sentence();
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, wrong.code(), words.zh, words.en)
    })?;
    let (store, books, now) = (&site.store, &site.books, site.now());
    let applied = sheet::records(store, books, &shop, &sheet, &signed.name, now).await?;
    if applied.watchlist {
        site.watchlist.nudge();
    }
    Ok(Json(SheetApplied { records: applied.records, repeated: applied.repeated }))
}

/// The spreadsheet to fill in.
#[utoipa::path(get, path = "/repair-records/template.xlsx", tag = "orders", responses(
    (status = 200, description = "The template", content_type =
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn sheet_template(signed: Signed) -> Result<impl IntoResponse, ApiError> {
    signed.reach(Operation::ReadOrders)?;
    let file = template::template().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the template cannot be written");
        ApiError::internal()
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"repair-records.xlsx\""),
    ];
    Ok((headers, file))
}

impl From<NewRecord> for RepairDraft {
    fn from(new: NewRecord) -> Self {
        let part = |part: NewPart| PartDraft {
            kind: part.kind,
            maker: part.maker,
            model: part.model,
            serial: part.serial.unwrap_or_default(),
        };
        Self {
            diagnosis: new.diagnosis,
            work: new.work,
            parts: new.parts.into_iter().map(part).collect(),
            started: time_of_text(&new.started),
            finished: time_of_text(&new.finished),
            certificate: new.certificate,
            settlement: new.settlement,
            technician: new.technician,
            odometer_km: new.odometer_km,
        }
    }
}
