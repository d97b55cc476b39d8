//! Serial lines: ports in [`port`], lines that may go over TCP in [`line`], one driver of the wire in each file beside.
//!
//! A task here moves bytes and stamps them after the last one came; what they mean is `edge-core`'s matter.
//! An unplugged port is expected: it is counted, shown, and opened again by its path.

pub mod ak;
pub mod head;
pub mod line;
pub mod nmea;
pub mod opacimeter;
pub mod port;
pub mod weather;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use plumewatch_shared::time::Tick;

/// What a line has done so far, for health. One task writes it, one reads.
#[derive(Debug, Default)]
pub struct LineState {
    facts: Mutex<LineFacts>,
}

/// How one serial line does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFacts {
    /// Is the port open?
    pub open: bool,
    /// When something whole and right came last.
    pub heard: Option<Tick>,
    /// Does the instrument call itself out of order?
    pub fault: bool,
    /// Does the instrument say that it warms up?
    pub warming: bool,
    /// Is the head wired to the port of another lane?
    pub other_lane: bool,
    /// How far the head's clock and ours were apart when it last told the time.
    pub clocks_apart: Option<Duration>,
    /// Bytes that were part of no good frame.
    pub rejected_bytes: u64,
    /// How often the port went away or could not be opened.
    pub lost: u64,
    /// Readings that came.
    pub readings: u64,
    /// Acknowledgements dropped because the line was down; the head asks again.
    pub dropped_acknowledgements: u64,
    /// Measurements the head itself gave up because its memory was full.
    pub lost_by_head: u32,
}

impl LineState {
    /// What is known now.
    pub fn facts(&self) -> LineFacts {
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known.
    pub fn note(&self, change: impl FnOnce(&mut LineFacts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod instrument_tests;
#[cfg(test)]
mod tests;
