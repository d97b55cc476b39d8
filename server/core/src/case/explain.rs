//! Says in words why a vehicle is listed or cleared: the case's facts in order, each with its day and clause.
//!
//! One page for whoever asks: the owner, the owner's lawyer, a court. It says nothing that is not in the case.

use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::casework::{CaseworkRules, Count, ServiceMethod};
use plumewatch_shared::rulebook::{CountingRule, RulebookRef};

use super::event::{ExceptionGround, Kind};
use super::told::{Step, Told};
use super::{Case, CaseState, Closing, law_day, overdue};
use crate::counting::{Exceedance, explanation};

/// A reviewer's confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// By which account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why; confirmations from before reasons were asked for have none.
    pub reason: Option<String>,
}

/// What a case rests on.
#[derive(Clone, Debug)]
pub struct Grounds<'a> {
    /// The exceedances, oldest first.
    pub exceedances: &'a [Exceedance],
    /// The counting rule that made them a candidate.
    pub counting: &'a CountingRule,
    /// The edition of the standard.
    pub rulebook: RulebookRef,
    /// Who confirmed, first to last.
    pub confirmations: &'a [Confirmation],
    /// The rules of casework that hold in its region now.
    pub rules: &'a CaseworkRules,
}

/// The answer: how it stands, in one sentence, and the facts in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Is the vehicle looked out for because of this case?
    pub listed: bool,
    /// How it stands now.
    pub verdict: Bilingual,
    /// Why, oldest first.
    pub facts: Vec<Bilingual>,
}

/// Why the vehicle is listed or cleared, as of `now`.
pub fn explain(case: &Case, grounds: &Grounds<'_>, steps: &[Step], now: Timestamp) -> Explanation {
    let mut facts = vec![explanation(case.item, grounds.exceedances, grounds.counting)];
    facts.push(grounds.rulebook.sentence());
    facts.extend(grounds.confirmations.iter().enumerate().map(|(at, one)| confirmed(at, one, grounds)));
    let opened = law_day(case.opened);
    facts.push(Bilingual::new(
        format!("{opened}立案，车辆列入路侧名单，途经任何检查点都会提示。"),
        format!("On {opened} the case was opened and the vehicle put on the roadside list: every checkpoint points it out."),
    ));
    facts.extend(steps.iter().map(|step| told(step, grounds.rules)));
    Explanation { listed: case.state.is_open(), verdict: verdict(case, now), facts }
}

fn confirmed(at: usize, one: &Confirmation, grounds: &Grounds<'_>) -> Bilingual {
    let (day, by) = (law_day(one.at), &one.by);
    let (which_zh, which_en) = match (grounds.confirmations.len(), at) {
        (0 | 1, _) => ("复核确认", "confirmed it"),
        (_, 0) => ("第一次复核确认", "confirmed it first"),
        (_, _) => ("第二次复核确认", "confirmed it second"),
    };
    let clause = &grounds.rules.confirmations.clause;
    let (why_zh, why_en) = because(one.reason.as_deref());
    Bilingual::new(
        format!("{day}，{by}{which_zh}{why_zh}（{clause}）。"),
        format!("On {day} {by} {which_en}{why_en} ({clause})."),
    )
}

fn because(reason: Option<&str>) -> (String, String) {
    reason
        .map_or_else(Default::default, |reason| (format!("，理由：{reason}"), format!(", because: {reason}")))
}

/// One step as a sentence.
fn told(step: &Step, rules: &CaseworkRules) -> Bilingual {
    let (day, by, told) = (law_day(step.at), &step.actor, &step.told);
    let (zh, en) = what(step.kind, told, rules);
    let (why_zh, why_en) = because(step.reason.as_deref());
    match step.kind {
        Kind::Overdue => Bilingual::new(format!("{zh}。"), format!("{en}.")),
        Kind::Taken
        | Kind::Repaired
        | Kind::RetestPassed
        | Kind::RetestFailed
        | Kind::OrderCancelled
        | Kind::ServeNotice
        | Kind::OrderRepair
        | Kind::EnterAppeal
        | Kind::UpholdAppeal
        | Kind::RejectAppeal
        | Kind::Refer
        | Kind::Withdraw
        | Kind::CloseByException => Bilingual::new(
            format!("{day}，{zh}（经办：{by}{why_zh}）。"),
            format!("On {day} {en} (entered by {by}{why_en})."),
        ),
    }
}

