//! The figure of one frame: how much of the backdrop's light the plume's core lets through.
//!
//! Contrast model (STANDARDS.md 9): `L_plume = T·L_background + (1−T)·L_soot`. Over light and dark places T is the slope
//! of plume against background and needs no guess of the soot's own light; where the background is even, T follows
//! from the ratio once the soot's light is known, which black soot sends little of. Opacity = 1 − T.

use super::maps::Maps;
use super::plane::{Marks, Plane};
use super::region::Region;

/// Share of the region's pixels that are denser than the core's figure: not the single densest pixel, but near it.
const DENSER: f32 = 0.06;
/// Pixels of the core reach down to this share of that figure.
const CORE: f32 = 0.9;
/// Fewest pixels of a core.
const LEAST_CORE: usize = 24;
/// Of the region's pixels, the least share that its core must be.
const COHERENT: f32 = 0.05;
/// Spread of the background, of its mean, from which it has light and dark places.
const TEXTURED: f32 = 0.12;
/// Pixels that tell no more than one does, because neighbours share blur and noise.
const ALIKE: f32 = 9.0;

/// Of the light behind, the largest share that soot may send itself for the ratio to say anything.
pub(super) const MOST_OWN: f32 = 0.8;
/// Pixels around a place over which light seen is held against light behind.
const BLOCK: usize = 4;
/// Of the most light that soot may send itself, what it is expected to.
const LIKELY: f32 = 0.28;
/// Pixels that must be left away from solid things.
const ROOM: usize = 60;

/// What one frame's core says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Core {
    /// `L_plume / L_background` where the plume is densest.
    pub(super) ratio: f32,
    /// Mean linear light of the background there.
    pub(super) behind: f32,
    /// Light that soot is expected to send itself here.
    pub(super) soot: f32,
    /// The same as the plume's places tell it, and its deviation.
    pub(super) own: Option<(f32, f32)>,
    /// By contrast, where the background has light and dark places.
    pub(super) contrast: Option<Line>,
    /// The core's pixels, the window's indices.
    pub(super) pixels: Vec<usize>,
}

/// Light through the plume against light behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// T.
    pub(super) slope: f32,
    /// Its standard error.
    pub(super) error: f32,
    /// Light at a black background: `(1−T)·L_soot`.
    pub(super) intercept: f32,
}

/// The core of a plume's region; `None` if too little of it is left away from its rim.
pub(super) fn core(region: &Region, maps: &Maps) -> Option<Core> {
    let (w, h) = (maps.window.width, maps.window.height);
    // What is solid darkens its surroundings by the smoothing.
    let away = |reach: usize| {
        let near = maps.firm.grown(reach);
        region.pixels.iter().copied().filter(|at| !near.set[*at]).collect::<Vec<usize>>()
    };
    let inside =
        [4, 2].map(away).into_iter().find(|inside| inside.len() >= ROOM).unwrap_or(region.pixels.clone());
    if inside.len() < 30 {
        return None;
    }
    // Before a dark background soot's own light hides what it takes: what is likely of it is taken off.
    let soot = maps.soot * LIKELY;
    let bare = maps.behind.blurred(2);
    let depth = |at: usize| maps.opacity.values[at] / (1.0 - (soot / bare.values[at].max(1e-4)).min(0.6));
    let mut taken: Vec<f32> = inside.iter().map(|at| depth(*at)).collect();
    let rank = ((taken.len() - 1) as f32 * (1.0 - DENSER)) as usize;
    let thick = *taken.select_nth_unstable_by(rank, f32::total_cmp).1;
    let mut marks = Marks::from_fn(w, h, |_| false);
    inside.iter().filter(|at| depth(**at) >= CORE * thick).for_each(|at| marks.set[*at] = true);
    // The largest coherent part: a core is one place, not scattered specks.
    let pixels = marks.parts(LEAST_CORE).into_iter().max_by_key(Vec::len)?;
    if (pixels.len() as f32) < COHERENT * region.pixels.len() as f32 {
        return None;
    }
    let points: Vec<[f32; 2]> =
        pixels.iter().map(|at| [maps.behind.values[*at], maps.now.values[*at]]).collect();
    let mean = |of: usize| points.iter().map(|p| p[of]).sum::<f32>() / points.len() as f32;
    let (behind, now) = (mean(0), mean(1));
    let ratio = now / behind.max(1e-4);
    let own = own_light(region, maps);
    Some(Core { ratio, behind, soot, own, contrast: line(&points), pixels })
}

