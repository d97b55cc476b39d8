//! What the camera sees when nothing passes, and what stands before it now.
//!
//! Works at [`SIDE`] pixels. A change of the whole scene at once (the camera was moved, pictures of other
//! places are replayed) is not a vehicle: the model starts anew and says so.

use opencv::core::{self as cv, Mat, Point, Ptr, Rect, Scalar, Size, Vector};
use opencv::imgproc;
use opencv::prelude::*;
use opencv::video::{self, BackgroundSubtractorMOG2};

use crate::picture::{Picture, PictureError};
use crate::smoke::backdrop::{Backdrop, Sample};
use crate::smoke::linear::Still;

/// Longer side of the pictures compared, pixels.
pub const SIDE: i32 = 320;
/// Of the 4 x 4 fields of the picture, those that must change at once when the scene does: a truck close by
/// may fill three quarters of the picture, but leaves a side of the road as it was.
const SCENE_FIELDS: usize = 15;
/// Share of a field's pixels that must change.
const SCENE_SHARE: f64 = 0.3;
/// Frames before anything is said to move.
const YOUNG: u32 = 3;
/// Frames over which the model learns fast.
pub const SETTLED_AFTER: u32 = 12;

/// The model.
pub struct Background {
    model: Ptr<BackgroundSubtractorMOG2>,
    seen: u32,
    /// Frames from which it can say that nothing moves.
    young_until: u32,
    last: Option<Mat>,
}

/// What one frame shows against the background.
pub(crate) struct Seen {
    /// The whole scene is another one.
    pub(crate) changed: bool,
    /// Moving things, in the reduced picture's pixels, largest first.
    pub(crate) movers: Vec<Rect>,
    /// Too few frames were seen to say whether anything moves.
    pub(crate) young: bool,
    /// Full picture's pixels for one of the reduced picture's.
    pub(crate) scale: f32,
}

impl std::fmt::Debug for Background {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Background({} frames)", self.seen)
    }
}

fn model() -> opencv::Result<Ptr<BackgroundSubtractorMOG2>> {
    video::create_background_subtractor_mog2(150, 30.0, false)
}

impl Background {
    /// A model that has seen nothing.
    pub fn new() -> opencv::Result<Self> {
        Ok(Self { model: model()?, seen: 0, young_until: YOUNG, last: None })
    }

    pub(crate) fn on_frame(&mut self, picture: &Picture) -> opencv::Result<Seen> {
        let small = picture.shrunk_fast(SIDE)?;
        let scale = picture.width() as f32 / small.width() as f32;
        let mut frame = Mat::default();
        imgproc::gaussian_blur(small.pixels(), &mut frame, Size::new(3, 3), 0.0, 0.0, cv::BORDER_DEFAULT)?;
        let changed = self.scene_changed(&frame)?;
        if changed {
            self.model = model()?;
            self.seen = 0;
            // A vehicle so large that the scene seems to change may still be there: wait longer than at the start.
            self.young_until = if self.last.is_some() { SETTLED_AFTER } else { YOUNG };
        }
        // Learns fast while young, then slowly: a truck waiting at the stop line is not background soon.
        let rate = if self.seen < SETTLED_AFTER { 1.0 / f64::from(self.seen + 1) } else { 0.004 };
        let mut mask = Mat::default();
        BackgroundSubtractorMOG2Trait::apply(&mut self.model, &frame, &mut mask, rate)?;
        let young = self.seen < self.young_until;
        let movers = if self.seen < YOUNG { Vec::new() } else { movers(&mask)? };
        self.seen += 1;
        self.last = Some(frame);
        Ok(Seen { changed, movers, young, scale })
    }

    /// Takes a picture of the empty scene as known, so that the very next frame is held against it.
    pub(crate) fn learn(&mut self, empty: &Picture) -> opencv::Result<()> {
        // Once only: the same picture again and again would teach it that there is no noise.
        self.on_frame(empty)?;
        self.seen = SETTLED_AFTER;
        Ok(())
    }

    /// Does nearly all of the picture differ strongly from the frame before? True for the first frame too.
    fn scene_changed(&self, frame: &Mat) -> opencv::Result<bool> {
        let Some(last) = &self.last else { return Ok(true) };
        if last.size()? != frame.size()? {
            return Ok(true);
        }
        let mut difference = Mat::default();
        cv::absdiff(frame, last, &mut difference)?;
        let mut grey = Mat::default();
        crate::picture::to(&difference, &mut grey, imgproc::COLOR_BGR2GRAY)?;
        let mut mask = Mat::default();
        cv::compare(&grey, &Scalar::all(12.0), &mut mask, cv::CMP_GT)?;
        let (w, h) = (mask.cols() / 4, mask.rows() / 4);
        if w < 1 || h < 1 {
            return Ok(true);
        }
        let mut fields = 0;
        for at in 0..16 {
            let field = mask.roi(Rect::new(at % 4 * w, at / 4 * h, w, h))?;
            let share = f64::from(cv::count_non_zero(&field)?) / f64::from(w * h);
            fields += usize::from(share > SCENE_SHARE);
        }
        Ok(fields >= SCENE_FIELDS)
    }
}

/// Notes in samples of a recording what moves in them, against a first guess of its backdrop.
pub(crate) fn note_movers(samples: &mut [Sample], guess: &Backdrop) -> Result<(), PictureError> {
    let picture = |still: &Still| Picture::from_bgr(still.width as u32, still.height as u32, &still.bgr);
    let mut watch = Background::new()?;
    watch.learn(&picture(&guess.still)?)?;
    for sample in samples {
        let seen = watch.on_frame(&picture(&sample.still)?)?;
        let whole = [0.0, 0.0, sample.still.width as f32, sample.still.height as f32];
        let by = |v: i32| v as f32 * seen.scale;
        sample.movers = if seen.changed {
            vec![whole]
        } else {
            seen.movers.iter().map(|r| [by(r.x), by(r.y), by(r.width), by(r.height)]).collect()
        };
    }
    Ok(())
}

/// Boxes of connected change, at least 1.2 % of the picture.
fn movers(mask: &Mat) -> opencv::Result<Vec<Rect>> {
    let anchor = Point::new(-1, -1);
    let edge = imgproc::morphology_default_border_value()?;
    let block = |n| imgproc::get_structuring_element(imgproc::MORPH_RECT, Size::new(n, n), anchor);
    let (mut open, mut whole) = (Mat::default(), Mat::default());
    let constant = cv::BORDER_CONSTANT;
    imgproc::morphology_ex(mask, &mut open, imgproc::MORPH_OPEN, &block(3)?, anchor, 1, constant, edge)?;
    imgproc::morphology_ex(&open, &mut whole, imgproc::MORPH_CLOSE, &block(11)?, anchor, 1, constant, edge)?;
    let mut outlines = Vector::<Vector<Point>>::new();
    let (mode, method) = (imgproc::RETR_EXTERNAL, imgproc::CHAIN_APPROX_SIMPLE);
    imgproc::find_contours(&whole, &mut outlines, mode, method, Point::new(0, 0))?;
    let least = f64::from(mask.cols() * mask.rows()) * 0.012;
    let mut boxes = Vec::new();
    for outline in &outlines {
        if imgproc::contour_area(&outline, false)? >= least {
            boxes.push(imgproc::bounding_rect(&outline)?);
        }
    }
    boxes.sort_by_key(|r: &Rect| std::cmp::Reverse(r.width * r.height));
    boxes.truncate(8);
    Ok(boxes)
}
