//! A checkpoint: where it stands and which lanes it watches.

use crate::ids::{LaneNo, StationId};
use crate::units::Slope;

/// A checkpoint as its edge unit and the server both know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its name in the national network.
    pub id: StationId,
    /// Its name for people.
    pub name: String,
    /// The lanes it watches, by number.
    pub lanes: Vec<Lane>,
}

/// One lane with its own reader and cameras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// From 1, counted from the kerb.
    pub number: LaneNo,
    /// Uphill positive.
    pub slope: Slope,
}
