//! Rules of the lanes, one by one.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

pub(super) fn at(ms: u64) -> Tick {
    Tick { micros: ms * 1_000 }
}

/// Small limits, so that every one of them is met.
pub(super) fn limits() -> Limits {
    Limits {
        records_in_flight: 3,
        backlog_per_second: 10,
        chunk_bytes: 100,
        chunks_in_flight: 2,
        files_known: 4,
        resend_after: Duration::from_secs(1),
        resend_at_most: Duration::from_secs(4),
    }
}

pub(super) fn file(name: &str) -> FileHash {
    FileHash::of(name.as_bytes())
}

fn connected() -> Delivery {
    let mut delivery = Delivery::new(limits());
    delivery.on_connected(at(0));
    delivery
}

fn outputs(delivery: &mut Delivery) -> Vec<Send> {
    std::iter::from_fn(|| delivery.next_output()).collect()
}

#[test]
fn nothing_is_sent_while_the_link_is_down() {
    let mut delivery = Delivery::new(limits());
    delivery.on_stored(1);
    assert!(delivery.on_file(file("a"), 10));
    assert_eq!(delivery.next_output(), None);
    assert_eq!(delivery.wake_at(), None);
    delivery.on_connected(at(5));
    assert_eq!(outputs(&mut delivery), [Send::Record(1), Send::Chunk { hash: file("a"), offset: 0 }]);
}

#[test]
fn live_records_overtake_the_backlog_and_the_backlog_keeps_its_pace() {
    let mut delivery = connected();
    delivery.on_found(1..=1_000_000);
    assert_eq!(outputs(&mut delivery), [Send::Record(1)]);
    assert_eq!(delivery.wake_at(), Some(at(100)), "ten a second");
    delivery.on_stored(1_000_001);
    assert_eq!(outputs(&mut delivery), [Send::Record(1_000_001)]);
    delivery.on_time(at(100));
    assert_eq!(outputs(&mut delivery), [Send::Record(2)]);
    assert_eq!(delivery.backlog_records(), 1_000_001);
}

#[test]
fn no_more_records_are_in_flight_than_allowed() {
    let mut delivery = connected();
    (1..=10).for_each(|sequence| delivery.on_stored(sequence));
    assert_eq!(outputs(&mut delivery).len(), 3);
    delivery.on_receipt(2);
    assert_eq!(outputs(&mut delivery), [Send::Record(4)]);
    assert_eq!(delivery.records_in_flight(), 3);
}

#[test]
fn a_record_without_a_receipt_is_sent_again_each_time_later() {
    let mut delivery = connected();
    delivery.on_stored(1);
    assert_eq!(outputs(&mut delivery), [Send::Record(1)]);
    let mut sent = Vec::new();
    while sent.len() < 4 {
        let due = delivery.wake_at().unwrap();
        delivery.on_time(due);
        assert_eq!(outputs(&mut delivery), [Send::Record(1)]);
        sent.push(due.micros / 1_000);
    }
    assert_eq!(sent, [1_000, 3_000, 7_000, 11_000]);
    delivery.on_receipt(1);
    assert_eq!((delivery.wake_at(), delivery.backlog_records()), (None, 0));
}

#[test]
fn after_a_cut_what_was_in_flight_is_backlog() {
    let mut delivery = connected();
    delivery.on_stored(1);
    delivery.on_stored(2);
    assert_eq!(outputs(&mut delivery).len(), 2);
    delivery.on_disconnected(at(10));
    delivery.on_stored(3);
    delivery.on_connected(at(20));
    assert_eq!(outputs(&mut delivery), [Send::Record(1)]);
    delivery.on_stored(4);
    assert_eq!(outputs(&mut delivery), [Send::Record(4)]);
    delivery.on_time(at(120));
    assert_eq!(outputs(&mut delivery), [Send::Record(2)]);
}

#[test]
fn a_receipt_that_comes_before_or_between_sendings_ends_a_record_too() {
    let mut delivery = connected();
    delivery.on_found(1..=3);
    delivery.on_receipt(2);
    delivery.on_receipt(77);
    delivery.on_time(at(10_000));
    delivery.on_time(at(20_000));
    assert_eq!(outputs(&mut delivery), [Send::Record(1)]);
    delivery.on_time(at(20_100));
    assert_eq!(outputs(&mut delivery), [Send::Record(3)]);
    assert_eq!(delivery.backlog_records(), 2);
}

#[test]
fn more_live_records_than_wait_in_their_lane_are_sent_with_the_backlog() {
    let mut delivery = Delivery::new(Limits { backlog_per_second: 1_000, ..limits() });
    delivery.on_connected(at(0));
    (1..=1_000).for_each(|sequence| delivery.on_stored(sequence));
    assert_eq!(delivery.backlog_records(), 1_000);
    let mut seen = BTreeSet::new();
    for ms in 0..3_000 {
        delivery.on_time(at(ms));
        for output in outputs(&mut delivery) {
            let Send::Record(sequence) = output else { panic!("there are no files") };
            assert!(seen.insert(sequence));
            delivery.on_receipt(sequence);
        }
    }
    assert_eq!(seen.len(), 1_000);
}

