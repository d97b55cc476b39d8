//! Organisations of the register as workbooks: carriers, inspection stations, repair shops.

use axum::extract::State;
use serde::Deserialize;
use server_core::access::Operation;
use server_core::register::columns::Kind;
use server_core::register::organisation::Organisation;
use utoipa::IntoParams;

use super::{Workbook, export, too_many};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, Column, List, ROWS_MAX, column};
use crate::store::REGISTER_PAGE_MAX;

/// Which organisations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct RegisterExport {
    /// `carriers`, `inspection-stations` or `repair-shops`.
    kind: String,
    /// Only with this in code or name.
    search: Option<String>,
}

/// The columns of an import's template, by its names: what was taken out can be corrected and brought in again.
fn columns(kind: Kind) -> Vec<Column> {
    let width = |word: &str| match word {
        "name" | "address" => 34,
        "code" => 24,
        _ => 14,
    };
    kind.columns().iter().map(|one| column(one.zh, one.en, width(one.word))).collect()
}

fn organisation(kind: Kind, one: &Organisation) -> Vec<Cell> {
    let day = |day: Option<jiff::civil::Date>| day.map_or(Cell::Empty, Cell::Day);
    let cell = |word: &str| match word {
        "code" => Cell::text(&*one.code),
        "name" => Cell::text(&*one.name),
        "region" => Cell::text(one.region.to_string()),
        "address" => Cell::text(&*one.address),
        "phone" => Cell::text(&*one.phone),
        "opened_on" => day(one.opened_on),
        "closed_on" => day(one.closed_on),
        _ => Cell::Empty,
    };
    kind.columns().iter().map(|column| cell(column.word)).collect()
}

/// Carriers, inspection stations or repair shops as a workbook, by code. Taking it out is audited.
#[utoipa::path(get, path = "/register/export.xlsx", tag = "register", params(RegisterExport), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn organisations(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<RegisterExport>,
) -> Result<Workbook, ApiError> {
    let scope = signed.may(Operation::ReadRegister)?;
    let (kind, title) = match query.kind.as_str() {
        "carriers" => (Kind::Carriers, "运输企业"),
        "inspection-stations" => (Kind::InspectionStations, "检验站"),
        "repair-shops" => (Kind::RepairShops, "维修单位"),
        _ => {
            let en = "A kind is one of carriers, inspection-stations, repair-shops.";
            return Err(ApiError::invalid("未知的登记类别。", en));
        }
    };
    let search = query.search.as_deref().unwrap_or_default();
    let mut reading = site.store.reading().await?;
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let page = reading.organisations(kind, scope, search, &after, REGISTER_PAGE_MAX).await?;
        let full = page.len() == REGISTER_PAGE_MAX as usize;
        after = page.last().map(|one| one.code.clone()).unwrap_or_default();
        rows.extend(page.iter().map(|one| organisation(kind, one)));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if !full {
            break;
        }
    }
    drop(reading);
    let list = List { title, columns: columns(kind), rows };
    export(&site, &signed, &query.kind, String::new(), None, list).await
}
