use std::path::Path;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt;
use plumewatch_shared::{
    ids::FileHash, protocol::message::PassageReport, rulebook::Rulebook, sample, verdict,
};
use tower::ServiceExt;

use super::*;
use crate::announce::Announcement;

fn announcement(sequence: u64) -> Announcement {
    let passage = sample::passage(sequence).passage();
    let verdict = verdict::judge(&passage, &Rulebook::hj845());
    Announcement { report: PassageReport::new(&passage, &verdict), watch: None, reasons: verdict.reasons() }
}

fn roadside(evidence: &Path) -> Roadside {
    // Nothing is signed where this desk is used, so its folder may be gone.
    let folder = tempfile::tempdir().unwrap();
    roadside_of(evidence, folder.path())
}

/// A page whose desk has no meter and keeps its records in `folder`.
fn roadside_of(evidence: &Path, folder: &Path) -> Roadside {
    let parts = crate::desk::Parts {
        meter: None,
        altitude_m: None,
        clock: crate::clock::Clock::new(crate::config::ClockConfig::Trusted),
        weather: tokio::sync::watch::channel(None).1,
        scribe: crate::record::testing::scribe(folder),
        rulebooks: crate::rulebooks::RulebookShelf::shipped(),
    };
    Roadside {
        desk: Desk::open(folder, parts),
        names: Vec::new(),
        board: Board::new(crate::health::starting(), evidence.to_owned()),
        station: "A140105001".parse().unwrap(),
        name: "小店东环检查站".to_owned(),
        stop: CancellationToken::new(),
    }
}

