//! The instruments on the serial lines: a remote-sensing head, a weather station and an opacimeter, each on a
//! pseudo-terminal.
//!
//! They speak the real bytes, through `edge-core`'s own encoders, so that simulator and driver share one truth of
//! the protocol; everything below the bytes (ports that vanish, lines that split, garbage) is done here.

mod head;
mod opacimeter;
mod terminal;
mod weather;

pub use head::{CheckResult, Head, HeadTally, LineFault};
pub use opacimeter::{CUT_OFF_RPM, IDLE_RPM, MeterFault, Opacimeter, PUSH, Push};
pub use terminal::Terminal;
pub use weather::{WeatherStation, fair_weather};
