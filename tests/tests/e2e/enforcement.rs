//! The enforcement record in a real Chromium: the life of one truck, a carrier onto the list and off again, a clerk's
//! spreadsheet. Each walk goes through the pages as people do, in Chinese and in English.

use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::world::{Api, World, wait_up_to};
use serde_json::{Value, json};

use crate::browser::browse;
use crate::repairs;
use crate::truck::drive;
use crate::{PATIENCE, turn};

/// Vehicles of the simulated road until both of its offenders have passed twice.
const UNTIL_TWO_OFFENDERS: usize = 7;
/// A fleet in which one exceeding vehicle is the rule's tenth.
const FLEET: usize = 10;

/// Stations and shops of these walks; the second shop's certificate ended long ago.
const STATIONS: [(&str, &str); 2] = [("I-140105-01", "迎新检验站"), ("I-140105-02", "城南检验站")];
const SHOPS: [(&str, &str); 2] = [("M-140105-01", "诚信汽修"), ("M-140105-02", "老张汽修")];
const CARRIER: (&str, &str) = ("WL-140105-07", "晋通物流有限公司");

#[test]
fn a_truck_and_a_carrier_go_their_ways_in_chinese() {
    walks("zh-CN");
}

#[test]
fn a_truck_and_a_carrier_go_their_ways_in_english() {
    walks("en");
}

