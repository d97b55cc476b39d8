//! Smoke of known opacity: a field of optical depth that is blown out, stays behind, drifts, spreads and thins.
//!
//! A plume is puffs. Each is as dense as the first for [`Puffs::fresh`] seconds and thins then as it spreads. Along
//! a line of sight the strongest of them counts (their union, not their sum), so that the fresh plume's core has one
//! optical depth, wavering by the turbulence about 1. **Truth** is the mean of `1 − T` over those pixels of the core
//! (share of the depth at least [`CORE`]) behind which the still background stands, over all frames: what a reader
//! who looks at the densest part of the plume is asked for (Method 9). Light: `L = T·L_bg + (1 − T)·L_air`, in
//! linear light (STANDARDS.md 9).

use super::dice::{Dice, rough};
use super::vehicle::Stand;
use super::view::View;

/// Share of the depth from which a place belongs to the core.
pub(crate) const CORE: f32 = 0.95;
/// Pixels a side of one cell of the field.
const CELL: usize = 4;
/// Opacity that not even black smoke exceeds.
const THICKEST: f32 = 0.999;

/// How smoke comes out and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Puffs {
    /// 1 − T of the core.
    pub(crate) opacity: f32,
    /// Light the smoke itself gives back: blue, green, red, of white.
    pub(crate) air: [f32; 3],
    /// The pipe: metres forward of the rear, aside, up.
    pub(crate) pipe: [f32; 3],
    /// Metres: radius at the pipe, and its growth in the first second.
    pub(crate) radius: f32,
    pub(crate) growth: f32,
    /// Seconds a puff stays as dense as it left, and then takes to half that.
    pub(crate) fresh: f32,
    pub(crate) thins: f32,
    /// Of the vehicle's speed, the share its wake gives a puff, and for how long, seconds.
    pub(crate) wake: f32,
    pub(crate) dragged: f32,
    /// Wind: metres a second, x and z; and rise.
    pub(crate) wind: [f32; 2],
    pub(crate) rise: f32,
    /// Deviation of the depth by turbulence, a share.
    pub(crate) rough: f32,
    /// Width of the soft rim, a share of the radius.
    pub(crate) soft: f32,
    pub(crate) seed: u64,
}

/// Longest life of a puff, seconds.
const LIFE: f32 = 2.4;

/// The depth at each cell, as a share of the core's, before and behind the vehicle.
#[derive(Debug)]
pub(crate) struct Field {
    across: usize,
    down: usize,
    /// Of the line of sight before the vehicle, then of that behind it.
    share: [Vec<f32>; 2],
}

impl Field {
    /// The field `seconds` after the vehicle stood at `start`; the vehicle drives at `speed` from `from` on.
    pub(crate) fn at(view: &View, puffs: &Puffs, start: &Stand, speed: f32, seconds: f32, from: f32) -> Self {
        let (across, down) = (view.width / CELL + 2, view.height / CELL + 2);
        let mut clear = [vec![1.0_f32; across * down], vec![1.0_f32; across * down]];
        let rate = (5.0 * speed).max(24.0);
        // Puffs leave at fixed times, whenever the frames are taken.
        let last = ((seconds - from) * rate).floor() as i64;
        let now = stand(start, speed, seconds);
        for index in (last - (LIFE * rate) as i64).max(0)..=last {
            let born = from + index as f32 / rate;
            let age = seconds - born;
            let mut dice = Dice::new(puffs.seed ^ (index as u64).wrapping_mul(0x9e37_79b9));
            let then = stand(start, speed, born);
            let carried = puffs.wake * speed * puffs.dragged * (1.0 - (-age / puffs.dragged).exp());
            let spread = 0.10 + 0.28 * age;
            let [mut x, mut y, mut z] = then.point(puffs.pipe[0] + carried, puffs.pipe[1], puffs.pipe[2]);
            x += puffs.wind[0] * age + spread * 0.35 * dice.normal();
            z += puffs.wind[1] * age;
            y += puffs.rise * age / (1.0 + 0.4 * age) + spread * 0.35 * dice.normal();
            let radius = puffs.radius + puffs.growth * age.powf(0.8);
            y = y.max(radius * 0.45);
            let Some([column, row]) = view.pixel([x, y, z]) else { continue };
            let pixels = radius * view.focal / z;
            let strength =
                if age < puffs.fresh { 1.0 } else { (-(age - puffs.fresh) * 0.7 / puffs.thins).exp() };
            let behind = if now.along { z > now.z } else { puffs.pipe[1] > 0.2 };
            puff(
                &mut clear[usize::from(behind)],
                (across, down),
                [column, row, pixels],
                strength,
                puffs.soft,
            );
        }
        let mut field = Self { across, down, share: clear };
        field.waver(view, puffs, seconds, now.z);
        field
    }

