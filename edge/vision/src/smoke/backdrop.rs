//! What stands behind everything that moves: the light each pixel has most of the time.
//!
//! A mean would mix vehicles and smoke into the road. Each pixel's value here is the middle of the narrowest half, and
//! of that half's narrowest half, and so on (the half-sample mode): what is seen again and again wins even where
//! it is seen less than half of the time, because vehicles and smoke differ from each other. Places where something
//! moves in a sample do not count in it, as long as others know them. Samples are brought to the newest one's exposure
//! first.

use std::collections::VecDeque;
use std::sync::Arc;

use plumewatch_shared::time::Moment;

use super::gain;
use super::linear::{Curve, Still, code};
use super::plane::Plane;
use super::steady;

/// Samples kept of each kind, empty road and whatever there is.
const KEPT: usize = 20;
/// Time between two samples of the empty road, and of whatever there is; milliseconds.
const EVERY_MS: [u128; 2] = [120, 250];
/// The same while there are fewer than [`FEW`]: a camera that has just begun may have a vehicle within a second.
const EARLY_MS: [u128; 2] = [35, 90];
const FEW: usize = 8;
/// Samples of the empty road that suffice alone.
const ENOUGH: usize = 6;
/// Fewest samples of whatever there is.
const LEAST: usize = 5;
/// Samples without anything moving there that are enough to know a place.
const UNDISTURBED: usize = 2;
/// Of a moving thing's size, how far around it a place may be disturbed: shadow, smoke.
const AROUND: f32 = 0.12;
/// Codes from the mode within which a sample shows the backdrop.
const NEAR: f32 = 7.0;

/// A still, and where something moves in it (x, y, width, height; the still's pixels).
#[derive(Clone, Debug)]
pub struct Sample {
    /// The still.
    pub still: Arc<Still>,
    /// What moves.
    pub movers: Vec<[f32; 4]>,
}

impl Sample {
    fn disturbed(&self) -> Vec<bool> {
        let (w, h) = (self.still.width, self.still.height);
        let mut marks = vec![false; w * h];
        for [x, y, width, height] in &self.movers {
            let around = AROUND * width.max(*height);
            let span = |from: f32, size: f32, end: usize| {
                let [low, high] =
                    [from - around, from + size + around].map(|v| v.clamp(0.0, end as f32) as usize);
                low..high
            };
            for row in span(*y, *height, h) {
                marks[row * w..(row + 1) * w][span(*x, *width, w)].fill(true);
            }
        }
        marks
    }
}

/// The backdrop at one time.
#[derive(Clone, Debug)]
pub struct Backdrop {
    /// Its picture.
    pub still: Still,
    /// Linear luminance, 0 to 1.
    pub light: Vec<f32>,
    /// The middle of it in the picture's lower half, what the road gives back; half of the whole's mean before a dark road.
    pub(super) ground: f32,
    /// The same as codes, 0 to 255.
    pub code: Vec<f32>,
    /// Whether enough samples agreed on the pixel.
    pub known: Vec<bool>,
    /// Change of code to the neighbours: what a trembling camera would make of it.
    pub edge: Vec<f32>,
    /// Linear light of blue, green and red, smoothed over five pixels.
    pub(super) tint: [Vec<f32>; 3],
    /// Distance from it that half of the undisturbed samples keep, codes: noise, leaves in the wind.
    pub spread: Vec<f32>,
}

