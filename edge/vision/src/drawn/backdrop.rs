//! What stands still: road with its marks, verge, and what rises behind it, as shares of light given back.

use super::dice::{Dice, rough, surface};
use super::view::View;

/// What rises behind the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rear {
    /// A hedge: dark, finely broken.
    Hedge,
    /// A wall with courses.
    Wall,
    /// An even, light wall.
    PlainWall,
    /// Trees under a sky; their leaves move.
    Trees,
    /// Open land and sky.
    Sky,
}

/// The ground's and the rear's looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    pub(crate) rear: Rear,
    /// Distance of the rear, metres.
    pub(crate) rear_z: f32,
    /// Road runs away from the camera; else across its view at `lane`.
    pub(crate) along: bool,
    /// x of the lane's middle, or its z.
    pub(crate) lane: f32,
    /// Light that the road gives back, of white.
    pub(crate) asphalt: f32,
    /// How patchy it is: 0 even, 1 strongly.
    pub(crate) patches: f32,
    /// Has it marks?
    pub(crate) marks: bool,
    /// Light that the verge gives back.
    pub(crate) verge: f32,
}

/// The picture of an empty road in even light, blue, green, red, and where leaves move.
#[derive(Clone, Debug)]
pub(crate) struct Backdrop {
    pub(crate) light: Vec<f32>,
    /// First and last row with leaves, if any.
    pub(crate) leaves: Option<(usize, usize)>,
}

/// Half a lane, metres.
const HALF_LANE: f32 = 1.9;

impl Backdrop {
    pub(crate) fn new(view: &View, looks: &Looks, dice: &mut Dice) -> Self {
        let seed = dice.roll();
        let mut light = Vec::with_capacity(view.width * view.height * 3);
        let mut rows = (usize::MAX, 0);
        for row in 0..view.height {
            for column in 0..view.width {
                let (c, r) = (column as f32 + 0.5, row as f32 + 0.5);
                let place = view.ground(c, r).filter(|place| place[1] < looks.rear_z);
                let colour = match place {
                    Some(place) => ground(looks, place, seed),
                    None => {
                        let x = (c - view.width as f32 / 2.0) * looks.rear_z / view.focal;
                        let y = view.above + (view.horizon - r) * looks.rear_z / view.focal;
                        let (colour, leaf) = rear(looks, x, y, seed);
                        if leaf {
                            rows = (rows.0.min(row), rows.1.max(row));
                        }
                        colour
                    }
                };
                light.extend(colour);
            }
        }
        Self { light, leaves: (rows.0 <= rows.1).then_some(rows) }
    }

    /// A row with its leaves moved at this time: each spot shows what stands a little beside it.
    pub(crate) fn sway(&self, width: usize, row: usize, seconds: f32, reach: f32, into: &mut [f32]) {
        let still = &self.light[row * width * 3..(row + 1) * width * 3];
        for column in 0..width {
            let wave = (seconds * 2.1 + column as f32 * 0.05 + row as f32 * 0.08).sin()
                + 0.5 * (seconds * 5.3 + column as f32 * 0.21).sin();
            let from = (column as f32 + wave * reach).clamp(0.0, width as f32 - 1.001);
            let (at, share) = (from as usize, from.fract());
            for channel in 0..3 {
                into[column * 3 + channel] =
                    still[at * 3 + channel] * (1.0 - share) + still[at * 3 + 3 + channel] * share;
            }
        }
    }
}

/// Grey of this light, a little tinted: blue, green, red.
pub(crate) fn tinted(light: f32, [b, g, r]: [f32; 3]) -> [f32; 3] {
    [light * b, light * g, light * r]
}

fn ground(looks: &Looks, [x, z]: [f32; 2], seed: u64) -> [f32; 3] {
    let (down, across) = if looks.along { (z, x - looks.lane) } else { (x, z - looks.lane) };
    // Our lane, and one more on its far side.
    let on_road = across > -HALF_LANE - 0.4 && across < 3.0 * HALF_LANE + 0.4;
    let grain = rough(seed, down * 1.3, across * 2.0);
    let fine = surface(seed ^ 5, down * 9.0, across * 12.0);
    if !on_road {
        let light = looks.verge * (0.55 + 0.6 * grain + 0.3 * fine);
        return tinted(light, if looks.verge < 0.2 { [0.7, 1.1, 0.85] } else { [0.85, 0.98, 1.06] });
    }
    let edge = (across + HALF_LANE).abs() < 0.09 || (across - 3.0 * HALF_LANE).abs() < 0.09;
    let dash = (across - HALF_LANE).abs() < 0.08 && down.rem_euclid(6.0) < 2.5;
    if looks.marks && (edge || dash) {
        return tinted(0.5 + 0.25 * grain, [0.97, 1.0, 1.0]);
    }
    let patchy = 1.0 + looks.patches * (grain - 0.5) * 1.2 + looks.patches * 0.3 * (fine - 0.5);
    // Tyres have polished two tracks.
    let tracks = 1.0 - 0.12 * looks.patches * (-((across.abs() - 0.9) * 2.5).powi(2)).exp();
    tinted(looks.asphalt * patchy * tracks, [1.02, 1.0, 0.98])
}

/// Colour of the rear at a place, and whether leaves are there.
fn rear(looks: &Looks, x: f32, y: f32, seed: u64) -> ([f32; 3], bool) {
    let sky = || tinted(0.75 + 0.1 * surface(seed ^ 31, x * 0.02, y * 0.05), [1.12, 1.0, 0.93]);
    // Things far away are drawn with coarser grain, so that it stays visible.
    let scale = 14.0 / looks.rear_z.max(5.0);
    let leaf = rough(seed ^ 7, x * 2.2 * scale, y * 2.2 * scale);
    let fine = surface(seed ^ 9, x * 9.0 * scale, y * 9.0 * scale);
    match looks.rear {
        Rear::Hedge if y < 2.2 + 1.2 * surface(seed ^ 3, x * 0.7, 0.0) => {
            let light = 0.015 + 0.13 * leaf * leaf + 0.06 * fine * leaf;
            (tinted(light, [0.6, 1.15, 0.8]), true)
        }
        Rear::Wall if y < 5.5 => {
            let course = y.rem_euclid(0.6) < 0.06
                || (x + 0.6 * (y / 0.6).floor().rem_euclid(2.0)).rem_euclid(1.2) < 0.05;
            let light = if course { 0.14 } else { 0.26 + 0.12 * leaf };
            (tinted(light, [0.85, 0.98, 1.06]), false)
        }
        Rear::PlainWall if y < 7.0 => (tinted(0.42 + 0.05 * leaf, [0.96, 1.0, 1.02]), false),
        Rear::Trees if y < (7.0 + 5.0 * surface(seed ^ 3, x * 0.25, 0.0)) / scale.max(0.4) => {
            let light = 0.02 + 0.22 * leaf * leaf * (0.4 + fine);
            (tinted(light, [0.62, 1.12, 0.85]), true)
        }
        Rear::Sky if y < 1.5 + 1.5 * surface(seed ^ 3, x * 0.1, 0.0) => {
            (tinted(0.06 + 0.08 * leaf, [0.75, 1.08, 0.95]), false)
        }
        Rear::Hedge | Rear::Wall | Rear::PlainWall | Rear::Trees | Rear::Sky => (sky(), false),
    }
}
