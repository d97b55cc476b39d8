//! One vehicle: looked up by its plate with a reason, and its whole life on a line in time.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Scope};
use server_core::audit::{Action, Entry};
use server_core::register::VehicleId;
use server_core::register::life::{Place, newest};
use server_core::register::mismatch::unregistered;
use utoipa::{IntoParams, ToSchema};

use super::register_wire::{WireHold, WireMember, WireVehicle};
use super::wanted::{plate, reason};
use super::wire::Words;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Name, Params};
use crate::http::session::Signed;
use crate::store::{HoldRow, LIFE_MAX, LifeRow, Reading, Under};

/// Entries on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which plate, and why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LookUpQuery {
    /// The plate.
    plate: String,
    /// Its colour, by word; whatever colour without.
    #[serde(default)]
    colour: String,
    /// Why: 1 to 500 characters. It is written down.
    #[serde(default)]
    reason: String,
}

/// Which part of a life, and why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LifeQuery {
    /// Why: 1 to 500 characters. It is written down.
    #[serde(default)]
    reason: String,
    /// What the page before gave as `next`.
    before: Option<String>,
    /// 1 to 200 entries; 50 unless said.
    limit: Option<u32>,
}

/// Which part of the life of a plate, and why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PlateLifeQuery {
    /// The plate.
    plate: String,
    /// Its colour, by word; whatever colour without.
    #[serde(default)]
    colour: String,
    /// Why: 1 to 500 characters. It is written down.
    #[serde(default)]
    reason: String,
    /// What the page before gave as `next`.
    before: Option<String>,
    /// 1 to 200 entries; 50 unless said.
    limit: Option<u32>,
}

/// What a plate is known for.
#[derive(Serialize, ToSchema)]
pub(super) struct LookUp {
    /// Vehicles that hold it or held it, the latest first; empty if nobody registered it.
    found: Vec<Found>,
    /// Said where nobody holds it today.
    unregistered: Option<Words>,
    /// Was it seen in the account's region?
    seen: bool,
}

/// A vehicle that holds or held a plate.
#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    vehicle: WireVehicle,
    /// When it held the plate.
    hold: WireHold,
    /// Does it hold it today?
    now: bool,
}

/// A vehicle and what happened to it.
#[derive(Serialize, ToSchema)]
pub(super) struct Life {
    /// The vehicle; null for a plate that nobody registered.
    vehicle: Option<WireVehicle>,
    /// The plates it has held, oldest first.
    plates: Vec<WireHold>,
    /// The fleets it has been in, oldest first.
    fleets: Vec<WireMember>,
    /// What happened, the latest first.
    events: Vec<LifeEvent>,
    /// For the next page, as `before`; null on the last.
    next: Option<String>,
}

/// One thing that happened to a vehicle.
#[derive(Serialize, ToSchema)]
pub(super) struct LifeEvent {
    /// `passage`, `test`, `inspection`, `candidate`, `case` or `order`.
    kind: String,
    /// Its name: of a passage, a test, an inspection, a candidate, a case or a repair order.
    id: String,
    /// When.
    at_utc_us: i64,
    /// What came of it: an outcome or a state, by word.
    outcome: String,
    /// Where: the name of a checkpoint, an inspection station or a repair shop; empty where there is none.
    place: String,
    /// What it is about: an item of the verdict or a method, by word; empty for passages and orders.
    about: String,
    /// Opacity of a passage in hundredths of a percent, absorption of a test in hundredths of 1/m.
    figure: Option<i64>,
    /// Under which plate.
    plate: String,
    /// In which colour it was seen, by word; empty if it was not told.
    plate_colour: String,
}

/// A vehicle's name in a path.
pub(super) struct VehicleName(VehicleId);

impl std::str::FromStr for VehicleName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        VehicleId::parse(text).map(Self).ok_or(())
    }
}

/// Look a vehicle up by its plate. It needs a reason and is audited, whatever is found.
#[utoipa::path(get, path = "/vehicles", tag = "register", params(LookUpQuery), responses(
    (status = 200, body = LookUp), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn look_up(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<LookUpQuery>,
) -> Result<Json<LookUp>, ApiError> {
    let scope = signed.may(Operation::LookUpVehicle)?;
    let (plate, colour) = (plate(&query.plate)?, colour(&query.colour)?);
    audit(&site, &signed, plate.as_str(), &query.reason).await?;
    let today = today(&site);
    let mut reading = site.store.reading().await?;
    let mut found = Vec::new();
    for hold in reading.holders_of(&plate, colour).await? {
        let Some(id) = VehicleId::parse(&hold.vehicle) else { continue };
        if !reading.vehicle_is_seen_by(&id, scope).await? {
            continue;
        }
        let Some(vehicle) = reading.vehicle(&id, today).await? else { continue };
        let now = holds(&hold, today);
        found.push(Found { vehicle: vehicle.into(), hold: hold.into(), now });
    }
    let under = Under {
        plate: plate.as_str(),
        colour: colour.map_or("", PlateColour::word),
        from_us: 0,
        until_us: i64::MAX,
    };
    let seen = reading.life_lines(&under, scope, 1).await?.iter().any(|(_, line)| !line.is_empty());
    let unregistered = (!found.iter().any(|one| one.now)).then(|| unregistered(&plate, today).into());
    Ok(Json(LookUp { found, unregistered, seen }))
}

