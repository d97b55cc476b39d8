//! The state machine as a table, and the promise of the whole: any order of events, with repetitions, ends as a count
//! from nothing says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use plumewatch_shared::rulebook::ListingRulebook;
use proptest::prelude::*;

use super::reconsider::Change;
use super::*;

fn day(offset: i64) -> Date {
    "2025-01-01".parse::<Date>().unwrap().checked_add(offset.days()).unwrap()
}

fn states() -> [ListingState; 6] {
    let (from, until) = (day(0), day(365));
    [
        ListingState::Proposed,
        ListingState::Declined,
        ListingState::Void,
        ListingState::Listed { from, until },
        ListingState::DelistingProposed { from, until, ground: Ground::ShareBelow },
        ListingState::Delisted,
    ]
}

fn events() -> [Event; 8] {
    let (from, until) = (day(0), day(365));
    [
        Event::FallAway,
        Event::List { from, until },
        Event::Decline,
        Event::Answer,
        Event::ProposeDelisting(Ground::TermOver),
        Event::StandAgain,
        Event::Renew { until },
        Event::Delist,
    ]
}

/// Every state with every event: where it leads, or why it does not.
#[test]
fn the_way_of_a_listing_is_this_table() {
    let table = [
        ("proposed", "void listed declined proposed NotListed NotListed NotListed NotListed"),
        ("declined", "Ended Ended Ended declined Ended Ended Ended Ended"),
        ("void", "Ended Ended Ended void Ended Ended Ended Ended"),
        ("listed", "Decided Decided Decided listed delisting-proposed NoDelisting NoDelisting delisted"),
        (
            "delisting-proposed",
            "Decided Decided Decided delisting-proposed delisting-proposed listed listed delisted",
        ),
        ("delisted", "Ended Ended Ended delisted Ended Ended Ended Ended"),
    ];
    for (state, (word, row)) in states().into_iter().zip(table) {
        assert_eq!(state.word(), word);
        let went: Vec<String> = events()
            .into_iter()
            .map(|event| match state.apply(event, true) {
                Ok((after, _)) => after.word().to_owned(),
                Err(refusal) => format!("{refusal:?}"),
            })
            .collect();
        assert_eq!(went.join(" "), row, "from {word}");
    }
}

#[test]
fn a_listing_goes_on_only_while_the_share_reaches() {
    let [.., proposed, _] = states();
    let until = day(700);
    assert_eq!(proposed.apply(Event::Renew { until }, false), Err(Refusal::ShareBelow));
    let (renewed, effects) = proposed.apply(Event::Renew { until }, true).unwrap();
    assert_eq!(renewed, ListingState::Listed { from: day(0), until });
    assert!(effects.contains(&Effect::KeepGrounds) && effects.contains(&Effect::RefreshWatchlist));
}

/// Nobody is listed, declined or delisted but by an authority, and each transition is audited once.
#[test]
fn only_an_authority_lists_and_delists() {
    for state in states() {
        for event in events() {
            let Ok((after, effects)) = state.apply(event, true) else { continue };
            let audits = effects.iter().filter(|effect| matches!(effect, Effect::Audit(_))).count();
            assert_eq!(audits, 1, "{state:?} {event:?}");
            let (binds, bound) = (after.term().is_some(), state.term().is_some());
            if binds != bound || after.has_ended() && !state.has_ended() && event != Event::FallAway {
                assert!(event.decision().is_some(), "{state:?} {event:?}");
                assert_eq!(effects.contains(&Effect::RefreshWatchlist), binds != bound);
            }
        }
    }
}

#[test]
fn a_listing_binds_for_its_term_and_not_a_day_longer() {
    let listed = ListingState::Listed { from: day(10), until: day(20) };
    let binds: Vec<bool> = [9, 10, 19, 20].map(|at| listed.in_force(day(at))).into();
    assert_eq!(binds, [false, true, true, false]);
    assert!(!ListingState::Delisted.in_force(day(15)) && !ListingState::Proposed.in_force(day(15)));
}

