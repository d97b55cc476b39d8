//! Says in words why a candidate is one.

use jiff::Timestamp;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::{CountingRule, Item};
use plumewatch_shared::time::law_place;

/// One exceedance with its figures, in the item's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceedance {
    /// When the vehicle passed.
    pub passed: Timestamp,
    /// What was measured.
    pub measured: i64,
    /// What passes at most.
    pub limit: i64,
}

/// The candidate's grounds: how often, within what, each day with its value, and the clause.
pub fn explanation(item: Item, exceedances: &[Exceedance], rule: &CountingRule) -> Bilingual {
    let (name, count, months) = (item.name(), exceedances.len(), rule.within_months);
    let day = |at: Timestamp| law_place().to_datetime(at).date();
    let list = |separator: &str, form: fn(&str, &str, &str) -> String| {
        let each = exceedances.iter().map(|exceedance| {
            form(
                &day(exceedance.passed).to_string(),
                &item.show(exceedance.measured),
                &item.show(exceedance.limit),
            )
        });
        each.collect::<Vec<_>>().join(separator)
    };
    if count == 1 && rule.instruments.is_some() {
        return Bilingual::new(
            format!(
                "同一次过车中遥测仪与烟度摄像机均超标：{}{}（{}）。",
                name.zh,
                list("；", |day, measured, limit| format!("{day} {measured}，限值{limit}")),
                rule.clause
            ),
            format!(
                "In one passage both the head and the smoke camera exceed: {} {} ({}).",
                name.en,
                list("; ", |day, measured, limit| format!("{day} {measured}, limit {limit}")),
                rule.clause
            ),
        );
    }
    Bilingual::new(
        format!(
            "{months}个自然月内{}连续{count}次有效测量超标：{}（{}）。",
            name.zh,
            list("；", |day, measured, limit| format!("{day} {measured}，限值{limit}")),
            rule.clause
        ),
        format!(
            "{count} consecutive valid measurements of {} exceed the limit within {months} calendar months: {} ({}).",
            name.en,
            list("; ", |day, measured, limit| format!("{day} {measured}, limit {limit}")),
            rule.clause
        ),
    )
}
