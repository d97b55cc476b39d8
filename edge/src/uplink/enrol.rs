//! Enrolment: a one-time token becomes a certificate.
//!
//! The token is `<secret>.<SHA-256 of the authority's certificate>`: the secret proves us to the server, the
//! fingerprint proves the server to us, whatever lies between.

use std::time::Duration;

use plumewatch_shared::ids::{FileHash, StationId};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::{Deserialize, Serialize};

use super::identity::{Identity, IdentityError, IdentityFolder, ServerIdentity, public_key};

/// An answer larger than this is none: two certificates and a few words.
const ANSWER_MAX: u64 = 256 << 10;

/// A server that does not answer within this is down; a person waits and tries again.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Enrolment failed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The token is cut or mistyped.
    #[error("the token is not complete: it is a secret, a point and 64 digits 0-9 a-f")]
    Token,
    /// The server was not reached, or what it said is no answer.
    #[error("cannot ask the server at {url}")]
    Ask {
        /// Where.
        url: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// The server said no.
    #[error("the server refuses (HTTP {status}): {text}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words.
        text: String,
    },
    /// The authority is not the one that the token names: someone stands between.
    #[error("the server's authority is not the one that the token names; do not go on, ask for a new token")]
    OtherAuthority,
    /// The token was made for another station.
    #[error("the token is for station {0}, the configuration says another")]
    OtherStation(String),
    /// A part of the answer is malformed.
    #[error("the server's answer has no usable {0}")]
    Answer(&'static str),
    /// No key or request could be made.
    #[error("cannot make a key and a certificate request")]
    Request(#[from] rcgen::Error),
    /// The identity cannot be kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

#[derive(Serialize)]
struct Asked<'a> {
    token: &'a str,
    csr_pem: String,
    signing_key: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    station: Option<String>,
    certificate_pem: String,
    ca_pem: String,
    mqtt_host: String,
    mqtt_port: u16,
    server_signing_key: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: RefusalWords,
}

#[derive(Deserialize)]
struct RefusalWords {
    zh: String,
    en: String,
}

/// Enrols `station` at the server with this base address, and keeps the identity.
pub fn enrol(
    folder: &IdentityFolder,
    station: StationId,
    server: &str,
    token: &str,
) -> Result<(), EnrolError> {
    let (_, fingerprint) = token.trim().split_once('.').ok_or(EnrolError::Token)?;
    let authority: FileHash = fingerprint.parse().map_err(|_| EnrolError::Token)?;
    let signing_key = folder.signing_key()?.verifying_key();
    let key = KeyPair::generate()?;
    let asked = Asked {
        token: token.trim(),
        csr_pem: request(station, &key)?,
        signing_key: hex::encode(signing_key.to_bytes()),
    };
    let answer = ask(server, &asked)?;
    let identity = check(answer, station, authority, key.serialize_pem())?;
    Ok(folder.keep(&identity)?)
}

fn request(station: StationId, key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, station.as_str());
    params.serialize_request(key)?.pem()
}

fn ask(server: &str, asked: &Asked<'_>) -> Result<Answer, EnrolError> {
    let url = format!("{}/api/v1/enrol", server.trim_end_matches('/'));
    let failed = |source| EnrolError::Ask { url: url.clone(), source: Box::new(source) };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_WITHIN))
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent.post(&url).send_json(asked).map_err(failed)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_MAX).read_to_string().map_err(failed)?;
    if status != 200 {
        let words = serde_json::from_str::<Refusal>(&body).map(|refusal| refusal.error);
        let text = words.map_or_else(|_| "no reason given".to_owned(), |words| words.zh + " " + &words.en);
        return Err(EnrolError::Refused { status, text });
    }
    serde_json::from_str(&body).map_err(|_| EnrolError::Answer("JSON"))
}

/// The identity of an answer, if the authority is the one that the token names.
fn check(
    answer: Answer,
    station: StationId,
    authority: FileHash,
    key_pem: String,
) -> Result<Identity, EnrolError> {
    let ca = CertificateDer::from_pem_slice(answer.ca_pem.as_bytes());
    let ca = ca.map_err(|_| EnrolError::Answer("authority certificate"))?;
    if FileHash::of(&ca) != authority {
        return Err(EnrolError::OtherAuthority);
    }
    if let Some(other) = answer.station.filter(|named| named != station.as_str()) {
        return Err(EnrolError::OtherStation(other));
    }
    CertificateDer::from_pem_slice(answer.certificate_pem.as_bytes())
        .map_err(|_| EnrolError::Answer("certificate"))?;
    let server_key = public_key(&answer.server_signing_key).ok_or(EnrolError::Answer("signing key"))?;
    Ok(Identity {
        server: ServerIdentity {
            mqtt_host: answer.mqtt_host,
            mqtt_port: answer.mqtt_port,
            server_signing_key: answer.server_signing_key,
        },
        server_key,
        ca_pem: answer.ca_pem.into_bytes(),
        certificate_pem: answer.certificate_pem.into_bytes(),
        key_pem: key_pem.into_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station() -> StationId {
        "A140105001".parse().unwrap()
    }

    fn answer(ca_pem: &str) -> Answer {
        let server = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        Answer {
            station: Some("A140105001".to_owned()),
            certificate_pem: ca_pem.to_owned(),
            ca_pem: ca_pem.to_owned(),
            mqtt_host: "localhost".to_owned(),
            mqtt_port: 8883,
            server_signing_key: hex::encode(server.to_bytes()),
        }
    }

    fn authority() -> (String, FileHash) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        (certificate.pem(), FileHash::of(certificate.der()))
    }

    #[test]
    fn an_answer_of_the_named_authority_is_kept_and_read_again() {
        let (pem, fingerprint) = authority();
        let folder = tempfile::tempdir().unwrap();
        let identities = IdentityFolder::open(folder.path()).unwrap();
        let identity = check(answer(&pem), station(), fingerprint, "key".to_owned()).unwrap();
        identities.keep(&identity).unwrap();
        let again = identities.identity().unwrap().unwrap();
        assert_eq!((again.server, again.key_pem), (identity.server, b"key".to_vec()));
    }

    #[test]
    fn another_authority_and_another_station_are_refused() {
        let ((pem, fingerprint), (_, other)) = (authority(), authority());
        let checked = check(answer(&pem), station(), other, String::new());
        assert!(matches!(checked, Err(EnrolError::OtherAuthority)));
        let mut foreign = answer(&pem);
        foreign.station = Some("A140105002".to_owned());
        let checked = check(foreign, station(), fingerprint, String::new());
        assert!(matches!(checked, Err(EnrolError::OtherStation(_))));
    }

    #[test]
    fn a_cut_token_is_refused_before_anything_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let identities = IdentityFolder::open(folder.path()).unwrap();
        for token in ["", "secret", "secret.abc"] {
            let refused = enrol(&identities, station(), "http://127.0.0.1:1", token);
            assert!(matches!(refused, Err(EnrolError::Token)), "{token}");
        }
    }
}
