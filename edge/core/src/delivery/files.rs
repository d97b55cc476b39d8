//! The lane of evidence: files in the order they came, some chunks ahead of the server's receipts.
//!
//! The server says where to go on. A higher offset is progress. A lower one is news only after a cut or a
//! time-out, when one chunk is sent to ask (the file *probes*): otherwise it is a receipt that came late.

use std::collections::{BTreeMap, VecDeque};

use plumewatch_shared::ids::FileHash;
use plumewatch_shared::time::Tick;

use super::limits::Limits;

#[derive(Debug, Default)]
pub(super) struct Files {
    known: BTreeMap<FileHash, Progress>,
    /// The order of sending; holds each known file once.
    queue: VecDeque<FileHash>,
    /// Files with chunks in flight, and when their receipts are overdue.
    flight: BTreeMap<FileHash, Tick>,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    total: u32,
    /// The server has everything before.
    confirmed: u32,
    /// Everything before was sent, since the last cut or time-out.
    sent: u32,
    /// Is one chunk sent to learn where the server stands?
    probing: bool,
    /// Time-outs since the last progress.
    silences: u32,
}

impl Progress {
    /// Starts again from what the server has, carefully.
    fn rewind(&mut self) {
        self.sent = self.confirmed;
        self.probing = true;
    }

    fn chunks_ahead(&self, chunk: u32) -> usize {
        (self.sent - self.confirmed).div_ceil(chunk) as usize
    }
}

fn chunk(limits: &Limits) -> u32 {
    limits.chunk_bytes.max(1)
}

impl Files {
    pub(super) fn add(&mut self, hash: FileHash, bytes: u32, most: usize) -> bool {
        if self.known.contains_key(&hash) {
            return true;
        }
        if self.known.len() >= most || bytes == 0 {
            return false;
        }
        let fresh = Progress { total: bytes, confirmed: 0, sent: 0, probing: false, silences: 0 };
        self.known.insert(hash, fresh);
        self.queue.push_back(hash);
        true
    }

    pub(super) fn done(&mut self, hash: FileHash) {
        if self.known.remove(&hash).is_some() {
            self.flight.remove(&hash);
            self.queue.retain(|waiting| *waiting != hash);
        }
    }

    pub(super) fn forget_flight(&mut self) {
        self.flight.clear();
        for progress in self.known.values_mut() {
            progress.rewind();
            progress.silences = 0;
        }
    }

    pub(super) fn advance(&mut self, hash: FileHash, next_offset: u32, now: Tick, limits: &Limits) {
        let Some(progress) = self.known.get_mut(&hash) else { return };
        if next_offset > progress.total {
            return;
        }
        // All received and yet not complete: its last piece goes again, after a time-out, to ask why.
        let last_piece = (progress.total - 1) / chunk(limits) * chunk(limits);
        let next_offset = next_offset.min(last_piece);
        let forward = next_offset > progress.confirmed;
        if progress.probing {
            progress.sent = next_offset;
        } else if forward {
            progress.sent = progress.sent.max(next_offset);
        } else {
            return;
        }
        progress.confirmed = next_offset;
        progress.probing = false;
        if forward {
            progress.silences = 0;
        }
        if progress.sent > progress.confirmed {
            self.flight.insert(hash, now.after(limits.wait(1)));
        } else {
            self.flight.remove(&hash);
        }
    }

    pub(super) fn next(&mut self, now: Tick, limits: &Limits) -> Option<(FileHash, u32)> {
        self.give_up_overdue(now);
        if self.in_flight(limits) >= limits.chunks_in_flight {
            return None;
        }
        // Only files in flight can be passed over, and those are fewer than the chunks in flight.
        let &hash = self.queue.iter().find(|hash| self.may_send(hash))?;
        let progress = self.known.get_mut(&hash)?;
        let offset = progress.sent;
        progress.sent = offset.saturating_add(chunk(limits)).min(progress.total);
        self.flight.insert(hash, now.after(limits.wait(progress.silences.saturating_add(1))));
        Some((hash, offset))
    }

    fn may_send(&self, hash: &FileHash) -> bool {
        self.known.get(hash).is_some_and(|progress| {
            let asked = progress.probing && progress.sent > progress.confirmed;
            progress.sent < progress.total && !asked
        })
    }

    /// A file whose receipts are overdue goes to the end of the queue and starts again carefully, so that one
    /// that the server cannot take holds up no other.
    fn give_up_overdue(&mut self, now: Tick) {
        let overdue: Vec<FileHash> =
            self.flight.iter().filter(|(_, due)| **due <= now).map(|(hash, _)| *hash).collect();
        for hash in overdue {
            self.flight.remove(&hash);
            self.queue.retain(|waiting| *waiting != hash);
            self.queue.push_back(hash);
            if let Some(progress) = self.known.get_mut(&hash) {
                progress.rewind();
                progress.silences = progress.silences.saturating_add(1);
            }
        }
    }

    pub(super) fn wake_at(&self) -> Option<Tick> {
        self.flight.values().min().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn in_flight(&self, limits: &Limits) -> usize {
        let ahead =
            |hash: &FileHash| self.known.get(hash).map_or(0, |progress| progress.chunks_ahead(chunk(limits)));
        self.flight.keys().map(ahead).sum()
    }
}
