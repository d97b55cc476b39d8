//! A server that forgets what it has not committed, behind a link that drops, repeats, reorders and breaks.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::tests::{at, file, limits};
use super::*;

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
}
