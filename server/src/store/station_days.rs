//! What days at stations come to: added to as passages are stored, read a row a day.

use std::collections::BTreeMap;

use plumewatch_shared::ids::{Region, StationId};
use server_core::access::Scope;
use server_core::statistics::bins::Bins;
use server_core::statistics::day::Day;

use super::counting::codes;
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Sites compared with one.
const SITES_MAX: usize = 500;
/// Days of the law, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// Days since 1970.
    pub first: i64,
    /// Days since 1970.
    pub last: i64,
}

/// The nitric oxide of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteNo {
    /// Which site.
    pub station: String,
    /// Its name for people.
    pub name: String,
    /// Of readings that count.
    pub readings: Bins,
}

#[derive(sqlx::FromRow)]
struct Columns {
    day: i64,
    passages: i64,
    readings: i64,
    valid: i64,
    passed: i64,
    screened: i64,
    exceeding: i64,
    conditions: String,
    opacity: String,
    nitric_oxide: String,
}

impl Reading {
    /// A station's days, oldest first; a day without a vehicle is not there.
    pub async fn station_days(&mut self, station: StationId, span: DaySpan) -> Stored<Vec<(i64, Day)>> {
        let found = rows!(
            self,
            Columns,
            "select day, passages, readings, valid, passed, screened, exceeding, conditions, opacity, nitric_oxide \
             from station_days where station = $1 and day >= $2 and day <= $3 order by day",
            station.to_string(),
            span.first,
            span.last
        )?;
        found.into_iter().map(day).collect()
    }

    /// What a day came to at all stations of a region: passages, passed, screened, exceeding.
    pub async fn region_day(&mut self, scope: Scope, day: i64) -> Stored<[u64; 4]> {
        let (low, high) = codes(scope.0);
        let found = row!(
            self,
            (i64, i64, i64, i64),
            "select cast(coalesce(sum(d.passages), 0) as bigint), cast(coalesce(sum(d.passed), 0) as bigint), \
             cast(coalesce(sum(d.screened), 0) as bigint), cast(coalesce(sum(d.exceeding), 0) as bigint) \
             from stations s join station_days d on d.station = s.id and d.day = $1 \
             where s.region >= $2 and s.region <= $3",
            day,
            low,
            high
        )?;
        let counts =
            found.map_or([0; 4], |(passages, passed, screened, over)| [passages, passed, screened, over]);
        Ok(counts.map(i64::unsigned_abs))
    }

    /// Nitric oxide of the sites of a region that had any, by station, at most 500.
    pub async fn site_nitric_oxide(&mut self, region: Region, span: DaySpan) -> Stored<Vec<SiteNo>> {
        let (low, high) = codes(region);
        let found = rows!(
            self,
            (String, String, String),
            "select s.id, s.name, d.nitric_oxide from stations s join station_days d on d.station = s.id \
             where s.region >= $1 and s.region <= $2 and d.day >= $3 and d.day <= $4 and d.nitric_oxide <> '{}' \
             order by s.id",
            low,
            high,
            span.first,
            span.last
        )?;
        let mut sites: Vec<SiteNo> = Vec::new();
        for (station, name, text) in found {
            if sites.last().is_none_or(|last| last.station != station) {
                if sites.len() == SITES_MAX {
                    break;
                }
                sites.push(SiteNo { station, name, readings: Bins::default() });
            }
            // There is one: it was pushed above if it was not there.
            if let Some(last) = sites.last_mut() {
                last.readings.merge(&bins(&text)?);
            }
        }
        Ok(sites)
    }
}

impl Writing {
    /// Adds to a day of a station. Whoever adds first keeps the row until the commit; callers take days in order.
    pub(super) async fn add_to_station_day(&mut self, station: &str, day: i64, more: &Day) -> Stored<()> {
        if self.extend_station_day(station, day, more).await? {
            return Ok(());
        }
        change!(
            self,
            "insert into station_days (station, day, passages, readings, valid, passed, screened, exceeding, conditions, \
             opacity, nitric_oxide) values ($1, $2, 0, 0, 0, 0, 0, 0, '{}', '{}', '{}') on conflict (station, day) do nothing",
            station,
            day
        )?;
        self.extend_station_day(station, day, more).await.map(drop)
    }

    /// Adds to a day that is there; false if it is not.
    async fn extend_station_day(&mut self, station: &str, day: i64, more: &Day) -> Stored<bool> {
        let found = row!(
            self,
            Columns,
            "update station_days set passages = passages + $3, readings = readings + $4, valid = valid + $5, \
             passed = passed + $6, screened = screened + $7, exceeding = exceeding + $8 where station = $1 and day = $2 \
             returning day, passages, readings, valid, passed, screened, exceeding, conditions, opacity, nitric_oxide",
            station,
            day,
            number(more.passages),
            number(more.readings),
            number(more.valid),
            number(more.passed),
            number(more.screened),
            number(more.exceeding)
        )?;
        let Some(columns) = found else { return Ok(false) };
        if more.readings == 0 {
            return Ok(true);
        }
        // The counts above are added by the database; these three are texts.
        let (_, mut kept) = self::day(columns)?;
        kept.merge(more);
        change!(
            self,
            "update station_days set conditions = $3, opacity = $4, nitric_oxide = $5 where station = $1 and day = $2",
            station,
            day,
            text(&kept.conditions),
            text(&counts(&kept.opacity)),
            text(&counts(&kept.nitric_oxide))
        )?;
        Ok(true)
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn day(columns: Columns) -> Stored<(i64, Day)> {
    let count = |number: i64| u64::try_from(number).map_err(|_| StoreError::Corrupt("station_days"));
    Ok((
        columns.day,
        Day {
            passages: count(columns.passages)?,
            readings: count(columns.readings)?,
            valid: count(columns.valid)?,
            passed: count(columns.passed)?,
            screened: count(columns.screened)?,
            exceeding: count(columns.exceeding)?,
            conditions: serde_json::from_str(&columns.conditions)
                .map_err(|_| StoreError::Corrupt("station_days.conditions"))?,
            opacity: bins(&columns.opacity)?,
            nitric_oxide: bins(&columns.nitric_oxide)?,
        },
    ))
}

fn bins(text: &str) -> Stored<Bins> {
    let counts: BTreeMap<u32, u64> =
        serde_json::from_str(text).map_err(|_| StoreError::Corrupt("station_days' bins"))?;
    Ok(counts.into_iter().collect())
}

fn counts(bins: &Bins) -> BTreeMap<u32, u64> {
    bins.iter().collect()
}

fn text(counts: &impl serde::Serialize) -> String {
    serde_json::to_string(counts).expect("numbers and texts serialise")
}
