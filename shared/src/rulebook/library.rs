//! All rulebooks that are known, and which of them holds where and when.
//!
//! What holds at a place on a day is the national edition of the latest day (and of that day the highest number),
//! with the override of its province, of its city and of its county laid over it in this order: of each region the
//! newest that holds on the day. The order in which files are read decides nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::casework::CaseworkRules;
use super::check::Contradiction;
use super::edition::Edition;
use super::listing::ListingRulebook;
use super::region::{RegionalOverride, Standard};
use super::{Rulebook, RulebookError};
use crate::exhaust_test::{TestRulebook, TestRulebookError};
use crate::ids::Region;

/// Editions of one standard that one region may have, past and to come: a decade of yearly changes at each level.
pub const EDITIONS_MAX: usize = 16;

/// Overrides in all: every city of the country three times over.
pub const OVERRIDES_MAX: usize = 1_000;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A national rulebook of passages.
    Passages(Rulebook),
    /// A national rulebook of tests.
    Tests(TestRulebook),
    /// National rules of casework.
    Casework(CaseworkRules),
    /// A national rule of listings.
    Listings(ListingRulebook),
    /// What a region changes.
    Override(Box<RegionalOverride>),
}

/// A file, or the files together, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A file is no rulebook.
    #[error("{file} is no rulebook")]
    Rulebook {
        /// Which.
        file: String,
        /// Why.
        source: RulebookError,
    },
    /// A file is no rulebook of tests.
    #[error("{file} is no rulebook of tests")]
    Tests {
        /// Which.
        file: String,
        /// Why.
        source: TestRulebookError,
    },
    /// A file contradicts itself or another.
    #[error("{file} cannot be used")]
    Contradiction {
        /// Which.
        file: String,
        /// What, where, and what to do.
        source: Contradiction,
    },
}

impl Source {
    /// Reads one file; `file` is named in errors. An override says `overrides`, a rulebook of tests `classes`, rules of
    /// casework `confirmations`, a rule of listings `share`.
    pub fn parse(file: &str, json: &str) -> Result<Self, LibraryError> {
        let rulebook = |source: RulebookError| LibraryError::Rulebook { file: file.to_owned(), source };
        let value: serde_json::Value =
            serde_json::from_str(json).map_err(|error| rulebook(RulebookError::Malformed(error)))?;
        if value.get("overrides").is_some() {
            let change: RegionalOverride =
                serde_json::from_str(json).map_err(|error| rulebook(RulebookError::Malformed(error)))?;
            change.check().map_err(|error| rulebook(RulebookError::Contradiction(error)))?;
            Ok(Self::Override(Box::new(change)))
        } else if value.get("classes").is_some() {
            let tests = TestRulebook::parse(json)
                .map_err(|source| LibraryError::Tests { file: file.to_owned(), source })?;
            Ok(Self::Tests(tests))
        } else if value.get("confirmations").is_some() {
            Ok(Self::Casework(CaseworkRules::parse(json).map_err(rulebook)?))
        } else if value.get("share").is_some() {
            Ok(Self::Listings(ListingRulebook::parse(json).map_err(rulebook)?))
        } else {
            Ok(Self::Passages(Rulebook::parse(json).map_err(rulebook)?))
        }
    }
}

/// All rulebooks. The shipped ones are always among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    passages: Vec<Rulebook>,
    tests: Vec<TestRulebook>,
    casework: Vec<CaseworkRules>,
    listings: Vec<ListingRulebook>,
    overrides: Vec<RegionalOverride>,
}

impl Library {
    /// The shipped rulebooks alone.
    pub fn shipped() -> Self {
        Self {
            passages: vec![Rulebook::hj845()],
            tests: vec![TestRulebook::gb3847(), TestRulebook::gb36886()],
            casework: vec![CaseworkRules::shipped()],
            listings: vec![ListingRulebook::blacklist()],
            overrides: Vec::new(),
        }
    }

    /// The shipped rulebooks and these files, each with its name.
    pub fn new(files: Vec<(String, Source)>) -> Result<Self, LibraryError> {
        let mut library = Self::shipped();
        let mut names = Vec::new();
        for (file, source) in files {
            let (region, added) = match source {
                Source::Passages(book) => (Region::COUNTRY, add(&mut library.passages, book)),
                Source::Tests(book) => (Region::COUNTRY, add(&mut library.tests, book)),
                Source::Casework(rules) => (Region::COUNTRY, add(&mut library.casework, rules)),
                Source::Listings(book) => (Region::COUNTRY, add(&mut library.listings, book)),
                Source::Override(change) => (change.region, library.add_override(*change)),
            };
            match added {
                Ok(()) => names.push((file, region)),
                Err(source) => return Err(LibraryError::Contradiction { file, source }),
            }
        }
        // Each region's editions are made once, so that what contradicts another file is found now, not on the day.
        for (file, region) in names {
            let made = library.issue(0, Timestamp::UNIX_EPOCH, region).map(drop);
            let made = made.and_then(|()| library.casework_schedule(region).map(drop));
            let made = made.and_then(|()| library.listing_schedule(region).map(drop));
            made.map_err(|source| LibraryError::Contradiction { file, source })?;
        }
        library.overrides.sort_by(|a, b| key(a).cmp(&key(b)));
        Ok(library)
    }

