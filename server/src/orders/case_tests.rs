//! A roadside case and the order that repairs its vehicle.

use plumewatch_shared::sample::SamplePassage;
use server_core::case::{CaseId, Event as CaseEvent};
use server_core::register::Vin;
use server_core::review::{Decision, Review};

use super::*;
use crate::casework;
use crate::counting::count;
use crate::inspections::sample::{code, now, register, upload};
use crate::store::NewPassage;
use crate::store::fixture::{STATION, china, enrol, notice, on_both, record as stored, shot};

/// The day on which [`notice`] is received.
fn noticed() -> Timestamp {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

/// A case of a vehicle that exceeded twice and was ordered to repair at I-1, and the order.
async fn ordered(store: &Store) -> (CaseId, OrderId) {
    register(store).await;
    enrol(store, STATION).await;
    let exceeding = |sequence, day| -> SamplePassage { shot(sequence, day, 3_500) };
    let new: Vec<NewPassage> = [exceeding(1, "2026-11-10"), exceeding(2, "2026-11-11")].map(stored).to_vec();
    let plate = new[0].passage.plate().unwrap().clone();
    let plates = BTreeSet::from([plate]);
    let mut writing = store.writing().await.unwrap();
    writing.insert_passages(&new).await.unwrap();
    writing.insert_countings(&new.iter().collect::<Vec<_>>()).await.unwrap();
    count(&mut writing, &plates, &Books::shipped(), now()).await.unwrap();
    writing.commit().await.unwrap();
    let candidate = store.reading().await.unwrap().waiting_candidates(china()).await.unwrap().remove(0).id;
    let why = || Reason::new("责令维修").unwrap();
    let review =
        Review { candidate, decision: Decision::Confirm, by: "r".into(), at: noticed(), reason: why() };
    let books = Books::shipped();
    let case = casework::decide(store, &books, china(), &review).await.unwrap().case.unwrap();
    let station = OrganisationCode::parse("I-1").unwrap();
    let order = CaseEvent::OrderRepair { station, within: None };
    for (event, at) in [(notice(), noticed()), (order, now())] {
        casework::happen(store, &books, china(), &case, event, "a", &why(), at).await.unwrap();
    }
    let orders = store.reading().await.unwrap().orders_of_case(&case).await.unwrap();
    assert_eq!(orders.len(), 1, "the case's own step opened it");
    (case, orders[0].order.id.clone())
}

async fn case_state(store: &Store, case: &CaseId) -> &'static str {
    store.reading().await.unwrap().case(case, china()).await.unwrap().unwrap().case.state.word()
}

fn later(minutes: i64) -> Timestamp {
    Timestamp::from_microsecond(now().as_microsecond() + minutes * 60_000_000).unwrap()
}

on_both! {
    async fn the_case_closes_by_the_orders_passing_retest_and_by_nothing_before(store: Store) {
        let (case, order) = ordered(&store).await;
        let (books, shop) = (Books::shipped(), code("M-1"));
        take(&store, &books, &shop, &order, None, "m", later(1)).await.unwrap();
        let here = |minutes| law_place().to_datetime(later(minutes));
        let draft = RepairDraft {
            diagnosis: "堵塞".into(), work: vec!["清灰".into()], parts: vec![], started: Some(here(2)),
            finished: Some(here(9)), certificate: "C-1".into(), settlement: "S".into(), technician: "李".into(),
            odometer_km: None,
        };
        record(&store, &books, &shop, &order, None, &draft, "m", later(10)).await.unwrap();
        assert_eq!(case_state(&store, &case).await, "repaired");
        let mut retest = upload("1", 80, -15);
        retest.order = Some(order.as_str().to_owned());
        let vehicle = store.reading().await.unwrap().order(&order, &Reach::Region(china())).await.unwrap().unwrap();
        retest.vehicle.plate = vehicle.order.vehicle.plate.as_str().to_owned();
        retest.vehicle.plate_colour = vehicle.order.vehicle.colour.unwrap().word().to_owned();
        assert!(Vin::parse(&retest.vehicle.vin).is_ok(), "the station reads the number; the roadside did not know it");
        let came = crate::inspections::upload(&store, &books, &code("I-1"), &retest, "s", later(30)).await.unwrap();
        assert!(came.watchlist, "the roadside need look out no more");
        assert_eq!(case_state(&store, &case).await, "closed");
    }

    async fn a_withdrawn_cases_order_is_called_off_with_it(store: Store) {
        let (case, order) = ordered(&store).await;
        let (books, why) = (Books::shipped(), Reason::new("车牌误读").unwrap());
        casework::happen(&store, &books, china(), &case, CaseEvent::Withdraw, "a", &why, later(5)).await.unwrap();
        let mut reading = store.reading().await.unwrap();
        let row = reading.order(&order, &Reach::Region(china())).await.unwrap().unwrap();
        assert_eq!(row.order.state, OrderState::Cancelled);
        let audited = reading.audit_of(order.as_str()).await.unwrap();
        let last = &audited.last().unwrap().entry;
        assert_eq!((last.action, last.reason.as_deref()), (Action::OrderCancelled, Some("车牌误读")));
    }

    async fn an_order_at_a_station_that_is_not_open_does_not_begin_and_the_case_stays(store: Store) {
        let (case, _) = ordered(&store).await;
        let (books, why) = (Books::shipped(), Reason::new("x").unwrap());
        // Called off by the authority, the case waits for another order.
        let order = store.reading().await.unwrap().orders_of_case(&case).await.unwrap().remove(0).order.id;
        let reach = Reach::Region(china());
        reassign(&store, &books, &reach, &order, Wish::Cancel(why.clone()), "a", later(5)).await.unwrap();
        assert_eq!(case_state(&store, &case).await, "noticed");
        let closed = OrganisationCode::parse("I-9").unwrap();
        let event = CaseEvent::OrderRepair { station: closed, within: None };
        let refused = casework::happen(&store, &books, china(), &case, event, "a", &why, later(6)).await;
        assert!(matches!(refused, Err(casework::CaseworkError::Order(LoopError::Forbidden(rule)))
            if rule.code == "station-closed"));
        assert_eq!(case_state(&store, &case).await, "noticed");
    }
}
