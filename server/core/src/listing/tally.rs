//! The share kept up as events come: each costs one step, whatever the carrier's past.
//!
//! Of each vehicle only its newest standing exceedance matters: while that one counts, the vehicle does, and once. So an
//! event touches one vehicle's newest day, and a day that passes touches only the vehicles whose newest day leaves the
//! window.

use jiff::civil::Date;

use super::share::Share;
use super::window::Window;

/// A carrier's share, and the day that it holds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The legal day up to which everything that passes by itself is counted.
    pub day: Date,
    /// The share on that day.
    pub share: Share,
}

/// Of a vehicle's standing exceedances under one carrier, the day that decides.
pub fn newest(days: impl IntoIterator<Item = Date>) -> Option<Date> {
    days.into_iter().max()
}

/// The newest days that leave the window while the days go from one to the other: from the first, to before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Days from this one,
    pub from: Date,
    /// to before this one.
    pub before: Date,
}

impl Tally {
    /// A carrier of whom nothing is known but its fleet.
    pub fn new(day: Date, fleet: u64) -> Self {
        Self { day, share: Share { exceeding: 0, fleet } }
    }

    /// One vehicle's newest standing exceedance was `before` and is `after`.
    pub fn vehicle(&mut self, before: Option<Date>, after: Option<Date>, window: Window) {
        let counts = |day: Option<Date>| day.is_some_and(|day| window.holds(day, self.day));
        match (counts(before), counts(after)) {
            (false, true) => self.share.exceeding += 1,
            (true, false) => self.share.exceeding = self.share.exceeding.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
    }

    /// Which newest days leave the window until `to`; none if that day is not later.
    pub fn leaving(&self, to: Date, window: Window) -> Option<Leaving> {
        let (from, before) = (window.start(self.day), window.start(to));
        (self.day < to && from < before).then_some(Leaving { from, before })
    }

    /// The days have gone on to `to`, and so many vehicles have [left](Self::leaving).
    pub fn advance(&mut self, to: Date, left: u64) {
        if self.day < to {
            self.day = to;
            self.share.exceeding = self.share.exceeding.saturating_sub(left);
        }
    }
}
