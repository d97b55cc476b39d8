//! Finds where plates are: corners, rows, colour and how sure that is.
//!
//! Proposes and does not decide: whether a candidate is a plate is for the reader's own confidence and the
//! grammar ([`reader`](super::reader)). One look at the whole picture at a bounded size finds nearly all; only
//! where that finds nothing, there are second looks, a bounded number: from further away for a plate that fills
//! the picture, and from closer for small ones in large pictures.

use opencv::core::{self as cv, Mat, Rect, Scalar, Size};
use opencv::prelude::*;
use plumewatch_shared::plate::PlateColour;

use super::quad::Quad;
use super::reader::ReadError;
use crate::network::finding::GRAIN;
use crate::network::{Finder, Map, NetworkError, Networks};
use crate::picture::{Picture, shrink};

/// Candidates handed on for one picture; each costs one or two reads of about 5 ms, rarely more.
pub const MAX_CANDIDATES: usize = 6;
/// Pixels of one look at most, 640 x 384: a plate of 110 of 1920 pixels is still 37 wide.
const LOOK_PIXELS: f64 = 640.0 * 384.0;
/// Longer side of one look at most.
const LOOK_SIDE: f64 = 640.0;
/// Chance from which a place is proposed.
const PROPOSED: f32 = 0.2;
/// A picture with nothing likelier than this gets its second looks.
const FOUND: f32 = 0.35;
/// Pictures of which one pixel stands for more than this many are also looked at in quarters.
const CLOSER: f64 = 1.6;
/// Pictures no larger than this are cut out round one plate; they get a rim, as the detector wants to see around.
const CUT_OUT: i32 = 260;
/// Grey of what lies outside the picture, as in training.
const OUTSIDE: f64 = 114.0;

/// A place that may be a plate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// In the full picture's pixels.
    pub quad: Quad,
    /// Chance that a plate is here, 0 to 1.
    pub chance: f32,
    /// Chance that it has two rows.
    pub two_rows: f32,
    /// Its likeliest colour, and how likely; `None` where the detector was not asked.
    pub colour: Option<(PlateColour, f32)>,
}

/// The order of the network's colours.
const COLOURS: [PlateColour; 6] = [
    PlateColour::Blue,
    PlateColour::Yellow,
    PlateColour::Green,
    PlateColour::YellowGreen,
    PlateColour::White,
    PlateColour::Black,
];

/// Finds plates.
#[derive(Debug)]
pub struct Locator {
    finder: Finder,
}

/// A part of the picture as the network is to see it: its place, and how much it is shrunk (or grown).
struct Look {
    area: Rect,
    factor: f64,
    rim: i32,
}

impl Locator {
    /// Loads the network.
    pub fn new(networks: &Networks) -> Result<Self, NetworkError> {
        Ok(Self { finder: Finder::load(networks)? })
    }

    /// Candidates, likeliest first.
    pub fn locate(&self, picture: &Picture) -> Result<Vec<Candidate>, ReadError> {
        let (w, h) = (picture.width(), picture.height());
        if w < 16 || h < 8 {
            return Ok(Vec::new());
        }
        let whole = Rect::new(0, 0, w, h);
        let factor = fitting(w, h);
        let rim = if w <= CUT_OUT { w / 4 } else { 0 };
        let mut found = self.look(picture, &Look { area: whole, factor, rim })?;
        if likeliest(&found) < FOUND {
            found.extend(self.look(picture, &Look { area: whole, factor: factor * 0.5, rim: rim / 2 })?);
        }
        if likeliest(&found) < FOUND && factor * CLOSER < 1.0 {
            let (tw, th) = (w * 9 / 16, h * 9 / 16);
            for (x, y) in [(0, h - th), (w - tw, h - th), (0, 0), (w - tw, 0)] {
                let area = Rect::new(x, y, tw, th);
                found.extend(self.look(picture, &Look { area, factor: fitting(tw, th), rim: 0 })?);
            }
        }
        Ok(distinct(found))
    }

    /// Candidates near a place where the plate was a moment ago; a small part of the picture, so a small cost.
    pub fn locate_near(&self, picture: &Picture, last: &Quad) -> Result<Vec<Candidate>, ReadError> {
        let [x, y, w, h] = last.bounds();
        let (dx, dy) = (w * 0.9, h.max(w * 0.3) * 1.6);
        let [left, top, wide, high] = [x - dx, y - dy, w + 2.0 * dx, h + 2.0 * dy].map(|v| v as i32);
        let area = Rect::new(left, top, wide, high) & Rect::new(0, 0, picture.width(), picture.height());
        if area.width < 16 || area.height < 8 {
            return Ok(Vec::new());
        }
        // The plate at about 100 pixels, where the network is surest.
        let factor = fitting(area.width, area.height).min(f64::from(100.0 / w.max(1.0)));
        Ok(distinct(self.look(picture, &Look { area, factor, rim: 0 })?))
    }

