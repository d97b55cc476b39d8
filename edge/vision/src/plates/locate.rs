//! Finds where a plate may be, by colour and by the density of upright strokes.
//!
//! Proposes and does not decide: whether a candidate is a plate is for the reader's own confidence and the
//! grammar ([`reader`](super::reader)). Works on a shrunken picture; at most [`MAX_CANDIDATES`] come out.

use opencv::core::{Mat, Point, Rect, Scalar, Size, Vector};
use opencv::prelude::*;
use opencv::{core as cv, imgproc};

use super::quad::Quad;
use crate::picture::Picture;

/// Candidates handed on for one picture; each costs one or two reads of about 3 ms.
pub const MAX_CANDIDATES: usize = 14;
/// Longer side of the picture searched, pixels: a plate of 110 of 1920 pixels is still 63 wide.
const SEARCH_SIDE: i32 = 1100;
/// Narrowest candidate, pixels of the searched picture.
const MIN_WIDTH: f32 = 34.0;

/// A place that may be a plate.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// In the full picture's pixels.
    pub quad: Quad,
    /// How much it looks like one, only for ranking.
    pub score: f32,
}

/// Hue ranges (OpenCV's half degrees), least saturation and value of the coloured grounds.
const GROUNDS: [(f64, f64, f64, f64); 4] = [
    (94.0, 132.0, 75.0, 35.0), // Blue.
    (10.0, 36.0, 75.0, 50.0),  // Yellow.
    (10.0, 36.0, 130.0, 90.0), // Yellow, strict: beside pale or sandy things.
    (36.0, 92.0, 38.0, 60.0),  // Green.
];