/// The life of a registered vehicle, whatever plates it held. It needs a reason and is audited.
#[utoipa::path(get, path = "/vehicles/{id}/life", tag = "register", params(("id" = String, Path), LifeQuery), responses(
    (status = 200, body = Life), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn life(
    State(site): State<Site>,
    signed: Signed,
    Name(VehicleName(id)): Name<VehicleName>,
    Params(query): Params<LifeQuery>,
) -> Result<Json<Life>, ApiError> {
    let scope = signed.may(Operation::LookUpVehicle)?;
    let (before, limit) = part(query.before.as_deref(), query.limit)?;
    reason(&query.reason)?;
    let mut reading = site.store.reading().await?;
    if !reading.vehicle_is_seen_by(&id, scope).await? {
        return Err(ApiError::not_found());
    }
    let vehicle = reading.vehicle(&id, today(&site)).await?.ok_or_else(ApiError::not_found)?;
    let plates = reading.plates_of(&id).await?;
    let fleets = reading.fleets_of(&id).await?;
    let mut under = Vec::with_capacity(plates.len());
    for hold in &plates {
        under.push(Under {
            plate: &hold.plate,
            colour: &hold.plate_colour,
            from_us: day_start(&hold.from_day)?,
            until_us: hold.until_day.as_deref().map_or(Ok(i64::MAX), day_start)?,
        });
    }
    let (events, next) = events(&mut reading, &under, scope, before.as_ref(), limit).await?;
    drop(reading);
    audit(&site, &signed, id.as_str(), &query.reason).await?;
    Ok(Json(Life {
        vehicle: Some(vehicle.into()),
        plates: plates.into_iter().map(WireHold::from).collect(),
        fleets: fleets.into_iter().map(WireMember::from).collect(),
        events,
        next,
    }))
}

/// What happened under a plate, registered or not. It needs a reason and is audited.
#[utoipa::path(get, path = "/plates/life", tag = "register", params(PlateLifeQuery), responses(
    (status = 200, body = Life), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn plate_life(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<PlateLifeQuery>,
) -> Result<Json<Life>, ApiError> {
    let scope = signed.may(Operation::LookUpVehicle)?;
    let (plate, colour) = (plate(&query.plate)?, colour(&query.colour)?);
    let (before, limit) = part(query.before.as_deref(), query.limit)?;
    audit(&site, &signed, plate.as_str(), &query.reason).await?;
    let under = Under {
        plate: plate.as_str(),
        colour: colour.map_or("", PlateColour::word),
        from_us: 0,
        until_us: i64::MAX,
    };
    let mut reading = site.store.reading().await?;
    let (events, next) = events(&mut reading, &[under], scope, before.as_ref(), limit).await?;
    Ok(Json(Life { vehicle: None, plates: Vec::new(), fleets: Vec::new(), events, next }))
}

/// One line in time of all that happened under plates, each within its own time.
async fn events(
    reading: &mut Reading,
    under: &[Under<'_>],
    scope: Scope,
    before: Option<&Place>,
    limit: u32,
) -> Result<(Vec<LifeEvent>, Option<String>), ApiError> {
    let mut lines: Vec<Vec<(Place, (&'static str, LifeRow))>> = Vec::new();
    for under in under {
        // What happened in the very microsecond of the cursor may lie on either side of it: it is asked for again.
        let until_us =
            before.map_or(under.until_us, |before| under.until_us.min(before.at_us.saturating_add(1)));
        let under = Under { until_us, ..under.clone() };
        for (kind, line) in reading.life_lines(&under, scope, limit + 1).await? {
            lines.push(line.into_iter().map(|row| (row.place(kind), (kind, row))).collect());
        }
    }
    let mut page = newest(lines, before, limit as usize + 1);
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    let next = page.last().filter(|_| more).map(|(place, _)| place.to_string());
    let events = page.into_iter().map(|(_, (kind, row))| LifeEvent {
        kind: kind.to_owned(),
        id: row.id,
        at_utc_us: row.at_us,
        outcome: row.outcome,
        place: row.place,
        about: row.about,
        figure: row.figure,
        plate: row.plate,
        plate_colour: row.plate_colour,
    });
    Ok((events.collect(), next))
}

fn part(before: Option<&str>, limit: Option<u32>) -> Result<(Option<Place>, u32), ApiError> {
    let wrong = |_| ApiError::invalid("翻页标记无效。", "The cursor is none of this server's.");
    let before = before.map(|text| text.parse::<Place>().map_err(wrong)).transpose()?;
    Ok((before, limit.unwrap_or(PAGE).clamp(1, LIFE_MAX - 1)))
}

/// Writes down that somebody looked, before the answer: a look-up that cannot be written down is not made.
async fn audit(site: &Site, signed: &Signed, subject: &str, why: &str) -> Result<(), ApiError> {
    let reason = reason(why)?;
    let entry = Entry {
        at: site.now(),
        actor: signed.name.clone(),
        action: Action::VehicleLookedUp,
        subject: subject.to_owned(),
        reason: Some(reason.as_str().to_owned()),
        detail: String::new(),
    };
    let mut writing = site.store.writing().await?;
    writing.append_audit(entry).await?;
    Ok(writing.commit().await?)
}

fn colour(word: &str) -> Result<Option<PlateColour>, ApiError> {
    match word {
        "" => Ok(None),
        word => PlateColour::from_word(word).map(Some).ok_or_else(|| {
            let en = "A colour is one of blue, yellow, green, yellow-green, white, black.";
            ApiError::invalid("未知的车牌颜色。", en)
        }),
    }
}

fn today(site: &Site) -> Date {
    law_place().to_datetime(site.now()).date()
}

fn holds(hold: &HoldRow, day: Date) -> bool {
    let day = day.to_string();
    hold.from_day <= day && hold.until_day.as_ref().is_none_or(|until| *until > day)
}

/// The first microsecond of a stored day at the law's place.
fn day_start(text: &str) -> Result<i64, ApiError> {
    let day: Date = text.parse().map_err(super::wire::unreadable)?;
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    Ok(law_place().to_timestamp(midnight).map_err(super::wire::unreadable)?.as_microsecond())
}
