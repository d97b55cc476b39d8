//! Keys of stations' and shops' own programs; requests sent again; how often one may ask.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::{PASSWORD, World};

fn wish(role: &str) -> Value {
    json!({"label": "检测线软件", "role": role, "organisation": "I-140105-01", "region": "140105", "days": 30})
}

#[tokio::test]
async fn a_program_is_let_in_by_its_key_until_it_is_revoked() {
    let world = World::start().await;
    let admin = world.person(Role::Admin).await;
    let issued = admin.post("/api/v1/keys", &wish("inspection-station")).await;
    assert_eq!(issued.status, StatusCode::CREATED, "{}", issued.body);
    let (secret, id) = (issued.body["secret"].as_str().unwrap(), issued.body["key"]["id"].as_str().unwrap());
    let program = world.program(secret);
    let who = program.get("/api/v1/session").await;
    assert_eq!(who.body["account"]["name"], format!("key:{id}"));
    assert_eq!(who.body["account"]["role"], "inspection-station");
    assert_eq!(who.body["account"]["organisation"], "I-140105-01");
    assert_eq!(program.get("/api/v1/rulebook").await.status, StatusCode::OK);
    assert_eq!(program.get("/api/v1/passages").await.code(), "forbidden");
    for people_only in ["/api/v1/sessions", "/api/v1/session/second-factor"] {
        assert_eq!(program.get(people_only).await.code(), "people-only", "{people_only}");
    }
    let listed = admin.get("/api/v1/keys").await.body;
    assert_eq!(listed["keys"][0]["last_used_utc_us"], world.now().as_microsecond());
    assert!(!listed.to_string().contains(&secret[4..]), "it is shown once");
    let why = json!({"reason": "软件已更换"});
    let path = format!("/api/v1/keys/{id}");
    assert_eq!(admin.delete(&path, &why).await.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.delete(&path, &why).await.code(), "key-revoked");
    let refused = program.get("/api/v1/rulebook").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNAUTHORIZED, "wrong-key"));
    assert_eq!(admin.get("/api/v1/keys").await.body["keys"][0]["state"], "revoked");
    let audited = world.audited().await;
    assert_eq!(audited[audited.len() - 2..], ["admin key-issued", "admin key-revoked"]);
}

