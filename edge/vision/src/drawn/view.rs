//! A pinhole camera over level ground: metres to pixels and back, and the filling of shapes.
//!
//! x is right of the camera, y up from the ground, z away from it, all in metres.

/// The camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Pixels a metre has at one metre's distance.
    pub(crate) focal: f32,
    /// Row of the horizon.
    pub(crate) horizon: f32,
    /// Metres over the ground.
    pub(crate) above: f32,
}

/// Nothing nearer than this is shown, metres.
const NEAR: f32 = 1.0;

impl View {
    /// Column and row; `None` nearer than a metre.
    pub(crate) fn pixel(&self, [x, y, z]: [f32; 3]) -> Option<[f32; 2]> {
        let scale = self.focal / z;
        (z >= NEAR).then(|| [self.width as f32 / 2.0 + x * scale, self.horizon + (self.above - y) * scale])
    }

    /// Where the ground is met, x and z; `None` at and over the horizon.
    pub(crate) fn ground(&self, column: f32, row: f32) -> Option<[f32; 2]> {
        let below = row - self.horizon;
        if below < 0.5 {
            return None;
        }
        let z = self.focal * self.above / below;
        Some([(column - self.width as f32 / 2.0) * z / self.focal, z])
    }

    /// Distance from which on the ground is in the picture.
    pub(crate) fn nearest(&self) -> f32 {
        self.focal * self.above / (self.height as f32 - self.horizon)
    }

    /// The shape as seen, cut off at the near plane.
    pub(crate) fn outline(&self, shape: &[[f32; 3]]) -> Vec<[f32; 2]> {
        let mut cut = Vec::with_capacity(shape.len() + 2);
        for (at, &point) in shape.iter().enumerate() {
            let next = shape[(at + 1) % shape.len()];
            if point[2] >= NEAR {
                cut.push(point);
            }
            if (point[2] >= NEAR) != (next[2] >= NEAR) {
                let share = (NEAR - point[2]) / (next[2] - point[2]);
                let between = |i: usize| point[i] + (next[i] - point[i]) * share;
                cut.push([between(0), between(1), NEAR]);
            }
        }
        cut.into_iter().filter_map(|point| self.pixel(point)).collect()
    }
}

/// A convex outline's pixels: column, row and how much of the pixel's width is covered.
pub(crate) fn fill(
    outline: &[[f32; 2]],
    (width, height): (usize, usize),
    mut paint: impl FnMut(usize, usize, f32),
) {
    if outline.len() < 3 {
        return;
    }
    let low = outline.iter().map(|p| p[1]).fold(f32::INFINITY, f32::min);
    let high = outline.iter().map(|p| p[1]).fold(f32::NEG_INFINITY, f32::max);
    let rows = low.max(0.0).round() as usize..(high.clamp(0.0, height as f32).round() as usize);
    for row in rows {
        let middle = row as f32 + 0.5;
        let (mut left, mut right) = (f32::INFINITY, f32::NEG_INFINITY);
        for (at, a) in outline.iter().enumerate() {
            let b = outline[(at + 1) % outline.len()];
            if (a[1] <= middle) != (b[1] <= middle) {
                let x = a[0] + (middle - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                left = left.min(x);
                right = right.max(x);
            }
        }
        if left >= right || right <= 0.0 || left >= width as f32 {
            continue;
        }
        let (from, to) = (left.max(0.0), right.min(width as f32));
        for column in from as usize..(to.ceil() as usize).min(width) {
            let c = column as f32;
            paint(column, row, (to.min(c + 1.0) - from.max(c)).clamp(0.0, 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View = View { width: 640, height: 360, focal: 500.0, horizon: 60.0, above: 4.0 };

    #[test]
    fn a_place_on_the_ground_is_found_again_from_its_pixel() {
        let [column, row] = VIEW.pixel([2.0, 0.0, 14.0]).unwrap();
        let [x, z] = VIEW.ground(column, row).unwrap();
        assert!((x - 2.0).abs() < 1e-3 && (z - 14.0).abs() < 1e-3);
        assert!(VIEW.ground(100.0, 60.0).is_none() && VIEW.pixel([0.0, 0.0, 0.5]).is_none());
    }

    #[test]
    fn a_shape_that_reaches_behind_the_camera_is_cut_off() {
        let outline = VIEW.outline(&[[1.0, 0.0, -4.0], [1.0, 3.0, -4.0], [1.0, 3.0, 9.0], [1.0, 0.0, 9.0]]);
        assert_eq!(outline.len(), 4);
    }

    #[test]
    fn a_square_covers_as_many_pixels_as_its_area() {
        let mut area = 0.0;
        fill(&[[10.5, 10.0], [20.0, 10.0], [20.0, 15.0], [10.5, 15.0]], (64, 48), |_, _, share| {
            area += share
        });
        assert!((area - 47.5).abs() < 1e-3, "{area}");
    }
}
