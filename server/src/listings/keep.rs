//! What becomes known of a carrier: a case confirmed or void, a change of the register. Told again, nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use server_core::case::{CaseId, Effect};
use server_core::listing::Window;

use super::Told;
use super::settle::{bring_to, fleet, legal_day, recount, settle};
use crate::rulebooks::Books;
use crate::store::{ExceedanceRow, Stored, Writing};

/// A carrier's vehicle, both by their names in the register.
type Of = (String, String);

/// A case's exceedances are confirmed: they count against whose vehicle it was on each day.
pub async fn confirmed(writing: &mut Writing, books: &Books, case: &CaseId, now: Timestamp) -> Stored<Told> {
    let touched = keep(writing, case, true).await?;
    renew(writing, books, touched, "案件确认 / a case was confirmed", now).await
}

/// A case's exceedances count no more: it was withdrawn, or an appeal was won. That is for good, whatever is told later.
pub async fn voided(writing: &mut Writing, books: &Books, case: &CaseId, now: Timestamp) -> Stored<Told> {
    let touched = keep(writing, case, false).await?;
    writing.void_exceedances(case).await?;
    renew(writing, books, touched, "案件撤销或申诉成立 / a case was withdrawn, or an appeal won", now).await
}

/// Does what the effects of a case's step ask of listings; nothing for most steps.
pub async fn follow(
    writing: &mut Writing,
    books: &Books,
    case: &CaseId,
    effects: &[Effect],
    now: Timestamp,
) -> Stored<Told> {
    if effects.contains(&Effect::ExceedancesVoid) {
        voided(writing, books, case, now).await
    } else if effects.contains(&Effect::ExceedancesConfirmed) {
        confirmed(writing, books, case, now).await
    } else {
        Ok(Told::default())
    }
}

/// Keeps a case's exceedances with whose they were; gives whom they concern.
async fn keep(writing: &mut Writing, case: &CaseId, standing: bool) -> Stored<BTreeSet<Of>> {
    if let Some((seen, days)) = writing.case_exceedances(case).await? {
        for day in days {
            let vehicle = writing.registered_on(&seen, day).await?;
            let carrier = match &vehicle {
                Some(vehicle) => writing.carrier_of(vehicle, day).await?,
                None => None,
            };
            let (case, seen) = (case.clone(), seen.clone());
            writing.keep_exceedance(&ExceedanceRow { case, day, seen, vehicle, carrier, standing }).await?;
        }
    }
    let kept = writing.exceedances_of_case(case).await?;
    Ok(kept.into_iter().filter_map(|row| row.carrier.zip(row.vehicle)).collect())
}

/// The register has changed who had these plates, or in whose fleet these vehicles were: their exceedances are laid at the
/// right door. The carriers' fleets follow by [`fleet_changed`], which the caller calls besides.
pub async fn plates_changed(
    writing: &mut Writing,
    books: &Books,
    plates: &BTreeSet<String>,
    vehicles: &BTreeSet<String>,
    now: Timestamp,
) -> Stored<Told> {
    let of_plates = plates.iter().map(|plate| (plate.as_str(), ""));
    let of_vehicles = vehicles.iter().map(|vehicle| ("", vehicle.as_str()));
    let mut rows = Vec::new();
    for (plate, vehicle) in of_plates.chain(of_vehicles) {
        rows.extend(writing.exceedances_of(plate, vehicle).await?);
    }
    attribute(writing, books, rows, now).await
}

/// An import of the register was applied, in this transaction, its staged rows still there; `carriers` are those whose fleets
/// it moved. Its cost is that of the exceedances and carriers it touches, however many rows it has.
pub async fn import_applied(
    writing: &mut Writing,
    books: &Books,
    import: &str,
    carriers: &BTreeSet<String>,
    now: Timestamp,
) -> Stored<Told> {
    let rows = writing.exceedances_of_import(import).await?;
    // All of them before anything, in one order: two imports, or an import and a case, never wait in a circle.
    let held: BTreeSet<&String> =
        carriers.iter().chain(rows.iter().filter_map(|row| row.carrier.as_ref())).collect();
    for carrier in held {
        writing.hold_carrier(carrier).await?;
    }
    let mut told = attribute(writing, books, rows, now).await?;
    let mut changed = carriers.clone();
    changed.extend(writing.shares_elsewhere().await?);
    told.and(fleet_changed(writing, books, &changed, now).await?);
    Ok(told)
}

/// Lays exceedances at the door of whose vehicle it was, as the register says now.
async fn attribute(
    writing: &mut Writing,
    books: &Books,
    rows: Vec<ExceedanceRow>,
    now: Timestamp,
) -> Stored<Told> {
    let mut touched = BTreeSet::new();
    for row in rows {
        let vehicle = writing.registered_on(&row.seen, row.day).await?;
        let carrier = match &vehicle {
            Some(vehicle) => writing.carrier_of(vehicle, row.day).await?,
            None => None,
        };
        if vehicle == row.vehicle && carrier == row.carrier {
            continue;
        }
        writing.attribute_exceedance(&row, vehicle.as_deref(), carrier.as_deref()).await?;
        touched.extend(row.carrier.zip(row.vehicle));
        touched.extend(carrier.zip(vehicle));
    }
    renew(writing, books, touched, "登记信息变更 / the register changed", now).await
}

/// The fleets, names or regions of these carriers have changed. A carrier against which nothing ever stood has no share to
/// keep; of the others the fleet alone is counted again.
pub async fn fleet_changed(
    writing: &mut Writing,
    books: &Books,
    carriers: &BTreeSet<String>,
    now: Timestamp,
) -> Stored<Told> {
    let mut told = Told::default();
    for carrier in carriers {
        if writing.carrier_share(carrier).await?.is_none() {
            continue;
        }
        let mut share = bring_to(writing, books, carrier, now).await?;
        let region = writing.carrier_name(carrier).await?.map_or(share.region, |(_, region)| region);
        if region == share.region {
            let book = books.listing_rule(region, share.tally.day);
            share.tally.share.fleet = fleet(writing, &book, carrier, share.tally.day).await?;
        } else {
            let book = books.listing_rule(region, share.tally.day);
            share.region = region;
            writing.move_listings(carrier, region).await?;
            share = recount(writing, &book, share, legal_day(now)).await?;
        }
        told.and(settle(writing, books, share, "车队变更 / the fleet changed", now).await?);
    }
    Ok(told)
}

/// Takes one step for each carrier's vehicle, the carriers in the order of their codes.
async fn renew(
    writing: &mut Writing,
    books: &Books,
    touched: BTreeSet<Of>,
    why: &str,
    now: Timestamp,
) -> Stored<Told> {
    let mut of_carrier: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (carrier, vehicle) in touched {
        of_carrier.entry(carrier).or_default().push(vehicle);
    }
    let mut told = Told::default();
    for (carrier, vehicles) in of_carrier {
        let mut share = bring_to(writing, books, &carrier, now).await?;
        let book = books.listing_rule(share.region, share.tally.day);
        let window = Window::from(&*book);
        for vehicle in vehicles {
            let (was, is) = writing.renew_newest(&carrier, &vehicle).await?;
            share.tally.vehicle(was, is, window);
        }
        if book.fleet.counted_on == plumewatch_shared::rulebook::listing::FleetDay::NewestExceedance {
            share.tally.share.fleet = fleet(writing, &book, &carrier, share.tally.day).await?;
        }
        told.and(settle(writing, books, share, why, now).await?);
    }
    Ok(told)
}
