//! Exhaust smoke behind one vehicle: where the plume is, and how much light it takes.
//!
//! Frames are kept while the vehicle is in sight ([`film`]) and judged when it has left, because only then the road
//! behind it is known for sure ([`backdrop`]). Each frame is brought to the backdrop's exposure ([`gain`]) and the camera's
//! swing is undone ([`steady`]); [`maps`] say what it takes of the light; [`body`] finds the vehicle; [`region`] what is soft, darker, shows the road through and
//! trails the vehicle; [`transmittance`] gives the figure of its densest part in *linear* light (STANDARDS.md 9);
//! [`persistence`] asks whether the frames tell one story; [`figure`] combines them. [`LEAST_HITS`] frames make an
//! observation. What cannot be measured is called unmeasurable, with the reason.

pub mod backdrop;
mod body;
pub mod figure;
pub mod film;
pub(crate) mod gain;
pub mod linear;
mod maps;
mod panel;
mod persistence;
mod plane;
mod region;
mod steady;
mod transmittance;

use std::sync::Arc;

use plumewatch_shared::passage::{SmokeObservation, SmokeOutcome, UnmeasurableReason};
use plumewatch_shared::time::Moment;

use crate::picture::Picture;
use backdrop::Backdrop;
use body::Body;
use film::{Film, Shot};
use linear::{Curve, Still};
use maps::{Maps, Window};
use persistence::Sight;
use region::{Kind, find};

/// Frames with a plume that make an observation.
pub const LEAST_HITS: usize = 3;
/// Mean linear light (0 to 1) of the backdrop below which it is night.
const NIGHT: f32 = 0.012;
/// Change of exposure and light within one vehicle's frames, a factor, above which nothing is measured: a cloud's
/// shadow is passing.
const CHANGING: f32 = 1.35;
/// The window looked at, of the vehicle's longer side, on each side of it.
const AROUND: f32 = 0.7;

/// Collects the frames of one vehicle.
#[derive(Debug, Default)]
pub struct SmokeMeter {
    film: Film,
}

/// What a vehicle's frames come to.
#[derive(Clone, Debug, Default)]
pub struct SmokeSummary {
    /// The observation, with at least [`LEAST_HITS`].
    pub observation: Option<SmokeObservation>,
    /// Its clearest frame as seen, the backdrop, and the light let through, side by side, with the figure.
    pub picture: Option<Picture>,
    /// Frames judged, and those of them in which something solid was there.
    pub frames: usize,
    /// Frames in which something solid was there: a vehicle, not a veil alone.
    pub solid: usize,
}

impl SmokeSummary {
    /// Nothing solid was there in most of the frames.
    pub(crate) fn is_veil_alone(&self) -> bool {
        self.frames >= LEAST_HITS && self.solid * 3 < self.frames
    }
}

impl SmokeMeter {
    /// A meter without frames.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a frame in which the vehicle is at `area` (the still's pixels: x, y, width, height).
    pub fn on_frame(&mut self, still: &Arc<Still>, area: [f32; 4], at: Moment) {
        self.film.take(Shot { still: still.clone(), area, at });
    }

    /// Judges the frames against the backdrop.
    pub fn summary(&self, backdrop: Option<&Backdrop>) -> opencv::Result<SmokeSummary> {
        let shots = &self.film.shots;
        let (Some(first), Some(last)) = (shots.first(), shots.last()) else {
            return Ok(SmokeSummary::default());
        };
        let frames = shots.len();
        // Nothing was measured, and that is the observation: the frames looked at are its hits.
        let unmeasurable = |reason| SmokeSummary {
            observation: (frames >= LEAST_HITS).then_some(SmokeObservation {
                first_seen: first.at.stamp,
                last_seen: last.at.stamp,
                hits: frames as u32,
                outcome: SmokeOutcome::Unmeasurable(reason),
            }),
            picture: None,
            frames,
            solid: frames,
        };
        let Some(backdrop) = backdrop.filter(|backdrop| {
            (backdrop.still.width, backdrop.still.height) == (first.still.width, first.still.height)
        }) else {
            return Ok(unmeasurable(UnmeasurableReason::NoBackground));
        };
        if backdrop.mean_light() < NIGHT {
            return Ok(unmeasurable(UnmeasurableReason::Night));
        }
        let curve = Curve::new();
        let gains = gains(shots, backdrop, &curve);
        let looked: Vec<Look> =
            shots.iter().zip(&gains).filter_map(|(shot, gain)| look(shot, *gain, backdrop, &curve)).collect();
        if looked.iter().filter(|look| look.blind > 0.6).count() * 2 > looked.len() {
            return Ok(unmeasurable(UnmeasurableReason::NoBackground));
        }
        let (darkest, lightest) = gains
            .iter()
            .fold((f32::INFINITY, 0.0_f32), |(low, high), gain| (low.min(*gain), high.max(*gain)));
        if lightest > CHANGING * darkest {
            return Ok(unmeasurable(UnmeasurableReason::ChangingLight));
        }
        let solid = looked.iter().filter(|look| look.sight.body.is_some()).count();
        let darker = persistence::story(looked.iter().map(|look| &look.sight), Kind::Darker);
        let summary = SmokeSummary { frames, solid, ..SmokeSummary::default() };
        if darker.len() >= LEAST_HITS {
            return measured(&darker, &looked, shots, backdrop, summary);
        }
        let lighter = persistence::story(looked.iter().map(|look| &look.sight), Kind::Lighter);
        if let (Some(first), Some(last)) = (lighter.first(), lighter.last())
            && lighter.len() >= LEAST_HITS
        {
            let observation = Some(SmokeObservation {
                first_seen: first.at.stamp,
                last_seen: last.at.stamp,
                hits: lighter.len() as u32,
                outcome: SmokeOutcome::Unmeasurable(UnmeasurableReason::WhitePlume),
            });
            return Ok(SmokeSummary { observation, ..summary });
        }
        Ok(summary)
    }
}

