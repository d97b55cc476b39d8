//! Puts vehicles into the painted road: shadow, side, face, lamps, plume, sensor noise, and the JPEG of it all.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::body_art::Faces;
use super::light;
use super::plume::{Exhaust, darken};
use super::scene::Sky;
use super::sprite::Sprite;
use super::view::{HEIGHT, View, WIDTH};
use crate::dice::Dice;

/// JPEG quality, of 100: what surveillance cameras send.
const QUALITY: u8 = 85;

/// Which end of a vehicle a camera sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It comes towards the camera.
    Front,
    /// It drives away.
    Rear,
}

/// One vehicle in one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot<'a> {
    /// What it looks like.
    pub(super) faces: &'a Faces,
    /// Which end is nearer.
    pub(super) end: End,
    /// Distance of that end, metres; negative once it is behind the camera.
    pub(super) near_z: f64,
    /// Its middle, metres right of the camera.
    pub(super) x: f64,
    /// Its smoke, if any.
    pub(super) exhaust: Option<Exhaust>,
}

/// The JPEG of a whole frame, three bytes a pixel.
pub(super) fn jpeg(picture: &[u8]) -> Vec<u8> {
    let mut jpeg = Vec::with_capacity(200 * 1024);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2); // As cameras do.
    encoder
        .encode(picture, WIDTH as u16, HEIGHT as u16, ColorType::Rgb)
        .expect("a buffer in memory takes every write, and the size is right");
    jpeg
}

/// What one camera needs to make frames: the empty road, the light, the grain of its sensor.
pub(super) struct Studio {
    view: View,
    sky: Sky,
    road: Vec<u8>,
    lit: [u8; 256],
    /// Each number with 0 to 32 thirty-seconds of its light.
    dark: Vec<[u8; 256]>,
    grain: Vec<i8>,
    dice: Dice,
}

impl Studio {
    /// A camera's studio; paints the road, which takes some hundred milliseconds.
    pub(super) fn new(view: View, sky: Sky, seed: u64) -> Self {
        let mut dice = Dice::new(seed).apart(9);
        let reach = if sky == Sky::Night { 5 } else { 2 };
        let grain = (0..1 << 18).map(|_| (dice.between(-reach, reach) + dice.between(-1, 1)) as i8).collect();
        // By night a lamp beside the camera lights what is near, so vehicles are brighter than the road.
        let share = if sky == Sky::Night { 0.3 } else { sky.light() };
        let lit = std::array::from_fn(|value| light::dimmed(value as u8, share));
        let dark = (0..=32u8)
            .map(|part| std::array::from_fn(|value| light::dimmed(value as u8, f32::from(part) / 32.0)))
            .collect();
        Self { view, sky, dark, road: super::scene::paint(&view, sky, seed), lit, grain, dice }
    }

    /// The camera's geometry.
    pub(super) fn view(&self) -> &View {
        &self.view
    }

