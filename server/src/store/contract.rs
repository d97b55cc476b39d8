//! What the store promises, on SQLite and on PostgreSQL alike.

use plumewatch_shared::ids::{FileHash, PassageId};
use plumewatch_shared::passage::{EvidenceFile, EvidenceKind};
use plumewatch_shared::protocol::message::{HealthReport, StateReport, WireStamp};
use plumewatch_shared::sample;
use plumewatch_shared::watchlist::WatchReason;
use server_core::audit::{Action, Tip, verify};
use server_core::ledger::{Gap, Received, gaps, missing};

use super::engine::change;
use super::fixture::*;
use super::*;

async fn insert(store: &Store, passages: &[NewPassage]) -> Vec<Insertion> {
    let mut writing = store.writing().await.unwrap();
    let insertions = writing.insert_passages(passages).await.unwrap();
    writing.commit().await.unwrap();
    insertions
}

on_both! {
    async fn a_passage_is_stored_once_and_a_repeat_is_known(store: Store) {
        enrol(&store, STATION).await;
        let first = record(sample::passage(1));
        let other = record(sample::passage(1).with_opacity(2_000));
        assert_eq!(insert(&store, std::slice::from_ref(&first)).await, [Insertion::New]);
        assert_eq!(insert(&store, &[first]).await, [Insertion::Repeated]);
        assert_eq!(insert(&store, &[other]).await, [Insertion::Taken]);
        let page = store.reading().await.unwrap().passages(&PassageFilter::all(china()), 10).await.unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].opacity_mean, Some(1_200));
    }

    async fn a_large_batch_is_stored_whole(store: Store) {
        enrol(&store, STATION).await;
        let passages: Vec<_> = (1..=200).map(|n| record(sample::passage(n))).collect();
        assert_eq!(insert(&store, &passages).await, vec![Insertion::New; 200]);
        let received = store.reading().await.unwrap().received(station(STATION)).await.unwrap();
        assert_eq!(received, Some(Received { lowest: 1, highest: 200, count: 200 }));
    }

    async fn nothing_is_stored_before_the_commit(store: Store) {
        enrol(&store, STATION).await;
        let mut writing = store.writing().await.unwrap();
        writing.insert_passages(&[record(sample::passage(1))]).await.unwrap();
        drop(writing);
        assert_eq!(insert(&store, &[record(sample::passage(1))]).await, [Insertion::New]);
    }

    async fn a_passage_reads_back_as_the_edge_reported_it(store: Store) {
        enrol(&store, STATION).await;
        let new = record(sample::passage(7).with_opacity(3_520).with_smoke(4_100));
        insert(&store, std::slice::from_ref(&new)).await;
        let mut reading = store.reading().await.unwrap();
        let full = reading.passage(new.passage.id).await.unwrap().unwrap();
        assert_eq!((full.report.as_str(), full.row.station_name.as_str()), (new.report.as_str(), "太原东"));
        assert_eq!((full.row.plate.as_deref(), full.row.plate_colour.as_deref()), (Some("晋A12345"), Some("yellow")));
        assert_eq!((full.row.outcome.as_str(), full.row.ringelmann), ("exceeding", Some(2)));
        assert_eq!((full.row.evidence_missing, full.row.review), (1, 0));
        assert_eq!(full.row.passed_us, new.passage.passed.micros());
        assert_eq!(reading.sealed_record(new.passage.id).await.unwrap(), Some(new.sealed));
        let unknown = PassageId { station: station(STATION), sequence: 8 };
        assert_eq!(reading.passage(unknown).await.unwrap(), None);
    }

    /// A chain is whole whatever order its records come in; a record of another chain is noticed.
    async fn the_chain_is_checked_as_records_come(store: Store) {
        enrol(&store, STATION).await;
        let first = record(sample::passage(1));
        let second = record_after(first.link, sample::passage(2));
        let third = record_after(second.link, sample::passage(3));
        let stray = record_after(FileHash::of(b"elsewhere"), sample::passage(4));
        let chain_ok = async |sequence| {
            let id = PassageId { station: station(STATION), sequence };
            store.reading().await.unwrap().passage(id).await.unwrap().unwrap().chain_ok
        };
        insert(&store, &[third, first]).await;
        assert_eq!((chain_ok(1).await, chain_ok(3).await), (Some(true), None));
        insert(&store, &[second, stray]).await;
        assert_eq!((chain_ok(2).await, chain_ok(3).await), (Some(true), Some(true)));
        let breaks = store.reading().await.unwrap().chain_breaks(station(STATION)).await.unwrap();
        assert_eq!(breaks, [4]);
    }

    async fn the_ledger_names_what_has_not_come(store: Store) {
        enrol(&store, STATION).await;
        let passages: Vec<_> = [2, 3, 6, 9].map(|n| record(sample::passage(n))).into();
        insert(&store, &passages).await;
        let mut reading = store.reading().await.unwrap();
        let received = reading.received(station(STATION)).await.unwrap();
        let holes = reading.holes(station(STATION)).await.unwrap();
        assert_eq!(holes, [Gap { from: 4, to: 5 }, Gap { from: 7, to: 8 }]);
        assert_eq!(missing(received, 11), 7);
        assert_eq!(gaps(&holes, received, 11).len(), 4);
    }

    async fn a_region_sees_its_own_and_below(store: Store) {
        enrol(&store, STATION).await;
        enrol(&store, "A110119001").await;
        let elsewhere = record(sample::passage(1).at_station("A110119001"));
        insert(&store, &[record(sample::passage(1)), elsewhere]).await;
        let mut reading = store.reading().await.unwrap();
        for (code, expected) in [("000000", 2), ("140000", 1), ("110119", 1), ("440000", 0)] {
            let filter = PassageFilter::all(code.parse().unwrap());
            assert_eq!(reading.passages(&filter, 10).await.unwrap().len(), expected, "{code}");
        }
    }

    async fn pages_follow_each_other_without_gap_or_repeat(store: Store) {
        enrol(&store, STATION).await;
        // Pairs of one instant, so that the id must decide between them.
        let passages: Vec<_> = (1..=9u64)
            .map(|n| record(sample::passage(n).at(&format!("2026-11-23T02:00:0{}Z", n / 2))))
            .collect();
        insert(&store, &passages).await;
        let mut filter = PassageFilter::all(china());
        let mut seen = Vec::new();
        loop {
            let page = store.reading().await.unwrap().passages(&filter, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            let id = PassageId { station: station(STATION), sequence: last.sequence as u64 };
            filter.older_than = Some((last.passed_us, id));
            seen.extend(page.iter().map(|row| row.sequence));
        }
        assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    }

    async fn lists_are_filtered(store: Store) {
        enrol(&store, STATION).await;
        let exceeding = record(shot(1, "2026-01-10", 3_500));
        insert(&store, &[exceeding, record(shot(2, "2026-02-10", 1_000).of("晋B88888"))]).await;
        let found = async |change: fn(&mut PassageFilter)| {
            let mut filter = PassageFilter::all(china());
            change(&mut filter);
            let rows = store.reading().await.unwrap().passages(&filter, 10).await.unwrap();
            rows.iter().map(|row| row.sequence).collect::<Vec<_>>()
        };
        assert_eq!(found(|f| f.outcome = Some(plumewatch_shared::verdict::Outcome::Exceeding)).await, [1]);
        assert_eq!(found(|f| f.plate = Some("晋B88888".parse().unwrap())).await, [2]);
        assert_eq!(found(|f| f.station = Some("A140105001".parse().unwrap())).await, [2, 1]);
        assert_eq!(found(|f| f.station = Some("A140105009".parse().unwrap())).await, [0_i64; 0]);
        let january = "2026-01-31T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond();
        assert_eq!(january, 1_769_817_600_000_000);
        assert_eq!(found(|f| f.to_us = Some(1_769_817_600_000_000)).await, [1]);
        assert_eq!(found(|f| f.from_us = Some(1_769_817_600_000_000)).await, [2]);
    }

    async fn a_file_counts_as_here_when_it_is_and_is_seen_by_its_region(store: Store) {
        enrol(&store, STATION).await;
        let hash = FileHash::of(b"plume");
        let file = EvidenceFile { kind: EvidenceKind::Plume, hash, bytes: 5 };
        let new = record(sample::passage(1).with_evidence(vec![file]));
        insert(&store, std::slice::from_ref(&new)).await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.announced_bytes(station(STATION), hash).await.unwrap(), Some(5));
        assert_eq!(reading.announced_bytes(station("A140105002"), hash).await.unwrap(), None);
        assert!(!reading.record_evidence(new.passage.id).await.unwrap()[0].stored);
        assert!(!reading.file_is_visible(hash, china()).await.unwrap());
        drop(reading);
        for _ in 0..2 {
            let mut writing = store.writing().await.unwrap();
            writing.insert_file(hash, 5, now()).await.unwrap();
            writing.commit().await.unwrap();
        }
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.stored_bytes(hash).await.unwrap(), Some(5));
        assert!(reading.record_evidence(new.passage.id).await.unwrap()[0].stored);
        assert_eq!(reading.passage_row(new.passage.id).await.unwrap().unwrap().evidence_missing, 0);
        assert_eq!(reading.records_with_file(hash).await.unwrap(), [new.passage.id]);
        assert!(reading.file_is_visible(hash, "140000".parse().unwrap()).await.unwrap());
        assert!(!reading.file_is_visible(hash, "440000".parse().unwrap()).await.unwrap());
    }

    async fn the_quarantine_counts_repeats_and_keeps_its_bound(store: Store) {
        enrol(&store, STATION).await;
        let refused = |n: i64| {
            let payload = n.to_string().into_bytes();
            Quarantined::new(Some(station(STATION)), "pw/1/A140105001/record", "why".to_owned(), &payload)
        };
        let mut writing = store.writing().await.unwrap();
        for n in 0..QUARANTINED_MAX + 5 {
            let at = now().checked_add(jiff::Span::new().microseconds(n)).unwrap();
            writing.quarantine(&refused(n), at).await.unwrap();
        }
        writing.quarantine(&refused(500), now()).await.unwrap();
        writing.commit().await.unwrap();
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.refused(station(STATION)).await.unwrap(), QUARANTINED_MAX as u64);
        let rows = reading.quarantined(Some(station(STATION))).await.unwrap();
        assert_eq!(rows.len(), 200);
        assert!(rows.iter().all(|row| row.times == 1));
        assert_eq!(reading.quarantined(None).await.unwrap().len(), 200);
        assert_eq!(reading.quarantined(Some(station("A140105002"))).await.unwrap(), []);
    }

    async fn the_audit_is_a_chain_that_the_database_itself_guards(store: Store) {
        for n in 0..5 {
            let mut writing = store.writing().await.unwrap();
            writing.record(now(), "admin", Action::SignedIn, &format!("admin-{n}"), Some("为什么")).await.unwrap();
            writing.record(now(), "admin", Action::SignedOut, "admin", None).await.unwrap();
            writing.commit().await.unwrap();
        }
        let mut reading = store.reading().await.unwrap();
        let rows = reading.audit_from(0, 100).await.unwrap();
        assert_eq!(verify(Tip::START, &rows).unwrap().number, 10);
        assert_eq!(reading.audit_search(&AuditFilter { before: Some(10), ..whole_audit() }, 2).await.unwrap().iter().map(|r| r.number).collect::<Vec<_>>(), [9, 8]);
        assert_eq!(reading.audit_of("admin-3").await.unwrap().len(), 1);
        drop(reading);
        let mut writing = store.writing().await.unwrap();
        assert!(change!(writing, "update audit set actor = 'nobody' where number = 3").is_err());
        drop(writing);
        let mut writing = store.writing().await.unwrap();
        assert!(change!(writing, "delete from audit where number = 3").is_err());
    }

    async fn an_old_will_never_overrides_a_newer_boot_and_sequences_only_grow(store: Store) {
        enrol(&store, STATION).await;
        let at = station(STATION);
        let state = |online, boot| StateReport { v: 1, online, boot };
        let health = |last_sequence| HealthReport {
            v: 1,
            at: WireStamp { utc_us: 0, clock: "synchronised".to_owned() },
            software: "0.1.0".to_owned(),
            last_sequence,
            backlog_records: 0,
            backlog_files: 0,
            disk_free_bytes: 0,
            shed_files: 0,
            watchlist_version: None,
            watchlist_issued_utc_us: None,
            rulebook_issue: None,
            rulebook_edition: None,
            parts: Vec::new(),
        };
        let mut writing = store.writing().await.unwrap();
        writing.set_station_state(at, &state(true, 4), now()).await.unwrap();
        writing.set_station_state(at, &state(false, 3), now()).await.unwrap();
        writing.set_station_health(at, &health(9), now()).await.unwrap();
        writing.set_station_health(at, &health(7), now()).await.unwrap();
        assert_eq!(writing.announced_sequence(at).await.unwrap(), 9);
        // It is offline only when the state of its own boot says so.
        let online = super::engine::row!(writing, (bool,), "select online from station_state").unwrap();
        assert_eq!(online, Some((true,)));
        writing.commit().await.unwrap();
    }

    async fn an_edition_is_new_only_when_its_entries_are(store: Store) {
        let mut writing = store.writing().await.unwrap();
        assert_eq!(writing.watchlist_edition().await.unwrap(), None);
        assert_eq!(writing.issue_edition("a", now()).await.unwrap().version, 1);
        assert_eq!(writing.issue_edition("a", now()).await.unwrap().version, 1);
        assert_eq!(writing.issue_edition("b", now()).await.unwrap().version, 2);
        writing.commit().await.unwrap();
    }

    async fn watched_plates_are_found_with_their_reason(store: Store) {
        let mut writing = store.writing().await.unwrap();
        change!(
            writing,
            "insert into wanted (plate, plate_colour, reason, added_by, added_us) values ($1, '', 'x', 'y', $2)",
            "晋A12345",
            1i64
        )
        .unwrap();
        let (wanted, other) = ("晋A12345".parse().unwrap(), "晋B88888".parse().unwrap());
        let watched = writing.watched(&[&wanted, &other]).await.unwrap();
        assert_eq!(watched.len(), 1);
        assert_eq!((&watched[0].0.plate, watched[0].1), (&wanted, WatchReason::Wanted));
        writing.commit().await.unwrap();
    }

    async fn an_unknown_station_has_no_key(store: Store) {
        enrol(&store, STATION).await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.signing_key(station(STATION)).await.unwrap(), Some(key().verifying_key()));
        assert_eq!(reading.signing_key(station("A140105002")).await.unwrap(), None);
        assert_eq!(reading.enrolled_stations().await.unwrap(), [station(STATION)]);
    }
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused_without_its_password() {
    let refused = Store::open("mysql://user:secret@host/db").await.unwrap_err();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}
