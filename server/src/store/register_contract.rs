//! What the store promises of the register and its imports, on both engines.

use jiff::civil::{Date, date};
use plumewatch_shared::plate::{Plate, PlateColour};
use server_core::access::{OrganisationCode, Scope};
use server_core::register::book::Entry;
use server_core::register::columns::Kind;
use server_core::register::organisation::{Organisation, Qualification};
use server_core::register::span::Span;
use server_core::register::vehicle::Stage;
use server_core::register::word::{BodyColour, EmissionStage, Fuel, StageSource, Usage, VehicleClass};
use server_core::register::{CarrierCode, Facts, PlateKey, VehicleId, Vin};

use super::fixture::*;
use super::*;

const DAY: Date = date(2026, 6, 1);

fn scope(region: &str) -> Scope {
    Scope(region.parse().unwrap())
}

fn plate(text: &str) -> Plate {
    text.parse().unwrap()
}

fn key(text: &str, colour: PlateColour) -> PlateKey {
    PlateKey { plate: plate(text), colour }
}

fn carrier(code: &str) -> CarrierCode {
    CarrierCode::parse(code).unwrap()
}

fn organisation(code: &str, name: &str, region: &str) -> Organisation {
    Organisation {
        code: code.to_owned(),
        name: name.to_owned(),
        region: region.parse().unwrap(),
        address: String::new(),
        phone: "0351".to_owned(),
        opened_on: Some(date(2020, 1, 1)),
        closed_on: None,
    }
}

fn entry(vin: Option<&str>, plates: Vec<Span<PlateKey>>, fleets: Vec<Span<CarrierCode>>) -> Entry {
    let facts = Facts {
        vin: vin.map(|vin| Vin::parse(vin).unwrap()),
        fuel: Some(Fuel::Diesel),
        stage: Some(Stage { stage: EmissionStage::Fifth, source: StageSource::VehicleList }),
        class: Some(VehicleClass::Tractor),
        make: Some("解放".to_owned()),
        body_colour: Some(BodyColour::Red),
        first_registered: Some(date(2020, 3, 18)),
        usage: Some(Usage::Freight),
        owner: Some("晋通物流".to_owned()),
        region: "140105".parse().unwrap(),
    };
    Entry { facts, plates, fleets }
}

fn span<V>(value: V, from: Date, until: Option<Date>) -> Span<V> {
    Span { from, until, value }
}

fn import(id: &str, kind: &str, version: i64) -> ImportRow {
    ImportRow {
        id: id.to_owned(),
        kind: kind.to_owned(),
        file_name: "车辆.xlsx".to_owned(),
        file_sha256: "ab".repeat(32),
        region: 140_100,
        register_version: version,
        state: "previewed".to_owned(),
        previewed_by: "li".to_owned(),
        previewed_us: 5,
        rows_new: 1,
        rows_changed: 0,
        rows_unchanged: 2,
        rows_refused: 0,
        rows_noted: 0,
        not_read: "备注".to_owned(),
        applied_by: None,
        applied_us: None,
    }
}

/// Stages and applies vehicles as one import.
async fn apply(store: &Store, id: &str, vehicles: &[(VehicleId, Entry)]) -> Vec<String> {
    let mut writing = store.writing().await.unwrap();
    let version = writing.register_version().await.unwrap();
    writing.begin_import(&import(id, "vehicles", version as i64)).await.unwrap();
    let staged: Vec<_> = vehicles.iter().map(|(id, entry)| (id, entry)).collect();
    writing.stage_vehicles(id, &staged).await.unwrap();
    assert!(writing.take_register(version, 7).await.unwrap());
    let moved = writing.apply_staged(id, 7).await.unwrap();
    writing.end_import(id, "li", 7).await.unwrap();
    writing.commit().await.unwrap();
    moved
}

async fn add_carriers(store: &Store) {
    let mut writing = store.writing().await.unwrap();
    let carriers = [organisation("WL-1", "晋通物流", "140105"), organisation("WL-2", "大同_运输", "140202")];
    writing.put_organisations(Kind::Carriers, &carriers, 1).await.unwrap();
    writing.commit().await.unwrap();
}

/// A vehicle that had another plate before, and another carrier.
fn truck() -> (VehicleId, Entry) {
    let yellow = key("晋A12345", PlateColour::Yellow);
    let old = key("晋A54321", PlateColour::Yellow);
    let entry = entry(
        Some("1M8GDM9AXKP042788"),
        vec![
            span(old, date(2020, 3, 18), Some(date(2024, 1, 1))),
            span(yellow.clone(), date(2024, 1, 1), None),
        ],
        vec![
            span(carrier("WL-1"), date(2025, 1, 1), Some(date(2026, 1, 1))),
            span(carrier("WL-2"), date(2026, 1, 1), None),
        ],
    );
    (VehicleId::of(entry.facts.vin.as_ref(), &yellow, DAY), entry)
}

