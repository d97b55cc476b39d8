//! What holds of a case whatever happens to it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::tests::{apply, at, event, opened};
use super::*;

/// A case without its instants: two of one shape have the same future.
type Shape = (&'static str, bool, bool, bool, bool);

fn shape(case: &Case) -> Shape {
    let taken = case.state.order().is_some_and(|order| order.taken.is_some());
    (case.state.word(), case.appeal.is_some(), case.overdue.is_some(), case.referred.is_some(), taken)
}

/// What a court asks of a closing: how the case came to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Past {
    repair_recorded: bool,
    retest_passed_after_it: bool,
    exception_named: bool,
}

impl Past {
    /// The past after an event that was accepted, told by the events alone.
    fn then(self, event: &Event) -> Self {
        match event {
            Event::OrderRepair { .. } | Event::RetestFailed | Event::OrderCancelled => {
                Self { repair_recorded: false, ..self }
            }
            Event::Repaired => Self { repair_recorded: true, ..self },
            Event::RetestPassed => Self { retest_passed_after_it: self.repair_recorded, ..self },
            Event::CloseByException(exception) => {
                Self { exception_named: !exception.approved_by.as_str().is_empty(), ..self }
            }
            Event::ServeNotice { .. }
            | Event::EnterAppeal { .. }
            | Event::UpholdAppeal
            | Event::RejectAppeal
            | Event::Refer
            | Event::Withdraw
            | Event::Overdue
            | Event::Taken => self,
        }
    }

    fn allows_closing(self) -> bool {
        self.retest_passed_after_it || self.exception_named
    }
}

/// Long after every deadline, so that `Overdue` is among what can happen.
const LATE: &str = "2026-12-30";

/// Everything that can ever become of a case: each event in each shape that any path reaches, until no path reaches a
/// new one. No closed case among them came there without a passed retest after a recorded repair, or a named
/// person's exception.
#[test]
fn no_path_closes_a_case_without_a_passed_retest_or_a_named_exception() {
    let mut reached: BTreeMap<(Shape, Past), Case> = BTreeMap::new();
    let mut ahead = vec![(opened(), Past::default())];
    let mut closed = 0;
    while let Some((case, past)) = ahead.pop() {
        if reached.insert((shape(&case), past), case.clone()).is_some() {
            continue;
        }
        if matches!(case.state, CaseState::Closed { .. }) {
            closed += 1;
            assert!(past.allows_closing(), "{case:?} after {past:?}");
        }
        for &kind in Kind::ALL {
            let event = event(kind);
            if let Ok((next, _)) = apply(case.clone(), event.clone(), LATE) {
                ahead.push((next, past.then(&event)));
            }
        }
    }
    let words: BTreeSet<&str> = reached.keys().map(|((word, ..), _)| *word).collect();
    assert_eq!(words, CaseState::WORDS.into_iter().collect(), "every state is reached");
    assert!(closed > 2, "closings by retest and by exception, with and without an appeal");
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL)
}

/// A day of the two months after the case was opened.
fn any_day() -> impl Strategy<Value = String> {
    (0i64..50).prop_map(|days| {
        let first: jiff::civil::Date = super::tests::OPENED.parse().unwrap();
        first.saturating_add(jiff::Span::new().days(days)).to_string()
    })
}

/// The life that a sequence of events gives: the case, and the events that were accepted.
fn live(events: &[(Kind, String)]) -> (Case, Vec<(Kind, String)>) {
    let mut accepted = Vec::new();
    let mut case = opened();
    for (kind, day) in events {
        if let Ok((next, _)) = apply(case.clone(), event(*kind), day) {
            case = next;
            accepted.push((*kind, day.clone()));
        }
    }
    (case, accepted)
}

proptest! {
    /// A refused event leaves no trace, and each event said twice counts once: any sequence with any repetitions ends
    /// as its reduction, the accepted events alone, each once.
    #[test]
    fn any_sequence_ends_as_its_reduction(events in prop::collection::vec((any_kind(), any_day(), 1usize..4), 0..40)) {
        let mut days: Vec<String> = events.iter().map(|(_, day, _)| day.clone()).collect();
        days.sort();
        let once: Vec<_> = events.iter().zip(&days).map(|((kind, _, _), day)| (*kind, day.clone())).collect();
        let repeated: Vec<_> = events
            .iter()
            .zip(&days)
            .flat_map(|((kind, _, times), day)| std::iter::repeat_n((*kind, day.clone()), *times))
            .collect();
        let (case, accepted) = live(&once);
        prop_assert_eq!(&live(&repeated).0, &case);
        let (reduced, all) = live(&accepted);
        prop_assert_eq!(&reduced, &case);
        prop_assert_eq!(all, accepted);
    }

    /// Whatever happens, what belongs together is together.
    #[test]
    fn the_parts_of_a_case_agree(events in prop::collection::vec((any_kind(), any_day()), 0..40)) {
        let mut case = opened();
        let mut past = Past::default();
        for (kind, day) in events {
            let said = event(kind);
            let permitted = case.permits(kind).is_ok();
            let Ok((next, effects)) = apply(case.clone(), said.clone(), &day) else { continue };
            prop_assert!(permitted, "apply accepts only what is permitted");
            past = past.then(&said);
            let left_the_road = case.state.is_open() && !next.state.is_open();
            prop_assert_eq!(effects.contains(&Effect::RefreshWatchlist), left_the_road);
            prop_assert_eq!(effects.contains(&Effect::RestartCounting), kind == Kind::RetestPassed);
            let called_off = left_the_road && case.state.order().is_some() && kind != Kind::RetestPassed;
            prop_assert_eq!(effects.contains(&Effect::CancelOrder), called_off);
            let void = matches!(next.state, CaseState::Won { .. } | CaseState::Withdrawn { .. });
            prop_assert_eq!(effects.contains(&Effect::ExceedancesVoid), void);
            if matches!(next.state, CaseState::Closed { .. }) {
                prop_assert!(past.allows_closing());
            }
            if !next.state.is_open() {
                prop_assert!(next.deadline.is_none() && next.overdue.is_none());
            }
            if matches!(next.state, CaseState::RepairOrdered { .. } | CaseState::Repaired { .. }) {
                prop_assert!(next.deadline.is_some() && next.notice.is_some());
            }
            prop_assert!(next.overdue.is_none() || next.deadline.is_some());
            for allowed in next.allowed() {
                prop_assert_eq!(allowed.source(), Source::Person);
            }
            case = next;
        }
    }

    /// Time alone changes no case: what is overdue today is overdue tomorrow, by the same day.
    #[test]
    fn overdue_only_grows(events in prop::collection::vec((any_kind(), any_day()), 0..20), on in any_day()) {
        let (case, _) = live(&events);
        let today: Date = on.parse().unwrap();
        let found = overdue(&case, today);
        prop_assert!(found.is_none_or(|due| due < today && case.appeal.is_none()));
        if found.is_some() {
            prop_assert_eq!(overdue(&case, today.tomorrow().unwrap()), found);
            let (marked, _) = apply(case.clone(), Event::Overdue, &on).unwrap_or((case, vec![]));
            prop_assert_eq!(marked.overdue, found);
        }
    }
}

#[test]
fn the_late_day_is_after_every_deadline() {
    let ordered = [Kind::ServeNotice, Kind::OrderRepair]
        .into_iter()
        .fold(opened(), |case, kind| apply(case, event(kind), super::tests::OPENED).unwrap().0);
    assert!(overdue(&ordered, law_day(at(LATE))).is_some());
}
