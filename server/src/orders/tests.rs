//! The closed loop on both databases: from a failed inspection to a passing retest, and every refusal on the way.

use jiff::Timestamp;
use jiff::civil::DateTime;
use plumewatch_shared::ids::Region;
use server_core::access::Reach;
use server_core::order::RepairDraft;
use server_core::order::table::COLUMNS;
use server_core::review::Reason;

use super::*;
use crate::inspections::sample::{code, now, register, upload};
use crate::inspections::wire::InspectionUpload;
use crate::inspections::{Uploaded, upload as send};
use crate::sheets::{Cell, Row, Sheet};
use crate::store::OrderFilter;
use crate::store::Store;
use crate::store::fixture::on_both;

fn books() -> Books {
    Books::shipped()
}

fn after(minutes: i64) -> Timestamp {
    Timestamp::from_microsecond(now().as_microsecond() + minutes * 60_000_000).unwrap()
}

fn draft(certificate: &str) -> RepairDraft {
    let here = |minutes| -> DateTime { law_place().to_datetime(after(minutes)) };
    RepairDraft {
        diagnosis: "喷油器雾化不良".to_owned(),
        work: vec!["清洗喷油器".to_owned()],
        parts: vec![],
        started: Some(here(2)),
        finished: Some(here(30)),
        certificate: certificate.to_owned(),
        settlement: "JS-1".to_owned(),
        technician: "李师傅".to_owned(),
        odometer_km: None,
    }
}

/// A retest of an order that began at this many minutes after now.
fn retest(report: &str, peak: u16, order: &OrderId, minutes: i64) -> InspectionUpload {
    InspectionUpload { order: Some(order.as_str().to_owned()), ..upload(report, peak, -minutes) }
}

async fn sent(store: &Store, station: &str, upload: &InspectionUpload) -> Result<Uploaded, LoopError> {
    send(store, &books(), &code(station), upload, station, after(600)).await
}

async fn failed(store: &Store) -> OrderId {
    register(store).await;
    let failing = upload("1", 150, 10);
    send(store, &books(), &code("I-1"), &failing, "i", now())
        .await
        .unwrap()
        .opened
        .expect("a failed vehicle gets an order")
}

async fn taken(store: &Store, id: &OrderId, shop: &str) -> Result<Followed, LoopError> {
    take(store, &books(), &code(shop), id, None, shop, after(1)).await
}

async fn recorded(store: &Store, id: &OrderId, shop: &str, certificate: &str) -> Result<Followed, LoopError> {
    record(store, &books(), &code(shop), id, None, &draft(certificate), shop, after(60)).await
}

async fn state(store: &Store, id: &OrderId) -> (&'static str, u32) {
    let country = Reach::Region(Region::COUNTRY);
    let row = store.reading().await.unwrap().order(id, &country).await.unwrap().unwrap();
    (row.order.state.word(), row.order.failures)
}

/// A table of one record for each order, as a program reads it from a file whose header is row 1.
fn table(ids: &[OrderId]) -> Sheet {
    let header = COLUMNS.iter().map(|column| column.zh.to_owned()).collect();
    let row = |(at, id): (usize, &OrderId)| {
        let certificate = format!("C-{at}");
        let texts = [
            id.as_str(),
            "喷油器雾化不良",
            "清洗喷油器；更换滤清器",
            "滤清器|曼牌|C25|",
            "2026-11-27 10:02",
            "2026-11-27 10:30",
            &certificate,
            "JS-1",
            "李师傅",
            "120000",
        ];
        Row { number: at as u32 + 2, cells: texts.map(Cell::of_text).to_vec() }
    };
    Sheet { name: "维修记录".to_owned(), header, rows: ids.iter().enumerate().map(row).collect() }
}

/// The code of the rule that refused it.
fn rule<T: std::fmt::Debug>(result: Result<T, LoopError>) -> String {
    match result.unwrap_err() {
        LoopError::Forbidden(rule) => rule.code.to_owned(),
        LoopError::Refused(rows) => rows.iter().map(|row| format!("{} {}", row.column, row.rule)).collect(),
        LoopError::Unknown => "unknown".to_owned(),
        LoopError::Store(error) => panic!("{error}"),
    }
}

