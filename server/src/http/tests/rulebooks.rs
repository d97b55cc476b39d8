//! The rulebooks over HTTP: what holds, what was published, who has which.

use axum::http::StatusCode;
use plumewatch_shared::protocol::message::{HealthReport, PartHealth, WireStamp};
use plumewatch_shared::sample;
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::World;
use crate::rulebooks::publish::keep;

async fn health(world: &World, station: &str, edition: Option<&str>) {
    let report = HealthReport {
        v: 1,
        at: WireStamp { utc_us: 0, clock: "synchronised".to_owned() },
        software: "0.1.0".to_owned(),
        last_sequence: 0,
        backlog_records: 0,
        backlog_files: 0,
        disk_free_bytes: 0,
        shed_files: 0,
        watchlist_version: None,
        watchlist_issued_utc_us: None,
        rulebook_issue: edition.map(|_| 1),
        rulebook_edition: edition.map(str::to_owned),
        parts: vec![PartHealth {
            part: "rulebook".to_owned(),
            state: "good".to_owned(),
            zh: "使用规则集。".to_owned(),
            en: "In use.".to_owned(),
        }],
    };
    let mut writing = world.site.store.writing().await.unwrap();
    writing.set_station_health(station.parse().unwrap(), &report, world.site.now()).await.unwrap();
    writing.commit().await.unwrap();
}

#[tokio::test]
async fn the_page_has_editions_with_clause_and_confidence_and_the_history() {
    let world = World::start().await;
    keep(&world.site.store, &world.site.books, world.site.now()).await.unwrap();
    let answer = world.person(Role::Reviewer).await.get("/api/v1/rulebooks").await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = &answer.body;
    assert_eq!(body["today"], "2026-11-23");
    let country = &body["places"][0];
    let kinds: Vec<&str> = country["editions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edition| edition["kind"].as_str().unwrap())
        .collect();
    assert_eq!(country["region"], "000000");
    assert_eq!(kinds, ["passages", "tests", "tests", "casework", "listing"]);
    let edition = &country["editions"][0];
    assert_eq!((&edition["version"], &edition["in_force"]), (&json!("2017-07-27.1"), &json!(true)));
    let rules = edition["rules"].as_array().unwrap();
    let rule = |key: &str| rules.iter().find(|rule| rule["key"] == key).unwrap();
    assert_eq!(rule("limit/opacity")["value"]["zh"], "不超过30.00 %");
    assert_eq!(rule("limit/opacity")["clause"], "HJ 845-2017, 5, 表1");
    assert_eq!(rule("limit/no")["role"], "screening");
    assert_eq!(rule("condition/specific-power")["confidence"], "low");
    assert_eq!(body["issues"][0]["version"], 1);
    assert_eq!(body["published"].as_array().unwrap().len(), 5);
    assert_eq!(world.audited().await[0], "system rulebooks-issued");
}

#[tokio::test]
async fn stations_of_the_own_region_are_shown_with_the_edition_they_judge_by() {
    let world = World::start().await;
    for station in ["A140105001", "A140105002", "A110105001"] {
        world.add_station(station).await;
    }
    health(&world, "A140105001", Some("HJ 845-2017 2017-07-27.1")).await;
    health(&world, "A140105002", Some("HJ 845-2017 2016-01-01.1")).await;
    let person = world.person_of("shanxi", Role::Enforcer, 140_000).await;
    let body = person.get("/api/v1/rulebooks").await.body;
    let stations = body["stations"].as_array().unwrap();
    let row = |row: &Value| (row["id"].clone(), row["current"].clone());
    assert_eq!(
        stations.iter().map(row).collect::<Vec<_>>(),
        [(json!("A140105001"), json!(true)), (json!("A140105002"), json!(false))]
    );
    assert_eq!(stations[1]["expected"], "HJ 845-2017 2017-07-27.1");
    assert_eq!(stations[0]["words"]["en"], "In use.");
}

#[tokio::test]
async fn a_passage_and_a_candidate_say_whether_head_and_camera_agree() {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let shot = |sequence, day: &str, smoke| {
        sample::passage(sequence)
            .at(&format!("{day}T02:00:00Z"))
            .with_opacity(4_500)
            .with_smoke(smoke)
            .passage()
    };
    world.store_passages(vec![shot(1, "2026-11-20", 6_000), shot(2, "2026-11-21", 500)]).await;
    let reviewer = world.person(Role::Reviewer).await;
    let queue = reviewer.get("/api/v1/review").await.body;
    let candidate = &queue["candidates"][0];
    assert_eq!(candidate["corroborations"], json!(["both-exceed", "disagrees"]));
    assert_eq!(candidate["corroborated"], true);
    let passage = reviewer.get("/api/v1/passages/A140105001-0000000002").await.body;
    let said = passage["corroboration"]["en"].as_str().unwrap();
    assert!(said.contains("contradict") && said.contains("2017-07-27.1"), "{said}");
    assert!(passage["corroboration"]["zh"].as_str().unwrap().contains("限值30.00 %"));
    assert_eq!(passage["summary"]["edition"], "in-force");
    let last = passage["reasons"].as_array().unwrap().last().unwrap();
    assert!(last["zh"].as_str().unwrap().contains("版本2017-07-27.1"), "{last}");
}
