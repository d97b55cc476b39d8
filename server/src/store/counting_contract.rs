//! What counting and review promise, on SQLite and on PostgreSQL alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::rulebooks::Books;
use plumewatch_shared::rulebook::{Library, Source};
use plumewatch_shared::watchlist::WatchReason;
use server_core::audit::Action;
use server_core::case::{Case, Facts};
use server_core::review::{CandidateState, Decision, Reason, Review, Ruling, decide};

use super::fixture::*;
use super::*;
use crate::counting::{Counted, count};

/// Stores and counts, as ingest does.
async fn take(store: &Store, passages: &[NewPassage]) -> Counted {
    take_by(store, passages, &Books::shipped()).await
}

/// The same by other rulebooks.
async fn take_by(store: &Store, passages: &[NewPassage], books: &Books) -> Counted {
    let mut writing = store.writing().await.unwrap();
    let plates = passages.iter().filter_map(|new| new.passage.plate()).cloned().collect();
    writing.lock_plates(&plates).await.unwrap();
    writing.insert_passages(passages).await.unwrap();
    writing.insert_countings(&passages.iter().collect::<Vec<_>>()).await.unwrap();
    let counted = count(&mut writing, &plates, books, now()).await.unwrap();
    writing.commit().await.unwrap();
    counted
}

async fn waiting(store: &Store) -> Vec<Vec<u64>> {
    let rows = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap();
    rows.iter().map(|row| row.passages.iter().map(|passage| passage.sequence).collect()).collect()
}

