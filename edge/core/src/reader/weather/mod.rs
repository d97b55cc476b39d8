//! Weather stations that speak Modbus-RTU: we ask for one block of registers, the station answers.
//!
//! Makers place quantities as they like, so a [`RegisterMap`] from the configuration says which register is
//! what. `rtu` frames and checks, [`Decoder`] turns replies into readings, [`slave`] is the station's side for
//! simulators. When to ask and when to give up waiting is the caller's matter.

mod decoder;
mod map;
mod rtu;
pub mod slave;
pub mod sniff;
mod sources;

pub use decoder::{Decoder, REPLY_TIMEOUT, WeatherEvent};
pub use map::{Function, MapError, Quantity, Register, RegisterMap};
pub use rtu::{FRAME_MAX, ReplyError, crc16};
pub use sources::combined;

/// The frame that asks the station at `address` (1 to 247) for everything in `map`.
pub fn request(address: u8, map: &RegisterMap) -> Vec<u8> {
    rtu::request(address, map.function.code(), map.first(), map.count())
}
