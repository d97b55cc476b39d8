//! Carriers on their way onto the list and off it, on both databases; and the promise of the whole, on SQLite: after any
//! events in any order the kept share is the share counted from nothing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::{Library, Source};
use plumewatch_shared::watchlist::WatchReason;
use proptest::prelude::*;
use server_core::listing::{Ground, ListingState, Refusal, Share, Terms, TermsRefusal, Window, reconsider};
use server_core::review::Reason;

use super::ageing::age;
use super::decide::{DecideError, Decision, answer, decide};
use super::settle::{assess, brought, legal_day};
use super::*;
use crate::rulebooks::Books;
use crate::store::fixture::{now, on_both, sqlite};
use crate::store::listing_fixture::*;
use crate::store::{ListingRow, ListingsOf, Store};

const CARRIER: &str = "91140100MA0K0TEST1";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Noon of a legal day.
fn noon(text: &str) -> Timestamp {
    format!("{text}T04:00:00Z").parse().unwrap()
}

/// A confirmed case of a vehicle.
async fn confirm(store: &Store, case: u64, vehicle: u64, days: &[&str]) {
    let days: Vec<Date> = days.iter().map(|text| day(text)).collect();
    let mut writing = store.writing().await.unwrap();
    add_case(&mut writing, case, vehicle, &days).await;
    confirmed(&mut writing, &Books::shipped(), &case_id(case), now())
        .await
        .unwrap()
        .write(&mut writing)
        .await
        .unwrap();
    writing.commit().await.unwrap();
}

async fn void(store: &Store, case: u64, at: Timestamp) {
    let mut writing = store.writing().await.unwrap();
    voided(&mut writing, &Books::shipped(), &case_id(case), at)
        .await
        .unwrap()
        .write(&mut writing)
        .await
        .unwrap();
    writing.commit().await.unwrap();
}

async fn share(store: &Store) -> Share {
    store.reading().await.unwrap().carrier_share(CARRIER).await.unwrap().unwrap().tally.share
}

async fn open(store: &Store) -> Option<ListingRow> {
    store.reading().await.unwrap().open_listing(CARRIER).await.unwrap()
}

async fn say(store: &Store, decision: Decision, at: Timestamp) -> Result<bool, DecideError> {
    let listing = open(store).await.expect("a listing is open");
    let reason = Reason::new("依据会议纪要").unwrap();
    decide(store, &Books::shipped(), Region::COUNTRY, &listing.id, decision, "authority", &reason, at).await
}

fn terms(from: &str, until: &str) -> Decision {
    Decision::List(Terms { from: day(from), until: day(until), notice: "晋交〔2026〕12号".to_owned() })
}

async fn audited(store: &Store) -> Vec<String> {
    let rows = store.reading().await.unwrap().audit_from(0, 100).await.unwrap();
    rows.iter().map(|row| format!("{} {}", row.entry.actor, row.entry.action.word())).collect()
}

/// A carrier of twenty vehicles.
async fn twenty(store: &Store) {
    add_carrier(store, CARRIER, 140_105).await;
    add_fleet(store, CARRIER, 0..20, "2020-01-01").await;
}

