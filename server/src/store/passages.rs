//! Stores judged passages, many at once, each once.

use std::collections::HashSet;

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::passage::{Doubt, EvidenceKind, Passage, SmokeOutcome};
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::protocol::message::WireVerdict;
use plumewatch_shared::protocol::seal::CHAIN_START;
use plumewatch_shared::verdict::{Outcome, Verdict};
use plumewatch_shared::watchlist::WatchReason;

use super::bulk::{bulk, placeholders, slices};
use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};
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

/// What became of a record that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It is stored now.
    New,
    /// The very same record was stored before.
    Repeated,
    /// Another record has its place: the station gave one sequence twice.
    Taken,
}

/// Columns of `passages`, in the order in which a row is bound.
const COLUMNS: &str = "station, sequence, received_us, passed_us, clock, lane, region, plate, plate_colour, \
    plate_confidence, attributed, outcome, edge_outcome, disagrees, opacity_mean, ringelmann, no_ppm, speed, \
    doubts, watch, picture, plate_picture, report, verdict, sealed, prev, link, edition, corroboration";
const COLUMN_COUNT: usize = 29;

/// What lists show of a passage beyond its own columns.
struct Shown {
    plate: Option<String>,
    colour: Option<&'static str>,
    confidence: Option<i64>,
    opacity: Option<i64>,
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
    let ringelmann = passage.smoke.as_ref().and_then(|smoke| match smoke.outcome {
        SmokeOutcome::Measured { level, .. } => Some(i64::from(level.level())),
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
        ringelmann,
        no: reading.and_then(|r| r.gases).map(|gases| gases.no.ppm_hundredths.into()),
        speed: reading.and_then(|r| r.speed).map(|speed| speed.mm_s.into()),
        doubts: passage.doubts.iter().map(|doubt: &Doubt| doubt.wire_word()).collect::<Vec<_>>().join(","),
        picture: file([EvidenceKind::VehicleFront, EvidenceKind::VehicleRear]),
        plate_picture: file([EvidenceKind::PlateFront, EvidenceKind::PlateRear]),
        verdict: serde_json::to_string(&WireVerdict::from(&new.verdict))
            .expect("strings and numbers serialise"),
    }
}

impl Writing {
    /// Stores passages that are not stored yet, with the files they announce, and says of each what became of it.
    ///
    /// Within one call no id may come twice; ingest keeps the first of each.
    pub async fn insert_passages(&mut self, passages: &[NewPassage]) -> Stored<Vec<Insertion>> {
        let mut fresh: HashSet<(String, i64)> = HashSet::new();
        for slice in slices(passages) {
            let text = format!(
                "insert into passages ({COLUMNS}) values {} on conflict (station, sequence) do nothing \
                 returning station, sequence",
                placeholders(COLUMN_COUNT, slice.len())
            );
            let flat: Vec<_> = slice.iter().map(|new| (new, shown(new))).collect();
            fresh.extend(bulk!(self, (String, i64), text, &flat, |flat| [
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
                flat.0.prev.to_string(),
                flat.0.link.to_string(),
                flat.0.edition.word(),
                flat.0.corroboration,
            ])?);
        }
        let mut insertions = Vec::with_capacity(passages.len());
        for new in passages {
            let id = new.passage.id;
            insertions.push(if fresh.contains(&(id.station.to_string(), sequence(id))) {
                Insertion::New
            } else if self.passage_link(id).await? == Some(new.link) {
                Insertion::Repeated
            } else {
                Insertion::Taken
            });
        }
        self.insert_announced_files(passages, &fresh).await?;
        self.extend_ledger(passages, &fresh).await?;
        self.check_chains(&fresh).await?;
        Ok(insertions)
    }

