//! The picture that shows a person why: the frame as seen, the backdrop, and the light let through, side by side,
//! with the plume's outline, the places measured, and the figure.

use opencv::core::{self as cv, Mat, Point, Rect, Scalar, Size, Vector};
use opencv::imgproc;
use opencv::prelude::*;
use plumewatch_shared::units::{Opacity, RingelmannLevel};

use super::backdrop::Backdrop;
use super::figure::Figure;
use super::linear::Still;
use super::maps::Maps;
use super::persistence::Sight;
use super::plane::Marks;
use crate::picture::Picture;

/// Height of each of the three pictures, pixels, and the widest of them.
const HEIGHT: i32 = 300;
const WIDEST: i32 = 480;
/// Room for the figure below.
const FOOT: i32 = 30;
/// Blue, green, red: the plume, the places measured, the letters.
const PLUME: [f64; 3] = [0.0, 220.0, 255.0];
const CORE: [f64; 3] = [80.0, 80.0, 255.0];
const LETTERS: [f64; 3] = [255.0, 255.0, 255.0];

/// Draws it.
pub(super) fn panel(
    still: &Still,
    backdrop: &Backdrop,
    maps: &Maps,
    sight: &Sight,
    figure: &Figure,
    hits: usize,
) -> opencv::Result<Picture> {
    let (w, h) = (maps.window.width as i32, maps.window.height as i32);
    let scale = (f64::from(HEIGHT) / f64::from(h)).min(f64::from(WIDEST) / f64::from(w));
    let size = Size::new((f64::from(w) * scale) as i32 + 1, (f64::from(h) * scale) as i32 + 1);
    let through: Vec<u8> =
        maps.opacity.values.iter().map(|o| ((1.0 - o).clamp(0.0, 1.0) * 255.0) as u8).collect();
    let grey: Vec<u8> = through.iter().flat_map(|v| [*v; 3]).collect();
    let parts = [window(still, maps), window(&backdrop.still, maps), grey];
    let total = Size::new(size.width * 3 + 8, size.height + FOOT);
    let mut whole = Mat::new_size_with_default(total, cv::CV_8UC3, Scalar::all(24.0))?;
    for (at, bytes) in parts.iter().enumerate() {
        let flat = Mat::from_slice(bytes)?;
        let small = flat.reshape(3, h)?;
        let mut large = Mat::default();
        imgproc::resize(&small, &mut large, size, 0.0, 0.0, imgproc::INTER_LINEAR)?;
        if let Some(region) = &sight.darker {
            outline(&mut large, &region.pixels, maps, scale, PLUME)?;
        }
        if let Some(core) = &sight.core {
            outline(&mut large, &core.pixels, maps, scale, CORE)?;
        }
        let place = Rect::new((size.width + 4) * at as i32, 0, size.width, size.height);
        large.copy_to(&mut whole.roi_mut(place)?)?;
    }
    let percent = |v: f32| v * 100.0;
    let level = Opacity::from_hundredths((figure.opacity.clamp(0.0, 1.0) * 10_000.0) as u16)
        .map_or(0, |opacity| RingelmannLevel::nearest(opacity).level());
    let text = format!(
        "N = {:.1} % +- {:.1} %   Ringelmann {level}   T = {:.2}   n = {hits}",
        percent(figure.opacity),
        percent(figure.deviation),
        1.0 - figure.opacity,
    );
    let [b, g, r] = LETTERS;
    imgproc::put_text(
        &mut whole,
        &text,
        Point::new(8, size.height + FOOT - 9),
        imgproc::FONT_HERSHEY_SIMPLEX,
        0.55,
        Scalar::new(b, g, r, 0.0),
        1,
        imgproc::LINE_AA,
        false,
    )?;
    Picture::from_pixels(whole).map_err(|_| {
        opencv::Error::new(cv::StsInternal, "the panel's own pixels are three channels of eight bits")
    })
}

/// The window's part of a still.
fn window(still: &Still, maps: &Maps) -> Vec<u8> {
    (0..maps.window.width * maps.window.height)
        .flat_map(|at| still.codes(maps.window.whole(at, still.width)))
        .collect()
}

/// Draws the outline of these pixels of the window.
fn outline(onto: &mut Mat, pixels: &[usize], maps: &Maps, scale: f64, bgr: [f64; 3]) -> opencv::Result<()> {
    let mut marks = Marks::from_fn(maps.window.width, maps.window.height, |_| false);
    pixels.iter().for_each(|at| marks.set[*at] = true);
    let bytes: Vec<u8> = marks.set.iter().map(|set| u8::from(*set) * 255).collect();
    let flat = Mat::from_slice(&bytes)?;
    let mask = flat.reshape(1, maps.window.height as i32)?;
    let mut large = Mat::default();
    imgproc::resize(&mask, &mut large, onto.size()?, scale, scale, imgproc::INTER_NEAREST)?;
    let mut outlines = Vector::<Vector<Point>>::new();
    imgproc::find_contours(
        &large,
        &mut outlines,
        imgproc::RETR_EXTERNAL,
        imgproc::CHAIN_APPROX_NONE,
        Point::new(0, 0),
    )?;
    imgproc::polylines(onto, &outlines, true, Scalar::new(bgr[0], bgr[1], bgr[2], 0.0), 1, imgproc::LINE_8, 0)
}