on_both! {
    /// Any of 24 orders of four late records: the same candidates wait in the end.
    async fn late_records_give_the_same_candidates_in_any_order(store: Store) {
        let days = [("2026-01-10", 3_500), ("2026-02-10", 3_600), ("2026-03-10", 1_000), ("2026-04-10", 3_500)];
        let mut plate = 10_000;
        for order in orders(4) {
            plate += 1;
            let text = format!("晋B{plate}");
            let at = format!("A1401{plate}");
            enrol(&store, &at).await;
            for n in &order {
                let (day, opacity) = days[*n];
                let passage = shot(*n as u64 + 1, day, opacity).of(&text).at_station(&at);
                take(&store, &[record(passage)]).await;
            }
            let vehicle = server_core::counting::Vehicle {
                plate: text.parse().unwrap(),
                colour: Some(plumewatch_shared::plate::PlateColour::Yellow),
            };
            let known = store.reading().await.unwrap().vehicle_candidates(&vehicle).await.unwrap();
            let standing: Vec<Vec<u64>> = known
                .iter()
                .filter(|known| known.state == CandidateState::Waiting)
                .map(|known| known.passages.iter().map(|passage| passage.sequence).collect())
                .collect();
            assert_eq!(standing, [[1, 2]], "{order:?}");
        }
        assert_eq!(store.reading().await.unwrap().waiting_count(china()).await.unwrap(), 24);
    }

    /// Where the region's rulebook says so, from its day on, one passage in which both instruments exceed is enough.
    async fn two_instruments_of_one_passage_make_a_candidate_that_names_the_regions_edition(store: Store) {
        enrol(&store, STATION).await;
        let json = r#"{"overrides":"HJ 845-2017","region":"140100","version":"2026-02-01.1",
            "in_force_from":"2026-02-01","title":{"zh":"示例","en":"sample"},
            "counting":{"instruments":2,"clause":"并","confidence":"low"}}"#;
        let source = Source::parse("x.json", json).unwrap();
        let books = Books::new(Library::new(vec![("x.json".to_owned(), source)]).unwrap());
        let both = |n, day| record(shot(n, day, 4_500).with_smoke(6_000));
        let counted = take_by(&store, &[both(1, "2026-01-31")], &books).await;
        assert_eq!(counted.opened, 0, "the day before it is in force");
        let counted = take_by(&store, &[both(2, "2026-02-01")], &books).await;
        assert_eq!((counted.opened, waiting(&store).await), (1, vec![vec![2]]));
        let row = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap().remove(0);
        assert_eq!(row.rulebook_version, "2017-07-27.1+140100:2026-02-01.1");
        assert_eq!(row.clause, "HJ 845-2017, 6; 并");
        assert_eq!(row.corroborations, ["both-exceed"]);
    }

    async fn a_late_pass_voids_a_waiting_candidate_and_the_audit_says_so(store: Store) {
        enrol(&store, STATION).await;
        take(&store, &[record(shot(1, "2026-01-10", 3_500))]).await;
        let counted = take(&store, &[record(shot(3, "2026-03-10", 3_300))]).await;
        assert_eq!((counted.opened, waiting(&store).await), (1, vec![vec![1, 3]]));
        // Counting what is known already changes nothing.
        assert_eq!(take(&store, &[record(shot(3, "2026-03-10", 3_300))]).await, Counted::default());
        let counted = take(&store, &[record(shot(2, "2026-02-10", 1_000))]).await;
        assert_eq!((counted.voided, waiting(&store).await), (1, vec![]));
        let audit = store.reading().await.unwrap().audit_search(&whole_audit(), 10).await.unwrap();
        assert_eq!(audit[0].entry.action, Action::CandidateVoided);
        assert_eq!(audit[0].entry.actor, crate::counting::SYSTEM);
    }

    async fn a_review_opens_a_case_that_is_carried_to_its_end(store: Store) {
        enrol(&store, STATION).await;
        let pair = [record(shot(1, "2026-01-10", 3_500)), record(shot(2, "2026-02-10", 3_300))];
        take(&store, &pair).await;
        let found = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap().remove(0);
        assert_eq!((found.clause.as_str(), found.exceedances[1].measured), ("HJ 845-2017, 6", 3_300));
        let review = Review {
            candidate: found.id.clone(),
            decision: Decision::Confirm,
            by: "reviewer".to_owned(),
            at: now(),
            reason: Reason::new("看清楚了").unwrap(),
        };
        let mut writing = store.writing().await.unwrap();
        let locked = writing.candidate_to_decide(&found.id, china()).await.unwrap().unwrap();
        assert_eq!(decide(locked.state, None, &review, 1), Ok(Ruling::Confirmed));
        writing.set_review(&review, CandidateState::Confirmed).await.unwrap();
        let candidate = server_core::counting::Candidate {
            id: locked.id.clone(),
            vehicle: locked.vehicle,
            item: locked.item,
            passages: locked.passages,
            complete: now(),
        };
        let (case, _) = Case::open(&candidate, now());
        writing.insert_case(&case, &found.id, "reviewer", now()).await.unwrap();
        // A second case on one candidate is what must never be.
        writing.commit().await.unwrap();
        let mut writing = store.writing().await.unwrap();
        let again = writing.insert_case(&case, &found.id, "reviewer", now()).await;
        assert!(matches!(again, Err(StoreError::Conflict { .. })));
        drop(writing);
        let entries = store.reading().await.unwrap().watchlist_entries(10, "2026-11-23".parse().unwrap()).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.reason).collect::<Vec<_>>(), [WatchReason::OpenCase]);
        let books = Books::shipped();
        let rules = books.casework_at(china(), now());
        let facts = Facts { calendar: books.calendar(), rules: &rules };
        for event in way_to_the_end() {
            let mut writing = store.writing().await.unwrap();
            let moved = writing.case_to_move(&case.id, china()).await.unwrap().unwrap();
            let (moved, _) = moved.case.apply(event, facts, now()).unwrap();
            writing.set_case(&moved, now()).await.unwrap();
            let kept = writing.case(&case.id, china()).await.unwrap().unwrap();
            assert_eq!(kept.case, moved, "a case is kept as it is");
            writing.commit().await.unwrap();
        }
        let mut reading = store.reading().await.unwrap();
        let in_state = |state| CaseFilter { state: Some(state), ..CaseFilter::all(china()) };
        assert_eq!(reading.cases(&in_state("closed")).await.unwrap().len(), 1);
        assert_eq!(reading.cases(&in_state("opened")).await.unwrap().len(), 0);
        assert_eq!(reading.open_case_count(china()).await.unwrap(), 0);
        assert_eq!(reading.watchlist_entries(10, "2026-11-23".parse().unwrap()).await.unwrap(), []);
        assert_eq!(reading.vehicle_restarts(&candidate.vehicle).await.unwrap(), [now()]);
        let full = reading.passage(pair[0].passage.id).await.unwrap().unwrap();
        assert_eq!((full.row.review, full.case.as_deref()), (3, Some(case.id.as_str())));
        drop(reading);
        // A late pass contests what was decided, and leaves it decided.
        let counted = take(&store, &[record(shot(3, "2026-01-20", 1_000))]).await;
        assert_eq!(counted.contested, 1);
        let after = store.reading().await.unwrap().candidate(&found.id, china()).await.unwrap().unwrap();
        assert_eq!((after.state, after.contested), (CandidateState::Confirmed, true));
    }

    /// A reviewer who was faster than the late record keeps the decision.
    async fn a_decided_candidate_is_not_voided(store: Store) {
        enrol(&store, STATION).await;
        take(&store, &[record(shot(1, "2026-01-10", 3_500)), record(shot(2, "2026-02-10", 3_300))]).await;
        let id = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap().remove(0).id;
        let review = Review {
            candidate: id.clone(),
            decision: Decision::Reject,
            by: "reviewer".to_owned(),
            at: now(),
            reason: Reason::new("车牌误读").unwrap(),
        };
        let mut writing = store.writing().await.unwrap();
        writing.set_review(&review, CandidateState::Rejected).await.unwrap();
        assert!(!writing.void_candidate(&id, now()).await.unwrap());
        let row = writing.candidate(&id, china()).await.unwrap().unwrap();
        assert_eq!((row.state, row.reason.as_deref()), (CandidateState::Rejected, Some("车牌误读")));
        writing.commit().await.unwrap();
    }
}

