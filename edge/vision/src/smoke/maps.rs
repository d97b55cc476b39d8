//! One frame against the backdrop, pixel by pixel, in a window around the vehicle: how much light is taken, where that
//! changes abruptly, and where the backdrop's texture does not show through.

use super::backdrop::Backdrop;
use super::linear::{Curve, Still};
use super::plane::{Marks, Plane};

/// Opacity from which a place counts as veiled.
pub(super) const FAINT: f32 = 0.05;
/// Difference from the backdrop up to which a place counts as clear.
const CLEAR: f32 = 0.045;
/// Linear light of the backdrop below which a place cannot tell.
const DARK: f32 = 0.022;
/// Linear light added to both sides of a ratio, so that black on black is even.
const FLOOR: f32 = 0.003;
/// Of the range within nine pixels, the share that changes from one pixel to the next at an abrupt edge. An edge of
/// one pixel comes out at 0.28 after the smoothing, a ramp across the nine at 0.12.
const ABRUPT: f32 = 0.23;
/// Least range at which an edge is looked for.
const EDGE: f32 = 0.10;
/// Pixels by which a camera may tremble.
const TREMBLE: f32 = 0.35;

/// Usual distances of the backdrop's samples by which a place may differ from it by itself.
const RESTLESS: f32 = 1.5;

/// Change that a place makes by itself, of its own code, from which no veil over it can be seen: leaves in the wind.
const MOVES_ITSELF: f32 = 0.15;

/// A window of a still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Window {
    /// An area grown by `share` of its size on each side and cut to the still; `None` if nothing is left.
    pub(super) fn around(area: [f32; 4], share: f32, still: (usize, usize)) -> Option<Self> {
        let [x, y, w, h] = area;
        if !area.iter().all(|v| v.is_finite()) {
            return None;
        }
        let span = |from: f32, size: f32, end: usize| {
            let grow = share * w.max(h);
            let low = (from - grow).clamp(0.0, end as f32) as usize;
            let high = (from + size + grow).clamp(0.0, end as f32) as usize;
            (low, high.saturating_sub(low))
        };
        let ((x, width), (y, height)) = (span(x, w, still.0), span(y, h, still.1));
        (width >= 12 && height >= 12).then_some(Self { x, y, width, height })
    }

    /// The still's index of one of the window's.
    pub(super) fn whole(&self, at: usize, still_width: usize) -> usize {
        (self.y + at / self.width) * still_width + self.x + at % self.width
    }
}

/// What one frame shows in a window.
#[derive(Clone, Debug)]
pub(super) struct Maps {
    pub(super) window: Window,
    /// Frame's light, and the backdrop's at the frame's exposure, linear.
    pub(super) now: Plane,
    pub(super) behind: Plane,
    /// Share of the light that is taken, smoothed over five pixels; negative where there is more.
    pub(super) opacity: Plane,
    /// Clearly darker, changing softly, with the backdrop showing through.
    pub(super) veiled: Marks,
    /// The same, lighter.
    pub(super) lit: Marks,
    /// As the backdrop is.
    pub(super) clear: Marks,
    /// Changes abruptly, or has a texture of its own.
    pub(super) solid: Marks,
    /// Places that can tell nothing.
    pub(super) blind: Marks,
}

