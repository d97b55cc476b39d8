//! The audit: what was done, by whom, why; searched, and taken out as a file whose rows prove themselves.

use std::convert::Infallible;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Scope};
use server_core::audit::{Action, AuditRow, Entry};
use server_core::review::Reason;
use utoipa::{IntoParams, ToSchema};

use super::wanted::reason;
use super::wire::AuditEntry;
use crate::audit_file::Format;
use crate::http::Site;
use crate::http::error::ApiError;
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::store::{AuditFilter, Reading, Store};

/// The longest page.
const PAGE: u32 = 100;
/// Rows looked through at a time for a region's page: some tens of milliseconds.
const STRETCH: u64 = 50_000;
/// Stretches without a row before a page comes back empty, with where to go on.
const STRETCHES_MAX: usize = 5;
/// Rows read at a time for a file.
const CHUNK: u32 = 1_000;
/// The longest text that is searched for.
const TEXT_MAX: usize = 200;

/// Which rows, and which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditPage {
    /// What the page before gave as `next`.
    cursor: Option<u64>,
    /// 1 to 100 rows; 100 unless said.
    limit: Option<u32>,
    /// Only what this account, station or key (`key:K…`) did.
    actor: Option<String>,
    /// Only this action, by word.
    action: Option<String>,
    /// Only about this: an id, a plate, an account.
    subject: Option<String>,
    /// At or after.
    from_utc_us: Option<i64>,
    /// Before.
    to_utc_us: Option<i64>,
}

/// Which rows go into the file, and why it is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditExport {
    /// `jsonl` or `csv`.
    format: String,
    /// Why: 1 to 500 characters.
    reason: String,
    /// Only what this account, station or key (`key:K…`) did.
    actor: Option<String>,
    /// Only this action, by word.
    action: Option<String>,
    /// Only about this: an id, a plate, an account.
    subject: Option<String>,
    /// At or after.
    from_utc_us: Option<i64>,
    /// Before.
    to_utc_us: Option<i64>,
}

/// Which rows go into the workbook, and why it is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditSheet {
    /// Why: 1 to 500 characters.
    reason: String,
    /// Only what this account, station or key (`key:K…`) did.
    actor: Option<String>,
    /// Only this action, by word.
    action: Option<String>,
    /// Only about this: an id, a plate, an account.
    subject: Option<String>,
    /// At or after.
    from_utc_us: Option<i64>,
    /// Before.
    to_utc_us: Option<i64>,
}

impl AuditSheet {
    /// The filter that it asks for, and why.
    pub(super) fn filter(self, scope: Scope) -> Result<(AuditFilter, Reason), ApiError> {
        let filter = AuditFilter {
            from_us: self.from_utc_us,
            to_us: self.to_utc_us,
            ..filter(scope, self.actor, self.action.as_deref(), self.subject)?
        };
        Ok((filter, reason(&self.reason)?))
    }
}

/// A page of the audit, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Audit {
    rows: Vec<AuditEntry>,
    /// For the next page; null on the last. A page may be short, or empty, although there is one.
    next: Option<u64>,
}

/// The audit, newest first. An account of the whole country sees every row; another what people, programs and
/// stations of its region did.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditPage), responses((status = 200, body = Audit)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(page): Params<AuditPage>,
) -> Result<Json<Audit>, ApiError> {
    let scope = signed.may(Operation::ReadAudit)?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let filter = AuditFilter {
        from_us: page.from_utc_us,
        to_us: page.to_utc_us,
        before: page.cursor,
        ..filter(scope, page.actor, page.action.as_deref(), page.subject)?
    };
    let (rows, next) = page_of(&mut site.store.reading().await?, filter, limit).await?;
    Ok(Json(Audit { rows: rows.into_iter().map(AuditEntry::from).collect(), next }))
}

/// A page, and where the next one begins. A region's people may have done little in a long audit: it is then read a
/// stretch at a time, and a page may be short although there is more.
async fn page_of(
    reading: &mut Reading,
    mut filter: AuditFilter,
    limit: u32,
) -> Result<(Vec<AuditRow>, Option<u64>), ApiError> {
    let indexed = filter.scope.0.code() == 0 || filter.subject.is_some() || filter.actor.is_some();
    let tip = reading.audit_tip().await?.number;
    let mut from = filter.before.unwrap_or(u64::MAX).min(tip + 1);
    let mut rows = Vec::new();
    for _ in 0..STRETCHES_MAX {
        filter.before = Some(from);
        filter.above = if indexed { 0 } else { from.saturating_sub(STRETCH) };
        rows = reading.audit_search(&filter, limit).await?;
        if rows.len() == limit as usize {
            let next = rows.last().map(|row| row.number);
            return Ok((rows, next));
        }
        from = filter.above + 1;
        if filter.above == 0 || !rows.is_empty() {
            break;
        }
    }
    Ok((rows, (filter.above > 0).then_some(from)))
}

