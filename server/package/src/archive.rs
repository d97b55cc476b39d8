//! Files in and out of a signed zip.
//!
//! The zip's comment is the signature's place: it ends the file, and zip programs ignore it. It covers every byte before
//! it, so no byte of the package is without proof: not a file, not a name, not the archive's own directory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use plumewatch_shared::ids::FileHash;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The largest package, bytes: ten passages with five pictures of 2 MB and a clip of 8 MB each, and room.
pub const PACKAGE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Files in a package: ten passages with all their files, checks and editions have about 120.
const FILES_MAX: usize = 2_000;

/// What the comment begins with.
const MARK: &str = "plumewatch-package 1 ed25519 ";

/// The comment: the mark, the key, a space, the signature.
const COMMENT_BYTES: usize = MARK.len() + 64 + 1 + 128;

/// The end of a zip's directory without its comment (APPNOTE.TXT 4.3.16).
const END_BYTES: usize = 22;

/// Something is no package, or not a whole one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is larger than any package.
    #[error("it has more than {PACKAGE_BYTES_MAX} bytes")]
    TooLarge,
    /// It does not end as a package does.
    #[error("it does not end with a package's signature")]
    NoSignature,
    /// It is no zip, or a damaged one.
    #[error("the archive cannot be read")]
    Damaged(#[from] zip::result::ZipError),
    /// A file in it is damaged.
    #[error("{name} in it cannot be read")]
    File {
        /// Which.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The archive cannot be written.
    #[error("the archive cannot be written")]
    Write(#[from] std::io::Error),
    /// It holds more files than a package.
    #[error("it holds more than {FILES_MAX} files")]
    TooMany,
    /// A name stands twice, or a file is squeezed.
    #[error("{0} stands twice in it, or is not stored plainly")]
    Odd(String),
}

/// The signature of a package, read and not yet proven.
pub(crate) struct Signed {
    /// The key that it names, lower-case hex.
    pub(crate) key: String,
    /// Does it hold over every byte before it?
    pub(crate) holds: bool,
}

/// The files as a zip, signed.
pub(crate) fn write(files: &BTreeMap<String, Vec<u8>>, key: &SigningKey) -> Result<Vec<u8>, ArchiveError> {
    let bytes: usize = files.values().map(Vec::len).sum();
    if bytes > PACKAGE_BYTES_MAX {
        return Err(ArchiveError::TooLarge);
    }
    if files.len() > FILES_MAX {
        return Err(ArchiveError::TooMany);
    }
    // The same files make the same package: a zip's own times are of no use, the manifest says when it was made.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes + 64 * 1024)));
    for (name, content) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(content)?;
    }
    zip.set_comment(" ".repeat(COMMENT_BYTES))?;
    let mut package = zip.finish()?.into_inner();
    let place = package.len() - COMMENT_BYTES;
    let named = hex::encode(key.verifying_key().to_bytes());
    let signature = key.sign(&signed_text(&named, &package[..place]));
    let comment = format!("{MARK}{named} {}", hex::encode(signature.to_bytes()));
    package[place..].copy_from_slice(comment.as_bytes());
    Ok(package)
}

/// The signature that a package ends with.
pub(crate) fn signature(package: &[u8]) -> Result<Signed, ArchiveError> {
    if package.len() > PACKAGE_BYTES_MAX + 64 * 1024 * 1024 {
        return Err(ArchiveError::TooLarge);
    }
    let place = package.len().checked_sub(COMMENT_BYTES).ok_or(ArchiveError::NoSignature)?;
    let end = place.checked_sub(END_BYTES).ok_or(ArchiveError::NoSignature)?;
    let length = u16::from_le_bytes([package[place - 2], package[place - 1]]);
    if !package[end..].starts_with(b"PK\x05\x06") || usize::from(length) != COMMENT_BYTES {
        return Err(ArchiveError::NoSignature);
    }
    let comment = std::str::from_utf8(&package[place..]).map_err(|_| ArchiveError::NoSignature)?;
    let parts = comment.strip_prefix(MARK).and_then(|rest| rest.split_once(' '));
    let (named, text) = parts.ok_or(ArchiveError::NoSignature)?;
    let proof = || {
        // One spelling only: hex in capitals would be another file with the same proof.
        let lower = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (mut key, mut signature) = ([0; 32], [0; 64]);
        hex::decode_to_slice(named, &mut key).ok()?;
        hex::decode_to_slice(text, &mut signature).ok()?;
        let key = VerifyingKey::from_bytes(&key).ok()?;
        let signed = signed_text(named, &package[..place]);
        key.verify_strict(&signed, &Signature::from_bytes(&signature)).ok()?;
        Some(lower(named) && lower(text))
    };
    Ok(Signed { key: named.to_owned(), holds: proof() == Some(true) })
}

/// The files of a package, whether its signature holds or not.
pub(crate) fn read(package: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let mut zip = ZipArchive::new(Cursor::new(package))?;
    if zip.len() > FILES_MAX {
        return Err(ArchiveError::TooMany);
    }
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let file = zip.by_index(at)?;
        let name = file.name()?.into_owned();
        if file.compression() != CompressionMethod::Stored || file.size() > package.len() as u64 {
            return Err(ArchiveError::Odd(name));
        }
        let mut content = Vec::new();
        let read = file.take(package.len() as u64).read_to_end(&mut content);
        read.map_err(|source| ArchiveError::File { name: name.clone(), source })?;
        if files.insert(name.clone(), content).is_some() {
            return Err(ArchiveError::Odd(name));
        }
    }
    Ok(files)
}

fn signed_text(key: &str, package: &[u8]) -> Vec<u8> {
    format!("plumewatch package 1\n{key}\n{}", FileHash::of(package)).into_bytes()
}
