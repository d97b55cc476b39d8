//! The filled form of one test beside the road: who tested what, with what, and what came out.
//!
//! Its texts and lists have limits, so that the sealed record stays a small one: [`CURVE_POINTS`] of [`RUNS`] runs take
//! 10 KiB at most, everything else 4 KiB. What a limit is held against are the [`values`](ExhaustTest::values); the curve
//! stands beside them so that a person sees where they come from.

use std::fmt;
use std::str::FromStr;

use super::free_acceleration::Run;
use super::{TestItem, TestSubject, TestValue};
use crate::ids::{DeviceId, PassageId};
use crate::passage::EvidenceFile;
use crate::plate::{Plate, PlateColour};
use crate::reading::WeatherReading;
use crate::time::Stamp;
use crate::units::{AbsorptionCoefficient, EngineSpeed, RingelmannLevel};

/// Points of a curve that a record keeps: one each 150 ms of an acceleration of nine seconds.
pub const CURVE_POINTS: usize = 60;
/// Accelerations that a record keeps; the rulebook allows six.
pub const RUNS: usize = 8;
/// Officers who sign at most.
pub const OFFICERS: usize = 4;
/// Samples taken at most.
pub const SAMPLES: usize = 6;
/// Observers of smoke by eye at least (issue 4: two officers).
pub const OBSERVERS: usize = 2;

/// A text that a person wrote is empty, too long, or not of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text of 1 to {most} characters without line breaks or control characters is wanted")]
pub struct TextError {
    /// Characters at most.
    pub most: usize,
}

/// Texts with a length: trimmed, not empty, without control characters.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Characters at most.
            pub const MOST: usize = $most;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let text = text.trim();
                let plain = !text.is_empty()
                    && text.chars().count() <= Self::MOST
                    && !text.chars().any(char::is_control);
                if plain { Ok(Self(text.to_owned())) } else { Err(TextError { most: Self::MOST }) }
            }
        }

        /// Who signs and what they wrote is for the record and the page, not for a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} characters)"), self.0.chars().count())
            }
        }
    };
}

text!(
    /// Name of an officer.
    PersonName, 30
);
text!(
    /// Number of a seal on a bottle.
    SealNumber, 30
);
text!(
    /// Vehicle identification number, or a machine's environmental code (STANDARDS.md 3.2).
    VehicleCode, 30
);
text!(
    /// What the officers add.
    Note, 200
);
text!(
    /// Word of a limit class in a rulebook of tests.
    ClassWord, 8
);

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExhaustTest {
    /// Minted with the station's other records.
    pub id: PassageId,
    /// When it began.
    pub started: Stamp,
    /// When it was signed.
    pub ended: Stamp,
    /// The passage for which the vehicle was waved out.
    pub passage: Option<PassageId>,
    /// What was tested.
    pub vehicle: TestedVehicle,
    /// Free acceleration with a meter, if that was done.
    pub free_acceleration: Option<MeteredAcceleration>,
    /// Smoke by eye, if that was done: one reading an observer.
    pub by_eye: Vec<EyeReading>,
    /// Urea and fuel taken.
    pub samples: Vec<SampleTaken>,
    /// Who signs.
    pub officers: Vec<PersonName>,
    /// The weather that held.
    pub weather: Option<WeatherReading>,
    /// What the officers wrote.
    pub note: Option<Note>,
    /// Files that belong to it.
    pub evidence: Vec<EvidenceFile>,
}

/// The vehicle or machine, as far as it decides the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedVehicle {
    /// Its plate as the officers confirmed it; a machine may have none.
    pub plate: Option<Plate>,
    /// The plate's colour.
    pub colour: Option<PlateColour>,
    /// Its identification number.
    pub code: Option<VehicleCode>,
    /// Its limit class.
    pub class: ClassWord,
    /// Rated power of its engine, watts.
    pub rated_power_w: Option<u32>,
    /// Where the test stands, metres above the sea.
    pub altitude_m: Option<i32>,
}

/// An opacimeter by what a record must say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedMeter {
    /// Word of the driver: `nht-1l`, `mqy-200` or `fty-100`.
    pub driver: String,
    /// Its serial number.
    pub device: DeviceId,
    /// When it last set zero and full scale.
    pub calibrated: Option<Stamp>,
}

/// Drivers of opacimeters that a record may name (STANDARDS.md 11.2 to 11.4).
pub const METER_DRIVERS: [&str; 3] = ["nht-1l", "mqy-200", "fty-100"];

/// Free acceleration with a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeteredAcceleration {
    /// With what.
    pub meter: UsedMeter,
    /// How often the pipe was blown out.
    pub purges: u32,
    /// The accelerations, first to last.
    pub runs: Vec<RecordedRun>,
    /// Mean of the last ones; `None` if they stayed unsteady.
    pub mean: Option<AbsorptionCoefficient>,
}

