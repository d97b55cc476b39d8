//! A carrier's share through the years, as steps: only the days on which it changes.
//!
//! Drawn by what is known now: an exceedance that was withdrawn never was, one that came late was there on its day. What
//! was known when somebody decided is the decision's grounds, not this.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::share::Share;
use super::window::Window;

/// From this day on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The first day.
    pub day: Date,
    /// The share.
    pub share: Share,
}

/// The steps from `from` through `to`, the first one on `from`. `exceedances` are standing ones, by vehicle and day, in any
/// order; `fleet` says how many vehicles there are from each day on, in any order.
pub fn over_time<V: Ord>(
    exceedances: impl IntoIterator<Item = (V, Date)>,
    fleet: impl IntoIterator<Item = (Date, u64)>,
    window: Window,
    from: Date,
    to: Date,
) -> Vec<Step> {
    let mut of_vehicle: BTreeMap<V, Vec<Date>> = BTreeMap::new();
    for (vehicle, day) in exceedances {
        of_vehicle.entry(vehicle).or_default().push(day);
    }
    let mut turns: BTreeMap<Date, (i64, Option<u64>)> = BTreeMap::new();
    for days in of_vehicle.into_values() {
        for (begins, ends) in spans(days, window) {
            turns.entry(begins).or_default().0 += 1;
            turns.entry(ends).or_default().0 -= 1;
        }
    }
    for (day, size) in fleet {
        turns.entry(day).or_default().1 = Some(size);
    }
    let mut steps: Vec<Step> = Vec::new();
    let (mut exceeding, mut size) = (0i64, 0u64);
    let mut push = |day: Date, exceeding: i64, size: u64| {
        let share = Share { exceeding: u64::try_from(exceeding).unwrap_or(0), fleet: size };
        match steps.last_mut() {
            Some(last) if last.day == day => last.share = share,
            Some(last) if last.share == share => {}
            Some(_) | None => steps.push(Step { day, share }),
        }
    };
    let mut begun = false;
    for (day, (change, now)) in turns {
        if day > from && !begun {
            push(from, exceeding, size);
            begun = true;
        }
        if day > to {
            break;
        }
        exceeding += change;
        size = now.unwrap_or(size);
        if day >= from {
            push(day, exceeding, size);
            begun = true;
        }
    }
    if !begun {
        push(from, exceeding, size);
    }
    steps
}

/// From which day to before which a vehicle counts: its exceedances' windows, joined where they touch.
fn spans(mut days: Vec<Date>, window: Window) -> Vec<(Date, Date)> {
    days.sort_unstable();
    let mut spans: Vec<(Date, Date)> = Vec::new();
    for day in days {
        let ends = window.ages_out(day);
        match spans.last_mut() {
            Some((_, last)) if day <= *last => *last = ends.max(*last),
            Some(_) | None => spans.push((day, ends)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const YEAR: Window = Window { months: 12 };

    fn day(offset: i64) -> Date {
        "2024-01-01".parse::<Date>().unwrap().checked_add(offset.days()).unwrap()
    }

    #[test]
    fn a_vehicle_counts_from_its_exceedance_until_it_ages_out() {
        let steps = over_time([("a", day(10)), ("b", day(20))], [(day(0), 20)], YEAR, day(0), day(800));
        let seen: Vec<_> = steps.iter().map(|step| (step.day, step.share.exceeding)).collect();
        assert_eq!(
            seen,
            [
                (day(0), 0),
                (day(10), 1),
                (day(20), 2),
                (YEAR.ages_out(day(10)), 1),
                (YEAR.ages_out(day(20)), 0)
            ]
        );
        assert!(steps.iter().all(|step| step.share.fleet == 20));
    }

    proptest! {
        /// On every day the steps say what a count of that day alone says.
        #[test]
        fn every_day_is_what_a_count_of_it_says(
            exceedances in prop::collection::vec((0u8..6, 0i64..900), 0..25),
            fleet in prop::collection::btree_map(0i64..900, 0u64..50, 0..6),
            from in 0i64..500,
            length in 0i64..600,
        ) {
            let to = from + length;
            let steps = over_time(
                exceedances.iter().map(|(vehicle, at)| (*vehicle, day(*at))),
                fleet.iter().map(|(at, size)| (day(*at), *size)),
                YEAR, day(from), day(to),
            );
            prop_assert_eq!(steps[0].day, day(from));
            prop_assert!(steps.windows(2).all(|two| two[0].day < two[1].day && two[0].share != two[1].share));
            for at in from..=to {
                let today = day(at);
                let counting: BTreeSet<u8> = exceedances.iter()
                    .filter(|(_, exceeded)| *exceeded <= at && YEAR.holds(day(*exceeded), today))
                    .map(|(vehicle, _)| *vehicle).collect();
                let size = fleet.range(..=at).next_back().map_or(0, |(_, size)| *size);
                let step = steps.iter().rev().find(|step| step.day <= today).unwrap();
                prop_assert_eq!(step.share, Share { exceeding: counting.len() as u64, fleet: size }, "day {}", at);
            }
        }
    }
}
