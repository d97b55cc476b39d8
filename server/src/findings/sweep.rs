//! The hourly work: what came lately once more, then stations, shops and orders as a whole.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use plumewatch_shared::ids::Region;
use plumewatch_shared::time::law_place;
use server_core::access::OrganisationCode;
use server_core::audit::{Action, Entry};
use server_core::finding::follow_up::{failing_repeatedly, short_lived};
use server_core::finding::rate::{Tests, apart, passes_then_exceeds};
use server_core::finding::rules::detectors;
use server_core::finding::{About, Finding, FindingKind};
use server_core::order::Order;
use server_core::order::programme::programme;

use super::{before, examine, keep, keep_all, reference, sentences};
use crate::counting::SYSTEM;
use crate::orders::{LoopError, commit, region};
use crate::store::{OrderRow, Store};

/// Inspections that came within so many hours are looked at once more: the server may have ended before it could.
const LATELY_HOURS: i64 = 26;
/// Inspections or orders of one question.
const PAGE: u32 = 500;

/// Does all of it, and gives how many findings are new.
pub async fn sweep(store: &Store, now: Timestamp) -> Result<u64, LoopError> {
    let today = law_place().to_datetime(now).date();
    let mut new = lately(store, now).await?;
    new += overdue(store, today, now).await?;
    new += failing(store, today, now).await?;
    new += stations(store, today, now).await?;
    new += shops(store, today, now).await?;
    Ok(new)
}

async fn lately(store: &Store, now: Timestamp) -> Result<u64, LoopError> {
    let mut after = (before(now, LATELY_HOURS.hours()).as_microsecond(), String::new());
    let mut new = 0;
    loop {
        let page = store.reading().await?.received_since(after.0, &after.1, PAGE).await?;
        let Some((at, last)) = page.last() else { return Ok(new) };
        after = (*at, last.as_str().to_owned());
        for (_, id) in &page {
            new += examine(store, id, now).await?;
        }
    }
}

async fn overdue(store: &Store, today: Date, now: Timestamp) -> Result<u64, LoopError> {
    let mut new = 0;
    loop {
        let rows = store.reading().await?.orders_newly_overdue(today, PAGE).await?;
        if rows.is_empty() {
            return Ok(new);
        }
        for row in rows {
            let order = &row.order;
            let (place, edition) = place_of(store, &order.station, today).await?;
            let words = sentences::overdue(order);
            let key = format!("{} {}", order.id.as_str(), order.due);
            let about = About::Station(order.station.clone());
            let finding = Finding::new(FindingKind::OrderOverdue, about, &key, order.due, words, edition);
            let (mut writing, mut told) = (store.writing().await?, Vec::new());
            if writing.mark_order_overdue(&order.id, now).await? {
                told.push(overdue_entry(order, now));
            }
            new += u64::from(keep(&mut writing, &finding, place, now, &mut told).await?);
            commit(writing, told).await?;
        }
    }
}

fn overdue_entry(order: &Order, now: Timestamp) -> Entry {
    Entry {
        at: now,
        actor: SYSTEM.to_owned(),
        action: Action::OrderOverdue,
        subject: order.id.as_str().to_owned(),
        reason: None,
        detail: order.due.to_string(),
    }
}

async fn failing(store: &Store, today: Date, now: Timestamp) -> Result<u64, LoopError> {
    let rows: Vec<OrderRow> = store.reading().await?.failing_orders().await?;
    let mut new = 0;
    for row in rows {
        let order = row.order;
        let (place, edition) = place_of(store, &order.station, today).await?;
        let rules = &programme().in_force(region(place).unwrap_or(Region::COUNTRY), today).rules;
        if failing_repeatedly(std::slice::from_ref(&order), rules).is_empty() {
            continue;
        }
        let about = About::Station(order.station.clone());
        let words = sentences::fails_repeatedly(&order);
        let finding =
            Finding::new(FindingKind::FailsRepeatedly, about, order.id.as_str(), today, words, edition);
        new += keep_all(store, &[finding], place, now).await?;
    }
    Ok(new)
}

