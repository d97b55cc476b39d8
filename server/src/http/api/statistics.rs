//! Statistics of a station: is its reader well?

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::{Region, StationId};
use plumewatch_shared::rulebook::{Item, Rulebook};
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Scope};
use server_core::statistics::agreement::{Pair, agreement};
use server_core::statistics::day::{self as stored, NO_WIDTH, OPACITY_WIDTH};
use server_core::statistics::drift::{DayError, days_left, slope};
use server_core::statistics::{histogram, rate_hundredths, standing};
use utoipa::{IntoParams, ToSchema};

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Name, Params};
use crate::http::session::Signed;
use crate::store::{self, ErrorDayRow, PAIRS_MAX, STATISTICS_DAYS_MAX, Span};

/// Days unless the request says otherwise.
const DAYS: u32 = 30;

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StatisticsQuery {
    /// 1 to 92 days, today included; 30 unless said.
    days: Option<u32>,
}

/// Statistics of a station over some days, today included.
#[derive(Serialize, ToSchema)]
pub(super) struct Statistics {
    /// The station.
    station: String,
    /// Its name for people.
    station_name: String,
    /// From this midnight in China.
    from_utc_us: i64,
    /// To now.
    to_utc_us: i64,
    /// All days together.
    total: Counts,
    /// Day by day, oldest first; a day without a vehicle is not there.
    days: Vec<Day>,
    /// Why readings did not count, the most frequent first; one reading may have failed several conditions.
    conditions: Vec<FailedCondition>,
    /// How the opacity of readings that count is distributed.
    opacity: OpacityDistribution,
    /// Beam and camera over the same plumes.
    agreement: AgreementBody,
    /// Nitric oxide here and at the other sites of the province that the account sees.
    nitric_oxide: NitricOxide,
    /// Errors of the heads against known gases and filters, a series for each.
    drift: Vec<DriftSeries>,
}

/// What went by.
#[derive(Serialize, ToSchema)]
pub(super) struct Counts {
    /// Vehicles.
    passages: u64,
    /// With a reading.
    readings: u64,
    /// With a reading that counts.
    valid: u64,
    /// Readings that count, of all readings: hundredths of a percent.
    valid_hundredths: Option<i64>,
    /// Judged and passed.
    passed: u64,
    /// Over a screening limit alone.
    screened: u64,
    /// Over a limit that is enforced.
    exceeding: u64,
    /// Exceeding, of those judged: hundredths of a percent.
    exceeding_hundredths: Option<i64>,
}

/// One day.
#[derive(Serialize, ToSchema)]
pub(super) struct Day {
    /// `2026-11-23`, in China.
    day: String,
    /// What went by.
    #[serde(flatten)]
    counts: Counts,
}

/// A condition that readings failed.
#[derive(Serialize, ToSchema)]
pub(super) struct FailedCondition {
    /// By word: `wind`, `plume`, `audit`, …
    condition: String,
    /// How many readings failed it.
    count: u64,
}

/// How opacity is distributed.
#[derive(Serialize, ToSchema)]
pub(super) struct OpacityDistribution {
    /// Width of a bin, hundredths of a percent.
    bin_hundredths: i64,
    /// How many readings lie in each bin, from 0 to 100 %.
    counts: Vec<u64>,
    /// The middle, hundredths of a percent.
    median_hundredths: Option<i64>,
    /// The limit of the rulebook in force, hundredths of a percent.
    limit_hundredths: Option<i64>,
    /// How many readings lie above it.
    above_limit: u64,
}

/// Beam and camera over the same plumes.
#[derive(Serialize, ToSchema)]
pub(super) struct AgreementBody {
    /// `[beam, camera]`, hundredths of a percent, the newest first.
    pairs: Vec<[i64; 2]>,
    /// Pairs given at most; what they come to rests on these.
    pairs_max: u32,
    /// Median of camera − beam; null with fewer than ten pairs.
    difference_hundredths: Option<i64>,
    /// Its median deviation.
    spread_hundredths: Option<i64>,
}

