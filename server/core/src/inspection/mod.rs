//! Inspections of diesel vehicles at stations (GB 3847-2018, clauses 4 to 9; STANDARDS.md 2).
//!
//! [`item`] names what is inspected and how, [`test`] is what a station uploads, [`rejudge`] judges it again from the raw
//! data: the written report is issued where both agree, held where they differ. What a failed vehicle must do next is
//! the [`order`](crate::order)'s.

pub mod item;
pub(crate) mod name;
pub mod rejudge;
#[cfg(test)]
mod rejudge_tests;
#[cfg(test)]
pub(crate) mod sample;
pub mod test;

pub use item::{InspectedItem, Method};
pub use name::{InspectionId, ReportNumber, VehicleIdentity};
pub use rejudge::{Difference, Rejudged, ReportState, rejudge};
pub use test::Inspection;
