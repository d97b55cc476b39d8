//! Vehicles in the order they come.
//!
//! The first minute is arranged, the rest is chance: two offenders pass twice each, so that a person at the
//! review page soon has something to decide, and no two vehicles come closer than the reader can tell apart.

use std::sync::Arc;
use std::time::Duration;

use plumewatch_shared::reading::{BeamOpacity, Gases};
use plumewatch_shared::units::{
    Acceleration, Concentration, CrossRoadOpacity, MoleRatio, Opacity, RingelmannLevel, Speed,
};

use super::{Body, Engine, Vehicle};
use crate::dice::Dice;

/// How traffic is to come.
#[derive(Clone, Copy, Debug)]
pub struct TrafficPlan {
    /// Names the traffic.
    pub seed: u64,
    /// Mean time between vehicles.
    pub every: Duration,
    /// The least time between vehicles.
    pub headway_min: Duration,
}

impl TrafficPlan {
    /// Traffic of `seed`, a vehicle each `every`, never closer than 60 % of that.
    pub fn new(seed: u64, every: Duration) -> Self {
        Self { seed, every, headway_min: every * 3 / 5 }
    }
}

/// One vehicle passing once.
#[derive(Clone, Debug)]
pub struct Passing {
    /// Counts from 1.
    pub number: u32,
    /// When its rear leaves the beam, since the start.
    pub at: Duration,
    /// Which vehicle.
    pub vehicle: Arc<Vehicle>,
    /// Has it passed before?
    pub repeated: bool,
    /// Its speed.
    pub speed: Speed,
    /// Its acceleration.
    pub acceleration: Acceleration,
    /// Where in the lane it drives, centimetres from the middle, right positive.
    pub aside_cm: i32,
    /// What the head measures across the road.
    pub opacity: BeamOpacity,
    /// What the plume takes of the light along the rear camera's line of sight, at its core.
    pub plume: Opacity,
    /// What the head measures of the gases; `None` for no exhaust.
    pub gases: Option<Gases>,
    /// CO₂ above the background, hundredths of ppm·m.
    pub plume_ppm_m_hundredths: i32,
}

impl Passing {
    /// The Ringelmann level of its plume.
    pub fn ringelmann(&self) -> RingelmannLevel {
        RingelmannLevel::nearest(self.plume)
    }
}

/// Which vehicle comes next.
#[derive(Clone, Copy)]
enum Slot {
    /// A stranger of this engine and body.
    New(Body, Engine),
    /// An electric one.
    Electric,
    /// A regular, by number.
    Regular(usize),
}

/// The arranged beginning; regulars 0 and 1 are the offenders, 2 is wanted.
const OPENING: [Slot; 9] = [
    Slot::New(Body::Lorry, Engine::Sound),
    Slot::Regular(0),
    Slot::New(Body::Van, Engine::Sound),
    Slot::Regular(1),
    Slot::Regular(0),
    Slot::Regular(2),
    Slot::Regular(1),
    Slot::Electric,
    Slot::New(Body::Tractor, Engine::Worn),
];
/// Vehicles that drive here daily.
const REGULARS: usize = 12;
/// Of a hundred vehicles, so many are regulars.
const REGULAR_PERCENT: i64 = 30;

/// An endless row of passings.
#[derive(Clone, Debug)]
pub struct Traffic {
    plan: TrafficPlan,
    dice: Dice,
    regulars: Vec<Arc<Vehicle>>,
    seen: [bool; REGULARS],
    number: u32,
    clock: Duration,
}

impl Traffic {
    /// The traffic of a plan.
    pub fn new(plan: TrafficPlan) -> Self {
        let mut dice = Dice::new(plan.seed).apart(1);
        let regulars = (0..REGULARS)
            .map(|number| {
                let vehicle = match number {
                    0 => Vehicle::diesel(&mut dice, Body::Lorry, Engine::Smoking),
                    1 => Vehicle::diesel(&mut dice, Body::Tractor, Engine::Smoking),
                    2 => Vehicle { wanted: true, ..Vehicle::diesel(&mut dice, Body::Lorry, Engine::Sound) },
                    3 => Vehicle { wanted: true, ..Vehicle::diesel(&mut dice, Body::Tractor, Engine::Worn) },
                    _ => Vehicle::any(&mut dice),
                };
                Arc::new(vehicle)
            })
            .collect();
        Self { plan, dice, regulars, seen: [false; REGULARS], number: 0, clock: Duration::ZERO }
    }

    /// The vehicles that an authority wants stopped.
    pub fn wanted(&self) -> impl Iterator<Item = &Vehicle> {
        self.regulars.iter().map(Arc::as_ref).filter(|vehicle| vehicle.wanted)
    }

    fn vehicle(&mut self) -> (Arc<Vehicle>, bool) {
        let arranged = OPENING.get(self.number as usize - 1).copied();
        let slot = arranged.unwrap_or_else(|| {
            if self.dice.percent(REGULAR_PERCENT) {
                Slot::Regular(self.dice.between(0, REGULARS as i64 - 1) as usize)
            } else {
                let stranger = Vehicle::any(&mut self.dice);
                if stranger.engine == Engine::Electric {
                    Slot::Electric
                } else {
                    Slot::New(stranger.body, stranger.engine)
                }
            }
        });
        match slot {
            Slot::New(body, engine) => (Arc::new(Vehicle::diesel(&mut self.dice, body, engine)), false),
            Slot::Electric => (Arc::new(Vehicle::electric(&mut self.dice)), false),
            Slot::Regular(number) => {
                let before = std::mem::replace(&mut self.seen[number], true);
                (Arc::clone(&self.regulars[number]), before)
            }
        }
    }

