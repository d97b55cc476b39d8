//! What is known of the delivery, for health.

use std::sync::atomic::{AtomicU64, Ordering};

use plumewatch_shared::time::Tick;

/// Counts and instants; the pump writes them, health reads them.
#[derive(Debug, Default)]
pub struct PumpState {
    /// Microseconds; 0 before the first.
    last_receipt: AtomicU64,
    refused: AtomicU64,
    malformed: AtomicU64,
}

impl PumpState {
    /// When the server last confirmed a record.
    pub fn last_receipt(&self) -> Option<Tick> {
        let micros = self.last_receipt.load(Ordering::Relaxed);
        (micros > 0).then_some(Tick { micros })
    }

    /// Records the server refused, since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Messages of the server that made no sense, since the start.
    pub fn malformed(&self) -> u64 {
        self.malformed.load(Ordering::Relaxed)
    }

    pub(super) fn note_receipt(&self, at: Tick) {
        self.last_receipt.store(at.micros, Ordering::Relaxed);
    }

    pub(super) fn note_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_malformed(&self) {
        self.malformed.fetch_add(1, Ordering::Relaxed);
    }
}
