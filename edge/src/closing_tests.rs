use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use ed25519_dalek::SigningKey;
use edge_core::matching::PictureId;
use plumewatch_shared::{
    ids::FileHash,
    passage::EvidenceFile,
    protocol::seal::Sealed,
    reading::ReadingOrigin,
    rulebook::Rulebook,
    sample,
    time::{Moment, Tick},
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    evidence::{
        ballast::Ballast,
        place,
        shelf::{Limits, Shelf},
    },
    outbox::{Backlog, Head, NewRecord, Outbox, OutboxError, RecordFile, rebuild},
    serial::LineState,
};

/// The outbox, whose next appends fail as told.
struct Flaky {
    inner: crate::outbox::store::SledOutbox,
    failures: Mutex<Vec<OutboxError>>,
}

impl Outbox for Flaky {
    fn head(&self) -> Head {
        self.inner.head()
    }
    fn append(&self, record: &NewRecord) -> Result<(), OutboxError> {
        match self.failures.lock().unwrap().pop() {
            Some(error) => Err(error),
            None => self.inner.append(record),
        }
    }
    fn record(&self, sequence: u64) -> Result<Option<Vec<u8>>, OutboxError> {
        self.inner.record(sequence)
    }
    fn sequences(&self) -> Result<Vec<u64>, OutboxError> {
        self.inner.sequences()
    }
    fn files(&self) -> Result<Vec<RecordFile>, OutboxError> {
        self.inner.files()
    }
    fn backlog(&self) -> Backlog {
        self.inner.backlog()
    }
    fn remove(&self, sequences: &[u64]) -> Result<(), OutboxError> {
        self.inner.remove(sequences)
    }
    fn set_aside(&self, payload: FileHash) -> Result<Option<u64>, OutboxError> {
        self.inner.set_aside(payload)
    }
    fn delivered(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError> {
        self.inner.delivered(sequence, file)
    }
    fn forget(&self, sequence: u64, file: FileHash) -> Result<(), OutboxError> {
        self.inner.forget(sequence, file)
    }
    fn holds(&self, origin: &ReadingOrigin) -> bool {
        self.inner.holds(origin)
    }
}

struct World {
    folder: tempfile::TempDir,
    closing: Closing,
    outbox: Arc<Flaky>,
    pictures: Arc<Pictures>,
    acknowledged: mpsc::Receiver<ReadingOrigin>,
    stored: watch::Receiver<u64>,
}

fn world() -> World {
    world_with(Limits { quota: 1 << 40, floor: 0 })
}

fn world_with(limits: Limits) -> World {
    let folder = tempfile::tempdir().unwrap();
    let opened = rebuild::open(folder.path()).unwrap();
    let outbox = Arc::new(Flaky { inner: opened.outbox, failures: Mutex::default() });
    let evidence = folder.path().join("evidence");
    let shelf = Shelf::open(&evidence, limits, &[]).unwrap();
    let (origins, acknowledged) = mpsc::channel(8);
    let (stored_tx, stored) = watch::channel(0);
    let pictures = Arc::new(Pictures::default());
    let line = Arc::new(LineState::default());
    let scribe = Arc::new(Scribe {
        station: "A140105001".parse().unwrap(),
        key: SigningKey::from_bytes(&[7; 32]),
        shelf: Arc::new(shelf),
        ballast: Ballast::new(&folder.path().join("ballast"), 1 << 16),
        outbox: outbox.clone(),
        mark: Mutex::new(opened.mark),
        sidecars: opened.sidecars,
        stored: stored_tx,
        writable: Arc::new(AtomicBool::new(true)),
        stop: CancellationToken::new(),
    });
    let closing = Closing {
        name: "东环".to_owned(),
        lettering: None,
        pictures: pictures.clone(),
        scribe,
        watchlist: WatchlistShelf::open(folder.path(), None),
        board: Board::new(crate::health::starting(), evidence),
        acknowledge: BTreeMap::from([(LaneNo::new(1).unwrap(), Acknowledge { origins, line })]),
    };
    World { folder, closing, outbox, pictures, acknowledged, stored }
}

/// The draft of a sample passage whose head's measurement has this number.
fn draft(number: u64, pictures: Vec<(EvidenceKind, PictureId)>) -> PassageDraft {
    let passage = sample::passage(number).with_opacity(3_500).passage();
    PassageDraft {
        lane: passage.lane,
        passed: Moment { tick: Tick { micros: 0 }, stamp: passage.passed },
        rulebook: Rulebook::hj845().into(),
        reading: passage.reading,
        validity: passage.validity,
        front: passage.front,
        rear: passage.rear,
        smoke: passage.smoke,
        weather: passage.weather,
        doubts: passage.doubts,
        pictures,
    }
}

fn disk() -> OutboxError {
    OutboxError::Disk { doing: "write to", source: std::io::Error::other("injected") }
}

#[test]
fn a_closed_passage_is_stored_then_acknowledged_shown_and_offered_to_the_uplink() {
    let mut world = world();
    let picture = world.pictures.put(b"jpeg".to_vec(), Tick { micros: 0 });
    world.closing.close(draft(7, vec![(EvidenceKind::PlateFront, picture)]));
    let announced = world.closing.board.recent(1).remove(0);
    assert_eq!(announced.report.id, "A140105001-0000000001");
    assert_eq!(announced.report.verdict.outcome, "exceeding");
    let file: FileHash = announced.report.evidence[0].sha256.parse().unwrap();
    assert_eq!(std::fs::read(place(&world.folder.path().join("evidence"), file)).unwrap(), b"jpeg");
    let sealed: Sealed = serde_json::from_slice(&world.outbox.record(1).unwrap().unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<PassageReport>(&sealed.body).unwrap(), announced.report);
    assert_eq!(world.acknowledged.try_recv().unwrap().sequence, 7);
    assert_eq!(*world.stored.borrow(), 1);
    assert_eq!(world.closing.scribe.shelf.undelivered(9), [(file, 4)]);
}

#[test]
fn a_measurement_that_is_stored_already_is_acknowledged_and_not_stored_again() {
    let mut world = world();
    world.closing.close(draft(7, Vec::new()));
    world.closing.close(draft(7, Vec::new()));
    assert_eq!(world.outbox.sequences().unwrap(), [1]);
    assert_eq!(world.acknowledged.try_recv().unwrap(), world.acknowledged.try_recv().unwrap());
}

#[test]
fn a_disk_that_fails_for_a_while_delays_a_passage_and_loses_none() {
    let mut world = world();
    world.closing.scribe.ballast.lay().unwrap();
    *world.outbox.failures.lock().unwrap() = vec![disk(), disk()];
    world.closing.close(draft(7, Vec::new()));
    assert_eq!(world.outbox.sequences().unwrap(), [1]);
    assert!(!world.closing.scribe.ballast.is_laid(), "the last reserve was given up");
    assert!(world.closing.scribe.writable.load(Ordering::Relaxed));
}

#[test]
fn nothing_is_acknowledged_or_shown_when_the_unit_must_stop_before_the_record_is_safe() {
    let mut world = world();
    world.closing.scribe.stop.cancel();
    *world.outbox.failures.lock().unwrap() = (0..10).map(|_| disk()).collect();
    world.closing.close(draft(7, Vec::new()));
    assert!(world.acknowledged.try_recv().is_err());
    assert!(world.closing.board.recent(1).is_empty());
    assert_eq!(*world.stored.borrow(), 0);
}

#[test]
fn a_record_goes_without_pictures_that_cannot_be_written() {
    let mut world = world();
    let evidence = world.folder.path().join("evidence");
    std::fs::remove_dir_all(&evidence).unwrap();
    std::fs::write(&evidence, "no folder can be made here").unwrap();
    let picture = world.pictures.put(b"jpeg".to_vec(), Tick { micros: 0 });
    world.closing.close(draft(7, vec![(EvidenceKind::PlateFront, picture)]));
    assert_eq!(world.closing.board.recent(1)[0].report.evidence, []);
    assert_eq!(world.outbox.sequences().unwrap(), [1]);
}

#[test]
fn a_record_that_is_too_large_sheds_its_alternatives_and_is_stored() {
    let mut world = world();
    let mut large = draft(7, Vec::new());
    let full = plumewatch_shared::units::Confidence::FULL;
    let many = vec![plumewatch_shared::passage::Alternative { character: '晋', confidence: full }; 3_000];
    large.front.as_mut().unwrap().alternatives = vec![many];
    world.closing.close(large);
    assert_eq!(world.closing.board.recent(1)[0].report.front.as_ref().unwrap().alternatives.len(), 0);
    assert_eq!(world.outbox.sequences().unwrap(), [1]);
}

#[test]
fn evidence_is_shed_for_room_and_struck_off_before_a_record_suffers() {
    let mut world = world_with(Limits { quota: PICTURES + 1_500, floor: 0 });
    for number in 1..=3 {
        let picture = world.pictures.put(vec![number as u8; 1_000], Tick { micros: 0 });
        world.closing.close(draft(number, vec![(EvidenceKind::PlateFront, picture)]));
    }
    assert_eq!(world.outbox.sequences().unwrap(), [1, 2, 3]);
    let left: Vec<EvidenceFile> = world.outbox.files().unwrap().iter().map(|entry| entry.file).collect();
    assert_eq!((left.len(), world.closing.scribe.shelf.shed()), (1, 2), "the newest of equal worth stays");
}
