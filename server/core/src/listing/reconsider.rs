//! What a carrier's share makes of its listing by itself: a proposal, its falling away, a proposal to delist.
//!
//! The answer depends on where the listing stands and what stands against the carrier now, never on the way there; so
//! events in any order, with repetitions, end in the same proposals.

use jiff::civil::Date;

use super::state::{Event, Ground, ListingState};

/// What stands against a carrier on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The legal day.
    pub today: Date,
    /// Does the share reach the rule?
    pub reaches: bool,
    /// Does an exceedance count that no decision has weighed yet? Without one a carrier whose listing was declined, or
    /// that was delisted, is not proposed again for the same exceedances.
    pub unweighed: bool,
}

impl Assessment {
    /// Is a listing due, whatever was before?
    pub const fn proposes(&self) -> bool {
        self.reaches && self.unweighed
    }

    /// Why a listing with this term should end, if it should. A share below goes before the end of the term.
    fn ground(&self, until: Date) -> Option<Ground> {
        if !self.reaches {
            Some(Ground::ShareBelow)
        } else if until <= self.today {
            Some(Ground::TermOver)
        } else {
            None
        }
    }
}

/// What happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new listing of the carrier begins, proposed.
    Propose,
    /// This happens to its listing.
    Happen(Event),
}

/// What must change: `open` is the carrier's listing that has not ended, if it has one.
pub fn reconsider(open: Option<ListingState>, seen: &Assessment) -> Option<Change> {
    match open {
        None | Some(ListingState::Declined | ListingState::Void | ListingState::Delisted) => {
            seen.proposes().then_some(Change::Propose)
        }
        Some(ListingState::Proposed) => (!seen.proposes()).then_some(Change::Happen(Event::FallAway)),
        Some(ListingState::Listed { until, .. }) => {
            seen.ground(until).map(|ground| Change::Happen(Event::ProposeDelisting(ground)))
        }
        Some(ListingState::DelistingProposed { until, ground, .. }) => match seen.ground(until) {
            None => Some(Change::Happen(Event::StandAgain)),
            Some(now) => (now != ground).then_some(Change::Happen(Event::ProposeDelisting(now))),
        },
    }
}
