//! The plume in one frame: a veil outside of the vehicle, near it, whose rim towards the clear road is soft.
//!
//! A shadow of the sun, a load, a tyre or another vehicle ends abruptly (only the rim of the whole counts: marks of the
//! road and specks inside it are none); what shadow has soft rims lies in
//! the strip around the vehicle that [`Body`] keeps out. What is bluer than the road is lit by the sky alone: shadow.

use super::backdrop::Backdrop;
use super::body::Body;
use super::figure::SOOT;
use super::linear::{Curve, Still};
use super::maps::Maps;
use super::plane::{Marks, Plane, neighbours};

/// Fewest pixels of a plume: of a still, one in 900.
const LEAST_SHARE: usize = 900;
/// Fewest pixels of a plume, of the vehicle's silhouette: specks beside a large vehicle are shadows of leaves.
const LEAST_OF_BODY: f32 = 0.035;
/// Of the rim towards the clear road, the share that must be soft.
const SOFT: f32 = 0.62;
/// How far from the vehicle shadow may lie, of its shorter side, and the share of a plume that lies further away.
const FAR: f32 = 0.25;
const LEFT: f32 = 0.15;
/// Of the whole rim, the share that must be soft and towards the clear road.
const FREE: f32 = 0.35;
/// Pixels by which the rim looked at lies outside of a veil, and of those around it the share that an edge takes.
const BAND: usize = 2;
const EDGED: f32 = 0.1;
/// Of a veil, one in so many pixels is a hole in it that is none of its rim.
const HOLE: usize = 5;
/// Opacity to which a soft rim has faded.
const FADED: f32 = 0.2;
/// Pixels from an abrupt edge within which clear road makes it a rim.
const RIM: usize = 5;
/// Furthest from the vehicle a plume begins, of the vehicle's longer side.
const NEAR: f32 = 0.6;
/// Blue's optical depth below red's, of the whole, from which a veil is the sky's light: shadow.
const BLUISH: f32 = 0.10;
/// Of a veil's pixels, the share that may be within a fifth of its densest depth: a shadow is even, a plume has a rim.
const EVEN: f32 = 0.80;
/// Of the grain that smoke of its depth would show, the share below which a veil hides what is behind it; compression
/// and trembling take some. Below this ratio too little would show.
const SHOWN: f32 = 0.5;
const HIDDEN_BELOW: f32 = 0.25;
/// Opacity from which a plume is followed into the strip along the vehicle.
const DENSE: f32 = 0.4;
/// Largest share of the still: more is a cloud's shadow.
const MOST_SHARE: f32 = 0.4;

/// A veil in one frame.
#[derive(Clone, Debug)]
pub(super) struct Region {
    /// Its pixels, the window's indices.
    pub(super) pixels: Vec<usize>,
    /// Of its rim towards the clear road, the soft share.
    pub(super) soft: f32,
    /// Its middle, weighted by opacity.
    pub(super) middle: [f32; 2],
}

/// Whether a darkening or a lightening is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Darker,
    Lighter,
}

/// The veil that may be this vehicle's plume, the one that takes most light; `None` if there is none.
pub(super) fn find(
    maps: &Maps,
    body: Option<&Body>,
    kind: Kind,
    still: &Still,
    backdrop: &Backdrop,
    curve: &Curve,
) -> Option<Region> {
    let (w, h) = (maps.window.width, maps.window.height);
    let of = if kind == Kind::Darker { &maps.veiled } else { &maps.lit };
    let kept_out = |at: usize| body.is_some_and(|body| body.zone.set[at]);
    let candidates = Marks::from_fn(w, h, |at| of.set[at] && !kept_out(at));
    let of_body = body.map_or(0, |body| (body.outline.count() as f32 * LEAST_OF_BODY) as usize);
    let least = (still.width * still.height / LEAST_SHARE).max(40).max(of_body);
    let near = body.map(|body| {
        let reach = NEAR * body.bounds[2].max(body.bounds[3]);
        body.outline.grown(reach.round() as usize)
    });
    let far = body.map(|body| {
        let size = body.bounds[2].min(body.bounds[3]);
        body.outline.grown((FAR * size).round() as usize)
    });
    let rim = Rim::of(maps, body);
    let grain = [&maps.now, &maps.behind].map(grain);
    let mut found: Option<(f32, Vec<usize>, f32)> = None;
    for part in candidates.parts(least) {
        if part.len() as f32 > MOST_SHARE * (still.width * still.height) as f32 {
            continue;
        }
        if near.as_ref().is_some_and(|near| !part.iter().any(|at| near.set[*at])) {
            continue;
        }
        // Shadow and reflection stay at the vehicle; smoke is left behind.
        let left_behind =
            |near: &Marks| part.iter().filter(|at| !near.set[**at]).count() as f32 > LEFT * part.len() as f32;
        if far.as_ref().is_some_and(|near| !left_behind(near)) {
            continue;
        }
        let soft = rim.soft(&part, &maps.opacity);
        let other = is_even(&part, maps)
            || hides(&part, maps, &grain)
            || (kind == Kind::Darker && bluish(&part, maps, &grain, still, backdrop, curve) > BLUISH);
        if soft < SOFT || other {
            continue;
        }
        let taken: f32 = part.iter().map(|at| maps.opacity.values[*at].abs()).sum();
        if found.as_ref().is_none_or(|(most, ..)| taken > *most) {
            found = Some((taken, part, soft));
        }
    }
    let (_, part, soft) = found?;
    let part = match body {
        Some(body) if kind == Kind::Darker && densest(&part, maps) > DENSE => to_the_pipe(part, maps, body),
        _ => part,
    };
    Some(region(part, soft, maps))
}

