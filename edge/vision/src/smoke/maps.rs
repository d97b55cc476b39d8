//! One frame against the backdrop, pixel by pixel, in a window around the vehicle: how much light is taken, where that
//! changes abruptly, and where the backdrop's texture does not show through.

use super::backdrop::Backdrop;
use super::linear::{self, Curve, Still};
use super::plane::{Marks, Plane};
use super::steady::Between;

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
/// Pixels by which the backdrop's edges may still lie beside the frame's when the camera's swing is undone.
const TREMBLE: f32 = 0.3;

/// Usual distances of the backdrop's samples by which a place may differ from it by itself.
const RESTLESS: f32 = 1.5;

/// Change that a place makes by itself, of its own code, from which no veil over it can be seen: leaves in the wind.
const MOVES_ITSELF: f32 = 0.15;

/// Slope of the backdrop, codes a pixel, from which an abrupt change there may be the backdrop's own.
const MARKED: f32 = 7.0;
/// The same from which an edge may be one that smoke hides.
const LOST: f32 = 4.0;
/// Light beyond the backdrop's from which a place is neither road nor smoke.
const BRIGHT: f32 = 0.08;
/// Light that soot sends itself at most, of the road's: it gives back up to 6 % of the light that falls on it, a road a
/// fifth.
const SOOT_MOST: f32 = 0.3;
/// By how much the shares of light that colours let through may differ under grey smoke: noise, a coder's coarse colour.
const COLOURED: f32 = 0.12;

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
    /// Light that soot may send itself at most.
    pub(super) soot: f32,
    /// Share of the light that is taken, smoothed over five pixels; negative where there is more.
    pub(super) opacity: Plane,
    /// Clearly darker, changing softly, with the backdrop showing through.
    pub(super) veiled: Marks,
    /// The same, lighter.
    pub(super) lit: Marks,
    /// As the backdrop is.
    pub(super) clear: Marks,
    /// Of these, what the backdrop's own edges do not explain, and what is lighter or of another colour than any smoke
    /// before this backdrop.
    pub(super) firm: Marks,
    /// Places that can tell nothing.
    pub(super) blind: Marks,
}

impl Maps {
    /// `swing`: where the frame's pixels are found in the backdrop, less their own places.
    pub(super) fn of(
        still: &Still,
        backdrop: &Backdrop,
        gain: f32,
        swing: [f32; 2],
        window: Window,
        curve: &Curve,
    ) -> Self {
        let (w, h) = (window.width, window.height);
        let whole = |at: usize| window.whole(at, still.width);
        let now = Plane::from_fn(w, h, |at| curve.luminance(still.codes(whole(at))));
        let size = (still.width, still.height);
        let seen = |of: &[f32]| {
            Plane::from_fn(w, h, |at| match swing {
                [0.0, 0.0] => of[whole(at)],
                swing => Between::of(whole(at), swing, size).read(|at| of[at]),
            })
        };
        let mut behind = seen(&backdrop.light);
        behind.values.iter_mut().for_each(|light| *light *= gain);
        let code = seen(&backdrop.code);
        let ratio =
            Plane::from_fn(w, h, |at| ((now.values[at] + FLOOR) / (behind.values[at] + FLOOR)).min(4.0));
        let fine = ratio.blurred(1);
        let smooth = fine.blurred(2);
        let opacity = Plane::from_fn(w, h, |at| 1.0 - smooth.values[at]);
        let rough = Roughness::of(still, backdrop, &code, gain, &window);
        let (range, slope) = (fine.range(4), fine.slope());
        let blind = Marks::from_fn(w, h, |at| !backdrop.known[whole(at)] || behind.values[at] < DARK);
        // Where the backdrop itself has an edge, trembling makes one too.
        let marked = Plane::from_fn(w, h, |at| backdrop.edge[whole(at)]).blurred(1);
        let restless = Plane::from_fn(w, h, |at| backdrop.spread[whole(at)]).blurred(2);
        let abrupt = |at: usize| {
            let trembling = TREMBLE * marked.values[at] + restless.values[at];
            let least = EDGE.max(2.0 * 2.2 * trembling / (backdrop.code[whole(at)] + 4.0));
            // Smoke hides a mark of the road more than the road: an edge that the frame has lost is none of its own.
            let lost = marked.values[at] >= LOST && rough.explained(at);
            range.values[at] > least && slope.values[at] > ABRUPT * range.values[at] && !lost
        };
        let solid = Marks::from_fn(w, h, |at| rough.is_rough(at) || abrupt(at));
        // What trembling and leaves make of a place by themselves is no veil.
        let own = |at: usize| {
            1.5 * (TREMBLE * marked.values[at] + restless.values[at]) / (backdrop.code[whole(at)] + 4.0)
        };
        let tells = |at: usize| !solid.set[at] && !blind.set[at] && own(at) < MOVES_ITSELF;
        let veiled = Marks::from_fn(w, h, |at| opacity.values[at] > FAINT.max(own(at)) && tells(at));
        let lit = Marks::from_fn(w, h, |at| -opacity.values[at] > FAINT.max(own(at)) && tells(at));
        let clear = Marks::from_fn(w, h, |at| opacity.values[at].abs() < CLEAR && !solid.set[at]);
        let coloured = coloured(still, backdrop, gain, &window, curve);
        let firm = Marks::from_fn(w, h, |at| {
            let abrupt =
                solid.set[at] && marked.values[at] < MARKED && opacity.values[at].abs() > CLEAR / 2.0;
            let bright = -opacity.values[at] > BRIGHT.max(own(at));
            abrupt || bright || (coloured.set[at] && own(at) < MOVES_ITSELF)
        });
        let soot = SOOT_MOST * gain * backdrop.ground;
        Self { window, now, behind, soot, opacity, veiled, lit, clear, firm, blind }
    }
}

