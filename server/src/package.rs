//! Gathers what a case rests on into an evidence package. What a package is, and how it is proven, is `server-package`'s.
//!
//! A case is handled in one region and may rest on passages of another; the package of a case that an account handles
//! holds them all, because a court needs them all. Taking it out is audited before anything is read.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId, Region};
use plumewatch_shared::protocol::message::{PassageReport, WireVerdict};
use plumewatch_shared::rulebook::RulebookRef;
use server_core::case::explain::{Confirmation, Explanation};
use server_core::case::{CaseId, Step};
use server_package::{
    ArchiveError, CaseFile, ConfirmationFile, Dossier, EvidencePart, JudgedPart, Missing, PACKAGE_BYTES_MAX,
    RecordPart, StationPart, StepFile, WordsFile,
};
use tokio::sync::Semaphore;

use crate::evidence::EvidenceStore;
use crate::rulebooks::Books;
use crate::store::{CandidateRow, CaseRow, EvidenceRow, Reading, Store, StoreError};

/// Packages made at a time: each holds its pictures in memory twice.
const AT_A_TIME: usize = 2;

static MAKERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_A_TIME));

/// A package cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// There is no such case in the account's region.
    #[error("there is no such case")]
    Unknown,
    /// Its files are more than a package holds.
    #[error("its pictures and clips have {0} bytes, more than a package holds")]
    TooLarge(u64),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored record cannot be read.
    #[error("a stored record cannot be read")]
    Record(#[from] serde_json::Error),
    /// An evidence file cannot be read.
    #[error("an evidence file cannot be read")]
    Evidence(#[from] std::io::Error),
    /// The archive cannot be written.
    #[error("the package cannot be written")]
    Archive(#[from] ArchiveError),
}

/// Where a package's parts come from.
pub struct Sources<'a> {
    /// The database.
    pub store: &'a Store,
    /// Pictures and clips.
    pub evidence: &'a EvidenceStore,
    /// The rulebooks.
    pub books: &'a Books,
    /// The server's key.
    pub key: &'a SigningKey,
}

/// A case with what belongs to it, as the page shows it too.
pub struct CaseFacts<'a> {
    /// The case.
    pub row: &'a CaseRow,
    /// Its candidate.
    pub candidate: &'a CandidateRow,
    /// Its steps.
    pub steps: &'a [Step],
    /// Who confirmed.
    pub confirmations: &'a [Confirmation],
    /// Why the vehicle is listed or cleared.
    pub explanation: &'a Explanation,
}

/// The signed package of a case.
pub async fn package(
    sources: &Sources<'_>,
    facts: &CaseFacts<'_>,
    made_by: &str,
    now: Timestamp,
) -> Result<Vec<u8>, PackageError> {
    let _turn = MAKERS.acquire().await.expect("nobody closes it");
    let mut reading = sources.store.reading().await?;
    let passages = &facts.candidate.passages;
    let mut ids: BTreeSet<PassageId> = passages.iter().copied().collect();
    let mut judged = Vec::new();
    for &id in passages {
        let full = reading.passage(id).await?.ok_or(PackageError::Unknown)?;
        let report: PassageReport = serde_json::from_str(&full.report)?;
        let verdict: WireVerdict = serde_json::from_str(&full.verdict)?;
        if let Some(told) = &report.reading
            && let Some(number) = &told.audit
        {
            let measured = told.measured.utc_us;
            ids.extend(reading.check_of_reading(id.station, &told.device, number, measured).await?);
        }
        ids.extend(full.exhaust_test);
        let named = RulebookRef { id: verdict.rulebook.clone(), version: verdict.rulebook_version.clone() };
        let day = facts.row.case.opened;
        let book = sources.books.edition(&named);
        let book = book.unwrap_or_else(|| sources.books.in_force_at(id.station.region(), day));
        judged.push(JudgedPart { record: id, verdict, rulebook: (*book).clone() });
    }
    let records = records(&mut reading, &ids).await?;
    let stations = stations(&mut reading, &ids).await?;
    let (files, missing) = files(&mut reading, &ids).await?;
    let audit = reading.audit_of_case(&facts.row.candidate, &facts.row.case.id).await?;
    drop(reading);
    let mut evidence = Vec::new();
    for file in files {
        let bytes = sources.evidence.read(file).await?;
        evidence.extend(bytes.map(|bytes| EvidencePart { file, bytes }));
    }
    let dossier = Dossier {
        case: case_file(facts),
        explanation: std::iter::once(&facts.explanation.verdict)
            .chain(&facts.explanation.facts)
            .map(|words| WordsFile { zh: words.zh.clone(), en: words.en.clone() })
            .collect(),
        records,
        stations,
        judged,
        casework: sources.books.casework_at(facts.row.region, now),
        evidence,
        missing,
        audit,
        made_by: made_by.to_owned(),
        made: now,
    };
    let key = sources.key.clone();
    let packed = tokio::task::spawn_blocking(move || server_package::pack(&dossier, &key)).await;
    Ok(packed.map_err(std::io::Error::other)??)
}