    async fn insert_announced_files(
        &mut self,
        passages: &[NewPassage],
        fresh: &HashSet<(String, i64)>,
    ) -> Stored<()> {
        let mut files = Vec::new();
        let mut kinds = HashSet::new();
        for id in passages
            .iter()
            .map(|new| &new.passage)
            .filter(|passage| fresh.contains(&(passage.id.station.to_string(), sequence(passage.id))))
        {
            // A second file of one kind has no place on a page; the report still names it.
            files.extend(
                id.evidence.iter().filter(|file| kinds.insert((id.id, file.kind))).map(|file| (id.id, file)),
            );
        }
        for slice in slices(&files) {
            let text = format!(
                "insert into evidence (station, sequence, kind, sha256, bytes) values {} \
                 on conflict (station, sequence, kind) do nothing returning bytes",
                placeholders(5, slice.len())
            );
            bulk!(self, (i64,), text, slice, |file| [
                file.0.station.to_string(),
                sequence(file.0),
                file.1.kind.wire_word(),
                file.1.hash.to_string(),
                i64::from(file.1.bytes),
            ])?;
        }
        Ok(())
    }

    async fn extend_ledger(&mut self, passages: &[NewPassage], fresh: &HashSet<(String, i64)>) -> Stored<()> {
        for station in stations(passages) {
            let of_station = fresh.iter().filter(|(name, _)| name == station.as_str());
            let (count, highest) = of_station.fold((0i64, 0i64), |(n, top), &(_, at)| (n + 1, top.max(at)));
            if count > 0 {
                change!(
                    self,
                    "insert into station_ledger (station, received, highest) values ($1, $2, $3) \
                     on conflict (station) do update set received = station_ledger.received + excluded.received, \
                     highest = case when excluded.highest > station_ledger.highest \
                     then excluded.highest else station_ledger.highest end",
                    station.to_string(),
                    count,
                    highest
                )?;
            }
        }
        Ok(())
    }

    /// Compares each new record with the one before it and the one after it, as far as they are here.
    async fn check_chains(&mut self, fresh: &HashSet<(String, i64)>) -> Stored<()> {
        for (station, from, to) in runs(fresh) {
            // One further than the run: the record after it may have waited for it.
            change!(
                self,
                "update passages set chain_ok = (prev = case when sequence = 1 then $4 else \
                 (select before.link from passages before where before.station = passages.station \
                 and before.sequence = passages.sequence - 1) end) \
                 where station = $1 and sequence >= $2 and sequence <= $3 and chain_ok is null",
                station,
                from,
                to.saturating_add(1),
                CHAIN_START.to_string()
            )?;
        }
        Ok(())
    }
}

impl Reading {
    /// The chain link of a stored record.
    pub async fn passage_link(&mut self, id: PassageId) -> Stored<Option<FileHash>> {
        let link = row!(
            self,
            (String,),
            "select link from passages where station = $1 and sequence = $2",
            id.station.to_string(),
            sequence(id)
        )?;
        Ok(link.and_then(|(link,)| link.parse().ok()))
    }

    /// Records of a station whose chain does not hold: each names another predecessor than the one stored.
    pub async fn chain_breaks(&mut self, station: StationId) -> Stored<Vec<u64>> {
        let broken = rows!(
            self,
            (i64,),
            "select sequence from passages where station = $1 and chain_ok = false order by sequence limit 1000",
            station.to_string()
        )?;
        Ok(broken.into_iter().map(|(at,)| at as u64).collect())
    }
}

/// A sequence as databases keep it. Ingest refuses those beyond, so nothing is cut.
pub(super) fn sequence(id: PassageId) -> i64 {
    i64::try_from(id.sequence).unwrap_or(i64::MAX)
}

fn stations(passages: &[NewPassage]) -> Vec<StationId> {
    let mut stations: Vec<_> = passages.iter().map(|new| new.passage.id.station).collect();
    stations.sort_unstable();
    stations.dedup();
    stations
}

/// Runs of following sequences: station, first, last.
fn runs(fresh: &HashSet<(String, i64)>) -> Vec<(String, i64, i64)> {
    let mut ordered: Vec<_> = fresh.iter().collect();
    ordered.sort_unstable();
    let mut runs: Vec<(String, i64, i64)> = Vec::new();
    for (station, at) in ordered {
        match runs.last_mut() {
            Some((name, _, last)) if name == station && *last + 1 == *at => *last = *at,
            Some(_) | None => runs.push((station.clone(), *at, *at)),
        }
    }
    runs
}
