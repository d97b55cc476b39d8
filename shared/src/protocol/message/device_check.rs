//! A check of a remote-sensing head with known gases and filters. The body of a sealed record.

use serde::{Deserialize, Serialize};

use super::WireStamp;

wire! {
    /// One check: what the head made of what was known (HJ 845-2017, Annex D; STANDARDS.md 1.7).
    pub struct DeviceCheckReport {
        /// Version of this message.
        pub v: u8,
        /// `device-check`: what tells this body from a passage's.
        pub kind: String,
        /// `A140105001-0000000042`: station and sequence, counted with the station's other records.
        pub id: String,
        /// Serial number of the head.
        pub device: String,
        /// Its lane, from 1.
        pub lane: u8,
        /// The check's number, which readings name as their audit.
        pub check: String,
        /// `zero`, `span` or `audit` (automatic), `static` (gas puffs) or `dynamic` (from a moving vehicle).
        pub method: String,
        /// When it was made.
        pub performed: WireStamp,
        /// Speed of the vehicle of a dynamic check, mm/s.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub speed_mm_s: Option<i32>,
        /// Who made it, if a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<String>,
        /// Each gas and filter.
        pub points: Vec<WireCheckPoint>,
        /// Was it passed: every point within its tolerance, and no fault?
        pub passed: bool,
        /// What is wrong with it apart from its points: `head-says-no`, `incomplete`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub faults: Vec<String>,
        /// Whose tolerances were used.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub rulebook: String,
        /// Which edition of it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub rulebook_version: String,
    }

    /// One gas or filter: in hundredths of 10⁻⁶ for gases, hundredths of a percent for opacity.
    pub struct WireCheckPoint {
        /// `co2`, `co`, `hc` (propane), `butadiene` (hydrocarbons by 1,3-butadiene), `no` or `opacity`.
        pub quantity: String,
        /// What it is.
        pub standard: i64,
        /// What the head made of it.
        pub measured: i64,
        /// How far off it may be, by the head's rulebook.
        pub tolerance: i64,
    }
}
