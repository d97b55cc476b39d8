//! Raw bytes of a driver as JSON objects, units in the key names: `plumewatch-edge decode DRIVER`.
//!
//! One object for each reading, then one that counts `{"readings", "rejected_bytes"}`. Values that were not
//! measured are null.

use std::collections::VecDeque;
use std::str::FromStr;

use plumewatch_shared::reading::{Gases, Reading, WeatherReading};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp};
use plumewatch_shared::units::{Concentration, MoleRatio};
use serde_json::{Value, json};

use super::HeadEvent;
use super::remote_sensing::{Decoder, LINE_MAX};
use super::weather::{RegisterMap, sniff::Sniffer};
use crate::clock::FIRST_TICK;

/// Which driver's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// PWRS 1, what a head sends.
    RemoteSensing,
    /// Modbus-RTU, requests and replies or replies alone, registers as in
    /// [`RegisterMap::common`](super::weather::RegisterMap::common).
    Weather,
}

/// There is no such driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no driver \"{0}\"; there are remote-sensing and weather")]
pub struct UnknownDriver(String);

impl FromStr for Driver {
    type Err = UnknownDriver;

    fn from_str(text: &str) -> Result<Self, UnknownDriver> {
        match text {
            "remote-sensing" => Ok(Self::RemoteSensing),
            "weather" => Ok(Self::Weather),
            other => Err(UnknownDriver(other.chars().take(40).collect())),
        }
    }
}

/// Bytes taken at once: no push makes more events than a decoder keeps.
const BLOCK: usize = 4 * LINE_MAX;

/// Decodes a stream that comes in blocks.
#[derive(Debug)]
pub struct StreamDecoder {
    driver: Inner,
    objects: VecDeque<Value>,
    readings: u64,
}

#[derive(Debug)]
enum Inner {
    Head(Box<Decoder>),
    Weather(Box<Sniffer>),
}

/// The moment at which everything arrives: a recording does not say when its bytes came.
fn arrival() -> Moment {
    let stamp = Stamp::from_micros(0, ClockQuality::Unsynchronised).expect("1970 is a year");
    Moment { tick: FIRST_TICK, stamp }
}

impl StreamDecoder {
    /// A decoder of one driver's bytes.
    pub fn new(driver: Driver) -> Self {
        let driver = match driver {
            Driver::RemoteSensing => Inner::Head(Box::new(Decoder::of_any_lane())),
            Driver::Weather => Inner::Weather(Box::new(Sniffer::new(RegisterMap::common()))),
        };
        Self { driver, objects: VecDeque::new(), readings: 0 }
    }

    /// Takes the next block.
    pub fn push(&mut self, bytes: &[u8]) {
        for block in bytes.chunks(BLOCK) {
            match &mut self.driver {
                Inner::Head(decoder) => decoder.push(block, arrival()),
                Inner::Weather(sniffer) => sniffer.push(block, arrival()),
            }
            self.collect();
        }
    }

    /// Gives the next reading's object; call until `None` after every push.
    pub fn next_object(&mut self) -> Option<Value> {
        self.objects.pop_front()
    }

    /// Ends the stream: the objects still to come, the last of which counts.
    pub fn finish(mut self) -> impl Iterator<Item = Value> {
        let rejected_bytes = match &mut self.driver {
            Inner::Head(decoder) => {
                let late = std::time::Duration::from_secs(3_600);
                let end = Moment { tick: FIRST_TICK.after(late), ..arrival() };
                decoder.on_time(end);
                decoder.rejected_bytes()
            }
            Inner::Weather(sniffer) => {
                sniffer.finish(arrival());
                sniffer.rejected_bytes()
            }
        };
        self.collect();
        let count = json!({ "readings": self.readings, "rejected_bytes": rejected_bytes });
        self.objects.into_iter().chain([count])
    }

    fn collect(&mut self) {
        match &mut self.driver {
            Inner::Head(decoder) => {
                while let Some(event) = decoder.next_event() {
                    match event {
                        HeadEvent::Measured(reading) => {
                            self.readings += 1;
                            self.objects.push_back(head_object(&reading));
                        }
                        HeadEvent::Heartbeat(_) => {} // Alive, but no reading.
                    }
                }
            }
            Inner::Weather(sniffer) => {
                while let Some(reading) = sniffer.next_reading() {
                    self.readings += 1;
                    self.objects.push_back(weather_object(&reading));
                }
            }
        }
    }
}

/// Decodes a whole recording.
pub fn decode_stream(driver: Driver, bytes: &[u8]) -> impl Iterator<Item = Value> {
    let mut decoder = StreamDecoder::new(driver);
    decoder.push(bytes);
    decoder.finish()
}

/// An integer of hundredths (or thousandths, or millionths) as the number that people write. Display only.
fn scaled(value: impl Into<i64>, parts: f64) -> Value {
    json!(value.into() as f64 / parts)
}