fn what(kind: Kind, told: &Told, rules: &CaseworkRules) -> (String, String) {
    let paper = told.paper.as_deref().unwrap_or("—");
    let text = |day: Option<jiff::civil::Date>| day.map_or_else(|| "—".to_owned(), |day| day.to_string());
    let (due_zh, due_en) = due(told);
    match kind {
        Kind::ServeNotice => {
            let method = told.method.as_deref().and_then(ServiceMethod::from_word);
            let name = method.map_or_else(|| Bilingual::new("通知", "notice"), ServiceMethod::name);
            let clause = method.map_or("", |method| &rules.service_of(method).clause);
            let (received, served) = (text(told.received_day), text(told.served_day));
            (
                format!(
                    "以{}送达通知书{paper}，{received}收到或发布，{served}视为送达（{clause}）{due_zh}",
                    name.zh
                ),
                format!(
                    "notice {paper} went by {}, received or published on {received}, served as of {served} ({clause}){due_en}",
                    name.en
                ),
            )
        }
        Kind::OrderRepair => {
            let station = told.station.as_deref().unwrap_or("—");
            let clause = &rules.repair.clause;
            (
                format!("责令维修，并在{station}复检合格{due_zh}（{clause}）"),
                format!("repair was ordered, with a retest to be passed at {station}{due_en} ({clause})"),
            )
        }
        Kind::EnterAppeal => {
            let received = text(told.received_day);
            (
                format!("收到申诉（{received}），期限自该日起中止"),
                format!(
                    "an appeal was entered (received on {received}); deadlines stand still from that day"
                ),
            )
        }
        Kind::UpholdAppeal => (
            "申诉成立，案件终结，所依据的超标不再计入".to_owned(),
            "the appeal was upheld: the case ended and its exceedances count no more".to_owned(),
        ),
        Kind::RejectAppeal => (
            format!("申诉不成立，案件继续{due_zh}"),
            format!("the appeal was rejected and the case went on{due_en}"),
        ),
        Kind::Refer => (
            "移送公安交通管理部门（大气污染防治法, 一百一十三）".to_owned(),
            "it was referred to the traffic police (Air Pollution Law, article 113)".to_owned(),
        ),
        Kind::Withdraw => (
            "案件撤销，所依据的超标不再计入".to_owned(),
            "the case was withdrawn and its exceedances count no more".to_owned(),
        ),
        Kind::CloseByException => {
            let ground = told.ground.as_deref().and_then(ExceptionGround::from_word);
            let name = ground.unwrap_or(ExceptionGround::Other).name();
            let who = told.approved_by.as_deref().unwrap_or("—");
            (
                format!("未经复检而结案：{}，批准人{who}", name.zh),
                format!("it was closed without a retest: {}, approved by {who}", name.en),
            )
        }
        Kind::Overdue => {
            let due = text(told.due_day);
            (format!("期限{due}已过，仍未办理"), format!("The deadline {due} passed and nothing was done"))
        }
        Kind::Taken => ("维修单位接单".to_owned(), "a repair shop took the order".to_owned()),
        Kind::Repaired => {
            ("维修单位上传维修记录".to_owned(), "the repair shop recorded the repair".to_owned())
        }
        Kind::RetestPassed => ("复检合格".to_owned(), "the vehicle passed its retest".to_owned()),
        Kind::RetestFailed => (
            "复检不合格，退回维修".to_owned(),
            "the vehicle failed its retest and went back to repair".to_owned(),
        ),
        Kind::OrderCancelled => ("维修通知取消".to_owned(), "the repair order was called off".to_owned()),
    }
}

fn due(told: &Told) -> (String, String) {
    let Some(day) = told.due_day else { return Default::default() };
    let count = told.count.as_deref().and_then(Count::from_word);
    let (count_zh, count_en) = match count {
        Some(Count::Working) => ("按工作日计", "counted in working days"),
        Some(Count::Calendar) => ("按自然日计", "counted in calendar days"),
        None => ("", ""),
    };
    let (open_zh, open_en) = if told.provisional {
        (
            "，途经年度的放假安排尚未公布，仅按周末推算",
            "; a year on the way had no holiday notice yet, so weekends alone were counted",
        )
    } else {
        ("", "")
    };
    (format!("，期限{day}（{count_zh}{open_zh}）"), format!(", due {day} ({count_en}{open_en})"))
}

/// How it stands.
fn verdict(case: &Case, now: Timestamp) -> Bilingual {
    let day = law_day(case.state.since());
    if case.state.is_open() {
        let appeal = if case.appeal.is_some() {
            ("，申诉待决，期限中止", ", an appeal is pending and deadlines stand still")
        } else {
            ("", "")
        };
        let late = match overdue(case, law_day(now)) {
            Some(due) => (format!("，已超过期限{due}"), format!(", past its deadline {due}")),
            None => Default::default(),
        };
        return Bilingual::new(
            format!("该车在列：案件未结{}{}。", late.0, appeal.0),
            format!("The vehicle is listed: its case is open{}{}.", late.1, appeal.1),
        );
    }
    match &case.state {
        CaseState::Closed { by: Closing::Retest, .. } => Bilingual::new(
            format!("该车已移出名单：{day}复检合格结案，此前的超标不再与以后的连续计算。"),
            format!(
                "The vehicle is cleared: it passed its retest on {day}; exceedances before that never chain with later ones."
            ),
        ),
        CaseState::Closed { by: Closing::Exception(exception), .. } => {
            let (ground, who) = (exception.ground.name(), exception.approved_by.as_str());
            Bilingual::new(
                format!("该车已移出名单：{day}经{who}批准未经复检而结案（{}）。", ground.zh),
                format!("The vehicle is cleared without a retest: {} ({day}, approved by {who}).", ground.en),
            )
        }
        CaseState::Won { .. } => Bilingual::new(
            format!("该车已移出名单：{day}申诉成立，所依据的超标不再计入。"),
            format!("The vehicle is cleared: its appeal was won on {day} and the exceedances count no more."),
        ),
        CaseState::Withdrawn { .. }
        | CaseState::Opened { .. }
        | CaseState::Noticed { .. }
        | CaseState::RepairOrdered { .. }
        | CaseState::Repaired { .. } => Bilingual::new(
            format!("该车已移出名单：案件于{day}撤销，所依据的超标不再计入。"),
            format!(
                "The vehicle is cleared: the case was withdrawn on {day} and its exceedances count no more."
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
