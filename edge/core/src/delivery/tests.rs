//! Rules of the lanes one by one, then a server behind a link that drops, repeats, reorders and breaks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn at(ms: u64) -> Tick {
    Tick { micros: ms * 1_000 }
}

/// Small limits, so that every one of them is met.
fn limits() -> Limits {
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

fn file(name: &str) -> FileHash {
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

/// What travels down: the server's answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Record(u64),
    Evidence { hash: FileHash, next_offset: u32, complete: bool },
}

/// What the server holds: idempotent, in order, forgetful of what it has not committed.
#[derive(Default)]
struct Server {
    records: BTreeSet<u64>,
    uncommitted: BTreeSet<u64>,
    whole: BTreeSet<FileHash>,
    partial: BTreeMap<FileHash, u32>,
}

impl Server {
    fn take(&mut self, send: Send, sizes: &BTreeMap<FileHash, u32>) -> Option<Answer> {
        match send {
            Send::Record(sequence) => {
                self.uncommitted.insert(sequence);
                None
            }
            Send::Chunk { hash, offset } => {
                let total = sizes[&hash];
                assert!(offset < total, "a chunk begins within its file");
                let end = (offset + limits().chunk_bytes).min(total);
                let next = self.partial.entry(hash).or_insert(0);
                if offset <= *next && end > *next {
                    *next = end;
                }
                if self.whole.contains(&hash) {
                    *next = total;
                }
                if *next == total {
                    self.whole.insert(hash);
                }
                Some(Answer::Evidence { hash, next_offset: *next, complete: self.whole.contains(&hash) })
            }
        }
    }

    fn commit(&mut self) -> Vec<Answer> {
        let taken = std::mem::take(&mut self.uncommitted);
        self.records.extend(&taken);
        taken.into_iter().map(Answer::Record).collect()
    }

    fn restart(&mut self) {
        self.uncommitted.clear();
        self.partial.clear();
    }
}

#[derive(Clone, Debug)]
enum Step {
    Store,
    File(u32),
    Connect,
    Disconnect,
    Pass(u64),
    /// The nth message on its way up arrives, or is lost, or arrives and stays to arrive again.
    Up(usize, Fate),
    /// The same on the way down.
    Down(usize, Fate),
    Commit,
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    IsLost,
    ArrivesTwice,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate = prop::sample::select(vec![Fate::Arrives, Fate::Arrives, Fate::IsLost, Fate::ArrivesTwice]);
    let step = prop_oneof![
        3 => Just(Step::Store),
        2 => (1_u32..1_000).prop_map(Step::File),
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        3 => (0_u64..3_000).prop_map(Step::Pass),
        8 => (any::<usize>(), fate.clone()).prop_map(|(nth, fate)| Step::Up(nth, fate)),
        6 => (any::<usize>(), fate).prop_map(|(nth, fate)| Step::Down(nth, fate)),
        3 => Just(Step::Commit),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..200)
}

/// The edge, the link and the server together.
struct World {
    delivery: Delivery,
    server: Server,
    sizes: BTreeMap<FileHash, u32>,
    stored: u64,
    connected: bool,
    up: Vec<Send>,
    down: Vec<Answer>,
    now: u64,
}

impl World {
    fn new(found: u64) -> Self {
        let mut delivery = Delivery::new(limits());
        if found > 0 {
            delivery.on_found(1..=found);
        }
        let (up, down) = (Vec::new(), Vec::new());
        Self {
            delivery,
            server: Server::default(),
            sizes: BTreeMap::new(),
            stored: found,
            connected: false,
            up,
            down,
            now: 0,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Store => {
                self.stored += 1;
                self.delivery.on_stored(self.stored);
            }
            Step::File(bytes) => {
                let hash = file(&self.sizes.len().to_string());
                if self.delivery.on_file(hash, bytes) {
                    self.sizes.insert(hash, bytes);
                }
            }
            Step::Connect => {
                self.delivery.on_connected(at(self.now));
                self.connected = true;
            }
            Step::Disconnect => {
                self.connected = false;
                self.delivery.on_disconnected(at(self.now));
                self.up.clear();
                self.down.clear();
            }
            Step::Pass(ms) => {
                self.now += ms;
                self.delivery.on_time(at(self.now));
            }
            Step::Up(nth, fate) => {
                for send in fated(&mut self.up, nth, fate) {
                    self.down.extend(self.server.take(send, &self.sizes));
                }
            }
            Step::Down(nth, fate) => {
                for answer in fated(&mut self.down, nth, fate) {
                    self.answer(answer);
                }
            }
            Step::Commit => self.down.extend(self.server.commit()),
            Step::Restart => self.server.restart(),
        }
        while let Some(send) = self.delivery.next_output() {
            self.up.push(send);
        }
        assert!(self.delivery.records_in_flight() <= limits().records_in_flight);
        assert!(self.delivery.chunks_in_flight() <= limits().chunks_in_flight);
        assert!(self.delivery.backlog_files() <= limits().files_known);
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Record(sequence) => {
                assert!(self.server.records.contains(&sequence));
                self.delivery.on_receipt(sequence);
            }
            Answer::Evidence { hash, next_offset, complete } => {
                self.delivery.on_evidence_receipt(hash, next_offset, complete);
            }
        }
    }

    /// The link holds from now on; gives the rounds it took until everything was delivered. What was lost on a
    /// link that stands must come again by itself.
    fn heal(&mut self) -> usize {
        if !self.connected {
            self.step(Step::Connect);
        }
        for round in 0..2_000 {
            if self.delivery.backlog_records() == 0 && self.delivery.backlog_files() == 0 {
                return round;
            }
            while !self.up.is_empty() {
                self.step(Step::Up(0, Fate::Arrives));
            }
            self.step(Step::Commit);
            while !self.down.is_empty() {
                self.step(Step::Down(0, Fate::Arrives));
            }
            if let Some(due) = self.delivery.wake_at() {
                self.step(Step::Pass((due.micros / 1_000).saturating_sub(self.now) + 1));
            }
        }
        panic!("not delivered: {:?}", self.delivery);
    }
}

/// Takes the nth message out of the queue; empty if it is lost or there is none.
fn fated<T: Copy>(queue: &mut Vec<T>, nth: usize, fate: Fate) -> Vec<T> {
    if queue.is_empty() {
        return Vec::new();
    }
    let nth = nth % queue.len();
    match fate {
        Fate::Arrives => vec![queue.remove(nth)],
        Fate::IsLost => {
            queue.remove(nth);
            Vec::new()
        }
        Fate::ArrivesTwice => vec![queue[nth]],
    }
}

proptest! {
    // Debug builds are slow at this, and every case holds hundreds of messages.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_link_that_does_its_worst_loses_nothing_in_the_end(steps in steps(), found in 0_u64..30) {
        let mut world = World::new(found);
        for step in steps {
            world.step(step);
        }
        world.heal();
        prop_assert_eq!(&world.server.records, &(1..=world.stored).collect::<BTreeSet<u64>>());
        prop_assert_eq!(&world.server.whole, &world.sizes.keys().copied().collect::<BTreeSet<_>>());
        prop_assert_eq!(world.delivery.wake_at(), None);
    }

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
