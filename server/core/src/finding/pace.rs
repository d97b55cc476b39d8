//! Tests that are too short, too many for one line and hour, or two at once on one line.

use jiff::{Span, Timestamp};

use super::fact::TestFact;
use super::rules::PaceRule;

/// How long a test took, seconds, if that is less than its procedure takes.
pub fn too_short(test: &TestFact, rule: &PaceRule) -> Option<i64> {
    let seconds = test.ended.as_second() - test.started.as_second();
    (seconds < i64::from(rule.least_s(test.method))).then_some(seconds)
}

/// Why a line could not have done these tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Crowd<'a> {
    /// More began within an hour than a line can test.
    Hour {
        /// The first of the hour.
        from: Timestamp,
        /// All of them.
        tests: Vec<&'a TestFact>,
    },
    /// Two were under way at once.
    Overlap {
        /// The one that began first.
        first: &'a TestFact,
        /// The one that began before it ended.
        second: &'a TestFact,
    },
}

/// What one line of one station could not have done. `tests` are of that line, in any order; each crowd is told once, an
/// hour from its first test, the next from the first that is not in it.
pub fn crowds<'a>(tests: &[&'a TestFact], rule: &PaceRule) -> Vec<Crowd<'a>> {
    let mut ordered = tests.to_vec();
    ordered.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    let mut found = Vec::new();
    for two in ordered.windows(2) {
        if two[1].started < two[0].ended {
            found.push(Crowd::Overlap { first: two[0], second: two[1] });
        }
    }
    let mut at = 0;
    while let Some(first) = ordered.get(at) {
        let hour = first.started.saturating_add(Span::new().hours(1)).unwrap_or(Timestamp::MAX);
        let within: Vec<&TestFact> =
            ordered[at..].iter().copied().take_while(|test| test.started < hour).collect();
        if within.len() > rule.per_line_and_hour {
            at += within.len();
            found.push(Crowd::Hour { from: first.started, tests: within });
        } else {
            at += 1;
        }
    }
    found
}
