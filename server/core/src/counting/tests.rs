use super::*;
use crate::review::CandidateState;
use plumewatch_shared::rulebook::{CountingRule, Rulebook};
use plumewatch_shared::sample::{self, SamplePassage};
use plumewatch_shared::verdict::judge;
use proptest::prelude::*;

fn rule() -> CountingRule {
    Rulebook::hj845().counting
}

fn vehicle() -> Vehicle {
    Vehicle { plate: "晋A12345".parse().unwrap(), colour: Some(PlateColour::Yellow) }
}

/// The candidates that these passages make, as lists of sequences.
fn counted(passages: impl IntoIterator<Item = SamplePassage>) -> Vec<Vec<u64>> {
    counted_by(&Rulebook::hj845(), passages)
}

/// The same by another rulebook.
fn counted_by(book: &Rulebook, passages: impl IntoIterator<Item = SamplePassage>) -> Vec<Vec<u64>> {
    let measured: Vec<_> = passages
        .into_iter()
        .map(SamplePassage::passage)
        .filter_map(|passage| measurements(&passage, &judge(&passage, book)))
        .flat_map(|(_, measured)| measured)
        .collect();
    candidates(&vehicle(), &measured, &BTreeSet::new(), &[], &book.counting)
        .iter()
        .map(|candidate| candidate.passages.iter().map(|passage| passage.sequence).collect())
        .collect()
}

fn shot(sequence: u64, day: &str) -> SamplePassage {
    sample::passage(sequence).at(&format!("{day}T02:00:00Z"))
}

/// The golden table of STANDARDS.md 1.10, line by line.
mod golden {
    use super::*;

    #[test]
    fn the_limit_itself_is_no_exceedance() {
        assert!(counted([1, 2].map(|n| shot(n, "2020-01-10").with_opacity(3_000))).is_empty());
    }

    #[test]
    fn one_exceedance_is_not_enough() {
        assert!(counted([shot(1, "2020-01-10").with_opacity(3_010)]).is_empty());
    }

    #[test]
    fn exactly_six_calendar_months_count() {
        let shots = [shot(1, "2020-01-10").with_opacity(3_500), shot(2, "2020-07-10").with_opacity(3_300)];
        assert_eq!(counted(shots), [[1, 2]]);
    }

    #[test]
    fn six_months_and_a_day_do_not() {
        let shots = [shot(1, "2020-01-10").with_opacity(3_500), shot(2, "2020-07-11").with_opacity(3_300)];
        assert!(counted(shots).is_empty());
    }

    #[test]
    fn a_valid_pass_between_breaks_the_chain() {
        let shots = [
            shot(1, "2020-01-10").with_opacity(3_500),
            shot(2, "2020-02-10").with_opacity(1_000),
            shot(3, "2020-03-10").with_opacity(3_300),
        ];
        assert!(counted(shots).is_empty());
    }

    #[test]
    fn an_invalid_measurement_between_does_not() {
        let shots = [
            shot(1, "2020-01-10").with_opacity(3_500),
            shot(2, "2020-02-10").with_opacity(1_000).in_strong_wind(),
            shot(3, "2020-03-10").with_opacity(3_300),
        ];
        assert_eq!(counted(shots), [[1, 3]]);
    }

    #[test]
    fn different_pollutants_do_not_add_up() {
        let shots = [
            shot(1, "2020-01-10").with_opacity(3_500).with_no(90_000),
            shot(2, "2020-02-10").with_opacity(1_000).with_no(180_000),
        ];
        assert!(counted(shots).is_empty());
    }

    #[test]
    fn screening_twice_counts_for_nothing() {
        assert!(
            counted([1, 2].map(|n| shot(n, "2020-01-10").with_opacity(1_000).with_no(160_000))).is_empty()
        );
    }
}

/// Where a region enforces NO (STANDARDS.md 1.10, last row), two exceedances of it make a candidate.
#[test]
fn nitric_oxide_counts_twice_where_the_region_enforces_it() {
    let mut book = Rulebook::hj845();
    book.limits
        .iter_mut()
        .filter(|limit| limit.item == Item::No)
        .for_each(|limit| limit.role = Role::Enforcement);
    let high = |n| shot(n, "2020-01-10").with_opacity(1_000).with_no(160_000);
    assert_eq!(counted_by(&book, [1, 2].map(high)), [[1, 2]]);
    assert!(counted_by(&book, [1].map(high)).is_empty());
}

/// Rulebook data may say that one passage in which head and camera both exceed is enough.
mod two_instruments {
    use super::*;

    fn book() -> Rulebook {
        let mut book = Rulebook::hj845();
        book.counting.instruments = Some(2);
        book
    }

    fn both(sequence: u64, day: &str) -> SamplePassage {
        shot(sequence, day).with_opacity(3_500).with_smoke(6_000)
    }

    #[test]
    fn one_passage_suffices_only_where_the_rulebook_says_so() {
        assert_eq!(counted_by(&book(), [both(1, "2020-01-10")]), [[1]]);
        assert!(counted([both(1, "2020-01-10")]).is_empty());
    }

