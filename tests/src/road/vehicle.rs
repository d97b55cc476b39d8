//! A vehicle: what it looks like, which plates it carries, and what comes out behind.

use plumewatch_shared::plate::{Plate, PlateColour, PlateRows};

use super::plates;
use crate::dice::Dice;

/// One vehicle of the road.
#[derive(Clone, Debug)]
pub struct Vehicle {
    /// Its shape.
    pub body: Body,
    /// The plate in front: the one that answers for the exhaust.
    pub front: MountedPlate,
    /// The plate behind: the same text, or the trailer's.
    pub rear: MountedPlate,
    /// Colour of cab or body, sRGB.
    pub paint: [u8; 3],
    /// The state of its engine.
    pub engine: Engine,
    /// An authority wants it stopped.
    pub wanted: bool,
}

/// A plate as it hangs on a vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountedPlate {
    /// What it says.
    pub plate: Plate,
    /// Its ground.
    pub colour: PlateColour,
    /// How its characters stand.
    pub rows: PlateRows,
}

/// A vehicle's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A tractor with its trailer.
    Tractor,
    /// A lorry with a box.
    Lorry,
    /// A coach.
    Coach,
    /// A delivery van.
    Van,
    /// A car.
    Car,
}

impl Body {
    /// Bumper to bumper, metres.
    pub const fn length_m(self) -> f64 {
        match self {
            Self::Tractor => 14.0,
            Self::Lorry => 8.5,
            Self::Coach => 10.0,
            Self::Van => 5.2,
            Self::Car => 4.6,
        }
    }

    /// The word in the truth.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tractor => "tractor",
            Self::Lorry => "lorry",
            Self::Coach => "coach",
            Self::Van => "van",
            Self::Car => "car",
        }
    }
}

/// What comes out of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Nothing to see.
    Sound,
    /// A haze below the limit.
    Worn,
    /// Black smoke above the limit, every time.
    Smoking,
    /// Nothing at all.
    Electric,
}

const PAINTS: [[u8; 3]; 7] = [
    [176, 32, 36],
    [226, 226, 222],
    [38, 78, 140],
    [214, 160, 44],
    [62, 112, 84],
    [120, 124, 130],
    [150, 80, 40],
];

impl Vehicle {
    /// A diesel vehicle in the state given.
    pub fn diesel(dice: &mut Dice, body: Body, engine: Engine) -> Self {
        let (front, rear) = match body {
            Body::Tractor => (plates::large(dice).0, plates::trailer(dice)),
            Body::Lorry | Body::Coach => plates::large(dice),
            Body::Van | Body::Car => {
                let plate = plates::small(dice);
                (plate.clone(), plate)
            }
        };
        Self { body, front, rear, paint: dice.pick(&PAINTS), engine, wanted: false }
    }

    /// An electric car or coach.
    pub fn electric(dice: &mut Dice) -> Self {
        let body = dice.pick(&[Body::Car, Body::Car, Body::Coach]);
        let plate = match body {
            Body::Coach => plates::large_electric(dice),
            Body::Tractor | Body::Lorry | Body::Van | Body::Car => plates::small_electric(dice),
        };
        let paint = dice.pick(&PAINTS);
        Self { body, front: plate.clone(), rear: plate, paint, engine: Engine::Electric, wanted: false }
    }

    /// Any vehicle, as they come on a trunk road: mostly lorries, mostly sound.
    pub fn any(dice: &mut Dice) -> Self {
        if dice.percent(8) {
            return Self::electric(dice);
        }
        let body =
            dice.pick(&[Body::Tractor, Body::Tractor, Body::Lorry, Body::Lorry, Body::Van, Body::Coach]);
        let engine = match dice.between(1, 100) {
            1..=72 => Engine::Sound,
            73..=88 => Engine::Worn,
            _ => Engine::Smoking,
        };
        Self::diesel(dice, body, engine)
    }
}
