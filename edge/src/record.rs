//! The one place where records are written: passages, tests of stopped vehicles, checks of instruments.
//!
//! All kinds share the station's sequence and chain, so one [`Scribe`] mints, seals, writes the sidecar and appends, one
//! record at a time, whoever asks. A record that cannot be written is tried again until it can; whoever asked waits,
//! and what it promised waits with it. Waiting happens between attempts, so that one who waits holds up nobody else.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ed25519_dalek::SigningKey;
use edge_core::retention::Class;
use plumewatch_shared::{
    ids::{PassageId, StationId},
    passage::EvidenceFile,
    protocol::{
        record::RecordReport,
        seal::{Purpose, Sealed},
    },
    reading::ReadingOrigin,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::{
    backoff::Backoff,
    evidence::{ballast::Ballast, shelf::Shelf},
    outbox::{NewRecord, Outbox, OutboxError, mark::Mark, sidecar::Sidecars},
};

/// Attempts at one record after the unit was told to stop; whoever asked for it has not been told that it is kept.
const LAST_ATTEMPTS: u32 = 3;

/// The waits between attempts at a record.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// Room made before a passage's pictures are written, bytes: six pictures of half a megabyte and a clip.
pub const PICTURES: u64 = 5 << 20;

/// What is to become a record.
pub trait Entry {
    /// Its report under this id; asked anew for each attempt.
    fn report(&mut self, id: PassageId) -> RecordReport;
    /// The measurement it rests on, if a head made one that wants to be acknowledged.
    fn origin(&self) -> Option<ReadingOrigin> {
        None
    }
    /// Its files, which lie on the shelf already.
    fn files(&self) -> &[EvidenceFile] {
        &[]
    }
    /// What the files are worth keeping for.
    fn class(&self) -> Class;
    /// Leaves out what is least worth, because the record is too large. `false` if there is nothing to leave out.
    fn shrink(&mut self) -> bool;
}

/// A record was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// The unit had to stop before the disk took it.
    #[error("the unit stopped before the record could be stored")]
    Stopped,
    /// It is larger than a record may be, whatever is left out.
    #[error("a record of {0} bytes is too large")]
    TooLarge(usize),
}

/// Writes records.
pub struct Scribe {
    /// Whose records.
    pub station: StationId,
    /// The key that seals.
    pub key: SigningKey,
    /// Where records go.
    pub outbox: Arc<dyn Outbox>,
    /// How far sequences have gone. Whoever holds it writes.
    pub mark: Mutex<Mark>,
    /// Where records go once more.
    pub sidecars: Sidecars,
    /// Where files lie.
    pub shelf: Arc<Shelf>,
    /// The last reserve.
    pub ballast: Ballast,
    /// Where the uplink hears of a new record.
    pub stored: watch::Sender<u64>,
    /// Can records be written? For health.
    pub writable: Arc<AtomicBool>,
    /// The unit's stop, which ends endless attempts.
    pub stop: CancellationToken,
}

impl Scribe {
    /// Mints, seals and appends, again and again until the record is on the disk; gives the report as stored. Blocks.
    pub fn write(&self, entry: &mut dyn Entry) -> Result<RecordReport, Unwritten> {
        let mut backoff = Backoff::new(RETRY_FIRST, RETRY_LONGEST);
        let mut last_attempts = LAST_ATTEMPTS;
        loop {
            match self.attempt(entry) {
                Ok((report, sequence)) => {
                    self.writable.store(true, Ordering::Relaxed);
                    self.shelf.hold(sequence, entry.files(), entry.class());
                    self.stored.send_replace(self.outbox.head().sequence);
                    return Ok(report);
                }
                Err(OutboxError::OutOfOrder { .. }) => continue, // Reopened with another head: sealed anew.
                Err(OutboxError::TooLarge(bytes)) => {
                    if entry.shrink() {
                        warn!(bytes, "a record is too large; what is least worth in it is left out");
                        continue;
                    }
                    error!(bytes, "a record is too large and cannot be stored");
                    return Err(Unwritten::TooLarge(bytes));
                }
                Err(
                    error @ (OutboxError::Disk { .. } | OutboxError::Corrupt(_) | OutboxError::NoRoom { .. }),
                ) => {
                    self.relieve(&error);
                }
            }
            if self.stop.is_cancelled() {
                last_attempts -= 1;
                if last_attempts == 0 {
                    error!("a record could not be stored before the unit stopped");
                    return Err(Unwritten::Stopped);
                }
            }
            std::thread::sleep(backoff.wait());
        }
    }

    /// One attempt; while it lasts nobody else mints.
    fn attempt(&self, entry: &mut dyn Entry) -> Result<(RecordReport, u64), OutboxError> {
        let mut mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        let head = self.outbox.head();
        let sequence = head.sequence + 1;
        let report = entry.report(PassageId { station: self.station, sequence });
        let sealed = Sealed::new(Purpose::Record, head.link, report.body(), &self.key);
        let record = NewRecord {
            sequence,
            payload: sealed.encode(),
            link: sealed.link(),
            origin: entry.origin(),
            files: entry.files().to_vec(),
            class: entry.class(),
        };
        mark.cover(sequence).map_err(|source| OutboxError::Disk { doing: "write to", source })?;
        // The record counts more than its second copy. While nothing can be written, that is said already.
        if let Err(error) = self.sidecars.write(&record)
            && self.writable.load(Ordering::Relaxed)
        {
            warn!(%error, record.sequence, "a sidecar cannot be written");
        }
        self.outbox.append(&record)?;
        Ok((report, sequence))
    }

