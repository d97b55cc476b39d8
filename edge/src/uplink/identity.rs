//! Who this unit is: its keys, its certificate, its server. Files under `data_dir/identity`, the owner's alone.
//!
//! The signing key is made at the first start, so that records are sealed before any server is known; the rest
//! comes with enrolment. `server.json` is written last: when it is there, everything is.

use std::{
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::durable;

/// What the server is to this unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerIdentity {
    /// Where the broker is; its certificate is for this name.
    pub mqtt_host: String,
    /// The broker's port.
    pub mqtt_port: u16,
    /// The server's Ed25519 public key for watchlists, hex.
    pub server_signing_key: String,
}

/// An enrolled unit's means to connect.
#[derive(Clone)]
pub struct Identity {
    /// The server.
    pub server: ServerIdentity,
    /// The key that watchlists are sealed with.
    pub server_key: VerifyingKey,
    /// The authority's certificate, PEM.
    pub ca_pem: Vec<u8>,
    /// Our certificate, PEM.
    pub certificate_pem: Vec<u8>,
    /// Our TLS key, PEM.
    pub key_pem: Vec<u8>,
}

/// The identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file does not say what it must.
    #[error("{} is malformed", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no randomness for a key.
    #[error("no randomness for a key")]
    Random,
}

/// The folder of the identity.
#[derive(Clone, Debug)]
pub struct IdentityFolder {
    folder: PathBuf,
}

impl IdentityFolder {
    /// The folder under `data_dir`, new if there is none.
    pub fn open(data_dir: &Path) -> Result<Self, IdentityError> {
        let folder = data_dir.join("identity");
        let failed = |source| IdentityError::File { path: folder.clone(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        Ok(Self { folder })
    }

    /// The key that records are sealed with; made if there is none. A damaged one is an error, never replaced:
    /// the server knows the unit by it.
    pub fn signing_key(&self) -> Result<SigningKey, IdentityError> {
        let path = self.folder.join("signing-key");
        let mut bytes = [0; 32];
        match std::fs::read_to_string(&path) {
            Ok(text) => hex::decode_to_slice(text.trim(), &mut bytes)
                .map_err(|_| IdentityError::Malformed { path: path.clone() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                getrandom::fill(&mut bytes).map_err(|_| IdentityError::Random)?;
                self.write("signing-key", hex::encode(bytes).as_bytes())?;
            }
            Err(source) => return Err(IdentityError::File { path, source }),
        }
        Ok(SigningKey::from_bytes(&bytes))
    }

    /// Keeps what enrolment gave.
    pub(super) fn keep(&self, identity: &Identity) -> Result<(), IdentityError> {
        // Gone first, so that a cut in between never pairs an old server with a new key.
        let path = self.folder.join("server.json");
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(IdentityError::File { path, source });
            }
            Ok(()) | Err(_) => {}
        }
        self.write("tls-key.pem", &identity.key_pem)?;
        self.write("certificate.pem", &identity.certificate_pem)?;
        self.write("ca.pem", &identity.ca_pem)?;
        let server = serde_json::to_vec_pretty(&identity.server).expect("strings and a number serialise");
        self.write("server.json", &server)
    }

    /// The identity, `None` if the unit was never enrolled.
    pub fn identity(&self) -> Result<Option<Identity>, IdentityError> {
        let path = self.folder.join("server.json");
        if !path.exists() {
            return Ok(None);
        }
        let server: ServerIdentity = serde_json::from_slice(&self.read("server.json")?)
            .map_err(|_| IdentityError::Malformed { path: path.clone() })?;
        let server_key = public_key(&server.server_signing_key).ok_or(IdentityError::Malformed { path })?;
        Ok(Some(Identity {
            server,
            server_key,
            ca_pem: self.read("ca.pem")?,
            certificate_pem: self.read("certificate.pem")?,
            key_pem: self.read("tls-key.pem")?,
        }))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, IdentityError> {
        let path = self.folder.join(name);
        std::fs::read(&path).map_err(|source| IdentityError::File { path, source })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), IdentityError> {
        let path = self.folder.join(name);
        durable::write_secret(&path, bytes).map_err(|source| IdentityError::File { path, source })
    }
}

/// The public key of a text.
pub(super) fn public_key(text: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signing_key_is_made_once_and_a_damaged_one_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let identity = IdentityFolder::open(folder.path()).unwrap();
        let key = identity.signing_key().unwrap();
        assert_eq!(identity.signing_key().unwrap().to_bytes(), key.to_bytes());
        let path = folder.path().join("identity/signing-key");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "half").unwrap();
        assert!(matches!(identity.signing_key(), Err(IdentityError::Malformed { .. })));
        assert!(identity.identity().unwrap().is_none());
    }
}
