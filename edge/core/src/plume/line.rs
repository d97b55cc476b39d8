//! The straight line through points, with the error of its slope.

/// A slope and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Units of y for one of x.
    pub slope: f64,
    /// Standard error, in the same unit.
    pub error: f64,
}

/// Ordinary least squares with an intercept; `None` with fewer than three points or where all x are the same. The sums
/// are taken around the means, so that a large common part costs no digits.
pub(super) fn through(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Slope> {
    let n = points.clone().count();
    if n < 3 {
        return None;
    }
    let count = n as f64;
    let (sum_x, sum_y) = points.clone().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let left = (yy - slope * xy).max(0.0);
    Some(Slope { slope, error: (left / (count - 2.0) / xx).sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Anscombe's first data set (1973): slope 0.5001, standard error 0.1179, as his paper prints them.
    #[test]
    fn slope_and_error_are_those_that_anscombe_printed() {
        let xs = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let ys = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let line = through(xs.into_iter().zip(ys)).unwrap();
        assert!((line.slope - 0.5001).abs() < 5e-5 && (line.error - 0.1179).abs() < 5e-5, "{line:?}");
    }

    #[test]
    fn no_line_goes_through_two_points_or_through_one_x() {
        assert_eq!(through([(0.0, 0.0), (1.0, 1.0)].into_iter()), None);
        assert_eq!(through([(1.0, 0.0), (1.0, 1.0), (1.0, 2.0)].into_iter()), None);
    }
}