/// Stations beside their peers, which are all stations of their province.
async fn stations(store: &Store, today: Date, now: Timestamp) -> Result<u64, LoopError> {
    let national = detectors().in_force(Region::COUNTRY, today);
    let (rate, after) = (&national.rules.rate, &national.rules.passes_then_exceeds);
    let back = |days: u16| today.saturating_sub(i64::from(days).days());
    let mut reading = store.reading().await?;
    let tests = reading.first_tests(back(rate.days)).await?;
    let seen = reading.seen_after_passing(back(after.days), after.within_days).await?;
    let mut places = BTreeMap::new();
    for code in tests.iter().map(|(code, _)| code).chain(seen.iter().map(|(code, _)| code)) {
        let facts = reading.station_facts(code).await?;
        places.insert(code.clone(), facts.map_or(0, |facts| facts.region));
    }
    let mut findings = Vec::new();
    let month = today.strftime("%Y-%m").to_string();
    for (code, own) in &tests {
        let province = |code: &OrganisationCode| places.get(code).map(|region| region / 10_000);
        let peers = tests.iter().filter(|(peer, _)| peer != code && province(peer) == province(code));
        let peers: Vec<Tests> = peers.map(|(_, tests)| *tests).collect();
        if let Some(apart) = apart(*own, &peers, rate) {
            let words = sentences::pass_rate(apart, own.tests, rate.days);
            let about = About::Station(code.clone());
            findings.push(Finding::new(
                FindingKind::PassRate,
                about,
                &month,
                today,
                words,
                reference(national),
            ));
        }
    }
    for (code, own) in seen {
        let Some(share) = passes_then_exceeds(own, after) else { continue };
        let found = reading.passed_and_exceeded(&code, back(after.days), after.within_days).await?;
        let words = sentences::passes_then_exceeds(own, share, after.within_days, found);
        let about = About::Station(code);
        let kind = FindingKind::PassesThenExceeds;
        findings.push(Finding::new(kind, about, &month, today, words, reference(national)));
    }
    drop(reading);
    let mut new = 0;
    for finding in findings {
        let place = places.get(finding.about.code()).copied().unwrap_or(0);
        new += keep_all(store, &[finding], place, now).await?;
    }
    Ok(new)
}

/// Shops by their repairs of a year.
async fn shops(store: &Store, today: Date, now: Timestamp) -> Result<u64, LoopError> {
    let edition = programme().in_force(Region::COUNTRY, today);
    let mut reading = store.reading().await?;
    let repairs = reading.closed_repairs(today.saturating_sub(365.days())).await?;
    let mut found = Vec::new();
    for short in short_lived(&repairs, today, &edition.rules) {
        let words = sentences::repairs_do_not_last(&short, edition.rules.repair_lasts_days.value);
        let about = About::Shop(short.shop.clone());
        let month = today.strftime("%Y-%m").to_string();
        let reference = programme().reference(edition);
        let place = reading.shop_facts(short.shop).await?.map_or(0, |(_, region)| region);
        let kind = FindingKind::RepairsDoNotLast;
        found.push((place, Finding::new(kind, about, &month, today, words, reference)));
    }
    drop(reading);
    let mut new = 0;
    for (place, finding) in found {
        new += keep_all(store, &[finding], place, now).await?;
    }
    Ok(new)
}

/// Where a station is, and which edition of the programme holds there.
async fn place_of(
    store: &Store,
    station: &OrganisationCode,
    day: Date,
) -> Result<(i64, plumewatch_shared::rulebook::RulebookRef), LoopError> {
    let facts = store.reading().await?.station_facts(station).await?;
    let place = facts.map_or(0, |facts| facts.region);
    let edition = programme().in_force(region(place).unwrap_or(Region::COUNTRY), day);
    Ok((place, programme().reference(edition)))
}
