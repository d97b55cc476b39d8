//! Repair orders and shops that a person should look at: overdue orders, vehicles that fail again and again, shops whose
//! repairs do not last.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::access::OrganisationCode;
use crate::order::programme::ProgrammeRules;
use crate::order::{Order, OrderId};

/// Orders whose last day has gone by.
pub fn overdue(orders: &[Order], today: Date) -> Vec<&Order> {
    orders.iter().filter(|order| order.is_overdue(today)).collect()
}

/// Orders whose vehicles failed as often as the rule says.
pub fn failing_repeatedly<'a>(orders: &'a [Order], rules: &ProgrammeRules) -> Vec<&'a Order> {
    orders.iter().filter(|order| order.failures >= rules.failures_to_find.value).collect()
}

/// A repair whose retest was passed, and what became of the vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedRepair {
    /// The order.
    pub order: OrderId,
    /// Who repaired last.
    pub shop: OrganisationCode,
    /// The day of the passing retest.
    pub passed: Date,
    /// The first later day on which the vehicle failed at a station or exceeded beside the road.
    pub dirty: Option<Date>,
}

/// A shop whose repairs do not last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortLived<'a> {
    /// Which.
    pub shop: &'a OrganisationCode,
    /// Its repairs that are old enough to tell.
    pub repairs: u64,
    /// Those that did not last.
    pub failed: Vec<&'a ClosedRepair>,
    /// Share of these, per mille.
    pub share_per_mille: u64,
}

/// Shops whose repairs do not last, by their repairs over a year. A repair tells when it has lasted the rule's days, or
/// when it has not.
pub fn short_lived<'a>(
    repairs: &'a [ClosedRepair],
    today: Date,
    rules: &ProgrammeRules,
) -> Vec<ShortLived<'a>> {
    let lasts = i64::from(rules.repair_lasts_days.value);
    let failed = |repair: &ClosedRepair| {
        repair.dirty.is_some_and(|dirty| repair.passed <= dirty && dirty <= later(repair.passed, lasts))
    };
    let mut by_shop: BTreeMap<&OrganisationCode, (u64, Vec<&ClosedRepair>)> = BTreeMap::new();
    for repair in repairs {
        let (count, dirty) = by_shop.entry(&repair.shop).or_default();
        if failed(repair) {
            dirty.push(repair);
            *count += 1;
        } else if later(repair.passed, lasts) < today {
            *count += 1;
        }
    }
    let share = |count: u64, failed: usize| failed as u64 * 1_000 / count.max(1);
    by_shop
        .into_iter()
        .filter(|(_, (count, failed))| {
            *count >= u64::from(rules.repairs_to_look.value)
                && share(*count, failed.len()) >= u64::from(rules.not_lasting_per_mille.value)
        })
        .map(|(shop, (repairs, failed))| {
            let share_per_mille = share(repairs, failed.len());
            ShortLived { shop, repairs, failed, share_per_mille }
        })
        .collect()
}

fn later(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}
