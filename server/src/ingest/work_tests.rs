use super::*;
use crate::evidence::EvidenceStore;
use crate::store::fixture::{
    STATION, check_report, enrol, key, now, on_both, sealed, sealed_report, station, test_report,
};
use crate::store::{ExhaustTestFilter, PassageFilter};
use plumewatch_shared::protocol::message::{PassageReport, WireStamp};
use plumewatch_shared::protocol::record::RecordReport;
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::rulebook::{Library, Rulebook, Source};
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use std::sync::atomic::Ordering;

fn ingest(store: &Store, folder: &tempfile::TempDir) -> Ingest {
    Ingest {
        store: store.clone(),
        evidence: Intake::new(EvidenceStore::open(folder.path()).unwrap()),
        live: Live::new(),
        books: Books::shipped(),
        figures: Arc::default(),
        clock: now,
    }
}

fn message(topic: &str, payload: impl Into<bytes::Bytes>) -> Message {
    Message { topic: topic.to_owned(), payload: payload.into() }
}

fn record(sequence: u64) -> Message {
    message(&crate::ingest::record_topic(station(STATION)), sealed(sample::passage(sequence)))
}

async fn take(ingest: &Ingest, messages: &[Message]) -> StoredBatch {
    ingest.take_messages(&messages.iter().collect::<Vec<_>>()).await
}

async fn stored(store: &Store) -> usize {
    let everything = PassageFilter::all("000000".parse().unwrap());
    store.reading().await.unwrap().passages(&everything, 200).await.unwrap().len()
}

