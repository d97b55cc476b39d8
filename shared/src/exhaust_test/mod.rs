//! Tests of a vehicle that was stopped: free acceleration with a meter in the pipe, lug-down on rollers, smoke by eye
//! (GB 3847-2018), and the same for machinery (GB 36886-2018).
//!
//! [`free_acceleration`] makes the result of accelerations; [`judge`] holds results against a [`TestRulebook`], which
//! is dated data as the rulebook of passages is. A value is measured against the limit of the vehicle's own class;
//! where that cannot be told, nothing is judged. [`form`] is what is kept of a test beside the road.

pub mod form;
pub mod free_acceleration;
mod rulebook;

use serde::{Deserialize, Serialize};

pub use rulebook::{
    AltitudeRule, ClassInForce, FreeAccelerationRule, LimitClass, TestLimit, TestRulebook, TestRulebookError,
};

use crate::language::Bilingual;
use crate::rulebook::RulebookRef;

/// A quantity that a test gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestItem {
    /// Mean of the accelerations' highest coefficients, hundredths of 1/m.
    FreeAccelerationK,
    /// Lug-down at the speed of most power, hundredths of 1/m.
    LugDownK100,
    /// Lug-down at 80 % of that speed, hundredths of 1/m.
    LugDownK80,
    /// Nitrogen oxides at 80 % of that speed, 10⁻⁶.
    LugDownNox80,
    /// Highest corrected power at the wheels, per mille of the engine's rated power.
    WheelPowerShare,
    /// Ringelmann level, the highest seen.
    Ringelmann,
}

/// What is known of the vehicle or machine that decides which limit is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSubject {
    /// The word of its limit class in the rulebook.
    pub class: String,
    /// Rated power of its engine, watts; needed where limits depend on it.
    pub rated_power_w: Option<u32>,
    /// Where the test stands, metres above the sea; `None` counts as sea level, the stricter.
    pub altitude_m: Option<i32>,
}

/// One quantity as a test gave it, in the item's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestValue {
    /// What.
    pub item: TestItem,
    /// How much.
    pub value: i64,
}

/// Which side of a limit is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The value may be this and less.
    AtMost(i64),
    /// The value may be this and more.
    AtLeast(i64),
}

impl Bound {
    /// Is the value on the good side? The limit itself is.
    pub fn holds(self, value: i64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::AtMost(limit) | Self::AtLeast(limit) => limit,
        }
    }
}

/// One quantity against its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFinding {
    /// What was measured.
    pub measured: TestValue,
    /// Against what.
    pub limit: Bound,
    /// Does it hold?
    pub holds: bool,
    /// Where the limit stands.
    pub clause: String,
}

/// What a test comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestOutcome {
    /// Every value holds (合格).
    Passed,
    /// One does not (不合格).
    Failed,
    /// At least one value has no limit that is this vehicle's own, and none fails (未判定).
    NotJudged,
}

/// The judgement of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestVerdict {
    /// What it comes to.
    pub outcome: TestOutcome,
    /// Each value that has a limit, in the order of the values.
    pub findings: Vec<TestFinding>,
    /// Values that have none.
    pub without_limit: Vec<TestValue>,
    /// By which edition.
    pub rulebook: RulebookRef,
}

/// Holds the values of one test against the limits of its subject.
pub fn judge(values: &[TestValue], subject: &TestSubject, book: &TestRulebook) -> TestVerdict {
    let (mut findings, mut without_limit) = (Vec::new(), Vec::new());
    for &measured in values {
        match book.limit(measured.item, subject) {
            Some((limit, clause)) => {
                let holds = limit.holds(measured.value);
                findings.push(TestFinding { measured, limit, holds, clause: clause.to_owned() });
            }
            None => without_limit.push(measured),
        }
    }
    let outcome = if findings.iter().any(|finding| !finding.holds) {
        TestOutcome::Failed
    } else if findings.is_empty() || !without_limit.is_empty() {
        TestOutcome::NotJudged
    } else {
        TestOutcome::Passed
    };
    TestVerdict { outcome, findings, without_limit, rulebook: book.reference() }
}

