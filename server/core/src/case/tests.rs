use std::sync::LazyLock;

use jiff::{Timestamp, ToSpan};
use plumewatch_shared::rulebook::casework::{CaseworkRules, Count, Days, ServiceMethod};

use super::*;
use crate::access::OrganisationCode;
use crate::calendar::WorkCalendar;

pub(super) fn station() -> OrganisationCode {
    OrganisationCode::parse("I-140105-01").unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    format!("{text}T02:00:00Z").parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The day on which the case of these tests was opened: a Monday.
pub(super) const OPENED: &str = "2026-11-09";

pub(super) fn opened() -> Case {
    let candidate = Candidate {
        id: CandidateId::parse("00112233445566778899").unwrap(),
        vehicle: Vehicle { plate: "晋A12345".parse().unwrap(), colour: None },
        item: Item::Opacity,
        passages: vec![],
        complete: at(OPENED),
    };
    Case::open(&candidate, at(OPENED)).0
}

/// Particulars with which a kind of event may happen on any day of these tests.
pub(super) fn event(kind: Kind) -> Event {
    match kind {
        Kind::ServeNotice => Event::ServeNotice {
            method: ServiceMethod::Letter,
            received: day(OPENED),
            paper: Paper::new("并环改〔2026〕118号").unwrap(),
        },
        Kind::OrderRepair => Event::OrderRepair { station: station(), within: None },
        Kind::EnterAppeal => Event::EnterAppeal { received: day(OPENED) },
        Kind::UpholdAppeal => Event::UpholdAppeal,
        Kind::RejectAppeal => Event::RejectAppeal,
        Kind::Refer => Event::Refer,
        Kind::Withdraw => Event::Withdraw,
        Kind::CloseByException => Event::CloseByException(Exception {
            ground: ExceptionGround::Scrapped,
            approved_by: PersonName::new("王主管").unwrap(),
        }),
        Kind::Overdue => Event::Overdue,
        Kind::Taken => Event::Taken,
        Kind::Repaired => Event::Repaired,
        Kind::RetestPassed => Event::RetestPassed,
        Kind::RetestFailed => Event::RetestFailed,
        Kind::OrderCancelled => Event::OrderCancelled,
    }
}

/// Applies by the shipped calendar and rules.
pub(super) fn apply(case: Case, event: Event, now: &str) -> Result<(Case, Vec<Effect>), Refusal> {
    static SHIPPED: LazyLock<(WorkCalendar, CaseworkRules)> =
        LazyLock::new(|| (WorkCalendar::shipped(), CaseworkRules::shipped()));
    let (calendar, rules) = &*SHIPPED;
    case.apply(event, Facts { calendar, rules }, at(now))
}

fn after(path: &[Kind]) -> Case {
    path.iter().fold(opened(), |case, kind| apply(case, event(*kind), OPENED).unwrap().0)
}

/// The way to each state.
fn in_state(word: &str) -> Case {
    let path: &[Kind] = match word {
        "opened" => &[],
        "noticed" => &[Kind::ServeNotice],
        "repair-ordered" => &[Kind::ServeNotice, Kind::OrderRepair],
        "repaired" => &[Kind::ServeNotice, Kind::OrderRepair, Kind::Repaired],
        "closed" => &[Kind::ServeNotice, Kind::OrderRepair, Kind::Repaired, Kind::RetestPassed],
        "withdrawn" => &[Kind::Withdraw],
        "won" => &[Kind::EnterAppeal, Kind::UpholdAppeal],
        _ => panic!("{word}"),
    };
    let case = after(path);
    assert_eq!(case.state.word(), word);
    case
}

/// Every state with every event, without and with an appeal pending: where it leads, or why it does not.
#[test]
fn the_way_of_a_case_is_this_table() {
    use Kind as K;
    let columns = [
        K::ServeNotice,
        K::OrderRepair,
        K::Taken,
        K::Repaired,
        K::RetestPassed,
        K::RetestFailed,
        K::OrderCancelled,
        K::EnterAppeal,
        K::UpholdAppeal,
        K::RejectAppeal,
        K::Refer,
        K::Withdraw,
        K::CloseByException,
    ];
    let table = [
        (
            "opened",
            "noticed NoticeMissing NotOrdered NotOrdered RetestBeforeRepair RetestBeforeRepair NotOrdered opened NoAppeal NoAppeal NoticeMissing withdrawn closed",
        ),
        (
            "noticed",
            "AlreadyServed repair-ordered NotOrdered NotOrdered RetestBeforeRepair RetestBeforeRepair NotOrdered noticed NoAppeal NoAppeal noticed withdrawn closed",
        ),
        (
            "repair-ordered",
            "AlreadyOrdered AlreadyOrdered repair-ordered repaired RetestBeforeRepair RetestBeforeRepair noticed repair-ordered NoAppeal NoAppeal repair-ordered withdrawn closed",
        ),
        (
            "repaired",
            "AlreadyRepaired AlreadyRepaired AlreadyRepaired AlreadyRepaired closed repair-ordered noticed repaired NoAppeal NoAppeal repaired withdrawn closed",
        ),
        ("closed", "Ended Ended Ended Ended Ended Ended Ended closed NoAppeal NoAppeal Ended Ended Ended"),
        ("withdrawn", "Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended"),
        ("won", "Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended Ended"),
        (
            "opened + appeal",
            "AppealPending NoticeMissing NotOrdered NotOrdered RetestBeforeRepair RetestBeforeRepair NotOrdered AppealPending won opened NoticeMissing withdrawn closed",
        ),
        (
            "noticed + appeal",
            "AppealPending AppealPending NotOrdered NotOrdered RetestBeforeRepair RetestBeforeRepair NotOrdered AppealPending won noticed AppealPending withdrawn closed",
        ),
        (
            "repair-ordered + appeal",
            "AlreadyOrdered AlreadyOrdered repair-ordered repaired RetestBeforeRepair RetestBeforeRepair noticed AppealPending won repair-ordered AppealPending withdrawn closed",
        ),
        (
            "repaired + appeal",
            "AlreadyRepaired AlreadyRepaired AlreadyRepaired AlreadyRepaired closed repair-ordered noticed AppealPending won repaired AppealPending withdrawn closed",
        ),
        (
            "closed + appeal",
            "Ended Ended Ended Ended Ended Ended Ended AppealPending won closed Ended Ended Ended",
        ),
    ];
    for (from, row) in table {
        let words: Vec<&str> = row.split(' ').collect();
        assert_eq!(words.len(), columns.len(), "{from}");
        for (kind, expected) in columns.into_iter().zip(words) {
            let case = match from.strip_suffix(" + appeal") {
                Some(word) => apply(in_state(word), event(Kind::EnterAppeal), OPENED).unwrap().0,
                None => in_state(from),
            };
            let went = match apply(case, event(kind), OPENED) {
                Ok((case, _)) => case.state.word().to_owned(),
                Err(refusal) => format!("{refusal:?}"),
            };
            assert_eq!(went, expected, "{from} {kind:?}");
        }
    }
}

#[test]
fn each_step_has_these_effects() {
    use Effect as E;
    let of = |from: &str, kind: Kind| {
        let (_, effects) = apply(in_state(from), event(kind), OPENED).unwrap();
        assert_eq!(effects[0], E::Audit(kind.action()), "{from} {kind:?}");
        assert_eq!(effects.iter().filter(|effect| matches!(effect, E::Audit(_))).count(), 1);
        effects[1..].to_vec()
    };
    let due = day("2026-11-30"); // Fifteen working days after Monday, 9 November.
    assert_eq!(of("noticed", Kind::OrderRepair), [E::OpenOrder { station: station(), due }]);
    assert_eq!(of("repaired", Kind::RetestPassed), [E::RefreshWatchlist, E::RestartCounting]);
    assert_eq!(of("noticed", Kind::Withdraw), [E::RefreshWatchlist, E::ExceedancesVoid]);
    assert_eq!(of("repaired", Kind::Withdraw), [E::CancelOrder, E::RefreshWatchlist, E::ExceedancesVoid]);
    assert_eq!(of("repair-ordered", Kind::CloseByException), [E::CancelOrder, E::RefreshWatchlist]);
    assert_eq!(of("repaired", Kind::RetestFailed), []);
    assert_eq!(of("noticed", Kind::Refer), []);
    let (won, effects) =
        apply(after(&[Kind::ServeNotice, Kind::OrderRepair, Kind::EnterAppeal]), Event::UpholdAppeal, OPENED)
            .unwrap();
    assert_eq!(won.state.word(), "won");
    assert_eq!(effects[1..], [E::CancelOrder, E::RefreshWatchlist, E::ExceedancesVoid]);
    // Won after the closing: the watchlist has nothing to learn, the listing has.
    let closed = apply(in_state("closed"), event(Kind::EnterAppeal), OPENED).unwrap().0;
    let (won, effects) = apply(closed, Event::UpholdAppeal, OPENED).unwrap();
    assert_eq!(effects[1..], [E::ExceedancesVoid]);
    assert_eq!(won.retested, Some(at(OPENED)), "the passed retest stays passed");
}

/// STANDARDS.md 6.1: the deadline runs from service, a public notice counts as served after thirty days.
#[test]
fn a_notice_sets_the_deadline_from_the_day_it_counts_as_served() {
    let served = |method, received: &str, now: &str| {
        let paper = Paper::new("并环改〔2026〕118号").unwrap();
        apply(opened(), Event::ServeNotice { method, received: day(received), paper }, now)
    };
    let (case, _) = served(ServiceMethod::Letter, "2026-11-11", "2026-11-12").unwrap();
    assert_eq!(case.notice.as_ref().unwrap().served, day("2026-11-11"));
    let deadline = case.deadline.unwrap();
    assert_eq!(
        (deadline.due, deadline.count, deadline.provisional),
        (day("2026-11-18"), Count::Working, false)
    );

    let (case, _) = served(ServiceMethod::PublicNotice, "2026-11-10", "2026-11-12").unwrap();
    assert_eq!(case.notice.as_ref().unwrap().served, day("2026-12-10"));
    assert_eq!(case.deadline.unwrap().due, day("2026-12-17"));
    let order = Event::OrderRepair { station: station(), within: None };
    assert_eq!(apply(case.clone(), order.clone(), "2026-12-09").unwrap_err(), Refusal::NotServedYet);
    let (case, _) = apply(case, order, "2026-12-10").unwrap();
    let deadline = case.deadline.unwrap();
    assert_eq!(deadline.due, day("2026-12-31"));
    assert!(!deadline.provisional, "it ends within the last year that is known");

    assert_eq!(served(ServiceMethod::Letter, "2026-11-13", "2026-11-12").unwrap_err(), Refusal::DayInFuture);
    assert_eq!(
        served(ServiceMethod::Letter, "2026-11-08", "2026-11-12").unwrap_err(),
        Refusal::DayBeforeCase
    );
}

#[test]
fn a_letter_that_came_back_is_followed_by_another_notice() {
    let case = in_state("noticed");
    let again = Event::ServeNotice {
        method: ServiceMethod::Text,
        received: day("2026-11-20"),
        paper: Paper::new("并环改〔2026〕118号之二").unwrap(),
    };
    let (case, _) = apply(case, again, "2026-11-20").unwrap();
    assert_eq!(case.deadline.unwrap().due, day("2026-11-27"));
}

#[test]
fn a_deadline_into_a_year_without_holidays_is_provisional() {
    let within = Some(Days { days: 40, count: Count::Working });
    let order = |within| Event::OrderRepair { station: station(), within };
    let (case, _) = apply(in_state("noticed"), order(within), "2026-12-01").unwrap();
    assert!(case.deadline.unwrap().provisional);
    let none = Some(Days { days: 0, count: Count::Working });
    assert_eq!(apply(in_state("noticed"), order(none), OPENED).unwrap_err(), Refusal::Period);
}

#[test]
fn overdue_is_found_the_day_after_and_once() {
    let case = in_state("repair-ordered");
    assert_eq!(overdue(&case, day("2026-11-30")), None, "the last day itself");
    assert_eq!(overdue(&case, day("2026-12-01")), Some(day("2026-11-30")));
    assert_eq!(apply(case.clone(), Event::Overdue, "2026-11-30").unwrap_err(), Refusal::NotOverdue);
    let (late, _) = apply(case, Event::Overdue, "2026-12-01").unwrap();
    assert_eq!(late.overdue, Some(day("2026-11-30")));
    assert_eq!(apply(late.clone(), Event::Overdue, "2026-12-02").unwrap_err(), Refusal::NotOverdue);
    // Late is not lost: the vehicle may still be repaired and pass.
    let (repaired, _) = apply(late, Event::Repaired, "2026-12-05").unwrap();
    let (closed, _) = apply(repaired, Event::RetestPassed, "2026-12-06").unwrap();
    assert!(closed.passed_retest() && closed.overdue.is_none());
}

#[test]
fn deadlines_stand_still_while_an_appeal_is_pending() {
    // Due on 30 November; the appeal came on the 23rd with five working days left (24 to 27, 30).
    let appeal = Event::EnterAppeal { received: day("2026-11-23") };
    let (case, _) = apply(in_state("repair-ordered"), appeal, "2026-11-24").unwrap();
    assert_eq!(case.appeal, Some(Appeal { received: day("2026-11-23"), left: Some(5) }));
    assert_eq!(overdue(&case, day("2026-12-20")), None);
    let (case, _) = apply(case, Event::RejectAppeal, "2026-12-11").unwrap();
    assert_eq!((case.deadline.unwrap().due, case.appeal), (day("2026-12-18"), None));
}

/// A letter of appeal that lay in somebody's tray takes the overdue mark away again; one that came too late does not.
#[test]
fn an_appeal_in_time_undoes_overdue_and_a_late_one_does_not() {
    let late = apply(in_state("repair-ordered"), Event::Overdue, "2026-12-02").unwrap().0;
    let appeal = |received: &str| {
        apply(late.clone(), Event::EnterAppeal { received: day(received) }, "2026-12-03").unwrap().0
    };
    assert_eq!(appeal("2026-11-30").overdue, None);
    let too_late = appeal("2026-12-01");
    assert_eq!(too_late.overdue, Some(day("2026-11-30")));
    let (after, _) = apply(too_late, Event::RejectAppeal, "2026-12-10").unwrap();
    assert_eq!(after.deadline.unwrap().due, day("2026-11-30"), "no new time is won");
}

#[test]
fn the_pages_are_told_what_people_can_do_now_and_never_what_orders_do() {
    use Kind as K;
    assert_eq!(
        in_state("opened").allowed(),
        [K::ServeNotice, K::EnterAppeal, K::Withdraw, K::CloseByException]
    );
    assert_eq!(in_state("repaired").allowed(), [K::EnterAppeal, K::Refer, K::Withdraw, K::CloseByException]);
    assert_eq!(in_state("closed").allowed(), [K::EnterAppeal]);
    assert_eq!(in_state("won").allowed(), []);
}

#[test]
fn cases_queue_by_what_is_most_pressing() {
    let first_due = in_state("noticed");
    let later_due = in_state("repair-ordered");
    let untouched = opened();
    let appealed = apply(in_state("noticed"), event(Kind::EnterAppeal), OPENED).unwrap().0;
    let ended = in_state("closed");
    let ended_later = apply(opened(), Event::Withdraw, "2026-11-10").unwrap().0;
    let queue = [&first_due, &later_due, &untouched, &appealed, &ended_later, &ended].map(Case::queue);
    assert!(queue.is_sorted(), "{queue:?}");
}

#[test]
fn every_kind_reads_back_from_its_word_and_has_an_action_of_its_own() {
    let actions: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.action()).collect();
    assert_eq!(actions.len(), Kind::ALL.len());
    for &kind in Kind::ALL {
        assert_eq!(Kind::from_word(kind.word()), Some(kind));
        assert_eq!(event(kind).kind(), kind);
    }
    assert_eq!(at(OPENED).checked_add(1.hour()).map(law_day).unwrap(), day(OPENED));
}

#[test]
fn names_and_papers_are_text_of_bounded_length() {
    assert_eq!(PersonName::new("  王主管 ").unwrap().as_str(), "王主管");
    assert_eq!(PersonName::new(" "), None);
    assert_eq!(PersonName::new(&"长".repeat(NAME_MAX + 1)), None);
    assert_eq!(Paper::new("并环改\n118"), None);
    assert!(Paper::new(&"号".repeat(PAPER_MAX)).is_some());
}
