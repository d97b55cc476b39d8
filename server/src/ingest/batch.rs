//! Stores a batch in one transaction: records of every kind, their files, counting, presence, and what was refused.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::plate::Plate;
use plumewatch_shared::protocol::message::{HealthReport, StateReport};
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::time::law_place;
use plumewatch_shared::watchlist::WatchReason;
use server_core::counting::Vehicle;

use super::record::RecordRefusal;
use crate::counting::{Counted, count};
use crate::rulebooks::Books;
use crate::store::{Insertion, NewPassage, NewRecord, Quarantined, Store, Stored, Writing};

/// What is to be stored together.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    /// Records taken, with their payload for the quarantine should their place be taken.
    pub(super) records: Vec<Taken>,
    /// Payloads refused.
    pub(super) refused: Vec<Quarantined>,
    /// What stations said of their presence, in order.
    pub(super) states: Vec<(StationId, StateReport)>,
    /// How stations are, in order.
    pub(super) healths: Vec<(StationId, HealthReport)>,
}

/// A record that ingest took.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// What it says.
    pub(super) new: NewRecord,
    /// The payload's hash, which a refusal names.
    pub(super) sha256: FileHash,
    /// The edition that its verdict names, if it is not known here.
    pub(super) unknown: Option<RulebookRef>,
}

/// What a committed batch came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Stored now.
    pub(super) stored: Vec<PassageId>,
    /// Stored before.
    pub(super) repeated: Vec<PassageId>,
    /// Refused because their place is taken: station, payload's hash.
    pub(super) taken: Vec<(StationId, FileHash)>,
    /// Stored now, with a verdict that the server does not share.
    pub(super) disagreements: u64,
    /// What counting changed.
    pub(super) counted: Counted,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.refused.is_empty()
            && self.states.is_empty()
            && self.healths.is_empty()
    }

    /// The same, each message alone: when a batch fails, only what is wrong must fail again.
    pub(super) fn split(self) -> Vec<Self> {
        let records = self.records.into_iter().map(|taken| Self { records: vec![taken], ..Self::default() });
        let refused = self.refused.into_iter().map(|one| Self { refused: vec![one], ..Self::default() });
        let states = self.states.into_iter().map(|one| Self { states: vec![one], ..Self::default() });
        let healths = self.healths.into_iter().map(|one| Self { healths: vec![one], ..Self::default() });
        records.chain(refused).chain(states).chain(healths).collect()
    }
}

/// Stores a batch. Nothing of it is stored unless all is.
pub(super) async fn commit(
    store: &Store,
    mut batch: Batch,
    books: &Books,
    now: Timestamp,
) -> Stored<Outcome> {
    let mut writing = store.writing().await?;
    let mut outcome = Outcome::default();
    for (station, state) in &batch.states {
        writing.set_station_state(*station, state, now).await?;
    }
    for (station, health) in &batch.healths {
        writing.set_station_health(*station, health, now).await?;
    }
    if !batch.records.is_empty() {
        let refused = store_records(&mut writing, &mut batch.records, books, now, &mut outcome).await?;
        batch.refused.extend(refused);
    }
    for refused in &batch.refused {
        writing.quarantine(refused, now).await?;
    }
    writing.commit().await?;
    Ok(outcome)
}

async fn store_records(
    writing: &mut Writing,
    records: &mut Vec<Taken>,
    books: &Books,
    now: Timestamp,
    outcome: &mut Outcome,
) -> Stored<Vec<Quarantined>> {
    // One id twice in a batch: the first is stored, what became of the others follows from it.
    let mut first: HashMap<PassageId, FileHash> = HashMap::new();
    let mut doubles = Vec::new();
    records.retain(|taken| match first.get(&taken.new.id()) {
        None => {
            first.insert(taken.new.id(), taken.new.link());
            true
        }
        Some(_) => {
            doubles.push(taken.clone());
            false
        }
    });
    let passages = records.iter().filter_map(|taken| taken.new.passage());
    let plates: BTreeSet<Plate> = passages.filter_map(|new| new.passage.plate()).cloned().collect();
    writing.lock_plates(&plates).await?;
    let mut watched = writing.watched(&plates.iter().collect::<Vec<_>>()).await?;
    let today = law_place().to_datetime(now).date();
    let listed = writing.listed_among(&plates.iter().collect::<Vec<_>>(), today).await?;
    watched.extend(listed.into_iter().map(|vehicle| (vehicle, WatchReason::Blacklisted)));
    let told: Vec<NewRecord> = records
        .iter()
        .map(|taken| match &taken.new {
            NewRecord::Passage(new) => {
                NewRecord::Passage(Box::new(NewPassage { watch: watch(&watched, new), ..(**new).clone() }))
            }
            other @ (NewRecord::ExhaustTest(_) | NewRecord::DeviceCheck(_)) => other.clone(),
        })
        .collect();
    let insertions = writing.insert_records(&told).await?;
    let new = || told.iter().zip(&insertions).filter(|(_, what)| **what == Insertion::New);
    let fresh: Vec<&NewPassage> = new().filter_map(|(record, _)| record.passage()).collect();
    writing.insert_countings(&fresh).await?;
    let touched = fresh.iter().filter_map(|new| new.passage.plate()).cloned().collect();
    outcome.counted = count(writing, &touched, books, now).await?;
    outcome.disagreements = new().filter(|(record, _)| record.disagrees()).count() as u64;
    let mut refused = Vec::new();
    let mut settled: HashMap<PassageId, Insertion> = HashMap::new();
    for (taken, insertion) in records.iter().zip(insertions) {
        let id = taken.new.id();
        settled.insert(id, insertion);
        match insertion {
            Insertion::New => outcome.stored.push(id),
            Insertion::Repeated => outcome.repeated.push(id),
            Insertion::Taken => refused.push(place_taken(taken, outcome)),
        }
    }
    for double in doubles {
        let id = double.new.id();
        let same = first.get(&id) == Some(&double.new.link());
        match settled.get(&id) {
            Some(Insertion::New | Insertion::Repeated) if same => outcome.repeated.push(id),
            // Another record than the one stored. (If the first had no place, the same one has none either.)
            Some(Insertion::New | Insertion::Repeated | Insertion::Taken) | None => {
                refused.push(place_taken(&double, outcome));
            }
        }
    }
    Ok(refused)
}

fn place_taken(taken: &Taken, outcome: &mut Outcome) -> Quarantined {
    let id = taken.new.id();
    outcome.taken.push((id.station, taken.sha256));
    let topic = super::record_topic(id.station);
    let mut kept = Quarantined::new(
        Some(id.station),
        &topic,
        RecordRefusal::Taken.to_string(),
        taken.new.sealed().as_bytes(),
    );
    kept.sha256 = taken.sha256;
    kept
}

/// Why the roadside looks out for this passage's vehicle: an open case before a listed carrier, and that before a wish.
fn watch(watched: &[(Vehicle, WatchReason)], new: &NewPassage) -> Option<WatchReason> {
    let (plate, colour) = (new.passage.plate()?, new.passage.plate_colour());
    let fits = |vehicle: &Vehicle| {
        vehicle.plate == *plate && (vehicle.colour.is_none() || colour.is_none() || vehicle.colour == colour)
    };
    watched.iter().filter(|(vehicle, _)| fits(vehicle)).map(|(_, reason)| *reason).min()
}