impl TestItem {
    /// Every item.
    pub const ALL: [Self; 6] = [
        Self::FreeAccelerationK,
        Self::LugDownK100,
        Self::LugDownK80,
        Self::LugDownNox80,
        Self::WheelPowerShare,
        Self::Ringelmann,
    ];

    /// The word used in rulebooks and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FreeAccelerationK => "free_acceleration_k",
            Self::LugDownK100 => "lug_down_k100",
            Self::LugDownK80 => "lug_down_k80",
            Self::LugDownNox80 => "lug_down_nox80",
            Self::WheelPowerShare => "wheel_power_share",
            Self::Ringelmann => "ringelmann",
        }
    }

    /// The item of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.word() == word)
    }

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        let (zh, en) = match self {
            Self::FreeAccelerationK => ("自由加速光吸收系数", "free acceleration, absorption coefficient"),
            Self::LugDownK100 => ("加载减速100 %点光吸收系数", "lug-down at 100 %, absorption coefficient"),
            Self::LugDownK80 => ("加载减速80 %点光吸收系数", "lug-down at 80 %, absorption coefficient"),
            Self::LugDownNox80 => ("加载减速80 %点氮氧化物", "lug-down at 80 %, nitrogen oxides"),
            Self::WheelPowerShare => ("最大轮边功率与额定功率之比", "highest wheel power to rated power"),
            Self::Ringelmann => ("林格曼黑度", "Ringelmann level"),
        };
        Bilingual::new(zh, en)
    }

    /// A value of it as people write it.
    pub fn show(self, value: i64) -> String {
        match self {
            Self::FreeAccelerationK | Self::LugDownK100 | Self::LugDownK80 => {
                format!("{}.{:02} m⁻¹", value / 100, value.unsigned_abs() % 100)
            }
            Self::LugDownNox80 => format!("{value} ×10⁻⁶"),
            Self::WheelPowerShare => format!("{}.{} %", value / 10, value.unsigned_abs() % 10),
            Self::Ringelmann => value.to_string(),
        }
    }
}

impl TestFinding {
    /// The sentence that names value, limit and clause.
    pub fn reason(&self) -> Bilingual {
        let TestValue { item, value } = self.measured;
        let (name, value, limit) = (item.name(), item.show(value), item.show(self.limit.number()));
        let (zh, en) = match (self.limit, self.holds) {
            (Bound::AtMost(_), true) => ("未超过限值", "is within the limit"),
            (Bound::AtMost(_), false) => ("超过限值", "exceeds the limit"),
            (Bound::AtLeast(_), true) => ("不低于", "is not below"),
            (Bound::AtLeast(_), false) => ("低于", "is below"),
        };
        Bilingual::new(
            format!("{}{value}，{zh}{limit}（{}）。", name.zh, self.clause),
            format!("{}: {value} {en} {limit} ({}).", name.en, self.clause),
        )
    }
}

