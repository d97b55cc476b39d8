//! What casework promises, on SQLite and on PostgreSQL alike.

use jiff::ToSpan;
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::{Library, Source};
use server_core::access::OrganisationCode;
use server_core::audit::{Action, Tip, verify};
use server_core::case::{CaseId, Event, Exception, ExceptionGround, Kind, PersonName, Refusal, overdue};
use server_core::counting::CandidateId;
use server_core::review::{Decision, Reason, Review, ReviewRefusal};

use super::fixture::*;
use super::*;
use crate::casework::{CaseworkError, Followed, decide, happen, mark_overdue, order_event};
use crate::counting::count;
use crate::rulebooks::Books;

/// Stores two exceedances of this plate and gives the candidate that they make.
async fn candidate(store: &Store, plate: &str, sequence: u64) -> CandidateId {
    let pair = [(sequence, "2026-10-10"), (sequence + 1, "2026-11-10")]
        .map(|(number, day)| record(shot(number, day, 3_500).of(plate)));
    let mut writing = store.writing().await.unwrap();
    let plates = pair.iter().filter_map(|new| new.passage.plate()).cloned().collect();
    writing.insert_passages(&pair).await.unwrap();
    writing.insert_countings(&pair.iter().collect::<Vec<_>>()).await.unwrap();
    count(&mut writing, &plates, &Books::shipped(), now()).await.unwrap();
    writing.commit().await.unwrap();
    let waiting = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap();
    waiting.into_iter().find(|row| row.vehicle.plate.as_str() == plate).expect("it waits").id
}

fn review(candidate: &CandidateId, decision: Decision, by: &str) -> Review {
    let reason = Reason::new("照片与读数一致").unwrap();
    Review { candidate: candidate.clone(), decision, by: by.to_owned(), at: now(), reason }
}

async fn opened(store: &Store, plate: &str, sequence: u64) -> CaseId {
    let id = candidate(store, plate, sequence).await;
    let said = review(&id, Decision::Confirm, "li.fuhe");
    decide(store, &Books::shipped(), china(), &said).await.unwrap().case.unwrap()
}

async fn by_person(store: &Store, id: &CaseId, event: Event) -> Result<Followed, CaseworkError> {
    let why = Reason::new("依据文书 12 号").unwrap();
    happen(store, &Books::shipped(), china(), id, event, "wang.zhuguan", &why, now()).await
}

async fn by_order(store: &Store, id: &CaseId, event: Event) -> Result<Followed, CaseworkError> {
    let mut writing = store.writing().await.unwrap();
    let mut told = Vec::new();
    let followed =
        order_event(&mut writing, &Books::shipped(), id, event, "shop-1", now(), &mut told).await?;
    crate::orders::commit(writing, told).await.unwrap();
    Ok(followed)
}

/// A city that asks for two people.
fn two_people() -> Books {
    let json = r#"{"overrides":"Casework","region":"140100","version":"2026-02-01.1","in_force_from":"2026-02-01",
        "title":{"zh":"示例","en":"sample"},
        "casework":{"confirmations":{"people":2,"clause":"并","confidence":"low"}}}"#;
    let source = Source::parse("x.json", json).unwrap();
    Books::new(Library::new(vec![("x.json".to_owned(), source)]).unwrap())
}