/// Soot's own light as the places of a plume tell it behind which light and dark meet, and its deviation: around each of
/// them a line through light seen against light behind.
fn own_light(region: &Region, maps: &Maps) -> Option<(f32, f32)> {
    let (w, h) = (maps.window.width, maps.window.height);
    let mut marks = Marks::from_fn(w, h, |_| false);
    region.pixels.iter().for_each(|at| marks.set[*at] = true);
    let whole = marks.dense(BLOCK, 0.7);
    let (now, behind) = (&maps.now.values, &maps.behind.values);
    let mean = |of: &dyn Fn(usize) -> f32| Plane::from_fn(w, h, of).blurred(BLOCK);
    let [n, b] = [mean(&|at| now[at]), mean(&|at| behind[at])];
    let nn = mean(&|at| now[at].powi(2));
    let bb = mean(&|at| behind[at].powi(2));
    let nb = mean(&|at| now[at] * behind[at]);
    let (mut sum, mut weight) = (0.0_f32, 0.0_f32);
    for &at in region.pixels.iter().filter(|at| whole.set[**at]) {
        let (n, b) = (n.values[at], b.values[at]);
        let (spread, shared) = (bb.values[at] - b * b, nb.values[at] - n * b);
        let slope = shared / spread.max(1e-9);
        if spread.max(0.0).sqrt() < TEXTURED * b || !(0.0..0.8).contains(&slope) {
            continue;
        }
        let rest = (nn.values[at] - n * n - slope * shared).max(0.0);
        let side = (2 * BLOCK + 1) as f32;
        // Compression flattens what it shows weakly, and the plume is not even: a line is never surer than 6 points.
        let error = (rest / spread * ALIKE).sqrt() / side;
        let deviation = b * error.hypot(0.06) / (1.0 - slope);
        // The places of one block tell the same.
        let counts = (side * deviation).powi(-2);
        sum += counts * (n - slope * b) / (1.0 - slope);
        weight += counts;
    }
    (weight > 0.0).then(|| ((sum / weight).max(0.0), weight.powf(-0.5)))
}

/// The straight line through (background, plume) points; `None` where the background is even.
pub(super) fn line(points: &[[f32; 2]]) -> Option<Line> {
    let n = points.len() as f32;
    if points.len() < 12 {
        return None;
    }
    let mean = |i: usize| points.iter().map(|p| p[i]).sum::<f32>() / n;
    let (bare, through) = (mean(0), mean(1));
    let square: f32 = points.iter().map(|p| (p[0] - bare).powi(2)).sum();
    if bare <= 1e-5 || (square / n).sqrt() / bare < TEXTURED {
        return None;
    }
    let cross: f32 = points.iter().map(|p| (p[0] - bare) * (p[1] - through)).sum();
    let slope = cross / square;
    let rest: f32 = points.iter().map(|p| (p[1] - through - slope * (p[0] - bare)).powi(2)).sum();
    let error = (ALIKE * rest / (n - 2.0) / square).sqrt();
    Some(Line { slope, error, intercept: through - slope * bare })
}

/// T from a ratio, when soot sends this much light of its own.
pub(super) fn through(ratio: f32, behind: f32, soot: f32) -> f32 {
    let own = (soot / behind.max(1e-4)).min(MOST_OWN);
    ((ratio - own) / (1.0 - own)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opacity(pairs: [[f32; 2]; 2]) -> f32 {
        let points: Vec<[f32; 2]> = pairs.into_iter().cycle().take(60).collect();
        1.0 - line(&points).unwrap().slope
    }

    /// Golden vector 19 of STANDARDS.md 12 and the second one of its section 9.
    #[test]
    fn the_contrast_model_gives_the_golden_opacities() {
        assert!((opacity([[0.200, 0.140], [0.050, 0.035]]) - 0.30).abs() < 1e-4);
        assert!((opacity([[0.200, 0.080], [0.050, 0.020]]) - 0.60).abs() < 1e-4);
    }

    /// Grey soot that sends light of its own: the ratio alone would say less, the contrast knows 40 %.
    #[test]
    fn the_soots_own_light_does_not_hide_it() {
        let grey = |bare: f32| [bare, 0.6 * bare + 0.4 * 0.1];
        assert!((opacity([grey(0.4), grey(0.2)]) - 0.4).abs() < 1e-4);
        assert!((1.0 - through(grey(0.4)[1] / 0.4, 0.4, 0.1) - 0.4).abs() < 1e-4);
    }

    #[test]
    fn an_even_background_has_no_line() {
        assert_eq!(line(&[[0.3, 0.12]; 60]), None);
    }
}
