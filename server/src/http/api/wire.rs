//! What pages are told of passages, candidates and cases. Words and units are the wire's.

use jiff::Timestamp;
use plumewatch_shared::corroboration::corroborate;
use plumewatch_shared::ids::{PassageId, Region, StationId};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::passage::Passage;
use plumewatch_shared::protocol::message::{PassageReport, WireVerdict};
use plumewatch_shared::rulebook::RulebookRef;
use serde::Serialize;
use server_core::audit::AuditRow;
use server_core::case::explain::Confirmation as Confirmed;
use server_core::counting::explanation;
use utoipa::ToSchema;

use super::register_wire::RegisterNote;
use crate::http::error::ApiError;
use crate::rulebooks::Books;
use crate::store::{CandidateRow, EvidenceRow, PassageFull, PassageRow};

/// A sentence in both languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Words {
    /// 简体中文.
    pub(crate) zh: String,
    /// English.
    pub(crate) en: String,
}

impl From<Bilingual> for Words {
    fn from(words: Bilingual) -> Self {
        Self { zh: words.zh, en: words.en }
    }
}

/// A passage in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageSummary {
    /// `A140105001-0000000042`.
    #[schema(example = "A140105001-0000000042")]
    pub(crate) id: String,
    /// The station.
    station: String,
    /// Its name for people.
    station_name: String,
    /// From 1.
    lane: i64,
    /// When the vehicle passed.
    passed_utc_us: i64,
    /// `synchronised`, `holdover` or `unsynchronised`.
    clock: String,
    /// When the server had it.
    received_utc_us: i64,
    /// The plate that the vehicle answers for.
    plate: Option<String>,
    /// `blue`, `yellow`, `green`, `yellow-green`, `white` or `black`.
    plate_colour: Option<String>,
    /// That the whole plate is right.
    plate_confidence_per_mille: Option<i64>,
    /// The server's judgement: `passed`, `screened`, `exceeding` or `not-judged`.
    outcome: String,
    /// The edge's.
    edge_outcome: String,
    /// Do the two differ?
    disagrees: bool,
    /// How the edition that the edge judged by stands to the one in force there: `in-force`, `other` or `unknown`.
    edition: String,
    /// Head and camera compared: `both-exceed`, `both-below`, `disagrees`, `not-comparable`, or empty for passages
    /// stored before they were.
    corroboration: String,
    /// Cross-road opacity, mean, hundredths of a percent.
    opacity_mean_hundredths: Option<i64>,
    /// Ringelmann level.
    ringelmann: Option<i64>,
    /// Nitric oxide, hundredths of 10⁻⁶.
    no_ppm_hundredths: Option<i64>,
    /// Speed, mm/s.
    speed_mm_s: Option<i64>,
    /// What is not clear, by word.
    doubts: Vec<String>,
    /// Why the vehicle is looked out for: `open-case`, `blacklisted` or `wanted`.
    watch: Option<String>,
    /// SHA-256 of the picture to show, when it is here.
    picture: Option<String>,
    /// SHA-256 of the plate's picture.
    plate_picture: Option<String>,
    /// Files that are announced and not here yet.
    evidence_missing: i64,
    /// `none`, `waiting`, `confirmed` or `rejected`.
    review: &'static str,
}

impl From<PassageRow> for PassageSummary {
    fn from(row: PassageRow) -> Self {
        let words = row.doubts.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
        Self {
            id: format!("{}-{:010}", row.station, row.sequence),
            doubts: words.map(str::to_owned).collect(),
            station: row.station,
            station_name: row.station_name,
            lane: row.lane,
            passed_utc_us: row.passed_us,
            clock: row.clock,
            received_utc_us: row.received_us,
            plate: row.plate,
            plate_colour: row.plate_colour,
            plate_confidence_per_mille: row.plate_confidence,
            outcome: row.outcome,
            edge_outcome: row.edge_outcome,
            disagrees: row.disagrees,
            edition: row.edition,
            corroboration: row.corroboration,
            opacity_mean_hundredths: row.opacity_mean,
            ringelmann: row.ringelmann,
            no_ppm_hundredths: row.no_ppm,
            speed_mm_s: row.speed,
            watch: row.watch,
            picture: row.picture,
            plate_picture: row.plate_picture,
            evidence_missing: row.evidence_missing,
            review: match row.review {
                3 => "confirmed",
                2 => "waiting",
                1 => "rejected",
                _ => "none",
            },
        }
    }
}