#[test]
fn a_listings_name_reads_back_and_differs_by_carrier_and_turn() {
    let id = ListingId::of("91140100MA0K00001X", 1);
    assert_eq!(ListingId::parse(id.as_str()), Some(id.clone()));
    assert_ne!(id, ListingId::of("91140100MA0K00001X", 2));
    assert_ne!(id, ListingId::of("91140100MA0K00002X", 1));
    assert_eq!(ListingId::parse("L123"), None);
}

// ---- any order, with repetitions -------------------------------------------------------------------------

/// What can become known of one carrier.
#[derive(Clone, Debug)]
enum Told {
    /// A case of a vehicle is confirmed, with an exceedance on a day.
    Confirmed { case: u8, vehicle: u8, exceeded: i64 },
    /// A case is void for good.
    Voided { case: u8 },
    /// The fleet is of so many vehicles.
    Fleet(u64),
    /// The server looks at the day; days only go on.
    Days(i64),
    /// An authority decides, if it can.
    Decides(u8),
}

/// The carrier as the server keeps it: one step an event.
struct Kept {
    tally: Tally,
    of_case: BTreeMap<u8, (u8, Date)>,
    void: BTreeSet<u8>,
    newest: BTreeMap<u8, Date>,
    weighed: BTreeSet<u8>,
    open: Option<ListingState>,
}

const YEAR: Window = Window { months: 12 };

impl Kept {
    fn new() -> Self {
        Self {
            tally: Tally::new(day(0), 0),
            of_case: BTreeMap::new(),
            void: BTreeSet::new(),
            newest: BTreeMap::new(),
            weighed: BTreeSet::new(),
            open: None,
        }
    }

    fn standing(&self) -> impl Iterator<Item = (&u8, &(u8, Date))> {
        self.of_case.iter().filter(|(case, _)| !self.void.contains(case))
    }

    fn touch(&mut self, vehicle: u8) {
        let days = self.standing().filter(|(_, (own, _))| *own == vehicle).map(|(_, (_, day))| *day);
        let (before, after) = (self.newest.get(&vehicle).copied(), newest(days));
        self.tally.vehicle(before, after, YEAR);
        match after {
            Some(day) => self.newest.insert(vehicle, day),
            None => self.newest.remove(&vehicle),
        };
    }

    fn go_on(&mut self, to: Date) {
        if let Some(leaving) = self.tally.leaving(to, YEAR) {
            let left =
                self.newest.values().filter(|day| (leaving.from..leaving.before).contains(day)).count();
            self.tally.advance(to, left as u64);
        }
        self.tally.advance(to, 0);
    }

    fn assess(&self, share: Share) -> Assessment {
        let today = self.tally.day;
        let unweighed = self
            .standing()
            .any(|(case, (_, exceeded))| YEAR.holds(*exceeded, today) && !self.weighed.contains(case));
        let threshold = Threshold::from(&ListingRulebook::blacklist());
        Assessment { today, reaches: share.reaches(threshold), unweighed }
    }

    fn settle(&mut self) {
        self.weighed = self.standing().map(|(case, _)| *case).collect();
    }

    fn reconsider(&mut self) {
        // Each answer is taken until nothing more is to be done; it is one step at most twice.
        for _ in 0..3 {
            match reconsider(self.open, &self.assess(self.tally.share)) {
                None => return,
                Some(Change::Propose) => self.open = Some(ListingState::Proposed),
                Some(Change::Happen(event)) => {
                    let (state, _) = self.open.unwrap().apply(event, false).unwrap();
                    self.open = Some(state).filter(|state| !state.has_ended());
                }
            }
        }
        panic!("it never comes to rest");
    }

