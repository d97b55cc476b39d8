//! When a carrier is proposed for the blacklist, and for how long a listing holds.
//!
//! The policy says: transport carriers whose vehicles that exceeded within one year are 10 % or more of all their
//! vehicles (环大气〔2018〕179号; 晋政办发〔2019〕39号, item 20). What it leaves open (whose day's fleet counts, what of a
//! fleet so small that one vehicle is above the share, how long a listing holds) stands here as our own reading, with
//! low confidence, for a region to lay its own over.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::check::Contradiction;
use super::edition::{self, Edition, Revision};
use super::region::{RegionalOverride, Standard, foreign, latest};
use super::{RulebookError, RulebookRef, SourceConfidence};
use crate::language::Bilingual;

/// Months of a window or a term: more is a mistake.
const MONTHS_MAX: u32 = 120;
/// Vehicles that a fleet called small may have: more is a mistake.
const SMALL_MAX: u32 = 1_000;
/// The longest name of a standard, bytes.
const ID_BYTES_MAX: usize = 60;

/// One edition of the rule of listings as we apply it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingRulebook {
    /// The number of the act.
    pub id: String,
    /// Our edition of it: a proposal names it, so any change of a number makes a new one.
    pub version: String,
    /// First legal day it applies to.
    pub in_force_from: Date,
    /// The act's title.
    pub title: Bilingual,
    /// Which share of the fleet.
    pub share: ShareRule,
    /// Within what.
    pub window: WindowRule,
    /// Which day's fleet the share is of.
    pub fleet: FleetRule,
    /// What small fleets need besides.
    pub small_fleets: SmallFleetRule,
    /// For how long a listing may hold.
    pub term: TermRule,
}

/// The share from which a listing is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareRule {
    /// Exceeding vehicles ÷ fleet of so many thousandths or more; the share itself lists (10 %以上 holds 10 %).
    pub at_least_per_mille: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the number.
    pub confidence: SourceConfidence,
}

/// How far back an exceedance counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowRule {
    /// So many calendar months, the last day's corresponding one included.
    pub months: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the number.
    pub confidence: SourceConfidence,
}

/// Which day's fleet the share is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetRule {
    /// The day.
    pub counted_on: FleetDay,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of it.
    pub confidence: SourceConfidence,
}

/// A day on which a fleet is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FleetDay {
    /// The day on which the share is taken.
    Assessed,
    /// The day of the newest exceedance that counts: what the carrier buys or sells afterwards changes nothing.
    NewestExceedance,
}

/// What a small fleet needs besides the share: of nine vehicles one alone is above 10 %.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallFleetRule {
    /// A fleet below so many vehicles is small.
    pub below: u32,
    /// Then at least so many vehicles must have exceeded.
    pub exceeding_at_least: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the numbers.
    pub confidence: SourceConfidence,
}

/// For how long a listing may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermRule {
    /// So many calendar months from its first day at most.
    pub months_at_most: u32,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the number.
    pub confidence: SourceConfidence,
}

/// What a region lays over the rule of listings: each part takes the place of the national one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingChange {
    /// Another share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareRule>,
    /// Another window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowRule>,
    /// Another day of the fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<FleetRule>,
    /// Another floor of small fleets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small_fleets: Option<SmallFleetRule>,
    /// Another term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<TermRule>,
}

impl ListingRulebook {
    /// Reads a rulebook and refuses one that could not be meant.
    pub fn parse(json: &str) -> Result<Self, RulebookError> {
        let book: Self = serde_json::from_str(json)?;
        Standard::check(&book)?;
        Ok(book)
    }

    /// The blacklist of 环大气〔2018〕179号 as shipped.
    pub fn blacklist() -> Self {
        Self::parse(include_str!("../../rulebooks/blacklist-2018.json"))
            .expect("a test reads the shipped file")
    }

    /// What a proposal names.
    pub fn reference(&self) -> RulebookRef {
        RulebookRef { id: self.id.clone(), version: self.version.clone() }
    }
}

impl Standard for ListingRulebook {
    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn revision(&self) -> Option<Revision> {
        self.version.parse().ok()
    }

    fn lay_over(&mut self, change: &RegionalOverride) -> Result<(), Contradiction> {
        let Some(listing) = &change.listing else {
            return Err(foreign(change, "listing", "listings"));
        };
        let ListingChange { share, window, fleet, small_fleets, term } = listing.clone();
        self.share = share.unwrap_or_else(|| self.share.clone());
        self.window = window.unwrap_or_else(|| self.window.clone());
        self.fleet = fleet.unwrap_or_else(|| self.fleet.clone());
        self.small_fleets = small_fleets.unwrap_or_else(|| self.small_fleets.clone());
        self.term = term.unwrap_or_else(|| self.term.clone());
        Ok(())
    }

