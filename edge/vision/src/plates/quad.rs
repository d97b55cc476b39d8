//! Four corners in a picture, and the upright strip inside them.

use opencv::core::{BORDER_REPLICATE, Mat, Point2f, Rect, Scalar, Size, Vector};
use opencv::imgproc;
use opencv::prelude::*;

use crate::network::{HEIGHT, WIDTH};
use crate::picture::Picture;

/// Corners in pixels, clockwise from the plate's upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad(pub [[f32; 2]; 4]);

impl Quad {
    /// The upright rectangle.
    pub fn from_rect(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    }

    /// Orders four points, however they come, clockwise from the upper left of a plate lying about level.
    pub fn from_points(mut points: [[f32; 2]; 4]) -> Self {
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let [mut a, mut d, mut b, mut c] = points; // Two leftmost, two rightmost.
        if a[1] > d[1] {
            std::mem::swap(&mut a, &mut d);
        }
        if b[1] > c[1] {
            std::mem::swap(&mut b, &mut c);
        }
        Self([a, b, c, d])
    }

    /// Mean length of the upper and lower side, pixels.
    pub fn width(&self) -> f32 {
        (distance(self.0[0], self.0[1]) + distance(self.0[3], self.0[2])) / 2.0
    }

    /// Mean length of the left and right side, pixels.
    pub fn height(&self) -> f32 {
        (distance(self.0[0], self.0[3]) + distance(self.0[1], self.0[2])) / 2.0
    }