async fn get(router: &Router, path: &str) -> Response {
    router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

fn kind(response: &Response) -> &str {
    response.headers()[header::CONTENT_TYPE].to_str().unwrap()
}

/// Reads the stream until `count` events have come.
async fn first_events(response: Response, count: usize) -> Vec<(String, serde_json::Value)> {
    let mut body = response.into_body().into_data_stream();
    let mut text = String::new();
    while text.matches("\n\n").count() < count {
        text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    let event = |block: &str| {
        let field = |name| block.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
        (field("event:").to_owned(), serde_json::from_str(field("data:")).unwrap())
    };
    text.split("\n\n").take(count).map(event).collect()
}

#[tokio::test]
async fn the_page_and_its_files_have_their_types_and_may_load_nothing_foreign() {
    let router = router(roadside(Path::new("nowhere")));
    for (path, wanted) in [
        ("/", "text/html; charset=utf-8"),
        ("/static/page.css", "text/css; charset=utf-8"),
        ("/static/page.js", "text/javascript; charset=utf-8"),
        ("/static/words.js", "text/javascript; charset=utf-8"),
        ("/test", "text/html; charset=utf-8"),
        ("/static/test.css", "text/css; charset=utf-8"),
        ("/static/test.js", "text/javascript; charset=utf-8"),
        ("/static/dom.js", "text/javascript; charset=utf-8"),
        ("/static/curve.js", "text/javascript; charset=utf-8"),
        ("/static/paper.js", "text/javascript; charset=utf-8"),
        ("/static/test-words.js", "text/javascript; charset=utf-8"),
        ("/static/mark.svg", "image/svg+xml"),
        ("/health", "application/json"),
    ] {
        let response = get(&router, path).await;
        assert_eq!((response.status(), kind(&response)), (StatusCode::OK, wanted), "{path}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
    }
}

#[tokio::test]
async fn a_page_that_opens_hears_station_health_and_recent_passages_then_new_ones() {
    let roadside = roadside(Path::new("nowhere"));
    let board = roadside.board.clone();
    board.announce(announcement(1));
    board.announce(announcement(2));
    let response = get(&router(roadside), "/events").await;
    assert_eq!(kind(&response), "text/event-stream");
    board.announce_early(announcement(0));
    board.announce(announcement(3));

    let events = first_events(response, 5).await;

    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["station", "health", "recent", "early", "passage"]);
    assert_eq!(events[0].1["name"], "小店东环检查站");
    let recent: Vec<_> = events[2].1.as_array().unwrap().iter().map(|a| a["report"]["id"].clone()).collect();
    assert_eq!(recent, ["A140105001-0000000002", "A140105001-0000000001"]);
    assert_eq!(events[4].1["report"]["id"], "A140105001-0000000003");
    assert_eq!(
        events[4].1["reasons"][0]["zh"],
        "不透光度12.00 %，未超过限值30.00 %（HJ 845-2017, 5, 表1）。"
    );
}

/// Otherwise a tablet that never leaves would keep the unit from stopping.
#[tokio::test]
async fn every_stream_ends_when_the_unit_stops() {
    let roadside = roadside(Path::new("nowhere"));
    let stop = roadside.stop.clone();
    let response = get(&router(roadside), "/events").await;
    stop.cancel();
    assert!(to_bytes(response.into_body(), 1 << 20).await.is_ok());
}

#[tokio::test]
async fn one_page_too_many_is_asked_to_come_back() {
    let router = router(roadside(Path::new("nowhere")));
    let mut open = Vec::new();
    for _ in 0..FOLLOWERS {
        open.push(get(&router, "/events").await);
    }
    assert_eq!(get(&router, "/events").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    open.pop();
    assert_eq!(get(&router, "/events").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_picture_is_served_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let picture = b"\xff\xd8\xff and the rest of it";
    let hash = FileHash::of(picture);
    let place = crate::evidence::place(folder.path(), hash);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, picture).unwrap();

    let response = get(&router(roadside(folder.path())), &format!("/evidence/{hash}")).await;

    assert_eq!((response.status(), kind(&response)), (StatusCode::OK, "image/jpeg"));
    assert_eq!(to_bytes(response.into_body(), 1 << 20).await.unwrap().as_ref(), picture);
}

#[tokio::test]
async fn a_clip_is_served_as_a_video() {
    let folder = tempfile::tempdir().unwrap();
    let clip = b"\x00\x00\x00\x20ftypisom and the rest of it";
    let hash = FileHash::of(clip);
    let place = crate::evidence::place(folder.path(), hash);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, clip).unwrap();
    let response = get(&router(roadside(folder.path())), &format!("/evidence/{hash}")).await;
    assert_eq!((response.status(), kind(&response)), (StatusCode::OK, "video/mp4"));
}

#[tokio::test]
async fn a_name_that_is_no_hash_reaches_no_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), b"\xff\xd8\xff").unwrap();
    let inner = folder.path().join("evidence");
    std::fs::create_dir(&inner).unwrap();
    let router = router(roadside(&inner));
    for name in [
        "../secret",
        "..%2fsecret",
        "%2e%2e/secret",
        "%2e%2e%2fsecret",
        "..%5csecret",
        "secret%00",
        "%2fetc%2fpasswd",
        "aa",
        &"A".repeat(64),
        &"0".repeat(64),
        &format!("{}%2f", "0".repeat(64)),
    ] {
        for route in ["evidence", "static"] {
            let response = get(&router, &format!("/{route}/{name}")).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "/{route}/{name}");
        }
    }
}