fn filter(
    scope: Scope,
    actor: Option<String>,
    action: Option<&str>,
    subject: Option<String>,
) -> Result<AuditFilter, ApiError> {
    let text = |text: Option<String>| match text.filter(|text| !text.is_empty()) {
        Some(text) if text.len() > TEXT_MAX || text.contains('\0') => {
            Err(ApiError::invalid("查询内容过长。", "What is searched for is too long."))
        }
        text => Ok(text),
    };
    let word = action.filter(|word| !word.is_empty());
    let action = word.map(|word| Action::from_word(word).ok_or_else(unknown_action)).transpose()?;
    Ok(AuditFilter { actor: text(actor)?, action, subject: text(subject)?, ..AuditFilter::all(scope) })
}

fn unknown_action() -> ApiError {
    ApiError::invalid("未知的操作类型。", "There is no such action.")
}

/// The audit as a file, oldest first. Each row has the hash of the row before and its own: `plumewatch-server
/// verify-audit FILE` checks it. That it was taken, and why, is written down before the first row is sent.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(AuditExport), responses(
    (status = 200, description = "JSON lines or CSV", content(
        (String = "application/jsonl"), (String = "text/csv")))))]
pub(super) async fn export(
    State(site): State<Site>,
    signed: Signed,
    Params(wish): Params<AuditExport>,
) -> Result<Response, ApiError> {
    let scope = signed.may(Operation::ExportAudit)?;
    let format = Format::from_word(&wish.format)
        .ok_or_else(|| ApiError::invalid("未知的文件格式。", "A format is jsonl or csv."))?;
    let why = reason(&wish.reason)?;
    let filter = AuditFilter {
        from_us: wish.from_utc_us,
        to_us: wish.to_utc_us,
        ..filter(scope, wish.actor, wish.action.as_deref(), wish.subject)?
    };
    let now = site.now();
    let entry = Entry {
        at: now,
        actor: signed.name,
        action: Action::AuditExported,
        subject: format.ending().to_owned(),
        reason: Some(why.as_str().to_owned()),
        detail: told(&filter),
    };
    let mut writing = site.store.writing().await?;
    writing.append_audit(entry).await?;
    writing.commit().await?;
    let name =
        format!("attachment; filename=\"audit-{}.{}\"", now.strftime("%Y%m%d-%H%M%S"), format.ending());
    let name = HeaderValue::from_str(&name).map_err(|_| ApiError::internal())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(file(site.store.clone(), filter, format))).into_response())
}

/// What was taken, for the audit.
fn told(filter: &AuditFilter) -> String {
    let number = |name: &str, at: Option<i64>| at.map(|at| format!("{name}={at}"));
    let parts = [
        filter.actor.as_ref().map(|actor| format!("actor={actor}")),
        filter.action.map(|action| format!("action={}", action.word())),
        filter.subject.as_ref().map(|subject| format!("subject={subject}")),
        number("from", filter.from_us),
        number("to", filter.to_us),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The file as it is read. A database that fails meanwhile cuts the answer off, which the receiver notices.
fn file(
    store: Store,
    filter: AuditFilter,
    format: Format,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    let head = stream::once(async move { Ok::<_, Infallible>(Bytes::from(format.head())) });
    let head = futures_util::StreamExt::map(head, |head| Ok(head.unwrap_or_default()));
    let rows = stream::try_unfold((store, filter, Some(0_u64)), move |(store, filter, after)| async move {
        let Some(after) = after else { return Ok(None) };
        let read = async { store.reading().await?.audit_export(&filter, after, CHUNK).await };
        let rows = read.await.map_err(|error: crate::store::StoreError| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the audit could not be taken out whole"
            );
            std::io::Error::other("the audit could not be taken out whole")
        })?;
        let more = rows.last().filter(|_| rows.len() == CHUNK as usize).map(|row| row.number);
        Ok(Some((Bytes::from(format.rows(&rows)), (store, filter, more))))
    });
    futures_util::StreamExt::chain(head, rows)
}
