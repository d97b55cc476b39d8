//! How opacity readings lie between clear and black, as a page draws it.

use super::bins::Bins;
use super::day::OPACITY_WIDTH;

/// Width of a bar, hundredths of a percent: 2 %.
pub const BIN_HUNDREDTHS: i64 = 200;

/// Bars from 0 to 100 %.
pub const BINS: usize = 50;

/// Bins of opacity in a bar.
const PER_BAR: u32 = BIN_HUNDREDTHS as u32 / OPACITY_WIDTH;

/// Counts for each bar. What lies on the edge of two belongs to the lower; what is above 100 % to the last.
pub fn of_bins(bins: &Bins) -> [u64; BINS] {
    let mut counts = [0u64; BINS];
    for (bin, times) in bins.iter() {
        let bar = (bin.saturating_sub(1) / PER_BAR).min(BINS as u32 - 1);
        counts[bar as usize] = counts[bar as usize].saturating_add(times);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_limit_stands_between_two_bars() {
        let mut bins = Bins::default();
        for value in [-1, 0, 200, 201, 3_000, 3_001, 10_000, 10_300] {
            bins.count(value, OPACITY_WIDTH);
        }
        let counts = of_bins(&bins);
        assert_eq!((counts[0], counts[1], counts[14], counts[15], counts[49]), (3, 1, 1, 1, 2));
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(found in prop::collection::vec((0u32..300, 0u64..100), 0..80)) {
            let bins: Bins = found.into_iter().collect();
            prop_assert_eq!(of_bins(&bins).iter().sum::<u64>(), bins.total());
        }
    }
}
