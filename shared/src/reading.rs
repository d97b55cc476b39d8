//! What a remote-sensing head and a weather station say, and whether it may count.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, LaneNo};
use crate::time::Moment;
use crate::units::{
    Acceleration, Bearing, Concentration, CrossRoadOpacity, Humidity, MoleRatio, Pressure, Slope, Speed,
    Temperature,
};

/// One vehicle's exhaust as a remote-sensing head measured it (record fields: STANDARDS.md 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which measurement of which head: the same one sent twice is known by it.
    pub origin: ReadingOrigin,
    /// When the vehicle's rear left the beam.
    pub measured: Moment,
    /// The lane it was measured on.
    pub lane: LaneNo,
    /// The gases, if the plume was strong enough to tell them.
    pub gases: Option<Gases>,
    /// The smoke channel, if it was.
    pub opacity: Option<BeamOpacity>,
    /// Speed, if the barriers told it.
    pub speed: Option<Speed>,
    /// Acceleration, if the barriers told it.
    pub acceleration: Option<Acceleration>,
    /// Slope of the lane at the beam.
    pub slope: Option<Slope>,
    /// CO₂ seen in the plume above the background, in hundredths of ppm·m: the plume's strength.
    pub plume_ppm_m_hundredths: i32,
    /// The head's last passed audit.
    pub audit: Option<Audit>,
    /// What the head itself says of this measurement.
    pub head_status: HeadStatus,
}

/// Names one measurement of one head for ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadingOrigin {
    /// The head's serial number.
    pub device: DeviceId,
    /// How often the head has been started.
    pub boot: u32,
    /// Counts the measurements since that start, from 1.
    pub sequence: u32,
}

/// The four gases and their ratios to CO₂. Ratios are what is measured; fractions are derived (STANDARDS.md 10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gases {
    /// Carbon dioxide.
    pub co2: Concentration,
    /// Carbon monoxide.
    pub co: Concentration,
    /// Hydrocarbons, as propane.
    pub hc: Concentration,
    /// Nitric oxide.
    pub no: Concentration,
    /// CO to CO₂.
    pub co_ratio: MoleRatio,
    /// HC to CO₂.
    pub hc_ratio: MoleRatio,
    /// NO to CO₂.
    pub no_ratio: MoleRatio,
}

/// Opacity over one plume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeamOpacity {
    /// Mean over the plume: what is judged (BTGDPJ).
    pub mean: CrossRoadOpacity,
    /// Highest sample (BTGDZD).
    pub maximum: CrossRoadOpacity,
}

/// A check of the head with known gases and filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The check's number.
    pub id: DeviceId,
    /// When it was passed, by the head's clock.
    pub passed: Timestamp,
}

/// What the head says of its own measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadStatus {
    /// Nothing wrong.
    Good,
    /// Too little plume to tell.
    WeakPlume,
    /// The beam was blocked again within half a second.
    Reblocked,
    /// The samples do not lie on a line well enough: the ratios' errors are too large (STANDARDS.md 10.3).
    Scattered,
    /// No engine gives these figures.
    Implausible,
    /// The head is out of order.
    Fault,
}

/// The weather beside the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeatherReading {
    /// When it was read.
    pub measured: Moment,
    /// Wind speed.
    pub wind: Option<Speed>,
    /// Where the wind comes from.
    pub wind_from: Option<Bearing>,
    /// Air temperature.
    pub temperature: Option<Temperature>,
    /// Relative humidity.
    pub humidity: Option<Humidity>,
    /// Air pressure.
    pub pressure: Option<Pressure>,
    /// Is it raining or snowing?
    pub precipitation: Option<bool>,
}

/// May a measurement count?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Every condition held.
    Valid,
    /// At least one did not; the list is not empty.
    Invalid(Vec<InvalidReason>),
}

/// One condition that did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvalidReason {
    /// Which condition.
    pub condition: Condition,
    /// In which way.
    pub breach: Breach,
}

/// What must hold for a measurement to count (HJ 845-2017 Annex A; limits are rulebook data).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Wind speed, mm/s.
    Wind,
    /// Rain or snow.
    Precipitation,
    /// Air temperature, hundredths of °C.
    Temperature,
    /// Relative humidity, hundredths of %.
    Humidity,
    /// Air pressure, Pa.
    Pressure,
    /// Slope of the lane, hundredths of a degree.
    Slope,
    /// Speed, mm/s.
    Speed,
    /// Acceleration, mm/s².
    Acceleration,
    /// Vehicle specific power, hundredths of kW/t.
    SpecificPower,
    /// Plume strength, hundredths of ppm·m of CO₂.
    Plume,
    /// Time since the vehicle before, ms.
    Headway,
    /// Age of the last passed audit, s.
    Audit,
    /// Age of the last weather reading, s.
    Weather,
    /// The head's own word.
    Head,
}

/// How a condition failed; numbers are in the condition's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breach {
    /// Not known, and without it nothing counts.
    Missing,
    /// Less than the least allowed.
    Below {
        /// What was.
        measured: i64,
        /// The least allowed.
        limit: i64,
    },
    /// More than the most allowed.
    Above {
        /// What was.
        measured: i64,
        /// The most allowed.
        limit: i64,
    },
    /// It is a yes or no, and it was no.
    NotMet,
}
