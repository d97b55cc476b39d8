//! The last frames of a camera, small and in memory.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use plumewatch_shared::time::Moment;

use super::encode::FPS;
use crate::picture::Picture;

/// Longer side of a kept frame, pixels: a plume is as wide as a vehicle, which is a quarter of the picture.
pub const SIDE: i32 = 640;
/// Quality of a kept frame: about 40 KiB each at 640x360.
const QUALITY: i32 = 80;
/// How long frames are kept: the longest clip, and the time until a track that smoked has ended.
pub const RING_TIME: Duration = Duration::from_secs(30);
/// All kept frames together, bytes: thirty seconds of ten frames at 50 KiB. Beyond it the oldest go.
pub const RING_BYTES: usize = 16 << 20;

/// One kept frame.
#[derive(Clone, Debug)]
pub(super) struct Still {
    /// When it was taken, microseconds of UTC.
    pub at_us: i64,
    /// Shared with the cuts it is part of.
    pub jpeg: Arc<[u8]>,
}

/// The kept frames, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Ring {
    stills: VecDeque<Still>,
    bytes: usize,
}

impl Ring {
    /// Keeps a frame if the last kept one is a tenth of a second old.
    pub(super) fn keep(&mut self, picture: &Picture, at: Moment) -> opencv::Result<()> {
        let at_us = at.stamp.micros();
        // A little less than the step, so that every frame of a camera of that rate is kept.
        let step = 1_000_000 / i64::from(FPS) * 9 / 10;
        let fresh = self.stills.back().is_none_or(|last| at_us >= last.at_us + step || at_us < last.at_us);
        if !fresh {
            return Ok(());
        }
        if self.stills.back().is_some_and(|last| at_us < last.at_us) {
            self.stills.clear(); // The clock was set back: what was before is of no use.
            self.bytes = 0;
        }
        let jpeg: Arc<[u8]> = picture.shrunk_fast(SIDE)?.jpeg(QUALITY)?.into();
        self.bytes += jpeg.len();
        self.stills.push_back(Still { at_us, jpeg });
        let oldest = at_us - i64::try_from(RING_TIME.as_micros()).unwrap_or(i64::MAX);
        while let Some(first) = self.stills.front() {
            if first.at_us >= oldest && self.bytes <= RING_BYTES {
                break;
            }
            self.bytes -= first.jpeg.len();
            self.stills.pop_front();
        }
        Ok(())
    }

    /// The frames from one time to another.
    pub(super) fn between(&self, from_us: i64, to_us: i64) -> Vec<Still> {
        self.stills.iter().filter(|still| (from_us..=to_us).contains(&still.at_us)).cloned().collect()
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (self.stills.len(), self.bytes)
    }
}