impl Maps {
    pub(super) fn of(still: &Still, backdrop: &Backdrop, gain: f32, window: Window, curve: &Curve) -> Self {
        let (w, h) = (window.width, window.height);
        let whole = |at: usize| window.whole(at, still.width);
        let now = Plane::from_fn(w, h, |at| curve.luminance(still.codes(whole(at))));
        let behind = Plane::from_fn(w, h, |at| backdrop.light[whole(at)] * gain);
        let ratio =
            Plane::from_fn(w, h, |at| ((now.values[at] + FLOOR) / (behind.values[at] + FLOOR)).min(4.0));
        let fine = ratio.blurred(1);
        let smooth = fine.blurred(2);
        let opacity = Plane::from_fn(w, h, |at| 1.0 - smooth.values[at]);
        let rough = roughness(still, backdrop, gain, &window);
        let (range, slope) = (fine.range(4), fine.slope());
        let blind = Marks::from_fn(w, h, |at| !backdrop.known[whole(at)] || behind.values[at] < DARK);
        // Where the backdrop itself has an edge, trembling makes one too.
        let marked = Plane::from_fn(w, h, |at| backdrop.edge[whole(at)]).blurred(1);
        let restless = Plane::from_fn(w, h, |at| backdrop.spread[whole(at)]).blurred(2);
        let abrupt = |at: usize| {
            let trembling = TREMBLE * marked.values[at] + restless.values[at];
            let least = EDGE.max(2.0 * 2.2 * trembling / (backdrop.code[whole(at)] + 4.0));
            range.values[at] > least && slope.values[at] > ABRUPT * range.values[at]
        };
        let solid = Marks::from_fn(w, h, |at| rough.set[at] || abrupt(at));
        // What trembling and leaves make of a place by themselves is no veil.
        let own = |at: usize| {
            1.5 * (TREMBLE * marked.values[at] + restless.values[at]) / (backdrop.code[whole(at)] + 4.0)
        };
        let tells = |at: usize| !solid.set[at] && !blind.set[at] && own(at) < MOVES_ITSELF;
        let veiled = Marks::from_fn(w, h, |at| opacity.values[at] > FAINT.max(own(at)) && tells(at));
        let lit = Marks::from_fn(w, h, |at| -opacity.values[at] > FAINT.max(own(at)) && tells(at));
        let clear = Marks::from_fn(w, h, |at| opacity.values[at].abs() < CLEAR && !solid.set[at]);
        Self { window, now, behind, opacity, veiled, lit, clear, solid, blind }
    }
}

/// Where the frame has a texture that is not the backdrop's seen through something smooth. In codes, because
/// there the noise of a sensor and of compression is about the same in light and dark.
fn roughness(still: &Still, backdrop: &Backdrop, gain: f32, window: &Window) -> Marks {
    let (w, h) = (window.width, window.height);
    let whole = |at: usize| window.whole(at, still.width);
    let exposure = gain.powf(1.0 / 2.2);
    let now = Plane::from_fn(w, h, |at| {
        let [b, g, r] = still.codes(whole(at)).map(f32::from);
        0.0722 * b + 0.7152 * g + 0.2126 * r
    });
    let behind = Plane::from_fn(w, h, |at| backdrop.code[whole(at)] * exposure);
    let ratio =
        Plane::from_fn(w, h, |at| (now.values[at] + 4.0) / (behind.values[at] + 4.0)).blurred(1).blurred(2);
    let unexplained = Plane::from_fn(w, h, |at| {
        (now.values[at] + 4.0 - ratio.values[at] * (behind.values[at] + 4.0)).powi(2)
    })
    .blurred(2);
    let trembling = Plane::from_fn(w, h, |at| {
        let restless = TREMBLE * backdrop.edge[whole(at)] + RESTLESS * backdrop.spread[whole(at)];
        (restless * ratio.values[at].min(1.5)).powi(2)
    })
    .blurred(2);
    // The quieter third of the window is backdrop or plume: its noise is the frame's.
    let mut quiet = unexplained.values.clone();
    let third = quiet.len() / 3;
    let noise = if quiet.is_empty() { 1.0 } else { *quiet.select_nth_unstable_by(third, f32::total_cmp).1 };
    let noise = noise.clamp(0.7, 30.0);
    Marks::from_fn(w, h, |at| {
        let taken = (1.0 - ratio.values[at]).max(0.0);
        // A plume's own unevenness, as a share of what it takes.
        let uneven = (0.05 * taken * behind.values[at]).powi(2);
        unexplained.values[at] > 6.0 * noise + trembling.values[at] + uneven
    })
}
