//! What statistics are made of, on SQLite and on PostgreSQL alike.

use plumewatch_shared::sample::{self, SamplePassage};
use server_core::access::Scope;
use server_core::statistics::bins::Bins;
use server_core::statistics::day::{NO_WIDTH, OPACITY_WIDTH};

use super::fixture::*;
use super::*;

fn span(from: &str, to: &str) -> Span {
    let at = |text: &str| format!("{text}T00:00:00+08").parse::<jiff::Timestamp>().unwrap().as_microsecond();
    Span { from_us: at(from), to_us: at(to) }
}

async fn take(store: &Store, samples: Vec<SamplePassage>) {
    let passages: Vec<_> = samples.into_iter().map(record).collect();
    let mut writing = store.writing().await.unwrap();
    writing.insert_passages(&passages).await.unwrap();
    writing.commit().await.unwrap();
}

on_both! {
    async fn a_day_is_the_laws_and_counts_what_went_by(store: Store) {
        enrol(&store, STATION).await;
        take(&store, vec![
            sample::passage(1).at("2026-11-22T15:59:59Z"),
            sample::passage(2).at("2026-11-22T16:00:00Z").with_opacity(3_500),
            sample::passage(3).at("2026-11-23T02:00:00Z").in_strong_wind(),
            sample::passage(4).at("2026-11-23T03:00:00Z").without_reading(),
        ])
        .await;
        let mut reading = store.reading().await.unwrap();
        let days = reading.station_days(station(STATION), span("2026-11-20", "2026-11-24").days()).await.unwrap();
        let told: Vec<_> =
            days.iter().map(|(n, d)| (*n, d.passages, d.readings, d.valid, d.passed, d.exceeding)).collect();
        // 2026-11-22 is day 20 779.
        assert_eq!(told, [(20_779, 1, 1, 1, 1, 0), (20_780, 3, 2, 1, 0, 1)]);
        assert_eq!(reading.region_day(Scope("140000".parse().unwrap()), 20_780).await.unwrap(), [3, 0, 0, 1]);
        assert_eq!(reading.region_day(Scope("110000".parse().unwrap()), 20_780).await.unwrap(), [0; 4]);
        let last = reading.station_days(station(STATION), span("2026-11-23", "2026-11-24").days()).await.unwrap();
        assert_eq!(last.len(), 1);
        assert_eq!(last[0].1.conditions, [("wind".to_owned(), 1)].into());
    }

    async fn only_readings_that_count_make_the_distribution(store: Store) {
        enrol(&store, STATION).await;
        let opacity = |n: u64, hundredths| sample::passage(n).with_opacity(hundredths);
        take(&store, vec![
            opacity(1, 199), opacity(2, 200), opacity(3, 3_000), opacity(4, 3_001), opacity(5, 9_000).in_strong_wind(),
        ])
        .await;
        let mut reading = store.reading().await.unwrap();
        let week = span("2026-11-20", "2026-11-27");
        let days = reading.station_days(station(STATION), week.days()).await.unwrap();
        let mut bins = Bins::default();
        days.iter().for_each(|(_, day)| bins.merge(&day.opacity));
        assert_eq!(bins.iter().collect::<Vec<_>>(), [(4, 2), (60, 1), (61, 1)]);
        assert_eq!(bins.above(3_000, OPACITY_WIDTH), 1);
        assert_eq!(reading.opacity_pairs(station(STATION), week).await.unwrap(), []);
    }

    async fn beam_and_camera_are_paired_newest_first(store: Store) {
        enrol(&store, STATION).await;
        let both = |n: u64, beam, camera| {
            sample::passage(n).at(&format!("2026-11-23T02:00:0{n}Z")).with_opacity(beam).with_smoke(camera)
        };
        take(&store, vec![both(1, 3_000, 3_300), both(2, 1_000, 900), sample::passage(3)]).await;
        let week = span("2026-11-20", "2026-11-27");
        let pairs = store.reading().await.unwrap().opacity_pairs(station(STATION), week).await.unwrap();
        assert_eq!(pairs, [(1_000, 900), (3_000, 3_300)]);
    }

    async fn a_day_is_the_same_whatever_its_passages_came_with(store: Store) {
        enrol(&store, STATION).await;
        let sample = |n: u64| sample::passage(n).at(&format!("2026-11-2{}T02:00:0{n}Z", 2 + n % 2)).with_no(100 * n as i32);
        // Together, one by one, and one of them twice.
        take(&store, vec![sample(1), sample(2), sample(3).in_strong_wind()]).await;
        take(&store, vec![sample(4)]).await;
        take(&store, vec![sample(4), sample(5)]).await;
        let mut reading = store.reading().await.unwrap();
        let days = reading.station_days(station(STATION), span("2026-11-20", "2026-11-27").days()).await.unwrap();
        let told: Vec<_> =
            days.iter().map(|(n, d)| (*n, d.passages, d.valid, d.nitric_oxide.total(), d.conditions.len())).collect();
        assert_eq!(told, [(20_779, 2, 2, 2, 0), (20_780, 3, 2, 2, 1)]);
    }

    async fn each_site_of_a_region_tells_its_nitric_oxide(store: Store) {
        let sites = [(STATION, vec![50_000, 10_000, 90_000]), ("A140105002", vec![40_000, 10_000]), ("A110119001", vec![7])];
        for (id, values) in sites {
            enrol(&store, id).await;
            let samples = values.into_iter().zip(1u64..).map(|(no, n)| {
                sample::passage(n).at_station(id).at(&format!("2026-11-2{n}T02:00:0{n}Z")).with_no(no)
            });
            take(&store, samples.collect()).await;
        }
        let days = span("2026-11-20", "2026-11-27").days();
        let mut reading = store.reading().await.unwrap();
        let shanxi = reading.site_nitric_oxide("140000".parse().unwrap(), days).await.unwrap();
        let told: Vec<_> =
            shanxi.iter().map(|s| (s.station.as_str(), s.readings.total(), s.readings.median(NO_WIDTH).unwrap())).collect();
        // Within a bin of 5 × 10⁻⁶ of the middle.
        assert_eq!(told, [(STATION, 3, 49_750), ("A140105002", 2, 10_000)]);
        assert_eq!(reading.site_nitric_oxide(china(), days).await.unwrap().len(), 3);
    }

    async fn a_days_errors_are_summed_for_each_gas(store: Store) {
        enrol(&store, STATION).await;
        let mut other = check_report(3, 0);
        other.points[0].quantity = "opacity".to_owned();
        insert_records(&store, &[new_check(check_report(1, -10)), new_check(check_report(2, 40)), new_check(other)]).await;
        let week = span("2026-11-20", "2026-11-27");
        let days = store.reading().await.unwrap().check_error_days(station(STATION), week).await.unwrap();
        let told: Vec<_> = days
            .iter()
            .map(|d| (d.quantity.as_str(), d.day, d.checks, d.error_sum, d.lowest, d.highest, d.tolerance))
            .collect();
        assert_eq!(told, [("no", 20_780, 2, 30, -10, 40, 5_000), ("opacity", 20_780, 1, 0, 0, 0, 5_000)]);
    }
}
