//! A test of a vehicle that was stopped, told by the edge that led it. The body of a sealed record.

use serde::{Deserialize, Serialize};

use super::{WireEvidence, WireStamp, WireWeather};

wire! {
    /// One test beside the road: free acceleration with a meter, or smoke by eye; samples that were taken.
    pub struct ExhaustTestReport {
        /// Version of this message.
        pub v: u8,
        /// `exhaust-test`: what tells this body from a passage's.
        pub kind: String,
        /// `A140105001-0000000042`: station and sequence, counted with the station's other records.
        pub id: String,
        /// When the test began.
        pub started: WireStamp,
        /// When it was signed.
        pub ended: WireStamp,
        /// The passage for which the vehicle was waved out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub passage: Option<String>,
        /// What was tested.
        pub vehicle: WireTestedVehicle,
        /// The meter, where one was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meter: Option<WireMeter>,
        /// Free acceleration, if that was the method.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub free_acceleration: Option<WireFreeAcceleration>,
        /// Smoke by eye, if that was the method: one entry an observer.
        #[serde(default)]
        pub by_eye: Vec<WireEyeReading>,
        /// Urea and fuel taken for the laboratory.
        #[serde(default)]
        pub samples: Vec<WireSampleTaken>,
        /// Names of the officers who sign.
        pub officers: Vec<String>,
        /// The weather that held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub weather: Option<WireWeather>,
        /// The edge's judgement; absent where nothing was measured and samples alone were taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verdict: Option<WireTestVerdict>,
        /// What the officers wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub note: Option<String>,
        /// The files that belong to it.
        #[serde(default)]
        pub evidence: Vec<WireEvidence>,
    }

    /// The vehicle or machine that was tested, as far as it decides the limit.
    pub struct WireTestedVehicle {
        /// Its plate, as the officers confirmed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plate: Option<String>,
        /// The plate's colour, by word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub colour: Option<String>,
        /// Vehicle identification number, or a machine's environmental code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vin: Option<String>,
        /// Limit class in the rulebook: `a` or `b`, `I` to `III`.
        pub limit_class: String,
        /// Rated power of its engine, watts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rated_power_w: Option<u32>,
        /// Where the test stands, metres above the sea.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub altitude_m: Option<i32>,
    }

    /// An opacimeter.
    pub struct WireMeter {
        /// The driver that reads it: `nht-1l`, `mqy-200` or `fty-100`.
        pub driver: String,
        /// Its serial number, from the configuration.
        pub device: String,
        /// When its zero and full scale were last set, microseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub calibrated_utc_us: Option<i64>,
    }

    /// Accelerations, first to last (GB 3847-2018, Annex A).
    pub struct WireFreeAcceleration {
        /// How often the pipe was blown out.
        pub purges: u32,
        /// The accelerations.
        pub runs: Vec<WireRun>,
        /// Mean of the last ones' highest coefficients, hundredths of 1/m; absent if they stayed unsteady.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mean_per_m_hundredths: Option<u16>,
    }

    /// One acceleration.
    pub struct WireRun {
        /// Its highest coefficient, hundredths of 1/m.
        pub highest_per_m_hundredths: u16,
        /// Highest engine speed, if a pick-up was fitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub highest_rpm: Option<u16>,
        /// The curve: `[milliseconds since the run began, hundredths of 1/m, revolutions per minute or 0]`.
        #[serde(default)]
        pub curve: Vec<[u32; 3]>,
    }

    /// What one observer saw (GB 3847-2018, Annex D).
    pub struct WireEyeReading {
        /// The observer's name.
        pub observer: String,
        /// Ringelmann level, the highest seen.
        pub level: u8,
    }

    /// A sample in a sealed bottle.
    pub struct WireSampleTaken {
        /// `urea` or `fuel`.
        pub substance: String,
        /// Number of the seal.
        pub seal: String,
        /// When it was taken.
        pub taken: WireStamp,
    }

    /// A test held against its limits.
    pub struct WireTestVerdict {
        /// `passed`, `failed` or `not-judged`.
        pub outcome: String,
        /// Standard, such as `GB 3847-2018`.
        pub rulebook: String,
        /// Edition of it.
        pub rulebook_version: String,
        /// Each value that has a limit.
        pub findings: Vec<WireTestFinding>,
        /// Values that have none.
        #[serde(default)]
        pub without_limit: Vec<WireTestValue>,
    }

    /// One value against its limit, in the item's unit.
    pub struct WireTestFinding {
        /// What, by the rulebook's word: `free_acceleration_k` (hundredths of 1/m), `ringelmann` (level), …
        pub item: String,
        /// What was measured.
        pub measured: i64,
        /// The limit.
        pub limit: i64,
        /// `at-most` or `at-least`.
        pub bound: String,
        /// Does it hold?
        pub holds: bool,
        /// Where the limit stands.
        pub clause: String,
    }

    /// One value, in the item's unit.
    pub struct WireTestValue {
        /// What, by the rulebook's word.
        pub item: String,
        /// How much.
        pub value: i64,
    }
}
