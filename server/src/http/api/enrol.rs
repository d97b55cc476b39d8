//! Enrolment of an edge unit: by a one-time token, without a session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::enrol::EnrolError;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Body;
use crate::pki::PkiError;

/// What the edge shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Enrolment {
    /// The one-time token.
    token: String,
    /// A certificate request over the edge's TLS key, PEM. Its name does not count.
    csr_pem: String,
    /// The edge's Ed25519 public key for records, 64 hex digits.
    signing_key: String,
}

/// What the edge is given.
#[derive(Serialize, ToSchema)]
pub(super) struct EnrolledBody {
    /// The station that the token was made for.
    station: String,
    /// The edge's certificate, PEM.
    certificate_pem: String,
    /// The authority's certificate, PEM. Its SHA-256 is the second half of the token.
    ca_pem: String,
    /// Where the broker is.
    mqtt_host: String,
    /// Its port.
    mqtt_port: u16,
    /// The server's Ed25519 public key for watchlists, 64 hex digits.
    server_signing_key: String,
}

/// Enrol an edge unit. The token is used up.
#[utoipa::path(post, path = "/enrol", tag = "stations", request_body = Enrolment, security(()), responses(
    (status = 200, body = EnrolledBody), (status = 400, body = ErrorBody),
    (status = 403, description = "The token is not good", body = ErrorBody)))]
pub(super) async fn enrol(
    State(site): State<Site>,
    Body(shown): Body<Enrolment>,
) -> Result<Json<EnrolledBody>, ApiError> {
    let (authority, now) = (&site.authority, site.now());
    let enrolled =
        crate::enrol::enrol(&site.store, authority, &shown.token, &shown.csr_pem, &shown.signing_key, now)
            .await?;
    tracing::info!(station.id = %enrolled.station, "an edge unit enrolled");
    site.watchlist.nudge();
    Ok(Json(EnrolledBody {
        station: enrolled.station.to_string(),
        certificate_pem: enrolled.certificate_pem,
        ca_pem: authority.pem().to_owned(),
        mqtt_host: site.for_edges.mqtt_host.clone(),
        mqtt_port: site.for_edges.mqtt_port,
        server_signing_key: site.for_edges.server_signing_key.clone(),
    }))
}

impl From<EnrolError> for ApiError {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Token => {
                let zh = "注册令牌无效：已使用、已过期或不属于本服务器。";
                let en = "The token is not good: used, expired, or made by another server.";
                Self::new(StatusCode::FORBIDDEN, "token", zh, en)
            }
            EnrolError::SigningKey => Self::invalid(
                "签名公钥格式不正确。",
                "The signing key is not 64 hex digits of an Ed25519 public key.",
            ),
            EnrolError::UnknownStation => Self::not_found(),
            EnrolError::Pki(PkiError::Request(_)) => {
                Self::invalid("证书请求无法识别。", "The certificate request cannot be read.")
            }
            EnrolError::Pki(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an edge could not be certified");
                Self::internal()
            }
            EnrolError::Random(error) => {
                tracing::error!(%error, "no token could be made");
                Self::internal()
            }
            EnrolError::Store(error) => error.into(),
        }
    }
}
