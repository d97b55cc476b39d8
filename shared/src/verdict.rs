//! What the rulebook says of one passage. The edge and the server call the same function.

use crate::language::Bilingual;
use crate::passage::{Passage, SmokeOutcome};
use crate::reading::{Breach, Condition, InvalidReason, Validity};
use crate::rulebook::{Item, Limit, Role, Rulebook, RulebookRef};

/// The judgement of one passage by one edition of a rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What came out.
    pub outcome: Outcome,
    /// Each judged quantity against its limit, in the rulebook's order.
    pub findings: Vec<Finding>,
    /// Why the reading does not count, if it does not.
    pub invalid: Vec<InvalidReason>,
    /// By which edition.
    pub rulebook: RulebookRef,
}

/// What a judgement comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Something valid was measured and nothing exceeded (合格).
    Passed,
    /// Only a screening limit was exceeded: a probable high emitter, no sanction (筛查).
    Screened,
    /// A limit that counts was exceeded (超标).
    Exceeding,
    /// Nothing that counts was measured (无效).
    NotJudged,
}

/// One quantity against its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was judged.
    pub item: Item,
    /// What was measured, in the item's unit.
    pub measured: i64,
    /// The highest value that passes, in the item's unit.
    pub limit: i64,
    /// Strictly above the limit?
    pub exceeds: bool,
    /// What exceeding means.
    pub role: Role,
    /// Where the limit stands.
    pub clause: String,
}

/// Judges a passage: which quantities exceed, and whether anything was measured that counts.
///
/// An electric vehicle (by its plate) has no exhaust: whatever was seen is not its own, and nothing is judged.
pub fn judge(passage: &Passage, rulebook: &Rulebook) -> Verdict {
    let electric = passage.plate().is_some_and(|plate| plate.kind().is_electric());
    let findings: Vec<Finding> = if electric {
        Vec::new()
    } else {
        rulebook.limits.iter().filter_map(|limit| finding(limit, measured(passage, limit.item)?)).collect()
    };
    let exceeds = |role| findings.iter().any(|finding| finding.exceeds && finding.role == role);
    let outcome = if exceeds(Role::Enforcement) {
        Outcome::Exceeding
    } else if exceeds(Role::Screening) {
        Outcome::Screened
    } else if findings.is_empty() {
        Outcome::NotJudged
    } else {
        Outcome::Passed
    };
    let invalid = match &passage.validity {
        Some(Validity::Invalid(reasons)) => reasons.clone(),
        Some(Validity::Valid) | None => Vec::new(),
    };
    Verdict { outcome, findings, invalid, rulebook: rulebook.reference() }
}

fn finding(limit: &Limit, measured: i64) -> Option<Finding> {
    Some(Finding {
        item: limit.item,
        measured,
        limit: limit.at_most,
        exceeds: measured > limit.at_most,
        role: limit.role,
        clause: limit.clause.clone(),
    })
}

/// The value that counts for an item, in the item's unit; `None` if nothing valid was measured.
fn measured(passage: &Passage, item: Item) -> Option<i64> {
    let valid = || passage.reading.as_ref().filter(|_| passage.validity == Some(Validity::Valid));
    match item {
        Item::Opacity => Some(valid()?.opacity?.mean.0.hundredths().into()),
        Item::No => Some(valid()?.gases?.no.ppm_hundredths.into()),
        Item::Ringelmann => match passage.smoke.as_ref()?.outcome {
            SmokeOutcome::Measured { level, .. } => Some(level.level().into()),
            SmokeOutcome::Unmeasurable(_) => None,
        },
    }
}

impl Outcome {
    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Passed => Bilingual::new("合格", "Passed"),
            Self::Screened => Bilingual::new("高排放筛查", "Screened"),
            Self::Exceeding => Bilingual::new("超标", "Exceeding"),
            Self::NotJudged => Bilingual::new("未判定", "Not judged"),
        }
    }
}

impl Verdict {
    /// Why, sentence by sentence, each naming value, limit and clause; the last names the edition.
    pub fn reasons(&self) -> Vec<Bilingual> {
        let judged = self.findings.iter().map(Finding::reason);
        let barred = self.invalid.iter().map(|reason| reason.sentence());
        let mut reasons: Vec<_> = judged.chain(barred).collect();
        if reasons.is_empty() {
            reasons.push(Bilingual::new("没有可判定的有效测量。", "Nothing that counts was measured."));
        }
        reasons.push(self.rulebook.sentence());
        reasons
    }
}

