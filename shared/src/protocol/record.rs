//! What a sealed record may tell: a passage, a test of a stopped vehicle, a check of an instrument.
//!
//! All kinds of one station share one sequence and one chain. The body's `kind` tells them apart; a body without one
//! is a passage, as the first edges wrote it.

use serde::Deserialize;

use super::message::{DeviceCheckReport, ExhaustTestReport, PassageReport, WireEvidence};

/// `kind` of an [`ExhaustTestReport`].
pub const EXHAUST_TEST: &str = "exhaust-test";
/// `kind` of a [`DeviceCheckReport`].
pub const DEVICE_CHECK: &str = "device-check";

/// The body of a sealed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordReport {
    /// A vehicle that went by.
    Passage(Box<PassageReport>),
    /// A vehicle that was stopped and tested.
    ExhaustTest(Box<ExhaustTestReport>),
    /// An instrument that was held against what is known.
    DeviceCheck(Box<DeviceCheckReport>),
}

/// A body is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not the JSON of its kind. The text gives the place alone: the library's own words quote the content.
    #[error("the body is no report (line {}, column {})", .0.line(), .0.column())]
    Malformed(#[from] serde_json::Error),
    /// A kind that this program does not know: a newer edge's.
    #[error("a record of an unknown kind")]
    UnknownKind,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    kind: Option<String>,
}

impl RecordReport {
    /// Reads the body of a sealed record.
    pub fn read(body: &str) -> Result<Self, RecordError> {
        let Kind { kind } = serde_json::from_str(body)?;
        Ok(match kind.as_deref() {
            None => Self::Passage(serde_json::from_str(body)?),
            Some(EXHAUST_TEST) => Self::ExhaustTest(serde_json::from_str(body)?),
            Some(DEVICE_CHECK) => Self::DeviceCheck(serde_json::from_str(body)?),
            Some(_) => return Err(RecordError::UnknownKind),
        })
    }

    /// The body's text, to be sealed.
    pub fn body(&self) -> String {
        match self {
            Self::Passage(report) => serde_json::to_string(report),
            Self::ExhaustTest(report) => serde_json::to_string(report),
            Self::DeviceCheck(report) => serde_json::to_string(report),
        }
        .expect("strings and numbers serialise")
    }

    /// The record's id as it stands in the body: station and sequence.
    pub fn id(&self) -> &str {
        match self {
            Self::Passage(report) => &report.id,
            Self::ExhaustTest(report) => &report.id,
            Self::DeviceCheck(report) => &report.id,
        }
    }

    /// The files that belong to it.
    pub fn evidence(&self) -> &[WireEvidence] {
        match self {
            Self::Passage(report) => &report.evidence,
            Self::ExhaustTest(report) => &report.evidence,
            Self::DeviceCheck(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rulebook::Rulebook;
    use crate::sample;
    use crate::verdict::judge;

    #[test]
    fn a_body_without_a_kind_is_a_passage_and_an_unknown_kind_is_refused() {
        let passage = sample::passage(7).passage();
        let report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
        let record = RecordReport::Passage(Box::new(report));
        assert_eq!(RecordReport::read(&record.body()).unwrap(), record);
        assert!(matches!(RecordReport::read(r#"{"kind":"tea"}"#), Err(RecordError::UnknownKind)));
        assert!(matches!(RecordReport::read(r#"{"kind":"device-check"}"#), Err(RecordError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in "\\PC*", kind in "(exhaust-test|device-check|x)") {
            let _ = RecordReport::read(&body);
            let _ = RecordReport::read(&format!("{{\"kind\":\"{kind}\",\"v\":1{body}}}"));
        }
    }
}
