//! Where a request comes from: the connection's other end, or what a trusted proxy says of it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;

use super::rates::Caller;
use super::{Bounded, Site};
use crate::auth::sign_in;

/// A program's name is cut after so many characters: browsers write novels.
const PROGRAM_CHARACTERS_MAX: usize = 160;

/// A connection's other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Where a request comes from, if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin(pub(super) Option<IpAddr>);

/// Finds out where a request comes from, and refuses it if too many came from there.
pub(super) async fn at_the_door(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(peer))| peer.ip());
    let origin = peer.map(|peer| behind(peer, request.headers(), &site.http.rates.trusted_proxies));
    request.extensions_mut().insert(Origin(origin));
    if let Some(address) = origin
        && let Err(error) = site.rates().ask(Caller::Address(address), site.now())
    {
        return error.into_response();
    }
    next.run(request).await
}

/// The last address that is not one of our proxies: what stands before it was written by the caller.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.contains(&peer) {
        return peer;
    }
    let told: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .collect();
    let mut known = peer;
    for text in told.iter().rev() {
        let Ok(address) = text.trim().parse::<IpAddr>() else { break };
        known = address.to_canonical();
        if !trusted.contains(&known) {
            break;
        }
    }
    known
}

impl FromRequestParts<Site> for sign_in::Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Self, Self::Rejection> {
        let Origin(address) = parts.extensions.get::<Origin>().copied().unwrap_or(Origin(None));
        let program = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let program: String = program.unwrap_or_default().chars().take(PROGRAM_CHARACTERS_MAX).collect();
        Ok(Self { address: address.map(|address| address.to_string()).unwrap_or_default(), program })
    }
}

impl FromRequestParts<Site> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        behind(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        assert_eq!(seen("192.0.2.1", &["10.0.0.1"], &[]), "192.0.2.1", "anybody can write the header");
        assert_eq!(seen("127.0.0.1", &["203.0.113.9, 192.0.2.1"], &["127.0.0.1"]), "192.0.2.1");
        assert_eq!(seen("127.0.0.1", &["192.0.2.1", "10.0.0.2"], &["127.0.0.1", "10.0.0.2"]), "192.0.2.1");
        assert_eq!(seen("127.0.0.1", &["nonsense"], &["127.0.0.1"]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &[], &["127.0.0.1"]), "127.0.0.1");
        assert_eq!(seen("::ffff:192.0.2.1", &[], &[]), "192.0.2.1");
    }
}
