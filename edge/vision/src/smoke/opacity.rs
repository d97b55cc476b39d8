//! The figure: how much of the background's light the plume takes.
//!
//! Contrast model (STANDARDS.md 9): `L_plume = T·L_background + (1−T)·L_soot` over places with light and dark
//! background, so T is the slope of plume against background and needs no guess of the soot's own light. Where
//! the background is even, that slope says nothing; then black soot is taken to send no light of its own and
//! `T = L_plume / L_background`. Opacity = 1 − T.

use super::linear::Luminance;

/// An opacity and how sure its one frame makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// 0 to 1.
    pub opacity: f32,
    /// One standard deviation, in the same unit.
    pub deviation: f32,
    /// Came from light and dark places, not from the assumption of black soot.
    pub by_contrast: bool,
}

/// Deviation of the background, as a share of its mean, from which it counts as having light and dark places.
const TEXTURED: f32 = 0.16;

/// The opacity over these places (indices into both pictures); `None` for fewer than 12.
pub fn estimate(now: &Luminance, behind: &Luminance, places: &[usize]) -> Option<Estimate> {
    if places.len() < 12 {
        return None;
    }
    let n = places.len() as f32;
    let mean = |of: &Luminance| places.iter().map(|&i| of.values[i]).sum::<f32>() / n;
    let (through, bare) = (mean(now), mean(behind));
    if bare <= 1e-4 {
        return None;
    }
    let single = (1.0 - through / bare).clamp(0.0, 1.0);
    let square: f32 = places.iter().map(|&i| (behind.values[i] - bare).powi(2)).sum();
    let cross: f32 = places.iter().map(|&i| (behind.values[i] - bare) * (now.values[i] - through)).sum();
    let spread = (square / n).sqrt();
    let by_single = Estimate { opacity: single, deviation: 0.05, by_contrast: false };
    if spread / bare < TEXTURED || places.len() < 40 {
        return Some(by_single);
    }
    let slope = cross / square;
    let rest: f32 =
        places.iter().map(|&i| (now.values[i] - through - slope * (behind.values[i] - bare)).powi(2)).sum();
    // Neighbouring pixels are not independent: one in nine is counted.
    let deviation = (rest / (n - 2.0) / (square / 9.0)).sqrt();
    let soot = (through - slope * bare) / (1.0 - slope).max(0.05);
    // A slope that would have the soot shine, or take light away twice, is not this model's.
    if !(0.0..=1.0).contains(&slope) || deviation > 0.12 || soot > 0.5 * bare || soot < -0.1 * bare {
        return Some(by_single);
    }
    Some(Estimate { opacity: 1.0 - slope, deviation, by_contrast: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(values: Vec<f32>) -> Luminance {
        Luminance { width: values.len(), height: 1, values }
    }

    /// Golden vectors of STANDARDS.md 9: Lb = (200, 50) with Lp = (140, 35) is 30 %, with (80, 20) 60 %.
    #[test]
    fn the_contrast_model_gives_the_golden_opacities() {
        let behind = picture([0.200, 0.050].repeat(30));
        for (light, dark, opacity) in [(0.140, 0.035, 0.30), (0.080, 0.020, 0.60)] {
            let now = picture([light, dark].repeat(30));
            let places: Vec<usize> = (0..60).collect();
            let got = estimate(&now, &behind, &places).unwrap();
            assert!(got.by_contrast && (got.opacity - opacity).abs() < 1e-4, "{got:?}");
        }
    }

    /// Grey soot that sends light of its own: the ratio would say 20 %, the contrast knows 40 %.
    #[test]
    fn the_soots_own_light_does_not_hide_it() {
        let bare = [0.40, 0.20].repeat(30);
        let now = bare.iter().map(|b| 0.6 * b + 0.4 * 0.1).collect();
        let places: Vec<usize> = (0..60).collect();
        let got = estimate(&picture(now), &picture(bare), &places).unwrap();
        assert!((got.opacity - 0.4).abs() < 1e-3, "{got:?}");
    }

    #[test]
    fn an_even_background_is_measured_by_its_ratio() {
        let places: Vec<usize> = (0..60).collect();
        let got = estimate(&picture(vec![0.12; 60]), &picture(vec![0.3; 60]), &places).unwrap();
        assert!(!got.by_contrast && (got.opacity - 0.6).abs() < 1e-3, "{got:?}");
    }
}
