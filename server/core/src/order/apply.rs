//! The way of an order: what was, what happened, and so what is and what must follow.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::event::{CaseNews, Effect, Event, Retest, ShopOnDay};
use super::{Order, OrderState, Origin, Refusal, RepairRecord, Taking};
use crate::access::OrganisationCode;
use crate::audit::Action;
use crate::inspection::InspectedItem;

/// The order as it is, and what must follow; nothing follows if the event had been taken in before.
type Applied = Result<(Order, Vec<Effect>), Refusal>;

impl Order {
    /// Pure: what was and what happened give what is and what must follow, or the rule that forbids it.
    pub fn apply(self, event: Event) -> Applied {
        match event {
            Event::Take { shop, day, round } => self.take(shop, day, round),
            Event::Record { shop, record, round } => self.record(shop, record, round),
            Event::Retested(retest) => self.retested(retest),
            Event::ReassignStation { station, .. } => {
                self.must_be_open()?;
                if station.station == self.station {
                    return Ok((self, Vec::new()));
                }
                if !station.is_open {
                    return Err(Refusal::StationClosed);
                }
                Ok((Self { station: station.station, ..self }, vec![Effect::Audit(Action::OrderReassigned)]))
            }
            Event::ReassignShop { shop, .. } => self.reassign_shop(shop),
            Event::Cancel { .. } => {
                if self.state == OrderState::Cancelled {
                    return Ok((self, Vec::new()));
                }
                self.must_be_open()?;
                Ok(self.with(OrderState::Cancelled, Action::OrderCancelled, CaseNews::Cancelled))
            }
        }
    }

    /// Is it a shop's own: does the shop have it, or is it named for it? Others do not see it.
    pub fn concerns_shop(&self, shop: &OrganisationCode) -> bool {
        self.state.taking().is_some_and(|taking| taking.shop == *shop) || self.reserved.as_ref() == Some(shop)
    }

    fn take(self, shop: ShopOnDay, day: jiff::civil::Date, round: u32) -> Applied {
        match round.cmp(&self.round()) {
            Ordering::Less => return Ok((self, Vec::new())), // It took the order for an earlier repair.
            Ordering::Equal => {}
            Ordering::Greater => return Err(Refusal::NotYet),
        }
        match &self.state {
            OrderState::Ordered => {}
            OrderState::Taken(taking) | OrderState::Repaired { taking, .. } => {
                let own = taking.shop == shop.shop;
                return if own { Ok((self, Vec::new())) } else { Err(Refusal::TakenByOther) };
            }
            OrderState::Closed { .. } | OrderState::Cancelled => return Err(Refusal::Ended),
        }
        if self.reserved.as_ref().is_some_and(|named| *named != shop.shop) {
            return Err(Refusal::ReservedForOther);
        }
        let Some(certificate) = shop.certificate else { return Err(Refusal::NotQualified { day }) };
        let taking = Taking { shop: shop.shop, certificate, day };
        Ok(self.with(OrderState::Taken(taking), Action::OrderTaken, CaseNews::Taken))
    }

    fn record(self, shop: OrganisationCode, record: RepairRecord, round: u32) -> Applied {
        let digest = record.digest(&shop);
        if self.records.contains(&digest) {
            return Ok((self, Vec::new()));
        }
        match round.cmp(&self.round()) {
            Ordering::Less => return Err(Refusal::RecordExists),
            Ordering::Equal => {}
            Ordering::Greater => return Err(Refusal::NotYet),
        }
        let taking = match &self.state {
            OrderState::Ordered => return Err(Refusal::TakeFirst),
            OrderState::Taken(taking) if taking.shop != shop => return Err(Refusal::TakenByOther),
            OrderState::Taken(taking) => taking.clone(),
            OrderState::Repaired { .. } => return Err(Refusal::RecordExists),
            OrderState::Closed { .. } | OrderState::Cancelled => return Err(Refusal::Ended),
        };
        if record.started < self.opened {
            return Err(Refusal::BeganBeforeOrder { opened: self.opened });
        }
        if record.finished.date() < taking.day {
            return Err(Refusal::EndedBeforeTaking { day: taking.day });
        }
        let finished = record.finished;
        let mut order = self;
        order.records.insert(digest);
        let state = OrderState::Repaired { taking, finished };
        Ok(order.with(state, Action::RepairRecorded, CaseNews::Repaired))
    }

