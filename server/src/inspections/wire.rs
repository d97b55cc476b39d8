//! An inspection as a station's program sends it: JSON, units in the names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An inspection's result with raw and process data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionUpload {
    /// The station's number of the report: 1 to 40 of letters, digits and `-`.
    #[schema(example = "JC2026112700012")]
    pub report_number: String,
    /// The line, 1 to 99.
    #[schema(example = 1)]
    pub line: u8,
    /// For a retest: the number of the repair order.
    #[serde(default)]
    pub order: Option<String>,
    /// For a retest: which of the order's rounds it is for, from 0; the current one unless said.
    #[serde(default)]
    pub round: Option<u32>,
    /// What was tested.
    pub vehicle: UploadedVehicle,
    /// Metres above the sea where the station stands.
    #[serde(default)]
    pub altitude_m: Option<i32>,
    /// When the test began, microseconds since 1970.
    pub started_utc_us: i64,
    /// When it ended.
    pub ended_utc_us: i64,
    /// The air at the test.
    pub air: UploadedAir,
    /// The emission test.
    pub emission: UploadedEmission,
    /// The on-board diagnosis, where the vehicle has one.
    #[serde(default)]
    pub obd: Option<UploadedObd>,
    /// What was seen not to be as it must; empty if all was.
    #[serde(default)]
    pub appearance_failed: Vec<String>,
    /// Who tested.
    #[schema(example = "赵检")]
    pub inspector: String,
    /// What the station makes of it: `passed` or `failed`.
    #[schema(example = "passed")]
    pub outcome: String,
    /// Each quantity as it stands on the report.
    pub values: Vec<UploadedValue>,
    /// What failed: items of the emission test, `obd`, `appearance`.
    #[serde(default)]
    pub failed: Vec<String>,
}

/// The vehicle as its papers name it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedVehicle {
    /// Its plate.
    #[schema(example = "晋A12345")]
    pub plate: String,
    /// `blue`, `yellow`, `green`, `yellow-green`, `white` or `black`.
    #[schema(example = "yellow")]
    pub plate_colour: String,
    /// Its identification number, 17 characters.
    #[schema(example = "LZZ5ELND0A1234567")]
    pub vin: String,
    /// The engine's model.
    #[serde(default)]
    #[schema(example = "WP10.340E32")]
    pub engine_model: Option<String>,
    /// The engine's rated power, watts; a lug-down needs it.
    #[serde(default)]
    #[schema(example = 250_000)]
    pub rated_power_w: Option<u32>,
}

/// The air at the test.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedAir {
    /// Temperature, hundredths of a degree Celsius.
    #[schema(example = 650)]
    pub celsius_hundredths: i32,
    /// Relative humidity, hundredths of a percent.
    #[schema(example = 4_040)]
    pub humidity_hundredths: u16,
    /// Pressure, pascal.
    #[schema(example = 92_100)]
    pub pascal: u32,
}

/// The emission test by its method.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum UploadedEmission {
    /// Free acceleration (GB 3847-2018, Annex A).
    FreeAcceleration {
        /// How often the pipe was blown out.
        purges: u32,
        /// Engine speed at idle, 1/min.
        idle_rpm: u16,
        /// The accelerations, first to last, at most 8.
        runs: Vec<UploadedRun>,
    },
    /// Lug-down (Annex B).
    LugDown {
        /// At the speed of most power, hundredths of 1/m.
        k100_per_m_hundredths: u16,
        /// At 80 % of it.
        k80_per_m_hundredths: u16,
        /// Nitrogen oxides at 80 % of it, 10⁻⁶.
        nox80_ppm: u32,
        /// Highest corrected power at the wheels, watts.
        wheel_power_w: u32,
        /// Second by second, at most 600.
        process: Vec<UploadedLugPoint>,
    },
    /// Smoke against the Ringelmann chart (Annex D).
    Ringelmann {
        /// The level of each second, 0 to 5, at most 600.
        levels: Vec<u8>,
    },
}

/// One acceleration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedRun {
    /// Its highest coefficient, hundredths of 1/m.
    pub k_per_m_hundredths: u16,
    /// Its highest engine speed, 1/min.
    pub rpm: u16,
    /// Process data, at most 600 points.
    pub curve: Vec<UploadedRunPoint>,
}

/// A point of an acceleration.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedRunPoint {
    /// Since the test began, milliseconds.
    pub ms: u32,
    /// Coefficient, hundredths of 1/m.
    pub k_per_m_hundredths: u16,
    /// Engine speed, 1/min.
    pub rpm: u16,
}

/// A second of a lug-down.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedLugPoint {
    /// Since the test began, milliseconds.
    pub ms: u32,
    /// `scan`, `at-100` or `at-80`.
    pub phase: String,
    /// Coefficient, hundredths of 1/m.
    pub k_per_m_hundredths: u16,
    /// Engine speed, 1/min.
    pub rpm: u16,
    /// Roller speed, mm/s.
    pub roller_mm_s: u32,
    /// Corrected power at the wheels, watts.
    pub power_w: u32,
    /// Nitrogen oxides, 10⁻⁶.
    pub nox_ppm: u32,
    /// Carbon dioxide, hundredths of a percent.
    pub co2_hundredths: u16,
}

/// The on-board diagnosis.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedObd {
    /// Did it answer?
    pub communicates: bool,
    /// Is the malfunction lamp as the system says?
    pub lamp_consistent: bool,
    /// Is the lamp lit?
    pub lamp_on: bool,
    /// Driven with the lamp on, kilometres.
    pub lamp_km: u32,
    /// Trouble codes, at most 50.
    #[serde(default)]
    pub trouble_codes: Vec<String>,
    /// Monitors that are not ready.
    pub not_ready: u32,
    /// The identification number that the engine's computer tells.
    #[serde(default)]
    pub vin: Option<String>,
    /// Name of its calibration (CALID).
    #[serde(default)]
    pub calibration: Option<String>,
    /// Check sum of the calibration (CVN), hex.
    #[serde(default)]
    pub calibration_sum: Option<String>,
}

/// A quantity on the report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadedValue {
    /// `free_acceleration_k`, `lug_down_k100`, `lug_down_k80`, `lug_down_nox80`, `wheel_power_share` or `ringelmann`.
    #[schema(example = "free_acceleration_k")]
    pub item: String,
    /// Its value in the item's unit: hundredths of 1/m, 10⁻⁶, per mille, level.
    #[schema(example = 80)]
    pub value: i64,
}
