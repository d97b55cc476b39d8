//! Makes files of chunks: in order, resumable after any cut, checked before they count.
//!
//! Only a file that a stored passage of the same station announced is taken, with the size it announced. A chunk
//! that comes before its record gets no answer: the edge sends it again, and by then the record is stored.
//! What came of a file survives a restart, so a cut link or a killed server costs one chunk.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, StationId};
use plumewatch_shared::protocol::VERSION;
use plumewatch_shared::protocol::chunk::{Chunk, ChunkError};
use plumewatch_shared::protocol::message::EvidenceReceipt;

use super::{EvidenceStore, blocking};
use crate::store::{Store, StoreError};

/// Files that one station may have begun. An edge sends one after the other; more are leftovers, and the oldest
/// gives way: at most 8 × 16 MiB a station.
const PARTIALS_MAX: usize = 8;
/// Files remembered as having failed their check once, over all stations.
const FAILED_MAX: usize = 1_024;

/// Makes files of chunks. One task owns it.
#[derive(Debug)]
pub struct Intake {
    files: EvidenceStore,
    /// Files whose bytes did not match their name once. A second time the edge's own copy is wrong.
    failed: HashSet<(StationId, FileHash)>,
}

/// A chunk could not be stored; the edge sends it again.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The disk.
    #[error("cannot write an evidence file")]
    Disk(#[from] io::Error),
    /// The database.
    #[error("cannot look up or keep an evidence file")]
    Store(#[from] StoreError),
}

/// What the edge is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Send from here.
    pub next_offset: u32,
    /// Is it whole, checked and stored?
    pub complete: bool,
    /// Did this chunk make it so?
    pub completed_now: bool,
    /// Why the server will not take it.
    pub refused: Option<String>,
}

impl Answer {
    fn go_on(next_offset: u32) -> Self {
        Self { next_offset, complete: false, completed_now: false, refused: None }
    }

    fn complete(size: u32, completed_now: bool) -> Self {
        Self { next_offset: size, complete: true, completed_now, refused: None }
    }

    fn refused(reason: impl ToString) -> Self {
        Self { next_offset: 0, complete: false, completed_now: false, refused: Some(reason.to_string()) }
    }

    /// As it goes on the wire.
    pub fn receipt(&self, file: FileHash) -> EvidenceReceipt {
        EvidenceReceipt {
            v: VERSION,
            sha256: file.to_string(),
            next_offset: self.next_offset,
            complete: self.complete,
            refused: self.refused.clone(),
        }
    }
}

/// How far a chunk brought its file.
enum Progress {
    /// Send from here.
    At(u32),
    /// All bytes are here and match the name; the file stands under it.
    Whole,
    /// All bytes were here and did not match; they are gone.
    Mismatch,
}

impl Intake {
    /// An intake into this store.
    pub fn new(files: EvidenceStore) -> Self {
        Self { files, failed: HashSet::new() }
    }

    /// Takes a chunk's payload; `None` gives no answer, because no stored passage has announced the file yet.
    pub async fn take(
        &mut self,
        store: &Store,
        station: StationId,
        file: FileHash,
        payload: &[u8],
        now: Timestamp,
    ) -> Result<Option<Answer>, IntakeError> {
        let chunk = match Chunk::decode(payload) {
            Ok(chunk) => chunk,
            Err(error @ (ChunkError::Short(_) | ChunkError::Version(_) | ChunkError::Long(_))) => {
                return Ok(Some(Answer::refused(error)));
            }
            Err(error @ ChunkError::Outside { .. }) => return Ok(Some(Answer::refused(error))),
        };
        let (announced, stored) = {
            let mut reading = store.reading().await?;
            (reading.announced_bytes(station, file).await?, reading.stored_bytes(file).await?)
        };
        let Some(size) = announced else { return Ok(None) };
        if let Some(size) = stored {
            return Ok(Some(Answer::complete(size, false)));
        }
        if size != chunk.total {
            let reason = format!("the passage announced {size} bytes, the chunk says {}", chunk.total);
            return Ok(Some(Answer::refused(reason)));
        }
        let (files, offset, bytes) = (self.files.clone(), chunk.offset, chunk.bytes.to_vec());
        let progress = blocking(move || files.append(station, file, size, offset, &bytes)).await?;
        Ok(Some(match progress {
            Progress::At(next) => Answer::go_on(next),
            Progress::Whole => {
                let mut writing = store.writing().await?;
                writing.insert_file(file, size, now).await?;
                writing.commit().await?;
                self.failed.remove(&(station, file));
                Answer::complete(size, true)
            }
            // A power cut may have torn the part on our disk, so the first time it is sent anew.
            Progress::Mismatch if self.fails_first(station, file) => Answer::go_on(0),
            Progress::Mismatch => Answer::refused("the file's bytes do not match its name"),
        }))
    }

    fn fails_first(&mut self, station: StationId, file: FileHash) -> bool {
        if self.failed.len() >= FAILED_MAX {
            self.failed.clear();
        }
        self.failed.insert((station, file))
    }
}

impl EvidenceStore {
    /// Appends bytes to a station's part of a file, if they are the next ones.
    fn append(
        &self,
        station: StationId,
        file: FileHash,
        size: u32,
        offset: u32,
        bytes: &[u8],
    ) -> io::Result<Progress> {
        // Whole on the disk but not in the database: the server stopped between the two.
        if self.size(file)? == Some(size.into()) {
            return Ok(Progress::Whole);
        }
        let folder = self.root.join("partial").join(station.as_str());
        let part = folder.join(file.to_string());
        let here = match fs::metadata(&part) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_room(&folder)?;
                0
            }
            Err(error) => return Err(error),
        };
        if here > u64::from(size) {
            // Announced smaller since: nothing of it can be trusted.
            fs::remove_file(&part)?;
            return Ok(Progress::At(0));
        }
        let here = u32::try_from(here).expect("no larger than the announced size");
        if offset != here {
            return Ok(Progress::At(here));
        }
        let mut out = OpenOptions::new().create(true).append(true).open(&part)?;
        if let Err(error) = out.write_all(bytes) {
            // A full disk may have taken some: back to where the chunk began.
            out.set_len(here.into())?;
            return Err(error);
        }
        let now = here + u32::try_from(bytes.len()).expect("a chunk has at most 64 KiB");
        if now < size {
            return Ok(Progress::At(now));
        }
        out.sync_all()?;
        if FileHash::of(&fs::read(&part)?) != file {
            fs::remove_file(&part)?;
            return Ok(Progress::Mismatch);
        }
        self.keep(&part, file)?;
        Ok(Progress::Whole)
    }
}

/// Makes the station's folder, and room in it for one more file.
fn make_room(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut parts: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.metadata()?.modified()?, entry.path()))
        })
        .collect::<io::Result<_>>()?;
    parts.sort();
    let surplus = (parts.len() + 1).saturating_sub(PARTIALS_MAX);
    for (_, oldest) in parts.into_iter().take(surplus) {
        fs::remove_file(oldest)?;
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
