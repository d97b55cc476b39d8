//! What would change a share: how many vehicles more or fewer, and when one ages out by itself.

use jiff::civil::Date;

use super::share::{Share, Threshold};
use super::window::Window;

/// What would change a share's standing against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Does it reach the threshold now?
    pub reaches: bool,
    /// So many more exceeding vehicles would make it reach; `None` if it does, or if the carrier has no vehicles.
    pub more_exceeding: Option<u64>,
    /// So many fewer exceeding vehicles would bring it below; `None` if it is below.
    pub fewer_exceeding: Option<u64>,
    /// With this many vehicles or more, the fleet that it has or larger, it would be below; `None` if it is below.
    pub fleet_from: Option<u64>,
    /// The next day on which a vehicle ages out; `None` if none counts.
    pub next_ages_out: Option<Date>,
    /// The first day on which it is below if nothing happens but ageing; `None` if it is below, or not known from so
    /// few days as were given.
    pub below_by_ageing: Option<Date>,
}

/// The outlook of a share. `newest` are the newest standing exceedances of vehicles that count, the oldest first: all,
/// or at least [`days_needed`] of them.
pub fn outlook(share: Share, threshold: Threshold, window: Window, newest: &[Date]) -> Outlook {
    let reaches = share.reaches(threshold);
    let least = threshold.least(share.fleet);
    let fewer = days_needed(share, threshold);
    let leaves = |at: u64| newest.get(usize::try_from(at).ok()?).map(|day| window.ages_out(*day));
    Outlook {
        reaches,
        more_exceeding: least.filter(|_| !reaches).map(|least| least - share.exceeding),
        fewer_exceeding: reaches.then_some(fewer),
        fleet_from: reaches.then(|| fleet_below(share, threshold)),
        next_ages_out: leaves(0),
        below_by_ageing: if reaches { leaves(fewer.saturating_sub(1)) } else { None },
    }
}

/// So many vehicles must age out before a share that reaches is below, and as many days tell when.
pub fn days_needed(share: Share, threshold: Threshold) -> u64 {
    match threshold.least(share.fleet) {
        Some(least) if share.exceeding >= least => share.exceeding - least + 1,
        Some(_) | None => 1,
    }
}

/// The smallest fleet not smaller than now with which a share that reaches would be below.
fn fleet_below(share: Share, threshold: Threshold) -> u64 {
    // Below means exceeding × 1000 < fleet × per mille; a larger fleet is not small, so the floor never matters beyond it.
    let by_share = share.exceeding.saturating_mul(1_000) / threshold.per_mille.max(1) + 1;
    by_share.max(share.fleet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::rulebook::ListingRulebook;
    use proptest::prelude::*;

    const YEAR: Window = Window { months: 12 };

    fn threshold() -> Threshold {
        (&ListingRulebook::blacklist()).into()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn of_twenty_vehicles_with_three_exceeding_two_fewer_bring_it_below() {
        let newest = ["2026-01-10", "2026-02-10", "2026-03-10"].map(day);
        let seen = outlook(Share { exceeding: 3, fleet: 20 }, threshold(), YEAR, &newest);
        assert_eq!(
            seen,
            Outlook {
                reaches: true,
                more_exceeding: None,
                fewer_exceeding: Some(2),
                fleet_from: Some(31),
                next_ages_out: Some(day("2027-01-11")),
                below_by_ageing: Some(day("2027-02-11")),
            }
        );
    }

    #[test]
    fn below_the_share_it_says_how_many_more() {
        let seen = outlook(Share { exceeding: 1, fleet: 19 }, threshold(), YEAR, &[day("2026-01-10")]);
        assert_eq!((seen.more_exceeding, seen.fewer_exceeding, seen.below_by_ageing), (Some(1), None, None));
        assert_eq!(seen.next_ages_out, Some(day("2027-01-11")));
        let nothing = outlook(Share::default(), threshold(), YEAR, &[]);
        assert_eq!((nothing.more_exceeding, nothing.next_ages_out), (None, None));
    }

    proptest! {
        /// Done as it says, the share is on the other side; done by one less, it is not.
        #[test]
        fn what_it_says_is_what_it_takes(exceeding in 0u64..60, fleet in 1u64..400) {
            let share = Share { exceeding, fleet };
            let seen = outlook(share, threshold(), YEAR, &[]);
            let reaches = |exceeding, fleet| Share { exceeding, fleet }.reaches(threshold());
            if let Some(more) = seen.more_exceeding {
                prop_assert!(reaches(exceeding + more, fleet) && !reaches(exceeding + more - 1, fleet));
            }
            if let Some(fewer) = seen.fewer_exceeding {
                prop_assert!(!reaches(exceeding - fewer, fleet) && reaches(exceeding - (fewer - 1), fleet));
            }
            if let Some(from) = seen.fleet_from {
                prop_assert!(!reaches(exceeding, from) && reaches(exceeding, (from - 1).max(fleet)));
            }
            prop_assert_eq!(seen.more_exceeding.is_some(), !seen.reaches);
        }
    }
}
