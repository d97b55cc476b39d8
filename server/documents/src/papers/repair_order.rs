//! The repair order (维修告知书): what failed, to which limit, where a shop and the retest come in.

use serde::Serialize;

use crate::{Bilingual, Day, Document, Head, Measured, Organisation, Vehicle};

/// The repair order, handed to the driver or owner with a failed inspection or a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepairOrder {
    /// What every paper says of itself.
    pub head: Head,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// What it comes from: the inspection's report or the case, in words with its number.
    pub origin: Bilingual,
    /// The test's method; the retest uses the same.
    pub method: Bilingual,
    /// What failed, with value and limit.
    pub failed: Vec<Measured>,
    /// Where the retest is, and nowhere else.
    pub station: Organisation,
    /// The last day.
    pub due: Day,
    /// How many retests it failed before this order.
    pub failures: u32,
    /// The shop that has taken it, if one has.
    pub shop: Option<Organisation>,
    /// That shop's certificate on the day it took the order.
    pub certificate: Option<String>,
    /// The rules it rests on.
    pub basis: Vec<Bilingual>,
}

impl Document for RepairOrder {
    const TEMPLATE: &'static str = "repair-order";

    fn head(&self) -> &Head {
        &self.head
    }
}
