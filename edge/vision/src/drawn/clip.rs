//! One clip, frame by frame.

use super::backdrop::Backdrop;
use super::dice::{Dice, rough};
use super::effects;
use super::light::Sensor;
use super::plume::{Field, stand};
use super::script::{Confuser, Script, Subject};
use super::vehicle::{Canvas, cast};
use crate::picture::PictureError;

/// Times a smoking vehicle is rolled anew when its plume is hardly seen before the still background.
const TRIES: u64 = 12;
/// Frames in which the core must be seen …
const LEAST_FRAMES: usize = 6;
/// … and the share of the picture it must take there: 200 pixels of 640 x 360.
const LEAST_CORE: f32 = 200.0 / (640.0 * 360.0);

/// A camera that looks at much that is dark is not opened so far that white is lost altogether.
const BRIGHTEST: f32 = 1.25;

/// A seeded clip whose truth is known.
#[derive(Debug)]
pub struct Clip {
    script: Script,
    backdrop: Backdrop,
    sensor: Sensor,
    dice: Dice,
    gain: f32,
    truth: Option<f32>,
    core_frames: usize,
    light: Vec<f32>,
    covered: Vec<bool>,
}

/// One frame of a clip.
#[derive(Clone, Debug)]
pub struct Shot {
    /// As the camera gives it.
    pub jpeg: Vec<u8>,
    /// Seconds since the clip's first frame.
    pub seconds: f32,
    /// Pixels of the plume's core before the still background.
    pub core: u32,
}

impl Clip {
    /// The clip of this seed about this subject.
    pub fn new(subject: Subject, seed: u64) -> Self {
        let dice = Dice::new(seed);
        let mut script = Script::roll(subject, &mut dice.apart(0));
        let mut seen = Self::seen(&script);
        for attempt in 1..TRIES {
            if seen.1 >= LEAST_FRAMES || !matches!(subject, Subject::Smoke(_)) {
                break;
            }
            script = Script::roll(subject, &mut dice.apart(attempt));
            seen = Self::seen(&script);
        }
        let backdrop = Backdrop::new(&script.view, &script.looks, &mut dice.apart(100));
        let mean = backdrop.light.iter().sum::<f32>() / backdrop.light.len() as f32;
        let gain = (script.exposed / mean.max(1e-3)).min(BRIGHTEST);
        let sensor = Sensor::new(script.curve, script.shot, script.read, script.quality, dice.apart(101));
        let covered = vec![false; script.view.width * script.view.height];
        let light = backdrop.light.clone();
        Self { script, backdrop, sensor, dice, gain, truth: seen.0, core_frames: seen.1, light, covered }
    }

    /// The truth of a script, and in how many frames its core is well seen. Without pixels: the vehicle's body is
    /// drawn for what it hides only.
    fn seen(script: &Script) -> (Option<f32>, usize) {
        let (Subject::Smoke(_), Some(puffs)) = (script.subject, &script.puffs) else { return (None, 0) };
        let view = &script.view;
        let pixels = view.width * view.height;
        let (mut light, mut covered) = (vec![0.0; pixels * 3], vec![false; pixels]);
        let (mut all, mut sum, mut frames) = (0_u32, 0.0_f64, 0);
        for number in 0..script.frames {
            let seconds = number as f32 / script.fps;
            if seconds < script.lead {
                continue;
            }
            covered.fill(false);
            let now = stand(&script.start, script.speed, seconds);
            Canvas { view, light: &mut light, covered: &mut covered }.body(&script.body, &now);
            let field = Field::at(view, puffs, &script.start, script.speed, seconds, 0.0);
            let (count, taken) = field.core(view.width, puffs, &covered);
            if count as f32 >= LEAST_CORE * pixels as f32 {
                frames += 1;
            }
            all += count;
            sum += f64::from(taken);
        }
        ((all > 0).then(|| (sum / f64::from(all)) as f32), frames)
    }

