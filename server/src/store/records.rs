//! Stores records of every kind, many at once, each once.
//!
//! All kinds of a station share one sequence and one chain, and so one table, `records`: whoever gives one number to
//! two records, of one kind or of two, is refused by its key, from however many servers they come. What a record
//! tells goes into the tables of its kind, in the same transaction.

use std::collections::{BTreeMap, HashSet};

use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::passage::EvidenceFile;
use plumewatch_shared::protocol::seal::CHAIN_START;

use super::bulk::{bulk, placeholders, slices};
use super::counting::passage_id;
use super::device_checks::NewDeviceCheck;
use super::engine::{change, row, rows};
use super::exhaust_tests::NewExhaustTest;
use super::passages::NewPassage;
use super::{Reading, Stored, Writing};

/// A record as ingest made it of a payload, ready to be stored.
#[derive(Clone, Debug)]
pub enum NewRecord {
    /// A vehicle that went by.
    Passage(Box<NewPassage>),
    /// A vehicle that was stopped and tested.
    ExhaustTest(Box<NewExhaustTest>),
    /// An instrument that was held against what is known.
    DeviceCheck(Box<NewDeviceCheck>),
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

impl NewRecord {
    /// Station and sequence.
    pub fn id(&self) -> PassageId {
        match self {
            Self::Passage(new) => new.passage.id,
            Self::ExhaustTest(new) => new.test.id,
            Self::DeviceCheck(new) => new.id,
        }
    }

    /// Its own link in the chain: two records with one link are the same record.
    pub fn link(&self) -> FileHash {
        match self {
            Self::Passage(new) => new.link,
            Self::ExhaustTest(new) => new.link,
            Self::DeviceCheck(new) => new.link,
        }
    }

    /// The link it names as the one before.
    pub fn prev(&self) -> FileHash {
        match self {
            Self::Passage(new) => new.prev,
            Self::ExhaustTest(new) => new.prev,
            Self::DeviceCheck(new) => new.prev,
        }
    }

    /// The whole envelope.
    pub fn sealed(&self) -> &str {
        match self {
            Self::Passage(new) => &new.sealed,
            Self::ExhaustTest(new) => &new.sealed,
            Self::DeviceCheck(new) => &new.sealed,
        }
    }

    /// Did the server judge it otherwise than its edge?
    pub fn disagrees(&self) -> bool {
        match self {
            Self::Passage(new) => new.disagrees,
            Self::ExhaustTest(new) => new.seen.disagrees,
            Self::DeviceCheck(new) => new.seen.disagrees,
        }
    }

    /// The passage, if it is one.
    pub fn passage(&self) -> Option<&NewPassage> {
        match self {
            Self::Passage(new) => Some(new),
            Self::ExhaustTest(_) | Self::DeviceCheck(_) => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Passage(_) => "passage",
            Self::ExhaustTest(_) => "exhaust-test",
            Self::DeviceCheck(_) => "device-check",
        }
    }

    fn evidence(&self) -> &[EvidenceFile] {
        match self {
            Self::Passage(new) => &new.passage.evidence,
            Self::ExhaustTest(new) => &new.test.evidence,
            Self::DeviceCheck(_) => &[],
        }
    }
}

impl Writing {
    /// Stores records that are not stored yet, with the files they announce, and says of each what became of it.
    ///
    /// Within one call no id may come twice; ingest keeps the first of each.
    pub async fn insert_records(&mut self, records: &[NewRecord]) -> Stored<Vec<Insertion>> {
        let fresh = self.insert_places(records).await?;
        let new: Vec<&NewRecord> = records.iter().filter(|record| fresh.contains(&record.id())).collect();
        let (mut passages, mut tests, mut checks) = (Vec::new(), Vec::new(), Vec::new());
        for record in &new {
            match record {
                NewRecord::Passage(passage) => passages.push(&**passage),
                NewRecord::ExhaustTest(test) => tests.push(&**test),
                NewRecord::DeviceCheck(check) => checks.push(&**check),
            }
        }
        self.insert_passage_rows(&passages).await?;
        self.insert_exhaust_tests(&tests).await?;
        self.insert_device_checks(&checks).await?;
        self.insert_announced_files(&new).await?;
        self.extend_ledger(&fresh).await?;
        self.check_chains(&fresh).await?;
        let mut insertions = Vec::with_capacity(records.len());
        for record in records {
            insertions.push(if fresh.contains(&record.id()) {
                Insertion::New
            } else if self.record_link(record.id()).await? == Some(record.link()) {
                Insertion::Repeated
            } else {
                Insertion::Taken
            });
        }
        Ok(insertions)
    }

