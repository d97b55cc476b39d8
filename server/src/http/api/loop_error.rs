//! Refusals of repair and inspection as answers: the rule's code, both languages, and every place with its remedy.

use axum::http::StatusCode;

use crate::http::error::ApiError;
use crate::orders::{LoopError, ORDER_UNKNOWN, RefusedRow};

/// Refused places that an answer names at most; how many there are is said.
const REFUSALS_MAX: usize = 1_000;

impl From<LoopError> for ApiError {
    fn from(error: LoopError) -> Self {
        match error {
            LoopError::Unknown => Self::not_found(),
            LoopError::Forbidden(rule) => {
                let zh = format!("{}{}", rule.wrong.zh, rule.remedy.zh);
                let en = format!("{} {}", rule.wrong.en, rule.remedy.en);
                let place = RefusedRow::new(None, rule.field.unwrap_or_default(), &rule);
                let status =
                    if rule.code == ORDER_UNKNOWN { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
                Self::new(status, rule.code, zh, en).with("refusals", [place])
            }
            LoopError::Refused(mut rows) => {
                let count = rows.len();
                let zh = format!("有{count}处不符合要求，没有任何内容被保存；请按提示更正后重新上传。");
                let en = format!(
                    "{count} places are not as they must be; nothing was kept. Correct them and upload again."
                );
                rows.truncate(REFUSALS_MAX);
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", zh, en).with("refusals", rows)
            }
            LoopError::Store(error) => error.into(),
        }
    }
}
