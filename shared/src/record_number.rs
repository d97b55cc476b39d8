//! The number of a measurement in the national network (JLBH): point, line, second (STANDARDS.md 7.1).
//!
//! It is made of what a record holds anyway and is exact to the second only, so it is for exchange with other systems;
//! our own name of a passage is [`PassageId`](crate::ids::PassageId).

use std::fmt;

use jiff::civil::DateTime;

use crate::ids::StationId;

/// 26 characters: the monitoring point's 10, its line's 2, `yyyyMMddHHmmss` in the law's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordNumber {
    station: StationId,
    line: u8,     // Invariant: at most 99.
    at: DateTime, // Invariant: a year of four digits.
}

impl RecordNumber {
    /// The number of what line `line` (YCXBH) of a point measured at this local time; `None` for a line above 99 or a
    /// year that four digits do not tell.
    pub fn new(station: StationId, line: u8, at: DateTime) -> Option<Self> {
        (line <= 99 && (0..=9_999).contains(&at.year())).then_some(Self { station, line, at })
    }
}

impl fmt::Display for RecordNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { station, line, at } = self;
        write!(f, "{station}{line:02}{:04}{:02}{:02}", at.year(), at.month(), at.day())?;
        write!(f, "{:02}{:02}{:02}", at.hour(), at.minute(), at.second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_26_characters_or_is_none() {
        let station: StationId = "A140105001".parse().unwrap();
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        let number = RecordNumber::new(station, 1, at("0987-01-02T03:04:05.999")).unwrap();
        assert_eq!(number.to_string(), "A1401050010109870102030405");
        assert_eq!(RecordNumber::new(station, 100, at("2026-01-01T00:00:00")), None);
        assert_eq!(RecordNumber::new(station, 1, at("-000001-01-01T00:00:00")), None);
    }
}
