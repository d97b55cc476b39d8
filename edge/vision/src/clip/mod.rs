//! The clip of a smoking vehicle: from five seconds before its first plume to five after its last, encoded small.
//!
//! ```text
//! frames ─▶ ring: the last half minute, ten a second, shrunk, JPEG ─┐
//! tracks that smoked ─▶ wanted: from … to …, until the ring has it ─┴▶ cut ─▶ thread: H.264 in MP4 ─▶ bytes
//! ```
//!
//! The track itself is told at once, since matching does not wait five seconds for it; the clip follows as a later word
//! of the same track. What cannot be had is told as none, so that nobody waits in vain. Encoding has a thread of its own:
//! a clip takes a second or two, in which the camera goes on.

mod encode;
mod ring;

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::Duration;

use plumewatch_shared::passage::{SmokeObservation, SmokeOutcome};
use plumewatch_shared::time::Moment;

pub use encode::{CLIP_BYTES_MAX, ClipError, FPS};
pub use ring::{RING_BYTES, RING_TIME, SIDE};

use crate::picture::Picture;
use ring::{Ring, Still};

/// How much is shown before the first plume, as far as the ring has it.
pub const BEFORE: Duration = Duration::from_secs(5);
/// How much is shown after the last.
pub const AFTER: Duration = Duration::from_secs(5);
/// The longest clip: a vehicle that smokes for longer is shown for its beginning.
pub const LONGEST: Duration = Duration::from_secs(20);
/// Clips that wait for their end: six vehicles are followed at once, and most smoke little.
pub const WANTED_MAX: usize = 4;
/// Clips that wait for the encoder; each holds at most [`LONGEST`] of the ring's stills.
const QUEUE: usize = 2;

/// A clip that was made, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Of this track.
    pub track: u64,
    /// MP4; `None` if none could be made.
    pub clip: Option<Vec<u8>>,
}

struct Wanted {
    track: u64,
    from_us: i64,
    to_us: i64,
}

struct Cut {
    track: u64,
    from_us: i64,
    to_us: i64,
    stills: Vec<Still>,
}

/// Keeps the last frames and cuts clips out of them.
pub struct Recorder {
    ring: Ring,
    wanted: Vec<Wanted>,
    cuts: Option<SyncSender<Cut>>,
    made: Receiver<Made>,
    /// What is told as none.
    refused: Vec<u64>,
}

impl Recorder {
    /// A recorder with its encoder.
    pub fn start() -> Self {
        let (cuts, work) = mpsc::sync_channel::<Cut>(QUEUE);
        let (done, made) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(cut) = work.recv() {
                let clip = encode::clip(&cut.stills, cut.from_us, cut.to_us);
                let made = Made { track: cut.track, clip: clip.ok() };
                if done.send(made).is_err() {
                    return; // The worker has ended.
                }
            }
        });
        Self { ring: Ring::default(), wanted: Vec::new(), cuts: Some(cuts), made, refused: Vec::new() }
    }

    /// Takes a frame; cuts what now has its end.
    pub fn on_frame(&mut self, picture: &Picture, at: Moment) -> opencv::Result<()> {
        self.ring.keep(picture, at)?;
        let now = at.stamp.micros();
        let due: Vec<Wanted> = self.wanted.extract_if(.., |wanted| now >= wanted.to_us).collect();
        due.into_iter().for_each(|wanted| self.cut(wanted));
        Ok(())
    }

    /// A track ended: does a clip of it follow?
    pub fn on_track(&mut self, track: u64, smoke: Option<&SmokeObservation>) -> bool {
        let Some(smoke) = smoke.filter(|smoke| counts(smoke)) else { return false };
        if self.wanted.len() >= WANTED_MAX {
            return false;
        }
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        let from_us = smoke.first_seen.micros().saturating_sub(micros(BEFORE));
        let to_us = smoke.last_seen.micros().saturating_add(micros(AFTER));
        let to_us = to_us.min(from_us.saturating_add(micros(LONGEST)));
        self.wanted.push(Wanted { track, from_us, to_us });
        true
    }

    /// Gives a clip that is ready, or the word that there is none; never waits.
    pub fn next_made(&mut self) -> Option<Made> {
        if let Some(track) = self.refused.pop() {
            return Some(Made { track, clip: None });
        }
        self.made.try_recv().ok()
    }

    /// No frame comes any more: cuts everything as far as it goes and waits for the encoder.
    pub fn finish(&mut self) -> Vec<Made> {
        for wanted in std::mem::take(&mut self.wanted) {
            if let Some(cut) = self.cut_out(wanted) {
                let sent = self.cuts.as_ref().map(|cuts| cuts.send(cut));
                // An encoder that is gone makes nothing; its tracks are told as none.
                sent.and_then(Result::err).into_iter().for_each(|gone| self.refused.push(gone.0.track));
            }
        }
        self.cuts = None; // The thread ends after what it has.
        let mut all: Vec<Made> =
            std::mem::take(&mut self.refused).into_iter().map(|track| Made { track, clip: None }).collect();
        all.extend(self.made.iter());
        all
    }

    fn cut(&mut self, wanted: Wanted) {
        let Some(cut) = self.cut_out(wanted) else { return };
        match self.cuts.as_ref().map(|cuts| cuts.try_send(cut)) {
            Some(Ok(())) | None => {}
            Some(Err(TrySendError::Full(cut) | TrySendError::Disconnected(cut))) => {
                self.refused.push(cut.track)
            }
        }
    }

    /// What the ring has of it; nothing is told as none.
    fn cut_out(&mut self, wanted: Wanted) -> Option<Cut> {
        let stills = self.ring.between(wanted.from_us, wanted.to_us);
        let Some(first) = stills.first() else {
            self.refused.push(wanted.track);
            return None;
        };
        let from_us = wanted.from_us.max(first.at_us);
        Some(Cut { track: wanted.track, from_us, to_us: wanted.to_us, stills })
    }
}

/// Is this worth a clip? Smoke of a level above none, or smoke that no figure can be given of.
fn counts(smoke: &SmokeObservation) -> bool {
    match smoke.outcome {
        SmokeOutcome::Measured { level, .. } => level.level() >= 1,
        SmokeOutcome::Unmeasurable(_) => true,
    }
}

#[cfg(test)]
mod tests;
