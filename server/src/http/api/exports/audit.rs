//! The audit as a workbook: for reading and sorting. What proves itself is the file of lines (`/audit/export`).

use axum::extract::State;
use server_core::access::Operation;

use super::{Workbook, export, time, too_many};
use crate::http::Site;
use crate::http::api::audit::AuditSheet;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, Column, List, ROWS_MAX, column};

/// Rows read at a time.
const CHUNK: u32 = 1_000;

const AUDIT: &[Column] = &[
    column("序号", "Number", 10),
    column("时间", "When", 20),
    column("账号", "Who", 16),
    column("操作", "What", 24),
    column("对象", "To what", 28),
    column("理由", "Why", 40),
    column("说明", "Detail", 40),
    column("哈希", "Hash", 66),
];

/// The audit as a workbook, newest first, by the same filters as the list. Taking it out is audited, with its reason.
#[utoipa::path(get, path = "/audit/export.xlsx", tag = "audit", params(AuditSheet), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn audit(
    State(site): State<Site>,
    signed: Signed,
    Params(wish): Params<AuditSheet>,
) -> Result<Workbook, ApiError> {
    let scope = signed.may(Operation::ExportAudit)?;
    let (mut filter, why) = wish.filter(scope)?;
    let mut reading = site.store.reading().await?;
    let mut rows = Vec::new();
    loop {
        let page = reading.audit_search(&filter, CHUNK).await?;
        filter.before = page.last().filter(|_| page.len() == CHUNK as usize).map(|row| row.number);
        rows.extend(page.into_iter().map(|row| {
            vec![
                Cell::Whole(row.number as i64),
                time(row.entry.at.as_microsecond()),
                Cell::text(row.entry.actor),
                Cell::text(row.entry.action.word()),
                Cell::text(row.entry.subject),
                Cell::maybe(row.entry.reason),
                Cell::text(row.entry.detail),
                Cell::text(row.hash.to_string()),
            ]
        }));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if filter.before.is_none() {
            break;
        }
    }
    drop(reading);
    let list = List { title: "审计", columns: AUDIT.to_vec(), rows };
    export(&site, &signed, "audit", String::new(), Some(why.as_str().to_owned()), list).await
}
