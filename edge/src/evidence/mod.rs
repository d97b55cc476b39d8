//! Evidence files: pictures a passage rests on, named by the SHA-256 of their bytes.

use std::path::{Path, PathBuf};

use plumewatch_shared::ids::FileHash;

/// Where the file of this hash lies: `ab/abcd….jpg`-less, the name is the hash alone, in a folder of its first byte.
pub fn place(root: &Path, hash: FileHash) -> PathBuf {
    let name = hash.to_string();
    root.join(&name[..2]).join(name)
}
