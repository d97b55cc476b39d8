//! The audit: what was done, by whom, why.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use plumewatch_shared::ids::StationId;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Scope};
use utoipa::{IntoParams, ToSchema};

use super::wire::AuditEntry;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::{Signed, account_role};

/// The longest page; a regional account's may show fewer rows than were read for it.
const PAGE: u32 = 100;

/// Reads for one page, so that a small region in a large audit does not read it all at once.
const READS_MAX: usize = 20;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditPage {
    /// What the page before gave as `next`.
    cursor: Option<u64>,
    /// 1 to 100 rows; 100 unless said.
    limit: Option<u32>,
}

/// A page of the audit, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Audit {
    rows: Vec<AuditEntry>,
    /// For the next page; null on the last.
    next: Option<u64>,
}

/// The audit, newest first. An account of the whole country sees every row; another what people and stations
/// of its region did.
#[utoipa::path(get, path = "/audit", tag = "accounts", params(AuditPage), responses(
    (status = 200, body = Audit), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(page): Params<AuditPage>,
) -> Result<Json<Audit>, ApiError> {
    let scope = signed.may(Operation::ReadAudit)?;
    let mut reading = site.store.reading().await?;
    let actors: HashSet<String> = reading
        .accounts()
        .await?
        .into_iter()
        .filter(|account| account_role(account).is_some_and(|(_, Scope(region))| scope.0.contains(region)))
        .map(|account| account.name)
        .collect();
    let seen = |actor: &str| {
        let station = || actor.parse::<StationId>().is_ok_and(|station| scope.holds(station));
        scope.0.code() == 0 || actors.contains(actor) || station()
    };
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let (mut rows, mut next) = (Vec::new(), page.cursor);
    for _ in 0..READS_MAX {
        let read = reading.audit_before(next, limit).await?;
        next = (read.len() == limit as usize).then(|| read.last().map(|row| row.number)).flatten();
        rows.extend(read.into_iter().filter(|row| seen(&row.entry.actor)).map(AuditEntry::from));
        if next.is_none() || !rows.is_empty() {
            break;
        }
    }
    Ok(Json(Audit { rows, next }))
}
