//! The rulebooks that the server has: shipped, from the operator's folder, and every edition it ever published.
//!
//! [`folder`] reads the files once, at the start; [`publish`] keeps the editions and tells the edges. What a verdict
//! names is judged again by that very edition, however old; which edition holds where and when is the library's word.

pub mod folder;
pub mod publish;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::exhaust_test::TestRulebook;
use plumewatch_shared::ids::{FileHash, Region};
use plumewatch_shared::rulebook::{
    CaseworkRules, Issue, Library, ListingRulebook, Rulebook, RulebookRef, Schedule,
};
use plumewatch_shared::time::law_place;
use serde::Serialize;
use server_core::calendar::WorkCalendar;
use server_core::counting::{Measurement, Rules, Threshold};

/// How the edition that a verdict names stands to the one that holds at its place and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is that one.
    InForce,
    /// It is another one that we published: the edge had not heard of the newer one, or of an older clock.
    Other,
    /// We never published it: judged again by the one that holds.
    Unknown,
}

impl Standing {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// One edition as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The standard's number and our version.
    pub reference: RulebookRef,
    /// Does it judge passages? Else tests, or it says when carriers are listed.
    pub of_passages: bool,
    /// The rulebook, in the format of its file.
    pub body: String,
}

impl Edition {
    fn new(reference: RulebookRef, of_passages: bool, book: &impl Serialize) -> Self {
        let body = serde_json::to_string(book).expect("strings and numbers serialise");
        Self { reference, of_passages, body }
    }

    /// Names its content.
    pub fn digest(&self) -> String {
        FileHash::of(self.body.as_bytes()).to_string()
    }
}

/// The rulebooks. Clones are the same.
#[derive(Clone, Debug)]
pub struct Books(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    library: Library,
    calendar: WorkCalendar,
    schedules: RwLock<HashMap<Region, Schedule<Rulebook>>>,
    listings: RwLock<HashMap<Region, Schedule<ListingRulebook>>>,
    known: RwLock<HashMap<RulebookRef, Arc<Rulebook>>>,
}

impl Books {
    /// The rulebooks of a library; every edition it makes is known.
    pub fn new(library: Library) -> Self {
        Self::with_calendar(library, WorkCalendar::shipped())
    }

    /// The same with an operator's years of working days.
    pub fn with_calendar(library: Library, calendar: WorkCalendar) -> Self {
        let (schedules, listings, known) = (RwLock::default(), RwLock::default(), RwLock::default());
        let books = Self(Arc::new(Shelf { library, calendar, schedules, listings, known }));
        let regions = books.regions();
        let schedules = regions.into_iter().map(|region| books.schedule(region));
        let editions: Vec<Arc<Rulebook>> = schedules
            .flat_map(|schedule| schedule.entries().iter().map(|(_, book)| book.clone()).collect::<Vec<_>>())
            .collect();
        books.learn(editions);
        books
    }

    /// The shipped rulebooks alone.
    pub fn shipped() -> Self {
        Self::new(Library::shipped())
    }

    /// What the files say.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// The working days that are known.
    pub fn calendar(&self) -> &WorkCalendar {
        &self.0.calendar
    }

    /// Every edition of the rules of casework in a region.
    pub fn casework_schedule(&self, region: Region) -> Schedule<CaseworkRules> {
        let made = self.0.library.casework_schedule(region);
        made.expect("the library made the editions of every region when it was read")
    }

    /// The rules of casework that hold in `region` at an instant.
    pub fn casework_at(&self, region: Region, at: Timestamp) -> CaseworkRules {
        self.0.library.casework(region, law_place().to_datetime(at).date())
    }

    /// The country, and every region that changes something.
    pub fn regions(&self) -> BTreeSet<Region> {
        let mut regions = self.0.library.regions();
        regions.insert(Region::COUNTRY);
        regions
    }

    /// Everything that holds in a region.
    pub fn issue(&self, version: u64, issued: Timestamp, region: Region) -> Issue {
        let made = self.0.library.issue(version, issued, region);
        made.expect("the library made the editions of every region when it was read")
    }

    fn schedule(&self, region: Region) -> Schedule<Rulebook> {
        let read = self.0.schedules.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(schedule) = read.get(&region) {
            return schedule.clone();
        }
        drop(read);
        let schedule = self.issue(0, Timestamp::UNIX_EPOCH, region).passages;
        let mut write = self.0.schedules.write().unwrap_or_else(PoisonError::into_inner);
        write.entry(region).or_insert(schedule).clone()
    }

    /// The rulebook of passages that holds in `region` on `day`.
    pub fn in_force(&self, region: Region, day: Date) -> Arc<Rulebook> {
        self.schedule(region).on(day).clone()
    }

    /// The rule of listings that holds in `region` on `day`.
    pub fn listing_rule(&self, region: Region, day: Date) -> Arc<ListingRulebook> {
        let read = self.0.listings.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(schedule) = read.get(&region) {
            return schedule.on(day).clone();
        }
        drop(read);
        let schedule = self.listing_schedule(region);
        let mut write = self.0.listings.write().unwrap_or_else(PoisonError::into_inner);
        write.entry(region).or_insert(schedule).on(day).clone()
    }

    /// Every rule of listings that holds in a region, past, present and to come.
    pub fn listing_schedule(&self, region: Region) -> Schedule<ListingRulebook> {
        let made = self.0.library.listing_schedule(region);
        made.expect("the library made the editions of every region when it was read")
    }

