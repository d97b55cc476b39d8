use std::sync::atomic::{AtomicU32, Ordering};

use ed25519_dalek::SigningKey;
use edge_core::retention::Class;
use plumewatch_shared::{
    passage::Passage,
    protocol::{
        RECORD_MAX,
        message::PassageReport,
        seal::{CHAIN_START, Purpose, Sealed},
    },
    rulebook::Rulebook,
    sample,
    verdict::judge,
};

use super::{rebuild, store::SledOutbox, *};

fn sealed(passage: &Passage, after: Head) -> NewRecord {
    let report = PassageReport::new(passage, &judge(passage, &Rulebook::hj845()));
    let body = serde_json::to_string(&report).unwrap();
    let sealed = Sealed::new(Purpose::Record, after.link, body, &SigningKey::from_bytes(&[7; 32]));
    NewRecord {
        sequence: passage.id.sequence,
        payload: sealed.encode(),
        link: sealed.link(),
        origin: passage.reading.as_ref().map(|reading| reading.origin.clone()),
        files: passage.evidence.clone(),
        class: Class::Unremarkable,
    }
}

/// The record that follows the outbox's head.
fn next(outbox: &dyn Outbox) -> NewRecord {
    let head = outbox.head();
    sealed(&sample::passage(head.sequence + 1).passage(), head)
}

fn fill(outbox: &dyn Outbox, count: usize) {
    for _ in 0..count {
        outbox.append(&next(outbox)).unwrap();
    }
}

fn prev(payload: &[u8]) -> String {
    serde_json::from_slice::<Sealed>(payload).unwrap().prev
}

#[test]
fn what_was_appended_is_there_after_a_restart_in_order_and_chained() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(&folder.path().join("outbox")).unwrap();
    fill(&outbox, 3);
    let head = outbox.head();
    drop(outbox);
    let outbox = SledOutbox::open(&folder.path().join("outbox")).unwrap();
    assert_eq!(outbox.head(), head);
    assert_eq!(outbox.sequences().unwrap(), [1, 2, 3]);
    assert_eq!(outbox.backlog(), Backlog { records: 3, files: 3 });
    let mut link = CHAIN_START;
    for sequence in 1..=3 {
        let payload = outbox.record(sequence).unwrap().unwrap();
        assert_eq!(prev(&payload), link.to_string());
        link = serde_json::from_slice::<Sealed>(&payload).unwrap().link();
    }
    assert_eq!(link, head.link);
}

#[test]
fn the_same_record_again_is_no_second_one() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    let record = next(&outbox);
    outbox.append(&record).unwrap();
    outbox.append(&record).unwrap();
    assert_eq!(outbox.sequences().unwrap(), [1]);
    assert_eq!(outbox.backlog().records, 1);
}

#[test]
fn a_record_that_does_not_follow_the_head_or_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    let mut record = next(&outbox);
    record.sequence = 2;
    assert!(matches!(outbox.append(&record), Err(OutboxError::OutOfOrder { sequence: 2, head: 0 })));
    let mut record = next(&outbox);
    record.payload = vec![b'x'; RECORD_MAX + 1];
    assert!(matches!(outbox.append(&record), Err(OutboxError::TooLarge(_))));
    fill(&outbox, 1);
}

#[test]
fn a_receipt_removes_a_record_and_not_the_memory_of_its_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    let origin = next(&outbox).origin.unwrap();
    assert!(!outbox.holds(&origin));
    fill(&outbox, 2);
    outbox.remove(&[1, 1, 99]).unwrap();
    assert_eq!(outbox.sequences().unwrap(), [2]);
    assert!(outbox.holds(&origin));
    drop(outbox);
    let outbox = SledOutbox::open(folder.path()).unwrap();
    assert!(outbox.holds(&origin));
    assert_eq!(outbox.backlog().records, 1);
}

#[test]
fn a_refused_record_leaves_the_queue_and_its_sequence_is_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    fill(&outbox, 2);
    let payload = FileHash::of(&outbox.record(1).unwrap().unwrap());
    assert_eq!(outbox.set_aside(payload).unwrap(), Some(1));
    assert_eq!(outbox.set_aside(payload).unwrap(), None);
    assert_eq!(outbox.sequences().unwrap(), [2]);
    assert_eq!(next(&outbox).sequence, 3);
}

#[test]
fn a_file_waits_until_it_is_delivered_and_is_known_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SledOutbox::open(folder.path()).unwrap();
    fill(&outbox, 1);
    let held = outbox.files().unwrap()[0];
    assert_eq!((held.sequence, held.class), (1, Class::Unremarkable));
    outbox.delivered(1, held.file.hash).unwrap();
    outbox.delivered(1, held.file.hash).unwrap();
    assert_eq!(outbox.backlog().files, 0);
    assert_eq!(outbox.files().unwrap()[0].class, Class::Delivered);
    outbox.forget(1, held.file.hash).unwrap();
    assert_eq!(outbox.files().unwrap(), []);
}

