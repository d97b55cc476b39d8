//! One vehicle's figure from all of its frames, with an honest deviation.

use plumewatch_shared::passage::{SmokeOutcome, UnmeasurableReason};
use plumewatch_shared::units::{CameraOpacity, Opacity, RingelmannLevel};

use super::transmittance::{Core, Line, through};
use crate::plates::reader::per_mille;

/// Light that soot sends of its own before anything is seen of it, of the light around (geometric mean of the scene's
/// and the background's): it scatters a fifth of what falls on it, all around.
const SOOT: f32 = 0.07;
/// How sure that is.
const SOOT_DEVIATION: f32 = 0.07;
/// Deviation that no repetition shows: the camera's own curve, stray light, the plume's shape. A share of the
/// light taken, and a part of its own.
const HIDDEN: [f32; 2] = [0.02, 0.03];
/// Spread of the frames (half of the middle half) above which they disagree.
const UNSTABLE: f32 = 0.17;
/// Opacity below which a darkening is not called smoke.
pub const FAINTEST: f32 = 0.085;
/// Of the frames' opacities in ascending order, where the vehicle's is taken: frames lose by a plume half
/// hidden or thinned, and gain by noise only.
const RANK: f32 = 0.7;

/// An opacity and its deviation, both 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) opacity: f32,
    pub(super) deviation: f32,
    /// Half of the middle half of the frames.
    pub(super) spread: f32,
}

/// The figure of these frames' cores; `None` without any.
pub(super) fn figure(cores: &[&Core]) -> Option<Figure> {
    let (soot, soot_error) = soot_light(cores);
    let frames: Vec<(f32, f32)> = cores.iter().map(|core| of_frame(core, soot, soot_error)).collect();
    let mut values: Vec<f32> = frames.iter().map(|f| f.0).collect();
    values.sort_by(f32::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f32| {
        let place = last as f32 * share;
        let (low, part) = (place as usize, place.fract());
        values[low] * (1.0 - part) + values[(low + 1).min(last)] * part
    };
    let opacity = at(RANK);
    let spread = (at(0.75) - at(0.25)) / 2.0;
    let own = frames.iter().map(|f| f.1).sum::<f32>() / frames.len() as f32;
    // Frames after one another see the same puffs: one in three counts.
    let repeated = 1.5 * spread / (frames.len() as f32 / 3.0).max(1.0).sqrt();
    let hidden = HIDDEN[0] + HIDDEN[1] * opacity;
    let deviation = (own.powi(2) + repeated.powi(2) + hidden.powi(2)).sqrt();
    Some(Figure { opacity, deviation, spread })
}

/// Light of the soot itself as the contrast of all frames has it, drawn towards what is known before.
fn soot_light(cores: &[&Core]) -> (f32, f32) {
    let around = |core: &&Core| (core.scene * core.behind).max(0.0).sqrt();
    let scene = cores.iter().map(around).sum::<f32>() / cores.len().max(1) as f32;
    let known = (SOOT_DEVIATION * scene.max(0.01)).powi(-2);
    let (mut sum, mut weight) = (SOOT * scene * known, known);
    for core in cores {
        let Some(Line { slope, error, intercept }) = core.contrast else { continue };
        let taken = 1.0 - slope;
        if taken < 0.15 || error > 0.2 {
            continue;
        }
        // Frames of one vehicle share their errors: each tells a quarter. 0.04: the line's own honesty.
        let deviation = core.behind * error.hypot(0.04) / taken * 2.0;
        sum += (intercept / taken).clamp(0.0, core.behind / 2.0) / deviation.powi(2);
        weight += 1.0 / deviation.powi(2);
    }
    ((sum / weight).max(0.0), weight.powf(-0.5))
}

/// Opacity and deviation of one frame, both models weighted by their errors.
fn of_frame(core: &Core, soot: f32, soot_error: f32) -> (f32, f32) {
    let by_ratio = 1.0 - through(core.ratio, core.behind, soot);
    let ratio_error = 0.015_f32.hypot(by_ratio * soot_error / core.behind.max(0.01));
    let Some(line) = core.contrast.filter(|line| (0.0..=1.0).contains(&line.slope)) else {
        return (by_ratio, ratio_error);
    };
    // Compression flattens what it shows weakly: a line is never surer than 6 points.
    let line_error = line.error.hypot(0.06);
    let (a, b) = (ratio_error.powi(-2), line_error.powi(-2));
    ((by_ratio * a + (1.0 - line.slope) * b) / (a + b), (a + b).powf(-0.5))
}

/// The outcome of a figure from `hits` frames, this soft at the rim.
pub(super) fn outcome(figure: &Figure, hits: usize, soft: f32) -> Option<SmokeOutcome> {
    if figure.spread > UNSTABLE {
        return Some(SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable));
    }
    let hundredths = (figure.opacity.clamp(0.0, 1.0) * 10_000.0).round() as u16;
    let opacity = Opacity::from_hundredths(hundredths)?;
    // More hits, a softer rim, and an opacity well above its own deviation make smoke the better explanation.
    let many = 1.0 - 1.0 / (1.0 + hits as f32 / 2.0);
    let clear = (figure.opacity / (2.0 * figure.deviation)).min(1.0);
    Some(SmokeOutcome::Measured {
        opacity: CameraOpacity(opacity),
        uncertainty_hundredths: (figure.deviation * 10_000.0).round().min(10_000.0) as u16,
        level: RingelmannLevel::nearest(opacity),
        confidence: per_mille(many * clear * soft.min(1.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(ratio: f32, contrast: Option<Line>) -> Core {
        Core { ratio, behind: 0.25, scene: 0.2, contrast, pixels: Vec::new() }
    }

    #[test]
    fn grey_soot_is_known_by_its_contrast() {
        // 50 %, and the soot sends 0.05: the ratio alone is 0.6.
        let seen = core(0.6, Some(Line { slope: 0.5, error: 0.01, intercept: 0.025 }));
        let found = figure(&[&seen; 8]).unwrap();
        assert!((found.opacity - 0.5).abs() < 0.05, "{found:?}");
        let guessed = figure(&[&core(0.6, None); 8]).unwrap();
        assert!(guessed.opacity < found.opacity && guessed.deviation > found.deviation, "{guessed:?}");
    }

    #[test]
    fn frames_that_disagree_make_no_figure() {
        let cores = [0.9, 0.2, 0.85, 0.3, 0.9, 0.25].map(|ratio| core(ratio, None));
        let found = figure(&cores.each_ref()).unwrap();
        assert_eq!(outcome(&found, 6, 1.0), Some(SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable)));
    }

    #[test]
    fn no_frames_make_no_figure() {
        assert_eq!(figure(&[]), None);
    }
}
