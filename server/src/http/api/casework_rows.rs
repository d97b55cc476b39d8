//! The rules of casework, and the years of holidays, as rows of the rulebooks' table.

use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::casework::{PeriodRule, ServiceRule};
use plumewatch_shared::rulebook::{CaseworkRules, SourceConfidence};
use server_core::calendar::{Arrangement, WorkCalendar};

use super::rulebook_rows::RuleRow;

/// The rows of one edition, then those of the years of holidays that are known.
pub(super) fn of_casework(rules: &CaseworkRules, calendar: &WorkCalendar) -> Vec<RuleRow> {
    let people = rules.confirmations.people;
    let confirmations = row(
        "casework/confirmations",
        Bilingual::new("复核确认人数", "people who confirm"),
        match people {
            1 => Bilingual::new("1人确认即立案", "one person's confirmation opens a case"),
            _ => Bilingual::new(
                format!("{people}名不同人员先后确认才立案"),
                format!("{people} different people must confirm before a case opens"),
            ),
        },
        &rules.confirmations.clause,
        rules.confirmations.confidence,
    );
    let mut rows = vec![confirmations];
    rows.extend(rules.service.iter().map(service));
    rows.push(period(
        "casework/answer",
        Bilingual::new("答复期限", "time to answer"),
        "送达",
        "service",
        &rules.answer,
    ));
    rows.push(period(
        "casework/repair",
        Bilingual::new("维修与复检期限", "time to repair and pass the retest"),
        "责令",
        "the order",
        &rules.repair,
    ));
    rows.extend(calendar.arrangements().map(holidays));
    rows
}

fn row(key: &str, name: Bilingual, value: Bilingual, clause: &str, confidence: SourceConfidence) -> RuleRow {
    RuleRow::new("casework", key.to_owned(), name, value, clause.to_owned(), confidence)
}

fn service(rule: &ServiceRule) -> RuleRow {
    let (name, days) = (rule.method.name(), rule.served_after_days);
    let value = match days {
        0 => Bilingual::new("收到之日即视为送达", "served on the day it is received"),
        _ => Bilingual::new(
            format!("发布后{days}日视为送达"),
            format!("served {days} days after it was published"),
        ),
    };
    let key = format!("casework/service/{}", rule.method.word());
    let name = Bilingual::new(format!("送达：{}", name.zh), format!("service by {}", name.en));
    row(&key, name, value, &rule.clause, rule.confidence)
}

fn period(key: &str, name: Bilingual, from_zh: &str, from_en: &str, rule: &PeriodRule) -> RuleRow {
    let days = rule.period().sentence();
    let value = Bilingual::new(
        format!("自{from_zh}次日起{}", days.zh),
        format!("{} from the day after {from_en}", days.en),
    );
    row(key, name, value, &rule.clause, rule.confidence)
}

fn holidays(year: &Arrangement) -> RuleRow {
    let list = |of: fn(&Bilingual) -> &str, separator: &str| {
        let one = |holiday: &server_core::calendar::Holiday| {
            format!(
                "{} {}–{}",
                of(&holiday.name),
                holiday.from.strftime("%m-%d"),
                holiday.to.strftime("%m-%d")
            )
        };
        year.holidays.iter().map(one).collect::<Vec<_>>().join(separator)
    };
    let worked: Vec<String> = year.worked.iter().map(|day| day.strftime("%m-%d").to_string()).collect();
    let worked = worked.join(", ");
    let value = Bilingual::new(
        format!("放假：{}；调休上班：{worked}", list(|name| &name.zh, "，")),
        format!("off: {}; worked weekends: {worked}", list(|name| &name.en, ", ")),
    );
    let name = Bilingual::new(format!("{}年放假安排", year.year), format!("holidays of {}", year.year));
    row(&format!("casework/holidays/{}", year.year), name, value, &year.source.zh, year.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_year_has_a_row_with_words_and_a_key_of_its_own() {
        let rows = of_casework(&CaseworkRules::shipped(), &WorkCalendar::shipped());
        let json = serde_json::to_value(&rows).unwrap();
        let rows = json.as_array().unwrap();
        assert_eq!(rows.len(), 1 + 3 + 2 + 3);
        let keys: std::collections::BTreeSet<&str> =
            rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(keys.len(), rows.len());
        let value = |key: &str| rows.iter().find(|row| row["key"] == key).unwrap()["value"]["en"].clone();
        assert_eq!(value("casework/service/public-notice"), "served 30 days after it was published");
        assert_eq!(value("casework/repair"), "15 working days from the day after the order");
        let year = value("casework/holidays/2026");
        assert!(year.as_str().unwrap().starts_with("off: New Year 01-01–01-03, "), "{year}");
    }
}
