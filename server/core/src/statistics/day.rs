//! What a day at a station comes to: counts that two servers' or two batches' passages add to in any order.

use std::collections::BTreeMap;

use plumewatch_shared::verdict::Outcome;

use super::bins::Bins;

/// Width of a bin of opacity, hundredths of a percent: half a percent, so that the limits of the standard (30 %) and of
/// regions (20 %, 25 %) stand between bins.
pub const OPACITY_WIDTH: u32 = 50;

/// Width of a bin of nitric oxide, hundredths of 10⁻⁶: 5 × 10⁻⁶, well below what the middles of healthy sites differ by.
pub const NO_WIDTH: u32 = 500;

/// A day's microseconds, and how long before UTC's the law's day begins: eight hours, without summer time since 1991.
const DAY_US: i64 = 86_400_000_000;
const LAW_OFFSET_US: i64 = 28_800_000_000;

/// The number of the law's day on which a moment falls (microseconds of UTC since 1970): days since 1970.
pub fn day_number(us: i64) -> i64 {
    us.saturating_add(LAW_OFFSET_US).div_euclid(DAY_US)
}

/// One passage, as a day counts it.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// What the server's judgement came to.
    pub outcome: Outcome,
    /// Does the reading count? `None` without a reading.
    pub valid: Option<bool>,
    /// The words of the conditions that failed, comma separated, in order.
    pub conditions: &'a str,
    /// Mean opacity of the beam, hundredths of a percent.
    pub opacity: Option<i64>,
    /// Nitric oxide, hundredths of 10⁻⁶.
    pub nitric_oxide: Option<i64>,
}

/// A day's counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Vehicles that went by.
    pub passages: u64,
    /// Those with a reading.
    pub readings: u64,
    /// Those whose reading counts.
    pub valid: u64,
    /// Judged and passed.
    pub passed: u64,
    /// Over a screening limit alone.
    pub screened: u64,
    /// Over a limit that is enforced.
    pub exceeding: u64,
    /// How many readings failed which conditions together.
    pub conditions: BTreeMap<String, u64>,
    /// Opacity of readings that count, bins of [`OPACITY_WIDTH`].
    pub opacity: Bins,
    /// Nitric oxide of readings that count, bins of [`NO_WIDTH`].
    pub nitric_oxide: Bins,
}

impl Day {
    /// Counts a passage.
    pub fn count(&mut self, one: Figures<'_>) {
        self.passages += 1;
        self.readings += u64::from(one.valid.is_some());
        match one.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Screened => self.screened += 1,
            Outcome::Exceeding => self.exceeding += 1,
            Outcome::NotJudged => {}
        }
        match one.valid {
            Some(true) => {
                self.valid += 1;
                if let Some(opacity) = one.opacity {
                    self.opacity.count(opacity, OPACITY_WIDTH);
                }
                if let Some(no) = one.nitric_oxide {
                    self.nitric_oxide.count(no, NO_WIDTH);
                }
            }
            Some(false) => *self.conditions.entry(one.conditions.to_owned()).or_default() += 1,
            None => {}
        }
    }

    /// Takes in another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.passages += other.passages;
        self.readings += other.readings;
        self.valid += other.valid;
        self.passed += other.passed;
        self.screened += other.screened;
        self.exceeding += other.exceeding;
        for (words, times) in &other.conditions {
            *self.conditions.entry(words.clone()).or_default() += times;
        }
        self.opacity.merge(&other.opacity);
        self.nitric_oxide.merge(&other.nitric_oxide);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(outcome: Outcome, valid: Option<bool>) -> Figures<'static> {
        Figures { outcome, valid, conditions: "wind", opacity: Some(3_001), nitric_oxide: Some(40_000) }
    }

    #[test]
    fn only_readings_that_count_make_the_distributions() {
        let mut day = Day::default();
        day.count(figures(Outcome::Exceeding, Some(true)));
        day.count(figures(Outcome::NotJudged, Some(false)));
        day.count(figures(Outcome::NotJudged, None));
        assert_eq!((day.passages, day.readings, day.valid, day.exceeding), (3, 2, 1, 1));
        assert_eq!((day.opacity.total(), day.nitric_oxide.total()), (1, 1));
        assert_eq!(day.conditions, BTreeMap::from([("wind".to_owned(), 1)]));
    }

    #[test]
    fn a_day_begins_at_midnight_in_china_as_the_calendar_has_it() {
        for text in [
            "2026-11-23T15:59:59.999999Z",
            "2026-11-23T16:00:00Z",
            "1999-12-31T16:00:00Z",
            "1969-12-31T15:59:59Z",
        ] {
            let at: jiff::Timestamp = text.parse().unwrap();
            let date = plumewatch_shared::time::law_place().to_datetime(at).date();
            let since = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).unwrap();
            assert_eq!(day_number(at.as_microsecond()), i64::from(since.get_days()), "{text}");
        }
    }

    #[test]
    fn two_halves_of_a_day_add_up_to_the_day() {
        let all = [
            figures(Outcome::Exceeding, Some(true)),
            figures(Outcome::Passed, Some(true)),
            figures(Outcome::Screened, Some(false)),
            figures(Outcome::NotJudged, None),
        ];
        let counted = |some: &[Figures<'static>]| {
            let mut day = Day::default();
            some.iter().for_each(|one| day.count(*one));
            day
        };
        for cut in 0..=all.len() {
            let (mut first, second) = (counted(&all[..cut]), counted(&all[cut..]));
            first.merge(&second);
            assert_eq!(first, counted(&all));
        }
    }
}
