//! Evidence files, by their hash.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::FileHash;
use server_core::access::Operation;

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Name;
use crate::http::session::Signed;

/// The bytes of a file never change, so a browser keeps them; it is a person's, so no proxy does.
const CACHING: &str = "private, max-age=31536000, immutable";

/// A file that belongs to a passage which the account sees.
#[utoipa::path(get, path = "/evidence/{sha256}", tag = "passages", params(("sha256" = String, Path)), responses(
    (status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 304), (status = 401, body = ErrorBody),
    (status = 404, description = "Unknown, not here yet, or of another region", body = ErrorBody)))]
pub(super) async fn file(
    State(site): State<Site>,
    signed: Signed,
    Name(hash): Name<FileHash>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    if !site.store.reading().await?.file_is_visible(hash, scope.0).await? {
        return Err(ApiError::not_found());
    }
    let tag = format!("\"{hash}\"");
    let held = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if held {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = site.evidence.read(hash).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, file.sha256 = %hash, "evidence cannot be read");
            ApiError::unavailable()
        })?;
        let bytes = bytes.ok_or_else(ApiError::not_found)?;
        let kind = kind(&bytes);
        let mut response = Response::new(Body::from(bytes));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
    answer.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hex in quotes makes a header"));
    Ok(response)
}

/// The content type by the file's first bytes. What is neither picture nor clip is only ever downloaded, never shown.
fn kind(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        "image/jpeg"
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if bytes.get(4..8) == Some(b"ftyp") {
        "video/mp4"
    } else {
        "application/octet-stream"
    }
}
