//! Exceeding vehicles ÷ fleet, held against the rule in whole numbers: no share is ever rounded before it is judged.

use plumewatch_shared::rulebook::ListingRulebook;

/// How many vehicles of a carrier exceeded within the window, and how many it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Share {
    /// Distinct vehicles with a confirmed exceedance while they were the carrier's.
    pub exceeding: u64,
    /// Vehicles of the carrier on the rule's day.
    pub fleet: u64,
}

/// The numbers that a share is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Exceeding ÷ fleet of so many thousandths or more.
    pub per_mille: u64,
    /// A fleet below so many vehicles is small.
    pub small_below: u64,
    /// Of a small fleet at least so many vehicles.
    pub small_exceeding: u64,
}

impl From<&ListingRulebook> for Threshold {
    fn from(book: &ListingRulebook) -> Self {
        Self {
            per_mille: book.share.at_least_per_mille.into(),
            small_below: book.small_fleets.below.into(),
            small_exceeding: book.small_fleets.exceeding_at_least.into(),
        }
    }
}

impl Threshold {
    /// So many vehicles of a fleet must exceed at least; `None` of a carrier without vehicles, which has no share.
    pub fn least(self, fleet: u64) -> Option<u64> {
        if fleet == 0 {
            return None;
        }
        let by_share = fleet.saturating_mul(self.per_mille).div_ceil(1_000).max(1);
        let small = fleet < self.small_below;
        Some(if small { by_share.max(self.small_exceeding) } else { by_share })
    }
}

impl Share {
    /// Does it reach the threshold? The threshold itself does.
    pub fn reaches(self, threshold: Threshold) -> bool {
        threshold.least(self.fleet).is_some_and(|least| self.exceeding >= least)
    }

    /// The share in hundredths of a percent, cut and never rounded up: 9.999 % must not read 10 %. `None` without a fleet.
    pub fn hundredths_of_percent(self) -> Option<u64> {
        self.exceeding.saturating_mul(10_000).checked_div(self.fleet)
    }

    /// The share as people write it, such as `10.52 %`.
    pub fn shown(self) -> Option<String> {
        self.hundredths_of_percent().map(|share| format!("{}.{:02} %", share / 100, share % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn threshold() -> Threshold {
        (&ListingRulebook::blacklist()).into()
    }

    /// The pairs of STANDARDS.md 6.2, the share's edge, and small fleets.
    #[test]
    fn ten_per_cent_lists_and_less_does_not() {
        for (exceeding, fleet, reaches) in [
            (2, 20, true),
            (1, 19, false),
            (1, 20, false),
            (1, 10, true),
            (10, 100, true),
            (9, 100, false),
            (10, 101, false),
            (1, 9, false),
            (1, 1, false),
            (2, 9, true),
            (2, 2, true),
            (0, 50, false),
            (0, 0, false),
            (3, 0, false),
        ] {
            assert_eq!(Share { exceeding, fleet }.reaches(threshold()), reaches, "{exceeding} of {fleet}");
        }
    }

    #[test]
    fn a_share_is_never_shown_as_more_than_it_is() {
        let shown = |exceeding, fleet| Share { exceeding, fleet }.shown().unwrap();
        assert_eq!(shown(1, 19), "5.26 %");
        assert_eq!(shown(9_999, 100_000), "9.99 %");
        assert_eq!(shown(2, 20), "10.00 %");
        assert_eq!(Share { exceeding: 1, fleet: 0 }.shown(), None);
    }

    proptest! {
        /// `least` is exactly the number at which a share begins to reach.
        #[test]
        fn the_least_number_reaches_and_one_fewer_does_not(fleet in 1u64..5_000, per_mille in 1u64..=1_000) {
            let threshold = Threshold { per_mille, ..threshold() };
            let least = threshold.least(fleet).unwrap();
            let reaches = |exceeding: u64| Share { exceeding, fleet }.reaches(threshold);
            prop_assert!(reaches(least));
            prop_assert!(!reaches(least - 1));
            // And by the definition, without any rounding.
            prop_assert!(least * 1_000 >= fleet * per_mille);
        }
    }
}
