//! Lorries made of flat faces, and the shadows they cast.

use super::dice::{Dice, surface};
use super::view::{View, fill};

/// What kind of vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A lorry with a box.
    Box,
    /// A lorry with a tank.
    Tank,
    /// A tractor with a trailer.
    Trailer,
    /// A tipper whose dark, round load shows above its sides.
    Loaded,
    /// A car, dark.
    Car,
}

/// One vehicle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) length: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Light that its body gives back: blue, green, red.
    pub(crate) colour: [f32; 3],
    pub(crate) seed: u64,
    /// Its rear lights shine so brightly, of white.
    pub(crate) lights: f32,
}

impl Body {
    pub(crate) fn roll(kind: Kind, dice: &mut Dice) -> Self {
        let (length, width, height) = match kind {
            Kind::Box => (dice.within(6.0, 9.5), 2.4, dice.within(3.0, 3.8)),
            Kind::Tank => (dice.within(8.0, 10.0), 2.4, dice.within(3.0, 3.5)),
            Kind::Trailer => (dice.within(12.0, 15.0), 2.5, dice.within(3.7, 4.0)),
            Kind::Loaded => (dice.within(7.0, 9.5), 2.5, dice.within(2.9, 3.5)),
            Kind::Car => (4.6, 1.8, 1.5),
        };
        let colour = match kind {
            Kind::Loaded => dice.pick(&[[0.02, 0.025, 0.03], [0.05, 0.05, 0.05]]),
            Kind::Car => dice.pick(&[[0.02; 3], [0.05, 0.03, 0.03], [0.12; 3]]),
            Kind::Box | Kind::Tank | Kind::Trailer => dice.pick(&[
                [0.62, 0.62, 0.60],
                [0.35, 0.36, 0.36],
                [0.30, 0.12, 0.05],
                [0.06, 0.08, 0.32],
                [0.10, 0.20, 0.05],
                [0.09, 0.10, 0.10],
            ]),
        };
        Self { kind, length, width, height, colour, seed: dice.roll(), lights: 0.0 }
    }
}

/// Where a body stands: the camera's x and z of its rear's middle, and which way it drives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand {
    pub(crate) x: f32,
    pub(crate) z: f32,
    /// Away from the camera; else across it, to the right (1) or the left (-1).
    pub(crate) along: bool,
    pub(crate) way: f32,
}

impl Stand {
    /// A point `forward` of the rear's middle, `left`… to the side (positive away from the camera when crossing,
    /// to the right when driving away), `up`.
    pub(crate) fn point(&self, forward: f32, aside: f32, up: f32) -> [f32; 3] {
        if self.along {
            [self.x + aside, up, self.z + forward]
        } else {
            [self.x + self.way * forward, up, self.z + aside]
        }
    }
}

/// A surface of light and which of its pixels a vehicle covers.
pub(crate) struct Canvas<'a> {
    pub(crate) view: &'a View,
    pub(crate) light: &'a mut [f32],
    pub(crate) covered: &'a mut [bool],
}

