//! What is said when repair, inspection or finding refuses something: every rule that is broken, with its place.

use serde::Serialize;
use server_core::broken_rule::BrokenRule;
use server_core::order::Refusal;
use utoipa::ToSchema;

use crate::store::StoreError;

/// One rule that was broken, with its place in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedRow {
    /// The row of the spreadsheet as the person sees it, from 1; null for a form or the API.
    #[schema(example = 17)]
    pub row: Option<u32>,
    /// The column of the spreadsheet, or the field of the request; empty for the whole.
    #[schema(example = "completion_certificate")]
    pub column: String,
    /// The rule: stable, for programs.
    #[schema(example = "certificate-used")]
    pub rule: String,
    /// What is wrong, Chinese.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
    /// What to do, Chinese.
    pub remedy_zh: String,
    /// What to do, English.
    pub remedy_en: String,
}

impl RefusedRow {
    /// A broken rule in its place.
    pub fn new(row: Option<u32>, column: impl Into<String>, rule: &BrokenRule) -> Self {
        Self {
            row,
            column: column.into(),
            rule: rule.code.to_owned(),
            zh: rule.wrong.zh.clone(),
            en: rule.wrong.en.clone(),
            remedy_zh: rule.remedy.zh.clone(),
            remedy_en: rule.remedy.en.clone(),
        }
    }
}

/// It cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum LoopError {
    /// There is none of this name that the account reaches.
    #[error("there is no such order, inspection or finding")]
    Unknown,
    /// A rule of what is there forbids it.
    #[error("the rule {} forbids it", .0.code)]
    Forbidden(BrokenRule),
    /// What was sent breaks rules; nothing of it was kept.
    #[error("{} rules are broken", .0.len())]
    Refused(Vec<RefusedRow>),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for LoopError {
    fn from(refusal: Refusal) -> Self {
        Self::Forbidden(refusal.rule())
    }
}

impl LoopError {
    /// Rules broken by fields of a form or a request.
    pub fn fields(broken: &[BrokenRule]) -> Self {
        let place = |rule: &BrokenRule| RefusedRow::new(None, rule.field.unwrap_or_default(), rule);
        Self::Refused(broken.iter().map(place).collect())
    }
}
