//! One vehicle being followed: where it is, where it goes, and its best pictures so far.

use opencv::core::Rect;
use plumewatch_shared::time::Moment;

use super::vote::Vote;
use super::{BLURRED, PASSED_OVER_MAX};
use crate::picture::Picture;
use crate::plates::quad::Quad;
use crate::smoke::SmokeMeter;
use crate::source::Frame;

/// Longer side of the vehicle's evidence picture, pixels.
const EVIDENCE_SIDE: i32 = 1280;

/// A rectangle in the full picture's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    x: f32,
    y: f32,
    w: f32,
    h: f32,
}

impl Area {
    pub(super) fn of(rect: Rect, scale: f32) -> Self {
        let by = |v: i32| v as f32 * scale;
        Self { x: by(rect.x), y: by(rect.y), w: by(rect.width), h: by(rect.height) }
    }

    /// Where a vehicle about is whose plate is there: plates hang low in the middle.
    pub(super) fn around_plate(quad: &Quad) -> Self {
        let [x, y, w, h] = quad.bounds();
        Self { x: x - w * 1.8, y: y - w * 3.0, w: w * 4.6, h: w * 3.0 + h * 2.5 }
    }

    pub(super) fn size(&self) -> f32 {
        (self.w * self.h).sqrt()
    }

    pub(super) fn rect(&self) -> Rect {
        Rect::new(self.x as i32, self.y as i32, self.w as i32, self.h as i32)
    }

    pub(super) fn pixels(&self) -> [i32; 4] {
        [self.x as i32, self.y as i32, self.w as i32, self.h as i32]
    }

    pub(super) fn grown(&self, share: f32) -> Self {
        let (dx, dy) = (self.w * share, self.h * share);
        Self { x: self.x - dx, y: self.y - dy, w: self.w + 2.0 * dx, h: self.h + 2.0 * dy }
    }

    fn centre(&self) -> [f32; 2] {
        [self.x + self.w / 2.0, self.y + self.h / 2.0]
    }

    fn moved(&self, by: [f32; 2]) -> Self {
        Self { x: self.x + by[0], y: self.y + by[1], ..*self }
    }

    /// Overlap as a share of the smaller one.
    pub(super) fn overlap(&self, other: &Self) -> f32 {
        let w = (self.x + self.w).min(other.x + other.w) - self.x.max(other.x);
        let h = (self.y + self.h).min(other.y + other.h) - self.y.max(other.y);
        if w <= 0.0 || h <= 0.0 { 0.0 } else { w * h / (self.w * self.h).min(other.w * other.h).max(1.0) }
    }
}

/// A vehicle in sight.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) number: u64,
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) frames: u32,
    pub(super) area: Area,
    /// Pixels a second.
    speed: [f32; 2],
    pub(super) tries: u32,
    pub(super) vote: Vote,
    pub(super) smoke: SmokeMeter,
    pub(super) best_area: Area,
    pub(super) best_picture: Option<Picture>,
    best_score: f32,
    pub(super) plate_picture: Option<Picture>,
    plate_width: f32,
    /// Sharpest frame read, and how many were passed over since the last read.
    sharpest: f32,
    passed_over: u32,
    /// Where the plate was last seen, and where the middle of the vehicle was then.
    plate_at: Option<(Quad, [f32; 2])>,
}

impl Track {
    pub(super) fn new(number: u64, area: Area, at: Moment, smoke: SmokeMeter) -> Self {
        Self {
            number,
            first: at,
            last: at,
            frames: 1,
            area,
            speed: [0.0; 2],
            tries: 0,
            vote: Vote::default(),
            smoke,
            best_area: area,
            best_picture: None,
            best_score: 0.0,
            plate_picture: None,
            plate_width: 0.0,
            sharpest: 0.0,
            passed_over: 0,
            plate_at: None,
        }
    }