    /// One frame as JPEG; `shots` from far to near.
    pub(super) fn frame(&mut self, shots: &[Shot<'_>]) -> Vec<u8> {
        let mut picture = self.road.clone();
        for shot in shots {
            self.shadow(&mut picture, shot);
            self.side(&mut picture, shot);
            self.face(&mut picture, shot);
            if let Some(exhaust) = &shot.exhaust {
                darken(&mut picture, &self.view, exhaust);
            }
        }
        if self.sky == Sky::Rain {
            self.streaks(&mut picture);
        }
        self.add_grain(&mut picture);
        jpeg(&picture)
    }

    fn length(shot: &Shot<'_>) -> f64 {
        shot.faces.side.width_m
    }

    fn half_width(shot: &Shot<'_>) -> f64 {
        shot.faces.front.width_m / 2.0 - 0.25
    }

    fn shadow(&self, picture: &mut [u8], shot: &Shot<'_>) {
        let (from, to) = (shot.near_z.max(1.0), shot.near_z + Self::length(shot));
        let half = Self::half_width(shot) + 0.12;
        for row in 0..HEIGHT {
            let Some((_, middle_z)) = self.view.ground(WIDTH / 2, row) else { continue };
            if middle_z < from * 0.8 || middle_z > to * 1.2 {
                continue;
            }
            let depth = self.view.ground_depth(row);
            let edge = |x: f64| self.view.column_at(x, depth).clamp(0.0, WIDTH as f64) as usize;
            for column in edge(shot.x - half - 0.25)..edge(shot.x + half + 0.25) {
                let Some((x, z)) = self.view.ground(column, row) else { continue };
                let out = ((x - shot.x).abs() - half).max(from - z).max(z - to);
                if out < 0.25 {
                    let share = 0.34 + 0.66 * ((out + 0.25) / 0.5).clamp(0.0, 1.0);
                    let dark = &self.dark[(share * 32.0) as usize];
                    let at = (row * WIDTH + column) * 3;
                    for value in &mut picture[at..at + 3] {
                        *value = dark[*value as usize];
                    }
                }
            }
        }
    }

    fn side(&self, picture: &mut [u8], shot: &Shot<'_>) {
        let x = shot.x - self.view.lane_x.signum() * Self::half_width(shot);
        let length = Self::length(shot);
        let middle = shot.near_z + length / 2.0;
        let forward = if shot.end == End::Front { 1.0 } else { -1.0 };
        let columns: Vec<_> = (0..WIDTH)
            .map(|column| {
                let hit = self.view.on_side(column, x).filter(|hit| hit.along > 0.3)?;
                Some(((hit.along - middle) * forward, hit.depth))
            })
            .collect();
        let nearest = shot.near_z.max(2.0);
        self.upright(picture, &shot.faces.side, &columns, self.view.scale(nearest));
    }

    fn face(&self, picture: &mut [u8], shot: &Shot<'_>) {
        if shot.near_z < 0.8 {
            return;
        }
        let sprite = if shot.end == End::Front { &shot.faces.front } else { &shot.faces.rear };
        let columns: Vec<_> = (0..WIDTH)
            .map(|column| self.view.on_face(column, shot.near_z).map(|hit| (hit.along - shot.x, hit.depth)))
            .collect();
        self.upright(picture, sprite, &columns, self.view.scale(shot.near_z));
        if self.sky != Sky::Day && shot.end == End::Front {
            for side in [-1.0, 1.0] {
                self.glow(picture, shot.x + side * (Self::half_width(shot) - 0.3), shot);
            }
        }
    }

    /// Draws an upright plane: for each column where along it, and how deep.
    fn upright(&self, picture: &mut [u8], sprite: &Sprite, columns: &[Option<(f64, f64)>], per_m: f64) {
        let sampler = sprite.at_scale(per_m);
        let seen: Vec<_> = columns
            .iter()
            .enumerate()
            .filter_map(|(column, hit)| {
                let (along, depth) = (*hit)?;
                Some((column, sampler.column(along)?, depth as f32))
            })
            .collect();
        let Some(nearest) = seen.iter().map(|(_, _, depth)| *depth).reduce(f32::min) else { return };
        let top = self.view.row_of(sprite.height_m, f64::from(nearest)).max(0.0) as usize;
        // The highest row of a far column may lie below that of a near one when the face is above the camera.
        let farthest = seen.iter().map(|(_, _, depth)| *depth).fold(0.0, f32::max);
        let top = top.min(self.view.row_of(sprite.height_m, f64::from(farthest)).max(0.0) as usize);
        let bottom = (self.view.row_of(0.0, f64::from(nearest)).ceil().max(0.0) as usize).min(HEIGHT);
        for row in top..bottom {
            let high = self.view.height_of(row, 0.0) as f32;
            let drop = (self.view.height_of(row, 1.0) as f32) - high;
            for &(column, across, depth) in &seen {
                let Some(down) = sampler.row(high + drop * depth) else { continue };
                let [red, green, blue, cover] = sampler.pixel(across, down);
                let at = (row * WIDTH + column) * 3;
                let lit = [red, green, blue].map(|value| self.lit[value as usize]);
                if cover > 250 {
                    picture[at..at + 3].copy_from_slice(&lit);
                } else if cover > 4 {
                    let cover = u32::from(cover);
                    for (value, full) in picture[at..at + 3].iter_mut().zip(lit) {
                        *value = ((u32::from(full) * cover + u32::from(*value) * (255 - cover)) / 255) as u8;
                    }
                }
            }
        }
    }

    /// A lamp that shines into the camera.
    fn glow(&self, picture: &mut [u8], x: f64, shot: &Shot<'_>) {
        let Some((column, depth)) = self.view.column_of(x, shot.near_z) else { return };
        let row = self.view.row_of(shot.faces.lamps_m, depth);
        let radius = 0.32 * self.view.scale(depth);
        let span = |middle: f64, end: usize| {
            let from = (middle - radius).max(0.0) as usize;
            from.min(end)..((middle + radius).max(0.0) as usize).min(end)
        };
        for y in span(row, HEIGHT) {
            for px in span(column, WIDTH) {
                let out = ((px as f64 - column).hypot(y as f64 - row) / radius).min(1.0) as f32;
                let at = (y * WIDTH + px) * 3;
                for value in &mut picture[at..at + 3] {
                    *value = light::code(light::light(*value) + (1.0 - out).powi(3) * 1.4);
                }
            }
        }
    }

    fn streaks(&mut self, picture: &mut [u8]) {
        for _ in 0..260 {
            let (x, y) = (self.dice.between(0, WIDTH as i64 - 1), self.dice.between(0, HEIGHT as i64 - 40));
            for step in 0..self.dice.between(12, 34) {
                let at = ((y + step) as usize * WIDTH + (x + step / 9).min(WIDTH as i64 - 1) as usize) * 3;
                for value in &mut picture[at..at + 3] {
                    *value = value.saturating_add(20);
                }
            }
        }
    }

    fn add_grain(&mut self, picture: &mut [u8]) {
        for row in picture.chunks_exact_mut(WIDTH * 3) {
            let from = self.dice.between(0, (self.grain.len() - WIDTH) as i64) as usize;
            let grain = &self.grain[from..from + WIDTH];
            for (pixel, grain) in row.as_chunks_mut::<3>().0.iter_mut().zip(grain) {
                *pixel = pixel.map(|value| value.saturating_add_signed(*grain));
            }
        }
    }
}