async fn records(reading: &mut Reading, ids: &BTreeSet<PassageId>) -> Result<Vec<RecordPart>, PackageError> {
    let mut records = Vec::with_capacity(ids.len());
    for &id in ids {
        let sealed = reading.sealed_of_any_kind(id).await?.ok_or(PackageError::Unknown)?;
        let before = match id.sequence.checked_sub(1) {
            Some(sequence) => reading.record_link(PassageId { sequence, ..id }).await?,
            None => None,
        };
        records.push(RecordPart { id, sealed, before });
    }
    Ok(records)
}

async fn stations(
    reading: &mut Reading,
    ids: &BTreeSet<PassageId>,
) -> Result<Vec<StationPart>, PackageError> {
    let mut stations = Vec::new();
    for station in ids.iter().map(|id| id.station).collect::<BTreeSet<_>>() {
        let Some(known) = reading.station_keys(station).await? else { continue };
        stations.push(StationPart { id: station.to_string(), name: known.name, signing_keys: known.keys });
    }
    Ok(stations)
}

/// The files that are here, each once, and those that records announced and that never came.
async fn files(
    reading: &mut Reading,
    ids: &BTreeSet<PassageId>,
) -> Result<(BTreeSet<FileHash>, Vec<Missing>), PackageError> {
    let (mut here, mut missing, mut bytes) = (BTreeSet::new(), Vec::new(), 0u64);
    for &id in ids {
        for EvidenceRow { kind, sha256, bytes: size, stored } in reading.record_evidence(id).await? {
            let file = sha256.parse().map_err(|_| StoreError::Corrupt("evidence.sha256"))?;
            if !stored {
                missing.push(Missing { record: id.to_string(), kind, sha256 });
            } else if here.insert(file) {
                bytes += u64::try_from(size).unwrap_or(0);
            }
        }
    }
    if bytes > PACKAGE_BYTES_MAX as u64 {
        return Err(PackageError::TooLarge(bytes));
    }
    Ok((here, missing))
}

fn case_file(facts: &CaseFacts<'_>) -> CaseFile {
    let (case, candidate) = (&facts.row.case, facts.candidate);
    CaseFile {
        v: 1,
        id: case.id.as_str().to_owned(),
        candidate: candidate.id.as_str().to_owned(),
        plate: case.vehicle.plate.as_str().to_owned(),
        plate_colour: case.vehicle.colour.map(|colour| colour.word().to_owned()),
        item: case.item.word().to_owned(),
        state: case.state.word().to_owned(),
        opened_utc_us: case.opened.as_microsecond(),
        due_day: case.deadline.map(|deadline| deadline.due.to_string()),
        passages: candidate.passages.iter().map(PassageId::to_string).collect(),
        rulebook: candidate.rulebook.clone(),
        rulebook_version: candidate.rulebook_version.clone(),
        clause: candidate.clause.clone(),
        confirmations: facts
            .confirmations
            .iter()
            .map(|said| ConfirmationFile {
                by: said.by.clone(),
                at_utc_us: said.at.as_microsecond(),
                reason: said.reason.clone(),
            })
            .collect(),
        steps: facts.steps.iter().map(StepFile::from).collect(),
    }
}

/// A case of a region with its candidate and steps.
pub async fn case_parts(
    reading: &mut Reading,
    id: &CaseId,
    scope: Region,
) -> Result<(CaseRow, CandidateRow, Vec<Step>), PackageError> {
    let row = reading.case(id, scope).await?.ok_or(PackageError::Unknown)?;
    let candidate = reading.candidate(&row.candidate, scope).await?.ok_or(PackageError::Unknown)?;
    let steps = reading.case_steps(id).await?;
    Ok((row, candidate, steps))
}

#[cfg(test)]
mod tests;