on_both! {
    async fn a_vehicle_is_found_by_the_plate_of_a_day(store: Store) {
        add_carriers(&store).await;
        let (id, truck) = truck();
        let blue = (VehicleId::parse("V00000000000000000001").unwrap(), entry(None, vec![span(key("晋A12345", PlateColour::Blue), date(2023, 1, 1), None)], vec![]));
        assert_eq!(apply(&store, "a", &[(id.clone(), truck.clone()), blue]).await, ["WL-1", "WL-2"]);
        let mut reading = store.reading().await.unwrap();
        let on = |plate: &str, colour, day| (plate.parse::<Plate>().unwrap(), colour, day);
        for (asked, wanted) in [
            (on("晋A12345", Some(PlateColour::Yellow), DAY), Some("WL-2")),
            (on("晋A54321", None, date(2023, 12, 31)), None),
        ] {
            let found = reading.vehicle_on(&asked.0, asked.1, asked.2).await.unwrap().unwrap();
            assert_eq!((found.id, found.facts), (id.clone(), truck.facts.clone()));
            assert_eq!(found.carrier.as_ref().map(CarrierCode::as_str), wanted);
        }
        for nobody in [on("晋A54321", None, date(2024, 1, 1)), on("晋A12345", Some(PlateColour::Yellow), date(2023, 12, 31)), on("晋A12345", None, DAY)] {
            assert_eq!(reading.vehicle_on(&nobody.0, nobody.1, nobody.2).await.unwrap(), None, "{nobody:?}");
        }
        assert_eq!(reading.vehicles_on(&plate("晋A12345"), DAY).await.unwrap().len(), 2, "one a colour");
        assert_eq!(reading.holders_of(&plate("晋A12345"), Some(PlateColour::Blue)).await.unwrap().len(), 1);
        let plates: Vec<String> = reading.plates_of(&id).await.unwrap().into_iter().map(|hold| hold.plate).collect();
        assert_eq!(plates, ["晋A54321", "晋A12345"]);
    }

    async fn a_fleet_is_what_it_was_on_each_day(store: Store) {
        add_carriers(&store).await;
        let (id, mut truck) = truck();
        apply(&store, "a", &[(id.clone(), truck.clone())]).await;
        let mut reading = store.reading().await.unwrap();
        let size = async |reading: &mut Reading, code, day| reading.fleet_size_on(&carrier(code), day).await.unwrap();
        assert_eq!(size(&mut reading, "WL-1", date(2025, 12, 31)).await, 1);
        assert_eq!(size(&mut reading, "WL-1", date(2026, 1, 1)).await, 0);
        assert_eq!(size(&mut reading, "WL-2", date(2026, 1, 1)).await, 1);
        assert_eq!(reading.carrier_on(&id, DAY).await.unwrap(), Some(carrier("WL-2")));
        assert_eq!(reading.carrier_on(&id, date(2020, 1, 1)).await.unwrap(), None);
        let fleet = reading.fleet_on(&carrier("WL-2"), DAY, "", 10).await.unwrap();
        assert_eq!((fleet.len(), fleet[0].plate.as_deref(), fleet[0].class.as_deref()), (1, Some("晋A12345"), Some("tractor")));
        assert_eq!(reading.fleet_on(&carrier("WL-2"), DAY, &fleet[0].vehicle, 10).await.unwrap(), [], "after the last is nothing");
        let changes = reading.fleet_changes(&carrier("WL-1")).await.unwrap();
        let told: Vec<_> = changes.iter().map(|change| (change.on_day.as_str(), change.joined, change.plate.as_deref())).collect();
        assert_eq!(told, [("2026-01-01", false, Some("晋A12345")), ("2025-01-01", true, Some("晋A12345"))]);
        drop(reading);
        truck.fleets[1].until = Some(date(2026, 7, 1));
        assert_eq!(apply(&store, "b", &[(id.clone(), truck.clone())]).await, ["WL-2"], "the other's fleet is as it was");
        truck.facts.make = Some("东风".to_owned());
        assert_eq!(apply(&store, "c", &[(id, truck)]).await, Vec::<String>::new());
    }

    async fn everything_that_rows_touch_is_known(store: Store) {
        add_carriers(&store).await;
        let (id, truck) = truck();
        apply(&store, "a", &[(id.clone(), truck.clone())]).await;
        let mut reading = store.reading().await.unwrap();
        let vin = truck.facts.vin.clone().unwrap();
        for (keys, vins) in [
            (vec![key("晋A54321", PlateColour::Yellow)], vec![]),
            (vec![], vec![vin]),
            ((0..90).map(|n| key(&format!("晋A123{n:02}"), PlateColour::Yellow)).collect(), vec![]),
        ] {
            assert_eq!(reading.known_vehicles(&keys, &vins).await.unwrap(), [(id.clone(), truck.clone())]);
        }
        assert_eq!(reading.known_vehicles(&[key("晋A54321", PlateColour::Blue)], &[]).await.unwrap(), []);
        let codes = [carrier("WL-1"), carrier("WL-2"), carrier("WL-3")];
        assert_eq!(reading.known_carriers(&codes, scope("140100")).await.unwrap(), [carrier("WL-1")]);
    }

    async fn a_register_that_changed_is_not_taken(store: Store) {
        let mut writing = store.writing().await.unwrap();
        assert_eq!(writing.register_version().await.unwrap(), 0);
        assert!(!writing.take_register(1, 5).await.unwrap());
        assert!(writing.take_register(0, 5).await.unwrap());
        assert!(!writing.take_register(0, 5).await.unwrap());
        assert_eq!(writing.register_version().await.unwrap(), 1);
    }

    async fn no_two_vehicles_have_one_vin(store: Store) {
        let (id, truck) = truck();
        let truck = Entry { plates: vec![], fleets: vec![], ..truck };
        apply(&store, "a", &[(id, truck.clone())]).await;
        let mut writing = store.writing().await.unwrap();
        writing.begin_import(&import("b", "vehicles", 1)).await.unwrap();
        let other = VehicleId::parse("V00000000000000000002").unwrap();
        writing.stage_vehicles("b", &[(&other, &truck)]).await.unwrap();
        let refused = writing.apply_staged("b", 1).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }

    async fn organisations_are_listed_by_code_and_found_by_name(store: Store) {
        add_carriers(&store).await;
        let mut reading = store.reading().await.unwrap();
        let codes = async |reading: &mut Reading, region, search: &str, after: &str| -> Vec<String> {
            let found = reading.organisations(Kind::Carriers, scope(region), search, after, 10).await.unwrap();
            found.into_iter().map(|one| one.code).collect()
        };
        assert_eq!(codes(&mut reading, "140000", "", "").await, ["WL-1", "WL-2"]);
        assert_eq!(codes(&mut reading, "140000", "", "WL-1").await, ["WL-2"]);
        assert_eq!(codes(&mut reading, "140100", "", "").await, ["WL-1"]);
        assert_eq!(codes(&mut reading, "140000", "物流", "").await, ["WL-1"]);
        assert_eq!(codes(&mut reading, "140000", "L-2", "").await, ["WL-2"]);
        assert_eq!(codes(&mut reading, "140000", "_", "").await, ["WL-2"], "the sign means itself");
        assert_eq!(codes(&mut reading, "140000", "%", "").await, Vec::<String>::new());
        assert_eq!(reading.carrier(&carrier("WL-1")).await.unwrap(), Some(organisation("WL-1", "晋通物流", "140105")));
        let counts = reading.register_counts(scope("140000")).await.unwrap();
        assert_eq!((counts.carriers, counts.vehicles), (2, 0));
    }

    async fn a_shop_is_qualified_from_day_to_day(store: Store) {
        let shop = OrganisationCode::parse("M-1").unwrap();
        let certificate = |number: &str, from, until| Qualification { shop: shop.clone(), certificate: number.to_owned(), from_day: from, until_day: until };
        let mut writing = store.writing().await.unwrap();
        writing.put_organisations(Kind::RepairShops, &[organisation("M-1", "晋城维修", "140105")], 1).await.unwrap();
        let all = [certificate("甲", date(2026, 1, 1), Some(date(2026, 3, 1))), certificate("乙", date(2026, 2, 1), None)];
        writing.put_qualifications(&all).await.unwrap();
        let on = async |writing: &mut Writing, day| writing.shop_qualified_on(&shop, day).await.unwrap().map(|row| row.certificate);
        assert_eq!(on(&mut writing, date(2025, 12, 31)).await, None);
        assert_eq!(on(&mut writing, date(2026, 1, 1)).await.as_deref(), Some("甲"));
        assert_eq!(on(&mut writing, date(2026, 2, 15)).await.as_deref(), Some("乙"), "the one that holds longest");
        writing.put_qualifications(&[certificate("乙", date(2026, 2, 1), Some(date(2026, 2, 10)))]).await.unwrap();
        assert_eq!(on(&mut writing, date(2026, 3, 1)).await, None);
        assert_eq!(writing.known_qualifications(&["M-1".to_owned()]).await.unwrap().len(), 2);
        assert_eq!(writing.repair_shop(&shop).await.unwrap().map(|shop| shop.name).as_deref(), Some("晋城维修"));
        assert_eq!(writing.inspection_station(&shop).await.unwrap(), None);
    }

    async fn an_import_stands_until_it_is_applied_or_put_aside(store: Store) {
        let mut writing = store.writing().await.unwrap();
        let mut one = import("a", "carriers", 0);
        writing.begin_import(&one).await.unwrap();
        assert_eq!(writing.preview_of(&one.file_sha256, Kind::Carriers, 140_100, 0).await.unwrap(), None, "it is not whole");
        let row = |number, outcome: &str| ImportedRow { row_number: number, outcome: outcome.to_owned(), named: format!("WL-{number}"), told: "{}".to_owned(), body: None };
        let all: Vec<_> = (2..100).map(|n| row(n, if n == 7 { "new" } else { "unchanged" })).collect();
        writing.insert_import_rows("a", &all).await.unwrap();
        writing.finish_import(&one).await.unwrap();
        assert_eq!(writing.import("a", scope("140000")).await.unwrap(), Some(one.clone()));
        assert_eq!(writing.import("a", scope("110000")).await.unwrap(), None);
        assert_eq!(writing.import_rows("a", "new", 0, 10).await.unwrap(), [row(7, "new")]);
        assert_eq!(writing.import_rows("a", "", 97, 10).await.unwrap().len(), 2);
        assert!(writing.preview_of(&one.file_sha256, Kind::Carriers, 140_100, 0).await.unwrap().is_some());
        assert_eq!(writing.applied_before(&one.file_sha256, "carriers", scope("140000")).await.unwrap(), None);
        writing.end_import("a", "li", 9).await.unwrap();
        assert_eq!(writing.import_rows("a", "", 0, 10).await.unwrap(), [row(7, "new")], "what changed nothing is forgotten");
        assert!(writing.applied_before(&one.file_sha256, "carriers", scope("140000")).await.unwrap().is_some());
        one.id = "b".to_owned();
        writing.begin_import(&one).await.unwrap();
        writing.insert_import_rows("b", &[row(2, "new")]).await.unwrap();
        assert_eq!(writing.stale_imports(6, 6).await.unwrap(), ["b"]);
        writing.discard_import("b").await.unwrap();
        assert_eq!(writing.import_rows("b", "", 0, 10).await.unwrap(), []);
        assert_eq!(writing.stale_imports(6, 6).await.unwrap(), Vec::<String>::new());
        assert_eq!(writing.imports(scope("140000")).await.unwrap().len(), 1);
    }

    async fn a_life_is_told_by_kind_within_its_time_and_region(store: Store) {
        enrol(&store, STATION).await;
        let mut writing = store.writing().await.unwrap();
        writing.insert_passages(&[record(shot(1, "2026-11-20", 3_500)), record(shot(2, "2026-11-21", 500))]).await.unwrap();
        writing.commit().await.unwrap();
        let mut reading = store.reading().await.unwrap();
        let at = |day: &str| format!("{day}T00:00:00Z").parse::<jiff::Timestamp>().unwrap().as_microsecond();
        let under = Under { plate: "晋A12345", colour: "yellow", from_us: at("2026-11-20"), until_us: at("2026-11-21") };
        let lines = reading.life_lines(&under, scope("140000"), 10).await.unwrap();
        let told: Vec<_> = lines.iter().map(|(kind, line)| (*kind, line.len())).collect();
        assert_eq!(told, [("passage", 1), ("test", 0), ("inspection", 0), ("candidate", 0), ("case", 0), ("order", 0)]);
        assert_eq!((lines[0].1[0].id.as_str(), lines[0].1[0].figure), ("A140105001-0000000001", Some(3_500)));
        let whole = Under { until_us: i64::MAX, colour: "", ..under.clone() };
        assert_eq!(reading.life_lines(&whole, scope("140000"), 10).await.unwrap()[0].1.len(), 2);
        assert_eq!(reading.life_lines(&whole, scope("110000"), 10).await.unwrap()[0].1.len(), 0);
        let blue = Under { colour: "blue", ..whole };
        assert_eq!(reading.life_lines(&blue, scope("140000"), 10).await.unwrap()[0].1.len(), 0);
    }
}
