//! The closed loop over HTTP: who may do what, what is refused with which words, and what each sees.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use server_core::access::Role;

use super::world::{PASSWORD, Person, World};
use crate::inspections::sample::{now, of_vehicle, register, upload};
use crate::inspections::wire::InspectionUpload;
use crate::store::accounts::AccountRow;

/// A world at 10:00 of the uploads' day, with stations and shops in the register.
async fn world() -> World {
    let world = World::start().await;
    world.pass(std::time::Duration::try_from(now().duration_since(world.site.now())).unwrap());
    register(&world.site.store).await;
    world
}

/// Somebody of a role who acts for this organisation.
async fn of<'w>(world: &'w World, role: Role, organisation: &str) -> Person<'w> {
    let name = format!("{} {organisation}", role.word()).to_lowercase().replace(' ', "-");
    let account = AccountRow {
        name: name.clone(),
        display_name: name.clone(),
        password_hash: world.site.doorman.hash(PASSWORD).await.unwrap(),
        role: role.word().to_owned(),
        region: 140_000,
        organisation: Some(organisation.to_owned()),
        must_change_password: false,
        disabled: false,
        failed_attempts: 0,
        last_failed_us: None,
    };
    let mut writing = world.site.store.writing().await.unwrap();
    writing.add_account(&account, 0).await.unwrap();
    writing.commit().await.unwrap();
    let mut person = world.stranger();
    assert_eq!(person.sign_in(&name, PASSWORD).await.status, StatusCode::OK);
    person
}

fn body(upload: &InspectionUpload) -> Value {
    serde_json::to_value(upload).unwrap()
}

fn record() -> Value {
    json!({
        "diagnosis": "喷油器雾化不良", "work": ["更换喷油器"],
        "parts": [{"kind": "injector", "maker": "博世", "model": "0445120", "serial": "SN1"}],
        "started": "2026-11-27 10:02", "finished": "2026-11-27 10:10", "certificate": "C-1", "settlement": "JS-1",
        "technician": "李师傅",
    })
}