impl Canvas<'_> {
    /// Fills a shape; `colour` is asked with the place inside the shape's bounds (0 to 1 each way).
    fn face(&mut self, shape: &[[f32; 3]], colour: impl Fn(f32, f32) -> [f32; 3]) {
        let outline = self.view.outline(shape);
        if outline.is_empty() {
            return;
        }
        let side = |axis: usize| {
            let low = outline.iter().map(|p| p[axis]).fold(f32::INFINITY, f32::min);
            let high = outline.iter().map(|p| p[axis]).fold(f32::NEG_INFINITY, f32::max);
            (low, (high - low).max(1.0))
        };
        let ((left, wide), (top, high)) = (side(0), side(1));
        let size = (self.view.width, self.view.height);
        fill(&outline, size, |column, row, share| {
            let at = row * size.0 + column;
            self.covered[at] = true;
            let colour = colour((column as f32 - left) / wide, (row as f32 - top) / high);
            for (value, new) in self.light[at * 3..at * 3 + 3].iter_mut().zip(colour) {
                *value = *value * (1.0 - share) + new * share;
            }
        });
    }

    /// The whole body where it stands.
    pub(crate) fn body(&mut self, body: &Body, stand: &Stand) {
        let half = body.width / 2.0;
        let deck = if body.kind == Kind::Car { 0.35 } else { 1.0 };
        let dark = [0.012, 0.012, 0.013];
        let shade = |k: f32| body.colour.map(|c| c * k);
        let rect = |f: [f32; 2], a: f32, u: [f32; 2]| {
            [
                stand.point(f[0], a, u[0]),
                stand.point(f[1], a, u[0]),
                stand.point(f[1], a, u[1]),
                stand.point(f[0], a, u[1]),
            ]
        };
        let end = |f: f32, a: [f32; 2], u: [f32; 2]| {
            [
                stand.point(f, a[0], u[0]),
                stand.point(f, a[1], u[0]),
                stand.point(f, a[1], u[1]),
                stand.point(f, a[0], u[1]),
            ]
        };
        // The side that faces the camera.
        let near = if !stand.along || stand.x > 0.0 { -half } else { half };
        let cab = if body.kind == Kind::Car { 0.0 } else { 2.2 };
        let back = body.length - cab - if cab > 0.0 { 0.4 } else { 0.0 };
        let grain = |u: f32, v: f32| 0.9 + 0.2 * surface(body.seed, u * 22.0, v * 6.0);
        self.face(&rect([0.3, body.length - 0.2], near, [0.45, deck]), |_, _| dark);
        if cab > 0.0 {
            let tall = body.height.min(3.1);
            self.face(&rect([body.length - cab, body.length], near, [0.6, tall]), |_, v| {
                if (0.12..0.42).contains(&v) {
                    [0.02, 0.02, 0.02]
                } else {
                    [0.25, 0.2, 0.16].map(|c: f32| c + body.colour[1] * 0.4)
                }
            });
        }
        let side_shade = move |v: f32| match body.kind {
            Kind::Tank => 0.35 + 0.75 * (std::f32::consts::PI * (v * 0.8 + 0.1)).sin(),
            Kind::Box | Kind::Trailer | Kind::Loaded | Kind::Car => 0.85,
        };
        if body.kind == Kind::Loaded {
            self.load(body, stand, back);
        }
        self.face(&rect([0.0, back], near, [deck, body.height]), |u, v| {
            let rib = if body.kind == Kind::Trailer && (u * 24.0).fract() < 0.12 { 0.8 } else { 1.0 };
            shade(side_shade(v) * grain(u, v) * rib)
        });
        for axle in [0.12, 0.22, 0.85] {
            let centre = body.length * axle;
            let radius = if body.kind == Kind::Car { 0.32 } else { 0.5 };
            let wheel: Vec<[f32; 3]> = (0..14)
                .map(|k| {
                    let (sin, cos) = (k as f32 / 14.0 * std::f32::consts::TAU).sin_cos();
                    stand.point(centre + radius * cos, near, radius + radius * sin)
                })
                .collect();
            self.face(&wheel, |u, v| if (u - 0.5).hypot(v - 0.5) < 0.22 { [0.12; 3] } else { [0.015; 3] });
        }
        let mut roof = rect([0.0, back], -half, [body.height; 2]);
        roof[2] = stand.point(back, half, body.height);
        roof[3] = stand.point(0.0, half, body.height);
        if self.view.above > body.height {
            self.face(&roof, |u, v| shade(1.05 * grain(u, v)));
        }
        if stand.along {
            self.rear(body, &end, deck, half);
        } else if (stand.x < 0.0) == (stand.way > 0.0) {
            let face = if stand.way > 0.0 { body.length } else { 0.0 };
            let low = if cab > 0.0 { 0.6 } else { deck };
            self.face(&end(face, [-half, half], [low, body.height.min(3.1)]), |_, _| shade(0.6));
        } else {
            let face = if stand.way > 0.0 { 0.0 } else { body.length };
            self.face(&end(face, [-half, half], [deck, body.height.min(3.1)]), |_, _| shade(0.6));
        }
    }

    /// A heap whose outline is round and whose surface is broken.
    fn load(&mut self, body: &Body, stand: &Stand, back: f32) {
        let heap = |along: f32| {
            0.75 * (std::f32::consts::PI * along).sin() + 0.15 * surface(body.seed ^ 1, along * 6.0, 0.0)
        };
        let colour = |u: f32, v: f32| [0.015 + 0.03 * surface(body.seed ^ 2, u * 30.0, v * 12.0); 3];
        let top = |side: f32| body.height + heap(side);
        let shape: Vec<[f32; 3]> = if stand.along {
            (0..=12)
                .map(|k| k as f32 / 12.0)
                .map(|s| stand.point(0.1, (s - 0.5) * body.width, top(s)))
                .collect()
        } else {
            (0..=12).map(|k| k as f32 / 12.0).map(|s| stand.point(s * back, 0.0, top(s))).collect()
        };
        self.face(&shape, colour);
    }

    fn rear(
        &mut self,
        body: &Body,
        end: &impl Fn(f32, [f32; 2], [f32; 2]) -> [[f32; 3]; 4],
        deck: f32,
        half: f32,
    ) {
        let dark = [0.014, 0.014, 0.015];
        self.face(&end(0.0, [-half, half], [0.45, deck]), |_, _| dark);
        for side in [-1.0, 1.0] {
            let wheel = [side * (half - 0.1), side * (half - 0.65)];
            self.face(&end(0.3, [wheel[0].min(wheel[1]), wheel[0].max(wheel[1])], [0.0, 0.95]), |_, _| dark);
        }
        self.face(&end(0.0, [-half, half], [deck, body.height]), |u, v| {
            let seam = body.kind != Kind::Loaded && (u - 0.5).abs() < 0.012;
            let round = body.kind == Kind::Tank && (u - 0.5).hypot(v - 0.5) > 0.5;
            let grain = 0.9 + 0.2 * surface(body.seed ^ 4, u * 9.0, v * 9.0);
            if seam || round { [0.03; 3] } else { body.colour.map(|c| c * 0.75 * grain) }
        });
        // Plate, then lights.
        self.face(&end(-0.01, [-0.22, 0.22], [deck - 0.32, deck - 0.1]), |_, _| [0.03, 0.42, 0.6]);
        for side in [-1.0_f32, 1.0] {
            let at = side * (half - 0.25);
            let lit = 0.1 + body.lights;
            self.face(&end(-0.01, [at - 0.16, at + 0.16], [deck - 0.3, deck - 0.12]), |_, _| {
                [0.02 + 0.15 * body.lights, 0.02 + 0.2 * body.lights, lit]
            });
        }
    }
}

