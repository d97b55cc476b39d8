//! For how long an exceedance counts: so many calendar months, as the law counts them.
//!
//! The period begins the day after the exceedance and ends with the corresponding day (Civil Code, articles 201 and
//! 202): an exceedance of 27 November 2025 counts through 27 November 2026. Where the last month has no such day, its
//! last one ends the period: of 29 February 2024, 28 February 2025.

use jiff::ToSpan;
use jiff::civil::Date;
use plumewatch_shared::rulebook::ListingRulebook;

/// A window of calendar months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many.
    pub months: u32,
}

impl Window {
    /// The last day on which an exceedance of `day` counts.
    pub fn counts_through(self, day: Date) -> Date {
        // Past the calendar's end, in the year 9999, it counts to the end.
        day.checked_add(i64::from(self.months).months()).unwrap_or(Date::MAX)
    }

    /// The first day on which an exceedance of `day` counts no more.
    pub fn ages_out(self, day: Date) -> Date {
        self.counts_through(day).tomorrow().unwrap_or(Date::MAX)
    }

    /// The earliest day whose exceedance counts on `today`.
    pub fn start(self, today: Date) -> Date {
        let Ok(mut day) = today.checked_sub(i64::from(self.months).months()) else { return Date::MIN };
        // Back from 28 February lands on the 28th, and so does back from the 29th: three days at most.
        while self.counts_through(day) < today {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        while let Ok(before) = day.yesterday() {
            if self.counts_through(before) < today {
                break;
            }
            day = before;
        }
        day
    }

    /// Does an exceedance of `day` count on `today`?
    pub fn holds(self, day: Date, today: Date) -> bool {
        today <= self.counts_through(day)
    }
}

impl From<&ListingRulebook> for Window {
    fn from(book: &ListingRulebook) -> Self {
        Self { months: book.window.months }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const YEAR: Window = Window { months: 12 };

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn an_exceedance_counts_through_its_corresponding_day() {
        for (exceeded, last) in [
            ("2025-11-27", "2026-11-27"),
            ("2024-02-29", "2025-02-28"),
            ("2023-02-28", "2024-02-28"),
            ("2024-01-31", "2025-01-31"),
        ] {
            assert_eq!(YEAR.counts_through(day(exceeded)), day(last));
            assert!(YEAR.holds(day(exceeded), day(last)));
            assert!(!YEAR.holds(day(exceeded), YEAR.ages_out(day(exceeded))));
        }
        assert_eq!(Window { months: 6 }.counts_through(day("2026-08-31")), day("2027-02-28"));
    }

    proptest! {
        /// The first day of the window counts, the day before it does not, and nothing within is left out.
        #[test]
        fn the_window_starts_where_counting_starts(offset in 0i64..20_000, months in 1u32..25, within in 0i64..900) {
            let window = Window { months };
            let today = day("1990-01-01").checked_add(offset.days()).unwrap();
            let start = window.start(today);
            prop_assert!(window.holds(start, today));
            prop_assert!(!window.holds(start.yesterday().unwrap(), today));
            let inside = start.checked_add(within.days()).unwrap();
            prop_assert!(window.holds(inside, today));
        }
    }
}