/// A file that belongs to a passage or a test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceFile {
    /// `vehicle-front`, `vehicle-rear`, `plate-front`, `plate-rear`, `plume` or `plume-clip`.
    kind: String,
    /// Its name: GET /api/v1/evidence/{sha256}.
    sha256: String,
    /// Its size.
    bytes: i64,
    /// Is it here, whole and checked?
    stored: bool,
}

impl From<EvidenceRow> for EvidenceFile {
    fn from(file: EvidenceRow) -> Self {
        Self { kind: file.kind, sha256: file.sha256, bytes: file.bytes, stored: file.stored }
    }
}

/// A passage in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PassageDetail {
    /// As lists show it.
    summary: PassageSummary,
    /// What the edge reported.
    report: PassageReport,
    /// The server's judgement.
    server_verdict: WireVerdict,
    /// Why, sentence by sentence.
    reasons: Vec<Words>,
    /// What head and camera say of each other, with values, limits and edition. No verdict by itself.
    corroboration: Words,
    /// Its files.
    evidence: Vec<EvidenceFile>,
    /// The candidate it belongs to.
    candidate_id: Option<String>,
    /// That candidate's case.
    case_id: Option<String>,
    /// The latest test of the vehicle that was waved out for it: GET /api/v1/exhaust-tests/{id}.
    exhaust_test: Option<String>,
    /// Does it follow the station's record before it? Null while that one is missing.
    chain_ok: Option<bool>,
    /// What the register says of the vehicle, and what does not agree; null where no plate was read, and for who may
    /// not see the register.
    pub(super) register: Option<RegisterNote>,
}

impl PassageDetail {
    /// The passage itself.
    pub(super) fn passage(&self) -> Result<Passage, ApiError> {
        Ok(self.report.passage().map_err(unreadable)?.0)
    }

    /// From what is stored.
    pub(crate) fn new(
        full: PassageFull,
        evidence: Vec<EvidenceRow>,
        books: &Books,
    ) -> Result<Self, ApiError> {
        let report: PassageReport = serde_json::from_str(&full.report).map_err(unreadable)?;
        let server_verdict: WireVerdict = serde_json::from_str(&full.verdict).map_err(unreadable)?;
        // What the edge found invalid stands in the report; the judgement is the server's.
        let (passage, reported) = report.passage().map_err(unreadable)?;
        let verdict = server_verdict.verdict(reported.invalid).map_err(unreadable)?;
        let (region, day) = (passage.id.station.region(), passage.passed.legal_day());
        let (book, _) = books.for_verdict(&verdict.rulebook, region, day);
        Ok(Self {
            corroboration: corroborate(&passage, &book).sentence(&book.reference()).into(),
            reasons: verdict.reasons().into_iter().map(Words::from).collect(),
            summary: full.row.into(),
            report,
            server_verdict,
            evidence: evidence.into_iter().map(EvidenceFile::from).collect(),
            candidate_id: full.candidate,
            case_id: full.case,
            exhaust_test: full.exhaust_test.map(|id| id.to_string()),
            chain_ok: full.chain_ok,
            register: None,
        })
    }
}

/// A stored record that this program wrote and cannot read.
pub(super) fn unreadable(error: impl std::error::Error + 'static) -> ApiError {
    tracing::error!(error = &error as &dyn std::error::Error, "a stored record cannot be read");
    ApiError::internal()
}

