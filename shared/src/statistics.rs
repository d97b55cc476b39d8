//! Shares and chances that pages of statistics show. Nothing here judges anything.

/// Records of one station and day by outcome (the national networking record's daily statistics, STANDARDS.md 7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DailyCounts {
    /// Above a limit.
    pub exceeding: u32,
    /// Valid, and above none.
    pub passed: u32,
    /// Not valid.
    pub invalid: u32,
}

/// A share of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    /// Hundredths of a percent; 12.34 % is 1 234.
    pub percent_hundredths: u16,
}

impl DailyCounts {
    /// All records.
    pub fn total(self) -> u64 {
        u64::from(self.exceeding) + u64::from(self.passed) + u64::from(self.invalid)
    }

    /// Exceeding ÷ total, with two decimals of a percent, half rounded up as deployed software shows it; `None` on a
    /// day without records.
    pub fn exceeding_share(self) -> Option<Share> {
        let total = self.total();
        let hundredths = (u64::from(self.exceeding) * 20_000 + total).checked_div(2 * total)?;
        u16::try_from(hundredths).ok().map(|percent_hundredths| Share { percent_hundredths })
    }
}

/// A chance, for pages of statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chance(u32); // Invariant: at most a million millionths.

impl Chance {
    /// The chance of so many millionths; `None` above certainty.
    pub const fn from_millionths(value: u32) -> Option<Self> {
        if value <= 1_000_000 { Some(Self(value)) } else { None }
    }

    /// Millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// That it happens in every one of `shots` independent shots: what the rule of two consecutive exceedances does to
    /// the share of high emitters that it finds, and to the share of clean vehicles that it accuses (STANDARDS.md 10.5).
    /// Rounded to millionths once, at the end.
    pub fn in_all(self, shots: u32) -> Self {
        let one = f64::from(self.0) / 1e6;
        let exponent = i32::try_from(shots).unwrap_or(i32::MAX);
        // Within 0 and 1, because the base is.
        Self((one.powi(exponent) * 1e6).round() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_records_has_no_share() {
        assert_eq!(DailyCounts::default().exceeding_share(), None);
        let full = DailyCounts { exceeding: u32::MAX, ..DailyCounts::default() };
        assert_eq!(full.exceeding_share(), Some(Share { percent_hundredths: 10_000 }));
    }

    #[test]
    fn certainty_stays_certain_and_the_impossible_impossible() {
        for shots in [1, 2, u32::MAX] {
            assert_eq!(Chance(1_000_000).in_all(shots), Chance(1_000_000));
            assert_eq!(Chance(0).in_all(shots), Chance(0));
        }
        assert_eq!(Chance(270_000).in_all(0), Chance(1_000_000));
        assert_eq!(Chance::from_millionths(1_000_001), None);
    }
}
