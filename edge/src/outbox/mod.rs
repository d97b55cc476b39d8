//! The outbox: where a record is safe before anyone hears of it, and until the server has receipted it.
//!
//! One trait, so that the store behind it can be replaced; [`store`] alone names sled. What must hold:
//! - [`append`](Outbox::append) mints the sequence and the chain's link, keeps the record, its files and its
//!   reading's origin in one transaction, and returns only when that is on the disk. Called again with the same
//!   record it changes nothing, so a caller that does not know how an attempt ended simply tries again.
//! - A record leaves by a receipt ([`remove`](Outbox::remove)) or is set aside as refused; never otherwise.
//! - A sequence is never used twice, even when the store is lost: [`mark`] keeps how far sequences may have gone,
//!   and [`rebuild`] jumps past it.

pub mod mark;
pub mod rebuild;
pub mod sidecar;
pub mod store;

use std::{io, path::PathBuf};

use edge_core::retention::Class;
use plumewatch_shared::{ids::FileHash, passage::EvidenceFile, reading::ReadingOrigin};

/// Origins remembered so that a measurement sent again is recognised: a head keeps at most 1000 that were not
/// acknowledged, and a station has at most eight lanes.
pub const ORIGINS: usize = 8_192;

/// The last record minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its sequence; 0 before the first.
    pub sequence: u64,
    /// What the next record names as its predecessor.
    pub link: FileHash,
}

/// A record ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// The head's sequence plus one.
    pub sequence: u64,
    /// The sealed report, as it will be sent.
    pub payload: Vec<u8>,
    /// The seal's link: what the next record will follow.
    pub link: FileHash,
    /// The measurement it rests on, if there was one.
    pub origin: Option<ReadingOrigin>,
    /// Its files.
    pub files: Vec<EvidenceFile>,
    /// What the files are worth keeping for.
    pub class: Class,
}

/// A file of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// Whose.
    pub sequence: u64,
    /// Which.
    pub file: EvidenceFile,
    /// What it is worth keeping for; `Delivered` once the server has it.
    pub class: Class,
}

/// What waits to be delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Records without a receipt.
    pub records: u64,
    /// Files the server does not have.
    pub files: u64,
}

/// The outbox cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The disk failed or is full.
    #[error("cannot {doing} the outbox")]
    Disk {
        /// `open`, `write to` or `read`.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// What is on the disk makes no sense.
    #[error("the outbox is corrupt: {0}")]
    Corrupt(String),
    /// The record does not follow the head.
    #[error("record {sequence} does not follow the head {head}")]
    OutOfOrder {
        /// The record's.
        sequence: u64,
        /// The head's.
        head: u64,
    },
    /// The record is larger than the wire allows.
    #[error("a record of {0} bytes is too large")]
    TooLarge(usize),
    /// So little is free that a write might break the store; nothing was written.
    #[error("only {free} bytes are free at {}", path.display())]
    NoRoom {
        /// The store's folder.
        path: PathBuf,
        /// What is free.
        free: u64,
    },
}

/// A durable queue of sealed records. Every call may block on the disk.
pub trait Outbox: Send + Sync {
    /// The last record minted.
    fn head(&self) -> Head;
    /// Keeps a record; durable when this returns. The same record again is no error.
    fn append(&self, record: &NewRecord) -> Result<(), OutboxError>;
    /// A record that waits.
    fn record(&self, sequence: u64) -> Result<Option<Vec<u8>>, OutboxError>;
    /// All sequences that wait, oldest first.
    fn sequences(&self) -> Result<Vec<u64>, OutboxError>;
    /// The files of all records, oldest first, delivered or not, as long as they are on the disk.
    fn files(&self) -> Result<Vec<RecordFile>, OutboxError>;
    /// How much waits.
    fn backlog(&self) -> Backlog;
    /// Forgets records that the server has stored.
    fn remove(&self, sequences: &[u64]) -> Result<(), OutboxError>;
    /// Takes a record that the server refused out of the queue and keeps it apart for a person; gives its
    /// sequence, `None` if no waiting record has this payload.
    fn set_aside(&self, payload: FileHash) -> Result<Option<u64>, OutboxError>;
    /// The server has this file of this record now.
    fn delivered(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError>;
    /// The file is no longer on the disk.
    fn forget(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError>;
    /// Is the record of this measurement durable?
    fn holds(&self, origin: &ReadingOrigin) -> bool;
}

#[cfg(test)]
mod tests;
