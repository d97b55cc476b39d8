//! Keys of stations' and shops' own programs, for administrators.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, OrganisationCode};
use utoipa::{IntoParams, ToSchema};

use super::accounts::{organisation, region_within, role};
use super::second_factor::Why;
use super::wanted::reason;
use crate::auth::keys::{self, DAYS_MAX, KEYS_MAX, KeyError, KeyRole, NewKey};
use crate::http::Site;
use crate::http::cursor::Cursor;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::idempotency::NeverKept;
use crate::http::session::Signed;
use crate::store::keys::KeyRow;

/// Rows on a page unless the request says otherwise, and the most.
const PAGE: u32 = 100;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct KeyPage {
    /// What the page before gave as `next`.
    cursor: Option<String>,
    /// 1 to 100 rows; 100 unless said.
    limit: Option<u32>,
}

/// A page of keys, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Keys {
    keys: Vec<Key>,
    /// For the next page; null on the last.
    #[schema(value_type = Option<String>, example = "1795744800000000~K4f2c1d7e8a904b1c")]
    next: Option<Cursor>,
}

/// A key. What it opens with is not shown: it is not kept.
#[derive(Serialize, ToSchema)]
pub(super) struct Key {
    /// What it is named by; the audit calls it `key:` and this.
    #[schema(example = "K4f2c1d7e8a904b1c")]
    id: String,
    /// What it is for.
    label: String,
    /// `inspection-station` or `repair-shop`.
    role: String,
    /// Whom it acts for.
    organisation: String,
    /// The region whose administrators keep it.
    region: String,
    /// `usable`, `expired` or `revoked`.
    state: &'static str,
    /// Since when.
    created_utc_us: i64,
    /// Who gave it out.
    created_by: String,
    /// Until when.
    expires_utc_us: i64,
    /// When it was last used, to five minutes.
    last_used_utc_us: Option<i64>,
    /// When it was revoked.
    revoked_utc_us: Option<i64>,
    /// By whom.
    revoked_by: Option<String>,
}

/// A key to be given out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRequest {
    /// What it is for: 1 to 80 characters.
    label: String,
    /// `inspection-station` or `repair-shop`.
    role: String,
    /// Whom it acts for.
    organisation: String,
    /// The region whose administrators keep it, within one's own.
    region: String,
    /// How long it holds: 1 to 731 days.
    #[schema(minimum = 1, maximum = 731, example = 365)]
    days: u32,
}

/// A key, shown once.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuedKey {
    /// Goes into the program's settings: `Authorization: Bearer` and this.
    #[schema(example = "pwk_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    secret: String,
    key: Key,
}

/// Keys, the newest first; those that hold no more as well.
#[utoipa::path(get, path = "/keys", tag = "keys", params(KeyPage), responses((status = 200, body = Keys)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(page): Params<KeyPage>,
) -> Result<Json<Keys>, ApiError> {
    let scope = signed.may(Operation::ManageKeys)?;
    let after = Cursor::of_query(page.cursor.as_deref())?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let rows =
        site.store.reading().await?.keys(scope.codes(), after.map(|at| (at.key, at.id)), limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| Cursor { key: row.created_us, id: row.id.clone() });
    let now_us = site.now().as_microsecond();
    Ok(Json(Keys { keys: rows.into_iter().map(|row| listed(row, now_us)).collect(), next }))
}

/// Give a key out. It is shown in this answer and never again.
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = KeyRequest, responses(
    (status = 201, body = IssuedKey),
    (status = 409, description = "The organisation has as many keys as it may", body = ErrorBody)))]
pub(super) async fn issue(
    State(site): State<Site>,
    signed: Signed,
    Body(new): Body<KeyRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let scope = signed.may(Operation::ManageKeys)?;
    let label = new.label.trim();
    if label.is_empty() || label.chars().count() > 80 || label.chars().any(char::is_control) {
        return Err(ApiError::invalid(
            "密钥用途应为1至80个字符。",
            "What a key is for has 1 to 80 characters.",
        ));
    }
    if !(1..=DAYS_MAX).contains(&new.days) {
        let zh = format!("有效期应为1至{DAYS_MAX}天。");
        return Err(ApiError::invalid(zh, format!("A key holds 1 to {DAYS_MAX} days.")));
    }
    let role = role(&new.role)?;
    let key_role = KeyRole::of(role).ok_or_else(|| {
        let en = "Keys are for inspection-station and repair-shop.";
        ApiError::invalid("密钥只发给检验机构和维修站。", en)
    })?;
    let code = organisation(role, Some(&new.organisation))?;
    let region = region_within(&new.region, scope.0)?;
    let new = NewKey {
        label: label.to_owned(),
        role: key_role,
        organisation: code.as_deref().and_then(OrganisationCode::parse).ok_or_else(ApiError::internal)?,
        region: format!("{region:06}").parse().map_err(|_| ApiError::internal())?,
        lasts: Duration::from_secs(u64::from(new.days) * 24 * 60 * 60),
    };
    let (key, row) = keys::issue(&site.store, new, &signed.name, site.now()).await?;
    let issued = IssuedKey { secret: key.to_string(), key: listed(row, site.now().as_microsecond()) };
    Ok((StatusCode::CREATED, Extension(NeverKept), Json(issued)))
}

/// Revoke a key: its program is refused from now on.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", params(("id" = String, Path)), request_body = Why,
    responses((status = 204), (status = 409, description = "It is revoked already", body = ErrorBody)))]
pub(super) async fn revoke(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<String>,
    Body(why): Body<Why>,
) -> Result<StatusCode, ApiError> {
    let scope = signed.may(Operation::ManageKeys)?;
    let key = site.store.reading().await?.key(&id, scope.codes()).await?.ok_or_else(ApiError::not_found)?;
    let why = reason(&why.reason)?;
    if keys::revoke(&site.store, &key.id, &signed.name, why.as_str(), site.now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::conflict("key-revoked", "该密钥已撤销。", "The key is revoked already."))
}

fn listed(row: KeyRow, now_us: i64) -> Key {
    let state = match (row.revoked_us, row.expires_us > now_us) {
        (Some(_), _) => "revoked",
        (None, false) => "expired",
        (None, true) => "usable",
    };
    Key {
        id: row.id,
        label: row.label,
        role: row.role,
        organisation: row.organisation,
        region: format!("{:06}", row.region),
        state,
        created_utc_us: row.created_us,
        created_by: row.created_by,
        expires_utc_us: row.expires_us,
        last_used_utc_us: row.last_used_us,
        revoked_utc_us: row.revoked_us,
        revoked_by: row.revoked_by,
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::TooMany => Self::conflict(
                "too-many-keys",
                format!("该机构已有{KEYS_MAX}个可用密钥，请先撤销不用的。"),
                format!("The organisation has {KEYS_MAX} usable keys; revoke those not in use."),
            ),
            KeyError::Random(error) => {
                tracing::error!(%error, "no key could be made");
                Self::internal()
            }
            KeyError::Store(error) => error.into(),
        }
    }
}
