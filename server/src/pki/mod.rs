//! The server's certificates and keys: an authority of its own, made at the first start.
//!
//! The authority issues the broker's certificate and every edge's; nobody else's count. All of it lies in one
//! folder, files 0600. Servers that stand side by side share a copy of that folder.
//!
//! This module names rcgen; nothing else does.

mod authority;
mod files;
mod server_identity;

pub use authority::{Authority, EdgeCertificate};
pub use server_identity::{ServerIdentity, signing_key};

/// Certificates cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} does not hold {wanted}", path.display())]
    Malformed {
        /// Which.
        path: std::path::PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
    /// The request is not signed by the key it names, or asks for what is not given.
    #[error("the certificate request cannot be read")]
    Request(#[source] rcgen::Error),
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

/// Random bytes for keys and serial numbers.
fn random<const N: usize>() -> Result<[u8; N], PkiError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| PkiError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