#[tokio::test]
async fn a_key_ends_on_its_day_and_a_wrong_one_is_refused_even_beside_a_good_session() {
    let world = World::start().await;
    let mut admin = world.person(Role::Admin).await;
    let issued = admin.post("/api/v1/keys", &wish("repair-shop")).await;
    let program = world.program(issued.body["secret"].as_str().unwrap());
    assert_eq!(program.get("/api/v1/rulebook").await.status, StatusCode::OK);
    admin.key = Some(format!("pwk_{}", "0".repeat(64)));
    assert_eq!(admin.get("/api/v1/rulebook").await.code(), "wrong-key");
    world.pass(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(program.get("/api/v1/rulebook").await.code(), "wrong-key");
    for nonsense in ["", "pwk_", "x", "pwk_zz"] {
        assert_eq!(world.program(nonsense).get("/api/v1/rulebook").await.code(), "wrong-key", "{nonsense}");
    }
}

#[tokio::test]
async fn a_key_is_for_a_station_or_a_shop_within_the_administrators_region() {
    let world = World::start().await;
    let province = world.person_of("shanxi", Role::Admin, 140_000).await;
    let elsewhere = world.person_of("beijing", Role::Admin, 110_000).await;
    let with = |key: &str, value: Value| {
        let mut wish = wish("inspection-station");
        wish[key] = value;
        wish
    };
    for (wrong, code) in [
        (with("role", json!("authority")), "invalid"),
        (with("role", json!("king")), "invalid"),
        (with("organisation", json!("")), "organisation-needed"),
        (with("organisation", json!("a/b")), "invalid"),
        (with("days", json!(0)), "invalid"),
        (with("days", json!(732)), "invalid"),
        (with("label", json!("  ")), "invalid"),
        (with("region", json!("110000")), "forbidden"),
    ] {
        assert_eq!(province.post("/api/v1/keys", &wrong).await.code(), code, "{wrong}");
    }
    let issued = province.post("/api/v1/keys", &wish("inspection-station")).await.body;
    let path = format!("/api/v1/keys/{}", issued["key"]["id"].as_str().unwrap());
    assert_eq!(elsewhere.get("/api/v1/keys").await.body["keys"], json!([]));
    let (hidden, none) = (
        elsewhere.delete(&path, &json!({"reason": "x"})).await,
        elsewhere.delete("/api/v1/keys/K0000000000000000", &json!({"reason": "x"})).await,
    );
    assert_eq!((hidden.status, &hidden.body), (StatusCode::NOT_FOUND, &none.body));
    for _ in 1..20 {
        assert_eq!(
            province.post("/api/v1/keys", &wish("inspection-station")).await.status,
            StatusCode::CREATED
        );
    }
    assert_eq!(province.post("/api/v1/keys", &wish("inspection-station")).await.code(), "too-many-keys");
    let mut seen = std::collections::HashSet::new();
    let mut path = "/api/v1/keys?limit=7".to_owned();
    loop {
        let page = province.get(&path).await.body;
        seen.extend(
            page["keys"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/keys?limit=7&cursor={next}");
    }
    assert_eq!(seen.len(), 20);
}

#[tokio::test]
async fn a_request_sent_again_is_done_once() {
    let world = World::start().await;
    let mut admin = world.person(Role::Admin).await;
    admin.headers = vec![("idempotency-key", "first".to_owned())];
    let new = json!({"id": "A140105001", "name": "武宿"});
    let done = admin.post("/api/v1/stations", &new).await;
    assert_eq!(done.status, StatusCode::CREATED);
    let again = admin.post("/api/v1/stations", &new).await;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &done.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let another = admin.post("/api/v1/stations", &json!({"id": "A140105002", "name": "x"})).await;
    assert_eq!((another.status, another.code()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-used"));
    admin.headers = vec![("idempotency-key", "second".to_owned())];
    assert_eq!(admin.post("/api/v1/stations", &new).await.code(), "station-exists");
    let added: Vec<_> =
        world.audited().await.into_iter().filter(|row| row.ends_with("station-added")).collect();
    assert_eq!(added.len(), 1);
    let other = json!({"id": "A140105003", "name": "y"});
    assert_eq!(
        admin.post("/api/v1/stations", &other).await.status,
        StatusCode::CREATED,
        "refused, so given back"
    );
    world.pass(Duration::from_secs(24 * 60 * 60 + 1));
    admin.sign_in("admin", PASSWORD).await;
    admin.headers = vec![("idempotency-key", "first".to_owned())];
    assert_eq!(
        admin.post("/api/v1/stations", &new).await.code(),
        "station-exists",
        "a day later it is forgotten"
    );
    for wrong in ["", &*"x".repeat(129)] {
        admin.headers = vec![("idempotency-key", wrong.to_owned())];
        assert_eq!(admin.post("/api/v1/stations", &new).await.code(), "invalid", "{}", wrong.len());
    }
}

#[tokio::test]
async fn a_secret_that_is_shown_once_is_not_kept_for_a_second_time() {
    let world = World::start().await;
    let mut admin = world.person(Role::Admin).await;
    admin.headers = vec![("idempotency-key", "k".to_owned())];
    let first = admin.post("/api/v1/keys", &wish("repair-shop")).await;
    let second = admin.post("/api/v1/keys", &wish("repair-shop")).await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_ne!(first.body["secret"], second.body["secret"]);
}

#[tokio::test]
async fn who_asks_too_often_waits_and_others_do_not() {
    let world = World::configured(|http| http.rates.per_account = 10, None).await;
    let eager = world.person(Role::Enforcer).await;
    let calm = world.person(Role::Reviewer).await;
    let mut refused = None;
    for _ in 0..12 {
        let answer = eager.get("/api/v1/stations").await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
        }
    }
    let refused = refused.expect("ten a minute are answered");
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "too-often"));
    assert_eq!(refused.headers[header::RETRY_AFTER], "6");
    assert_eq!(calm.get("/api/v1/stations").await.status, StatusCode::OK);
    world.pass(Duration::from_secs(6));
    assert_eq!(eager.get("/api/v1/stations").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_edit_is_refused_when_somebody_has_changed_the_thing_meanwhile() {
    let world = World::start().await;
    world.add_account("li.wei", Role::Reviewer, 140_000).await;
    let mut admin = world.person(Role::Admin).await;
    let path = "/api/v1/accounts/li.wei";
    let read = admin.get(path).await.headers[header::ETAG].to_str().unwrap().to_owned();
    let patch = async |admin: &super::world::Person<'_>, name: &str| {
        admin.ask(Method::PATCH, path, Body::from(json!({"display_name": name}).to_string())).await
    };
    admin.headers = vec![("if-match", read.clone())];
    let changed = patch(&admin, "李伟").await;
    assert_eq!(changed.status, StatusCode::OK);
    let stale = patch(&admin, "王芳").await;
    assert_eq!((stale.status, stale.code()), (StatusCode::PRECONDITION_FAILED, "changed"));
    admin.headers = vec![("if-match", changed.headers[header::ETAG].to_str().unwrap().to_owned())];
    assert_eq!(patch(&admin, "王芳").await.body["display_name"], "王芳");
}
