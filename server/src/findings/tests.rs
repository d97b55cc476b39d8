//! Detectors over stored tests, on both databases.

use plumewatch_shared::ids::Region;
use plumewatch_shared::sample as passages;

use super::*;
use crate::inspections::sample::{code, now, of_vehicle, register, upload};
use crate::inspections::wire::{InspectionUpload, UploadedObd};
use crate::orders::{record, take};
use crate::rulebooks::Books;
use crate::store::fixture::{STATION, enrol, on_both, record as passage};
use crate::store::{FindingFilter, FindingRow};

fn after(days: i64) -> Timestamp {
    Timestamp::from_microsecond(now().as_microsecond() + days * 86_400_000_000).unwrap()
}

async fn sent(store: &Store, station: &str, upload: &InspectionUpload) -> InspectionId {
    let came =
        crate::inspections::upload(store, &Books::shipped(), &code(station), upload, "s", after(400)).await;
    came.unwrap().id
}

async fn kinds(store: &Store) -> Vec<String> {
    let reach = Reach::Region(Region::COUNTRY);
    let filter = FindingFilter { reach, state: String::new(), kind: String::new(), older_than: None };
    let found: Vec<FindingRow> = store.reading().await.unwrap().findings(&filter, 100).await.unwrap();
    let mut kinds: Vec<String> = found.into_iter().map(|row| row.kind).collect();
    kinds.sort();
    kinds
}

