//! A check of a remote-sensing head against what is known: gases from bottles, neutral filters (STANDARDS.md 1.7).
//!
//! The head makes the check and tells each point ([`CheckReading`]); whether it was passed the edge judges by the
//! rulebook ([`CheckRules`](crate::rulebook::CheckRules)), and [`DeviceCheck`] is what it keeps of that, as a record.

use crate::ids::{DeviceId, LaneNo, PassageId};
use crate::language::Bilingual;
use crate::reading::ReadingOrigin;
use crate::rulebook::RulebookRef;
use crate::time::{Moment, Stamp};
use crate::units::Speed;

/// Points of one check at most: four gases of several strengths and five filters are half of it.
pub const POINTS_MAX: usize = 64;

/// A check as the head tells it: nobody has judged it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReading {
    /// Which word of which head: the same check sent twice is known by it. Counted with the head's measurements.
    pub origin: ReadingOrigin,
    /// When the check ended, by the host's clocks.
    pub performed: Moment,
    /// The lane that the head measures.
    pub lane: LaneNo,
    /// The check's number, which readings name as their audit.
    pub number: DeviceId,
    /// How it was made.
    pub method: CheckMethod,
    /// Who made it, if a person did.
    pub by: Option<String>,
    /// What was held before the head, and what it made of it; at most [`POINTS_MAX`].
    pub points: Vec<CheckedPoint>,
    /// The head's own word: did it pass?
    pub head_passed: bool,
}

/// How a check is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckMethod {
    /// By itself: clean air and no filter.
    Zero,
    /// By itself: a strong gas, a dark filter, to set the scale.
    Span,
    /// By itself: known gases and filters, to see what the head makes of them.
    Audit,
    /// Gas puffs into the beam of a head that stands, with a person.
    Static,
    /// Gas let out of a vehicle that goes by, with a person.
    Dynamic {
        /// How fast it went.
        speed: Speed,
    },
}

impl CheckMethod {
    /// Which kind of check it is.
    pub const fn kind(self) -> CheckKind {
        match self {
            Self::Zero => CheckKind::Zero,
            Self::Span => CheckKind::Span,
            Self::Audit => CheckKind::Audit,
            Self::Static => CheckKind::Static,
            Self::Dynamic { .. } => CheckKind::Dynamic,
        }
    }
}

/// A [`CheckMethod`] without what only one of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// [`CheckMethod::Zero`].
    Zero,
    /// [`CheckMethod::Span`].
    Span,
    /// [`CheckMethod::Audit`].
    Audit,
    /// [`CheckMethod::Static`].
    Static,
    /// [`CheckMethod::Dynamic`].
    Dynamic,
}

impl CheckKind {
    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Zero => Bilingual::new("零点检查", "zero check"),
            Self::Span => Bilingual::new("量程检查", "span check"),
            Self::Audit => Bilingual::new("自动检查", "automatic audit"),
            Self::Static => Bilingual::new("静态检查", "static check"),
            Self::Dynamic => Bilingual::new("动态检查", "dynamic check"),
        }
    }
}

/// What a check measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckQuantity {
    /// Carbon dioxide, hundredths of 10⁻⁶.
    Co2,
    /// Carbon monoxide, hundredths of 10⁻⁶.
    Co,
    /// Hydrocarbons by propane, hundredths of 10⁻⁶.
    Hc,
    /// Hydrocarbons by 1,3-butadiene, hundredths of 10⁻⁶.
    Butadiene,
    /// Nitric oxide, hundredths of 10⁻⁶.
    No,
    /// Opacity by a neutral filter, hundredths of a percent.
    Opacity,
}

impl CheckQuantity {
    /// Every quantity.
    pub const ALL: [Self; 6] = [Self::Co2, Self::Co, Self::Hc, Self::Butadiene, Self::No, Self::Opacity];

    /// Its name for people.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Co2 => Bilingual::new("二氧化碳", "carbon dioxide"),
            Self::Co => Bilingual::new("一氧化碳", "carbon monoxide"),
            Self::Hc => Bilingual::new("碳氢（丙烷）", "hydrocarbons (propane)"),
            Self::Butadiene => Bilingual::new("碳氢（1,3-丁二烯）", "hydrocarbons (1,3-butadiene)"),
            Self::No => Bilingual::new("一氧化氮", "nitric oxide"),
            Self::Opacity => Bilingual::new("不透光度", "opacity"),
        }
    }

    /// A value of it as people write it. Display only.
    pub fn show(self, value: i64) -> String {
        match self {
            Self::Co2 | Self::Co => format!("{:.3} %", value as f64 / 1e6),
            Self::Hc | Self::Butadiene | Self::No => format!("{:.1} ×10⁻⁶", value as f64 / 100.0),
            Self::Opacity => format!("{:.2} %", value as f64 / 100.0),
        }
    }
}

