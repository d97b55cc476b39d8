//! How often which value occurred, as counts of bins of one width: small enough to keep for every day, and two days add up.

use std::collections::BTreeMap;

use super::divide;

/// Counts by bin. Bin 0 holds what is zero or less, bin `n` what lies above `(n − 1)` widths, up to and with `n` widths:
/// so a limit that is a whole number of widths parts what keeps it from what exceeds it exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bins(BTreeMap<u32, u64>);

/// The bin of a value.
pub fn bin_of(value: i64, width: u32) -> u32 {
    u32::try_from(value.max(0).unsigned_abs().div_ceil(u64::from(width.max(1)))).unwrap_or(u32::MAX)
}

impl Bins {
    /// Counts a value.
    pub fn count(&mut self, value: i64, width: u32) {
        self.add(bin_of(value, width), 1);
    }

    /// Counts a bin so many times more.
    pub fn add(&mut self, bin: u32, times: u64) {
        let count = self.0.entry(bin).or_default();
        *count = count.saturating_add(times);
    }

    /// Takes in another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (bin, times) in other.iter() {
            self.add(bin, times);
        }
    }

    /// Bins that hold something, ascending, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        self.0.iter().map(|(bin, times)| (*bin, *times))
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.0.values().fold(0, |sum, times| sum.saturating_add(*times))
    }

    /// How many lie above a limit; exact where the limit is a whole number of widths, else what its bin holds is left out.
    pub fn above(&self, limit: i64, width: u32) -> u64 {
        let first = bin_of(limit, width).saturating_add(1);
        self.0.range(first..).fold(0, |sum, (_, times)| sum.saturating_add(*times))
    }

    /// The value below which half of the counted ones lie, by a straight line within its bin: off by less than a width.
    pub fn median(&self, width: u32) -> Option<i64> {
        let total = self.total();
        let mut below: u64 = 0;
        for (bin, times) in self.iter() {
            let upto = below.saturating_add(times);
            if i128::from(upto) * 2 >= i128::from(total) {
                let Some(start) = bin.checked_sub(1) else { return Some(0) };
                // 2 × (how far the half reaches into this bin), of 2 × its count.
                let into = i128::from(total) - 2 * i128::from(below);
                let within = divide(into * i128::from(width), 2 * i128::from(times))?;
                return Some(i64::from(start) * i64::from(width) + within);
            }
            below = upto;
        }
        None
    }
}

impl FromIterator<(u32, u64)> for Bins {
    fn from_iter<I: IntoIterator<Item = (u32, u64)>>(counts: I) -> Self {
        let mut bins = Self::default();
        for (bin, times) in counts {
            bins.add(bin, times);
        }
        bins
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_limit_parts_what_keeps_it_from_what_exceeds_it() {
        let mut bins = Bins::default();
        for value in [-3, 0, 1, 50, 51, 3_000, 3_001, 9_999] {
            bins.count(value, 50);
        }
        assert_eq!(bins.iter().collect::<Vec<_>>(), [(0, 2), (1, 2), (2, 1), (60, 1), (61, 1), (200, 1)]);
        assert_eq!((bins.above(3_000, 50), bins.above(0, 50), bins.above(10_000, 50)), (2, 6, 0));
    }

    #[test]
    fn the_middle_lies_within_its_bin() {
        assert_eq!(Bins::default().median(100), None);
        assert_eq!(Bins::from_iter([(0, 3)]).median(100), Some(0));
        // Four above 0 up to 100: the half of them by a line is 50.
        assert_eq!(Bins::from_iter([(1, 4)]).median(100), Some(50));
        assert_eq!(Bins::from_iter([(1, 1), (11, 8), (41, 1)]).median(100), Some(1_050));
    }

    proptest! {
        #[test]
        fn the_middle_is_off_by_less_than_a_width(values in prop::collection::vec(0i64..20_000, 1..60), width in 1u32..3_000) {
            let mut bins = Bins::default();
            for value in &values {
                bins.count(*value, width);
            }
            prop_assert_eq!(bins.total(), values.len() as u64);
            let mut ordered = values;
            ordered.sort_unstable();
            // The lower of the two in the middle: half of the values reach up to it.
            let lower = ordered[(ordered.len() - 1) / 2];
            prop_assert!(bins.median(width).unwrap().abs_diff(lower) <= u64::from(width));
        }

        #[test]
        fn days_add_up_in_any_order(a in prop::collection::vec((0u32..50, 0u64..9), 0..20), b in prop::collection::vec((0u32..50, 0u64..9), 0..20), limit in -10i64..3_000) {
            let (a, b): (Bins, Bins) = (a.into_iter().collect(), b.into_iter().collect());
            let (mut one, mut other) = (a.clone(), b.clone());
            one.merge(&b);
            other.merge(&a);
            prop_assert_eq!(one.above(limit, 50), a.above(limit, 50) + b.above(limit, 50));
            prop_assert_eq!(one, other);
        }

        #[test]
        fn nothing_overflows(values in prop::collection::vec(any::<i64>(), 0..9), width: u32, times: u64) {
            let mut bins = Bins::default();
            for value in &values {
                bins.count(*value, width);
                bins.add(bin_of(*value, width), times);
                let _ = bins.above(*value, width);
            }
            let _ = bins.median(width);
        }
    }
}
