//! Seals: a body, what it follows, and a signature over both.
//!
//! A station's records form a chain: each names the hash of the one before. The algorithm is named in the
//! envelope, so that SM2/SM3 can stand beside Ed25519 without a new version.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::ids::FileHash;

/// A signed message. The body stays the exact text that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Version of the envelope.
    pub v: u8,
    /// Algorithm of hash and signature.
    pub alg: Algorithm,
    /// Hash of the record before in the station's chain, hex; 64 zeros for the first.
    pub prev: String,
    /// The message itself, JSON.
    pub body: String,
    /// Signature over purpose, `prev` and `body`, hex.
    pub sig: String,
}

/// How a seal is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519 over SHA-256 names.
    #[serde(rename = "ed25519-sha256")]
    Ed25519Sha256,
}

/// What a seal is for: one made for a record never passes for a watchlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A station's passage report.
    Record,
    /// The server's watchlist.
    Watchlist,
    /// The server's rulebooks.
    Rulebook,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Record => "plumewatch record 1",
            Self::Watchlist => "plumewatch watchlist 1",
            Self::Rulebook => "plumewatch rulebook 1",
        }
    }
}

/// A seal does not hold.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Not an envelope.
    #[error("the envelope cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// Another version of the envelope.
    #[error("envelope version {0} is not known")]
    Version(u8),
    /// `prev` or `sig` is not the hex it must be.
    #[error("the envelope's {0} is malformed")]
    Field(&'static str),
    /// The signature is not by the key expected.
    #[error("the signature does not hold")]
    Signature,
}

/// The `prev` of a chain's first record.
pub const CHAIN_START: FileHash = FileHash([0; 32]);

fn signed_text(purpose: Purpose, prev: &str, body: &str) -> Vec<u8> {
    [purpose.word(), "\n", prev, "\n", body].concat().into_bytes()
}

impl Sealed {
    /// Seals `body`, which follows the record whose [`link`](Self::link) is `prev`.
    pub fn new(purpose: Purpose, prev: FileHash, body: String, key: &SigningKey) -> Self {
        let prev = prev.to_string();
        let sig = key.sign(&signed_text(purpose, &prev, &body));
        Self { v: 1, alg: Algorithm::Ed25519Sha256, prev, body, sig: hex::encode(sig.to_bytes()) }
    }

    /// Reads an envelope and proves that `key` sealed it for `purpose`.
    pub fn open(purpose: Purpose, payload: &[u8], key: &VerifyingKey) -> Result<Self, SealError> {
        let sealed: Self = serde_json::from_slice(payload)?;
        if sealed.v != 1 {
            return Err(SealError::Version(sealed.v));
        }
        sealed.prev.parse::<FileHash>().map_err(|_| SealError::Field("prev"))?;
        let mut sig = [0; 64];
        hex::decode_to_slice(&sealed.sig, &mut sig).map_err(|_| SealError::Field("sig"))?;
        key.verify(&signed_text(purpose, &sealed.prev, &sealed.body), &Signature::from_bytes(&sig))
            .map_err(|_| SealError::Signature)?;
        Ok(sealed)
    }

    /// What the next record of the chain names as its `prev`.
    pub fn link(&self) -> FileHash {
        FileHash::of([self.prev.as_str(), "\n", &self.body, "\n", &self.sig].concat().as_bytes())
    }

    /// The envelope as payload.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and an enum always serialise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_seal_opens_with_its_own_key_for_its_own_purpose_only() {
        let sealed = Sealed::new(Purpose::Record, CHAIN_START, "{}".to_owned(), &key(1)).encode();
        assert!(Sealed::open(Purpose::Record, &sealed, &key(1).verifying_key()).is_ok());
        assert!(matches!(
            Sealed::open(Purpose::Record, &sealed, &key(2).verifying_key()),
            Err(SealError::Signature)
        ));
        for other in [Purpose::Watchlist, Purpose::Rulebook] {
            let opened = Sealed::open(other, &sealed, &key(1).verifying_key());
            assert!(matches!(opened, Err(SealError::Signature)));
        }
    }

    proptest! {
        #[test]
        fn any_flipped_byte_is_noticed_or_refused(at in 0usize..200, flip in 1u8..) {
            let mut sealed = Sealed::new(Purpose::Record, CHAIN_START, r#"{"a":1}"#.to_owned(), &key(1)).encode();
            let at = at % sealed.len();
            sealed[at] ^= flip;
            let opened = Sealed::open(Purpose::Record, &sealed, &key(1).verifying_key());
            // JSON has several spellings of one text; what opens must say the same.
            if let Ok(opened) = opened {
                prop_assert_eq!(opened.body, r#"{"a":1}"#);
            }
        }

        #[test]
        fn no_payload_makes_the_reader_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Sealed::open(Purpose::Record, &payload, &key(1).verifying_key());
        }
    }
}
