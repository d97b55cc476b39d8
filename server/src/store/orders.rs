//! Repair orders and the records of repairs.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::plate::PlateColour;
use server_core::access::{OrganisationCode, Reach};
use server_core::case::CaseId;
use server_core::inspection::{InspectionId, Method, VehicleIdentity};
use server_core::order::{Order, OrderId, OrderState, Origin, RecordDigest, RepairRecord};
use server_core::register::Vin;

use super::counting::{codes, colour_word};
use super::engine::{change, row, rows};
use super::order_rows::{Columns, OrderRow, items_text, order_id, order_row};
use super::{PAGE_MAX, Reading, StoreError, Stored, Writing};

/// A record as it was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// From 1.
    pub number: i64,
    /// Whose.
    pub shop: String,
    /// What it says.
    pub record: RepairRecord,
    /// When it came.
    pub received_us: i64,
    /// Who sent it.
    pub uploaded_by: String,
}

/// Which orders a list holds.
#[derive(Clone, Debug)]
pub struct OrderFilter {
    /// Whose.
    pub reach: Reach,
    /// Only in this state, by word; empty for all.
    pub state: String,
    /// Only open ones whose last day lies before this one.
    pub open_and_due_before: Option<Date>,
    /// Only older than this row: when it last changed, and its id.
    pub older_than: Option<(i64, String)>,
}

/// The select of [`Columns`] over the orders that the rest names.
macro_rules! orders {
    ($($rest:literal),+ $(,)?) => {
        concat!(
            "select o.id, o.case_id, o.inspection_id, o.plate, o.plate_colour, o.vin, o.station, o.items, o.method, \
             o.opened_at, o.due_day, o.failures, o.reserved, o.state, o.shop, o.certificate, o.taken_day, \
             o.finished_at, o.closed_by, o.overdue_us, o.opened_us, o.changed_us, i.name as station_name, \
             s.name as shop_name from repair_orders o \
             left join inspection_stations i on i.code = o.station left join repair_shops s on s.code = o.shop ",
            $($rest),+
        )
    };
}

/// Region range, station and shop of a reach, as the questions below compare by them.
pub(super) fn reached(reach: &Reach) -> (i64, i64, &str, &str) {
    match reach {
        Reach::Region(region) => {
            let (low, high) = codes(*region);
            (low, high, "", "")
        }
        Reach::Station(code) => (0, 999_999, code.as_str(), ""),
        Reach::Shop(code) => (0, 999_999, "", code.as_str()),
    }
}

impl Reading {
    /// A page of orders, the latest change first. Records and retests are left out.
    pub async fn orders(&mut self, filter: &OrderFilter, limit: u32) -> Stored<Vec<OrderRow>> {
        let (low, high, station, shop) = reached(&filter.reach);
        let (older_us, older_id) = filter.older_than.clone().unwrap_or((i64::MAX, String::new()));
        /// `$first` is what an index leads to; the rest is looked at row by row. `$4 = $4` gives the shop its place in texts
        /// that do not ask for it: both databases want every parameter named.
        macro_rules! page {
            ($first:literal) => {
                rows!(
                    self,
                    Columns,
                    orders!(
                        $first,
                        " and ($3 = '' or o.station = $3) and $4 = $4 and ($5 = '' or o.state = $5) \
                         and ($6 = '' or (o.due_day < $6 and o.state in ('ordered', 'taken', 'repaired'))) \
                         and (o.changed_us, o.id) < ($7, $8) order by o.changed_us desc, o.id desc limit $9"
                    ),
                    low,
                    high,
                    station,
                    shop,
                    &filter.state,
                    filter.open_and_due_before.map(|day| day.to_string()).unwrap_or_default(),
                    older_us,
                    &older_id,
                    i64::from(limit.clamp(1, PAGE_MAX))
                )
            };
        }
        // `+ 0` keeps the database from gathering a wide region's orders to put them in order; written in two ways, it is
        // not taken for a span that few rows fall into.
        let found = match &filter.reach {
            Reach::Station(_) => page!("where o.station = $3 and o.region >= $1 and o.region <= $2"),
            Reach::Region(region) if !self.is_wide(*region).await? => {
                page!("where o.region >= $1 and o.region <= $2")
            }
            Reach::Shop(_) => page!(
                "where o.id in (select id from repair_orders where shop = $4 union \
                 select id from repair_orders where reserved = $4 union \
                 select order_id from repair_records where shop = $4) and o.region >= $1 and o.region <= $2"
            ),
            Reach::Region(_) if filter.state.is_empty() => {
                page!("where o.region + 0 >= $1 and 0 + o.region <= $2")
            }
            Reach::Region(_) => {
                page!("where o.state = $5 and o.region + 0 >= $1 and 0 + o.region <= $2")
            }
        }?;
        found.into_iter().map(order_row).collect()
    }

