//! Pictures that make plates hard to read, one difficulty at a time, from a seed.
//!
//! A plate on a vehicle's panel before the made-up road; the difficulty is worked into the plate or the light, and
//! the truth is told apart. What the reader was trained on is rendered by other code, mostly from other drawings (this
//! set's font is one of its five), so that this set is not its own examination paper.

use image::{Rgb, RgbImage, imageops};

use super::plate_art;
use super::scene::{self, Sky};
use super::view::{HEIGHT, View, WIDTH};
use crate::dice::Dice;
use crate::road::{MountedPlate, any_plate, two_row_plate};

/// What makes a plate hard to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confuser {
    /// Nothing: what the others are held against.
    None,
    /// Two rows of characters.
    TwoRows,
    /// Spatters, thicker below.
    Dirt,
    /// Little light, much noise.
    Night,
    /// Turned and seen from the side.
    Tilt,
    /// The vehicle moved while the shutter was open.
    Blur,
    /// 52 to 75 pixels wide.
    Small,
    /// A lamp's or the sun's reflection on a part of it.
    Glare,
    /// A rope, a bar or a bumper hides a part of a character: abstaining is the right answer.
    Covered,
}

impl Confuser {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::None,
        Self::TwoRows,
        Self::Dirt,
        Self::Night,
        Self::Tilt,
        Self::Blur,
        Self::Small,
        Self::Glare,
        Self::Covered,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::TwoRows => "two rows",
            Self::Dirt => "dirt",
            Self::Night => "night",
            Self::Tilt => "tilt",
            Self::Blur => "blur",
            Self::Small => "small",
            Self::Glare => "glare",
            Self::Covered => "covered",
        }
    }
}

/// A picture and what is truly on it.
#[derive(Clone, Debug)]
pub struct HardPicture {
    /// JPEG, 1280×720.
    pub jpeg: Vec<u8>,
    /// The only plate on it.
    pub plate: MountedPlate,
}

/// Draws hard pictures before one stretch of road.
#[derive(Debug)]
pub struct HardRoad {
    road: RgbImage,
}

impl HardRoad {
    /// The road of `seed` by day.
    pub fn new(seed: u64) -> Self {
        let pixels = scene::paint(&View::new(super::LANE_M), Sky::Day, seed);
        let road = RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, pixels).expect("three bytes a pixel");
        Self { road }
    }

    /// One picture.
    pub fn picture(&self, confuser: Confuser, dice: &mut Dice) -> HardPicture {
        let plate = if confuser == Confuser::TwoRows { two_row_plate(dice) } else { any_plate(dice) };
        let mut face = plate_art::draw(&plate);
        match confuser {
            Confuser::Dirt => spatter(&mut face, dice),
            Confuser::Glare => shine(&mut face, dice),
            Confuser::Covered => cover(&mut face, dice),
            _ => {}
        }
        let width = match confuser {
            Confuser::Small => dice.between(52, 75),
            _ => dice.between(90, 170),
        } as f64;
        let mut picture = self.road.clone();
        let quad = place(&face, width, confuser, dice);
        panel(&mut picture, &quad, dice);
        lay(&mut picture, &face, &quad);
        match confuser {
            Confuser::Blur => smear(&mut picture, dice.between(5, 9) as usize),
            Confuser::Night => darken(&mut picture, 0.1 + 0.15 * dice.fraction()),
            _ => {}
        }
        grain(&mut picture, if confuser == Confuser::Night { 7.0 } else { 3.0 }, dice);
        HardPicture { jpeg: super::frame::jpeg(&picture), plate }
    }
}

/// A quadrilateral, clockwise from the upper left, pixels.
type Quad = [[f64; 2]; 4];

/// Where the plate hangs: anywhere in the lower two thirds, a little turned, much so for [`Confuser::Tilt`].
fn place(face: &RgbImage, width: f64, confuser: Confuser, dice: &mut Dice) -> Quad {
    let high = width * f64::from(face.height()) / f64::from(face.width());
    let middle = [
        dice.between(200, WIDTH as i64 - 200) as f64,
        dice.between(HEIGHT as i64 / 3, HEIGHT as i64 - 120) as f64,
    ];
    let signed = |dice: &mut Dice, low: f64, high: f64| {
        (low + (high - low) * dice.fraction()) * if dice.percent(50) { 1.0 } else { -1.0 }
    };
    let (turn, lean, near) = if confuser == Confuser::Tilt {
        (signed(dice, 0.1, 0.26), signed(dice, 0.05, 0.25), signed(dice, 0.05, 0.15))
    } else {
        (signed(dice, 0.0, 0.05), signed(dice, 0.0, 0.05), signed(dice, 0.0, 0.03))
    };
    let (sine, cosine) = turn.sin_cos();
    [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]].map(|[x, y]| {
        // One end nearer than the other, leaning, then turned.
        let closer = 1.0 + near * x * 2.0;
        let (u, v) = (x * width + lean * y * high, y * high * closer);
        [middle[0] + u * cosine - v * sine, middle[1] + u * sine + v * cosine]
    })
}

