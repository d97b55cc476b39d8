//! The notice to the owner (通知书): what was seen, by which rule, what follows, how to object until when.

use serde::Serialize;

use crate::{Bilingual, Day, Document, Head, Observation, Vehicle};

/// The notice to the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What every paper says of itself.
    pub head: Head,
    /// To whom: the owner, else the carrier, else "owner of the vehicle".
    pub addressee: String,
    /// The addressee's address, if it is known.
    pub address: Option<String>,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// What it exceeded.
    pub item: Bilingual,
    /// The exceedances it rests on, oldest first.
    pub observations: Vec<Observation>,
    /// Why the reviewers confirmed them, in their words, each with who and when.
    pub confirmations: Vec<String>,
    /// The rules it rests on, each with its clause.
    pub basis: Vec<Bilingual>,
    /// How long the owner has to answer, from service, such as "5 working days".
    pub answer_within: Bilingual,
    /// The last day to answer; `None` until the notice is served, since the time runs from service.
    pub answer_by: Option<Day>,
    /// How long the owner has to repair and pass the retest, from the order to repair.
    pub repair_within: Bilingual,
    /// How it was served, once it was.
    pub service: Option<Service>,
}

/// How a notice was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// By letter, by text message, by public notice.
    pub way: Bilingual,
    /// The day.
    pub on: Day,
}

impl Document for Notice {
    const TEMPLATE: &'static str = "notice";

    fn head(&self) -> &Head {
        &self.head
    }
}
