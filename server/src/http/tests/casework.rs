//! From a candidate to a closed case, with every step in the audit.

use axum::http::StatusCode;
use serde_json::json;
use server_core::access::Role;
use server_core::case::{CaseId, Event};

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
    for word in ["reject", "confirm"] {
        let unfounded = reviewer.post(&decision, &json!({"decision": word, "reason": " "})).await;
        assert_eq!((unfounded.status, unfounded.code()), (StatusCode::BAD_REQUEST, "reason"), "{word}");
    }
    let clear = json!({"decision": "confirm", "reason": "照片与读数一致"});
    let confirmed = reviewer.post(&decision, &clear).await;
    assert_eq!(confirmed.body["waits_for_second"], false);
    let case = confirmed.body["case_id"].as_str().expect("a case opens").to_owned();
    assert_eq!(reviewer.post(&decision, &clear).await.code(), "decided");

    let page = format!("/api/v1/cases/{case}");
    let opened = authority.get(&page).await;
    assert_eq!(opened.body["case"]["state"], "opened");
    let first = ["serve-notice", "enter-appeal", "withdraw", "close-by-exception"];
    assert_eq!(opened.body["actions"], json!(first));
    assert_eq!(opened.body["passages"].as_array().unwrap().len(), 2);
    assert_eq!(reviewer.get(&page).await.body["actions"], json!([]), "a reviewer moves no case");

    let events = format!("/api/v1/cases/{case}/events");
    let order = json!({"event": "order-repair", "reason": "责令改正", "station": "I-140105-01"});
    let mut writing = world.site.store.writing().await.unwrap();
    writing.test_station("I-140105-01", 140_105, None).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(authority.post(&events, &order).await.code(), "case-state");
    let notice = json!({"event": "serve-notice", "reason": "邮寄送达", "method": "letter",
        "received_day": "2026-11-23", "paper": "并环改〔2026〕118号"});
    let noticed = authority.post(&events, &notice).await;
    assert_eq!(
        (&noticed.body["case"]["state"], &noticed.body["case"]["due_day"]),
        (&json!("noticed"), &json!("2026-11-30")),
        "{}",
        noticed.body
    );
    let ordered = authority.post(&events, &order).await;
    assert_eq!(
        (&ordered.body["case"]["state"], &ordered.body["case"]["due_day"]),
        (&json!("repair-ordered"), &json!("2026-12-14")),
        "{}",
        ordered.body
    );
    for word in ["taken", "repaired", "retest-passed", "retest-failed", "order-cancelled", "overdue"] {
        let by_hand = authority.post(&events, &json!({"event": word, "reason": "口头"})).await;
        assert_eq!((by_hand.status, by_hand.code()), (StatusCode::CONFLICT, "not-by-hand"), "{word}");
    }
    let id = CaseId::parse(&case).unwrap();
    for event in [Event::Taken, Event::Repaired, Event::RetestPassed] {
        world.order_event(&id, event).await;
    }
    let closed = authority.get(&page).await;
    let actions: Vec<&str> = closed.body["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    for action in [
        "candidate-confirmed",
        "case-opened",
        "notice-served",
        "repair-ordered",
        "case-repaired",
        "retest-passed",
    ] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
    assert_eq!(
        (&closed.body["case"]["state"], &closed.body["case"]["closed_by"]),
        (&json!("closed"), &json!("retest"))
    );
    let told = &closed.body["explanation"];
    assert_eq!(told["listed"], false);
    assert!(told["verdict"]["zh"].as_str().unwrap().contains("复检合格结案"), "{told}");
    assert!(told["facts"].as_array().unwrap().len() >= 8, "{told}");
    assert_eq!(closed.body["steps"][0]["served_day"], "2026-11-23");
}

