//! How far sequences may have gone, kept apart from the store: if that is lost, nothing else can say it.
//!
//! The mark runs ahead in blocks, so that it is written once in [`BLOCK`] records.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::durable;

/// Sequences a mark runs ahead. After a lost store so many numbers at most stay unused; the server's ledger
/// shows them as missing, which is honest: nobody can know.
pub const BLOCK: u64 = 64;

/// The mark.
#[derive(Debug)]
pub struct Mark {
    path: PathBuf,
    reached: u64,
}

impl Mark {
    /// Reads the mark; 0 if there is none. An unreadable one is an error: a guess might use a sequence twice.
    pub fn open(path: &Path) -> io::Result<Self> {
        let reached = match std::fs::read_to_string(path) {
            Ok(text) => text.trim().parse().map_err(|_| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{} is no number", path.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), reached })
    }

    /// The highest sequence that may have been used.
    pub fn reached(&self) -> u64 {
        self.reached
    }

    /// Makes sure that `sequence` is within the mark; call before it is used.
    pub fn cover(&mut self, sequence: u64) -> io::Result<()> {
        if sequence > self.reached {
            let reached = sequence + BLOCK - 1;
            durable::write(&self.path, format!("{reached}\n").as_bytes())?;
            self.reached = reached;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_read_again_covers_every_sequence_that_was_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        let mut mark = Mark::open(&path).unwrap();
        for sequence in 1..=BLOCK + 1 {
            mark.cover(sequence).unwrap();
            assert!(Mark::open(&path).unwrap().reached() >= sequence);
        }
    }

    #[test]
    fn a_mark_that_is_no_number_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        std::fs::write(&path, "soon").unwrap();
        assert!(Mark::open(&path).is_err());
    }
}
