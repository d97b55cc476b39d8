use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn working(days: u32) -> Period {
    Period { days, count: Count::Working }
}

fn calendar(days: u32) -> Period {
    Period { days, count: Count::Calendar }
}

#[test]
fn the_shipped_years_are_read_and_could_be_meant() {
    let calendar = WorkCalendar::shipped();
    let years: Vec<i16> = calendar.arrangements().map(|one| one.year).collect();
    assert_eq!(years, [2024, 2025, 2026]);
    for one in calendar.arrangements() {
        one.check().unwrap();
        assert!(one.source.zh.contains("国务院办公厅"), "{}", one.year);
    }
}

/// Legal holidays are 11 days in 2024 and 13 from 2025 on (全国年节及纪念日放假办法, revised November 2024): of a year's
/// weekdays so many are off, each day off beyond them is paid for with a worked weekend.
#[test]
fn every_exchange_is_paid_for() {
    let calendar = WorkCalendar::shipped();
    for (year, legal) in [(2024, 11), (2025, 13), (2026, 13)] {
        let all: Vec<Date> =
            day(&format!("{year}-01-01")).series(1.day()).take_while(|d| d.year() == year).collect();
        let weekdays =
            all.iter().filter(|d| !matches!(d.weekday(), Weekday::Saturday | Weekday::Sunday)).count();
        let worked = all.iter().filter(|d| calendar.is_working(**d)).count();
        // A legal holiday on a weekend is made up for by a weekday off, so each costs one working day.
        assert_eq!(weekdays - worked, legal, "{year}");
    }
}

#[test]
fn a_day_is_what_the_notice_makes_it() {
    let calendar = WorkCalendar::shipped();
    assert_eq!(calendar.kind(day("2026-02-14")), DayKind::WorkedWeekend);
    assert!(matches!(calendar.kind(day("2026-02-23")), DayKind::Holiday(name) if name.zh == "春节"));
    assert_eq!(calendar.kind(day("2026-02-24")), DayKind::Working);
    assert_eq!(calendar.kind(day("2026-11-28")), DayKind::Weekend);
}

#[test]
fn deadlines_are_these() {
    let calendar_of_china = WorkCalendar::shipped();
    for (from, period, expected) in [
        // Over the National Day of 2026, with 10 October worked: 8, 9, 10, 12, 13 October.
        ("2026-09-30", working(5), "2026-10-13"),
        // Counting begins with the day after; Friday to Monday.
        ("2026-11-27", working(1), "2026-11-30"),
        ("2026-11-27", working(15), "2026-12-18"),
        // The tenth calendar day is 7 October, a holiday: the period ends on the 8th.
        ("2026-09-27", calendar(10), "2026-10-08"),
        // 30 days of a public notice end on a Sunday: the Monday after.
        ("2026-10-30", calendar(30), "2026-11-30"),
        ("2026-11-27", working(0), "2026-11-27"),
    ] {
        let reckoned = calendar_of_china.deadline(day(from), period);
        assert_eq!((reckoned.day, reckoned.unknown_years), (day(expected), vec![]), "{from} {period:?}");
    }
}

/// Nobody knows the holidays of a year before the State Council's notice: weekends alone are counted, and it is said.
#[test]
fn beyond_the_table_weekends_alone_count_and_it_is_said() {
    let calendar = WorkCalendar::shipped();
    let reckoned = calendar.deadline(day("2026-12-18"), working(15));
    assert_eq!((reckoned.day, reckoned.unknown_years), (day("2027-01-08"), vec![2027]));
    let json = r#"{"year":2027,"source":{"zh":"国务院办公厅","en":"notice"},"confidence":"low",
        "holidays":[{"name":{"zh":"元旦","en":"New Year"},"from":"2026-12-31","to":"2027-01-01"}],
        "worked":["2027-01-03"]}"#;
    let calendar = calendar.with(Arrangement::parse(json).unwrap());
    let reckoned = calendar.deadline(day("2026-12-18"), working(15));
    // 21 to 25, 28 to 30 December; 3 to 8 January; the fifteenth is the 11th.
    assert_eq!((reckoned.day, reckoned.unknown_years), (day("2027-01-11"), vec![]));
}

#[test]
fn an_arrangement_that_cannot_be_meant_is_refused_with_a_remedy() {
    let with = |holidays: &str, worked: &str| {
        let json = format!(
            r#"{{"year":2027,"source":{{"zh":"a","en":"b"}},"confidence":"low","holidays":[{holidays}],"worked":[{worked}]}}"#
        );
        Arrangement::parse(&json).map(drop).map_err(|error| error.to_string())
    };
    let new_year = r#"{"name":{"zh":"元旦","en":"New Year"},"from":"2027-01-01","to":"2027-01-03"}"#;
    assert_eq!(with(new_year, ""), Ok(()));
    for (holidays, worked, part) in [
        ("", "", "holidays"),
        (&new_year.replace("2027-01-03", "2026-12-30"), "", "first and last"),
        (&new_year.replace("2027", "2026"), "", "another year"),
        (new_year, r#""2027-01-05""#, "no weekend"),
        (new_year, r#""2027-01-03""#, "a holiday"),
    ] {
        let said = with(holidays, worked).unwrap_err();
        assert!(said.contains(part), "{said}");
    }
    assert!(matches!(Arrangement::parse("{"), Err(ArrangementError::Malformed(_))));
}

fn any_day() -> impl Strategy<Value = Date> {
    (0i64..1_400).prop_map(|days| day("2024-01-01").saturating_add(days.days()))
}

proptest! {
    /// A deadline of working days is a working day, that many after the event, and none earlier is.
    #[test]
    fn a_deadline_of_working_days_is_counted_out_one_by_one(from in any_day(), days in 1u32..80) {
        let calendar = WorkCalendar::shipped();
        let due = calendar.deadline(from, working(days)).day;
        prop_assert!(calendar.is_working(due));
        prop_assert_eq!(calendar.working_days_between(from, due), days);
        prop_assert_eq!(calendar.working_days_between(from, due.yesterday().unwrap()), days - 1);
    }

    /// Later events and longer periods never end earlier; what is left plus what is gone is the whole.
    #[test]
    fn deadlines_keep_their_order(from in any_day(), later in 0i64..30, days in 0u32..60, more in 0u32..20, working_days in any::<bool>()) {
        let table = WorkCalendar::shipped();
        let count = if working_days { Count::Working } else { Count::Calendar };
        let period = |days| Period { days, count };
        let due = table.deadline(from, period(days)).day;
        prop_assert!(due >= from);
        prop_assert!(table.deadline(from, period(days + more)).day >= due);
        prop_assert!(table.deadline(from.saturating_add(later.days()), period(days)).day >= due);
        prop_assert_eq!(table.remaining(due, due, count), 0);
        if working_days {
            prop_assert_eq!(table.remaining(from, due, count), days);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = Arrangement::parse(&text);
    }
}