    fn gap(&mut self) -> Duration {
        let spread = self.plan.every.saturating_sub(self.plan.headway_min) * 2;
        self.plan.headway_min + spread.mul_f64(self.dice.fraction())
    }
}

impl Iterator for Traffic {
    type Item = Passing;

    fn next(&mut self) -> Option<Passing> {
        self.number = self.number.checked_add(1)?;
        let gap = self.gap();
        self.clock += gap;
        let (vehicle, repeated) = self.vehicle();
        let dice = &mut self.dice;
        let mean = match vehicle.engine {
            Engine::Sound => dice.between(20, 480),
            Engine::Worn => dice.between(800, 2_400),
            Engine::Smoking => dice.between(3_800, 7_200),
            Engine::Electric => dice.between(0, 60),
        };
        let highest = mean + mean * dice.between(5, 25) / 100;
        let opacity = |hundredths: i64| {
            CrossRoadOpacity(
                Opacity::from_hundredths(hundredths.min(10_000) as u16).expect("cut at all light lost"),
            )
        };
        // The camera looks along the trail and the beam across it, so the two differ, as they do on a road.
        let plume = if mean < 500 { 0 } else { mean * dice.between(90, 110) / 100 };
        Some(Passing {
            number: self.number,
            at: self.clock,
            repeated,
            speed: Speed { mm_s: dice.between(8_400, 13_300) as i32 }, // 30 to 48 km/h
            acceleration: Acceleration { mm_s2: dice.between(50, 450) as i32 },
            aside_cm: dice.between(-25, 25) as i32,
            opacity: BeamOpacity { mean: opacity(mean), maximum: opacity(highest) },
            plume: opacity(plume).0,
            gases: gases(vehicle.engine, dice),
            plume_ppm_m_hundredths: match vehicle.engine {
                Engine::Electric => dice.between(0, 2_000) as i32,
                Engine::Sound | Engine::Worn | Engine::Smoking => dice.between(24_000, 90_000) as i32,
            },
            vehicle,
        })
    }
}

/// Gases by the combustion equation (STANDARDS.md 10.1): ratios are rolled, fractions follow.
fn gases(engine: Engine, dice: &mut Dice) -> Option<Gases> {
    let (co, hc, no) = match engine {
        Engine::Electric => return None,
        Engine::Sound => (dice.between(400, 4_000), dice.between(20, 300), dice.between(1_500, 7_000)),
        Engine::Worn => (dice.between(2_000, 8_000), dice.between(100, 600), dice.between(3_000, 12_500)),
        Engine::Smoking => (dice.between(5_000, 20_000), dice.between(200, 900), dice.between(2_500, 9_000)),
    };
    let ratio = |millionths: i64| millionths as f64 / 1e6;
    let co2_percent = 42.0 / (2.79 + 2.0 * ratio(co) + 1.21 * ratio(hc) + ratio(no));
    let fraction = |share: f64| Concentration { ppm_hundredths: (co2_percent * share * 1e6).round() as i32 };
    let wire = |millionths: i64| MoleRatio { millionths: millionths as i32 };
    Some(Gases {
        co2: fraction(1.0),
        co: fraction(ratio(co)),
        hc: fraction(ratio(hc)),
        no: fraction(ratio(no)),
        co_ratio: wire(co),
        hc_ratio: wire(hc),
        no_ratio: wire(no),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::plate::PlateKind;

    fn first(count: usize) -> Vec<Passing> {
        Traffic::new(TrafficPlan::new(1, Duration::from_secs(8))).take(count).collect()
    }

    #[test]
    fn one_seed_is_one_traffic() {
        let as_text = |passings: Vec<Passing>| {
            passings
                .iter()
                .map(|p| format!("{:?} {} {:?}", p.at, p.vehicle.front.plate.as_str(), p.opacity))
                .collect::<Vec<_>>()
        };
        assert_eq!(as_text(first(200)), as_text(first(200)));
    }

    #[test]
    fn two_vehicles_exceed_twice_within_the_first_minute_and_a_half() {
        for seed in 0..50 {
            let plan = TrafficPlan::new(seed, Duration::from_secs(8));
            let early = Traffic::new(plan).take_while(|p| p.at < Duration::from_secs(90));
            let again = early.filter(|p| p.repeated && p.opacity.mean.0.hundredths() > 3_000).count();
            assert!(again >= 2, "seed {seed}: {again}");
        }
    }

    #[test]
    fn vehicles_keep_their_distance() {
        for pair in first(500).windows(2) {
            assert!(pair[1].at - pair[0].at >= Duration::from_millis(4_800));
        }
    }

    #[test]
    fn a_tractor_shows_its_own_plate_in_front_and_its_trailers_behind() {
        let passings = first(300);
        let tractors = passings.iter().filter(|p| p.vehicle.body == Body::Tractor);
        assert!(tractors.clone().count() > 30);
        for passing in tractors {
            assert_eq!(passing.vehicle.front.plate.kind(), PlateKind::Ordinary);
            assert_eq!(passing.vehicle.rear.plate.kind(), PlateKind::Trailer);
        }
    }

    /// HJ 845-2017, 5: what the simulator calls smoking is never a matter of rounding.
    #[test]
    fn only_smoking_engines_exceed() {
        for passing in first(500) {
            let exceeds = passing.opacity.mean.0.hundredths() > 3_000;
            assert_eq!(exceeds, passing.vehicle.engine == Engine::Smoking);
            assert!(passing.vehicle.engine != Engine::Smoking || passing.ringelmann().level() >= 2);
        }
    }
}
