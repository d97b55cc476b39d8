//! Sidecars: each record once more as a plain file, so that a lost store can be rebuilt.
//!
//! A sidecar is written before its record is appended, so every record that was ever announced has one until
//! the server has everything of it. One that was never appended (the power went between) is appended at the
//! next start: the measurement was made, and its head will be told so.

use std::{
    io,
    path::{Path, PathBuf},
};

use plumewatch_shared::{
    ids::PassageId,
    protocol::{record::RecordReport, seal::Sealed},
};
use serde::{Deserialize, Serialize};

use super::{NewRecord, store};
use crate::durable;

/// The folder of the sidecars.
#[derive(Clone, Debug)]
pub struct Sidecars {
    folder: PathBuf,
}

/// What a sidecar says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    /// What the record's files are worth keeping for.
    class: String,
    /// The record as it will be sent.
    record: Sealed,
}

impl Sidecars {
    /// Opens the folder, new if there is none.
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, sequence: u64) -> PathBuf {
        self.folder.join(format!("{sequence:020}.json"))
    }

    /// Writes the sidecar of a record; durable when this returns.
    pub fn write(&self, record: &NewRecord) -> io::Result<()> {
        let sealed = serde_json::from_slice(&record.payload)?;
        let sidecar = Sidecar { class: store::class_word(record.class).to_owned(), record: sealed };
        durable::write(&self.path(record.sequence), &serde_json::to_vec(&sidecar)?)
    }

    /// Forgets a record of which the server has everything.
    pub fn remove(&self, sequence: u64) {
        // One that stays is swept at the next start; it does no harm.
        let _ = std::fs::remove_file(self.path(sequence));
    }

    /// The sequences that have sidecars, oldest first.
    pub fn sequences(&self) -> io::Result<Vec<u64>> {
        let mut sequences = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            sequences.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok()));
        }
        sequences.sort_unstable();
        Ok(sequences)
    }

    /// The record of a sidecar; `None` if it is damaged or of another record.
    pub fn read(&self, sequence: u64) -> Option<NewRecord> {
        let text = std::fs::read(self.path(sequence)).ok()?;
        let sidecar: Sidecar = serde_json::from_slice(&text).ok()?;
        let report = RecordReport::read(&sidecar.record.body).ok()?;
        let id: PassageId = report.id().parse().ok()?;
        let origin = match &report {
            RecordReport::Passage(report) => report.passage().ok()?.0.reading.map(|reading| reading.origin),
            RecordReport::ExhaustTest(_) | RecordReport::DeviceCheck(_) => None,
        };
        let files = report.evidence().iter().map(|wire| wire.file().ok()).collect::<Option<Vec<_>>>()?;
        (id.sequence == sequence).then(|| NewRecord {
            sequence,
            payload: sidecar.record.encode(),
            link: sidecar.record.link(),
            origin,
            files,
            class: store::class_of(&sidecar.class).unwrap_or(edge_core::retention::Class::Remarkable),
        })
    }
}
