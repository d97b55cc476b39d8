//! Whether the frames of a vehicle tell one story: a veil that trails the vehicle through at least some of its way.
//!
//! A shadow, a load, a wet road's reflection move rigidly with the vehicle and may lie before it; smoke stays behind.

use plumewatch_shared::time::Moment;

use super::region::{Kind, Region};
use super::transmittance::Core;

/// How far before the vehicle's middle, of its longer side, a veil's middle may lie on average.
const AHEAD: f32 = 0.25;
/// Way of the vehicle, of its longer side, from which it has a direction.
const MOVED: f32 = 0.15;
/// Least share of the frames between the first and the last hit that must be hits, and of all frames.
const STEADY: [f32; 2] = [0.5, 0.15];

/// One frame: where the vehicle is and what veils there are.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) at: Moment,
    pub(super) body: Option<[f32; 4]>,
    pub(super) darker: Option<Region>,
    pub(super) lighter: Option<Region>,
    pub(super) core: Option<Core>,
}

impl Sight {
    fn veil(&self, kind: Kind) -> Option<&Region> {
        match kind {
            Kind::Darker => self.core.as_ref().and(self.darker.as_ref()),
            Kind::Lighter => self.lighter.as_ref(),
        }
    }
}

/// The frames that tell of a plume; none if they do not fit together.
pub(super) fn story<'a>(sights: impl Iterator<Item = &'a Sight>, kind: Kind) -> Vec<&'a Sight> {
    let all: Vec<&Sight> = sights.collect();
    let hits: Vec<&Sight> = all.iter().copied().filter(|sight| sight.veil(kind).is_some()).collect();
    let (Some(first), Some(last)) = (hits.first(), hits.last()) else { return Vec::new() };
    let span = first.at.tick..=last.at.tick;
    let within = all.iter().filter(|sight| span.contains(&sight.at.tick)).count();
    let few = (hits.len() as f32) < (STEADY[0] * within as f32).max(STEADY[1] * all.len() as f32);
    // A veil without a vehicle is nobody's exhaust.
    let nobody = hits.iter().filter(|sight| sight.body.is_some()).count() * 2 < hits.len();
    if few || nobody || is_ahead(&all, &hits, kind) {
        return Vec::new();
    }
    hits
}

/// Does the veil go before the vehicle?
fn is_ahead(all: &[&Sight], hits: &[&Sight], kind: Kind) -> bool {
    let bodies: Vec<[f32; 4]> = all.iter().filter_map(|sight| sight.body).collect();
    let (Some(first), Some(last)) = (bodies.first(), bodies.last()) else { return false };
    let middle = |b: &[f32; 4]| [b[0] + b[2] / 2.0, b[1] + b[3] / 2.0];
    let (from, to) = (middle(first), middle(last));
    let way = [to[0] - from[0], to[1] - from[1]];
    let length = way[0].hypot(way[1]);
    let size = first[2].max(first[3]).min(last[2].max(last[3]));
    if length < MOVED * size || length <= 0.0 {
        return false;
    }
    let mut ahead = Vec::new();
    for sight in hits {
        if let (Some(body), Some(veil)) = (sight.body, sight.veil(kind)) {
            let at = middle(&body);
            let along = (veil.middle[0] - at[0]) * way[0] + (veil.middle[1] - at[1]) * way[1];
            ahead.push(along / length / body[2].max(body[3]).max(1.0));
        }
    }
    let mean = ahead.iter().sum::<f32>() / ahead.len().max(1) as f32;
    !ahead.is_empty() && mean > AHEAD
}
