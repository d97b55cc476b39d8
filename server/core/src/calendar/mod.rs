//! Working days in China: weekends, the State Council's yearly arrangement of holidays, and the weekends it makes
//! working days in exchange.
//!
//! The arrangements are data (`arrangements.json`), each year with its notice and how sure we are of it; an operator adds
//! a year with a file. Of a year that is not in the table only weekends are known, and every answer that reaches
//! into such a year says so ([`Reckoned::unknown_years`]): a deadline is shown as provisional, never as certain.

mod deadline;

pub use deadline::{Count, Period};

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::SourceConfidence;
use serde::{Deserialize, Serialize};

/// Holidays and working weekends of one year: more is a mistake. The longest year so far had nine.
const ENTRIES_MAX: usize = 40;

/// The longest holiday, days: the Spring Festival of 2026 has nine.
const HOLIDAY_DAYS_MAX: i32 = 15;

/// The State Council's arrangement of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// Of which year.
    pub year: i16,
    /// The notice: its title, number and day.
    pub source: Bilingual,
    /// How sure we are of the days.
    pub confidence: SourceConfidence,
    /// Days off, weekends within them included. A first holiday may begin in the year before.
    pub holidays: Vec<Holiday>,
    /// Weekends on which people work.
    pub worked: Vec<Date>,
}

/// One holiday, first to last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its name.
    pub name: Bilingual,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
}

/// An arrangement cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArrangementError {
    /// It cannot be read.
    #[error("the arrangement of holidays cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// It says what cannot be meant.
    #[error("{year}: {problem}; {remedy}")]
    Contradiction {
        /// The year.
        year: i16,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// What a day is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday, no holiday.
    Working,
    /// A weekend that the arrangement makes a working day.
    WorkedWeekend,
    /// Saturday or Sunday.
    Weekend,
    /// A day off by the arrangement.
    Holiday(Bilingual),
}

/// A day that was counted out, and how far the table carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// The day.
    pub day: Date,
    /// Years that the counting went through and of which only weekends are known, in order; empty: the day is certain.
    pub unknown_years: Vec<i16>,
}

/// The days that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    arrangements: BTreeMap<i16, Arrangement>,
    off: BTreeMap<Date, Bilingual>,
    worked: BTreeSet<Date>,
}

impl WorkCalendar {
    /// The years as shipped: 2024 to 2026.
    pub fn shipped() -> Self {
        let arrangements: Vec<Arrangement> =
            serde_json::from_str(include_str!("arrangements.json")).expect("a test reads the shipped file");
        let empty = Self { arrangements: BTreeMap::new(), off: BTreeMap::new(), worked: BTreeSet::new() };
        arrangements.into_iter().fold(empty, |calendar, one| calendar.with(one))
    }

    /// With one more year, or another arrangement of a known one.
    #[must_use]
    pub fn with(mut self, arrangement: Arrangement) -> Self {
        self.arrangements.insert(arrangement.year, arrangement);
        (self.off, self.worked) = (BTreeMap::new(), BTreeSet::new());
        for one in self.arrangements.values() {
            self.worked.extend(&one.worked);
            for holiday in &one.holidays {
                let days = holiday.from.series(1.day()).take_while(|day| *day <= holiday.to);
                self.off.extend(days.map(|day| (day, holiday.name.clone())));
            }
        }
        self
    }

    /// The arrangements, by year.
    pub fn arrangements(&self) -> impl Iterator<Item = &Arrangement> {
        self.arrangements.values()
    }

    /// Is the year's arrangement known?
    pub fn knows(&self, year: i16) -> bool {
        self.arrangements.contains_key(&year)
    }

    /// What a day is, as far as it is known.
    pub fn kind(&self, day: Date) -> DayKind {
        if let Some(name) = self.off.get(&day) {
            return DayKind::Holiday(name.clone());
        }
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        match (weekend, self.worked.contains(&day)) {
            (true, true) => DayKind::WorkedWeekend,
            (true, false) => DayKind::Weekend,
            (false, _) => DayKind::Working,
        }
    }

    /// Does one work on this day?
    pub fn is_working(&self, day: Date) -> bool {
        match self.kind(day) {
            DayKind::Working | DayKind::WorkedWeekend => true,
            DayKind::Weekend | DayKind::Holiday(_) => false,
        }
    }

    /// Working days after `from` (not counted itself) up to and with `to`; 0 if `to` is not after `from`.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let days = from.series(1.day()).skip(1).take_while(|day| *day <= to);
        days.filter(|day| self.is_working(*day)).count() as u32
    }

    /// A day with the years between `from` and it that are not known.
    fn reckoned(&self, from: Date, day: Date) -> Reckoned {
        let unknown_years = (from.year()..=day.year()).filter(|year| !self.knows(*year)).collect();
        Reckoned { day, unknown_years }
    }
}

impl Arrangement {
    /// Reads one year's arrangement and refuses one that could not be meant.
    pub fn parse(json: &str) -> Result<Self, ArrangementError> {
        let arrangement: Self = serde_json::from_str(json)?;
        arrangement.check()?;
        Ok(arrangement)
    }

    fn check(&self) -> Result<(), ArrangementError> {
        let wrong = |problem: String, remedy| {
            Err(ArrangementError::Contradiction { year: self.year, problem, remedy })
        };
        if self.holidays.is_empty() || self.holidays.len() + self.worked.len() > ENTRIES_MAX {
            return wrong(
                format!("it has {} holidays", self.holidays.len()),
                "write the notice's holidays, one entry each",
            );
        }
        for holiday in &self.holidays {
            let days = (holiday.to - holiday.from).get_days();
            if !(0..HOLIDAY_DAYS_MAX).contains(&days) {
                let problem = format!("a holiday runs from {} to {}", holiday.from, holiday.to);
                return wrong(problem, "write its first and last day");
            }
            if holiday.to.year() != self.year {
                let problem = format!("a holiday ends on {}, in another year", holiday.to);
                return wrong(problem, "write it in that year's arrangement");
            }
        }
        for day in &self.worked {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let off = self.holidays.iter().any(|holiday| holiday.from <= *day && *day <= holiday.to);
            if !weekend || off {
                let problem =
                    format!("{day} is worked and is {}", if off { "a holiday" } else { "no weekend" });
                return wrong(problem, "worked days are weekends outside holidays");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