/// The opacity that one in sixteen of a part's pixels exceeds.
fn densest(part: &[usize], maps: &Maps) -> f32 {
    let mut taken: Vec<f32> = part.iter().map(|at| maps.opacity.values[*at]).collect();
    if taken.is_empty() {
        return 0.0;
    }
    let rank = taken.len() * 15 / 16;
    *taken.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// A dense plume with what of it lies in the outer half of the strip along the vehicle: there it is freshest, and the
/// vehicle's shadow, which takes a tenth there, adds little.
fn to_the_pipe(part: Vec<usize>, maps: &Maps, body: &Body) -> Vec<usize> {
    let (w, h) = (maps.window.width, maps.window.height);
    let mut whole =
        Marks::from_fn(w, h, |at| maps.veiled.set[at] && !body.beside.set[at] && body.zone.set[at]);
    part.iter().for_each(|at| whole.set[*at] = true);
    whole.parts(part.len()).into_iter().find(|whole| whole.contains(&part[0])).unwrap_or(part)
}

/// What is finer than five pixels in a picture.
fn grain(light: &Plane) -> Plane {
    let coarse = light.blurred(2);
    Plane::from_fn(light.width, light.height, |at| light.values[at] - coarse.values[at])
}

/// The largest share of the backdrop's grain that the part may show, two errors above what it seems to; `None` where the
/// backdrop has none.
fn shown(part: &[usize], now: &Plane, behind: &Plane) -> Option<f32> {
    let sum = |of: &dyn Fn(usize) -> f32| part.iter().map(|at| of(*at)).sum::<f32>();
    let square = sum(&|at| behind.values[at].powi(2));
    if square <= 0.0 {
        return None;
    }
    let slope = sum(&|at| now.values[at] * behind.values[at]) / square;
    let rest = sum(&|at| (now.values[at] - slope * behind.values[at]).powi(2)) / part.len() as f32;
    // Neighbours share blur: two in five count.
    Some(slope + 2.0 * (2.5 * rest / square).sqrt())
}

/// Does the part hide the backdrop's grain, where smoke of its depth would show it? Then it is a smooth solid thing.
fn hides(part: &[usize], maps: &Maps, [now, behind]: &[Plane; 2]) -> bool {
    let sum = |of: &dyn Fn(usize) -> f32| part.iter().map(|at| of(*at)).sum::<f32>();
    let ratio = sum(&|at| maps.now.values[at]) / sum(&|at| maps.behind.values[at]).max(1e-6);
    if ratio < HIDDEN_BELOW {
        return false;
    }
    // Soot's own light makes the ratio larger than what is let through.
    shown(part, now, behind).is_some_and(|most| {
        most < SHOWN * least(ratio, sum(&|at| maps.behind.values[at]) / part.len() as f32, maps.soot)
    })
}

/// The least share of a background that is let through at this ratio, if soot sends as much light as it can.
fn least(ratio: f32, behind: f32, soot: f32) -> f32 {
    if behind <= soot { 0.0 } else { ((ratio * behind - soot) / (behind - soot)).max(0.0) }
}

/// Is nearly all of it equally deep?
fn is_even(part: &[usize], maps: &Maps) -> bool {
    let depth = |at: &usize| (1.0 - maps.opacity.values[*at]).max(0.02).ln().abs();
    let mut depths: Vec<f32> = part.iter().map(depth).collect();
    if depths.is_empty() {
        return true;
    }
    let rank = (depths.len() - 1) * 9 / 10;
    let deep = *depths.select_nth_unstable_by(rank, f32::total_cmp).1;
    depths.iter().filter(|depth| **depth > 0.8 * deep).count() as f32 > EVEN * depths.len() as f32
}

/// What lies beyond the rim of a veil.
struct Rim {
    /// The vehicle and its strip, and what can tell nothing: neither for nor against.
    contact: Marks,
    /// Abrupt edges with clear road beside them.
    hard: Marks,
    /// Abrupt edges between other things.
    other: Marks,
}

impl Rim {
    fn of(maps: &Maps, body: Option<&Body>) -> Self {
        let (w, h) = (maps.window.width, maps.window.height);
        let clear = maps.clear.dense(1, 0.6).grown(RIM);
        let contact =
            Marks::from_fn(w, h, |at| maps.blind.set[at] || body.is_some_and(|body| body.zone.set[at]));
        // Seen from a rim that lies a few pixels out.
        let near = |set: &dyn Fn(usize) -> bool| Marks::from_fn(w, h, set).dense(BAND + 1, EDGED);
        let hard = near(&|at| maps.firm.set[at] && clear.set[at]);
        let other = near(&|at| maps.firm.set[at] && !clear.set[at]);
        Self { contact, hard, other }
    }

    /// The soft share of a part's rim towards the clear road; 0 if too much of its rim touches other things. The rim is
    /// that of the whole: marks of the road and specks inside are none.
    fn soft(&self, part: &[usize], opacity: &Plane) -> f32 {
        let (w, h) = (opacity.width, opacity.height);
        let mut whole = Marks::from_fn(w, h, |_| false);
        part.iter().for_each(|at| whole.set[*at] = true);
        let mut whole = whole.grown(BAND);
        for hole in Marks::from_fn(w, h, |at| !whole.set[at]).parts(1) {
            if hole.len() * HOLE < part.len() {
                hole.iter().for_each(|at| whole.set[*at] = true);
            }
        }
        let (mut soft, mut hard, mut touching) = (0_u32, 0_u32, 0_u32);
        for at in (0..w * h).filter(|at| whole.set[*at]) {
            for next in neighbours(at, w, h).filter(|next| !whole.set[*next]) {
                if self.contact.set[next] || self.other.set[next] {
                    touching += 1;
                } else if self.hard.set[next] {
                    hard += 1;
                } else if opacity.values[next].abs() < FADED {
                    soft += 1;
                } else {
                    touching += 1;
                }
            }
        }
        // What is closed in by other things is a panel of the vehicle.
        if (soft as f32) < FREE * (soft + hard + touching) as f32 {
            return 0.0;
        }
        soft as f32 / (soft + hard).max(8) as f32
    }
}

fn region(pixels: Vec<usize>, soft: f32, maps: &Maps) -> Region {
    let w = maps.window.width;
    let (mut weight, mut middle) = (0.0_f32, [0.0_f32; 2]);
    for &at in &pixels {
        let taken = maps.opacity.values[at].abs();
        weight += taken;
        middle[0] += taken * (maps.window.x + at % w) as f32;
        middle[1] += taken * (maps.window.y + at / w) as f32;
    }
    Region { soft, middle: middle.map(|sum| sum / weight.max(1e-6)), pixels }
}

/// By how much less blue is taken than red, of the optical depth; 0 where too little is taken to say.
fn bluish(
    part: &[usize],
    maps: &Maps,
    grain: &[Plane; 2],
    still: &Still,
    backdrop: &Backdrop,
    curve: &Curve,
) -> f32 {
    let (mut now, mut behind) = ([0.0_f32; 3], [0.0_f32; 3]);
    let mut all = [0.0_f32; 2];
    for &at in part.iter().filter(|at| maps.opacity.values[**at] > 0.12) {
        let whole = maps.window.whole(at, still.width);
        let (seen, bare) = (still.codes(whole), backdrop.still.codes(whole));
        for channel in 0..3 {
            now[channel] += curve.light(seen[channel]);
            behind[channel] += curve.light(bare[channel]);
        }
        all[0] += maps.now.values[at];
        all[1] += maps.behind.values[at];
    }
    if all[0] <= 0.0 || all[1] <= all[0] || now.iter().chain(&behind).any(|light| *light <= 0.0) {
        return 0.0;
    }
    let depth = (all[1] / all[0]).ln();
    // Soot sends grey light of its own, which lifts what the backdrop shows least of: blue before leaves.
    let scene = maps.behind.values.iter().sum::<f32>() / maps.behind.values.len().max(1) as f32;
    let count = part.iter().filter(|at| maps.opacity.values[**at] > 0.12).count() as f32;
    let known = SOOT * (scene * count * all[1]).sqrt() * (1.0 - all[0] / all[1]);
    // Grain that is lost is the soot's light over it; a shadow loses none.
    let through = shown(part, &grain[0], &grain[1]).unwrap_or(1.0);
    let lost = (all[0] - through * all[1]).min(maps.soot * count * (1.0 - through));
    let own = known.max(lost);
    let kept = |channel: usize| ((now[channel] - own).max(0.3 * now[channel]) / behind[channel]).ln();
    if depth < 0.1 { 0.0 } else { (kept(0) - kept(2)) / depth }
}
