//! Stores judged passages, many at once. That each is stored once is [`records`](super::records)'.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::passage::{Doubt, EvidenceKind, Passage, SmokeOutcome};
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::protocol::message::WireVerdict;
use plumewatch_shared::reading::Validity;
use plumewatch_shared::verdict::{Outcome, Verdict};
use plumewatch_shared::watchlist::WatchReason;
use server_core::statistics::day::{Day, Figures, day_number};

use super::bulk::{bulk, placeholders, slices};
use super::records::sequence;
use super::{Stored, Writing};
use crate::rulebooks::Standing;

/// A passage as ingest made it of a record, ready to be stored.
#[derive(Clone, Debug)]
pub struct NewPassage {
    /// What was reported.
    pub passage: Passage,
    /// The server's judgement.
    pub verdict: Verdict,
    /// What the edge's came to.
    pub edge_outcome: Outcome,
    /// Do the two judgements differ?
    pub disagrees: bool,
    /// How the edition that the edge judged by stands to the one in force there.
    pub edition: Standing,
    /// What comparing head and camera came to: the word of a [`Corroboration`](plumewatch_shared::corroboration::Corroboration).
    pub corroboration: &'static str,
    /// Why the plate is looked out for, if it is.
    pub watch: Option<WatchReason>,
    /// The report's JSON, as it was signed.
    pub report: String,
    /// The whole envelope.
    pub sealed: String,
    /// The link it names as the one before.
    pub prev: FileHash,
    /// Its own link.
    pub link: FileHash,
    /// When it came.
    pub received: Timestamp,
}

/// Columns of `passages`, in the order in which a row is bound.
const COLUMNS: &str = "station, sequence, received_us, passed_us, clock, lane, region, plate, plate_colour, \
    plate_confidence, attributed, outcome, edge_outcome, disagrees, opacity_mean, ringelmann, no_ppm, speed, \
    doubts, watch, picture, plate_picture, report, verdict, sealed, edition, corroboration";
const COLUMN_COUNT: usize = 27;

/// Columns of `passage_figures`, in the order in which a row is bound.
const FIGURE_COLUMNS: &str =
    "station, passed_us, sequence, outcome, valid, conditions, opacity_mean, camera_opacity, no_ppm";
const FIGURE_COLUMN_COUNT: usize = 9;

/// What lists show of a passage beyond its own columns.
struct Shown {
    plate: Option<String>,
    colour: Option<&'static str>,
    confidence: Option<i64>,
    opacity: Option<i64>,
    camera_opacity: Option<i64>,
    ringelmann: Option<i64>,
    no: Option<i64>,
    speed: Option<i64>,
    doubts: String,
    picture: Option<String>,
    plate_picture: Option<String>,
    verdict: String,
}

fn shown(new: &NewPassage) -> Shown {
    let passage = &new.passage;
    let plate = passage.plate();
    let confidence = plate.and_then(|plate| {
        let mut sightings = [&passage.front, &passage.rear].into_iter().flatten();
        sightings.find(|sighting| sighting.accepted() == Some(plate))
    });
    let reading = passage.reading.as_ref();
    let smoke = passage.smoke.as_ref().and_then(|smoke| match smoke.outcome {
        SmokeOutcome::Measured { opacity, level, .. } => Some((opacity, level)),
        SmokeOutcome::Unmeasurable(_) => None,
    });
    let file = |kinds: [EvidenceKind; 2]| {
        let of = |kind| passage.evidence.iter().find(|file| file.kind == kind);
        kinds.into_iter().find_map(of).map(|file| file.hash.to_string())
    };
    Shown {
        plate: plate.map(|plate| plate.as_str().to_owned()),
        colour: passage.plate_colour().map(PlateColour::word),
        confidence: confidence.map(|sighting| sighting.confidence.per_mille().into()),
        opacity: reading.and_then(|r| r.opacity).map(|opacity| opacity.mean.0.hundredths().into()),
        camera_opacity: smoke.map(|(opacity, _)| opacity.0.hundredths().into()),
        ringelmann: smoke.map(|(_, level)| level.level().into()),
        no: reading.and_then(|r| r.gases).map(|gases| gases.no.ppm_hundredths.into()),
        speed: reading.and_then(|r| r.speed).map(|speed| speed.mm_s.into()),
        doubts: passage.doubts.iter().map(|doubt: &Doubt| doubt.wire_word()).collect::<Vec<_>>().join(","),
        picture: file([EvidenceKind::VehicleFront, EvidenceKind::VehicleRear]),
        plate_picture: file([EvidenceKind::PlateFront, EvidenceKind::PlateRear]),
        verdict: serde_json::to_string(&WireVerdict::from(&new.verdict))
            .expect("strings and numbers serialise"),
    }
}

