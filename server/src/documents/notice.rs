//! Fills the notice to the owner from a case.
//!
//! The paper says what was known when the case was opened and how it was served; what came later is on other papers,
//! so that a notice printed again is the notice that went out.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::casework::{CaseworkRules, ServiceMethod};
use server_core::case::{Kind, Step};
use server_documents::{Day, Head, Notice, Observation, Service, Vehicle};

use super::parties::addressee;
use super::words::{clock, law_day};
use crate::store::{CandidateRow, CaseRow, PassageRow};

/// What a notice is made of.
pub struct Grounds<'a> {
    /// The case.
    pub case: &'a CaseRow,
    /// The candidate that opened it.
    pub candidate: &'a CandidateRow,
    /// The candidate's passages, in its order; `None` where one is stored no more.
    pub passages: &'a [Option<PassageRow>],
    /// The case's steps, oldest first.
    pub steps: &'a [Step],
    /// The vehicle, with what the register knows.
    pub vehicle: Vehicle,
    /// The rules of casework that held in its region when the notice was served, or hold now.
    pub rules: &'a CaseworkRules,
}

/// The number of a case's notice: the paper's own once it was served, else the case's with a letter behind.
pub fn number(case: &CaseRow) -> String {
    let served = case.case.notice.as_ref();
    served.map_or_else(|| format!("{}-N", case.case.id.as_str()), |notice| notice.paper.as_str().to_owned())
}

/// The notice.
pub fn notice(head: Head, grounds: Grounds<'_>) -> Notice {
    let Grounds { case, candidate, passages, steps, vehicle, rules } = grounds;
    let served = case.case.notice.as_ref();
    // Served again, the last service counts, as it does for the case.
    let step = steps.iter().rev().find(|step| step.kind == Kind::ServeNotice);
    Notice {
        addressee: addressee(&vehicle),
        address: None,
        item: case.case.item.name(),
        observations: observations(candidate, passages),
        confirmations: confirmations(case, candidate),
        basis: basis(candidate, rules),
        answer_within: rules.answer.period().sentence(),
        answer_by: step.and_then(|step| step.told.due_day).map(Day),
        repair_within: rules.repair.period().sentence(),
        service: served.map(|notice| Service { way: way(notice.method), on: Day(notice.served) }),
        vehicle,
        head,
    }
}

fn way(method: ServiceMethod) -> Bilingual {
    method.name()
}

/// The exceedances that a candidate rests on, as a paper's table has them.
pub(super) fn observations(candidate: &CandidateRow, passages: &[Option<PassageRow>]) -> Vec<Observation> {
    let item = candidate.item;
    let each = candidate.exceedances.iter().zip(&candidate.passages).zip(passages);
    each.map(|((exceedance, id), row)| Observation {
        at: clock(exceedance.passed),
        place: match row {
            Some(row) => format!("{} {}车道", row.station_name, row.lane),
            None => id.station.to_string(),
        },
        item: item.name(),
        measured: item.show(exceedance.measured),
        limit: item.show(exceedance.limit),
        edition: candidate.rulebook_version.clone(),
        record: id.to_string(),
    })
    .collect()
}

/// The reviewers' words, each with who and when.
fn confirmations(case: &CaseRow, candidate: &CandidateRow) -> Vec<String> {
    let said = |by: &str, day: jiff::civil::Date, reason: &str| format!("{by}，{day}：{reason}");
    let first = candidate.first.as_ref();
    let first = first.and_then(|one| Some(said(&one.by, law_day(one.at), one.reason.as_deref()?)));
    let last = candidate.reason.as_deref();
    let last = last.map(|reason| said(&case.opened_by, law_day(case.case.opened), reason));
    first.into_iter().chain(last).collect()
}

/// The rules a case rests on, each with its clause and our edition.
pub(super) fn basis(candidate: &CandidateRow, rules: &CaseworkRules) -> Vec<Bilingual> {
    let CandidateRow { rulebook, rulebook_version, clause, .. } = candidate;
    let (confirmed, version) = (&rules.confirmations.clause, &rules.version);
    vec![
        Bilingual::new(
            format!("{clause}（规则集 {rulebook} {rulebook_version}）"),
            format!("{clause} (edition {rulebook} {rulebook_version})"),
        ),
        Bilingual::new(
            format!("{}：{confirmed}；{}（规则集 {version}）", rules.title.zh, rules.answer.clause),
            format!("{}: {confirmed}; {} (edition {version})", rules.title.en, rules.answer.clause),
        ),
    ]
}
