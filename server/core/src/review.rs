//! People's word on a candidate. Nothing is a sanction without it.
//!
//! Every decision has a reason. Where the region's rule asks for two people, the second confirmation must be another
//! person's; one rejection is enough, the first reviewer's own included.

use jiff::Timestamp;

use crate::counting::CandidateId;

/// The longest reason, characters: a paragraph, not a document.
pub const REASON_MAX: usize = 500;

/// How far a candidate has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandidateState {
    /// For a person to look at, or for a second one.
    Waiting,
    /// As many people confirmed it as the rule asks for: a case is open.
    Confirmed,
    /// A person rejected it.
    Rejected,
    /// Late records broke it before it was decided.
    Void,
}

impl CandidateState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Confirmed, Self::Rejected, Self::Void];

    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Void => "void",
        }
    }

    /// The state of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Is it decided?
    pub const fn is_decided(self) -> bool {
        match self {
            Self::Confirmed | Self::Rejected => true,
            Self::Waiting | Self::Void => false,
        }
    }
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The vehicle exceeded, as the records say.
    Confirm,
    /// It did not, or the records do not prove it.
    Reject,
}

impl Decision {
    /// The decision of `confirm` or `reject`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "confirm" => Some(Self::Confirm),
            "reject" => Some(Self::Reject),
            _ => None,
        }
    }
}

/// A reason that a person gave: not empty, at most [`REASON_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// `None` if there is nothing but space in it, or too much.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.chars().count() <= REASON_MAX).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A decision that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// About which candidate.
    pub candidate: CandidateId,
    /// What was said.
    pub decision: Decision,
    /// By which account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// What a review leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is the first of two confirmations: the candidate goes on waiting, for another person.
    Seconded,
    /// A case opens.
    Confirmed,
    /// Nothing follows.
    Rejected,
}

/// A decision that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRefusal {
    /// Someone was faster.
    #[error("the candidate is decided already")]
    Decided,
    /// Late records broke it.
    #[error("late records broke the candidate; there is nothing to decide")]
    Void,
    /// The rule asks for two different people.
    #[error("you confirmed it first; the second confirmation must be another person's")]
    SamePerson,
}

/// What follows a review, or why it cannot be taken. `first` is the account of the first confirmation, if there is one;
/// `people` is how many the region's rule asks for.
pub fn decide(
    state: CandidateState,
    first: Option<&str>,
    review: &Review,
    people: u32,
) -> Result<Ruling, ReviewRefusal> {
    match (state, review.decision) {
        (CandidateState::Confirmed | CandidateState::Rejected, _) => Err(ReviewRefusal::Decided),
        (CandidateState::Void, _) => Err(ReviewRefusal::Void),
        (CandidateState::Waiting, Decision::Reject) => Ok(Ruling::Rejected),
        (CandidateState::Waiting, Decision::Confirm) => match first {
            Some(first) if first == review.by => Err(ReviewRefusal::SamePerson),
            Some(_) => Ok(Ruling::Confirmed),
            None if people > 1 => Ok(Ruling::Seconded),
            None => Ok(Ruling::Confirmed),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn review(decision: Decision, by: &str) -> Review {
        Review {
            candidate: CandidateId::parse("00112233445566778899").unwrap(),
            decision,
            by: by.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            reason: Reason::new("看清楚了").unwrap(),
        }
    }

    #[test]
    fn one_person_is_enough_where_the_rule_asks_for_one() {
        let waiting = CandidateState::Waiting;
        assert_eq!(decide(waiting, None, &review(Decision::Confirm, "li"), 1), Ok(Ruling::Confirmed));
        assert_eq!(decide(waiting, None, &review(Decision::Reject, "li"), 1), Ok(Ruling::Rejected));
    }

    #[test]
    fn two_different_people_confirm_where_the_rule_asks_for_two() {
        let waiting = CandidateState::Waiting;
        let confirm = |first, by| decide(waiting, first, &review(Decision::Confirm, by), 2);
        assert_eq!(confirm(None, "li"), Ok(Ruling::Seconded));
        assert_eq!(confirm(Some("li"), "li"), Err(ReviewRefusal::SamePerson));
        assert_eq!(confirm(Some("li"), "wang"), Ok(Ruling::Confirmed));
        for by in ["li", "wang"] {
            let rejected = decide(waiting, Some("li"), &review(Decision::Reject, by), 2);
            assert_eq!(rejected, Ok(Ruling::Rejected), "{by}");
        }
    }

    #[test]
    fn nothing_is_decided_twice_and_nothing_void_at_all() {
        for decision in [Decision::Confirm, Decision::Reject] {
            let review = review(decision, "li");
            assert_eq!(decide(CandidateState::Confirmed, None, &review, 1), Err(ReviewRefusal::Decided));
            assert_eq!(decide(CandidateState::Rejected, None, &review, 1), Err(ReviewRefusal::Decided));
            assert_eq!(decide(CandidateState::Void, None, &review, 1), Err(ReviewRefusal::Void));
        }
    }

    #[test]
    fn a_reason_is_text_of_bounded_length() {
        assert_eq!(Reason::new(" \n "), None);
        assert_eq!(Reason::new(&"长".repeat(REASON_MAX)).map(|reason| reason.as_str().len()), Some(1_500));
        assert_eq!(Reason::new(&"长".repeat(REASON_MAX + 1)), None);
    }

    #[test]
    fn every_state_reads_back_from_its_word() {
        for state in CandidateState::ALL {
            assert_eq!(CandidateState::from_word(state.word()), Some(state));
        }
    }

    proptest! {
        /// Whatever reviews come in whatever order: a case opens only when as many different people confirmed as
        /// the rule asks for, and none rejected.
        #[test]
        fn no_order_of_reviews_confirms_with_too_few_people(
            said in prop::collection::vec((any::<bool>(), 0u8..3), 0..12), people in 1u32..3,
        ) {
            let (mut state, mut first, mut confirmed) = (CandidateState::Waiting, None, std::collections::BTreeSet::new());
            for (confirms, who) in said {
                let by = format!("person-{who}");
                let decision = if confirms { Decision::Confirm } else { Decision::Reject };
                let Ok(ruling) = decide(state, first.as_deref(), &review(decision, &by), people) else { continue };
                match ruling {
                    Ruling::Seconded => { first = Some(by.clone()); confirmed.insert(by); }
                    Ruling::Confirmed => { confirmed.insert(by); state = CandidateState::Confirmed; }
                    Ruling::Rejected => state = CandidateState::Rejected,
                }
            }
            if state == CandidateState::Confirmed {
                prop_assert_eq!(confirmed.len(), people as usize);
            }
        }
    }
}