/// An outbox whose nth append fails, once or for ever, before or after it took effect.
struct Failing<'a> {
    inner: &'a SledOutbox,
    appends: AtomicU32,
    fails: fn(u32) -> bool,
    after: bool,
}

impl Failing<'_> {
    fn append(&self, record: &NewRecord) -> Result<(), OutboxError> {
        let failed = || OutboxError::Disk { doing: "write to", source: io::Error::other("injected") };
        let fails = (self.fails)(self.appends.fetch_add(1, Ordering::Relaxed) + 1);
        if fails && !self.after {
            return Err(failed());
        }
        self.inner.append(record)?;
        if fails { Err(failed()) } else { Ok(()) }
    }
}

#[test]
fn whichever_write_fails_trying_again_keeps_each_record_once() {
    for after in [false, true] {
        for nth in 1..=4 {
            let folder = tempfile::tempdir().unwrap();
            let inner = SledOutbox::open(folder.path()).unwrap();
            let fails: fn(u32) -> bool = match nth {
                1 => |n| n == 1,
                2 => |n| n == 2,
                3 => |n| n == 3,
                _ => |n| n < 4,
            };
            let outbox = Failing { inner: &inner, appends: AtomicU32::new(0), fails, after };
            for _ in 0..3 {
                let record = next(&inner);
                while outbox.append(&record).is_err() {}
            }
            assert_eq!(inner.sequences().unwrap(), [1, 2, 3], "write {nth} fails, after: {after}");
        }
    }
}

#[test]
fn a_corrupt_store_is_moved_aside_and_rebuilt_and_no_sequence_is_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = rebuild::open(folder.path()).unwrap();
    for _ in 0..5 {
        let record = next(&opened.outbox);
        opened.mark.cover(record.sequence).unwrap();
        opened.sidecars.write(&record).unwrap();
        opened.outbox.append(&record).unwrap();
    }
    let fourth = opened.outbox.record(4).unwrap();
    // The server has everything of the first two.
    opened.outbox.remove(&[1, 2]).unwrap();
    opened.sidecars.remove(1);
    opened.sidecars.remove(2);
    drop(opened);
    let store = folder.path().join("outbox");
    std::fs::write(store.join("conf"), b"no sled was ever here").unwrap();
    let opened = rebuild::open(folder.path()).unwrap();
    assert!(opened.moved_aside.unwrap().join("conf").exists());
    assert_eq!((opened.restored, opened.outbox.sequences().unwrap()), (3, vec![3, 4, 5]));
    assert_eq!(opened.outbox.record(4).unwrap(), fourth);
    assert_eq!(opened.outbox.head().sequence, mark::BLOCK, "past everything that may have been used");
    assert_eq!(opened.skipped, mark::BLOCK - 5);
}

#[test]
fn a_record_whose_append_never_happened_is_appended_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = rebuild::open(folder.path()).unwrap();
    fill(&opened.outbox, 1);
    let record = next(&opened.outbox);
    opened.mark.cover(record.sequence).unwrap();
    opened.sidecars.write(&record).unwrap();
    drop(opened);
    let opened = rebuild::open(folder.path()).unwrap();
    assert_eq!((opened.restored, opened.skipped, opened.moved_aside), (1, 0, None));
    assert_eq!(opened.outbox.head(), Head { sequence: 2, link: record.link });
    assert!(opened.outbox.holds(&record.origin.unwrap()));
}

#[test]
fn a_damaged_sidecar_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    drop(rebuild::open(folder.path()).unwrap());
    std::fs::write(folder.path().join("sidecars/00000000000000000001.json"), b"{\"half").unwrap();
    assert_eq!(rebuild::open(folder.path()).unwrap().restored, 0);
}

/// The mark is written before the record; a power cut between the two loses nothing and skips nothing.
#[test]
fn an_empty_outbox_beside_a_mark_of_its_own_is_no_lost_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = rebuild::open(folder.path()).unwrap();
    opened.mark.cover(1).unwrap();
    drop(opened);
    let opened = rebuild::open(folder.path()).unwrap();
    assert_eq!((opened.skipped, opened.outbox.head().sequence), (0, 0));
}

#[test]
fn an_outbox_that_vanished_is_rebuilt_even_if_the_rebuilding_is_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = rebuild::open(folder.path()).unwrap();
    opened.mark.cover(1).unwrap();
    let records: Vec<NewRecord> = (0..3)
        .map(|_| {
            let record = next(&opened.outbox);
            opened.sidecars.write(&record).unwrap();
            opened.outbox.append(&record).unwrap();
            record
        })
        .collect();
    drop(opened);
    std::fs::remove_dir_all(folder.path().join("outbox")).unwrap();
    // The power goes after the first record is back.
    SledOutbox::open(&folder.path().join("outbox")).unwrap().restore(&records[0]).unwrap();
    let opened = rebuild::open(folder.path()).unwrap();
    assert_eq!((opened.restored, opened.outbox.backlog().records), (2, 3));
    assert_eq!(opened.outbox.head().sequence, opened.mark.reached(), "no sequence is used twice");
}
