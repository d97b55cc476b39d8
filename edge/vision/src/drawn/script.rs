//! What happens in a clip, rolled from a seed: light, camera, place, vehicle, smoke, and what may be taken for smoke.

use super::backdrop::{Looks, Rear};
use super::dice::Dice;
use super::light::Curve;
use super::plume::Puffs;
use super::vehicle::{Body, Kind, Shadow, Stand};
use super::view::View;

/// The light of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sky {
    /// Sun, hard shadows.
    Sun,
    /// Clouds, soft shadows.
    Overcast,
    /// The sun is down.
    Dusk,
    /// Hardly enough light to measure by.
    LowLight,
    /// Night under street lamps.
    Night,
}

impl Sky {
    /// In tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sun => "sun",
            Self::Overcast => "overcast",
            Self::Dusk => "dusk",
            Self::LowLight => "low light",
            Self::Night => "night",
        }
    }

    /// Mean light of the picture that the exposure reaches: lowest and highest.
    fn exposed(self) -> [f32; 2] {
        match self {
            Self::Sun | Self::Overcast => [0.15, 0.28],
            Self::Dusk => [0.07, 0.13],
            Self::LowLight => [0.03, 0.055],
            Self::Night => [0.003, 0.010],
        }
    }
}

/// What is in a clip that is no black smoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confuser {
    /// An empty road whose light changes.
    Empty,
    /// A vehicle without smoke.
    Clean,
    /// Low sun, a long hard shadow.
    HardShadow,
    /// A soft shadow under clouds.
    SoftShadow,
    /// White vapour.
    Vapour,
    /// Brown dust.
    Dust,
    /// A wet road that mirrors.
    WetRoad,
    /// Spray off a wet road.
    Spray,
    /// A dark, round load, or a dark trailer.
    DarkLoad,
    /// Another vehicle, close behind.
    Following,
    /// Headlights at dusk.
    Headlights,
    /// Night.
    Night,
    /// Shadows of leaves, moving.
    TreeShadows,
    /// The shadow of a cloud sweeps over.
    CloudShadow,
    /// Rain.
    Rain,
}

impl Confuser {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Empty,
        Self::Clean,
        Self::HardShadow,
        Self::SoftShadow,
        Self::Vapour,
        Self::Dust,
        Self::WetRoad,
        Self::Spray,
        Self::DarkLoad,
        Self::Following,
        Self::Headlights,
        Self::Night,
        Self::TreeShadows,
        Self::CloudShadow,
        Self::Rain,
    ];

    /// In tables; Chinese, English.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("空路面，光线变化", "empty road"),
            Self::Clean => ("无烟车辆", "clean vehicle"),
            Self::HardShadow => ("硬阴影", "hard shadow"),
            Self::SoftShadow => ("软阴影", "soft shadow"),
            Self::Vapour => ("白色水汽", "white vapour"),
            Self::Dust => ("扬尘", "dust"),
            Self::WetRoad => ("湿路面倒影", "wet road"),
            Self::Spray => ("水雾", "spray"),
            Self::DarkLoad => ("深色货物", "dark load"),
            Self::Following => ("后车跟随", "following vehicle"),
            Self::Headlights => ("黄昏车灯", "headlights"),
            Self::Night => ("夜间", "night"),
            Self::TreeShadows => ("树影晃动", "tree shadows"),
            Self::CloudShadow => ("云影掠过", "cloud shadow"),
            Self::Rain => ("雨", "rain"),
        }
    }
}

/// What a clip is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Subject {
    /// A vehicle with smoke whose core takes this share of the light (0 to 1).
    Smoke(f32),
    /// Something else.
    Confuser(Confuser),
}