    fn look(&self, picture: &Picture, look: &Look) -> Result<Vec<Candidate>, ReadError> {
        let part = picture.pixels().roi(look.area)?;
        let scaled = |side: i32| ((f64::from(side) * look.factor).round() as i32).max(1);
        let size = Size::new(scaled(look.area.width), scaled(look.area.height));
        let small = shrink(&part, size)?;
        let rim = look.rim;
        let grain = GRAIN as i32;
        let beyond = |side: i32| (grain - (side + 2 * rim) % grain) % grain + rim;
        let mut framed = Mat::default();
        let (below, right) = (beyond(size.height), beyond(size.width));
        let grey = Scalar::all(OUTSIDE);
        cv::copy_make_border(&small, &mut framed, rim, below, rim, right, cv::BORDER_CONSTANT, grey)?;
        let (width, height) = (framed.cols() as usize, framed.rows() as usize);
        let map = self.finder.find(width, height, framed.data_bytes()?)?;
        let back = 1.0 / look.factor as f32;
        let inset = [-(rim as f32), -(rim as f32)];
        let offset = [look.area.x as f32, look.area.y as f32];
        let mut found = peaks(&map);
        for candidate in &mut found {
            candidate.quad = candidate.quad.moved(inset).scaled(back).moved(offset);
        }
        Ok(found)
    }
}

/// How much a picture is shrunk for one look; never grown.
fn fitting(width: i32, height: i32) -> f64 {
    let (w, h) = (f64::from(width), f64::from(height));
    (LOOK_SIDE / w.max(h)).min((LOOK_PIXELS / (w * h)).sqrt()).min(1.0)
}

fn likeliest(found: &[Candidate]) -> f32 {
    found.iter().map(|candidate| candidate.chance).fold(0.0, f32::max)
}

/// The likeliest of those that overlap, likeliest first, at most [`MAX_CANDIDATES`].
fn distinct(mut found: Vec<Candidate>) -> Vec<Candidate> {
    found.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in found {
        if kept.len() < MAX_CANDIDATES && !kept.iter().any(|other| other.quad.overlap(&candidate.quad) > 0.4)
        {
            kept.push(candidate);
        }
    }
    kept
}

/// Cells hotter than the eight around them, as candidates in the looked-at picture's pixels.
fn peaks(map: &Map) -> Vec<Candidate> {
    let mut found = Vec::new();
    for y in 0..map.down {
        for x in 0..map.across {
            let chance = map.heat(x, y);
            if chance < PROPOSED {
                continue;
            }
            let around: Vec<(usize, usize)> = neighbours(map, x, y).collect();
            if around.iter().any(|&(i, j)| map.heat(i, j) > chance) {
                continue;
            }
            // Neighbours that are nearly as sure see the corners nearly as well: their mean is steadier.
            let (mut sum, mut weight) = ([[0.0_f32; 2]; 4], 0.0_f32);
            for &(i, j) in &around {
                let heat = map.heat(i, j);
                if heat >= chance * 0.5 {
                    for (total, corner) in sum.iter_mut().zip(map.corners(i, j)) {
                        total[0] += corner[0] * heat;
                        total[1] += corner[1] * heat;
                    }
                    weight += heat;
                }
            }
            let quad = Quad(sum.map(|[cx, cy]| [cx / weight, cy / weight]));
            if !plausible(&quad) {
                continue;
            }
            let colours = map.colours(x, y);
            let (best, &share) =
                colours.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("there are six colours");
            found.push(Candidate {
                quad,
                chance,
                two_rows: map.two_rows(x, y),
                colour: Some((COLOURS[best], share)),
            });
        }
    }
    found
}

/// The cell itself and those around it.
fn neighbours(map: &Map, x: usize, y: usize) -> impl Iterator<Item = (usize, usize)> {
    let (right, low) = ((x + 1).min(map.across - 1), (y + 1).min(map.down - 1));
    (y.saturating_sub(1)..=low).flat_map(move |j| (x.saturating_sub(1)..=right).map(move |i| (i, j)))
}

/// Of a plate's shape, give or take a steep view.
fn plausible(quad: &Quad) -> bool {
    let (w, h) = (quad.width(), quad.height());
    let finite = quad.0.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e5);
    finite && w >= 8.0 && h >= 3.0 && (0.8..9.0).contains(&(w / h))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::RTEN;

    #[test]
    fn a_blank_picture_has_no_candidates() {
        let locator = Locator::new(&RTEN).unwrap();
        for (w, h) in [(320, 240), (1, 1), (2000, 3), (17, 900)] {
            let picture = Picture::from_bgr(w, h, &vec![120; (w * h * 3) as usize]).unwrap();
            assert!(locator.locate(&picture).unwrap().is_empty(), "{w} x {h}");
        }
    }

    #[test]
    fn one_look_is_never_larger_than_promised() {
        for (w, h) in [(1920, 1080), (1080, 1920), (3264, 2448), (400, 400), (20_000, 20)] {
            let k = fitting(w, h);
            assert!(
                k <= 1.0
                    && f64::from(w) * k <= 640.5
                    && f64::from(w) * f64::from(h) * k * k <= LOOK_PIXELS + 1.0
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whatever the pixels: no panic, few candidates, all of them finite.
        #[test]
        fn no_pixels_make_it_panic(w in 1..220_u32, h in 1..220_u32, seed in any::<u64>(), block in 1..40_u32) {
            let locator = Locator::new(&RTEN).unwrap();
            let mut bytes = Vec::new();
            for y in 0..h {
                for x in 0..w {
                    let cell = u64::from(x / block) * 7_919 + u64::from(y / block) * 104_729;
                    let mixed = cell.wrapping_mul(seed | 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    bytes.extend([(mixed >> 56) as u8, (mixed >> 48) as u8, (mixed >> 40) as u8]);
                }
            }
            let found = locator.locate(&Picture::from_bgr(w, h, &bytes).unwrap()).unwrap();
            prop_assert!(found.len() <= MAX_CANDIDATES);
            prop_assert!(found.iter().all(|c| c.quad.0.iter().flatten().all(|v| v.is_finite())));
        }
    }
}