/// The shadow of a body: how dark and how sharp, and how far the sun throws it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shadow {
    /// Light left in its middle.
    pub(crate) left: f32,
    /// Width of its rim, metres.
    pub(crate) rim: f32,
    /// How far it reaches beyond the body: x and z, metres.
    pub(crate) throw: [f32; 2],
}

/// Light left at each pixel below the body, multiplied in.
pub(crate) fn cast(view: &View, light: &mut [f32], body: &Body, stand: &Stand, shadow: &Shadow) {
    let corners = [stand.point(0.0, -body.width / 2.0, 0.0), stand.point(body.length, body.width / 2.0, 0.0)];
    let span = |axis: usize, throw: f32| {
        let (a, b) = (corners[0][axis], corners[1][axis]);
        (a.min(b) + throw.min(0.0), a.max(b) + throw.max(0.0))
    };
    let ((left, right), (front, back)) = (span(0, shadow.throw[0]), span(2, shadow.throw[1]));
    let margin = shadow.rim;
    let outer = [
        [left - margin, 0.0, front - margin],
        [right + margin, 0.0, front - margin],
        [right + margin, 0.0, back + margin],
        [left - margin, 0.0, back + margin],
    ];
    fill(&view.outline(&outer), (view.width, view.height), |column, row, _| {
        let Some([x, z]) = view.ground(column as f32 + 0.5, row as f32 + 0.5) else { return };
        let inside = (x - left).min(right - x).min(z - front).min(back - z);
        let depth = ((inside + margin) / (2.0 * margin)).clamp(0.0, 1.0);
        let eased = depth * depth * (3.0 - 2.0 * depth);
        let factor = 1.0 - (1.0 - shadow.left) * eased;
        let at = (row * view.width + column) * 3;
        // What the sun does not reach is lit by the sky alone, which is bluer.
        for (value, tint) in light[at..at + 3].iter_mut().zip([0.06, 0.0, -0.03]) {
            *value *= (factor + tint * eased * (1.0 - shadow.left)).min(1.0);
        }
    });
}
