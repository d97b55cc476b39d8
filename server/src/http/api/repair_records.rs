//! Records of repairs, from a form or a shop's own program.

use axum::Json;
use axum::extract::State;
use jiff::civil::DateTime;
use serde::Deserialize;
use server_core::access::Operation;
use server_core::order::RepairDraft;
use server_core::order::record::PartDraft;
use utoipa::ToSchema;

use super::orders::{OrderChanged, OrderName, changed, own_shop};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name};
use crate::http::session::Signed;
use crate::orders;

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
            started: civil_time(&new.started),
            finished: civil_time(&new.finished),
            certificate: new.certificate,
            settlement: new.settlement,
            technician: new.technician,
            odometer_km: new.odometer_km,
        }
    }
}

/// A civil time as people and programs write it; `None` if it is none.
pub(super) fn civil_time(text: &str) -> Option<DateTime> {
    let text = text.trim().replace(['/', '.'], "-");
    text.parse().ok().filter(|_| text.len() > 10) // A day alone is no time.
}
