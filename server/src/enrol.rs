//! Enrolment: how an edge unit gets its certificate, and the server its signing key.
//!
//! An administrator makes a token, `<secret>.<fingerprint of the authority>`; the edge shows the secret with
//! a certificate request and its public signing key. The token is good once and for a day; using it, the key
//! and the certificate are one transaction. The fingerprint lets the edge check that the authority it is given
//! is the one that the administrator's server has, whatever lies between.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, StationId};
use server_core::audit::{Action, Entry};

use crate::auth::token::{NoRandom, Secret};
use crate::pki::{Authority, PkiError};
use crate::store::{Store, StoreError};

/// How long a token is good: the working day on which somebody drives to the site, and the morning after.
pub const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the administrator carries to the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// Proves to the server that the edge is meant.
    pub secret: Secret,
    /// Proves to the edge that the server is meant.
    pub authority: FileHash,
}

/// A text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment token")]
pub struct NotAToken;

impl fmt::Display for EnrolmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.secret, self.authority)
    }
}

impl FromStr for EnrolmentToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let (secret, authority) = text.trim().split_once('.').ok_or(NotAToken)?;
        let secret = secret.parse().map_err(|_| NotAToken)?;
        Ok(Self { secret, authority: authority.parse().map_err(|_| NotAToken)? })
    }
}

/// Enrolment fails.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The token is used, expired, or never was.
    #[error("the token is not good: used, expired, or made by another server")]
    Token,
    /// The signing key is no Ed25519 public key.
    #[error("the signing key is not 64 hex digits of an Ed25519 public key")]
    SigningKey,
    /// There is no such station.
    #[error("there is no such station")]
    UnknownStation,
    /// The request cannot be certified.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an enrolled edge is given.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// Who it is.
    pub station: StationId,
    /// Its certificate, PEM.
    pub certificate_pem: String,
}

/// Adds a station; false if there is one of this id already.
pub async fn add_station(
    store: &Store,
    station: StationId,
    name: &str,
    actor: &str,
    now: Timestamp,
) -> Result<bool, EnrolError> {
    let mut writing = store.writing().await?;
    let new = writing.add_station(station, name, now.as_microsecond()).await?;
    if new {
        writing.append_audit(entry(now, actor, Action::StationAdded, station)).await?;
    }
    writing.commit().await?;
    Ok(new)
}

/// Gives a station another name.
pub async fn rename_station(store: &Store, station: StationId, name: &str) -> Result<(), EnrolError> {
    let mut writing = store.writing().await?;
    if !writing.rename_station(station, name).await? {
        return Err(EnrolError::UnknownStation);
    }
    Ok(writing.commit().await?)
}

/// Makes a token for a station, in place of any before.
pub async fn issue_token(
    store: &Store,
    authority: FileHash,
    station: StationId,
    actor: &str,
    now: Timestamp,
) -> Result<EnrolmentToken, EnrolError> {
    let secret = Secret::random()?;
    let life = i64::try_from(TOKEN_LIFE.as_micros()).expect("a day fits");
    let mut writing = store.writing().await?;
    if !writing.set_enrolment_token(station, secret.hash(), now.as_microsecond().saturating_add(life)).await?
    {
        return Err(EnrolError::UnknownStation);
    }
    writing.append_audit(entry(now, actor, Action::TokenIssued, station)).await?;
    writing.commit().await?;
    Ok(EnrolmentToken { secret, authority })
}

/// Uses up a token: the station's key and certificate count from now on, and nothing before them.
pub async fn enrol(
    store: &Store,
    authority: &Authority,
    token: &str,
    request_pem: &str,
    signing_key: &str,
    now: Timestamp,
) -> Result<Enrolled, EnrolError> {
    let token: EnrolmentToken = token.parse().map_err(|NotAToken| EnrolError::Token)?;
    let signing_key = public_key(signing_key).ok_or(EnrolError::SigningKey)?;
    if token.authority != authority.fingerprint() {
        return Err(EnrolError::Token);
    }
    let hash = token.secret.hash();
    let mut writing = store.writing().await?;
    let station = writing.station_of_token(hash, now.as_microsecond()).await?.ok_or(EnrolError::Token)?;
    let certificate = authority.certify_edge(station, request_pem, now)?;
    let key = signing_key.to_bytes();
    if !writing.enrol_station(station, hash, key, &certificate.serial, now.as_microsecond()).await? {
        return Err(EnrolError::Token);
    }
    writing.append_audit(entry(now, station.as_str(), Action::StationEnrolled, station)).await?;
    writing.commit().await?;
    Ok(Enrolled { station, certificate_pem: certificate.pem })
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

fn entry(at: Timestamp, actor: &str, action: Action, station: StationId) -> Entry {
    let (actor, subject) = (actor.to_owned(), station.to_string());
    Entry { at, actor, action, subject, reason: None, detail: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_reads_back_from_what_is_carried() {
        let token = EnrolmentToken { secret: Secret::random().unwrap(), authority: FileHash::of(b"ca") };
        assert_eq!(format!(" {token}\n").parse(), Ok(token));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", hex in "[0-9a-f]{64}\\.[0-9a-f]{63,65}") {
            let _ = text.parse::<EnrolmentToken>();
            let _ = hex.parse::<EnrolmentToken>();
            let _ = public_key(&text);
        }
    }
}
