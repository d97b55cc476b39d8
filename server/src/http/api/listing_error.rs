//! Refusals of the blacklist as callers are told them, in both languages.

use crate::http::error::ApiError;
use crate::listings::decide::DecideError;
use crate::listings::extract::ExtractError;

impl From<DecideError> for ApiError {
    fn from(error: DecideError) -> Self {
        use server_core::listing::{Refusal, TermsRefusal};
        let state = |zh, en| Self::conflict("listing-state", zh, en);
        match error {
            DecideError::Unknown => Self::not_found(),
            DecideError::Store(error) => error.into(),
            DecideError::Refused(refusal) => match refusal {
                Refusal::Decided => state(
                    "主管部门已作出决定，请刷新后查看。",
                    "An authority has decided already; reload to see what.",
                ),
                Refusal::NotListed => state("该企业尚未列入黑名单。", "The carrier is not listed."),
                Refusal::NoDelisting => state(
                    "目前没有移出提请，列入期未满。",
                    "No delisting is proposed; the listing goes on as it is.",
                ),
                Refusal::ShareBelow => state(
                    "超标比例已低于标准，不能续期，只能移出。",
                    "The share is below the rule: the listing can end and not go on.",
                ),
                Refusal::Ended => state(
                    "该提请或列入已经结束（可能因比例下降自行失效），请刷新后查看。",
                    "The listing has ended, perhaps because the share fell; reload to see.",
                ),
            },
            DecideError::Terms(refusal) => match refusal {
                TermsRefusal::TooEarly(today) => Self::invalid(
                    format!("列入起始日不能早于今天（{today}）。"),
                    format!("The listing cannot begin before today, {today}."),
                ),
                TermsRefusal::TooLate(days) => Self::invalid(
                    format!("列入应在决定后{days}天内开始。"),
                    format!("The listing begins within {days} days of the decision."),
                ),
                TermsRefusal::Never => Self::invalid(
                    "截止日期必须晚于起始日期。",
                    "The day on which it ends must be after the day on which it begins.",
                ),
                TermsRefusal::TooLong { months, latest } => Self::invalid(
                    format!("列入期最长{months}个月，截止日期不得晚于{latest}。"),
                    format!("A listing holds {months} months at most: until {latest} at the latest."),
                ),
                TermsRefusal::NoNotice => Self::invalid(
                    "请填写文书编号（1至80个字符）；它会公开。",
                    "Name the document in 1 to 80 characters; it is published.",
                ),
            },
            DecideError::Answer => Self::invalid(
                "请填写答复内容（1至4000个字符），收到日期应在提请之后、不晚于今天。",
                "An answer has 1 to 4000 characters and came on a day from the proposal up to today.",
            ),
        }
    }
}

impl From<ExtractError> for ApiError {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Wait(wait) => Self::wait(wait),
            ExtractError::Store(error) => error.into(),
            ExtractError::Sheet(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the public extract was not written"
                );
                Self::internal()
            }
        }
    }
}
