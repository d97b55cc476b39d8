//! The server itself: is it alive, is it ready, and its figures.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Site;
use crate::ingest::IngestFigures;
use crate::metrics::Exposition;

/// Which parts are ready.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// All of them.
    ready: bool,
    /// Does the database answer?
    database: bool,
    /// Is the ingest connected to the broker, and its subscriptions granted?
    ingest: bool,
}

/// Is the program alive? It answers, so it is.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses((status = 200, body = String)))]
pub(super) async fn healthz() -> &'static str {
    "alive\n"
}

/// Can it do its work? For load balancers and for whoever starts it.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()), responses(
    (status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub(super) async fn readyz(State(site): State<Site>) -> impl IntoResponse {
    let ready = readiness(&site).await;
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready))
}

/// Figures for Prometheus. They name no vehicle and no person.
#[utoipa::path(get, path = "/metrics", tag = "server", security(()), responses(
    (status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn metrics(State(site): State<Site>) -> impl IntoResponse {
    let mut text = Exposition::default();
    let ready = readiness(&site).await;
    text.gauge(
        "plumewatch_ready",
        "Is this part ready?",
        &[("part=\"database\"", ready.database.into()), ("part=\"ingest\"", ready.ingest.into())],
    );
    site.metrics.write(&mut text);
    write_ingest(&site.ingest, &mut text);
    if let Ok(stations) = stations(&site).await {
        stations.write(&mut text);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.finish())
}

fn write_ingest(figures: &IngestFigures, text: &mut Exposition) {
    for (name, help, value) in figures.all() {
        match name {
            "connected" => text.gauge("plumewatch_ingest_connected", help, &[("", value)]),
            counter => text.counter(&format!("plumewatch_ingest_{counter}_total"), help, &[("", value)]),
        }
    }
}

async fn readiness(site: &Site) -> Readiness {
    let database = match site.store.reading().await {
        Ok(mut reading) => reading.answers().await.is_ok(),
        Err(_) => false,
    };
    let ingest = site.ingest.connected.load(Ordering::Relaxed) == 1;
    Readiness { ready: database && ingest, database, ingest }
}

/// What stations owe, in sums: a line per station would be thousands.
struct StationFigures {
    all: u64,
    online: u64,
    received: u64,
    missing: u64,
    backlog: u64,
}

async fn stations(site: &Site) -> Result<StationFigures, crate::store::StoreError> {
    let country = server_core::access::Scope("000000".parse().expect("six digits"));
    let mut figures = StationFigures { all: 0, online: 0, received: 0, missing: 0, backlog: 0 };
    for row in site.store.reading().await?.stations(country).await? {
        let station = super::stations::Station::from(row);
        figures.all += 1;
        figures.online += u64::from(station.online);
        figures.received += u64::try_from(station.received).unwrap_or(0);
        figures.missing += station.missing;
        figures.backlog += station.health.map_or(0, |health| health.backlog_records);
    }
    Ok(figures)
}

impl StationFigures {
    fn write(&self, text: &mut Exposition) {
        let both = [("state=\"online\"", self.online), ("state=\"away\"", self.all - self.online)];
        text.gauge("plumewatch_stations", "Stations by their connection.", &both);
        text.gauge("plumewatch_records", "Records stored, of all stations.", &[("", self.received)]);
        let help = "Records that stations have minted and that are not here.";
        text.gauge("plumewatch_records_missing", help, &[("", self.missing)]);
        let help = "Records that edges said they keep for delivery.";
        text.gauge("plumewatch_edge_backlog_records", help, &[("", self.backlog)]);
    }
}
