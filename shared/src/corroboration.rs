//! Do the head's beam and the smoke camera agree about one passage?
//!
//! Cross-road opacity and camera opacity are different quantities and neither is made into the other: each is held
//! against its own limit, in its own unit, by the rulebook's margins, and only the two answers are compared.
//! Agreement strengthens a candidate in a reviewer's eyes; it is never a verdict.

use crate::language::Bilingual;
use crate::passage::{Doubt, Passage, SmokeOutcome, UnmeasurableReason};
use crate::reading::Validity;
use crate::rulebook::{CorroborationRule, Item, Rulebook, RulebookRef};
use crate::units::{CameraOpacity, CrossRoadOpacity, RingelmannLevel};

/// What the comparison comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corroboration {
    /// Both say the same.
    Agrees(Accord, Compared),
    /// One is clearly above its limit, the other clearly below.
    Disagrees(Discord, Compared),
    /// They cannot be compared, or stand too close to their limits.
    NotComparable(Obstacle),
}

/// In what the two agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accord {
    /// Both exceed their limits.
    BothExceed,
    /// Both are clearly below.
    BothBelow,
}

/// In what they contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Discord {
    /// The head is clearly above its limit, the camera clearly below.
    OnlyBeam,
    /// The camera is clearly above its limit, the head clearly below.
    OnlyCamera,
}

/// Why there is nothing to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// The rulebook has no rule of comparing, or does not limit both.
    NoRule,
    /// Which vehicle left the reading or the smoke is in doubt.
    Doubtful,
    /// The vehicle is electric: whatever was seen is not its own.
    Electric,
    /// The head told no opacity.
    NoBeam,
    /// The head's reading does not count.
    InvalidBeam,
    /// The camera gave no smoke figure. That it saw none cannot be told from that it could not see.
    NoSmoke,
    /// The camera saw something that it could not measure.
    Unmeasurable(UnmeasurableReason),
    /// At least one stands too close to its limit to contradict the other.
    TooClose(Compared),
}

/// The figures, each beside its own limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Copy)]
pub struct Compared {
    /// What the head measured.
    pub beam: CrossRoadOpacity,
    /// Its limit, hundredths of a percent.
    pub beam_limit: i64,
    /// What the camera measured.
    pub camera: CameraOpacity,
    /// Its Ringelmann level.
    pub level: RingelmannLevel,
    /// The limit of that level.
    pub level_limit: i64,
}

/// Where a value stands to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    ClearlyAbove,
    Near,
    ClearlyBelow,
}

/// Compares what the head and the camera saw of one passage, by the rulebook's margins.
pub fn corroborate(passage: &Passage, book: &Rulebook) -> Corroboration {
    match figures(passage, book) {
        Ok((compared, uncertainty, rule)) => compare(compared, uncertainty, rule),
        Err(obstacle) => Corroboration::NotComparable(obstacle),
    }
}

fn figures<'a>(
    passage: &Passage,
    book: &'a Rulebook,
) -> Result<(Compared, i64, &'a CorroborationRule), Obstacle> {
    let limit = |item| {
        book.limits.iter().find(|limit| limit.item == item).map(|limit| limit.at_most).ok_or(Obstacle::NoRule)
    };
    let rule = book.corroboration.as_ref().ok_or(Obstacle::NoRule)?;
    let (beam_limit, level_limit) = (limit(Item::Opacity)?, limit(Item::Ringelmann)?);
    if passage.plate().is_some_and(|plate| plate.kind().is_electric()) {
        return Err(Obstacle::Electric);
    }
    let mixed = [Doubt::SeveralVehicles, Doubt::NoVehicleSeen];
    if passage.doubts.iter().any(|doubt| mixed.contains(doubt)) {
        return Err(Obstacle::Doubtful);
    }
    let beam = passage.reading.as_ref().and_then(|reading| reading.opacity).ok_or(Obstacle::NoBeam)?.mean;
    if passage.validity != Some(Validity::Valid) {
        return Err(Obstacle::InvalidBeam);
    }
    match passage.smoke.as_ref().ok_or(Obstacle::NoSmoke)?.outcome {
        SmokeOutcome::Unmeasurable(reason) => Err(Obstacle::Unmeasurable(reason)),
        SmokeOutcome::Measured { opacity, uncertainty_hundredths, level, .. } => {
            let compared = Compared { beam, beam_limit, camera: opacity, level, level_limit };
            Ok((compared, uncertainty_hundredths.into(), rule))
        }
    }
}

fn compare(compared: Compared, uncertainty: i64, rule: &CorroborationRule) -> Corroboration {
    let (beam, camera) = (hundredths(compared.beam.0), hundredths(compared.camera.0));
    let (beam_exceeds, camera_exceeds) =
        (beam > compared.beam_limit, i64::from(compared.level.level()) > compared.level_limit);
    // The camera's level rounds its own opacity to the nearest fifth: its limit ends half a level above it.
    let edge = (2 * compared.level_limit + 1) * 1_000;
    let camera_margin = rule.camera_margin.max(uncertainty * rule.camera_sigma_tenths / 10);
    let beam_stands = standing(beam - compared.beam_limit, rule.beam_margin);
    let camera_stands = standing(camera - edge, camera_margin);
    match (beam_stands, camera_stands) {
        _ if beam_exceeds && camera_exceeds => Corroboration::Agrees(Accord::BothExceed, compared),
        (Standing::ClearlyBelow, Standing::ClearlyBelow) => {
            Corroboration::Agrees(Accord::BothBelow, compared)
        }
        (Standing::ClearlyAbove, Standing::ClearlyBelow) => {
            Corroboration::Disagrees(Discord::OnlyBeam, compared)
        }
        (Standing::ClearlyBelow, Standing::ClearlyAbove) => {
            Corroboration::Disagrees(Discord::OnlyCamera, compared)
        }
        (Standing::Near, _) | (_, Standing::Near) | (Standing::ClearlyAbove, Standing::ClearlyAbove) => {
            Corroboration::NotComparable(Obstacle::TooClose(compared))
        }
    }
}

