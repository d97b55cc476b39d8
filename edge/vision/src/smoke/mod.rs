//! Exhaust smoke behind one vehicle: where the plume is, and how much light it takes.
//!
//! A plume is soft, darkens what is behind it and shows it through: [`plume`] looks for that against the
//! background; [`opacity`] gives the figure by the contrast model in *linear* luminance (STANDARDS.md 9).
//! [`LEAST_HITS`] frames make an observation. First version: what it cannot measure it calls unmeasurable;
//! soft shadows and dark smooth loads are told from smoke by their rims only.

pub mod linear;
pub mod opacity;
mod plume;

use opencv::core::Rect;
use plumewatch_shared::passage::{SmokeObservation, SmokeOutcome, UnmeasurableReason};
use plumewatch_shared::time::Moment;
use plumewatch_shared::units::{CameraOpacity, Opacity, RingelmannLevel};

use crate::picture::Picture;
use crate::plates::reader::per_mille;
use crate::track::background::Seen;
use opacity::Estimate;

/// Frames with a plume that make an observation.
pub const LEAST_HITS: usize = 3;
/// Hits kept for the figure; a vehicle is rarely in sight for longer.
const MAX_HITS: usize = 200;
/// Mean linear luminance (0 to 1) of the background below which it is night.
const NIGHT: f32 = 0.012;
/// Spread of the hits' opacity, as half the interquartile range, above which no figure is given.
const UNSTABLE: f32 = 0.16;
/// Opacity below which a darkening is not called smoke: noise and shadows.
pub const FAINTEST: f32 = 0.07;

/// One frame with a plume.
#[derive(Clone, Copy, Debug)]
struct Hit {
    at: Moment,
    estimate: Estimate,
}

/// Collects the hits of one vehicle.
#[derive(Debug, Default)]
pub struct SmokeMeter {
    hits: Vec<Hit>,
    /// Plumes seen while the background was not settled, and while it was too dark.
    without_background: u32,
    at_night: u32,
    first: Option<Moment>,
    last: Option<Moment>,
    best: Option<(f32, Picture)>,
}

/// What a vehicle's frames come to.
#[derive(Clone, Debug)]
pub struct SmokeSummary {
    /// The observation, with at least [`LEAST_HITS`].
    pub observation: Option<SmokeObservation>,
    /// The plume, close, from its clearest frame.
    pub picture: Option<Picture>,
}

impl SmokeMeter {
    /// A meter without hits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks around the vehicle at `area` (full pixels) of a frame.
    pub(crate) fn on_frame(
        &mut self,
        seen: &Seen,
        area: Rect,
        full: &Picture,
        at: Moment,
    ) -> opencv::Result<()> {
        let Some(background) = &seen.background else {
            self.without_background += 1;
            return Ok(());
        };
        let behind = linear::luminance(background)?;
        if linear::mean(&behind) < NIGHT {
            self.at_night += 1;
            return Ok(());
        }
        let now = linear::luminance(&seen.frame)?;
        let shrink = |v: i32| (v as f32 / seen.scale) as i32;
        let near = Rect::new(shrink(area.x), shrink(area.y), shrink(area.width), shrink(area.height));
        let Some(plume) = plume::find(&now, &behind, near) else { return Ok(()) };
        let Some(estimate) = opacity::estimate(&now, &behind, &plume.core) else { return Ok(()) };
        if estimate.opacity < FAINTEST || self.hits.len() >= MAX_HITS {
            return Ok(());
        }
        self.first.get_or_insert(at);
        self.last = Some(at);
        self.hits.push(Hit { at, estimate });
        let clear = estimate.opacity * (plume.core.len() as f32).sqrt();
        if self.best.as_ref().is_none_or(|(best, _)| clear > *best) {
            let grow = |v: i32| (v as f32 * seen.scale) as i32;
            let b = plume.bounds;
            let around = Rect::new(grow(b.x) - 20, grow(b.y) - 20, grow(b.width) + 40, grow(b.height) + 40);
            if let Some(part) = full.part(around)? {
                self.best = Some((clear, part));
            }
        }
        Ok(())
    }

    /// The observation and its picture.
    pub(crate) fn summary(self) -> opencv::Result<SmokeSummary> {
        Ok(SmokeSummary { observation: self.observation(), picture: self.best.map(|(_, picture)| picture) })
    }

    fn observation(&self) -> Option<SmokeObservation> {
        let (first, last) = (self.first?, self.last?);
        if self.hits.len() < LEAST_HITS {
            return None;
        }
        let made = |outcome| {
            let hits = self.hits.len() as u32;
            Some(SmokeObservation { first_seen: first.stamp, last_seen: last.stamp, hits, outcome })
        };
        if self.at_night as usize > self.hits.len() {
            return made(SmokeOutcome::Unmeasurable(UnmeasurableReason::Night));
        }
        if self.without_background as usize > self.hits.len() {
            return made(SmokeOutcome::Unmeasurable(UnmeasurableReason::NoBackground));
        }
        let mut values: Vec<f32> = self.hits.iter().map(|hit| hit.estimate.opacity).collect();
        values.sort_by(f32::total_cmp);
        let at = |share: f32| values[((values.len() - 1) as f32 * share).round() as usize];
        let spread = (at(0.75) - at(0.25)) / 2.0;
        if spread > UNSTABLE {
            return made(SmokeOutcome::Unmeasurable(UnmeasurableReason::Unstable));
        }
        let value = at(0.5);
        let own: f32 = self.hits.iter().map(|h| h.estimate.deviation).sum::<f32>() / self.hits.len() as f32;
        // 2.5 points stand for what no repetition shows: the curve of the camera and stray light.
        let deviation = (own.powi(2) + spread.powi(2) + 0.025_f32.powi(2)).sqrt();
        let hundredths = (value.clamp(0.0, 1.0) * 10_000.0).round() as u16;
        let opacity = Opacity::from_hundredths(hundredths)?;
        // More hits, and an opacity well above its own deviation, make smoke the better explanation.
        let many = 1.0 - 1.0 / (1.0 + self.hits.len() as f32 / 2.0);
        let clear = (value / (2.0 * deviation)).min(1.0);
        made(SmokeOutcome::Measured {
            opacity: CameraOpacity(opacity),
            uncertainty_hundredths: (deviation * 10_000.0).round().min(10_000.0) as u16,
            level: RingelmannLevel::nearest(opacity),
            confidence: per_mille(many * clear),
        })
    }

    /// Moments of the hits.
    pub fn hit_moments(&self) -> impl Iterator<Item = Moment> + '_ {
        self.hits.iter().map(|hit| hit.at)
    }
}