impl TestVerdict {
    /// Why, sentence by sentence; the last names the edition.
    pub fn reasons(&self) -> Vec<Bilingual> {
        let unlimited = self.without_limit.iter().map(|value| {
            let name = value.item.name();
            Bilingual::new(
                format!("{}：未知适用限值，请补充限值类别和额定功率。", name.zh),
                format!("{}: which limit applies is not known; enter limit class and rated power.", name.en),
            )
        });
        let edition = [self.rulebook.sentence()];
        self.findings.iter().map(TestFinding::reason).chain(unlimited).chain(edition).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(class: &str, rated_power_w: Option<u32>) -> TestSubject {
        TestSubject { class: class.to_owned(), rated_power_w, altitude_m: None }
    }

    fn outcome(item: TestItem, value: i64, subject: &TestSubject, book: &TestRulebook) -> TestOutcome {
        judge(&[TestValue { item, value }], subject, book).outcome
    }

    /// GB 3847-2018, table 2 (STANDARDS.md 2.2, 2.4): each limit itself passes and the next value fails.
    #[test]
    fn the_limits_of_gb_3847_are_exact() {
        use TestItem::{FreeAccelerationK, LugDownK80, LugDownK100, LugDownNox80, Ringelmann};
        let book = TestRulebook::gb3847();
        for (class, k, nox) in [("a", 120, 1_500), ("b", 70, 900)] {
            let subject = subject(class, None);
            let limits = [
                (FreeAccelerationK, k),
                (LugDownK100, k),
                (LugDownK80, k),
                (LugDownNox80, nox),
                (Ringelmann, 1),
            ];
            for (item, limit) in limits {
                assert_eq!(outcome(item, limit, &subject, &book), TestOutcome::Passed, "{class} {item:?}");
                assert_eq!(
                    outcome(item, limit + 1, &subject, &book),
                    TestOutcome::Failed,
                    "{class} {item:?}"
                );
            }
            let power = TestItem::WheelPowerShare;
            assert_eq!(outcome(power, 400, &subject, &book), TestOutcome::Passed);
            assert_eq!(outcome(power, 399, &subject, &book), TestOutcome::Failed);
        }
    }

    /// The table's edges are golden vector 27, in `edge/core/tests/golden`.
    #[test]
    fn a_machine_beyond_the_table_or_of_unknown_power_is_not_judged() {
        let book = TestRulebook::gb36886();
        for (class, watts) in [("I", Some(560_001)), ("II", None)] {
            let machine = subject(class, watts);
            assert_eq!(outcome(TestItem::FreeAccelerationK, 10, &machine, &book), TestOutcome::NotJudged);
        }
    }

    #[test]
    fn an_items_word_is_the_one_that_rulebooks_use() {
        for item in TestItem::ALL {
            assert_eq!(serde_json::to_value(item).unwrap(), item.word());
            assert_eq!(TestItem::from_word(item.word()), Some(item));
        }
    }

    #[test]
    fn altitude_raises_the_limits_that_the_rulebook_names() {
        let book = TestRulebook::gb3847();
        let limit = |item, altitude_m| {
            let high = TestSubject { altitude_m: Some(altitude_m), ..subject("a", None) };
            book.limit(item, &high).map(|(bound, _)| bound)
        };
        let k100 = |altitude_m| limit(TestItem::LugDownK100, altitude_m);
        let at = |k| Some(Bound::AtMost(k));
        assert_eq!(
            [1_500, 2_499, 2_500, 3_500, 4_500, 5_500].map(k100),
            [120, 120, 145, 170, 195, 195].map(at)
        );
        assert_eq!(limit(TestItem::FreeAccelerationK, 4_000), at(120));
    }

    #[test]
    fn one_value_that_fails_fails_the_test_and_one_without_a_limit_leaves_it_open() {
        let book = TestRulebook::gb3847();
        let value = |item, value| TestValue { item, value };
        let values = [value(TestItem::LugDownK100, 90), value(TestItem::LugDownK80, 130)];
        let verdict = judge(&values, &subject("a", None), &book);
        assert_eq!(verdict.outcome, TestOutcome::Failed);
        assert_eq!(verdict.findings.iter().map(|f| f.holds).collect::<Vec<_>>(), [true, false]);
        let stranger = judge(&values, &subject("z", None), &book);
        assert_eq!((stranger.outcome, stranger.without_limit.len()), (TestOutcome::NotJudged, 2));
        assert_eq!(judge(&[], &subject("a", None), &book).outcome, TestOutcome::NotJudged);
    }

    #[test]
    fn reasons_name_value_limit_and_clause_in_both_languages() {
        let book = TestRulebook::gb3847();
        let values = [TestValue { item: TestItem::FreeAccelerationK, value: 131 }];
        let reasons = judge(&values, &subject("a", None), &book).reasons();
        assert_eq!(reasons[0].zh, "自由加速光吸收系数1.31 m⁻¹，超过限值1.20 m⁻¹（GB 3847-2018, 8, 表2）。");
        assert!(
            reasons[0].en.contains("1.31 m⁻¹ exceeds the limit 1.20 m⁻¹ (GB 3847-2018"),
            "{}",
            reasons[0].en
        );
        assert_eq!(reasons[1].zh, "依据规则集GB 3847-2018，版本2019-05-01.1。");
        assert_eq!(reasons[1].en, "Judged by rulebook GB 3847-2018, version 2019-05-01.1.");
        let open = judge(&values, &subject("z", None), &book).reasons();
        assert!(open[0].zh.contains("限值类别") && open[0].en.contains("limit class"));
    }
}