/// Everything rolled.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) subject: Subject,
    pub(crate) sky: Sky,
    pub(crate) view: View,
    pub(crate) looks: Looks,
    pub(crate) body: Body,
    pub(crate) shadow: Shadow,
    /// Where it stands at second 0, before it is in the picture.
    pub(crate) start: Stand,
    pub(crate) speed: f32,
    /// Smoke, vapour, dust or spray.
    pub(crate) puffs: Option<Puffs>,
    pub(crate) follower: Option<(Body, f32)>,
    pub(crate) fps: f32,
    pub(crate) frames: usize,
    /// Seconds without a vehicle.
    pub(crate) lead: f32,
    pub(crate) exposed: f32,
    /// Pixels of shake, and share by which the exposure drifts.
    pub(crate) shake: f32,
    pub(crate) drift: f32,
    pub(crate) leaves: f32,
    pub(crate) curve: Curve,
    pub(crate) shot: f32,
    pub(crate) read: f32,
    pub(crate) quality: i32,
    pub(crate) stack: bool,
}

/// Frames of a clip at most: the bound of a clip's cost.
pub(crate) const MAX_FRAMES: usize = 60;
/// Of them at most these show the empty road first.
const MAX_LEAD: f32 = 28.0;

impl Script {
    pub(crate) fn roll(subject: Subject, dice: &mut Dice) -> Self {
        let confuser = match subject {
            Subject::Smoke(_) => None,
            Subject::Confuser(kind) => Some(kind),
        };
        let sky = sky(confuser, dice);
        let along = dice.chance(0.6);
        let view = view(along, dice);
        let kind = match confuser {
            Some(Confuser::DarkLoad) => dice.pick(&[Kind::Loaded, Kind::Loaded, Kind::Trailer]),
            _ => dice.pick(&[Kind::Box, Kind::Box, Kind::Tank, Kind::Trailer, Kind::Loaded]),
        };
        let mut body = Body::roll(kind, dice);
        if confuser == Some(Confuser::DarkLoad) {
            body.colour = [0.02, 0.02, 0.022];
        }
        if matches!(sky, Sky::Dusk | Sky::LowLight | Sky::Night) {
            body.lights = dice.within(0.3, 0.9);
        }
        let lane =
            if along { dice.pick(&[-1.0, 1.0]) * dice.within(1.2, 3.2) } else { dice.within(7.0, 11.0) };
        let looks = looks(along, lane, dice);
        let way = if along { 1.0 } else { dice.pick(&[-1.0, 1.0]) };
        let speed = dice.within(10.0, 70.0) / 3.6;
        let fps = dice.pick(&[10.0, 10.0, 12.0, 12.5, 15.0, 15.0, 20.0, 25.0, 25.0, 30.0]);
        let lead = 0.3 + 2.7 * dice.unit().powi(2);
        // The vehicle comes into the picture when `lead` is over.
        let side = view.width as f32 / 2.0 * lane.max(1.0) / view.focal;
        let (entry, way_m) = if along {
            let shown = view.nearest();
            let end = (shown + 2.6 * speed).clamp(shown + 9.0, shown + 24.0);
            (1.0 - body.length, end - (1.0 - body.length))
        } else {
            (-(side + body.length), 2.0 * side + body.length + 1.5)
        };
        let lead = lead.min(MAX_LEAD / fps);
        // Slow vehicles are shown from further on, so that a clip stays short.
        let longest = MAX_FRAMES as f32 / fps - lead;
        let cut = (way_m - longest * speed).max(0.0);
        let entry = entry + cut - lead * speed;
        let start = if along {
            Stand { x: lane, z: entry, along, way }
        } else {
            Stand { x: way * entry, z: lane, along, way }
        };
        let seconds = lead + (way_m - cut) / speed;
        let frames = ((seconds * fps) as usize).clamp(24, MAX_FRAMES);
        let stack = dice.chance(0.2) && kind != Kind::Car;
        let puffs = puffs(subject, &body, stack, along, speed, dice);
        let follower = (confuser == Some(Confuser::Following)).then(|| {
            (Body::roll(dice.pick(&[Kind::Car, Kind::Box, Kind::Loaded]), dice), dice.within(3.0, 7.0))
        });
        let [low, high] = sky.exposed();
        let dim = matches!(sky, Sky::Dusk | Sky::LowLight | Sky::Night);
        Self {
            subject,
            sky,
            view,
            looks,
            body,
            shadow: shadow(confuser, sky, dice),
            start,
            speed,
            puffs,
            follower,
            fps,
            frames,
            lead,
            exposed: dice.within(low, high),
            shake: if dice.chance(0.5) { dice.within(0.1, 1.0) } else { 0.0 },
            drift: if confuser == Some(Confuser::Empty) {
                dice.within(0.1, 0.35)
            } else {
                dice.within(0.0, 0.06)
            },
            leaves: dice.within(0.3, 2.5) * view.width as f32 / 640.0,
            curve: dice.pick(&[
                Curve::Srgb,
                Curve::Srgb,
                Curve::Srgb,
                Curve::Bt709,
                Curve::Bt709,
                Curve::Power(2.2),
                Curve::Power(2.0),
                Curve::Knee(0.5),
            ]),
            shot: if dim { dice.within(3e-4, 1.5e-3) } else { dice.within(5e-5, 4e-4) },
            read: if dim { dice.within(0.001, 0.003) } else { dice.within(0.0005, 0.002) },
            quality: dice.within(40.0, 95.0) as i32,
            stack,
        }
    }
}

