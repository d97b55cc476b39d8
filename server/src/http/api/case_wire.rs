//! What pages are told of a case, and how a person's event is read. Words and units are the wire's.

use jiff::civil::Date;
use plumewatch_shared::rulebook::casework::{CaseworkRules, Count, Days, ServiceMethod};
use serde::{Deserialize, Serialize};
use server_core::access::OrganisationCode;
use server_core::case::explain::Explanation;
use server_core::case::{
    CaseState, Closing, Event, Exception, ExceptionGround, Kind, NAME_MAX, PAPER_MAX, Paper, PersonName,
    Step, overdue,
};
use utoipa::ToSchema;

use super::wire::Words;
use crate::http::error::ApiError;
use crate::store::CaseRow;

/// A case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Case {
    /// Its name.
    id: String,
    /// Whose.
    plate: String,
    /// The plate's colour, by word.
    plate_colour: Option<String>,
    /// `opacity`, `ringelmann` or `no`.
    item: &'static str,
    /// `opened`, `noticed`, `repair-ordered`, `repaired`, `closed`, `withdrawn` or `won` (the owner's appeal was).
    state: &'static str,
    /// When it was opened.
    opened_utc_us: i64,
    /// By whom.
    opened_by: String,
    /// The candidate that opened it.
    candidate_id: String,
    /// When something last happened to it.
    updated_utc_us: i64,
    /// The last day of the deadline that runs, or stands still for an appeal.
    due_day: Option<String>,
    /// Was it counted through a year whose holidays nobody knew yet?
    due_provisional: bool,
    /// Has that day passed by today? Never while an appeal is pending.
    overdue: bool,
    /// The notice that was served last.
    notice: Option<NoticeWire>,
    /// The inspection station where the retest must be passed.
    retest_station: Option<String>,
    /// When a shop took the order.
    taken_utc_us: Option<i64>,
    /// The day an appeal was received that waits for its decision.
    appeal_day: Option<String>,
    /// When it was handed to the traffic police.
    referred_utc_us: Option<i64>,
    /// What closed it: `retest` or `exception`.
    closed_by: Option<&'static str>,
    /// The exception's ground: `scrapped`, `deregistered`, `moved-away` or `other`.
    exception_ground: Option<&'static str>,
    /// Who answers for the exception.
    exception_by: Option<String>,
}

/// A notice to the owner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NoticeWire {
    /// `letter`, `text` or `public-notice`.
    method: &'static str,
    /// The day it was received or, of a public notice, published.
    received_day: String,
    /// The day it counts as served.
    served_day: String,
    /// The paper's number.
    paper: String,
}

impl Case {
    /// As it stands on `today`.
    pub(crate) fn new(row: CaseRow, today: Date) -> Self {
        let overdue = overdue(&row.case, today).is_some();
        let case = row.case;
        let (closed_by, exception) = match &case.state {
            CaseState::Closed { by: Closing::Retest, .. } => (Some("retest"), None),
            CaseState::Closed { by: Closing::Exception(exception), .. } => {
                (Some("exception"), Some(exception))
            }
            CaseState::Opened { .. }
            | CaseState::Noticed { .. }
            | CaseState::RepairOrdered { .. }
            | CaseState::Repaired { .. }
            | CaseState::Withdrawn { .. }
            | CaseState::Won { .. } => (None, None),
        };
        Self {
            overdue,
            id: case.id.as_str().to_owned(),
            plate: case.vehicle.plate.as_str().to_owned(),
            plate_colour: case.vehicle.colour.map(|colour| colour.word().to_owned()),
            item: case.item.word(),
            state: case.state.word(),
            opened_utc_us: case.opened.as_microsecond(),
            opened_by: row.opened_by,
            candidate_id: row.candidate.as_str().to_owned(),
            updated_utc_us: row.updated.as_microsecond(),
            due_day: case.deadline.map(|deadline| deadline.due.to_string()),
            due_provisional: case.deadline.is_some_and(|deadline| deadline.provisional),
            notice: case.notice.as_ref().map(|notice| NoticeWire {
                method: notice.method.word(),
                received_day: notice.received.to_string(),
                served_day: notice.served.to_string(),
                paper: notice.paper.as_str().to_owned(),
            }),
            retest_station: case.state.order().map(|order| order.station.as_str().to_owned()),
            taken_utc_us: case
                .state
                .order()
                .and_then(|order| order.taken)
                .map(|taken| taken.as_microsecond()),
            appeal_day: case.appeal.map(|appeal| appeal.received.to_string()),
            referred_utc_us: case.referred.map(|at| at.as_microsecond()),
            closed_by,
            exception_ground: exception.map(|exception| exception.ground.word()),
            exception_by: exception.map(|exception| exception.approved_by.as_str().to_owned()),
        }
    }
}

