//! Draws a plate to the dimensions of GA 36-2018 (STANDARDS.md 5.1), four pixels a millimetre halved at the end.
//!
//! The characters are Noto Sans CJK Bold pressed into the standard's cells. They are not the standard's own
//! letter shapes, which no free font has.

use std::path::Path;
use std::sync::LazyLock;

use ab_glyph::{Font, FontVec, Point};
use image::{Rgb, RgbImage};
use plumewatch_shared::plate::{PlateColour, PlateRows};

use crate::road::MountedPlate;

/// Pixels a millimetre.
const PER_MM: f64 = 2.0;
/// Where Debian's `fonts-noto-cjk` puts the font.
pub(super) const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";

static LETTERING: LazyLock<FontVec> = LazyLock::new(|| {
    let bytes = std::fs::read(Path::new(FONT)).unwrap_or_else(|error| {
        panic!("{FONT} is needed to draw plates (apt-get install fonts-noto-cjk): {error}")
    });
    FontVec::try_from_vec_and_index(bytes, 0).expect("the package's file is a font")
});

/// A box in millimetres from the plate's upper left: x, y, width, height.
type Cell = [f64; 4];

/// Where a plate's characters stand, and its dot.
struct Layout {
    size: (f64, f64),
    cells: Vec<Cell>,
    dot: (f64, f64, f64),
}

impl Layout {
    /// 440 × 140: cells 45 × 90, gap 12, 34 around the dot, margin 15.5 (7·45 + 5·12 + 34 + 31 = 440).
    fn one_row() -> Self {
        let left = |i: usize| 15.5 + 57.0 * i as f64 + if i >= 2 { 22.0 } else { 0.0 };
        let cells = (0..7).map(|i| [left(i), 25.0, 45.0, 90.0]).collect();
        Self { size: (440.0, 140.0), cells, dot: (134.5, 70.0, 5.0) }
    }

    /// 480 × 140: first cell 45, the others 43, gap 9, 49 behind the second, margin 15.5.
    fn new_energy() -> Self {
        let left = |i: usize| match i {
            0 => 15.5,
            1 => 69.5,
            _ => 161.5 + 52.0 * (i - 2) as f64,
        };
        let cells = (0..8).map(|i| [left(i), 25.0, if i == 0 { 45.0 } else { 43.0 }, 90.0]).collect();
        Self { size: (480.0, 140.0), cells, dot: (137.0, 70.0, 0.0) }
    }

    /// 440 × 220: two of 80 × 60 above, five of 65 × 110 below, gap 15, margin 27.5 (5·65 + 4·15 + 55 = 440).
    fn two_rows() -> Self {
        let mut cells = vec![[110.0, 15.0, 80.0, 60.0], [250.0, 15.0, 80.0, 60.0]];
        cells.extend((0..5).map(|i| [27.5 + 80.0 * i as f64, 90.0, 65.0, 110.0]));
        Self { size: (440.0, 220.0), cells, dot: (220.0, 45.0, 5.0) }
    }

    fn of(plate: &MountedPlate) -> Self {
        match (plate.rows, plate.plate.as_str().chars().count()) {
            (PlateRows::Two, _) => Self::two_rows(),
            (PlateRows::One, 8) => Self::new_energy(),
            (PlateRows::One, _) => Self::one_row(),
        }
    }
}

/// The width of a plate, metres.
pub(super) fn width_m(plate: &MountedPlate) -> f64 {
    Layout::of(plate).size.0 / 1_000.0
}

/// Ground at a share of the height, 0 above, and the colour of the characters.
fn ground(colour: PlateColour, down: f64, across: f64) -> [u8; 3] {
    let between = |a: [f64; 3], b: [f64; 3], t: f64| [0, 1, 2].map(|i| (a[i] * (1.0 - t) + b[i] * t) as u8);
    match colour {
        PlateColour::Blue => [20, 62, 158],
        PlateColour::Yellow => [236, 178, 28],
        PlateColour::Green => between([214.0, 238.0, 222.0], [72.0, 190.0, 120.0], down),
        // The province's side is yellow, the rest green.
        PlateColour::YellowGreen if across < 0.28 => [236, 178, 28],
        PlateColour::YellowGreen => [92, 190, 110],
        PlateColour::White => [240, 240, 238],
        PlateColour::Black => [18, 18, 20],
    }
}

