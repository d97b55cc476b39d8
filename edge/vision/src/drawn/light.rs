//! From linear light to a camera's codes: response curve, sensor noise, loss by compression.

use super::dice::Dice;
use crate::picture::{Picture, PictureError};

/// How a camera turns light (0 to 1) into its code (0 to 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Curve {
    /// IEC 61966-2-1, what stills are in.
    Srgb,
    /// ITU-R BT.709, what most video cameras do.
    Bt709,
    /// A pure power, the exponent being one over this.
    Power(f32),
    /// sRGB, with what is brighter than this light pressed into half the range that is left.
    Knee(f32),
}

impl Curve {
    fn code(self, light: f32) -> f32 {
        let v = light.clamp(0.0, 1.0);
        let srgb = |v: f32| if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        match self {
            Self::Srgb => srgb(v),
            Self::Bt709 if v < 0.018 => 4.5 * v,
            Self::Bt709 => 1.099 * v.powf(0.45) - 0.099,
            Self::Power(gamma) => v.powf(1.0 / gamma),
            Self::Knee(from) if v <= from => srgb(v),
            Self::Knee(from) => srgb(from + (v - from) * 0.5),
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Srgb => "sRGB",
            Self::Bt709 => "BT.709",
            Self::Power(_) => "power",
            Self::Knee(_) => "knee",
        }
    }
}

/// Steps of light that a code is looked up in.
const STEPS: usize = 16_384;
/// Steps of light for each of which the noise is known.
const NOISE_STEPS: usize = 1_024;
/// Normal numbers kept for noise; each row begins elsewhere among them.
const NOISES: usize = 1 << 16;

/// A sensor with its electronics.
#[derive(Debug)]
pub(crate) struct Sensor {
    codes: Vec<f32>,
    deviations: Vec<f32>,
    noise: Vec<f32>,
    quality: i32,
}

impl Sensor {
    /// `shot`: variance per unit of light; `read`: deviation in the dark; `quality` of the JPEG.
    pub(crate) fn new(curve: Curve, shot: f32, read: f32, quality: i32, mut dice: Dice) -> Self {
        let light = |step: usize| step as f32 / (STEPS - 1) as f32;
        Self {
            codes: (0..STEPS).map(|step| curve.code(light(step)) * 255.0).collect(),
            deviations: (0..NOISE_STEPS)
                .map(|step| (shot * step as f32 / NOISE_STEPS as f32 + read * read).sqrt())
                .collect(),
            noise: (0..NOISES).map(|_| dice.normal()).collect(),
            quality,
        }
    }

    /// The JPEG of these rows of blue, green, red in linear light.
    pub(crate) fn shot(
        &self,
        (width, height): (usize, usize),
        light: &[f32],
        dice: &mut Dice,
    ) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::with_capacity(light.len());
        let (top, loudest) = ((STEPS - 1) as f32, (NOISE_STEPS - 1) as f32);
        for row in light.chunks_exact(width * 3) {
            let from = dice.roll() as usize;
            for (at, &value) in row.iter().enumerate() {
                let level = (value * loudest).clamp(0.0, loudest) as usize;
                let noisy = value + self.deviations[level] * self.noise[(from.wrapping_add(at)) % NOISES];
                let code = self.codes[(noisy * top).clamp(0.0, top) as usize];
                bytes.push((code + 0.5) as u8);
            }
        }
        let picture = Picture::from_bgr(width as u32, height as u32, &bytes)?;
        Ok(picture.jpeg(self.quality)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_rises_from_black_to_white() {
        for curve in [Curve::Srgb, Curve::Bt709, Curve::Power(2.2), Curve::Knee(0.6)] {
            let codes: Vec<f32> = (0..=100).map(|i| curve.code(i as f32 / 100.0)).collect();
            assert!(codes[0].abs() < 1e-6 && codes[100] <= 1.0 + 1e-6, "{curve:?}");
            assert!(codes.windows(2).all(|pair| pair[1] > pair[0]), "{curve:?}: {codes:?}");
        }
    }
}
