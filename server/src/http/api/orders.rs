//! Repair orders: an authority sees its region's, an inspection station and a shop their own.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, OrganisationCode, Reach, may};
use server_core::inspection::Method;
use server_core::order::{OrderId, OrderState, Origin};
use server_core::register::Vin;
use utoipa::{IntoParams, ToSchema};

use super::inspections::InspectionSummary;
use super::wanted::reason;
use super::wire::AuditEntry;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::orders::{self, Followed, Wish};
use crate::store::{OrderFilter, OrderRow, RecordRow};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OrderQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
    /// Only in this state: `ordered`, `taken`, `repaired`, `closed` or `cancelled`.
    state: Option<String>,
    /// Only those whose last day has gone by.
    overdue: Option<bool>,
}

impl OrderQuery {
    /// The filter that it asks for, within a reach, on a day.
    pub(super) fn filter(&self, reach: Reach, today: Date) -> Result<OrderFilter, ApiError> {
        let state = self.state.clone().unwrap_or_default();
        if !state.is_empty() && !OrderState::WORDS.contains(&state.as_str()) {
            let en = "A state is one of ordered, taken, repaired, closed, cancelled.";
            return Err(ApiError::invalid("未知的维修单状态。", en));
        }
        let open_and_due_before = self.overdue.unwrap_or(false).then_some(today);
        let older_than = self.after.as_deref().map(cursor).transpose()?;
        Ok(OrderFilter { reach, state, open_and_due_before, older_than })
    }
}

/// A page of orders, the latest change first.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderPage {
    orders: Vec<OrderSummary>,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// An order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct OrderSummary {
    /// `R` and 20 hex digits, as on the repair notice.
    #[schema(example = "R000102030405060708ff")]
    id: String,
    /// `ordered`, `taken`, `repaired`, `closed` or `cancelled`.
    state: &'static str,
    /// The case that ordered it, if one did.
    case_id: Option<String>,
    /// The failed inspection that opened it, if one did.
    inspection_id: Option<String>,
    plate: String,
    /// `blue`, `yellow`, `green`, `yellow-green`, `white` or `black`; null where it was not told.
    plate_colour: Option<&'static str>,
    vin: Option<String>,
    /// Where it is retested: the station's code.
    station: String,
    /// Its name for people.
    station_name: Option<String>,
    /// What failed, by word.
    items: Vec<&'static str>,
    /// By which method: `free-acceleration`, `lug-down`, `ringelmann`; null until the first retest of a roadside case.
    method: Option<&'static str>,
    /// The last day to pass.
    due_day: String,
    /// Has it gone by with something left to be done?
    overdue: bool,
    /// Failing tests so far.
    failures: u32,
    /// The shop that has it, or repaired last.
    shop: Option<String>,
    /// Its name for people.
    shop_name: Option<String>,
    /// The one shop that may take it, if an authority named one.
    reserved: Option<String>,
    opened_utc_us: i64,
    changed_utc_us: i64,
}

/// An order with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderDetail {
    order: OrderSummary,
    /// Records of repairs, oldest first.
    records: Vec<Record>,
    /// Retests, oldest first, held ones included.
    retests: Vec<InspectionSummary>,
    /// What was done, oldest first; only for people of a region.
    history: Vec<AuditEntry>,
    /// What the account can do now: `take`, `record`, `retest`, `reassign-station`, `reassign-shop`, `cancel`.
    actions: Vec<&'static str>,
}

/// A record of a repair.
#[derive(Serialize, ToSchema)]
pub(super) struct Record {
    /// From 1.
    number: i64,
    shop: String,
    diagnosis: String,
    work: Vec<String>,
    parts: Vec<RecordPart>,
    /// Civil time at the law's place, such as `2026-11-24T09:30:00`.
    started: String,
    finished: String,
    certificate: String,
    settlement: String,
    technician: String,
    odometer_km: Option<u32>,
    received_utc_us: i64,
    uploaded_by: String,
}

/// A part that was put in.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordPart {
    /// `doc`, `dpf`, `scr`, `urea-doser`, `egr`, `injector`, `turbocharger`, `sensor`, `filter` or `other`.
    kind: &'static str,
    maker: String,
    model: String,
    serial: Option<String>,
}

/// A taking.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Take {
    /// For which of the order's rounds, from 0; the current one unless said.
    #[serde(default)]
    round: Option<u32>,
}

/// Another station.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStation {
    /// Its code in the register.
    station: String,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Another shop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewShop {
    /// Its code in the register; null for any that is qualified.
    #[serde(default)]
    shop: Option<String>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Why it is called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancelling {
    /// Why: 1 to 500 characters.
    reason: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderChanged {
    /// Which order.
    id: String,
    /// Its state now.
    state: &'static str,
    /// Had it been taken in before?
    repeated: bool,
}

/// An order's name in a path.
pub(super) struct OrderName(pub(super) OrderId);

impl std::str::FromStr for OrderName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        OrderId::parse(text).map(Self).ok_or(())
    }
}

