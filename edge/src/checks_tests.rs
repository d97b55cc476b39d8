use std::sync::{Mutex, atomic::AtomicBool};

use ed25519_dalek::SigningKey;
use edge_core::calibration::Checks;
use plumewatch_shared::{
    protocol::{record::RecordReport, seal::Sealed},
    reading::Reading,
    rulebook::AuditStanding,
    sample,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    evidence::{
        ballast::Ballast,
        shelf::{Limits, Shelf},
    },
    outbox::{Outbox, rebuild},
    rulebooks::RulebookShelf,
    serial::LineState,
};

struct World {
    folder: tempfile::TempDir,
    checking: Checking,
    acknowledged: mpsc::Receiver<ReadingOrigin>,
}

fn checking(folder: &Path) -> (Checking, mpsc::Receiver<ReadingOrigin>) {
    let opened = rebuild::open(folder).unwrap();
    let shelf = Shelf::open(&folder.join("evidence"), Limits { quota: 1 << 40, floor: 0 }, &[]).unwrap();
    let scribe = Scribe {
        station: "A140105001".parse().unwrap(),
        key: SigningKey::from_bytes(&[7; 32]),
        outbox: Arc::new(opened.outbox),
        mark: Mutex::new(opened.mark),
        sidecars: opened.sidecars,
        shelf: Arc::new(shelf),
        ballast: Ballast::new(&folder.join("ballast"), 0),
        stored: watch::channel(0).0,
        writable: Arc::new(AtomicBool::new(true)),
        stop: CancellationToken::new(),
    };
    let (origins, acknowledged) = mpsc::channel(8);
    let head = Acknowledge { origins, line: Arc::new(LineState::default()) };
    let checking = Checking {
        rulebooks: RulebookShelf::shipped().passages(),
        scribe: Arc::new(scribe),
        shelf: CheckShelf::open(folder),
        acknowledge: BTreeMap::from([(LaneNo::new(1).unwrap(), head)]),
    };
    (checking, acknowledged)
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let (checking, acknowledged) = checking(folder.path());
    World { folder, checking, acknowledged }
}

impl World {
    /// As the lane does: remembered, then stored.
    fn take(&self, check: CheckReading) {
        let id = PassageId { station: self.checking.scribe.station, sequence: 0 };
        let rulebook = &Rulebook::hj845();
        self.checking.shelf.note(&rulebook.judge_check(check.clone(), id), rulebook);
        self.checking.store(check);
    }

    /// The reports in the outbox.
    fn reports(&self) -> Vec<DeviceCheckReport> {
        let outbox: &dyn Outbox = &*self.checking.scribe.outbox;
        let key = self.checking.scribe.key.verifying_key();
        let report = |sequence| {
            let payload = outbox.record(sequence).unwrap().unwrap();
            let sealed =
                Sealed::open(plumewatch_shared::protocol::seal::Purpose::Record, &payload, &key).unwrap();
            match RecordReport::read(&sealed.body).unwrap() {
                RecordReport::DeviceCheck(report) => *report,
                other => panic!("no check: {}", other.id()),
            }
        };
        outbox.sequences().unwrap().into_iter().map(report).collect()
    }
}

fn reading(audit: &str) -> Reading {
    let mut reading = sample::passage(1).passage().reading.unwrap();
    reading.audit.as_mut().unwrap().id = audit.parse().unwrap();
    reading
}

fn standing(checks: &Checks, audit: &str) -> AuditStanding {
    checks.standing(&reading(audit))
}

#[test]
fn a_check_is_a_record_before_its_head_is_acknowledged_and_a_repeat_is_none() {
    let mut world = world();
    for _ in 0..3 {
        world.take(sample::check(4));
        assert_eq!(world.acknowledged.try_recv().unwrap(), sample::check(4).origin);
    }
    let reports = world.reports();
    assert_eq!(reports.len(), 1);
    assert_eq!((reports[0].id.as_str(), reports[0].check.as_str()), ("A140105001-0000000001", "AUD-4"));
    assert!(reports[0].passed);
    let tolerances: Vec<_> = reports[0].points.iter().map(|point| point.tolerance).collect();
    assert_eq!(tolerances, [1_500_000, 300_000, 25_000, 25_000, 22_500, 200, 200, 200, 200, 200]);
    assert_eq!(reports[0].device_check().unwrap().reasons(), []);
}

#[test]
fn a_check_that_the_head_calls_passed_is_stored_as_failed_where_the_rulebook_says_so() {
    let world = world();
    let mut check = sample::check(4);
    check.points[4].measured = 190_000; // 1900 ppm of NO instead of 1500.
    world.take(check);
    let reports = world.reports();
    assert!(!reports[0].passed && reports[0].faults.is_empty());
    let known = world.checking.shelf.follow().borrow().clone();
    assert_eq!(standing(&known, "AUD-4"), AuditStanding::Failed);
    let facts = world.checking.shelf.facts(LaneNo::new(1).unwrap(), at_noon(), None).unwrap();
    assert!(!facts.passed && facts.audit_ago.is_none());
}

fn at_noon() -> Moment {
    Moment { tick: plumewatch_shared::time::Tick { micros: 0 }, stamp: sample::noon() }
}

#[test]
fn what_was_acknowledged_is_remembered_after_a_restart() {
    let mut world = world();
    world.take(sample::check(4));
    world.acknowledged.try_recv().unwrap();
    let again = CheckShelf::open(world.folder.path());
    let passed = AuditStanding::Passed(sample::noon().utc);
    assert_eq!(standing(&again.follow().borrow(), "AUD-4"), passed);
}

/// A power cut between the record and what is remembered: the head has not been acknowledged and repeats the check.
#[test]
fn a_check_that_is_stored_and_forgotten_is_remembered_when_it_comes_again() {
    let world = world();
    world.take(sample::check(4));
    std::fs::remove_file(world.folder.path().join("checks.json")).unwrap();
    let folder = world.folder;
    drop(world.checking);
    let (checking, acknowledged) = checking(folder.path());
    let mut world = World { folder, checking, acknowledged };
    assert_eq!(standing(&world.checking.shelf.follow().borrow(), "AUD-4"), AuditStanding::Unseen);
    world.take(sample::check(4));
    world.acknowledged.try_recv().unwrap();
    assert_eq!(world.reports().len(), 1, "no second record");
    let again = CheckShelf::open(world.folder.path());
    assert!(matches!(standing(&again.follow().borrow(), "AUD-4"), AuditStanding::Passed(_)));
}

#[test]
fn a_check_that_cannot_be_remembered_is_not_acknowledged() {
    let mut world = world();
    // A folder stands where the file is to be.
    std::fs::create_dir_all(world.folder.path().join("checks.json/in-the-way")).unwrap();
    world.take(sample::check(4));
    assert!(world.acknowledged.try_recv().is_err());
    std::fs::remove_dir_all(world.folder.path().join("checks.json")).unwrap();
    world.take(sample::check(4));
    assert_eq!(world.acknowledged.try_recv().unwrap(), sample::check(4).origin);
    assert_eq!(world.reports().len(), 1);
}

#[test]
fn a_memory_that_cannot_be_read_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("checks.json"), b"{\"RS-1\":7}").unwrap();
    let shelf = CheckShelf::open(folder.path());
    assert_eq!(standing(&shelf.follow().borrow(), "AUD-4"), AuditStanding::Unseen);
}

#[test]
fn a_passed_audit_counts_for_as_long_as_the_rulebook_says() {
    assert_eq!(counts_for(&Rulebook::hj845()), Some(Duration::from_secs(7_200)));
}
