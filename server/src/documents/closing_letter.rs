//! Fills the closing letter from a case that has ended.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::casework::CaseworkRules;
use server_core::case::{CaseState, Closing, ExceptionGround, Kind, Step};
use server_documents::{ClosingLetter, Day, Head, Organisation, Vehicle};

use super::notice::basis;
use super::parties::addressee;
use super::words::law_day;
use crate::store::{CandidateRow, CaseRow};

/// What a closing letter is made of.
pub struct Ending<'a> {
    /// The case.
    pub case: &'a CaseRow,
    /// The candidate that opened it.
    pub candidate: &'a CandidateRow,
    /// The case's steps, oldest first.
    pub steps: &'a [Step],
    /// What happened, one sentence each.
    pub course: Vec<Bilingual>,
    /// The vehicle, with what the register knows.
    pub vehicle: Vehicle,
    /// Repair and retest, where they closed it.
    pub repaired: Option<Repaired>,
    /// The rules of casework in its region.
    pub rules: &'a CaseworkRules,
}

/// Who repaired and where the retest was passed.
#[derive(Default)]
pub struct Repaired {
    /// The shop.
    pub shop: Option<Organisation>,
    /// Its certificate of completion.
    pub certificate: Option<String>,
    /// The station.
    pub station: Option<Organisation>,
    /// The retest's report.
    pub report: Option<String>,
}

/// How a case ended; `None` while it is open.
pub fn outcome(state: &CaseState) -> Option<Bilingual> {
    Some(match state {
        CaseState::Opened { .. }
        | CaseState::Noticed { .. }
        | CaseState::RepairOrdered { .. }
        | CaseState::Repaired { .. } => return None,
        CaseState::Closed { by: Closing::Retest, .. } => Bilingual::new("复检合格", "the retest was passed"),
        CaseState::Closed { by: Closing::Exception(exception), .. } => {
            let (zh, en) = match exception.ground {
                ExceptionGround::Scrapped => ("车辆已报废", "the vehicle was scrapped"),
                ExceptionGround::Deregistered => ("车辆已注销登记", "its registration was cancelled"),
                ExceptionGround::MovedAway => {
                    ("车辆已迁出，由迁入地接续办理", "it moved to another region, which took the case over")
                }
                ExceptionGround::Other => ("其他原因", "another reason"),
            };
            let by = exception.approved_by.as_str();
            Bilingual::new(
                format!("未经复检例外结案：{zh}，批准人{by}"),
                format!("closed by exception without a retest: {en}; approved by {by}"),
            )
        }
        CaseState::Withdrawn { .. } => Bilingual::new("撤销案件", "the case was withdrawn"),
        CaseState::Won { .. } => Bilingual::new("申诉成立", "the appeal was upheld"),
    })
}

/// The closing letter, if the case has ended.
pub fn closing_letter(head: Head, ending: Ending<'_>) -> Option<ClosingLetter> {
    let Ending { case, candidate, steps, course, vehicle, repaired, rules } = ending;
    let state = &case.case.state;
    let outcome = outcome(state)?;
    let ends = [Kind::CloseByException, Kind::Withdraw, Kind::UpholdAppeal];
    let said = steps.iter().rev().find(|step| ends.contains(&step.kind));
    let Repaired { shop, certificate, station, report } = repaired.unwrap_or_default();
    Some(ClosingLetter {
        addressee: addressee(&vehicle),
        opened: Day(law_day(case.case.opened)),
        ended: Day(law_day(state.since())),
        outcome,
        exceedances_stand: matches!(state, CaseState::Closed { .. }),
        shop,
        certificate,
        station,
        report,
        course,
        reason: said.and_then(|step| step.reason.clone()).unwrap_or_default(),
        basis: basis(candidate, rules),
        vehicle,
        head,
    })
}