/// Repair orders, the latest change first.
#[utoipa::path(get, path = "/orders", tag = "orders", params(OrderQuery), responses(
    (status = 200, body = OrderPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<OrderQuery>,
) -> Result<Json<OrderPage>, ApiError> {
    let reach = signed.reach(Operation::ReadOrders)?;
    let today = law_place().to_datetime(site.now()).date();
    let filter = query.filter(reach, today)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, crate::store::PAGE_MAX);
    let rows = site.store.reading().await?.orders(&filter, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}", row.changed_us, row.order.id.as_str()));
    let orders = rows.into_iter().map(|row| OrderSummary::new(row, today)).collect();
    Ok(Json(OrderPage { orders, next }))
}

/// An order with its records, retests and history.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = String, Path)), responses(
    (status = 200, body = OrderDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
) -> Result<Json<OrderDetail>, ApiError> {
    let reach = signed.reach(Operation::ReadOrders)?;
    let mut reading = site.store.reading().await?;
    let row = reading.order(&id, &reach).await?.ok_or_else(ApiError::not_found)?;
    let records = reading.repair_records(&id).await?.into_iter().map(Record::from).collect();
    let retests = reading.retests(&id).await?.into_iter().map(InspectionSummary::from).collect();
    let history = match reach {
        Reach::Region(_) => reading.audit_of(id.as_str()).await?,
        Reach::Station(_) | Reach::Shop(_) => Vec::new(),
    };
    let actions = actions(&signed, &row);
    let today = law_place().to_datetime(site.now()).date();
    let history = history.into_iter().map(AuditEntry::from).collect();
    Ok(Json(OrderDetail { order: OrderSummary::new(row, today), records, retests, history, actions }))
}

/// Take an order for repair, by its number. The shop must hold a certificate of qualification today.
#[utoipa::path(post, path = "/orders/{id}/take", tag = "orders", params(("id" = String, Path)), request_body = Take,
    responses((status = 200, body = OrderChanged), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody)))]
pub(super) async fn take(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
    Body(taking): Body<Take>,
) -> Result<Json<OrderChanged>, ApiError> {
    let shop = own_shop(&signed, Operation::TakeOrder)?;
    let (store, books, now) = (&site.store, &site.books, site.now());
    let followed = orders::take(store, books, &shop, &id, taking.round, &signed.name, now).await?;
    Ok(Json(changed(&site, followed)))
}

/// Name another station for the retest: the way out where the order's station has closed. It is audited.
#[utoipa::path(post, path = "/orders/{id}/station", tag = "orders", params(("id" = String, Path)),
    request_body = NewStation, responses((status = 200, body = OrderChanged), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody)))]
pub(super) async fn reassign_station(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
    Body(new): Body<NewStation>,
) -> Result<Json<OrderChanged>, ApiError> {
    let wish = Wish::Station(organisation(&new.station)?, reason(&new.reason)?);
    wished(&site, &signed, &id, wish).await
}

/// Take an order from its shop, and name another or leave it to any that is qualified. It is audited.
#[utoipa::path(post, path = "/orders/{id}/shop", tag = "orders", params(("id" = String, Path)),
    request_body = NewShop, responses((status = 200, body = OrderChanged), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody)))]
pub(super) async fn reassign_shop(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
    Body(new): Body<NewShop>,
) -> Result<Json<OrderChanged>, ApiError> {
    let named = new.shop.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let wish = Wish::Shop(named.map(organisation).transpose()?, reason(&new.reason)?);
    wished(&site, &signed, &id, wish).await
}

/// Call an order off, such as for a vehicle that was scrapped. It is audited.
#[utoipa::path(post, path = "/orders/{id}/cancellation", tag = "orders", params(("id" = String, Path)),
    request_body = Cancelling, responses((status = 200, body = OrderChanged), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "A rule forbids it: its code, and what to do next", body = ErrorBody)))]
pub(super) async fn cancel(
    State(site): State<Site>,
    signed: Signed,
    Name(OrderName(id)): Name<OrderName>,
    Body(said): Body<Cancelling>,
) -> Result<Json<OrderChanged>, ApiError> {
    let wish = Wish::Cancel(reason(&said.reason)?);
    wished(&site, &signed, &id, wish).await
}

async fn wished(
    site: &Site,
    signed: &Signed,
    id: &OrderId,
    wish: Wish,
) -> Result<Json<OrderChanged>, ApiError> {
    let reach = Reach::Region(signed.may(Operation::ReassignOrder)?.0);
    let (store, books, now) = (&site.store, &site.books, site.now());
    let followed = orders::reassign(store, books, &reach, id, wish, &signed.name, now).await?;
    Ok(Json(changed(site, followed)))
}

