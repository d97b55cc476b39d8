//! Decides what to send next from the outbox, so that everything arrives, the newest soonest.
//!
//! A record or file is done when the server's receipt says so and not before: a publish that was accepted
//! proves nothing. So everything sent is sent again after a time-out, whole or from where the server says.
//! Records go in two lanes, live ones before the backlog, the backlog at a steady pace; evidence goes below
//! both, whenever no record may be sent. What is in flight is bounded, so a slow link slows us and nothing else.
//!
//! This machine knows numbers and names only; bytes, topics and the link are the rim's. Tell it what happened
//! (`on_*`), then send what it gives ([`Delivery::next_output`]) until `None`, and wake it at
//! [`Delivery::wake_at`].
//!
//! What must hold: no record or file is ever given up here except when told; at most
//! [`Limits::records_in_flight`] records and [`Limits::chunks_in_flight`] chunks are in flight.

mod files;
mod limits;
mod ranges;
mod records;

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::time::Tick;

pub use limits::Limits;

use files::Files;
use records::Records;

/// What to send next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Send {
    /// The record of this sequence.
    Record(u64),
    /// A piece of this file: [`Limits::chunk_bytes`] from `offset`, or what is left of it.
    Chunk {
        /// The file.
        hash: FileHash,
        /// Where the piece begins.
        offset: u32,
    },
}

/// The pump between outbox and link.
#[derive(Debug)]
pub struct Delivery {
    limits: Limits,
    now: Tick,
    connected: bool,
    records: Records,
    files: Files,
}

impl Delivery {
    /// A pump with nothing to do, disconnected.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now: Tick { micros: 0 },
            connected: false,
            records: Records::default(),
            files: Files::default(),
        }
    }

    /// The link stands and receipts are subscribed to. What was in flight before counts as lost.
    pub fn on_connected(&mut self, now: Tick) {
        self.on_time(now);
        self.connected = true;
        self.records.forget_flight();
        self.files.forget_flight();
    }

    /// The link is gone. What was in flight will be sent again.
    pub fn on_disconnected(&mut self, now: Tick) {
        self.on_time(now);
        self.connected = false;
        self.records.forget_flight();
        self.files.forget_flight();
    }

    /// Tells the time.
    pub fn on_time(&mut self, now: Tick) {
        self.now = self.now.max(now);
    }

    /// The outbox has stored a new record. It is live if the link stands, else backlog.
    pub fn on_stored(&mut self, sequence: u64) {
        self.records.add(sequence, self.connected);
    }

    /// The outbox held these records when the unit started. They are backlog.
    pub fn on_found(&mut self, sequences: std::ops::RangeInclusive<u64>) {
        self.records.find(sequences);
    }

    /// The server has this record for good; or it refused it for good, and it is kept aside; or the outbox no
    /// longer has it. It is not sent again.
    pub fn on_receipt(&mut self, sequence: u64) {
        self.records.done(sequence);
    }

    /// The outbox holds this file of `bytes` (not zero) for the server. Gives whether it was taken: only
    /// [`Limits::files_known`] are, so offer the rest when [`room_for_files`](Self::room_for_files) says so.
    pub fn on_file(&mut self, hash: FileHash, bytes: u32) -> bool {
        self.files.add(hash, bytes, self.limits.files_known)
    }

    /// How many more files would be taken.
    pub fn room_for_files(&self) -> usize {
        self.limits.files_known.saturating_sub(self.files.len())
    }

    /// The server says how far a file has come.
    pub fn on_evidence_receipt(&mut self, hash: FileHash, next_offset: u32, complete: bool) {
        if complete {
            self.files.done(hash);
        } else {
            self.files.advance(hash, next_offset, self.now, &self.limits);
        }
    }

    /// This file is not to be sent (again): the server refused it, or it was shed.
    pub fn on_file_gone(&mut self, hash: FileHash) {
        self.files.done(hash);
    }

    /// What to send now; call until `None`. What it gives counts as sent at the time last told.
    pub fn next_output(&mut self) -> Option<Send> {
        if !self.connected {
            return None;
        }
        let record = self.records.next(self.now, &self.limits).map(Send::Record);
        record.or_else(|| {
            let (hash, offset) = self.files.next(self.now, &self.limits)?;
            Some(Send::Chunk { hash, offset })
        })
    }

    /// When `on_time` is wanted next, if nothing comes before.
    pub fn wake_at(&self) -> Option<Tick> {
        if !self.connected {
            return None;
        }
        [self.records.wake_at(&self.limits), self.files.wake_at()].into_iter().flatten().min()
    }

    /// Records that wait for a receipt, in flight or not.
    pub fn backlog_records(&self) -> u64 {
        self.records.len()
    }

    /// Files known here that wait for their receipt.
    pub fn backlog_files(&self) -> usize {
        self.files.len()
    }

    /// Records in flight.
    pub fn records_in_flight(&self) -> usize {
        self.records.in_flight()
    }

    /// Chunks in flight.
    pub fn chunks_in_flight(&self) -> usize {
        self.files.in_flight(&self.limits)
    }
}

#[cfg(test)]
mod link_tests;
#[cfg(test)]
mod tests;
