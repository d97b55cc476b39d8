//! How far a case has come, and what is known of it there.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::rulebook::casework::{Count, ServiceMethod};

use super::event::{Exception, Paper};
use crate::access::OrganisationCode;

/// How far a case has come, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Confirmed, nothing sent yet.
    Opened {
        /// Since.
        at: Timestamp,
    },
    /// The owner was sent a notice.
    Noticed {
        /// Since.
        at: Timestamp,
    },
    /// The owner is told to repair.
    RepairOrdered {
        /// Since; a failed retest orders anew.
        at: Timestamp,
        /// What was ordered.
        order: Order,
    },
    /// A shop recorded the repair; the retest is next.
    Repaired {
        /// Since.
        at: Timestamp,
        /// What was ordered.
        order: Order,
    },
    /// It is over, the vehicle is clean or a named person said that it need not be.
    Closed {
        /// When.
        at: Timestamp,
        /// On what ground.
        by: Closing,
    },
    /// It should never have been, and a person said why.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// The owner's appeal was won: its exceedances count no more.
    Won {
        /// When.
        at: Timestamp,
    },
}

/// The order to repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The inspection station where the retest must be passed.
    pub station: OrganisationCode,
    /// When a shop took it.
    pub taken: Option<Timestamp>,
}

/// What closed a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// A passed retest after a recorded repair.
    Retest,
    /// A named person's exception.
    Exception(Exception),
}

/// A notice to the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it went.
    pub method: ServiceMethod,
    /// The day it was received or, of a public notice, published.
    pub received: Date,
    /// The day it counts as served.
    pub served: Date,
    /// The paper's number.
    pub paper: Paper,
}

/// By when something must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last day.
    pub due: Date,
    /// How its days are counted.
    pub count: Count,
    /// Was it counted through a year whose holidays nobody knew yet?
    pub provisional: bool,
}

/// An appeal that waits for its decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// The day it was received.
    pub received: Date,
    /// Days of the deadline that were left then; none if there was no deadline or it was over.
    pub left: Option<u32>,
}

impl CaseState {
    /// Every word, in the order of a case's life.
    pub const WORDS: [&str; 7] =
        ["opened", "noticed", "repair-ordered", "repaired", "closed", "withdrawn", "won"];

    /// The word used in tables and on wires.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Noticed { .. } => "noticed",
            Self::RepairOrdered { .. } => "repair-ordered",
            Self::Repaired { .. } => "repaired",
            Self::Closed { .. } => "closed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Won { .. } => "won",
        }
    }

    /// Since when.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Opened { at }
            | Self::Noticed { at }
            | Self::RepairOrdered { at, .. }
            | Self::Repaired { at, .. }
            | Self::Closed { at, .. }
            | Self::Withdrawn { at }
            | Self::Won { at } => *at,
        }
    }

    /// Must the roadside look out for the vehicle?
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Opened { .. }
            | Self::Noticed { .. }
            | Self::RepairOrdered { .. }
            | Self::Repaired { .. } => true,
            Self::Closed { .. } | Self::Withdrawn { .. } | Self::Won { .. } => false,
        }
    }

    /// The order that stands, if one does.
    pub const fn order(&self) -> Option<&Order> {
        match self {
            Self::RepairOrdered { order, .. } | Self::Repaired { order, .. } => Some(order),
            Self::Opened { .. }
            | Self::Noticed { .. }
            | Self::Closed { .. }
            | Self::Withdrawn { .. }
            | Self::Won { .. } => None,
        }
    }
}