/// One frame, judged.
struct Look {
    sight: Sight,
    maps: Maps,
    /// Share of the window that can tell nothing.
    blind: f32,
}

/// Each frame's exposure, of the backdrop's, by what is beside the vehicle; a frame that a vehicle fills has that of the
/// others in the middle.
fn gains(shots: &[Shot], backdrop: &Backdrop, curve: &Curve) -> Vec<f32> {
    let told: Vec<Option<f32>> =
        shots.iter().map(|shot| gain::outside(&shot.still, &backdrop.still, curve, shot.area)).collect();
    let mut known: Vec<f32> = told.iter().flatten().copied().collect();
    known.sort_by(f32::total_cmp);
    let middle = known.get(known.len() / 2).copied().unwrap_or(1.0);
    told.into_iter().map(|gain| gain.unwrap_or(middle)).collect()
}

fn look(shot: &Shot, gain: f32, backdrop: &Backdrop, curve: &Curve) -> Option<Look> {
    let still = &*shot.still;
    let size = (still.width, still.height);
    if size != (backdrop.still.width, backdrop.still.height) {
        return None;
    }
    let window = Window::around(shot.area, AROUND, size)?;
    let [x, y, width, height] = shot.area;
    let beside = |column: usize, row: usize| {
        let (column, row) = (column as f32, row as f32);
        column < x || column > x + width || row < y || row > y + height
    };
    let swing = steady::swing(still, &backdrop.still, gain.powf(1.0 / 2.2), beside);
    let maps = Maps::of(still, backdrop, gain, swing, window, curve);
    let body = Body::of(&maps, shot.area);
    let darker = find(&maps, body.as_ref(), Kind::Darker, still, backdrop, curve);
    let lighter = find(&maps, body.as_ref(), Kind::Lighter, still, backdrop, curve);
    let core = darker.as_ref().and_then(|region| transmittance::core(region, &maps));
    let blind = maps.blind.count() as f32 / maps.blind.set.len().max(1) as f32;
    let body = body.map(|body| body.bounds);
    let whole = body.is_some_and(|[x, _, width, _]| x > 2.0 && x + width < still.width as f32 - 2.0);
    let sight = Sight { at: shot.at, body, whole, darker, lighter, core };
    Some(Look { sight, maps, blind })
}

/// The observation and the picture of a story with enough frames.
fn measured(
    story: &[&Sight],
    looked: &[Look],
    shots: &[Shot],
    backdrop: &Backdrop,
    summary: SmokeSummary,
) -> opencv::Result<SmokeSummary> {
    let cores: Vec<_> = story.iter().filter_map(|sight| sight.core.as_ref()).collect();
    let softs = story.iter().filter_map(|sight| sight.darker.as_ref()).map(|region| region.soft);
    let soft = softs.sum::<f32>() / story.len().max(1) as f32;
    let (Some(figure), Some(first), Some(last)) = (figure::figure(&cores), story.first(), story.last())
    else {
        return Ok(summary);
    };
    if figure.opacity < figure::FAINTEST {
        return Ok(summary);
    }
    let before = looked.iter().filter(|look| look.sight.at.tick < first.at.tick).count();
    let way = before as f32 / looked.len().max(1) as f32;
    let observation = figure::outcome(&figure, story.len(), soft, way).map(|outcome| SmokeObservation {
        first_seen: first.at.stamp,
        last_seen: last.at.stamp,
        hits: story.len() as u32,
        outcome,
    });
    // The clearest frame: much smoke whose own figure is near the vehicle's.
    let clear = |sight: &Sight| {
        let core = sight.core.as_ref();
        core.map_or(0.0, |c| (c.pixels.len() as f32).sqrt() * (1.0 - c.ratio))
    };
    let best = story.iter().max_by(|a, b| clear(a).total_cmp(&clear(b)));
    let picture = match best.and_then(|best| {
        let shot = shots.iter().find(|shot| shot.at.tick == best.at.tick)?;
        let look = looked.iter().find(|look| look.sight.at.tick == best.at.tick)?;
        Some((shot, look))
    }) {
        Some((shot, look)) => {
            Some(panel::panel(&shot.still, backdrop, &look.maps, &look.sight, &figure, story.len())?)
        }
        None => None,
    };
    Ok(SmokeSummary { observation, picture, ..summary })
}
