//! A set of sequences kept as ranges: a backlog of a million records in a row takes one entry.

use std::collections::BTreeMap;

/// Sequences, as first → last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Adds `first..=last`, whether or not some of it is there.
    pub(super) fn insert(&mut self, mut first: u64, mut last: u64) {
        if first > last {
            return;
        }
        // A range that begins before and touches, then all that begin within or right behind.
        if let Some((&before, &end)) = self.0.range(..first).next_back()
            && end >= first - 1
        {
            first = before;
            last = last.max(end);
        }
        let touching: Vec<u64> =
            self.0.range(first..=last.saturating_add(1)).map(|(start, _)| *start).collect();
        for start in touching {
            let end = self.0.remove(&start).expect("it was just listed");
            last = last.max(end);
        }
        self.0.insert(first, last);
    }

    /// Takes one out; gives whether it was there.
    pub(super) fn remove(&mut self, sequence: u64) -> bool {
        let Some((&first, &last)) = self.0.range(..=sequence).next_back() else { return false };
        if last < sequence {
            return false;
        }
        self.0.remove(&first);
        if first < sequence {
            self.0.insert(first, sequence - 1);
        }
        if sequence < last {
            self.0.insert(sequence + 1, last);
        }
        true
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    pub(super) fn len(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, (first, last)| sum.saturating_add(last - first).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn ranges_hold_what_a_plain_set_holds(
            steps in prop::collection::vec((any::<bool>(), 0_u64..60, 0_u64..8), 0..60),
        ) {
            let (mut ranges, mut plain) = (Ranges::default(), BTreeSet::new());
            for (add, first, more) in steps {
                if add {
                    ranges.insert(first, first + more);
                    plain.extend(first..=first + more);
                } else {
                    prop_assert_eq!(ranges.remove(first), plain.remove(&first));
                }
                prop_assert_eq!(ranges.len(), plain.len() as u64);
                prop_assert_eq!(ranges.first(), plain.first().copied());
            }
        }
    }

    #[test]
    fn the_ends_of_the_scale_are_sequences_too() {
        let mut ranges = Ranges::default();
        ranges.insert(u64::MAX, u64::MAX);
        ranges.insert(0, 0);
        assert!(ranges.remove(u64::MAX) && ranges.remove(0) && ranges.len() == 0);
    }
}