    fn add_override(&mut self, change: RegionalOverride) -> Result<(), Contradiction> {
        let wrong = |item: &str, problem: &str, remedy: &str| {
            Err(Contradiction::new(&change.overrides, item, problem, remedy))
        };
        let known = self.passages.iter().any(|book| book.id == change.overrides)
            || self.tests.iter().any(|book| book.id == change.overrides)
            || self.casework.iter().any(|rules| rules.id == change.overrides)
            || self.listings.iter().any(|book| book.id == change.overrides);
        if !known {
            return wrong("overrides", "no such standard is here", "name one, such as HJ 845-2017");
        }
        if self.overrides.iter().any(|own| key(own) == key(&change)) {
            return wrong(
                "version",
                "this region has this edition already",
                "raise the number after the dot",
            );
        }
        if self.overrides.len() >= OVERRIDES_MAX {
            return wrong("overrides", "there are too many", "remove those that ended");
        }
        self.overrides.push(change);
        Ok(())
    }

    /// The regions that have an override.
    pub fn regions(&self) -> BTreeSet<Region> {
        self.overrides.iter().map(|change| change.region).collect()
    }

    /// The overrides, by region and day.
    pub fn overrides(&self) -> &[RegionalOverride] {
        &self.overrides
    }

    /// The rulebook of passages that holds in `region` on `day`. Before all editions the first holds: the clock is
    /// wrong, and the stamp says so.
    pub fn passages(&self, region: Region, day: Date) -> Rulebook {
        let all: Vec<&Rulebook> = self.passages.iter().collect();
        // Every region's editions were made when the library was, and the national ones always stand.
        resolve(&all, &self.overrides, region, day).unwrap_or_else(|_| newest(&all, day).clone())
    }

    /// The rules of casework that hold in `region` on `day`.
    pub fn casework(&self, region: Region, day: Date) -> CaseworkRules {
        let all: Vec<&CaseworkRules> = self.casework.iter().collect();
        resolve(&all, &self.overrides, region, day).unwrap_or_else(|_| newest(&all, day).clone())
    }

    /// Every edition of the rules of casework in a region. Edges are not told of it.
    pub fn casework_schedule(&self, region: Region) -> Result<Schedule<CaseworkRules>, Contradiction> {
        let all: Vec<&CaseworkRules> = self.casework.iter().collect();
        schedule(&all, &self.overrides, region)
    }

    /// The rule of listings that holds in `region` on `day`; before all editions the first.
    pub fn listings(&self, region: Region, day: Date) -> ListingRulebook {
        let all: Vec<&ListingRulebook> = self.listings.iter().collect();
        resolve(&all, &self.overrides, region, day).unwrap_or_else(|_| newest(&all, day).clone())
    }

    /// Every rule of listings that holds in a region, past, present and to come. Edges are not told: none lists.
    pub fn listing_schedule(&self, region: Region) -> Result<Schedule<ListingRulebook>, Contradiction> {
        let all: Vec<&ListingRulebook> = self.listings.iter().collect();
        schedule(&all, &self.overrides, region)
    }

    /// Everything of passages and tests that holds in a region, past, present and to come.
    pub fn issue(&self, version: u64, issued: Timestamp, region: Region) -> Result<Issue, Contradiction> {
        let passages: Vec<&Rulebook> = self.passages.iter().collect();
        let ids: BTreeSet<&str> = self.tests.iter().map(|book| book.id.as_str()).collect();
        let tests = ids
            .into_iter()
            .map(|id| {
                let own: Vec<&TestRulebook> = self.tests.iter().filter(|book| book.id == id).collect();
                schedule(&own, &self.overrides, region)
            })
            .collect::<Result<_, _>>()?;
        let passages = schedule(&passages, &self.overrides, region)?;
        Ok(Issue { version, issued, region, passages, tests })
    }
}

fn key(change: &RegionalOverride) -> (Region, &str, Date, &str) {
    (change.region, &change.overrides, change.in_force_from, &change.version)
}

fn add<T: Standard>(books: &mut Vec<T>, book: T) -> Result<(), Contradiction> {
    let wrong = |problem: &str, remedy: &str| Err(Contradiction::new(book.id(), "version", problem, remedy));
    if book.revision().is_none() {
        return wrong("it is an edition with regions", "write the national one, such as 2017-07-27.1");
    }
    if books.iter().any(|own| own.id() == book.id() && own.revision() == book.revision()) {
        return wrong("this edition is here already", "raise the number after the dot");
    }
    books.push(book);
    Ok(())
}

