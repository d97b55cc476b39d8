//! What cannot be meant, or is too much.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::World;
use crate::http::openapi_json;

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_unread() {
    let world = World::start().await;
    let body = json!({"name": "x".repeat(70_000), "password": "x"});
    let answer = world.stranger().post("/api/v1/session", &body).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
}

#[tokio::test]
async fn malformed_requests_get_an_error_in_both_languages() {
    let world = World::start().await;
    let admin = world.person(Role::Admin).await;
    for body in ["", "{", "[]", "{\"name\": 1}", "{\"unknown\": true}", "\u{0}", "null"] {
        let answer = admin.ask(Method::POST, "/api/v1/session", Body::from(body)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "invalid"), "{body}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.body["status"], 400);
        for language in ["zh", "en"] {
            assert!(!answer.body["error"][language].as_str().unwrap().is_empty(), "{body}");
            assert_eq!(answer.body["error"][language], answer.body[language], "{body}");
        }
    }
    for query in
        ["limit=x", "unknown=1", "station=x", "outcome=x", "cursor=x", "plate=x&reason=y", "from_utc_us=1e9"]
    {
        let answer = admin.get(&format!("/api/v1/passages?{query}")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "invalid"), "{query}");
    }
    for path in ["passages/x", "passages/%FF", "evidence/x", "stations/x/ledger", "nothing", "accounts/x/y"] {
        let answer = admin.get(&format!("/api/v1/{path}")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not-found"), "{path}");
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_not_to_do() {
    let world = World::start().await;
    for path in ["/", "/api/v1/session", "/healthz", "/assets/none.js"] {
        let answer = world.stranger().get(path).await;
        assert!(
            answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'self'")
        );
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
    }
    assert_eq!(world.stranger().get("/api/v1/session").await.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn the_server_says_whether_it_is_alive_and_ready_and_how_it_does() {
    let world = World::start().await;
    let program = world.stranger();
    assert_eq!(program.get("/healthz").await.status, StatusCode::OK);
    let ready = program.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.body["database"], &ready.body["ingest"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!(true), &json!(false))
    );
    let figures = String::from_utf8(program.get("/metrics").await.bytes).unwrap();
    for line in [
        "plumewatch_ready{part=\"database\"} 1",
        "plumewatch_http_requests_total{class=\"2xx\"} 1",
        "plumewatch_stations{state=\"online\"} 0",
    ] {
        assert!(figures.contains(line), "{line} in\n{figures}");
    }
}

/// The description is built from the routes, so it holds every one; this pins the list that others rely on.
#[tokio::test]
async fn every_route_of_the_contract_is_described_and_answers() {
    let contract = [
        "post get delete /api/v1/session",
        "get /api/v1/session/ways",
        "post /api/v1/session/password",
        "get /api/v1/session/oidc",
        "get /api/v1/session/oidc/callback",
        "get post delete /api/v1/session/second-factor",
        "post /api/v1/session/second-factor/confirm",
        "get delete /api/v1/sessions",
        "delete /api/v1/sessions/{id}",
        "get /api/v1/today",
        "get /api/v1/passages",
        "get /api/v1/passages/live",
        "get /api/v1/passages/{id}",
        "get /api/v1/evidence/{sha256}",
        "get /api/v1/exhaust-tests",
        "get /api/v1/exhaust-tests/{id}",
        "post /api/v1/exhaust-tests/{id}/samples/{n}/result",
        "get /api/v1/review",
        "get /api/v1/review/{id}",
        "post /api/v1/review/{id}/decision",
        "get /api/v1/cases",
        "get /api/v1/cases/{id}",
        "post /api/v1/cases/{id}/events",
        "get post /api/v1/stations",
        "get /api/v1/stations/{id}/ledger",
        "get /api/v1/stations/{id}/checks",
        "get /api/v1/stations/{id}/statistics",
        "post /api/v1/stations/{id}/token",
        "post /api/v1/enrol",
        "get post /api/v1/accounts",
        "get patch /api/v1/accounts/{name}",
        "get delete /api/v1/accounts/{name}/sessions",
        "delete /api/v1/accounts/{name}/second-factor",
        "get post /api/v1/keys",
        "delete /api/v1/keys/{id}",
        "get /api/v1/audit",
        "get /api/v1/audit/export",
        "get post delete /api/v1/watchlist/wanted",
        "get /api/v1/rulebook",
        "get /api/v1/rulebooks",
        "get /api/v1/summary",
        "get /healthz",
        "get /readyz",
        "get /metrics",
    ];
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let world = World::start().await;
    for line in contract {
        let (methods, path) = line.rsplit_once(' ').unwrap();
        for method in methods.split(' ') {
            let described = &paths[path][method];
            assert!(described["responses"].is_object(), "{method} {path}");
            let stranger = world.stranger();
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = stranger.ask(method.clone(), path, Body::from("{}")).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            // Without another provider its two routes are not there.
            let there = answer.status != StatusCode::NOT_FOUND || path.contains("/oidc");
            assert!(there, "{method} {path}");
        }
    }
    let served = world.stranger().get("/api/openapi.json").await;
    assert_eq!(served.body, document);
}
