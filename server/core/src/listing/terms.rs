//! An authority's terms held against the rule: from when, until when, by which document.

use jiff::ToSpan;
use jiff::civil::Date;
use plumewatch_shared::rulebook::ListingRulebook;

/// The longest name of a document, characters.
pub const NOTICE_MAX: usize = 80;

/// What a decision to list or to renew says besides its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// First day on which the listing holds.
    pub from: Date,
    /// First day on which it holds no more.
    pub until: Date,
    /// The document by which the carrier is told, such as 晋交罚告〔2026〕12号. It is published.
    pub notice: String,
}

/// Terms that the rule does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsRefusal {
    /// It would hold before it was decided.
    #[error("a listing cannot hold before it was decided, on {0}")]
    TooEarly(Date),
    /// It would begin so late that it is no answer to this proposal.
    #[error("a listing begins within {0} days")]
    TooLate(u32),
    /// It would never hold.
    #[error("the term ends before it begins")]
    Never,
    /// The rule allows less.
    #[error("the rule allows {months} months: until {latest} at the latest")]
    TooLong {
        /// How many months.
        months: u32,
        /// The latest first day on which it holds no more.
        latest: Date,
    },
    /// There is no document.
    #[error("name the document, in 1 to {NOTICE_MAX} characters")]
    NoNotice,
}

/// A listing begins within so many days of its decision: time to serve the notice, and no listing held in reserve.
pub const BEGINS_WITHIN_DAYS: u32 = 60;

impl Terms {
    /// Are these terms that may be decided on `today` by this rule?
    pub fn check(&self, today: Date, book: &ListingRulebook) -> Result<(), TermsRefusal> {
        if self.from < today {
            return Err(TermsRefusal::TooEarly(today));
        }
        let last_start = today.checked_add(i64::from(BEGINS_WITHIN_DAYS).days()).unwrap_or(Date::MAX);
        if last_start < self.from {
            return Err(TermsRefusal::TooLate(BEGINS_WITHIN_DAYS));
        }
        if self.until <= self.from {
            return Err(TermsRefusal::Never);
        }
        let (months, latest) = (book.term.months_at_most, latest_end(self.from, book));
        if latest < self.until {
            return Err(TermsRefusal::TooLong { months, latest });
        }
        let length = self.notice.trim().chars().count();
        if !(1..=NOTICE_MAX).contains(&length) || self.notice.chars().any(char::is_control) {
            return Err(TermsRefusal::NoNotice);
        }
        Ok(())
    }
}

/// The latest first day on which a listing from this day may hold no more.
pub fn latest_end(from: Date, book: &ListingRulebook) -> Date {
    from.checked_add(i64::from(book.term.months_at_most).months()).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_bounds_what_an_authority_decides() {
        let book = ListingRulebook::blacklist();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let today = day("2026-11-27");
        let check = |from: &str, until: &str, notice: &str| {
            Terms { from: day(from), until: day(until), notice: notice.to_owned() }.check(today, &book)
        };
        let paper = "晋交罚告〔2026〕12号";
        assert_eq!(check("2026-11-27", "2027-11-27", paper), Ok(()));
        assert_eq!(check("2026-12-10", "2026-12-11", paper), Ok(()));
        assert_eq!(check("2026-11-26", "2027-01-01", paper), Err(TermsRefusal::TooEarly(today)));
        assert_eq!(check("2027-02-01", "2027-03-01", paper), Err(TermsRefusal::TooLate(60)));
        assert_eq!(check("2026-12-01", "2026-12-01", paper), Err(TermsRefusal::Never));
        let latest = day("2027-12-01");
        assert_eq!(
            check("2026-12-01", "2027-12-02", paper),
            Err(TermsRefusal::TooLong { months: 12, latest })
        );
        assert_eq!(check("2026-12-01", "2027-12-01", "  "), Err(TermsRefusal::NoNotice));
        assert_eq!(check("2026-12-01", "2027-12-01", &"号".repeat(81)), Err(TermsRefusal::NoNotice));
    }
}