impl Backdrop {
    /// From samples of one size; `None` with fewer than five.
    pub fn of(samples: &[Sample]) -> Option<Self> {
        let last = &*samples.last()?.still;
        let same = |s: &&Sample| (s.still.width, s.still.height) == (last.width, last.height);
        let (samples, disturbed): (Vec<&Still>, Vec<Vec<bool>>) =
            samples.iter().filter(same).map(|sample| (&*sample.still, sample.disturbed())).unzip();
        if samples.len() < LEAST {
            return None;
        }
        let curve = Curve::new();
        let factors: Vec<f32> = samples.iter().map(|s| 1.0 / gain::between(s, last, &curve)).collect();
        // A trembling camera would smear every edge of the road.
        let steadied: Vec<Option<Still>> = samples
            .iter()
            .zip(&factors)
            .zip(&disturbed)
            .map(|((sample, factor), marks)| {
                let counts = |x: usize, y: usize| !marks[y * last.width + x];
                let swing = steady::swing(sample, last, factor.recip().powf(1.0 / 2.2), counts);
                (swing != [0.0; 2]).then(|| steady::unswung(sample, swing))
            })
            .collect();
        let samples: Vec<&Still> =
            samples.iter().zip(&steadied).map(|(sample, steady)| steady.as_ref().unwrap_or(sample)).collect();
        // A table per sample: its codes at the last one's exposure.
        let tables: Vec<[f32; 256]> = factors
            .iter()
            .map(|factor| std::array::from_fn(|c| code(curve.light(c as u8) * factor)))
            .collect();
        let pixels = last.width * last.height;
        let mut still = Still { width: last.width, height: last.height, bgr: vec![0; pixels * 3] };
        let mut known = vec![false; pixels];
        let (mut spread, mut away) = (vec![1.0; pixels], Vec::new());
        let mut seen: Vec<(f32, [f32; 3])> = Vec::with_capacity(samples.len());
        for at in 0..pixels {
            let calm = disturbed.iter().filter(|marks| !marks[at]).count();
            let counts = |marks: &[bool]| calm < UNDISTURBED || !marks[at];
            seen.clear();
            let here = samples.iter().zip(&tables).zip(&disturbed).filter(|(_, marks)| counts(marks));
            seen.extend(here.map(|((sample, table), _)| {
                let bgr = sample.codes(at).map(|c| table[usize::from(c)]);
                (0.114 * bgr[0] + 0.587 * bgr[1] + 0.299 * bgr[2], bgr)
            }));
            seen.sort_by(|a, b| a.0.total_cmp(&b.0));
            let middle = mode(&seen);
            let near: Vec<&(f32, [f32; 3])> = seen.iter().filter(|s| (s.0 - middle).abs() <= NEAR).collect();
            let agree = if calm < UNDISTURBED { 3 } else { 1 };
            known[at] = near.len() >= agree && near.len() * 5 >= seen.len();
            if calm >= UNDISTURBED {
                away.clear();
                away.extend(seen.iter().map(|s| (s.0 - middle).abs()));
                let half = away.len() / 2;
                spread[at] = away.select_nth_unstable_by(half, f32::total_cmp).1.min(2.0 * NEAR);
            }
            for channel in 0..3 {
                let mean = near.iter().map(|s| s.1[channel]).sum::<f32>() / near.len().max(1) as f32;
                still.bgr[at * 3 + channel] = mean.round().clamp(0.0, 255.0) as u8;
            }
        }
        Some(Self::from_still(still, known, spread, &curve))
    }

    /// From a picture of it.
    pub fn from_still(still: Still, known: Vec<bool>, spread: Vec<f32>, curve: &Curve) -> Self {
        let pixels = still.width * still.height;
        let light: Vec<f32> = (0..pixels).map(|at| curve.luminance(still.codes(at))).collect();
        let codes: Vec<f32> = light.iter().map(|l| code(*l)).collect();
        let (w, h) = (still.width, still.height);
        let edge = Plane { width: w, height: h, values: codes.clone() }.slope().values;
        let tint = [0, 1, 2].map(|channel| {
            Plane::from_fn(w, h, |at| curve.light(still.codes(at)[channel])).blurred(2).values
        });
        let mut low = light[pixels / 2..].to_vec();
        let middle = low.len() / 2;
        let half = light.iter().sum::<f32>() / light.len().max(1) as f32 / 2.0;
        let ground = if low.is_empty() { 0.0 } else { *low.select_nth_unstable_by(middle, f32::total_cmp).1 };
        let ground = ground.max(half);
        Self { still, light, ground, code: codes, known, edge, tint, spread }
    }

    /// Mean linear luminance.
    pub fn mean_light(&self) -> f32 {
        self.light.iter().sum::<f32>() / self.light.len().max(1) as f32
    }
}

