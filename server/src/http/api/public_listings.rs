//! The public extract of the blacklist: no sign-in, no personal data, kept by caches for a minute.

use axum::Json;
use axum::body::Body as AnswerBody;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::Region;

use super::listing_wire::{RuleNumbers, numbers};
use super::listings::today;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::listings::extract::{Extract, PublicListings};

/// How long caches may give the extract out.
const EXTRACT_CACHED: &str = "public, max-age=60";

/// Listed carriers as everybody may see them: no sign-in, no personal data.
#[utoipa::path(get, path = "/public/listings", tag = "listings", security(()), responses(
    (status = 200, body = PublicListings), (status = 304, description = "As the cache has it"),
    (status = 429, body = ErrorBody)))]
pub(super) async fn list(State(site): State<Site>, headers: HeaderMap) -> Result<Response, ApiError> {
    let extract = site.extract.extract(&site.store, site.now()).await?;
    Ok(given_out(&extract, &headers, "application/json", || extract.json.clone().into()))
}

/// The same as a spreadsheet.
#[utoipa::path(get, path = "/public/listings.xlsx", tag = "listings", security(()), responses(
    (status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 304, description = "As the cache has it"), (status = 429, body = ErrorBody)))]
pub(super) async fn sheet(State(site): State<Site>, headers: HeaderMap) -> Result<Response, ApiError> {
    let extract = site.extract.extract(&site.store, site.now()).await?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let mut response = given_out(&extract, &headers, kind, || extract.xlsx.clone().into());
    let name = format!("attachment; filename=\"blacklist-{}.xlsx\"", extract.listings.day);
    let name = HeaderValue::from_str(&name).expect("a day makes a header");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

fn given_out(
    extract: &Extract,
    asked: &HeaderMap,
    kind: &'static str,
    body: impl FnOnce() -> AnswerBody,
) -> Response {
    let held = asked.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let known =
        held.flat_map(|list| list.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == extract.tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], body()).into_response()
    };
    let tag = HeaderValue::from_str(&extract.tag).expect("hex in quotes makes a header");
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(EXTRACT_CACHED));
    response
}

/// The rule's numbers, for pages that explain the list to strangers.
#[utoipa::path(get, path = "/public/listing-rule", tag = "listings", security(()), responses(
    (status = 200, body = RuleNumbers)))]
pub(super) async fn rule(State(site): State<Site>) -> impl IntoResponse {
    let book = site.books.listing_rule(Region::COUNTRY, today(&site));
    ([(header::CACHE_CONTROL, EXTRACT_CACHED)], Json(numbers(&book)))
}
