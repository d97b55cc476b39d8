//! Periods in working or calendar days, and the day on which one ends.
//!
//! The day of the event is not counted; counting begins with the day after it (Civil Code, article 201). If the last
//! calendar day is no working day, the period ends on the next one (article 203). Days of the Administrative Penalty
//! Law's short periods are working days (article 85).

use jiff::ToSpan;
use jiff::civil::Date;
use plumewatch_shared::rulebook::casework::Days;

use super::{Reckoned, WorkCalendar};

pub use plumewatch_shared::rulebook::casework::{Count, Days as Period};

impl WorkCalendar {
    /// The last day of a period that an event on `from` begins.
    pub fn deadline(&self, from: Date, period: Days) -> Reckoned {
        let end = match period.count {
            Count::Working => self.working_day_after(from, period.days),
            Count::Calendar => {
                let last = from.saturating_add(i64::from(period.days).days());
                self.first_working_day(last)
            }
        };
        self.reckoned(from, end)
    }

    /// What is left of a period that ends on `due`, on `day`: in the period's own days, none once it is over.
    pub fn remaining(&self, day: Date, due: Date, count: Count) -> u32 {
        match count {
            Count::Working => self.working_days_between(day, due),
            Count::Calendar => u32::try_from((due - day).get_days()).unwrap_or(0),
        }
    }

    /// The `days`-th working day after `from`; `from` itself for none.
    fn working_day_after(&self, from: Date, days: u32) -> Date {
        if days == 0 {
            return from;
        }
        let after = from.series(1.day()).skip(1).filter(|day| self.is_working(*day));
        after.take(days as usize).last().unwrap_or(Date::MAX)
    }

    /// The day itself, or the first working day after it.
    fn first_working_day(&self, day: Date) -> Date {
        day.series(1.day()).find(|day| self.is_working(*day)).unwrap_or(Date::MAX)
    }
}
