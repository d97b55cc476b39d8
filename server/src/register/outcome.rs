//! What became of one row, as it is kept and as pages are told.

use serde::{Deserialize, Serialize};
use server_core::register::organisation::Change;
use server_core::sheet::{RowRefusal, Told, Wrong};
use utoipa::ToSchema;

use crate::store::ImportedRow;

/// What is wrong with a row, or should be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WireRefusal {
    /// The column as the file names it; empty where the whole row is meant.
    #[schema(example = "车牌号")]
    pub column: String,
    /// The rule's word; it never changes.
    #[schema(example = "plate.look-alike")]
    pub rule: String,
    /// What is wrong, 简体中文.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
    /// What to do, 简体中文.
    pub remedy_zh: String,
    /// What to do, English.
    pub remedy_en: String,
}

impl From<RowRefusal> for WireRefusal {
    fn from(refusal: RowRefusal) -> Self {
        Self {
            column: refusal.column,
            rule: refusal.rule.to_owned(),
            zh: refusal.zh,
            en: refusal.en,
            remedy_zh: refusal.remedy_zh,
            remedy_en: refusal.remedy_en,
        }
    }
}

/// One thing that a row changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WireChange {
    /// The column's word, such as `carrier`.
    pub column: String,
    /// What is registered; empty for nothing.
    pub before: String,
    /// What would be.
    pub after: String,
}

impl From<Change> for WireChange {
    fn from(change: Change) -> Self {
        Self { column: change.column.to_owned(), before: change.before, after: change.after }
    }
}

/// Everything that is told of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToldRow {
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<WireRefusal>,
    /// What should be looked at though it is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<WireRefusal>,
    /// What it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<WireChange>,
}

/// What a row comes to.
pub(super) enum Outcome {
    New,
    Changed(Vec<Change>),
    Unchanged,
    Refused,
}

impl Outcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed(_) => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// How many rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) new: i64,
    pub(super) changed: i64,
    pub(super) unchanged: i64,
    pub(super) refused: i64,
    pub(super) noted: i64,
}

impl Counts {
    /// Counts a row and gives it as it is kept.
    pub(super) fn row(
        &mut self,
        number: u32,
        named: &str,
        told: Told,
        outcome: Outcome,
        body: Option<String>,
    ) -> ImportedRow {
        match outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
        self.noted += i64::from(!told.notes.is_empty());
        let word = outcome.word();
        let told = ToldRow {
            refusals: told.refusals.into_iter().map(WireRefusal::from).collect(),
            notes: told.notes.into_iter().map(WireRefusal::from).collect(),
            changes: match outcome {
                Outcome::Changed(changes) => changes.into_iter().map(WireChange::from).collect(),
                Outcome::New | Outcome::Unchanged | Outcome::Refused => Vec::new(),
            },
        };
        ImportedRow {
            row_number: i64::from(number),
            outcome: word.to_owned(),
            named: named.to_owned(),
            told: serde_json::to_string(&told).expect("texts make JSON"),
            body,
        }
    }
}

/// The refusal of a row for something that only the register knows.
pub(super) fn refused(mut told: Told, number: u32, column: String, wrong: Wrong) -> Told {
    told.refusals.push(wrong.at(number, column));
    told
}
