//! What papers are made of. Texts are what a person reads; nothing here is markup.

use jiff::civil::Date;
use plumewatch_shared::language::Bilingual;
use serde::Serialize;

/// A civil day at the law's place, as both languages write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

impl From<Date> for Day {
    fn from(day: Date) -> Self {
        Self(day)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// As templates see it: the words, and the numbers for a template that writes its own.
        #[derive(Serialize)]
        struct Written {
            zh: String,
            en: String,
            year: i16,
            month: i8,
            day: i8,
        }
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        let zh = format!("{year}年{month}月{day}日");
        let en = format!("{day} {} {year}", self.0.strftime("%B"));
        Written { zh, en, year, month, day }.serialize(serializer)
    }
}

/// What every paper says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Who issues it: the letterhead.
    pub issuer: Bilingual,
    /// The issuer's address; `None` leaves the line out.
    pub address: Option<String>,
    /// The issuer's telephone.
    pub phone: Option<String>,
    /// The paper's own number.
    pub number: String,
    /// The record it was made from, such as a case's id.
    pub record: String,
    /// The day that stands on it: of the act it tells of, never of the printing.
    pub issued: Day,
}

/// A vehicle as a paper names it. What is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Vehicle {
    /// Its plate.
    pub plate: String,
    /// The plate's colour.
    pub plate_colour: Option<Bilingual>,
    /// Vehicle identification number.
    pub vin: Option<String>,
    /// Class and make, such as 重型货车.
    pub class: Option<Bilingual>,
    /// Fuel.
    pub fuel: Option<Bilingual>,
    /// Emission stage, such as 国五.
    pub stage: Option<Bilingual>,
    /// First registration.
    pub first_registered: Option<Day>,
    /// Owner, as registered.
    pub owner: Option<String>,
    /// The carrier whose fleet it belongs to.
    pub carrier: Option<String>,
}

/// An inspection station or a repair shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its code in the register.
    pub code: String,
    /// Where it is.
    pub address: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
}

/// One exceedance as an instrument beside the road saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// When, at the law's place, to the second.
    pub at: String,
    /// Where.
    pub place: String,
    /// What was measured.
    pub item: Bilingual,
    /// The value with its unit.
    pub measured: String,
    /// The limit with its unit.
    pub limit: String,
    /// The rulebook's edition that judged.
    pub edition: String,
    /// The record's id.
    pub record: String,
}

/// One item of an inspection against its limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// What was measured or looked at.
    pub item: Bilingual,
    /// The value with its unit.
    pub measured: String,
    /// The limit with its unit; empty where there is none, as for a look at the outside.
    pub limit: String,
    /// Passed?
    pub passed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_both_languages_write_it() {
        let day = Day(jiff::civil::date(2026, 3, 9));
        let written = serde_json::to_value(day).unwrap();
        assert_eq!(
            (written["zh"].as_str(), written["en"].as_str()),
            (Some("2026年3月9日"), Some("9 March 2026"))
        );
    }
}