    /// One order within a reach, whole.
    pub async fn order(&mut self, id: &OrderId, reach: &Reach) -> Stored<Option<OrderRow>> {
        let (low, high, station, shop) = reached(reach);
        let found = row!(
            self,
            Columns,
            orders!(
                "where o.id = $1 and o.region >= $2 and o.region <= $3 and ($4 = '' or o.station = $4) \
                 and ($5 = '' or o.shop = $5 or o.reserved = $5 \
                      or exists (select 1 from repair_records r where r.order_id = o.id and r.shop = $5))"
            ),
            id.as_str(),
            low,
            high,
            station,
            shop
        )?;
        match found {
            Some(columns) => Ok(Some(self.whole(order_row(columns)?).await?)),
            None => Ok(None),
        }
    }

    /// The open order of a vehicle, if it has one: by its identification number, or by plate and colour where either
    /// side does not know the number.
    pub async fn open_order_of(&mut self, vehicle: &VehicleIdentity) -> Stored<Option<OrderId>> {
        let vin = vehicle.vin.as_ref().map_or("", Vin::as_str);
        let found = row!(
            self,
            (String,),
            "select id from repair_orders where state in ('ordered', 'taken', 'repaired') \
             and ((vin = $1 and $1 <> '') or (plate = $2 and (plate_colour = $3 or plate_colour = '' or $3 = '') \
                  and (vin is null or $1 = ''))) order by opened_us, id limit 1",
            vin,
            vehicle.plate.as_str(),
            colour_word(vehicle.colour)
        )?;
        found.map(|(id,)| order_id(&id)).transpose()
    }

    /// The orders that a case ordered, oldest first.
    pub async fn orders_of_case(&mut self, case: &CaseId) -> Stored<Vec<OrderRow>> {
        let found =
            rows!(self, Columns, orders!("where o.case_id = $1 order by o.opened_us, o.id"), case.as_str())?;
        found.into_iter().map(order_row).collect()
    }

    /// The records of an order, in order.
    pub async fn repair_records(&mut self, id: &OrderId) -> Stored<Vec<RecordRow>> {
        let found = rows!(
            self,
            (i64, String, String, i64, String),
            "select number, shop, record, received_us, uploaded_by from repair_records where order_id = $1 \
             order by number",
            id.as_str()
        )?;
        found
            .into_iter()
            .map(|(number, shop, record, received_us, uploaded_by)| {
                let record = serde_json::from_str(&record)
                    .map_err(|_| StoreError::Corrupt("repair_records.record"))?;
                Ok(RecordRow { number, shop, record, received_us, uploaded_by })
            })
            .collect()
    }

    /// The order that a shop's certificate of completion was used for.
    pub async fn certificate_used(
        &mut self,
        shop: &OrganisationCode,
        certificate: &str,
    ) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select order_id from repair_records where shop = $1 and completion_certificate = $2",
            shop.as_str(),
            certificate
        )?;
        Ok(found.map(|(order,)| order))
    }

    /// Open orders whose last day is before `today` and that are not marked yet, with their regions, at most `limit`.
    pub async fn orders_newly_overdue(&mut self, today: Date, limit: u32) -> Stored<Vec<OrderRow>> {
        let found = rows!(
            self,
            Columns,
            orders!(
                "where o.state in ('ordered', 'taken', 'repaired') and o.due_day < $1 and o.overdue_us is null \
                 order by o.due_day, o.id limit $2"
            ),
            today.to_string(),
            i64::from(limit)
        )?;
        found.into_iter().map(order_row).collect()
    }

    /// Open orders whose vehicles failed, at most 1,000, the most often failed first.
    pub async fn failing_orders(&mut self) -> Stored<Vec<OrderRow>> {
        let found = rows!(
            self,
            Columns,
            orders!(
                "where o.state in ('ordered', 'taken', 'repaired') and o.failures > 0 \
                 order by o.failures desc, o.id limit 1000"
            )
        )?;
        found.into_iter().map(order_row).collect()
    }

    async fn whole(&mut self, mut row: OrderRow) -> Stored<OrderRow> {
        let id = row.order.id.as_str().to_owned();
        let records = rows!(self, (String,), "select digest from repair_records where order_id = $1", &id)?;
        row.order.records = records.into_iter().map(|(digest,)| RecordDigest(digest)).collect();
        let retests =
            rows!(self, (String,), "select id from inspections where order_id = $1 and applied", &id)?;
        row.order.retests = retests
            .into_iter()
            .map(|(id,)| InspectionId::parse(&id).ok_or(StoreError::Corrupt("inspections.id")))
            .collect::<Stored<_>>()?;
        Ok(row)
    }
}

