//! The decision to list a carrier or to take it off the list (列入/移出决定), with the share it rests on.

use serde::Serialize;

use crate::{Bilingual, Day, Document, Head};

/// A decision on a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListingDecision {
    /// What every paper says of itself.
    pub head: Head,
    /// Onto the list, or off it.
    pub kind: Kind,
    /// The carrier's name.
    pub carrier: String,
    /// Its unified social credit code, or its local code.
    pub code: String,
    /// The share of its vehicles.
    pub share: Share,
    /// The vehicles that made the share, each with its exceedances.
    pub vehicles: Vec<ExceedingVehicle>,
    /// Why, in the authority's words.
    pub reason: String,
    /// From when until when, for a listing.
    pub term: Option<Term>,
    /// What the carrier answered, if it did.
    pub answer: Option<String>,
    /// The rules it rests on.
    pub basis: Vec<Bilingual>,
    /// Who decided.
    pub decided_by: String,
}

/// Onto the list or off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The carrier is listed.
    Listed,
    /// It is taken off.
    Delisted,
}

/// Exceeding vehicles ÷ vehicles of the carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Distinct vehicles with a confirmed exceedance in the window.
    pub exceeding: u64,
    /// Vehicles of the carrier.
    pub fleet: u64,
    /// The share in words, such as 10.0 %.
    pub percent: String,
    /// What the rule asks for, such as 10 %.
    pub limit: String,
    /// The window's first day.
    pub from: Day,
    /// Its last.
    pub until: Day,
    /// The day whose fleet counts.
    pub fleet_on: Day,
    /// The rulebook's edition.
    pub edition: String,
}

/// From when until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Term {
    /// First day on the list.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

/// A vehicle that made the share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExceedingVehicle {
    /// Its plate on that day.
    pub plate: String,
    /// The plate's colour.
    pub plate_colour: Option<Bilingual>,
    /// The days of its exceedances.
    pub days: Vec<Day>,
    /// The cases that confirmed them.
    pub cases: Vec<String>,
}

impl Document for ListingDecision {
    const TEMPLATE: &'static str = "listing-decision";

    fn head(&self) -> &Head {
        &self.head
    }
}
