//! The broker's certificate, renewed when its names change or its end nears; and the key that signs watchlists.

use std::path::Path;

use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;
use serde::{Deserialize, Serialize};

use super::authority::LEAF_DAYS;
use super::{Authority, PkiError, files, random};

/// How long before its end a certificate is renewed, days. A server is restarted more often than that.
const RENEW_DAYS: i32 = 90;

/// Names a machine always has for itself.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What the broker shows to edges.
#[derive(Clone)]
pub struct ServerIdentity {
    /// Certificate, PEM.
    pub certificate_pem: String,
    /// Private key, PEM.
    pub key_pem: String,
}

/// What a certificate was made for.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct MadeFor {
    names: Vec<String>,
    authority: String,
    renew_from: Timestamp,
}

impl ServerIdentity {
    /// The identity in `folder` for `names` (host names and addresses), made or renewed as needed.
    pub fn open(
        folder: &Path,
        authority: &Authority,
        names: &[String],
        now: Timestamp,
    ) -> Result<Self, PkiError> {
        let mut names: Vec<String> = names
            .iter()
            .cloned()
            .chain(OWN_NAMES.map(str::to_owned))
            .filter(|name| !name.is_empty())
            .collect();
        names.sort();
        names.dedup();
        let (certificate, key, made_for) =
            (folder.join("server.pem"), folder.join("server.key"), folder.join("server.json"));
        let made = files::read(&made_for)?.and_then(|text| serde_json::from_str::<MadeFor>(&text).ok());
        let authority_name = authority.fingerprint().to_string();
        let fits = made.is_some_and(|made| {
            made.names == names && made.authority == authority_name && now < made.renew_from
        });
        if let (true, Some(certificate_pem), Some(key_pem)) =
            (fits, files::read(&certificate)?, files::read(&key)?)
        {
            return Ok(Self { certificate_pem, key_pem });
        }
        let pair = KeyPair::generate()?;
        let certificate_pem = authority.certify_server(&names, &pair, now)?;
        let key_pem = pair.serialize_pem();
        let renew_from = now + SignedDuration::from_hours(24 * i64::from(LEAF_DAYS - RENEW_DAYS));
        // What it was made for goes last: cut off before that, all three are made again.
        files::write(&key, &key_pem)?;
        files::write(&certificate, &certificate_pem)?;
        let made_for_text = serde_json::to_string(&MadeFor { names, authority: authority_name, renew_from })
            .expect("strings and a stamp always serialise");
        files::write(&made_for, &made_for_text)?;
        Ok(Self { certificate_pem, key_pem })
    }
}

/// The key that signs what edges must believe, such as watchlists; made if there is none.
pub fn signing_key(folder: &Path) -> Result<SigningKey, PkiError> {
    files::make_folder(folder)?;
    let path = folder.join("signing.key");
    if let Some(text) = files::read(&path)? {
        let mut seed = [0; 32];
        return match hex::decode_to_slice(text.trim(), &mut seed) {
            Ok(()) => Ok(SigningKey::from_bytes(&seed)),
            Err(_) => Err(PkiError::Malformed { path, wanted: "64 hex digits of an Ed25519 key" }),
        };
    }
    let seed = random::<32>()?;
    files::write(&path, &hex::encode(seed))?;
    Ok(SigningKey::from_bytes(&seed))
}
