//! A rulebook as rows of a table in both languages: what, how much, where it stands, how sure we are.

use plumewatch_shared::exhaust_test::{TestLimit, TestRulebook};
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::{ConditionRule, CountingRule, Limit, Role, Rulebook, SourceConfidence};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Words;

/// One rule of a rulebook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RuleRow {
    /// `limit`, `condition`, `counting`, `corroboration`, `procedure` or `casework`.
    group: &'static str,
    /// Names it within the rulebook, so that two editions can be laid side by side.
    key: String,
    /// What it is about.
    name: Words,
    /// What it says.
    value: Words,
    /// `enforcement` or `screening`, of a limit of passages.
    role: Option<&'static str>,
    /// Where it stands.
    clause: String,
    /// How sure we are: `high`, `medium` (to be verified against the printed text) or `low` (a placeholder).
    confidence: &'static str,
}

impl RuleRow {
    /// A row without a role.
    pub(super) fn new(
        group: &'static str,
        key: String,
        name: Bilingual,
        value: Bilingual,
        clause: String,
        sure: SourceConfidence,
    ) -> Self {
        let (name, value) = (name.into(), value.into());
        Self { group, key, name, value, role: None, clause, confidence: confidence(sure) }
    }
}

fn confidence(confidence: SourceConfidence) -> &'static str {
    match confidence {
        SourceConfidence::High => "high",
        SourceConfidence::Medium => "medium",
        SourceConfidence::Low => "low",
    }
}

fn same(text: String) -> Bilingual {
    Bilingual::new(text.clone(), text)
}

/// The rows of a rulebook of passages.
pub(super) fn of_passages(book: &Rulebook) -> Vec<RuleRow> {
    let mut rows: Vec<RuleRow> = book.limits.iter().map(limit).collect();
    rows.extend(book.conditions.iter().map(condition));
    rows.extend(counting(&book.counting));
    rows.extend(book.corroboration.iter().map(|rule| {
        let percent = |hundredths: i64| format!("{}.{:02} %", hundredths / 100, hundredths % 100);
        let (beam, camera) = (percent(rule.beam_margin), percent(rule.camera_margin));
        let sigma = format!("{}.{}", rule.camera_sigma_tenths / 10, rule.camera_sigma_tenths % 10);
        RuleRow {
            group: "corroboration",
            key: "corroboration".to_owned(),
            name: Bilingual::new("两种仪器的比较", "comparing head and camera").into(),
            value: Bilingual::new(
                format!("距各自限值：遥测仪超过{beam}，视频超过{camera}且超过{sigma}倍不确定度，才算明显高于或低于"),
                format!(
                    "clearly above or below its own limit: the head by more than {beam}, the camera by more than \
                     {camera} and {sigma} times its uncertainty"
                ),
            )
            .into(),
            role: None,
            clause: rule.clause.clone(),
            confidence: confidence(rule.confidence),
        }
    }));
    rows
}

fn limit(limit: &Limit) -> RuleRow {
    let shown = limit.item.show(limit.at_most);
    RuleRow {
        group: "limit",
        key: format!("limit/{}", limit.item.word()),
        name: limit.item.name().into(),
        value: Bilingual::new(format!("不超过{shown}"), format!("at most {shown}")).into(),
        role: Some(match limit.role {
            Role::Enforcement => "enforcement",
            Role::Screening => "screening",
        }),
        clause: limit.clause.clone(),
        confidence: confidence(limit.confidence),
    }
}

fn condition(rule: &ConditionRule) -> RuleRow {
    let show = |value: i64| rule.condition.show(value);
    let (zh_least, en_least, zh_most, en_most) = match rule.inclusive {
        true => ("高于", "above", "低于", "below"),
        false => ("不低于", "at least", "不高于", "at most"),
    };
    let (mut zh, mut en) = match (rule.below, rule.above) {
        (Some(below), Some(above)) => (
            format!("{zh_least}{}，{zh_most}{}", show(below), show(above)),
            format!("{en_least} {}, {en_most} {}", show(below), show(above)),
        ),
        (Some(below), None) => (format!("{zh_least}{}", show(below)), format!("{en_least} {}", show(below))),
        (None, Some(above)) => (format!("{zh_most}{}", show(above)), format!("{en_most} {}", show(above))),
        (None, None) => ("须符合要求".to_owned(), "must permit it".to_owned()),
    };
    if !rule.required {
        zh.push_str("（不知道时不影响）");
        en.push_str(" (not knowing does no harm)");
    }
    RuleRow {
        group: "condition",
        key: format!("condition/{}", rule.condition.wire_word()),
        name: rule.condition.name().into(),
        value: Bilingual::new(zh, en).into(),
        role: None,
        clause: rule.clause.clone(),
        confidence: confidence(rule.confidence),
    }
}

fn counting(rule: &CountingRule) -> Vec<RuleRow> {
    let (count, months) = (rule.exceedances, rule.within_months);
    let row = |key: &str, name: Bilingual, value: Bilingual| RuleRow {
        group: "counting",
        key: key.to_owned(),
        name: name.into(),
        value: value.into(),
        role: None,
        clause: rule.clause.clone(),
        confidence: confidence(rule.confidence),
    };
    let instruments = match rule.instruments {
        Some(_) => Bilingual::new(
            "一次过车中遥测仪与烟度摄像机均超标，即为线索",
            "one passage in which head and camera both exceed makes a candidate",
        ),
        None => Bilingual::new("一次过车不构成线索", "one passage never makes a candidate"),
    };
    vec![
        row(
            "counting/passages",
            Bilingual::new("过车次数", "passages"),
            Bilingual::new(
                format!("{months}个自然月内同一项目连续{count}次有效测量超标，即为线索"),
                format!("{count} consecutive valid exceedances of one item within {months} calendar months"),
            ),
        ),
        row("counting/instruments", Bilingual::new("同一次过车", "one passage"), instruments),
    ]
}