on_both! {
    async fn a_carrier_comes_onto_the_list_and_off_it_again(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-05-01", "2026-05-20"]).await;
        assert_eq!((share(&store).await, open(&store).await), (Share { exceeding: 1, fleet: 20 }, None));
        confirm(&store, 2, 4, &["2026-09-01", "2026-09-02"]).await;
        assert_eq!(share(&store).await, Share { exceeding: 2, fleet: 20 });
        let proposed = open(&store).await.unwrap();
        assert_eq!((proposed.state, proposed.share), (ListingState::Proposed, Share { exceeding: 2, fleet: 20 }));
        assert!(store.reading().await.unwrap().listed_vehicles(day("2026-11-23"), 100).await.unwrap().is_empty());

        assert!(say(&store, terms("2026-12-01", "2027-12-01"), now()).await.unwrap(), "edges must learn of it");
        let mut reading = store.reading().await.unwrap();
        assert!(reading.listed_vehicles(day("2026-11-30"), 100).await.unwrap().is_empty(), "not before its day");
        let watched = reading.listed_vehicles(day("2026-12-01"), 100).await.unwrap();
        assert_eq!((watched.len(), watched[0].reason), (20, WatchReason::Blacklisted));
        assert_eq!(reading.listed_vehicles(day("2026-12-01"), 7).await.unwrap().len(), 7);
        assert_eq!(reading.listings_in_force(Region::COUNTRY, day("2026-12-01")).await.unwrap().len(), 1);
        assert!(reading.listings_in_force(Region::COUNTRY, day("2027-12-01")).await.unwrap().is_empty(), "its term");
        drop(reading);

        answer(&store, Region::COUNTRY, &proposed.id, day("2026-11-23"), " 已全部检修 ", "authority", now()).await.unwrap();
        // The first vehicle ages out on 21 May 2027; the day before nothing changes.
        age(&store, &Books::shipped(), noon("2027-05-20"), None).await.unwrap();
        assert!(matches!(open(&store).await.unwrap().state, ListingState::Listed { .. }));
        age(&store, &Books::shipped(), noon("2027-05-21"), None).await.unwrap();
        assert_eq!(share(&store).await, Share { exceeding: 1, fleet: 20 });
        let state = open(&store).await.unwrap().state;
        assert!(matches!(state, ListingState::DelistingProposed { ground: Ground::ShareBelow, .. }), "{state:?}");
        assert!(say(&store, Decision::Delist, noon("2027-05-22")).await.unwrap());
        assert_eq!(open(&store).await, None);
        assert!(store.reading().await.unwrap().listed_vehicles(day("2027-05-22"), 100).await.unwrap().is_empty());

        let mut reading = store.reading().await.unwrap();
        let decisions = reading.listing_decisions(&proposed.id).await.unwrap();
        let words: Vec<_> = decisions.iter().map(|row| (row.decision.as_str(), row.exceeding, row.fleet)).collect();
        assert_eq!(words, [("list", 2, 20), ("delist", 1, 20)]);
        let grounds = reading.listing_grounds(&proposed.id).await.unwrap();
        assert_eq!(grounds.len(), 8, "four exceedances at the proposal, and at the decision");
        assert_eq!(reading.listing_answers(&proposed.id).await.unwrap()[0].answer, "已全部检修");
        assert_eq!(
            audited(&store).await,
            ["system listing-proposed", "authority carrier-listed", "authority carrier-answered",
             "system delisting-proposed", "authority carrier-delisted"]
        );
        let ended = reading.listings(Region::COUNTRY, ListingsOf::Ended, None, 10).await.unwrap();
        assert_eq!((ended.len(), ended[0].state), (1, ListingState::Delisted));
        let elsewhere: Region = "110000".parse().unwrap();
        assert_eq!(reading.listing(&proposed.id, elsewhere).await.unwrap(), None);
        assert!(reading.listings(elsewhere, ListingsOf::All, None, 10).await.unwrap().is_empty());
    }

    async fn a_case_told_twice_or_void_before_it_is_confirmed_changes_nothing(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        let mut writing = store.writing().await.unwrap();
        let told = confirmed(&mut writing, &Books::shipped(), &case_id(1), now()).await.unwrap();
        assert!(told.entries.is_empty());
        add_case(&mut writing, 2, 4, &[day("2026-10-01")]).await;
        let told = voided(&mut writing, &Books::shipped(), &case_id(2), now()).await.unwrap();
        assert!(told.entries.is_empty());
        let told = confirmed(&mut writing, &Books::shipped(), &case_id(2), now()).await.unwrap();
        assert!(told.entries.is_empty(), "void is for good");
        writing.commit().await.unwrap();
        assert_eq!(share(&store).await, Share { exceeding: 1, fleet: 20 });
    }

    async fn a_proposal_falls_away_when_an_appeal_is_won_and_two_of_one_vehicle_count_once(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        confirm(&store, 2, 3, &["2026-11-01"]).await;
        assert_eq!(share(&store).await.exceeding, 1);
        confirm(&store, 3, 4, &["2026-11-02"]).await;
        assert_eq!(open(&store).await.unwrap().state, ListingState::Proposed);
        void(&store, 1, now()).await;
        assert_eq!(share(&store).await.exceeding, 2, "the vehicle exceeded twice");
        void(&store, 2, now()).await;
        assert_eq!((share(&store).await.exceeding, open(&store).await), (1, None));
        assert_eq!(audited(&store).await, ["system listing-proposed", "system listing-proposal-voided"]);
    }

    async fn what_was_declined_is_proposed_again_only_for_something_new(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        confirm(&store, 2, 4, &["2026-10-02"]).await;
        say(&store, Decision::Decline, now()).await.unwrap();
        age(&store, &Books::shipped(), now() + SignedDuration::from_hours(48), None).await.unwrap();
        assert_eq!(open(&store).await, None);
        confirm(&store, 3, 5, &["2026-11-05"]).await;
        let again = open(&store).await.unwrap();
        assert_eq!((again.state, again.ordinal), (ListingState::Proposed, 2));
    }

    async fn a_term_that_is_over_proposes_delisting_and_may_be_renewed_while_the_share_reaches(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-11-01"]).await;
        confirm(&store, 2, 4, &["2026-11-02"]).await;
        let too_long = say(&store, terms("2026-12-01", "2028-01-01"), now()).await;
        assert!(matches!(too_long, Err(DecideError::Terms(TermsRefusal::TooLong { .. }))), "{too_long:?}");
        say(&store, terms("2026-12-01", "2027-06-01"), now()).await.unwrap();
        age(&store, &Books::shipped(), noon("2027-06-01"), None).await.unwrap();
        let state = open(&store).await.unwrap().state;
        assert!(matches!(state, ListingState::DelistingProposed { ground: Ground::TermOver, .. }), "{state:?}");
        let renew = || Decision::Renew { until: day("2028-03-01"), notice: "续〔2027〕1号".to_owned() };
        say(&store, renew(), noon("2027-06-02")).await.unwrap();
        let renewed = open(&store).await.unwrap();
        let until = day("2028-03-01");
        assert_eq!(renewed.state, ListingState::Listed { from: day("2026-12-01"), until });
        assert_eq!(renewed.notice.as_deref(), Some("续〔2027〕1号"));
        // By March nothing counts any more: it can end, and not go on.
        age(&store, &Books::shipped(), noon("2028-03-01"), None).await.unwrap();
        let refused = say(&store, renew(), noon("2028-03-01")).await;
        assert!(matches!(refused, Err(DecideError::Refused(Refusal::ShareBelow))), "{refused:?}");
    }

    async fn a_decision_looks_at_today_first(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        confirm(&store, 2, 4, &["2026-10-02"]).await;
        // Nobody looked for a year; the proposal has fallen away by itself.
        let late = say(&store, terms("2027-11-01", "2028-01-01"), noon("2027-11-01")).await;
        assert!(matches!(late, Err(DecideError::Refused(Refusal::Ended))), "{late:?}");
        assert_eq!(audited(&store).await, ["system listing-proposed", "system listing-proposal-voided"]);
    }

    async fn the_register_lays_exceedances_at_the_right_door(store: Store) {
        twenty(&store).await;
        add_carrier(&store, "OTHER", 140_105).await;
        confirm(&store, 1, 30, &["2026-10-01"]).await;
        let kept = store.reading().await.unwrap().exceedances_of_case(&case_id(1)).await.unwrap();
        assert_eq!((kept[0].vehicle.as_deref(), kept[0].carrier.as_deref()), (None, None), "nobody registered it");
        let mut writing = store.writing().await.unwrap();
        add_vehicle(&mut writing, 30).await;
        join(&mut writing, CARRIER, 30, "2026-01-01", None).await;
        register_changed(&mut writing, &[30], now()).await;
        writing.commit().await.unwrap();
        assert_eq!(share(&store).await, Share { exceeding: 1, fleet: 21 });
        // It was another carrier's all the time.
        let mut writing = store.writing().await.unwrap();
        never_joined(&mut writing, CARRIER, 30).await;
        join(&mut writing, "OTHER", 30, "2026-01-01", None).await;
        register_changed(&mut writing, &[30], now()).await;
        writing.commit().await.unwrap();
        assert_eq!(share(&store).await, Share { exceeding: 0, fleet: 20 });
        let other = store.reading().await.unwrap().carrier_share("OTHER").await.unwrap().unwrap();
        assert_eq!((other.tally.share, other.reaches), (Share { exceeding: 1, fleet: 1 }, false), "a fleet of one");
    }

    async fn an_import_lays_what_it_touches_at_the_right_door_and_nothing_else(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 30, &["2026-10-01"]).await;
        confirm(&store, 2, 31, &["2026-10-01"]).await;
        let mut writing = store.writing().await.unwrap();
        stage_import(&mut writing, "R1", &[30]).await;
        for vehicle in [30, 31] {
            add_vehicle(&mut writing, vehicle).await;
            join(&mut writing, CARRIER, vehicle, "2026-01-01", None).await;
        }
        let moved = [CARRIER.to_owned()].into();
        let told = import_applied(&mut writing, &Books::shipped(), "R1", &moved, now()).await.unwrap();
        told.write(&mut writing).await.unwrap();
        writing.commit().await.unwrap();
        assert_eq!(share(&store).await, Share { exceeding: 1, fleet: 22 });
        let other = store.reading().await.unwrap().exceedances_of_case(&case_id(2)).await.unwrap();
        assert_eq!(other[0].carrier, None, "the import did not write about it");
    }

    async fn a_carrier_that_moves_takes_its_listing_with_it(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        confirm(&store, 2, 4, &["2026-10-02"]).await;
        let mut writing = store.writing().await.unwrap();
        stage_import(&mut writing, "R1", &[]).await;
        move_carrier(&mut writing, CARRIER, 110_105).await;
        let told = import_applied(&mut writing, &Books::shipped(), "R1", &BTreeSet::new(), now()).await.unwrap();
        told.write(&mut writing).await.unwrap();
        writing.commit().await.unwrap();
        let mut reading = store.reading().await.unwrap();
        for (region, count) in [("140000", 0), ("110000", 1)] {
            let rows = reading.listings(region.parse().unwrap(), ListingsOf::ToDecide, None, 10).await.unwrap();
            assert_eq!(rows.len(), count, "{region}");
        }
    }

    async fn a_fleet_known_to_grow_brings_the_share_down_on_its_day(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        confirm(&store, 2, 4, &["2026-10-02"]).await;
        let mut writing = store.writing().await.unwrap();
        add_vehicle(&mut writing, 40).await;
        join(&mut writing, CARRIER, 40, "2026-12-10", None).await;
        register_changed(&mut writing, &[40], now()).await;
        writing.commit().await.unwrap();
        assert_eq!(share(&store).await.fleet, 20);
        age(&store, &Books::shipped(), noon("2026-12-09"), None).await.unwrap();
        assert!(open(&store).await.is_some());
        age(&store, &Books::shipped(), noon("2026-12-10"), None).await.unwrap();
        assert_eq!((share(&store).await, open(&store).await), (Share { exceeding: 2, fleet: 21 }, None));
    }

    async fn a_new_edition_of_the_rule_is_held_against_every_carrier_of_its_region(store: Store) {
        twenty(&store).await;
        confirm(&store, 1, 3, &["2026-10-01"]).await;
        let json = r#"{"overrides":"环大气〔2018〕179号","region":"140000","version":"2026-12-01.1",
            "in_force_from":"2026-12-01","title":{"zh":"示例","en":"sample"},
            "listing":{"share":{"at_least_per_mille":50,"clause":"晋 sample","confidence":"low"}}}"#;
        let source = Source::parse("shanxi.json", json).unwrap();
        let books = Books::new(Library::new(vec![("shanxi.json".to_owned(), source)]).unwrap());
        age(&store, &books, noon("2026-11-30"), None).await.unwrap();
        assert_eq!(open(&store).await, None);
        age(&store, &books, noon("2026-12-01"), None).await.unwrap();
        let proposed = open(&store).await.unwrap();
        assert_eq!(proposed.rulebook_version, "2018-12-30.1+140000:2026-12-01.1");
    }
}

