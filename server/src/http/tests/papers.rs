//! Papers and workbooks over HTTP: who may take them out, what they rest on, and that each is written down.

use std::io::Cursor;

use axum::http::{StatusCode, header};
use calamine::{Data, Reader, Xlsx};
use serde_json::json;
use server_core::access::Role;

use super::world::{Answer, Person, World};
use crate::inspections::sample::{now, register, upload};
use crate::store::listing_fixture::{add_carrier, add_case, add_fleet, case_id};

const STATION: &str = "A140105001";

fn is_paper(answer: &Answer) -> bool {
    answer.status == StatusCode::OK
        && answer.headers[header::CONTENT_TYPE] == "application/pdf"
        && answer.headers[header::CACHE_CONTROL] == "no-store"
        && answer.bytes.starts_with(b"%PDF-")
}

/// The rows of a workbook without its header.
fn rows(answer: &Answer) -> Vec<Vec<Data>> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(&answer.bytes)).unwrap();
    let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().skip(1).map(<[Data]>::to_vec).collect()
}

async fn event(authority: &Person<'_>, case: &str, said: serde_json::Value) {
    let moved = authority.post(&format!("/api/v1/cases/{case}/events"), &said).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
}

#[tokio::test]
async fn a_notice_printed_again_is_the_notice_that_went_out() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let authority = world.person(Role::Authority).await;
    let path = format!("/api/v1/cases/{case}/notice.pdf");
    let before = authority.get(&path).await;
    assert!(is_paper(&before), "{} {}", before.status, before.body);
    event(
        &authority,
        &case,
        json!({"event": "serve-notice", "reason": "邮寄送达", "method": "letter", "received_day": "2026-11-23",
            "paper": "并环改〔2026〕118号"}),
    )
    .await;
    let served = authority.get(&path).await;
    assert!(is_paper(&served) && served.bytes != before.bytes, "it bears its number and service now");
    let order = json!({"event": "order-repair", "reason": "责令维修", "station": "I-140105-01"});
    event(&authority, &case, order).await;
    let again = authority.get(&path).await;
    assert_eq!(again.bytes, served.bytes, "what came later is on other papers");
    let audited = world.audited().await;
    assert_eq!(audited.iter().filter(|row| *row == "authority document-printed").count(), 3);
}

#[tokio::test]
async fn who_may_not_read_a_case_prints_nothing_of_it() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let elsewhere = world.person_of("elsewhere", Role::Authority, 110_000).await;
    let enforcer = world.person(Role::Enforcer).await;
    for paper in ["notice", "closing"] {
        let path = format!("/api/v1/cases/{case}/{paper}.pdf");
        let (none, never) =
            (elsewhere.get(&path).await, format!("/api/v1/cases/C00112233445566778899/{paper}.pdf"));
        assert_eq!((none.status, none.body), (StatusCode::NOT_FOUND, elsewhere.get(&never).await.body));
        assert_eq!(enforcer.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED);
    }
    assert!(!world.audited().await.iter().any(|row| row.ends_with("document-printed")));
}

#[tokio::test]
async fn a_closing_letter_waits_for_the_end() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let authority = world.person(Role::Authority).await;
    let path = format!("/api/v1/cases/{case}/closing.pdf");
    let early = authority.get(&path).await;
    assert_eq!((early.status, early.code()), (StatusCode::CONFLICT, "case-open"));
    event(&authority, &case, json!({"event": "withdraw", "reason": "号牌被套用，见案卷第12页"})).await;
    assert!(is_paper(&authority.get(&path).await));
}

#[tokio::test]
async fn a_failed_inspection_has_its_report_and_its_order_for_its_own_station() {
    let world = World::start().await;
    world.pass(std::time::Duration::try_from(now().duration_since(world.site.now())).unwrap());
    register(&world.site.store).await;
    let station = world.person(Role::InspectionStation).await;
    let failing = serde_json::to_value(upload("JC1", 150, 10)).unwrap();
    let came = station.post("/api/v1/inspections", &failing).await;
    assert_eq!(came.status, StatusCode::CREATED, "{}", came.body);
    let name = |key: &str| came.body["inspection"][key].as_str().unwrap().to_owned();
    let (report, order) = (
        format!("/api/v1/inspections/{}/report.pdf", name("id")),
        format!("/api/v1/orders/{}/order.pdf", name("opened_order")),
    );
    for path in [&report, &order] {
        let paper = station.get(path).await;
        assert!(is_paper(&paper), "{path}: {} {}", paper.status, paper.body);
    }
    world.add_account_for("i-2", Role::InspectionStation, 140_105, "I-2").await;
    let mut other = world.stranger();
    other.sign_in("i-2", super::world::PASSWORD).await;
    for path in [&report, &order] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }

    // A report that the raw data contradict is held, and never on paper.
    let mut lying = upload("JC2", 150, 20);
    lying.vehicle.plate = "晋A54321".to_owned();
    lying.vehicle.vin = "LZZ5ELND0A1234568".to_owned();
    lying.outcome = "passed".to_owned();
    lying.failed.clear();
    let came = station.post("/api/v1/inspections", &serde_json::to_value(&lying).unwrap()).await;
    assert_eq!(came.body["inspection"]["state"], "held", "{}", came.body);
    let id = came.body["inspection"]["id"].as_str().unwrap();
    let refused = station.get(&format!("/api/v1/inspections/{id}/report.pdf")).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "report-held"));
}

