//! How much lighter one frame is than another as a whole: exposure control and passing clouds.
//!
//! Taken from the ratio that most places share: vehicles and smoke have ratios of their own, each another one.

use super::linear::{Curve, Still};

/// Pixels from one place looked at to the next.
const STEP: usize = 4;
/// Light below which a place says nothing.
const DARK: f32 = 0.004;
/// Light above which a channel may be clipped.
const CLIPPED: f32 = 0.93;
/// Ratios believed; beyond them the frames are not of one scene.
const WITHIN: f32 = 4.0;

/// The factor from `base` to `now`, linear; 1 if nothing can be said.
pub(crate) fn between(now: &Still, base: &Still, curve: &Curve) -> f32 {
    if (now.width, now.height) != (base.width, base.height) {
        return 1.0;
    }
    let light = |still: &Still, at: usize| curve.luminance(still.codes(at));
    let ratios = (0..now.height).step_by(STEP).flat_map(|y| {
        (0..now.width).step_by(STEP).filter_map(move |x| {
            let at = y * now.width + x;
            let (a, b) = (light(now, at), light(base, at));
            let usable = a.min(b) > DARK && a.max(b) < CLIPPED;
            usable.then(|| (a / b).ln())
        })
    });
    shared(ratios.collect()).exp().clamp(1.0 / WITHIN, WITHIN)
}

/// The value most of these share: the mean of the fullest eighth-wide window, 0 for none.
fn shared(mut values: Vec<f32>) -> f32 {
    if values.len() < 12 {
        return 0.0;
    }
    values.sort_by(f32::total_cmp);
    // The narrowest stretch that holds two fifths of all: more than the background's share of a busy frame.
    let hold = (values.len() * 2 / 5).max(2);
    let width = |from: usize| values[from + hold - 1] - values[from];
    let from = (0..=values.len() - hold).min_by(|a, b| width(*a).total_cmp(&width(*b))).unwrap_or(0);
    let stretch = &values[from..from + hold];
    stretch.iter().sum::<f32>() / hold as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still(value: impl Fn(usize) -> u8) -> Still {
        let bgr = (0..64 * 48).flat_map(|at| [value(at); 3]).collect();
        Still { width: 64, height: 48, bgr }
    }

    #[test]
    fn a_change_of_exposure_is_found_though_a_third_of_the_picture_is_a_vehicle() {
        let curve = Curve::new();
        let base = still(|at| 90 + (at * 7 % 60) as u8);
        let now = still(|at| {
            let code = super::super::linear::code(curve.light(90 + (at * 7 % 60) as u8) * 1.2);
            if at % 64 < 22 { 30 } else { code.round() as u8 }
        });
        let gain = between(&now, &base, &curve);
        assert!((gain - 1.2).abs() < 0.02, "{gain}");
    }

    #[test]
    fn black_pictures_say_nothing() {
        let curve = Curve::new();
        assert_eq!(between(&still(|_| 0), &still(|_| 0), &curve), 1.0);
    }
}
