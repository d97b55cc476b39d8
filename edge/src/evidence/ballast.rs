//! A file that only takes room, given up when the disk is full: so the store always finds a little more.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use crate::durable;

/// The ballast.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// A ballast of so many bytes at `path`, not laid yet.
    pub fn new(path: &Path, bytes: u64) -> Self {
        Self { path: path.to_owned(), bytes }
    }

    /// Is it lying there?
    pub fn is_laid(&self) -> bool {
        self.path.is_file()
    }

    /// Lays it, if twice its size is free: then laying it takes nothing that anyone needs.
    pub fn lay(&self) -> io::Result<()> {
        let folder = self.path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        if self.bytes == 0 || self.is_laid() || durable::free_bytes(folder)? < self.bytes.saturating_mul(2) {
            return Ok(());
        }
        let file = File::create(&self.path)?;
        // Really allocated: a sparse file would give nothing back.
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, self.bytes)?;
        file.sync_all()
    }

    /// Gives it up; true if there was one.
    pub fn release(&self) -> bool {
        std::fs::remove_file(&self.path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn ballast_takes_real_room_and_gives_it_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::new(&folder.path().join("ballast"), 1 << 20);
        ballast.lay().unwrap();
        let metadata = std::fs::metadata(folder.path().join("ballast")).unwrap();
        assert!(metadata.blocks() * 512 >= 1 << 20);
        assert!(ballast.release() && !ballast.release() && !ballast.is_laid());
    }
}
