//! The inspection report (检验报告): one inspection of one vehicle at a station, with the server's own judgement.

use serde::Serialize;

use crate::{Bilingual, Document, Head, Measured, Organisation, Vehicle};

/// The inspection's report; issued only where the server's judgement agrees with the station's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InspectionReport {
    /// What every paper says of itself; the number is the report's.
    pub head: Head,
    /// Where it was inspected.
    pub station: Organisation,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The method, such as free acceleration.
    pub method: Bilingual,
    /// First inspection, or which retest of which order.
    pub occasion: Bilingual,
    /// Began, at the law's place.
    pub began: String,
    /// Ended.
    pub ended: String,
    /// Instruments, each with its number.
    pub instruments: Vec<String>,
    /// Air temperature, humidity, pressure: each with its unit, as far as told.
    pub conditions: Vec<Bilingual>,
    /// Every item with its value and limit.
    pub items: Vec<Measured>,
    /// Raw values that the items were made of.
    pub series: Vec<Series>,
    /// Passed as a whole?
    pub passed: bool,
    /// The rulebook's edition that the server judged by.
    pub edition: String,
    /// Who inspected.
    pub inspector: Option<String>,
    /// Who approved.
    pub approver: Option<String>,
    /// What must be said besides.
    pub remarks: Vec<Bilingual>,
}

/// Raw values of one kind, in the order they were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Of what, with the unit.
    pub name: Bilingual,
    /// The values.
    pub values: Vec<String>,
}

impl Document for InspectionReport {
    const TEMPLATE: &'static str = "inspection-report";

    fn head(&self) -> &Head {
        &self.head
    }
}