    /// How well `area` continues this vehicle; 0 when it cannot.
    pub(super) fn likeness(&self, area: &Area, at: Moment) -> f32 {
        let passed = at.tick.since(self.last.tick).as_secs_f32();
        let expected = self.area.moved([self.speed[0] * passed, self.speed[1] * passed]);
        let overlap = expected.overlap(area).max(self.area.overlap(area));
        let [(ax, ay), (bx, by)] = [expected.centre(), area.centre()].map(|[x, y]| (x, y));
        let near = 1.0 - (ax - bx).hypot(ay - by) / (expected.size() + area.size()).max(1.0);
        if overlap > 0.15 {
            overlap + near.max(0.0)
        } else if near > 0.45 {
            near * 0.5
        } else {
            0.0
        }
    }

    pub(super) fn move_to(&mut self, area: Area, at: Moment) {
        let passed = at.tick.since(self.last.tick).as_secs_f32();
        if passed > 0.0 {
            let ([ax, ay], [bx, by]) = (self.area.centre(), area.centre());
            let now = [(bx - ax) / passed, (by - ay) / passed];
            for (speed, now) in self.speed.iter_mut().zip(now) {
                *speed = *speed * 0.5 + now * 0.5;
            }
        }
        self.area = area;
        self.last = at;
        self.frames += 1;
    }

    /// Keeps the frame if the vehicle is larger and wholly inside; a plate seen well outweighs size.
    pub(super) fn keep_picture(&mut self, frame: &Frame, size: f32) {
        let (w, h) = (frame.picture.width() as f32, frame.picture.height() as f32);
        let inside =
            self.area.x > 2.0 && self.area.x + self.area.w < w - 2.0 && self.area.y + self.area.h < h - 2.0;
        let score = size * if inside { 1.0 } else { 0.4 };
        if score > self.best_score
            && let Ok(picture) = frame.picture.shrunk(EVIDENCE_SIDE)
        {
            self.best_picture = Some(picture);
            self.best_score = score;
            self.best_area = self.area;
        }
    }

    /// Is a frame in which the plate is this sharp worth a read?
    pub(super) fn is_worth_reading(&mut self, sharpness: f32) -> bool {
        let worth = sharpness >= BLURRED * self.sharpest || self.passed_over >= PASSED_OVER_MAX;
        if worth {
            self.sharpest = self.sharpest.max(sharpness);
            self.passed_over = 0;
        } else {
            self.passed_over += 1;
        }
        worth
    }

    /// Where the plate is now if it moved as the vehicle did; `None` before it was seen.
    pub(super) fn expected_plate(&self) -> Option<Quad> {
        let [x, y] = self.area.centre();
        self.plate_at.map(|(quad, [was_x, was_y])| quad.moved([x - was_x, y - was_y]))
    }

    /// Notes where the plate was seen (`None`: not where it was expected, so nothing is expected any more).
    pub(super) fn plate_seen(&mut self, quad: Option<Quad>) {
        self.plate_at = quad.map(|quad| (quad, self.area.centre()));
    }

    pub(super) fn keep_plate(&mut self, frame: &Frame, quad: &Quad) -> opencv::Result<()> {
        if quad.width() > self.plate_width {
            let [x, y, w, h] = quad.grown(0.08, 0.15).bounds();
            let area = Rect::new(x as i32, y as i32, w as i32 + 1, h as i32 + 1);
            if let Some(part) = frame.picture.part(area)? {
                self.plate_picture = Some(part);
                self.plate_width = quad.width();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use plumewatch_shared::time::{ClockQuality, Stamp, Tick};

    use super::*;

    #[test]
    fn blurred_frames_are_passed_over_but_not_for_ever() {
        let stamp = Stamp::from_micros(0, ClockQuality::Holdover).unwrap();
        let at = Moment { tick: Tick { micros: 0 }, stamp };
        let mut track = Track::new(1, Area::of(Rect::new(0, 0, 10, 10), 1.0), at, SmokeMeter::new());
        let worth: Vec<bool> =
            [0.8, 1.0, 0.4, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4].map(|s| track.is_worth_reading(s)).into();
        assert_eq!(worth, [true, true, false, true, false, false, false, true, false]);
    }
}