    /// What it is about.
    pub fn subject(&self) -> Subject {
        self.script.subject
    }

    /// Mean opacity (0 to 1) of the smoke's core where the still background is behind it; `None` without smoke.
    pub fn truth(&self) -> Option<f32> {
        self.truth
    }

    /// Frames in which the core is well seen.
    pub fn core_frames(&self) -> usize {
        self.core_frames
    }

    /// How many frames it has.
    pub fn frames(&self) -> usize {
        self.script.frames
    }

    /// Its circumstances, in words for tables: light, direction, rear, vehicle, size, rate, quality, curve.
    pub fn circumstances(&self) -> Vec<(&'static str, String)> {
        let s = &self.script;
        let pipe = if s.stack { "stack" } else { "low pipe" };
        vec![
            ("light", s.sky.name().to_owned()),
            ("view", if s.looks.along { "driving away" } else { "crossing" }.to_owned()),
            ("behind", format!("{:?}", s.looks.rear).to_lowercase()),
            ("vehicle", format!("{:?}", s.body.kind).to_lowercase()),
            ("pipe", pipe.to_owned()),
            ("size", format!("{}x{}", s.view.width, s.view.height)),
            ("rate", format!("{} fps", s.fps)),
            ("speed", if s.speed * 3.6 < 35.0 { "10-35 km/h" } else { "35-70 km/h" }.to_owned()),
            ("lead", if s.lead * s.fps < 12.0 { "under 12 frames" } else { "12 frames and more" }.to_owned()),
            ("jpeg", if s.quality < 65 { "40-64" } else { "65-95" }.to_owned()),
            ("curve", s.curve.name().to_owned()),
        ]
    }

    /// Renders frame `number`, from 0.
    pub fn frame(&mut self, number: usize) -> Result<Shot, PictureError> {
        let s = &self.script;
        let view = &s.view;
        let seconds = number as f32 / s.fps;
        let mut dice = self.dice.apart(1_000 + number as u64);
        self.light.copy_from_slice(&self.backdrop.light);
        if let Some((from, to)) = self.backdrop.leaves {
            for row in from..=to {
                let span = row * view.width * 3..(row + 1) * view.width * 3;
                self.backdrop.sway(view.width, row, seconds, s.leaves, &mut self.light[span]);
            }
        }
        self.covered.fill(false);
        let confuser = match s.subject {
            Subject::Smoke(_) => None,
            Subject::Confuser(kind) => Some(kind),
        };
        let mut core = 0;
        if seconds >= s.lead && confuser != Some(Confuser::Empty) {
            let now = stand(&s.start, s.speed, seconds);
            cast(view, &mut self.light, &s.body, &now, &s.shadow);
            let behind = s.follower.as_ref().map(|(body, gap)| {
                let mut place = now;
                if place.along {
                    place.z -= gap + body.length;
                } else {
                    place.x -= place.way * (gap + body.length);
                }
                (body, place)
            });
            if let Some((body, place)) = &behind {
                cast(view, &mut self.light, body, place, &s.shadow);
            }
            let field = s.puffs.as_ref().map(|p| (p, Field::at(view, p, &s.start, s.speed, seconds, 0.0)));
            if let Some((puffs, field)) = &field {
                field.lay(1, view.width, puffs, &mut self.light);
            }
            let mut canvas = Canvas { view, light: &mut self.light, covered: &mut self.covered };
            canvas.body(&s.body, &now);
            if let Some((body, place)) = &behind {
                canvas.body(body, place);
            }
            if confuser == Some(Confuser::WetRoad) {
                effects::mirror(view, &mut self.light, &self.covered);
            }
            if let Some((puffs, field)) = &field {
                field.lay(0, view.width, puffs, &mut self.light);
                core = field.core(view.width, puffs, &self.covered).0;
            }
            if confuser == Some(Confuser::Headlights) {
                effects::headlights(view, &mut self.light, &now, &s.body, seconds);
            }
        }
        match confuser {
            Some(Confuser::TreeShadows) => {
                effects::tree_shadows(view, &mut self.light, seconds, self.dice.apart(7).roll());
            }
            Some(Confuser::CloudShadow) => {
                let share = (number as f32 / s.frames as f32) * 1.6 - 0.3;
                effects::cloud(view, &mut self.light, share);
            }
            Some(Confuser::Rain) => effects::rain(view, &mut self.light, &mut dice),
            _ => {}
        }
        self.expose(seconds, &mut dice);
        let jpeg =
            self.sensor.shot((self.script.view.width, self.script.view.height), &self.light, &mut dice)?;
        Ok(Shot { jpeg, seconds, core })
    }