pub(super) fn changed(site: &Site, followed: Followed) -> OrderChanged {
    if followed.watchlist {
        site.watchlist.nudge();
    }
    let order = followed.order;
    OrderChanged { id: order.id.as_str().to_owned(), state: order.state.word(), repeated: followed.repeated }
}

/// The shop that an account acts for, if it may do this.
pub(super) fn own_shop(signed: &Signed, operation: Operation) -> Result<OrganisationCode, ApiError> {
    match signed.reach(operation)? {
        Reach::Shop(code) => Ok(code),
        Reach::Region(_) | Reach::Station(_) => Err(ApiError::forbidden()),
    }
}

fn organisation(text: &str) -> Result<OrganisationCode, ApiError> {
    OrganisationCode::parse(text.trim()).ok_or_else(|| {
        let en = "The code of a station or shop has 1 to 32 letters, digits and “-”.";
        ApiError::invalid("检验机构、维修单位代码应为1至32位字母、数字或“-”。", en)
    })
}

/// When a row last changed and its id, as a page gave it.
pub(super) fn cursor(text: &str) -> Result<(i64, String), ApiError> {
    let read = || {
        let (at, id) = text.split_once('~')?;
        Some((at.parse().ok()?, id.to_owned()))
    };
    read().ok_or_else(|| ApiError::invalid("分页位置无法识别。", "The cursor is none that a page gave."))
}

/// What the account can do with an order now.
fn actions(signed: &Signed, row: &OrderRow) -> Vec<&'static str> {
    let own = |code: &Option<OrganisationCode>| code.is_some() && *code == signed.organisation;
    let can = |operation| may(signed.role, operation);
    let order = &row.order;
    let taken_by_own =
        order.state.taking().is_some_and(|taking| Some(&taking.shop) == signed.organisation.as_ref());
    let free = matches!(order.state, OrderState::Ordered);
    let at_shop = matches!(order.state, OrderState::Ordered | OrderState::Taken(_));
    let repaired = matches!(order.state, OrderState::Repaired { .. });
    let station = Some(order.station.clone());
    let all = [
        ("take", free && can(Operation::TakeOrder) && (order.reserved.is_none() || own(&order.reserved))),
        (
            "record",
            matches!(order.state, OrderState::Taken(_)) && taken_by_own && can(Operation::RecordRepair),
        ),
        ("retest", repaired && own(&station) && can(Operation::UploadInspection)),
        ("reassign-station", order.state.is_open() && can(Operation::ReassignOrder)),
        ("reassign-shop", at_shop && can(Operation::ReassignOrder)),
        ("cancel", order.state.is_open() && can(Operation::ReassignOrder)),
    ];
    all.into_iter().filter_map(|(word, holds)| holds.then_some(word)).collect()
}

impl OrderSummary {
    fn new(row: OrderRow, today: jiff::civil::Date) -> Self {
        let overdue = row.order.is_overdue(today);
        let order = row.order;
        let (case_id, inspection_id) = match &order.origin {
            Origin::Case(id) => (Some(id.as_str().to_owned()), None),
            Origin::Inspection(id) => (None, Some(id.as_str().to_owned())),
        };
        Self {
            id: order.id.as_str().to_owned(),
            state: order.state.word(),
            case_id,
            inspection_id,
            plate: order.vehicle.plate.as_str().to_owned(),
            plate_colour: order.vehicle.colour.map(PlateColour::word),
            vin: order.vehicle.vin.as_ref().map(Vin::as_str).map(str::to_owned),
            station: order.station.as_str().to_owned(),
            station_name: row.station_name,
            items: order.items.iter().map(|item| item.word()).collect(),
            method: order.method.map(Method::word),
            due_day: order.due.to_string(),
            overdue,
            failures: order.failures,
            shop: row.shop.map(|code| code.as_str().to_owned()),
            shop_name: row.shop_name,
            reserved: order.reserved.map(|code| code.as_str().to_owned()),
            opened_utc_us: row.opened_us,
            changed_utc_us: row.changed_us,
        }
    }
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        let record = row.record;
        let part = |part: server_core::order::record::Part| RecordPart {
            kind: part.kind.word(),
            maker: part.maker,
            model: part.model,
            serial: part.serial,
        };
        Self {
            number: row.number,
            shop: row.shop,
            diagnosis: record.diagnosis,
            work: record.work,
            parts: record.parts.into_iter().map(part).collect(),
            started: record.started.to_string(),
            finished: record.finished.to_string(),
            certificate: record.certificate,
            settlement: record.settlement,
            technician: record.technician,
            odometer_km: record.odometer_km,
            received_utc_us: row.received_us,
            uploaded_by: row.uploaded_by,
        }
    }
}
