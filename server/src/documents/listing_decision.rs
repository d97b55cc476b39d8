//! Fills the decision on a carrier from the decision that was taken and the grounds it kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::ListingRulebook;
use plumewatch_shared::rulebook::listing::FleetDay;
use server_core::listing::{Share, Window};
use server_documents::{Day, ExceedingVehicle, Head, Kind, ListingDecision, Term};

use super::words::{law_day, plate_colour};
use crate::store::{AnswerRow, DecisionRow, GroundRow, ListingRow};

/// Decisions that are a paper to the carrier: onto the list, another term, off the list.
pub fn kind(decision: &str) -> Option<Kind> {
    match decision {
        "list" | "renew" => Some(Kind::Listed),
        "delist" => Some(Kind::Delisted),
        _ => None,
    }
}

/// The latest decision that is a paper.
pub fn latest(decisions: &[DecisionRow]) -> Option<(&DecisionRow, Kind)> {
    decisions.iter().rev().find_map(|row| Some((row, kind(&row.decision)?)))
}

/// The decision's paper.
pub fn listing_decision(
    head: Head,
    listing: &ListingRow,
    (decision, kind): (&DecisionRow, Kind),
    grounds: &[GroundRow],
    answers: &[AnswerRow],
    book: &ListingRulebook,
) -> ListingDecision {
    let at = Timestamp::from_microsecond(decision.at_us).unwrap_or(listing.changed);
    let day = law_day(at);
    let grounds: Vec<&GroundRow> =
        grounds.iter().filter(|row| row.number as i64 == decision.number).collect();
    let share = Share { exceeding: decision.exceeding as u64, fleet: decision.fleet as u64 };
    let fleet_on = match book.fleet.counted_on {
        FleetDay::Assessed => day,
        FleetDay::NewestExceedance => grounds.iter().map(|row| row.day).max().unwrap_or(day),
    };
    let per_mille = book.share.at_least_per_mille;
    let limit = match per_mille % 10 {
        0 => format!("{} %", per_mille / 10),
        tenth => format!("{}.{tenth} %", per_mille / 10),
    };
    let answers: Vec<String> = answers
        .iter()
        .filter(|row| row.at_us <= decision.at_us)
        .map(|row| format!("{}：{}", row.received_day, row.answer))
        .collect();
    ListingDecision {
        head,
        kind,
        carrier: listing.name.clone(),
        code: listing.carrier.clone(),
        share: server_documents::Share {
            exceeding: share.exceeding,
            fleet: share.fleet,
            percent: share.shown().unwrap_or_else(|| "—".to_owned()),
            limit,
            from: Day(Window::from(book).start(day)),
            until: Day(day),
            fleet_on: Day(fleet_on),
            edition: format!("{} ({})", book.id, decision.rulebook_version),
        },
        vehicles: vehicles(&grounds),
        reason: decision.reason.clone(),
        term: term(decision).filter(|_| kind == Kind::Listed),
        answer: (!answers.is_empty()).then(|| answers.join("\n")),
        basis: basis(book),
        decided_by: decision.decided_by.clone(),
    }
}

/// The term, its last day included; rows keep the first day on which it holds no more.
fn term(decision: &DecisionRow) -> Option<Term> {
    let from = decision.from_day.as_deref()?.parse().ok()?;
    let until: jiff::civil::Date = decision.until_day.as_deref()?.parse().ok()?;
    Some(Term { from: Day(from), until: Day(until.yesterday().ok()?) })
}

/// The vehicles in the order of their plates, each with its days and cases.
fn vehicles(grounds: &[&GroundRow]) -> Vec<ExceedingVehicle> {
    let mut by_vehicle: BTreeMap<&str, Vec<&GroundRow>> = BTreeMap::new();
    for row in grounds {
        by_vehicle.entry(&row.vehicle).or_default().push(row);
    }
    let mut vehicles: Vec<ExceedingVehicle> = by_vehicle
        .into_values()
        .map(|mut rows| {
            rows.sort_by_key(|row| row.day);
            let seen = &rows[rows.len() - 1].seen;
            let mut days: Vec<_> = rows.iter().map(|row| row.day).collect();
            days.dedup();
            let mut cases: Vec<String> = rows.iter().map(|row| row.case.clone()).collect();
            cases.sort();
            cases.dedup();
            ExceedingVehicle {
                plate: seen.plate.as_str().to_owned(),
                plate_colour: seen.colour.map(plate_colour),
                days: days.into_iter().map(Day).collect(),
                cases,
            }
        })
        .collect();
    vehicles.sort_by(|one, other| one.plate.cmp(&other.plate));
    vehicles
}

fn basis(book: &ListingRulebook) -> Vec<Bilingual> {
    let ListingRulebook { id, version, title, share, .. } = book;
    vec![Bilingual::new(
        format!("《{}》，{}（规则集 {id} {version}）", title.zh, share.clause),
        format!("{}, {} (edition {id} {version})", title.en, share.clause),
    )]
}
