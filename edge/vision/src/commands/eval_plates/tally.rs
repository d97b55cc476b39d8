//! Counting: what became of each picture, by stratum, with intervals.

use std::collections::BTreeMap;

/// What became of a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Given, every character right.
    Right,
    /// Given, and wrong.
    Wrong,
    /// Seen, not given; true if it would have been right.
    Abstained(bool),
    /// Not seen at all.
    Missed,
}

/// Sums over one stratum.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) plates: u32,
    pub(super) right: u32,
    pub(super) wrong: u32,
    pub(super) abstained: u32,
    pub(super) abstained_right: u32,
    pub(super) missed: u32,
    pub(super) found: u32,
    pub(super) coloured: u32,
    pub(super) characters: u32,
    pub(super) characters_right: u32,
}

impl Tally {
    pub(super) fn add(&mut self, fate: Fate, found: bool, coloured: bool, characters: (u32, u32)) {
        self.plates += 1;
        match fate {
            Fate::Right => self.right += 1,
            Fate::Wrong => self.wrong += 1,
            Fate::Abstained(right) => {
                self.abstained += 1;
                self.abstained_right += u32::from(right);
            }
            Fate::Missed => self.missed += 1,
        }
        self.found += u32::from(found);
        self.coloured += u32::from(coloured);
        self.characters_right += characters.0;
        self.characters += characters.1;
    }
}

/// Strata by what they are strata of, then by name.
#[derive(Debug, Default)]
pub(super) struct Strata(pub(super) BTreeMap<(&'static str, String), Tally>);

impl Strata {
    pub(super) fn of(&mut self, what: &'static str, name: impl Into<String>) -> &mut Tally {
        self.0.entry((what, name.into())).or_default()
    }
}

/// Characters of `truth` that `read` has right, by the cheapest alignment of both, and what was taken for what.
pub(super) fn compared(truth: &str, read: &str) -> (u32, Vec<(char, char)>) {
    let (a, b): (Vec<char>, Vec<char>) = (truth.chars().collect(), read.chars().collect());
    let mut cost = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            cost[i][j] = match (i, j) {
                (0, _) => j as u32,
                (_, 0) => i as u32,
                _ => (cost[i - 1][j - 1] + u32::from(a[i - 1] != b[j - 1]))
                    .min(cost[i - 1][j] + 1)
                    .min(cost[i][j - 1] + 1),
            };
        }
    }
    let (mut i, mut j, mut right, mut taken) = (a.len(), b.len(), 0, Vec::new());
    while i > 0 && j > 0 {
        if cost[i][j] == cost[i - 1][j - 1] + u32::from(a[i - 1] != b[j - 1]) {
            if a[i - 1] == b[j - 1] {
                right += 1;
            } else {
                taken.push((a[i - 1], b[j - 1]));
            }
            (i, j) = (i - 1, j - 1);
        } else if cost[i][j] == cost[i - 1][j] + 1 {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    (right, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_character_does_not_shift_the_others() {
        assert_eq!(compared("晋A12345", "晋A1345"), (6, vec![]));
        assert_eq!(compared("晋A12345", "晋A72345"), (6, vec![('1', '7')]));
        assert_eq!(compared("晋A12345", ""), (0, vec![]));
    }
}
