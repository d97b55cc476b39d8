//! Tests of stopped vehicles: who sees them, what is written down, and the laboratory's word.

use axum::http::StatusCode;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::sample;
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::World;
use crate::store::fixture::{insert_records, new_test, test_report};

/// A station with so many tests, numbered from 1.
async fn world_with(tests: u64) -> World {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let records: Vec<_> = (1..=tests).map(|n| new_test(test_report(n))).collect();
    insert_records(&world.site.store, &records).await;
    world
}

fn result() -> Value {
    json!({"passed": false, "found": "尿素含量 21.4 %", "laboratory": "省质检院", "report_number": "NO-7"})
}

#[tokio::test]
async fn tests_are_listed_in_their_region_and_one_elsewhere_is_as_unknown_as_none() {
    let world = world_with(1).await;
    let here = world.person_of("shanxi", Role::Enforcer, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Enforcer, 110_000).await;
    let listed = here.get("/api/v1/exhaust-tests").await.body;
    let test = &listed["tests"][0];
    assert_eq!(test["id"], "A140105001-0000000001");
    assert_eq!((&test["outcome"], &test["k_mean_per_m_hundredths"]), (&json!("failed"), &json!(151)));
    assert_eq!(elsewhere.get("/api/v1/exhaust-tests").await.body["tests"], json!([]));
    let path = "/api/v1/exhaust-tests/A140105001-0000000001";
    assert_eq!(here.get(path).await.status, StatusCode::OK);
    let of_another = elsewhere.get(path).await;
    let of_nobody = here.get("/api/v1/exhaust-tests/A140105001-0000000009").await;
    assert_eq!((of_another.status, of_another.body), (StatusCode::NOT_FOUND, of_nobody.body));
    assert_eq!(world.stranger().get("/api/v1/exhaust-tests").await.status, StatusCode::UNAUTHORIZED);
    let lab = format!("{path}/samples/1/result");
    assert_eq!(elsewhere.post(&lab, &result()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_test_is_shown_with_its_curve_its_reasons_and_who_looked() {
    let world = world_with(1).await;
    let reviewer = world.person(Role::Reviewer).await;
    let detail = reviewer.get("/api/v1/exhaust-tests/A140105001-0000000001").await.body;
    assert_eq!(detail["report"]["free_acceleration"]["runs"][0]["curve"][7], json!([1_750, 150, 2_200]));
    assert_eq!(detail["server_verdict"]["rulebook"], "GB 3847-2018");
    assert_eq!(
        detail["reasons"][0]["zh"],
        "自由加速光吸收系数1.51 m⁻¹，超过限值1.20 m⁻¹（GB 3847-2018, 8, 表2）。"
    );
    assert!(detail["reasons"][0]["en"].as_str().unwrap().contains("1.51 m⁻¹ exceeds the limit 1.20 m⁻¹"));
    assert_eq!(detail["samples"][0]["result"], Value::Null);
    assert_eq!(world.audited().await.last().unwrap(), "reviewer exhaust-test-viewed");
}

#[tokio::test]
async fn searching_tests_by_plate_needs_a_reason_and_is_written_down() {
    let world = world_with(2).await;
    let enforcer = world.person(Role::Enforcer).await;
    let search = "/api/v1/exhaust-tests?plate=%E6%99%8BA12345";
    assert_eq!(enforcer.get(search).await.code(), "reason");
    let found = enforcer.get(&format!("{search}&reason=%E5%A4%8D%E6%A3%80")).await;
    assert_eq!(found.body["tests"].as_array().unwrap().len(), 2);
    assert_eq!(world.audited().await.last().unwrap(), "enforcer plate-searched");
    let admin = world.person(Role::Admin).await;
    let refused = admin.get(&format!("{search}&reason=%E5%A4%8D%E6%A3%80")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for query in ["outcome=exceeding", "station=x", "cursor=x", "limit=x", "unknown=1"] {
        let answer = enforcer.get(&format!("/api/v1/exhaust-tests?{query}")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "invalid"), "{query}");
    }
}

#[tokio::test]
async fn pages_of_tests_follow_each_other_without_gap_or_repeat() {
    let world = world_with(5).await;
    let person = world.person(Role::Enforcer).await;
    let mut path = "/api/v1/exhaust-tests?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = person.get(&path).await.body;
        let ids =
            page["tests"].as_array().unwrap().iter().map(|test| test["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/exhaust-tests?limit=2&cursor={next}");
    }
    let expected: Vec<String> = (1..=5).rev().map(|n| format!("A140105001-{n:010}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_laboratorys_result_is_entered_once_by_who_may_and_written_down() {
    let world = world_with(1).await;
    let path = "/api/v1/exhaust-tests/A140105001-0000000001/samples/1/result";
    let reviewer = world.person(Role::Reviewer).await;
    assert_eq!(reviewer.post(path, &result()).await.status, StatusCode::FORBIDDEN);
    let enforcer = world.person(Role::Enforcer).await;
    for (wrong, key) in [("", "found"), ("a\nb", "laboratory"), (&*"x".repeat(201), "report_number")] {
        let mut body = result();
        body[key] = json!(wrong);
        assert_eq!(enforcer.post(path, &body).await.code(), "invalid", "{key}");
    }
    let entered = enforcer.post(path, &result()).await;
    assert_eq!(entered.status, StatusCode::CREATED);
    assert_eq!(entered.body["result"]["entered_by"], "enforcer");
    assert_eq!(world.audited().await.last().unwrap(), "enforcer sample-result-entered");
    let again = enforcer.post(path, &result()).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "result-exists"));
    for elsewhere in ["3/result", "0/result", "x/result", "99999999999/result"] {
        let path = format!("/api/v1/exhaust-tests/A140105001-0000000001/samples/{elsewhere}");
        assert_eq!(enforcer.post(&path, &result()).await.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
    let detail = enforcer.get("/api/v1/exhaust-tests/A140105001-0000000001").await.body;
    assert_eq!(detail["samples"][0]["result"]["found"], "尿素含量 21.4 %");
    assert_eq!((&detail["summary"]["samples"], &detail["summary"]["results"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_passage_links_the_test_that_answers_it() {
    let world = World::start().await;
    world.add_station("A140105001").await;
    world.store_passages(vec![sample::passage(1).passage(), sample::passage(2).passage()]).await;
    let mut report = test_report(3);
    report.passage = Some("A140105001-0000000001".to_owned());
    insert_records(&world.site.store, &[new_test(report)]).await;
    let person = world.person(Role::Enforcer).await;
    let linked = |n: u64| format!("/api/v1/passages/A140105001-{n:010}");
    assert_eq!(person.get(&linked(1)).await.body["exhaust_test"], "A140105001-0000000003");
    assert_eq!(person.get(&linked(2)).await.body["exhaust_test"], Value::Null);
    let test = person.get("/api/v1/exhaust-tests/A140105001-0000000003").await.body;
    assert_eq!(test["summary"]["passage"], "A140105001-0000000001");
}

#[tokio::test]
async fn a_picture_of_a_test_is_given_to_who_sees_the_test() {
    let world = World::start().await;
    world.add_station("A140105001").await;
    let picture = b"\xff\xd8\xff\xe0 a picture".to_vec();
    let hash = FileHash::of(&picture);
    let mut report = test_report(1);
    report.evidence = vec![plumewatch_shared::protocol::message::WireEvidence {
        kind: "vehicle-front".to_owned(),
        sha256: hash.to_string(),
        bytes: picture.len() as u32,
    }];
    insert_records(&world.site.store, &[new_test(report)]).await;
    world.store_file(&picture).await;
    let here = world.person_of("shanxi", Role::Enforcer, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Enforcer, 110_000).await;
    let path = format!("/api/v1/evidence/{hash}");
    assert_eq!(here.get(&path).await.bytes, picture);
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    let detail = here.get("/api/v1/exhaust-tests/A140105001-0000000001").await.body;
    assert_eq!(detail["evidence"][0]["stored"], true);
}
