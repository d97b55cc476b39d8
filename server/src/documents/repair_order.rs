//! Fills the repair order from the order and what it comes from.

use plumewatch_shared::exhaust_test::TestItem;
use plumewatch_shared::language::Bilingual;
use server_core::inspection::InspectedItem;
use server_core::order::{OrderState, Origin, Taking};
use server_documents::{Day, Head, Measured, Organisation, RepairOrder, Vehicle};

use crate::inspections::judged::{Judged, JudgedItem};
use crate::store::{CandidateRow, OrderRow};

/// What an order is made of.
pub struct Ordered<'a> {
    /// The order.
    pub order: &'a OrderRow,
    /// The inspection it comes from, with its report's number, if it comes from one.
    pub inspection: Option<(String, Judged)>,
    /// The candidate of the case it comes from, if it comes from one.
    pub candidate: Option<&'a CandidateRow>,
    /// The vehicle, with what the register knows.
    pub vehicle: Vehicle,
    /// Where the retest is.
    pub station: Organisation,
    /// The shop that has it.
    pub shop: Option<Organisation>,
}

/// The repair order.
pub fn repair_order(head: Head, ordered: Ordered<'_>) -> RepairOrder {
    let Ordered { order: row, inspection, candidate, vehicle, station, shop } = ordered;
    let order = &row.order;
    let (origin, opening) = match &order.origin {
        Origin::Case(case) => {
            (Bilingual::new(format!("案件 {}", case.as_str()), format!("case {}", case.as_str())), 0)
        }
        Origin::Inspection(id) => {
            let report = inspection.as_ref().map_or(id.as_str(), |(report, _)| report);
            (Bilingual::new(format!("检验报告 {report}"), format!("inspection report {report}")), 1)
        }
    };
    let method = order.method.map_or_else(
        || Bilingual::new("由检验站按GB 3847选定", "chosen by the station by GB 3847"),
        server_core::inspection::Method::name,
    );
    let judged = inspection.as_ref().map(|(_, judged)| judged);
    let mut failed: Vec<Measured> = order.items.iter().map(|item| failed_item(*item, judged)).collect();
    failed.extend(candidate.into_iter().flat_map(roadside));
    let certificate = match &order.state {
        OrderState::Taken(Taking { certificate, .. }) => Some(certificate.clone()),
        OrderState::Repaired { taking, .. } => Some(taking.certificate.clone()),
        OrderState::Ordered | OrderState::Closed { .. } | OrderState::Cancelled => None,
    };
    let basis = basis(judged, candidate);
    RepairOrder {
        head,
        vehicle,
        origin,
        method,
        failed,
        station,
        due: Day(order.due),
        // The failing test that opened it is its ground, not a retest.
        failures: order.failures.saturating_sub(opening),
        shop,
        certificate,
        basis,
    }
}

/// Where the limits stand that were not kept.
fn basis(judged: Option<&Judged>, candidate: Option<&CandidateRow>) -> Vec<Bilingual> {
    let broken = judged.into_iter().flat_map(|judged| &judged.findings).filter(|finding| !finding.holds);
    let mut clauses: Vec<&str> = broken.map(|finding| finding.clause.as_str()).collect();
    clauses.dedup();
    let mut basis: Vec<Bilingual> =
        clauses.into_iter().map(|clause| Bilingual::new(clause, clause)).collect();
    basis.extend(candidate.map(|candidate| {
        let CandidateRow { rulebook, rulebook_version, clause, .. } = candidate;
        Bilingual::new(
            format!("{clause}（规则集 {rulebook} {rulebook_version}）"),
            format!("{clause} (edition {rulebook} {rulebook_version})"),
        )
    }));
    basis
}

/// What failed at the station, with its value where the judgement has one.
fn failed_item(item: InspectedItem, judged: Option<&Judged>) -> Measured {
    let of = |finding: &&JudgedItem| finding.item == item.word();
    match judged.and_then(|judged| judged.findings.iter().find(of)) {
        Some(finding) => measured(finding),
        None => {
            Measured { item: item.name(), measured: "—".to_owned(), limit: String::new(), passed: false }
        }
    }
}

/// What exceeded beside the road.
fn roadside(candidate: &CandidateRow) -> Vec<Measured> {
    let item = candidate.item;
    let name = item.name();
    let of = |at| {
        Bilingual::new(format!("道路遥感：{}（{at}）", name.zh), format!("on the road: {} ({at})", name.en))
    };
    let each = candidate.exceedances.iter();
    each.map(|exceedance| Measured {
        item: of(super::words::law_day(exceedance.passed)),
        measured: item.show(exceedance.measured),
        limit: item.show(exceedance.limit),
        passed: false,
    })
    .collect()
}

/// A quantity against its limit, as a paper's table has it.
pub(super) fn measured(finding: &JudgedItem) -> Measured {
    let known = TestItem::from_word(&finding.item);
    let show = |value: i64| known.map_or_else(|| value.to_string(), |item| item.show(value));
    let sign = if finding.at_most { "≤" } else { "≥" };
    Measured {
        item: known.map_or_else(|| Bilingual::new(&*finding.item, &*finding.item), TestItem::name),
        measured: show(finding.value),
        limit: format!("{sign} {}", show(finding.limit)),
        passed: finding.holds,
    }
}
