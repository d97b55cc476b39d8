//! Instruments beside the lanes: a talker of NMEA 0183, analysers that speak AK.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use super::duration;
use crate::serial::line::Endpoint;

/// Analysers of one station at most.
pub const ANALYSERS_MAX: usize = 4;

/// A talker of NMEA 0183: where the unit stands, what time satellites tell, wind and air.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NmeaConfig {
    /// Path of its port; this or `tcp`.
    port: Option<PathBuf>,
    /// Line speed, 8 data bits, no parity, 1 stop bit.
    #[serde(default = "nmea_baud")]
    baud: u32,
    /// Its address in the network, `host:port`; this or `port`.
    tcp: Option<String>,
    /// Is its weather used for measurements? Beside a Modbus station it gives what that does not measure.
    #[serde(default)]
    pub weather: bool,
    /// Does it receive satellites? If not, a missing position is no trouble.
    #[serde(default = "yes")]
    pub position: bool,
}

fn nmea_baud() -> u32 {
    4_800
}

fn yes() -> bool {
    true
}

/// An analyser that speaks AK.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyserConfig {
    /// Path of its port; this or `tcp`.
    port: Option<PathBuf>,
    /// Line speed, 8 data bits, no parity, 1 stop bit.
    #[serde(default = "analyser_baud")]
    baud: u32,
    /// Its address in the network, `host:port`; this or `port`.
    tcp: Option<String>,
    /// AK channel, 0 to 9; 0 is the whole instrument.
    #[serde(default)]
    pub channel: u8,
    /// How often it is asked.
    #[serde(default = "analyser_every", with = "duration")]
    pub every: Duration,
    /// What its concentrations (AKON) are, in its own order: `"CO2 %"`.
    #[serde(default)]
    pub values: Vec<String>,
}

fn analyser_baud() -> u32 {
    9_600
}

fn analyser_every() -> Duration {
    Duration::from_secs(2)
}

/// Port or network, exactly one.
fn endpoint(port: Option<&PathBuf>, baud: u32, tcp: Option<&String>) -> Result<Endpoint, &'static str> {
    match (port, tcp) {
        (Some(path), None) => Ok(Endpoint::Serial { path: path.clone(), baud }),
        (None, Some(address)) if is_address(address) => Ok(Endpoint::Tcp(address.clone())),
        (None, Some(_)) => Err("tcp is \"host:port\""),
        (Some(_), Some(_)) | (None, None) => Err("exactly one of port and tcp"),
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

impl NmeaConfig {
    /// Where it is, or what is allowed.
    pub fn endpoint(&self) -> Result<Endpoint, &'static str> {
        endpoint(self.port.as_ref(), self.baud, self.tcp.as_ref())
    }
}

impl AnalyserConfig {
    /// Where it is, or what is allowed.
    pub fn endpoint(&self) -> Result<Endpoint, &'static str> {
        endpoint(self.port.as_ref(), self.baud, self.tcp.as_ref())
    }

    /// What is allowed, if a value is not.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        if let Err(allowed) = self.endpoint() {
            return Some(allowed);
        }
        let every = Duration::from_millis(200)..=Duration::from_secs(60);
        let names = self.values.iter().all(|name| name.chars().count() <= 16);
        match () {
            () if self.channel > 9 => Some("channel is 0 to 9"),
            () if !every.contains(&self.every) => Some("every is \"200ms\" to \"60s\""),
            () if !names || self.values.len() > 12 => Some("at most 12 values of at most 16 characters"),
            () => None,
        }
    }
}
