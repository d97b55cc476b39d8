//! Tests of stopped vehicles: lists, one in full, and what laboratories found.

use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use plumewatch_shared::exhaust_test::TestOutcome;
use plumewatch_shared::ids::PassageId;
use plumewatch_shared::protocol::message::{ExhaustTestReport, WireTestVerdict};
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::audit::{Action, Entry};
use utoipa::{IntoParams, ToSchema};

use super::passages::{audit_plate_search, read_cursor};
use super::wanted::plate;
use super::wire::{EvidenceFile, Words, station, unreadable};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::store::{ExhaustTestFilter, ExhaustTestFull, ExhaustTestRow, SampleResult, SampleRow};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;
/// The longest of a laboratory's texts, characters.
const TEXT_MAX: usize = 200;

/// Which tests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TestQuery {
    /// What the page before gave as `next`.
    cursor: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
    /// Only of this station.
    station: Option<String>,
    /// Only with this outcome: `passed`, `failed` or `not-judged`.
    outcome: Option<String>,
    /// Only of this plate; it needs a reason and is audited.
    plate: Option<String>,
    /// Why the plate is searched for.
    reason: Option<String>,
    /// Begun at or after.
    from_utc_us: Option<i64>,
    /// Begun before.
    to_utc_us: Option<i64>,
}

/// A page of tests, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct TestPage {
    tests: Vec<TestSummary>,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// A test in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TestSummary {
    /// `A140105001-0000000042`: counted with the station's other records.
    id: String,
    /// The station.
    station: String,
    /// Its name for people.
    station_name: String,
    /// When the test began.
    started_utc_us: i64,
    /// When it was signed.
    ended_utc_us: i64,
    /// `synchronised`, `holdover` or `unsynchronised`.
    clock: String,
    /// When the server had it.
    received_utc_us: i64,
    /// The passage for which the vehicle was waved out.
    passage: Option<String>,
    /// Its plate.
    plate: Option<String>,
    /// `blue`, `yellow`, `green`, `yellow-green`, `white` or `black`.
    plate_colour: Option<String>,
    /// Vehicle identification number, or a machine's environmental code.
    vin: Option<String>,
    /// `free-acceleration`, `by-eye` or `samples`.
    method: String,
    /// The result of free acceleration, made anew from the accelerations, hundredths of 1/m.
    k_mean_per_m_hundredths: Option<i64>,
    /// Ringelmann level, the highest of the observers'.
    ringelmann: Option<i64>,
    /// The server's judgement: `passed`, `failed` or `not-judged`.
    outcome: String,
    /// The edge's; null where it judged nothing.
    edge_outcome: Option<String>,
    /// Do the two differ?
    disagrees: bool,
    /// Bottles taken for the laboratory.
    samples: i64,
    /// Of these, how many it has answered for.
    results: i64,
}

/// A test in full.
#[derive(Serialize, ToSchema)]
pub(super) struct TestDetail {
    /// As lists show it.
    summary: TestSummary,
    /// What the edge reported, curves included.
    report: ExhaustTestReport,
    /// The server's judgement; null where nothing could be judged.
    server_verdict: Option<WireTestVerdict>,
    /// Why, sentence by sentence.
    reasons: Vec<Words>,
    /// Its samples, with what the laboratory found.
    samples: Vec<Sample>,
    /// Its files.
    evidence: Vec<EvidenceFile>,
    /// Does it follow the station's record before it? Null while that one is missing.
    chain_ok: Option<bool>,
}

/// A sample in a sealed bottle.
#[derive(Serialize, ToSchema)]
pub(super) struct Sample {
    /// From 1, in the order in which they were taken.
    number: i64,
    /// `urea` or `fuel`.
    substance: String,
    /// Number of the seal.
    seal: String,
    /// When it was taken.
    taken_utc_us: i64,
    /// What the laboratory found; null until somebody has entered it.
    result: Option<SampleFound>,
}

