//! Why review or casework refuses, for programs and in both languages: what is in the way and what to do.

use axum::http::StatusCode;
use server_core::case::Refusal;
use server_core::review::ReviewRefusal;

use crate::casework::CaseworkError;
use crate::http::error::ApiError;

impl From<CaseworkError> for ApiError {
    fn from(error: CaseworkError) -> Self {
        match error {
            CaseworkError::Unknown => Self::not_found(),
            CaseworkError::NotByHand => Self::conflict(
                "not-by-hand",
                "该步骤由维修通知自动登记（维修单位接单、上传记录、检验机构复检），不能手工登记。",
                "This comes from the repair order, when the shop or the station acts, and is never entered by hand.",
            ),
            CaseworkError::Review(refusal) => review(refusal),
            CaseworkError::Case(refusal) => case(refusal),
            CaseworkError::Order(error) => error.into(),
            CaseworkError::Store(error) => error.into(),
        }
    }
}

fn review(refusal: ReviewRefusal) -> ApiError {
    let en = sentence(&refusal);
    match refusal {
        ReviewRefusal::Decided => ApiError::conflict("decided", "该候选已由他人复核。", en),
        ReviewRefusal::Void => ApiError::conflict("void", "后到的记录已使该候选失效，无需复核。", en),
        ReviewRefusal::SamePerson => {
            ApiError::conflict("same-person", "您已作第一次确认，第二次确认须由另一人作出。", en)
        }
    }
}

fn case(refusal: Refusal) -> ApiError {
    let en = sentence(&refusal);
    let conflict = |zh: &'static str| ApiError::conflict("case-state", zh, en.clone());
    let invalid = |code, zh: &'static str| ApiError::new(StatusCode::BAD_REQUEST, code, zh, en.clone());
    match refusal {
        Refusal::NoticeMissing => conflict("尚未送达通知书，请先登记送达。"),
        Refusal::AlreadyServed => conflict("该通知书已登记，请勿重复登记。"),
        Refusal::NotServedYet => conflict("通知书尚未到视为送达之日，请届时再办。"),
        Refusal::NotOrdered => conflict("尚未责令维修。"),
        Refusal::RetestBeforeRepair => conflict("须先维修后复检。"),
        Refusal::AlreadyOrdered => conflict("已责令维修。"),
        Refusal::AlreadyRepaired => conflict("维修已登记。"),
        Refusal::AppealPending => conflict("有申诉待决，请先作出决定。"),
        Refusal::NoAppeal => conflict("没有待决的申诉。"),
        Refusal::AlreadyReferred => conflict("案件已移送公安交通管理部门。"),
        Refusal::NotOverdue => conflict("期限未过。"),
        Refusal::Ended => conflict("案件已结束。"),
        Refusal::DayInFuture => invalid("day-in-future", "日期不能晚于今天。"),
        Refusal::DayBeforeCase => invalid("day-before-case", "日期不能早于立案之日。"),
        Refusal::Period => invalid("period", "期限应为1至365日。"),
    }
}

/// An error's text as a sentence.
fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