/// Nitric oxide, hundredths of 10⁻⁶.
#[derive(Serialize, ToSchema)]
pub(super) struct NitricOxide {
    /// The middle reading here, within 5 × 10⁻⁶ (readings are kept in bins of so much).
    median_ppm_hundredths: Option<i64>,
    /// Readings that count.
    readings: u64,
    /// The other sites.
    sites: Vec<SiteNo>,
    /// Median of the other sites' medians; null with fewer than three, or where these do not differ.
    others_ppm_hundredths: Option<i64>,
    /// Their median deviation.
    spread_ppm_hundredths: Option<i64>,
    /// How far this site stands off, as a robust z, hundredths.
    z_hundredths: Option<i64>,
    /// Too far to be put down to chance (|z| ≥ 3.5)?
    unlike: bool,
}

/// Another site.
#[derive(Serialize, ToSchema)]
pub(super) struct SiteNo {
    /// The station.
    station: String,
    /// Its name for people.
    name: String,
    /// The middle reading there.
    median_ppm_hundredths: i64,
    /// Readings that count.
    readings: u64,
}

/// Errors of one head against one gas or filter: hundredths of 10⁻⁶ for gases, hundredths of a percent for opacity.
#[derive(Serialize, ToSchema)]
pub(super) struct DriftSeries {
    /// From 1.
    lane: i64,
    /// Serial number of the head.
    device: String,
    /// `co2`, `co`, `hc`, `butadiene`, `no` or `opacity`.
    quantity: String,
    /// What the gas or filter is; 0 is a check of zero.
    standard: i64,
    /// How far off it may be, as the latest day's check had it.
    tolerance: i64,
    /// Day by day, oldest first.
    days: Vec<DriftDay>,
    /// Change of the error in 30 days; null with fewer than five days.
    slope_per_30_days: Option<i64>,
    /// Days until it leaves its tolerance if it goes on like this; 0 if it has; null if it does not move outwards.
    days_left: Option<i64>,
}

/// The errors of a day (measured − standard).
#[derive(Serialize, ToSchema)]
pub(super) struct DriftDay {
    /// `2026-11-23`, in China.
    day: String,
    /// How many checks.
    checks: i64,
    /// Mean error.
    mean: i64,
    /// The lowest.
    lowest: i64,
    /// The highest.
    highest: i64,
}