on_both! {
    async fn a_truck_goes_from_failing_to_passing_and_every_short_cut_is_refused(store: Store) {
        let id = failed(&store).await;
        assert_eq!(state(&store, &id).await, ("ordered", 1));
        // Before the repair.
        assert_eq!(rule(sent(&store, "I-1", &upload("2", 80, -40)).await), "order-open");
        assert_eq!(rule(sent(&store, "I-1", &retest("2", 80, &id, 40)).await), "repair-first");
        assert_eq!(rule(taken(&store, &id, "M-2").await), "shop-not-qualified");
        assert_eq!(rule(recorded(&store, &id, "M-1", "C-1").await), "take-first");
        assert!(!taken(&store, &id, "M-1").await.unwrap().repeated);
        assert!(taken(&store, &id, "M-1").await.unwrap().repeated, "taken twice is taken once");
        assert_eq!(rule(taken(&store, &id, "ORG-1").await), "taken-by-other-shop");
        assert_eq!(rule(recorded(&store, &id, "ORG-1", "C-1").await), "order-unknown", "another shop's is nobody's to see");
        assert!(!recorded(&store, &id, "M-1", "C-1").await.unwrap().repeated);
        assert!(recorded(&store, &id, "M-1", "C-1").await.unwrap().repeated, "sent twice is one record");
        // After it.
        assert_eq!(rule(sent(&store, "I-2", &retest("2", 80, &id, 40)).await), "other-station");
        assert_eq!(rule(sent(&store, "I-1", &retest("2", 80, &id, 20)).await), "retest-before-repair-end");
        sent(&store, "I-1", &retest("2", 80, &id, 40)).await.unwrap();
        assert_eq!(state(&store, &id).await, ("closed", 1));
        assert!(sent(&store, "I-1", &retest("2", 80, &id, 40)).await.unwrap().repeated);
        assert_eq!(rule(sent(&store, "I-1", &retest("3", 80, &id, 50)).await), "order-ended");
        // The next periodic inspection is free again.
        assert!(sent(&store, "I-2", &upload("9", 80, -60)).await.unwrap().opened.is_none());
        let audited = store.reading().await.unwrap().audit_of(id.as_str()).await.unwrap();
        let actions: Vec<&str> = audited.iter().map(|row| row.entry.action.word()).collect();
        assert_eq!(actions, ["repair-ordered", "order-taken", "repair-recorded", "retest-passed"]);
    }

    async fn a_failed_retest_orders_anew_and_another_shop_may_try(store: Store) {
        let id = failed(&store).await;
        taken(&store, &id, "M-1").await.unwrap();
        recorded(&store, &id, "M-1", "C-1").await.unwrap();
        let came = sent(&store, "I-1", &retest("2", 140, &id, 40)).await.unwrap();
        assert_eq!(came.opened, None, "the same order goes on");
        assert_eq!(state(&store, &id).await, ("ordered", 2));
        taken(&store, &id, "ORG-1").await.unwrap();
        recorded(&store, &id, "ORG-1", "C-1").await.expect("another shop's certificates have their own numbers");
        let row = store.reading().await.unwrap().order(&id, &Reach::Shop(code("M-1"))).await.unwrap();
        assert!(row.is_some(), "the first shop sees the order that it had a record in");
        assert_eq!(state(&store, &id).await, ("repaired", 2));
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.repair_records(&id).await.unwrap().len(), 2);
        assert_eq!(reading.retests(&id).await.unwrap().len(), 1);
    }

    async fn a_certificate_is_for_one_repair(store: Store) {
        let id = failed(&store).await;
        taken(&store, &id, "M-1").await.unwrap();
        recorded(&store, &id, "M-1", "C-1").await.unwrap();
        let other = crate::inspections::sample::of_vehicle(77, upload("5", 150, 5));
        let other = send(&store, &books(), &code("I-1"), &other, "i", now()).await.unwrap().opened.unwrap();
        taken(&store, &other, "M-1").await.unwrap();
        assert_eq!(rule(recorded(&store, &other, "M-1", "C-1").await), "certificate-used");
        recorded(&store, &other, "M-1", "C-2").await.unwrap();
    }

    async fn a_closed_stations_order_is_given_to_another_by_a_person(store: Store) {
        let id = failed(&store).await;
        taken(&store, &id, "M-1").await.unwrap();
        recorded(&store, &id, "M-1", "C-1").await.unwrap();
        let country = Reach::Region(Region::COUNTRY);
        let reason = || Reason::new("原检验机构已停业").unwrap();
        let books = books();
        let wished = |wish| reassign(&store, &books, &country, &id, wish, "authority", after(65));
        assert_eq!(rule(wished(Wish::Station(code("I-9"), reason())).await), "station-closed");
        assert_eq!(rule(wished(Wish::Shop(Some(code("ORG-1")), reason())).await), "record-exists");
        wished(Wish::Station(code("I-2"), reason())).await.unwrap();
        assert_eq!(rule(sent(&store, "I-1", &retest("2", 80, &id, 40)).await), "other-station");
        sent(&store, "I-2", &retest("2", 80, &id, 40)).await.unwrap();
        assert_eq!(state(&store, &id).await.0, "closed");
        let elsewhere = Reach::Region("110000".parse().unwrap());
        let gone = reassign(&store, &books, &elsewhere, &id, Wish::Cancel(reason()), "other", after(70)).await;
        assert_eq!(rule(gone), "unknown");
    }

    async fn each_sees_its_own_orders_alone(store: Store) {
        let id = failed(&store).await;
        let sees = async |reach: Reach| {
            let filter = OrderFilter { reach: reach.clone(), state: String::new(), open_and_due_before: None, older_than: None };
            let mut reading = store.reading().await.unwrap();
            let listed = reading.orders(&filter, 10).await.unwrap().len() == 1;
            assert_eq!(listed, reading.order(&id, &reach).await.unwrap().is_some(), "{reach:?}");
            listed
        };
        assert!(sees(Reach::Station(code("I-1"))).await);
        assert!(!sees(Reach::Station(code("I-2"))).await);
        assert!(!sees(Reach::Shop(code("M-1"))).await, "not taken yet");
        taken(&store, &id, "M-1").await.unwrap();
        assert!(sees(Reach::Shop(code("M-1"))).await);
        assert!(!sees(Reach::Shop(code("M-2"))).await);
        assert!(sees(Reach::Region("140100".parse().unwrap())).await);
        assert!(!sees(Reach::Region("110000".parse().unwrap())).await);
    }

    async fn a_clerk_uploads_fifty_records_of_which_three_are_wrong_and_nothing_is_half_applied(store: Store) {
        register(&store).await;
        let mut ids = Vec::new();
        for number in 0..50_u32 {
            let failing = crate::inspections::sample::of_vehicle(number, upload(&format!("{number}"), 150, 10));
            let came = send(&store, &books(), &code("I-1"), &failing, "i", now()).await.unwrap();
            let id = came.opened.unwrap();
            if number != 30 {
                taken(&store, &id, "M-1").await.unwrap(); // The clerk forgot to take one.
            }
            ids.push(id);
        }
        let mut sheet = table(&ids);
        sheet.rows[9].cells[6] = Cell::Empty;
        sheet.rows[20].cells[5] = Cell::of_text("2026-11-27 09:00");
        let send_sheet = async |sheet: &Sheet| {
            sheet::records(&store, &books(), &code("M-1"), sheet, "clerk", after(120)).await
        };
        let LoopError::Refused(refused) = send_sheet(&sheet).await.unwrap_err() else { panic!() };
        let told: Vec<(Option<u32>, &str, &str)> =
            refused.iter().map(|row| (row.row, row.column.as_str(), row.rule.as_str())).collect();
        assert_eq!(told, [
            (Some(11), "合格证编号", "field.missing"),
            (Some(22), "竣工时间", "ends-before-start"),
            (Some(32), "维修单编号", "take-first"),
        ]);
        assert!(refused.iter().all(|row| !row.remedy_zh.is_empty() && !row.remedy_en.is_empty()));
        for id in &ids {
            assert!(store.reading().await.unwrap().repair_records(id).await.unwrap().is_empty());
        }
        // Mended as told, it is taken; sent once more, nothing changes.
        taken(&store, &ids[30], "M-1").await.unwrap();
        let mended = table(&ids);
        assert_eq!(send_sheet(&mended).await.unwrap(), sheet::Applied { records: 50, repeated: 0, watchlist: false });
        assert_eq!(send_sheet(&mended).await.unwrap().repeated, 50);
        assert_eq!(state(&store, &ids[49]).await.0, "repaired");
    }

    async fn a_table_with_the_same_certificate_twice_or_another_header_is_refused_whole(store: Store) {
        let id = failed(&store).await;
        taken(&store, &id, "M-1").await.unwrap();
        let other = crate::inspections::sample::of_vehicle(8, upload("8", 150, 10));
        let other = send(&store, &books(), &code("I-1"), &other, "i", now()).await.unwrap().opened.unwrap();
        taken(&store, &other, "M-1").await.unwrap();
        let mut sheet = table(&[id, other]);
        sheet.rows[1].cells[6] = sheet.rows[0].cells[6].clone();
        let refused = async |sheet: &Sheet| {
            rule(sheet::records(&store, &books(), &code("M-1"), sheet, "clerk", after(120)).await)
        };
        assert_eq!(refused(&sheet).await, "合格证编号 certificate-used");
        sheet.header[6] = "编号".to_owned();
        assert_eq!(refused(&sheet).await, " header.missing");
        sheet.rows.clear();
        sheet.header[6] = "合格证编号".to_owned();
        assert_eq!(refused(&sheet).await, " sheet-size");
    }

    async fn two_shops_that_take_at_once_leave_the_order_with_one(store: Store) {
        let id = failed(&store).await;
        let (one, two) = tokio::join!(taken(&store, &id, "M-1"), taken(&store, &id, "ORG-1"));
        let refused: Vec<String> = [one, two].into_iter().filter(Result::is_err).map(rule).collect();
        assert_eq!(refused, ["taken-by-other-shop"]);
    }
}
