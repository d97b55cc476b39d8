//! Evidence: the pictures a passage rests on, as plain files named by the SHA-256 of their bytes.
//!
//! [`overlay`] writes on them when, where and what; [`shelf`] keeps them within the disk's limits; [`ballast`] is
//! the last reserve. Evidence may be given up when the disk is full; records never are.

pub mod ballast;
pub mod overlay;
pub mod shelf;

use std::path::{Path, PathBuf};

use plumewatch_shared::ids::FileHash;

/// Where the file of this hash lies: its name is the hash, in a folder named by the hash's first byte.
pub fn place(root: &Path, hash: FileHash) -> PathBuf {
    let name = hash.to_string();
    root.join(&name[..2]).join(name)
}
