//! What an account sees, and what it does not.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use futures_util::StreamExt;
use plumewatch_shared::sample;
use serde_json::json;
use server_core::access::Role;

use super::world::World;

#[tokio::test]
async fn an_account_sees_its_region_and_a_thing_elsewhere_is_as_unknown_as_none() {
    let world = World::start().await;
    world.store_candidate("A140105001").await;
    let here = world.person_of("shanxi", Role::Reviewer, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Reviewer, 110_000).await;
    let id = "A140105001-0000000001";
    let queue = here.get("/api/v1/review").await;
    let candidate = queue.body["candidates"][0]["id"].as_str().unwrap();
    let hidden = [
        format!("/api/v1/passages/{id}"),
        format!("/api/v1/review/{candidate}"),
        "/api/v1/stations/A140105001/ledger".to_owned(),
    ];
    let never_was = [
        "/api/v1/passages/A110105001-0000000009",
        "/api/v1/review/00112233445566778899",
        "/api/v1/stations/A110105009/ledger",
    ];
    for (hidden, never_was) in hidden.iter().zip(never_was) {
        assert_eq!(here.get(hidden).await.status, StatusCode::OK, "{hidden}");
        let (of_another, of_nobody) = (elsewhere.get(hidden).await, elsewhere.get(never_was).await);
        assert_eq!(of_another.status, StatusCode::NOT_FOUND, "{hidden}");
        assert_eq!(of_another.body, of_nobody.body, "{hidden}");
    }
    for list in ["passages", "review", "stations"] {
        let key = if list == "review" { "candidates" } else { list };
        assert_ne!(here.get(&format!("/api/v1/{list}")).await.body[key], json!([]), "{list}");
        assert_eq!(elsewhere.get(&format!("/api/v1/{list}")).await.body[key], json!([]), "{list}");
    }
    let decide = format!("/api/v1/review/{candidate}/decision");
    assert_eq!(
        elsewhere.post(&decide, &json!({"decision": "confirm", "reason": "x"})).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(here.get("/api/v1/summary").await.body["stations"], 1);
    assert_eq!(elsewhere.get("/api/v1/summary").await.body["stations"], 0);
}

#[tokio::test]
async fn looking_at_a_passage_and_searching_a_plate_are_written_down() {
    let world = World::start().await;
    world.store_candidate("A140105001").await;
    let enforcer = world.person(Role::Enforcer).await;
    let detail = enforcer.get("/api/v1/passages/A140105001-0000000001").await;
    assert_eq!(detail.body["summary"]["outcome"], "exceeding");
    assert_eq!(detail.body["report"]["id"], "A140105001-0000000001");
    assert!(detail.body["reasons"][0]["en"].as_str().unwrap().contains("exceeds"));
    assert_eq!(detail.body["evidence"][0]["stored"], false);
    let search = "/api/v1/passages?plate=%E6%99%8BA12345";
    assert_eq!(enforcer.get(search).await.code(), "reason");
    let found = enforcer.get(&format!("{search}&reason=%E8%B7%AF%E6%A3%80")).await;
    assert_eq!(found.body["passages"].as_array().unwrap().len(), 2);
    let audited = world.audited().await;
    assert_eq!(audited[audited.len() - 2..], ["enforcer passage-viewed", "enforcer plate-searched"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let at = |n: u64| format!("2026-11-23T02:{:02}:00Z", n / 2); // Two at every instant.
    world.store_passages((1..=9).map(|n| sample::passage(n).at(&at(n)).passage()).collect()).await;
    let person = world.person(Role::Enforcer).await;
    let mut path = "/api/v1/passages?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = person.get(&path).await.body;
        seen.extend(
            page["passages"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/passages?limit=2&cursor={next}");
    }
    let expected: Vec<String> = (1..=9).rev().map(|n| format!("A140105001-{n:010}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_picture_is_given_to_who_sees_its_passage_and_kept_by_the_browser() {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let picture = b"\xff\xd8\xff\xe0 a picture".to_vec();
    let hash = plumewatch_shared::ids::FileHash::of(&picture);
    let file = plumewatch_shared::passage::EvidenceFile {
        kind: plumewatch_shared::passage::EvidenceKind::VehicleFront,
        hash,
        bytes: picture.len() as u32,
    };
    world.store_passages(vec![sample::passage(1).with_evidence(vec![file]).passage()]).await;
    world.store_file(&picture).await;
    let path = format!("/api/v1/evidence/{hash}");
    let here = world.person_of("shanxi", Role::Enforcer, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Enforcer, 110_000).await;
    let answer = here.get(&path).await;
    assert_eq!((answer.status, answer.bytes), (StatusCode::OK, picture));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "image/jpeg");
    assert!(answer.headers[header::CACHE_CONTROL].to_str().unwrap().contains("private"));
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED);
}

/// What one account is told first, after both passages were told to all.
async fn first_told(world: &World, person: &super::world::Person<'_>) -> String {
    let stream = person.open(Method::GET, "/api/v1/passages/live", Body::empty()).await;
    assert_eq!(stream.headers()[header::CONTENT_TYPE], "text/event-stream");
    for id in ["A140105001-0000000001", "A110105001-0000000001"] {
        let mut reading = world.site.store.reading().await.unwrap();
        let row = reading.passage_row(id.parse().unwrap()).await.unwrap().unwrap();
        world.site.live.tell(row);
    }
    let told = stream.into_body().into_data_stream().next().await.unwrap().unwrap();
    String::from_utf8(told.to_vec()).unwrap()
}

#[tokio::test]
async fn a_live_page_is_told_of_its_region_and_ends_when_the_server_stops() {
    let world = World::start().await;
    for station in ["A140105001", "A110105001"] {
        world.add_station(station).await;
        world.store_passages(vec![sample::passage(1).at_station(station).passage()]).await;
    }
    let country = world.person(Role::Enforcer).await;
    let beijing = world.person_of("beijing", Role::Enforcer, 110_000).await;
    let told = first_told(&world, &country).await;
    assert!(told.contains("event: passage") && told.contains("\"id\":\"A140105001-0000000001\""), "{told}");
    let told = first_told(&world, &beijing).await;
    assert!(told.contains("\"id\":\"A110105001-0000000001\""), "{told}");
    let stream = beijing.open(Method::GET, "/api/v1/passages/live", Body::empty()).await;
    world.site.stop.cancel();
    assert!(stream.into_body().into_data_stream().next().await.is_none());
    assert_eq!(world.stranger().get("/api/v1/passages/live").await.status, StatusCode::UNAUTHORIZED);
}
