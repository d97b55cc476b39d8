//! Wire types: JSON, one object a message. Adding an optional field is compatible; changing one is version 2.
//!
//! Units stand in the names, because these objects are read by people and by programs that are not ours.
//! Unknown fields are ignored, so that a newer edge can speak to an older server.

use serde::{Deserialize, Serialize};

macro_rules! wire {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident : $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    )*};
}

mod device_check;
mod exhaust_test;

pub use device_check::*;
pub use exhaust_test::*;

wire! {
    /// Everything about one passage, as the edge stored it. The body of a sealed record.
    pub struct PassageReport {
        /// Version of this message.
        pub v: u8,
        /// `A140105001-0000000042`.
        pub id: String,
        /// Lane, from 1.
        pub lane: u8,
        /// When the vehicle passed.
        pub passed: WireStamp,
        /// The exhaust reading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reading: Option<WireReading>,
        /// Why the reading does not count; absent without a reading, empty when it counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invalid: Option<Vec<WireInvalidReason>>,
        /// What the front camera read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub front: Option<WireSighting>,
        /// What the rear camera read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rear: Option<WireSighting>,
        /// Smoke seen by the rear camera.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub smoke: Option<WireSmoke>,
        /// The weather that held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub weather: Option<WireWeather>,
        /// What is not clear, by word.
        #[serde(default)]
        pub doubts: Vec<String>,
        /// The files that belong to it.
        #[serde(default)]
        pub evidence: Vec<WireEvidence>,
        /// The edge's judgement.
        pub verdict: WireVerdict,
    }

    /// A moment: microseconds of UTC since 1970, and the clock that said so.
    pub struct WireStamp {
        /// Microseconds since 1970-01-01T00:00:00Z.
        pub utc_us: i64,
        /// `synchronised`, `holdover` or `unsynchronised`.
        pub clock: String,
    }

    /// A remote-sensing reading.
    pub struct WireReading {
        /// Serial number of the head.
        pub device: String,
        /// Starts of the head.
        pub boot: u32,
        /// Measurements since that start.
        pub sequence: u32,
        /// When it was measured.
        pub measured: WireStamp,
        /// Carbon dioxide, hundredths of 10⁻⁶.
        pub co2_ppm_hundredths: Option<i32>,
        /// Carbon monoxide, hundredths of 10⁻⁶.
        pub co_ppm_hundredths: Option<i32>,
        /// Hydrocarbons as propane, hundredths of 10⁻⁶.
        pub hc_ppm_hundredths: Option<i32>,
        /// Nitric oxide, hundredths of 10⁻⁶.
        pub no_ppm_hundredths: Option<i32>,
        /// CO to CO₂, millionths.
        pub co_ratio_millionths: Option<i32>,
        /// HC to CO₂, millionths.
        pub hc_ratio_millionths: Option<i32>,
        /// NO to CO₂, millionths.
        pub no_ratio_millionths: Option<i32>,
        /// Cross-road opacity, mean, hundredths of a percent.
        pub opacity_mean_hundredths: Option<u16>,
        /// Cross-road opacity, highest, hundredths of a percent.
        pub opacity_max_hundredths: Option<u16>,
        /// Speed, mm/s.
        pub speed_mm_s: Option<i32>,
        /// Acceleration, mm/s².
        pub acceleration_mm_s2: Option<i32>,
        /// Slope, hundredths of a degree, uphill positive.
        pub slope_degree_hundredths: Option<i16>,
        /// Plume strength, hundredths of ppm·m of CO₂.
        pub plume_ppm_m_hundredths: i32,
        /// Number of the last passed audit.
        pub audit: Option<String>,
        /// When that audit was passed, microseconds since 1970.
        pub audit_passed_utc_us: Option<i64>,
        /// `good`, `weak-plume`, `reblocked`, `scattered`, `implausible` or `fault`.
        pub head_status: String,
    }

    /// A condition that did not hold; numbers in the condition's unit.
    pub struct WireInvalidReason {
        /// Which, by word.
        pub condition: String,
        /// `missing`, `below`, `above` or `not-met`.
        pub breach: String,
        /// What was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub measured: Option<i64>,
        /// What is allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<i64>,
    }

    /// A plate over one vehicle's frames.
    pub struct WireSighting {
        /// First frame.
        pub first_seen: WireStamp,
        /// Last frame.
        pub last_seen: WireStamp,
        /// Frames in the vote.
        pub frames: u32,
        /// The plate, if the reader did not abstain.
        pub plate: Option<String>,
        /// Why it abstained, by word.
        pub abstained: Option<String>,
        /// What the pixels said before the grammar.
        pub raw: String,
        /// Ground colour, by word.
        pub colour: Option<String>,
        /// 1 or 2.
        pub rows: Option<u8>,
        /// Per mille.
        pub confidence_per_mille: u16,
        /// Per character, what else it may be: `[["8", 120], …]`.
        pub alternatives: Vec<Vec<(char, u16)>>,
        /// Corners in the best frame, pixels, clockwise from the plate's upper left.
        pub corners: Option<[[i32; 2]; 4]>,
    }

    /// Smoke on one vehicle's track.
    pub struct WireSmoke {
        /// First frame with a plume.
        pub first_seen: WireStamp,
        /// Last frame with a plume.
        pub last_seen: WireStamp,
        /// Frames measured.
        pub hits: u32,
        /// Camera opacity, hundredths of a percent.
        pub opacity_hundredths: Option<u16>,
        /// One standard deviation, hundredths of a percent.
        pub uncertainty_hundredths: Option<u16>,
        /// Ringelmann level.
        pub level: Option<u8>,
        /// That it is exhaust smoke, per mille.
        pub confidence_per_mille: Option<u16>,
        /// Why there is no figure, by word.
        pub unmeasurable: Option<String>,
    }

    /// The weather beside the road.
    pub struct WireWeather {
        /// When it was read.
        pub measured: WireStamp,
        /// Wind speed, mm/s.
        pub wind_mm_s: Option<i32>,
        /// Direction the wind comes from, degrees.
        pub wind_from_degrees: Option<u16>,
        /// Temperature, hundredths of °C.
        pub temperature_celsius_hundredths: Option<i32>,
        /// Relative humidity, hundredths of %.
        pub humidity_percent_hundredths: Option<u16>,
        /// Pressure, Pa.
        pub pressure_pa: Option<u32>,
        /// Rain or snow.
        pub precipitation: Option<bool>,
    }

    /// A file that belongs to a passage.
    pub struct WireEvidence {
        /// `vehicle-front`, `vehicle-rear`, `plate-front`, `plate-rear`, `plume` or `plume-clip`.
        pub kind: String,
        /// SHA-256, hex.
        pub sha256: String,
        /// Size in bytes.
        pub bytes: u32,
    }

    /// A judgement with the numbers it rests on.
    pub struct WireVerdict {
        /// `passed`, `screened`, `exceeding` or `not-judged`.
        pub outcome: String,
        /// Standard, such as `HJ 845-2017`.
        pub rulebook: String,
        /// Edition of it.
        pub rulebook_version: String,
        /// Each judged quantity.
        pub findings: Vec<WireFinding>,
    }

    /// One quantity against its limit, in the item's unit.
    pub struct WireFinding {
        /// `opacity` (hundredths of %), `ringelmann` (level), `no` (hundredths of 10⁻⁶).
        pub item: String,
        /// What was measured.
        pub measured: i64,
        /// What passes at most.
        pub limit: i64,
        /// Strictly above?
        pub exceeds: bool,
        /// `enforcement` or `screening`.
        pub role: String,
        /// Where the limit stands.
        pub clause: String,
    }

    /// Server → edge: these records are committed, or will never be taken.
    pub struct Receipt {
        /// Version of this message.
        pub v: u8,
        /// Sequences committed now or before.
        pub stored: Vec<u64>,
        /// Records that the server cannot take; it keeps them aside and a person must look.
        #[serde(default)]
        pub refused: Vec<Refused>,
    }

    /// A record the server cannot take.
    pub struct Refused {
        /// SHA-256 of the payload, hex: a refused record may have no readable sequence.
        pub sha256: String,
        /// What is wrong, in English, for the log.
        pub reason: String,
    }

    /// Server → edge: how far a file has come.
    pub struct EvidenceReceipt {
        /// Version of this message.
        pub v: u8,
        /// SHA-256, hex.
        pub sha256: String,
        /// Send from here; the file's size once it is whole.
        pub next_offset: u32,
        /// Is it whole, checked and stored?
        pub complete: bool,
        /// Why the server will not take it, if so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refused: Option<String>,
    }

    /// Edge → server, retained: is the edge there?
    pub struct StateReport {
        /// Version of this message.
        pub v: u8,
        /// False in the last will.
        pub online: bool,
        /// Starts of the edge program, so that an old will is told from a new state.
        pub boot: u64,
    }

    /// Edge → server, every half minute: how the station is.
    pub struct HealthReport {
        /// Version of this message.
        pub v: u8,
        /// When it was written.
        pub at: WireStamp,
        /// Version of the edge program.
        pub software: String,
        /// The last sequence minted; what is missing below it is still on the edge or lost.
        pub last_sequence: u64,
        /// Records waiting for a receipt.
        pub backlog_records: u64,
        /// Evidence files waiting.
        pub backlog_files: u64,
        /// Free bytes where evidence is kept.
        pub disk_free_bytes: u64,
        /// Evidence files shed because the disk was full.
        pub shed_files: u64,
        /// Edition of the watchlist in use.
        pub watchlist_version: Option<u64>,
        /// When the server issued that edition, microseconds; absent without one, and from edges that did not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub watchlist_issued_utc_us: Option<i64>,
        /// Issue of the rulebooks in use; absent where the server's has not come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rulebook_issue: Option<u64>,
        /// The edition that judges passages now: standard, space, version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rulebook_edition: Option<String>,
        /// Each instrument.
        pub parts: Vec<PartHealth>,
    }

    /// How one instrument is.
    pub struct PartHealth {
        /// `head-1`, `weather`, `camera-front-1`, `clock`, `disk`, `uplink`, `rulebook`.
        pub part: String,
        /// `good`, `degraded` or `down`.
        pub state: String,
        /// What is wrong or how it does, Chinese.
        pub zh: String,
        /// The same, English.
        pub en: String,
    }

    /// Server → edge: the watchlist. The body of a sealed message.
    pub struct WatchlistEdition {
        /// Version of this message.
        pub v: u8,
        /// Edition.
        pub version: u64,
        /// When it was issued, microseconds since 1970.
        pub issued_utc_us: i64,
        /// Who is on it.
        pub entries: Vec<WireWatchlistEntry>,
    }

    /// Server → edge: every rulebook that holds in the edge's region. The body of a sealed message.
    pub struct RulebookIssue {
        /// Version of this message.
        pub v: u8,
        /// Counts the issues.
        pub version: u64,
        /// When it was issued, microseconds since 1970.
        pub issued_utc_us: i64,
        /// For which region, GB/T 2260.
        pub region: String,
        /// Rulebooks of passages, oldest first.
        pub passages: Vec<WireEdition>,
        /// Rulebooks of tests: for each standard its editions, oldest first.
        pub tests: Vec<Vec<WireEdition>>,
    }

    /// One edition of a rulebook and the day it holds from.
    pub struct WireEdition {
        /// First legal day, `2026-07-01`.
        pub from: String,
        /// The rulebook, in the format of its file: JSON as text, so that it stays what was checked.
        pub book: String,
    }

    /// One watched plate.
    pub struct WireWatchlistEntry {
        /// The plate.
        pub plate: String,
        /// Its colour, by word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub colour: Option<String>,
        /// `open-case`, `blacklisted` or `wanted`.
        pub reason: String,
    }
}
