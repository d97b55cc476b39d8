//! Days as people write them in tables.

use jiff::civil::{Date, DateTime, Time, date};

/// No day of a record lies before: a vehicle, a station or a certificate of 1900 is a slip of the pen.
pub const EARLIEST: Date = date(1950, 1, 1);

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongDay {
    /// It has none of the forms that are read.
    Form,
    /// The form is right, and there is no such day.
    NoSuchDay,
}

/// The day of a text: `2026-11-27`, `2026/11/27`, `2026.11.27`, `2026年11月27日`, `20261127`; month and day may have one
/// digit where they are separated. A time behind it is left out. Day-month-year is not read: 03/04/2026 is two days.
pub fn day_of_text(text: &str) -> Result<Date, WrongDay> {
    let text = text.trim();
    let day = text.split([' ', 'T', '\u{3000}']).next().unwrap_or_default();
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return of_numbers(&day[..4], &day[4..6], &day[6..]);
    }
    let separated = ["-", "/", "."].into_iter().find_map(|separator| {
        let mut parts = day.split(separator);
        let three = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(three)
    });
    let chinese = || {
        let (year, rest) = day.split_once('年')?;
        let (month, rest) = rest.split_once('月')?;
        Some((year, month, rest.strip_suffix('日').or_else(|| rest.strip_suffix('号'))?))
    };
    let (year, month, day) = separated.or_else(chinese).ok_or(WrongDay::Form)?;
    of_numbers(year, month, day)
}

/// The time of a text: a day as [`day_of_text`] reads it, then hour and minute, perhaps seconds: `2026-11-27 09:30`,
/// `2026/11/27T9:30:00`. `None` if it has none of these forms; a day alone is no time.
pub fn time_of_text(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (day, clock) = text.split_once([' ', 'T', '\u{3000}'])?;
    let mut parts = clock.trim().split([':', '：']);
    let mut number = || parts.next().map(|part| part.parse::<i8>().ok().filter(|_| part.len() <= 2));
    let (hour, minute) = (number()??, number()??);
    let second = number().unwrap_or(Some(0))?;
    let clock = Time::new(hour, minute, second, 0).ok()?;
    parts.next().is_none().then_some(day_of_text(day).ok()?.to_datetime(clock))
}

fn of_numbers(year: &str, month: &str, day: &str) -> Result<Date, WrongDay> {
    let digits = |text: &str, most: usize| {
        (!text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())
            .flatten()
            .ok_or(WrongDay::Form)
    };
    if year.len() != 4 {
        return Err(WrongDay::Form);
    }
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let small = |number: i16| i8::try_from(number).map_err(|_| WrongDay::NoSuchDay);
    Date::new(year, small(month)?, small(day)?).map_err(|_| WrongDay::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_usual_form_is_the_same_day() {
        for text in [
            "2026-11-07",
            "2026-11-7",
            "2026/11/7",
            "2026.11.07",
            "2026年11月7日",
            "2026年11月07号",
            "20261107",
            " 2026-11-07 ",
            "2026-11-07 08:30:00",
            "2026-11-07T08:30",
        ] {
            assert_eq!(day_of_text(text), Ok(date(2026, 11, 7)), "{text}");
        }
    }

    #[test]
    fn what_could_be_two_days_or_none_is_refused() {
        for text in
            ["07/11/2026", "26-11-07", "2026-11", "45943", "昨天", "", "2026-11-07-01", "２０２６-11-07"]
        {
            assert_eq!(day_of_text(text), Err(WrongDay::Form), "{text}");
        }
        for text in ["2026-02-30", "2026-13-01", "20260230", "2026-00-10"] {
            assert_eq!(day_of_text(text), Err(WrongDay::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn a_time_is_a_day_with_hour_and_minute() {
        let wanted = date(2026, 11, 7).at(9, 30, 0, 0);
        for text in ["2026-11-07 09:30", "2026/11/7 9:30", "2026-11-07T09:30:00", " 2026年11月7日 9：30 "]
        {
            assert_eq!(time_of_text(text), Some(wanted), "{text}");
        }
        for text in ["2026-11-07", "2026-11-07 9", "2026-11-07 24:00", "2026-11-07 09:30:00:1", "09:30", ""] {
            assert_eq!(time_of_text(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}", near in "[0-9年月日/.\\-]{0,14}") {
            let _ = day_of_text(&text);
            let _ = day_of_text(&near);
            let _ = time_of_text(&near);
        }

        #[test]
        fn a_day_reads_back_from_each_form(year in 1900i16..2200, month in 1i8..=12, day in 1i8..=28) {
            let wanted = date(year, month, day);
            for text in [
                wanted.to_string(),
                format!("{year}/{month}/{day}"),
                format!("{year}年{month}月{day}日"),
                format!("{year}{month:02}{day:02}"),
            ] {
                prop_assert_eq!(day_of_text(&text), Ok(wanted));
            }
        }
    }
}