fn walks(language: &str) {
    let _turn = turn();
    let mut world = World::new(1).with_station("A140105001").with_cameras().start();
    let reviewer = world.server.sign_in("reviewer").unwrap();
    // One vehicle may wait twice, for two items: the walks are of two vehicles.
    let two_vehicles = || {
        let queue = reviewer.get("/review").map_err(|error| format!("{error:#}"))?;
        let waiting = queue["candidates"].as_array().cloned().unwrap_or_default();
        let other = waiting.iter().position(|one| one["plate"] != waiting[0]["plate"]);
        other.map(|other| (queue.clone(), other)).ok_or_else(|| queue.to_string())
    };
    // On a busy machine a camera may miss a vehicle: then they all pass again.
    let (queue, carriers) = (0..3)
        .find_map(|_| {
            drive(&mut world, 1, UNTIL_TWO_OFFENDERS, Duration::from_secs(8));
            wait_up_to(PATIENCE, two_vehicles).ok()
        })
        .expect("two vehicles for review after three times on the road");
    people_and_places(&world);
    let mut authority = world.server.sign_in("authority").unwrap();
    let of = |at: usize, name: &str| queue["candidates"][at][name].as_str().unwrap_or_default().to_owned();
    let truck = 0;
    // The second offender drives for a carrier.
    let fleet: Vec<Value> = (0..FLEET)
        .map(|number| {
            let (plate, colour) = match number {
                0 => (of(carriers, "plate"), of(carriers, "plate_colour")),
                _ => (format!("晋A8{number:04}"), "yellow".to_owned()),
            };
            json!({"plate": plate, "plate_colour": colour, "plate_from": "2020-01-01", "fuel": "diesel",
                "region": "140105", "carrier": CARRIER.0, "carrier_from": "2020-01-01"})
        })
        .collect();
    import(&mut authority, "vehicles", &fleet);

    let cast = json!({
        "base": world.server.url(), "language": language, "password": world.server.password(),
        "truck": {"candidate": of(truck, "id"), "plate": of(truck, "plate"), "colour": of(truck, "plate_colour")},
        "carrier": {"candidate": of(carriers, "id"), "code": CARRIER.0, "name": CARRIER.1},
        "station": STATIONS[0].0, "other_station": STATIONS[1].0, "shop": SHOPS[0].0,
    });
    let cast = written(world.folder(), "cast.json", cast.to_string().as_bytes());
    browse("life.mjs", &[&cast]);
    browse("carrier.mjs", &[&cast]);

    // What the pages said is what the record holds.
    let cases = authority.get("/cases").unwrap();
    let state = |at: usize| {
        let id = format!("C{}", of(at, "id"));
        let all = cases["cases"].as_array().unwrap();
        all.iter()
            .find(|case| case["id"] == id.as_str())
            .map(|case| case["state"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(state(truck).as_deref(), Some("closed"));
    assert_eq!(state(carriers).as_deref(), Some("withdrawn"));
    let listings = authority.get("/listings").unwrap();
    assert_eq!(listings["listings"][0]["state"], "delisted", "{listings}");
    // It looks in both languages by itself.
    if language == "zh-CN" {
        browse("pages.mjs", &[&cast]);
    }
}

#[test]
fn a_clerk_uploads_fifty_records_with_three_wrong_rows_and_knows_what_to_do() {
    const RECORDS: usize = 50;
    let _turn = turn();
    let world = World::new(2).start();
    people_and_places(&world);
    let mut station = world.server.sign_in("station-1").unwrap();
    let mut shop = world.server.sign_in("shop-1").unwrap();
    let orders: Vec<String> = (0..RECORDS)
        .map(|number| {
            let failed = station.post("/inspections", &repairs::failed_inspection(number)).unwrap();
            let order = failed["inspection"]["opened_order"]
                .as_str()
                .expect("a failed vehicle gets an order")
                .to_owned();
            shop.post(&format!("/orders/{order}/take"), &json!({})).unwrap();
            order
        })
        .collect();
    // Work begins after the order, by the second.
    std::thread::sleep(Duration::from_millis(1_100));
    let (right, wrong) = (repairs::workbook(&orders, &[]), repairs::workbook(&orders, &repairs::THREE_WRONG));
    let cast = json!({
        "base": world.server.url(), "password": world.server.password(), "records": RECORDS,
        "wrong": written(world.folder(), "维修记录.xlsx", &wrong), "right": written(world.folder(), "维修记录改.xlsx", &right),
        "rows": repairs::THREE_WRONG.map(|(at, _)| at + repairs::FIRST_ROW),
    });
    let cast = written(world.folder(), "cast.json", cast.to_string().as_bytes());
    browse("clerk.mjs", &[&cast]);
    let repaired = shop.get("/orders?state=repaired&limit=200").unwrap();
    assert_eq!(repaired["orders"].as_array().map(Vec::len), Some(RECORDS));
}

/// Accounts of stations and shops, and the register's stations, shops and carrier.
fn people_and_places(world: &World) {
    let mut admin = world.server.sign_in("admin").unwrap();
    let mut account = |name: &str, role: &str, organisation: &str| {
        let account = json!({"name": name, "display_name": name, "role": role, "region": "140105",
            "organisation": organisation, "password": world.server.password()});
        admin.post("/accounts", &account).unwrap();
    };
    for (number, (code, _)) in STATIONS.iter().enumerate() {
        account(&format!("station-{}", number + 1), "inspection-station", code);
    }
    for (number, (code, _)) in SHOPS.iter().enumerate() {
        account(&format!("shop-{}", number + 1), "repair-shop", code);
    }
    let auditor = json!({"name": "auditor", "display_name": "auditor", "role": "auditor", "region": "000000",
        "password": world.server.password()});
    admin.post("/accounts", &auditor).unwrap();

    let mut authority = world.server.sign_in("authority").unwrap();
    let named = |(code, name): (&str, &str)| json!({"code": code, "name": name, "region": "140105", "address": "太原市小店区", "phone": "0351-0000000"});
    let stations = STATIONS.map(|station| {
        let mut row = named(station);
        row["opened_on"] = json!("2019-05-01");
        row
    });
    import(&mut authority, "carriers", &[named(CARRIER)]);
    import(&mut authority, "inspection-stations", &stations);
    import(&mut authority, "repair-shops", &SHOPS.map(named));
    let qualified = [(SHOPS[0].0, None), (SHOPS[1].0, Some("2021-12-31"))];
    let certificates = qualified.map(|(shop, until)| {
        json!({"shop": shop, "certificate": format!("晋M站-{shop}"), "from_day": "2020-01-01", "until_day": until})
    });
    import(&mut authority, "qualifications", &certificates);
}

/// Brings rows into the register: previewed, nothing refused, applied.
fn import(authority: &mut Api, kind: &str, rows: &[Value]) {
    let preview = authority.post("/register/rows", &json!({"kind": kind, "rows": rows})).unwrap();
    assert_eq!((&preview["new"], &preview["refused"]), (&json!(rows.len()), &json!(0)), "{preview}");
    let id = preview["id"].as_str().unwrap();
    let applied = authority
        .post(&format!("/register/imports/{id}/apply"), &json!({"sha256": preview["sha256"]}))
        .unwrap();
    assert_eq!(applied["state"], "applied", "{applied}");
}

/// A file in the world's folder.
fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}