/// The part of a vehicle that the plate hangs on: a plain panel with a lip and two lamps.
fn panel(picture: &mut RgbImage, quad: &Quad, dice: &mut Dice) {
    let paint =
        dice.pick(&[[52, 60, 70], [180, 182, 180], [146, 32, 28], [28, 70, 130], [96, 98, 92], [24, 24, 26]]);
    let (left, right) = (quad[0][0].min(quad[3][0]), quad[1][0].max(quad[2][0]));
    let (top, low) = (quad[0][1].min(quad[1][1]), quad[2][1].max(quad[3][1]));
    let (wide, high) = (right - left, low - top);
    fill(picture, [left - wide, top - high * 1.5, right + wide, low + high * 1.2], paint);
    fill(picture, [left - wide, low + high * 0.5, right + wide, low + high * 0.7], paint.map(|v| v / 2));
    for (a, b) in [(left - wide, left - wide * 0.7), (right + wide * 0.7, right + wide)] {
        fill(picture, [a, top - high * 0.2, b, low], [170, 60, 40]);
    }
}

fn fill(picture: &mut RgbImage, [x0, y0, x1, y1]: [f64; 4], colour: [u8; 3]) {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    for y in y0.clamp(0.0, h) as u32..y1.clamp(0.0, h) as u32 {
        for x in x0.clamp(0.0, w) as u32..x1.clamp(0.0, w) as u32 {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

/// Blends `colour` over the pixels of `face` by `share(x, y)`, both 0 to 1.
fn blend(face: &mut RgbImage, colour: [f64; 3], share: impl Fn(f64, f64) -> f64) {
    let (w, h) = (f64::from(face.width()), f64::from(face.height()));
    for (x, y, pixel) in face.enumerate_pixels_mut() {
        let over = share(f64::from(x) / w, f64::from(y) / h).clamp(0.0, 1.0);
        for (value, wanted) in pixel.0.iter_mut().zip(colour) {
            *value = (f64::from(*value) * (1.0 - over) + wanted * over) as u8;
        }
    }
}

fn spatter(face: &mut RgbImage, dice: &mut Dice) {
    for _ in 0..dice.between(12, 30) {
        // More of it below: the root pushes towards 1.
        let (x, y) = (dice.fraction(), dice.fraction().sqrt());
        let (size, thick) = (0.01 + 0.05 * dice.fraction(), 0.3 + 0.5 * dice.fraction());
        blend(face, [104.0, 92.0, 74.0], |u, v| {
            let away = ((u - x).powi(2) + ((v - y) * 0.35).powi(2)).sqrt() / size;
            thick * (1.5 - away).clamp(0.0, 1.0)
        });
    }
    let film = 0.1 + 0.3 * dice.fraction();
    blend(face, [120.0, 110.0, 92.0], |_, v| film * v);
}

fn shine(face: &mut RgbImage, dice: &mut Dice) {
    let (x, y, size) = (dice.fraction(), dice.fraction(), 0.15 + 0.2 * dice.fraction());
    blend(face, [255.0, 252.0, 240.0], |u, v| {
        let away = (u - x).hypot((v - y) * 0.35) / size;
        0.85 * (1.0 - away * away).max(0.0)
    });
}

fn cover(face: &mut RgbImage, dice: &mut Dice) {
    let (x, slope, half) =
        (0.3 + 0.6 * dice.fraction(), 0.2 * dice.fraction() - 0.1, 0.02 + 0.02 * dice.fraction());
    let shade = dice.between(10, 120) as f64;
    blend(face, [shade; 3], |u, v| if (u - x - slope * (v - 0.5)).abs() < half { 1.0 } else { 0.0 });
}

/// Draws the face into the quad, each pixel the mean of what it covers.
fn lay(picture: &mut RgbImage, face: &RgbImage, quad: &Quad) {
    // Shrunk with averaging to twice the wanted size first: point samples of the full drawing would flicker.
    let wide = (quad[1][0] - quad[0][0]).hypot(quad[1][1] - quad[0][1]);
    let scale = (2.0 * wide / f64::from(face.width())).min(1.0);
    let size = |side: u32| ((f64::from(side) * scale) as u32).max(2);
    let face =
        imageops::resize(face, size(face.width()), size(face.height()), imageops::FilterType::Triangle);
    let Some(back) = onto_unit_square(quad) else { return };
    let bounds = |axis: usize| {
        let of = quad.map(|corner| corner[axis]);
        (of.iter().copied().fold(f64::MAX, f64::min), of.iter().copied().fold(f64::MIN, f64::max))
    };
    let ((x0, x1), (y0, y1)) = (bounds(0), bounds(1));
    const PARTS: [f64; 2] = [0.25, 0.75];
    for y in y0.max(0.0) as u32..(y1 as u32 + 1).min(picture.height()) {
        for x in x0.max(0.0) as u32..(x1 as u32 + 1).min(picture.width()) {
            let (mut sum, mut inside) = ([0.0; 3], 0.0);
            for (dx, dy) in PARTS.iter().flat_map(|dx| PARTS.map(|dy| (dx, dy))) {
                let (u, v) = back.of(f64::from(x) + dx, f64::from(y) + dy);
                if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                    let (w, h) = (f64::from(face.width()), f64::from(face.height()));
                    let pixel = face.get_pixel((u * w) as u32, (v * h) as u32);
                    for (total, value) in sum.iter_mut().zip(pixel.0) {
                        *total += f64::from(value);
                    }
                    inside += 1.0;
                }
            }
            let pixel = picture.get_pixel_mut(x, y);
            for (value, total) in pixel.0.iter_mut().zip(sum) {
                *value = ((f64::from(*value) * (4.0 - inside) + total) / 4.0) as u8;
            }
        }
    }
}

/// A projective map: rows of a 3 x 3 matrix.
struct Projection([[f64; 3]; 3]);

impl Projection {
    fn of(&self, x: f64, y: f64) -> (f64, f64) {
        let [u, v, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        (u / w, v / w)
    }
}

/// The map from the quad onto the unit square; `None` for a quad without area. (The square's map onto the quad by
/// Heckbert's formula, inverted by its adjugate.)
fn onto_unit_square(quad: &Quad) -> Option<Projection> {
    let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = *quad;
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let under = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((dx3 * dy2 - dx2 * dy3) / under, (dx1 * dy3 - dx3 * dy1) / under);
    let m = [[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]];
    let minor = |r: usize, c: usize| {
        let (a, b, d, e) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[a][d] * m[b][e] - m[a][e] * m[b][d]
    };
    let inverse: [[f64; 3]; 3] = std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r)));
    inverse.iter().flatten().all(|v| v.is_finite()).then_some(Projection(inverse))
}