/// Each request that cannot be meant is told what it lacks; nothing is changed by it.
#[tokio::test]
async fn an_event_that_cannot_be_meant_is_refused_in_both_languages() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let authority = world.person(Role::Authority).await;
    let events = format!("/api/v1/cases/{case}/events");
    for (said, code) in [
        (json!({"event": "dance", "reason": "x"}), "invalid"),
        (json!({"event": "withdraw", "reason": ""}), "reason"),
        (json!({"event": "serve-notice", "reason": "x"}), "invalid"),
        (
            json!({"event": "serve-notice", "reason": "x", "method": "pigeon", "received_day": "2026-11-23",
            "paper": "1"}),
            "invalid",
        ),
        (
            json!({"event": "serve-notice", "reason": "x", "method": "letter", "received_day": "2026-11-31",
            "paper": "1"}),
            "invalid",
        ),
        (
            json!({"event": "serve-notice", "reason": "x", "method": "letter", "received_day": "2026-11-24",
            "paper": "1"}),
            "day-in-future",
        ),
        (
            json!({"event": "serve-notice", "reason": "x", "method": "letter", "received_day": "2026-11-01",
            "paper": "1"}),
            "day-before-case",
        ),
        (json!({"event": "close-by-exception", "reason": "x", "ground": "scrapped"}), "invalid"),
        (json!({"event": "withdraw", "reason": "x", "surprise": 1}), "invalid"),
    ] {
        let answer = authority.post(&events, &said).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code), "{said}");
        let told = &answer.body["error"];
        assert!(!told["zh"].as_str().unwrap().is_empty() && !told["en"].as_str().unwrap().is_empty());
    }
    let page = authority.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!((&page.body["case"]["state"], &page.body["steps"]), (&json!("opened"), &json!([])));
}

#[tokio::test]
async fn cases_are_listed_by_need_with_filters_and_pages() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let authority = world.person(Role::Authority).await;
    let notice = json!({"event": "serve-notice", "reason": "公告送达", "method": "public-notice",
        "received_day": "2026-11-23", "paper": "公告 7 号"});
    let served = authority.post(&format!("/api/v1/cases/{case}/events"), &notice).await;
    assert_eq!(served.body["case"]["notice"]["served_day"], "2026-12-23", "{}", served.body);
    assert_eq!(served.body["case"]["due_day"], "2026-12-30");
    let count = async |query: &str| {
        let answer = authority.get(&format!("/api/v1/cases{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.body);
        answer.body["cases"].as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("?state=noticed").await, count("?state=closed").await), (1, 1, 0));
    assert_eq!((count("?overdue=true").await, count("?appealed=true").await), (0, 0));
    let first = authority.get("/api/v1/cases?limit=1").await;
    let next = first.body["next"].as_str().unwrap().to_owned();
    assert_eq!(count(&format!("?limit=1&after={next}")).await, 0);
    assert_eq!(authority.get("/api/v1/cases?state=lost").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(authority.get("/api/v1/cases?after=x").await.status, StatusCode::BAD_REQUEST);
    // A month later the deadline is over: the list says so without anybody having marked it.
    world.pass(std::time::Duration::from_secs(40 * 24 * 3_600));
    let mut later = world.stranger();
    later.sign_in("authority", super::world::PASSWORD).await;
    let late = later.get("/api/v1/cases?overdue=true").await;
    assert_eq!((&late.body["overdue"], &late.body["cases"][0]["overdue"]), (&json!(1), &json!(true)));
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

/// Whoever may take a package out gets one, the audit says so, and nobody else does.
#[tokio::test]
async fn a_package_is_taken_out_by_who_may_and_is_audited() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let path = format!("/api/v1/cases/{case}/package");
    let authority = world.person(Role::Authority).await;
    let taken = authority.get(&path).await;
    assert_eq!(taken.status, StatusCode::OK);
    assert_eq!(taken.headers["content-type"], "application/zip");
    assert!(taken.headers["content-disposition"].to_str().unwrap().contains(&case));
    // This world's stations are not enrolled: the server's own signature holds, the stations' cannot.
    let key = authority.get(&format!("/api/v1/cases/{case}")).await.body["package_key"].clone();
    let report = server_package::verify(&taken.bytes, key.as_str());
    assert!(report.lines[0].holds && report.lines[1].holds && !report.holds(), "{report}");
    assert!(world.audited().await.contains(&"authority case-exported".to_owned()));
    assert_eq!(world.person(Role::Reviewer).await.get(&path).await.status, StatusCode::FORBIDDEN);
    let elsewhere = world.person_of("elsewhere", Role::Authority, 150_000).await;
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.get(&format!("/api/v1/cases/{case}")).await.status, StatusCode::NOT_FOUND);
}
