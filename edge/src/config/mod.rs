//! What a unit is told before it starts: read once from one TOML file, checked whole, then handed out.
//!
//! One struct per part. An unknown key is an error, because a misspelt limit is worse than none. Secrets and
//! what enrolment gives (server address, keys, certificates) do not stand here but under `data_dir/identity`.
//! The commented sample is `deploy/edge.toml`; a test parses it.

mod camera;
pub mod duration;
mod instrument;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use edge_core::{
    matching::{self, Instruments, Offset, Sight},
    reader::{HeadProtocol, opacimeter::MeterProtocol, weather::RegisterMap},
};
use plumewatch_shared::{
    ids::{DeviceId, LaneNo, StationId},
    units::Slope,
};
use serde::Deserialize;

pub use camera::CameraConfig;
pub use instrument::{ANALYSERS_MAX, AnalyserConfig, NmeaConfig};

/// Everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where records, evidence and identity are kept. Created if missing.
    pub data_dir: PathBuf,
    /// How far to believe the machine's clock.
    #[serde(default)]
    pub clock: ClockConfig,
    /// Who this is.
    pub station: StationConfig,
    /// The page for a tablet at the checkpoint.
    #[serde(default)]
    pub page: PageConfig,
    /// The link to the server.
    #[serde(default)]
    pub uplink: UplinkConfig,
    /// The lanes watched, each with whatever instruments it has.
    #[serde(default)]
    pub lane: Vec<LaneConfig>,
    /// The weather station, if there is one. Without it every reading is invalid, and says so.
    pub weather: Option<WeatherConfig>,
    /// The opacimeter of roadside tests, if there is one. Without it smoke is read by eye, and samples are taken.
    pub opacimeter: Option<OpacimeterConfig>,
    /// A talker of NMEA 0183: position, satellite time, wind and air.
    pub nmea: Option<NmeaConfig>,
    /// Analysers that speak AK, shown beside the heads.
    #[serde(default)]
    pub analyser: Vec<AnalyserConfig>,
    /// What the disk may be used for.
    #[serde(default)]
    pub disk: DiskConfig,
    /// Which law applies.
    #[serde(default)]
    pub rulebook: RulebookConfig,
}

/// How far to believe the machine's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockConfig {
    /// Ask the kernel whether a time source disciplines it.
    #[default]
    Checked,
    /// Something the kernel does not know of keeps it right (a GPS card's own daemon, a virtual machine's host).
    Trusted,
}

/// Who this is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationConfig {
    /// Name in the national network, such as `A140105001`.
    #[serde(deserialize_with = "camera::parsed")]
    pub id: StationId,
    /// Name for people; stands on every picture.
    pub name: String,
    /// Metres above the sea, where limits of roadside tests depend on it; without it the stricter ones hold.
    pub altitude_m: Option<i32>,
}

/// The page for a tablet at the checkpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageConfig {
    /// Address to listen on; port 0 takes a free one, written to `data_dir/listening.json`.
    pub listen: SocketAddr,
    /// Host names under which tablets open the page, besides addresses, `localhost` and `….local`. A page that a browser
    /// opened under any other name may not start a test.
    pub names: Vec<String>,
}

impl Default for PageConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8090)), names: Vec::new() }
    }
}

/// The link to the server. The server's address comes with enrolment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UplinkConfig {
    /// A ping after so much silence; half as much again without an answer is a lost link.
    #[serde(with = "duration")]
    pub keep_alive: Duration,
    /// The longest wait between two attempts to connect.
    #[serde(with = "duration")]
    pub reconnect_at_most: Duration,
    /// How often health is told when nothing changes.
    #[serde(with = "duration")]
    pub health_every: Duration,
}

impl Default for UplinkConfig {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(15),
            reconnect_at_most: Duration::from_secs(30),
            health_every: Duration::from_secs(30),
        }
    }
}

/// One lane.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneConfig {
    /// From 1, counted from the kerb.
    #[serde(deserialize_with = "camera::lane_number")]
    pub number: LaneNo,
    /// Slope at the beam, hundredths of a degree, uphill positive: used where the head does not send its own.
    #[serde(default)]
    pub slope_degree_hundredths: i16,
    /// How the lane's instruments stand to each other in time.
    #[serde(default)]
    pub matching: MatchingConfig,
    /// The remote-sensing head.
    pub head: Option<HeadConfig>,
    /// The camera that sees fronts.
    pub front: Option<CameraConfig>,
    /// The camera that sees rears and smoke.
    pub rear: Option<CameraConfig>,
}

