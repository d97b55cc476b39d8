//! Carriers with their fleets, inspection stations and repair shops, as they are registered.

use axum::Json;
use axum::extract::State;
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, OrganisationCode};
use server_core::audit::Action;
use server_core::register::CarrierCode;
use server_core::register::columns::Kind;
use server_core::register::organisation::Organisation;
use utoipa::{IntoParams, ToSchema};

use super::register_wire::{WireOrganisation, WireQualification, day, since};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Name, Params};
use crate::http::session::Signed;
use crate::store::{FleetChangeRow, FleetRow, REGISTER_PAGE_MAX, Reading};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which organisations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// A text to be found in code or name; at most 100 characters.
    #[serde(default)]
    search: String,
    /// What the page before gave as `next`.
    #[serde(default)]
    after: String,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
}

/// On which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DayQuery {
    /// `2026-11-27`; today unless said.
    day: Option<String>,
    /// What the page before gave as `next`.
    #[serde(default)]
    after: String,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
}

/// A page of organisations, by code.
#[derive(Serialize, ToSchema)]
pub(super) struct OrganisationPage {
    organisations: Vec<WireOrganisation>,
    /// For the next page, as `after`; null on the last.
    next: Option<String>,
}

/// A repair shop with its certificates.
#[derive(Serialize, ToSchema)]
pub(super) struct RepairShop {
    shop: WireOrganisation,
    /// Does a certificate hold today?
    qualified: bool,
    /// Every certificate, the latest first.
    qualifications: Vec<WireQualification>,
}

/// A page of repair shops, by code.
#[derive(Serialize, ToSchema)]
pub(super) struct ShopPage {
    shops: Vec<RepairShop>,
    /// For the next page, as `after`; null on the last.
    next: Option<String>,
}

/// A carrier.
#[derive(Serialize, ToSchema)]
pub(super) struct CarrierDetail {
    carrier: WireOrganisation,
    /// The day of the figure below.
    day: String,
    /// Vehicles in its fleet that day.
    fleet_size: u64,
    /// Who came and who left, the latest first, at most 200.
    changes: Vec<FleetChange>,
}

/// A vehicle that came to a fleet or left it.
#[derive(Serialize, ToSchema)]
pub(super) struct FleetChange {
    /// The day; null where nobody knows since when it is there.
    day: Option<String>,
    /// Did it come? Else it left.
    joined: bool,
    /// The vehicle: GET /api/v1/vehicles/{id}/life.
    vehicle: String,
    /// The plate it held then.
    plate: Option<String>,
    /// That plate's colour, by word.
    plate_colour: Option<String>,
}

impl From<FleetChangeRow> for FleetChange {
    fn from(row: FleetChangeRow) -> Self {
        let FleetChangeRow { on_day, joined, vehicle, plate, plate_colour } = row;
        Self { day: since(&on_day), joined, vehicle, plate, plate_colour }
    }
}

/// A vehicle in a fleet on a day.
#[derive(Serialize, ToSchema)]
pub(super) struct FleetVehicle {
    /// The vehicle: GET /api/v1/vehicles/{id}/life.
    vehicle: String,
    /// The plate it held that day.
    plate: Option<String>,
    /// That plate's colour, by word.
    plate_colour: Option<String>,
    /// Its class, by word.
    class: Option<String>,
    /// What it burns, by word.
    fuel: Option<String>,
    /// Its stage, by word.
    stage: Option<String>,
    /// Its make.
    make: Option<String>,
    /// Since when it is in the fleet; null where nobody knows.
    from_day: Option<String>,
    /// From which day on no more.
    until_day: Option<String>,
}

impl From<FleetRow> for FleetVehicle {
    fn from(row: FleetRow) -> Self {
        let FleetRow { vehicle, from_day, until_day, plate, plate_colour, class, fuel, stage, make } = row;
        Self { vehicle, plate, plate_colour, class, fuel, stage, make, from_day: since(&from_day), until_day }
    }
}

/// A page of a fleet.
#[derive(Serialize, ToSchema)]
pub(super) struct FleetPage {
    /// The day that it is told of.
    day: String,
    vehicles: Vec<FleetVehicle>,
    /// For the next page, as `after`; null on the last.
    next: Option<String>,
}

/// A carrier's code in a path.
pub(super) struct CarrierName(CarrierCode);

impl std::str::FromStr for CarrierName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CarrierCode::parse(text).map(Self).map_err(|_| ())
    }
}

/// Carriers, by code.
#[utoipa::path(get, path = "/carriers", tag = "register", params(SearchQuery), responses(
    (status = 200, body = OrganisationPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<SearchQuery>,
) -> Result<Json<OrganisationPage>, ApiError> {
    page(&site, &signed, Kind::Carriers, query).await
}

