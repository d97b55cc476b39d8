//! What statistics of a station are made of: counts and middles, made in the database; few rows whatever the traffic.
//!
//! A day is the law's: UTC + 8 hours, without summer time since 1991. All of it lies in `passage_figures` and the
//! checks' points, which are narrow.

use plumewatch_shared::ids::{Region, StationId};

use super::counting::codes;
use super::engine::rows;
use super::{Reading, Stored};

/// The longest span, days: a quarter.
pub const STATISTICS_DAYS_MAX: u32 = 92;
/// Pairs of beam and camera given: what a scatter shows before its dots run into each other; the newest.
pub const PAIRS_MAX: u32 = 1_500;
/// Combinations of failed conditions counted; of fourteen conditions few come together.
const COMBINATIONS_MAX: i64 = 500;
/// Sites compared with one.
const SITES_MAX: i64 = 500;
/// Days × gases and filters × lanes of a head's errors: a quarter of ten standards in eight lanes is 7,360.
const ERROR_DAYS_MAX: i64 = 10_000;

/// A span of passing times, microseconds: from, and before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// At or after.
    pub from_us: i64,
    /// Before.
    pub to_us: i64,
}

/// One day of a station.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DayRow {
    /// Days since 1970 in the law's place.
    pub day: i64,
    /// Vehicles that went by.
    pub passages: i64,
    /// Those with a reading.
    pub readings: i64,
    /// Those whose reading counts.
    pub valid: i64,
    /// Judged and passed.
    pub passed: i64,
    /// Over a screening limit alone.
    pub screened: i64,
    /// Over a limit that is enforced.
    pub exceeding: i64,
}

/// The middle nitric oxide of one site.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SiteNoRow {
    /// Which site.
    pub station: String,
    /// Its name for people.
    pub name: String,
    /// The lower of the two readings in the middle, hundredths of 10⁻⁶.
    pub low: i64,
    /// The upper; the same if the number of readings is odd.
    pub high: i64,
    /// Readings that count.
    pub readings: i64,
}

/// A day's errors of one head against one gas or filter.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ErrorDayRow {
    /// The lane.
    pub lane: i64,
    /// Serial number of the head.
    pub device: String,
    /// `co2`, `co`, `hc`, `butadiene`, `no` or `opacity`.
    pub quantity: String,
    /// What the gas or filter is.
    pub standard: i64,
    /// Days since 1970 in the law's place.
    pub day: i64,
    /// How many checks.
    pub checks: i64,
    /// Sum of the errors (measured − standard).
    pub error_sum: i64,
    /// The lowest.
    pub lowest: i64,
    /// The highest.
    pub highest: i64,
    /// The narrowest tolerance.
    pub tolerance: i64,
}

impl Reading {
    /// A station's days, oldest first; a day without a vehicle is not there.
    pub async fn station_days(&mut self, station: StationId, span: Span) -> Stored<Vec<DayRow>> {
        rows!(
            self,
            DayRow,
            "select (passed_us + 28800000000) / 86400000000 as day, count(*) as passages, count(valid) as readings, \
             count(*) filter (where valid = true) as valid, \
             count(*) filter (where outcome = 'passed') as passed, \
             count(*) filter (where outcome = 'screened') as screened, \
             count(*) filter (where outcome = 'exceeding') as exceeding \
             from passage_figures where station = $1 and passed_us >= $2 and passed_us < $3 \
             group by (passed_us + 28800000000) / 86400000000 order by day",
            station.to_string(),
            span.from_us,
            span.to_us
        )
    }

    /// How many readings failed which conditions (words, comma separated), the most frequent first.
    pub async fn failed_conditions(&mut self, station: StationId, span: Span) -> Stored<Vec<(String, i64)>> {
        rows!(
            self,
            (String, i64),
            "select conditions, count(*) as times from passage_figures \
             where station = $1 and passed_us >= $2 and passed_us < $3 and valid = false \
             group by conditions order by times desc, conditions limit $4",
            station.to_string(),
            span.from_us,
            span.to_us,
            COMBINATIONS_MAX
        )
    }

