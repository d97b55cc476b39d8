//! The lanes of records: overdue ones, live ones, the backlog.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use plumewatch_shared::time::Tick;

use super::limits::Limits;
use super::ranges::Ranges;

/// Live records that wait while the flight is full; more are backlog. At one vehicle a second on six lanes it
/// is forty seconds without a receipt: then nothing is live any more.
const LIVE_MAX: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Records {
    live: VecDeque<u64>,
    backlog: Ranges,
    flight: BTreeMap<u64, Sent>,
    /// The same flight by when each is overdue.
    due: BTreeSet<(Tick, u64)>,
    /// Not before this may the backlog go on.
    backlog_from: Option<Tick>,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    due: Tick,
    attempts: u32,
}

impl Records {
    pub(super) fn add(&mut self, sequence: u64, live: bool) {
        if self.flight.contains_key(&sequence) || self.live.contains(&sequence) {
            return;
        }
        if live && self.live.len() < LIVE_MAX {
            self.backlog.remove(sequence);
            self.live.push_back(sequence);
        } else {
            self.backlog.insert(sequence, sequence);
        }
    }

    pub(super) fn find(&mut self, sequences: std::ops::RangeInclusive<u64>) {
        let (first, last) = sequences.into_inner();
        self.backlog.insert(first, last);
        // What is on its way or live is not backlog as well.
        let elsewhere: Vec<u64> = self
            .flight
            .range(first..)
            .map(|(sequence, _)| *sequence)
            .chain(self.live.iter().copied())
            .collect();
        for sequence in elsewhere {
            self.backlog.remove(sequence);
        }
    }

    pub(super) fn done(&mut self, sequence: u64) {
        if let Some(sent) = self.flight.remove(&sequence) {
            self.due.remove(&(sent.due, sequence));
        } else if !self.backlog.remove(sequence) {
            self.live.retain(|waiting| *waiting != sequence);
        }
    }

    /// Everything in flight, and everything live, is backlog again: it is as old as the cut.
    pub(super) fn forget_flight(&mut self) {
        for sequence in std::mem::take(&mut self.flight).into_keys().chain(std::mem::take(&mut self.live)) {
            self.backlog.insert(sequence, sequence);
        }
        self.due.clear();
    }

    pub(super) fn next(&mut self, now: Tick, limits: &Limits) -> Option<u64> {
        if let Some(&(due, sequence)) = self.due.first()
            && due <= now
        {
            let attempts = self.flight.get(&sequence).map_or(1, |sent| sent.attempts.saturating_add(1));
            self.send(sequence, attempts, now, limits);
            return Some(sequence);
        }
        if self.flight.len() >= limits.records_in_flight {
            return None;
        }
        let sequence = if let Some(sequence) = self.live.pop_front() {
            sequence
        } else {
            let sequence =
                self.backlog.first().filter(|_| self.backlog_from.is_none_or(|from| from <= now))?;
            self.backlog.remove(sequence);
            self.backlog_from = Some(now.after(pace(limits)));
            sequence
        };
        self.send(sequence, 1, now, limits);
        Some(sequence)
    }

    fn send(&mut self, sequence: u64, attempts: u32, now: Tick, limits: &Limits) {
        let due = now.after(limits.wait(attempts));
        if let Some(before) = self.flight.insert(sequence, Sent { due, attempts }) {
            self.due.remove(&(before.due, sequence));
        }
        self.due.insert((due, sequence));
    }

    pub(super) fn wake_at(&self, limits: &Limits) -> Option<Tick> {
        let overdue = self.due.first().map(|(due, _)| *due);
        let room = self.flight.len() < limits.records_in_flight;
        let backlog = self.backlog.first().filter(|_| room).and(self.backlog_from);
        [overdue, backlog].into_iter().flatten().min()
    }

    pub(super) fn len(&self) -> u64 {
        self.backlog.len() + (self.live.len() + self.flight.len()) as u64
    }

    pub(super) fn in_flight(&self) -> usize {
        self.flight.len()
    }
}

/// The least time between two records of the backlog.
fn pace(limits: &Limits) -> Duration {
    Duration::from_secs(1) / limits.backlog_per_second.max(1)
}