/// How a lane's instruments stand to each other in time; measured once when they are set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatchingConfig {
    /// From the front camera's last sight of a vehicle until its rear leaves the beam, milliseconds; negative if
    /// the camera still sees it then.
    pub front_offset_ms: i32,
    /// How much sooner or later that may be.
    #[serde(with = "duration")]
    pub front_tolerance: Duration,
    /// From a vehicle's rear leaving the beam until the rear camera's first sight of it, milliseconds; negative
    /// if the camera sees it before.
    pub rear_offset_ms: i32,
    /// How much sooner or later that may be.
    #[serde(with = "duration")]
    pub rear_tolerance: Duration,
    /// How long after a vehicle left the beam the last word of it may come.
    #[serde(with = "duration")]
    pub window: Duration,
    /// How long to wait for more once every instrument has told of a vehicle.
    #[serde(with = "duration")]
    pub settle: Duration,
}

impl Default for MatchingConfig {
    fn default() -> Self {
        let usual = matching::LaneConfig::usual(LaneNo::new(1).expect("1 is a lane"));
        let ms = |sight: Sight| match sight.offset {
            Offset::Fixed { ms } | Offset::BySpeed { usual_ms: ms, .. } => ms,
        };
        Self {
            front_offset_ms: ms(usual.front),
            front_tolerance: usual.front.tolerance,
            rear_offset_ms: ms(usual.rear),
            rear_tolerance: usual.rear.tolerance,
            window: usual.window,
            settle: usual.settle,
        }
    }
}

impl MatchingConfig {
    fn wrong(&self) -> bool {
        let far = |ms: i32| !(-30_000..=30_000).contains(&ms);
        let tolerance = Duration::from_millis(50)..=Duration::from_secs(5);
        far(self.front_offset_ms)
            || far(self.rear_offset_ms)
            || !tolerance.contains(&self.front_tolerance)
            || !tolerance.contains(&self.rear_tolerance)
            || self.window > Duration::from_secs(60)
            || self.settle > self.window
    }
}

impl LaneConfig {
    /// What matching must know of the lane.
    pub fn matching(&self) -> matching::LaneConfig {
        let sight = |ms, tolerance| Sight { offset: Offset::Fixed { ms }, tolerance };
        matching::LaneConfig {
            lane: self.number,
            slope: Some(self.slope()),
            front: sight(self.matching.front_offset_ms, self.matching.front_tolerance),
            rear: sight(self.matching.rear_offset_ms, self.matching.rear_tolerance),
            window: self.matching.window,
            settle: self.matching.settle,
            instruments: Instruments {
                head: self.head.is_some(),
                front: self.front.is_some(),
                rear: self.rear.is_some(),
            },
        }
    }

    /// The slope as a quantity.
    pub fn slope(&self) -> Slope {
        Slope { degree_hundredths: self.slope_degree_hundredths }
    }
}

/// A remote-sensing head on a serial port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// Path of the port, best by `/dev/serial/by-id/…`, which survives unplugging.
    pub port: PathBuf,
    /// Line speed, 8 data bits, no parity, 1 stop bit.
    #[serde(default = "head_baud")]
    pub baud: u32,
    /// What it speaks.
    #[serde(default)]
    pub protocol: HeadProtocol,
}

fn head_baud() -> u32 {
    115_200
}

/// A weather station that speaks Modbus-RTU.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeatherConfig {
    /// Path of the port.
    pub port: PathBuf,
    /// Line speed, 8 data bits, no parity, 1 stop bit.
    #[serde(default = "weather_baud")]
    pub baud: u32,
    /// Modbus address, 1 to 247.
    #[serde(default = "weather_address")]
    pub address: u8,
    /// How often it is asked.
    #[serde(default = "weather_every", with = "duration")]
    pub every: Duration,
    /// Which register is which quantity; the common arrangement of cheap sensors if left out.
    #[serde(default = "RegisterMap::common")]
    pub registers: RegisterMap,
}

fn weather_baud() -> u32 {
    9_600
}

fn weather_address() -> u8 {
    1
}

fn weather_every() -> Duration {
    Duration::from_secs(2)
}

/// An opacimeter on a serial port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpacimeterConfig {
    /// Path of the port.
    pub port: PathBuf,
    /// Line speed, 8 data bits, no parity, 1 stop bit.
    #[serde(default = "opacimeter_baud")]
    pub baud: u32,
    /// What it speaks. Never guessed: the same byte means different things to different makers' meters.
    pub driver: MeterProtocol,
    /// Its serial number, which stands in every record.
    #[serde(deserialize_with = "camera::parsed")]
    pub device: DeviceId,
}

