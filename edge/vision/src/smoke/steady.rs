//! How far the camera has swung: a mast trembles by parts of a pixel, and an edge of the road that is not where it was
//! looks like something solid.
//!
//! What lies beside the vehicle tells it: the shift that explains best, by the backdrop's own slopes, how a frame
//! differs from it (Lucas and Kanade). The backdrop is then read where the camera looks now.

use super::linear::Still;

/// Furthest swing believed, pixels of the still.
const FURTHEST: f32 = 1.5;
/// Pixels from one place looked at to the next.
const STEP: usize = 2;
/// Differences in codes beyond which a place shows something else, at first and when the swing is about known.
const OTHER: [f32; 2] = [45.0, 18.0];
/// Slope, codes a pixel, from which a place tells.
const STEEP: f32 = 3.0;
/// Weight of standing still, as so many squared codes: without edges nothing swings.
const STILL: f32 = 2_000.0;
/// Swing below which the backdrop is read as it stands.
const NONE: f32 = 0.04;

/// Where the frame's pixel is found in `base`, less its own place; `factor` brings `base` to the frame's exposure, in
/// codes. Only places that `counts` are looked at.
pub(super) fn swing(
    now: &Still,
    base: &Still,
    factor: f32,
    counts: impl Fn(usize, usize) -> bool,
) -> [f32; 2] {
    if (now.width, now.height) != (base.width, base.height) {
        return [0.0; 2];
    }
    let w = now.width;
    let mut told = Vec::new();
    for y in (1..now.height.saturating_sub(1)).step_by(STEP) {
        for x in (1..w.saturating_sub(1)).step_by(STEP).filter(|&x| counts(x, y)) {
            let at = y * w + x;
            let code = |at: usize| base.luma(at) * factor;
            let slope = [(code(at + 1) - code(at - 1)) / 2.0, (code(at + w) - code(at - w)) / 2.0];
            if slope[0].hypot(slope[1]) >= STEEP {
                told.push((slope, now.luma(at) - code(at)));
            }
        }
    }
    let mut swing = [0.0_f32; 2];
    for other in OTHER {
        let (mut xx, mut xy, mut yy, mut xr, mut yr) = (STILL, 0.0, STILL, 0.0, 0.0);
        for ([sx, sy], difference) in &told {
            if (difference - sx * swing[0] - sy * swing[1]).abs() <= other {
                xx += sx * sx;
                xy += sx * sy;
                yy += sy * sy;
                xr += sx * difference;
                yr += sy * difference;
            }
        }
        let whole = xx * yy - xy * xy;
        swing = [(xr * yy - yr * xy) / whole, (yr * xx - xr * xy) / whole]
            .map(|v: f32| v.clamp(-FURTHEST, FURTHEST));
    }
    if swing[0].hypot(swing[1]) < NONE { [0.0; 2] } else { swing }
}

/// A place that lies between pixels: the four around it and their weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    at: [usize; 4],
    weights: [f32; 4],
}

impl Between {
    /// The place `swing` beside pixel `at`; the rim repeats its last pixel.
    pub(super) fn of(at: usize, [dx, dy]: [f32; 2], (width, height): (usize, usize)) -> Self {
        let (x, y) = ((at % width) as f32 + dx, (at / width) as f32 + dy);
        let [x, y] = [x.clamp(0.0, width as f32 - 1.0), y.clamp(0.0, height as f32 - 1.0)];
        let (left, top, fx, fy) = (x as usize, y as usize, x.fract(), y.fract());
        let (right, low) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
        Self {
            at: [top * width + left, top * width + right, low * width + left, low * width + right],
            weights: [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy],
        }
    }

    /// The value there.
    pub(super) fn read(&self, value: impl Fn(usize) -> f32) -> f32 {
        self.at.iter().zip(self.weights).map(|(at, weight)| weight * value(*at)).sum()
    }
}

/// The picture as it would be had the camera not swung.
pub(super) fn unswung(still: &Still, [dx, dy]: [f32; 2]) -> Still {
    let size = (still.width, still.height);
    let mut bgr = Vec::with_capacity(still.bgr.len());
    for at in 0..still.width * still.height {
        let there = Between::of(at, [-dx, -dy], size);
        for channel in 0..3 {
            let code = there.read(|at| f32::from(still.bgr[at * 3 + channel]));
            bgr.push(code.round().clamp(0.0, 255.0) as u8);
        }
    }
    Still { bgr, ..*still }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of light and dark with soft edges, seen from a camera that has swung.
    fn scene(dx: f32, dy: f32) -> Still {
        let (width, height) = (96, 64);
        let code = |at: usize| {
            let (x, y) = ((at % width) as f32 + dx, (at / width) as f32 + dy);
            (120.0 + 50.0 * (x * 0.35).sin() * (y * 0.3).cos()) as u8
        };
        Still { width, height, bgr: (0..width * height).flat_map(|at| [code(at); 3]).collect() }
    }

    #[test]
    fn a_swing_between_pixels_is_found_and_undone() {
        let base = scene(0.0, 0.0);
        let now = scene(0.6, -0.4);
        let [dx, dy] = swing(&now, &base, 1.0, |_, _| true);
        assert!((dx - 0.6).abs() < 0.06 && (dy + 0.4).abs() < 0.06, "{dx} {dy}");
        let back = unswung(&now, [dx, dy]);
        let away = |a: &Still| {
            (10..54)
                .flat_map(|y| (10..86).map(move |x| y * 96 + x))
                .map(|at| a.luma(at) - base.luma(at))
                .map(f32::abs)
                .sum::<f32>()
        };
        assert!(away(&back) < 0.25 * away(&now), "{} {}", away(&back), away(&now));
    }

    #[test]
    fn an_even_picture_does_not_swing() {
        let even = Still { width: 40, height: 30, bgr: vec![90; 40 * 30 * 3] };
        assert_eq!(swing(&even, &even, 1.0, |_, _| true), [0.0; 2]);
    }
}
