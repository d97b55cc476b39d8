//! The browser app: files that Vite built, inside this program (a debug build reads them from the folder).
//!
//! Names under `assets/` hold a hash of their content and never change; `index.html` does, so it is asked for
//! again each time and answered by its `ETag`. A path that is no file is the app's own, and gets `index.html`.
//! Files that were compressed beside the original (`.br`, `.gz`) are sent so.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::http::ApiError;

#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Built;

/// What stands in the place of the app when it was not built.
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>路检通 Plumewatch</title>\
    <h1>网页尚未构建 / The browser app is not built</h1>\
    <p>运行 <code>cd server/web &amp;&amp; npm ci &amp;&amp; npm run build</code>，然后重新构建服务器。</p>\
    <p>Run <code>cd server/web &amp;&amp; npm ci &amp;&amp; npm run build</code>, then build the server again.</p>";

/// Answers everything that is not the API.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match file(path, &headers) {
        Some(response) => response,
        // A missing file is said to be missing: the app in its place would confuse whoever asked for a script.
        None if path.starts_with("assets/")
            || path.rsplit('/').next().is_some_and(|name| name.contains('.')) =>
        {
            StatusCode::NOT_FOUND.into_response()
        }
        None => file("index.html", &headers).unwrap_or_else(|| {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, kind, NOT_BUILT).into_response()
        }),
    }
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let plain = Built::get(path)?;
    let tag = format!("\"{}\"", hex::encode(&plain.metadata.sha256_hash()[..16]));
    let lasting = path.starts_with("assets/");
    let caching = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if asked_for(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (data, coding) = compressed(path, headers).unwrap_or((plain.data, None));
        let mut response = Response::new(Body::from(data.into_owned()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hex in quotes makes a header"));
    Some(response)
}

type Compressed = (std::borrow::Cow<'static, [u8]>, Option<&'static str>);

fn compressed(path: &str, headers: &HeaderMap) -> Option<Compressed> {
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(headers, coding))
        .find_map(|(coding, ending)| Some((Built::get(&format!("{path}{ending}"))?.data, Some(coding))))
}

/// Does the browser take this coding? `br;q=0` says that it does not.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted =
        headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn asked_for(headers: &HeaderMap, tag: &str) -> bool {
    let held = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    held.flat_map(|list| list.split(',')).any(|item| item.trim().trim_start_matches("W/") == tag)
}

/// The content type by the name's ending.
fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
        headers
    }

    #[test]
    fn a_coding_is_sent_only_to_who_takes_it() {
        assert!(accepts(&with(header::ACCEPT_ENCODING, "gzip, deflate, BR"), "br"));
        assert!(!accepts(&with(header::ACCEPT_ENCODING, "gzip, br; q=0"), "br"));
        assert!(!accepts(&with(header::ACCEPT_ENCODING, "gzip, brotli"), "br"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn scripts_are_scripts_whatever_their_ending() {
        assert_eq!(kind("assets/worker.mjs"), "text/javascript; charset=utf-8");
        assert_eq!(kind("index.html"), "text/html; charset=utf-8");
        assert_eq!(kind("strange"), "application/octet-stream");
    }

    #[tokio::test]
    async fn a_missing_file_is_missing_and_a_page_of_the_app_is_the_app() {
        let get = |path: &'static str| page(Method::GET, Uri::from_static(path), HeaderMap::new());
        assert_eq!(get("/assets/gone.js").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/favicon.png.gone").await.status(), StatusCode::NOT_FOUND);
        let app = get("/review/123").await;
        assert!(matches!(app.status(), StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(app.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }

    proptest! {
        #[test]
        fn no_header_makes_the_readers_panic(text in "\\PC{0,100}") {
            let _ = accepts(&with(header::ACCEPT_ENCODING, &text), "br");
            let _ = asked_for(&with(header::IF_NONE_MATCH, &text), "\"x\"");
        }
    }
}
