//! What matching takes and gives: tracks in, passage drafts out.

use std::sync::Arc;

use plumewatch_shared::ids::{LaneNo, PassageId};
use plumewatch_shared::passage::{
    Doubt, EvidenceFile, EvidenceKind, Passage, PlateSighting, SmokeObservation,
};
use plumewatch_shared::plate::PlateKind;
use plumewatch_shared::reading::{Reading, ReadingOrigin, Validity, WeatherReading};
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::time::Moment;

/// Which of a lane's two cameras.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CameraRole {
    /// Sees vehicles come.
    Front,
    /// Sees vehicles go, and their exhaust.
    Rear,
}

/// Names a picture that a camera's rim holds until the passage it belongs to is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureId(pub u64);

/// One vehicle through one camera's view.
#[derive(Clone, Debug, PartialEq)]
pub struct VehicleTrack {
    /// Whose view.
    pub camera: CameraRole,
    /// Its first frame.
    pub first: Moment,
    /// Its last frame.
    pub last: Moment,
    /// What was made of its plate.
    pub sighting: PlateSighting,
    /// Its smoke, if any was seen.
    pub smoke: Option<SmokeObservation>,
    /// The pictures kept of it. At most one of each kind is of use.
    pub pictures: Vec<(EvidenceKind, PictureId)>,
}

/// A passage that closed: everything but its name and the files of its pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageDraft {
    /// The lane.
    pub lane: LaneNo,
    /// When the vehicle passed: the reading's moment, else the first sighting's.
    pub passed: Moment,
    /// The edition that decided whether the reading counts, and that judges the passage.
    pub rulebook: Arc<Rulebook>,
    /// The exhaust reading.
    pub reading: Option<Reading>,
    /// Whether it counts; `None` without a reading.
    pub validity: Option<Validity>,
    /// What the front camera read.
    pub front: Option<PlateSighting>,
    /// What the rear camera read.
    pub rear: Option<PlateSighting>,
    /// The smoke seen: by the rear camera, else by the front one.
    pub smoke: Option<SmokeObservation>,
    /// The weather that held at the beam when the vehicle passed.
    pub weather: Option<WeatherReading>,
    /// What is not clear, in the order of [`Doubt::ALL`].
    pub doubts: Vec<Doubt>,
    /// The pictures of both tracks, the front's first.
    pub pictures: Vec<(EvidenceKind, PictureId)>,
}

impl PassageDraft {
    /// Which measurement of which head it rests on: the head is told once the record is durable.
    pub fn origin(&self) -> Option<&ReadingOrigin> {
        self.reading.as_ref().map(|reading| &reading.origin)
    }

    /// The passage, under its name and with the files that its pictures became.
    pub fn into_passage(self, id: PassageId, evidence: Vec<EvidenceFile>) -> Passage {
        Passage {
            id,
            lane: self.lane,
            passed: self.passed.stamp,
            reading: self.reading,
            validity: self.validity,
            front: self.front,
            rear: self.rear,
            smoke: self.smoke,
            weather: self.weather,
            doubts: self.doubts,
            evidence,
        }
    }
}

/// What is not clear about a passage of these parts.
pub(super) fn doubts(
    reading: bool,
    front: Option<&PlateSighting>,
    rear: Option<&PlateSighting>,
    several: bool,
    late: bool,
) -> Vec<Doubt> {
    let (front_plate, rear_plate) =
        (front.and_then(PlateSighting::accepted), rear.and_then(PlateSighting::accepted));
    let seen = front.is_some() || rear.is_some();
    let trailer = |plate: &plumewatch_shared::plate::Plate| plate.kind() == PlateKind::Trailer;
    let differ = match (front_plate, rear_plate) {
        (Some(front), Some(rear)) => front != rear && !trailer(front) && !trailer(rear),
        (Some(_), None) | (None, Some(_)) | (None, None) => false,
    };
    let holds = |doubt: &Doubt| match doubt {
        Doubt::SeveralVehicles => several,
        Doubt::NoVehicleSeen => !seen,
        Doubt::NoReading => !reading,
        Doubt::PlateUnread => seen && front_plate.is_none() && rear_plate.is_none(),
        Doubt::PlatesDiffer => differ,
        Doubt::TrailerBehind => rear_plate.is_some_and(trailer),
        Doubt::ArrivedLate => late,
    };
    Doubt::ALL.into_iter().filter(holds).collect()
}