/// How much of the frame's texture the contrast model leaves unexplained: around each place the frame is a share of the
/// backdrop and some light more, `T·backdrop + light`. T lies between the ratio of both, where the veil sends no light,
/// and what is left when it sends as much as soot can; a smooth panel shows less of the backdrop than that. In codes,
/// because there the noise of a sensor and of compression is about the same in light and dark.
struct Roughness {
    unexplained: Plane,
    allowed: Plane,
}

impl Roughness {
    fn of(still: &Still, backdrop: &Backdrop, code: &Plane, gain: f32, window: &Window) -> Self {
        let (w, h) = (window.width, window.height);
        let whole = |at: usize| window.whole(at, still.width);
        let exposure = gain.powf(1.0 / 2.2);
        let now = Plane::from_fn(w, h, |at| still.luma(whole(at)));
        let behind = Plane::from_fn(w, h, |at| code.values[at] * exposure);
        let mean = |value: &dyn Fn(usize) -> f32| Plane::from_fn(w, h, value).blurred(2);
        let (n, b) = (now.blurred(2), behind.blurred(2));
        let nn = mean(&|at| now.values[at].powi(2));
        let bb = mean(&|at| behind.values[at].powi(2));
        let nb = mean(&|at| now.values[at] * behind.values[at]);
        let ratio = Plane::from_fn(w, h, |at| (n.values[at] + 4.0) / (b.values[at] + 4.0)).blurred(1);
        let soot = linear::code(SOOT_MOST * gain * backdrop.ground);
        let unexplained = Plane::from_fn(w, h, |at| {
            let (spread, shared) =
                (bb.values[at] - b.values[at].powi(2), nb.values[at] - n.values[at] * b.values[at]);
            let most = ratio.values[at].min(1.3);
            let bare = (b.values[at] - soot).max(1.0);
            let least = ((n.values[at] - soot) / bare).clamp(0.0, most);
            let through = (shared / spread.max(0.1)).clamp(least, most);
            nn.values[at] - n.values[at].powi(2) - 2.0 * through * shared + through * through * spread
        });
        let trembling = Plane::from_fn(w, h, |at| {
            let restless = TREMBLE * backdrop.edge[whole(at)] + RESTLESS * backdrop.spread[whole(at)];
            (restless * ratio.values[at].min(1.5)).powi(2)
        })
        .blurred(2);
        // The quieter third of the window is backdrop or plume: its noise is the frame's.
        let mut quiet = unexplained.values.clone();
        let third = quiet.len() / 3;
        let noise =
            if quiet.is_empty() { 1.0 } else { *quiet.select_nth_unstable_by(third, f32::total_cmp).1 };
        let noise = noise.clamp(0.7, 30.0);
        // A soft rim rises within the five pixels, and a plume is uneven itself: shares of what it takes.
        let rise = ratio.slope();
        let allowed = Plane::from_fn(w, h, |at| {
            let taken = (1.0 - ratio.values[at]).max(0.0);
            let rises = 1.6 * rise.values[at] * b.values[at];
            let uneven = (0.05 * taken * b.values[at]).powi(2) + rises.powi(2);
            6.0 * noise + trembling.values[at] + uneven
        });
        Self { unexplained, allowed }
    }

    fn is_rough(&self, at: usize) -> bool {
        self.unexplained.values[at] > self.allowed.values[at]
    }

    /// Is what is here a veil over the backdrop, and nothing besides?
    fn explained(&self, at: usize) -> bool {
        !self.is_rough(at)
    }
}

/// Where no grey smoke explains the colour. Soot takes the same share of every colour and sends little grey light itself:
/// each colour bounds the share let through, and under smoke the bounds meet.
fn coloured(still: &Still, backdrop: &Backdrop, gain: f32, window: &Window, curve: &Curve) -> Marks {
    let (w, h) = (window.width, window.height);
    let whole = |at: usize| window.whole(at, still.width);
    let now = [0, 1, 2]
        .map(|channel| Plane::from_fn(w, h, |at| curve.light(still.codes(whole(at))[channel])).blurred(2));
    let soot = SOOT_MOST * gain * backdrop.ground;
    Marks::from_fn(w, h, |at| {
        let (mut least, mut most) = (0.0_f32, 1.0_f32);
        for (now, tint) in now.iter().zip(&backdrop.tint) {
            let (seen, bare) = (now.values[at], tint[whole(at)] * gain);
            most = most.min((seen + FLOOR) / (bare + FLOOR));
            if bare > 2.0 * soot {
                least = least.max((seen - soot) / (bare - soot));
            }
        }
        least > most + COLOURED
    })
}
