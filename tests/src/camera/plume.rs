//! Exhaust smoke of known opacity, hanging behind a vehicle and thinning as it stays.
//!
//! The plume is a field of optical depth: along its fresh core it takes exactly the opacity the truth names,
//! towards its rim and its end less. The light that remains is transmittance times background, plus what little
//! soot gives back (STANDARDS.md 9: `L = T·L_bg + (1 − T)·L_soot`, in linear light).

use plumewatch_shared::units::Opacity;

use super::light;
use super::view::{HEIGHT, View, WIDTH};

/// How long a puff is seen, seconds.
const LIFE_S: f64 = 1.5;
/// How long it stays as dense as it left, seconds.
const FRESH_S: f64 = 0.8;
/// Puffs a second.
const RATE: f64 = 14.0;
/// Light that soot itself gives back, of white.
const SOOT: f32 = 0.008;
/// Pixels a side of one cell of the field.
const CELL: usize = 4;

/// A vehicle's exhaust as the rear camera meets it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exhaust {
    /// Opacity of the core along the line of sight.
    pub(super) opacity: Opacity,
    /// The pipe, metres right of the camera.
    pub(super) x: f64,
    /// The vehicle's rear, metres from the camera, now.
    pub(super) rear_z: f64,
    /// Its speed, m/s.
    pub(super) speed: f64,
    /// Where the puffs of this vehicle begin and how they waver.
    pub(super) phase: f64,
}

/// Darkens a picture by a plume.
pub(super) fn darken(picture: &mut [u8], view: &View, exhaust: &Exhaust) {
    let transmitted = 1.0 - f32::from(exhaust.opacity.hundredths()) / 10_000.0;
    let depth = -transmitted.max(0.001).ln();
    let field = field(view, exhaust);
    let (across, down) = (WIDTH / CELL, HEIGHT / CELL);
    for row in 0..down - 1 {
        for column in 0..across - 1 {
            let at = row * across + column;
            let corners = [field[at], field[at + 1], field[at + across], field[at + across + 1]];
            if corners.iter().all(|share| *share < 0.01) {
                continue;
            }
            for dy in 0..CELL {
                let fy = (dy as f32 + 0.5) / CELL as f32;
                let left = corners[0] * (1.0 - fy) + corners[2] * fy;
                let right = corners[1] * (1.0 - fy) + corners[3] * fy;
                for dx in 0..CELL {
                    let fx = (dx as f32 + 0.5) / CELL as f32;
                    let remains = (-depth * (left * (1.0 - fx) + right * fx)).exp();
                    // The field's values stand at the cells' middles.
                    let (x, y) = (column * CELL + dx + CELL / 2, row * CELL + dy + CELL / 2);
                    let pixel = (y * WIDTH + x) * 3;
                    for value in &mut picture[pixel..pixel + 3] {
                        *value = light::code(light::light(*value) * remains + (1.0 - remains) * SOOT);
                    }
                }
            }
        }
    }
}

/// Of the core's optical depth, the share at each cell: 1 − ∏(1 − puff), so that puffs overlap without adding up.
fn field(view: &View, exhaust: &Exhaust) -> Vec<f32> {
    let (across, down) = (WIDTH / CELL, HEIGHT / CELL);
    let mut clear = vec![1.0f32; across * down];
    let count = (LIFE_S * RATE) as i32;
    for index in 0..count {
        let age = f64::from(index) / RATE + 0.02;
        let born = exhaust.phase - age;
        // The vehicle's wake drags the smoke along; it slows down only slowly.
        let z = exhaust.rear_z - 0.45 * exhaust.speed * age;
        let waver = (born * 9.0).sin() * 0.12 * age - 0.22 * age;
        let Some((column, depth)) = view.column_of(exhaust.x + waver, z).filter(|(_, depth)| *depth > 1.5)
        else {
            continue;
        };
        let row = view.row_of(0.55 + 0.9 * age, depth);
        let radius = (0.28 + 0.62 * age) * view.scale(depth);
        let strength = if age < FRESH_S { 1.0 } else { 1.0 - (age - FRESH_S) / (LIFE_S - FRESH_S) };
        puff(&mut clear, (column, row, radius), strength as f32);
    }
    clear.iter_mut().for_each(|share| *share = 1.0 - *share);
    clear
}

fn puff(clear: &mut [f32], (column, row, radius): (f64, f64, f64), strength: f32) {
    let (across, down) = (WIDTH / CELL, HEIGHT / CELL);
    let cell = CELL as f64;
    let span = |middle: f64, end: usize| {
        let from = ((middle - radius) / cell).floor().max(0.0) as usize;
        (from, (((middle + radius) / cell).ceil().max(0.0) as usize).min(end))
    };
    let ((left, right), (top, bottom)) = (span(column, across), span(row, down));
    for y in top..bottom {
        for x in left..right {
            let (dx, dy) = ((x as f64 + 0.5) * cell - column, (y as f64 + 0.5) * cell - row);
            let out = ((dx * dx + dy * dy).sqrt() / radius).min(1.0) as f32;
            // Flat to 55 % of the radius, then soft to nothing.
            let fall = ((1.0 - out) / 0.45).min(1.0);
            clear[y * across + x] *= 1.0 - strength * fall * fall * (3.0 - 2.0 * fall);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_of_a_plume_takes_the_opacity_that_the_truth_names() {
        for percent in [10u16, 30, 45, 70] {
            let mut picture = vec![150u8; WIDTH * HEIGHT * 3];
            let exhaust = Exhaust {
                opacity: Opacity::from_hundredths(percent * 100).unwrap(),
                x: -2.4,
                rear_z: 12.0,
                speed: 10.0,
                phase: 0.0,
            };
            darken(&mut picture, &View::new(-1.9), &exhaust);
            let darkest = picture.iter().min().copied().unwrap();
            let opacity =
                1.0 - (light::light(darkest) - SOOT * f32::from(percent) / 100.0) / light::light(150);
            assert!((opacity * 100.0 - f32::from(percent)).abs() < 1.5, "{percent} %: {opacity}");
        }
    }
}