const fn ink(colour: PlateColour) -> [u8; 3] {
    match colour {
        PlateColour::Blue | PlateColour::Black => [240, 242, 244],
        PlateColour::Yellow | PlateColour::Green | PlateColour::YellowGreen | PlateColour::White => {
            [16, 16, 18]
        }
    }
}

/// The plate as a picture.
pub(super) fn draw(plate: &MountedPlate) -> RgbImage {
    let layout = Layout::of(plate);
    let (width, height) = layout.size;
    let pixels = |mm: f64| (mm * PER_MM) as u32;
    let mut picture = RgbImage::from_fn(pixels(width), pixels(height), |x, y| {
        Rgb(ground(plate.colour, f64::from(y) / PER_MM / height, f64::from(x) / PER_MM / width))
    });
    let ink = ink(plate.colour);
    frame(&mut picture, ink);
    let (dot_x, dot_y, radius) = layout.dot;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (dx, dy) = (f64::from(x) / PER_MM - dot_x, f64::from(y) / PER_MM - dot_y);
        if dx * dx + dy * dy < radius * radius {
            *pixel = Rgb(ink);
        }
    }
    for (character, cell) in plate.plate.as_str().chars().zip(&layout.cells) {
        letter(&mut picture, character, *cell, ink);
    }
    picture
}

/// The line around a plate, 2 mm wide and 4 mm from its edge.
fn frame(picture: &mut RgbImage, ink: [u8; 3]) {
    let (width, height) = picture.dimensions();
    let (outer, inner) = ((4.0 * PER_MM) as u32, (6.0 * PER_MM) as u32);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let edge = x.min(y).min(width - 1 - x).min(height - 1 - y);
        if (outer..inner).contains(&edge) {
            *pixel = Rgb(ink);
        }
    }
}

/// Presses one character into its cell; a narrow one (1, J) keeps its own width.
fn letter(picture: &mut RgbImage, character: char, [x, y, width, height]: Cell, ink: [u8; 3]) {
    let font = &*LETTERING;
    let id = font.glyph_id(character);
    let outline =
        |scale_x: f32, scale_y: f32| {
            font.outline_glyph(id.with_scale_and_position(
                ab_glyph::PxScale { x: scale_x, y: scale_y },
                Point { x: 0.0, y: 0.0 },
            ))
        };
    let Some(measure) = outline(200.0, 200.0) else { return };
    let bounds = measure.px_bounds();
    let (cell_width, cell_height) = ((width * PER_MM) as f32, (height * PER_MM) as f32);
    // A digit of this font is 0.75 as wide as high where the cell is 0.5: the widest fill it, the rest in proportion.
    let is_wide = !character.is_ascii();
    let natural = if is_wide { bounds.width() } else { bounds.width().max(96.0) };
    let (scale_x, scale_y) = (200.0 * cell_width / natural, 200.0 * cell_height / bounds.height());
    let Some(glyph) = outline(scale_x, scale_y) else { return };
    let bounds = glyph.px_bounds();
    let left = (x * PER_MM) as f32 + (cell_width - bounds.width()) / 2.0;
    let top = (y * PER_MM) as f32;
    glyph.draw(|gx, gy, cover| {
        let (px, py) = (left as u32 + gx, top as u32 + gy);
        if px < picture.width() && py < picture.height() {
            let pixel = picture.get_pixel_mut(px, py);
            for (value, &full) in pixel.0.iter_mut().zip(&ink) {
                *value = (f32::from(*value) * (1.0 - cover) + f32::from(full) * cover) as u8;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two sums that STANDARDS.md prints for 440 × 140 and 480 × 140, and the one for 440 × 220.
    #[test]
    fn cells_and_margins_fill_the_plate() {
        let right = |layout: &Layout| layout.cells.last().map(|[x, _, width, _]| x + width);
        assert_eq!(right(&Layout::one_row()), Some(440.0 - 15.5));
        assert_eq!(right(&Layout::new_energy()), Some(480.0 - 15.5));
        assert_eq!(right(&Layout::two_rows()), Some(440.0 - 27.5));
    }
}