/// An order as a tablet's browser sends it, from this origin.
async fn post(router: &Router, path: &str, origin: &str, body: String) -> Response {
    let request = Request::post(path)
        .header(header::HOST, "10.0.0.7:8090")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

const OWN: &str = "http://10.0.0.7:8090";

async fn json(response: Response) -> serde_json::Value {
    serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_test_by_eye_is_ordered_followed_and_shown_again_once_it_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let router = router(roadside_of(Path::new("nowhere"), folder.path()));
    let begin = serde_json::json!({ "method": "by-eye", "plate": "晋A12345", "class": "a" }).to_string();
    assert_eq!(post(&router, "/test/begin", OWN, begin).await.status(), StatusCode::OK);
    let events = first_events(get(&router, "/test/events").await, 2).await;
    assert_eq!((events[0].0.as_str(), events[1].0.as_str()), ("desk", "live"));
    assert_eq!(events[0].1["test"]["vehicle"]["plate"], "晋A12345");
    let number = events[0].1["test"]["number"].as_i64().unwrap();
    let sign = |officers: &[&str]| {
        serde_json::json!({ "test": number, "officers": officers, "levels": [1, 1] }).to_string()
    };
    let refused = post(&router, "/test/sign", OWN, sign(&["李卫"])).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = json(refused).await;
    assert_eq!(told["error"], "observers");
    assert!(told["zh"].as_str().unwrap().contains("两名") && told["en"].as_str().unwrap().contains("two"));
    let signed = post(&router, "/test/sign", OWN, sign(&["李卫", "王芳"])).await;
    assert_eq!(signed.status(), StatusCode::OK);
    let signed = json(signed).await;
    let id = signed["report"]["id"].as_str().unwrap();
    assert_eq!(json(get(&router, &format!("/test/signed/{id}")).await).await, signed);
    assert_eq!(get(&router, "/test/signed/x").await.status(), StatusCode::NOT_FOUND);
    let twice = post(&router, "/test/sign", OWN, sign(&["李卫", "王芳"])).await;
    assert_eq!(
        (twice.status(), json(twice).await["error"].clone()),
        (StatusCode::CONFLICT, "already-signed".into())
    );
}

#[tokio::test]
async fn an_order_from_a_foreign_page_is_refused_before_it_is_read() {
    let router = router(roadside(Path::new("nowhere")));
    for path in ["begin", "zero", "probe", "pedal", "again", "abandon", "sign", "seen"] {
        let response = post(&router, &format!("/test/{path}"), "http://evil.example", "{}".to_owned()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(json(response).await["error"], "foreign", "{path}");
    }
    let form = Request::post("/test/seen")
        .header(header::HOST, "10.0.0.7:8090")
        .header(header::ORIGIN, OWN)
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(router.clone().oneshot(form).await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_order_that_is_too_large_or_no_order_changes_nothing() {
    let router = router(roadside(Path::new("nowhere")));
    let large = format!("{{\"method\":\"{}\"}}", "x".repeat(super::orders::ORDER_MAX));
    assert_eq!(post(&router, "/test/begin", OWN, large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for body in ["", "[]", "{\"test\":\"x\"}", "{\"method\":\"tea\",\"class\":\"a\"}"] {
        let response = post(&router, "/test/begin", OWN, body.to_owned()).await;
        assert_eq!(json(response).await["error"], "unreadable", "{body}");
    }
}

/// Nothing but a test changes the unit.
#[tokio::test]
async fn nothing_but_get_is_answered_beside_the_tests_orders() {
    let router = router(roadside(Path::new("nowhere")));
    for path in ["/", "/health", "/events", "/evidence/00", "/test", "/test/events", "/test/signed/x"] {
        let request = Request::post(path).body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// The keys of one language's block in `words.js`: whatever stands before `: '`.
fn keys(block: &str) -> Vec<&str> {
    let mut keys: Vec<_> = block
        .match_indices(": '")
        .map(|(at, _)| {
            let before = block[..at].trim_end_matches('\'');
            let start = before.rfind([' ', '\'']).map_or(0, |space| space + 1);
            &before[start..]
        })
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_page_speaks_both_languages_in_full() {
    for (words, one) in [
        (include_str!("page/words.js"), "several-vehicles"),
        (include_str!("page/test-words.js"), "step-insert-probe"),
    ] {
        let (chinese, english) = words.split_once("\n  en: {").unwrap();
        assert_eq!(keys(chinese), keys(english));
        assert!(keys(chinese).contains(&one), "keys are read");
    }
}
