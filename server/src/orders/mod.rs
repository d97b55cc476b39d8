//! Repair orders: taking, records, retests, reassigning, each one transaction with its audit row.
//!
//! The rules are `server_core`'s ([`Order::apply`]); here they meet the store. [`open`] and [`happen`] work inside a
//! caller's transaction, so that a case or an inspection and its order change together. They gather audit entries, which
//! the caller writes last ([`commit`]): the audit's end is one lock for all, held until the transaction ends.

pub mod case_news;
pub mod refused;
pub mod sheet;
pub mod template;
#[cfg(test)]
mod case_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::time::law_place;
use server_core::access::{OrganisationCode, Reach};
use server_core::audit::{Action, Entry};
use server_core::broken_rule::BrokenRule;
use server_core::case::CaseId;
use server_core::inspection::{InspectedItem, Method, VehicleIdentity};
use server_core::order::programme::{ProgrammeRules, programme};
use server_core::order::{
    Effect, Event, Order, OrderId, OrderState, Origin, Refusal, RepairDraft, RepairRecord, ShopOnDay,
    StationOnDay,
};
use server_core::review::Reason;

pub use refused::{LoopError, RefusedRow};

use crate::rulebooks::Books;
use crate::store::{OrderRow, Reading, Store, Writing};

/// What a new order is for.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Why.
    pub origin: Origin,
    /// Which vehicle.
    pub vehicle: VehicleIdentity,
    /// Where it is retested.
    pub station: OrganisationCode,
    /// What failed; may be none for a roadside case.
    pub items: BTreeSet<InspectedItem>,
    /// By which method; `None` if the first test chooses.
    pub method: Option<Method>,
    /// The last day to pass.
    pub due: Date,
}

/// What came of something that happened to an order.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The order as it is now.
    pub order: Order,
    /// May the watchlist have changed?
    pub watchlist: bool,
    /// Had it been taken in before?
    pub repeated: bool,
}

/// Opens an order inside the caller's transaction, and writes its audit row. The station must be open today.
pub async fn open(
    writing: &mut Writing,
    new: NewOrder,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Order, LoopError> {
    let opened = law_place().to_datetime(now);
    let station = writing.inspection_station(&new.station).await?;
    let station = station.filter(|station| station.is_open(opened.date())).ok_or(Refusal::StationClosed)?;
    let failed_before = matches!(new.origin, Origin::Inspection(_));
    let order = Order {
        id: new_id(),
        origin: new.origin,
        vehicle: new.vehicle,
        station: new.station,
        items: new.items,
        method: new.method,
        opened: opened.with().subsec_nanosecond(0).build().unwrap_or(opened),
        due: new.due,
        failures: u32::from(failed_before),
        reserved: None,
        state: OrderState::Ordered,
        records: BTreeSet::new(),
        retests: BTreeSet::new(),
    };
    writing.insert_order(&order, i64::from(station.region.code()), now).await?;
    let origin = match &order.origin {
        Origin::Case(id) => id.as_str(),
        Origin::Inspection(id) => id.as_str(),
    };
    told.push(entry(Action::RepairOrdered, &order.id, by, None, origin.to_owned(), now));
    Ok(order)
}

/// A name that nobody guesses.
fn new_id() -> OrderId {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).expect("the system has randomness, or no session could be made either");
    OrderId::from_random(bytes)
}

