//! Who is signed in where: one's own sessions, and those of an account that an administrator keeps.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use server_core::access::Operation;
use server_core::audit::{Action, Entry};
use utoipa::ToSchema;

use super::accounts::seen;
use crate::http::Site;
use crate::http::error::ApiError;
use crate::http::extract::Name;
use crate::http::session::Signed;
use crate::store::Writing;
use crate::store::sessions::SessionRow;

/// Sessions of one account, the last used first.
#[derive(Serialize, ToSchema)]
pub(super) struct Sessions {
    sessions: Vec<Session>,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// What it is named by.
    #[schema(example = "4f2c1d7e8a904b1c9d53")]
    id: String,
    /// `password`, `password-and-code` or `oidc`.
    way: String,
    /// Since when.
    begun_utc_us: i64,
    /// When it was last used, to five minutes.
    last_used_utc_us: i64,
    /// When it ends by itself.
    expires_utc_us: i64,
    /// From where it began; empty if that is not known.
    address: String,
    /// By which program, as it named itself.
    program: String,
    /// Is it the one that asks?
    this: bool,
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(super) struct Ended {
    ended: u64,
}

/// One's own sessions.
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = Sessions)))]
pub(super) async fn own(State(site): State<Site>, signed: Signed) -> Result<Json<Sessions>, ApiError> {
    let (this, _) = signed.person()?;
    let now_us = site.now().as_microsecond();
    let rows = site.store.reading().await?.sessions(&signed.name, now_us).await?;
    Ok(Json(listed(rows, this)))
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = String, Path)), responses((status = 204)))]
pub(super) async fn end_one(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<String>,
) -> Result<StatusCode, ApiError> {
    signed.person()?;
    let mut writing = site.store.writing().await?;
    if !writing.end_session_of(&signed.name, &id).await? {
        return Err(ApiError::not_found());
    }
    record(&site, &mut writing, &signed, &signed.name, 1).await?;
    writing.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all of one's own sessions but the one that asks.
#[utoipa::path(delete, path = "/sessions", tag = "session", responses((status = 200, body = Ended)))]
pub(super) async fn end_others(State(site): State<Site>, signed: Signed) -> Result<Json<Ended>, ApiError> {
    let (this, _) = signed.person()?;
    let mut writing = site.store.writing().await?;
    let ended = writing.end_other_sessions(&signed.name, this).await?;
    if ended > 0 {
        record(&site, &mut writing, &signed, &signed.name, ended).await?;
    }
    writing.commit().await?;
    Ok(Json(Ended { ended }))
}

/// An account's sessions.
#[utoipa::path(get, path = "/accounts/{name}/sessions", tag = "accounts", params(("name" = String, Path)),
    responses((status = 200, body = Sessions)))]
pub(super) async fn of_account(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
) -> Result<Json<Sessions>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let mut reading = site.store.reading().await?;
    seen(&mut reading, &name, scope).await?;
    let rows = reading.sessions(&name, site.now().as_microsecond()).await?;
    let this = signed.person().map_or("", |(this, _)| this);
    Ok(Json(listed(rows, this)))
}

/// End every session of an account.
#[utoipa::path(delete, path = "/accounts/{name}/sessions", tag = "accounts", params(("name" = String, Path)),
    responses((status = 200, body = Ended)))]
pub(super) async fn end_of_account(
    State(site): State<Site>,
    signed: Signed,
    Name(name): Name<String>,
) -> Result<Json<Ended>, ApiError> {
    let scope = signed.may(Operation::ManageAccounts)?;
    let mut writing = site.store.writing().await?;
    seen(&mut writing, &name, scope).await?;
    let ended = writing.end_sessions(&name).await?;
    record(&site, &mut writing, &signed, &name, ended).await?;
    writing.commit().await?;
    Ok(Json(Ended { ended }))
}

async fn record(
    site: &Site,
    writing: &mut Writing,
    signed: &Signed,
    account: &str,
    ended: u64,
) -> Result<(), ApiError> {
    let entry = Entry {
        at: site.now(),
        actor: signed.name.clone(),
        action: Action::SessionsEnded,
        subject: account.to_owned(),
        reason: None,
        detail: format!("sessions={ended}"),
    };
    writing.append_audit(entry).await?;
    Ok(())
}

fn listed(rows: Vec<SessionRow>, this: &str) -> Sessions {
    let session = |row: SessionRow| Session {
        this: row.id == this,
        id: row.id,
        way: row.way,
        begun_utc_us: row.created_us,
        last_used_utc_us: row.last_used_us,
        expires_utc_us: row.expires_us,
        address: row.address,
        program: row.program,
    };
    Sessions { sessions: rows.into_iter().map(session).collect() }
}