    /// Turns what is clear into shares of the depth, wavering as the smoke does.
    fn waver(&mut self, view: &View, puffs: &Puffs, seconds: f32, z: f32) {
        let metre = view.focal / z.max(6.0) / CELL as f32;
        let drift = [puffs.wind[0] + 0.4, 0.6].map(|v| v * seconds * 1.5);
        for layer in &mut self.share {
            for (at, clear) in layer.iter_mut().enumerate() {
                if *clear >= 1.0 {
                    *clear = 0.0;
                    continue;
                }
                let (x, y) = ((at % self.across) as f32 / metre, (at / self.across) as f32 / metre);
                // `rough` has mean 0.5 and a deviation of about 0.15.
                let wave = (rough(puffs.seed, x * 1.6 + drift[0], y * 1.6 + drift[1]) - 0.5) / 0.15;
                *clear = (1.0 - *clear) * (1.0 + puffs.rough * wave).max(0.0);
            }
        }
    }

    /// Lays the smoke of one layer (0 before the vehicle, 1 behind it) over the light.
    pub(crate) fn lay(&self, layer: usize, width: usize, puffs: &Puffs, light: &mut [f32]) {
        let depth = -(1.0 - puffs.opacity.min(THICKEST)).ln();
        self.each(layer, width, light.len() / 3 / width, |at, share| {
            let remains = (-depth * share).exp();
            for (value, air) in light[at * 3..at * 3 + 3].iter_mut().zip(puffs.air) {
                *value = *value * remains + (1.0 - remains) * air;
            }
        });
    }

    /// Pixels of the core that stand before the still background, and the sum of their `1 − T`.
    pub(crate) fn core(&self, width: usize, puffs: &Puffs, covered: &[bool]) -> (u32, f32) {
        let depth = -(1.0 - puffs.opacity.min(THICKEST)).ln();
        let (mut count, mut sum) = (0, 0.0);
        for layer in 0..2 {
            self.each(layer, width, covered.len() / width, |at, share| {
                // Turbulence may lift or lower a place of the core, but the envelope says what is core.
                if !covered[at] && share >= CORE * (1.0 - 1.5 * puffs.rough) {
                    count += 1;
                    sum += 1.0 - (-depth * share).exp();
                }
            });
        }
        (count, sum)
    }

    /// Each pixel with smoke, and its share of the depth, between the cells' values.
    fn each(&self, layer: usize, width: usize, height: usize, mut take: impl FnMut(usize, f32)) {
        let field = &self.share[layer];
        for down in 0..self.down - 1 {
            for right in 0..self.across - 1 {
                let at = down * self.across + right;
                let corners =
                    [field[at], field[at + 1], field[at + self.across], field[at + self.across + 1]];
                if corners.iter().all(|share| *share < 0.004) {
                    continue;
                }
                for dy in 0..CELL {
                    let (row, fy) = (down * CELL + dy, dy as f32 / CELL as f32);
                    if row >= height {
                        break;
                    }
                    let left = corners[0] * (1.0 - fy) + corners[2] * fy;
                    let rest = corners[1] * (1.0 - fy) + corners[3] * fy - left;
                    for dx in 0..CELL {
                        let column = right * CELL + dx;
                        if column < width {
                            take(row * width + column, left + rest * (dx as f32 / CELL as f32));
                        }
                    }
                }
            }
        }
    }
}