fn opacimeter_baud() -> u32 {
    9_600
}

/// What the disk may be used for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskConfig {
    /// Evidence may take so much, MiB; beyond it the least worth goes first.
    pub evidence_mib: u64,
    /// So much stays free on the disk, MiB; below it evidence is shed.
    pub floor_mib: u64,
    /// Size of the ballast file, MiB: given up when the disk is full all the same, so that records still fit.
    pub ballast_mib: u64,
}

impl Default for DiskConfig {
    fn default() -> Self {
        Self { evidence_mib: 20 * 1024, floor_mib: 512, ballast_mib: 64 }
    }
}

/// Which law applies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulebookConfig {
    /// A rulebook file that holds until the server sends its own; HJ 845-2017 as shipped if left out.
    pub file: Option<PathBuf>,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no TOML, or a key is unknown, missing or of the wrong kind; the source names line, key and choices.
    #[error("{} is not a configuration", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: Box<toml::de::Error>,
    },
    /// A value is not allowed.
    #[error("{}: {key}: {allowed}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl Config {
    /// Reads and checks the file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, path)
    }

    /// Checks a configuration that came from `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })?;
        match config.wrong() {
            None => Ok(config),
            Some((key, allowed)) => Err(ConfigError::Value { path: path.to_owned(), key, allowed }),
        }
    }

    /// The first value that is not allowed, and what is.
    fn wrong(&self) -> Option<(String, &'static str)> {
        let mut seen = BTreeSet::new();
        for lane in &self.lane {
            let key = |part: &str| format!("lane {}{part}", lane.number.number());
            if !seen.insert(lane.number) {
                return Some((key(".number"), "each lane is described once"));
            }
            for (name, camera) in [(".front", &lane.front), (".rear", &lane.rear)] {
                if let Some(allowed) = camera.as_ref().and_then(CameraConfig::wrong) {
                    return Some((key(name), allowed));
                }
            }
            if lane.slope_degree_hundredths.abs() > 4_500 {
                return Some((key(".slope_degree_hundredths"), "between -4500 and 4500"));
            }
        }
        let second = Duration::from_secs(1);
        if let Some(lane) = self.lane.iter().find(|lane| lane.matching.wrong()) {
            let allowed = "offsets within 30 s; tolerances \"50ms\" to \"5s\"; settle at most window; window at most \"60s\"";
            return Some((format!("lane {}.matching", lane.number.number()), allowed));
        }
        let between = |value: Duration, least, most| (least..=most).contains(&value);
        if self.weather.as_ref().is_some_and(|weather| !(1..=247).contains(&weather.address)) {
            return Some(("weather.address".to_owned(), "1 to 247"));
        }
        if self.weather.as_ref().is_some_and(|weather| !between(weather.every, second / 10, second * 3_600)) {
            return Some(("weather.every".to_owned(), "\"100ms\" to \"1h\""));
        }
        if let Some(Err(allowed)) = self.nmea.as_ref().map(NmeaConfig::endpoint) {
            return Some(("nmea".to_owned(), allowed));
        }
        if self.analyser.len() > ANALYSERS_MAX {
            return Some(("analyser".to_owned(), "at most 4"));
        }
        for (index, analyser) in self.analyser.iter().enumerate() {
            if let Some(allowed) = analyser.wrong() {
                return Some((format!("analyser {}", index + 1), allowed));
            }
        }
        // MQTT counts the keep-alive in whole seconds; the client library refuses less than one.
        if !between(self.uplink.keep_alive, second, second * 600) {
            return Some(("uplink.keep_alive".to_owned(), "\"1s\" to \"10m\""));
        }
        if !between(self.uplink.reconnect_at_most, second / 10, second * 3_600) {
            return Some(("uplink.reconnect_at_most".to_owned(), "\"100ms\" to \"1h\""));
        }
        if !between(self.uplink.health_every, second, second * 3_600) {
            return Some(("uplink.health_every".to_owned(), "\"1s\" to \"1h\""));
        }
        if self.station.name.is_empty() || self.station.name.chars().count() > 60 {
            return Some(("station.name".to_owned(), "1 to 60 characters"));
        }
        if self.station.altitude_m.is_some_and(|metres| !(-200..=6_000).contains(&metres)) {
            return Some(("station.altitude_m".to_owned(), "-200 to 6000"));
        }
        if self.disk.evidence_mib == 0 {
            return Some(("disk.evidence_mib".to_owned(), "at least 1"));
        }
        None
    }
}

#[cfg(test)]
mod tests;