/// What an import tells: these vehicles' plates and fleets may have changed.
async fn register_changed(writing: &mut Writing, vehicles: &[u64], at: Timestamp) {
    let plates: BTreeSet<String> = vehicles.iter().map(|n| plate(*n)).collect();
    let of_register: BTreeSet<String> = vehicles.iter().map(|n| vehicle_id(*n)).collect();
    let carriers = [CARRIER.to_owned(), "OTHER".to_owned()].into();
    let books = Books::shipped();
    let mut told = plates_changed(writing, &books, &plates, &of_register, at).await.unwrap();
    told.and(fleet_changed(writing, &books, &carriers, at).await.unwrap());
    told.write(writing).await.unwrap();
}

/// Something that happens to the carrier.
#[derive(Clone, Debug)]
enum Happens {
    Confirmed { case: u64, vehicle: u64, back: i64 },
    Voided { case: u64 },
    Joins { vehicle: u64, from: i64, length: Option<i64> },
    Left { vehicle: u64 },
    Days(i64),
    Decides(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        5 => (0u64..8, 0u64..7, 0i64..500).prop_map(|(case, vehicle, back)| Happens::Confirmed { case, vehicle, back }),
        2 => (0u64..8).prop_map(|case| Happens::Voided { case }),
        3 => (0u64..12, -400i64..60, prop::option::of(1i64..300))
            .prop_map(|(vehicle, from, length)| Happens::Joins { vehicle, from, length }),
        1 => (0u64..12).prop_map(|vehicle| Happens::Left { vehicle }),
        3 => (0i64..200).prop_map(Happens::Days),
        2 => any::<u8>().prop_map(Happens::Decides),
    ]
}

