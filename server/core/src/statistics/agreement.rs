//! Whether the camera and the beam say the same of one plume.
//!
//! They measure along different lines, so single plumes differ; over many, a median that is far from zero means that
//! one of the two is sick.

use super::{median, median_deviation};

/// Pairs needed before anything is said.
pub const PAIRS_MIN: usize = 10;

/// Opacity of one plume by both, hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Across the road.
    pub beam: i64,
    /// By the camera.
    pub camera: i64,
}

/// How the two agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Median of camera − beam.
    pub difference: i64,
    /// Median deviation of it.
    pub spread: i64,
}

/// How the two agree over many plumes; `None` with fewer than [`PAIRS_MIN`].
pub fn agreement(pairs: &[Pair]) -> Option<Agreement> {
    if pairs.len() < PAIRS_MIN {
        return None;
    }
    let differences: Vec<i64> = pairs.iter().map(|pair| pair.camera.saturating_sub(pair.beam)).collect();
    Some(Agreement { difference: median(&differences)?, spread: median_deviation(&differences)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_difference_is_told_of_enough_pairs() {
        let pair = |n: i64| Pair { beam: 1_000 + n, camera: 1_200 + 2 * n };
        let pairs: Vec<_> = (0..11).map(pair).collect();
        assert_eq!(agreement(&pairs), Some(Agreement { difference: 205, spread: 3 }));
        assert_eq!(agreement(&pairs[..9]), None);
    }
}
