//! What statistics are made of, on SQLite and on PostgreSQL alike.

use plumewatch_shared::sample::{self, SamplePassage};

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
        let days = reading.station_days(station(STATION), span("2026-11-20", "2026-11-24")).await.unwrap();
        let told: Vec<_> =
            days.iter().map(|d| (d.day, d.passages, d.readings, d.valid, d.passed, d.exceeding)).collect();
        // 2026-11-22 is day 20 779.
        assert_eq!(told, [(20_779, 1, 1, 1, 1, 0), (20_780, 3, 2, 1, 0, 1)]);
        let last = span("2026-11-23", "2026-11-24");
        assert_eq!(reading.station_days(station(STATION), last).await.unwrap().len(), 1);
        assert_eq!(reading.failed_conditions(station(STATION), last).await.unwrap(), [("wind".to_owned(), 1)]);
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
        assert_eq!(reading.opacity_bins(station(STATION), week).await.unwrap(), [(0, 1), (1, 1), (15, 2)]);
        assert_eq!(reading.opacity_above(station(STATION), week, 3_000).await.unwrap(), 1);
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

    async fn the_middle_of_each_site_is_exact(store: Store) {
        let sites = [(STATION, vec![500, 100, 900]), ("A140105002", vec![400, 100, 200, 300]), ("A110119001", vec![7])];
        for (id, values) in sites {
            enrol(&store, id).await;
            let samples = values.into_iter().zip(1u64..).map(|(no, n)| {
                sample::passage(n).at_station(id).at(&format!("2026-11-23T02:00:0{n}Z")).with_no(no)
            });
            take(&store, samples.collect()).await;
        }
        let week = span("2026-11-20", "2026-11-27");
        let mut reading = store.reading().await.unwrap();
        let shanxi = reading.site_nitric_oxide("140000".parse().unwrap(), week).await.unwrap();
        let told: Vec<_> = shanxi.iter().map(|s| (s.station.as_str(), s.low, s.high, s.readings)).collect();
        assert_eq!(told, [(STATION, 500, 500, 3), ("A140105002", 200, 300, 4)]);
        assert_eq!(reading.site_nitric_oxide(china(), week).await.unwrap().len(), 3);
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