/// Something that happened to a case, with its particulars.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StepWire {
    /// When it was entered.
    at_utc_us: i64,
    /// By which account, or `system`.
    actor: String,
    /// What, by the word of [`CaseEvent`]'s `event`, or `taken`, `repaired`, `retest-passed`, `retest-failed`,
    /// `order-cancelled`, `overdue`.
    event: &'static str,
    /// Why, as the person said.
    reason: Option<String>,
    /// How the notice went.
    method: Option<String>,
    /// The paper's number.
    paper: Option<String>,
    /// The day the notice or appeal was received.
    received_day: Option<String>,
    /// The day the notice counts as served.
    served_day: Option<String>,
    /// Where the retest must be passed.
    station: Option<String>,
    /// The deadline that held after it, or that passed.
    due_day: Option<String>,
    /// `working` or `calendar`.
    count: Option<String>,
    /// The exception's ground.
    ground: Option<String>,
    /// Who answers for the exception.
    approved_by: Option<String>,
}

impl From<Step> for StepWire {
    fn from(step: Step) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        Self {
            at_utc_us: step.at.as_microsecond(),
            actor: step.actor,
            event: step.kind.word(),
            reason: step.reason,
            method: step.told.method,
            paper: step.told.paper,
            received_day: day(step.told.received_day),
            served_day: day(step.told.served_day),
            station: step.told.station,
            due_day: day(step.told.due_day),
            count: step.told.count,
            ground: step.told.ground,
            approved_by: step.told.approved_by,
        }
    }
}

/// Why the vehicle is listed or cleared.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationWire {
    /// Is it looked out for because of this case?
    listed: bool,
    /// How it stands now.
    verdict: Words,
    /// Why, oldest first, each with its day and clause.
    facts: Vec<Words>,
}

impl From<Explanation> for ExplanationWire {
    fn from(told: Explanation) -> Self {
        Self {
            listed: told.listed,
            verdict: told.verdict.into(),
            facts: told.facts.into_iter().map(Words::from).collect(),
        }
    }
}

/// The numbers of casework that hold in the case's region today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseworkWire {
    /// The edition.
    version: String,
    /// From service: days to answer.
    answer_days: u32,
    /// `working` or `calendar`.
    answer_count: &'static str,
    /// From the order: days to repair and pass the retest.
    repair_days: u32,
    /// `working` or `calendar`.
    repair_count: &'static str,
    /// Where the repair's period stands.
    repair_clause: String,
    /// Calendar days after which a public notice counts as served.
    public_notice_days: u32,
    /// The last year whose holidays are known; deadlines beyond it are provisional.
    holidays_known_until: i16,
}

impl CaseworkWire {
    pub(crate) fn new(rules: &CaseworkRules, holidays_known_until: i16) -> Self {
        Self {
            version: rules.version.clone(),
            answer_days: rules.answer.days,
            answer_count: rules.answer.count.word(),
            repair_days: rules.repair.days,
            repair_count: rules.repair.count.word(),
            repair_clause: rules.repair.clause.clone(),
            public_notice_days: rules.service_of(ServiceMethod::PublicNotice).served_after_days,
            holidays_known_until,
        }
    }
}

