//! Decides on one record: who sealed it, what it says, and what the server makes of it. Pure.

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::RECORD_MAX;
use plumewatch_shared::protocol::convert::ConvertError;
use plumewatch_shared::protocol::message::PassageReport;
use plumewatch_shared::protocol::seal::{Purpose, SealError, Sealed};
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::verdict::{Finding, Verdict, judge};

use crate::store::NewPassage;

/// Evidence files that one passage may announce: six kinds, and room for more cameras.
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
    /// Sealed, and not a report. The text gives the place alone: the library's own words quote the content.
    #[error("the body is no report (line {}, column {})", .0.line(), .0.column())]
    Report(#[from] serde_json::Error),
    /// A report whose content cannot be.
    #[error("the report contradicts the protocol: {0}")]
    Content(#[from] ConvertError),
    /// A report of another station than the topic's.
    #[error("the report is of another station than its topic")]
    OtherStation,
    /// Sequences count from 1, and a database keeps them in 63 bits.
    #[error("the sequence is out of range")]
    Sequence,
    /// More files than a passage has.
    #[error("{0} evidence files are too many")]
    Evidence(usize),
    /// The station gave one sequence to two records.
    #[error("another record of this station has the same sequence")]
    Taken,
    /// The database refuses it for what it says.
    #[error("the record cannot be stored")]
    Unstorable,
}

/// The passage of a payload that came on the record topic of `station`, judged again.
pub fn examine(
    station: StationId,
    key: Option<&VerifyingKey>,
    payload: &[u8],
    book: &Rulebook,
    now: Timestamp,
) -> Result<NewPassage, RecordRefusal> {
    if payload.len() > RECORD_MAX {
        return Err(RecordRefusal::Oversize(payload.len()));
    }
    let sealed = Sealed::open(Purpose::Record, payload, key.ok_or(RecordRefusal::NotEnrolled)?)?;
    let report: PassageReport = serde_json::from_str(&sealed.body)?;
    if report.evidence.len() > EVIDENCE_FILES_MAX {
        return Err(RecordRefusal::Evidence(report.evidence.len()));
    }
    let (passage, edge_verdict) = report.passage()?;
    if passage.id.station != station {
        return Err(RecordRefusal::OtherStation);
    }
    if passage.id.sequence == 0 || i64::try_from(passage.id.sequence).is_err() {
        return Err(RecordRefusal::Sequence);
    }
    let verdict = judge(&passage, book);
    Ok(NewPassage {
        edge_outcome: edge_verdict.outcome,
        disagrees: differ(&verdict, &edge_verdict),
        watch: None,
        prev: sealed.prev.parse().map_err(|_| SealError::Field("prev"))?,
        link: sealed.link(),
        sealed: String::from_utf8(sealed.encode()).expect("JSON is UTF-8"),
        report: sealed.body,
        received: now,
        passage,
        verdict,
    })
}

/// Do two judgements differ in what they found? By which edition they were given does not matter here.
fn differ(ours: &Verdict, theirs: &Verdict) -> bool {
    let found = |finding: &Finding| (finding.item, finding.measured, finding.exceeds);
    ours.outcome != theirs.outcome || !ours.findings.iter().map(found).eq(theirs.findings.iter().map(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use plumewatch_shared::protocol::seal::CHAIN_START;
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
        let now = "2026-11-23T02:00:01Z".parse().unwrap();
        examine(station(), Some(&key().verifying_key()), payload, &Rulebook::hj845(), now)
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
        let book = Rulebook::hj845();
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let with = |key| examine(station(), key, &good, &book, Timestamp::UNIX_EPOCH);
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
            let _ = taken(&payload);
            let _ = taken(&Sealed::new(Purpose::Record, CHAIN_START, body, &key()).encode());
        }
    }
}
