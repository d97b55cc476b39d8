//! Simulated honest stations: tests with an engine's noise, customers of all kinds, re-plated vehicles, mistyped numbers.
//!
//! What detectors find here is a false alarm. The generator is seeded (xorshift64*), so a figure is the same every time.

use std::ops::Range;

use jiff::{Span as JiffSpan, Timestamp};
use plumewatch_shared::exhaust_test::TestOutcome;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use super::fact::{Curve, TestFact};
use crate::access::OrganisationCode;
use crate::inspection::test::*;
use crate::inspection::{InspectionId, ReportNumber, VehicleIdentity, sample};
use crate::register::Vin;

/// A generator of numbers that are the same for the same seed.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform.
    pub(super) fn of(&mut self, range: Range<i64>) -> i64 {
        range.start + (self.next() >> 1) as i64 % (range.end - range.start)
    }

    pub(super) fn one_in(&mut self, many: i64) -> bool {
        self.of(0..many) == 0
    }

    /// Nearly normal, of this deviation: the sum of four uniform ones.
    pub(super) fn noise(&mut self, deviation: i64) -> i64 {
        if deviation == 0 {
            return 0;
        }
        let span = deviation * 1_732 / 2_000; // Each of four with σ = span/√3 gives σ·2/√3·…: 4·span²/3 = deviation².
        (0..4).map(|_| self.of(-span..span + 1)).sum()
    }
}

/// Engine models, each with some calibrations of its own; every fifth shares one with the model before.
const MODELS: i64 = 40;

/// One vehicle of a station's customers.
#[derive(Clone)]
pub(super) struct Truck {
    pub(super) vin: String,
    pub(super) plate: String,
    model: i64,
    calibration: i64,
    /// Its usual peak, hundredths of 1/m.
    k: i64,
    top_rpm: i64,
    idle: i64,
}

/// One honest station with its customers and its tests so far.
pub(super) struct Station {
    pub(super) code: OrganisationCode,
    pub(super) chance: Chance,
    /// How dirty its customers are: the share of high emitters, per mille.
    dirty_per_mille: i64,
    next: u32,
    clock: Timestamp,
}

impl Station {
    pub(super) fn new(number: u32) -> Self {
        let mut chance = Chance::new(u64::from(number) + 1);
        let dirty_per_mille = (180 + chance.noise(35)).clamp(60, 400);
        let code = OrganisationCode::parse(&format!("I-{number:03}")).unwrap();
        let clock = "2026-03-02T00:30:00Z".parse().unwrap();
        Self { code, chance, dirty_per_mille, next: 0, clock }
    }

    pub(super) fn truck(&mut self) -> Truck {
        let chance = &mut self.chance;
        let model = chance.of(0..MODELS);
        let shared = model % 5 == 4 && chance.one_in(2);
        let dirty = chance.of(0..1_000) < self.dirty_per_mille;
        let serial = chance.of(0..10_000_000);
        Truck {
            vin: format!("LZZ5ELND0{}{serial:07}", char::from(b'A' + (model % 8) as u8)),
            plate: format!("晋{}{:05}", char::from(b'A' + chance.of(0..3) as u8), chance.of(0..100_000)),
            model,
            calibration: if shared { (model - 1) * 10 } else { model * 10 + chance.of(0..3) },
            k: if dirty { chance.of(125..260) } else { chance.of(1..110) },
            top_rpm: chance.of(2_100..3_200),
            idle: chance.of(620..780),
        }
    }

