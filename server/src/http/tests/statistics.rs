//! Checks and statistics of a station.

use axum::http::StatusCode;
use plumewatch_shared::sample;
use serde_json::json;
use server_core::access::Role;

use super::world::World;
use crate::store::fixture::{check_report, insert_records, new_check};

/// A station with passages of the day and the day before, and checks whose error grows.
async fn world() -> World {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let shot = |n: u64, at: &str| sample::passage(n).at(at);
    world
        .store_passages(vec![
            shot(1, "2026-11-22T01:00:00Z").with_opacity(3_500).passage(),
            shot(2, "2026-11-22T01:01:00Z").with_opacity(1_000).passage(),
            shot(3, "2026-11-22T01:02:00Z").in_strong_wind().passage(),
            shot(4, "2026-11-23T00:30:00Z").with_opacity(500).with_smoke(800).passage(),
        ])
        .await;
    let checks: Vec<_> = (0..6u64)
        .map(|n| {
            let mut check = check_report(10 + n, 100 * n as i64);
            let day = 18 + n;
            let at: jiff::Timestamp = format!("2026-11-{day}T00:00:00Z").parse().unwrap();
            check.performed.utc_us = at.as_microsecond();
            new_check(check)
        })
        .collect();
    insert_records(&world.site.store, &checks).await;
    world
}

#[tokio::test]
async fn checks_are_listed_with_their_points_newest_first() {
    let world = world().await;
    let person = world.person(Role::Enforcer).await;
    let checks = person.get("/api/v1/stations/A140105001/checks?limit=2").await.body;
    assert_eq!(checks["checks"].as_array().unwrap().len(), 2);
    let newest = &checks["checks"][0];
    assert_eq!((&newest["id"], &newest["passed"]), (&json!("A140105001-0000000015"), &json!(true)));
    let point = json!({"quantity": "no", "standard": 100_000, "measured": 100_500, "tolerance": 5_000, "holds": true});
    assert_eq!(newest["points"], json!([point]));
}

#[tokio::test]
async fn statistics_show_shares_distribution_agreement_and_drift() {
    let world = world().await;
    let person = world.person(Role::Reviewer).await;
    let told = person.get("/api/v1/stations/A140105001/statistics?days=7").await.body;
    let total = &told["total"];
    assert_eq!((&total["passages"], &total["readings"], &total["valid"]), (&json!(4), &json!(4), &json!(3)));
    assert_eq!(total["valid_hundredths"], 7_500);
    // One of three that were judged (STANDARDS.md 12, vector 26).
    assert_eq!(total["exceeding_hundredths"], 3_333);
    assert_eq!(told["days"][0]["day"], "2026-11-22");
    assert_eq!(told["days"][0]["exceeding_hundredths"], 5_000);
    assert_eq!(told["conditions"], json!([{"condition": "wind", "count": 1}]));
    assert_eq!(
        (&told["opacity"]["limit_hundredths"], &told["opacity"]["above_limit"]),
        (&json!(3_000), &json!(1))
    );
    assert_eq!(told["opacity"]["counts"][17], 1);
    assert_eq!(told["agreement"]["pairs"], json!([[500, 800]]));
    let drift = &told["drift"][0];
    assert_eq!((&drift["quantity"], &drift["slope_per_30_days"]), (&json!("no"), &json!(3_000)));
    // 500 now, 100 more each day, out at 5 000.
    assert_eq!(drift["days_left"], 45);
    assert_eq!(drift["days"].as_array().unwrap().len(), 6);
    assert_eq!(told["nitric_oxide"]["z_hundredths"], json!(null));
}

#[tokio::test]
async fn a_site_whose_nitric_oxide_lies_far_off_is_told_as_unlike_the_others() {
    let world = World::start().await;
    let sites =
        [("A140105001", 90_000), ("A140105002", 40_000), ("A140105003", 41_000), ("A140105004", 42_000)];
    for (site, no) in sites {
        world.add_station(site).await;
        world.store_passages(vec![sample::passage(1).at_station(site).with_no(no).passage()]).await;
    }
    let person = world.person(Role::Admin).await;
    let told = person.get("/api/v1/stations/A140105001/statistics").await.body["nitric_oxide"].clone();
    assert_eq!(
        (&told["median_ppm_hundredths"], &told["others_ppm_hundredths"]),
        (&json!(89_750), &json!(40_750))
    );
    // Readings are kept in bins of 5 × 10⁻⁶. 0.6745 × (89 750 − 40 750) / 1 000 = 33.05.
    assert_eq!((&told["z_hundredths"], &told["unlike"]), (&json!(3_305), &json!(true)));
    let near = person.get("/api/v1/stations/A140105002/statistics").await.body["nitric_oxide"].clone();
    assert_eq!(near["unlike"], false);
}

#[tokio::test]
async fn statistics_are_bounded_and_of_ones_own_region() {
    let world = world().await;
    let here = world.person_of("shanxi", Role::Enforcer, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Enforcer, 110_000).await;
    for page in ["statistics", "checks"] {
        let path = format!("/api/v1/stations/A140105001/{page}");
        assert_eq!(here.get(&path).await.status, StatusCode::OK, "{page}");
        assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND, "{page}");
        assert_eq!(world.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED, "{page}");
        for days in ["0", "93", "x"] {
            let answer = here.get(&format!("{path}?days={days}")).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "invalid"), "{page} {days}");
        }
    }
}