    #[test]
    fn one_instrument_alone_still_needs_two_passages() {
        let smoke = |n| shot(n, "2020-01-10").with_opacity(1_000).with_smoke(6_000);
        assert!(counted_by(&book(), [smoke(1)]).is_empty());
        assert_eq!(counted_by(&book(), [smoke(1), smoke(2)]), [[1, 2]]);
        let head = shot(1, "2020-01-10").with_opacity(3_500).with_no(160_000);
        assert!(counted_by(&book(), [head]).is_empty(), "opacity and NO are one instrument's");
    }

    #[test]
    fn a_passage_that_is_a_candidate_of_its_own_is_spent() {
        let shots = [
            shot(1, "2020-01-10").with_opacity(3_500),
            both(2, "2020-02-10"),
            shot(3, "2020-03-10").with_opacity(3_500),
        ];
        assert_eq!(counted_by(&book(), shots), [[2]]);
    }

    #[test]
    fn the_rule_is_that_of_the_passages_place_and_day() {
        let (national, regional) = (Rulebook::hj845().counting, book().counting);
        let rules = |measurement: &Measurement| {
            let here = measurement.passage.station.region().code() == 140_105;
            Threshold::from(if here { &regional } else { &national })
        };
        let elsewhere = both(2, "2020-03-10").at_station("A110105001");
        let measured: Vec<_> = [both(1, "2020-01-10"), elsewhere]
            .into_iter()
            .map(SamplePassage::passage)
            .filter_map(|passage| measurements(&passage, &judge(&passage, &book())))
            .flat_map(|(_, measured)| measured)
            .collect();
        let found = candidates(&vehicle(), &measured, &BTreeSet::new(), &[], &rules);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].passages[0].sequence, 1);
    }

    #[test]
    fn a_decided_one_is_not_opened_again_and_says_why_it_was() {
        let passage = both(1, "2020-01-10").passage();
        let (_, measured) = measurements(&passage, &judge(&passage, &book())).unwrap();
        let opened = recount(&vehicle(), &measured, &[], &[], &book().counting);
        let [Change::Open(candidate)] = opened.as_slice() else { panic!("{opened:?}") };
        let known = Known {
            id: candidate.id.clone(),
            item: candidate.item,
            passages: candidate.passages.clone(),
            state: CandidateState::Confirmed,
            contested: false,
        };
        assert!(recount(&vehicle(), &measured, &[known], &[], &book().counting).is_empty());
        let figure = Exceedance { passed: passage.passed.utc, measured: 3_500, limit: 3_000 };
        let why = explanation(Item::Opacity, &[figure], &book().counting);
        assert!(
            why.zh.contains("均超标") && why.en.contains("both the head and the smoke camera"),
            "{why:?}"
        );
    }
}

#[test]
fn a_passage_in_doubt_is_nobodys() {
    let doubted =
        shot(2, "2020-02-10").with_opacity(3_500).doubted(plumewatch_shared::passage::Doubt::SeveralVehicles);
    assert!(counted([shot(1, "2020-01-10").with_opacity(3_500), doubted]).is_empty());
}

#[test]
fn days_turn_at_midnight_in_china() {
    // 2020-07-10 23:59 in China is within six months of 2020-01-10 00:00 there; a minute later is not.
    let first = || sample::passage(1).at("2020-01-09T16:00:00Z").with_opacity(3_500);
    let last = |utc: &str| sample::passage(2).at(utc).with_opacity(3_500);
    assert_eq!(counted([first(), last("2020-07-10T15:59:00Z")]), [[1, 2]]);
    assert!(counted([first(), last("2020-07-10T16:00:00Z")]).is_empty());
}

#[test]
fn where_the_month_has_no_such_day_its_last_day_ends_the_period() {
    let pair =
        |last: &str| counted([shot(1, "2020-08-31").with_opacity(3_500), shot(2, last).with_opacity(3_500)]);
    assert_eq!(pair("2021-02-28"), [[1, 2]]);
    assert!(pair("2021-03-01").is_empty());
}

#[test]
fn an_exceedance_too_old_gives_way_to_the_next() {
    let shots = [
        shot(1, "2020-01-10").with_opacity(3_500),
        shot(2, "2020-08-10").with_opacity(3_500),
        shot(3, "2020-09-10").with_opacity(3_500),
        shot(4, "2020-10-10").with_opacity(3_500),
        shot(5, "2020-11-10").with_opacity(3_500),
    ];
    assert_eq!(counted(shots), [[2, 3], [4, 5]]);
}

#[test]
fn a_passed_retest_starts_a_new_chain() {
    let book = Rulebook::hj845();
    let measured: Vec<_> = [shot(1, "2020-01-10"), shot(2, "2020-03-10"), shot(3, "2020-03-11")]
        .map(|shot| shot.with_opacity(3_500).passage())
        .iter()
        .flat_map(|passage| measurements(passage, &judge(passage, &book)).unwrap().1)
        .collect();
    let retest = "2020-02-01T00:00:00Z".parse().unwrap();
    let found = candidates(&vehicle(), &measured, &BTreeSet::new(), &[retest], &book.counting);
    assert_eq!(found.iter().map(|c| c.passages[0].sequence).collect::<Vec<_>>(), [2]);
}