impl Finding {
    fn reason(&self) -> Bilingual {
        let (name, clause) = (self.item.name(), &self.clause);
        let (value, limit) = (self.item.show(self.measured), self.item.show(self.limit));
        match (self.exceeds, self.role) {
            (true, Role::Enforcement) => Bilingual::new(
                format!("{}{value}，超过限值{limit}（{clause}）。", name.zh),
                format!("{} {value} exceeds the limit {limit} ({clause}).", capital(&name.en)),
            ),
            (true, Role::Screening) => Bilingual::new(
                format!("{}{value}，超过筛查限值{limit}（{clause}），仅用于高排放筛查。", name.zh),
                format!(
                    "{} {value} exceeds the screening limit {limit} ({clause}); it counts for nothing else.",
                    capital(&name.en)
                ),
            ),
            (false, _) => Bilingual::new(
                format!("{}{value}，未超过限值{limit}（{clause}）。", name.zh),
                format!("{} {value} is within the limit {limit} ({clause}).", capital(&name.en)),
            ),
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl InvalidReason {
    /// The reason in words, with value and limit.
    pub fn sentence(&self) -> Bilingual {
        let (name, show) = (self.condition.name(), |value| self.condition.show(value));
        match self.breach {
            Breach::Missing if self.condition == Condition::Audit => Bilingual::new(
                "测量无效：没有本机认可的合格检查。",
                "The reading does not count: no audit is known that the head passed.",
            ),
            Breach::NotMet if self.condition == Condition::Audit => Bilingual::new(
                "测量无效：遥测仪最近的检查未通过。",
                "The reading does not count: the head failed its check.",
            ),
            Breach::Missing => Bilingual::new(
                format!("测量无效：缺少{}。", name.zh),
                format!("The reading does not count: {} is not known.", name.en),
            ),
            Breach::NotMet => Bilingual::new(
                format!("测量无效：{}不符合要求。", name.zh),
                format!("The reading does not count: {} does not permit it.", name.en),
            ),
            Breach::Below { measured, limit } => Bilingual::new(
                format!("测量无效：{}{}，低于{}。", name.zh, show(measured), show(limit)),
                format!(
                    "The reading does not count: {} {} is below {}.",
                    name.en,
                    show(measured),
                    show(limit)
                ),
            ),
            Breach::Above { measured, limit } => Bilingual::new(
                format!("测量无效：{}{}，高于{}。", name.zh, show(measured), show(limit)),
                format!(
                    "The reading does not count: {} {} is above {}.",
                    name.en,
                    show(measured),
                    show(limit)
                ),
            ),
        }
    }
}

impl Condition {
    /// Its name for people.
    pub fn name(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Wind => ("风速", "wind speed"),
            Self::Precipitation => ("降水", "rain or snow"),
            Self::Temperature => ("气温", "air temperature"),
            Self::Humidity => ("相对湿度", "relative humidity"),
            Self::Pressure => ("气压", "air pressure"),
            Self::Slope => ("坡度", "slope"),
            Self::Speed => ("车速", "speed"),
            Self::Acceleration => ("加速度", "acceleration"),
            Self::SpecificPower => ("比功率", "specific power"),
            Self::Plume => ("烟羽强度", "plume strength"),
            Self::Headway => ("跟车时距", "headway"),
            Self::Audit => ("距上次检查合格的时间", "time since the last passed audit"),
            Self::Weather => ("距上次气象读数的时间", "age of the weather reading"),
            Self::Head => ("遥测仪状态", "the head's own status"),
        };
        Bilingual::new(zh, en)
    }

    /// A value as people write it.
    pub fn show(self, value: i64) -> String {
        if value == i64::MAX {
            return "∞".to_owned();
        }
        let scaled =
            |scale: f64, digits: usize, unit: &str| format!("{:.digits$} {unit}", value as f64 / scale);
        match self {
            Self::Wind => scaled(1e3, 1, "m/s"),
            Self::Temperature => scaled(100.0, 1, "°C"),
            Self::Humidity => scaled(100.0, 1, "%"),
            Self::Pressure => scaled(1e3, 1, "kPa"),
            Self::Slope => scaled(100.0, 2, "°"),
            Self::Speed => scaled(1e3 / 3.6, 1, "km/h"),
            Self::Acceleration => scaled(1e3, 2, "m/s²"),
            Self::SpecificPower => scaled(100.0, 2, "kW/t"),
            Self::Plume => scaled(100.0, 0, "ppm·m"),
            Self::Headway => scaled(1e3, 1, "s"),
            Self::Audit => scaled(60.0, 0, "min"),
            Self::Weather => scaled(1.0, 0, "s"),
            Self::Precipitation | Self::Head => value.to_string(),
        }
    }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