    /// Tests a truck by free acceleration, some minutes after the test before, within opening hours.
    pub(super) fn test(&mut self, truck: &Truck) -> Inspection {
        let minutes = self.chance.of(7..25);
        self.clock = self.clock.checked_add(JiffSpan::new().minutes(minutes)).unwrap();
        let past_closing = self.clock.as_second() % 86_400 > 9 * 3_600; // 17:00 at the law's place.
        if past_closing {
            let midnight = self.clock.as_second() / 86_400 * 86_400 + 86_400;
            self.clock = Timestamp::from_second(midnight + 1_800).unwrap();
        }
        self.next += 1;
        let report = ReportNumber::parse(&format!("2026-{:06}", self.next)).unwrap();
        let runs: Vec<Run> = (0..3).map(|number| self.run(truck, number)).collect();
        let mean = runs.iter().map(|run| i64::from(run.highest.per_m_hundredths)).sum::<i64>() / 3;
        let took = self.chance.of(200..400);
        let mut inspection = sample::passing(report.as_str());
        inspection.id = InspectionId::of(&self.code, &report);
        inspection.station = self.code.clone();
        inspection.report = report;
        inspection.vehicle = VehicleIdentity {
            plate: truck.plate.parse().unwrap(),
            colour: Some(plumewatch_shared::plate::PlateColour::Yellow),
            vin: Vin::parse(&truck.vin).ok(),
        };
        inspection.engine_model = Some(format!("E{:02}", truck.model));
        inspection.span = Span {
            started: self.clock,
            ended: self.clock.checked_add(JiffSpan::new().seconds(took)).unwrap(),
        };
        if let Some(obd) = &mut inspection.obd {
            let blank = self.chance.one_in(50);
            obd.vin = Vin::parse(&truck.vin).ok().filter(|_| !blank);
            let name = if blank { "000000".to_owned() } else { format!("CAL{:05}", truck.calibration) };
            obd.calibration_sum =
                Some(if blank { "00000000".to_owned() } else { format!("{:08X}", truck.calibration) });
            obd.calibration = Some(name);
        }
        inspection.told.outcome = if mean > 120 { TestOutcome::Failed } else { TestOutcome::Passed };
        inspection.emission =
            Emission::FreeAcceleration { purges: 3, idle: EngineSpeed { rpm: truck.idle as u16 }, runs };
        inspection
    }

    /// One acceleration of nine seconds: the pedal goes down, the engine runs up, the plume follows, both with noise.
    fn run(&mut self, truck: &Truck, number: i64) -> Run {
        let chance = &mut self.chance;
        let (delay, rise) = (chance.of(3..8), chance.of(6..11));
        let top = truck.top_rpm + chance.noise(25);
        let peak = (truck.k + chance.noise(2 + truck.k / 25)).max(0);
        let curve: Vec<RunPoint> = (0..60)
            .map(|at| {
                let up = ((at - delay) * 1_000 / rise).clamp(0, 1_000);
                let down = ((at - 40) * 1_000 / 12).clamp(0, 1_000);
                let share = up.min(1_000 - down);
                let rpm = truck.idle + (top - truck.idle) * share / 1_000 + chance.noise(9);
                let plume = (1_000 - (at - delay - rise).abs() * 90).clamp(60, 1_000);
                let k = peak * plume / 1_000 + chance.noise(1);
                RunPoint {
                    ms: (number * 20_000 + at * 150) as u32,
                    k: AbsorptionCoefficient { per_m_hundredths: k.max(0) as u16 },
                    speed: EngineSpeed { rpm: rpm.max(400) as u16 },
                }
            })
            .collect();
        let highest = curve.iter().map(|point| point.k).max().unwrap();
        let highest_speed = curve.iter().map(|point| point.speed).max().unwrap();
        Run { highest, highest_speed, curve }
    }

    /// A day's customers: a failed one comes back repaired some tests later; now and then one has new plates, or its
    /// number was mistyped.
    pub(super) fn tests(&mut self, count: usize) -> Vec<Inspection> {
        let mut waiting: Vec<(usize, Truck)> = Vec::new();
        let mut done: Vec<Inspection> = Vec::new();
        while done.len() < count {
            let due = waiting.iter().position(|(at, _)| *at <= done.len());
            let mut truck = due.map_or_else(|| self.truck(), |at| waiting.remove(at).1);
            if self.chance.one_in(400) {
                truck.plate = self.truck().plate; // Sold, or moved to another city.
            }
            let mut inspection = self.test(&truck);
            if self.chance.one_in(2_000) {
                let typed = truck.vin.replacen('0', "8", 1);
                inspection.vehicle.vin = Vin::parse(&typed).ok();
                inspection.obd.iter_mut().for_each(|obd| obd.vin = None);
            }
            if inspection.told.outcome == TestOutcome::Failed {
                let back = done.len() + self.chance.of(20..200) as usize;
                waiting.push((back, Truck { k: self.chance.of(5..110), ..truck }));
            }
            done.push(inspection);
        }
        done
    }
}

/// Facts and curves of inspections.
pub(super) fn facts(inspections: &[Inspection]) -> (Vec<TestFact>, Vec<Curve>) {
    (inspections.iter().map(TestFact::of).collect(), inspections.iter().filter_map(Curve::of).collect())
}