async fn story(events: &[Happens]) {
    let (store, _folder) = sqlite().await;
    add_carrier(&store, CARRIER, 140_105).await;
    add_carrier(&store, "OTHER", 140_105).await;
    let books = Books::shipped();
    let mut at = now();
    let mut cases = BTreeSet::new();
    for event in events {
        let today = legal_day(at);
        let shifted = |days: i64| today.checked_add(days.days()).unwrap();
        let mut writing = store.writing().await.unwrap();
        match *event {
            Happens::Confirmed { case, vehicle, back } => {
                if cases.insert(case) {
                    add_case(&mut writing, case, vehicle, &[shifted(-back), shifted(-back / 2)]).await;
                }
                let told = confirmed(&mut writing, &books, &case_id(case), at).await.unwrap();
                told.write(&mut writing).await.unwrap();
            }
            Happens::Voided { case } => {
                let told = voided(&mut writing, &books, &case_id(case), at).await.unwrap();
                told.write(&mut writing).await.unwrap();
            }
            Happens::Joins { vehicle, from, length } => {
                let until = length.map(|length| shifted(from + length).to_string());
                add_vehicle(&mut writing, vehicle).await;
                // One carrier's at a time, as the register keeps it.
                never_joined(&mut writing, CARRIER, vehicle).await;
                join(&mut writing, CARRIER, vehicle, &shifted(from).to_string(), until.as_deref()).await;
                register_changed(&mut writing, &[vehicle], at).await;
            }
            Happens::Left { vehicle } => {
                never_joined(&mut writing, CARRIER, vehicle).await;
                register_changed(&mut writing, &[vehicle], at).await;
            }
            Happens::Days(days) => {
                drop(writing);
                at += SignedDuration::from_hours(days * 24);
                age(&store, &books, at, None).await.unwrap();
                compare(&store, &books, at).await;
                continue;
            }
            Happens::Decides(word) => {
                drop(writing);
                let decision = match word % 4 {
                    0 => terms(&today.to_string(), &shifted(200).to_string()),
                    1 => Decision::Decline,
                    2 => Decision::Renew { until: shifted(100), notice: "续".to_owned() },
                    _ => Decision::Delist,
                };
                if open(&store).await.is_some() {
                    let _ = say(&store, decision, at).await;
                }
                compare(&store, &books, at).await;
                continue;
            }
        }
        writing.commit().await.unwrap();
        compare(&store, &books, at).await;
    }
}

/// The kept share, brought to today, is the share counted from nothing, and nothing is left to be done.
async fn compare(store: &Store, books: &Books, at: Timestamp) {
    let today = legal_day(at);
    let mut reading = store.reading().await.unwrap();
    let Some(kept) = reading.carrier_share(CARRIER).await.unwrap() else { return };
    let touched_today = kept.tally.day == today;
    let kept = brought(&mut reading, books, kept, today).await.unwrap();
    let book = books.listing_rule(kept.region, today);
    let start = Window::from(&*book).start(today);
    let counted = reading.share_from_nothing(CARRIER, start, today).await.unwrap();
    assert_eq!(kept.tally.share, counted);
    if touched_today {
        let seen = assess(&mut reading, &book, &kept).await.unwrap();
        let open = reading.open_listing(CARRIER).await.unwrap().map(|listing| listing.state);
        assert_eq!(reconsider(open, &seen), None, "{open:?} {seen:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn after_any_events_the_kept_share_is_the_share_counted_from_nothing(
        events in prop::collection::vec(happens(), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(story(&events));
    }
}
