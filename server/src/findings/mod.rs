//! Findings: detectors meet the store, and a person's word on what they found.
//!
//! [`examine`] looks at one inspection right after it came; [`sweep`] is the hourly work: it looks again at what came
//! lately (so that nothing is missed when the server ends between the two), and at stations, shops and orders as a whole.
//! What is found again is the same finding, so both may run as often as they like, on several servers at once.

mod sentences;
mod sweep;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::time::law_place;
use server_core::access::Reach;
use server_core::audit::{Action, Entry};
use server_core::dated::Edition;
use server_core::finding::curve::equal_curves;
use server_core::finding::engine::impossibilities;
use server_core::finding::fact::TestFact;
use server_core::finding::identity::{shared_calibrations, two_identities};
use server_core::finding::pace::{crowds, too_short};
use server_core::finding::rules::{DetectorRules, detectors};
use server_core::finding::{About, Decided, Evidence, Finding, FindingId, FindingKind, FindingState};
use server_core::inspection::{Inspection, InspectionId, Rejudged};
use server_core::order::programme::programme;
use server_core::review::Reason;

pub use sweep::{Sweeping, sweep};

use crate::counting::SYSTEM;
use crate::inspections::wire::InspectionUpload;
use crate::orders::{LoopError, commit};
use crate::store::{Store, Writing};

/// Days around a test in which a shared calibration is looked for.
const CALIBRATION_DAYS: i64 = 90;

/// The finding that a held report is.
pub fn held(inspection: &Inspection, seen: &Rejudged, region: Region) -> Finding {
    let day = server_core::inspection::rejudge::day(inspection);
    let rules = programme().in_force(region, day);
    Finding::new(
        FindingKind::ReportHeld,
        About::Station(inspection.station.clone()),
        inspection.id.as_str(),
        day,
        sentences::held(inspection, seen),
        programme().reference(rules),
    )
}

