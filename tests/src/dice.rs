//! Seeded chance that stays the same for ever.
//!
//! A scenario is named by its seed, so the numbers behind a seed may not change with a crate's version: the
//! generator is `SplitMix64`, written out.

/// A source of numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of `seed`.
    pub fn new(seed: u64) -> Self {
        // One round, so that seeds 1 and 2 do not begin alike.
        let mut dice = Self(seed);
        Self(dice.roll())
    }

    /// 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both possible.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "an empty range has no number");
        // The bias of a remainder over ranges this small is far below anything a scenario could notice.
        low + (self.roll() % (high.abs_diff(low) + 1)) as i64
    }

    /// A number from 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: i64) -> bool {
        self.between(1, 100) <= chance
    }

    /// One of `choices`, which may not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.between(0, choices.len() as i64 - 1) as usize]
    }

    /// One character of `text`, which may not be empty.
    pub fn character(&mut self, text: &str) -> char {
        let at = self.between(0, text.chars().count() as i64 - 1);
        text.chars().nth(at as usize).expect("the index is below the count")
    }

    /// Dice of their own for one part, so that what one part rolls does not shift the others.
    pub fn apart(&self, part: u64) -> Self {
        Self::new(self.0 ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that implementations of `SplitMix64` are checked by: state 1234567.
    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut dice = Dice(1_234_567);
        assert_eq!([dice.roll(), dice.roll()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn a_range_gives_both_its_ends_and_nothing_outside() {
        let mut dice = Dice::new(7);
        let rolled: Vec<_> = (0..1_000).map(|_| dice.between(-1, 2)).collect();
        assert_eq!((rolled.iter().min(), rolled.iter().max()), (Some(&-1), Some(&2)));
    }
}