/// One acceleration with its curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRun {
    /// Its highest coefficient, of all samples.
    pub highest: AbsorptionCoefficient,
    /// The highest engine speed, if a pick-up was fitted.
    pub highest_speed: Option<EngineSpeed>,
    /// What a person is shown; the highest is in it.
    pub curve: Vec<CurvePoint>,
}

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurvePoint {
    /// Since the run began, milliseconds.
    pub ms: u32,
    /// The coefficient.
    pub coefficient: AbsorptionCoefficient,
    /// The engine's speed; 0 without a pick-up.
    pub rpm: u16,
}

/// What one observer saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EyeReading {
    /// Who.
    pub observer: PersonName,
    /// The highest level seen.
    pub level: RingelmannLevel,
}

/// What is in a bottle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substance {
    /// 车用尿素, of the tank beside the fuel's.
    Urea,
    /// 车用柴油.
    Fuel,
}

/// A sample in a sealed bottle; the laboratory's result comes later, elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleTaken {
    /// Of what.
    pub substance: Substance,
    /// Number of its seal.
    pub seal: SealNumber,
    /// When.
    pub taken: Stamp,
}

impl TestedVehicle {
    /// What decides its limits.
    pub fn subject(&self) -> TestSubject {
        TestSubject {
            class: self.class.as_str().to_owned(),
            rated_power_w: self.rated_power_w,
            altitude_m: self.altitude_m,
        }
    }
}

impl ExhaustTest {
    /// What was measured, to be held against limits: the mean of the accelerations, the highest level any observer saw.
    /// Empty where samples alone were taken, or the accelerations stayed unsteady.
    pub fn values(&self) -> Vec<TestValue> {
        let mean = self.free_acceleration.as_ref().and_then(|done| done.mean);
        let mean = mean
            .map(|k| TestValue { item: TestItem::FreeAccelerationK, value: i64::from(k.per_m_hundredths) });
        let seen = self.by_eye.iter().map(|reading| reading.level).max();
        let seen =
            seen.map(|level| TestValue { item: TestItem::Ringelmann, value: i64::from(level.level()) });
        mean.into_iter().chain(seen).collect()
    }
}

impl RecordedRun {
    /// The run for [`FreeAcceleration`](super::free_acceleration::FreeAcceleration).
    pub fn run(&self) -> Run {
        Run { highest: self.highest }
    }
}

/// A curve thinned to at most `points`: of each stretch the point with the highest coefficient, so the highest of all
/// stays.
pub fn thinned(curve: &[CurvePoint], points: usize) -> Vec<CurvePoint> {
    if points == 0 {
        return Vec::new();
    }
    let stretch = curve.len().div_ceil(points).max(1);
    let highest =
        |stretch: &[CurvePoint]| stretch.iter().copied().rev().max_by_key(|point| point.coefficient);
    curve.chunks(stretch).filter_map(highest).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(ms: u32, per_m_hundredths: u16) -> CurvePoint {
        CurvePoint { ms, coefficient: AbsorptionCoefficient { per_m_hundredths }, rpm: 750 }
    }

    #[test]
    fn a_name_is_trimmed_and_neither_empty_nor_long_nor_of_two_lines() {
        assert_eq!(" 李 卫 ".parse::<PersonName>().unwrap().as_str(), "李 卫");
        for wrong in ["", "  ", "a\nb", &"x".repeat(31)] {
            assert_eq!(wrong.parse::<PersonName>(), Err(TextError { most: 30 }), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_does_not_show_itself_in_a_log() {
        assert_eq!(format!("{:?}", "李卫".parse::<PersonName>().unwrap()), "PersonName(2 characters)");
    }

    #[test]
    fn the_highest_level_of_all_observers_counts() {
        let eye = |name: &str, level| EyeReading {
            observer: name.parse().unwrap(),
            level: RingelmannLevel::new(level).unwrap(),
        };
        let test =
            ExhaustTest { by_eye: vec![eye("甲", 1), eye("乙", 2)], ..crate::sample::exhaust_test(7) };
        let values = test.values();
        assert_eq!(values.last(), Some(&TestValue { item: TestItem::Ringelmann, value: 2 }));
    }

    proptest! {
        #[test]
        fn a_thinned_curve_is_short_in_order_and_keeps_its_highest(
            values in prop::collection::vec(0..=u16::MAX, 0..500), points in 1..100_usize,
        ) {
            let curve: Vec<_> = values.iter().enumerate().map(|(at, k)| point(at as u32, *k)).collect();
            let thin = thinned(&curve, points);
            prop_assert!(thin.len() <= points);
            prop_assert!(thin.is_sorted_by_key(|point| point.ms));
            prop_assert_eq!(
                thin.iter().map(|point| point.coefficient).max(),
                curve.iter().map(|point| point.coefficient).max()
            );
        }
    }
}
