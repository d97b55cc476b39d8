//! Counts requests by what came of them.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::Site;

pub(super) async fn count(State(site): State<Site>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    site.metrics.http.count(response.status());
    response
}
