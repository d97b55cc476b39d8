//! What cameras saw: plates and smoke.

use super::{ConvertError, Converted, need};
use crate::passage::*;
use crate::plate::{Plate, PlateColour, PlateRows};
use crate::protocol::message::*;
use crate::units::*;

impl From<&PlateSighting> for WireSighting {
    fn from(sighting: &PlateSighting) -> Self {
        let (plate, abstained) = match &sighting.decision {
            PlateDecision::Read(plate) => (Some(plate.as_str().to_owned()), None),
            PlateDecision::Abstained(reason) => (None, Some(reason.wire_word().to_owned())),
        };
        let pair = |a: &Alternative| (a.character, a.confidence.per_mille());
        Self {
            first_seen: sighting.first_seen.into(),
            last_seen: sighting.last_seen.into(),
            frames: sighting.frames,
            plate,
            abstained,
            raw: sighting.raw.clone(),
            colour: sighting.colour.map(|colour| colour.word().to_owned()),
            rows: sighting.rows.map(|rows| match rows {
                PlateRows::One => 1,
                PlateRows::Two => 2,
            }),
            confidence_per_mille: sighting.confidence.per_mille(),
            alternatives: sighting.alternatives.iter().map(|at| at.iter().map(pair).collect()).collect(),
            corners: sighting.corners,
        }
    }
}

impl TryFrom<&WireSighting> for PlateSighting {
    type Error = ConvertError;

    fn try_from(wire: &WireSighting) -> Converted<Self> {
        let decision = match (&wire.plate, &wire.abstained) {
            (Some(plate), None) => PlateDecision::Read(need("plate", plate.parse::<Plate>().ok())?),
            (None, Some(word)) => {
                PlateDecision::Abstained(need("abstained", AbstainReason::from_wire_word(word))?)
            }
            _ => return Err(ConvertError { field: "plate (or why there is none)" }),
        };
        let confidence = |value: u16| need("confidence_per_mille", Confidence::from_per_mille(value));
        let alternative =
            |&(character, value): &(char, u16)| Ok(Alternative { character, confidence: confidence(value)? });
        let alternatives: Converted<Vec<Vec<_>>> =
            wire.alternatives.iter().map(|at| at.iter().map(alternative).collect()).collect();
        Ok(Self {
            first_seen: (&wire.first_seen).try_into()?,
            last_seen: (&wire.last_seen).try_into()?,
            frames: wire.frames,
            decision,
            raw: wire.raw.clone(),
            colour: colour(wire.colour.as_deref())?,
            rows: match wire.rows {
                None => None,
                Some(1) => Some(PlateRows::One),
                Some(2) => Some(PlateRows::Two),
                Some(_) => return Err(ConvertError { field: "rows" }),
            },
            confidence: confidence(wire.confidence_per_mille)?,
            alternatives: alternatives?,
            corners: wire.corners,
        })
    }
}

pub(super) fn colour(word: Option<&str>) -> Converted<Option<PlateColour>> {
    word.map(|word| need("colour", PlateColour::from_word(word))).transpose()
}

impl From<&SmokeObservation> for WireSmoke {
    fn from(smoke: &SmokeObservation) -> Self {
        let mut wire = Self {
            first_seen: smoke.first_seen.into(),
            last_seen: smoke.last_seen.into(),
            hits: smoke.hits,
            opacity_hundredths: None,
            uncertainty_hundredths: None,
            level: None,
            confidence_per_mille: None,
            unmeasurable: None,
        };
        match smoke.outcome {
            SmokeOutcome::Measured { opacity, uncertainty_hundredths, level, confidence } => {
                wire.opacity_hundredths = Some(opacity.0.hundredths());
                wire.uncertainty_hundredths = Some(uncertainty_hundredths);
                wire.level = Some(level.level());
                wire.confidence_per_mille = Some(confidence.per_mille());
            }
            SmokeOutcome::Unmeasurable(reason) => wire.unmeasurable = Some(reason.wire_word().to_owned()),
        }
        wire
    }
}

impl TryFrom<&WireSmoke> for SmokeObservation {
    type Error = ConvertError;

    fn try_from(wire: &WireSmoke) -> Converted<Self> {
        let figures =
            (wire.opacity_hundredths, wire.uncertainty_hundredths, wire.level, wire.confidence_per_mille);
        let outcome = match (figures, &wire.unmeasurable) {
            ((Some(opacity), Some(uncertainty_hundredths), Some(level), Some(confidence)), None) => {
                SmokeOutcome::Measured {
                    opacity: CameraOpacity(need("opacity_hundredths", Opacity::from_hundredths(opacity))?),
                    uncertainty_hundredths,
                    level: need("level", RingelmannLevel::new(level))?,
                    confidence: need("confidence_per_mille", Confidence::from_per_mille(confidence))?,
                }
            }
            ((None, None, None, None), Some(word)) => {
                SmokeOutcome::Unmeasurable(need("unmeasurable", UnmeasurableReason::from_wire_word(word))?)
            }
            _ => return Err(ConvertError { field: "smoke (figures, or why there are none)" }),
        };
        Ok(Self {
            first_seen: (&wire.first_seen).try_into()?,
            last_seen: (&wire.last_seen).try_into()?,
            hits: wire.hits,
            outcome,
        })
    }
}
