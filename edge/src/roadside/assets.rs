//! The page's own files, carried in the binary.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Asked again after each start of the unit: a new version must not meet an old script.
const CACHE: &str = "no-cache";

fn text(kind: &'static str, body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)], body).into_response()
}

/// The page.
pub(super) async fn index() -> Response {
    text("text/html; charset=utf-8", include_str!("page/index.html"))
}

/// The page of roadside tests.
pub(super) async fn test() -> Response {
    text("text/html; charset=utf-8", include_str!("page/test.html"))
}

/// One of the page's files, by its name alone.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "page.css" => text("text/css; charset=utf-8", include_str!("page/page.css")),
        "page.js" => text("text/javascript; charset=utf-8", include_str!("page/page.js")),
        "words.js" => text("text/javascript; charset=utf-8", include_str!("page/words.js")),
        "dom.js" => text("text/javascript; charset=utf-8", include_str!("page/dom.js")),
        "test.css" => text("text/css; charset=utf-8", include_str!("page/test.css")),
        "test.js" => text("text/javascript; charset=utf-8", include_str!("page/test.js")),
        "curve.js" => text("text/javascript; charset=utf-8", include_str!("page/curve.js")),
        "paper.js" => text("text/javascript; charset=utf-8", include_str!("page/paper.js")),
        "test-words.js" => text("text/javascript; charset=utf-8", include_str!("page/test-words.js")),
        "mark.svg" => text("image/svg+xml", include_str!("page/mark.svg")),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
