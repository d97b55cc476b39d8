//! A small painter: road, vehicle, plate by GA 36's millimetres, plume of known opacity in linear light.

use ab_glyph::{Font, FontVec, PxScale, point};
use edge_vision::picture::Picture;

/// Debian's `fonts-noto-cjk`.
const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";

/// A picture being painted, red green blue in linear light from 0 to 1.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) light: Vec<[f32; 3]>,
}

/// Undoes the sRGB curve.
pub(crate) fn light(code: u8) -> f32 {
    let v = f32::from(code) / 255.0;
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn code(light: f32) -> u8 {
    let v = light.clamp(0.0, 1.0);
    let v = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (v * 255.0).round() as u8
}

/// Numbers that look random and come from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

impl Canvas {
    /// A road with coarse and fine texture, a pale verge and lane marks.
    pub(crate) fn road(width: usize, height: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (across, down) = (width / 24 + 2, height / 24 + 2);
        let coarse: Vec<f32> = (0..across * down).map(|_| dice.unit()).collect();
        let mut canvas = Self { width, height, light: Vec::new() };
        for y in 0..height {
            for x in 0..width {
                let (cx, cy) = (x / 24, y / 24);
                let (fx, fy) = ((x % 24) as f32 / 24.0, (y % 24) as f32 / 24.0);
                let at = |dx: usize, dy: usize| coarse[(cy + dy) * across + cx + dx];
                let top = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
                let low = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
                let wave = top * (1.0 - fy) + low * fy;
                let mark = (x + 40) % (width / 3) < 12 && y % 90 < 55;
                let base = if mark {
                    0.75
                } else if x < width / 6 {
                    0.42
                } else {
                    0.24
                };
                let value = base * (0.75 + 0.5 * wave) + 0.02 * dice.unit();
                canvas.light.push([value, value, value * 0.97]);
            }
        }
        canvas
    }

    fn inside(&mut self, x: i32, y: i32) -> Option<&mut [f32; 3]> {
        let there = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
        if there { self.light.get_mut(y as usize * self.width + x as usize) } else { None }
    }

    /// A filled rectangle of this colour (as codes).
    pub(crate) fn fill(&mut self, [x, y, w, h]: [i32; 4], rgb: [u8; 3]) {
        for row in y..y + h {
            for column in x..x + w {
                if let Some(pixel) = self.inside(column, row) {
                    *pixel = rgb.map(light);
                }
            }
        }
    }

    /// Puffs (middle and radius) that overlap without adding up, each flat to half of its radius and soft to nothing;
    /// where they are thickest they take `opacity` of the light and send `own` light instead.
    pub(crate) fn cloud(&mut self, puffs: &[(f32, f32, f32)], opacity: f32, own: f32) {
        let depth = -(1.0 - opacity).max(0.001).ln();
        for y in 0..self.height {
            for x in 0..self.width {
                let mut free = 1.0_f32;
                for (at, (cx, cy, radius)) in puffs.iter().enumerate() {
                    let away = (x as f32 - cx).hypot(y as f32 - cy) / radius;
                    let share = (2.0 * (1.0 - away)).clamp(0.0, 1.0);
                    let thin = 1.0 - (at as f32 / puffs.len() as f32 - 0.5).max(0.0) * 2.0;
                    free *= 1.0 - thin * share * share * (3.0 - 2.0 * share);
                }
                if free < 1.0 {
                    let through = (-depth * (1.0 - free)).exp();
                    let pixel = &mut self.light[y * self.width + x];
                    *pixel = pixel.map(|v| v * through + (1.0 - through) * own);
                }
            }
        }
    }

    /// A shadow: what is left of the light inside of a rectangle; the blue sky's share is more.
    pub(crate) fn shade(&mut self, [x, y, w, h]: [i32; 4], left: f32) {
        for row in y..y + h {
            for column in x..x + w {
                if let Some([r, g, b]) = self.inside(column, row) {
                    (*r, *g, *b) = (*r * left * 0.92, *g * left, *b * left * 1.2);
                }
            }
        }
    }

    /// Changes the exposure.
    pub(crate) fn expose(&mut self, gain: f32) {
        self.light.iter_mut().for_each(|pixel| *pixel = pixel.map(|v| v * gain));
    }

    /// A plate `width` pixels wide at this corner; two rows when `two`.
    pub(crate) fn plate(
        &mut self,
        (x, y): (i32, i32),
        width: i32,
        text: &str,
        ground: [u8; 3],
        ink: [u8; 3],
        two: bool,
    ) {
        let bytes =
            std::fs::read(FONT).unwrap_or_else(|_| panic!("{FONT} is missing: install fonts-noto-cjk"));
        let font =
            FontVec::try_from_vec_and_index(bytes, 2).expect("the third face is the simplified Chinese one");
        let count = text.chars().count();
        let (wide, high) = if two { (440.0, 220.0) } else { (if count == 8 { 480.0 } else { 440.0 }, 140.0) };
        let scale = width as f32 / wide;
        let bottom = (high * scale) as i32;
        self.fill([x, y, width, bottom], ground);
        for (at, character) in text.chars().enumerate() {
            let n = at as f32;
            let (left, top, w, h) = match (two, count, at) {
                (true, _, 0 | 1) => (110.0 + 140.0 * n, 15.0, 80.0, 60.0),
                (true, ..) => (27.5 + 80.0 * (n - 2.0), 90.0, 65.0, 110.0),
                (false, 8, 0 | 1) => (15.5 + 54.0 * n, 25.0, 43.0, 90.0),
                (false, 8, _) => (161.5 + 52.0 * (n - 2.0), 25.0, 43.0, 90.0),
                (false, _, 0 | 1) => (15.5 + 57.0 * n, 25.0, 45.0, 90.0),
                (false, ..) => (151.5 + 57.0 * (n - 2.0), 25.0, 45.0, 90.0),
            };
            let cell = [left, top, w, h].map(|v| v * scale);
            self.glyph(&font, character, [cell[0] + x as f32, cell[1] + y as f32, cell[2], cell[3]], ink);
        }
    }

    /// A character stretched to fill its cell, each pixel the mean of what covers it.
    fn glyph(&mut self, font: &FontVec, character: char, [x, y, w, h]: [f32; 4], ink: [u8; 3]) {
        let size = PxScale::from(160.0);
        let placed = font.glyph_id(character).with_scale_and_position(size, point(0.0, 0.0));
        let outline = font.outline_glyph(placed).expect("every plate character has an outline");
        let bounds = outline.px_bounds();
        let (gw, gh) = (bounds.width().ceil() as usize, bounds.height().ceil() as usize);
        let mut mask = vec![0.0_f32; gw * gh];
        outline.draw(|gx, gy, cover| {
            if let Some(value) = mask.get_mut(gy as usize * gw + gx as usize) {
                *value = cover.min(1.0);
            }
        });
        for row in y.floor() as i32..(y + h).ceil() as i32 {
            for column in x.floor() as i32..(x + w).ceil() as i32 {
                let mut cover = 0.0;
                for sub in 0..16 {
                    let sx = (column as f32 + (sub % 4) as f32 / 4.0 + 0.125 - x) / w * gw as f32;
                    let sy = (row as f32 + (sub / 4) as f32 / 4.0 + 0.125 - y) / h * gh as f32;
                    if sx >= 0.0 && sy >= 0.0 && (sx as usize) < gw && (sy as usize) < gh {
                        cover += mask[sy as usize * gw + sx as usize] / 16.0;
                    }
                }
                if let Some(pixel) = self.inside(column, row) {
                    for (value, ink) in pixel.iter_mut().zip(ink.map(light)) {
                        *value = *value * (1.0 - cover) + ink * cover;
                    }
                }
            }
        }
    }

    /// As a camera gives it: sensor noise, then a JPEG's loss.
    pub(crate) fn shot(&self, dice: &mut Dice) -> Picture {
        let mut bytes = Vec::with_capacity(self.light.len() * 3);
        for [r, g, b] in &self.light {
            let noise = (dice.unit() + dice.unit() + dice.unit() - 1.5) * 4.0;
            bytes.extend([b, g, r].map(|v| (f32::from(code(*v)) + noise).clamp(0.0, 255.0) as u8));
        }
        let raw = Picture::from_bgr(self.width as u32, self.height as u32, &bytes).unwrap();
        Picture::decode(&raw.jpeg(90).unwrap()).unwrap()
    }
}
