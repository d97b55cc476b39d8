//! The instruments on the lines: a remote-sensing head, weather stations, an opacimeter, a talker of NMEA 0183, an AK
//! analyser, each on a pseudo-terminal or (the analyser) a TCP port. `plumewatch-instrument` is the program that lends them
//! to integrators.
//!
//! They speak the real bytes, through `edge-core`'s own encoders, so that simulator and driver share one truth of
//! the protocol; everything below the bytes (ports that vanish, lines that split, garbage) is done here.

mod head;
mod opacimeter;
mod samples;
mod speakers;
mod terminal;
mod weather;
mod wire;

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "says what it found, and loudly that it was skipped")]
mod recorded_tests;

pub use head::{CheckResult, Exhaust, Head, HeadSends, HeadTally, LineFault};
pub use opacimeter::{CUT_OFF_RPM, IDLE_RPM, MeterFault, Opacimeter, PUSH, Push};
pub use samples::samples_of;
pub use speakers::{AkAnalyser, ModbusStation, NmeaTalker};
pub use terminal::Terminal;
pub use weather::{WeatherStation, fair_weather};
pub use wire::{Speaker, Wire};
