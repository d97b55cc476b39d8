//! Decides on one record: who sealed it, what it says, and what the server makes of it. Pure.

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::corroboration::corroborate;
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::protocol::RECORD_MAX;
use plumewatch_shared::protocol::convert::ConvertError;
use plumewatch_shared::protocol::message::{DeviceCheckReport, ExhaustTestReport, PassageReport};
use plumewatch_shared::protocol::record::{RecordError, RecordReport};
use plumewatch_shared::protocol::seal::{Purpose, SealError, Sealed};
use plumewatch_shared::rulebook::RulebookRef;
use plumewatch_shared::verdict::{Finding, Verdict, judge};
use server_core::recheck::device_check::recheck;
use server_core::recheck::exhaust_test::rejudge;

use crate::rulebooks::{Books, Standing};
use crate::store::{NewDeviceCheck, NewExhaustTest, NewPassage, NewRecord};

/// Evidence files that one record may announce: six kinds, and room for more cameras.
const EVIDENCE_FILES_MAX: usize = 16;

/// Why a record is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RecordRefusal {
    /// Larger than a record may be.
    #[error("a record of {0} bytes is too large")]
    Oversize(usize),
    /// The station is not known or has not enrolled.
    #[error("the station is not enrolled")]
    NotEnrolled,
    /// Not sealed by that station.
    #[error("the seal does not hold: {0}")]
    Seal(#[from] SealError),
    /// Sealed, and not a report of a kind that this program knows.
    #[error(transparent)]
    Report(#[from] RecordError),
    /// A report whose content cannot be.
    #[error("the report contradicts the protocol: {0}")]
    Content(#[from] ConvertError),
    /// A report of another station than the topic's.
    #[error("the report is of another station than its topic")]
    OtherStation,
    /// Sequences count from 1, and a database keeps them in 63 bits.
    #[error("the sequence is out of range")]
    Sequence,
    /// More files than a record has.
    #[error("{0} evidence files are too many")]
    Evidence(usize),
    /// The station gave one sequence to two records.
    #[error("another record of this station has the same sequence")]
    Taken,
    /// The database refuses it for what it says.
    #[error("the record cannot be stored")]
    Unstorable,
}

/// The record of a payload that came on the record topic of `station`, judged again by the edition that its verdict
/// names; a passage's that is not known here, by the one in force at its place and day: it is marked, and the name given
/// back.
pub fn examine(
    station: StationId,
    key: Option<&VerifyingKey>,
    payload: &[u8],
    books: &Books,
    now: Timestamp,
) -> Result<(NewRecord, Option<RulebookRef>), RecordRefusal> {
    if payload.len() > RECORD_MAX {
        return Err(RecordRefusal::Oversize(payload.len()));
    }
    let sealed = Sealed::open(Purpose::Record, payload, key.ok_or(RecordRefusal::NotEnrolled)?)?;
    let report = RecordReport::read(&sealed.body)?;
    if report.evidence().len() > EVIDENCE_FILES_MAX {
        return Err(RecordRefusal::Evidence(report.evidence().len()));
    }
    let id: PassageId = report.id().parse().map_err(|_| ConvertError { field: "id" })?;
    if id.station != station {
        return Err(RecordRefusal::OtherStation);
    }
    if id.sequence == 0 || i64::try_from(id.sequence).is_err() {
        return Err(RecordRefusal::Sequence);
    }
    let envelope = Envelope {
        id,
        prev: sealed.prev.parse().map_err(|_| SealError::Field("prev"))?,
        link: sealed.link(),
        sealed: String::from_utf8(sealed.encode()).expect("JSON is UTF-8"),
        body: sealed.body,
        received: now,
    };
    Ok(match report {
        RecordReport::Passage(report) => {
            let (new, unknown) = passage(&report, envelope, books)?;
            (NewRecord::Passage(Box::new(new)), unknown)
        }
        RecordReport::ExhaustTest(report) => {
            (NewRecord::ExhaustTest(Box::new(exhaust_test(&report, envelope, books)?)), None)
        }
        RecordReport::DeviceCheck(report) => {
            (NewRecord::DeviceCheck(Box::new(device_check(*report, envelope)?)), None)
        }
    })
}

/// What every record has around its report.
struct Envelope {
    id: PassageId,
    prev: FileHash,
    link: FileHash,
    sealed: String,
    body: String,
    received: Timestamp,
}

fn passage(
    report: &PassageReport,
    envelope: Envelope,
    books: &Books,
) -> Result<(NewPassage, Option<RulebookRef>), RecordRefusal> {
    let (passage, edge_verdict) = report.passage()?;
    let region = envelope.id.station.region();
    let (book, edition) = books.for_verdict(&edge_verdict.rulebook, region, passage.passed.legal_day());
    let verdict = judge(&passage, &book);
    let unknown = (edition == Standing::Unknown).then(|| edge_verdict.rulebook.clone());
    let new = NewPassage {
        edition,
        corroboration: corroborate(&passage, &book).word(),
        edge_outcome: edge_verdict.outcome,
        disagrees: match edition {
            Standing::InForce | Standing::Other => differ(&verdict, &edge_verdict),
            Standing::Unknown => found_otherwise(&verdict, &edge_verdict),
        },
        watch: None,
        prev: envelope.prev,
        link: envelope.link,
        sealed: envelope.sealed,
        report: envelope.body,
        received: envelope.received,
        passage,
        verdict,
    };
    Ok((new, unknown))
}

fn exhaust_test(
    report: &ExhaustTestReport,
    envelope: Envelope,
    books: &Books,
) -> Result<NewExhaustTest, RecordRefusal> {
    let (test, edge_verdict) = report.test()?;
    let tests = books.tests(envelope.id.station.region(), test.started.legal_day());
    Ok(NewExhaustTest {
        seen: rejudge(&test, edge_verdict.as_ref(), &tests),
        test,
        prev: envelope.prev,
        link: envelope.link,
        sealed: envelope.sealed,
        report: envelope.body,
        received: envelope.received,
    })
}

fn device_check(report: DeviceCheckReport, envelope: Envelope) -> Result<NewDeviceCheck, RecordRefusal> {
    Ok(NewDeviceCheck {
        id: envelope.id,
        seen: recheck(&report)?,
        told: report,
        prev: envelope.prev,
        link: envelope.link,
        sealed: envelope.sealed,
        report: envelope.body,
        received: envelope.received,
    })
}

/// Do two judgements by one edition differ in anything? The reading's validity stands in the report itself.
fn differ(ours: &Verdict, theirs: &Verdict) -> bool {
    ours.outcome != theirs.outcome || ours.findings != theirs.findings
}

/// Do two judgements by different editions differ in what they found? Limits may.
fn found_otherwise(ours: &Verdict, theirs: &Verdict) -> bool {
    let found = |finding: &Finding| (finding.item, finding.measured, finding.exceeds);
    ours.outcome != theirs.outcome || !ours.findings.iter().map(found).eq(theirs.findings.iter().map(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use plumewatch_shared::protocol::seal::CHAIN_START;
    use plumewatch_shared::rulebook::Rulebook;
    use plumewatch_shared::sample::{self, SamplePassage};
    use plumewatch_shared::verdict::Outcome;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn station() -> StationId {
        "A140105001".parse().unwrap()
    }

    fn sealed(report: &PassageReport) -> Vec<u8> {
        let body = serde_json::to_string(report).unwrap();
        Sealed::new(Purpose::Record, CHAIN_START, body, &key()).encode()
    }

    fn report(passage: SamplePassage) -> PassageReport {
        let passage = passage.passage();
        PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()))
    }

    fn taken(payload: &[u8]) -> Result<NewPassage, RecordRefusal> {
        Ok(examined(payload)?.passage().unwrap().clone())
    }

    fn examined(payload: &[u8]) -> Result<NewRecord, RecordRefusal> {
        let now = "2026-11-23T02:00:01Z".parse().unwrap();
        examine(station(), Some(&key().verifying_key()), payload, &Books::shipped(), now).map(|(new, _)| new)
    }

    #[test]
    fn a_good_record_is_taken_and_judged_again() {
        let new = taken(&sealed(&report(sample::passage(7).with_opacity(3_520)))).unwrap();
        assert_eq!((new.passage.id.sequence, new.verdict.outcome), (7, Outcome::Exceeding));
        assert_eq!((new.edge_outcome, new.disagrees), (Outcome::Exceeding, false));
        assert_eq!(new.prev, CHAIN_START);
    }

    #[test]
    fn a_verdict_that_the_server_does_not_share_is_marked_not_refused() {
        let mut report = report(sample::passage(7).with_opacity(3_520));
        report.verdict.outcome = "passed".to_owned();
        let new = taken(&sealed(&report)).unwrap();
        assert!(new.disagrees);
        assert_eq!((new.verdict.outcome, new.edge_outcome), (Outcome::Exceeding, Outcome::Passed));
    }

    #[test]
    fn what_is_wrong_with_a_record_is_named() {
        let good = sealed(&report(sample::passage(7)));
        let books = Books::shipped();
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let with = |key| examine(station(), key, &good, &books, Timestamp::UNIX_EPOCH);
        assert!(matches!(with(None), Err(RecordRefusal::NotEnrolled)));
        assert!(matches!(with(Some(&stranger)), Err(RecordRefusal::Seal(SealError::Signature))));
        assert!(matches!(taken(b"{}"), Err(RecordRefusal::Seal(SealError::Malformed(_)))));
        assert!(matches!(taken(&vec![b' '; RECORD_MAX + 1]), Err(RecordRefusal::Oversize(_))));
        let elsewhere = sealed(&report(sample::passage(7).at_station("A140105002")));
        assert!(matches!(taken(&elsewhere), Err(RecordRefusal::OtherStation)));
        assert!(matches!(taken(&sealed(&report(sample::passage(0)))), Err(RecordRefusal::Sequence)));
        let mut odd = report(sample::passage(7));
        odd.lane = 0;
        assert!(matches!(taken(&sealed(&odd)), Err(RecordRefusal::Content(_))));
        let file = odd.evidence[0].clone();
        odd.evidence = vec![file; EVIDENCE_FILES_MAX + 1];
        assert!(matches!(taken(&sealed(&odd)), Err(RecordRefusal::Evidence(_))));
        let body = Sealed::new(Purpose::Record, CHAIN_START, "[]".to_owned(), &key()).encode();
        assert!(matches!(taken(&body), Err(RecordRefusal::Report(_))));
    }

    proptest! {
        #[test]
        fn no_payload_makes_it_panic(payload in prop::collection::vec(any::<u8>(), 0..400), body in "\\PC{0,200}") {
            let _ = examined(&payload);
            let _ = examined(&Sealed::new(Purpose::Record, CHAIN_START, body, &key()).encode());
        }
    }
}
