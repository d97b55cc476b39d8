//! The rulebooks that edges keep.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::{ConvertError, Converted, need};
use crate::exhaust_test::TestRulebook;
use crate::protocol::message::*;
use crate::protocol::{TEST_STANDARDS_MAX, VERSION};
use crate::rulebook::library::EDITIONS_MAX;
use crate::rulebook::{Issue, Rulebook, Schedule};

fn told<T: Serialize>(schedule: &Schedule<T>) -> Vec<WireEdition> {
    let edition = |(from, book): &(jiff::civil::Date, Arc<T>)| WireEdition {
        from: from.to_string(),
        book: serde_json::to_string(&**book).expect("strings and numbers serialise"),
    };
    schedule.entries().iter().map(edition).collect()
}

fn heard<T>(
    field: &'static str,
    editions: &[WireEdition],
    parse: impl Fn(&str) -> Option<T>,
) -> Converted<Schedule<T>> {
    if editions.len() > EDITIONS_MAX {
        return Err(ConvertError { field });
    }
    let edition = |wire: &WireEdition| {
        let from = need("from", wire.from.parse().ok())?;
        Ok((from, Arc::new(need(field, parse(&wire.book))?)))
    };
    let entries = editions.iter().map(edition).collect::<Converted<_>>()?;
    need(field, Schedule::new(entries))
}

impl From<&Issue> for RulebookIssue {
    fn from(issue: &Issue) -> Self {
        Self {
            v: VERSION,
            version: issue.version,
            issued_utc_us: issue.issued.as_microsecond(),
            region: issue.region.to_string(),
            passages: told(&issue.passages),
            tests: issue.tests.iter().map(told).collect(),
        }
    }
}

impl TryFrom<&RulebookIssue> for Issue {
    type Error = ConvertError;

    fn try_from(wire: &RulebookIssue) -> Converted<Self> {
        if wire.v != VERSION {
            return Err(ConvertError { field: "v" });
        }
        if wire.tests.len() > TEST_STANDARDS_MAX {
            return Err(ConvertError { field: "tests (too many)" });
        }
        let tests = |editions: &Vec<WireEdition>| {
            heard("tests (a rulebook)", editions, |json| TestRulebook::parse(json).ok())
        };
        Ok(Self {
            version: wire.version,
            issued: need("issued_utc_us", Timestamp::from_microsecond(wire.issued_utc_us).ok())?,
            region: need("region", wire.region.parse().ok())?,
            passages: heard("passages (a rulebook)", &wire.passages, |json| Rulebook::parse(json).ok())?,
            tests: wire.tests.iter().map(tests).collect::<Converted<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::RULEBOOKS_BYTES_MAX;
    use crate::protocol::seal::{CHAIN_START, Purpose, Sealed};
    use crate::rulebook::{Library, Source};
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    /// An issue with as many editions as a region may have.
    fn largest() -> Issue {
        let file = |id: &str, year: u32, change: &str| {
            let json = format!(
                r#"{{"overrides":"{id}","region":"140105","version":"20{year}-01-01.1",
                "in_force_from":"20{year}-01-01","title":{{"zh":"示例","en":"sample"}},{change}}}"#
            );
            (format!("{id}-{year}"), Source::parse("x", &json).unwrap())
        };
        let passages = (20..35).map(|year| {
            let limit = r#"{"item":"opacity","at_most":2500,"clause":"一个相当长的条款名称，附页码","confidence":"low"}"#;
            file("HJ 845-2017", year, &format!(r#""limits":[{limit}]"#))
        });
        let tests = |id: &'static str, word: &'static str| {
            (20..35).map(move |year| {
                let class =
                    format!(r#"{{"word":"{word}","clause":"一个相当长的条款名称","confidence":"low"}}"#);
                file(id, year, &format!(r#""class_in_force":{class}"#))
            })
        };
        let files = passages.chain(tests("GB 3847-2018", "b")).chain(tests("GB 36886-2018", "III"));
        let library = Library::new(files.collect()).unwrap();
        library.issue(u64::MAX, "2026-11-23T02:00:00Z".parse().unwrap(), "140105".parse().unwrap()).unwrap()
    }

    #[test]
    fn the_largest_issue_survives_the_wire_and_fits_its_limit() {
        let issue = largest();
        assert_eq!(issue.passages.entries().len(), EDITIONS_MAX);
        let body = serde_json::to_string(&RulebookIssue::from(&issue)).unwrap();
        let wire: RulebookIssue = serde_json::from_str(&body).unwrap();
        assert_eq!(Issue::try_from(&wire).unwrap(), issue);
        let key = SigningKey::from_bytes(&[1; 32]);
        let payload = Sealed::new(Purpose::Rulebook, CHAIN_START, body, &key).encode();
        assert!(payload.len() <= RULEBOOKS_BYTES_MAX, "{} bytes", payload.len());
    }

    #[test]
    fn an_issue_that_is_none_names_the_field() {
        let good = RulebookIssue::from(&largest());
        let field = |change: &dyn Fn(&mut RulebookIssue)| {
            let mut wire = good.clone();
            change(&mut wire);
            Issue::try_from(&wire).unwrap_err().field
        };
        assert_eq!(field(&|wire| wire.v = 2), "v");
        assert_eq!(field(&|wire| wire.passages.clear()), "passages (a rulebook)");
        assert_eq!(field(&|wire| wire.passages.swap(0, 1)), "passages (a rulebook)");
        assert_eq!(field(&|wire| wire.passages[0].book = "{}".into()), "passages (a rulebook)");
        assert_eq!(field(&|wire| wire.passages[0].from = "today".into()), "from");
        assert_eq!(field(&|wire| wire.region = "14".into()), "region");
        assert_eq!(field(&|wire| wire.tests = vec![wire.tests[0].clone(); 9]), "tests (too many)");
        let more = |wire: &mut RulebookIssue| {
            let last = WireEdition { from: "2099-01-01".into(), ..wire.passages[0].clone() };
            wire.passages.push(last);
        };
        assert_eq!(field(&more), "passages (a rulebook)");
    }

    proptest! {
        #[test]
        fn no_issue_makes_the_reader_panic(at in 0usize..40_000, with in "[0-9a-z\"{},:-]{0,6}") {
            let library = Library::shipped();
            let issue = library.issue(1, Timestamp::UNIX_EPOCH, "140105".parse().unwrap()).unwrap();
            let mut json = serde_json::to_string(&RulebookIssue::from(&issue)).unwrap();
            let at = (0..=at % json.len()).rev().find(|&at| json.is_char_boundary(at)).unwrap();
            json.insert_str(at, &with);
            if let Ok(wire) = serde_json::from_str::<RulebookIssue>(&json) {
                let _ = Issue::try_from(&wire);
            }
        }
    }
}
