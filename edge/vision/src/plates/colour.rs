//! The ground's colour, from the upright plate's pixels and, where light hides it, from what the text allows.

use opencv::core::{self as cv, Mat, Rect, Scalar};
use opencv::imgproc;
use opencv::prelude::*;
use plumewatch_shared::plate::{PlateColour, PlateKind};

/// Shares of the inner plate that are of each hue, and whether the ground is light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// Share of blue pixels, 0 to 1.
    pub blue: f32,
    /// Share of yellow pixels.
    pub yellow: f32,
    /// Share of green pixels.
    pub green: f32,
    /// Share of yellow pixels in the left quarter, where two-coloured plates are yellow.
    pub yellow_left: f32,
    /// Dark characters on light ground.
    pub light: bool,
}

/// Looks at an upright plate.
pub(crate) fn ground(upright: &Mat) -> opencv::Result<Ground> {
    let (w, h) = (upright.cols(), upright.rows());
    let inner = Rect::new(w / 20, h / 8, w - w / 10, h - h / 4);
    let middle = upright.roi(inner)?;
    let mut hsv = Mat::default();
    crate::picture::to(&middle, &mut hsv, imgproc::COLOR_BGR2HSV)?;
    let share = |area: Rect, low: f64, high: f64, saturation: f64| -> opencv::Result<f32> {
        let part = hsv.roi(area)?;
        let mut mask = Mat::default();
        let least = Scalar::new(low, saturation, 30.0, 0.0);
        cv::in_range(&part, &least, &Scalar::new(high, 255.0, 255.0, 0.0), &mut mask)?;
        Ok(cv::count_non_zero(&mask)? as f32 / (area.width * area.height) as f32)
    };
    let all = Rect::new(0, 0, inner.width, inner.height);
    let left = Rect::new(0, 0, inner.width / 4, inner.height);
    let mut grey = Mat::default();
    crate::picture::to(&middle, &mut grey, imgproc::COLOR_BGR2GRAY)?;
    let mut bright = Mat::default();
    imgproc::threshold(&grey, &mut bright, 0.0, 255.0, imgproc::THRESH_BINARY | imgproc::THRESH_OTSU)?;
    // Characters cover about two fifths of a plate: the larger part is ground.
    let light = cv::count_non_zero(&bright)? * 2 > all.width * all.height;
    Ok(Ground {
        blue: share(all, 92.0, 134.0, 50.0)?,
        yellow: share(all, 9.0, 36.0, 60.0)?,
        green: share(all, 36.0, 92.0, 35.0)?,
        yellow_left: share(left, 9.0, 36.0, 60.0)?,
        light,
    })
}

impl Ground {
    /// The colour, given what the text says the plate is for (`None`: not known).
    pub fn colour(&self, kind: Option<PlateKind>) -> PlateColour {
        use PlateColour::{Black, Blue, Green, White, Yellow, YellowGreen};
        let hue = if self.blue > self.yellow && self.blue > 0.3 {
            Some(Blue)
        } else if self.yellow > 0.3 {
            Some(Yellow)
        } else {
            None
        };
        match kind {
            Some(
                PlateKind::SmallElectric
                | PlateKind::SmallHybrid
                | PlateKind::LargeElectric
                | PlateKind::LargeHybrid,
            ) => {
                if self.yellow_left > 0.4 && self.green > 0.15 {
                    YellowGreen
                } else {
                    Green
                }
            }
            Some(PlateKind::Trailer | PlateKind::Learner | PlateKind::Trial | PlateKind::Oversize) => Yellow,
            Some(PlateKind::Police) => White,
            Some(PlateKind::Consulate | PlateKind::CrossBorder | PlateKind::Embassy) => Black,
            // An ordinary plate is blue with light characters or yellow with dark ones; in light that hides
            // the hue, light characters or dark ones still tell.
            Some(PlateKind::Ordinary | PlateKind::OldPolice) => {
                hue.unwrap_or(if self.light { Yellow } else { Blue })
            }
            None if self.green > 0.35 && self.green > self.blue && self.green > self.yellow => {
                if self.yellow_left > 0.4 { YellowGreen } else { Green }
            }
            None => hue.unwrap_or(if self.light { White } else { Black }),
        }
    }
}
