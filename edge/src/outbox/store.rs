//! The outbox on sled 0.34.7, the only place that names it.
//!
//! What sled wants (MEASURED.md): small values, a flush before anything is announced, room on the disk at every
//! write and every opening. After a failed write it refuses everything; so a failure closes the store here and
//! the next call opens it again. What is on the disk decides then, and `append` is made to be tried again.

use std::{
    collections::{HashSet, VecDeque},
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use edge_core::retention::Class;
use plumewatch_shared::{
    ids::FileHash,
    passage::{EvidenceFile, EvidenceKind},
    protocol::{RECORD_MAX, seal::CHAIN_START},
    reading::ReadingOrigin,
};
use sled::{Transactional, transaction::TransactionError};

use super::{Backlog, Head, NewRecord, ORIGINS, Outbox, OutboxError, RecordFile};
use crate::durable::free_bytes;

/// Below so much free space nothing is written: sled writes in segments of 512 KiB and breaks on a full disk.
pub const ROOM: u64 = 4 * 1024 * 1024;

/// Sled's cache. The backlog is read in order, once; a small cache serves it as well as a large one.
const CACHE: u64 = 8 * 1024 * 1024;

/// The outbox in one folder.
pub struct SledOutbox {
    path: PathBuf,
    open: Mutex<State>,
}

/// What is known without asking the disk, and the store while it works.
struct State {
    trees: Option<Trees>,
    head: Head,
    origins: Origins,
    backlog: Backlog,
}

struct Trees {
    db: sled::Db,
    /// The file that sled's log is in, to be synced by us.
    log: File,
    records: sled::Tree,
    files: sled::Tree,
    origins: sled::Tree,
    aside: sled::Tree,
    meta: sled::Tree,
}

/// The last [`ORIGINS`] measurements stored, oldest first; by the sequence of their record.
#[derive(Default)]
struct Origins {
    order: VecDeque<(u64, ReadingOrigin)>,
    known: HashSet<ReadingOrigin>,
}

impl Origins {
    fn push(&mut self, sequence: u64, origin: ReadingOrigin) {
        self.known.insert(origin.clone());
        self.order.push_back((sequence, origin));
    }

    /// What must go for one more to fit.
    fn oldest(&self) -> Option<u64> {
        (self.order.len() >= ORIGINS).then(|| self.order.front().map(|(sequence, _)| *sequence)).flatten()
    }

    fn pop(&mut self) {
        if let Some((_, origin)) = self.order.pop_front() {
            self.known.remove(&origin);
        }
    }
}

const HEAD: &[u8] = b"head";
const WHOLE: &[u8] = b"whole";

fn disk(doing: &'static str) -> impl Fn(sled::Error) -> OutboxError {
    move |error| match error {
        sled::Error::Io(source) => OutboxError::Disk { doing, source },
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => {
            OutboxError::Corrupt(error.to_string())
        }
        sled::Error::CollectionNotFound(_) | sled::Error::Unsupported(_) => {
            OutboxError::Disk { doing, source: io::Error::other(error.to_string()) }
        }
    }
}

fn corrupt(what: &str) -> OutboxError {
    OutboxError::Corrupt(what.to_owned())
}

impl Trees {
    fn open(path: &Path) -> Result<Self, OutboxError> {
        let free = free_bytes(path.parent().unwrap_or(path))
            .map_err(|source| OutboxError::Disk { doing: "open", source })?;
        if free < ROOM {
            return Err(OutboxError::NoRoom { path: path.to_owned(), free });
        }
        // Sled panics on some corrupt files instead of saying so; the store is then as corrupt as if it had.
        let opened = std::panic::catch_unwind(|| {
            let db = sled::Config::new()
                .path(path)
                .mode(sled::Mode::LowSpace)
                .cache_capacity(CACHE)
                .flush_every_ms(None)
                .open()?;
            let tree = |name: &str| db.open_tree(name);
            Ok::<_, sled::Error>(Self {
                records: tree("records")?,
                files: tree("files")?,
                origins: tree("origins")?,
                aside: tree("aside")?,
                meta: tree("meta")?,
                log: File::open(path.join("db"))?,
                db,
            })
        });
        match opened {
            Ok(trees) => trees.map_err(disk("open")),
            Err(_) => Err(corrupt("sled panicked while opening it")),
        }
    }

    fn head(&self) -> Result<Head, OutboxError> {
        match self.meta.get(HEAD).map_err(disk("read"))? {
            None => Ok(Head { sequence: 0, link: CHAIN_START }),
            Some(value) => head_value(&value).ok_or_else(|| corrupt("its head is malformed")),
        }
    }

    fn origins(&self) -> Result<Origins, OutboxError> {
        let mut origins = Origins::default();
        for entry in &self.origins {
            let (key, value) = entry.map_err(disk("read"))?;
            let origin = origin_value(&value).ok_or_else(|| corrupt("an origin is malformed"))?;
            origins.push(sequence_key(&key).ok_or_else(|| corrupt("a key is malformed"))?, origin);
        }
        Ok(origins)
    }

    fn files(&self) -> Result<Vec<RecordFile>, OutboxError> {
        self.files
            .iter()
            .map(|entry| {
                let (key, value) = entry.map_err(disk("read"))?;
                file_entry(&key, &value).ok_or_else(|| corrupt("a file's entry is malformed"))
            })
            .collect()
    }

    /// Makes everything durable. sled's own flush only starts the pages on their way (`sync_file_range` on Linux,
    /// which leaves them in the disk's volatile cache), so the file is synced after it.
    fn flush(&self) -> Result<(), OutboxError> {
        self.db.flush().map_err(disk("write to"))?;
        self.log.sync_data().map_err(|source| OutboxError::Disk { doing: "write to", source })
    }
}

fn sequence_key(key: &[u8]) -> Option<u64> {
    key.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

fn head_value(value: &[u8]) -> Option<Head> {
    let link = FileHash(*value.get(8..)?.first_chunk()?);
    Some(Head { sequence: sequence_key(value)?, link })
}

fn origin_value(value: &[u8]) -> Option<ReadingOrigin> {
    let mut parts = std::str::from_utf8(value).ok()?.split(' ');
    let mut part = || parts.next();
    Some(ReadingOrigin {
        device: part()?.parse().ok()?,
        boot: part()?.parse().ok()?,
        sequence: part()?.parse().ok()?,
    })
}

fn file_key(sequence: u64, file: FileHash) -> Vec<u8> {
    [&sequence.to_be_bytes()[..], &file.0].concat()
}

/// `class word, kind word, bytes`.
fn file_text(file: &EvidenceFile, class: Class) -> String {
    format!("{} {} {}", class_word(class), file.kind.wire_word(), file.bytes)
}

fn file_entry(key: &[u8], value: &[u8]) -> Option<RecordFile> {
    let hash = FileHash(*key.get(8..)?.first_chunk()?);
    let mut parts = std::str::from_utf8(value).ok()?.split(' ');
    let class = class_of(parts.next()?)?;
    let kind = EvidenceKind::from_wire_word(parts.next()?)?;
    let bytes = parts.next()?.parse().ok()?;
    Some(RecordFile { sequence: sequence_key(key)?, file: EvidenceFile { kind, hash, bytes }, class })
}

/// The word of a class on the disk.
pub(crate) fn class_word(class: Class) -> &'static str {
    match class {
        Class::Delivered => "delivered",
        Class::Unremarkable => "unremarkable",
        Class::Remarkable => "remarkable",
        Class::Incriminating => "incriminating",
    }
}

/// The class of a word.
pub(crate) fn class_of(word: &str) -> Option<Class> {
    [Class::Delivered, Class::Unremarkable, Class::Remarkable, Class::Incriminating]
        .into_iter()
        .find(|class| class_word(*class) == word)
}

impl SledOutbox {
    /// Opens the outbox in `path`, new if there is none.
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        Ok(Self { path: path.to_owned(), open: Mutex::new(Self::load(path)?) })
    }

    fn load(path: &Path) -> Result<State, OutboxError> {
        let trees = Trees::open(path)?;
        let undelivered = trees.files()?.iter().filter(|file| file.class != Class::Delivered).count();
        let backlog = Backlog { records: trees.records.len() as u64, files: undelivered as u64 };
        let (head, origins) = (trees.head()?, trees.origins()?);
        Ok(State { trees: Some(trees), head, origins, backlog })
    }

    /// Is the store the one that the mark beside it counts for: begun before any sequence was used, or rebuilt to
    /// the end? A store that stands in for a lost one is not, until [`call_whole`](Self::call_whole).
    pub fn is_whole(&self) -> Result<bool, OutboxError> {
        self.with(|_, trees| trees.meta.contains_key(WHOLE).map_err(disk("read")))
    }

    /// Says so, durably.
    pub fn call_whole(&self) -> Result<(), OutboxError> {
        self.with(|_, trees| {
            trees.meta.insert(WHOLE, &[]).map_err(disk("write to"))?;
            trees.flush()
        })
    }

    /// Sets the head after a rebuild, so that no sequence up to `sequence` is used again. Never goes back.
    pub fn jump(&self, sequence: u64) -> Result<(), OutboxError> {
        self.with(|state, trees| {
            if sequence > state.head.sequence {
                let head = Head { sequence, link: state.head.link };
                trees.meta.insert(HEAD, head_text(head)).map_err(disk("write to"))?;
                trees.flush()?;
                state.head = head;
            }
            Ok(())
        })
    }

    /// Keeps a record of another life of the outbox; the head follows the highest. For rebuilding only.
    pub fn restore(&self, record: &NewRecord) -> Result<(), OutboxError> {
        self.with(|state, trees| {
            let after = state.head.sequence.max(record.sequence);
            let link = if record.sequence > state.head.sequence { record.link } else { state.head.link };
            keep(state, trees, record, Head { sequence: after, link })
        })
    }

    /// Runs `work` on the open store. A failure closes it; the next call opens it again, and what is on the disk
    /// replaces what was remembered.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut State, &Trees) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let mut state = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let trees = match state.trees.take() {
            Some(trees) => trees,
            None => {
                *state = Self::load(&self.path)?;
                state.trees.take().expect("just loaded")
            }
        };
        let done = work(&mut state, &trees);
        match &done {
            Err(OutboxError::Disk { .. } | OutboxError::Corrupt(_)) => {} // Stays closed.
            Ok(_)
            | Err(OutboxError::OutOfOrder { .. } | OutboxError::TooLarge(_) | OutboxError::NoRoom { .. }) => {
                state.trees = Some(trees);
            }
        }
        done
    }
}

