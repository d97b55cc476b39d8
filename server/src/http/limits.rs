//! Every limit of the HTTP side, each with its reason.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{ApiError, Site};

/// The largest request body: an enrolment with an RSA-4096 certificate request has 3 KB.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// The largest body that is read to remember its answer by an idempotency key: the largest upload there is.
pub(super) const UPLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The largest answer that is kept for an idempotency key: a report of a thousand refused rows has 300 KB.
pub(super) const KEPT_ANSWER_BYTES_MAX: usize = 512 * 1024;

/// How long an answer is kept for its idempotency key: a program that was off over night still finds it.
pub(super) const KEPT_ANSWER: Duration = Duration::from_secs(24 * 60 * 60);
/// The largest inspection: 600 points of a lug-down have 80 KB of JSON.
pub(super) const INSPECTION_BYTES_MAX: usize = 512 * 1024;

/// Connections at a time: two hundred open pages with six connections each.
pub(super) const CONNECTIONS_MAX: usize = 1_200;

/// How long a connection may say nothing and be told nothing. Live pages are told something every
/// [`LIVE_SIGN`].
pub(super) const IDLE: Duration = Duration::from_secs(60);

/// How often a live page is told that the line is good.
pub(super) const LIVE_SIGN: Duration = Duration::from_secs(15);

/// How long a live stream lasts before the browser opens it anew, and is asked again who it is: so an account
/// that was disabled sees nothing more after this.
pub(super) const LIVE_LENGTH: Duration = Duration::from_secs(10 * 60);

/// Answers with an error when a request takes too long. A stream's answer begins at once and is not cut.
pub(super) async fn in_time(State(site): State<Site>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(site.http.request_timeout.0, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable().into_response(),
    }
}
