//! Carriers, fleets and cases for tests of listings, written straight into the tables.

use jiff::civil::Date;
use plumewatch_shared::ids::PassageId;
use plumewatch_shared::rulebook::{Item, Rulebook};
use server_core::case::{Case, CaseId};
use server_core::counting::{Candidate, CandidateId, Vehicle};
use server_core::listing::Share;

use super::engine::{change, row};
use super::fixture::{STATION, now, station};
use super::{Reading, Store, Stored, Writing};

/// The vehicle's name in the register.
pub(crate) fn vehicle_id(n: u64) -> String {
    format!("V{n:020x}")
}

/// Its plate: `晋A` and five digits.
pub(crate) fn plate(n: u64) -> String {
    format!("晋A{n:05}")
}

/// The case's name.
pub(crate) fn case_id(n: u64) -> CaseId {
    CaseId::of(&CandidateId::parse(&format!("{n:020x}")).unwrap())
}

/// A carrier of a region.
pub(crate) async fn add_carrier(store: &Store, code: &str, region: i64) {
    let mut writing = store.writing().await.unwrap();
    change!(
        writing,
        "insert into carriers (code, name, region) values ($1, $2, $3)",
        code,
        format!("{code}物流"),
        region
    )
    .unwrap();
    writing.commit().await.unwrap();
}

/// Vehicles with yellow plates that are a carrier's from a day on.
pub(crate) async fn add_fleet(store: &Store, code: &str, vehicles: std::ops::Range<u64>, from: &str) {
    let mut writing = store.writing().await.unwrap();
    for n in vehicles {
        add_vehicle(&mut writing, n).await;
        join(&mut writing, code, n, from, None).await;
    }
    writing.commit().await.unwrap();
}

/// A vehicle with its plate since the year 2000.
pub(crate) async fn add_vehicle(writing: &mut Writing, n: u64) {
    change!(
        writing,
        "insert into vehicles (id, region) values ($1, 140105) on conflict (id) do nothing",
        vehicle_id(n)
    )
    .unwrap();
    change!(
        writing,
        "insert into vehicle_plates (plate, plate_colour, from_day, vehicle) values ($1, 'yellow', '2000-01-01', $2) \
         on conflict (plate, plate_colour, from_day) do nothing",
        plate(n),
        vehicle_id(n)
    )
    .unwrap();
}

/// A vehicle is a carrier's from a day on, perhaps until another.
pub(crate) async fn join(writing: &mut Writing, code: &str, n: u64, from: &str, until: Option<&str>) {
    change!(
        writing,
        "insert into fleet_members (carrier, vehicle, from_day, until_day) values ($1, $2, $3, $4) \
         on conflict (vehicle, from_day) do update set carrier = excluded.carrier, until_day = excluded.until_day",
        code,
        vehicle_id(n),
        from,
        until
    )
    .unwrap();
}

/// Was never a carrier's.
pub(crate) async fn never_joined(writing: &mut Writing, code: &str, n: u64) {
    change!(writing, "delete from fleet_members where carrier = $1 and vehicle = $2", code, vehicle_id(n))
        .unwrap();
}

/// An import of the register that writes about these vehicles, staged and not applied.
pub(crate) async fn stage_import(writing: &mut Writing, import: &str, vehicles: &[u64]) {
    change!(
        writing,
        "insert into register_imports (id, kind, file_name, file_sha256, region, register_version, state, previewed_by, \
         previewed_us) values ($1, 'vehicles', 'f.csv', 'ab', 140105, 0, 'previewed', 'authority', 0)",
        import
    )
    .unwrap();
    for n in vehicles {
        change!(
            writing,
            "insert into staged_vehicles (import, id, region) values ($1, $2, 140105)",
            import,
            vehicle_id(*n)
        )
        .unwrap();
        change!(
            writing,
            "insert into staged_plates (import, plate, plate_colour, from_day, vehicle) \
             values ($1, $2, 'yellow', '2000-01-01', $3)",
            import,
            plate(*n),
            vehicle_id(*n)
        )
        .unwrap();
    }
}

/// The carrier is registered in another region.
pub(crate) async fn move_carrier(writing: &mut Writing, code: &str, region: i64) {
    change!(writing, "update carriers set region = $2 where code = $1", code, region).unwrap();
}

/// A case of a vehicle's plate, whose exceedances were at noon of these days.
pub(crate) async fn add_case(writing: &mut Writing, case: u64, vehicle: u64, days: &[Date]) {
    let id = CandidateId::parse(&format!("{case:020x}")).unwrap();
    let seen = Vehicle {
        plate: plate(vehicle).parse().unwrap(),
        colour: plumewatch_shared::plate::PlateColour::from_word("yellow"),
    };
    let passages: Vec<PassageId> = (0u64..)
        .zip(days)
        .map(|(at, _)| PassageId { station: station(STATION), sequence: case * 10 + at })
        .collect();
    let candidate = Candidate {
        id: id.clone(),
        vehicle: seen.clone(),
        item: Item::Opacity,
        passages: passages.clone(),
        complete: now(),
    };
    writing.open_candidate(&candidate, &Rulebook::hj845(), now()).await.unwrap();
    for (passage, day) in passages.iter().zip(days) {
        let noon = format!("{day}T04:00:00Z").parse::<jiff::Timestamp>().unwrap();
        change!(
            writing,
            "insert into countings (plate, plate_colour, passed_us, station, sequence, item, exceeds, measured, at_most) \
             values ($1, 'yellow', $2, $3, $4, 'opacity', true, 3500, 3000)",
            plate(vehicle),
            noon.as_microsecond(),
            STATION,
            passage.sequence as i64
        )
        .unwrap();
    }
    let (case, _) = Case::open(&candidate, now());
    writing.insert_case(&case, &id, "reviewer", now()).await.unwrap();
}

impl Reading {
    /// The share of a carrier counted from nothing but exceedances and fleet: what the kept one must be.
    pub(crate) async fn share_from_nothing(
        &mut self,
        carrier: &str,
        start: Date,
        today: Date,
    ) -> Stored<Share> {
        let found = row!(
            self,
            (i64,),
            "select count(distinct vehicle) from listing_exceedances \
             where carrier = $1 and $2 <= day and standing = true and vehicle is not null",
            carrier,
            start.to_string()
        )?;
        let fleet = self.fleet_size(carrier, today).await?;
        Ok(Share { exceeding: found.map_or(0, |(count,)| count as u64), fleet })
    }
}
