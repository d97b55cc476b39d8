//! What statistics of a station are made of beside its days (`station_days.rs`): plumes that both instruments measured, and
//! the errors of its heads. Few rows whatever the traffic.
//!
//! A day is the law's: UTC + 8 hours, without summer time since 1991.

use plumewatch_shared::ids::StationId;
use server_core::statistics::day::day_number;

use super::engine::rows;
use super::station_days::DaySpan;
use super::{Reading, Stored};

/// The longest span, days: a quarter.
pub const STATISTICS_DAYS_MAX: u32 = 92;
/// Pairs of beam and camera given: what a scatter shows before its dots run into each other; the newest.
pub const PAIRS_MAX: u32 = 1_500;
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

impl Span {
    /// The law's days that it touches.
    pub fn days(self) -> DaySpan {
        DaySpan { first: day_number(self.from_us), last: day_number(self.to_us.saturating_sub(1)) }
    }
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
