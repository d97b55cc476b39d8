//! What the store promises of records that are no passages, on SQLite and on PostgreSQL alike.

use plumewatch_shared::ids::{FileHash, PassageId};
use plumewatch_shared::protocol::message::WireEvidence;
use plumewatch_shared::protocol::record::RecordReport;
use plumewatch_shared::sample;
use server_core::ledger::{Gap, Received};

use super::fixture::*;
use super::*;

fn id(sequence: u64) -> PassageId {
    PassageId { station: station(STATION), sequence }
}

fn passage(sequence: u64) -> NewRecord {
    NewRecord::Passage(Box::new(record(sample::passage(sequence))))
}

on_both! {
    async fn one_sequence_is_one_record_of_whatever_kind(store: Store) {
        enrol(&store, STATION).await;
        let (test, check) = (new_test(test_report(1)), new_check(check_report(2, 0)));
        assert_eq!(insert_records(&store, &[test.clone(), check.clone(), passage(3)]).await, [Insertion::New; 3]);
        assert_eq!(insert_records(&store, &[test, check, passage(3)]).await, [Insertion::Repeated; 3]);
        let others = [passage(1), new_test(test_report(2)), new_check(check_report(3, 0))];
        assert_eq!(insert_records(&store, &others).await, [Insertion::Taken; 3]);
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.passages(&PassageFilter::all(china()), 10).await.unwrap().len(), 1);
        assert_eq!(reading.exhaust_tests(&ExhaustTestFilter::all(china()), 10).await.unwrap().len(), 1);
        assert_eq!(reading.device_checks(station(STATION), 0, 10).await.unwrap().len(), 1);
    }

    async fn the_ledger_and_the_chain_run_through_all_kinds(store: Store) {
        enrol(&store, STATION).await;
        let first = passage(1);
        let second = new_record(first.link(), RecordReport::ExhaustTest(Box::new(test_report(2))));
        let third = new_record(second.link(), RecordReport::DeviceCheck(Box::new(check_report(3, 0))));
        let stray = new_record(FileHash::of(b"elsewhere"), RecordReport::ExhaustTest(Box::new(test_report(4))));
        insert_records(&store, &[first, third, new_check(check_report(6, 0)), stray]).await;
        let mut reading = store.reading().await.unwrap();
        let received = reading.received(station(STATION)).await.unwrap();
        assert_eq!(received, Some(Received { lowest: 1, highest: 6, count: 4 }));
        let holes = reading.holes(station(STATION)).await.unwrap();
        assert_eq!(holes, [Gap { from: 2, to: 2 }, Gap { from: 5, to: 5 }]);
        drop(reading);
        insert_records(&store, &[second]).await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.exhaust_test(id(2)).await.unwrap().unwrap().chain_ok, Some(true));
        assert_eq!(reading.chain_breaks(station(STATION)).await.unwrap(), [4]);
    }

    async fn a_test_reads_back_as_the_edge_reported_it(store: Store) {
        enrol(&store, STATION).await;
        let mut report = test_report(7);
        report.passage = Some(id(1).to_string());
        let body = RecordReport::ExhaustTest(Box::new(report.clone())).body();
        insert_records(&store, &[passage(1), new_test(report)]).await;
        let mut reading = store.reading().await.unwrap();
        let full = reading.exhaust_test(id(7)).await.unwrap().unwrap();
        assert_eq!((full.report, full.row.station_name.as_str()), (body, "太原东"));
        assert_eq!((full.row.plate.as_deref(), full.row.plate_colour.as_deref()), (Some("晋A12345"), Some("yellow")));
        assert_eq!((full.row.outcome.as_str(), full.row.edge_outcome.as_deref()), ("failed", Some("failed")));
        assert_eq!((full.row.method.as_str(), full.row.k_mean, full.row.disagrees), ("free-acceleration", Some(151), false));
        assert_eq!((full.row.samples, full.row.results), (2, 0));
        assert_eq!(full.samples.iter().map(|s| s.seal.as_str()).collect::<Vec<_>>(), ["U-0001", "F-0001"]);
        assert!(full.verdict.unwrap().contains("GB 3847-2018"));
        assert_eq!(reading.exhaust_test(id(8)).await.unwrap(), None);
        assert_eq!(reading.test_of_passage(id(1)).await.unwrap(), Some(id(7)));
        assert_eq!(reading.passage(id(1)).await.unwrap().unwrap().exhaust_test, Some(id(7)));
        assert_eq!(reading.test_of_passage(id(7)).await.unwrap(), None);
    }

    async fn tests_are_listed_by_region_plate_outcome_station_and_time(store: Store) {
        enrol(&store, STATION).await;
        let tests: Vec<_> = (1..=3).map(|n| new_test(test_report(n))).collect();
        insert_records(&store, &tests).await;
        let mut reading = store.reading().await.unwrap();
        let all = ExhaustTestFilter::all(china());
        let minute = |n: i64| Some(now().as_microsecond() + n * 60_000_000);
        let cases = [
            (all.clone(), vec![3, 2, 1]),
            (ExhaustTestFilter { scope: "110000".parse().unwrap(), ..all.clone() }, vec![]),
            (ExhaustTestFilter { plate: Some("晋A12345".parse().unwrap()), ..all.clone() }, vec![3, 2, 1]),
            (ExhaustTestFilter { plate: Some("晋B88888".parse().unwrap()), ..all.clone() }, vec![]),
            (ExhaustTestFilter { outcome: Some(plumewatch_shared::exhaust_test::TestOutcome::Passed), ..all.clone() }, vec![]),
            (ExhaustTestFilter { station: Some(station("A140105002")), ..all.clone() }, vec![]),
            (ExhaustTestFilter { from_us: minute(2), to_us: minute(3), ..all.clone() }, vec![2]),
            (ExhaustTestFilter { older_than: Some((minute(3).unwrap(), id(3))), ..all }, vec![2, 1]),
        ];
        for (filter, expected) in cases {
            let rows = reading.exhaust_tests(&filter, 10).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.sequence).collect::<Vec<_>>(), expected, "{filter:?}");
        }
    }

    async fn a_laboratorys_result_is_kept_once(store: Store) {
        enrol(&store, STATION).await;
        insert_records(&store, &[new_test(test_report(1))]).await;
        let result = SampleResult {
            passed: false,
            found: "尿素含量 21.4 %".to_owned(),
            laboratory: "省质检院".to_owned(),
            report_number: "NO-7".to_owned(),
        };
        let mut writing = store.writing().await.unwrap();
        assert!(writing.insert_sample_result(id(1), 1, &result, "wang", now()).await.unwrap());
        let other = SampleResult { passed: true, ..result };
        assert!(!writing.insert_sample_result(id(1), 1, &other, "li", now()).await.unwrap());
        writing.commit().await.unwrap();
        let full = store.reading().await.unwrap().exhaust_test(id(1)).await.unwrap().unwrap();
        assert_eq!((full.row.samples, full.row.results), (2, 1));
        assert_eq!((full.samples[0].passed, full.samples[0].entered_by.as_deref()), (Some(false), Some("wang")));
        assert_eq!(full.samples[1].passed, None);
        let mut writing = store.writing().await.unwrap();
        let nowhere = writing.insert_sample_result(id(1), 3, &other, "li", now()).await;
        assert!(matches!(nowhere, Err(StoreError::Conflict { .. })), "{nowhere:?}");
    }

    async fn a_check_reads_back_point_by_point_newest_first(store: Store) {
        enrol(&store, STATION).await;
        insert_records(&store, &[new_check(check_report(1, 5_000)), new_check(check_report(2, 5_001))]).await;
        let mut reading = store.reading().await.unwrap();
        let checks = reading.device_checks(station(STATION), 0, 10).await.unwrap();
        let told: Vec<_> = checks.iter().map(|check| (check.sequence, check.passed, check.disagrees)).collect();
        assert_eq!(told, [(2, false, false), (1, true, false)]);
        let points = reading.check_points(station(STATION), 0, 1).await.unwrap();
        assert_eq!(points.iter().map(|p| (p.sequence, p.measured, p.holds)).collect::<Vec<_>>(), [(2, 105_001, false)]);
        let later = now().as_microsecond() + 90_000_000;
        assert_eq!(reading.device_checks(station(STATION), later, 10).await.unwrap().len(), 1);
    }

    async fn a_tests_files_are_its_evidence_as_a_passages_are(store: Store) {
        enrol(&store, STATION).await;
        let hash = FileHash::of(b"a picture");
        let mut report = test_report(1);
        report.evidence = vec![WireEvidence { kind: "vehicle-front".to_owned(), sha256: hash.to_string(), bytes: 9 }];
        insert_records(&store, &[new_test(report)]).await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.announced_bytes(station(STATION), hash).await.unwrap(), Some(9));
        assert!(!reading.record_evidence(id(1)).await.unwrap()[0].stored);
        drop(reading);
        let mut writing = store.writing().await.unwrap();
        writing.insert_file(hash, 9, now()).await.unwrap();
        writing.commit().await.unwrap();
        let mut reading = store.reading().await.unwrap();
        assert!(reading.file_is_visible(hash, "140000".parse().unwrap()).await.unwrap());
        assert!(!reading.file_is_visible(hash, "440000".parse().unwrap()).await.unwrap());
        assert_eq!(reading.records_with_file(hash).await.unwrap(), [id(1)]);
    }
}