/// Keeps a finding inside the caller's transaction; `true` if it is new.
pub async fn keep(
    writing: &mut Writing,
    finding: &Finding,
    region: i64,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<bool, LoopError> {
    let new = writing.keep_finding(finding, region, now).await?;
    if new {
        let detail = format!("{} {}", finding.kind.word(), finding.about.code().as_str());
        told.push(entry(Action::FindingRaised, &finding.id, SYSTEM, None, detail, now));
    }
    Ok(new)
}

/// Looks at one inspection with everything it must be held against, and keeps what is found. Gives how many are new.
pub async fn examine(store: &Store, id: &InspectionId, now: Timestamp) -> Result<u64, LoopError> {
    let mut reading = store.reading().await?;
    let country = Reach::Region(Region::COUNTRY);
    let Some((_, upload, _)) = reading.inspection(id, &country).await? else {
        return Err(LoopError::Unknown);
    };
    let Some(test) = reading.test_fact(id).await? else { return Err(LoopError::Unknown) };
    let station = reading.inspection_station(&test.station).await?;
    let place = station.map_or(Region::COUNTRY, |station| station.region);
    let day: Date = law_place().to_datetime(test.started).date();
    let edition = detectors().in_force(place, day);
    let rules = &edition.rules;
    let about = About::Station(test.station.clone());
    let found = |kind, key: &str, words| {
        Finding::new(kind, about.clone(), key, day, words, detectors().reference(edition))
    };
    let mut findings = Vec::new();

    if let Ok(upload) = serde_json::from_str::<InspectionUpload>(&upload)
        && let Ok(inspection) = upload.inspection(&test.station, Timestamp::MAX)
    {
        let impossible = impossibilities(&inspection, &rules.impossible);
        if !impossible.is_empty() {
            findings.push(found(
                FindingKind::ImpossibleResult,
                id.as_str(),
                sentences::impossible(id, &impossible),
            ));
        }
    }
    if let Some(seconds) = too_short(&test, &rules.pace) {
        let words = sentences::too_short(&test, seconds, rules.pace.least_s(test.method));
        findings.push(found(FindingKind::TestTooShort, id.as_str(), words));
    }
    if let Some(curve) = reading.curve(id).await? {
        let before = reading.curves_before(&test, rules.equal_curves.tests_before).await?;
        for (other, likeness) in equal_curves(&curve, &before, &rules.equal_curves) {
            let key = format!("{} {}", other.id.as_str(), id.as_str());
            findings.push(found(
                FindingKind::EqualCurves,
                &key,
                sentences::equal_curves(id, other, likeness),
            ));
        }
    }
    let near = |span: jiff::Span| {
        (before(test.started, span), test.started.checked_add(span).unwrap_or(Timestamp::MAX))
    };
    let (from, to) = near(2.hours());
    let line = reading.test_facts(&test.station, from, to).await?;
    let line: Vec<&TestFact> = line.iter().filter(|other| other.line == test.line).collect();
    for crowd in crowds(&line, &rules.pace) {
        let (key, words) = sentences::crowd(&test, &crowd, rules.pace.per_line_and_hour);
        findings.push(found(FindingKind::TooManyTests, &key, words));
    }
    let days = i64::from(rules.identity.days);
    let (from, to) = near((days * 24).hours());
    let related = reading.related_facts(&test, from, to).await?;
    for two in two_identities(&related.iter().collect::<Vec<_>>(), &rules.identity) {
        let (key, words) = sentences::two_identities(&two);
        findings.push(found(FindingKind::TwoIdentities, &key, words));
    }
    if test.calibration.is_some() {
        let (from, to) = near((CALIBRATION_DAYS * 24).hours());
        let all = reading.test_facts(&test.station, from, to).await?;
        let same: Vec<&TestFact> = all.iter().filter(|other| other.calibration == test.calibration).collect();
        for shared in shared_calibrations(&same, &rules.identity) {
            let (key, words) = sentences::shared_calibration(&shared);
            findings.push(found(FindingKind::SharedCalibration, &key, words));
        }
    }
    drop(reading);
    let place = i64::from(place.code());
    keep_all(store, &findings, place, now).await
}

/// Keeps findings of one place, and gives how many are new.
async fn keep_all(
    store: &Store,
    findings: &[Finding],
    region: i64,
    now: Timestamp,
) -> Result<u64, LoopError> {
    if findings.is_empty() {
        return Ok(0);
    }
    let (mut writing, mut told) = (store.writing().await?, Vec::new());
    let mut new = 0;
    for finding in findings {
        new += u64::from(keep(&mut writing, finding, region, now, &mut told).await?);
    }
    commit(writing, told).await?;
    Ok(new)
}

/// A person's word on a finding.
pub async fn decide(
    store: &Store,
    reach: &Reach,
    id: &FindingId,
    confirmed: bool,
    reason: &Reason,
    by: &str,
    now: Timestamp,
) -> Result<Result<FindingState, Decided>, LoopError> {
    let mut writing = store.writing().await?;
    let row = writing.finding_to_decide(id, reach).await?.ok_or(LoopError::Unknown)?;
    let state =
        FindingState::from_word(&row.state).ok_or(crate::store::StoreError::Corrupt("findings.state"))?;
    let state = match server_core::finding::decide(state, confirmed) {
        Ok(state) => state,
        Err(decided) => return Ok(Err(decided)),
    };
    writing.set_finding(id, state, by, reason.as_str(), now).await?;
    let told = entry(Action::FindingDecided, id, by, Some(reason.as_str()), state.word().to_owned(), now);
    commit(writing, vec![told]).await?;
    Ok(Ok(state))
}

fn before(at: Timestamp, span: jiff::Span) -> Timestamp {
    at.checked_sub(span).unwrap_or(Timestamp::MIN)
}

fn entry(
    action: Action,
    finding: &FindingId,
    by: &str,
    reason: Option<&str>,
    detail: String,
    now: Timestamp,
) -> Entry {
    let (actor, subject) = (by.to_owned(), finding.as_str().to_owned());
    Entry { at: now, actor, action, subject, reason: reason.map(str::to_owned), detail }
}

/// What a detector of this edition names.
fn reference(edition: &Edition<DetectorRules>) -> RulebookRef {
    detectors().reference(edition)
}

/// What a finding says and what it rests on.
type Words = (plumewatch_shared::language::Bilingual, Evidence);