on_both! {
    async fn two_different_people_open_a_case_where_the_region_asks_for_two(store: Store) {
        enrol(&store, STATION).await;
        let id = candidate(&store, "晋B10001", 1).await;
        let books = two_people();
        let confirm = |by: &'static str| review(&id, Decision::Confirm, by);
        let first = decide(&store, &books, china(), &confirm("li.fuhe")).await.unwrap();
        assert_eq!((first.case, first.waits_for_second), (None, true));
        let row = store.reading().await.unwrap().candidate(&id, china()).await.unwrap().unwrap();
        let kept = row.first.unwrap();
        assert_eq!((kept.by.as_str(), kept.reason.as_deref()), ("li.fuhe", Some("照片与读数一致")));
        let again = decide(&store, &books, china(), &confirm("li.fuhe")).await;
        assert!(matches!(again, Err(CaseworkError::Review(ReviewRefusal::SamePerson))));
        let second = decide(&store, &books, china(), &confirm("zhang.fuhe")).await.unwrap();
        assert!(second.watchlist);
        let case = second.case.unwrap();
        let counted = store.reading().await.unwrap().exceedances_of_case(&case).await.unwrap();
        assert!(!counted.is_empty() && counted.iter().all(|one| one.standing), "they count for its carrier");
        let audit = store.reading().await.unwrap().audit_of(id.as_str()).await.unwrap();
        let actions: Vec<_> = audit.iter().map(|row| (row.entry.actor.as_str(), row.entry.action)).collect();
        assert_eq!(
            actions,
            [("li.fuhe", Action::CandidateSeconded), ("zhang.fuhe", Action::CandidateConfirmed)]
        );
    }

    /// What the second person rejects opens nothing, and what late records break waits for a first person again.
    async fn a_first_confirmation_alone_opens_nothing(store: Store) {
        enrol(&store, STATION).await;
        let books = two_people();
        let id = candidate(&store, "晋B10002", 1).await;
        decide(&store, &books, china(), &review(&id, Decision::Confirm, "li.fuhe")).await.unwrap();
        let rejected = decide(&store, &books, china(), &review(&id, Decision::Reject, "zhang.fuhe")).await.unwrap();
        assert_eq!(rejected.case, None);
        assert_eq!(store.reading().await.unwrap().cases(&CaseFilter::all(china())).await.unwrap(), []);

        let id = candidate(&store, "晋B10003", 11).await;
        decide(&store, &books, china(), &review(&id, Decision::Confirm, "li.fuhe")).await.unwrap();
        let mut writing = store.writing().await.unwrap();
        assert!(writing.void_candidate(&id, now()).await.unwrap());
        let row = writing.candidate(&id, china()).await.unwrap().unwrap();
        let found = server_core::counting::Candidate {
            id: row.id, vehicle: row.vehicle, item: row.item, passages: row.passages, complete: now(),
        };
        let book = plumewatch_shared::rulebook::Rulebook::hj845();
        writing.open_candidate(&found, &book, now()).await.unwrap();
        assert_eq!(writing.candidate(&id, china()).await.unwrap().unwrap().first, None);
    }

    async fn a_case_goes_its_way_and_every_step_is_kept_and_audited(store: Store) {
        enrol(&store, STATION).await;
        let id = opened(&store, "晋B10004", 1).await;
        by_person(&store, &id, notice()).await.unwrap();
        let nowhere = Event::OrderRepair { station: OrganisationCode::parse("I-999999-01").unwrap(), within: None };
        let closed = by_person(&store, &id, nowhere).await;
        assert!(matches!(closed, Err(CaseworkError::Order(_))), "the register does not know the station: {closed:?}");
        let id = opened(&store, "晋B10005", 11).await;
        assert!(matches!(by_person(&store, &id, order()).await, Err(CaseworkError::Case(Refusal::NoticeMissing))));
        by_person(&store, &id, notice()).await.unwrap();
        by_person(&store, &id, order()).await.unwrap();
        let due = "2026-12-14".parse().unwrap(); // Fifteen working days after Monday, 23 November.
        let orders = store.reading().await.unwrap().orders_of_case(&id).await.unwrap();
        assert_eq!(orders.iter().map(|row| row.order.due).collect::<Vec<_>>(), [due]);
        assert!(matches!(by_person(&store, &id, Event::Repaired).await, Err(CaseworkError::NotByHand)));
        assert!(matches!(by_order(&store, &id, Event::Withdraw).await, Err(CaseworkError::NotByHand)));
        for event in [Event::Taken, Event::Repaired, Event::RetestFailed, Event::Repaired, Event::RetestPassed] {
            by_order(&store, &id, event).await.unwrap();
        }
        let mut reading = store.reading().await.unwrap();
        let row = reading.case(&id, china()).await.unwrap().unwrap();
        assert!(row.case.passed_retest() && row.case.deadline.is_none());
        let steps = reading.case_steps(&id).await.unwrap();
        let kinds: Vec<Kind> = steps.iter().map(|step| step.kind).collect();
        assert_eq!(
            kinds,
            [Kind::ServeNotice, Kind::OrderRepair, Kind::Taken, Kind::Repaired, Kind::RetestFailed, Kind::Repaired,
             Kind::RetestPassed]
        );
        assert_eq!(steps[0].told.served_day, Some("2026-11-23".parse().unwrap()));
        assert_eq!((steps[1].told.due_day, steps[1].actor.as_str()), (Some(due), "wang.zhuguan"));
        assert_eq!((steps[2].actor.as_str(), steps[2].reason.as_deref()), ("shop-1", None));
        let audit = reading.audit_of(id.as_str()).await.unwrap();
        assert_eq!(audit.len(), steps.len() + 1, "a row for each step, and the opening");
        assert!(audit[1].entry.detail.contains("并环改〔2026〕118号"), "{}", audit[1].entry.detail);
        let all = reading.audit_from(0, 1_000).await.unwrap();
        assert!(verify(Tip::START, &all).is_ok());
        assert_eq!(reading.vehicle_restarts(&row.case.vehicle).await.unwrap(), [now()]);
    }

    async fn every_ending_is_kept_as_it_was(store: Store) {
        enrol(&store, STATION).await;
        let exception = Event::CloseByException(Exception {
            ground: ExceptionGround::MovedAway,
            approved_by: PersonName::new("王主管").unwrap(),
        });
        let appeal = || Event::EnterAppeal { received: "2026-11-23".parse().unwrap() };
        let ends = [
            (vec![exception.clone()], "closed"),
            (vec![notice(), order(), exception], "closed"),
            (vec![appeal(), Event::UpholdAppeal], "won"),
            (vec![notice(), appeal(), Event::RejectAppeal, Event::Refer, Event::Withdraw], "withdrawn"),
            (vec![notice(), order(), appeal()], "repair-ordered"),
        ];
        for (at, (events, state)) in (0u64..).zip(ends) {
            let id = opened(&store, &format!("晋B2000{at}"), 1 + at * 10).await;
            for event in events {
                let before = store.reading().await.unwrap().case(&id, china()).await.unwrap().unwrap();
                let rules = Books::shipped().casework_at(before.region, now());
                let books = Books::shipped();
                let facts = server_core::case::Facts { calendar: books.calendar(), rules: &rules };
                let (expected, _) = before.case.apply(event.clone(), facts, now()).unwrap();
                by_person(&store, &id, event).await.unwrap();
                let kept = store.reading().await.unwrap().case(&id, china()).await.unwrap().unwrap();
                assert_eq!(kept.case, expected);
            }
            let mut reading = store.reading().await.unwrap();
            let kept = reading.case(&id, china()).await.unwrap().unwrap();
            assert_eq!(kept.case.state.word(), state);
            let open = reading.orders_of_case(&id).await.unwrap().iter().any(|row| row.order.state.is_open());
            assert_eq!(open, state == "repair-ordered", "what has ended orders nothing any more");
            let counts = reading.exceedances_of_case(&id).await.unwrap().iter().any(|one| one.standing);
            assert_eq!(counts, !matches!(state, "won" | "withdrawn"), "{state}");
        }
    }

    async fn overdue_cases_are_found_by_themselves_once(store: Store) {
        enrol(&store, STATION).await;
        let late = opened(&store, "晋B30001", 1).await;
        by_person(&store, &late, notice()).await.unwrap(); // Due on Monday, 30 November.
        let appealed = opened(&store, "晋B30002", 11).await;
        by_person(&store, &appealed, notice()).await.unwrap();
        by_person(&store, &appealed, Event::EnterAppeal { received: "2026-11-23".parse().unwrap() }).await.unwrap();
        opened(&store, "晋B30003", 21).await;
        let books = Books::shipped();
        let on = |days: i64| now().checked_add((days * 24).hours()).unwrap();
        assert_eq!(mark_overdue(&store, &books, on(7)).await.unwrap(), [], "on the last day itself");
        assert_eq!(mark_overdue(&store, &books, on(8)).await.unwrap(), std::slice::from_ref(&late));
        assert_eq!(mark_overdue(&store, &books, on(9)).await.unwrap(), []);
        let mut reading = store.reading().await.unwrap();
        let row = reading.case(&late, china()).await.unwrap().unwrap();
        assert_eq!(row.case.overdue, Some("2026-11-30".parse().unwrap()));
        let day = "2026-12-02".parse().unwrap();
        let filter = CaseFilter { overdue_on: Some(day), ..CaseFilter::all(china()) };
        let found: Vec<_> = reading.cases(&filter).await.unwrap();
        assert!(found.iter().all(|row| overdue(&row.case, day).is_some()));
        assert_eq!((found.len(), reading.overdue_case_count(china(), day).await.unwrap()), (1, 1));
        let last = reading.audit_of(late.as_str()).await.unwrap().pop().unwrap();
        assert_eq!((last.entry.actor.as_str(), last.entry.action), ("system", Action::CaseOverdue));
    }

    /// The most pressing case leads, pages follow one another without gap or repetition, and no region sees another's.
    async fn lists_are_in_the_order_of_need_and_within_the_region(store: Store) {
        enrol(&store, STATION).await;
        let mut ids = Vec::new();
        for at in 0u64..5 {
            ids.push(opened(&store, &format!("晋B4000{at}"), 1 + at * 10).await);
        }
        by_person(&store, &ids[4], notice()).await.unwrap();
        by_person(&store, &ids[3], notice()).await.unwrap();
        by_person(&store, &ids[3], order()).await.unwrap();
        by_person(&store, &ids[0], Event::Withdraw).await.unwrap();
        let mut reading = store.reading().await.unwrap();
        let all: Vec<CaseId> =
            reading.cases(&CaseFilter::all(china())).await.unwrap().into_iter().map(|row| row.case.id).collect();
        assert_eq!((&all[0], &all[1], &all[4]), (&ids[4], &ids[3], &ids[0]));
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = reading.cases(&CaseFilter { after, limit: 2, ..CaseFilter::all(china()) }).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.queue.clone(), last.case.id.clone()));
            paged.extend(page.into_iter().map(|row| row.case.id));
        }
        assert_eq!(paged, all);
        let elsewhere: Region = "150000".parse().unwrap();
        assert_eq!(reading.cases(&CaseFilter::all(elsewhere)).await.unwrap(), []);
        assert_eq!(reading.case(&ids[0], elsewhere).await.unwrap(), None);
        assert_eq!(reading.open_case_count(china()).await.unwrap(), 4);
        drop(reading);
        let why = Reason::new("依据文书 12 号").unwrap();
        let moved = happen(&store, &Books::shipped(), elsewhere, &ids[1], Event::Withdraw, "x", &why, now()).await;
        assert!(matches!(moved, Err(CaseworkError::Unknown)));
    }
}
