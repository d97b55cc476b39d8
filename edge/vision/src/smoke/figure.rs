//! One vehicle's figure from all of its frames, with an honest deviation.

use plumewatch_shared::passage::{SmokeOutcome, UnmeasurableReason};
use plumewatch_shared::units::{CameraOpacity, Opacity, RingelmannLevel};

use super::transmittance::{Core, Line, MOST_OWN, through};
use crate::plates::reader::per_mille;

/// Light that soot sends of its own before anything is seen of it, of the light around (geometric mean of the scene's
/// and the background's): it scatters a fifth of what falls on it, all around.
pub(super) const SOOT: f32 = 0.07;
/// Of the light that soot is expected to send itself, its deviation before anything is seen of it.
const UNSURE: f32 = 0.8;
/// Deviation that no repetition shows: the camera's own curve, stray light, the plume's shape. A part of its own, and a
/// share of the light taken.
const HIDDEN: [f32; 2] = [0.03, 0.06];
/// Of the whole range of the frames, the share by which all of them may lie beside the densest place: a plume that thins
/// or is half hidden does so in every frame.
const RANGED: f32 = 0.1;
/// Spread of the frames (half of the middle half) above which they disagree.
const UNSTABLE: f32 = 0.17;
/// Opacity above which smoke cannot be told from a solid dark thing.
const NOTHING_SHOWN: f32 = 0.985;
/// Deviation above which a figure would say nothing.
const VAGUE: f32 = 0.18;
/// Share of the vehicle's frames before the first hit, and of the opacity lost over the hits, from which they show the
/// remainder of a plume only.
const LATE: f32 = 0.48;
const THINNING: f32 = 0.15;
/// Deviation below which frames count alike.
const SURE: f32 = 0.03;
/// Opacity below which a darkening is not called smoke.
pub const FAINTEST: f32 = 0.085;
/// Of the frames' opacities in ascending order, where the vehicle's is taken: frames lose by a plume half
/// hidden or thinned, and gain by noise only.
const RANK: f32 = 0.8;

/// An opacity and its deviation, both 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) opacity: f32,
    pub(super) deviation: f32,
    /// Half of the middle half of the frames.
    pub(super) spread: f32,
    /// From the first third of the frames to the last, the share of the opacity that is lost.
    pub(super) decline: f32,
}

impl Figure {
    /// Was the densest of it not seen? A plume found only after this share of the vehicle's way, and thinning from then on,
    /// was hidden by the vehicle, or taken for it, while it was denser.
    fn is_remainder(&self, way: f32) -> bool {
        way >= LATE && self.decline > THINNING
    }
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
    let opacity = ranked(&frames);
    let spread = (at(0.75) - at(0.25)) / 2.0;
    let own = frames.iter().map(|f| f.1 * weight(f.1)).sum::<f32>()
        / frames.iter().map(|f| weight(f.1)).sum::<f32>();
    // From the first third of the frames to the last.
    let third = (frames.len() / 3).max(1);
    let mean = |some: &[(f32, f32)]| some.iter().map(|f| f.0).sum::<f32>() / third as f32;
    let (early, late) = (mean(&frames[..third]), mean(&frames[frames.len() - third..]));
    let decline = (early - late) / early.max(0.01);
    // Frames after one another see the same puffs: one in three counts.
    let repeated = 1.5 * spread / (frames.len() as f32 / 3.0).max(1.0).sqrt();
    let hidden = HIDDEN[0] + HIDDEN[1] * opacity;
    let ranged = RANGED * (at(1.0) - at(0.0));
    let deviation = [own, repeated, hidden, ranged].map(|part| part.powi(2)).iter().sum::<f32>().sqrt();
    Some(Figure { opacity, deviation, spread, decline })
}

/// What a frame of this deviation counts.
fn weight(deviation: f32) -> f32 {
    1.0 / (deviation.powi(2) + SURE.powi(2))
}