/// What a laboratory found.
#[derive(Serialize, ToSchema)]
pub(super) struct SampleFound {
    /// Is the sample as it must be?
    passed: bool,
    /// What was found, in the laboratory's words.
    found: String,
    /// Which laboratory.
    laboratory: String,
    /// Number of its report.
    report_number: String,
    /// Who entered it.
    entered_by: String,
    /// When.
    entered_utc_us: i64,
}

/// What a laboratory found, to be entered once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewResult {
    /// Is the sample as it must be?
    passed: bool,
    /// What was found, in the laboratory's words: 1 to 200 characters.
    found: String,
    /// Which laboratory: 1 to 200 characters.
    laboratory: String,
    /// Number of its report: 1 to 200 characters.
    report_number: String,
}

/// Tests of stopped vehicles, newest first.
#[utoipa::path(get, path = "/exhaust-tests", tag = "exhaust-tests", params(TestQuery), responses(
    (status = 200, body = TestPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<TestQuery>,
) -> Result<Json<TestPage>, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    let filter = ExhaustTestFilter {
        scope: scope.0,
        station: query.station.as_deref().map(station).transpose()?,
        outcome: query.outcome.as_deref().map(outcome).transpose()?,
        plate: query.plate.as_deref().filter(|text| !text.is_empty()).map(plate).transpose()?,
        from_us: query.from_utc_us,
        to_us: query.to_utc_us,
        older_than: query.cursor.as_deref().map(read_cursor).transpose()?,
    };
    if let Some(plate) = &filter.plate {
        audit_plate_search(&site, &signed, plate, query.reason.as_deref()).await?;
    }
    let limit = query.limit.unwrap_or(PAGE).clamp(1, crate::store::PAGE_MAX);
    let rows = site.store.reading().await?.exhaust_tests(&filter, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}-{:010}", row.started_us, row.station, row.sequence));
    Ok(Json(TestPage { tests: rows.into_iter().map(TestSummary::from).collect(), next }))
}

/// One test in full. Opening it is audited.
#[utoipa::path(get, path = "/exhaust-tests/{id}", tag = "exhaust-tests", params(("id" = String, Path)), responses(
    (status = 200, body = TestDetail), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<PassageId>,
) -> Result<Json<TestDetail>, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    if !scope.holds(id.station) {
        return Err(ApiError::not_found());
    }
    let mut reading = site.store.reading().await?;
    let full = reading.exhaust_test(id).await?.ok_or_else(ApiError::not_found)?;
    let evidence = reading.record_evidence(id).await?.into_iter().map(EvidenceFile::from).collect();
    drop(reading);
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::ExhaustTestViewed, &id.to_string(), None).await?;
    writing.commit().await?;
    Ok(Json(TestDetail::new(full, evidence)?))
}

/// Enter what the laboratory found in a sample: once, and audited.
#[utoipa::path(post, path = "/exhaust-tests/{id}/samples/{n}/result", tag = "exhaust-tests",
    params(("id" = String, Path), ("n" = u32, Path, description = "From 1")), request_body = NewResult, responses(
    (status = 201, body = Sample), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody), (status = 409, description = "It has a result already", body = ErrorBody)))]