fn head_object(reading: &Reading) -> Value {
    let gas = |gas: fn(&Gases) -> Concentration| {
        reading.gases.as_ref().map(|gases| scaled(gas(gases).ppm_hundredths, 100.0))
    };
    let ratio = |ratio: fn(&Gases) -> MoleRatio| {
        reading.gases.as_ref().map(|gases| scaled(ratio(gases).millionths, 1e6))
    };
    json!({
        "device": reading.origin.device.as_str(),
        "boot": reading.origin.boot,
        "sequence": reading.origin.sequence,
        "age_ms": u64::try_from(arrival().tick.since(reading.measured.tick).as_millis()).unwrap_or(u64::MAX),
        "lane": reading.lane.number(),
        "co2_ppm": gas(|g| g.co2),
        "co_ppm": gas(|g| g.co),
        "hc_ppm": gas(|g| g.hc),
        "no_ppm": gas(|g| g.no),
        "co_to_co2_mol_per_mol": ratio(|g| g.co_ratio),
        "hc_to_co2_mol_per_mol": ratio(|g| g.hc_ratio),
        "no_to_co2_mol_per_mol": ratio(|g| g.no_ratio),
        "opacity_percent": reading.opacity.map(|o| scaled(o.mean.0.hundredths(), 100.0)),
        "opacity_max_percent": reading.opacity.map(|o| scaled(o.maximum.0.hundredths(), 100.0)),
        "speed_m_s": reading.speed.map(|speed| scaled(speed.mm_s, 1e3)),
        "acceleration_m_s2": reading.acceleration.map(|acceleration| scaled(acceleration.mm_s2, 1e3)),
        "slope_degrees": reading.slope.map(|slope| scaled(slope.degree_hundredths, 100.0)),
        "plume_ppm_m": scaled(reading.plume_ppm_m_hundredths, 100.0),
        "audit": reading.audit.as_ref().map(|audit| audit.id.as_str()),
        "audit_utc_ms": reading.audit.as_ref().map(|audit| audit.passed.as_millisecond()),
        "status": reading.head_status.wire_word(),
    })
}

fn weather_object(weather: &WeatherReading) -> Value {
    json!({
        "wind_m_s": weather.wind.map(|wind| scaled(wind.mm_s, 1e3)),
        "wind_from_degrees": weather.wind_from.map(|bearing| bearing.degrees),
        "temperature_celsius": weather.temperature.map(|t| scaled(t.celsius_hundredths, 100.0)),
        "humidity_percent": weather.humidity.map(|h| scaled(h.percent_hundredths, 100.0)),
        "pressure_pa": weather.pressure.map(|pressure| pressure.pa),
        "precipitation": weather.precipitation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_reply_becomes_an_object_with_units_and_the_rest_is_counted() {
        // STANDARDS.md 11.6: 32.6 % and 31.5 °C; two bytes of noise before.
        let bytes = [0xFF, 0x00, 0x01, 0x03, 0x04, 0x01, 0x46, 0x01, 0x3B, 0x5A, 0x59];
        let objects: Vec<Value> = decode_stream(Driver::Weather, &bytes).collect();
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0]["humidity_percent"], json!(32.6));
        assert_eq!(objects[0]["temperature_celsius"], json!(31.5));
        assert_eq!(objects[0]["wind_m_s"], Value::Null);
        assert_eq!(objects[1], json!({ "readings": 1, "rejected_bytes": 2 }));
    }

    #[test]
    fn a_request_tells_which_registers_the_next_reply_carries() {
        let mut bytes = super::super::weather::request(1, &RegisterMap::common());
        bytes[3] = 1; // From register 1 on: temperature, wind.
        bytes[5] = 2;
        bytes.truncate(6);
        let crc = super::super::weather::crc16(&bytes).to_le_bytes();
        bytes.extend(crc);
        let mut reply = vec![0x01, 0x03, 0x04, 0xFF, 0xCE, 0x00, 0x0C];
        let crc = super::super::weather::crc16(&reply).to_le_bytes();
        reply.extend(crc);
        bytes.extend(reply);
        let objects: Vec<Value> = decode_stream(Driver::Weather, &bytes).collect();
        assert_eq!(objects[0]["temperature_celsius"], json!(-5.0));
        assert_eq!(objects[0]["wind_m_s"], json!(1.2));
        assert_eq!(objects[1], json!({ "readings": 1, "rejected_bytes": 0 }));
    }

    #[test]
    fn an_unknown_driver_is_named_and_refused() {
        assert_eq!("remote-sensing".parse(), Ok(Driver::RemoteSensing));
        let error = "opacimeter".parse::<Driver>().unwrap_err();
        assert!(error.to_string().contains("opacimeter"));
    }
}