    fn name(&mut self, edition: &Edition) {
        self.version = edition.to_string();
        self.in_force_from = latest(edition);
    }

    fn check(&self) -> Result<(), Contradiction> {
        let wrong =
            |item: &str, problem: &str, remedy: &str| Contradiction::new(&self.id, item, problem, remedy);
        if self.id.is_empty() || self.id.len() > ID_BYTES_MAX {
            return Err(wrong("id", "the act has no name, or one too long", "write its number"));
        }
        edition::named(&self.version, self.in_force_from)
            .map_err(|error| wrong("version", "it does not name the edition", &error.to_string()))?;
        if !(1..=1_000).contains(&self.share.at_least_per_mille) {
            let remedy = "write 1 to 1000 thousandths; 10 % is 100";
            return Err(wrong("share.at_least_per_mille", "the share cannot be meant", remedy));
        }
        for (item, months) in
            [("window.months", self.window.months), ("term.months_at_most", self.term.months_at_most)]
        {
            if !(1..=MONTHS_MAX).contains(&months) {
                return Err(wrong(item, "the number of months cannot be meant", "write 1 to 120"));
            }
        }
        if self.small_fleets.below > SMALL_MAX {
            return Err(wrong("small_fleets.below", "the fleet is not small", "write 0 to 1000 vehicles"));
        }
        if self.small_fleets.exceeding_at_least > self.small_fleets.below {
            let problem = "no small fleet has so many vehicles, so none could ever be listed";
            let remedy = "write at most as many as small_fleets.below";
            return Err(wrong("small_fleets.exceeding_at_least", problem, remedy));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Region;
    use crate::rulebook::{Library, Source};

    #[test]
    fn the_shipped_rule_is_what_the_policy_says() {
        let book = ListingRulebook::blacklist();
        assert_eq!((book.share.at_least_per_mille, book.window.months), (100, 12));
        assert_eq!(book.share.confidence, SourceConfidence::High);
        let ours = [book.fleet.confidence, book.small_fleets.confidence, book.term.confidence];
        assert_eq!(ours, [SourceConfidence::Low; 3], "what the policy leaves open is marked so");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_place() {
        let shipped = include_str!("../../rulebooks/blacklist-2018.json");
        for (was, is, place) in [
            ("\"at_least_per_mille\": 100", "\"at_least_per_mille\": 0", "share.at_least_per_mille"),
            ("\"months\": 12", "\"months\": 121", "window.months"),
            ("\"months_at_most\": 12", "\"months_at_most\": 0", "term.months_at_most"),
            ("\"below\": 10", "\"below\": 1", "small_fleets.exceeding_at_least"),
            ("2018-12-30.1", "2018-12-31.1", "version"),
        ] {
            let text = shipped.replacen(was, is, 1);
            assert_ne!(text, shipped, "{was}");
            match ListingRulebook::parse(&text) {
                Err(RulebookError::Contradiction(found)) => assert_eq!(found.item, place),
                other => panic!("{is}: {other:?}"),
            }
        }
    }

    fn shanxi(part: &str) -> (String, Source) {
        let json = format!(
            r#"{{"overrides":"环大气〔2018〕179号","region":"140000","version":"2026-07-01.1",
            "in_force_from":"2026-07-01","title":{{"zh":"示例","en":"sample"}},{part}}}"#
        );
        ("shanxi.json".to_owned(), Source::parse("shanxi.json", &json).unwrap())
    }

    #[test]
    fn a_region_lays_its_own_share_over_the_nations_from_its_day() {
        let part = r#""listing":{"share":{"at_least_per_mille":80,"clause":"晋 sample","confidence":"low"}}"#;
        let library = Library::new(vec![shanxi(part)]).unwrap();
        let of = |region: &str, day: &str| {
            let book = library.listings(region.parse().unwrap(), day.parse().unwrap());
            (book.share.at_least_per_mille, book.version)
        };
        assert_eq!(of("140105", "2026-06-30"), (100, "2018-12-30.1".to_owned()));
        assert_eq!(of("140105", "2026-07-01"), (80, "2018-12-30.1+140000:2026-07-01.1".to_owned()));
        assert_eq!(of("110105", "2026-07-01").0, 100);
        assert_eq!(library.listings(Region::COUNTRY, "2026-07-01".parse().unwrap()).window.months, 12);
    }

    #[test]
    fn an_override_of_another_kind_of_standard_is_refused() {
        let part = r#""limits":[{"item":"no","at_most":1,"clause":"x","confidence":"low"}]"#;
        assert!(Library::new(vec![shanxi(part)]).is_err());
    }
}