/// The half-sample mode of values in ascending order.
fn mode(sorted: &[(f32, [f32; 3])]) -> f32 {
    let mut part = sorted;
    while part.len() > 2 {
        let half = part.len().div_ceil(2);
        let width = |from: usize| part[from + half - 1].0 - part[from].0;
        let narrowest = (0..=part.len() - half).min_by(|a, b| width(*a).total_cmp(&width(*b))).unwrap_or(0);
        part = &part[narrowest..narrowest + half];
    }
    part.iter().map(|s| s.0).sum::<f32>() / part.len().max(1) as f32
}

/// Gathers samples as frames come, and keeps the latest backdrop. A camera that was moved is known again when the empty
/// road has been seen for some seconds; a vehicle so large that the scene seems to change takes nothing away.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    empty: VecDeque<Sample>,
    any: VecDeque<Sample>,
    last: [Option<Moment>; 2],
    made: Option<Arc<Backdrop>>,
    stale: bool,
    fixed: bool,
}

impl Sampler {
    /// One that knows the backdrop already, as of a recording looked through before.
    pub(crate) fn knowing(backdrop: Backdrop) -> Self {
        Self { made: Some(Arc::new(backdrop)), fixed: true, ..Self::default() }
    }

    /// Whether a still of a frame is wanted now.
    pub(crate) fn wants(&self, empty: bool, at: Moment) -> bool {
        !self.fixed && (self.due(1, at) || (empty && self.due(0, at)))
    }

    /// Is a sample of the empty road (0) or of whatever there is (1) due?
    fn due(&self, kind: usize, at: Moment) -> bool {
        let few = [&self.empty, &self.any][kind].len() < FEW;
        let every = if few { EARLY_MS[kind] } else { EVERY_MS[kind] };
        self.last[kind].is_none_or(|last| at.tick.since(last.tick).as_millis() >= every)
    }

    /// Takes a sample that was wanted.
    pub(crate) fn take(&mut self, sample: Sample, at: Moment) {
        if sample.movers.is_empty() {
            self.last[0] = Some(at);
            push(&mut self.empty, sample.clone());
        }
        if self.due(1, at) {
            self.last[1] = Some(at);
            push(&mut self.any, sample);
        }
        self.stale = true;
    }

    /// The backdrop as far as it is known.
    pub(crate) fn backdrop(&mut self) -> Option<Arc<Backdrop>> {
        if self.stale {
            self.stale = false;
            self.made = if self.empty.len() >= ENOUGH {
                Backdrop::of(self.empty.make_contiguous()).map(Arc::new)
            } else {
                let moving = self.any.iter().filter(|sample| !sample.movers.is_empty());
                let mut all: Vec<Sample> = moving.cloned().collect();
                all.extend(self.empty.iter().cloned());
                Backdrop::of(&all).map(Arc::new)
            };
        }
        self.made.clone()
    }
}

fn push(into: &mut VecDeque<Sample>, sample: Sample) {
    if into.len() >= KEPT {
        into.pop_front();
    }
    into.push_back(sample);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(value: u8) -> Sample {
        sample(Still { width: 8, height: 6, bgr: vec![value; 8 * 6 * 3] })
    }

    fn sample(still: Still) -> Sample {
        Sample { still: Arc::new(still), movers: Vec::new() }
    }

    /// Seen in three of eight samples, and still what is most often seen alike.
    #[test]
    fn what_is_seen_again_and_again_is_the_backdrop() {
        let mut samples = Vec::new();
        for value in [40, 200, 90, 120, 60] {
            let mut still = Still::clone(&flat(150).still);
            // Half of the picture is passed by things that differ; the other half keeps the exposure.
            for at in 0..24 {
                still.bgr[at * 3..at * 3 + 3].fill(value);
            }
            samples.push(sample(still));
        }
        samples.extend([flat(150), flat(150), flat(150)]);
        let backdrop = Backdrop::of(&samples).unwrap();
        assert!(backdrop.still.bgr.iter().all(|c| c.abs_diff(150) <= 1), "{:?}", &backdrop.still.bgr[..6]);
        assert!(backdrop.known.iter().all(|known| *known));
    }

    #[test]
    fn four_samples_are_too_few() {
        assert!(Backdrop::of(&[flat(1), flat(1), flat(1), flat(1)]).is_none());
    }
}