#[tokio::test]
async fn a_decision_on_a_carrier_is_on_paper_once_it_is_taken() {
    const CARRIER: &str = "91350100M000100Y43";
    let world = World::start().await;
    add_carrier(&world.site.store, CARRIER, 140_105).await;
    add_fleet(&world.site.store, CARRIER, 0..20, "2020-01-01").await;
    let mut writing = world.site.store.writing().await.unwrap();
    for case in [0, 1] {
        add_case(&mut writing, case, case, &["2026-10-01".parse().unwrap()]).await;
        let told =
            crate::listings::confirmed(&mut writing, &world.site.books, &case_id(case), world.site.now())
                .await;
        told.unwrap().write(&mut writing).await.unwrap();
    }
    writing.commit().await.unwrap();
    let authority = world.person(Role::Authority).await;
    let listing =
        authority.get("/api/v1/listings").await.body["listings"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/listings/{listing}/decision.pdf");
    let early = authority.get(&path).await;
    assert_eq!((early.status, early.code()), (StatusCode::CONFLICT, "listing-undecided"));
    let decision = json!({"decision": "list", "reason": "两辆车经确认超标", "from_day": "2026-11-23",
        "until_day": "2027-11-23", "notice": "晋交〔2026〕12号"});
    let decided = authority.post(&format!("/api/v1/listings/{listing}/decisions"), &decision).await;
    assert!(decided.status.is_success(), "{}", decided.body);
    assert!(is_paper(&authority.get(&path).await));
    let elsewhere = world.person_of("elsewhere", Role::Authority, 110_000).await;
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);

    let list = rows(&authority.get("/api/v1/listings/export.xlsx").await);
    assert_eq!(list.len(), 1);
    assert_eq!(list[0][4], Data::String("已列入 listed".to_owned()));
    assert_eq!(
        (&list[0][8], &list[0][9], &list[0][10]),
        (&Data::Float(2.0), &Data::Float(20.0), &Data::Float(10.0))
    );
    assert!(rows(&elsewhere.get("/api/v1/listings/export.xlsx").await).is_empty());
}

#[tokio::test]
async fn a_workbook_holds_what_the_list_holds_and_no_row_more() {
    let world = World::start().await;
    let case = world.store_case(STATION).await;
    let authority = world.person(Role::Authority).await;
    let elsewhere = world.person_of("elsewhere", Role::Authority, 110_000).await;

    let passages = rows(&authority.get("/api/v1/passages/export.xlsx").await);
    assert_eq!(passages.len(), 2);
    assert_eq!(passages[0][0], Data::String("A140105001-0000000002".to_owned()), "newest first");
    assert_eq!(
        (&passages[0][5], &passages[0][8]),
        (&Data::String("晋A12345".to_owned()), &Data::Float(35.0))
    );
    assert!(rows(&elsewhere.get("/api/v1/passages/export.xlsx").await).is_empty());
    assert!(rows(&authority.get("/api/v1/passages/export.xlsx?outcome=passed").await).is_empty());
    let nobody = authority.get("/api/v1/passages/export.xlsx?plate=%E6%99%8BA12345").await;
    assert_eq!(nobody.code(), "reason", "a plate is looked for with a reason alone");

    let cases = rows(&authority.get("/api/v1/cases/export.xlsx").await);
    assert_eq!(cases[0][0], Data::String(case));
    assert_eq!(cases[0][4], Data::String("已立案 opened".to_owned()));
    assert!(rows(&elsewhere.get("/api/v1/cases/export.xlsx").await).is_empty());
    assert!(rows(&authority.get("/api/v1/orders/export.xlsx").await).is_empty());
    for (kind, count) in [("carriers", 0), ("inspection-stations", 1), ("repair-shops", 0)] {
        let listed = rows(&authority.get(&format!("/api/v1/register/export.xlsx?kind={kind}")).await);
        assert_eq!(listed.len(), count, "{kind}");
    }
    assert_eq!(authority.get("/api/v1/register/export.xlsx?kind=ships").await.code(), "invalid");

    assert_eq!(authority.get("/api/v1/audit/export.xlsx?reason=").await.code(), "reason");
    let audit = rows(&authority.get("/api/v1/audit/export.xlsx?reason=%E5%BA%AD%E5%AE%A1").await);
    let taken = |row: &&Vec<Data>| row[3] == Data::String("list-exported".to_owned());
    assert_eq!(audit.iter().filter(taken).count(), 9, "every workbook before this one is written down");
    let enforcer = world.person(Role::Enforcer).await;
    for path in ["cases/export.xlsx", "orders/export.xlsx", "audit/export.xlsx?reason=x"] {
        assert_eq!(enforcer.get(&format!("/api/v1/{path}")).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}