/// The national edition of a day.
fn newest<'a, T: Standard>(books: &[&'a T], day: Date) -> &'a T {
    let order = |book: &&&'a T| (book.revision(), book.id().to_owned());
    let in_force = books.iter().filter(|book| book.revision().is_some_and(|revision| revision.from <= day));
    in_force
        .max_by_key(order)
        .or_else(|| books.iter().min_by_key(order))
        .expect("a library has at least the shipped edition of each standard")
}

/// What holds in `region` on `day`.
fn resolve<T: Standard>(
    books: &[&T],
    overrides: &[RegionalOverride],
    region: Region,
    day: Date,
) -> Result<T, Contradiction> {
    let mut book = newest(books, day).clone();
    let Some(national) = book.revision() else { return Ok(book) };
    let mut edition = Edition { national, regional: Vec::new() };
    for level in 1..=region.level() {
        let holds = overrides.iter().filter(|change| {
            change.overrides == book.id()
                && change.region.level() == level
                && change.region.contains(region)
                && change.holds_on(day)
        });
        let Some(change) = holds.max_by_key(|change| change.revision()) else { continue };
        let Some(revision) = change.revision() else { continue };
        book.lay_over(change)?;
        edition.regional.push((change.region, revision));
    }
    book.name(&edition);
    book.check()?;
    Ok(book)
}

/// Every edition that holds in `region`, from the day it does.
fn schedule<T: Standard>(
    books: &[&T],
    overrides: &[RegionalOverride],
    region: Region,
) -> Result<Schedule<T>, Contradiction> {
    let of_books = books.iter().filter_map(|book| book.revision()).map(|revision| revision.from);
    let changes = overrides.iter().filter(|change| {
        change.region.contains(region) && books.iter().any(|book| book.id() == change.overrides)
    });
    let of_changes = changes.flat_map(|change| [Some(change.in_force_from), change.in_force_until]).flatten();
    let days: BTreeSet<Date> = of_books.chain(of_changes).collect();
    let mut entries: Vec<(Date, Arc<T>)> = Vec::new();
    for day in days {
        let book = resolve(books, overrides, region, day)?;
        let same = entries
            .last()
            .is_some_and(|(_, last)| last.id() == book.id() && last.version() == book.version());
        if !same {
            entries.push((day, Arc::new(book)));
        }
    }
    let id = books.first().map_or("", |book| book.id()).to_owned();
    if entries.len() > EDITIONS_MAX {
        let problem = format!("region {region} would have {} editions, past and to come", entries.len());
        return Err(Contradiction::new(&id, "in_force_from", problem, "remove overrides that ended"));
    }
    Schedule::new(entries).ok_or_else(|| Contradiction::new(&id, "id", "there is no edition", "add one"))
}

/// Editions of one standard at one place, each from the day it holds. Never empty; clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule<T>(Arc<[(Date, Arc<T>)]>);

impl<T> Schedule<T> {
    /// A schedule of these, in the order of their days; `None` if there is none, or two of one day.
    pub fn new(entries: Vec<(Date, Arc<T>)>) -> Option<Self> {
        let ordered = entries.windows(2).all(|two| two[0].0 < two[1].0);
        (ordered && !entries.is_empty()).then(|| Self(entries.into()))
    }

    /// The edition that holds on a day; before the first, the first.
    pub fn on(&self, day: Date) -> &Arc<T> {
        let held = self.0.iter().rev().find(|(from, _)| *from <= day);
        &held.unwrap_or(&self.0[0]).1
    }

    /// Each edition with the day it holds from, oldest first.
    pub fn entries(&self) -> &[(Date, Arc<T>)] {
        &self.0
    }
}

impl<T> From<T> for Schedule<T> {
    /// One edition for every day.
    fn from(book: T) -> Self {
        Self([(Date::MIN, Arc::new(book))].into())
    }
}

/// What the server tells the edges of one region: all standards, each with its editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Grows by one whenever anything in the library changes; an older one never replaces a newer one.
    pub version: u64,
    /// When the server issued it.
    pub issued: Timestamp,
    /// For where.
    pub region: Region,
    /// Of passages.
    pub passages: Schedule<Rulebook>,
    /// Of tests, a schedule for each standard, by its number.
    pub tests: Vec<Schedule<TestRulebook>>,
}

impl Issue {
    /// The rulebook of tests of this number on a day.
    pub fn tests_of(&self, id: &str, day: Date) -> Option<&Arc<TestRulebook>> {
        self.tests.iter().map(|schedule| schedule.on(day)).find(|book| book.id == id)
    }
}