/// Statistics of a station, by which a sick reader is seen before it accuses anyone.
#[utoipa::path(get, path = "/stations/{id}/statistics", tag = "stations",
    params(("id" = String, Path), StatisticsQuery), responses(
    (status = 200, body = Statistics), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn of_station(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<StationId>,
    Params(query): Params<StatisticsQuery>,
) -> Result<Json<Statistics>, ApiError> {
    let scope = signed.may(Operation::ReadStations)?;
    let span = span(query.days, site.now())?;
    let mut reading = site.store.reading().await?;
    let station = reading.station(id, scope).await?.ok_or_else(ApiError::not_found)?;
    let days = reading.station_days(id, span.days()).await?;
    let pairs = reading.opacity_pairs(id, span).await?;
    let sites = reading.site_nitric_oxide(neighbourhood(scope, id), span.days()).await?;
    let errors = reading.check_error_days(id, span).await?;
    drop(reading);
    let limit = opacity_limit(&site.books.in_force_at(id.region(), site.now()));
    let mut all = stored::Day::default();
    days.iter().for_each(|(_, day)| all.merge(day));
    Ok(Json(Statistics {
        station: station.id,
        station_name: station.name,
        from_utc_us: span.from_us,
        to_utc_us: span.to_us,
        total: Counts::from(&all),
        days: days.iter().map(|(n, one)| Day { day: day(*n), counts: Counts::from(one) }).collect(),
        conditions: single_conditions(&all.conditions),
        opacity: OpacityDistribution {
            bin_hundredths: histogram::BIN_HUNDREDTHS,
            median_hundredths: all.opacity.median(OPACITY_WIDTH),
            counts: histogram::of_bins(&all.opacity).to_vec(),
            limit_hundredths: limit,
            above_limit: limit.map_or(0, |limit| all.opacity.above(limit, OPACITY_WIDTH)),
        },
        agreement: AgreementBody::of(&pairs),
        nitric_oxide: NitricOxide::of(id, sites),
        drift: series(errors),
    }))
}

/// The days that a request means, today included.
pub(super) fn span(days: Option<u32>, now: Timestamp) -> Result<Span, ApiError> {
    let days = days.unwrap_or(DAYS);
    if !(1..=STATISTICS_DAYS_MAX).contains(&days) {
        return Err(ApiError::invalid("天数应为1至92。", "days is 1 to 92."));
    }
    let today = law_place().to_datetime(now).date();
    let first = today.saturating_sub(jiff::Span::new().days(days - 1));
    let from = law_place().to_timestamp(first.at(0, 0, 0, 0)).unwrap_or(now);
    // What happens in this microsecond still belongs to today.
    Ok(Span { from_us: from.as_microsecond(), to_us: now.as_microsecond() + 1 })
}

/// A day as it is written, of days since 1970 in the law's place.
fn day(number: i64) -> String {
    let epoch = Date::constant(1970, 1, 1);
    epoch.saturating_add(jiff::Span::new().try_days(number).unwrap_or_default()).to_string()
}

fn opacity_limit(book: &Rulebook) -> Option<i64> {
    book.limits.iter().find(|limit| limit.item == Item::Opacity).map(|limit| limit.at_most)
}

/// The sites that one is compared with: its province, as far as the account sees it.
fn neighbourhood(scope: Scope, station: StationId) -> Region {
    let province: Option<Region> = format!("{:02}0000", station.region().code() / 10_000).parse().ok();
    province.filter(|province| scope.0.contains(*province)).unwrap_or(scope.0)
}

/// Splits combinations into conditions, the most frequent first.
fn single_conditions(combinations: &BTreeMap<String, u64>) -> Vec<FailedCondition> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (words, count) in combinations {
        for word in words.split(',').filter(|word| !word.is_empty()) {
            *counts.entry(word).or_default() += count;
        }
    }
    let mut single: Vec<_> = counts
        .into_iter()
        .map(|(condition, count)| FailedCondition { condition: condition.to_owned(), count })
        .collect();
    single.sort_by_key(|failed| std::cmp::Reverse(failed.count));
    single
}

/// Series of days, in the order in which they come: lane, head, quantity, standard.
fn series(errors: Vec<ErrorDayRow>) -> Vec<DriftSeries> {
    let mut all: Vec<DriftSeries> = Vec::new();
    let mut numbers: Vec<Vec<DayError>> = Vec::new();
    for row in errors {
        let same = all.last().is_some_and(|last| {
            (last.lane, &last.device, &last.quantity, last.standard)
                == (row.lane, &row.device, &row.quantity, row.standard)
        });
        if !same {
            numbers.push(Vec::new());
            all.push(DriftSeries {
                lane: row.lane,
                device: row.device.clone(),
                quantity: row.quantity.clone(),
                standard: row.standard,
                tolerance: row.tolerance,
                days: Vec::new(),
                slope_per_30_days: None,
                days_left: None,
            });
        }
        // There is one: it was pushed above if it was not there.
        let (Some(last), Some(of_series)) = (all.last_mut(), numbers.last_mut()) else { continue };
        let mean = mean(row.error_sum, row.checks);
        of_series.push(DayError { day: row.day, error: mean });
        last.tolerance = row.tolerance;
        last.days.push(DriftDay {
            day: day(row.day),
            checks: row.checks,
            mean,
            lowest: row.lowest,
            highest: row.highest,
        });
    }
    for (one, errors) in all.iter_mut().zip(&numbers) {
        one.slope_per_30_days = slope(errors);
        let last = errors.last().map_or(0, |last| last.error);
        one.days_left = days_left(last, one.tolerance, one.slope_per_30_days.unwrap_or(0));
    }
    all
}

/// A mean, rounded half away from zero.
fn mean(sum: i64, count: i64) -> i64 {
    let count = count.max(1);
    (sum + sum.signum() * (count / 2)) / count
}