    /// Gain with its drift, and the shake of the mast: between pixels, one for the whole frame.
    fn expose(&mut self, seconds: f32, dice: &mut Dice) {
        let s = &self.script;
        let seed = self.dice.apart(9).roll();
        let drift = (rough(seed, seconds * 0.8, 0.0) - 0.5) * 2.0;
        let gain = self.gain * (1.0 + s.drift * drift);
        let (w, h) = (s.view.width, s.view.height);
        if s.shake <= 0.0 {
            self.light.iter_mut().for_each(|value| *value *= gain);
            return;
        }
        let swing = |at: f32| (rough(seed ^ 5, seconds * 2.5, at) - 0.5) * 2.5;
        let [dx, dy] = [swing(0.0) + 0.15 * dice.normal(), swing(40.0) + 0.15 * dice.normal()]
            .map(|v| (v * s.shake).clamp(-1.0, 1.0) + 1.0);
        let (right, down) = (dx as usize, dy as usize);
        let (fx, fy) = (dx.fract(), dy.fract());
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy].map(|v| v * gain);
        let from = std::mem::replace(&mut self.light, vec![0.0; w * h * 3]);
        for row in 0..h {
            // Offsets of 0 to 2 pixels stand for -1 to 1; the rim repeats its last pixel.
            let rows = [row + down, row + down + 1].map(|r| r.saturating_sub(1).min(h - 1) * w * 3);
            for column in 0..w {
                let columns =
                    [column + right, column + right + 1].map(|c| c.saturating_sub(1).min(w - 1) * 3);
                for channel in 0..3 {
                    let at = |r: usize, c: usize| from[rows[r] + columns[c] + channel];
                    self.light[(row * w + column) * 3 + channel] = at(0, 0) * weights[0]
                        + at(0, 1) * weights[1]
                        + at(1, 0) * weights[2]
                        + at(1, 1) * weights[3];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        for subject in [Subject::Smoke(0.5), Subject::Confuser(Confuser::Rain)] {
            let (mut a, mut b) = (Clip::new(subject, 5), Clip::new(subject, 5));
            let last = a.frames() - 1;
            assert_eq!(a.truth(), b.truth());
            // The order in which frames are asked for does not matter.
            let first = b.frame(0).unwrap().jpeg;
            assert_eq!(a.frame(last).unwrap().jpeg, b.frame(last).unwrap().jpeg);
            assert_eq!(a.frame(0).unwrap().jpeg, first);
        }
        let other = Clip::new(Subject::Smoke(0.5), 6).frame(0).unwrap().jpeg;
        assert_ne!(Clip::new(Subject::Smoke(0.5), 5).frame(0).unwrap().jpeg, other);
    }

    #[test]
    fn the_truth_is_near_what_was_asked_and_the_core_is_seen() {
        for seed in 0..12 {
            let clip = Clip::new(Subject::Smoke(0.6), seed);
            let truth = clip.truth().unwrap();
            assert!((truth - 0.6).abs() < 0.05, "seed {seed}: {truth}");
            assert!(clip.core_frames() >= LEAST_FRAMES, "seed {seed}: {} frames", clip.core_frames());
        }
    }
}