/// The words of the conditions that failed, each once, in order.
fn failed_conditions(passage: &Passage) -> String {
    let Some(Validity::Invalid(reasons)) = &passage.validity else { return String::new() };
    let words: BTreeSet<&str> = reasons.iter().map(|reason| reason.condition.wire_word()).collect();
    words.into_iter().collect::<Vec<_>>().join(",")
}

impl Writing {
    /// Stores passages whose records are new.
    pub(super) async fn insert_passage_rows(&mut self, passages: &[&NewPassage]) -> Stored<()> {
        let flat: Vec<_> = passages.iter().map(|&new| (new, shown(new))).collect();
        for slice in slices(&flat) {
            let text = format!(
                "insert into passages ({COLUMNS}) values {} returning sequence",
                placeholders(COLUMN_COUNT, slice.len())
            );
            bulk!(self, (i64,), text, slice, |flat| [
                flat.0.passage.id.station.to_string(),
                sequence(flat.0.passage.id),
                flat.0.received.as_microsecond(),
                flat.0.passage.passed.micros(),
                flat.0.passage.passed.quality.wire_word(),
                i64::from(flat.0.passage.lane.number()),
                i64::from(flat.0.passage.id.station.region().code()),
                &flat.1.plate,
                flat.1.colour,
                flat.1.confidence,
                flat.0.passage.is_attributed(),
                flat.0.verdict.outcome.wire_word(),
                flat.0.edge_outcome.wire_word(),
                flat.0.disagrees,
                flat.1.opacity,
                flat.1.ringelmann,
                flat.1.no,
                flat.1.speed,
                &flat.1.doubts,
                flat.0.watch.map(WatchReason::wire_word),
                &flat.1.picture,
                &flat.1.plate_picture,
                &flat.0.report,
                &flat.1.verdict,
                &flat.0.sealed,
                flat.0.edition.word(),
                flat.0.corroboration,
            ])?;
        }
        for slice in slices(&flat) {
            let text = format!(
                "insert into passage_figures ({FIGURE_COLUMNS}) values {} returning sequence",
                placeholders(FIGURE_COLUMN_COUNT, slice.len())
            );
            bulk!(self, (i64,), text, slice, |flat| [
                flat.0.passage.id.station.to_string(),
                flat.0.passage.passed.micros(),
                sequence(flat.0.passage.id),
                flat.0.verdict.outcome.wire_word(),
                flat.0.passage.validity.as_ref().map(|validity| *validity == Validity::Valid),
                failed_conditions(&flat.0.passage),
                flat.1.opacity,
                flat.1.camera_opacity,
                flat.1.no,
            ])?;
        }
        let mut days: BTreeMap<(String, i64), Day> = BTreeMap::new();
        for (new, shown) in &flat {
            let passage = &new.passage;
            let day = (passage.id.station.to_string(), day_number(passage.passed.micros()));
            days.entry(day).or_default().count(Figures {
                outcome: new.verdict.outcome,
                valid: passage.validity.as_ref().map(|validity| *validity == Validity::Valid),
                conditions: &failed_conditions(passage),
                opacity: shown.opacity,
                nitric_oxide: shown.no,
            });
        }
        for ((station, day), more) in days {
            self.add_to_station_day(&station, day, &more).await?;
        }
        Ok(())
    }
}
