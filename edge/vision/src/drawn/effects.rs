//! What else changes a picture: mirrors of water, lamps, shadows of leaves and clouds, rain.

use super::dice::{Dice, rough, surface};
use super::vehicle::{Body, Stand};
use super::view::View;

/// A wet road mirrors the vehicle: under the lowest covered pixel of each column the column stands on its head.
pub(crate) fn mirror(view: &View, light: &mut [f32], covered: &[bool]) {
    let (w, h) = (view.width, view.height);
    for column in 0..w {
        let Some(foot) = (0..h).rev().find(|row| covered[row * w + column]) else { continue };
        for row in foot + 1..h {
            let above = 2 * foot as i64 - row as i64;
            if above < 0 || !covered[above as usize * w + column] {
                continue;
            }
            // Ripples spread the mirror sideways; it fades towards the camera, where one looks down steeply.
            let depth = (row - foot) as f32;
            let beside = column as f32 + 1.5 * (depth * 0.4).sin();
            let from = (above as usize * w + (beside.clamp(0.0, w as f32 - 1.0) as usize)) * 3;
            let share = 0.5 * (-(depth / (h as f32 * 0.25))).exp();
            for channel in 0..3 {
                let at = (row * w + column) * 3 + channel;
                light[at] = light[at] * (0.75 - share * 0.5) + light[from + channel] * share;
            }
        }
    }
}

/// Lamps of the vehicle and the patch of road that they light, following it.
pub(crate) fn headlights(view: &View, light: &mut [f32], now: &Stand, body: &Body, seconds: f32) {
    let front = now.point(body.length + 4.0, 0.0, 0.0);
    let rear = now.point(-2.5, 0.0, 0.0);
    for (place, reach, strength) in [(front, 3.5_f32, 1.4_f32), (rear, 1.8, 0.35)] {
        let Some([column, row]) = view.pixel(place) else { continue };
        let pixels = reach * view.focal / place[2];
        let flicker = 1.0 + 0.03 * (seconds * 31.0).sin();
        let tall = (pixels * 0.4).max(2.0);
        let rows =
            (row - 2.0 * tall).max(0.0) as usize..((row + 2.0 * tall).max(0.0) as usize).min(view.height);
        for y in rows {
            for x in 0..view.width {
                let away = ((x as f32 - column) / pixels).powi(2) + ((y as f32 - row) / tall).powi(2);
                if away < 5.0 {
                    let add = strength * flicker * (-away).exp();
                    let at = (y * view.width + x) * 3;
                    light[at..at + 3].iter_mut().for_each(|value| *value *= 1.0 + add);
                }
            }
        }
    }
}

/// Sun through leaves that the wind moves: patches of shade wander over the ground.
pub(crate) fn tree_shadows(view: &View, light: &mut [f32], seconds: f32, seed: u64) {
    let sway = [(seconds * 1.3).sin() * 0.25, (seconds * 0.9).cos() * 0.2];
    for row in 0..view.height {
        for column in 0..view.width {
            let Some([x, z]) = view.ground(column as f32, row as f32).filter(|place| place[1] < 60.0) else {
                continue;
            };
            // Under the crowns only: they stand along the road in clumps.
            let crown = surface(seed ^ 1, x * 0.15, z * 0.12);
            if crown < 0.45 {
                continue;
            }
            let leaf = rough(seed, x * 1.1 + sway[0], z * 0.8 + sway[1]);
            let shade = ((leaf - 0.42) * 9.0).clamp(0.0, 1.0) * ((crown - 0.45) * 12.0).min(1.0);
            let at = (row * view.width + column) * 3;
            light[at..at + 3].iter_mut().for_each(|value| *value *= 1.0 - 0.6 * shade);
        }
    }
}

/// A cloud's shadow whose soft edge stands at this share of the picture's width.
pub(crate) fn cloud(view: &View, light: &mut [f32], share: f32) {
    for (at, pixel) in light.chunks_exact_mut(3).enumerate() {
        let (x, y) = ((at % view.width) as f32, (at / view.width) as f32);
        let edge = share + 0.1 * (y / view.height as f32);
        let inside = ((edge - x / view.width as f32) * 6.0).clamp(-1.0, 1.0) * 0.5 + 0.5;
        pixel.iter_mut().for_each(|value| *value *= 1.0 - 0.5 * inside);
    }
}

/// Streaks that differ in every frame, and a veil over all.
pub(crate) fn rain(view: &View, light: &mut [f32], dice: &mut Dice) {
    light.iter_mut().for_each(|value| *value = *value * 0.9 + 0.04);
    let (w, h) = (view.width as f32, view.height as f32);
    for _ in 0..(w * 0.5) as usize {
        let (mut x, y) = (dice.within(0.0, w), dice.within(0.0, h));
        let (long, lean, bright) =
            (dice.within(0.02, 0.09) * h, dice.within(0.05, 0.2), dice.within(0.05, 0.2));
        for step in 0..long as usize {
            let row = y as usize + step;
            x += lean;
            if row < view.height && (x as usize) < view.width {
                let at = (row * view.width + x as usize) * 3;
                light[at..at + 3]
                    .iter_mut()
                    .for_each(|value| *value = *value * (1.0 - bright) + 0.8 * bright);
            }
        }
    }
}
