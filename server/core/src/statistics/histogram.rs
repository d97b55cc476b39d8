//! How opacity readings lie between clear and black.

/// Width of a bin, hundredths of a percent: 2 %, so that the limits of the standard (30 %) and of regions (20 %, 25 %
/// falls inside one) stand between bins or are drawn within one.
pub const BIN_HUNDREDTHS: i64 = 200;

/// Bins from 0 to 100 %.
pub const BINS: usize = 50;

/// Counts for each bin from bins of a database: (whole part of value / [`BIN_HUNDREDTHS`], how many). What lies at
/// 100 % exactly belongs to the last bin; what lies below zero to the first.
pub fn of_bins(found: &[(i64, i64)]) -> [u64; BINS] {
    let mut counts = [0; BINS];
    for &(bin, count) in found {
        let bin = usize::try_from(bin.clamp(0, BINS as i64 - 1)).unwrap_or(0);
        counts[bin] += u64::try_from(count).unwrap_or(0);
    }
    counts
}

/// The value below which half of the counted ones lie, hundredths of a percent, by a straight line within its bin.
pub fn median(counts: &[u64; BINS]) -> Option<i64> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let mut below = 0;
    for (bin, &count) in (0..).zip(counts) {
        if (below + count) * 2 >= total {
            // 2 × (how far the half reaches into this bin), of 2 × count.
            let into = i128::from(total) - 2 * i128::from(below);
            let within = super::divide(into * i128::from(BIN_HUNDREDTHS), 2 * i128::from(count))?;
            return Some(bin * BIN_HUNDREDTHS + within);
        }
        below += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_bin_holds_the_blackest_and_the_first_what_dips_below_zero() {
        let counts = of_bins(&[(0, 5), (15, 2), (50, 1), (-1, 1)]);
        assert_eq!((counts[0], counts[15], counts[49]), (6, 2, 1));
    }

    #[test]
    fn the_median_lies_within_the_bin_that_holds_the_half() {
        assert_eq!(median(&of_bins(&[])), None);
        // Four between 0 and 2 %: the half of them by a line is 1 %.
        assert_eq!(median(&of_bins(&[(0, 4)])), Some(100));
        assert_eq!(median(&of_bins(&[(0, 1), (10, 8), (40, 1)])), Some(2_100));
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(found in prop::collection::vec((-5i64..60, 0i64..100), 0..80)) {
            let counts = of_bins(&found);
            let total: i64 = found.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(counts.iter().sum::<u64>(), total as u64);
            if let Some(middle) = median(&counts) {
                prop_assert!((0..=10_000).contains(&middle));
            }
        }
    }
}
