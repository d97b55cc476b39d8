//! The repair order: what a failed vehicle must go through until it passes (action plan, item 22; STANDARDS.md 6.1).
//!
//! Ordered → taken by a shop → repaired, with a record → retested and closed. A failed retest orders anew and counts.
//! The rules stand in [`apply`](Order::apply) and nowhere else: a shop takes an order only on a day on which it is
//! qualified; the retest counts only at the order's station, after the record, by the same method, with every failed
//! item; a passing report is issued on that path alone. An authority may name another station or shop, with a reason.
//! [`record`] is what a shop writes, one by one or as a [`table`], [`refusal`] says why something is refused and what to do, [`programme`] holds the
//! numbers.
//!
//! Events may come twice and in any order: one that was taken in before changes nothing, one that cannot be yet is
//! refused and may come again.

mod apply;
mod event;
pub mod programme;
pub mod record;
pub mod refusal;
pub mod table;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

pub use event::{CaseNews, Effect, Event, Retest, ShopOnDay, StationOnDay};
pub use record::{RecordDigest, RepairDraft, RepairRecord};
pub use refusal::Refusal;

use crate::access::OrganisationCode;
use crate::case::CaseId;
use crate::inspection::name::named;
use crate::inspection::{InspectedItem, InspectionId, Method, VehicleIdentity};

/// Names an order: `R` and 20 hex digits, from randomness, so that nobody takes an order whose paper he has not seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(String);

impl OrderId {
    /// A new name from ten random bytes.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(bytes.iter().fold("R".to_owned(), |text, byte| format!("{text}{byte:02x}")))
    }

    /// A name as written; `None` unless it is one.
    pub fn parse(text: &str) -> Option<Self> {
        named('R', text).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why there is an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A case of exceedances beside the road.
    Case(CaseId),
    /// A failed inspection.
    Inspection(InspectionId),
}

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// No shop has it.
    Ordered,
    /// A shop has it.
    Taken(Taking),
    /// Its record is here; the retest is next.
    Repaired {
        /// Who repaired.
        taking: Taking,
        /// When the work was done, at the law's place.
        finished: DateTime,
    },
    /// A retest was passed.
    Closed {
        /// Which.
        retest: InspectionId,
    },
    /// It was called off.
    Cancelled,
}

/// A shop that took an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    /// Which.
    pub shop: OrganisationCode,
    /// By which certificate of qualification it could.
    pub certificate: String,
    /// On which day.
    pub day: Date,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// Why.
    pub origin: Origin,
    /// For which vehicle.
    pub vehicle: VehicleIdentity,
    /// Where the retest is done: where it failed, or which the authority named.
    pub station: OrganisationCode,
    /// What failed, and must be passed.
    pub items: BTreeSet<InspectedItem>,
    /// By which method; `None` until a first test of a roadside case has chosen one.
    pub method: Option<Method>,
    /// When it was ordered.
    pub opened: DateTime,
    /// The last day to pass.
    pub due: Date,
    /// Failing tests so far, the one that opened it included.
    pub failures: u32,
    /// The one shop that may take it, if an authority named one.
    pub reserved: Option<OrganisationCode>,
    /// How far it has come.
    pub state: OrderState,
    /// Records that were taken in.
    pub records: BTreeSet<RecordDigest>,
    /// Retests that were taken in.
    pub retests: BTreeSet<InspectionId>,
}

impl OrderState {
    /// Every word, in the order of an order's life.
    pub const WORDS: [&str; 5] = ["ordered", "taken", "repaired", "closed", "cancelled"];

    /// The word used in tables and on wires.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Taken(_) => "taken",
            Self::Repaired { .. } => "repaired",
            Self::Closed { .. } => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Is something still to be done?
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Ordered | Self::Taken(_) | Self::Repaired { .. } => true,
            Self::Closed { .. } | Self::Cancelled => false,
        }
    }

    /// The shop that has it, or had it last before the end.
    pub const fn taking(&self) -> Option<&Taking> {
        match self {
            Self::Taken(taking) | Self::Repaired { taking, .. } => Some(taking),
            Self::Ordered | Self::Closed { .. } | Self::Cancelled => None,
        }
    }
}

impl Order {
    /// Counts repair and retest from 0: how many retests were failed.
    pub fn round(&self) -> u32 {
        u32::try_from(self.retests.len()).unwrap_or(u32::MAX)
    }

    /// Has its last day gone by while something is still to be done?
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state.is_open() && self.due < today
    }
}
