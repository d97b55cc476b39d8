//! A step of a case as it is kept beside the case: what happened, its particulars, by whom, when, why.
//!
//! The case itself holds what is; the steps hold how it came about, each notice and each appeal of them. They are
//! written once and never changed.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::{Event, Kind};
use super::{Case, CaseState, Closing};

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it was entered.
    pub at: Timestamp,
    /// By which account; `system` for what the server found by itself.
    pub actor: String,
    /// What.
    pub kind: Kind,
    /// Its particulars.
    pub told: Told,
    /// Why, as the person said; what orders and the calendar bring about has none.
    pub reason: Option<String>,
}

/// The particulars of a step, each as far as the event has it. Words are the wire's, days civil days at the law's place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// How the notice went: `letter`, `text` or `public-notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The paper's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// The day it was received: the notice by the owner, the appeal by the authority. Of a public notice the day it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_day: Option<Date>,
    /// The day the notice counts as served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_day: Option<Date>,
    /// The inspection station where the retest must be passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// The deadline that holds after it, or that passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_day: Option<Date>,
    /// How its days are counted: `working` or `calendar`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// Was it counted through a year whose holidays nobody knew yet?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// Why a retest will never come: `scrapped`, `deregistered`, `moved-away` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// The person who answers for the exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The edition of the rules of casework by which it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

impl Told {
    /// The particulars of an event that made the case what it is now, by this edition of the rules.
    pub fn of(event: &Event, after: &Case, rules: &str) -> Self {
        let mut told = Self { rules: Some(rules.to_owned()), ..Self::default() };
        match event {
            Event::ServeNotice { method, received, paper } => {
                told.method = Some(method.word().to_owned());
                told.paper = Some(paper.as_str().to_owned());
                told.received_day = Some(*received);
                told.served_day = after.notice.as_ref().map(|notice| notice.served);
            }
            Event::OrderRepair { station, .. } => told.station = Some(station.as_str().to_owned()),
            Event::EnterAppeal { received } => told.received_day = Some(*received),
            Event::CloseByException(exception) => {
                told.ground = Some(exception.ground.word().to_owned());
                told.approved_by = Some(exception.approved_by.as_str().to_owned());
            }
            Event::Overdue => told.due_day = after.overdue,
            Event::RetestPassed => {}
            Event::UpholdAppeal
            | Event::RejectAppeal
            | Event::Refer
            | Event::Withdraw
            | Event::Taken
            | Event::Repaired
            | Event::RetestFailed
            | Event::OrderCancelled => {}
        }
        if let (Kind::ServeNotice | Kind::OrderRepair | Kind::RejectAppeal, Some(deadline)) =
            (event.kind(), after.deadline)
        {
            told.due_day = Some(deadline.due);
            told.count = Some(deadline.count.word().to_owned());
            told.provisional = deadline.provisional;
        }
        told
    }
}

impl Case {
    /// Is it over because the vehicle passed its retest?
    pub fn passed_retest(&self) -> bool {
        matches!(self.state, CaseState::Closed { by: Closing::Retest, .. })
    }
}
