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

/// Places that must be left to look at, of all: beside a vehicle that fills the picture its own colour is what most
/// places share.
const LEAST_SHARE: usize = 12;

/// The factor from `base` to `now`, linear; 1 if nothing can be said.
pub(crate) fn between(now: &Still, base: &Still, curve: &Curve) -> f32 {
    if (now.width, now.height) != (base.width, base.height) {
        return 1.0;
    }
    factor(ratios(now, base, curve, |_, _| true))
}

/// The same by what lies outside `area` (x, y, width, height); `None` where too little does.
pub(crate) fn outside(now: &Still, base: &Still, curve: &Curve, [x, y, w, h]: [f32; 4]) -> Option<f32> {
    if (now.width, now.height) != (base.width, base.height) {
        return None;
    }
    let beyond = |column: usize, row: usize| {
        let (column, row) = (column as f32, row as f32);
        column < x || column > x + w || row < y || row > y + h
    };
    let found = ratios(now, base, curve, beyond);
    let all = (now.width / STEP) * (now.height / STEP);
    (found.len() * LEAST_SHARE >= all).then(|| factor(found))
}

/// Logarithms of the ratios of the places that can tell, of those that are `looked_at`.
fn ratios(now: &Still, base: &Still, curve: &Curve, looked_at: impl Fn(usize, usize) -> bool) -> Vec<f32> {
    let light = |still: &Still, at: usize| curve.luminance(still.codes(at));
    let mut found = Vec::new();
    for y in (0..now.height).step_by(STEP) {
        for x in (0..now.width).step_by(STEP).filter(|&x| looked_at(x, y)) {
            let at = y * now.width + x;
            let (a, b) = (light(now, at), light(base, at));
            if a.min(b) > DARK && a.max(b) < CLIPPED {
                found.push((a / b).ln());
            }
        }
    }
    found
}

fn factor(ratios: Vec<f32>) -> f32 {
    shared(ratios).exp().clamp(1.0 / WITHIN, WITHIN)
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
    fn a_vehicle_that_fills_most_of_the_picture_is_no_change_of_exposure() {
        let curve = Curve::new();
        let base = still(|at| 90 + (at * 7 % 60) as u8);
        let now = still(|at| if at % 64 < 48 { 45 } else { 90 + (at * 7 % 60) as u8 });
        assert!(between(&now, &base, &curve) < 0.5, "seen as a whole it is");
        let gain = outside(&now, &base, &curve, [0.0, 0.0, 47.5, 48.0]).unwrap();
        assert!((gain - 1.0).abs() < 0.02, "{gain}");
        assert_eq!(outside(&now, &base, &curve, [0.0, 0.0, 62.5, 48.0]), None, "too little is left");
    }

    #[test]
    fn black_pictures_say_nothing() {
        let curve = Curve::new();
        assert_eq!(between(&still(|_| 0), &still(|_| 0), &curve), 1.0);
    }
}