fn head_text(head: Head) -> Vec<u8> {
    [&head.sequence.to_be_bytes()[..], &head.link.0].concat()
}

/// One transaction and one flush.
fn keep(state: &mut State, trees: &Trees, record: &NewRecord, head: Head) -> Result<(), OutboxError> {
    let key = record.sequence.to_be_bytes();
    let origin = record.origin.as_ref().map(|o| format!("{} {} {}", o.device, o.boot, o.sequence));
    let oldest = record.origin.as_ref().and_then(|_| state.origins.oldest());
    (&trees.records, &trees.files, &trees.origins, &trees.meta)
        .transaction(|(records, files, origins, meta)| {
            records.insert(&key, record.payload.as_slice())?;
            for file in &record.files {
                let text = file_text(file, record.class);
                files.insert(file_key(record.sequence, file.hash), text.as_bytes())?;
            }
            if let Some(origin) = &origin {
                origins.insert(&key, origin.as_bytes())?;
            }
            if let Some(oldest) = oldest {
                origins.remove(&oldest.to_be_bytes())?;
            }
            meta.insert(HEAD, head_text(head))?;
            Ok(())
        })
        .map_err(|error| match error {
            TransactionError::Abort(()) => corrupt("a transaction was aborted"),
            TransactionError::Storage(error) => disk("write to")(error),
        })?;
    trees.flush()?;
    state.head = head;
    state.backlog.records += 1;
    state.backlog.files += record.files.len() as u64;
    if oldest.is_some() {
        state.origins.pop();
    }
    if let Some(origin) = record.origin.clone() {
        state.origins.push(record.sequence, origin);
    }
    Ok(())
}

