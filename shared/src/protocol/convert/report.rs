//! A passage with the edge's judgement of it.

use super::reading::reading;
use super::{ConvertError, Converted, need};
use crate::ids::{FileHash, LaneNo, PassageId};
use crate::passage::*;
use crate::protocol::VERSION;
use crate::protocol::message::*;
use crate::reading::{InvalidReason, Validity};
use crate::rulebook::{Item, Role, RulebookRef};
use crate::verdict::{Finding, Outcome, Verdict};

impl From<&Verdict> for WireVerdict {
    fn from(verdict: &Verdict) -> Self {
        let finding = |finding: &Finding| WireFinding {
            item: finding.item.word().to_owned(),
            measured: finding.measured,
            limit: finding.limit,
            exceeds: finding.exceeds,
            role: finding.role.wire_word().to_owned(),
            clause: finding.clause.clone(),
        };
        Self {
            outcome: verdict.outcome.wire_word().to_owned(),
            rulebook: verdict.rulebook.id.clone(),
            rulebook_version: verdict.rulebook.version.clone(),
            findings: verdict.findings.iter().map(finding).collect(),
        }
    }
}

impl WireVerdict {
    /// The domain's verdict; `invalid` stands in the report beside it.
    pub fn verdict(&self, invalid: Vec<InvalidReason>) -> Converted<Verdict> {
        let finding = |wire: &WireFinding| {
            Ok(Finding {
                item: need("item", Item::from_word(&wire.item))?,
                measured: wire.measured,
                limit: wire.limit,
                exceeds: wire.exceeds,
                role: need("role", Role::from_wire_word(&wire.role))?,
                clause: wire.clause.clone(),
            })
        };
        Ok(Verdict {
            outcome: need("outcome", Outcome::from_wire_word(&self.outcome))?,
            findings: self.findings.iter().map(finding).collect::<Converted<_>>()?,
            invalid,
            rulebook: RulebookRef { id: self.rulebook.clone(), version: self.rulebook_version.clone() },
        })
    }
}

impl From<&EvidenceFile> for WireEvidence {
    fn from(file: &EvidenceFile) -> Self {
        Self { kind: file.kind.wire_word().to_owned(), sha256: file.hash.to_string(), bytes: file.bytes }
    }
}

impl WireEvidence {
    /// The domain's file.
    pub fn file(&self) -> Converted<EvidenceFile> {
        Ok(EvidenceFile {
            kind: need("evidence.kind", EvidenceKind::from_wire_word(&self.kind))?,
            hash: need("evidence.sha256", self.sha256.parse::<FileHash>().ok())?,
            bytes: self.bytes,
        })
    }
}

impl PassageReport {
    /// The report of a passage and the edge's judgement of it.
    pub fn new(passage: &Passage, verdict: &Verdict) -> Self {
        let invalid = passage.validity.as_ref().map(|validity| match validity {
            Validity::Valid => Vec::new(),
            Validity::Invalid(reasons) => reasons.iter().map(Into::into).collect(),
        });
        Self {
            v: VERSION,
            id: passage.id.to_string(),
            lane: passage.lane.number(),
            passed: passage.passed.into(),
            reading: passage.reading.as_ref().map(Into::into),
            invalid,
            front: passage.front.as_ref().map(Into::into),
            rear: passage.rear.as_ref().map(Into::into),
            smoke: passage.smoke.as_ref().map(Into::into),
            weather: passage.weather.as_ref().map(Into::into),
            doubts: passage.doubts.iter().map(|doubt| doubt.wire_word().to_owned()).collect(),
            evidence: passage.evidence.iter().map(Into::into).collect(),
            verdict: verdict.into(),
        }
    }

    /// The passage and the edge's verdict that this report tells of.
    pub fn passage(&self) -> Converted<(Passage, Verdict)> {
        if self.v != VERSION {
            return Err(ConvertError { field: "v" });
        }
        let lane = need("lane", LaneNo::new(self.lane))?;
        let invalid: Option<Vec<InvalidReason>> =
            self.invalid.as_ref().map(|list| list.iter().map(TryInto::try_into).collect()).transpose()?;
        if invalid.is_some() != self.reading.is_some() {
            return Err(ConvertError { field: "invalid (with a reading, and only then)" });
        }
        let verdict = self.verdict.verdict(invalid.clone().unwrap_or_default())?;
        let doubt = |word: &String| need("doubts", Doubt::from_wire_word(word));
        let passage = Passage {
            id: need("id", self.id.parse::<PassageId>().ok())?,
            lane,
            passed: (&self.passed).try_into()?,
            reading: self.reading.as_ref().map(|wire| reading(wire, lane)).transpose()?,
            validity: invalid.map(|reasons| match reasons.is_empty() {
                true => Validity::Valid,
                false => Validity::Invalid(reasons),
            }),
            front: self.front.as_ref().map(TryInto::try_into).transpose()?,
            rear: self.rear.as_ref().map(TryInto::try_into).transpose()?,
            smoke: self.smoke.as_ref().map(TryInto::try_into).transpose()?,
            weather: self.weather.as_ref().map(TryInto::try_into).transpose()?,
            doubts: self.doubts.iter().map(doubt).collect::<Converted<_>>()?,
            evidence: self.evidence.iter().map(WireEvidence::file).collect::<Converted<_>>()?,
        };
        Ok((passage, verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebook;
    use crate::sample;
    use crate::verdict::judge;
    use proptest::prelude::*;

    /// What the edge stored is what the server judges; ticks alone stay at home.
    #[test]
    fn a_passage_survives_the_wire() {
        let passage = sample::passage(7).with_opacity(3_500).with_smoke(4_100).passage();
        let verdict = judge(&passage, &Rulebook::hj845());
        let json = serde_json::to_string(&PassageReport::new(&passage, &verdict)).unwrap();
        let report: PassageReport = serde_json::from_str(&json).unwrap();
        assert_eq!(report.passage().unwrap(), (passage, verdict));
        assert!(json.len() < crate::protocol::RECORD_MAX, "{} bytes", json.len());
    }

    #[test]
    fn a_report_that_contradicts_itself_names_the_field() {
        let passage = sample::passage(7).passage();
        let mut report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
        report.invalid = None;
        assert_eq!(report.passage().unwrap_err().field, "invalid (with a reading, and only then)");
    }

    proptest! {
        #[test]
        fn no_report_makes_the_reader_panic(at in 0usize..4_000, with in "[0-9a-z\"{},:-]{0,6}") {
            let passage = sample::passage(7).passage();
            let mut json = serde_json::to_string(&PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()))).unwrap();
            let at = (0..=at % json.len()).rev().find(|&at| json.is_char_boundary(at)).unwrap();
            json.insert_str(at, &with);
            if let Ok(report) = serde_json::from_str::<PassageReport>(&json) {
                let _ = report.passage();
            }
        }
    }
}
