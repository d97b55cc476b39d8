//! The loss ledger: which of a station's records have not come.
//!
//! A station numbers its records from 1 without gaps, so whatever is missing below the highest number known
//! is still on the way, on the edge, or lost. The store tells the holes between stored records; this module
//! adds the two ends.

/// A run of sequences that have not come, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// First missing.
    pub from: u64,
    /// Last missing.
    pub to: u64,
}

/// What has come from one station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Lowest sequence stored.
    pub lowest: u64,
    /// Highest sequence stored.
    pub highest: u64,
    /// How many are stored.
    pub count: u64,
}

/// How many records are missing, given what has come and the last sequence the station said it minted.
pub fn missing(received: Option<Received>, announced: u64) -> u64 {
    let (highest, count) = received.map_or((0, 0), |received| (received.highest, received.count));
    highest.max(announced).saturating_sub(count)
}

/// The gaps in order: `holes` lie between stored records; before the first and after the last are added here.
pub fn gaps(holes: &[Gap], received: Option<Received>, announced: u64) -> Vec<Gap> {
    let Some(received) = received else {
        return if announced == 0 { Vec::new() } else { vec![Gap { from: 1, to: announced }] };
    };
    let before = (received.lowest > 1).then(|| Gap { from: 1, to: received.lowest - 1 });
    let after = (announced > received.highest).then(|| Gap { from: received.highest + 1, to: announced });
    before.into_iter().chain(holes.iter().copied()).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn tell(stored: &BTreeSet<u64>) -> (Vec<Gap>, Option<Received>) {
        let all: Vec<u64> = stored.iter().copied().collect();
        let holes = all
            .windows(2)
            .filter(|pair| pair[1] > pair[0] + 1)
            .map(|pair| Gap { from: pair[0] + 1, to: pair[1] - 1 })
            .collect();
        let received = all.first().map(|&lowest| Received {
            lowest,
            highest: all[all.len() - 1],
            count: all.len() as u64,
        });
        (holes, received)
    }

    #[test]
    fn a_station_that_only_announced_owes_everything() {
        assert_eq!(gaps(&[], None, 3), [Gap { from: 1, to: 3 }]);
        assert_eq!(missing(None, 3), 3);
        assert_eq!(gaps(&[], None, 0), []);
    }

    proptest! {
        /// Stored and missing together are exactly 1 to the last.
        #[test]
        fn nothing_is_both_stored_and_missing(
            stored in prop::collection::btree_set(1u64..60, 0..40), announced in 0u64..70,
        ) {
            let (holes, received) = tell(&stored);
            let listed: BTreeSet<u64> =
                gaps(&holes, received, announced).iter().flat_map(|gap| gap.from..=gap.to).collect();
            let last = stored.last().copied().unwrap_or(0).max(announced);
            let expected: BTreeSet<u64> = (1..=last).filter(|at| !stored.contains(at)).collect();
            prop_assert_eq!(missing(received, announced), expected.len() as u64);
            prop_assert_eq!(listed, expected);
        }
    }
}
