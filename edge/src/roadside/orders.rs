//! What a tablet may order: the steps of a roadside test, and nothing else. Every other route is a GET.
//!
//! There is no sign-in here, so the browser's own word keeps other pages out: an order must say where it comes from
//! (`Origin`), that must be the host it was sent to, and that host must be one that no stranger's name server can point
//! here: an address, `localhost`, a `.local` name, or one from the configuration. The body must be JSON, which no form of
//! another page can send. Whoever has no browser and no `Origin` stands in the checkpoint's own network.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use plumewatch_shared::language::Bilingual;
use serde::de::DeserializeOwned;

use super::Page;
use crate::desk::{
    Desk,
    orders::{Begin, Named, Refusal, Sign},
};

/// The largest order, bytes: a signature with four names, six samples and a note has under 3 KiB.
pub(super) const ORDER_MAX: usize = 8 * 1024;

/// The routes of orders, and what was signed.
pub(super) fn routes(page: &Page) -> Router<Page> {
    Router::new()
        .route("/test/begin", post(begin))
        .route("/test/zero", post(zero))
        .route("/test/probe", post(probe))
        .route("/test/pedal", post(pedal))
        .route("/test/again", post(again))
        .route("/test/abandon", post(abandon))
        .route("/test/sign", post(sign))
        .route("/test/seen", post(seen))
        .route_layer(DefaultBodyLimit::max(ORDER_MAX))
        .route_layer(middleware::from_fn_with_state(page.clone(), own))
        .route("/test/signed/{id}", get(signed))
}

/// Why an order is refused, as pages and programs read it.
#[derive(serde::Serialize)]
struct Told {
    error: &'static str,
    #[serde(flatten)]
    text: Bilingual,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Running
            | Self::Gone
            | Self::AlreadySigned
            | Self::Signing
            | Self::NotNow
            | Self::NotFinished => StatusCode::CONFLICT,
            Self::Unwritten => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable
            | Self::NoMeter
            | Self::NoVehicle
            | Self::Passage
            | Self::Plate(_)
            | Self::Electric
            | Self::Colour
            | Self::Code
            | Self::Class
            | Self::Power
            | Self::NoOfficer
            | Self::ManyOfficers
            | Self::Officer
            | Self::SameOfficer
            | Self::Observers
            | Self::NoSample
            | Self::Sample
            | Self::Note => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(Told { error: self.word(), text: self.text() })).into_response()
    }
}

/// Lets only orders of our own page through.
async fn own(State(page): State<Page>, request: Request, next: Next) -> Response {
    if is_own(request.headers(), &page.roadside.names) {
        next.run(request).await
    } else {
        Refusal::Foreign.into_response()
    }
}

fn is_own(headers: &HeaderMap, names: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let json = text(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
    let Some(host) = text(header::HOST) else { return false };
    let known = is_known(host, names);
    let origin = match headers.get(header::ORIGIN) {
        None => headers.get("sec-fetch-site").is_none(), // No browser; a browser always says where it comes from.
        Some(_) => text(header::ORIGIN)
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, from)| from == host),
    };
    json && known && origin
}

/// Is this a host that only this checkpoint can have given the unit?
fn is_known(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address), // [::1]:8090
        None => host.split(':').next().unwrap_or(""),
    };
    let name = name.to_ascii_lowercase();
    name.parse::<std::net::IpAddr>().is_ok()
        || name == "localhost"
        || name.ends_with(".local")
        || names.iter().any(|known| known.eq_ignore_ascii_case(&name))
}

/// Reads an order and carries it out away from the page's threads: it writes to the disk.
async fn carry_out<O, T>(
    page: Page,
    body: Bytes,
    act: impl FnOnce(&Desk, O) -> Result<T, Refusal> + Send + 'static,
) -> Response
where
    O: DeserializeOwned + Send + 'static,
    T: serde::Serialize + Send + 'static,
{
    let Ok(order) = serde_json::from_slice::<O>(&body) else { return Refusal::Unreadable.into_response() };
    let desk = page.roadside.desk.clone();
    match tokio::task::spawn_blocking(move || act(&desk, order)).await {
        Ok(Ok(given)) => Json(given).into_response(),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn begin(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Begin| desk.begin(order)).await
}

async fn zero(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Named| desk.zero(order.test)).await
}

async fn probe(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Named| desk.probe(order.test)).await
}

async fn pedal(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Named| desk.pedal(order.test)).await
}

async fn again(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Named| desk.again(order.test)).await
}

async fn abandon(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Named| desk.abandon(order.test)).await
}

async fn sign(State(page): State<Page>, body: Bytes) -> Response {
    carry_out(page, body, |desk, order: Sign| desk.sign(order).map(|signed| signed.as_ref().clone())).await
}

async fn seen(State(page): State<Page>, body: Bytes) -> Response {
    let nothing = |desk: &Desk, _: serde_json::Value| {
        desk.seen();
        Ok(())
    };
    carry_out(page, body, nothing).await
}

async fn signed(State(page): State<Page>, Path(id): Path<String>) -> Response {
    match page.roadside.desk.signed(&id) {
        Some(signed) => {
            ([(header::CACHE_CONTROL, "no-store")], Json(signed.as_ref().clone())).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_json_from_a_page_of_this_host_by_a_host_nobody_else_can_claim_is_an_order() {
        let json = ("content-type", "application/json");
        let own = |pairs: &[(&'static str, &str)]| is_own(&headers(pairs), &["gate.example".to_owned()]);
        for host in ["10.0.0.7:8090", "[fe80::1]:8090", "localhost", "edge.local:80", "Gate.example:8090"] {
            let origin = format!("http://{host}");
            assert!(own(&[json, ("host", host), ("origin", &origin)]), "{host}");
        }
        assert!(own(&[json, ("host", "10.0.0.7:8090")]), "a program of the checkpoint");
        let refused: [(&str, &[(&'static str, &str)]); 8] = [
            ("another page", &[json, ("host", "10.0.0.7"), ("origin", "http://evil.example")]),
            ("another port", &[json, ("host", "10.0.0.7:8090"), ("origin", "http://10.0.0.7:81")]),
            ("a sandboxed page", &[json, ("host", "10.0.0.7"), ("origin", "null")]),
            ("a browser that hides it", &[json, ("host", "10.0.0.7"), ("sec-fetch-site", "cross-site")]),
            ("a rebound name", &[json, ("host", "evil.example"), ("origin", "http://evil.example")]),
            ("no host", &[json, ("origin", "http://10.0.0.7")]),
            (
                "a form",
                &[("content-type", "text/plain"), ("host", "10.0.0.7"), ("origin", "http://10.0.0.7")],
            ),
            ("no kind", &[("host", "10.0.0.7"), ("origin", "http://10.0.0.7")]),
        ];
        for (why, pairs) in refused {
            assert!(!own(pairs), "{why}");
        }
    }
}