    /// All coordinates times `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        Self(self.0.map(|[x, y]| [x * factor, y * factor]))
    }

    /// All corners shifted.
    #[must_use]
    pub fn moved(&self, by: [f32; 2]) -> Self {
        Self(self.0.map(|[x, y]| [x + by[0], y + by[1]]))
    }

    /// The same plane, from `x0` to `x1` and `y0` to `y1` where the quad itself spans 0 to 1.
    #[must_use]
    pub fn window(&self, x0: f32, x1: f32, y0: f32, y1: f32) -> Self {
        let at = |x: f32, y: f32| {
            let top = mix(self.0[0], self.0[1], x);
            let low = mix(self.0[3], self.0[2], x);
            mix(top, low, y)
        };
        Self([at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)])
    }

    /// Grown by these shares of its own size on every side.
    #[must_use]
    pub fn grown(&self, sideways: f32, upwards: f32) -> Self {
        self.window(-sideways, 1.0 + sideways, -upwards, 1.0 + upwards)
    }

    /// How far its rows lean, degrees: 0 is level.
    pub fn tilt(&self) -> f32 {
        let [left, right] = self.side_middles();
        (right[1] - left[1]).atan2(right[0] - left[0]).to_degrees()
    }

    /// A parallelogram on the same leaning rows, as large, with upright sides: what a plate seen obliquely is where a
    /// leaning rectangle was seen. `None` where the rows do not run from left to right.
    pub fn with_upright_sides(&self) -> Option<Self> {
        let [left, right] = self.side_middles();
        let across = right[0] - left[0];
        let half = self.width() * self.height() / across / 2.0;
        let at = |[x, y]: [f32; 2], by: f32| [x, y + by];
        (across > 1.0).then(|| Self([at(left, -half), at(right, -half), at(right, half), at(left, half)]))
    }

    fn side_middles(&self) -> [[f32; 2]; 2] {
        [mix(self.0[0], self.0[3], 0.5), mix(self.0[1], self.0[2], 0.5)]
    }

    /// Its middle.
    pub fn centre(&self) -> [f32; 2] {
        let sum = self.0.iter().fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
        [sum[0] / 4.0, sum[1] / 4.0]
    }

    /// The upright rectangle around it: x, y, width, height.
    pub fn bounds(&self) -> [f32; 4] {
        let side = |axis: usize| {
            let low = self.0.iter().map(|p| p[axis]).fold(f32::MAX, f32::min);
            let high = self.0.iter().map(|p| p[axis]).fold(f32::MIN, f32::max);
            (low, high - low)
        };
        let ((x, w), (y, h)) = (side(0), side(1));
        [x, y, w, h]
    }

    /// Overlap of the two bounding rectangles as a share of the smaller one.
    pub fn overlap(&self, other: &Self) -> f32 {
        let ([ax, ay, aw, ah], [bx, by, bw, bh]) = (self.bounds(), other.bounds());
        let w = (ax + aw).min(bx + bw) - ax.max(bx);
        let h = (ay + ah).min(by + bh) - ay.max(by);
        if w <= 0.0 || h <= 0.0 { 0.0 } else { w * h / (aw * ah).min(bw * bh).max(1.0) }
    }

    /// The corners as whole pixels.
    pub fn rounded(&self) -> [[i32; 2]; 4] {
        self.0.map(|[x, y]| [x.round() as i32, y.round() as i32])
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn mix(a: [f32; 2], b: [f32; 2], share: f32) -> [f32; 2] {
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

/// Rows of the upright picture of a two-row plate, 440 x 220 mm.
const TWO_ROW_HEIGHT: usize = WIDTH / 2;

/// The plate upright, in colour: [`WIDTH`] columns by [`HEIGHT`] rows, or twice as square for two rows.
pub(crate) fn upright(picture: &Picture, quad: &Quad, two_rows: bool) -> opencv::Result<Mat> {
    let height = if two_rows { TWO_ROW_HEIGHT } else { HEIGHT };
    let [x, y, w, h] = quad.bounds();
    let around = Rect::new(x.floor() as i32 - 2, y.floor() as i32 - 2, w as i32 + 6, h as i32 + 6)
        & Rect::new(0, 0, picture.width(), picture.height());
    if around.width < 4 || around.height < 4 {
        return Mat::new_rows_cols_with_default(
            height as i32,
            WIDTH as i32,
            opencv::core::CV_8UC3,
            Scalar::all(0.0),
        );
    }
    let near = picture.pixels().roi(around)?;
    // Shrinks with averaging before warping, or fine strokes would alias.
    let factor = WIDTH as f32 * 1.25 / quad.width().max(1.0);
    let mut small = Mat::default();
    let (sx, sy) = if factor < 0.8 {
        let size = Size::new(
            ((around.width as f32 * factor) as i32).max(2),
            ((around.height as f32 * factor) as i32).max(2),
        );
        imgproc::resize(&near, &mut small, size, 0.0, 0.0, imgproc::INTER_AREA)?;
        (size.width as f32 / around.width as f32, size.height as f32 / around.height as f32)
    } else {
        small = near.try_clone()?;
        (1.0, 1.0)
    };
    let corner = |p: [f32; 2]| Point2f::new((p[0] - around.x as f32) * sx, (p[1] - around.y as f32) * sy);
    let from = Vector::<Point2f>::from_iter(quad.0.map(corner));
    let (tw, th) = (WIDTH as f32, height as f32);
    let into = Vector::<Point2f>::from_iter([
        Point2f::new(0.0, 0.0),
        Point2f::new(tw, 0.0),
        Point2f::new(tw, th),
        Point2f::new(0.0, th),
    ]);
    let turn = imgproc::get_perspective_transform(&from, &into, opencv::core::DECOMP_LU)?;
    let mut out = Mat::default();
    let size = Size::new(WIDTH as i32, height as i32);
    imgproc::warp_perspective(
        &small,
        &mut out,
        &turn,
        size,
        imgproc::INTER_LINEAR,
        BORDER_REPLICATE,
        Scalar::default(),
    )?;
    Ok(out)
}

/// The grey strip for the network; two rows are laid side by side, the upper in the left third, exactly as
/// `stitch` in `edge/models/plates/render.py` does.
pub(crate) fn strip(upright: &Mat, two_rows: bool) -> opencv::Result<Vec<u8>> {
    let mut grey = Mat::default();
    crate::picture::to(upright, &mut grey, imgproc::COLOR_BGR2GRAY)?;
    if !two_rows {
        return Ok(grey.data_bytes()?.to_vec());
    }
    let (w, h) = (grey.cols(), grey.rows());
    let cut = (f64::from(h) * 0.39).round() as i32;
    let (left, right) = ((f64::from(w) * 0.19) as i32, (f64::from(w) * 0.81) as i32);
    let third = WIDTH as i32 / 3;
    let mut top = Mat::default();
    let mut low = Mat::default();
    let rows = HEIGHT as i32;
    let linear = imgproc::INTER_LINEAR;
    let upper = grey.roi(Rect::new(left, 0, right - left, cut))?;
    imgproc::resize(&upper, &mut top, Size::new(third, rows), 0.0, 0.0, linear)?;
    let lower = grey.roi(Rect::new(0, cut, w, h - cut))?;
    imgproc::resize(&lower, &mut low, Size::new(WIDTH as i32 - third, rows), 0.0, 0.0, linear)?;
    let mut line = Mat::default();
    opencv::core::hconcat2(&top, &low, &mut line)?;
    Ok(line.data_bytes()?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_ordered_however_they_come() {
        let right = Quad([[10.0, 12.0], [50.0, 10.0], [51.0, 22.0], [11.0, 24.0]]);
        let [a, b, c, d] = right.0;
        for order in [[a, b, c, d], [c, a, d, b], [d, c, b, a]] {
            assert_eq!(Quad::from_points(order), right);
        }
    }

    #[test]
    fn a_window_over_all_is_the_quad_itself() {
        let quad = Quad([[10.0, 12.0], [50.0, 10.0], [51.0, 22.0], [11.0, 24.0]]);
        assert_eq!(quad.window(0.0, 1.0, 0.0, 1.0), quad);
        assert!(quad.grown(0.1, 0.1).width() > quad.width());
    }

    #[test]
    fn a_plate_seen_obliquely_has_upright_sides_on_the_same_rows() {
        // A plate 100 wide and 30 high whose right side stands 50 higher, taken for a rectangle that leans.
        let (sine, cosine) = 0.447_f32.atan2(0.894).sin_cos();
        let (wide, high) = (111.8, 26.8);
        let corner =
            |along: f32, down: f32| [along * cosine + down * sine, 60.0 - along * sine + down * cosine];
        let leaning = Quad([corner(0.0, 0.0), corner(wide, 0.0), corner(wide, high), corner(0.0, high)]);
        assert!((leaning.tilt() + 26.6).abs() < 0.1, "{}", leaning.tilt());
        let upright = leaning.with_upright_sides().unwrap();
        for ([top, low], x) in [([0, 3], 6.0), ([1, 2], 106.0)] {
            assert!(
                (upright.0[top][0] - x).abs() < 0.1 && (upright.0[low][0] - x).abs() < 0.1,
                "{upright:?}"
            );
            assert!((upright.0[low][1] - upright.0[top][1] - 30.0).abs() < 0.1, "{upright:?}");
        }
        assert_eq!(Quad::from_rect(5.0, 0.0, -4.0, 2.0).with_upright_sides(), None);
    }

    #[test]
    fn a_quad_outside_the_picture_gives_a_strip_all_the_same() {
        let picture = Picture::from_bgr(8, 8, &[9; 8 * 8 * 3]).unwrap();
        let far = Quad::from_rect(100.0, 100.0, 50.0, 10.0);
        for two in [false, true] {
            assert_eq!(strip(&upright(&picture, &far, two).unwrap(), two).unwrap().len(), WIDTH * HEIGHT);
        }
    }
}
