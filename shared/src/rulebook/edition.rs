//! How an edition is named, so that a verdict's rulebook is never in doubt.
//!
//! `2017-07-27.1` is the first edition of ours that is in force from that day; a corrected number makes `.2`. What a
//! region lays over it follows, from the province down: `2017-07-27.1+140000:2026-07-01.1+140100:2026-09-01.2`.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

use crate::ids::Region;

/// The longest version, bytes: one national and three regional revisions fit with room.
pub const VERSION_BYTES_MAX: usize = 120;

/// A day and which edition of that day. Later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The first legal day.
    pub from: Date,
    /// Counts the editions in force from that day, from 1.
    pub number: u32,
}

/// What a version says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Of the national text.
    pub national: Revision,
    /// Of what regions lay over it, the widest first.
    pub regional: Vec<(Region, Revision)>,
}

/// A version is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditionError {
    /// It is not written as one.
    #[error("write the day it is in force from, a dot, and a number from 1, such as 2017-07-27.1")]
    Grammar,
    /// It names another day than the rulebook.
    #[error("its day and in_force_from differ; write the same day in both")]
    OtherDay,
}

impl FromStr for Revision {
    type Err = EditionError;

    fn from_str(text: &str) -> Result<Self, EditionError> {
        let (day, number) = text.split_once('.').ok_or(EditionError::Grammar)?;
        let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
        match (day.len() == 10, day.parse(), number.parse()) {
            (true, Ok(from), Ok(number)) if plain => Ok(Self { from, number }),
            _ => Err(EditionError::Grammar),
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.from, self.number)
    }
}

impl FromStr for Edition {
    type Err = EditionError;

    fn from_str(text: &str) -> Result<Self, EditionError> {
        if text.len() > VERSION_BYTES_MAX {
            return Err(EditionError::Grammar);
        }
        let mut parts = text.split('+');
        let national = parts.next().ok_or(EditionError::Grammar)?.parse()?;
        let regional: Vec<(Region, Revision)> = parts
            .map(|part| {
                let (region, revision) = part.split_once(':').ok_or(EditionError::Grammar)?;
                Ok((region.parse().map_err(|_| EditionError::Grammar)?, revision.parse()?))
            })
            .collect::<Result<_, EditionError>>()?;
        let narrows = regional.windows(2).all(|two| two[0].0 != two[1].0 && two[0].0.contains(two[1].0));
        if narrows { Ok(Self { national, regional }) } else { Err(EditionError::Grammar) }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.national)?;
        self.regional.iter().try_for_each(|(region, revision)| write!(f, "+{region}:{revision}"))
    }
}

/// The edition that a version names, if its latest day is the one that the rulebook is in force from.
pub fn named(version: &str, in_force_from: Date) -> Result<Edition, EditionError> {
    let edition: Edition = version.parse()?;
    let days = edition.regional.iter().map(|(_, revision)| revision.from);
    match days.chain([edition.national.from]).max() {
        Some(day) if day == in_force_from => Ok(edition),
        Some(_) | None => Err(EditionError::OtherDay),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_version_reads_back_as_it_was_written() {
        for text in ["2017-07-27.1", "2017-07-27.12+140000:2026-07-01.1+140105:2026-09-01.2"] {
            assert_eq!(text.parse::<Edition>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        for text in [
            "",
            "2017-07-27",
            "2017-07-27.0",
            "2017-07-27.01",
            "2017-07-27.+1",
            "20170727.1",
            "2017-07-27.1+140105:2026-07-01.1+140000:2026-07-01.1",
            "2017-07-27.1+140000:2026-07-01.1+140000:2026-07-01.2",
            "2017-07-27.1+140000:2026-07-01.1+110000:2026-07-01.1",
        ] {
            assert_eq!(text.parse::<Edition>(), Err(EditionError::Grammar), "{text}");
        }
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(named("2017-07-27.1", day("2017-07-28")), Err(EditionError::OtherDay));
        assert!(named("2017-07-27.1+140000:2026-07-01.1", day("2026-07-01")).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*", near in "[0-9.+:-]{0,60}") {
            let _ = text.parse::<Edition>();
            if let Ok(edition) = near.parse::<Edition>() {
                prop_assert_eq!(edition.to_string(), near);
            }
        }
    }
}