    fn retested(self, retest: Retest) -> Applied {
        if self.retests.contains(&retest.inspection) {
            return Ok((self, Vec::new()));
        }
        self.may_retest(&retest)?;
        let mut order = self;
        order.retests.insert(retest.inspection.clone());
        order.method = Some(retest.method);
        if retest.failed.is_empty() {
            let closed = OrderState::Closed { retest: retest.inspection };
            let (order, mut effects) = order.with(closed, Action::RetestPassed, CaseNews::RetestPassed);
            effects.push(Effect::IssueReport);
            return Ok((order, effects));
        }
        order.failures = order.failures.saturating_add(1);
        order.items.extend(retest.failed);
        let (order, mut effects) =
            order.with(OrderState::Ordered, Action::RetestFailed, CaseNews::RetestFailed);
        effects.push(Effect::IssueReport);
        Ok((order, effects))
    }

    /// May this retest be taken in? The rules of item 22 of the action plan, in the order in which people need to hear
    /// of them.
    pub fn may_retest(&self, retest: &Retest) -> Result<(), Refusal> {
        self.must_be_open()?;
        if retest.station != self.station {
            return Err(Refusal::OtherStation);
        }
        match retest.round.cmp(&self.round()) {
            Ordering::Less => return Err(Refusal::RepairFirst), // That round had its retest.
            Ordering::Equal => {}
            Ordering::Greater => return Err(Refusal::NotYet),
        }
        if !retest.vehicle.is_same(&self.vehicle) {
            return Err(Refusal::OtherVehicle);
        }
        let finished = match &self.state {
            OrderState::Repaired { finished, .. } => *finished,
            OrderState::Ordered | OrderState::Taken(_) => return Err(Refusal::RepairFirst),
            OrderState::Closed { .. } | OrderState::Cancelled => return Err(Refusal::Ended),
        };
        if retest.started < finished {
            return Err(Refusal::RetestBeforeRepairEnd { finished });
        }
        if let Some(method) = self.method.filter(|method| *method != retest.method) {
            return Err(Refusal::OtherMethod { wanted: method });
        }
        let missing: BTreeSet<InspectedItem> = self.items.difference(&retest.tested).copied().collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::ItemsMissing { missing }) }
    }

    fn reassign_shop(self, shop: Option<ShopOnDay>) -> Applied {
        match &self.state {
            OrderState::Ordered | OrderState::Taken(_) => {}
            OrderState::Repaired { .. } => return Err(Refusal::RecordExists),
            OrderState::Closed { .. } | OrderState::Cancelled => return Err(Refusal::Ended),
        }
        if shop.as_ref().is_some_and(|shop| shop.certificate.is_none()) {
            return Err(Refusal::ShopNotQualifiedToday);
        }
        let reserved = shop.map(|shop| shop.shop);
        let stands = match self.state.taking() {
            Some(taking) => reserved.as_ref() == Some(&taking.shop),
            None => reserved == self.reserved,
        };
        if stands {
            return Ok((self, Vec::new()));
        }
        let order = Self { reserved, state: OrderState::Ordered, ..self };
        Ok((order, vec![Effect::Audit(Action::OrderReassigned)]))
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        if self.state.is_open() { Ok(()) } else { Err(Refusal::Ended) }
    }

    fn with(self, state: OrderState, action: Action, news: CaseNews) -> (Self, Vec<Effect>) {
        let mut effects = vec![Effect::Audit(action)];
        if let Origin::Case(_) = self.origin {
            effects.push(Effect::TellCase(news));
        }
        (Self { state, ..self }, effects)
    }
}
