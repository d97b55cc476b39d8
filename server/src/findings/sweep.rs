//! The hourly work: what came lately once more, then stations, shops and orders as a whole.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::{Date, DateTime};
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
use crate::jobs::{Duty, Lease, Rhythm, Work};
use crate::orders::{LoopError, commit, region};
use crate::store::{OrderRow, Store, Stored};

/// Inspections that came so many hours before the last sweep, and since, are looked at once more: the server may have
/// ended before it could.
const OVERLAP_HOURS: i64 = 1;
/// Where there was no sweep before, so far back.
const FIRST_HOURS: i64 = 26;
/// Inspections between two askings for the lease: some seconds' work.
const RENEW_EACH: usize = 50;
/// Inspections or orders of one question.
const PAGE: u32 = 500;

/// The sweep among the server's duties.
#[derive(Clone, Copy, Debug)]
pub struct Sweeping;

#[async_trait]
impl Duty for Sweeping {
    fn name(&self) -> &'static str {
        "findings-sweep"
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::Hourly
    }

    async fn perform(&self, work: &Work<'_>) -> Stored<bool> {
        // `2026-11-27T10`, as the lease writes an hour.
        let done = format!("{}:00", work.done).parse::<DateTime>().ok();
        let done = done.and_then(|hour| law_place().to_timestamp(hour).ok());
        let since = done.map(|hour| before(hour, OVERLAP_HOURS.hours()));
        let found = sweep(work.store, since, work.now, Some(work.lease)).await;
        match found {
            Ok(findings) => tracing::info!(findings, "stations, shops and orders were looked at"),
            Err(LoopError::Store(error)) => return Err(error),
            // Detectors refuse nothing; what they look at is never removed.
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "the sweep was refused"),
        }
        Ok(false)
    }
}

/// Does all of it, for what came since, and gives how many findings are new. With a lease it stops where that is lost.
pub async fn sweep(
    store: &Store,
    since: Option<Timestamp>,
    now: Timestamp,
    lease: Option<&Lease>,
) -> Result<u64, LoopError> {
    let today = law_place().to_datetime(now).date();
    let since = since.unwrap_or_else(|| before(now, FIRST_HOURS.hours()));
    let mut new = lately(store, since, now, lease).await?;
    if !holds(lease).await? {
        return Ok(new);
    }
    new += overdue(store, today, now).await?;
    new += failing(store, today, now).await?;
    new += stations(store, today, now).await?;
    new += shops(store, today, now).await?;
    Ok(new)
}

/// Is the lease still ours? Asked between transactions.
async fn holds(lease: Option<&Lease>) -> Stored<bool> {
    match lease {
        Some(lease) => lease.renew().await,
        None => Ok(true),
    }
}

async fn lately(
    store: &Store,
    since: Timestamp,
    now: Timestamp,
    lease: Option<&Lease>,
) -> Result<u64, LoopError> {
    let mut after = (since.as_microsecond(), String::new());
    let mut new = 0;
    loop {
        let page = store.reading().await?.received_since(after.0, &after.1, PAGE).await?;
        let Some((at, last)) = page.last() else { return Ok(new) };
        after = (*at, last.as_str().to_owned());
        for (at, (_, id)) in page.iter().enumerate() {
            if at.is_multiple_of(RENEW_EACH) && !holds(lease).await? {
                return Ok(new);
            }
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
        let station = reading.inspection_station(code).await?;
        places.insert(code.clone(), station.map_or(0, |station| i64::from(station.region.code())));
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
        let place = reading.repair_shop(short.shop).await?.map_or(0, |shop| i64::from(shop.region.code()));
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
    let known = store.reading().await?.inspection_station(station).await?;
    let place = known.map_or(Region::COUNTRY, |station| station.region);
    let edition = programme().in_force(place, day);
    Ok((i64::from(place.code()), programme().reference(edition)))
}