/// Exceedances of one vehicle that a person must decide on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Candidate {
    /// Its name.
    id: String,
    /// Whose.
    plate: String,
    /// The plate's colour, by word.
    plate_colour: Option<String>,
    /// `opacity`, `ringelmann` or `no`.
    item: &'static str,
    /// Since when it waits.
    opened_utc_us: i64,
    /// `waiting`, `confirmed`, `rejected` or `void`.
    state: &'static str,
    /// Did late records break it after it was decided?
    contested: bool,
    /// Its passages, oldest first.
    passages: Vec<String>,
    /// The standard.
    rulebook: String,
    /// Our edition of it.
    rulebook_version: String,
    /// Where the counting rule stands.
    clause: String,
    /// Why these count, in words.
    explanation: Words,
    /// In each of its passages, head and camera compared, by word as in a passage's summary.
    corroborations: Vec<String>,
    /// Do head and camera both exceed in one of them? It strengthens the candidate and decides nothing.
    corroborated: bool,
    /// How many different people must confirm it, by the region's rule: 1 or 2.
    people: u32,
    /// The first of two confirmations, where there is one: another person must confirm.
    first: Option<Confirmation>,
    /// Who decided.
    decided_by: Option<String>,
    /// Why.
    reason: Option<String>,
}

/// A person's confirmation of a candidate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Confirmation {
    /// By which account.
    by: String,
    /// When.
    at_utc_us: i64,
    /// Why.
    reason: Option<String>,
}

impl From<Confirmed> for Confirmation {
    fn from(said: Confirmed) -> Self {
        Self { by: said.by, at_utc_us: said.at.as_microsecond(), reason: said.reason }
    }
}

impl Candidate {
    /// From what is stored.
    pub(crate) fn new(row: CandidateRow, books: &Books, now: Timestamp) -> Self {
        let named = RulebookRef { id: row.rulebook.clone(), version: row.rulebook_version.clone() };
        let region = row.passages.last().map_or(Region::COUNTRY, |last| last.station.region());
        let complete = row.exceedances.last().map_or(row.opened, |last| last.passed);
        let rulebook = books.edition(&named).unwrap_or_else(|| books.in_force_at(region, complete));
        let explanation = explanation(row.item, &row.exceedances, &rulebook.counting).into();
        let both_exceed = |word: &String| word == "both-exceed";
        Self {
            id: row.id.as_str().to_owned(),
            plate: row.vehicle.plate.as_str().to_owned(),
            plate_colour: row.vehicle.colour.map(|colour| colour.word().to_owned()),
            item: row.item.word(),
            opened_utc_us: row.opened.as_microsecond(),
            state: row.state.word(),
            contested: row.contested,
            passages: row.passages.iter().map(PassageId::to_string).collect(),
            rulebook: row.rulebook,
            rulebook_version: row.rulebook_version,
            clause: row.clause,
            explanation,
            corroborated: row.corroborations.iter().any(both_exceed),
            corroborations: row.corroborations,
            people: books.casework_at(region, now).confirmations.people,
            first: row.first.map(Confirmation::from),
            decided_by: row.decided_by,
            reason: row.reason,
        }
    }
}

/// Something that was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Its place in the audit, from 1 without gaps.
    pub(crate) number: u64,
    /// When.
    at_utc_us: i64,
    /// The account's name, or `system`.
    actor: String,
    /// What, by word.
    action: &'static str,
    /// To what.
    subject: String,
    /// Why, as the person said.
    reason: Option<String>,
    /// What else must be known.
    detail: String,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            number: row.number,
            at_utc_us: row.entry.at.as_microsecond(),
            actor: row.entry.actor,
            action: row.entry.action.word(),
            subject: row.entry.subject,
            reason: row.entry.reason,
            detail: row.entry.detail,
        }
    }
}

/// A station's name in a request.
pub(crate) fn station(text: &str) -> Result<StationId, ApiError> {
    text.parse().map_err(|_| {
        let en = "A station id is a capital letter, six digits of the county, three digits.";
        ApiError::invalid("站点编号应为一个大写字母、6位行政区划代码和3位数字。", en)
    })
}
