//! Plates that an authority wants stopped.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use plumewatch_shared::plate::{Plate, PlateColour};
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::audit::{Action, Entry};
use server_core::review::Reason;
use utoipa::ToSchema;

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Body;
use crate::http::session::Signed;

/// Every wanted plate.
#[derive(Serialize, ToSchema)]
pub(super) struct WantedList {
    wanted: Vec<Wanted>,
}

/// A wanted plate.
#[derive(Serialize, ToSchema)]
pub(super) struct Wanted {
    /// The plate.
    plate: String,
    /// Its colour, by word; null for every colour.
    colour: Option<String>,
    /// Why, in the authority's words.
    reason: String,
    /// Who wants it.
    added_by: String,
    /// Since when.
    added_utc_us: i64,
}

/// A plate to be wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWanted {
    /// The plate.
    plate: String,
    /// Its colour, by word; absent for every colour.
    colour: Option<String>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// A plate to be wanted no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OldWanted {
    /// The plate.
    plate: String,
    /// Its colour, as it was given.
    colour: Option<String>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Every wanted plate.
#[utoipa::path(get, path = "/watchlist/wanted", tag = "watchlist", responses(
    (status = 200, body = WantedList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, signed: Signed) -> Result<Json<WantedList>, ApiError> {
    signed.may(Operation::ReadWanted)?;
    let rows = site.store.reading().await?.wanted().await?;
    let wanted = rows.into_iter().map(|row| Wanted {
        plate: row.plate,
        colour: Some(row.plate_colour).filter(|word| !word.is_empty()),
        reason: row.reason,
        added_by: row.added_by,
        added_utc_us: row.added_us,
    });
    Ok(Json(WantedList { wanted: wanted.collect() }))
}

/// Want a plate: every edge looks out for it.
#[utoipa::path(post, path = "/watchlist/wanted", tag = "watchlist", request_body = NewWanted, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 409, description = "It is wanted already", body = ErrorBody)))]
pub(super) async fn add(
    State(site): State<Site>,
    signed: Signed,
    Body(new): Body<NewWanted>,
) -> Result<StatusCode, ApiError> {
    signed.may(Operation::ChangeWanted)?;
    let (plate, colour) = (plate(&new.plate)?, colour(new.colour.as_deref())?);
    let reason = reason(&new.reason)?;
    let now = site.now();
    let mut writing = site.store.writing().await?;
    if !writing.add_wanted(&plate, colour, reason.as_str(), &signed.name, now.as_microsecond()).await? {
        return Err(ApiError::conflict(
            "wanted-already",
            "该车牌已在布控名单中。",
            "The plate is wanted already.",
        ));
    }
    writing.append_audit(entry(&site, signed, Action::WantedAdded, &plate, reason)).await?;
    writing.commit().await?;
    site.watchlist.nudge();
    Ok(StatusCode::NO_CONTENT)
}

/// Want a plate no more.
#[utoipa::path(delete, path = "/watchlist/wanted", tag = "watchlist", request_body = OldWanted, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn remove(
    State(site): State<Site>,
    signed: Signed,
    Body(old): Body<OldWanted>,
) -> Result<StatusCode, ApiError> {
    signed.may(Operation::ChangeWanted)?;
    let (plate, colour) = (plate(&old.plate)?, colour(old.colour.as_deref())?);
    let reason = reason(&old.reason)?;
    let mut writing = site.store.writing().await?;
    if !writing.remove_wanted(&plate, colour).await? {
        return Err(ApiError::not_found());
    }
    writing.append_audit(entry(&site, signed, Action::WantedRemoved, &plate, reason)).await?;
    writing.commit().await?;
    site.watchlist.nudge();
    Ok(StatusCode::NO_CONTENT)
}

fn entry(site: &Site, signed: Signed, action: Action, plate: &Plate, reason: Reason) -> Entry {
    let (actor, subject) = (signed.name, plate.as_str().to_owned());
    Entry {
        at: site.now(),
        actor,
        action,
        subject,
        reason: Some(reason.as_str().to_owned()),
        detail: String::new(),
    }
}

/// A plate in a request.
pub(super) fn plate(text: &str) -> Result<Plate, ApiError> {
    text.parse()
        .map_err(|error| ApiError::invalid("车牌号码格式不正确。", format!("This is no plate: {error}.")))
}

fn colour(word: Option<&str>) -> Result<Option<PlateColour>, ApiError> {
    match word {
        None | Some("") => Ok(None),
        Some(word) => PlateColour::from_word(word).map(Some).ok_or_else(|| {
            let en = "A colour is one of blue, yellow, green, yellow-green, white, black.";
            ApiError::invalid("未知的车牌颜色。", en)
        }),
    }
}

/// A reason in a request that must have one.
pub(super) fn reason(text: &str) -> Result<Reason, ApiError> {
    Reason::new(text).ok_or_else(|| {
        let en = "Say why, in 1 to 500 characters.";
        ApiError::new(StatusCode::BAD_REQUEST, "reason", "请填写原因（1至500个字符）。", en)
    })
}