/// Each pixel the mean of `length` to its right.
fn smear(picture: &mut RgbImage, length: usize) {
    for row in picture.rows_mut() {
        let pixels: Vec<&mut Rgb<u8>> = row.collect();
        let was: Vec<[u8; 3]> = pixels.iter().map(|pixel| pixel.0).collect();
        for (at, pixel) in pixels.into_iter().enumerate() {
            let under = &was[at..(at + length).min(was.len())];
            pixel.0 = [0, 1, 2]
                .map(|i| (under.iter().map(|p| usize::from(p[i])).sum::<usize>() / under.len()) as u8);
        }
    }
}

fn darken(picture: &mut RgbImage, to: f64) {
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| (f64::from(value) * to) as u8));
}

/// A sensor's noise: the sum of four dice is near enough to a bell.
fn grain(picture: &mut RgbImage, deviation: f64, dice: &mut Dice) {
    for pixel in picture.pixels_mut() {
        let roll = dice.roll();
        let sum: f64 = (0..4).map(|part| ((roll >> (part * 16)) & 0xffff) as f64 / 65_535.0 - 0.5).sum();
        let by = sum * deviation * 3_f64.sqrt();
        pixel.0 = pixel.0.map(|value| (f64::from(value) + by).clamp(0.0, 255.0) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_pictures_and_another_seed_others() {
        let road = HardRoad::new(1);
        let drawn = |seed| road.picture(Confuser::Dirt, &mut Dice::new(seed)).jpeg;
        assert!(drawn(1) == drawn(1) && drawn(1) != drawn(2));
    }

    #[test]
    fn the_quads_corners_are_the_squares() {
        let quad = [[10.0, 20.0], [110.0, 30.0], [100.0, 70.0], [20.0, 60.0]];
        let back = onto_unit_square(&quad).unwrap();
        for (corner, wanted) in quad.iter().zip([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) {
            let (u, v) = back.of(corner[0], corner[1]);
            assert!((u - wanted.0).abs() < 1e-9 && (v - wanted.1).abs() < 1e-9, "{corner:?} {u} {v}");
        }
    }

    #[test]
    fn a_quad_without_area_has_no_map() {
        assert!(onto_unit_square(&[[5.0, 5.0]; 4]).is_none());
    }
}
