//! The road without vehicles: asphalt, markings, guard rail, verge and trees, painted once from a seed.

use super::view::{HEIGHT, View, WIDTH};
use crate::dice::Dice;

/// What light and weather the camera has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sky {
    /// Overcast day.
    Day,
    /// Rain by day.
    Rain,
    /// Night with a lamp beside the camera.
    Night,
}

impl Sky {
    /// The share of the day's light that is there.
    pub const fn light(self) -> f32 {
        match self {
            Self::Day => 1.0,
            Self::Rain => 0.62,
            Self::Night => 0.10,
        }
    }
}

/// Smooth noise in the plane: values at the corners of a grid, mixed between.
struct Noise(u64);

impl Noise {
    fn corner(&self, x: i64, y: i64) -> f64 {
        let mut dice = Dice::new(self.0 ^ (x as u64).rotate_left(32) ^ (y as u64));
        dice.fraction()
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        let (left, top) = (x.floor(), y.floor());
        let ease = |t: f64| t * t * (3.0 - 2.0 * t);
        let (fx, fy) = (ease(x - left), ease(y - top));
        let (i, j) = (left as i64, top as i64);
        let upper = self.corner(i, j) * (1.0 - fx) + self.corner(i + 1, j) * fx;
        let lower = self.corner(i, j + 1) * (1.0 - fx) + self.corner(i + 1, j + 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }
}

/// Paints the road as this camera sees it, three bytes a pixel.
pub(super) fn paint(view: &View, sky: Sky, seed: u64) -> Vec<u8> {
    let noise = Noise(seed);
    let mut picture = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for row in 0..HEIGHT {
        for column in 0..WIDTH {
            let colour = match view.ground(column, row) {
                Some((x, z)) if z < 110.0 + noise.at(column as f64 / 22.0, 11.0) * 20.0 => {
                    ground(&noise, x - view.lane_x, z, view.lane_x)
                }
                _ => above(&noise, column, row),
            };
            let lit = rail(view, column, row).unwrap_or(colour);
            picture.extend(lit.map(|value| super::light::dimmed(value as u8, sky.light())));
        }
    }
    if sky == Sky::Rain {
        wash(&mut picture);
    }
    picture
}

/// The road surface; `x` from the lane's middle, `side` the sign of where the far lanes lie.
fn ground(noise: &Noise, x: f64, z: f64, side: f64) -> [f64; 3] {
    let grain = noise.at(x * 9.0, z * 9.0) * 10.0 + noise.at(x * 1.3, z * 0.25) * 16.0;
    // Tyres polish two tracks, and oil darkens the middle between them.
    let tracks = 5.0 * (-(x.abs() - 0.9).powi(2) / 0.06).exp() - 7.0 * (-x * x / 0.08).exp();
    let mut grey = 104.0 + grain + tracks;
    let outward = x * side.signum();
    let worn = noise.at(x * 14.0, z * 3.0) > 0.18;
    let dashed = (z / 6.0).fract() < 0.5;
    if (outward + 1.85).abs() < 0.075 && worn || (outward - 1.85).abs() < 0.075 && dashed && worn {
        grey = 196.0 + grain; // The edge line on the camera's side, the dashes on the other.
    }
    if outward < -2.9 {
        let earth = noise.at(x * 3.0, z * 1.2) * 34.0;
        return [108.0 + earth, 104.0 + earth, 78.0 + earth * 0.6];
    }
    if outward > 9.4 {
        let grass = noise.at(x * 2.0, z * 0.8) * 40.0;
        return [86.0 + grass * 0.8, 104.0 + grass, 62.0 + grass * 0.5];
    }
    let haze = (z / 160.0).min(1.0) * 0.6;
    [grey, grey, grey + 2.0].map(|value| value * (1.0 - haze) + 186.0 * haze)
}

/// The trees at the road's end.
fn above(noise: &Noise, column: usize, row: usize) -> [f64; 3] {
    let leaf = noise.at(column as f64 / 5.0, row as f64 / 5.0) * 40.0;
    [64.0 + leaf, 80.0 + leaf, 58.0 + leaf * 0.7]
}

/// The guard rail on the far side: a bright band with posts.
fn rail(view: &View, column: usize, row: usize) -> Option<[f64; 3]> {
    let x = view.lane_x + view.lane_x.signum() * 7.2;
    let hit = view.on_side(column, x).filter(|hit| hit.along > 4.0 && hit.along < 120.0)?;
    let height = view.height_of(row, hit.depth);
    if (0.45..0.75).contains(&height) {
        let roll = ((height - 0.45) / 0.3 * std::f64::consts::TAU).sin() * 16.0;
        return Some([166.0 + roll, 170.0 + roll, 172.0 + roll]);
    }
    ((0.0..0.45).contains(&height) && (hit.along / 4.0).fract() < 0.04).then_some([96.0, 98.0, 100.0])
}

/// Rain takes contrast away.
fn wash(picture: &mut [u8]) {
    for value in picture {
        *value = (f32::from(*value) * 0.78 + 34.0) as u8;
    }
}
