//! A case: what follows a confirmed candidate until the vehicle is clean again (STANDARDS.md 6.1, 6.2).
//!
//! Opened → notice served → repair ordered → repaired → retested and closed. A failed retest sends it back to repair.
//! An appeal may come at any point, even after the closing; while it is pending deadlines stand still, and if it is won
//! the exceedances count no more. A case may be withdrawn, referred to the traffic police, or closed by a named
//! person's exception. [`transition`] holds every step and nothing else does; [`explain`] says in words why a
//! vehicle is listed or cleared.
//!
//! What must hold: nothing is closed without a passed retest after a recorded repair, or a named exception. What a shop
//! or a station does comes from its order ([`Source::Order`]), never from a person's hand.

mod event;
pub mod explain;
mod state;
mod told;
mod transition;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use event::{Event, Exception, ExceptionGround, Kind, NAME_MAX, PAPER_MAX, Paper, PersonName, Source};
pub use state::{Appeal, CaseState, Closing, Deadline, Notice, Order};
pub use told::{Step, Told};
pub use transition::{Effect, Facts, Refusal, overdue};

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::rulebook::Item;
use plumewatch_shared::time::law_place;

use crate::audit::Action;
use crate::counting::{Candidate, CandidateId, Vehicle};

/// One vehicle's case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// Whose.
    pub vehicle: Vehicle,
    /// Of what.
    pub item: Item,
    /// When it was opened.
    pub opened: Timestamp,
    /// How far it has come.
    pub state: CaseState,
    /// The notice that was served last.
    pub notice: Option<Notice>,
    /// By when the owner must do what was asked last; none before a notice, and none once the case has ended.
    pub deadline: Option<Deadline>,
    /// An appeal that waits for its decision. Deadlines stand still meanwhile.
    pub appeal: Option<Appeal>,
    /// The deadline that passed without the owner doing what was asked.
    pub overdue: Option<Date>,
    /// When it was handed to the traffic police.
    pub referred: Option<Timestamp>,
    /// When a retest was passed: exceedances before it never chain with later ones.
    pub retested: Option<Timestamp>,
}

/// Names a case: a candidate makes at most one, so its name is the candidate's with a letter before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(String);

impl CaseId {
    /// The case of this candidate.
    pub fn of(candidate: &CandidateId) -> Self {
        Self(format!("C{candidate}"))
    }

    /// A name as the store keeps it.
    pub fn parse(text: &str) -> Option<Self> {
        CandidateId::parse(text.strip_prefix('C')?).map(|candidate| Self::of(&candidate))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Case {
    /// The case that a confirmed candidate opens.
    pub fn open(candidate: &Candidate, now: Timestamp) -> (Self, Vec<Effect>) {
        let case = Self {
            id: CaseId::of(&candidate.id),
            vehicle: candidate.vehicle.clone(),
            item: candidate.item,
            opened: now,
            state: CaseState::Opened { at: now },
            notice: None,
            deadline: None,
            appeal: None,
            overdue: None,
            referred: None,
            retested: None,
        };
        let effects =
            vec![Effect::Audit(Action::CaseOpened), Effect::ExceedancesConfirmed, Effect::RefreshWatchlist];
        (case, effects)
    }

    /// The place of a case among those to work on, ordered as text: the earliest deadline first, so that overdue ones
    /// lead; then those that wait for the authority's first step, the oldest first; then those whose deadline
    /// stands still for an appeal; then what has ended, the latest first.
    pub fn queue(&self) -> String {
        let stamp = |at: Timestamp| at.as_microsecond().clamp(0, 9_999_999_999_999_999);
        match (self.state.is_open(), self.appeal.is_some(), &self.deadline) {
            (true, false, Some(deadline)) => format!("1{}", deadline.due),
            (true, false, None) => format!("2{:016}", stamp(self.opened)),
            (true, true, _) => format!("3{:016}", stamp(self.opened)),
            (false, true, _) => format!("4{:016}", stamp(self.opened)),
            (false, false, _) => format!("9{:016}", 9_999_999_999_999_999 - stamp(self.state.since())),
        }
    }
}

/// The calendar day of an instant where the law counts days.
pub(crate) fn law_day(at: Timestamp) -> Date {
    law_place().to_datetime(at).date()
}
