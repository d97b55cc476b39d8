//! Lines and seeds of the closed loop: orders, repair records, inspections, findings. Here a side is an organisation for
//! stations and shops, and a region for everybody else.

use serde_json::{Value, json};
use server_core::access::Operation as Op;
use server_core::access::Role;

use super::super::world::World;
use super::lines::{Line, rows, same, thing};
use crate::inspections::sample::{now, of_vehicle, register, upload};
use crate::inspections::wire::InspectionUpload;

/// How long after its taking a repair may be recorded: it must have been done meanwhile.
const REPAIR: std::time::Duration = std::time::Duration::from_secs(30 * 60);

/// Two orders of a station of here, one of them taken by a shop of here; an inspection; a finding.
pub(super) async fn seed(world: &World) -> Vec<(&'static str, String)> {
    world.pass(std::time::Duration::try_from(now().duration_since(world.now())).unwrap());
    register(&world.site.store).await;
    let station = world.person_of("seed.station", Role::InspectionStation, 140_000).await;
    let shop = world.person_of("seed.shop", Role::RepairShop, 140_000).await;
    let mut opened = Vec::new();
    for (number, minutes) in [(71, 50), (72, 40)] {
        let failing = of_vehicle(number, upload(&format!("fails-{number}"), 150, minutes));
        let came = station.post("/api/v1/inspections", &body(&failing)).await.body;
        let inspection = &came["inspection"];
        let text = |key: &str| inspection[key].as_str().unwrap_or_else(|| panic!("{key}: {came}")).to_owned();
        opened.push((text("opened_order"), text("id")));
    }
    // Equal curves in two tests: a finding comes up.
    for (number, minutes) in [(81, 30), (82, 20)] {
        let copied = of_vehicle(number, upload(&format!("copy-{number}"), 90, minutes));
        station.post("/api/v1/inspections", &body(&copied)).await;
    }
    let authority = world.person_of("seed.authority", Role::Authority, 140_000).await;
    let findings = authority.get("/api/v1/findings?kind=equal-curves").await.body;
    let finding = findings["findings"][0]["id"].as_str().unwrap_or_else(|| panic!("{findings}")).to_owned();
    let (open, taken) = (opened[0].0.clone(), opened[1].0.clone());
    shop.post(&format!("/api/v1/orders/{taken}/take"), &json!({})).await;
    world.pass(REPAIR);
    vec![("order", open), ("taken", taken), ("inspection", opened[0].1.clone()), ("finding", finding)]
}

fn body(upload: &InspectionUpload) -> Value {
    serde_json::to_value(upload).unwrap()
}

/// The lines.
pub(super) fn lines() -> Vec<Line> {
    let never = "R000102030405060708ff";
    let of = |id: &str, what: &str| format!("/api/v1/orders/{id}{what}");
    let reason = "原检验机构已停业";
    let record = json!({
        "diagnosis": "喷油器雾化不良", "work": ["更换喷油器"],
        "parts": [{"kind": "injector", "maker": "博世", "model": "0445120", "serial": "SN1"}],
        "started": "2026-11-27 10:02", "finished": "2026-11-27 10:10", "certificate": "C-1", "settlement": "JS-1",
        "technician": "李师傅",
    });
    vec![
        rows("get /api/v1/orders", Op::ReadOrders),
        thing("get /api/v1/orders/{id}", Op::ReadOrders, &of("{taken}", ""), &of(never, "")),
        thing(
            "post /api/v1/orders/{id}/records",
            Op::RecordRepair,
            &of("{taken}", "/records"),
            &of(never, "/records"),
        )
        .with(record),
        // An order that no shop has is for any shop that is qualified: a driver brings its number. One that is not is
        // told so (409).
        same("post /api/v1/orders/{id}/take", Op::TakeOrder)
            .at(&of("{order}", "/take"))
            .with(json!({}))
            .or(&[409]),
        thing(
            "post /api/v1/orders/{id}/station",
            Op::ReassignOrder,
            &of("{order}", "/station"),
            &of(never, "/station"),
        )
        .with(json!({"station": "I-2", "reason": reason})),
        thing(
            "post /api/v1/orders/{id}/shop",
            Op::ReassignOrder,
            &of("{order}", "/shop"),
            &of(never, "/shop"),
        )
        .with(json!({"shop": "M-1", "reason": "就近维修"})),
        thing(
            "post /api/v1/orders/{id}/cancellation",
            Op::ReassignOrder,
            &of("{order}", "/cancellation"),
            &of(never, "/cancellation"),
        )
        .with(json!({"reason": "车辆已报废"})),
        // An empty file: it is refused row by row, or as a whole, where it may be sent at all.
        same("post /api/v1/repair-records/sheet", Op::RecordRepair).or(&[422]),
        same("get /api/v1/repair-records/template.xlsx", Op::ReadOrders),
        rows("get /api/v1/inspections", Op::ReadInspections),
        thing(
            "get /api/v1/inspections/{id}",
            Op::ReadInspections,
            "/api/v1/inspections/{inspection}",
            "/api/v1/inspections/I000102030405060708ff",
        ),
        // A station that the register does not know uploads nothing (409).
        same("post /api/v1/inspections", Op::UploadInspection)
            .with(body(&of_vehicle(91, upload("matrix", 80, 10))))
            .or(&[409]),
        rows("get /api/v1/findings", Op::ReadFindings),
        thing(
            "get /api/v1/findings/{id}",
            Op::ReadFindings,
            "/api/v1/findings/{finding}",
            "/api/v1/findings/F000102030405060708ff",
        ),
        thing(
            "post /api/v1/findings/{id}/decision",
            Op::DecideFinding,
            "/api/v1/findings/{finding}/decision",
            "/api/v1/findings/F000102030405060708ff/decision",
        )
        .with(json!({"decision": "confirm", "reason": "现场核查属实"})),
    ]
}
