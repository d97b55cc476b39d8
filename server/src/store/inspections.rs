//! Inspections at stations, as uploaded and as judged.

use jiff::Timestamp;
use server_core::access::Reach;
use server_core::inspection::{InspectionId, VehicleIdentity};
use server_core::order::OrderId;
use server_core::register::Vin;

use super::counting::colour_word;
use super::engine::{change, row, rows};
use super::orders::reached;
use super::{PAGE_MAX, Reading, StoreError, Stored, Writing};

/// An inspection ready to be stored; words and units are the wire's.
#[derive(Clone, Debug)]
pub struct NewInspection {
    /// As lists show it.
    pub row: InspectionRow,
    /// Where its station is, GB/T 2260.
    pub region: i64,
    /// Which plate, colour and identification number.
    pub vehicle: VehicleIdentity,
    /// The engine's model.
    pub engine_model: Option<String>,
    /// Name and check sum of its calibration.
    pub calibration: Option<(String, String)>,
    /// The number that the engine's computer tells.
    pub obd_vin: Option<Vin>,
    /// Did it count for its order?
    pub applied: bool,
    /// The process data in short.
    pub curve: String,
    /// What was uploaded, JSON.
    pub upload: String,
    /// What the server made of it, JSON.
    pub judged: String,
    /// Names the upload.
    pub digest: String,
}

/// An inspection in a list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `inspections`, which the migration documents")]
pub struct InspectionRow {
    pub id: String,
    pub station: String,
    /// Its name for people.
    pub station_name: Option<String>,
    pub line: i64,
    pub report_number: String,
    pub order_id: Option<String>,
    pub plate: String,
    pub plate_colour: String,
    pub vin: Option<String>,
    pub method: String,
    pub started_us: i64,
    pub ended_us: i64,
    pub day: String,
    pub told_outcome: String,
    pub outcome: String,
    pub state: String,
    pub failed: String,
    pub rulebook: String,
    pub rulebook_version: String,
    pub received_us: i64,
    pub uploaded_by: String,
    /// The repair order that it opened.
    pub opened_order: Option<String>,
}

/// Which inspections a list holds.
#[derive(Clone, Debug)]
pub struct InspectionFilter {
    /// Whose.
    pub reach: Reach,
    /// Only with this outcome, by word; empty for all.
    pub outcome: String,
    /// Only with the report in this state, by word; empty for all.
    pub state: String,
    /// Only older than this row: when it began, and its id.
    pub older_than: Option<(i64, String)>,
}

/// The select of [`InspectionRow`] over the inspections that the rest names.
macro_rules! inspections {
    ($rest:literal) => {
        concat!(
            "select t.id, t.station, s.name as station_name, t.line, t.report_number, t.order_id, t.plate, \
             t.plate_colour, t.vin, t.method, t.started_us, t.ended_us, t.day, t.told_outcome, t.outcome, t.state, \
             t.failed, t.rulebook, t.rulebook_version, t.received_us, t.uploaded_by, o.id as opened_order \
             from inspections t left join inspection_stations s on s.code = t.station \
             left join repair_orders o on o.inspection_id = t.id ",
            $rest
        )
    };
}

impl Reading {
    /// A page of inspections, newest first.
    pub async fn inspections(&mut self, filter: &InspectionFilter, limit: u32) -> Stored<Vec<InspectionRow>> {
        let (low, high, station, shop) = reached(&filter.reach);
        let (older_us, older_id) = filter.older_than.clone().unwrap_or((i64::MAX, String::new()));
        rows!(
            self,
            InspectionRow,
            inspections!(
                "where t.region >= $1 and t.region <= $2 and ($3 = '' or t.station = $3) and $4 = '' \
                 and ($5 = '' or t.outcome = $5) and ($6 = '' or t.state = $6) \
                 and (t.started_us, t.id) < ($7, $8) order by t.started_us desc, t.id desc limit $9"
            ),
            low,
            high,
            station,
            shop,
            &filter.outcome,
            &filter.state,
            older_us,
            &older_id,
            i64::from(limit.clamp(1, PAGE_MAX))
        )
    }

