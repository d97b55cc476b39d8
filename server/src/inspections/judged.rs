//! What the server made of an inspection, as it is kept and shown.

use plumewatch_shared::exhaust_test::{Bound, TestFinding, TestItem};
use serde::{Deserialize, Serialize};
use server_core::inspection::Rejudged;
use utoipa::ToSchema;

use plumewatch_shared::language::Bilingual;

/// What the server made of an inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Judged {
    /// Each quantity against its limit.
    pub findings: Vec<JudgedItem>,
    /// Why, sentence by sentence.
    pub reasons: Vec<Said>,
    /// Where the station's report differs, sentence by sentence; empty if nowhere.
    pub differences: Vec<Said>,
}

/// A quantity against its limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JudgedItem {
    /// Which quantity, by word.
    pub item: String,
    /// Its value in the item's unit.
    pub value: i64,
    /// The limit in the same unit.
    pub limit: i64,
    /// Is the limit the highest that passes? Else it is the least.
    pub at_most: bool,
    /// Does it hold?
    pub holds: bool,
    /// Where the limit stands.
    pub clause: String,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Bilingual> for Said {
    fn from(words: Bilingual) -> Self {
        Self { zh: words.zh, en: words.en }
    }
}

impl Judged {
    /// Of a judgement.
    pub fn of(seen: &Rejudged) -> Self {
        Self {
            findings: seen.verdict.findings.iter().map(JudgedItem::of).collect(),
            reasons: seen.verdict.reasons().into_iter().map(Said::from).collect(),
            differences: seen.differences.iter().map(|difference| difference.sentence().into()).collect(),
        }
    }
}

impl JudgedItem {
    fn of(finding: &TestFinding) -> Self {
        let (limit, at_most) = match finding.limit {
            Bound::AtMost(limit) => (limit, true),
            Bound::AtLeast(limit) => (limit, false),
        };
        Self {
            item: TestItem::word(finding.measured.item).to_owned(),
            value: finding.measured.value,
            limit,
            at_most,
            holds: finding.holds,
            clause: finding.clause.clone(),
        }
    }
}
