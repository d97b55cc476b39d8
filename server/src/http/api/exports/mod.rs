//! Lists as workbooks: the same rows under the same rules as the list's page, all of them at once.
//!
//! An export takes many vehicles' data out of the server, so each is written down with what was asked for and how
//! many rows went out. Words stand in both languages in one cell: a workbook is passed on to people we do not know.

pub(super) mod audit;
pub(super) mod listings;
pub(super) mod passages;
pub(super) mod register;
pub(super) mod work;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use server_core::audit::{Action, Entry};

use crate::documents::words::{law_day, law_time};
use crate::http::Site;
use crate::http::error::ApiError;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, List, ROWS_MAX, WriteError, xlsx};

/// A workbook, as an answer.
pub(in crate::http) struct Workbook {
    name: String,
    bytes: Vec<u8>,
}

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl IntoResponse for Workbook {
    fn into_response(self) -> Response {
        let name = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name));
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(XLSX)),
            (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
        ];
        (headers, self.bytes).into_response()
    }
}

/// Writes a list as a workbook, and into the audit that it went out: `what` names the list, `asked` what was asked for.
pub(super) async fn export(
    site: &Site,
    signed: &Signed,
    what: &str,
    asked: String,
    reason: Option<String>,
    list: List,
) -> Result<Workbook, ApiError> {
    let now = site.now();
    let rows = list.rows.len();
    let bytes = tokio::task::spawn_blocking(move || xlsx(&list)).await.map_err(|died| {
        tracing::error!(error = &died as &dyn std::error::Error, "the writing of a workbook has died");
        ApiError::internal()
    })?;
    let bytes = bytes.map_err(refused)?;
    let mut writing = site.store.writing().await?;
    let entry = Entry {
        at: now,
        actor: signed.name.clone(),
        action: Action::ListExported,
        subject: what.to_owned(),
        reason,
        detail: if asked.is_empty() { format!("{rows} rows") } else { format!("{rows} rows, {asked}") },
    };
    writing.append_audit(entry).await?;
    writing.commit().await?;
    Ok(Workbook { name: format!("{what}-{}.xlsx", law_day(now)), bytes })
}

fn refused(error: WriteError) -> ApiError {
    match error {
        WriteError::Rows { .. } => too_many(),
        WriteError::Cell { .. } | WriteError::Writer(_) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a workbook cannot be written");
            ApiError::internal()
        }
    }
}

/// There are more rows than a workbook takes.
pub(super) fn too_many() -> ApiError {
    let zh = format!("符合条件的记录超过{ROWS_MAX}行，请用日期或者其他条件缩小范围后再导出。");
    let en = format!("More than {ROWS_MAX} rows; narrow the list by date or otherwise and export again.");
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "export-too-many", zh, en)
}

/// Words of both languages in one cell.
pub(super) fn both(words: Bilingual) -> Cell {
    Cell::text(format!("{} {}", words.zh, words.en))
}

/// A stamp of the store as a time at the law's place.
pub(super) fn time(us: i64) -> Cell {
    Timestamp::from_microsecond(us).map_or(Cell::Empty, |at| Cell::Time(law_time(at)))
}
