//! The station's side, for simulators and tests: answers requests as a real station would.

use plumewatch_shared::reading::WeatherReading;

use super::map::{Quantity, Register};
use super::{RegisterMap, rtu};

/// Raised when a request asks for registers that the station does not have.
const ILLEGAL_ADDRESS: u8 = 2;
/// Raised when a request uses a function that the station does not know.
const ILLEGAL_FUNCTION: u8 = 1;

/// The reply of the station at `address` to one request frame, with `weather` in the registers of `map`.
/// `None` where a real station stays silent: a broken frame, or one for another.
pub fn respond(address: u8, map: &RegisterMap, weather: &WeatherReading, request: &[u8]) -> Option<Vec<u8>> {
    let [to, function, first_high, first_low, count_high, count_low, _, _] = *request else { return None };
    if to != address || !rtu::holds(request) {
        return None;
    }
    let refuse = |code| Some(rtu::sealed(vec![address, function | 0x80, code]));
    if function != map.function().code() {
        return refuse(ILLEGAL_FUNCTION);
    }
    let first = u16::from_be_bytes([first_high, first_low]);
    let count = u16::from_be_bytes([count_high, count_low]);
    let held = registers(map, weather);
    let skip = usize::from(first.wrapping_sub(map.first()));
    match held.get(skip..skip + usize::from(count)) {
        Some(asked) if !asked.is_empty() => {
            let mut frame = vec![address, function, u8::try_from(asked.len() * 2).ok()?];
            frame.extend(asked.iter().flat_map(|register| register.to_be_bytes()));
            Some(rtu::sealed(frame))
        }
        _ => refuse(ILLEGAL_ADDRESS),
    }
}

/// `weather` as the registers of `map`, from its first on. What was not measured is the register's word for
/// it, or zero if it has none; registers that mean nothing are zero.
pub fn registers(map: &RegisterMap, weather: &WeatherReading) -> Vec<u16> {
    let mut raw = vec![0; usize::from(map.count())];
    for register in map.registers() {
        raw[usize::from(register.at - map.first())] = raw_value(register, weather);
    }
    raw
}

fn raw_value(register: &Register, weather: &WeatherReading) -> u16 {
    let value: Option<i64> = match register.quantity {
        Quantity::Wind => weather.wind.map(|wind| wind.mm_s.into()),
        Quantity::WindFrom => weather.wind_from.map(|bearing| bearing.degrees.into()),
        Quantity::Temperature => weather.temperature.map(|t| t.celsius_hundredths.into()),
        Quantity::Humidity => weather.humidity.map(|h| h.percent_hundredths.into()),
        Quantity::Pressure => weather.pressure.map(|p| p.pa.into()),
        Quantity::Precipitation => weather.precipitation.map(i64::from),
    };
    let Some(value) = value else { return register.missing.unwrap_or(0) };
    let (numerator, denominator) = (i64::from(register.numerator), i64::from(register.denominator));
    let raw = value * denominator / numerator;
    if register.signed {
        i16::try_from(raw).unwrap_or(if raw < 0 { i16::MIN } else { i16::MAX }).cast_unsigned()
    } else {
        u16::try_from(raw).unwrap_or(if raw < 0 { 0 } else { u16::MAX })
    }
}
