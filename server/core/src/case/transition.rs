//! Every step of a case: what was, what happened and when, give what is and what must follow.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use plumewatch_shared::rulebook::casework::{CaseworkRules, Days};

use super::event::{Event, Kind, Source};
use super::state::{Appeal, CaseState, Closing, Deadline, Notice, Order};
use super::{Case, law_day};
use crate::access::OrganisationCode;
use crate::audit::Action;
use crate::calendar::WorkCalendar;

/// The longest period that an order gives, days: a year.
const PERIOD_DAYS_MAX: u32 = 365;

/// What a step rests on apart from the case.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The days that are known.
    pub calendar: &'a WorkCalendar,
    /// The rules of the case's region on the day of the step.
    pub rules: &'a CaseworkRules,
}

/// What must follow a transition, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write this in the audit.
    Audit(Action),
    /// The edges must learn of it.
    RefreshWatchlist,
    /// The vehicle's exceedances count anew from here.
    RestartCounting,
    /// A repair order begins.
    OpenOrder {
        /// Where the retest must be passed.
        station: OrganisationCode,
        /// The last day.
        due: Date,
    },
    /// The repair order is called off.
    CancelOrder,
    /// The exceedances that it rests on count for the vehicle's carrier.
    ExceedancesConfirmed,
    /// They count no more: the case was withdrawn or the appeal won.
    ExceedancesVoid,
}

/// An event that cannot happen to a case as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A notice comes before it.
    #[error("no notice was served yet")]
    NoticeMissing,
    /// This very notice is entered.
    #[error("this notice is entered already")]
    AlreadyServed,
    /// A public notice needs its time.
    #[error("the notice counts as served only later; wait for that day")]
    NotServedYet,
    /// Repair comes before it.
    #[error("repair has not been ordered")]
    NotOrdered,
    /// Retest comes after repair.
    #[error("a retest comes after the repair")]
    RetestBeforeRepair,
    /// It was ordered before.
    #[error("repair is ordered already")]
    AlreadyOrdered,
    /// It was recorded before.
    #[error("the repair is recorded already")]
    AlreadyRepaired,
    /// An appeal waits for its decision; that comes first.
    #[error("an appeal waits for its decision")]
    AppealPending,
    /// There is no appeal to decide.
    #[error("there is no appeal to decide on")]
    NoAppeal,
    /// It was referred before.
    #[error("the case is with the traffic police already")]
    AlreadyReferred,
    /// The deadline has not passed, or stands still.
    #[error("no deadline has passed")]
    NotOverdue,
    /// The day lies in the future.
    #[error("the day lies in the future")]
    DayInFuture,
    /// The day lies before the case.
    #[error("the day lies before the case was opened")]
    DayBeforeCase,
    /// A period of no days or of more than a year.
    #[error("a period has 1 to 365 days")]
    Period,
    /// Nothing happens to a case that has ended.
    #[error("the case has ended")]
    Ended,
}

/// The deadline that has passed on `today`; `None` if none has, or it stands still while an appeal is pending.
pub fn overdue(case: &Case, today: Date) -> Option<Date> {
    let runs = case.state.is_open() && case.appeal.is_none();
    case.deadline.filter(|deadline| runs && deadline.due < today).map(|deadline| deadline.due)
}

impl Case {
    /// May an event of this kind happen now? Its particulars may still be refused.
    pub fn permits(&self, kind: Kind) -> Result<(), Refusal> {
        use CaseState as State;
        let pending = self.appeal.is_some();
        let unless_pending = if pending { Err(Refusal::AppealPending) } else { Ok(()) };
        let if_pending = if pending { Ok(()) } else { Err(Refusal::NoAppeal) };
        match (&self.state, kind) {
            // An appeal may still come, and still be won, after the vehicle has passed.
            (State::Closed { .. }, Kind::EnterAppeal) => unless_pending,
            (State::Closed { .. }, Kind::UpholdAppeal | Kind::RejectAppeal) => if_pending,
            (State::Closed { .. } | State::Withdrawn { .. } | State::Won { .. }, _) => Err(Refusal::Ended),
            (_, Kind::EnterAppeal) => unless_pending,
            (_, Kind::UpholdAppeal | Kind::RejectAppeal) => if_pending,
            (_, Kind::Withdraw | Kind::CloseByException | Kind::Overdue) => Ok(()),
            (State::Opened { .. } | State::Noticed { .. }, Kind::ServeNotice) => unless_pending,
            (State::RepairOrdered { .. }, Kind::ServeNotice | Kind::OrderRepair) => {
                Err(Refusal::AlreadyOrdered)
            }
            (State::Repaired { .. }, Kind::ServeNotice | Kind::OrderRepair) => Err(Refusal::AlreadyRepaired),
            (State::Opened { .. }, Kind::OrderRepair | Kind::Refer) => Err(Refusal::NoticeMissing),
            (State::Noticed { .. }, Kind::OrderRepair) => unless_pending,
            (State::Noticed { .. } | State::RepairOrdered { .. } | State::Repaired { .. }, Kind::Refer) => {
                if self.referred.is_some() {
                    Err(Refusal::AlreadyReferred)
                } else {
                    unless_pending
                }
            }
            (
                State::Opened { .. } | State::Noticed { .. },
                Kind::Taken | Kind::Repaired | Kind::OrderCancelled,
            ) => Err(Refusal::NotOrdered),
            (State::RepairOrdered { .. }, Kind::Taken | Kind::Repaired | Kind::OrderCancelled) => Ok(()),
            (State::Repaired { .. }, Kind::Taken | Kind::Repaired) => Err(Refusal::AlreadyRepaired),
            (State::Repaired { .. }, Kind::RetestPassed | Kind::RetestFailed | Kind::OrderCancelled) => {
                Ok(())
            }
            (
                State::Opened { .. } | State::Noticed { .. } | State::RepairOrdered { .. },
                Kind::RetestPassed | Kind::RetestFailed,
            ) => Err(Refusal::RetestBeforeRepair),
        }
    }

