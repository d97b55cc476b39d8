//! The vehicle itself: what is solid in the window. Smoke is looked for outside of it, and outside of the strip around
//! it where the shadow lies that every vehicle stands in.

use super::maps::Maps;
use super::plane::Marks;

/// Fewest pixels of a body.
const LEAST: usize = 60;
/// Width of the strip, of the body's shorter side: 0.3 m beside a lorry 2.5 m wide. Shadow lies on the ground: from
/// [`GROUND`] of the body's height down; above that the strip is [`THIN`] pixels, for the blur of edges.
const STRIP: f32 = 0.12;
const GROUND: f32 = 0.55;
const THIN: usize = 3;

/// Of nine pixels, the share that is solid in a thin line.
const LINE: f32 = 0.5;
/// Share of clear road from which what lines close in is open.
const OPEN: f32 = 0.15;
/// Of the largest solid part, the size from which another part belongs to the vehicle.
const PIECE: f32 = 0.15;
/// Pixels around the area followed in which the body may still be.
const MARGIN: f32 = 6.0;

/// A vehicle's silhouette in a window.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// Its silhouette.
    pub(super) outline: Marks,
    /// Silhouette and the half of the strip that lies next to it.
    pub(super) beside: Marks,
    /// Silhouette and strip.
    pub(super) zone: Marks,
    /// Its bounds in the still's pixels: x, y, width, height.
    pub(super) bounds: [f32; 4],
}

impl Body {
    /// What is solid within `area` (the still's pixels), if anything is.
    pub(super) fn of(maps: &Maps, area: [f32; 4]) -> Option<Self> {
        let (w, h) = (maps.window.width, maps.window.height);
        let inside = |at: &&usize| {
            let (x, y) = ((maps.window.x + **at % w) as f32, (maps.window.y + **at / w) as f32);
            let [left, top, width, height] = area;
            (left - MARGIN..left + width + MARGIN).contains(&x)
                && (top - MARGIN..top + height + MARGIN).contains(&y)
        };
        let firm = Marks::from_fn(w, h, |at| maps.firm.set[at] && !maps.clear.set[at]);
        // What is followed may be a part of the vehicle only: solid things that reach into it belong to it.
        let reaching =
            |part: &Vec<usize>| part.iter().filter(inside).count() >= LEAST.min(part.len() / 4).max(1);
        let closed = firm.dense(1, LINE).grown(2);
        let all = closed.parts(LEAST);
        let parts: Vec<&Vec<usize>> = all.iter().filter(|part| reaching(part)).collect();
        let largest = parts.iter().map(|part| part.len()).max()?;
        let mut outline = Marks::from_fn(w, h, |_| false);
        // A smooth panel falls apart into its edges; what is small beside the largest part may be anything.
        for part in parts.iter().filter(|part| part.len() as f32 >= PIECE * largest as f32) {
            part.iter().for_each(|at| outline.set[*at] = true);
        }
        let (hull, holes) = (outline.filled(), outline.closed_in(&maps.clear, OPEN));
        let outline = Marks::from_fn(w, h, |at| hull.set[at] || holes.set[at]);
        // Other solid things, another vehicle's, are no smoke either.
        let mut others = Marks::from_fn(w, h, |_| false);
        let large = all.iter().filter(|part| part.len() as f32 >= PIECE * largest as f32);
        large.flatten().for_each(|at| others.set[*at] = true);
        let [left, top, right, low] = span(&outline)?;
        let size = (right - left).min(low - top) as f32;
        let wide = outline.grown((STRIP * size).round().max(THIN as f32) as usize);
        let thin = outline.grown(THIN);
        let beside = outline.grown((STRIP * size / 2.0).round().max(THIN as f32) as usize);
        let ground = top + ((low - top) as f32 * GROUND) as usize;
        let zone =
            Marks::from_fn(w, h, |at| thin.set[at] || others.set[at] || (wide.set[at] && at / w >= ground));
        let bounds = [
            (maps.window.x + left) as f32,
            (maps.window.y + top) as f32,
            (right - left) as f32,
            (low - top) as f32,
        ];
        Some(Self { outline, beside, zone, bounds })
    }
}

/// Left, top, right and low end of the marks; the latter two exclusive.
pub(super) fn span(marks: &Marks) -> Option<[usize; 4]> {
    let mut span = [usize::MAX, usize::MAX, 0, 0];
    for at in (0..marks.set.len()).filter(|at| marks.set[*at]) {
        let (x, y) = (at % marks.width, at / marks.width);
        span = [span[0].min(x), span[1].min(y), span[2].max(x + 1), span[3].max(y + 1)];
    }
    (span[2] > 0).then_some(span)
}
