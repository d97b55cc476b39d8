//! From a candidate to a closed case, with every step in the audit.

use axum::http::StatusCode;
use serde_json::json;
use server_core::access::Role;

use super::world::World;

const STATION: &str = "A140105001";

#[tokio::test]
async fn a_confirmed_candidate_opens_a_case_that_goes_its_way() {
    let world = World::start().await;
    world.store_candidate(STATION).await;
    let reviewer = world.person(Role::Reviewer).await;
    let authority = world.person(Role::Authority).await;

    let queue = reviewer.get("/api/v1/review").await;
    assert_eq!(queue.body["waiting"], 1);
    let candidate = &queue.body["candidates"][0];
    assert_eq!(
        (&candidate["plate"], &candidate["item"], &candidate["state"]),
        (&json!("晋A12345"), &json!("opacity"), &json!("waiting"))
    );
    assert!(candidate["explanation"]["zh"].as_str().unwrap().contains("不透光度"));
    let id = candidate["id"].as_str().unwrap();

    let detail = reviewer.get(&format!("/api/v1/review/{id}")).await;
    assert_eq!(detail.body["passages"].as_array().unwrap().len(), 2);
    assert_eq!(detail.body["passages"][0]["summary"]["review"], "waiting");

    let decision = format!("/api/v1/review/{id}/decision");
    let rejected = reviewer.post(&decision, &json!({"decision": "reject"})).await;
    assert_eq!((rejected.status, rejected.code()), (StatusCode::BAD_REQUEST, "reason"));
    let confirmed = reviewer.post(&decision, &json!({"decision": "confirm"})).await;
    let case = confirmed.body["case_id"].as_str().expect("a case opens").to_owned();
    assert_eq!(reviewer.post(&decision, &json!({"decision": "confirm"})).await.code(), "decided");

    let page = format!("/api/v1/cases/{case}");
    let opened = authority.get(&page).await;
    assert_eq!(opened.body["case"]["state"], "opened");
    assert_eq!(opened.body["actions"], json!(["order-repair", "withdraw"]));
    assert_eq!(opened.body["passages"].as_array().unwrap().len(), 2);
    assert_eq!(reviewer.get(&page).await.body["actions"], json!([]), "a reviewer moves no case");

    let events = format!("/api/v1/cases/{case}/events");
    let event = |word: &str| json!({"event": word, "reason": "依据文书 12 号"});
    assert_eq!(authority.post(&events, &event("retest-passed")).await.code(), "case-state");
    for (word, state) in
        [("order-repair", "repair-ordered"), ("repaired", "repaired"), ("retest-passed", "closed")]
    {
        let moved = authority.post(&events, &event(word)).await;
        assert_eq!(moved.body["case"]["state"], state, "{word}: {}", moved.body);
    }
    let closed = authority.get(&page).await;
    let actions: Vec<&str> = closed.body["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    for action in ["candidate-confirmed", "case-opened", "repair-ordered", "case-repaired", "retest-passed"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
}

#[tokio::test]
async fn a_rejection_says_why_and_opens_nothing() {
    let world = World::start().await;
    world.store_candidate(STATION).await;
    let reviewer = world.person(Role::Reviewer).await;
    let queue = reviewer.get("/api/v1/review").await;
    let id = queue.body["candidates"][0]["id"].as_str().unwrap().to_owned();
    let said = json!({"decision": "reject", "reason": "车牌误读"});
    let answer = reviewer.post(&format!("/api/v1/review/{id}/decision"), &said).await;
    assert_eq!((answer.status, &answer.body["case_id"]), (StatusCode::OK, &json!(null)));
    assert_eq!(reviewer.get("/api/v1/cases").await.body["cases"], json!([]));
    assert_eq!(reviewer.get("/api/v1/review").await.body["waiting"], 0);
    assert!(world.audited().await.contains(&"reviewer candidate-rejected".to_owned()));
}

#[tokio::test]
async fn a_wanted_plate_is_listed_with_its_reason_and_audited() {
    let world = World::start().await;
    let authority = world.person(Role::Authority).await;
    let wanted = json!({"plate": "晋a·99999", "colour": "yellow", "reason": "套牌嫌疑"});
    let list = "/api/v1/watchlist/wanted";
    assert_eq!(authority.post(list, &wanted).await.status, StatusCode::NO_CONTENT);
    assert_eq!(authority.post(list, &wanted).await.code(), "wanted-already");
    let listed = authority.get(list).await.body;
    assert_eq!(
        (&listed["wanted"][0]["plate"], &listed["wanted"][0]["added_by"]),
        (&json!("晋A99999"), &json!("authority"))
    );
    let gone = axum::body::Body::from(wanted.to_string());
    assert_eq!(authority.ask(axum::http::Method::DELETE, list, gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(authority.get(list).await.body["wanted"], json!([]));
    let audited = world.audited().await;
    assert_eq!(audited[audited.len() - 2..], ["authority wanted-added", "authority wanted-removed"]);
}