/// Where the vehicle stands after so many seconds.
pub(crate) fn stand(start: &Stand, speed: f32, seconds: f32) -> Stand {
    if start.along {
        Stand { z: start.z + speed * seconds, ..*start }
    } else {
        Stand { x: start.x + start.way * speed * seconds, ..*start }
    }
}

fn puff(
    clear: &mut [f32],
    (across, down): (usize, usize),
    [column, row, radius]: [f32; 3],
    strength: f32,
    soft: f32,
) {
    let cell = CELL as f32;
    let span = |middle: f32, end: usize| {
        let from = ((middle - radius) / cell).floor().max(0.0) as usize;
        from..(((middle + radius) / cell).ceil().max(0.0) as usize + 1).min(end)
    };
    for y in span(row, down) {
        for x in span(column, across) {
            let out = (x as f32 * cell - column).hypot(y as f32 * cell - row) / radius;
            let fall = ((1.0 - out) / soft).clamp(0.0, 1.0);
            let spot = &mut clear[y * across + x];
            *spot = spot.min(1.0 - strength * fall * fall * (3.0 - 2.0 * fall));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View = View { width: 640, height: 360, focal: 500.0, horizon: 60.0, above: 4.0 };
    const STAND: Stand = Stand { x: -1.5, z: 12.0, along: true, way: 1.0 };

    fn smooth(opacity: f32) -> Puffs {
        Puffs {
            opacity,
            air: [0.0; 3],
            pipe: [0.0, -0.8, 0.5],
            radius: 0.5,
            growth: 0.6,
            fresh: 0.8,
            thins: 0.5,
            wake: 0.4,
            dragged: 1.0,
            wind: [0.2, 0.0],
            rise: 0.3,
            rough: 0.0,
            soft: 0.45,
            seed: 7,
        }
    }

    /// Where the field is flat the light that is left is the transmittance that was asked for.
    #[test]
    fn the_core_takes_the_opacity_that_the_truth_names() {
        for percent in [5.0_f32, 30.0, 50.0, 80.0, 100.0] {
            let puffs = smooth(percent / 100.0);
            let field = Field::at(&VIEW, &puffs, &STAND, 8.0, 1.5, 0.0);
            let mut light = vec![0.4; 640 * 360 * 3];
            field.lay(0, 640, &puffs, &mut light);
            let darkest = light.iter().copied().fold(f32::INFINITY, f32::min);
            assert!((1.0 - darkest / 0.4 - percent / 100.0).abs() < 0.002, "{percent} %: {darkest}");
            let (count, sum) = field.core(640, &puffs, &vec![false; 640 * 360]);
            assert!(count > 300, "{percent} %: {count}");
            assert!(
                (sum / count as f32 - percent / 100.0).abs() < 0.02,
                "{percent} %: {}",
                sum / count as f32
            );
        }
    }

    /// Smoke that sends light of its own: `T·L + (1 − T)·L_air`.
    #[test]
    fn the_smokes_own_light_is_added() {
        let puffs = Puffs { air: [0.1; 3], ..smooth(0.4) };
        let mut light = vec![0.5; 640 * 360 * 3];
        Field::at(&VIEW, &puffs, &STAND, 8.0, 1.5, 0.0).lay(0, 640, &puffs, &mut light);
        let darkest = light.iter().copied().fold(f32::INFINITY, f32::min);
        assert!((darkest - (0.6 * 0.5 + 0.4 * 0.1)).abs() < 0.001, "{darkest}");
    }

    #[test]
    fn smoke_stays_behind_the_vehicle_that_left_it() {
        let field = Field::at(&VIEW, &smooth(0.5), &STAND, 8.0, 1.5, 0.0);
        assert!(field.share[1].iter().all(|share| *share <= 0.0));
    }
}