    /// Opacity of readings that count, in bins of 2 %: bin and how many.
    pub async fn opacity_bins(&mut self, station: StationId, span: Span) -> Stored<Vec<(i64, i64)>> {
        rows!(
            self,
            (i64, i64),
            "select opacity_mean / 200 as bin, count(*) from passage_figures \
             where station = $1 and passed_us >= $2 and passed_us < $3 and valid = true \
             and opacity_mean is not null group by opacity_mean / 200 order by bin",
            station.to_string(),
            span.from_us,
            span.to_us
        )
    }

    /// How many readings that count lie above an opacity, hundredths of a percent.
    pub async fn opacity_above(&mut self, station: StationId, span: Span, limit: i64) -> Stored<u64> {
        let found = super::engine::row!(
            self,
            (i64,),
            "select count(*) from passage_figures where station = $1 and passed_us >= $2 and passed_us < $3 \
             and valid = true and opacity_mean > $4",
            station.to_string(),
            span.from_us,
            span.to_us,
            limit
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// Beam's and camera's opacity of plumes that both measured, the newest first, at most [`PAIRS_MAX`].
    pub async fn opacity_pairs(&mut self, station: StationId, span: Span) -> Stored<Vec<(i64, i64)>> {
        rows!(
            self,
            (i64, i64),
            "select opacity_mean, camera_opacity from passage_figures \
             where station = $1 and passed_us >= $2 and passed_us < $3 and valid = true \
             and opacity_mean is not null and camera_opacity is not null \
             order by passed_us desc, sequence desc limit $4",
            station.to_string(),
            span.from_us,
            span.to_us,
            i64::from(PAIRS_MAX)
        )
    }

    /// The middle nitric oxide of every site of a region, by station.
    pub async fn site_nitric_oxide(&mut self, region: Region, span: Span) -> Stored<Vec<SiteNoRow>> {
        let (low, high) = codes(region);
        rows!(
            self,
            SiteNoRow,
            "select m.station, s.name, min(m.no_ppm) as low, max(m.no_ppm) as high, m.readings from \
             (select f.station, f.no_ppm, row_number() over (partition by f.station order by f.no_ppm) as place, \
             count(*) over (partition by f.station) as readings \
             from stations r join passage_figures f on f.station = r.id \
             where r.region >= $1 and r.region <= $2 and f.passed_us >= $3 and f.passed_us < $4 \
             and f.valid = true and f.no_ppm is not null) m \
             join stations s on s.id = m.station \
             where m.place = (m.readings + 1) / 2 or m.place = (m.readings + 2) / 2 \
             group by m.station, s.name, m.readings order by m.station limit $5",
            low,
            high,
            span.from_us,
            span.to_us,
            SITES_MAX
        )
    }

    /// The errors of a station's heads, a row for each day, gas or filter, and lane; in the order of the charts.
    pub async fn check_error_days(&mut self, station: StationId, span: Span) -> Stored<Vec<ErrorDayRow>> {
        rows!(
            self,
            ErrorDayRow,
            "select c.lane, c.device, p.quantity, p.standard, (c.performed_us + 28800000000) / 86400000000 as day, \
             count(*) as checks, cast(sum(p.measured - p.standard) as bigint) as error_sum, \
             min(p.measured - p.standard) as lowest, max(p.measured - p.standard) as highest, \
             min(p.tolerance) as tolerance \
             from device_checks c join check_points p on p.station = c.station and p.sequence = c.sequence \
             where c.station = $1 and c.performed_us >= $2 and c.performed_us < $3 \
             group by c.lane, c.device, p.quantity, p.standard, (c.performed_us + 28800000000) / 86400000000 \
             order by c.lane, c.device, p.quantity, p.standard, day limit $4",
            station.to_string(),
            span.from_us,
            span.to_us,
            ERROR_DAYS_MAX
        )
    }
}