/// Two servers on one database store one exceedance each at the same moment: the second sees the first.
#[tokio::test]
async fn two_servers_do_not_count_past_each_other() {
    let Some(options) = postgres_database().await else { return };
    let one = Store::on_postgres(options.clone()).await.unwrap();
    let two = Store::on_postgres(options).await.unwrap();
    for round in 0..10u64 {
        let at = format!("A1401050{:02}", round + 10);
        enrol(&one, &at).await;
        let plate = format!("晋C{}", 10_000 + round);
        let of = |sequence, day| record(shot(sequence, day, 3_500).of(&plate).at_station(&at));
        let (first, second) = ([of(1, "2026-01-10")], [of(2, "2026-02-10")]);
        let (a, b) = tokio::join!(take(&one, &first), take(&two, &second));
        assert_eq!(a.opened + b.opened, 1, "round {round}");
    }
    one.close().await;
    two.close().await;
}

/// What a contract test rests on: the chain's start, and every order once.
#[test]
fn the_orders_are_all_there() {
    assert_eq!(orders(4).into_iter().collect::<BTreeSet<_>>().len(), 24);
    let by_length: BTreeMap<usize, usize> = (1..5).map(|n| (n, orders(n).len())).collect();
    assert_eq!(by_length.into_values().collect::<Vec<_>>(), [1, 2, 6, 24]);
}

fn orders(length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![Vec::new()];
    }
    orders(length - 1)
        .into_iter()
        .flat_map(|order| {
            (0..length).map(move |at| {
                let mut longer = order.clone();
                longer.insert(at, length - 1);
                longer
            })
        })
        .collect()
}
