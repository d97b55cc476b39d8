//! `Idempotency-Key`: a request that is sent again, because its answer was lost, is not done again.
//!
//! It stands around every route, so that handlers need do nothing. A key belongs to an account or program and to one
//! request: method, address and body, by their hash. What was done is kept for a day; what was refused gives the key
//! back, because nothing of it was done. A server that dies between doing and keeping leaves the key taken for twice the
//! longest request and then free: what must never be done twice is guarded by the store besides.

use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::FileHash;

use super::Site;
use super::error::ApiError;
use super::etag::header_text;
use super::limits::{KEPT_ANSWER, KEPT_ANSWER_BYTES_MAX, UPLOAD_BYTES_MAX};
use super::session::Signed;
use crate::store::StoreError;
use crate::store::idempotency::{Ages, Begun, KeptAnswer};

/// The request's header.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set to `true` on an answer that was kept.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key: a UUID has 36 characters.
const KEY_BYTES_MAX: usize = 128;
/// After which wait a caller may ask again for a request that is under way.
const UNDER_WAY_WAIT: Duration = Duration::from_secs(2);

/// An answer that holds a secret, shown once: it is not kept, and a request sent again makes another.
#[derive(Clone, Copy)]
pub(super) struct NeverKept;

/// Does a request with a key once.
pub(super) async fn once(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || !request.headers().contains_key(&KEY) {
        return next.run(request).await;
    }
    with_key(&site, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn with_key(site: &Site, request: Request, next: Next) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let key = header_text(&parts, &KEY, KEY_BYTES_MAX)?.unwrap_or_default();
    let Ok(signed) = Signed::from_request_parts(&mut parts, site).await else {
        // Nobody's key: the handler says who may ask.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let bytes = to_bytes(body, UPLOAD_BYTES_MAX).await.map_err(|_| ApiError::too_large())?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let head = format!("{}\n{}\n", parts.method, parts.uri);
    let fingerprint = FileHash::of(&[head.as_bytes(), content_type, b"\n", &bytes].concat());
    match begin(site, &signed.name, &key, fingerprint).await? {
        Begun::New => {}
        Begun::Done(answer) => return Ok(kept(answer)),
        Begun::UnderWay => {
            let (zh, en) = ("相同的请求正在处理。", "The same request is under way.");
            return Err(ApiError::conflict("under-way", zh, en).after(UNDER_WAY_WAIT));
        }
        Begun::Another => {
            let zh = "该 Idempotency-Key 已用于另一个请求。";
            let en = "This Idempotency-Key was used for another request.";
            return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-used", zh, en));
        }
    }
    let answer = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    Ok(keep(site, &signed.name, &key, answer).await?)
}

async fn begin(site: &Site, actor: &str, key: &str, fingerprint: FileHash) -> Result<Begun, StoreError> {
    let now_us = site.now().as_microsecond();
    let before = |span: Duration| now_us.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
    let ages = Ages {
        now_us,
        kept_since_us: before(KEPT_ANSWER),
        alive_since_us: before(site.http.request_timeout.0.saturating_mul(2)),
    };
    let mut writing = site.store.writing().await?;
    let begun = writing.begin_idempotent(actor, key, fingerprint, ages).await?;
    writing.commit().await?;
    Ok(begun)
}

/// Keeps the answer of what was done; gives the key of what was refused back.
async fn keep(site: &Site, actor: &str, key: &str, answer: Response) -> Result<Response, StoreError> {
    let small = answer.body().size_hint().upper().is_some_and(|bytes| bytes <= KEPT_ANSWER_BYTES_MAX as u64);
    let secret = answer.extensions().get::<NeverKept>().is_some();
    let mut writing = site.store.writing().await?;
    if !answer.status().is_success() || !small || secret {
        writing.release_idempotent(actor, key).await?;
        writing.commit().await?;
        return Ok(answer);
    }
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, KEPT_ANSWER_BYTES_MAX).await.unwrap_or_default();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kept = KeptAnswer {
        status: parts.status.as_u16(),
        content_type: content_type.map(str::to_owned),
        body: bytes.to_vec(),
    };
    writing.keep_done(actor, key, &kept).await?;
    writing.commit().await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn kept(answer: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(kind) = answer.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