pub(super) async fn enter_result(
    State(site): State<Site>,
    signed: Signed,
    path: Result<Path<(String, String)>, PathRejection>,
    Body(new): Body<NewResult>,
) -> Result<(StatusCode, Json<Sample>), ApiError> {
    let scope = signed.may(Operation::EnterSampleResult)?;
    let Ok(Path((id, number))) = path else { return Err(ApiError::not_found()) };
    let (Ok(id), Ok(number)) = (PassageId::from_str(&id), u32::from_str(&number)) else {
        return Err(ApiError::not_found());
    };
    if !scope.holds(id.station) {
        return Err(ApiError::not_found());
    }
    let result = SampleResult {
        passed: new.passed,
        found: text(&new.found)?,
        laboratory: text(&new.laboratory)?,
        report_number: text(&new.report_number)?,
    };
    let mut writing = site.store.writing().await?;
    let has = |samples: &[SampleRow]| samples.iter().any(|sample| sample.number == i64::from(number));
    if !has(&writing.test_samples(id).await?) {
        return Err(ApiError::not_found());
    }
    if !writing.insert_sample_result(id, number, &result, &signed.name, site.now()).await? {
        let (zh, en) = ("该样品的检测结果已登记。", "The result of this sample has been entered already.");
        return Err(ApiError::conflict("result-exists", zh, en));
    }
    let word = if result.passed { "passed" } else { "failed" };
    let entry = Entry {
        at: site.now(),
        actor: signed.name.clone(),
        action: Action::SampleResultEntered,
        subject: id.to_string(),
        reason: Some(format!("{} {}", result.laboratory, result.report_number)),
        detail: format!("sample {number}: {word}, {}", result.found),
    };
    writing.append_audit(entry).await?;
    let samples = writing.test_samples(id).await?;
    writing.commit().await?;
    let entered = samples.into_iter().find(|sample| sample.number == i64::from(number));
    Ok((StatusCode::CREATED, Json(entered.ok_or_else(ApiError::internal)?.into())))
}

impl TestDetail {
    fn new(full: ExhaustTestFull, evidence: Vec<EvidenceFile>) -> Result<Self, ApiError> {
        let server_verdict: Option<WireTestVerdict> =
            full.verdict.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?;
        let judged = server_verdict.as_ref().map(WireTestVerdict::verdict).transpose().map_err(unreadable)?;
        Ok(Self {
            report: serde_json::from_str(&full.report).map_err(unreadable)?,
            reasons: judged
                .map_or_else(Vec::new, |judged| judged.reasons().into_iter().map(Words::from).collect()),
            summary: full.row.into(),
            server_verdict,
            samples: full.samples.into_iter().map(Sample::from).collect(),
            evidence,
            chain_ok: full.chain_ok,
        })
    }
}

impl From<ExhaustTestRow> for TestSummary {
    fn from(row: ExhaustTestRow) -> Self {
        let passage = row.passage_station.zip(row.passage_sequence);
        Self {
            id: format!("{}-{:010}", row.station, row.sequence),
            station: row.station,
            station_name: row.station_name,
            started_utc_us: row.started_us,
            ended_utc_us: row.ended_us,
            clock: row.clock,
            received_utc_us: row.received_us,
            passage: passage.map(|(station, sequence)| format!("{station}-{sequence:010}")),
            plate: row.plate,
            plate_colour: row.plate_colour,
            vin: row.vin,
            method: row.method,
            k_mean_per_m_hundredths: row.k_mean,
            ringelmann: row.ringelmann,
            outcome: row.outcome,
            edge_outcome: row.edge_outcome,
            disagrees: row.disagrees,
            samples: row.samples,
            results: row.results,
        }
    }
}

impl From<SampleRow> for Sample {
    fn from(row: SampleRow) -> Self {
        let found = |passed| {
            Some(SampleFound {
                passed,
                found: row.found?,
                laboratory: row.laboratory?,
                report_number: row.report_number?,
                entered_by: row.entered_by?,
                entered_utc_us: row.entered_us?,
            })
        };
        Self {
            number: row.number,
            substance: row.substance,
            seal: row.seal,
            taken_utc_us: row.taken_us,
            result: row.passed.and_then(found),
        }
    }
}

fn outcome(word: &str) -> Result<TestOutcome, ApiError> {
    TestOutcome::from_wire_word(word).ok_or_else(|| {
        ApiError::invalid("未知的检验结果。", "An outcome is one of passed, failed, not-judged.")
    })
}

/// A laboratory's text in a request.
fn text(given: &str) -> Result<String, ApiError> {
    let text = given.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
        let en = "Finding, laboratory and report number have 1 to 200 characters each.";
        return Err(ApiError::invalid("检测结果、检测机构、报告编号均应为1至200个字符。", en));
    }
    Ok(text.to_owned())
}
