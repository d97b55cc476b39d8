//! Numbers of a programme as dated data: each with where it stands and how sure we are, national or a region's own.
//!
//! What holds at a place on a day is the edition of the smallest region that contains the place, and of that region the
//! newest that is in force. An edition is whole: a region that differs in one number writes them all.

use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::{RulebookRef, SourceConfidence};
use serde::{Deserialize, Serialize};

/// A number (or a list of words) of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruled<T> {
    /// The number.
    pub value: T,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// One edition: where and from when it holds, and its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition<T> {
    /// Where it holds; `000000` is the whole country.
    pub region: Region,
    /// Its name: the day and a number from 1.
    pub version: String,
    /// First legal day it applies to.
    pub in_force_from: Date,
    /// The numbers.
    pub rules: T,
}

/// Every edition of one programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Editions<T> {
    /// The programme's number.
    pub id: String,
    /// Its editions, in any order.
    pub editions: Vec<Edition<T>>,
}

/// A file of editions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EditionsError {
    /// It is none.
    #[error("the file of editions cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// Nothing holds for the whole country.
    #[error("{0} has no edition for the whole country")]
    NoNational(String),
    /// A version does not name its day.
    #[error("edition {0} must be named for the day it is in force from, with a number from 1")]
    Version(String),
    /// Two of one place and name.
    #[error("edition {0} stands twice")]
    Twice(String),
}

impl<T: for<'de> Deserialize<'de>> Editions<T> {
    /// Reads editions and refuses what could not be meant.
    pub fn parse(json: &str) -> Result<Self, EditionsError> {
        let editions: Self = serde_json::from_str(json)?;
        if !editions.editions.iter().any(|edition| edition.region == Region::COUNTRY) {
            return Err(EditionsError::NoNational(editions.id));
        }
        for (at, edition) in editions.editions.iter().enumerate() {
            let day = edition.in_force_from.to_string();
            let number = edition.version.strip_prefix(&day).and_then(|rest| rest.strip_prefix('.'));
            if number.and_then(|number| number.parse::<u32>().ok()).is_none_or(|number| number == 0) {
                return Err(EditionsError::Version(edition.version.clone()));
            }
            let same =
                |other: &&Edition<T>| (other.region, &other.version) == (edition.region, &edition.version);
            if editions.editions[..at].iter().any(|other| same(&other)) {
                return Err(EditionsError::Twice(edition.version.clone()));
            }
        }
        Ok(editions)
    }
}

impl<T> Editions<T> {
    /// The edition that holds at a place on a day; before all of them the first national one.
    pub fn in_force(&self, region: Region, day: Date) -> &Edition<T> {
        let holds = self
            .editions
            .iter()
            .filter(|edition| edition.region.contains(region) && edition.in_force_from <= day)
            .max_by_key(|edition| (edition.region.level(), edition.in_force_from, edition.version.clone()));
        let national = self.editions.iter().filter(|edition| edition.region == Region::COUNTRY);
        holds
            .or_else(|| national.min_by_key(|edition| edition.in_force_from))
            .expect("the parser saw an edition for the whole country")
    }

    /// What a decision by this edition names.
    pub fn reference(&self, edition: &Edition<T>) -> RulebookRef {
        RulebookRef { id: self.id.clone(), version: edition.version.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editions(text: &str) -> Result<Editions<Ruled<u32>>, EditionsError> {
        Editions::parse(&format!(r#"{{"id":"x","editions":[{text}]}}"#))
    }

    fn edition(region: &str, version: &str, value: u32) -> String {
        let day = &version[..10];
        format!(
            r#"{{"region":"{region}","version":"{version}","in_force_from":"{day}",
               "rules":{{"value":{value},"clause":"1","confidence":"low"}}}}"#
        )
    }

    #[test]
    fn the_smallest_region_and_its_newest_edition_hold() {
        let all = [
            edition("000000", "2020-01-01.1", 1),
            edition("000000", "2026-01-01.1", 2),
            edition("140000", "2022-01-01.1", 3),
            edition("140100", "2026-06-01.1", 4),
        ];
        let all = editions(&all.join(",")).unwrap();
        let value =
            |region: &str, day: &str| all.in_force(region.parse().unwrap(), day.parse().unwrap()).rules.value;
        assert_eq!(value("110000", "2019-01-01"), 1, "before all of them the first");
        assert_eq!(value("110000", "2025-12-31"), 1);
        assert_eq!(value("110000", "2026-01-01"), 2);
        assert_eq!(value("140105", "2026-05-31"), 3, "the province's goes before the newer national one");
        assert_eq!(value("140105", "2026-06-01"), 4);
    }

    #[test]
    fn what_could_not_be_meant_is_refused() {
        let regional = edition("140000", "2022-01-01.1", 3);
        assert!(matches!(editions(&regional), Err(EditionsError::NoNational(_))));
        let national = edition("000000", "2020-01-01.1", 1);
        assert!(matches!(editions(&[&*national, &*national].join(",")), Err(EditionsError::Twice(_))));
        let other_day = national.replacen("2020-01-01.1", "2020-01-02.1", 1);
        assert!(matches!(editions(&other_day), Err(EditionsError::Version(_))));
        assert!(matches!(editions("1"), Err(EditionsError::Malformed(_))));
    }
}