    /// Takes the records' places in their stations' sequences; gives those that were free.
    async fn insert_places(&mut self, records: &[NewRecord]) -> Stored<HashSet<PassageId>> {
        let mut fresh = HashSet::new();
        for slice in slices(records) {
            let text = format!(
                "insert into records (station, sequence, kind, prev, link) values {} \
                 on conflict (station, sequence) do nothing returning station, sequence",
                placeholders(5, slice.len())
            );
            let taken = bulk!(self, (String, i64), text, slice, |record| [
                record.id().station.to_string(),
                sequence(record.id()),
                record.kind(),
                record.prev().to_string(),
                record.link().to_string(),
            ])?;
            for (station, at) in taken {
                fresh.insert(passage_id(&station, at)?);
            }
        }
        Ok(fresh)
    }

    async fn insert_announced_files(&mut self, records: &[&NewRecord]) -> Stored<()> {
        let mut files = Vec::new();
        let mut kinds = HashSet::new();
        for record in records {
            let id = record.id();
            // A second file of one kind has no place on a page; the report still names it.
            let first = record.evidence().iter().filter(|file| kinds.insert((id, file.kind)));
            files.extend(first.map(|file| (id, file)));
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

    async fn extend_ledger(&mut self, fresh: &HashSet<PassageId>) -> Stored<()> {
        let mut stations: BTreeMap<StationId, (i64, i64)> = BTreeMap::new();
        for &id in fresh {
            let (count, highest) = stations.entry(id.station).or_default();
            (*count, *highest) = (*count + 1, sequence(id).max(*highest));
        }
        for (station, (count, highest)) in stations {
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
        Ok(())
    }

    /// Compares each new record with the one before it and the one after it, as far as they are here.
    async fn check_chains(&mut self, fresh: &HashSet<PassageId>) -> Stored<()> {
        for (station, from, to) in runs(fresh) {
            // One further than the run: the record after it may have waited for it.
            change!(
                self,
                "update records set chain_ok = (prev = case when sequence = 1 then $4 else \
                 (select before.link from records before where before.station = records.station \
                 and before.sequence = records.sequence - 1) end) \
                 where station = $1 and sequence >= $2 and sequence <= $3 and chain_ok is null",
                station.to_string(),
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
    pub async fn record_link(&mut self, id: PassageId) -> Stored<Option<FileHash>> {
        let link = row!(
            self,
            (String,),
            "select link from records where station = $1 and sequence = $2",
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
            "select sequence from records where station = $1 and chain_ok = false order by sequence limit 1000",
            station.to_string()
        )?;
        Ok(broken.into_iter().map(|(at,)| at as u64).collect())
    }
}

/// A sequence as databases keep it. Ingest refuses those beyond, so nothing is cut.
pub(super) fn sequence(id: PassageId) -> i64 {
    i64::try_from(id.sequence).unwrap_or(i64::MAX)
}

/// Runs of following sequences: station, first, last.
fn runs(fresh: &HashSet<PassageId>) -> Vec<(StationId, i64, i64)> {
    let mut ordered: Vec<_> = fresh.iter().map(|&id| (id.station, sequence(id))).collect();
    ordered.sort_unstable();
    let mut runs: Vec<(StationId, i64, i64)> = Vec::new();
    for (station, at) in ordered {
        match runs.last_mut() {
            Some((name, _, last)) if *name == station && *last + 1 == at => *last = at,
            Some(_) | None => runs.push((station, at, at)),
        }
    }
    runs
}
