//! Seeded chance that stays the same for ever: a clip is named by its seed, so the numbers behind it may not
//! change with a crate's version. The generator is `SplitMix64`, written out.

/// A source of numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of `seed`; one round is taken, so that neighbouring seeds do not begin alike.
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed);
        Self(dice.roll())
    }

    /// Dice of their own for one part, so that what one part rolls does not shift the others.
    pub(crate) fn apart(&self, part: u64) -> Self {
        Self::new(self.0 ^ part.wrapping_add(1).wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// 64 bits.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// From 0 up to 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.roll() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// From `low` up to `high`.
    pub(crate) fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// True with this chance.
    pub(crate) fn chance(&mut self, chance: f32) -> bool {
        self.unit() < chance
    }

    /// One of `choices`, which may not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.roll() % choices.len() as u64) as usize]
    }

    /// Of the normal distribution with mean 0 and deviation 1 (Box and Muller).
    pub(crate) fn normal(&mut self) -> f32 {
        let (a, b) = (self.unit().max(1e-7), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A smooth random surface over the plane, 0 to 1, by interpolation between the corners of a unit grid.
pub(crate) fn surface(seed: u64, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let corner = |dx: i64, dy: i64| {
        let place =
            (left as i64 + dx).wrapping_mul(0x1f12_3bb5) ^ (top as i64 + dy).wrapping_mul(0x05f3_56b7_9a1d);
        (mixed(seed ^ place as u64) >> 40) as f32 / (1_u64 << 24) as f32
    };
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (fx, fy) = (ease(x - left), ease(y - top));
    let upper = corner(0, 0) * (1.0 - fx) + corner(1, 0) * fx;
    let lower = corner(0, 1) * (1.0 - fx) + corner(1, 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Three surfaces, each twice as fine and half as strong as the one before; 0 to 1.
pub(crate) fn rough(seed: u64, x: f32, y: f32) -> f32 {
    (surface(seed, x, y) * 4.0
        + surface(seed ^ 11, x * 2.0, y * 2.0) * 2.0
        + surface(seed ^ 23, x * 4.0, y * 4.0))
        / 7.0
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
    fn a_surface_is_smooth_and_stays_within_its_bounds() {
        let mut dice = Dice::new(3);
        for _ in 0..1_000 {
            let (x, y) = (dice.within(-50.0, 50.0), dice.within(-50.0, 50.0));
            let (here, beside) = (surface(9, x, y), surface(9, x + 0.01, y));
            assert!((0.0..=1.0).contains(&here) && (here - beside).abs() < 0.03, "{x} {y}: {here} {beside}");
        }
    }
}