    /// Says what is wrong with the disk once, and makes room: evidence first, then the ballast.
    fn relieve(&self, error: &OutboxError) {
        if self.writable.swap(false, Ordering::Relaxed) {
            error!(error = error as &dyn std::error::Error, "a record cannot be stored; trying until it can");
        }
        self.make_room(PICTURES);
        if self.ballast.release() {
            error!("the disk is full: the ballast is given up so that records fit; make room on the disk");
        }
    }

    /// Gives up evidence until the limits hold with so many more bytes.
    pub fn make_room(&self, incoming: u64) {
        let gone = self.shelf.make_room(incoming);
        for file in &gone {
            if let Err(error) = self.outbox.forget(file.sequence, file.hash) {
                // The next start finds that the file is gone.
                warn!(error = &error as &dyn std::error::Error, "a shed file cannot be struck off");
                break;
            }
        }
        let shed = gone.iter().filter(|file| file.class != Class::Delivered).count();
        if shed > 0 {
            warn!(files = shed, "evidence was given up for room before the server had it");
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A scribe on a folder of its own.

    use std::time::Instant;

    use super::*;
    use crate::{evidence::shelf::Limits, outbox::rebuild};

    /// Far longer than sled takes to let its lock go on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// sled's own thread lets the lock go a moment after the last owner has gone, so a folder that was just given up is
    /// asked for again.
    fn opened(folder: &std::path::Path) -> rebuild::Opened {
        let began = Instant::now();
        loop {
            match rebuild::open(folder) {
                Ok(opened) => return opened,
                Err(OutboxError::Disk { .. }) if began.elapsed() < PATIENCE => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// A scribe whose disk works; what it wrote before is there again.
    pub(crate) fn scribe(folder: &std::path::Path) -> Arc<Scribe> {
        let opened = opened(folder);
        let limits = Limits { quota: 1 << 40, floor: 0 };
        Arc::new(Scribe {
            station: "A140105001".parse().unwrap(),
            key: SigningKey::from_bytes(&[7; 32]),
            outbox: Arc::new(opened.outbox),
            mark: Mutex::new(opened.mark),
            sidecars: opened.sidecars,
            shelf: Arc::new(Shelf::open(&folder.join("evidence"), limits, &[]).unwrap()),
            ballast: Ballast::new(&folder.join("ballast"), 1 << 16),
            stored: watch::channel(0).0,
            writable: Arc::new(AtomicBool::new(true)),
            stop: CancellationToken::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use plumewatch_shared::{
        exhaust_test::form::ExhaustTest, protocol::message::ExhaustTestReport, protocol::seal::CHAIN_START,
        sample,
    };

    use super::*;

    struct Test(ExhaustTest);

    impl Entry for Test {
        fn report(&mut self, id: PassageId) -> RecordReport {
            self.0.id = id;
            RecordReport::ExhaustTest(Box::new(ExhaustTestReport::new(&self.0, None)))
        }
        fn class(&self) -> Class {
            Class::Incriminating
        }
        fn shrink(&mut self) -> bool {
            false
        }
    }

    /// Writers on several threads: every sequence once, each record following the one before.
    #[test]
    fn whoever_writes_at_the_same_time_one_chain_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let scribe = testing::scribe(folder.path());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        scribe.write(&mut Test(sample::exhaust_test(0))).unwrap();
                    }
                });
            }
        });
        assert_eq!(scribe.outbox.sequences().unwrap(), (1..=20).collect::<Vec<_>>());
        let mut link = CHAIN_START;
        for sequence in 1..=20 {
            let sealed: Sealed =
                serde_json::from_slice(&scribe.outbox.record(sequence).unwrap().unwrap()).unwrap();
            assert_eq!(sealed.prev, link.to_string());
            assert_eq!(RecordReport::read(&sealed.body).unwrap().id(), format!("A140105001-{sequence:010}"));
            link = sealed.link();
        }
    }

    /// A store that is lost is rebuilt from the sidecars, whatever kind of record they hold.
    #[test]
    fn a_record_that_is_no_passage_comes_back_from_its_sidecar() {
        let folder = tempfile::tempdir().unwrap();
        let scribe = testing::scribe(folder.path());
        scribe.write(&mut Test(sample::exhaust_test(0))).unwrap();
        let payload = scribe.outbox.record(1).unwrap();
        drop(scribe);
        std::fs::remove_dir_all(folder.path().join("outbox")).unwrap();
        let scribe = testing::scribe(folder.path());
        assert_eq!(scribe.outbox.record(1).unwrap(), payload);
    }

    #[test]
    fn a_record_that_is_too_large_whatever_is_left_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let scribe = testing::scribe(folder.path());
        let mut test = sample::exhaust_test(0);
        test.officers = vec!["验".repeat(30).parse().unwrap(); 400];
        assert!(matches!(scribe.write(&mut Test(test)), Err(Unwritten::TooLarge(_))));
        assert!(scribe.outbox.sequences().unwrap().is_empty());
    }
}
