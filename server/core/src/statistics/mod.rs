//! Statistics of a station, by which a sick reader is seen before it accuses anyone.
//!
//! Pure arithmetic over integers in the wire's units; every rounding is half away from zero and happens once, at the
//! end. [`day`] is what a day at a station comes to, [`bins`] how often which value occurred, [`histogram`] how a page draws
//! that, [`drift`] how a head's error moves from check to check, [`agreement`] whether
//! two instruments say the same of one plume; here shares, medians, and how far one site stands from the others.

pub mod agreement;
pub mod bins;
pub mod day;
pub mod drift;
pub mod histogram;

/// Sites needed to compare one with: the median and spread of fewer say nothing.
pub const PEERS_MIN: usize = 3;

/// From here on a site is unlike the others, hundredths of a robust z (3.5: Iglewicz and Hoaglin, 1993).
pub const UNLIKE_Z_HUNDREDTHS: i64 = 350;

/// `part / whole`, rounded half away from zero; `None` when `whole` is zero.
pub(crate) fn divide(part: i128, whole: i128) -> Option<i64> {
    if whole == 0 {
        return None;
    }
    let sign = if (part < 0) == (whole < 0) { 1 } else { -1 };
    let (part, whole) = (part.unsigned_abs(), whole.unsigned_abs());
    i64::try_from(sign * i128::try_from((part + whole / 2) / whole).ok()?).ok()
}

/// `part` of `total` in hundredths of a percent, so that two decimals show; `None` of nothing.
///
/// STANDARDS.md 12, vector 26: a day's rate is exceeding / total × 100 with two decimals.
pub fn rate_hundredths(part: u64, total: u64) -> Option<i64> {
    divide(i128::from(part) * 10_000, i128::from(total))
}

/// The middle value; of an even number of them, the mean of the two in the middle.
pub fn median(values: &[i64]) -> Option<i64> {
    let mut ordered = values.to_vec();
    ordered.sort_unstable();
    let above = *ordered.get(ordered.len() / 2)?;
    if ordered.len() % 2 == 1 {
        return Some(above);
    }
    let below = ordered[ordered.len() / 2 - 1];
    divide(i128::from(below) + i128::from(above), 2)
}

/// Median of the distances from the median: a spread that a few wild values do not move.
pub fn median_deviation(values: &[i64]) -> Option<i64> {
    let middle = median(values)?;
    let distances: Vec<i64> =
        values.iter().map(|value| i64::try_from(value.abs_diff(middle)).unwrap_or(i64::MAX)).collect();
    median(&distances)
}

/// How one site stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Median of the others.
    pub others: i64,
    /// Their median deviation.
    pub spread: i64,
    /// How many spreads this one lies off, as a robust z in hundredths: 0.6745 × (own − others) / spread.
    pub z_hundredths: i64,
}

impl Standing {
    /// Is it too far off to be put down to chance?
    pub fn is_unlike(self) -> bool {
        self.z_hundredths.abs() >= UNLIKE_Z_HUNDREDTHS
    }
}

/// Where `own` stands among `others`; `None` with fewer than [`PEERS_MIN`], or where the others do not differ at all.
pub fn standing(own: i64, others: &[i64]) -> Option<Standing> {
    if others.len() < PEERS_MIN {
        return None;
    }
    let (middle, spread) = (median(others)?, median_deviation(others)?);
    // 0.6745 makes the median deviation of a normal distribution its standard deviation.
    let z_hundredths = divide((i128::from(own) - i128::from(middle)) * 6_745, i128::from(spread) * 100)?;
    Some(Standing { others: middle, spread, z_hundredths })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// STANDARDS.md 12, vector 26 (what public platforms compute): exceeding / total × 100, two decimals.
    #[test]
    fn golden_26_a_days_rate_has_two_decimals() {
        let table =
            [(0, 7, 0), (1, 3, 3_333), (2, 3, 6_667), (1, 8, 1_250), (7, 7, 10_000), (37, 1_842, 201)];
        for (exceeding, total, expected) in table {
            assert_eq!(rate_hundredths(exceeding, total), Some(expected), "{exceeding} of {total}");
        }
        assert_eq!(rate_hundredths(0, 0), None);
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[5]), Some(5));
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[1, 2, 4, 100]), Some(3));
        assert_eq!(median(&[1, 2]), Some(2)); // 1.5, half away from zero.
        assert_eq!(median(&[-1, -2]), Some(-2));
    }

    #[test]
    fn one_wild_value_does_not_move_the_spread() {
        assert_eq!(median_deviation(&[10, 12, 14, 16, 18]), Some(2));
        assert_eq!(median_deviation(&[10, 12, 14, 16, 1_000_000]), Some(2));
    }

    /// Worked by hand: others 90 100 110, median 100, deviation 10; 0.6745 × (160 − 100) / 10 = 4.047.
    #[test]
    fn a_site_far_from_the_others_is_unlike_them() {
        let far = standing(160, &[90, 100, 110]).unwrap();
        assert_eq!((far.others, far.spread, far.z_hundredths, far.is_unlike()), (100, 10, 405, true));
        let near = standing(120, &[90, 100, 110]).unwrap();
        assert_eq!((near.z_hundredths, near.is_unlike()), (135, false));
        assert_eq!(standing(160, &[90, 110]), None);
        assert_eq!(standing(160, &[100, 100, 100]), None);
    }

    proptest! {
        #[test]
        fn nothing_overflows(own: i64, others in prop::collection::vec(any::<i64>(), 0..9), part: u64, total: u64) {
            let _ = standing(own, &others);
            let _ = rate_hundredths(part, total);
        }

        #[test]
        fn half_of_the_values_lie_on_each_side_of_the_median(values in prop::collection::vec(-1_000i64..1_000, 1..40)) {
            let middle = median(&values).unwrap();
            let half = values.len().div_ceil(2);
            prop_assert!(values.iter().filter(|&&value| value <= middle).count() >= half);
            prop_assert!(values.iter().filter(|&&value| value >= middle - 1).count() >= half);
        }
    }
}