/// Something that a person of the authority makes happen to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseEvent {
    /// `serve-notice`, `order-repair`, `enter-appeal`, `uphold-appeal`, `reject-appeal`, `refer`, `withdraw` or
    /// `close-by-exception`. What shops and stations do is never entered here.
    #[schema(example = "serve-notice")]
    event: String,
    /// Why, or by which paper: 1 to 500 characters.
    pub(crate) reason: String,
    /// With `serve-notice`: `letter`, `text` or `public-notice`.
    #[serde(default)]
    method: Option<String>,
    /// With `serve-notice`: the paper's number, at most 60 characters.
    #[serde(default)]
    paper: Option<String>,
    /// With `serve-notice` and `enter-appeal`: the day it was received (a public notice: published), `2026-11-27`.
    #[serde(default)]
    received_day: Option<String>,
    /// With `order-repair`: the code of the inspection station where the retest must be passed.
    #[serde(default)]
    station: Option<String>,
    /// With `order-repair`: how many days, if not as many as the region's rule says; with `count`.
    #[serde(default)]
    days: Option<u32>,
    /// With `days`: `working` or `calendar`.
    #[serde(default)]
    count: Option<String>,
    /// With `close-by-exception`: `scrapped`, `deregistered`, `moved-away` or `other`.
    #[serde(default)]
    ground: Option<String>,
    /// With `close-by-exception`: the person who answers for it, at most 40 characters.
    #[serde(default)]
    approved_by: Option<String>,
}

impl CaseEvent {
    /// In the words of the field.
    pub(crate) fn event(&self) -> Result<Event, ApiError> {
        let kind = Kind::from_word(&self.event).ok_or_else(|| {
            let words = "serve-notice, order-repair, enter-appeal, uphold-appeal, reject-appeal, refer, withdraw, \
                         close-by-exception";
            ApiError::invalid("未知的案件操作。", format!("An event is one of {words}."))
        })?;
        Ok(match kind {
            Kind::ServeNotice => Event::ServeNotice {
                method: self.word(&self.method, "method", "送达方式", ServiceMethod::from_word)?,
                received: self.day()?,
                paper: self.word(&self.paper, "paper", "文书编号", Paper::new)?,
            },
            Kind::OrderRepair => Event::OrderRepair {
                station: self.word(&self.station, "station", "检验机构编号", OrganisationCode::parse)?,
                within: match self.days {
                    None => None,
                    Some(days) => {
                        let count = self.word(&self.count, "count", "计日方式", Count::from_word)?;
                        Some(Days { days, count })
                    }
                },
            },
            Kind::EnterAppeal => Event::EnterAppeal { received: self.day()? },
            Kind::CloseByException => Event::CloseByException(Exception {
                ground: self.word(&self.ground, "ground", "结案理由类别", ExceptionGround::from_word)?,
                approved_by: self.word(&self.approved_by, "approved_by", "批准人", PersonName::new)?,
            }),
            Kind::UpholdAppeal => Event::UpholdAppeal,
            Kind::RejectAppeal => Event::RejectAppeal,
            Kind::Refer => Event::Refer,
            Kind::Withdraw => Event::Withdraw,
            Kind::Overdue => Event::Overdue,
            Kind::Taken => Event::Taken,
            Kind::Repaired => Event::Repaired,
            Kind::RetestPassed => Event::RetestPassed,
            Kind::RetestFailed => Event::RetestFailed,
            Kind::OrderCancelled => Event::OrderCancelled,
        })
    }

    fn day(&self) -> Result<Date, ApiError> {
        self.word(&self.received_day, "received_day", "收到日期", |text| {
            // Only the plain form: jiff reads others, and a page or a program that writes them errs.
            (text.len() == 10).then(|| text.parse().ok()).flatten()
        })
    }

    fn word<T>(
        &self,
        given: &Option<String>,
        field: &str,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ApiError> {
        let event = &self.event;
        let text =
            given.as_deref().map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| {
                ApiError::invalid(format!("请填写{name}。"), format!("{event} needs {field}."))
            })?;
        read(text).ok_or_else(|| {
            ApiError::invalid(
                format!("{name}无效（文书编号最多{PAPER_MAX}字，姓名最多{NAME_MAX}字，日期如2026-11-27）。"),
                format!("The {field} of {event} cannot be meant; see the API's description."),
            )
        })
    }
}
