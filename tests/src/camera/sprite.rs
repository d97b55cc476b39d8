//! Painted faces of a vehicle, in metres, kept at several sizes so that a far one does not shimmer.

use image::RgbImage;

/// A face: pixels with opacity, a scale, and smaller copies of itself.
#[derive(Clone, Debug)]
pub(super) struct Sprite {
    /// Metres across; the middle is 0.
    pub(super) width_m: f64,
    /// Metres from the ground up.
    pub(super) height_m: f64,
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
struct Level {
    per_m: f64,
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

/// A colour, sRGB.
pub(super) type Colour = [u8; 3];

impl Sprite {
    /// Nothing yet, of this size, at `per_m` pixels a metre.
    pub(super) fn new(width_m: f64, height_m: f64, per_m: f64) -> Self {
        let (width, height) = ((width_m * per_m).ceil() as usize, (height_m * per_m).ceil() as usize);
        let level = Level { per_m, width, height, pixels: vec![[0; 4]; width * height] };
        Self { width_m, height_m, levels: vec![level] }
    }

    /// Paints a rectangle from `(x0, y0)` to `(x1, y1)` metres, the upper edge in `upper`, the lower in `lower`.
    pub(super) fn shade(&mut self, [x0, y0, x1, y1]: [f64; 4], upper: Colour, lower: Colour) {
        let (half, height) = (self.width_m / 2.0, self.height_m);
        let level = &mut self.levels[0];
        let column = |x: f64| (((x + half) * level.per_m).round().max(0.0) as usize).min(level.width);
        let row = |y: f64| (((height - y) * level.per_m).round().max(0.0) as usize).min(level.height);
        let (left, right, top, bottom) = (column(x0), column(x1), row(y1), row(y0));
        for y in top..bottom {
            let share = (y - top) as f32 / (bottom - top) as f32;
            let mix = |i: usize| (f32::from(upper[i]) * (1.0 - share) + f32::from(lower[i]) * share) as u8;
            let pixel = [mix(0), mix(1), mix(2), 255];
            level.pixels[y * level.width + left..y * level.width + right.max(left)].fill(pixel);
        }
    }

    /// Paints a rectangle in one colour.
    pub(super) fn fill(&mut self, area: [f64; 4], colour: Colour) {
        self.shade(area, colour, colour);
    }

    /// Paints a disc.
    pub(super) fn disc(&mut self, (x, y): (f64, f64), radius: f64, colour: Colour) {
        let steps = (radius * self.levels[0].per_m).ceil().max(1.0) as i32;
        for step in -steps..steps {
            let dy = (f64::from(step) + 0.5) / f64::from(steps) * radius;
            let dx = (radius * radius - dy * dy).max(0.0).sqrt();
            let thickness = radius / f64::from(steps);
            self.fill([x - dx, y + dy - thickness / 2.0, x + dx, y + dy + thickness / 2.0 + 1e-9], colour);
        }
    }

    /// Puts a picture (a plate) with its middle at `(x, y)`, `width` metres across.
    pub(super) fn place(&mut self, picture: &RgbImage, (x, y): (f64, f64), width: f64) {
        let (half, height) = (self.width_m / 2.0, self.height_m);
        let level = &mut self.levels[0];
        let across = (width * level.per_m).round() as u32;
        let down = (across * picture.height()).div_ceil(picture.width());
        let small = image::imageops::resize(picture, across, down, image::imageops::FilterType::Triangle);
        let left = ((x + half) * level.per_m).round() as usize - across as usize / 2;
        let top = ((height - y) * level.per_m).round() as usize - down as usize / 2;
        for (px, py, pixel) in small.enumerate_pixels() {
            let at = (top + py as usize) * level.width + left + px as usize;
            level.pixels[at] = [pixel[0], pixel[1], pixel[2], 255];
        }
    }

    /// Makes the smaller copies; call once when painted.
    #[must_use]
    pub(super) fn finished(mut self) -> Self {
        while let Some(last) = self.levels.last().filter(|level| level.per_m > 12.0 && level.width > 8) {
            let (width, height) = (last.width / 2, last.height / 2);
            let mut pixels = Vec::with_capacity(width * height);
            for y in 0..height {
                for x in 0..width {
                    let at = 2 * y * last.width + 2 * x;
                    let four = [at, at + 1, at + last.width, at + last.width + 1].map(|i| last.pixels[i]);
                    pixels.push(average(four));
                }
            }
            let level = Level { per_m: last.per_m / 2.0, width, height, pixels };
            self.levels.push(level);
        }
        self
    }

    /// The copy to sample when a metre covers `per_m` pixels of the picture.
    pub(super) fn at_scale(&self, per_m: f64) -> Sampler<'_> {
        let fits = |level: &&Level| level.per_m >= per_m * 0.9;
        let level = self.levels.iter().rev().find(fits).unwrap_or(&self.levels[0]);
        Sampler { level, half_m: self.width_m / 2.0, height_m: self.height_m }
    }
}

/// Four pixels as one, weighted by opacity so that no colour bleeds out of nothing.
fn average(four: [[u8; 4]; 4]) -> [u8; 4] {
    let weight: u32 = four.iter().map(|pixel| u32::from(pixel[3])).sum();
    if weight == 0 {
        return [0; 4];
    }
    let channel = |i: usize| {
        let sum: u32 = four.iter().map(|pixel| u32::from(pixel[i]) * u32::from(pixel[3])).sum();
        (sum / weight) as u8
    };
    [channel(0), channel(1), channel(2), (weight / 4) as u8]
}

/// One copy of a face, ready to be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampler<'a> {
    level: &'a Level,
    half_m: f64,
    height_m: f64,
}

impl Sampler<'_> {
    /// The column, in 1/256 pixel, of `x` metres from the middle; `None` outside.
    pub(super) fn column(&self, x: f64) -> Option<i32> {
        let column = (x + self.half_m) * self.level.per_m - 0.5;
        (column >= 0.0 && column < (self.level.width - 1) as f64).then_some((column * 256.0) as i32)
    }

    /// The row, in 1/256 pixel, of `y` metres above the ground; `None` outside.
    pub(super) fn row(&self, y: f32) -> Option<i32> {
        let row = (self.height_m as f32 - y) * self.level.per_m as f32 - 0.5;
        (row >= 0.0 && row < (self.level.height - 1) as f32).then_some((row * 256.0) as i32)
    }

    /// The pixel between four, red green blue and opacity.
    pub(super) fn pixel(&self, column: i32, row: i32) -> [u8; 4] {
        let (x, y) = ((column >> 8) as usize, (row >> 8) as usize);
        let (fx, fy) = ((column & 255) as u32, (row & 255) as u32);
        let at = y * self.level.width + x;
        let [a, b] = [self.level.pixels[at], self.level.pixels[at + 1]];
        let [c, d] = [self.level.pixels[at + self.level.width], self.level.pixels[at + self.level.width + 1]];
        std::array::from_fn(|i| {
            let upper = u32::from(a[i]) * (256 - fx) + u32::from(b[i]) * fx;
            let lower = u32::from(c[i]) * (256 - fx) + u32::from(d[i]) * fx;
            ((upper * (256 - fy) + lower * fy) >> 16) as u8
        })
    }
}