#[test]
fn the_explanation_names_days_values_limit_and_clause() {
    let at = |utc: &str, measured| Exceedance { passed: utc.parse().unwrap(), measured, limit: 3_000 };
    let grounds = [at("2020-01-10T02:00:00Z", 3_500), at("2020-01-11T20:00:00Z", 3_320)];
    let words = explanation(Item::Opacity, &grounds, &rule());
    assert_eq!(
        words.zh,
        "6个自然月内不透光度连续2次有效测量超标：2020-01-10 35.00 %，限值30.00 %；2020-01-12 33.20 %，限值30.00 %（HJ 845-2017, 6）。"
    );
    assert!(words.en.contains("2020-01-12 33.20 %, limit 30.00 %"), "{}", words.en);
}

/// What a store keeps, with the changes applied.
fn apply(known: &mut Vec<Known>, changes: Vec<Change>) {
    let find = |known: &mut Vec<Known>, id: &CandidateId| known.iter().position(|known| known.id == *id);
    for change in changes {
        match change {
            Change::Open(found) => {
                let waiting = Known {
                    id: found.id.clone(),
                    item: found.item,
                    passages: found.passages,
                    state: CandidateState::Waiting,
                    contested: false,
                };
                match find(known, &found.id) {
                    Some(at) => known[at] = waiting,
                    None => known.push(waiting),
                }
            }
            Change::Void(id) => {
                let at = find(known, &id).unwrap();
                known[at].state = CandidateState::Void;
            }
            Change::Contest(id) | Change::Uphold(id) => {
                let at = find(known, &id).unwrap();
                known[at].contested = !known[at].contested;
            }
        }
    }
}

fn measurement(sequence: u64, day: i64, exceeds: bool) -> Measurement {
    let start: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    Measurement {
        passed: start.checked_add((day * 24).hours()).unwrap(),
        passage: PassageId { station: "A140105001".parse().unwrap(), sequence },
        item: Item::Opacity,
        exceeds,
    }
}

#[test]
fn a_late_pass_voids_what_waits_and_contests_what_is_decided() {
    let pair = [measurement(1, 0, true), measurement(3, 20, true)];
    let late = [pair[0], pair[1], measurement(2, 10, false)];
    let mut known = Vec::new();
    apply(&mut known, recount(&vehicle(), &pair, &[], &[], &rule()));
    assert_eq!(known[0].state, CandidateState::Waiting);
    let id = known[0].id.clone();
    assert_eq!(recount(&vehicle(), &late, &known, &[], &rule()), [Change::Void(id.clone())]);
    known[0].state = CandidateState::Confirmed;
    assert_eq!(recount(&vehicle(), &late, &known, &[], &rule()), [Change::Contest(id)]);
    known[0].contested = true;
    assert_eq!(recount(&vehicle(), &late, &known, &[], &rule()), []);
}

#[test]
fn what_a_decided_candidate_rests_on_is_spent() {
    let first = [measurement(2, 10, true), measurement(3, 20, true)];
    let mut known = Vec::new();
    apply(&mut known, recount(&vehicle(), &first, &[], &[], &rule()));
    known[0].state = CandidateState::Confirmed;
    // One before and one after: neither pairs with a spent one, nor across it with the other.
    let all = [measurement(1, 0, true), first[0], first[1], measurement(4, 30, true)];
    assert_eq!(recount(&vehicle(), &all, &known, &[], &rule()), []);
}

proptest! {
    /// Whatever order records come in, the same candidates wait in the end, and counting again changes nothing.
    #[test]
    fn the_same_candidates_wait_whatever_order_records_come_in(
        shots in prop::collection::vec((0i64..400, any::<bool>()), 0..14),
        order in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let all: Vec<_> = (1u64..).zip(&shots).map(|(n, &(day, exceeds))| measurement(n, day, exceeds)).collect();
        let mut shuffled = all.clone();
        // A simple shuffle from the seed; the index turns it further.
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        if !shuffled.is_empty() {
            let by = order.index(shuffled.len());
            shuffled.rotate_left(by);
        }
        let (mut arrived, mut known) = (Vec::new(), Vec::new());
        for measurement in shuffled {
            arrived.push(measurement);
            let changes = recount(&vehicle(), &arrived, &known, &[], &rule());
            apply(&mut known, changes);
            prop_assert_eq!(recount(&vehicle(), &arrived, &known, &[], &rule()), []);
        }
        let mut waiting: Vec<_> = known
            .into_iter()
            .filter(|known| known.state == CandidateState::Waiting)
            .map(|known| known.passages)
            .collect();
        waiting.sort();
        let mut expected: Vec<_> = candidates(&vehicle(), &all, &BTreeSet::new(), &[], &rule())
            .into_iter()
            .map(|found| found.passages)
            .collect();
        expected.sort();
        prop_assert_eq!(waiting, expected);
    }
}
