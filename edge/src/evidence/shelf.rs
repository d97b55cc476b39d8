//! The shelf: evidence files on the disk, each known with its passage and its worth, within limits.
//!
//! A file is written aside, synced, renamed, and its folder synced, before anything names it. When the quota or
//! the disk's floor is reached, the least worth goes first (`edge_core::retention`); what was given up before
//! the server had it is counted and shown. Files nobody knows of (the power went before their record was kept)
//! are removed at the next start.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use edge_core::retention::{Class, HeldFile, to_shed};
use plumewatch_shared::{
    ids::FileHash,
    passage::{EvidenceFile, EvidenceKind},
    protocol::EVIDENCE_MAX,
};

use super::place;
use crate::{durable, outbox::RecordFile};

/// How much the shelf may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All files together, bytes.
    pub quota: u64,
    /// What stays free on the disk, bytes.
    pub floor: u64,
}

/// The shelf.
#[derive(Debug)]
pub struct Shelf {
    root: PathBuf,
    limits: Limits,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// By passage, then by hash: oldest first.
    files: BTreeMap<(u64, FileHash), (u32, Class)>,
    bytes: u64,
    shed: u64,
}

/// A file cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// Larger than evidence may be, or empty.
    #[error("a picture of {0} bytes is no evidence")]
    Size(usize),
    /// The disk failed or is full.
    #[error("cannot write an evidence file under {}", path.display())]
    Disk {
        /// The shelf's folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Shelf {
    /// Opens the shelf with the files that the outbox knows, and removes those that nobody does.
    pub fn open(root: &Path, limits: Limits, known: &[RecordFile]) -> io::Result<Self> {
        std::fs::create_dir_all(root)?;
        let mut held = Held::default();
        for entry in known {
            if place(root, entry.file.hash).is_file() {
                held.insert(entry.sequence, &entry.file, entry.class);
            }
        }
        let names: BTreeSet<FileHash> = held.files.keys().map(|(_, hash)| *hash).collect();
        for folder in std::fs::read_dir(root)? {
            let folder = folder?.path();
            if !folder.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(&folder)? {
                let path = file?.path();
                let hash = path.file_name().and_then(|name| name.to_str()?.parse::<FileHash>().ok());
                if !hash.is_some_and(|hash| names.contains(&hash)) {
                    std::fs::remove_file(&path)?;
                }
            }
        }
        Ok(Self { root: root.to_owned(), limits, held: Mutex::new(held) })
    }

    /// Puts a picture on the disk; durable when this returns.
    pub fn write(&self, kind: EvidenceKind, bytes: &[u8]) -> Result<EvidenceFile, ShelfError> {
        let size = u32::try_from(bytes.len()).ok().filter(|size| (1..=EVIDENCE_MAX).contains(size));
        let Some(size) = size else { return Err(ShelfError::Size(bytes.len())) };
        let file = EvidenceFile { kind, hash: FileHash::of(bytes), bytes: size };
        let path = place(&self.root, file.hash);
        let written = || {
            if std::fs::metadata(&path).is_ok_and(|there| there.len() == u64::from(size)) {
                return Ok(()); // The very same picture stands there.
            }
            let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
            if !folder.is_dir() {
                std::fs::create_dir_all(folder)?;
                durable::sync_folder(&self.root)?;
            }
            durable::write(&path, bytes)
        };
        written().map(|()| file).map_err(|source| ShelfError::Disk { path: self.root.clone(), source })
    }

    /// The record of this passage is kept: its files are now known.
    pub fn hold(&self, sequence: u64, files: &[EvidenceFile], class: Class) {
        let mut held = self.lock();
        files.iter().for_each(|file| held.insert(sequence, file, class));
    }

    /// Gives up what is least worth keeping, so that `incoming` more bytes fit the limits; gives what went.
    pub fn make_room(&self, incoming: u64) -> Vec<HeldFile> {
        let mut held = self.lock();
        let free = durable::free_bytes(&self.root).unwrap_or(u64::MAX);
        let over = (held.bytes + incoming).saturating_sub(self.limits.quota);
        let short = (self.limits.floor + incoming).saturating_sub(free);
        if over.max(short) == 0 {
            return Vec::new();
        }
        // A hundredth more than needed, so that a full shelf is not sorted anew for every picture.
        let wanted = over.max(short) + self.limits.quota / 100;
        let all = held.files.iter().map(|(&(sequence, hash), &(bytes, class))| HeldFile {
            hash,
            bytes: bytes.into(),
            class,
            sequence,
        });
        let gone = to_shed(all.collect(), wanted);
        for file in &gone {
            held.remove(file.sequence, file.hash);
            held.shed += u64::from(file.class != Class::Delivered);
            if !held.files.keys().any(|(_, hash)| *hash == file.hash) {
                let _ = std::fs::remove_file(place(&self.root, file.hash)); // Gone already is as good.
            }
        }
        gone
    }

    /// The server has this file; gives the passages it belongs to.
    pub fn delivered(&self, hash: FileHash) -> Vec<u64> {
        let mut held = self.lock();
        let mut sequences = Vec::new();
        for ((sequence, _), (_, class)) in held.files.iter_mut().filter(|((_, known), _)| *known == hash) {
            *class = Class::Delivered;
            sequences.push(*sequence);
        }
        sequences
    }

    /// The oldest files that the server does not have, at most `n`.
    pub fn undelivered(&self, n: usize) -> Vec<(FileHash, u32)> {
        let held = self.lock();
        let waiting = held.files.iter().filter(|(_, (_, class))| *class != Class::Delivered);
        waiting.map(|(&(_, hash), &(bytes, _))| (hash, bytes)).take(n).collect()
    }

    /// Does the server have every file of this passage that is still here?
    pub fn is_settled(&self, sequence: u64) -> bool {
        let (from, to) = ((sequence, FileHash([0; 32])), (sequence, FileHash([255; 32])));
        self.lock().files.range(from..=to).all(|(_, (_, class))| *class == Class::Delivered)
    }

    /// Files given up before the server had them, since the start.
    pub fn shed(&self) -> u64 {
        self.lock().shed
    }

    /// Free bytes where the shelf is.
    pub fn free_bytes(&self) -> u64 {
        durable::free_bytes(&self.root).unwrap_or(0)
    }

    /// The size of a file and at most `most` bytes of it from `offset`; an error if it is no longer there.
    pub fn piece(&self, hash: FileHash, offset: u32, most: u32) -> io::Result<(u32, Vec<u8>)> {
        let mut file = File::open(place(&self.root, hash))?;
        let total = u32::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        file.seek(SeekFrom::Start(offset.into()))?;
        let mut bytes = Vec::new();
        file.take(most.into()).read_to_end(&mut bytes)?;
        Ok((total, bytes))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn insert(&mut self, sequence: u64, file: &EvidenceFile, class: Class) {
        if self.files.insert((sequence, file.hash), (file.bytes, class)).is_none() {
            self.bytes += u64::from(file.bytes);
        }
    }

    fn remove(&mut self, sequence: u64, hash: FileHash) {
        if let Some((bytes, _)) = self.files.remove(&(sequence, hash)) {
            self.bytes -= u64::from(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Limits = Limits { quota: 1 << 40, floor: 0 };

    fn picture(n: u8) -> Vec<u8> {
        vec![n; 1_000]
    }

    fn shelf(root: &Path, limits: Limits) -> Shelf {
        Shelf::open(root, limits, &[]).unwrap()
    }

    #[test]
    fn a_file_lies_under_the_hash_of_its_bytes_and_is_read_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path(), WIDE);
        let file = shelf.write(EvidenceKind::Plume, &picture(7)).unwrap();
        assert_eq!(std::fs::read(place(folder.path(), file.hash)).unwrap(), picture(7));
        assert_eq!(shelf.piece(file.hash, 990, 64).unwrap(), (1_000, vec![7; 10]));
        assert!(shelf.piece(FileHash([0; 32]), 0, 64).is_err());
        assert!(matches!(shelf.write(EvidenceKind::Plume, &[]), Err(ShelfError::Size(0))));
    }

    #[test]
    fn a_full_shelf_gives_up_delivered_then_unremarkable_files_and_counts_only_what_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path(), Limits { quota: 3_000, floor: 0 });
        let mut hashes = Vec::new();
        for (n, class) in [(1, Class::Incriminating), (2, Class::Unremarkable), (3, Class::Remarkable)] {
            let file = shelf.write(EvidenceKind::Plume, &picture(n)).unwrap();
            shelf.hold(n.into(), &[file], class);
            hashes.push(file.hash);
        }
        assert_eq!(shelf.make_room(0), []);
        assert_eq!(shelf.delivered(hashes[2]), [3]);
        let gone: Vec<u64> = shelf.make_room(1_500).iter().map(|file| file.sequence).collect();
        assert_eq!((gone, shelf.shed()), (vec![3, 2], 1));
        assert!(place(folder.path(), hashes[0]).is_file() && !place(folder.path(), hashes[1]).is_file());
    }

    #[test]
    fn a_picture_of_two_passages_stays_until_both_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path(), Limits { quota: 1_500, floor: 0 });
        let file = shelf.write(EvidenceKind::PlateFront, &picture(1)).unwrap();
        shelf.hold(1, &[file], Class::Unremarkable);
        shelf.hold(2, &[file], Class::Incriminating);
        assert_eq!(shelf.make_room(0).len(), 1);
        assert!(place(folder.path(), file.hash).is_file());
        assert_eq!(shelf.undelivered(9), [(file.hash, 1_000)]);
    }

    #[test]
    fn after_a_restart_the_known_files_are_there_and_the_unknown_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let shelf_before = shelf(folder.path(), WIDE);
        let known = shelf_before.write(EvidenceKind::Plume, &picture(1)).unwrap();
        let orphan = shelf_before.write(EvidenceKind::Plume, &picture(2)).unwrap();
        drop(shelf_before);
        let entry = RecordFile { sequence: 1, file: known, class: Class::Remarkable };
        let shelf = Shelf::open(folder.path(), WIDE, &[entry]).unwrap();
        assert_eq!(shelf.undelivered(9), [(known.hash, 1_000)]);
        assert!(!place(folder.path(), orphan.hash).exists());
        assert!(!shelf.is_settled(1) && shelf.is_settled(2));
    }
}
