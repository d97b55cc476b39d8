//! What the camera's own path says of a recording: the real tracker and the real measure, without reading plates.

use std::time::Duration;

use plumewatch_shared::passage::SmokeOutcome;
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};

use super::super::CommandError;
use crate::drawn::Clip;
use crate::picture::Picture;
use crate::plates::{PlateReader, ReadError};
use crate::source::Frame;
use crate::track::{CameraRole, TrackEnded, Tracker};

/// What was said of the smoke in a recording.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// Percent of opacity and its standard deviation, the Ringelmann level, and the hits it rests on.
    Measured { percent: f64, deviation: f64, level: u8, hits: u32 },
    /// Smoke, but no figure; why.
    Unmeasurable(String),
    /// No smoke.
    Nothing,
}

/// A recording's vehicles and what was said of their smoke: of several observations the one with the most hits,
/// a figure before none.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) said: Said,
    pub(super) vehicles: usize,
    /// Vehicles with a figure at Ringelmann level 1 or more, with any figure, with smoke that got no figure.
    pub(super) black: usize,
    pub(super) measured: usize,
    pub(super) unmeasurable: usize,
    /// The vehicle's or the plume's picture that goes with what was said.
    pub(super) picture: Option<Vec<u8>>,
}

/// A tracker that is fed frames with times of their own.
pub(super) struct Ear {
    tracker: Tracker,
    ended: Vec<TrackEnded>,
    number: u64,
}

/// Any moment will do for a recording's first frame; this one is in 2026.
const BEGAN_UTC_US: i64 = 1_790_000_000_000_000;

impl Ear {
    pub(super) fn new() -> Result<Self, CommandError> {
        let tracker = Tracker::new(CameraRole::Rear, PlateReader::blind()).map_err(ReadError::from)?;
        Ok(Self { tracker, ended: Vec::new(), number: 0 })
    }

    pub(super) fn hear(&mut self, picture: Picture, seconds: f64) -> Result<(), CommandError> {
        let passed = Duration::from_secs_f64(seconds.max(0.0));
        let tick = Tick { micros: 1_000_000 }.after(passed);
        let utc = BEGAN_UTC_US + passed.as_micros() as i64;
        let stamp = Stamp::from_micros(utc, ClockQuality::Unsynchronised).expect("2026 is within range");
        let number = self.number;
        self.number += 1;
        let at = Moment { tick, stamp };
        self.ended.extend(self.tracker.on_frame(&Frame {
            picture,
            at,
            number,
            recorded_s: Some(seconds),
        })?);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Heard, CommandError> {
        self.ended.extend(self.tracker.finish_all()?);
        Ok(heard(&self.ended))
    }
}

fn heard(ended: &[TrackEnded]) -> Heard {
    let mut all = Heard {
        said: Said::Nothing,
        vehicles: ended.len(),
        black: 0,
        measured: 0,
        unmeasurable: 0,
        picture: ended.iter().max_by_key(|track| track.frames).and_then(|track| track.vehicle.clone()),
    };
    let mut best = (false, 0);
    for track in ended {
        let Some(smoke) = &track.smoke else { continue };
        let said = match &smoke.outcome {
            SmokeOutcome::Measured { opacity, uncertainty_hundredths, level, .. } => {
                all.measured += 1;
                all.black += usize::from(level.level() >= 1);
                Said::Measured {
                    percent: f64::from(opacity.0.hundredths()) / 100.0,
                    deviation: f64::from(*uncertainty_hundredths) / 100.0,
                    level: level.level(),
                    hits: smoke.hits,
                }
            }
            SmokeOutcome::Unmeasurable(reason) => {
                all.unmeasurable += 1;
                Said::Unmeasurable(format!("{reason:?}"))
            }
        };
        let rank = (matches!(said, Said::Measured { .. }), smoke.hits);
        if all.said == Said::Nothing || rank > best {
            best = rank;
            all.said = said;
            all.picture = track.plume.clone().or_else(|| track.vehicle.clone());
        }
    }
    all
}

/// Plays a rendered clip; also gives the frame that shows most of the plume's core, or the middle one.
pub(super) fn play(clip: &mut Clip) -> Result<(Heard, Vec<u8>), CommandError> {
    let mut ear = Ear::new()?;
    let (mut shown, mut most) = (Vec::new(), 0);
    for number in 0..clip.frames() {
        let shot = clip.frame(number)?;
        ear.hear(Picture::decode(&shot.jpeg)?, f64::from(shot.seconds))?;
        let core = shot.core + u32::from(number == clip.frames() * 2 / 3);
        if core > most {
            (shown, most) = (shot.jpeg, core);
        }
    }
    Ok((ear.finish()?, shown))
}
