//! One inspection as a station uploads it: what was tested, raw values, process data, and what the station made of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::exhaust_test::{TestItem, TestOutcome, TestValue};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed, RingelmannLevel};

use super::{InspectedItem, InspectionId, Method, ReportNumber, VehicleIdentity};
use crate::access::OrganisationCode;
use crate::order::OrderId;
use crate::register::Vin;

/// Points of process data that an inspection keeps: ten minutes at one a second, a lug-down of five with room.
pub const PROCESS_POINTS_MAX: usize = 600;
/// Accelerations that it keeps; the rulebook allows six.
pub const RUNS_MAX: usize = 8;
/// Things seen in the appearance check that it names at most.
pub const APPEARANCE_MAX: usize = 20;
/// Trouble codes that it keeps at most.
pub const TROUBLE_CODES_MAX: usize = 50;

/// One inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Made of station and report number.
    pub id: InspectionId,
    /// Which station.
    pub station: OrganisationCode,
    /// Its line (检测线), from 1.
    pub line: u8,
    /// The station's number of the report.
    pub report: ReportNumber,
    /// The order of which this is the retest.
    pub order: Option<OrderId>,
    /// Which vehicle.
    pub vehicle: VehicleIdentity,
    /// Its engine's model, as its plate says.
    pub engine_model: Option<String>,
    /// Rated power of its engine, watts.
    pub rated_power_w: Option<u32>,
    /// Metres above the sea where the station stands.
    pub altitude_m: Option<i32>,
    /// When it began and ended.
    pub span: Span,
    /// The air.
    pub air: Air,
    /// The emission test.
    pub emission: Emission,
    /// The on-board diagnosis, where the vehicle has one.
    pub obd: Option<Obd>,
    /// What was seen: the names of what was not as it must be; empty if all was.
    pub appearance: Vec<String>,
    /// Who tested.
    pub inspector: String,
    /// What the station made of it.
    pub told: Told,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub started: Timestamp,
    /// The end, not before it.
    pub ended: Timestamp,
}

impl Span {
    /// How long, whole seconds.
    pub fn seconds(self) -> i64 {
        self.ended.as_second() - self.started.as_second()
    }
}

/// The air at the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Air {
    /// Temperature, hundredths of a degree Celsius.
    pub celsius_hundredths: i32,
    /// Relative humidity, hundredths of a percent.
    pub humidity_hundredths: u16,
    /// Pressure, pascal.
    pub pascal: u32,
}

/// The emission test by its method, with raw values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Emission {
    /// Free acceleration.
    FreeAcceleration {
        /// How often the pipe was blown out.
        purges: u32,
        /// Engine speed at idle.
        idle: EngineSpeed,
        /// The accelerations, first to last.
        runs: Vec<Run>,
    },
    /// Lug-down.
    LugDown {
        /// At the speed of most power.
        k100: AbsorptionCoefficient,
        /// At 80 % of it.
        k80: AbsorptionCoefficient,
        /// Nitrogen oxides at 80 % of it, 10⁻⁶.
        nox80_ppm: u32,
        /// Highest corrected power at the wheels, watts.
        wheel_power_w: u32,
        /// Second by second.
        process: Vec<LugPoint>,
    },
    /// Smoke by eye or camera, held against the Ringelmann chart.
    Ringelmann {
        /// The levels seen, one a second.
        levels: Vec<RingelmannLevel>,
    },
}

/// One acceleration with its curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its highest coefficient.
    pub highest: AbsorptionCoefficient,
    /// The highest engine speed.
    pub highest_speed: EngineSpeed,
    /// Process data.
    pub curve: Vec<RunPoint>,
}

/// A point of an acceleration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPoint {
    /// Since the test began, milliseconds.
    pub ms: u32,
    /// The coefficient.
    pub k: AbsorptionCoefficient,
    /// The engine's speed.
    pub speed: EngineSpeed,
}

/// Where a lug-down stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LugPhase {
    /// The load grows until the power is highest.
    Scan,
    /// Held at the speed of most power.
    At100,
    /// Held at 80 % of it.
    At80,
}

impl LugPhase {
    /// Every phase.
    pub const ALL: [Self; 3] = [Self::Scan, Self::At100, Self::At80];

    /// The word used on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::At100 => "at-100",
            Self::At80 => "at-80",
        }
    }

    /// The phase of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }
}

/// One second of a lug-down (STANDARDS.md 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LugPoint {
    /// Since the test began, milliseconds.
    pub ms: u32,
    /// Where it stands.
    pub phase: LugPhase,
    /// The coefficient.
    pub k: AbsorptionCoefficient,
    /// Engine speed.
    pub speed: EngineSpeed,
    /// Roller speed, mm/s.
    pub roller_mm_s: u32,
    /// Corrected power at the wheels, watts.
    pub power_w: u32,
    /// Nitrogen oxides, 10⁻⁶.
    pub nox_ppm: u32,
    /// Carbon dioxide, hundredths of a percent.
    pub co2_hundredths: u16,
}

/// The check of the on-board diagnosis (GB 3847-2018, clause 7, Annex E).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obd {
    /// Did it answer?
    pub communicates: bool,
    /// Is the malfunction lamp as the system says?
    pub lamp_consistent: bool,
    /// Is the lamp lit?
    pub lamp_on: bool,
    /// Driven with the lamp on, kilometres.
    pub lamp_km: u32,
    /// Trouble codes, such as `P20EE`.
    pub trouble_codes: Vec<String>,
    /// Monitors that are not ready.
    pub not_ready: u32,
    /// The identification number that the engine's computer tells.
    pub vin: Option<Vin>,
    /// Name of its calibration (CALID).
    pub calibration: Option<String>,
    /// Check sum of the calibration (CVN), hex.
    pub calibration_sum: Option<String>,
}

/// What the station made of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Passed or failed.
    pub outcome: TestOutcome,
    /// Each quantity as it stands on the report.
    pub values: Vec<TestValue>,
    /// What failed.
    pub failed: BTreeSet<InspectedItem>,
}

impl Emission {
    /// By which method.
    pub const fn method(&self) -> Method {
        match self {
            Self::FreeAcceleration { .. } => Method::FreeAcceleration,
            Self::LugDown { .. } => Method::LugDown,
            Self::Ringelmann { .. } => Method::Ringelmann,
        }
    }
}

impl Inspection {
    /// Everything that was tested.
    pub fn tested(&self) -> BTreeSet<InspectedItem> {
        let emission = self.emission.method().items().iter().copied().map(InspectedItem::Emission);
        let obd = self.obd.as_ref().map(|_| InspectedItem::Obd);
        emission.chain(obd).chain([InspectedItem::Appearance]).collect()
    }

    /// What the report says of one quantity.
    pub fn told_value(&self, item: TestItem) -> Option<i64> {
        self.told.values.iter().find(|value| value.item == item).map(|value| value.value)
    }
}