on_both! {
    async fn a_repeat_is_receipted_again_and_stored_once(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let first = take(&ingest, &[record(1), record(2), record(1)]).await;
        let mut receipt = first.receipts.0[&station(STATION)].stored.clone();
        receipt.sort_unstable();
        assert_eq!(receipt, [1, 1, 2]);
        let again = take(&ingest, &[record(2)]).await;
        assert_eq!(again.receipts.0[&station(STATION)].stored, [2]);
        assert_eq!(stored(&store).await, 2);
        assert_eq!(ingest.figures.stored.load(Ordering::Relaxed), 2);
        assert_eq!(ingest.figures.repeated.load(Ordering::Relaxed), 2);
    }

    async fn what_is_refused_is_quarantined_and_told_and_the_others_go_on(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let rubbish = b"\x00\xffnot a record".to_vec();
        let taken = take(&ingest, &[
            message("pw/1/A140105001/record", rubbish.clone()),
            message("pw/1/A140105009/record", sealed(sample::passage(1).at_station("A140105009"))),
            message("nobody/knows\u{0}this", vec![0u8; 70_000]),
            message("pw/1/A140105001/state", "{"),
            message("pw/1/A140105001/health", "[]"),
            message("pw/1/A140105001/receipt", "{}"),
            record(1),
        ])
        .await;
        let receipt = &taken.receipts.0[&station(STATION)];
        assert_eq!(receipt.stored, [1]);
        assert_eq!(receipt.refused.len(), 1);
        assert_eq!(receipt.refused[0].sha256, FileHash::of(&rubbish).to_string());
        let stranger = &taken.receipts.0[&station("A140105009")];
        assert_eq!(stranger.refused[0].reason, "the station is not enrolled");
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.quarantined(None).await.unwrap().len(), 6);
        assert_eq!(reading.refused(station(STATION)).await.unwrap(), 4);
        assert_eq!(ingest.figures.refused.load(Ordering::Relaxed), 6);
    }

    async fn another_record_in_a_taken_place_is_refused_and_kept(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        take(&ingest, &[record(1)]).await;
        let other = sealed(sample::passage(1).with_opacity(2_000));
        let topic = crate::ingest::record_topic(station(STATION));
        // Once alone, once twice in a batch with what is stored.
        for batch in [vec![message(&topic, other.clone())], vec![record(1), message(&topic, other.clone())]] {
            let told = take(&ingest, &batch).await;
            let receipt = &told.receipts.0[&station(STATION)];
            assert_eq!(receipt.stored.len(), batch.len() - 1);
            assert_eq!(receipt.refused[0].sha256, FileHash::of(&other).to_string());
        }
        let rows = store.reading().await.unwrap().quarantined(Some(station(STATION))).await.unwrap();
        assert_eq!((rows.len(), rows[0].times), (1, 2));
    }

    async fn every_kind_of_record_is_stored_in_one_sequence_and_receipted(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let topic = crate::ingest::record_topic(station(STATION));
        let test = sealed_report(CHAIN_START, &RecordReport::ExhaustTest(Box::new(test_report(2))));
        let check = sealed_report(CHAIN_START, &RecordReport::DeviceCheck(Box::new(check_report(3, 0))));
        let messages = [record(1), message(&topic, test), message(&topic, check)];
        for _ in 0..2 {
            let mut receipt = take(&ingest, &messages).await.receipts.0[&station(STATION)].stored.clone();
            receipt.sort_unstable();
            assert_eq!(receipt, [1, 2, 3]);
        }
        assert_eq!(ingest.figures.stored.load(Ordering::Relaxed), 3);
        assert_eq!(ingest.figures.repeated.load(Ordering::Relaxed), 3);
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.holes(station(STATION)).await.unwrap(), []);
        assert_eq!(reading.received(station(STATION)).await.unwrap().unwrap().count, 3);
    }

    async fn one_sequence_for_two_kinds_is_refused_whether_in_one_batch_or_two(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let topic = crate::ingest::record_topic(station(STATION));
        let test = sealed_report(CHAIN_START, &RecordReport::ExhaustTest(Box::new(test_report(1))));
        for batch in [vec![record(1), message(&topic, test.clone())], vec![message(&topic, test.clone())]] {
            let told = take(&ingest, &batch).await;
            let refused = &told.receipts.0[&station(STATION)].refused;
            assert_eq!(refused[0].sha256, FileHash::of(&test).to_string());
            assert_eq!(refused[0].reason, "another record of this station has the same sequence");
        }
        assert_eq!(stored(&store).await, 1);
    }

    async fn a_kind_that_nobody_knows_is_quarantined_with_its_reason(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let body = r#"{"v":1,"kind":"tea","id":"A140105001-0000000001"}"#.to_owned();
        let payload = Sealed::new(Purpose::Record, CHAIN_START, body, &key()).encode();
        let told = take(&ingest, &[message(&crate::ingest::record_topic(station(STATION)), payload)]).await;
        assert_eq!(told.receipts.0[&station(STATION)].refused[0].reason, "a record of an unknown kind");
        let kept = store.reading().await.unwrap().quarantined(Some(station(STATION))).await.unwrap();
        assert_eq!(kept[0].reason, "a record of an unknown kind");
    }

    async fn an_edge_that_passed_what_the_server_fails_is_counted_as_a_disagreement(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let topic = crate::ingest::record_topic(station(STATION));
        let mut lenient = test_report(1);
        lenient.verdict.as_mut().unwrap().outcome = "passed".to_owned();
        let mut proud = check_report(2, 9_000);
        proud.passed = true;
        take(&ingest, &[
            message(&topic, sealed_report(CHAIN_START, &RecordReport::ExhaustTest(Box::new(lenient)))),
            message(&topic, sealed_report(CHAIN_START, &RecordReport::DeviceCheck(Box::new(proud)))),
        ])
        .await;
        assert_eq!(ingest.figures.disagreements.load(Ordering::Relaxed), 2);
        let mut reading = store.reading().await.unwrap();
        let everything = ExhaustTestFilter::all("000000".parse().unwrap());
        let test = reading.exhaust_tests(&everything, 1).await.unwrap().remove(0);
        assert_eq!((test.outcome.as_str(), test.edge_outcome.as_deref(), test.disagrees), ("failed", Some("passed"), true));
        let check = reading.device_checks(station(STATION), 0, 1).await.unwrap().remove(0);
        assert_eq!((check.passed, check.edge_passed, check.disagrees), (false, true, true));
    }

    async fn presence_and_health_are_kept(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let health = HealthReport {
            v: 1,
            at: WireStamp { utc_us: 0, clock: "synchronised".to_owned() },
            software: "0.1.0".to_owned(),
            last_sequence: 5,
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
        let state = StateReport { v: 1, online: true, boot: 1 };
        take(&ingest, &[
            message("pw/1/A140105001/health", serde_json::to_vec(&health).unwrap()),
            message("pw/1/A140105001/state", serde_json::to_vec(&state).unwrap()),
            message("pw/1/A140105001/state", ""),
        ])
        .await;
        let mut reading = store.reading().await.unwrap();
        assert_eq!(reading.announced_sequence(station(STATION)).await.unwrap(), 5);
        assert_eq!(reading.quarantined(None).await.unwrap(), []);
    }

    async fn two_exceedances_in_one_batch_make_a_candidate(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let exceeding = |sequence| {
            let payload = sealed(sample::passage(sequence).with_opacity(3_520));
            message(&crate::ingest::record_topic(station(STATION)), payload)
        };
        take(&ingest, &[exceeding(1), exceeding(2), record(3)]).await;
        assert_eq!(ingest.figures.candidates.load(Ordering::Relaxed), 1);
        let waiting = store.reading().await.unwrap().waiting_count("140000".parse().unwrap()).await.unwrap();
        assert_eq!(waiting, 1);
    }
}

