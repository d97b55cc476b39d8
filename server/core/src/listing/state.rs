//! A listing: from the proposal that a carrier's share makes, through an authority's decision, to its end.
//!
//! Proposed → listed → delisting proposed → delisted; a proposal may be declined, or fall away before anyone decides.
//! Proposals come and go by the share alone ([`reconsider`](super::reconsider)); listing, declining, renewing and
//! delisting are an authority's alone. A carrier has one listing at a time that has not ended.

use std::fmt;

use jiff::civil::Date;
use plumewatch_shared::ids::FileHash;

use crate::audit::Action;

/// Names a listing: `L` and 20 hex digits, derived from the carrier and which of its listings this is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingId(String);

impl ListingId {
    /// The listing of this carrier that is its `ordinal`th, from 1.
    pub fn of(carrier: &str, ordinal: u64) -> Self {
        let hash = FileHash::of(format!("listing 1\n{carrier}\n{ordinal}").as_bytes()).to_string();
        Self(format!("L{}", &hash[..20]))
    }

    /// A name as the store keeps it; `None` unless it is `L` and 20 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('L')?;
        let fits = digits.len() == 20 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ListingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a delisting is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// The share no longer reaches the rule: exceedances aged out, were withdrawn or won on appeal, or the fleet grew.
    ShareBelow,
    /// The term is over.
    TermOver,
}

impl Ground {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ShareBelow => "share-below",
            Self::TermOver => "term-over",
        }
    }

    /// The ground of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::ShareBelow, Self::TermOver].into_iter().find(|ground| ground.word() == word)
    }
}

/// How far a listing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListingState {
    /// The share reached the rule; an authority has not decided.
    Proposed,
    /// An authority declined.
    Declined,
    /// It fell away before anyone decided.
    Void,
    /// An authority listed the carrier.
    Listed {
        /// First day on which it holds.
        from: Date,
        /// First day on which it holds no more.
        until: Date,
    },
    /// It is listed still, and an authority must decide whether it stays.
    DelistingProposed {
        /// First day on which the listing holds.
        from: Date,
        /// First day on which it holds no more.
        until: Date,
        /// Why.
        ground: Ground,
    },
    /// An authority took it off the list.
    Delisted,
}

/// What can happen to a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The share fell below before anyone decided.
    FallAway,
    /// An authority lists the carrier.
    List {
        /// First day on which it holds.
        from: Date,
        /// First day on which it holds no more.
        until: Date,
    },
    /// An authority declines.
    Decline,
    /// The carrier answered; it may at any time, and it changes nothing by itself.
    Answer,
    /// The share or the term proposes delisting.
    ProposeDelisting(Ground),
    /// What proposed delisting holds no more: the share reached the rule again within the term.
    StandAgain,
    /// An authority lets the listing go on for another term; only while the share reaches the rule.
    Renew {
        /// First day on which it holds no more.
        until: Date,
    },
    /// An authority takes the carrier off the list.
    Delist,
}

/// What must follow a transition, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write this in the audit.
    Audit(Action),
    /// Keep what the share rests on now as the decision's grounds.
    KeepGrounds,
    /// What stands against the carrier now is weighed: it proposes nothing by itself again.
    Settle,
    /// The edges must learn of it.
    RefreshWatchlist,
}

/// An event that cannot happen to a listing in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An authority decided before.
    #[error("an authority has decided already")]
    Decided,
    /// Nobody has listed the carrier yet.
    #[error("the carrier is not listed")]
    NotListed,
    /// No delisting is proposed.
    #[error("no delisting is proposed")]
    NoDelisting,
    /// The share is below the rule: a listing may end and not go on.
    #[error("the share is below the rule, so the listing cannot go on")]
    ShareBelow,
    /// It has ended.
    #[error("the listing has ended")]
    Ended,
}