fn sky(confuser: Option<Confuser>, dice: &mut Dice) -> Sky {
    use Confuser as C;
    match confuser {
        Some(C::HardShadow | C::TreeShadows | C::CloudShadow) => Sky::Sun,
        Some(C::SoftShadow | C::Spray | C::WetRoad | C::Rain) => Sky::Overcast,
        Some(C::Headlights) => Sky::Dusk,
        Some(C::Night) => Sky::Night,
        Some(C::Empty | C::Clean | C::Vapour | C::Dust | C::DarkLoad | C::Following) => {
            dice.pick(&[Sky::Sun, Sky::Overcast, Sky::Dusk])
        }
        None => dice.pick(&[
            Sky::Sun,
            Sky::Sun,
            Sky::Sun,
            Sky::Sun,
            Sky::Overcast,
            Sky::Overcast,
            Sky::Overcast,
            Sky::Overcast,
            Sky::Dusk,
            Sky::LowLight,
        ]),
    }
}

fn view(along: bool, dice: &mut Dice) -> View {
    // Mostly small, so that hundreds of clips take minutes; each kind of camera comes up.
    let (width, height) = match dice.unit() {
        u if u < 0.72 => (640, 360),
        u if u < 0.94 => (960, 540),
        u if u < 0.98 => (1_280, 720),
        _ => (1_920, 1_080),
    };
    let (w, h) = (width as f32, height as f32);
    if along {
        let (focal, horizon) = (w * dice.within(0.7, 1.15), h * dice.within(0.05, 0.3));
        View { width, height, focal, horizon, above: dice.within(2.8, 6.0) }
    } else {
        let (focal, horizon) = (w * dice.within(0.55, 0.9), h * dice.within(0.28, 0.5));
        View { width, height, focal, horizon, above: dice.within(1.6, 3.4) }
    }
}

fn looks(along: bool, lane: f32, dice: &mut Dice) -> Looks {
    let even = dice.chance(0.4);
    Looks {
        rear: dice.pick(&[Rear::Hedge, Rear::Wall, Rear::PlainWall, Rear::Trees, Rear::Sky]),
        rear_z: if along { dice.within(45.0, 90.0) } else { lane + dice.within(6.5, 14.0) },
        along,
        lane,
        asphalt: if dice.chance(0.7) { dice.within(0.09, 0.22) } else { dice.within(0.25, 0.42) },
        patches: if even { dice.within(0.02, 0.15) } else { dice.within(0.2, 0.7) },
        marks: !even || dice.chance(0.3),
        verge: if dice.chance(0.5) { dice.within(0.06, 0.14) } else { dice.within(0.25, 0.45) },
    }
}