fn hundredths(opacity: crate::units::Opacity) -> i64 {
    opacity.hundredths().into()
}

fn standing(above: i64, margin: i64) -> Standing {
    if above > margin {
        Standing::ClearlyAbove
    } else if above < -margin {
        Standing::ClearlyBelow
    } else {
        Standing::Near
    }
}

impl Corroboration {
    /// The word used in tables and on pages.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Agrees(Accord::BothExceed, _) => "both-exceed",
            Self::Agrees(Accord::BothBelow, _) => "both-below",
            Self::Disagrees(..) => "disagrees",
            Self::NotComparable(_) => "not-comparable",
        }
    }

    /// What it comes to in words, with values, limits and the edition whose margins were used.
    pub fn sentence(&self, edition: &RulebookRef) -> Bilingual {
        let (zh, en) = match self {
            Self::Agrees(Accord::BothExceed, seen) => {
                let figures = seen.figures();
                (
                    format!("两种仪器相互印证：均超标。{}", figures.zh),
                    format!("Both instruments exceed. {}", figures.en),
                )
            }
            Self::Agrees(Accord::BothBelow, seen) => {
                let figures = seen.figures();
                (
                    format!("两种仪器相互印证：均明显低于限值。{}", figures.zh),
                    format!("Both instruments are clearly below their limits. {}", figures.en),
                )
            }
            Self::Disagrees(discord, seen) => {
                let figures = seen.figures();
                let (zh, en) = match discord {
                    Discord::OnlyBeam => (
                        "遥测仪明显超标而视频明显低于限值",
                        "the head is clearly above, the camera clearly below",
                    ),
                    Discord::OnlyCamera => (
                        "视频明显超标而遥测仪明显低于限值",
                        "the camera is clearly above, the head clearly below",
                    ),
                };
                (
                    format!("两种仪器相互矛盾：{zh}，请复核图像。{}", figures.zh),
                    format!(
                        "The instruments contradict each other: {en}; look at the pictures. {}",
                        figures.en
                    ),
                )
            }
            Self::NotComparable(obstacle) => {
                let reason = obstacle.reason();
                (
                    format!("两种仪器无法比较：{}", reason.zh),
                    format!("The instruments cannot be compared: {}", reason.en),
                )
            }
        };
        Bilingual::new(
            format!("{zh}（按{edition}的比较规则）"),
            format!("{en} (Compared by the margins of {edition}.)"),
        )
    }
}

impl Compared {
    /// Each figure with its own limit.
    fn figures(&self) -> Bilingual {
        let beam = Item::Opacity.show(hundredths(self.beam.0));
        let beam_limit = Item::Opacity.show(self.beam_limit);
        let camera = Item::Opacity.show(hundredths(self.camera.0));
        let (level, limit) = (self.level.level(), self.level_limit);
        Bilingual::new(
            format!(
                "遥测不透光度{beam}（限值{beam_limit}），视频烟羽不透光度{camera}、林格曼{level}级（限值{limit}级）；两种不透光度互不换算。"
            ),
            format!(
                "Cross-road opacity {beam} (limit {beam_limit}); camera opacity {camera}, Ringelmann {level} \
                 (limit {limit}). The two opacities are not converted into each other."
            ),
        )
    }
}

impl Obstacle {
    fn reason(&self) -> Bilingual {
        let (zh, en) = match self {
            Self::NoRule => ("规则集没有比较规则。", "the rulebook has no rule for it."),
            Self::Doubtful => ("无法确定读数属于哪辆车。", "whose reading it is is in doubt."),
            Self::Electric => ("该车为电动车。", "the vehicle is electric."),
            Self::NoBeam => ("遥测仪没有不透光度读数。", "the head told no opacity."),
            Self::InvalidBeam => ("遥测读数无效。", "the head's reading does not count."),
            Self::NoSmoke => ("视频没有烟度数值。", "the camera gave no smoke figure."),
            Self::Unmeasurable(UnmeasurableReason::NoBackground) => {
                ("视频看到烟羽，但没有可用的背景。", "the camera saw a plume before no settled background.")
            }
            Self::Unmeasurable(UnmeasurableReason::Night) => {
                ("光线太暗，视频无法测量。", "it was too dark for the camera.")
            }
            Self::Unmeasurable(UnmeasurableReason::Unstable) => {
                ("视频各帧测量不一致。", "the camera's frames disagree.")
            }
            Self::Unmeasurable(UnmeasurableReason::WhitePlume) => {
                ("视频看到的是白色烟羽，不是黑烟。", "the camera saw a white plume, not black smoke.")
            }
            Self::Unmeasurable(UnmeasurableReason::ChangingLight) => {
                ("过车时光线变化，视频无法测量。", "the light changed while the camera measured.")
            }
            Self::TooClose(seen) => {
                let figures = seen.figures();
                return Bilingual::new(
                    format!("至少一项过于接近限值。{}", figures.zh),
                    format!("at least one stands too close to its limit. {}", figures.en),
                );
            }
        };
        Bilingual::new(zh, en)
    }
}

#[cfg(test)]
#[path = "corroboration_tests.rs"]
mod tests;