    /// One inspection within a reach, with what was uploaded and what the server made of it.
    pub async fn inspection(
        &mut self,
        id: &InspectionId,
        reach: &Reach,
    ) -> Stored<Option<(InspectionRow, String, String)>> {
        let (low, high, station, shop) = reached(reach);
        let found = row!(
            self,
            InspectionRow,
            inspections!(
                "where t.id = $1 and t.region >= $2 and t.region <= $3 and ($4 = '' or t.station = $4) and $5 = ''"
            ),
            id.as_str(),
            low,
            high,
            station,
            shop
        )?;
        let Some(found) = found else { return Ok(None) };
        let texts = row!(
            self,
            (String, String),
            "select upload, judged from inspections where id = $1",
            id.as_str()
        )?;
        let (upload, judged) = texts.ok_or(StoreError::Corrupt("inspections.upload"))?;
        Ok(Some((found, upload, judged)))
    }

    /// The digest of an inspection's upload, if it is stored.
    pub async fn inspection_digest(&mut self, id: &InspectionId) -> Stored<Option<String>> {
        let found = row!(self, (String,), "select digest from inspections where id = $1", id.as_str())?;
        Ok(found.map(|(digest,)| digest))
    }

    /// The retests of an order, oldest first, held ones included.
    pub async fn retests(&mut self, order: &OrderId) -> Stored<Vec<InspectionRow>> {
        rows!(
            self,
            InspectionRow,
            inspections!("where t.order_id = $1 order by t.started_us, t.id"),
            order.as_str()
        )
    }

    /// Inspections of a vehicle, newest first, at most `limit`: by its number, or by plate and colour.
    pub async fn inspections_of(
        &mut self,
        vehicle: &VehicleIdentity,
        limit: u32,
    ) -> Stored<Vec<InspectionRow>> {
        rows!(
            self,
            InspectionRow,
            inspections!(
                "where (t.vin = $1 and $1 <> '') or (t.plate = $2 and t.plate_colour = $3) \
                 order by t.started_us desc, t.id desc limit $4"
            ),
            vehicle.vin.as_ref().map_or("", Vin::as_str),
            vehicle.plate.as_str(),
            colour_word(vehicle.colour),
            i64::from(limit)
        )
    }
}

impl Writing {
    /// Keeps an inspection.
    pub async fn insert_inspection(&mut self, new: &NewInspection, now: Timestamp) -> Stored<()> {
        let row = &new.row;
        change!(
            self,
            "insert into inspections (id, station, region, line, report_number, order_id, applied, plate, \
             plate_colour, vin, engine_model, calibration, calibration_sum, obd_vin, method, started_us, ended_us, day, \
             told_outcome, outcome, state, failed, rulebook, rulebook_version, curve, upload, judged, digest, \
             received_us, uploaded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
             $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)",
            &row.id,
            &row.station,
            new.region,
            row.line,
            &row.report_number,
            &row.order_id,
            new.applied,
            new.vehicle.plate.as_str(),
            colour_word(new.vehicle.colour),
            new.vehicle.vin.as_ref().map(Vin::as_str),
            &new.engine_model,
            new.calibration.as_ref().map(|(name, _)| name.as_str()),
            new.calibration.as_ref().map(|(_, sum)| sum.as_str()),
            new.obd_vin.as_ref().map(Vin::as_str),
            &row.method,
            row.started_us,
            row.ended_us,
            &row.day,
            &row.told_outcome,
            &row.outcome,
            &row.state,
            &row.failed,
            &row.rulebook,
            &row.rulebook_version,
            &new.curve,
            &new.upload,
            &new.judged,
            &new.digest,
            now.as_microsecond(),
            &row.uploaded_by
        )?;
        Ok(())
    }
}