impl ListingState {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Declined => "declined",
            Self::Void => "void",
            Self::Listed { .. } => "listed",
            Self::DelistingProposed { .. } => "delisting-proposed",
            Self::Delisted => "delisted",
        }
    }

    /// Has it ended? Then the carrier may have another.
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Declined | Self::Void | Self::Delisted => true,
            Self::Proposed | Self::Listed { .. } | Self::DelistingProposed { .. } => false,
        }
    }

    /// From which day to before which an authority's listing holds, if it is listed.
    pub const fn term(self) -> Option<(Date, Date)> {
        match self {
            Self::Listed { from, until } | Self::DelistingProposed { from, until, .. } => Some((from, until)),
            Self::Proposed | Self::Declined | Self::Void | Self::Delisted => None,
        }
    }

    /// Does the listing bind on this day? What an authority decided holds for its term, and not a day longer.
    pub fn in_force(self, today: Date) -> bool {
        self.term().is_some_and(|(from, until)| from <= today && today < until)
    }

    /// Pure: what was and what happened give what is and what must follow. `reaches`: does the share reach the rule now?
    pub fn apply(self, event: Event, reaches: bool) -> Result<(Self, Vec<Effect>), Refusal> {
        use ListingState::{Declined, Delisted, DelistingProposed, Listed, Proposed, Void};
        let audit = |action| vec![Effect::Audit(action)];
        let decided = |action| vec![Effect::Audit(action), Effect::KeepGrounds, Effect::Settle];
        Ok(match (self, event) {
            (state, Event::Answer) => (state, audit(Action::CarrierAnswered)),
            (Declined | Void | Delisted, _) => return Err(Refusal::Ended),

            (Proposed, Event::FallAway) => (Void, audit(Action::ListingProposalVoided)),
            (Proposed, Event::List { from, until }) => {
                let mut effects = decided(Action::CarrierListed);
                effects.push(Effect::RefreshWatchlist);
                (Listed { from, until }, effects)
            }
            (Proposed, Event::Decline) => (Declined, decided(Action::ListingDeclined)),
            (
                Proposed,
                Event::ProposeDelisting(_) | Event::StandAgain | Event::Renew { .. } | Event::Delist,
            ) => return Err(Refusal::NotListed),

            (
                Listed { .. } | DelistingProposed { .. },
                Event::FallAway | Event::List { .. } | Event::Decline,
            ) => return Err(Refusal::Decided),
            (
                Listed { from, until } | DelistingProposed { from, until, .. },
                Event::ProposeDelisting(ground),
            ) => (DelistingProposed { from, until, ground }, audit(Action::DelistingProposed)),
            (Listed { .. }, Event::StandAgain) => return Err(Refusal::NoDelisting),
            (DelistingProposed { from, until, .. }, Event::StandAgain) => {
                (Listed { from, until }, audit(Action::DelistingProposalVoided))
            }
            (Listed { .. }, Event::Renew { .. }) => return Err(Refusal::NoDelisting),
            (DelistingProposed { .. }, Event::Renew { .. }) if !reaches => return Err(Refusal::ShareBelow),
            (DelistingProposed { from, .. }, Event::Renew { until }) => {
                let mut effects = decided(Action::ListingRenewed);
                effects.push(Effect::RefreshWatchlist);
                (Listed { from, until }, effects)
            }
            (Listed { .. } | DelistingProposed { .. }, Event::Delist) => {
                let mut effects = audit(Action::CarrierDelisted);
                effects.extend([Effect::Settle, Effect::RefreshWatchlist]);
                (Delisted, effects)
            }
        })
    }
}

impl Event {
    /// The word of an authority's decision on wires; `None` of what no authority decides.
    pub const fn decision(self) -> Option<&'static str> {
        match self {
            Self::List { .. } => Some("list"),
            Self::Decline => Some("decline"),
            Self::Renew { .. } => Some("renew"),
            Self::Delist => Some("delist"),
            Self::FallAway | Self::Answer | Self::ProposeDelisting(_) | Self::StandAgain => None,
        }
    }
}