/// One gas or filter as the head saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckedPoint {
    /// What.
    pub quantity: CheckQuantity,
    /// What it is, in the quantity's unit.
    pub standard: i64,
    /// What the head made of it.
    pub measured: i64,
}

/// One gas or filter, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckPoint {
    /// What was measured.
    pub point: CheckedPoint,
    /// How far off it might be; not negative.
    pub tolerance: i64,
}

impl CheckPoint {
    /// Does it lie within its tolerance? The tolerance itself does.
    pub const fn holds(&self) -> bool {
        self.point.measured.abs_diff(self.point.standard) <= self.tolerance.unsigned_abs()
    }

    /// What is wrong with it, in words.
    fn sentence(&self) -> Bilingual {
        let CheckedPoint { quantity, standard, measured } = self.point;
        let (name, tolerance) = (quantity.name(), quantity.show(self.tolerance));
        let (standard, measured) = (quantity.show(standard), quantity.show(measured));
        Bilingual::new(
            format!("{}标准值{standard}，测得{measured}，超出允差±{tolerance}。", name.zh),
            format!(
                "The {} standard of {standard} was read as {measured}, off by more than {tolerance}.",
                name.en
            ),
        )
    }
}

/// What a check lacks apart from its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckFault {
    /// The head itself says that it failed.
    HeadSaysNo,
    /// A gas or a filter that the rulebook asks for was not there.
    Incomplete,
}

impl CheckFault {
    fn sentence(self) -> Bilingual {
        match self {
            Self::HeadSaysNo => {
                Bilingual::new("遥测仪自身报告检查未通过。", "The head itself says that the check failed.")
            }
            Self::Incomplete => Bilingual::new(
                "标准气或滤光片不全，未达到规则要求的检查点数。",
                "A gas or filter that the rulebook asks for was not checked.",
            ),
        }
    }
}

/// A check as the edge judged and stored it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCheck {
    /// Minted when it was stored.
    pub id: PassageId,
    /// Serial number of the head.
    pub device: DeviceId,
    /// Its lane.
    pub lane: LaneNo,
    /// The check's number.
    pub number: DeviceId,
    /// How it was made.
    pub method: CheckMethod,
    /// When it ended.
    pub performed: Stamp,
    /// Who made it, if a person did.
    pub by: Option<String>,
    /// Each gas and filter with the tolerance it was held against.
    pub points: Vec<CheckPoint>,
    /// What is wrong with it apart from its points.
    pub faults: Vec<CheckFault>,
    /// The edition whose tolerances were used.
    pub rulebook: RulebookRef,
}

impl DeviceCheck {
    /// Was it passed? With every point within its tolerance, at least one of them, and nothing else wrong.
    pub fn passed(&self) -> bool {
        !self.points.is_empty() && self.points.iter().all(CheckPoint::holds) && self.faults.is_empty()
    }

    /// Why it was not passed, sentence by sentence; empty if it was.
    pub fn reasons(&self) -> Vec<Bilingual> {
        let outside = self.points.iter().filter(|point| !point.holds()).map(CheckPoint::sentence);
        let mut reasons: Vec<_> = outside.chain(self.faults.iter().map(|fault| fault.sentence())).collect();
        if self.points.is_empty() {
            reasons.push(Bilingual::new("没有任何检查点。", "Nothing was checked."));
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(standard: i64, measured: i64) -> CheckPoint {
        let point = CheckedPoint { quantity: CheckQuantity::Opacity, standard, measured };
        CheckPoint { point, tolerance: 200 }
    }

    #[test]
    fn the_tolerance_itself_holds_and_one_more_does_not() {
        assert!(point(3_000, 3_200).holds() && point(3_000, 2_800).holds());
        assert!(!point(3_000, 3_201).holds() && !point(3_000, 2_799).holds());
        assert!(!point(i64::MIN, i64::MAX).holds());
    }

    #[test]
    fn what_failed_is_said_in_both_languages() {
        let words = point(3_000, 3_390).sentence();
        assert_eq!(words.zh, "不透光度标准值30.00 %，测得33.90 %，超出允差±2.00 %。");
        assert_eq!(words.en, "The opacity standard of 30.00 % was read as 33.90 %, off by more than 2.00 %.");
    }
}