fn shadow(confuser: Option<Confuser>, sky: Sky, dice: &mut Dice) -> Shadow {
    let turn = dice.within(0.0, std::f32::consts::TAU);
    match sky {
        Sky::Sun => {
            let long = if confuser == Some(Confuser::HardShadow) {
                dice.within(3.0, 8.0)
            } else {
                dice.within(0.5, 4.0)
            };
            let throw = [long * turn.cos(), long * turn.sin()];
            Shadow { left: dice.within(0.22, 0.45), rim: dice.within(0.03, 0.12), throw }
        }
        Sky::Overcast | Sky::Dusk | Sky::LowLight | Sky::Night => {
            let left = if confuser == Some(Confuser::SoftShadow) {
                dice.within(0.35, 0.65)
            } else {
                dice.within(0.5, 0.85)
            };
            Shadow { left, rim: dice.within(0.35, 1.1), throw: [0.0; 2] }
        }
    }
}

/// What comes out of or off the vehicle, if anything.
fn puffs(
    subject: Subject,
    body: &Body,
    stack: bool,
    along: bool,
    speed: f32,
    dice: &mut Dice,
) -> Option<Puffs> {
    let half = body.width / 2.0;
    let pipe = if stack {
        [
            body.length - 2.6,
            if along { 0.7 * dice.pick(&[-1.0, 1.0]) } else { -half * 0.8 },
            body.height + 0.2,
        ]
    } else if along {
        [-0.1, dice.pick(&[-0.8, 0.0, 0.8]) * half, dice.within(0.35, 0.7)]
    } else {
        [dice.within(-0.2, 0.5), -half - 0.05, dice.within(0.35, 0.7)]
    };
    let black = Puffs {
        opacity: 0.0,
        air: [1.0, 1.0, 1.0].map(|tint: f32| tint * 0.0),
        pipe,
        radius: dice.within(0.28, 0.5),
        growth: dice.within(0.35, 0.8),
        fresh: dice.within(0.45, 1.0),
        thins: dice.within(0.3, 0.9),
        wake: dice.within(0.15, 0.5) * if speed > 12.0 { 1.0 } else { 0.6 },
        dragged: dice.within(0.5, 1.3),
        wind: [dice.within(-0.8, 0.8), dice.within(-0.4, 0.4)],
        rise: dice.within(0.1, 0.9),
        rough: dice.within(0.0, 0.12),
        soft: dice.within(0.35, 0.6),
        seed: dice.roll(),
    };
    let whole = [half, half].map(|h| dice.within(-h, h));
    let low = Puffs {
        pipe: [-0.1, whole[0], 0.25],
        radius: dice.within(0.5, 0.8),
        growth: dice.within(0.5, 1.0),
        rise: dice.within(0.1, 0.5),
        rough: dice.within(0.15, 0.3),
        ..black
    };
    let grey = |light: f32, tint: [f32; 3]| tint.map(|t| t * light);
    match subject {
        Subject::Smoke(opacity) => {
            let air = dice.within(0.0, 0.06);
            Some(Puffs { opacity, air: grey(air, [0.94, 1.0, 1.05]), ..black })
        }
        Subject::Confuser(Confuser::Vapour) => {
            let air = dice.within(0.45, 0.9);
            Some(Puffs { opacity: dice.within(0.2, 0.8), air: grey(air, [1.03, 1.0, 0.98]), ..black })
        }
        Subject::Confuser(Confuser::Dust) => {
            let air = dice.within(0.2, 0.4);
            Some(Puffs { opacity: dice.within(0.15, 0.6), air: grey(air, [0.65, 0.95, 1.3]), ..low })
        }
        Subject::Confuser(Confuser::Spray) => {
            let air = dice.within(0.3, 0.6);
            Some(Puffs { opacity: dice.within(0.15, 0.6), air: grey(air, [1.05, 1.0, 0.97]), ..low })
        }
        Subject::Confuser(_) => None,
    }
}
