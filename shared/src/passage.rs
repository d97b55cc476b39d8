//! One vehicle going by: what every instrument saw of it, and how sure we are that they saw the same one.

use crate::ids::{FileHash, LaneNo, PassageId};
use crate::plate::{Plate, PlateColour, PlateKind, PlateRows};
use crate::reading::{Reading, Validity, WeatherReading};
use crate::time::Stamp;
use crate::units::{CameraOpacity, Confidence, RingelmannLevel};

/// A vehicle's way through the checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Minted when the passage closed.
    pub id: PassageId,
    /// The lane.
    pub lane: LaneNo,
    /// When the vehicle passed: the reading's stamp, else the first sighting's.
    pub passed: Stamp,
    /// The exhaust reading, if the head gave one.
    pub reading: Option<Reading>,
    /// Whether the reading's conditions held; `None` without a reading.
    pub validity: Option<Validity>,
    /// What the front camera read: the tractor's plate.
    pub front: Option<PlateSighting>,
    /// What the rear camera read: a tractor's plate, or its trailer's.
    pub rear: Option<PlateSighting>,
    /// Smoke seen by the rear camera.
    pub smoke: Option<SmokeObservation>,
    /// The weather that held.
    pub weather: Option<WeatherReading>,
    /// What is not clear about this passage; empty when all is.
    pub doubts: Vec<Doubt>,
    /// The pictures kept.
    pub evidence: Vec<EvidenceFile>,
}

impl Passage {
    /// The plate that the vehicle answers for: the front's, else the rear's unless that is a trailer's.
    /// An abstained sighting gives none.
    pub fn plate(&self) -> Option<&Plate> {
        let rear = self.rear.as_ref().and_then(PlateSighting::accepted);
        let driven = |plate: &&Plate| plate.kind() != PlateKind::Trailer;
        self.front.as_ref().and_then(PlateSighting::accepted).filter(driven).or(rear.filter(driven))
    }

    /// Its colour, for the same plate.
    pub fn plate_colour(&self) -> Option<PlateColour> {
        let plate = self.plate()?;
        [&self.front, &self.rear]
            .into_iter()
            .flatten()
            .find(|sighting| sighting.accepted() == Some(plate))
            .and_then(|sighting| sighting.colour)
    }

    /// Does nothing stand in the way of laying this passage at one vehicle's door?
    pub fn is_attributed(&self) -> bool {
        self.plate().is_some() && !self.doubts.iter().any(|doubt| doubt.bars_attribution())
    }
}

/// What a camera made of a plate over all frames of one vehicle.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateSighting {
    /// First frame of the track.
    pub first_seen: Stamp,
    /// Last frame of the track.
    pub last_seen: Stamp,
    /// Frames that went into the vote.
    pub frames: u32,
    /// What was decided.
    pub decision: PlateDecision,
    /// What the pixels said before the grammar helped; may be no plate at all.
    pub raw: String,
    /// Ground colour, if told.
    pub colour: Option<PlateColour>,
    /// Rows of characters, if told.
    pub rows: Option<PlateRows>,
    /// Calibrated chance that the whole text is right.
    pub confidence: Confidence,
    /// For each character, what else it may be, likeliest first.
    pub alternatives: Vec<Vec<Alternative>>,
    /// Corners in the best frame, pixels, clockwise from the plate's upper left.
    pub corners: Option<[[i32; 2]; 4]>,
}

impl PlateSighting {
    /// The plate, unless the reader abstained.
    pub fn accepted(&self) -> Option<&Plate> {
        match &self.decision {
            PlateDecision::Read(plate) => Some(plate),
            PlateDecision::Abstained(_) => None,
        }
    }
}

/// A plate, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlateDecision {
    /// Sure enough to stand on the record.
    Read(Plate),
    /// Not sure enough: a person may look.
    Abstained(AbstainReason),
}

/// Why a plate was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AbstainReason {
    /// A vehicle, but no plate was found on it.
    NoPlateFound,
    /// Found, but below the threshold of confidence.
    LowConfidence,
    /// The characters make no plate of GA 36.
    NotGrammatical,
    /// The frames disagree.
    FramesDisagree,
}

/// One thing a character may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The character.
    pub character: char,
    /// How likely.
    pub confidence: Confidence,
}

/// Smoke on one vehicle's track: at least three hits.
#[derive(Clone, Debug, PartialEq)]
pub struct SmokeObservation {
    /// First frame with a plume.
    pub first_seen: Stamp,
    /// Last frame with a plume.
    pub last_seen: Stamp,
    /// Frames in which a plume was measured.
    pub hits: u32,
    /// What came out.
    pub outcome: SmokeOutcome,
}

/// A figure, or the honest answer that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmokeOutcome {
    /// Measured.
    Measured {
        /// Along the camera's line of sight.
        opacity: CameraOpacity,
        /// One standard deviation, hundredths of a percent of opacity.
        uncertainty_hundredths: u16,
        /// From the opacity.
        level: RingelmannLevel,
        /// That it is exhaust smoke at all.
        confidence: Confidence,
    },
    /// Something is there, and no figure would be honest.
    Unmeasurable(UnmeasurableReason),
}

/// Why no opacity can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnmeasurableReason {
    /// No settled background behind the plume.
    NoBackground,
    /// Too dark.
    Night,
    /// The frames disagree.
    Unstable,
    /// It lightens what is behind it: vapour, spray or dust, not soot.
    WhitePlume,
    /// The light changed while the vehicle passed: a cloud's shadow.
    ChangingLight,
}

/// What is not clear about a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// More than one vehicle could have left this reading.
    SeveralVehicles,
    /// A reading, and no camera saw a vehicle.
    NoVehicleSeen,
    /// A vehicle, and the head gave no reading.
    NoReading,
    /// No camera read a plate.
    PlateUnread,
    /// Front and rear plates differ and neither is a trailer's.
    PlatesDiffer,
    /// The rear plate is a trailer's: not a fault, and said because the rear does not confirm the front.
    TrailerBehind,
    /// Something of this vehicle came after the passage had closed.
    ArrivedLate,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Self; 7] = [
        Self::SeveralVehicles,
        Self::NoVehicleSeen,
        Self::NoReading,
        Self::PlateUnread,
        Self::PlatesDiffer,
        Self::TrailerBehind,
        Self::ArrivedLate,
    ];

    /// Does it forbid laying the passage at one vehicle's door without a person?
    pub const fn bars_attribution(self) -> bool {
        match self {
            Self::SeveralVehicles | Self::NoVehicleSeen | Self::PlateUnread | Self::PlatesDiffer => true,
            Self::NoReading | Self::TrailerBehind | Self::ArrivedLate => false,
        }
    }
}

/// A picture or clip that a passage rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceFile {
    /// What it shows.
    pub kind: EvidenceKind,
    /// SHA-256 of its bytes, and its name.
    pub hash: FileHash,
    /// Its size in bytes.
    pub bytes: u32,
}

/// What a piece of evidence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// The whole vehicle from the front, with the overlay.
    VehicleFront,
    /// The whole vehicle from the rear, with the overlay.
    VehicleRear,
    /// The front plate, close.
    PlateFront,
    /// The rear plate, close.
    PlateRear,
    /// The plume, close.
    Plume,
    /// The vehicle with its plume, moving: some seconds before to some after, H.264 in MP4.
    PlumeClip,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::VehicleFront,
        Self::VehicleRear,
        Self::PlateFront,
        Self::PlateRear,
        Self::Plume,
        Self::PlumeClip,
    ];
}
