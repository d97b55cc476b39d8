//! Results that no engine makes: what contradicts physics, not what is unlikely.

use plumewatch_shared::language::Bilingual;

use super::rules::ImpossibleRule;
use crate::inspection::Inspection;
use crate::inspection::test::{Emission, LugPhase, LugPoint, Run};

/// What cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impossibility {
    /// The wheels give more power than the engine has.
    MorePowerThanRated {
        /// Per mille of the rated power.
        share_per_mille: u32,
    },
    /// Under full load there is hardly any carbon dioxide: the probe draws air, or is not in the pipe.
    Diluted {
        /// The highest of the phase, hundredths of a percent.
        co2_hundredths: u16,
    },
    /// Roller and engine do not keep the ratio of one gear.
    GearSlips {
        /// How far the ratio spreads, per mille.
        spread_per_mille: u32,
    },
    /// The engine never sped up.
    NotAccelerated {
        /// The highest speed, 1/min.
        rpm: u16,
    },
    /// All accelerations have the same peaks.
    EqualPeaks {
        /// The coefficient, hundredths of 1/m.
        k_hundredths: u16,
    },
    /// The points of the process data are not in the order of time.
    TimeRunsBack,
}

impl Impossibility {
    /// The sentence that says so.
    pub fn sentence(self) -> Bilingual {
        match self {
            Self::MorePowerThanRated { share_per_mille } => Bilingual::new(
                format!("轮边功率达到额定功率的{}.{}%。", share_per_mille / 10, share_per_mille % 10),
                format!(
                    "The wheels give {}.{} % of the rated power.",
                    share_per_mille / 10,
                    share_per_mille % 10
                ),
            ),
            Self::Diluted { co2_hundredths } => Bilingual::new(
                format!(
                    "全负荷时二氧化碳最高仅{}.{:02}%，疑似稀释采样。",
                    co2_hundredths / 100,
                    co2_hundredths % 100
                ),
                format!(
                    "Under full load carbon dioxide is at most {}.{:02} %: the sample seems diluted.",
                    co2_hundredths / 100,
                    co2_hundredths % 100
                ),
            ),
            Self::GearSlips { spread_per_mille } => Bilingual::new(
                format!(
                    "同一挡位下车速与转速之比变化达{}.{}%。",
                    spread_per_mille / 10,
                    spread_per_mille % 10
                ),
                format!(
                    "In one gear the ratio of road and engine speed spreads by {}.{} %.",
                    spread_per_mille / 10,
                    spread_per_mille % 10
                ),
            ),
            Self::NotAccelerated { rpm } => Bilingual::new(
                format!("自由加速时最高转速仅{rpm} r/min。"),
                format!("The highest speed of an acceleration is {rpm} 1/min."),
            ),
            Self::EqualPeaks { k_hundredths } => Bilingual::new(
                format!(
                    "各次自由加速的峰值完全相同（{}.{:02} m⁻¹，转速亦同）。",
                    k_hundredths / 100,
                    k_hundredths % 100
                ),
                format!(
                    "All accelerations have the same peak ({}.{:02} m⁻¹, and the same speed).",
                    k_hundredths / 100,
                    k_hundredths % 100
                ),
            ),
            Self::TimeRunsBack => {
                Bilingual::new("过程数据的时间不递增。", "The process data are not in the order of time.")
            }
        }
    }
}

/// What in a test cannot be; empty for an honest one.
pub fn impossibilities(inspection: &Inspection, rule: &ImpossibleRule) -> Vec<Impossibility> {
    match &inspection.emission {
        Emission::FreeAcceleration { idle, runs, .. } => accelerations(idle.rpm, runs, rule),
        Emission::LugDown { wheel_power_w, process, .. } => {
            let share = inspection.rated_power_w.filter(|watts| *watts > 0).map(|rated| {
                u32::try_from(u64::from(*wheel_power_w) * 1_000 / u64::from(rated)).unwrap_or(u32::MAX)
            });
            lug_down(share, process, rule)
        }
        Emission::Ringelmann { .. } => Vec::new(),
    }
}

fn accelerations(idle: u16, runs: &[Run], rule: &ImpossibleRule) -> Vec<Impossibility> {
    let mut found = Vec::new();
    let highest = runs.iter().map(|run| run.highest_speed.rpm).max().unwrap_or(0);
    if u64::from(highest) * 1_000 < u64::from(idle) * u64::from(rule.over_idle_per_mille) {
        found.push(Impossibility::NotAccelerated { rpm: highest });
    }
    let alike =
        |two: &[Run]| (two[0].highest, two[0].highest_speed) == (two[1].highest, two[1].highest_speed);
    if let Some(first) = runs.first()
        && runs.len() >= 3
        && first.highest.per_m_hundredths >= rule.equal_peaks_from
        && runs.windows(2).all(alike)
    {
        found.push(Impossibility::EqualPeaks { k_hundredths: first.highest.per_m_hundredths });
    }
    if runs.iter().any(|run| !run.curve.is_sorted_by(|a, b| a.ms < b.ms)) {
        found.push(Impossibility::TimeRunsBack);
    }
    found
}

fn lug_down(share: Option<u32>, process: &[LugPoint], rule: &ImpossibleRule) -> Vec<Impossibility> {
    let mut found = Vec::new();
    if let Some(share_per_mille) = share.filter(|share| *share > rule.power_share_per_mille) {
        found.push(Impossibility::MorePowerThanRated { share_per_mille });
    }
    let loaded = || process.iter().filter(|point| matches!(point.phase, LugPhase::At100 | LugPhase::At80));
    if let Some(co2_hundredths) = loaded().map(|point| point.co2_hundredths).max()
        && co2_hundredths < rule.co2_hundredths
    {
        found.push(Impossibility::Diluted { co2_hundredths });
    }
    let ratio = |point: &LugPoint| u64::from(point.roller_mm_s) * 1_000 / u64::from(point.speed.rpm.max(1));
    if let (Some(least), Some(most)) = (loaded().map(ratio).min(), loaded().map(ratio).max()) {
        let spread = (most - least) * 1_000 / most.max(1);
        if spread > u64::from(rule.gear_per_mille) {
            found.push(Impossibility::GearSlips { spread_per_mille: spread as u32 });
        }
    }
    if !process.is_sorted_by(|a, b| a.ms < b.ms) {
        found.push(Impossibility::TimeRunsBack);
    }
    found
}