#[tokio::test]
async fn an_open_page_is_told_of_what_was_stored() {
    let (store, folder) = crate::store::fixture::sqlite().await;
    enrol(&store, STATION).await;
    let ingest = ingest(&store, &folder);
    let mut page = ingest.live.subscribe();
    let stored = take(&ingest, &[record(1)]).await;
    ingest.tell(&stored.outcome).await;
    assert_eq!(page.recv().await.unwrap().sequence, 1);
}

/// A record judged at the roadside by another edition than the shipped one.
fn judged_by(sequence: u64, book: &Rulebook) -> Message {
    let passage = sample::passage(sequence).with_opacity(2_800).passage();
    let report = PassageReport::new(&passage, &judge(&passage, book));
    let body = serde_json::to_string(&report).unwrap();
    let payload = Sealed::new(Purpose::Record, CHAIN_START, body, &key()).encode();
    message(&crate::ingest::record_topic(station(STATION)), payload)
}

/// Shanxi lowers the opacity limit to 25 %.
fn stricter() -> Books {
    let json = r#"{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1",
        "in_force_from":"2026-07-01","title":{"zh":"示例","en":"sample"},
        "limits":[{"item":"opacity","at_most":2500,"clause":"晋","confidence":"low"}]}"#;
    let source = Source::parse("x.json", json).unwrap();
    Books::new(Library::new(vec![("x.json".to_owned(), source)]).unwrap())
}

async fn told(store: &Store, sequence: u64) -> (String, String, bool) {
    let id = plumewatch_shared::ids::PassageId { station: station(STATION), sequence };
    let row = store.reading().await.unwrap().passage_row(id).await.unwrap().unwrap();
    (row.edition, row.outcome, row.disagrees)
}

on_both! {
    async fn a_record_is_judged_again_by_the_edition_it_names_and_another_is_marked(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let books = stricter();
        let ingest = Ingest { books: books.clone(), ..ingest(&store, &folder) };
        enrol(&store, STATION).await;
        let here = books.in_force(station(STATION).region(), "2026-11-23".parse().unwrap());
        let unknown = Rulebook { version: "2017-07-27.9".to_owned(), ..(*here).clone() };
        let messages = [judged_by(1, &here), judged_by(2, &Rulebook::hj845()), judged_by(3, &unknown)];
        take(&ingest, &messages).await;
        let row = |edition: &str, outcome: &str| (edition.to_owned(), outcome.to_owned(), false);
        assert_eq!(told(&store, 1).await, row("in-force", "exceeding"));
        // Judged by the national edition that it names: 28 % is within 30 %, and it is said.
        assert_eq!(told(&store, 2).await, row("other", "passed"));
        assert_eq!(told(&store, 3).await, row("unknown", "exceeding"));
    }

    async fn an_edition_that_another_server_published_is_known_at_once(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (ingest(&store, &folder), stricter());
        enrol(&store, STATION).await;
        crate::rulebooks::publish::keep(&store, &theirs, now()).await.unwrap();
        let here = theirs.in_force(station(STATION).region(), "2026-11-23".parse().unwrap());
        take(&ours, &[judged_by(1, &here)]).await;
        assert_eq!(told(&store, 1).await, ("other".to_owned(), "exceeding".to_owned(), false));
    }

    async fn a_verdict_that_its_own_edition_does_not_give_is_marked(store: Store) {
        let folder = tempfile::tempdir().unwrap();
        let ingest = ingest(&store, &folder);
        enrol(&store, STATION).await;
        let mut forged = Rulebook::hj845();
        forged.limits[0].at_most = 2_000;
        take(&ingest, &[judged_by(1, &forged)]).await;
        assert_eq!(told(&store, 1).await, ("in-force".to_owned(), "passed".to_owned(), true));
    }
}