impl Outbox for SledOutbox {
    fn head(&self) -> Head {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).head
    }

    fn append(&self, record: &NewRecord) -> Result<(), OutboxError> {
        if record.payload.len() > RECORD_MAX {
            return Err(OutboxError::TooLarge(record.payload.len()));
        }
        self.with(|state, trees| {
            let (head, next) = (state.head, Head { sequence: record.sequence, link: record.link });
            if head == next {
                return trees.flush(); // Kept by an attempt whose end the caller did not learn.
            }
            if record.sequence != head.sequence + 1 {
                return Err(OutboxError::OutOfOrder { sequence: record.sequence, head: head.sequence });
            }
            let free =
                free_bytes(&self.path).map_err(|source| OutboxError::Disk { doing: "write to", source })?;
            if free < ROOM {
                return Err(OutboxError::NoRoom { path: self.path.clone(), free });
            }
            keep(state, trees, record, next)
        })
    }

    fn record(&self, sequence: u64) -> Result<Option<Vec<u8>>, OutboxError> {
        self.with(|_, trees| {
            let value = trees.records.get(sequence.to_be_bytes()).map_err(disk("read"))?;
            Ok(value.map(|value| value.to_vec()))
        })
    }

    fn sequences(&self) -> Result<Vec<u64>, OutboxError> {
        self.with(|_, trees| {
            let keys = trees.records.iter().keys();
            keys.map(|key| {
                sequence_key(&key.map_err(disk("read"))?).ok_or_else(|| corrupt("a key is malformed"))
            })
            .collect()
        })
    }

    fn files(&self) -> Result<Vec<RecordFile>, OutboxError> {
        self.with(|_, trees| trees.files())
    }

    fn backlog(&self) -> Backlog {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).backlog
    }

    /// Not flushed: a removal that a power cut undoes only makes the record be sent once more.
    fn remove(&self, sequences: &[u64]) -> Result<(), OutboxError> {
        self.with(|state, trees| {
            for sequence in sequences {
                if trees.records.remove(sequence.to_be_bytes()).map_err(disk("write to"))?.is_some() {
                    state.backlog.records = state.backlog.records.saturating_sub(1);
                }
            }
            Ok(())
        })
    }

    fn set_aside(&self, payload: FileHash) -> Result<Option<u64>, OutboxError> {
        self.with(|state, trees| {
            for entry in &trees.records {
                let (key, value) = entry.map_err(disk("read"))?;
                if FileHash::of(&value) != payload {
                    continue;
                }
                trees.aside.insert(&key, &value).map_err(disk("write to"))?;
                trees.flush()?;
                trees.records.remove(&key).map_err(disk("write to"))?;
                state.backlog.records = state.backlog.records.saturating_sub(1);
                return Ok(sequence_key(&key));
            }
            Ok(None)
        })
    }

    fn delivered(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError> {
        self.with(|state, trees| {
            let key = file_key(sequence, file);
            let held = trees.files.get(&key).map_err(disk("read"))?;
            let waits =
                held.and_then(|value| file_entry(&key, &value)).filter(|e| e.class != Class::Delivered);
            if let Some(entry) = waits {
                let text = file_text(&entry.file, Class::Delivered);
                trees.files.insert(key, text.as_bytes()).map_err(disk("write to"))?;
                state.backlog.files = state.backlog.files.saturating_sub(1);
            }
            Ok(())
        })
    }

    fn forget(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError> {
        self.with(|state, trees| {
            let key = file_key(sequence, file);
            if let Some(value) = trees.files.remove(&key).map_err(disk("write to"))? {
                let waited = file_entry(&key, &value).is_some_and(|entry| entry.class != Class::Delivered);
                state.backlog.files = state.backlog.files.saturating_sub(u64::from(waited));
            }
            Ok(())
        })
    }

    fn holds(&self, origin: &ReadingOrigin) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).origins.known.contains(origin)
    }
}
