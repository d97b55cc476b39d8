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
        "get post /api/v1/accounts",
        "get patch /api/v1/accounts/{name}",
        "delete /api/v1/accounts/{name}/second-factor",
        "delete get /api/v1/accounts/{name}/sessions",
        "get /api/v1/audit",
        "get /api/v1/audit/export",
        "get /api/v1/audit/export.xlsx",
        "get /api/v1/carriers",
        "get /api/v1/carriers/{code}",
        "get /api/v1/carriers/{code}/fleet",
        "get /api/v1/carriers/{code}/share",
        "get /api/v1/cases",
        "get /api/v1/cases/export.xlsx",
        "get /api/v1/cases/{id}",
        "get /api/v1/cases/{id}/closing.pdf",
        "post /api/v1/cases/{id}/events",
        "get /api/v1/cases/{id}/notice.pdf",
        "get /api/v1/cases/{id}/package",
        "post /api/v1/enrol",
        "get /api/v1/evidence/{sha256}",
        "get /api/v1/exhaust-tests",
        "get /api/v1/exhaust-tests/{id}",
        "post /api/v1/exhaust-tests/{id}/samples/{n}/result",
        "get /api/v1/findings",
        "get /api/v1/findings/{id}",
        "post /api/v1/findings/{id}/decision",
        "get /api/v1/inspection-stations",
        "get post /api/v1/inspections",
        "get /api/v1/inspections/{id}",
        "get /api/v1/inspections/{id}/report.pdf",
        "get post /api/v1/keys",
        "delete /api/v1/keys/{id}",
        "get /api/v1/listings",
        "get /api/v1/listings/export.xlsx",
        "get /api/v1/listings/{id}",
        "post /api/v1/listings/{id}/answers",
        "get /api/v1/listings/{id}/decision.pdf",
        "post /api/v1/listings/{id}/decisions",
        "get /api/v1/orders",
        "get /api/v1/orders/export.xlsx",
        "get /api/v1/orders/{id}",
        "post /api/v1/orders/{id}/cancellation",
        "get /api/v1/orders/{id}/order.pdf",
        "post /api/v1/orders/{id}/records",
        "post /api/v1/orders/{id}/shop",
        "post /api/v1/orders/{id}/station",
        "post /api/v1/orders/{id}/take",
        "get /api/v1/passages",
        "get /api/v1/passages/export.xlsx",
        "get /api/v1/passages/live",
        "get /api/v1/passages/{id}",
        "get /api/v1/plates/life",
        "get /api/v1/public/listing-rule",
        "get /api/v1/public/listings",
        "get /api/v1/public/listings.xlsx",
        "get /api/v1/register",
        "get /api/v1/register/export.xlsx",
        "get post /api/v1/register/imports",
        "delete get /api/v1/register/imports/{id}",
        "post /api/v1/register/imports/{id}/apply",
        "get /api/v1/register/imports/{id}/rows",
        "post /api/v1/register/rows",
        "get /api/v1/register/templates/{name}",
        "post /api/v1/repair-records/sheet",
        "get /api/v1/repair-records/template.xlsx",
        "get /api/v1/repair-shops",
        "get /api/v1/review",
        "get /api/v1/review/{id}",
        "post /api/v1/review/{id}/decision",
        "get /api/v1/rulebook",
        "get /api/v1/rulebooks",
        "delete get post /api/v1/session",
        "get /api/v1/session/oidc",
        "get /api/v1/session/oidc/callback",
        "post /api/v1/session/password",
        "delete get post /api/v1/session/second-factor",
        "post /api/v1/session/second-factor/confirm",
        "get /api/v1/session/ways",
        "delete get /api/v1/sessions",
        "delete /api/v1/sessions/{id}",
        "get post /api/v1/stations",
        "get /api/v1/stations/{id}/checks",
        "get /api/v1/stations/{id}/ledger",
        "get /api/v1/stations/{id}/statistics",
        "post /api/v1/stations/{id}/token",
        "get /api/v1/summary",
        "get /api/v1/today",
        "get /api/v1/vehicles",
        "get /api/v1/vehicles/{id}/life",
        "delete get post /api/v1/watchlist/wanted",
        "get /healthz",
        "get /metrics",
        "get /readyz",
    ];
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let offered: Vec<String> = paths
        .iter()
        .map(|(path, methods)| {
            let methods: Vec<&str> = methods.as_object().unwrap().keys().map(String::as_str).collect();
            format!("{} {path}", methods.join(" "))
        })
        .collect();
    assert_eq!(offered, contract);
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