/// The opacity at [`RANK`] of all frames' weight; 0 for none.
fn ranked(frames: &[(f32, f32)]) -> f32 {
    let mut sorted = frames.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Each frame stands in the middle of its own weight.
    let mut sum = 0.0;
    let places: Vec<(f32, f32)> = sorted
        .iter()
        .map(|(opacity, deviation)| {
            sum += weight(*deviation);
            (sum - weight(*deviation) / 2.0, *opacity)
        })
        .collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return 0.0 };
    let wanted = first.0 + (last.0 - first.0) * RANK;
    let pair = places.windows(2).find(|pair| wanted <= pair[1].0);
    pair.map_or(last.1, |pair| {
        let part = ((wanted - pair[0].0) / (pair[1].0 - pair[0].0).max(1e-6)).clamp(0.0, 1.0);
        pair[0].1 * (1.0 - part) + pair[1].1 * part
    })
}

/// Light of the soot itself as the contrast of all frames has it, drawn towards what is known before.
fn soot_light(cores: &[&Core]) -> (f32, f32) {
    let soot = cores.iter().map(|core| core.soot).sum::<f32>() / cores.len().max(1) as f32;
    let known = (UNSURE * soot.max(1e-4)).powi(-2);
    let (mut sum, mut weight) = (soot * known, known);
    for (light, deviation) in cores.iter().filter_map(|core| core.own) {
        // Frames of one vehicle share their errors: each tells a quarter.
        let counts = (2.0 * deviation.max(1e-4)).powi(-2);
        sum += light * counts;
        weight += counts;
    }
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
    let bare = 1.0 - (soot / core.behind.max(1e-4)).min(MOST_OWN);
    let shift = (1.0 - core.ratio).max(0.0) * soot_error / (core.behind.max(1e-4) * bare.powi(2));
    let ratio_error = 0.015_f32.hypot(shift).min(0.5);
    let Some(line) = core.contrast.filter(|line| (0.0..=1.0).contains(&line.slope)) else {
        return (by_ratio, ratio_error);
    };
    // Compression flattens what it shows weakly: a line is never surer than 6 points.
    let line_error = line.error.hypot(0.06);
    let (a, b) = (ratio_error.powi(-2), line_error.powi(-2));
    ((by_ratio * a + (1.0 - line.slope) * b) / (a + b), (a + b).powf(-0.5))
}

/// The outcome of a figure from `hits` frames, this soft at the rim, the first of them after this share of the vehicle's
/// way.
pub(super) fn outcome(figure: &Figure, hits: usize, soft: f32, way: f32) -> Option<SmokeOutcome> {
    // Behind what lets nothing through there is nothing to compare: a dark load does that as well.
    if figure.opacity > NOTHING_SHOWN
        || figure.spread > UNSTABLE
        || figure.deviation > VAGUE
        || figure.is_remainder(way)
    {
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
        Core { ratio, behind: 0.25, soot: 0.02, own: None, contrast, pixels: Vec::new() }
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
        assert_eq!(
            outcome(&found, 6, 1.0, 0.0),
            Some(SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable))
        );
    }

    /// First found after half of the way and thinning: the densest of it was not seen. From the beginning on, it was.
    #[test]
    fn the_remainder_of_a_plume_makes_no_figure() {
        let cores = [0.5, 0.52, 0.55, 0.58, 0.61, 0.64].map(|ratio| core(ratio, None));
        let found = figure(&cores.each_ref()).unwrap();
        assert_eq!(
            outcome(&found, 6, 1.0, 0.6),
            Some(SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable))
        );
        assert!(matches!(outcome(&found, 6, 1.0, 0.1), Some(SmokeOutcome::Measured { .. })), "{found:?}");
    }

    /// Over a dark background the soot's own light is guessed: frames over a light one say more.
    #[test]
    fn frames_over_a_light_background_count_for_more() {
        let dark = Core { behind: 0.02, ..core(0.3, None) };
        let light = core(0.5, None);
        let found = figure(&[&dark, &light, &dark, &light, &dark, &light]).unwrap();
        let alone = figure(&[&light; 6]).unwrap();
        assert!((found.opacity - alone.opacity).abs() < 0.06, "{found:?} {alone:?}");
    }

    #[test]
    fn no_frames_make_no_figure() {
        assert_eq!(figure(&[]), None);
    }
}