/// The rows of a rulebook of tests.
pub(super) fn of_tests(book: &TestRulebook) -> Vec<RuleRow> {
    let class_name = |word: &str| {
        let class = book.classes.iter().find(|class| class.word == word);
        class.map_or_else(|| same(word.to_owned()), |class| class.name.clone())
    };
    let mut rows: Vec<RuleRow> = Vec::new();
    rows.extend(book.class_in_force.iter().map(|class| RuleRow {
        group: "procedure",
        key: "class-in-force".to_owned(),
        name: Bilingual::new("采用的限值类别", "limit class in force").into(),
        value: class_name(&class.word).into(),
        role: None,
        clause: class.clause.clone(),
        confidence: confidence(class.confidence),
    }));
    rows.extend(book.limits.iter().map(|limit| test_limit(limit, &class_name(&limit.class))));
    rows.extend(book.altitude.iter().enumerate().map(|(at, rule)| {
        let item = rule.items.first().copied();
        let show = |value: i64| item.map_or_else(|| value.to_string(), |item| item.show(value));
        let (adds, most) = (show(rule.adds), show(rule.adds_at_most));
        let each = rule.each_m.map(|each| (format!("每{each} m"), format!("for each {each} m ")));
        let (zh_each, en_each) = each.unwrap_or_default();
        RuleRow {
            group: "procedure",
            key: format!("altitude/{at}"),
            name: Bilingual::new("海拔修正", "altitude").into(),
            value: Bilingual::new(
                format!("海拔{} m以上，{zh_each}限值增加{adds}，最多{most}", rule.above_m),
                format!("above {} m the limit rises {en_each}by {adds}, at most {most}", rule.above_m),
            )
            .into(),
            role: None,
            clause: rule.clause.clone(),
            confidence: confidence(rule.confidence),
        }
    }));
    let rule = &book.free_acceleration;
    let spread = format!("{}.{:02} m⁻¹", rule.spread_at_most / 100, rule.spread_at_most % 100);
    rows.push(RuleRow {
        group: "procedure",
        key: "free-acceleration".to_owned(),
        name: Bilingual::new("自由加速步骤", "free acceleration").into(),
        value: Bilingual::new(
            format!(
                "吹除{}次，测量{}次取平均，极差不超过{spread}，最多{}次",
                rule.purges, rule.runs, rule.runs_at_most
            ),
            format!(
                "{} purges, mean of {} runs within {spread}, at most {} runs",
                rule.purges, rule.runs, rule.runs_at_most
            ),
        )
        .into(),
        role: None,
        clause: rule.clause.clone(),
        confidence: confidence(rule.confidence),
    });
    rows
}

fn test_limit(limit: &TestLimit, class: &Bilingual) -> RuleRow {
    let name = limit.item.name();
    let kilowatts = |watts: u32| format!("{} kW", f64::from(watts) / 1_000.0);
    let power = match (limit.rated_w_from, limit.rated_w_below) {
        (None, None) => String::new(),
        (Some(from), None) => format!("，P ≥ {}", kilowatts(from)),
        (None, Some(below)) => format!("，P < {}", kilowatts(below)),
        (Some(from), Some(below)) => format!("，{} ≤ P < {}", kilowatts(from), kilowatts(below)),
    };
    let value = match (limit.at_most, limit.at_least) {
        (Some(most), _) => {
            let shown = limit.item.show(most);
            Bilingual::new(format!("不超过{shown}"), format!("at most {shown}"))
        }
        (None, least) => {
            let shown = limit.item.show(least.unwrap_or_default());
            Bilingual::new(format!("不低于{shown}"), format!("at least {shown}"))
        }
    };
    RuleRow {
        group: "limit",
        key: format!(
            "limit/{}/{}/{}/{}",
            name.en,
            limit.class,
            limit.rated_w_from.unwrap_or_default(),
            limit.rated_w_below.unwrap_or_default()
        ),
        name: Bilingual::new(
            format!("{}（{}{power}）", name.zh, class.zh),
            format!("{} ({}{})", name.en, class.en, power.replace('，', ", ")),
        )
        .into(),
        value: value.into(),
        role: None,
        clause: limit.clause.clone(),
        confidence: confidence(limit.confidence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_shipped_rulebooks_has_a_row_with_words_and_a_key_of_its_own() {
        let passages = of_passages(&Rulebook::hj845());
        assert_eq!(passages.len(), 3 + Rulebook::hj845().conditions.len() + 2 + 1);
        for rows in [passages, of_tests(&TestRulebook::gb3847()), of_tests(&TestRulebook::gb36886())] {
            let keys: std::collections::BTreeSet<_> = rows.iter().map(|row| row.key.clone()).collect();
            assert_eq!(keys.len(), rows.len());
            for row in rows {
                assert!(!row.value.zh.is_empty() && !row.value.en.is_empty() && !row.clause.is_empty());
            }
        }
    }

    #[test]
    fn a_condition_says_whether_its_limits_themselves_count() {
        let rows = of_passages(&Rulebook::hj845());
        let value = |key: &str| rows.iter().find(|row| row.key == key).map(|row| row.value.clone()).unwrap();
        assert_eq!(value("condition/wind").en, "below 5.0 m/s");
        assert_eq!(value("condition/temperature").zh, "不低于-30.0 °C，不高于45.0 °C");
        assert_eq!(value("condition/headway").en, "at least 1.0 s (not knowing does no harm)");
    }
}
