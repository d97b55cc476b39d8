//! How the error of a head moves from check to check.
//!
//! One point a day: the mean of the day's errors (measured − standard) against one gas or filter. The slope is the
//! median of the slopes between all pairs of days (Theil–Sen): a single bad bottle does not tilt it.

use super::{divide, median};

/// Days needed before a slope is told: with fewer, two checks decide it.
pub const DAYS_MIN: usize = 5;

/// Days over which a slope is told.
pub const PER_DAYS: i64 = 30;

/// The error of one day, in the check's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayError {
    /// The day, counted from any day.
    pub day: i64,
    /// Mean of the day's errors.
    pub error: i64,
}

/// Change of the error in [`PER_DAYS`] days, in the check's unit; `None` with fewer than [`DAYS_MIN`] days.
pub fn slope(days: &[DayError]) -> Option<i64> {
    if days.len() < DAYS_MIN {
        return None;
    }
    let mut slopes = Vec::with_capacity(days.len() * (days.len() - 1) / 2);
    for (at, later) in days.iter().enumerate() {
        for earlier in &days[..at] {
            let rise = i128::from(later.error) - i128::from(earlier.error);
            let run = i128::from(later.day) - i128::from(earlier.day);
            slopes.extend(divide(rise * i128::from(PER_DAYS), run));
        }
    }
    median(&slopes)
}

/// Days until the error leaves its tolerance if it goes on like this; `None` if it does not move outwards, 0 if it is
/// out already.
pub fn days_left(last: i64, tolerance: i64, slope: i64) -> Option<i64> {
    if last.unsigned_abs() > tolerance.unsigned_abs() {
        return Some(0);
    }
    if slope == 0 {
        return None;
    }
    let edge = if slope > 0 { i128::from(tolerance) } else { -i128::from(tolerance) };
    let days = (edge - i128::from(last)) * i128::from(PER_DAYS) / i128::from(slope);
    i64::try_from(days).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(errors: &[i64]) -> Vec<DayError> {
        errors.iter().zip(0..).map(|(&error, day)| DayError { day, error }).collect()
    }

    #[test]
    fn a_steady_rise_is_told_over_thirty_days() {
        assert_eq!(slope(&days(&[0, 10, 20, 30, 40])), Some(300));
        assert_eq!(slope(&days(&[0, -10, -20, -30, -40])), Some(-300));
        assert_eq!(slope(&days(&[7, 7, 7, 7, 7, 7])), Some(0));
        assert_eq!(slope(&days(&[0, 10, 20, 30])), None);
    }

    #[test]
    fn one_bad_bottle_does_not_tilt_it() {
        assert_eq!(slope(&days(&[0, 10, 20, 30, 5_000, 50, 60, 70])), Some(300));
    }

    #[test]
    fn days_left_are_counted_to_the_edge_it_moves_to() {
        assert_eq!(days_left(100, 400, 300), Some(30));
        assert_eq!(days_left(-100, 400, -300), Some(30));
        // Inwards first, then out on the other side.
        assert_eq!(days_left(-100, 400, 300), Some(50));
        assert_eq!(days_left(100, 400, 0), None);
        assert_eq!(days_left(401, 400, 300), Some(0));
        assert_eq!(days_left(400, 400, 300), Some(0));
    }

    proptest! {
        #[test]
        fn no_errors_make_it_panic(errors in prop::collection::vec(any::<i64>(), 0..12), tolerance: i64, slope_: i64) {
            let _ = slope(&days(&errors));
            let _ = days_left(errors.first().copied().unwrap_or(0), tolerance, slope_);
        }
    }
}
