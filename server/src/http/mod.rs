//! Pages and API over HTTP.
//!
//! [`api`] holds the handlers, one file per subject; each asks [`session::Signed`] what the account may do
//! before it asks the store anything, and passes the account's scope on. [`guard`](session::guard), [`idempotency`],
//! [`limits`], [`peer`] with [`rates`], [`security`] and [`metrics`](crate::metrics) stand around all of them. [`etag`]
//! and [`cursor`] are for edits and lists; [`describe`] completes the API's description. What is not the API is the
//! browser app ([`web`](crate::web)).
//!
//! Handlers hold no rules of the field: those are `server_core`'s.

pub mod api;
mod cursor;
mod describe;
mod error;
mod etag;
mod example;
mod extract;
mod idempotency;
mod limits;
mod listener;
mod live;
mod observe;
mod peer;
mod rates;
mod security;
pub mod session;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use error::{ApiError, ErrorBody, ErrorText};
pub use listener::Bounded;
pub use peer::Peer;

use crate::auth::sign_in::Doorman;
use crate::pki::Authority;
use crate::store::Store;

/// What handlers work with. Clones share it.
#[derive(Clone)]
pub struct Site(Arc<(SiteParts, rates::Rates)>);

/// The parts of a [`Site`].
pub struct SiteParts {
    /// The database.
    pub store: Store,
    /// Evidence files.
    pub evidence: crate::evidence::EvidenceStore,
    /// What has just been stored, for open pages.
    pub live: crate::live::Live,
    /// Tells the edges when the watchlist may have changed.
    pub watchlist: crate::watchlist::Nudge,
    /// Lets people in.
    pub doorman: Doorman,
    /// Another provider of sign-in, if there is one.
    pub oidc: Option<crate::auth::oidc::Oidc>,
    /// Signs evidence packages.
    pub signing_key: ed25519_dalek::SigningKey,
    /// Certifies edges.
    pub authority: Authority,
    /// What an enrolled edge is told of the server: broker and key.
    pub for_edges: ForEdges,
    /// Prints papers.
    pub printer: crate::documents::Printer,
    /// The rulebooks.
    pub books: crate::rulebooks::Books,
    /// The public extract of listings.
    pub extract: crate::listings::extract::Shelf,
    /// How the ingest does.
    pub ingest: std::sync::Arc<crate::ingest::IngestFigures>,
    /// Counters of pages and API.
    pub metrics: crate::metrics::Metrics,
    /// Settings of pages and API.
    pub http: crate::config::HttpConfig,
    /// What time it is; tests bring their own.
    pub clock: Clock,
    /// Ends live streams when the server stops.
    pub stop: CancellationToken,
}

/// Tells the time.
pub type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// What an enrolled edge is told of the server.
#[derive(Clone, Debug)]
pub struct ForEdges {
    /// The broker's host name or address.
    pub mqtt_host: String,
    /// The broker's port.
    pub mqtt_port: u16,
    /// The key that signs watchlists, hex.
    pub server_signing_key: String,
}

impl Site {
    /// The parts, together.
    pub fn new(parts: SiteParts) -> Self {
        let rates = rates::Rates::new(&parts.http.rates);
        Self(Arc::new((parts, rates)))
    }

    /// Counts who asks.
    fn rates(&self) -> &rates::Rates {
        &self.0.1
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl std::ops::Deref for Site {
    type Target = SiteParts;

    fn deref(&self) -> &SiteParts {
        &self.0.0
    }
}

/// Everything the server answers over HTTP.
pub fn router(site: Site) -> Router {
    let (api, document) = documented().split_for_parts();
    let document: Arc<str> = describe::complete(&document).to_string().into();
    Router::new()
        .merge(api)
        .route("/api/openapi.json", get(move || api::openapi(Arc::clone(&document))))
        .route("/api/{*rest}", axum::routing::any(|| async { ApiError::not_found() }))
        .fallback(crate::web::page)
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES_MAX))
        .layer(from_fn_with_state(site.clone(), idempotency::once))
        .layer(from_fn_with_state(site.clone(), session::guard))
        .layer(from_fn_with_state(site.clone(), peer::at_the_door))
        .layer(from_fn_with_state(site.clone(), limits::in_time))
        .layer(from_fn(security::headers))
        .layer(from_fn_with_state(site.clone(), observe::count))
        .with_state(site)
}

/// The API with its description.
fn documented() -> OpenApiRouter<Site> {
    OpenApiRouter::with_openapi(Description::openapi()).merge(api::routes())
}

/// The API's description, JSON, for programs that are made from it.
pub fn openapi_json() -> String {
    let document = describe::complete(documented().get_openapi());
    serde_json::to_string_pretty(&document).expect("the document is made of strings and numbers")
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Plumewatch 路检通",
        description = "The server's API. People sign in with POST /api/v1/session; the session is a cookie, and requests \
                       that change something carry the header `X-Plumewatch: 1`. Programs of inspection stations and \
                       repair shops send `Authorization: Bearer pwk_…` instead, and need no such header. \
                       Stamps end in `_utc_us`: microseconds since 1970. Other units stand in the names. \
                       Errors are problems of RFC 9457 with a stable `code` and a sentence in Chinese and English. \
                       A request that changes something may carry `Idempotency-Key`: sent again within a day it is not \
                       done again and gets the same answer. Lists go on with `cursor` where `next` is given. \
                       Too many requests are answered with 429 and `Retry-After`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "passages", description = "What went by"),
        (name = "exhaust-tests", description = "What was stopped and tested"),
        (name = "review", description = "Candidates and a person's word on them"),
        (name = "cases", description = "What follows until the vehicle is clean again"),
        (name = "orders", description = "Repair orders, their records and retests"),
        (name = "inspections", description = "Tests at inspection stations, judged again"),
        (name = "findings", description = "What looks wrong at stations and shops, for a person to look at"),
        (name = "listings", description = "The blacklist of carriers: shares, proposals, decisions, the public extract"),
        (name = "stations", description = "Stations, their health, their enrolment"),
        (name = "register", description = "Vehicles, carriers with their fleets, inspection stations, repair shops"),
        (name = "watchlist", description = "Plates that are looked out for"),
        (name = "accounts", description = "People"),
        (name = "keys", description = "Keys of stations' and shops' own programs"),
        (name = "audit", description = "What was done, by whom, why"),
        (name = "rulebooks", description = "What is judged by, where, from when"),
        (name = "server", description = "The server itself"),
    )
)]
struct Description;

#[cfg(test)]
mod tests;
