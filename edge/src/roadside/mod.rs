//! The edge's own page, for a tablet at the checkpoint.
//!
//! It shows what the [`Board`] announces and asks nothing of the server, so it works with the uplink down.
//! There is no sign-in: who may reach it is decided by the address it listens on (config) and the
//! checkpoint's own network. It changes nothing on the unit but the test that is being led at the desk ([`orders`]);
//! every other route is a GET.
//! What must hold: no request reaches a file except by the SHA-256 that names it, and neither a slow tablet
//! nor a thousand of them hold the unit up.

mod assets;
mod events;
mod orders;
mod picture;
mod test_events;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use plumewatch_shared::{ids::StationId, protocol::message::HealthReport};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{announce::Board, desk::Desk};

/// Pages that may follow at once: a checkpoint has a handful of tablets, and each holds a socket open.
/// One more is answered 503 and tries again.
pub const FOLLOWERS: usize = 32;

/// Only files of this page's own origin, no frames, no forms: the page needs nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page needs of the unit.
#[derive(Clone, Debug)]
pub struct Roadside {
    /// What is announced.
    pub board: Board,
    /// The desk of roadside tests.
    pub desk: Desk,
    /// Host names under which tablets may order something (see [`PageConfig`](crate::config::PageConfig)).
    pub names: Vec<String>,
    /// Where this is.
    pub station: StationId,
    /// The station's name for people.
    pub name: String,
    /// Cancelled when the unit stops: open event streams end, so that the listener can close.
    pub stop: CancellationToken,
}

#[derive(Clone)]
struct Page {
    roadside: Roadside,
    followers: Arc<Semaphore>,
}

/// The page's routes.
pub fn router(roadside: Roadside) -> Router {
    let page = Page { roadside, followers: Arc::new(Semaphore::new(FOLLOWERS)) };
    Router::new()
        .route("/", get(assets::index))
        .route("/test", get(assets::test))
        .route("/test/events", get(test_events::follow))
        .merge(orders::routes(&page))
        .route("/static/{name}", get(assets::file))
        .route("/events", get(events::follow))
        .route("/evidence/{sha256}", get(picture::evidence))
        .route("/health", get(health))
        .layer(middleware::from_fn(guard))
        .with_state(page)
}

async fn health(State(page): State<Page>) -> Response {
    let now: HealthReport = page.roadside.board.health().borrow().clone();
    ([(header::CACHE_CONTROL, "no-store")], Json(now)).into_response()
}

/// Headers that every answer carries.
async fn guard(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    response
}