#[tokio::test]
async fn a_truck_is_repaired_and_retested_and_every_refusal_says_what_to_do() {
    let world = world().await;
    let station = of(&world, Role::InspectionStation, "I-1").await;
    let other_station = of(&world, Role::InspectionStation, "I-2").await;
    let (shop, unqualified) =
        (of(&world, Role::RepairShop, "M-1").await, of(&world, Role::RepairShop, "M-2").await);
    let authority = world.person(Role::Authority).await;

    let failing = body(&upload("1", 150, 10));
    let came = station.post("/api/v1/inspections", &failing).await;
    assert_eq!((came.status, &came.body["inspection"]["state"]), (StatusCode::CREATED, &json!("issued")));
    let order = came.body["inspection"]["opened_order"].as_str().unwrap().to_owned();
    let again = station.post("/api/v1/inspections", &failing).await;
    assert_eq!((again.status, &again.body["repeated"]), (StatusCode::OK, &json!(true)));

    let page = format!("/api/v1/orders/{order}");
    assert_eq!(station.get(&page).await.body["actions"], json!([]), "nothing to do before the repair");
    assert_eq!(shop.get(&page).await.status, StatusCode::NOT_FOUND, "not its own yet");
    let refused = unqualified.post(&format!("{page}/take"), &json!({})).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "shop-not-qualified"));
    let place = &refused.body["refusals"][0];
    assert!(place["remedy_zh"].as_str().unwrap().contains("具备资质") && place["remedy_en"] != "");
    assert_eq!(unqualified.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.post(&format!("{page}/take"), &json!({})).await.body["state"], "taken");
    assert_eq!(shop.get(&page).await.body["actions"], json!(["record"]));

    world.pass(std::time::Duration::from_secs(30 * 60));
    let mut half = record();
    half["technician"] = json!("");
    half["parts"][0]["serial"] = json!(null);
    let refused = shop.post(&format!("{page}/records"), &half).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "refused"));
    let rules: Vec<_> =
        refused.body["refusals"].as_array().unwrap().iter().map(|row| row["rule"].clone()).collect();
    assert_eq!(rules, ["missing", "serial-missing"]);
    assert_eq!(shop.post(&format!("{page}/records"), &record()).await.body["state"], "repaired");

    let retest = |report: &str| {
        let mut retest = upload(report, 80, -15);
        retest.order = Some(order.clone());
        body(&retest)
    };
    let refused = other_station.post("/api/v1/inspections", &retest("2")).await;
    assert_eq!(refused.code(), "other-station");
    assert_eq!(station.get(&page).await.body["actions"], json!(["retest"]));
    let passed = station.post("/api/v1/inspections", &retest("2")).await;
    assert_eq!(
        (passed.status, &passed.body["inspection"]["outcome"]),
        (StatusCode::CREATED, &json!("passed"))
    );
    let closed = authority.get(&page).await.body;
    assert_eq!(closed["order"]["state"], "closed");
    assert_eq!(closed["records"][0]["parts"][0]["serial"], "SN1");
    assert_eq!(closed["history"].as_array().unwrap().len(), 4);
    assert_eq!(other_station.get("/api/v1/orders").await.body["orders"], json!([]));
    assert_eq!(other_station.get("/api/v1/inspections").await.body["inspections"], json!([]));
    let shown = station.get("/api/v1/inspections?outcome=failed").await.body;
    let id = shown["inspections"][0]["id"].as_str().unwrap();
    let one = station.get(&format!("/api/v1/inspections/{id}")).await.body;
    assert_eq!(one["judged"]["findings"][0]["limit"], 120);
    assert_eq!(other_station.get(&format!("/api/v1/inspections/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_authority_reassigns_with_a_reason_and_only_in_its_region() {
    let world = world().await;
    let station = of(&world, Role::InspectionStation, "I-1").await;
    let authority = world.person_of("shanxi", Role::Authority, 140_000).await;
    let beijing = world.person_of("beijing", Role::Authority, 110_000).await;
    let came = station.post("/api/v1/inspections", &body(&upload("1", 150, 10))).await;
    let page = format!("/api/v1/orders/{}", came.body["inspection"]["opened_order"].as_str().unwrap());
    let to = |code: &str| json!({"station": code, "reason": "原检验机构已停业"});
    assert_eq!(beijing.post(&format!("{page}/station"), &to("I-2")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(authority.post(&format!("{page}/station"), &to("I-9")).await.code(), "station-closed");
    let without = json!({"station": "I-2", "reason": " "});
    assert_eq!(authority.post(&format!("{page}/station"), &without).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(authority.post(&format!("{page}/station"), &to("I-2")).await.body["state"], "ordered");
    let shop = json!({"shop": "M-1", "reason": "就近维修"});
    assert_eq!(authority.post(&format!("{page}/shop"), &shop).await.status, StatusCode::OK);
    let order = authority.get(&page).await.body["order"].clone();
    assert_eq!((&order["station"], &order["reserved"]), (&json!("I-2"), &json!("M-1")));
    assert_eq!(
        authority.post(&format!("{page}/cancellation"), &json!({"reason": "车辆已报废"})).await.body["state"],
        "cancelled"
    );
    let audited = world.audited().await;
    assert_eq!(audited.iter().filter(|row| *row == "shanxi order-reassigned").count(), 2);
}

#[tokio::test]
async fn a_finding_shows_the_curves_and_a_person_decides() {
    let world = world().await;
    let station = of(&world, Role::InspectionStation, "I-1").await;
    let authority = world.person(Role::Authority).await;
    for (number, minutes) in [(1, 60), (2, 30)] {
        let one = of_vehicle(number, upload(&format!("{number}"), 90, minutes));
        assert_eq!(station.post("/api/v1/inspections", &body(&one)).await.status, StatusCode::CREATED);
    }
    assert_eq!(station.get("/api/v1/findings").await.status, StatusCode::FORBIDDEN);
    let listed = authority.get("/api/v1/findings?kind=equal-curves&state=open").await.body;
    assert_eq!((&listed["open"], listed["findings"].as_array().unwrap().len()), (&json!(1), 1));
    let page = format!("/api/v1/findings/{}", listed["findings"][0]["id"].as_str().unwrap());
    let detail = authority.get(&page).await.body;
    assert_eq!(detail["curves"].as_array().unwrap().len(), 2);
    assert_eq!(detail["curves"][0]["k_per_m_hundredths"], detail["curves"][1]["k_per_m_hundredths"]);
    let decision = |word: &str| json!({"decision": word, "reason": "现场核查属实"});
    assert_eq!(
        authority.post(&format!("{page}/decision"), &decision("maybe")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        authority.post(&format!("{page}/decision"), &decision("confirm")).await.body["state"],
        "confirmed"
    );
    assert_eq!(authority.post(&format!("{page}/decision"), &decision("dismiss")).await.code(), "decided");
}

#[tokio::test]
async fn a_spreadsheet_is_uploaded_by_its_shop_and_its_template_reads_back() {
    let world = world().await;
    let shop = world.person(Role::RepairShop).await;
    let template = shop.get("/api/v1/repair-records/template.xlsx").await;
    assert_eq!(template.status, StatusCode::OK);
    let empty =
        shop.ask(Method::POST, "/api/v1/repair-records/sheet?file=a.xlsx", Body::from(template.bytes)).await;
    assert_eq!((empty.status, empty.code()), (StatusCode::UNPROCESSABLE_ENTITY, "refused"));
    assert_eq!(empty.body["refusals"][0]["rule"], "sheet-size");
    let csv = "维修单编号,故障诊断,维修项目,开工时间,竣工时间,合格证编号,结算清单编号,维修人员\n\
               R000102030405060708ff,堵塞,清灰,2026-11-27 09:00,2026-11-27 09:30,C-1,S-1,李\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(csv);
    for bytes in [csv.as_bytes().to_vec(), gbk.into_owned(), [b"\xef\xbb\xbf", csv.as_bytes()].concat()] {
        let refused = shop.ask(Method::POST, "/api/v1/repair-records/sheet", Body::from(bytes)).await;
        let row = &refused.body["refusals"][0];
        assert_eq!((&row["row"], &row["rule"]), (&json!(2), &json!("order-unknown")), "{row}");
    }
    let junk = shop.ask(Method::POST, "/api/v1/repair-records/sheet", Body::from("PK\u{3}\u{4}junk")).await;
    assert_eq!(junk.status, StatusCode::UNPROCESSABLE_ENTITY);
    let station = world.person(Role::InspectionStation).await;
    let forbidden = station.ask(Method::POST, "/api/v1/repair-records/sheet", Body::from(csv)).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
}