    /// The same at an instant.
    pub fn in_force_at(&self, region: Region, at: Timestamp) -> Arc<Rulebook> {
        self.in_force(region, law_place().to_datetime(at).date())
    }

    /// The edition that a verdict names, if we know it.
    pub fn edition(&self, reference: &RulebookRef) -> Option<Arc<Rulebook>> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).get(reference).cloned()
    }

    /// What a verdict that names `reference` is judged again by, at its place and day.
    pub fn for_verdict(
        &self,
        reference: &RulebookRef,
        region: Region,
        day: Date,
    ) -> (Arc<Rulebook>, Standing) {
        let in_force = self.in_force(region, day);
        match self.edition(reference) {
            Some(named) if named.reference() == in_force.reference() => (named, Standing::InForce),
            Some(named) => (named, Standing::Other),
            None => (in_force, Standing::Unknown),
        }
    }

    /// The rulebooks of tests of stopped vehicles that hold in `region` on `day`.
    pub fn tests(&self, region: Region, day: Date) -> Vec<TestRulebook> {
        let issue = self.issue(0, Timestamp::UNIX_EPOCH, region);
        issue.tests.iter().map(|schedule| (**schedule.on(day)).clone()).collect()
    }

    /// Remembers editions: those that other servers published, or this one before.
    pub fn learn(&self, editions: impl IntoIterator<Item = Arc<Rulebook>>) {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        for book in editions {
            known.entry(book.reference()).or_insert(book);
        }
    }

    /// Every edition that the library makes, each once, in order.
    pub fn editions(&self) -> Vec<Edition> {
        let mut editions = Vec::new();
        for region in self.regions() {
            let issue = self.issue(0, Timestamp::UNIX_EPOCH, region);
            for (_, book) in issue.passages.entries() {
                editions.push(Edition::new(book.reference(), true, &**book));
            }
            for (_, book) in issue.tests.iter().flat_map(|schedule| schedule.entries()) {
                editions.push(Edition::new(book.reference(), false, &**book));
            }
            for (_, rules) in self.casework_schedule(region).entries() {
                editions.push(Edition::new(rules.reference(), false, &**rules));
            }
            for (_, book) in self.listing_schedule(region).entries() {
                editions.push(Edition::new(book.reference(), false, &**book));
            }
        }
        editions.sort_by(|a, b| {
            (&a.reference.id, &a.reference.version).cmp(&(&b.reference.id, &b.reference.version))
        });
        editions.dedup();
        editions
    }

    /// Names everything that edges are told: the days from which each edition holds, and its content.
    pub fn digest(&self) -> String {
        let mut text = String::new();
        for region in self.regions() {
            let issue = self.issue(0, Timestamp::UNIX_EPOCH, region);
            let wire = plumewatch_shared::protocol::message::RulebookIssue::from(&issue);
            text.push_str(&serde_json::to_string(&wire).expect("strings and numbers serialise"));
            text.push('\n');
        }
        FileHash::of(text.as_bytes()).to_string()
    }
}

impl Rules for Books {
    fn at(&self, measurement: &Measurement) -> Threshold {
        let region = measurement.passage.station.region();
        (&self.in_force_at(region, measurement.passed).counting).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::rulebook::Source;

    /// Shanxi enforces NO from July 2026.
    pub(crate) fn with_an_override() -> Books {
        let json = r#"{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1",
            "in_force_from":"2026-07-01","title":{"zh":"示例","en":"sample"},
            "limits":[{"item":"no","role":"enforcement","clause":"晋","confidence":"low"}]}"#;
        let source = Source::parse("no.json", json).unwrap();
        Books::new(Library::new(vec![("no.json".to_owned(), source)]).unwrap())
    }

    #[test]
    fn a_verdict_is_judged_by_the_edition_it_names_and_how_that_stands_is_said() {
        let books = with_an_override();
        let (here, day) = ("140105".parse().unwrap(), "2026-11-23".parse().unwrap());
        let named = |version: &str| RulebookRef { id: "HJ 845-2017".into(), version: version.into() };
        let judged = |version: &str| {
            let (book, standing) = books.for_verdict(&named(version), here, day);
            (book.version.clone(), standing)
        };
        let regional = "2017-07-27.1+140000:2026-07-01.1";
        assert_eq!(judged(regional), (regional.to_owned(), Standing::InForce));
        assert_eq!(judged("2017-07-27.1"), ("2017-07-27.1".to_owned(), Standing::Other));
        assert_eq!(judged("2017-07-27.9"), (regional.to_owned(), Standing::Unknown));
        let mut older = Rulebook::hj845();
        older.version = "2017-07-27.9".to_owned();
        books.learn([Arc::new(older)]);
        assert_eq!(judged("2017-07-27.9").1, Standing::Other);
    }

    #[test]
    fn every_edition_is_made_once_and_the_digest_names_them() {
        let names = |books: &Books| -> Vec<String> {
            books.editions().into_iter().map(|edition| edition.reference.to_string()).collect()
        };
        assert_eq!(names(&Books::shipped()).len(), 5);
        assert_eq!(names(&with_an_override()).len(), 6);
        assert_ne!(Books::shipped().digest(), with_an_override().digest());
        assert_eq!(Books::shipped().digest(), Books::shipped().digest());
    }
}