    /// Pure: what was, what happened and when, give what is and what must follow.
    pub fn apply(
        mut self,
        event: Event,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> Result<(Self, Vec<Effect>), Refusal> {
        let kind = event.kind();
        self.permits(kind)?;
        let today = law_day(now);
        let mut effects = vec![Effect::Audit(kind.action())];
        match event {
            Event::ServeNotice { method, received, paper } => {
                self.day_of(received, today)?;
                let wait = i64::from(facts.rules.service_of(method).served_after_days);
                let notice = Notice { method, received, served: received.saturating_add(wait.days()), paper };
                if self.notice.as_ref() == Some(&notice) {
                    return Err(Refusal::AlreadyServed);
                }
                self.set_deadline(facts, notice.served, facts.rules.answer.period());
                self.notice = Some(notice);
                self.state = CaseState::Noticed { at: now };
            }
            Event::OrderRepair { station, within } => {
                if self.notice.as_ref().is_none_or(|notice| today < notice.served) {
                    return Err(Refusal::NotServedYet);
                }
                let period = within.unwrap_or(facts.rules.repair.period());
                if !(1..=PERIOD_DAYS_MAX).contains(&period.days) {
                    return Err(Refusal::Period);
                }
                let due = self.set_deadline(facts, today, period);
                effects.push(Effect::OpenOrder { station: station.clone(), due });
                self.state = CaseState::RepairOrdered { at: now, order: Order { station, taken: None } };
            }
            Event::EnterAppeal { received } => {
                self.day_of(received, today)?;
                let running = self.deadline.filter(|deadline| received <= deadline.due);
                let left =
                    |deadline: Deadline| facts.calendar.remaining(received, deadline.due, deadline.count);
                self.appeal = Some(Appeal { received, left: running.map(left) });
                if running.is_some() {
                    // It was in time, whenever somebody entered it.
                    self.overdue = None;
                }
            }
            Event::RejectAppeal => {
                let appeal = self.appeal.take().ok_or(Refusal::NoAppeal)?;
                if let (Some(left), Some(deadline)) = (appeal.left, self.deadline) {
                    self.set_deadline(facts, today, Days { days: left, count: deadline.count });
                }
            }
            Event::UpholdAppeal => {
                let was_open = self.state.is_open();
                self.end(CaseState::Won { at: now }, &mut effects);
                self.appeal = None;
                effects.push(Effect::ExceedancesVoid);
                if !was_open {
                    effects.retain(|effect| *effect != Effect::RefreshWatchlist);
                }
            }
            Event::Withdraw => {
                self.end(CaseState::Withdrawn { at: now }, &mut effects);
                self.appeal = None;
                effects.push(Effect::ExceedancesVoid);
            }
            Event::CloseByException(exception) => {
                self.end(CaseState::Closed { at: now, by: Closing::Exception(exception) }, &mut effects);
            }
            Event::Refer => self.referred = Some(now),
            Event::Overdue => {
                let passed = overdue(&self, today).filter(|due| self.overdue != Some(*due));
                self.overdue = Some(passed.ok_or(Refusal::NotOverdue)?);
            }
            Event::Taken => {
                if let CaseState::RepairOrdered { order, .. } = &mut self.state {
                    order.taken = order.taken.or(Some(now));
                }
            }
            Event::Repaired => {
                let order = self.standing_order()?;
                self.state = CaseState::Repaired { at: now, order };
            }
            Event::RetestFailed => {
                let order = Order { taken: None, ..self.standing_order()? };
                self.state = CaseState::RepairOrdered { at: now, order };
            }
            Event::RetestPassed => {
                self.end_of_order(CaseState::Closed { at: now, by: Closing::Retest });
                self.retested = Some(now);
                effects.extend([Effect::RefreshWatchlist, Effect::RestartCounting]);
            }
            Event::OrderCancelled => self.state = CaseState::Noticed { at: now },
        }
        Ok((self, effects))
    }

    /// What people may do now, in the order of a case's life.
    pub fn allowed(&self) -> Vec<Kind> {
        let by_people = Kind::ALL.iter().copied().filter(|kind| kind.source() == Source::Person);
        by_people.filter(|kind| self.permits(*kind).is_ok()).collect()
    }

    fn day_of(&self, day: Date, today: Date) -> Result<(), Refusal> {
        if day > today {
            return Err(Refusal::DayInFuture);
        }
        if day < law_day(self.opened) { Err(Refusal::DayBeforeCase) } else { Ok(()) }
    }

    fn set_deadline(&mut self, facts: Facts<'_>, from: Date, period: Days) -> Date {
        let reckoned = facts.calendar.deadline(from, period);
        let provisional = !reckoned.unknown_years.is_empty();
        self.deadline = Some(Deadline { due: reckoned.day, count: period.count, provisional });
        self.overdue = None;
        reckoned.day
    }

    fn standing_order(&self) -> Result<Order, Refusal> {
        self.state.order().cloned().ok_or(Refusal::NotOrdered)
    }

    /// Ends the case while its order may still stand: that is called off.
    fn end(&mut self, state: CaseState, effects: &mut Vec<Effect>) {
        if self.state.order().is_some() {
            effects.push(Effect::CancelOrder);
        }
        effects.push(Effect::RefreshWatchlist);
        self.end_of_order(state);
    }

    fn end_of_order(&mut self, state: CaseState) {
        self.state = state;
        self.deadline = None;
        self.overdue = None;
        if let Some(appeal) = &mut self.appeal {
            appeal.left = None;
        }
    }
}
