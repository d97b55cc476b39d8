//! What can happen to an order, and what must follow.
//!
//! A taking, a record and a retest name the order's round that they are for: so one that comes again, or late, is not
//! taken for that of another repair.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use super::RepairRecord;
use crate::access::OrganisationCode;
use crate::audit::Action;
use crate::inspection::{InspectedItem, InspectionId, Method, VehicleIdentity};
use crate::review::Reason;

/// A shop as the register knows it on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopOnDay {
    /// Which.
    pub shop: OrganisationCode,
    /// The certificate of qualification that holds on that day, if one does.
    pub certificate: Option<String>,
}

/// An inspection station as the register knows it on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationOnDay {
    /// Which.
    pub station: OrganisationCode,
    /// Is it open on that day?
    pub is_open: bool,
}

/// A test after the repair, judged: station and server agree on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retest {
    /// Its name.
    pub inspection: InspectionId,
    /// Where it was done.
    pub station: OrganisationCode,
    /// What was tested.
    pub vehicle: VehicleIdentity,
    /// How.
    pub method: Method,
    /// When it began, at the law's place.
    pub started: DateTime,
    /// Everything that was tested.
    pub tested: BTreeSet<InspectedItem>,
    /// Of these, what failed; empty if it was passed.
    pub failed: BTreeSet<InspectedItem>,
    /// For which of the order's rounds.
    pub round: u32,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A shop takes the order.
    Take {
        /// Which, with what it holds on the day.
        shop: ShopOnDay,
        /// The day.
        day: Date,
        /// For which of the order's rounds ([`Order::round`](super::Order::round)).
        round: u32,
    },
    /// The shop's record comes in.
    Record {
        /// Whose.
        shop: OrganisationCode,
        /// What it says.
        record: RepairRecord,
        /// For which of the order's rounds.
        round: u32,
    },
    /// A retest comes in.
    Retested(Retest),
    /// An authority names another station.
    ReassignStation {
        /// Which.
        station: StationOnDay,
        /// Why.
        reason: Reason,
    },
    /// An authority takes the order from its shop and names another, or leaves it to any.
    ReassignShop {
        /// Which; `None` for any that is qualified.
        shop: Option<ShopOnDay>,
        /// Why.
        reason: Reason,
    },
    /// The order is called off: its case was withdrawn or won on appeal, or an authority says so.
    Cancel {
        /// Why.
        reason: Reason,
    },
}

/// What a case that ordered the repair is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseNews {
    /// A shop took the order.
    Taken,
    /// The repair's record is here.
    Repaired,
    /// The retest was passed.
    RetestPassed,
    /// The retest was failed.
    RetestFailed,
    /// The order was called off.
    Cancelled,
}

/// What must follow, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write this in the audit.
    Audit(Action),
    /// Tell the case that ordered the repair; there is one.
    TellCase(CaseNews),
    /// Issue the retest's written report: it is the order's own.
    IssueReport,
}