#[test]
fn a_file_goes_in_order_with_a_few_chunks_ahead_of_its_receipts() {
    let mut delivery = connected();
    let hash = file("a");
    assert!(delivery.on_file(hash, 350));
    let chunk = |offset| Send::Chunk { hash, offset };
    assert_eq!(outputs(&mut delivery), [chunk(0), chunk(100)]);
    delivery.on_evidence_receipt(hash, 100, false);
    assert_eq!(outputs(&mut delivery), [chunk(200)]);
    delivery.on_evidence_receipt(hash, 300, false);
    assert_eq!(outputs(&mut delivery), [chunk(300)]);
    delivery.on_evidence_receipt(hash, 350, true);
    assert_eq!((delivery.backlog_files(), delivery.wake_at()), (0, None));
}

#[test]
fn small_files_fill_the_window_together() {
    let mut delivery = connected();
    for name in ["a", "b", "c"] {
        assert!(delivery.on_file(file(name), 50));
    }
    let first = |name| Send::Chunk { hash: file(name), offset: 0 };
    assert_eq!(outputs(&mut delivery), [first("a"), first("b")]);
    delivery.on_evidence_receipt(file("a"), 50, true);
    assert_eq!(outputs(&mut delivery), [first("c")]);
}

#[test]
fn a_file_goes_on_where_the_server_says_after_a_cut() {
    let mut delivery = connected();
    let hash = file("a");
    let chunk = |offset| Send::Chunk { hash, offset };
    assert!(delivery.on_file(hash, 1_000));
    outputs(&mut delivery);
    delivery.on_evidence_receipt(hash, 200, false);
    outputs(&mut delivery);
    delivery.on_disconnected(at(10));
    delivery.on_connected(at(20));
    assert_eq!(outputs(&mut delivery), [chunk(200)], "one chunk asks");
    // The server started again and has nothing.
    delivery.on_evidence_receipt(hash, 0, false);
    assert_eq!(outputs(&mut delivery), [chunk(0), chunk(100)]);
    // A receipt from before comes late and is no news.
    delivery.on_evidence_receipt(hash, 0, false);
    assert_eq!(outputs(&mut delivery), []);
}

#[test]
fn a_file_that_the_server_never_confirms_holds_up_no_other() {
    let mut delivery = connected();
    let (stuck, next) = (file("stuck"), file("next"));
    assert!(delivery.on_file(stuck, 500) && delivery.on_file(next, 150));
    assert_eq!(outputs(&mut delivery).len(), 2);
    delivery.on_time(at(1_000));
    let chunk = |hash, offset| Send::Chunk { hash, offset };
    assert_eq!(outputs(&mut delivery), [chunk(next, 0), chunk(next, 100)]);
    delivery.on_evidence_receipt(next, 150, true);
    assert_eq!(outputs(&mut delivery), [chunk(stuck, 0)]);
}

#[test]
fn a_file_without_a_receipt_is_asked_about_each_time_later() {
    let mut delivery = connected();
    let hash = file("a");
    assert!(delivery.on_file(hash, 50));
    let chunk = [Send::Chunk { hash, offset: 0 }];
    assert_eq!(outputs(&mut delivery), chunk);
    let mut sent = Vec::new();
    while sent.len() < 4 {
        let due = delivery.wake_at().unwrap();
        delivery.on_time(due);
        assert_eq!(outputs(&mut delivery), chunk);
        sent.push(due.micros / 1_000);
    }
    assert_eq!(sent, [1_000, 3_000, 7_000, 11_000]);
}

#[test]
fn a_file_that_is_whole_but_not_taken_is_asked_about_again() {
    let mut delivery = connected();
    let hash = file("a");
    assert!(delivery.on_file(hash, 150));
    outputs(&mut delivery);
    delivery.on_evidence_receipt(hash, 150, false);
    delivery.on_time(at(5_000));
    assert_eq!(outputs(&mut delivery), [Send::Chunk { hash, offset: 100 }]);
    delivery.on_file_gone(hash);
    assert_eq!(delivery.backlog_files(), 0);
}

#[test]
fn only_so_many_files_are_known_and_the_room_is_told() {
    let mut delivery = connected();
    for name in ["a", "b", "c", "d"] {
        assert!(delivery.on_file(file(name), 1));
    }
    assert!(!delivery.on_file(file("e"), 1));
    assert!(delivery.on_file(file("a"), 1), "known already");
    assert_eq!(delivery.room_for_files(), 0);
    delivery.on_file_gone(file("b"));
    assert_eq!(delivery.room_for_files(), 1);
    assert!(!delivery.on_file(file("f"), 0), "an empty file does not exist");
}

proptest! {
    #[test]
    fn the_backlog_never_goes_faster_than_its_pace(gaps in prop::collection::vec(0_u64..500, 1..200)) {
        let mut delivery = connected();
        delivery.on_found(1..=100_000);
        let (mut now, mut sent) = (0, 0);
        for gap in gaps {
            now += gap;
            delivery.on_time(at(now));
            for output in outputs(&mut delivery) {
                let Send::Record(sequence) = output else { panic!("there are no files") };
                delivery.on_receipt(sequence);
                sent += 1;
            }
            prop_assert!(sent <= 1 + now / 100);
        }
    }
}
