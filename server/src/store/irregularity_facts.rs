//! What detectors of irregularities ask: facts of many tests at once, in short.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::time::law_place;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};
use server_core::access::OrganisationCode;
use server_core::finding::fact::{Curve, TestFact};
use server_core::finding::follow_up::ClosedRepair;
use server_core::finding::rate::{SeenAfter, Tests};
use server_core::inspection::{InspectionId, Method};
use server_core::order::OrderId;
use server_core::register::Vin;

use super::counting::stamp;
use super::engine::{row, rows};
use super::order_rows::{code, day};
use super::{Reading, StoreError, Stored};

/// Facts given for one question at most: a station's hundred days of forty tests.
const FACTS_MAX: i64 = 4_000;

#[derive(sqlx::FromRow)]
struct FactColumns {
    id: String,
    station: String,
    line: i64,
    started_us: i64,
    ended_us: i64,
    method: String,
    plate: String,
    plate_colour: String,
    vin: Option<String>,
    obd_vin: Option<String>,
    engine_model: Option<String>,
    calibration: Option<String>,
    calibration_sum: Option<String>,
}

/// The select of [`FactColumns`] over the inspections that the rest names.
macro_rules! facts {
    ($rest:literal) => {
        concat!(
            "select id, station, line, started_us, ended_us, method, plate, plate_colour, vin, obd_vin, engine_model, \
             calibration, calibration_sum from inspections where ",
            $rest
        )
    };
}

impl Reading {
    /// Facts of one inspection.
    pub async fn test_fact(&mut self, id: &InspectionId) -> Stored<Option<TestFact>> {
        row!(self, FactColumns, facts!("id = $1"), id.as_str())?.map(fact).transpose()
    }

    /// Facts of a station's tests that began in a stretch of time, oldest first, at most the newest 4,000.
    pub async fn test_facts(
        &mut self,
        station: &OrganisationCode,
        from: Timestamp,
        to: Timestamp,
    ) -> Stored<Vec<TestFact>> {
        let found = rows!(
            self,
            FactColumns,
            facts!(
                "station = $1 and started_us >= $2 and started_us <= $3 order by started_us desc, id desc limit $4"
            ),
            station.as_str(),
            from.as_microsecond(),
            to.as_microsecond(),
            FACTS_MAX
        )?;
        found.into_iter().rev().map(fact).collect()
    }

    /// Facts of the tests, at any station, that share plate or number with one, in a stretch of time.
    pub async fn related_facts(
        &mut self,
        test: &TestFact,
        from: Timestamp,
        to: Timestamp,
    ) -> Stored<Vec<TestFact>> {
        let (plate, colour) = test.plate.split_once(' ').unwrap_or((&test.plate, ""));
        let found = rows!(
            self,
            FactColumns,
            facts!(
                "started_us >= $4 and started_us <= $5 and (vin = $1 or (plate = $2 and plate_colour = $3)) \
                 order by started_us, id limit 200"
            ),
            test.vin.as_ref().map_or("", Vin::as_str),
            plate,
            colour,
            from.as_microsecond(),
            to.as_microsecond()
        )?;
        found.into_iter().map(fact).collect()
    }

    /// The curve of one inspection.
    pub async fn curve(&mut self, id: &InspectionId) -> Stored<Option<Curve>> {
        let found = row!(
            self,
            (String, String, String),
            "select id, method, curve from inspections where id = $1 and curve <> ''",
            id.as_str()
        )?;
        found.map(curve).transpose()
    }

    /// Curves of the station's last `count` tests of a method before one, newest first.
    pub async fn curves_before(&mut self, test: &TestFact, count: usize) -> Stored<Vec<Curve>> {
        let found = rows!(
            self,
            (String, String, String),
            "select id, method, curve from inspections where station = $1 and method = $2 and curve <> '' \
             and (started_us, id) < ($3, $4) order by started_us desc, id desc limit $5",
            test.station.as_str(),
            test.method.word(),
            test.started.as_microsecond(),
            test.id.as_str(),
            i64::try_from(count).unwrap_or(i64::MAX)
        )?;
        found.into_iter().map(curve).collect()
    }

    /// Inspections received at or after an instant, oldest first, at most `limit`: for looking at each again.
    pub async fn received_since(
        &mut self,
        from_us: i64,
        after: &str,
        limit: u32,
    ) -> Stored<Vec<(i64, InspectionId)>> {
        let found = rows!(
            self,
            (i64, String),
            "select received_us, id from inspections where (received_us, id) > ($1, $2) \
             order by received_us, id limit $3",
            from_us,
            after,
            i64::from(limit)
        )?;
        let id = |id: String| InspectionId::parse(&id).ok_or(StoreError::Corrupt("inspections.id"));
        found.into_iter().map(|(at, text)| Ok((at, id(text)?))).collect()
    }

    /// First tests (no retests) of each station from a day on, and how many were passed.
    pub async fn first_tests(&mut self, from: Date) -> Stored<Vec<(OrganisationCode, Tests)>> {
        let found = rows!(
            self,
            (String, i64, i64),
            "select station, count(*), sum(case when outcome = 'passed' then 1 else 0 end) \
             from inspections where day >= $1 and order_id is null and outcome <> 'not-judged' \
             group by station order by station",
            from.to_string()
        )?;
        found
            .into_iter()
            .map(|(station, tests, passed)| {
                Ok((code(&station)?, Tests { tests: tests as u64, passed: passed as u64 }))
            })
            .collect()
    }