/// Candidates, best first.
pub fn locate(picture: &Picture) -> opencv::Result<Vec<Candidate>> {
    let small = picture.shrunk(SEARCH_SIDE)?;
    if small.width() < 20 || small.height() < 10 {
        return Ok(Vec::new());
    }
    let back = picture.width() as f32 / small.width() as f32;
    let grey = small.grey()?;
    let strokes = strokes(&grey)?;
    let mut found = Vec::new();
    let mut hsv = Mat::default();
    crate::picture::to(small.pixels(), &mut hsv, imgproc::COLOR_BGR2HSV)?;
    for (low, high, saturation, value) in GROUNDS {
        let mut mask = Mat::default();
        let least = Scalar::new(low, saturation, value, 0.0);
        cv::in_range(&hsv, &least, &Scalar::new(high, 255.0, 255.0, 0.0), &mut mask)?;
        for (wide, high) in [(9, 3), (19, 7)] {
            shapes(&closed(&mask, wide, high)?, &strokes, 0.02, 0.05, 1.25, &mut found)?;
        }
    }
    for (level, wide) in [(0.0, 21), (0.0, 35), (1.6, 17)] {
        let mask = stroke_mask(&strokes, level)?;
        shapes(&closed(&mask, wide, 5)?, &strokes, 0.04, 0.18, 1.0, &mut found)?;
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in found {
        let same = |other: &Candidate| alike(&candidate.quad, &other.quad);
        if kept.len() < MAX_CANDIDATES && !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    for candidate in &mut kept {
        candidate.quad = candidate.quad.scaled(back);
    }
    Ok(kept)
}

/// Nearly the same rectangle: intersection over union above 0.75.
fn alike(a: &Quad, b: &Quad) -> bool {
    let ([_, _, aw, ah], [_, _, bw, bh]) = (a.bounds(), b.bounds());
    let smaller = (aw * ah).min(bw * bh);
    let both = a.overlap(b) * smaller;
    both / (aw * ah + bw * bh - both).max(1.0) > 0.75
}

/// Strength of upright edges, relative to the neighbourhood's light.
fn strokes(grey: &Mat) -> opencv::Result<Mat> {
    let mut soft = Mat::default();
    imgproc::gaussian_blur(grey, &mut soft, Size::new(3, 3), 0.0, 0.0, cv::BORDER_DEFAULT)?;
    let mut edges = Mat::default();
    imgproc::sobel(&soft, &mut edges, cv::CV_32F, 1, 0, 3, 1.0, 0.0, cv::BORDER_DEFAULT)?;
    let mut size = Mat::default();
    cv::absdiff(&edges, &Scalar::all(0.0), &mut size)?;
    let mut light = Mat::default();
    imgproc::box_filter(
        &soft,
        &mut light,
        cv::CV_32F,
        Size::new(41, 21),
        Point::new(-1, -1),
        true,
        cv::BORDER_DEFAULT,
    )?;
    let mut floor = Mat::default();
    cv::add(&light, &Scalar::all(24.0), &mut floor, &cv::no_array(), -1)?;
    let mut out = Mat::default();
    cv::divide2(&size, &floor, &mut out, 1.0, -1)?;
    Ok(out)
}

/// Where strokes are strong: above the picture's mean plus `level` + 1 deviations.
fn stroke_mask(strokes: &Mat, level: f64) -> opencv::Result<Mat> {
    let (mut mean, mut spread) = (Vector::<f64>::new(), Vector::<f64>::new());
    cv::mean_std_dev(strokes, &mut mean, &mut spread, &cv::no_array())?;
    let limit = (mean.get(0)? + (1.0 + level) * spread.get(0)?).max(0.25);
    let mut mask = Mat::default();
    cv::compare(strokes, &Scalar::all(limit), &mut mask, cv::CMP_GT)?;
    Ok(mask)
}

fn closed(mask: &Mat, wide: i32, high: i32) -> opencv::Result<Mat> {
    let anchor = Point::new(-1, -1);
    let block = |w, h| imgproc::get_structuring_element(imgproc::MORPH_RECT, Size::new(w, h), anchor);
    let edge = imgproc::morphology_default_border_value()?;
    let mut once = Mat::default();
    let constant = cv::BORDER_CONSTANT;
    imgproc::morphology_ex(
        mask,
        &mut once,
        imgproc::MORPH_CLOSE,
        &block(wide, high)?,
        anchor,
        1,
        constant,
        edge,
    )?;
    let mut out = Mat::default();
    imgproc::morphology_ex(&once, &mut out, imgproc::MORPH_OPEN, &block(7, 5)?, anchor, 1, constant, edge)?;
    Ok(out)
}

/// Adds what in `mask` has a plate's shape. `sideways`, `upwards`: how much the shape is grown, since a mask
/// of strokes ends at the characters and one of colour near the plate's rim.
fn shapes(
    mask: &Mat,
    strokes: &Mat,
    sideways: f32,
    upwards: f32,
    weight: f32,
    found: &mut Vec<Candidate>,
) -> opencv::Result<()> {
    let mut outlines = Vector::<Vector<Point>>::new();
    let (mode, method) = (imgproc::RETR_LIST, imgproc::CHAIN_APPROX_SIMPLE);
    imgproc::find_contours(mask, &mut outlines, mode, method, Point::new(0, 0))?;
    let largest = (mask.cols() * mask.rows()) as f32 * 0.35;
    for outline in &outlines {
        let area = imgproc::contour_area(&outline, false)? as f32;
        if !(MIN_WIDTH * 9.0 * 0.5..largest).contains(&area) {
            continue;
        }
        let Some(quad) = fitted(&outline)? else { continue };
        let (w, h) = (quad.width(), quad.height());
        let shape = w / h.max(1.0);
        let slope = (quad.0[1][1] - quad.0[0][1]).abs() / w.max(1.0);
        let fill = area / (w * h).max(1.0);
        if w < MIN_WIDTH || !(1.35..8.5).contains(&shape) || slope > 0.6 || fill < 0.4 {
            continue;
        }
        let grown = quad.grown(sideways, upwards);
        let density = density(strokes, &grown)?;
        if density < 0.09 {
            continue;
        }
        // One row is 3.14 wide to 1 high, two rows 2 to 1, new energy 3.4 to 1.
        let off = [3.2_f32, 2.0].map(|ideal| (shape / ideal).ln().abs());
        let likeness = 1.0 - off[0].min(off[1] + 0.15).min(1.0) * 0.6;
        found.push(Candidate { quad: grown, score: weight * likeness * fill.sqrt() * density.min(0.6) });
    }
    Ok(())
}

/// The outline's own four corners where it has four, else the turned rectangle around it.
fn fitted(outline: &Vector<Point>) -> opencv::Result<Option<Quad>> {
    let around = imgproc::min_area_rect(outline)?;
    let mut corners = [cv::Point2f::default(); 4];
    around.points(&mut corners)?;
    let mut quad = Quad::from_points(corners.map(|p| [p.x, p.y]));
    let bounds = imgproc::bounding_rect(outline)?;
    if bounds.width < 3 || bounds.height < 3 {
        return Ok(None);
    }
    let mut hull = Vector::<Point>::new();
    imgproc::convex_hull(outline, &mut hull, false, true)?;
    let round = imgproc::arc_length(&hull, true)?;
    for share in [0.03, 0.05, 0.08] {
        let mut few = Vector::<Point>::new();
        imgproc::approx_poly_dp(&hull, &mut few, share * round, true)?;
        if few.len() == 4 {
            let mut points = [[0.0; 2]; 4];
            for (slot, point) in points.iter_mut().zip(&few) {
                *slot = [point.x as f32, point.y as f32];
            }
            let tight = Quad::from_points(points);
            let kept = imgproc::contour_area(&few, false)? / imgproc::contour_area(&hull, false)?.max(1.0);
            if kept > 0.9 && tight.height() > 4.0 {
                quad = tight;
            }
            break;
        }
    }
    Ok(Some(quad))
}

/// Mean strength of strokes within the quad's bounds.
fn density(strokes: &Mat, quad: &Quad) -> opencv::Result<f32> {
    let [x, y, w, h] = quad.bounds();
    let area =
        Rect::new(x as i32, y as i32, w as i32, h as i32) & Rect::new(0, 0, strokes.cols(), strokes.rows());
    if area.width < 2 || area.height < 2 {
        return Ok(0.0);
    }
    let inside = strokes.roi(area)?;
    Ok(cv::mean(&inside, &cv::no_array())?[0] as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_picture_has_no_candidates() {
        let picture = Picture::from_bgr(320, 240, &[120; 320 * 240 * 3]).unwrap();
        assert!(locate(&picture).unwrap().is_empty());
        let tiny = Picture::from_bgr(1, 1, &[120; 3]).unwrap();
        assert!(locate(&tiny).unwrap().is_empty());
    }
}
