//! A case: what follows a confirmed candidate until the vehicle is clean again (STANDARDS.md 6.1).
//!
//! Opened → repair ordered → repaired → retested and closed; withdrawn while it is open. A failed retest sends
//! it back to repair. Every transition is here and nowhere else.

use jiff::Timestamp;
use plumewatch_shared::rulebook::Item;

use crate::audit::Action;
use crate::counting::{Candidate, Vehicle};

/// One vehicle's case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// Whose.
    pub vehicle: Vehicle,
    /// Of what.
    pub item: Item,
    /// How far it has come.
    pub state: CaseState,
}

/// Names a case: a candidate makes at most one, so its name is the candidate's with a letter before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(String);

impl CaseId {
    /// The case of this candidate.
    pub fn of(candidate: &crate::counting::CandidateId) -> Self {
        Self(format!("C{candidate}"))
    }

    /// A name as the store keeps it.
    pub fn parse(text: &str) -> Option<Self> {
        crate::counting::CandidateId::parse(text.strip_prefix('C')?).map(|candidate| Self::of(&candidate))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How far a case has come, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Confirmed, nothing ordered yet.
    Opened {
        /// Since.
        at: Timestamp,
    },
    /// The owner is told to repair.
    RepairOrdered {
        /// Since; a failed retest orders anew.
        at: Timestamp,
    },
    /// A shop says it is repaired.
    Repaired {
        /// Since.
        at: Timestamp,
    },
    /// The retest was passed.
    Closed {
        /// When; exceedances before it never chain with later ones.
        at: Timestamp,
    },
    /// It should never have been, and a person said why.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// What can happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The authority orders repair.
    OrderRepair,
    /// Repair is reported done.
    Repaired,
    /// The retest was passed.
    RetestPassed,
    /// The retest was failed.
    RetestFailed,
    /// The authority withdraws the case.
    Withdraw,
}

/// What must follow a transition, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write this in the audit.
    Audit(Action),
    /// The edges must learn of it.
    RefreshWatchlist,
    /// The vehicle's exceedances count anew from here.
    RestartCounting,
}

/// An event that cannot happen to a case in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Repair comes before it.
    #[error("repair has not been ordered")]
    NotOrdered,
    /// Retest comes after repair.
    #[error("a retest comes after the repair")]
    RetestBeforeRepair,
    /// It was ordered before.
    #[error("repair is ordered already")]
    AlreadyOrdered,
    /// It was reported before.
    #[error("the repair is reported already")]
    AlreadyRepaired,
    /// Nothing happens to a case that has ended.
    #[error("the case has ended")]
    Ended,
}

impl CaseState {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::RepairOrdered { .. } => "repair-ordered",
            Self::Repaired { .. } => "repaired",
            Self::Closed { .. } => "closed",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The state of a [`word`](Self::word), since `at`.
    pub fn from_word(word: &str, at: Timestamp) -> Option<Self> {
        match word {
            "opened" => Some(Self::Opened { at }),
            "repair-ordered" => Some(Self::RepairOrdered { at }),
            "repaired" => Some(Self::Repaired { at }),
            "closed" => Some(Self::Closed { at }),
            "withdrawn" => Some(Self::Withdrawn { at }),
            _ => None,
        }
    }

    /// Since when.
    pub const fn since(self) -> Timestamp {
        match self {
            Self::Opened { at }
            | Self::RepairOrdered { at }
            | Self::Repaired { at }
            | Self::Closed { at }
            | Self::Withdrawn { at } => at,
        }
    }

    /// Must the roadside look out for the vehicle?
    pub const fn is_open(self) -> bool {
        match self {
            Self::Opened { .. } | Self::RepairOrdered { .. } | Self::Repaired { .. } => true,
            Self::Closed { .. } | Self::Withdrawn { .. } => false,
        }
    }
}

impl Event {
    /// Every event, in the order of a case's life.
    pub const ALL: [Self; 5] =
        [Self::OrderRepair, Self::Repaired, Self::RetestPassed, Self::RetestFailed, Self::Withdraw];

    /// The word used on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OrderRepair => "order-repair",
            Self::Repaired => "repaired",
            Self::RetestPassed => "retest-passed",
            Self::RetestFailed => "retest-failed",
            Self::Withdraw => "withdraw",
        }
    }

    /// The event of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.word() == word)
    }

    /// What the audit calls it.
    const fn action(self) -> Action {
        match self {
            Self::OrderRepair => Action::RepairOrdered,
            Self::Repaired => Action::CaseRepaired,
            Self::RetestPassed => Action::RetestPassed,
            Self::RetestFailed => Action::RetestFailed,
            Self::Withdraw => Action::CaseWithdrawn,
        }
    }
}