impl From<&stored::Day> for Counts {
    fn from(day: &stored::Day) -> Self {
        Self {
            passages: day.passages,
            readings: day.readings,
            valid: day.valid,
            valid_hundredths: rate_hundredths(day.valid, day.readings),
            passed: day.passed,
            screened: day.screened,
            exceeding: day.exceeding,
            exceeding_hundredths: rate_hundredths(day.exceeding, day.passed + day.screened + day.exceeding),
        }
    }
}

impl AgreementBody {
    fn of(pairs: &[(i64, i64)]) -> Self {
        let paired: Vec<Pair> = pairs.iter().map(|&(beam, camera)| Pair { beam, camera }).collect();
        let agrees = agreement(&paired);
        Self {
            pairs: pairs.iter().map(|&(beam, camera)| [beam, camera]).collect(),
            pairs_max: PAIRS_MAX,
            difference_hundredths: agrees.map(|agrees| agrees.difference),
            spread_hundredths: agrees.map(|agrees| agrees.spread),
        }
    }
}

impl NitricOxide {
    fn of(station: StationId, sites: Vec<store::SiteNo>) -> Self {
        let site = |one: store::SiteNo| {
            let median_ppm_hundredths = one.readings.median(NO_WIDTH)?;
            let readings = one.readings.total();
            Some(SiteNo { station: one.station, name: one.name, median_ppm_hundredths, readings })
        };
        let (own, sites): (Vec<SiteNo>, Vec<SiteNo>) =
            sites.into_iter().filter_map(site).partition(|site| site.station == station.as_str());
        let own = own.into_iter().next();
        let others: Vec<i64> = sites.iter().map(|site| site.median_ppm_hundredths).collect();
        let stands = own.as_ref().and_then(|own| standing(own.median_ppm_hundredths, &others));
        Self {
            median_ppm_hundredths: own.as_ref().map(|own| own.median_ppm_hundredths),
            readings: own.map_or(0, |own| own.readings),
            sites,
            others_ppm_hundredths: stands.map(|stands| stands.others),
            spread_ppm_hundredths: stands.map(|stands| stands.spread),
            z_hundredths: stands.map(|stands| stands.z_hundredths),
            unlike: stands.is_some_and(|stands| stands.is_unlike()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_end_now_and_begin_at_a_midnight_in_china() {
        let now = "2026-11-23T02:00:00Z".parse().unwrap();
        let from = |days| Timestamp::from_microsecond(span(days, now).unwrap().from_us).unwrap().to_string();
        assert_eq!(from(Some(1)), "2026-11-22T16:00:00Z");
        assert_eq!(from(None), "2026-10-24T16:00:00Z");
        assert!(span(Some(0), now).is_err() && span(Some(93), now).is_err());
    }

    #[test]
    fn a_day_number_is_written_as_its_date() {
        assert_eq!((day(0).as_str(), day(20_780).as_str()), ("1970-01-01", "2026-11-23"));
    }

    #[test]
    fn combinations_are_counted_for_each_condition() {
        let told = single_conditions(
            &[("wind", 3), ("plume,wind", 2), ("", 9)].map(|(words, n)| (words.to_owned(), n)).into(),
        );
        let told: Vec<_> = told.iter().map(|one| (one.condition.as_str(), one.count)).collect();
        assert_eq!(told, [("wind", 5), ("plume", 2)]);
    }

    #[test]
    fn a_mean_is_rounded_half_away_from_zero() {
        assert_eq!([mean(5, 2), mean(-5, 2), mean(4, 3), mean(-1, 3)], [3, -3, 1, 0]);
    }

    #[test]
    fn a_site_is_compared_within_its_province_as_far_as_the_account_sees() {
        let station: StationId = "A140105001".parse().unwrap();
        let around = |scope: &str| neighbourhood(Scope(scope.parse().unwrap()), station).to_string();
        assert_eq!([around("000000"), around("140000"), around("140100")], ["140000", "140000", "140100"]);
    }
}
