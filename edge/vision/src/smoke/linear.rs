//! Linear luminance: pictures are gamma-coded, and light adds up only after that is undone.

use opencv::core::Mat;
use opencv::prelude::*;

/// Linear luminance of a picture, 0 (black) to 1 (white), row by row.
#[derive(Clone, Debug)]
pub struct Luminance {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `height * width` values.
    pub values: Vec<f32>,
}

/// Undoes the sRGB curve (IEC 61966-2-1) and weighs the channels as BT.709 does.
pub fn luminance(bgr: &Mat) -> opencv::Result<Luminance> {
    let table = table();
    let continuous;
    let bytes = if bgr.is_continuous() {
        bgr.data_bytes()?
    } else {
        continuous = bgr.try_clone()?;
        continuous.data_bytes()?
    };
    let values = bytes
        .chunks_exact(3)
        .map(|p| {
            0.0722 * table[usize::from(p[0])]
                + 0.7152 * table[usize::from(p[1])]
                + 0.2126 * table[usize::from(p[2])]
        })
        .collect();
    Ok(Luminance { width: bgr.cols() as usize, height: bgr.rows() as usize, values })
}

fn table() -> [f32; 256] {
    std::array::from_fn(|value| {
        let v = value as f32 / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    })
}

/// Mean over the picture.
pub fn mean(picture: &Luminance) -> f32 {
    picture.values.iter().sum::<f32>() / picture.values.len().max(1) as f32
}

impl Luminance {
    /// The value at a column and row that lie inside.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_code_is_a_fifth_of_the_light() {
        let picture = crate::picture::Picture::from_bgr(2, 1, &[128, 128, 128, 255, 255, 255]).unwrap();
        let light = luminance(picture.pixels()).unwrap();
        assert!((light.values[0] - 0.2159).abs() < 1e-3, "{:?}", light.values);
        assert!((light.values[1] - 1.0).abs() < 1e-3);
    }
}