on_both! {
    async fn cheats_in_single_tests_are_found_once_however_often_it_is_looked(store: Store) {
        register(&store).await;
        let first = sent(&store, "I-1", &of_vehicle(1, upload("1", 90, 300))).await;
        let mut replayed = of_vehicle(2, upload("2", 90, 200));
        replayed.ended_utc_us = replayed.started_utc_us + 20_000_000;
        let second = sent(&store, "I-1", &replayed).await;
        assert_eq!(examine(&store, &first, now()).await.unwrap(), 0);
        assert_eq!(examine(&store, &second, now()).await.unwrap(), 2);
        assert_eq!(examine(&store, &second, now()).await.unwrap(), 0);
        assert_eq!(kinds(&store).await, ["equal-curves", "test-too-short"]);
        // At another station the same curve is another matter: stations do not share meters.
        let third = sent(&store, "I-2", &of_vehicle(3, upload("3", 90, 100))).await;
        assert_eq!(examine(&store, &third, now()).await.unwrap(), 0);
    }

    async fn a_plate_on_two_vehicles_and_a_simulated_computer_are_found(store: Store) {
        register(&store).await;
        let obd = |vin: &str| Some(UploadedObd {
            communicates: true, lamp_consistent: true, lamp_on: false, lamp_km: 0, trouble_codes: vec![],
            not_ready: 0, vin: Some(vin.to_owned()), calibration: Some("CAL1".into()), calibration_sum: Some("AB12".into()),
        });
        let mut last = None;
        for number in 0..5_u32 {
            let mut one = of_vehicle(number, upload(&format!("{number}"), 60 + number as u16, 400 - i64::from(number) * 30));
            one.obd = obd(&one.vehicle.vin);
            one.vehicle.engine_model = Some(format!("E{}", number % 3));
            last = Some(sent(&store, "I-1", &one).await);
        }
        examine(&store, &last.unwrap(), now()).await.unwrap();
        assert_eq!(kinds(&store).await, ["shared-calibration"]);
        let mut cloned = of_vehicle(2, upload("9", 75, 20));
        cloned.vehicle.vin = "LZZ5ELND0B7777777".to_owned();
        let cloned = sent(&store, "I-2", &cloned).await;
        examine(&store, &cloned, now()).await.unwrap();
        assert_eq!(kinds(&store).await, ["shared-calibration", "two-identities"]);
    }

    async fn the_sweep_finds_overdue_orders_and_vehicles_that_fail_three_times(store: Store) {
        register(&store).await;
        let failing = upload("1", 150, 10);
        let books = Books::shipped();
        let came = crate::inspections::upload(&store, &books, &code("I-1"), &failing, "s", now()).await.unwrap();
        let id = came.opened.unwrap();
        assert_eq!(sweep(&store, None, after(30), None).await.unwrap(), 0);
        assert_eq!(sweep(&store, None, after(31), None).await.unwrap(), 1);
        assert_eq!(sweep(&store, None, after(32), None).await.unwrap(), 0);
        for round in 0..2_i64 {
            take(&store, &books, &code("M-1"), &id, None, "m", after(33 + round)).await.unwrap();
            let at = |minutes: i64| plumewatch_shared::time::law_place().to_datetime(
                Timestamp::from_microsecond(after(33 + round).as_microsecond() + minutes * 60_000_000).unwrap());
            let draft = server_core::order::RepairDraft {
                diagnosis: "堵塞".into(), work: vec!["清灰".into()], parts: vec![], started: Some(at(1)),
                finished: Some(at(2)), certificate: format!("C-{round}"), settlement: "S".into(), technician: "李".into(),
                odometer_km: None,
            };
            record(&store, &books, &code("M-1"), &id, None, &draft, "m", after(34 + round)).await.unwrap();
            let minutes = -(33 + round) * 1_440 - 600;
            let mut retest = upload(&format!("r{round}"), 165 + round as u16 * 15, minutes);
            retest.order = Some(id.as_str().to_owned());
            sent(&store, "I-1", &retest).await;
        }
        sweep(&store, None, after(36), None).await.unwrap();
        assert_eq!(kinds(&store).await, ["fails-repeatedly", "order-overdue"]);
    }

    async fn a_station_whose_passed_vehicles_exceed_within_days_is_found(store: Store) {
        register(&store).await;
        enrol(&store, STATION).await;
        for number in 1..=3_u32 {
            let one = of_vehicle(number, upload(&format!("{number}"), 50 + number as u16 * 15, 60 * 24 * 6 + i64::from(number) * 30));
            sent(&store, "I-1", &one).await;
            let exceeding = passages::passage(u64::from(number)).of(&one.vehicle.plate).with_opacity(3_500);
            let new = passage(exceeding.at("2026-11-24T02:00:00Z"));
            let mut writing = store.writing().await.unwrap();
            writing.insert_passages(std::slice::from_ref(&new)).await.unwrap();
            writing.insert_countings(&[&new]).await.unwrap();
            writing.commit().await.unwrap();
        }
        sweep(&store, None, now(), None).await.unwrap();
        assert_eq!(kinds(&store).await, ["passes-then-exceeds"]);
    }

    async fn a_finding_is_decided_once_with_a_reason_by_who_reaches_it(store: Store) {
        register(&store).await;
        let mut short = upload("1", 90, 30);
        short.ended_utc_us = short.started_utc_us + 9_000_000;
        let id = sent(&store, "I-1", &short).await;
        examine(&store, &id, now()).await.unwrap();
        let reach = Reach::Region("140000".parse().unwrap());
        let filter = FindingFilter { reach: reach.clone(), state: "open".into(), kind: String::new(), older_than: None };
        let found = store.reading().await.unwrap().findings(&filter, 10).await.unwrap().remove(0);
        assert_eq!((found.zh.as_str(), found.organisation_name.as_deref()),
            ("自由加速法仅用时9秒，程序至少需要60秒。", Some("检测站 I-1")));
        let id = FindingId::parse(&found.id).unwrap();
        let reason = Reason::new("已现场核查").unwrap();
        let elsewhere = Reach::Region("110000".parse().unwrap());
        assert!(matches!(decide(&store, &elsewhere, &id, true, &reason, "a", now()).await, Err(LoopError::Unknown)));
        assert_eq!(decide(&store, &reach, &id, true, &reason, "a", now()).await.unwrap(), Ok(FindingState::Confirmed));
        assert_eq!(decide(&store, &reach, &id, false, &reason, "b", now()).await.unwrap(), Err(Decided));
        assert_eq!(store.reading().await.unwrap().open_finding_count(&reach).await.unwrap(), 0);
        let rows = store.reading().await.unwrap().audit_of(id.as_str()).await.unwrap();
        let actions: Vec<&str> = rows.iter().map(|row| row.entry.action.word()).collect();
        assert_eq!(actions, ["finding-raised", "finding-decided"]);
    }
}
