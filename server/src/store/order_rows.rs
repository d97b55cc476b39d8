//! Repair orders as their columns hold them, and back.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use server_core::access::OrganisationCode;
use server_core::case::CaseId;
use server_core::inspection::{InspectedItem, InspectionId, Method, VehicleIdentity};
use server_core::order::{Order, OrderId, OrderState, Origin, Taking};
use server_core::register::Vin;

use super::counting::vehicle;
use super::{StoreError, Stored};

/// An order as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// What the core knows of it; its records and retests are empty in lists.
    pub order: Order,
    /// The name of its station for people.
    pub station_name: Option<String>,
    /// The shop that has it, or repaired last.
    pub shop: Option<OrganisationCode>,
    /// The name of that shop for people.
    pub shop_name: Option<String>,
    /// When it was marked overdue.
    pub overdue_us: Option<i64>,
    /// When it was opened.
    pub opened_us: i64,
    /// When something last happened to it.
    pub changed_us: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct Columns {
    pub(super) id: String,
    pub(super) case_id: Option<String>,
    pub(super) inspection_id: Option<String>,
    pub(super) plate: String,
    pub(super) plate_colour: String,
    pub(super) vin: Option<String>,
    pub(super) station: String,
    pub(super) items: String,
    pub(super) method: Option<String>,
    pub(super) opened_at: String,
    pub(super) due_day: String,
    pub(super) failures: i64,
    pub(super) reserved: Option<String>,
    pub(super) state: String,
    pub(super) shop: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) taken_day: Option<String>,
    pub(super) finished_at: Option<String>,
    pub(super) closed_by: Option<String>,
    pub(super) overdue_us: Option<i64>,
    pub(super) opened_us: i64,
    pub(super) changed_us: i64,
    pub(super) station_name: Option<String>,
    pub(super) shop_name: Option<String>,
}

/// Items as one column: words with commas.
pub(super) fn items_text(items: &BTreeSet<InspectedItem>) -> String {
    items.iter().map(|item| item.word()).collect::<Vec<_>>().join(",")
}

/// Items from their column.
pub(super) fn items_of(text: &str) -> Stored<BTreeSet<InspectedItem>> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(|word| InspectedItem::from_word(word).ok_or(StoreError::Corrupt("items")))
        .collect()
}

/// A vehicle from its three columns.
pub(super) fn identity(plate: &str, colour: &str, vin: Option<&str>) -> Stored<VehicleIdentity> {
    let vehicle = vehicle(plate, colour)?;
    let vin = vin.map(|vin| Vin::parse(vin).map_err(|_| StoreError::Corrupt("vin"))).transpose()?;
    Ok(VehicleIdentity { plate: vehicle.plate, colour: vehicle.colour, vin })
}

pub(super) fn order_id(text: &str) -> Stored<OrderId> {
    OrderId::parse(text).ok_or(StoreError::Corrupt("repair_orders.id"))
}

pub(super) fn code(text: &str) -> Stored<OrganisationCode> {
    OrganisationCode::parse(text).ok_or(StoreError::Corrupt("the code of a station or shop"))
}

pub(super) fn day(text: &str) -> Stored<Date> {
    text.parse().map_err(|_| StoreError::Corrupt("a day"))
}

fn time(text: &str) -> Stored<DateTime> {
    text.parse().map_err(|_| StoreError::Corrupt("a civil time"))
}

pub(super) fn order_row(columns: Columns) -> Stored<OrderRow> {
    let shop = columns.shop.as_deref().map(code).transpose()?;
    let taking = || {
        let (Some(shop), Some(certificate), Some(taken)) =
            (&shop, &columns.certificate, columns.taken_day.as_deref())
        else {
            return Err(StoreError::Corrupt("repair_orders.shop"));
        };
        Ok(Taking { shop: shop.clone(), certificate: certificate.clone(), day: day(taken)? })
    };
    let inspection = |id: &str| InspectionId::parse(id).ok_or(StoreError::Corrupt("an inspection's id"));
    let state = match columns.state.as_str() {
        "ordered" => OrderState::Ordered,
        "taken" => OrderState::Taken(taking()?),
        "repaired" => {
            let finished = columns.finished_at.as_deref().ok_or(StoreError::Corrupt("finished_at"))?;
            OrderState::Repaired { taking: taking()?, finished: time(finished)? }
        }
        "closed" => {
            let retest = columns.closed_by.as_deref().ok_or(StoreError::Corrupt("closed_by"))?;
            OrderState::Closed { retest: inspection(retest)? }
        }
        "cancelled" => OrderState::Cancelled,
        _ => return Err(StoreError::Corrupt("repair_orders.state")),
    };
    let origin = match (&columns.case_id, &columns.inspection_id) {
        (Some(case), None) => Origin::Case(CaseId::parse(case).ok_or(StoreError::Corrupt("case_id"))?),
        (None, Some(id)) => Origin::Inspection(inspection(id)?),
        (Some(_), Some(_)) | (None, None) => return Err(StoreError::Corrupt("an order's origin")),
    };
    let method = columns.method.as_deref();
    let order = Order {
        id: order_id(&columns.id)?,
        origin,
        vehicle: identity(&columns.plate, &columns.plate_colour, columns.vin.as_deref())?,
        station: code(&columns.station)?,
        items: items_of(&columns.items)?,
        method: method
            .map(|word| Method::from_word(word).ok_or(StoreError::Corrupt("method")))
            .transpose()?,
        opened: time(&columns.opened_at)?,
        due: day(&columns.due_day)?,
        failures: u32::try_from(columns.failures).map_err(|_| StoreError::Corrupt("failures"))?,
        reserved: columns.reserved.as_deref().map(code).transpose()?,
        state,
        records: BTreeSet::new(),
        retests: BTreeSet::new(),
    };
    Ok(OrderRow {
        order,
        station_name: columns.station_name,
        shop,
        shop_name: columns.shop_name,
        overdue_us: columns.overdue_us,
        opened_us: columns.opened_us,
        changed_us: columns.changed_us,
    })
}
