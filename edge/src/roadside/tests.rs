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
    Roadside {
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

/// Nothing on this page changes the unit.
#[tokio::test]
async fn nothing_but_get_is_answered() {
    let router = router(roadside(Path::new("nowhere")));
    for path in ["/", "/health", "/events", "/evidence/00"] {
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
    let (chinese, english) = include_str!("page/words.js").split_once("\n  en: {").unwrap();
    assert_eq!(keys(chinese), keys(english));
    assert!(keys(chinese).contains(&"several-vehicles"), "keys are read");
}
