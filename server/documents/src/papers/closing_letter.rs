//! The closing letter (结案通知书): how a case ended and what follows.

use serde::Serialize;

use crate::{Bilingual, Day, Document, Head, Organisation, Vehicle};

/// The letter that a case has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosingLetter {
    /// What every paper says of itself.
    pub head: Head,
    /// To whom.
    pub addressee: String,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The case was opened on.
    pub opened: Day,
    /// It ended on.
    pub ended: Day,
    /// How: retest passed, withdrawn, appeal won, exception.
    pub outcome: Bilingual,
    /// Do its exceedances count on, for the carrier's share?
    pub exceedances_stand: bool,
    /// Who repaired it.
    pub shop: Option<Organisation>,
    /// The shop's completion certificate.
    pub certificate: Option<String>,
    /// Where the retest was passed.
    pub station: Option<Organisation>,
    /// The retest's report.
    pub report: Option<String>,
    /// What happened, one sentence each, in order.
    pub course: Vec<Bilingual>,
    /// Why, in a person's words; empty where the retest speaks for itself.
    pub reason: String,
    /// The rules it rests on.
    pub basis: Vec<Bilingual>,
}

impl Document for ClosingLetter {
    const TEMPLATE: &'static str = "closing-letter";

    fn head(&self) -> &Head {
        &self.head
    }
}