/// Inspection stations, by code.
#[utoipa::path(get, path = "/inspection-stations", tag = "register", params(SearchQuery), responses(
    (status = 200, body = OrganisationPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn inspection_stations(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<SearchQuery>,
) -> Result<Json<OrganisationPage>, ApiError> {
    page(&site, &signed, Kind::InspectionStations, query).await
}

/// Repair shops with their certificates, by code.
#[utoipa::path(get, path = "/repair-shops", tag = "register", params(SearchQuery), responses(
    (status = 200, body = ShopPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn repair_shops(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<SearchQuery>,
) -> Result<Json<ShopPage>, ApiError> {
    let OrganisationPage { organisations, next } = page(&site, &signed, Kind::RepairShops, query).await?.0;
    let today = law_place().to_datetime(site.now()).date();
    let mut reading = site.store.reading().await?;
    let mut shops = Vec::with_capacity(organisations.len());
    for shop in organisations {
        let Some(code) = OrganisationCode::parse(&shop.code) else { continue };
        let qualified = reading.shop_qualified_on(&code, today).await?.is_some();
        let qualifications =
            reading.qualifications_of(&code).await?.into_iter().map(WireQualification::from).collect();
        shops.push(RepairShop { shop, qualified, qualifications });
    }
    Ok(Json(ShopPage { shops, next }))
}

async fn page(
    site: &Site,
    signed: &Signed,
    kind: Kind,
    query: SearchQuery,
) -> Result<Json<OrganisationPage>, ApiError> {
    let scope = signed.may(Operation::ReadRegister)?;
    let search = query.search.trim();
    if search.chars().count() > 100 || query.after.len() > 100 {
        return Err(ApiError::invalid("查询内容过长。", "The text to search for is too long."));
    }
    let limit = query.limit.unwrap_or(PAGE).clamp(1, REGISTER_PAGE_MAX);
    let found = site.store.reading().await?.organisations(kind, scope, search, &query.after, limit).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.code.clone());
    Ok(Json(OrganisationPage {
        organisations: found.into_iter().map(WireOrganisation::from).collect(),
        next,
    }))
}

/// A carrier, the size of its fleet on a day, and how its fleet changed.
#[utoipa::path(get, path = "/carriers/{code}", tag = "register", params(("code" = String, Path), DayQuery), responses(
    (status = 200, body = CarrierDetail), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(CarrierName(code)): Name<CarrierName>,
    Params(query): Params<DayQuery>,
) -> Result<Json<CarrierDetail>, ApiError> {
    let mut reading = site.store.reading().await?;
    let carrier = seen_carrier(&mut reading, &signed, &code).await?;
    let day = asked_day(&site, query.day.as_deref())?;
    let fleet_size = reading.fleet_size_on(&code, day).await?;
    let changes = reading.fleet_changes(&code).await?.into_iter().map(FleetChange::from).collect();
    drop(reading);
    audit_fleet(&site, &signed, &code).await?;
    Ok(Json(CarrierDetail { carrier: carrier.into(), day: day.to_string(), fleet_size, changes }))
}

/// The vehicles of a carrier's fleet on a day. Looking at them is audited.
#[utoipa::path(get, path = "/carriers/{code}/fleet", tag = "register", params(("code" = String, Path), DayQuery), responses(
    (status = 200, body = FleetPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn fleet(
    State(site): State<Site>,
    signed: Signed,
    Name(CarrierName(code)): Name<CarrierName>,
    Params(query): Params<DayQuery>,
) -> Result<Json<FleetPage>, ApiError> {
    let mut reading = site.store.reading().await?;
    seen_carrier(&mut reading, &signed, &code).await?;
    let day = asked_day(&site, query.day.as_deref())?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, REGISTER_PAGE_MAX);
    let found = reading.fleet_on(&code, day, &query.after, limit).await?;
    drop(reading);
    audit_fleet(&site, &signed, &code).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.vehicle.clone());
    Ok(Json(FleetPage {
        day: day.to_string(),
        vehicles: found.into_iter().map(FleetVehicle::from).collect(),
        next,
    }))
}

async fn seen_carrier(
    reading: &mut Reading,
    signed: &Signed,
    code: &CarrierCode,
) -> Result<Organisation, ApiError> {
    let scope = signed.may(Operation::ReadRegister)?;
    let carrier = reading.carrier(code).await?.filter(|carrier| scope.0.contains(carrier.region));
    carrier.ok_or_else(ApiError::not_found)
}

fn asked_day(site: &Site, text: Option<&str>) -> Result<jiff::civil::Date, ApiError> {
    text.map_or_else(|| Ok(law_place().to_datetime(site.now()).date()), day)
}

/// A fleet is a list of plates: that somebody looked at it is written down.
async fn audit_fleet(site: &Site, signed: &Signed, code: &CarrierCode) -> Result<(), ApiError> {
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::VehicleLookedUp, code.as_str(), None).await?;
    Ok(writing.commit().await?)
}