impl Writing {
    /// Locks an order and gives it, whoever asks: who holds its number may take it or be told why not.
    pub async fn order_to_change(&mut self, id: &OrderId) -> Stored<Option<OrderRow>> {
        // An update that changes nothing takes the row's lock on PostgreSQL; SQLite has one writer.
        change!(self, "update repair_orders set changed_us = changed_us where id = $1", id.as_str())?;
        self.order(id, &Reach::Region(plumewatch_shared::ids::Region::COUNTRY)).await
    }

    /// Keeps a new order; `region` is its station's.
    pub async fn insert_order(&mut self, order: &Order, region: i64, now: Timestamp) -> Stored<()> {
        let (case, inspection) = match &order.origin {
            Origin::Case(id) => (Some(id.as_str()), None),
            Origin::Inspection(id) => (None, Some(id.as_str())),
        };
        change!(
            self,
            "insert into repair_orders (id, case_id, inspection_id, plate, plate_colour, vin, region, station, items, \
             method, opened_at, due_day, failures, state, opened_us, changed_us) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
            order.id.as_str(),
            case,
            inspection,
            order.vehicle.plate.as_str(),
            order.vehicle.colour.map_or("", PlateColour::word),
            order.vehicle.vin.as_ref().map(Vin::as_str),
            region,
            order.station.as_str(),
            items_text(&order.items),
            order.method.map(Method::word),
            order.opened.to_string(),
            order.due.to_string(),
            i64::from(order.failures),
            order.state.word(),
            now.as_microsecond()
        )?;
        Ok(())
    }

    /// Keeps what became of an order. Its region follows its station.
    pub async fn set_order(&mut self, order: &Order, now: Timestamp) -> Stored<()> {
        let taking = order.state.taking();
        let finished = match &order.state {
            OrderState::Repaired { finished, .. } => Some(finished.to_string()),
            OrderState::Ordered
            | OrderState::Taken(_)
            | OrderState::Closed { .. }
            | OrderState::Cancelled => None,
        };
        let closed_by = match &order.state {
            OrderState::Closed { retest } => Some(retest.as_str()),
            OrderState::Ordered
            | OrderState::Taken(_)
            | OrderState::Repaired { .. }
            | OrderState::Cancelled => None,
        };
        let ended = !order.state.is_open();
        change!(
            self,
            "update repair_orders set station = $2, \
             region = coalesce((select s.region from inspection_stations s where s.code = $2), region), \
             items = $3, method = $4, failures = $5, reserved = $6, state = $7, \
             shop = case when $8 then shop else $9 end, certificate = case when $8 then certificate else $10 end, \
             taken_day = case when $8 then taken_day else $11 end, finished_at = case when $8 then finished_at else $12 end, \
             closed_by = $13, closed_day = (select i.day from inspections i where i.id = $13), changed_us = $14 \
             where id = $1",
            order.id.as_str(),
            order.station.as_str(),
            items_text(&order.items),
            order.method.map(Method::word),
            i64::from(order.failures),
            order.reserved.as_ref().map(OrganisationCode::as_str),
            order.state.word(),
            ended,
            taking.map(|taking| taking.shop.as_str()),
            taking.map(|taking| taking.certificate.as_str()),
            taking.map(|taking| taking.day.to_string()),
            finished,
            closed_by,
            now.as_microsecond()
        )?;
        Ok(())
    }

    /// Keeps a record of a repair.
    pub async fn insert_repair_record(
        &mut self,
        order: &OrderId,
        shop: &OrganisationCode,
        record: &RepairRecord,
        by: &str,
        now: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into repair_records (order_id, number, shop, completion_certificate, digest, record, received_us, \
             uploaded_by) select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 \
             from repair_records where order_id = $1",
            order.as_str(),
            shop.as_str(),
            &record.certificate,
            record.digest(shop).0,
            serde_json::to_string(record).expect("texts and times serialise"),
            now.as_microsecond(),
            by
        )?;
        Ok(())
    }

    /// Marks an order overdue, once.
    pub async fn mark_order_overdue(&mut self, id: &OrderId, now: Timestamp) -> Stored<bool> {
        let marked = change!(
            self,
            "update repair_orders set overdue_us = $2 where id = $1 and overdue_us is null",
            id.as_str(),
            now.as_microsecond()
        )?;
        Ok(marked == 1)
    }
}