impl Case {
    /// The case that a confirmed candidate opens.
    pub fn open(candidate: &Candidate, now: Timestamp) -> (Self, Vec<Effect>) {
        let case = Self {
            id: CaseId::of(&candidate.id),
            vehicle: candidate.vehicle.clone(),
            item: candidate.item,
            state: CaseState::Opened { at: now },
        };
        (case, vec![Effect::Audit(Action::CaseOpened), Effect::RefreshWatchlist])
    }

    /// Pure: what was, what happened and when, give what is and what must follow.
    pub fn apply(self, event: Event, now: Timestamp) -> Result<(Self, Vec<Effect>), Refusal> {
        use CaseState::{Closed, Opened, RepairOrdered, Repaired, Withdrawn};
        let state = match (self.state, event) {
            (Opened { .. }, Event::OrderRepair) => RepairOrdered { at: now },
            (Opened { .. }, Event::Repaired) => return Err(Refusal::NotOrdered),
            (Opened { .. } | RepairOrdered { .. }, Event::RetestPassed | Event::RetestFailed) => {
                return Err(Refusal::RetestBeforeRepair);
            }
            (RepairOrdered { .. }, Event::OrderRepair) => return Err(Refusal::AlreadyOrdered),
            (RepairOrdered { .. }, Event::Repaired) => Repaired { at: now },
            (Repaired { .. }, Event::OrderRepair | Event::Repaired) => return Err(Refusal::AlreadyRepaired),
            (Repaired { .. }, Event::RetestPassed) => Closed { at: now },
            (Repaired { .. }, Event::RetestFailed) => RepairOrdered { at: now },
            (Opened { .. } | RepairOrdered { .. } | Repaired { .. }, Event::Withdraw) => {
                Withdrawn { at: now }
            }
            (Closed { .. } | Withdrawn { .. }, _) => return Err(Refusal::Ended),
        };
        let mut effects = vec![Effect::Audit(event.action())];
        match state {
            Closed { .. } => effects.extend([Effect::RefreshWatchlist, Effect::RestartCounting]),
            Withdrawn { .. } => effects.push(Effect::RefreshWatchlist),
            Opened { .. } | RepairOrdered { .. } | Repaired { .. } => {}
        }
        Ok((Self { state, ..self }, effects))
    }

    /// The events that can happen now.
    pub fn allowed(&self, now: Timestamp) -> Vec<Event> {
        Event::ALL.into_iter().filter(|&event| self.clone().apply(event, now).is_ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn case(word: &str) -> Case {
        let candidate = crate::counting::CandidateId::parse("00112233445566778899").unwrap();
        Case {
            id: CaseId::of(&candidate),
            vehicle: Vehicle { plate: "晋A12345".parse().unwrap(), colour: None },
            item: Item::Opacity,
            state: CaseState::from_word(word, NOW).unwrap(),
        }
    }

    /// Every state with every event: where it leads, or why it does not.
    #[test]
    fn the_way_of_a_case_is_this_table() {
        let table = [
            (
                "opened",
                ["repair-ordered", "NotOrdered", "RetestBeforeRepair", "RetestBeforeRepair", "withdrawn"],
            ),
            (
                "repair-ordered",
                ["AlreadyOrdered", "repaired", "RetestBeforeRepair", "RetestBeforeRepair", "withdrawn"],
            ),
            ("repaired", ["AlreadyRepaired", "AlreadyRepaired", "closed", "repair-ordered", "withdrawn"]),
            ("closed", ["Ended"; 5]),
            ("withdrawn", ["Ended"; 5]),
        ];
        for (from, row) in table {
            for (event, expected) in Event::ALL.into_iter().zip(row) {
                let went = match case(from).apply(event, NOW) {
                    Ok((case, _)) => case.state.word().to_owned(),
                    Err(refusal) => format!("{refusal:?}"),
                };
                assert_eq!(went, expected, "{from} {event:?}");
            }
        }
    }

    #[test]
    fn every_transition_is_audited_once_and_an_end_refreshes_the_watchlist() {
        for from in ["opened", "repair-ordered", "repaired"] {
            for event in Event::ALL {
                let Ok((after, effects)) = case(from).apply(event, NOW) else { continue };
                let audits = effects.iter().filter(|effect| matches!(effect, Effect::Audit(_))).count();
                assert_eq!(audits, 1, "{from} {event:?}");
                assert_eq!(effects.contains(&Effect::RefreshWatchlist), !after.state.is_open());
                assert_eq!(
                    effects.contains(&Effect::RestartCounting),
                    matches!(after.state, CaseState::Closed { .. })
                );
            }
        }
    }

    #[test]
    fn the_pages_are_told_what_can_be_done_now() {
        assert_eq!(case("opened").allowed(NOW), [Event::OrderRepair, Event::Withdraw]);
        assert_eq!(
            case("repaired").allowed(NOW),
            [Event::RetestPassed, Event::RetestFailed, Event::Withdraw]
        );
        assert_eq!(case("closed").allowed(NOW), []);
    }
}
