//! The instruments on the serial lines: a remote-sensing head and a weather station, each on a pseudo-terminal.
//!
//! They speak the real bytes, through `edge-core`'s own encoders, so that simulator and driver share one truth of
//! the protocol; everything below the bytes (ports that vanish, lines that split, garbage) is done here.

mod head;
mod terminal;
mod weather;

pub use head::{CheckResult, Head, HeadTally, LineFault};
pub use terminal::Terminal;
pub use weather::{WeatherStation, fair_weather};
