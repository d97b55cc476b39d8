//! How sharp a part of a picture is, so that a read is spent on a frame that is worth it.

use opencv::core::{self as cv, CV_32F, Mat};
use opencv::imgproc;
use opencv::prelude::*;

use crate::picture::Picture;

/// Fine detail for coarse: the variance of the Laplacian for one of the brightness. Frames of the same plate compare;
/// light and contrast cancel out. 0 for what is even or too small to tell.
pub(super) fn of(part: &Picture) -> opencv::Result<f32> {
    if part.width() < 8 || part.height() < 8 {
        return Ok(0.0);
    }
    let grey = part.grey()?;
    let mut edges = Mat::default();
    imgproc::laplacian(&grey, &mut edges, CV_32F, 3, 1.0, 0.0, cv::BORDER_REPLICATE)?;
    let (fine, coarse) = (variance(&edges)?, variance(&grey)?);
    Ok(if coarse > 1.0 { (fine / coarse) as f32 } else { 0.0 })
}

fn variance(values: &Mat) -> opencv::Result<f64> {
    let (mut mean, mut deviation) = (Mat::default(), Mat::default());
    cv::mean_std_dev(values, &mut mean, &mut deviation, &cv::no_array())?;
    Ok(deviation.at::<f64>(0)?.powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes `period` pixels wide, blurred over `blur` pixels.
    fn stripes(blur: usize, contrast: f32) -> Picture {
        let light = |x: usize| if (x / 6).is_multiple_of(2) { 1.0 } else { 0.0 };
        let bytes: Vec<u8> = (0..40 * 120)
            .flat_map(|i| {
                let x = i % 120;
                let mean = (0..blur).map(|d| light(x + d)).sum::<f32>() / blur as f32;
                [(60.0 + contrast * mean) as u8; 3]
            })
            .collect();
        Picture::from_bgr(120, 40, &bytes).unwrap()
    }

    #[test]
    fn motion_makes_a_plate_less_sharp_and_light_does_not() {
        let sharp = of(&stripes(1, 150.0)).unwrap();
        let moved = of(&stripes(5, 150.0)).unwrap();
        let dim = of(&stripes(1, 40.0)).unwrap();
        assert!(moved < 0.4 * sharp, "{moved} {sharp}");
        assert!((dim / sharp - 1.0).abs() < 0.1, "{dim} {sharp}");
        let even = Picture::from_bgr(120, 40, &[90; 120 * 40 * 3]).unwrap();
        assert_eq!(of(&even).unwrap(), 0.0);
    }
}