    /// Of the vehicles that each station passed from a day on: how many had a counted measurement beside the road within
    /// so many days, and how many exceeded in one.
    pub async fn seen_after_passing(
        &mut self,
        from: Date,
        within_days: u16,
    ) -> Stored<Vec<(OrganisationCode, SeenAfter)>> {
        let found = rows!(
            self,
            (String, i64, i64),
            "select station, count(*), sum(exceeded) from ( \
               select t.station, t.id, max(case when c.exceeds then 1 else 0 end) as exceeded from inspections t \
               join countings c on c.plate = t.plate and c.plate_colour = t.plate_colour \
                 and c.passed_us > t.ended_us and c.passed_us <= t.ended_us + $2 \
               where t.day >= $1 and t.outcome = 'passed' group by t.station, t.id) seen \
             group by station order by station",
            from.to_string(),
            i64::from(within_days) * 86_400_000_000
        )?;
        found
            .into_iter()
            .map(|(station, seen, exceeded)| {
                Ok((code(&station)?, SeenAfter { seen: seen as u64, exceeded: exceeded as u64 }))
            })
            .collect()
    }

    /// The inspections behind [`seen_after_passing`](Self::seen_after_passing) that exceeded, with the first passage
    /// that did, newest first, at most 50.
    pub async fn passed_and_exceeded(
        &mut self,
        station: &OrganisationCode,
        from: Date,
        within_days: u16,
    ) -> Stored<Vec<(String, String)>> {
        let found = rows!(
            self,
            (String, String, i64),
            "select t.id, c.station, min(c.sequence) from inspections t \
             join countings c on c.plate = t.plate and c.plate_colour = t.plate_colour and c.exceeds \
               and c.passed_us > t.ended_us and c.passed_us <= t.ended_us + $3 \
             where t.station = $1 and t.day >= $2 and t.outcome = 'passed' \
             group by t.id, c.station order by t.id limit 50",
            station.as_str(),
            from.to_string(),
            i64::from(within_days) * 86_400_000_000
        )?;
        Ok(found.into_iter().map(|(id, at, sequence)| (id, format!("{at}-{sequence:010}"))).collect())
    }

    /// Repairs whose retest was passed from a day on, with the first later day on which the vehicle failed at a station
    /// or exceeded beside the road.
    pub async fn closed_repairs(&mut self, from: Date) -> Stored<Vec<ClosedRepair>> {
        let found = rows!(
            self,
            (String, String, String, Option<String>, Option<i64>),
            "select o.id, o.shop, o.closed_day, \
             (select min(t.day) from inspections t where t.plate = o.plate and t.plate_colour = o.plate_colour \
                and t.outcome = 'failed' and t.started_us > r.ended_us), \
             (select min(c.passed_us) from countings c where c.plate = o.plate and c.plate_colour = o.plate_colour \
                and c.exceeds and c.passed_us > r.ended_us) \
             from repair_orders o join inspections r on r.id = o.closed_by \
             where o.state = 'closed' and o.shop is not null and o.closed_day >= $1 order by o.closed_day, o.id limit 50000",
            from.to_string()
        )?;
        found
            .into_iter()
            .map(|(id, shop, passed, failed, exceeded_us)| {
                let exceeded = exceeded_us
                    .map(|at| stamp(at).map(|at| law_place().to_datetime(at).date()))
                    .transpose()?;
                let failed = failed.as_deref().map(day).transpose()?;
                Ok(ClosedRepair {
                    order: OrderId::parse(&id).ok_or(StoreError::Corrupt("repair_orders.id"))?,
                    shop: code(&shop)?,
                    passed: day(&passed)?,
                    dirty: failed.into_iter().chain(exceeded).min(),
                })
            })
            .collect()
    }
}

/// A curve as its column holds it: `coefficient,speed` with spaces between.
pub fn curve_text(curve: &Curve) -> String {
    let mut text = String::with_capacity(curve.points.len() * 8);
    for (at, (k, speed)) in curve.points.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(&format!("{},{}", k.per_m_hundredths, speed.rpm));
    }
    text
}

fn curve((id, method, text): (String, String, String)) -> Stored<Curve> {
    let point = |text: &str| {
        let (k, rpm) = text.split_once(',')?;
        let k = AbsorptionCoefficient { per_m_hundredths: k.parse().ok()? };
        Some((k, EngineSpeed { rpm: rpm.parse().ok()? }))
    };
    let points: Option<Vec<_>> = text.split(' ').map(point).collect();
    Ok(Curve {
        id: InspectionId::parse(&id).ok_or(StoreError::Corrupt("inspections.id"))?,
        method: Method::from_word(&method).ok_or(StoreError::Corrupt("inspections.method"))?,
        points: points.ok_or(StoreError::Corrupt("inspections.curve"))?,
    })
}

fn fact(columns: FactColumns) -> Stored<TestFact> {
    Ok(TestFact {
        id: InspectionId::parse(&columns.id).ok_or(StoreError::Corrupt("inspections.id"))?,
        station: code(&columns.station)?,
        line: u8::try_from(columns.line).map_err(|_| StoreError::Corrupt("inspections.line"))?,
        started: stamp(columns.started_us)?,
        ended: stamp(columns.ended_us)?,
        method: Method::from_word(&columns.method).ok_or(StoreError::Corrupt("inspections.method"))?,
        plate: format!("{} {}", columns.plate, columns.plate_colour),
        vin: vin_of(columns.vin.as_deref()),
        obd_vin: vin_of(columns.obd_vin.as_deref()),
        engine_model: columns.engine_model,
        calibration: columns.calibration.zip(columns.calibration_sum),
    })
}

fn vin_of(text: Option<&str>) -> Option<Vin> {
    text.and_then(|text| Vin::parse(text).ok())
}
