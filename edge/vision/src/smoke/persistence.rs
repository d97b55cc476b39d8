//! Whether the frames of a vehicle tell one story: a veil that trails the vehicle through at least some of its way.
//!
//! A shadow, a load, a wet road's reflection move rigidly with the vehicle and may lie before it; smoke stays behind.

use plumewatch_shared::time::Moment;

use super::region::{Kind, Region};
use super::transmittance::Core;

/// How far before the vehicle's middle, of its width, a veil's middle may lie on average.
const AHEAD: f32 = 0.5;
/// Way of the vehicle across the picture, of its longer side, from which it has a direction.
const MOVED: f32 = 0.3;
/// Least share of the frames between the first and the last hit that must be hits, and of all frames.
const STEADY: [f32; 2] = [0.5, 0.21];

/// One frame: where the vehicle is and what veils there are.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) at: Moment,
    pub(super) body: Option<[f32; 4]>,
    /// The body does not touch the picture's sides.
    pub(super) whole: bool,
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
    let hits = steadiest(&all, kind);
    if (hits.len() as f32) < STEADY[1] * all.len() as f32 {
        return Vec::new();
    }
    // A veil without a vehicle is nobody's exhaust.
    let nobody = hits.iter().filter(|sight| sight.body.is_some()).count() * 2 < hits.len();
    if nobody || is_ahead(&hits, kind) {
        return Vec::new();
    }
    hits
}

/// The hits of the stretch that has most of them, of stretches at least half of whose frames are hits: a shadow seen once
/// while the vehicle comes in does not belong to what it leaves behind.
fn steadiest<'a>(all: &[&'a Sight], kind: Kind) -> Vec<&'a Sight> {
    let at: Vec<usize> = (0..all.len()).filter(|at| all[*at].veil(kind).is_some()).collect();
    let (mut from, mut to) = (0, 0);
    for first in 0..at.len() {
        for last in first..at.len() {
            let steady = (last - first + 1) as f32 >= STEADY[0] * (at[last] - at[first] + 1) as f32;
            if steady && last + 1 - first > to - from {
                (from, to) = (first, last + 1);
            }
        }
    }
    at[from..to].iter().map(|at| all[*at]).collect()
}

/// Does the veil go before a vehicle that crosses the picture? Only vehicles wholly in it tell: one that comes in or goes
/// out at a side has no middle. A vehicle that drives away moves little, and its smoke may rise.
fn is_ahead(hits: &[&Sight], kind: Kind) -> bool {
    let whole: Vec<(&Sight, [f32; 4])> =
        hits.iter().filter(|sight| sight.whole).filter_map(|sight| Some((*sight, sight.body?))).collect();
    let (Some((_, first)), Some((_, last))) = (whole.first(), whole.last()) else { return false };
    let middle = |b: &[f32; 4]| b[0] + b[2] / 2.0;
    let way = middle(last) - middle(first);
    if way.abs() < MOVED * first[2].max(first[3]) {
        return false;
    }
    let ahead = whole.iter().filter_map(|(sight, body)| {
        let veil = sight.veil(kind)?;
        Some((veil.middle[0] - middle(body)) * way.signum() / body[2].max(1.0))
    });
    let (sum, count) = ahead.fold((0.0, 0), |(sum, count), along| (sum + along, count + 1));
    count > 0 && sum / count as f32 > AHEAD
}