    fn decide(&mut self, word: u8) {
        let (from, until) = (self.tally.day, self.tally.day.checked_add(200.days()).unwrap());
        let event = match word % 4 {
            0 => Event::List { from, until },
            1 => Event::Decline,
            2 => Event::Renew { until },
            _ => Event::Delist,
        };
        let reaches = self.assess(self.tally.share).reaches;
        let Some(Ok((state, effects))) = self.open.map(|open| open.apply(event, reaches)) else { return };
        if effects.contains(&Effect::Settle) {
            self.settle();
        }
        self.open = Some(state).filter(|state| !state.has_ended());
    }

    fn hear(&mut self, told: &Told) {
        match *told {
            Told::Confirmed { case, vehicle, exceeded } => {
                // A case is of one vehicle and one day, whoever tells of it again.
                let (vehicle, _) = *self.of_case.entry(case).or_insert((vehicle, day(exceeded)));
                self.touch(vehicle);
            }
            Told::Voided { case } => {
                self.void.insert(case);
                if let Some((vehicle, _)) = self.of_case.get(&case).copied() {
                    self.touch(vehicle);
                }
            }
            Told::Fleet(size) => self.tally.share.fleet = size,
            Told::Days(more) => {
                let to = self.tally.day.checked_add(more.days()).unwrap();
                self.go_on(to);
            }
            Told::Decides(word) => self.decide(word),
        }
        self.reconsider();
    }

    /// The share counted from nothing but the facts.
    fn counted_anew(&self) -> Share {
        let counting: BTreeSet<u8> = self
            .standing()
            .filter(|(_, (_, exceeded))| YEAR.holds(*exceeded, self.tally.day))
            .map(|(_, (vehicle, _))| *vehicle)
            .collect();
        Share { exceeding: counting.len() as u64, fleet: self.tally.share.fleet }
    }
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        6 => (0u8..14, 0u8..6, 0i64..500)
            .prop_map(|(case, vehicle, exceeded)| Told::Confirmed { case, vehicle, exceeded }),
        3 => (0u8..14).prop_map(|case| Told::Voided { case }),
        2 => (0u64..40).prop_map(Told::Fleet),
        3 => (0i64..150).prop_map(Told::Days),
        3 => any::<u8>().prop_map(Told::Decides),
    ]
}

proptest! {
    /// After every event the share kept up is the share counted from nothing, and the listing is at rest: what stands
    /// is what a look at it alone makes of it.
    #[test]
    fn the_share_kept_up_is_the_share_counted_from_nothing(story in prop::collection::vec(told(), 1..60)) {
        let mut kept = Kept::new();
        for event in &story {
            kept.hear(event);
            prop_assert_eq!(kept.tally.share, kept.counted_anew());
            prop_assert_eq!(reconsider(kept.open, &kept.assess(kept.counted_anew())), None);
            if kept.open == Some(ListingState::Proposed) {
                prop_assert!(kept.assess(kept.counted_anew()).proposes());
            }
        }
    }

    /// Facts in another order, some told twice, end in the same share and the same proposal.
    #[test]
    fn facts_in_any_order_and_told_again_end_the_same(
        facts in prop::collection::btree_map(0u8..14, (0u8..6, 0i64..500, any::<bool>()), 0..14),
        order in Just((0usize..60).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0usize..60, 0..12),
        fleet in 1u64..40,
        today in 0i64..900,
    ) {
        let mut story = vec![Told::Fleet(fleet), Told::Days(today)];
        for (&case, &(vehicle, exceeded, void)) in &facts {
            story.push(Told::Confirmed { case, vehicle, exceeded });
            if void {
                story.push(Told::Voided { case });
            }
        }
        let mut straight = Kept::new();
        story.iter().for_each(|event| straight.hear(event));
        let mut mixed = Kept::new();
        let pick = |at: &usize| story.get(*at);
        // A day that is told twice would be another day.
        let repeated = again.iter().filter_map(pick).filter(|event| !matches!(event, Told::Days(_)));
        order.iter().filter_map(pick).chain(repeated).for_each(|event| mixed.hear(event));
        prop_assert_eq!(mixed.tally, straight.tally);
        prop_assert_eq!(mixed.open, straight.open);
    }
}
