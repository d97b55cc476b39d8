//! A person's word on a candidate. Nothing is a sanction without it.

use jiff::Timestamp;

use crate::counting::CandidateId;

/// The longest reason, characters: a paragraph, not a document.
pub const REASON_MAX: usize = 500;

/// How far a candidate has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandidateState {
    /// For a person to look at.
    Waiting,
    /// A person confirmed it: a case is open.
    Confirmed,
    /// A person rejected it.
    Rejected,
    /// Late records broke it before anyone decided.
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

    /// Has a person spoken?
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
    /// Why. A rejection always has one.
    pub reason: Option<Reason>,
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
    /// A rejection must say why.
    #[error("a rejection needs a reason")]
    ReasonMissing,
}

/// The state that follows a review, or why it cannot be taken.
pub fn decide(state: CandidateState, review: &Review) -> Result<CandidateState, ReviewRefusal> {
    match (state, review.decision) {
        (CandidateState::Confirmed | CandidateState::Rejected, _) => Err(ReviewRefusal::Decided),
        (CandidateState::Void, _) => Err(ReviewRefusal::Void),
        (CandidateState::Waiting, Decision::Confirm) => Ok(CandidateState::Confirmed),
        (CandidateState::Waiting, Decision::Reject) if review.reason.is_none() => {
            Err(ReviewRefusal::ReasonMissing)
        }
        (CandidateState::Waiting, Decision::Reject) => Ok(CandidateState::Rejected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(decision: Decision, reason: &str) -> Review {
        Review {
            candidate: CandidateId::parse("00112233445566778899").unwrap(),
            decision,
            by: "reviewer".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            reason: Reason::new(reason),
        }
    }

    #[test]
    fn a_rejection_says_why_and_a_confirmation_may() {
        let waiting = CandidateState::Waiting;
        assert_eq!(decide(waiting, &review(Decision::Confirm, "")), Ok(CandidateState::Confirmed));
        assert_eq!(decide(waiting, &review(Decision::Reject, "车牌误读")), Ok(CandidateState::Rejected));
        assert_eq!(decide(waiting, &review(Decision::Reject, "  ")), Err(ReviewRefusal::ReasonMissing));
    }

    #[test]
    fn nothing_is_decided_twice_and_nothing_void_at_all() {
        for decision in [Decision::Confirm, Decision::Reject] {
            let review = review(decision, "why");
            assert_eq!(decide(CandidateState::Confirmed, &review), Err(ReviewRefusal::Decided));
            assert_eq!(decide(CandidateState::Rejected, &review), Err(ReviewRefusal::Decided));
            assert_eq!(decide(CandidateState::Void, &review), Err(ReviewRefusal::Void));
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
}
