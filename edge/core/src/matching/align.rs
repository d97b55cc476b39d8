//! Pairs two rows in order: vehicles do not overtake within a lane.

/// The pairs `(i, j)` with `i` and `j` both rising that are most in number and, among those, least in total
/// cost. `cost` gives `None` where two may not be paired. Work and memory are `a × b`; both rows are bounded by
/// the caller.
pub(super) fn align(a: usize, b: usize, cost: impl Fn(usize, usize) -> Option<u64>) -> Vec<(usize, usize)> {
    /// How good the best pairing of two tails is: more pairs first, then less cost.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct Worth(u32, std::cmp::Reverse<u64>);

    let width = b + 1;
    let mut best = vec![Worth(0, std::cmp::Reverse(0)); (a + 1) * width];
    let paired = |best: &[Worth], i: usize, j: usize| {
        let Worth(pairs, std::cmp::Reverse(spent)) = best[(i + 1) * width + j + 1];
        cost(i, j).map(|more| Worth(pairs + 1, std::cmp::Reverse(spent.saturating_add(more))))
    };
    for i in (0..a).rev() {
        for j in (0..b).rev() {
            let skip = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            best[i * width + j] = paired(&best, i, j).map_or(skip, |pair| pair.max(skip));
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a && j < b {
        let here = best[i * width + j];
        if paired(&best, i, j) == Some(here) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] == here {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(a: &[u64], b: &[u64], within: u64) -> Vec<(usize, usize)> {
        align(a.len(), b.len(), |i, j| Some(a[i].abs_diff(b[j])).filter(|apart| *apart <= within))
    }

    #[test]
    fn as_many_as_possible_are_paired_and_the_nearest_of_those() {
        assert_eq!(paired(&[10, 20], &[11, 21], 5), [(0, 0), (1, 1)]);
        assert_eq!(paired(&[10, 20], &[19], 50), [(1, 0)]);
        assert_eq!(paired(&[10, 12], &[11, 13], 3), [(0, 0), (1, 1)]);
        assert_eq!(paired(&[10], &[20], 5), []);
        assert_eq!(paired(&[], &[20], 5), []);
    }

    #[test]
    fn pairs_never_cross() {
        // Crossing would cost nothing: 10 with 10 and 20 with 20 stand in opposite order.
        assert_eq!(paired(&[10, 20], &[20, 10], 0).len(), 1);
    }
}
