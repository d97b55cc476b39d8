//! Stills: reduced pictures whose light is measured. Pictures are gamma-coded, and light adds up only after that is
//! undone.

use opencv::prelude::*;

use crate::picture::Picture;

/// Longer side of a still, pixels: a lorry 2.5 m wide is then some 100 pixels wide where it fills a lane.
pub const STILL_SIDE: i32 = 480;

/// Weights of blue, green and red in luminance (ITU-R BT.709).
const WEIGHTS: [f32; 3] = [0.0722, 0.7152, 0.2126];

/// A reduced picture: blue, green, red of eight bits, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `height * width * 3` codes.
    pub bgr: Vec<u8>,
}

impl Still {
    /// The picture at [`STILL_SIDE`].
    pub fn of(picture: &Picture) -> opencv::Result<Self> {
        let small = picture.shrunk_fast(STILL_SIDE)?;
        let pixels = small.pixels();
        let bgr = if pixels.is_continuous() {
            pixels.data_bytes()?.to_vec()
        } else {
            pixels.try_clone()?.data_bytes()?.to_vec()
        };
        Ok(Self { width: small.width() as usize, height: small.height() as usize, bgr })
    }

    /// Blue, green and red code of a pixel that lies inside.
    pub fn codes(&self, at: usize) -> [u8; 3] {
        [self.bgr[at * 3], self.bgr[at * 3 + 1], self.bgr[at * 3 + 2]]
    }

    /// The pixel's codes weighted as luminance is: for what depends on codes, as noise does.
    pub(super) fn luma(&self, at: usize) -> f32 {
        self.codes(at).iter().zip(WEIGHTS).map(|(code, weight)| weight * f32::from(*code)).sum()
    }
}

/// What undoes the sRGB curve (IEC 61966-2-1), and does it again.
#[derive(Clone, Debug)]
pub struct Curve {
    light: [f32; 256],
}

impl Curve {
    /// Computes the table.
    pub fn new() -> Self {
        Self {
            light: std::array::from_fn(|code| {
                let v = code as f32 / 255.0;
                if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
            }),
        }
    }

    /// Linear light of a code, 0 (black) to 1 (white).
    pub fn light(&self, code: u8) -> f32 {
        self.light[usize::from(code)]
    }

    /// Linear luminance of blue, green, red codes.
    pub fn luminance(&self, bgr: [u8; 3]) -> f32 {
        bgr.iter().zip(WEIGHTS).map(|(code, weight)| weight * self.light(*code)).sum()
    }
}

impl Default for Curve {
    fn default() -> Self {
        Self::new()
    }
}

/// The code, 0 to 255 with fractions, that stands for this much light.
pub fn code(light: f32) -> f32 {
    let v = light.clamp(0.0, 1.0);
    255.0 * if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_code_is_a_fifth_of_the_light() {
        let curve = Curve::new();
        assert!((curve.luminance([128; 3]) - 0.2159).abs() < 1e-3);
        assert!((curve.luminance([255; 3]) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn every_code_comes_back_from_its_light() {
        let curve = Curve::new();
        for value in 0..=255_u8 {
            assert!((code(curve.light(value)) - f32::from(value)).abs() < 0.02, "{value}");
        }
    }
}
