//! Where things of the road stand in a camera's picture: a pinhole beside the lane, turned towards it.
//!
//! The road's axes: x to the right of the camera, z along the lane away from it, heights from the ground up,
//! metres. The picture is level, so upright things stay upright in it and every column has one direction.

/// Width of the picture, pixels.
pub(super) const WIDTH: usize = 1_280;
/// Height of the picture, pixels.
pub(super) const HEIGHT: usize = 720;
/// Focal length, pixels: an opening of 30° across, as toll-gate cameras have.
const FOCAL: f64 = 2_400.0;
/// Height of the camera above the road, metres.
const CAMERA_M: f64 = 2.6;
/// Row of the horizon, pixels from the top: the camera looks down, and the horizon stands just above the picture.
const HORIZON: f64 = -40.0;
/// Distance from the camera at which the lane's middle stands in the picture's middle, metres.
const AIM_M: f64 = 12.0;

/// One camera's geometry.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// The lane's middle, metres to the right of the camera.
    pub(super) lane_x: f64,
    /// Sine and cosine of the turn towards the lane.
    sine: f64,
    cosine: f64,
}

/// What one column of the picture looks at on an upright plane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Along the plane, metres: x on a face, z on a side.
    pub(super) along: f64,
    /// Depth, metres, by which heights shrink.
    pub(super) depth: f64,
}

impl View {
    /// A camera with the lane so far to its right (negative: to its left).
    pub(super) fn new(lane_x: f64) -> Self {
        let turn = (lane_x / AIM_M).atan();
        Self { lane_x, sine: turn.sin(), cosine: turn.cos() }
    }

    /// Direction of a column as (x, z) for one metre of depth.
    fn direction(&self, column: f64) -> (f64, f64) {
        let across = (column - WIDTH as f64 / 2.0) / FOCAL;
        (across * self.cosine + self.sine, self.cosine - across * self.sine)
    }

    /// Where a column meets the plane `z`, across the road.
    pub(super) fn on_face(&self, column: usize, z: f64) -> Option<Hit> {
        let (dx, dz) = self.direction(column as f64 + 0.5);
        let depth = z / dz;
        (depth > 0.3).then_some(Hit { along: depth * dx, depth })
    }

    /// Where a column meets the plane `x`, along the road.
    pub(super) fn on_side(&self, column: usize, x: f64) -> Option<Hit> {
        let (dx, dz) = self.direction(column as f64 + 0.5);
        let depth = x / dx;
        (depth > 0.3).then_some(Hit { along: depth * dz, depth })
    }

    /// Column and depth of a point of the road.
    pub(super) fn column_of(&self, x: f64, z: f64) -> Option<(f64, f64)> {
        let depth = x * self.sine + z * self.cosine;
        let across = x * self.cosine - z * self.sine;
        (depth > 0.3).then(|| (WIDTH as f64 / 2.0 + FOCAL * across / depth, depth))
    }

    /// Row of a height at a depth.
    pub(super) fn row_of(&self, height_m: f64, depth: f64) -> f64 {
        HORIZON + FOCAL * (CAMERA_M - height_m) / depth
    }

    /// Height of a row at a depth.
    pub(super) fn height_of(&self, row: usize, depth: f64) -> f64 {
        CAMERA_M - (row as f64 + 0.5 - HORIZON) * depth / FOCAL
    }

    /// The point of the ground behind a pixel below the horizon.
    pub(super) fn ground(&self, column: usize, row: usize) -> Option<(f64, f64)> {
        let below = row as f64 + 0.5 - HORIZON;
        let (dx, dz) = self.direction(column as f64 + 0.5);
        (below > 0.5).then(|| {
            let depth = CAMERA_M * FOCAL / below;
            (depth * dx, depth * dz)
        })
    }

    /// Depth of the ground at a row; far beyond everything at and above the horizon.
    pub(super) fn ground_depth(&self, row: usize) -> f64 {
        CAMERA_M * FOCAL / (row as f64 + 0.5 - HORIZON).max(0.01)
    }

    /// The column at which `x` metres to the right stand at a depth.
    pub(super) fn column_at(&self, x: f64, depth: f64) -> f64 {
        WIDTH as f64 / 2.0 + FOCAL * (x / depth - self.sine) / self.cosine
    }

    /// Pixels that a metre covers at a depth.
    pub(super) fn scale(&self, depth: f64) -> f64 {
        FOCAL / depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_the_ground_is_found_where_it_is_shown() {
        let view = View::new(-1.9);
        let (column, depth) = view.column_of(-1.2, 9.0).unwrap();
        let (x, z) = view.ground(column as usize, view.row_of(0.0, depth) as usize).unwrap();
        assert!((x + 1.2).abs() < 0.02 && (z - 9.0).abs() < 0.05, "{x} {z}");
    }

    /// What a plate reader needs: 120 to 200 pixels, low enough in the picture to be whole.
    #[test]
    fn a_plate_is_large_and_whole_at_its_best() {
        let view = View::new(1.9);
        for z in [6.0, 6.8, 7.5] {
            let (left, depth) = view.column_of(1.9 - 0.22, z).unwrap();
            let (right, _) = view.column_of(1.9 + 0.22, z).unwrap();
            assert!(right - left > 120.0 && right - left < 210.0, "{z}: {}", right - left);
            assert!(right < WIDTH as f64 && left > 0.0);
            assert!(z < 6.7 || view.row_of(0.5, depth) < HEIGHT as f64, "{z}: {}", view.row_of(0.5, depth));
        }
    }
}
