//! Passages as a workbook.

use axum::extract::State;
use plumewatch_shared::verdict::Outcome;
use server_core::access::Operation;

use super::{Workbook, both, export, time, too_many};
use crate::documents::words::plate_colour_of;
use crate::http::Site;
use crate::http::api::passages::{PassageQuery, audit_plate_search};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, Column, List, ROWS_MAX, column};
use crate::store::{PAGE_MAX, PassageRow};

const PASSAGES: &[Column] = &[
    column("记录号", "Record", 24),
    column("过车时间", "Passed", 20),
    column("监测点", "Station", 14),
    column("监测点名称", "Station's name", 22),
    column("车道", "Lane", 6),
    column("号牌", "Plate", 12),
    column("号牌颜色", "Plate colour", 16),
    column("判定", "Verdict", 20),
    column("不透光度，%", "Opacity, %", 11),
    column("林格曼黑度", "Ringelmann level", 11),
    column("一氧化氮，10⁻⁶", "Nitric oxide, 10⁻⁶", 12),
    column("车速，km/h", "Speed, km/h", 11),
    column("存疑", "Doubts", 24),
    column("规则集", "Edition", 12),
];

fn passage(row: PassageRow) -> Vec<Cell> {
    let whole = |number: Option<i64>| number.map_or(Cell::Empty, Cell::Whole);
    let hundredths = |number: Option<i64>| number.map_or(Cell::Empty, Cell::Hundredths);
    vec![
        Cell::text(format!("{}-{:010}", row.station, row.sequence)),
        time(row.passed_us),
        Cell::text(row.station),
        Cell::text(row.station_name),
        Cell::Whole(row.lane),
        Cell::maybe(row.plate),
        plate_colour_of(row.plate_colour.as_deref()).map_or(Cell::Empty, both),
        Outcome::from_wire_word(&row.outcome).map_or(Cell::Empty, |outcome| both(outcome.name())),
        hundredths(row.opacity_mean),
        whole(row.ringelmann),
        hundredths(row.no_ppm),
        // mm/s to hundredths of km/h: × 3.6 / 1000 × 100.
        hundredths(row.speed.map(|mm_s| mm_s * 36 / 100)),
        Cell::text(row.doubts),
        Cell::text(row.edition),
    ]
}

/// Passages as a workbook, newest first, by the same filters as the list. Taking it out is audited.
#[utoipa::path(get, path = "/passages/export.xlsx", tag = "passages", params(PassageQuery), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn passages(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<PassageQuery>,
) -> Result<Workbook, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    let mut filter = query.filter(scope.0)?;
    if let Some(plate) = &filter.plate {
        audit_plate_search(&site, &signed, plate, query.reason()).await?;
    }
    let mut reading = site.store.reading().await?;
    let mut rows = Vec::new();
    loop {
        let page = reading.passages(&filter, PAGE_MAX).await?;
        let last = page.last().filter(|_| page.len() == PAGE_MAX as usize);
        filter.older_than = match last {
            None => None,
            Some(row) => {
                let id = format!("{}-{:010}", row.station, row.sequence);
                Some((row.passed_us, id.parse().map_err(|_| ApiError::internal())?))
            }
        };
        rows.extend(page.into_iter().map(passage));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if filter.older_than.is_none() {
            break;
        }
    }
    drop(reading);
    export(
        &site,
        &signed,
        "passages",
        query.asked(),
        None,
        List { title: "过车记录", columns: PASSAGES.to_vec(), rows },
    )
    .await
}
