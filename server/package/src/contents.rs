//! The files of a package and what they say. Words and units are the wire's: stamps in microseconds since 1970, days
//! civil days at the law's place.

use plumewatch_shared::protocol::message::WireVerdict;
use serde::{Deserialize, Serialize};
use server_core::audit::{Action, AuditRow, Entry};
use server_core::case::{Step, Told};

/// What lists all other files.
pub(crate) const MANIFEST: &str = "manifest.json";
/// For whoever opens the package.
pub(crate) const README: &str = "README.txt";
/// The case.
pub(crate) const CASE: &str = "case.json";
/// Why the vehicle is listed or cleared, for people.
pub(crate) const EXPLANATION: &str = "explanation.txt";
/// The stations that signed the records.
pub(crate) const STATIONS: &str = "stations.json";
/// Where the records stand in their stations' chains.
pub(crate) const CHAIN: &str = "chain.json";
/// The server's judgements.
pub(crate) const VERDICTS: &str = "verdicts.json";
/// The rules of casework of the case's region.
pub(crate) const CASEWORK: &str = "rulebooks/casework.json";
/// The audit rows of the case and its candidate.
pub(crate) const AUDIT: &str = "audit.json";
/// Folder of the sealed records.
pub(crate) const RECORDS: &str = "records/";
/// Folder of pictures and clips.
pub(crate) const EVIDENCE: &str = "evidence/";

/// The version of everything here.
pub(crate) const VERSION: u8 = 1;

/// What a package holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) v: u8,
    /// The case.
    pub(crate) case: String,
    /// When the package was made.
    pub(crate) made_utc_us: i64,
    /// By which account.
    pub(crate) made_by: String,
    /// Every other file, in order.
    pub(crate) files: Vec<Listed>,
    /// Files that records announced and that never reached the server.
    pub(crate) missing: Vec<Missing>,
}

/// A file of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// A file that a record announced and that never reached the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// Of which record.
    pub record: String,
    /// What it would show, by wire word.
    pub kind: String,
    /// Its name.
    pub sha256: String,
}

/// The case as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Version of this file.
    pub v: u8,
    /// Its name.
    pub id: String,
    /// The candidate that opened it.
    pub candidate: String,
    /// Whose.
    pub plate: String,
    /// The plate's colour, by word.
    pub plate_colour: Option<String>,
    /// Of what, by word.
    pub item: String,
    /// How far it has come, by word.
    pub state: String,
    /// When it was opened.
    pub opened_utc_us: i64,
    /// The deadline that runs.
    pub due_day: Option<String>,
    /// The exceedances it rests on, oldest first: records of this package.
    pub passages: Vec<String>,
    /// The standard by which they were counted.
    pub rulebook: String,
    /// The edition of it.
    pub rulebook_version: String,
    /// Where the counting rule stands.
    pub clause: String,
    /// Who confirmed, first to last.
    pub confirmations: Vec<ConfirmationFile>,
    /// What happened, oldest first.
    pub steps: Vec<StepFile>,
}

/// A reviewer's confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationFile {
    /// By which account.
    pub by: String,
    /// When.
    pub at_utc_us: i64,
    /// Why.
    pub reason: Option<String>,
}

/// Something that happened to the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepFile {
    /// When it was entered.
    pub at_utc_us: i64,
    /// By which account.
    pub actor: String,
    /// What, by word.
    pub event: String,
    /// Why.
    pub reason: Option<String>,
    /// Its particulars.
    pub told: Told,
}

impl From<&Step> for StepFile {
    fn from(step: &Step) -> Self {
        Self {
            at_utc_us: step.at.as_microsecond(),
            actor: step.actor.clone(),
            event: step.kind.word().to_owned(),
            reason: step.reason.clone(),
            told: step.told.clone(),
        }
    }
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsFile {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A station and the keys that it signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StationFile {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Ed25519, hex, every one it was ever enrolled with.
    pub(crate) signing_keys: Vec<String>,
}

/// A record's place in its station's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainFile {
    pub(crate) record: String,
    /// The link of the record before it as the server keeps it; null if that one never came.
    pub(crate) before: Option<String>,
    /// Its own link.
    pub(crate) link: String,
}

/// The server's judgement of a passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerdictFile {
    pub(crate) record: String,
    pub(crate) verdict: WireVerdict,
    /// The file of the edition.
    pub(crate) rulebook_file: String,
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFile {
    number: u64,
    at_utc_us: i64,
    actor: String,
    action: String,
    subject: String,
    reason: Option<String>,
    detail: String,
    prev: String,
    hash: String,
}

impl From<&AuditRow> for AuditFile {
    fn from(row: &AuditRow) -> Self {
        Self {
            number: row.number,
            at_utc_us: row.entry.at.as_microsecond(),
            actor: row.entry.actor.clone(),
            action: row.entry.action.word().to_owned(),
            subject: row.entry.subject.clone(),
            reason: row.entry.reason.clone(),
            detail: row.entry.detail.clone(),
            prev: row.prev.to_string(),
            hash: row.hash.to_string(),
        }
    }
}

impl AuditFile {
    /// The row itself; `None` if it says what no row can.
    pub(crate) fn row(&self) -> Option<AuditRow> {
        Some(AuditRow {
            number: self.number,
            prev: self.prev.parse().ok()?,
            entry: Entry {
                at: jiff::Timestamp::from_microsecond(self.at_utc_us).ok()?,
                actor: self.actor.clone(),
                action: Action::from_word(&self.action)?,
                subject: self.subject.clone(),
                reason: self.reason.clone(),
                detail: self.detail.clone(),
            },
            hash: self.hash.parse().ok()?,
        })
    }
}