/// Lets something happen to an order inside the caller's transaction: order, audit rows, and what its case is told.
pub async fn happen(
    writing: &mut Writing,
    books: &Books,
    row: OrderRow,
    event: Event,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Followed, LoopError> {
    let reason = match &event {
        Event::ReassignStation { reason, .. }
        | Event::ReassignShop { reason, .. }
        | Event::Cancel { reason } => Some(reason.as_str().to_owned()),
        Event::Take { .. } | Event::Record { .. } | Event::Retested(_) => None,
    };
    let detail = detail(&event);
    let (order, effects) = row.order.apply(event)?;
    if effects.is_empty() {
        return Ok(Followed { order, watchlist: false, repeated: true });
    }
    writing.set_order(&order, now).await?;
    let mut watchlist = false;
    for effect in effects {
        match effect {
            Effect::Audit(action) => {
                told.push(entry(action, &order.id, by, reason.as_deref(), detail.clone(), now));
            }
            Effect::TellCase(news) => {
                if let Origin::Case(case) = &order.origin {
                    watchlist |= case_news::tell(writing, books, case, news, by, now, told).await?;
                }
            }
            // The report is the inspection's row, which the caller writes in this transaction.
            Effect::IssueReport => {}
        }
    }
    Ok(Followed { order, watchlist, repeated: false })
}

/// Calls off the open order of a case that ended, inside the case's own transaction. The case knows; it is not told again.
pub async fn cancel_of_case(
    writing: &mut Writing,
    case: &CaseId,
    reason: Option<&Reason>,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<(), LoopError> {
    let ended = || Reason::new("案件已结束 / the case has ended").expect("it is a text");
    let reason = reason.cloned().unwrap_or_else(ended);
    for row in writing.orders_of_case(case).await? {
        if !row.order.state.is_open() {
            continue;
        }
        let Some(row) = writing.order_to_change(&row.order.id).await? else { continue };
        let (order, effects) = row.order.apply(Event::Cancel { reason: reason.clone() })?;
        writing.set_order(&order, now).await?;
        for effect in effects {
            if let Effect::Audit(action) = effect {
                told.push(entry(action, &order.id, by, Some(reason.as_str()), case.as_str().to_owned(), now));
            }
        }
    }
    Ok(())
}

/// A shop takes an order by its number.
pub async fn take(
    store: &Store,
    books: &Books,
    shop: &OrganisationCode,
    id: &OrderId,
    round: Option<u32>,
    by: &str,
    now: Timestamp,
) -> Result<Followed, LoopError> {
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    let row = writing.order_to_change(id).await?.ok_or(LoopError::Unknown)?;
    let day = law_place().to_datetime(now).date();
    let shop = shop_on(&mut writing, shop, day).await?;
    let round = round.unwrap_or_else(|| row.order.round());
    let followed =
        happen(&mut writing, books, row, Event::Take { shop, day, round }, by, now, &mut told).await?;
    commit(writing, told).await?;
    Ok(followed)
}

/// A shop's record of one repair.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the upload")]
pub async fn record(
    store: &Store,
    books: &Books,
    shop: &OrganisationCode,
    id: &OrderId,
    round: Option<u32>,
    draft: &RepairDraft,
    by: &str,
    now: Timestamp,
) -> Result<Followed, LoopError> {
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    let followed = record_within(&mut writing, books, shop, id, round, draft, by, now, &mut told).await?;
    commit(writing, told).await?;
    Ok(followed)
}

/// [`record`] inside the caller's transaction.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the upload")]
pub async fn record_within(
    writing: &mut Writing,
    books: &Books,
    shop: &OrganisationCode,
    id: &OrderId,
    round: Option<u32>,
    draft: &RepairDraft,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<Followed, LoopError> {
    let row = writing.order_to_change(id).await?;
    let here = law_place().to_datetime(now);
    // A form that is wrong in itself is told so before an order's number is looked at: both must be right in the end.
    let record = draft.check(here, rules(writing, shop, here.date()).await?);
    let record: RepairRecord = record.map_err(|broken| LoopError::fields(&broken))?;
    // Who has not taken an order learns of it by its number's taking alone: here another shop's is as one that never was.
    let others = |row: &OrderRow| row.order.state.taking().is_some_and(|taking| taking.shop != *shop);
    let row = row.filter(|row| !others(row)).ok_or_else(|| LoopError::Forbidden(order_unknown()))?;
    let id = row.order.id.clone();
    let repeated = row.order.records.contains(&record.digest(shop));
    if !repeated && let Some(order) = writing.certificate_used(shop, &record.certificate).await? {
        return Err(LoopError::Forbidden(certificate_used(&record.certificate, &order)));
    }
    let round = round.unwrap_or_else(|| row.order.round());
    let event = Event::Record { shop: shop.clone(), record: record.clone(), round };
    let followed = happen(writing, books, row, event, by, now, told).await?;
    if !followed.repeated {
        writing.insert_repair_record(&id, shop, &record, by, now).await?;
    }
    Ok(followed)
}

/// The programme's numbers where a shop is.
async fn rules(
    writing: &mut Writing,
    shop: &OrganisationCode,
    day: Date,
) -> Result<&'static ProgrammeRules, LoopError> {
    let region = writing.repair_shop(shop).await?.map_or(Region::COUNTRY, |shop| shop.region);
    Ok(&programme().in_force(region, day).rules)
}

/// An authority names another station, another shop or any, or calls the order off.
pub async fn reassign(
    store: &Store,
    books: &Books,
    reach: &Reach,
    id: &OrderId,
    wish: Wish,
    by: &str,
    now: Timestamp,
) -> Result<Followed, LoopError> {
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    let row = writing.order_to_change(id).await?.ok_or(LoopError::Unknown)?;
    // What lies outside the account's reach does not exist for it.
    writing.order(id, reach).await?.ok_or(LoopError::Unknown)?;
    let day = law_place().to_datetime(now).date();
    let event = match wish {
        Wish::Station(code, reason) => {
            Event::ReassignStation { station: station_on(&mut writing, &code, day).await?, reason }
        }
        Wish::Shop(Some(code), reason) => {
            Event::ReassignShop { shop: Some(shop_on(&mut writing, &code, day).await?), reason }
        }
        Wish::Shop(None, reason) => Event::ReassignShop { shop: None, reason },
        Wish::Cancel(reason) => Event::Cancel { reason },
    };
    let followed = happen(&mut writing, books, row, event, by, now, &mut told).await?;
    commit(writing, told).await?;
    Ok(followed)
}

/// A station as an order asks for it on a day.
async fn station_on(
    reading: &mut Reading,
    code: &OrganisationCode,
    day: Date,
) -> Result<StationOnDay, LoopError> {
    let known = reading.inspection_station(code).await?;
    Ok(StationOnDay { station: code.clone(), is_open: known.is_some_and(|station| station.is_open(day)) })
}

/// A shop as an order asks for it on a day: with the certificate that holds, if one does.
async fn shop_on(reading: &mut Reading, code: &OrganisationCode, day: Date) -> Result<ShopOnDay, LoopError> {
    let certificate = reading.shop_qualified_on(code, day).await?.map(|row| row.certificate);
    Ok(ShopOnDay { shop: code.clone(), certificate })
}

/// What an authority wants of an order.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Retest at this station.
    Station(OrganisationCode, Reason),
    /// Repair at this shop, or at any that is qualified.
    Shop(Option<OrganisationCode>, Reason),
    /// Nothing more.
    Cancel(Reason),
}

/// A region from its column.
pub fn region(code: i64) -> Option<plumewatch_shared::ids::Region> {
    format!("{code:06}").parse().ok()
}

/// The rule's code where a shop has no order of a number.
pub const ORDER_UNKNOWN: &str = "order-unknown";

/// The shop has no order of this number, whether there is one or not.
pub(crate) fn order_unknown() -> BrokenRule {
    let wrong = Bilingual::new("贵单位没有承接这个编号的维修单。", "You have no order of this number.");
    let remedy = Bilingual::new(
        "请按维修通知单核对编号（R加20位字符）；车辆已到店的，请先承接该维修单。",
        "Check the number on the repair notice: R and 20 characters. If the vehicle is with you, take the order first.",
    );
    BrokenRule::new(ORDER_UNKNOWN, wrong, remedy).of("order")
}

fn certificate_used(certificate: &str, order: &str) -> BrokenRule {
    let wrong = Bilingual::new(
        format!("竣工出厂合格证{certificate}已用于维修单{order}。"),
        format!("Certificate {certificate} was used for order {order}."),
    );
    let remedy = Bilingual::new(
        "一次维修一张合格证：请核对合格证编号和维修单编号。",
        "One repair, one certificate: check both numbers.",
    );
    BrokenRule::new("certificate-used", wrong, remedy).of("certificate")
}

/// What the audit must know of an event besides its reason.
fn detail(event: &Event) -> String {
    match event {
        Event::Take { shop, day, .. } => {
            format!("{} {} {day}", shop.shop.as_str(), shop.certificate.as_deref().unwrap_or_default())
        }
        Event::Record { shop, record, .. } => {
            format!("{} {} {}", shop.as_str(), record.certificate, record.settlement)
        }
        Event::Retested(retest) => format!("{} {}", retest.station.as_str(), retest.inspection.as_str()),
        Event::ReassignStation { station, .. } => format!("station {}", station.station.as_str()),
        Event::ReassignShop { shop, .. } => {
            format!("shop {}", shop.as_ref().map_or("any", |shop| shop.shop.as_str()))
        }
        Event::Cancel { .. } => String::new(),
    }
}

/// Writes the gathered audit entries, and commits.
pub async fn commit(mut writing: Writing, told: Vec<Entry>) -> Result<(), LoopError> {
    for entry in told {
        writing.append_audit(entry).await?;
    }
    Ok(writing.commit().await?)
}

fn entry(
    action: Action,
    order: &OrderId,
    by: &str,
    reason: Option<&str>,
    detail: String,
    now: Timestamp,
) -> Entry {
    Entry {
        at: now,
        actor: by.to_owned(),
        action,
        subject: order.as_str().to_owned(),
        reason: reason.map(str::to_owned),
        detail,
    }
}
