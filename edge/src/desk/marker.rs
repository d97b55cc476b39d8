//! A mark on the disk that a test is being led, so that a restart in its middle does not pass in silence.
//!
//! What was measured of an unfinished test is not kept: half a test is no evidence. That there was one is. A test whose
//! record was written before the power went is found among the signed ones and needs no word.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
};

use plumewatch_shared::{protocol::message::WireStamp, time::Stamp};
use tracing::warn;

use super::SignedTest;
use crate::durable;

/// The mark's file.
#[derive(Debug)]
pub(super) struct Marker {
    path: PathBuf,
}

impl Marker {
    pub(super) fn at(data_dir: &Path) -> Self {
        Self { path: data_dir.join("roadside-test.json") }
    }

    /// A test is being led.
    pub(super) fn running(&self, started: Stamp) {
        let text = serde_json::to_vec(&WireStamp::from(started)).expect("a number and a word serialise");
        if let Err(error) = durable::write(&self.path, &text) {
            // The test goes on; only a restart in its middle would not be told.
            warn!(%error, "the mark of a roadside test cannot be written");
        }
    }

    /// No test is being led.
    pub(super) fn clear(&self) {
        let _ = std::fs::remove_file(&self.path); // One that stays is compared with what was signed at the next start.
    }

    /// When the test began that a restart cut off, if one was.
    pub(super) fn cut_off(&self, signed: &VecDeque<Arc<SignedTest>>) -> Option<Stamp> {
        let text = std::fs::read(&self.path).ok()?;
        let started = serde_json::from_slice::<WireStamp>(&text).ok()?;
        if signed.iter().any(|signed| signed.report.started == started) {
            self.clear();
            return None;
        }
        (&started).try_into().ok()
    }
}
