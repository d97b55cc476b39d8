//! The messages' values as they stand on the pipe, apart from the vocabulary's types.

use plumewatch_shared::passage::{
    AbstainReason, Alternative, PlateDecision, PlateSighting, SmokeObservation, SmokeOutcome,
    UnmeasurableReason,
};
use plumewatch_shared::plate::{PlateColour, PlateRows};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp, Tick};
use plumewatch_shared::units::{CameraOpacity, Confidence, Opacity, RingelmannLevel};
use serde::{Deserialize, Serialize};

use super::message::MessageError;
use crate::track::TrackEnded;

/// Most places of a plate, and most alternatives of a place.
const MAX_PLACES: usize = 16;

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireMoment {
    tick: u64,
    utc: i64,
}

impl From<Moment> for WireMoment {
    fn from(at: Moment) -> Self {
        Self { tick: at.tick.micros, utc: at.stamp.micros() }
    }
}

impl WireMoment {
    pub(super) fn moment(self, quality: ClockQuality) -> Result<Moment, MessageError> {
        let stamp = Stamp::from_micros(self.utc, quality).ok_or(MessageError::Range("utc"))?;
        Ok(Moment { tick: Tick { micros: self.tick }, stamp })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireTrack {
    track: u64,
    first: WireMoment,
    last: WireMoment,
    frames: u32,
    area: [i32; 4],
    sighting: WireSighting,
    smoke: Option<WireSmoke>,
    vehicle: bool,
    plate: bool,
    plume: bool,
    clip_follows: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSighting {
    first_seen: i64,
    last_seen: i64,
    frames: u32,
    text: Option<String>,
    abstained: Option<WireAbstained>,
    raw: String,
    colour: Option<String>,
    rows: Option<u8>,
    confidence: u16,
    alternatives: Vec<Vec<(char, u16)>>,
    corners: Option<[[i32; 2]; 4]>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WireAbstained {
    NoPlateFound,
    LowConfidence,
    NotGrammatical,
    FramesDisagree,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSmoke {
    first_seen: i64,
    last_seen: i64,
    hits: u32,
    outcome: WireOutcome,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", deny_unknown_fields)]
enum WireOutcome {
    Measured { opacity: u16, uncertainty: u16, level: u8, confidence: u16 },
    NoBackground,
    Night,
    Unstable,
    WhitePlume,
    ChangingLight,
}

impl WireTrack {
    /// `has`: which of vehicle, plate and plume follow as pictures.
    pub(super) fn of(track: &TrackEnded, has: [bool; 3]) -> Self {
        Self {
            track: track.track,
            first: track.first.into(),
            last: track.last.into(),
            frames: track.frames,
            area: track.area,
            sighting: WireSighting::of(&track.sighting),
            smoke: track.smoke.as_ref().map(WireSmoke::of),
            vehicle: has[0],
            plate: has[1],
            plume: has[2],
            clip_follows: track.clip_follows,
        }
    }

    pub(super) fn track(
        self,
        blobs: &mut impl Iterator<Item = Vec<u8>>,
        quality: ClockQuality,
    ) -> Result<TrackEnded, MessageError> {
        let mut picture = |there: bool, what| match there {
            true => blobs.next().map(Some).ok_or(MessageError::Range(what)),
            false => Ok(None),
        };
        Ok(TrackEnded {
            track: self.track,
            first: self.first.moment(quality)?,
            last: self.last.moment(quality)?,
            frames: self.frames,
            area: self.area,
            sighting: self.sighting.sighting(quality)?,
            smoke: self.smoke.map(|smoke| smoke.observation(quality)).transpose()?,
            vehicle: picture(self.vehicle, "vehicle picture")?,
            plate: picture(self.plate, "plate picture")?,
            plume: picture(self.plume, "plume picture")?,
            clip_follows: self.clip_follows,
        })
    }
}

fn stamp(micros: i64, quality: ClockQuality) -> Result<Stamp, MessageError> {
    Stamp::from_micros(micros, quality).ok_or(MessageError::Range("stamp"))
}

fn confidence(value: u16) -> Result<Confidence, MessageError> {
    Confidence::from_per_mille(value).ok_or(MessageError::Range("confidence"))
}

impl WireSighting {
    fn of(sighting: &PlateSighting) -> Self {
        let (text, abstained) = match &sighting.decision {
            PlateDecision::Read(plate) => (Some(plate.as_str().to_owned()), None),
            PlateDecision::Abstained(reason) => (None, Some(WireAbstained::of(*reason))),
        };
        let place = |options: &Vec<Alternative>| {
            options.iter().take(MAX_PLACES).map(|a| (a.character, a.confidence.per_mille())).collect()
        };
        Self {
            first_seen: sighting.first_seen.micros(),
            last_seen: sighting.last_seen.micros(),
            frames: sighting.frames,
            text,
            abstained,
            raw: sighting.raw.clone(),
            colour: sighting.colour.map(|colour| colour.word().to_owned()),
            rows: sighting.rows.map(|rows| match rows {
                PlateRows::One => 1,
                PlateRows::Two => 2,
            }),
            confidence: sighting.confidence.per_mille(),
            alternatives: sighting.alternatives.iter().take(MAX_PLACES).map(place).collect(),
            corners: sighting.corners,
        }
    }

    fn sighting(self, quality: ClockQuality) -> Result<PlateSighting, MessageError> {
        let decision = match (self.text, self.abstained) {
            (Some(text), None) => {
                PlateDecision::Read(text.parse().map_err(|_| MessageError::Range("plate"))?)
            }
            (None, Some(reason)) => PlateDecision::Abstained(reason.reason()),
            (Some(_), Some(_)) | (None, None) => return Err(MessageError::Range("decision")),
        };
        let colour =
            self.colour.map(|word| PlateColour::from_word(&word).ok_or(MessageError::Range("colour")));
        let rows = match self.rows {
            None => None,
            Some(1) => Some(PlateRows::One),
            Some(2) => Some(PlateRows::Two),
            Some(_) => return Err(MessageError::Range("rows")),
        };
        let many =
            self.alternatives.len() > MAX_PLACES || self.alternatives.iter().any(|a| a.len() > MAX_PLACES);
        if many || self.raw.chars().count() > 64 {
            return Err(MessageError::Range("alternatives"));
        }
        let mut alternatives = Vec::new();
        for options in self.alternatives {
            let mut place = Vec::new();
            for (character, sure) in options {
                place.push(Alternative { character, confidence: confidence(sure)? });
            }
            alternatives.push(place);
        }
        Ok(PlateSighting {
            first_seen: stamp(self.first_seen, quality)?,
            last_seen: stamp(self.last_seen, quality)?,
            frames: self.frames,
            decision,
            raw: self.raw,
            colour: colour.transpose()?,
            rows,
            confidence: confidence(self.confidence)?,
            alternatives,
            corners: self.corners,
        })
    }
}

impl WireAbstained {
    fn of(reason: AbstainReason) -> Self {
        match reason {
            AbstainReason::NoPlateFound => Self::NoPlateFound,
            AbstainReason::LowConfidence => Self::LowConfidence,
            AbstainReason::NotGrammatical => Self::NotGrammatical,
            AbstainReason::FramesDisagree => Self::FramesDisagree,
        }
    }

    fn reason(self) -> AbstainReason {
        match self {
            Self::NoPlateFound => AbstainReason::NoPlateFound,
            Self::LowConfidence => AbstainReason::LowConfidence,
            Self::NotGrammatical => AbstainReason::NotGrammatical,
            Self::FramesDisagree => AbstainReason::FramesDisagree,
        }
    }
}

impl WireSmoke {
    fn of(smoke: &SmokeObservation) -> Self {
        let outcome = match smoke.outcome {
            SmokeOutcome::Measured { opacity, uncertainty_hundredths, level, confidence } => {
                WireOutcome::Measured {
                    opacity: opacity.0.hundredths(),
                    uncertainty: uncertainty_hundredths,
                    level: level.level(),
                    confidence: confidence.per_mille(),
                }
            }
            SmokeOutcome::Unmeasurable(UnmeasurableReason::NoBackground) => WireOutcome::NoBackground,
            SmokeOutcome::Unmeasurable(UnmeasurableReason::Night) => WireOutcome::Night,
            SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable) => WireOutcome::Unstable,
            SmokeOutcome::Unmeasurable(UnmeasurableReason::WhitePlume) => WireOutcome::WhitePlume,
            SmokeOutcome::Unmeasurable(UnmeasurableReason::ChangingLight) => WireOutcome::ChangingLight,
        };
        let (first_seen, last_seen) = (smoke.first_seen.micros(), smoke.last_seen.micros());
        Self { first_seen, last_seen, hits: smoke.hits, outcome }
    }

    fn observation(self, quality: ClockQuality) -> Result<SmokeObservation, MessageError> {
        let outcome = match self.outcome {
            WireOutcome::Measured { opacity, uncertainty, level, confidence: sure } => {
                SmokeOutcome::Measured {
                    opacity: CameraOpacity(
                        Opacity::from_hundredths(opacity).ok_or(MessageError::Range("opacity"))?,
                    ),
                    uncertainty_hundredths: uncertainty,
                    level: RingelmannLevel::new(level).ok_or(MessageError::Range("level"))?,
                    confidence: confidence(sure)?,
                }
            }
            WireOutcome::NoBackground => SmokeOutcome::Unmeasurable(UnmeasurableReason::NoBackground),
            WireOutcome::Night => SmokeOutcome::Unmeasurable(UnmeasurableReason::Night),
            WireOutcome::Unstable => SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable),
            WireOutcome::WhitePlume => SmokeOutcome::Unmeasurable(UnmeasurableReason::WhitePlume),
            WireOutcome::ChangingLight => SmokeOutcome::Unmeasurable(UnmeasurableReason::ChangingLight),
        };
        Ok(SmokeObservation {
            first_seen: stamp(self.first_seen, quality)?,
            last_seen: stamp(self.last_seen, quality)?,
            hits: self.hits,
            outcome,
        })
    }
}
