//! Raw bytes of a driver as JSON objects, units in the key names: `plumewatch-edge decode DRIVER`.
//!
//! One object for each reading and each check of a head, then one that counts `{"readings", "rejected_bytes"}` (for a
//! head also `"checks"`). Values that were not measured are null.

use std::collections::VecDeque;
use std::str::FromStr;

use plumewatch_shared::device_check::{CheckMethod, CheckQuantity, CheckReading, CheckedPoint};
use plumewatch_shared::meter::MeterSample;
use plumewatch_shared::reading::{Gases, Reading, WeatherReading};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp};
use plumewatch_shared::units::{Concentration, MoleRatio};
use serde_json::{Value, json};

use super::HeadEvent;
use super::ak::{self, Answer};
use super::nmea::{self, NmeaWord};
use super::opacimeter::{MeterEvent, MeterProtocol, OpacimeterDriver};
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
    /// What an opacimeter of this make answers.
    Opacimeter(MeterProtocol),
    /// What an instrument with the AK protocol answers.
    Ak,
    /// NMEA 0183 sentences.
    Nmea,
}

impl Driver {
    /// Every driver.
    pub const ALL: [Self; 7] = [
        Self::RemoteSensing,
        Self::Weather,
        Self::Opacimeter(MeterProtocol::Nht1l),
        Self::Opacimeter(MeterProtocol::Mqy200),
        Self::Opacimeter(MeterProtocol::Fty100),
        Self::Ak,
        Self::Nmea,
    ];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RemoteSensing => "remote-sensing",
            Self::Weather => "weather",
            Self::Opacimeter(protocol) => protocol.word(),
            Self::Ak => "ak",
            Self::Nmea => "nmea",
        }
    }
}

/// There is no such driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no driver \"{0}\"; there are {list}", list = Driver::ALL.map(Driver::word).join(", "))]
pub struct UnknownDriver(String);

impl FromStr for Driver {
    type Err = UnknownDriver;

    fn from_str(text: &str) -> Result<Self, UnknownDriver> {
        let known = Self::ALL.into_iter().find(|driver| driver.word() == text);
        known.ok_or_else(|| UnknownDriver(text.chars().take(40).collect()))
    }
}

/// Bytes taken at once from heads and weather stations: no push makes more events than a decoder keeps.
const BLOCK: usize = 4 * LINE_MAX;
/// The same for instruments whose shortest answer is two bytes: with what a driver may hold, fewer than it keeps.
const SHORT_BLOCK: usize = 64;

/// Decodes a stream that comes in blocks.
pub struct StreamDecoder {
    driver: Inner,
    objects: VecDeque<Value>,
    readings: u64,
    checks: u64,
}

enum Inner {
    Head(Box<Decoder>),
    Weather(Box<Sniffer>),
    Opacimeter(Box<dyn OpacimeterDriver>),
    Ak(ak::Decoder),
    Nmea(nmea::Decoder),
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
            Driver::Opacimeter(protocol) => Inner::Opacimeter(protocol.driver()),
            Driver::Ak => Inner::Ak(ak::Decoder::default()),
            Driver::Nmea => Inner::Nmea(nmea::Decoder::default()),
        };
        Self { driver, objects: VecDeque::new(), readings: 0, checks: 0 }
    }

    /// Takes the next block.
    pub fn push(&mut self, bytes: &[u8]) {
        let block = match self.driver {
            Inner::Head(_) | Inner::Weather(_) => BLOCK,
            Inner::Opacimeter(_) | Inner::Ak(_) | Inner::Nmea(_) => SHORT_BLOCK,
        };
        for block in bytes.chunks(block) {
            match &mut self.driver {
                Inner::Head(decoder) => decoder.push(block, arrival()),
                Inner::Weather(sniffer) => sniffer.push(block, arrival()),
                Inner::Opacimeter(driver) => driver.push(block),
                Inner::Ak(decoder) => decoder.push(block),
                Inner::Nmea(decoder) => decoder.push(block),
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
            Inner::Opacimeter(driver) => {
                driver.on_silence();
                driver.rejected_bytes()
            }
            Inner::Ak(decoder) => {
                decoder.on_silence();
                decoder.rejected_bytes()
            }
            Inner::Nmea(decoder) => {
                decoder.on_silence();
                decoder.rejected_bytes()
            }
        };
        self.collect();
        let mut count = json!({ "readings": self.readings, "rejected_bytes": rejected_bytes });
        if matches!(self.driver, Inner::Head(_)) {
            count["checks"] = json!(self.checks);
        }
        self.objects.into_iter().chain([count])
    }

    fn collect(&mut self) {
        while let Some(said) = self.driver.next() {
            // Alive, but no reading: heartbeats, states, refusals.
            if let Some(object) = said {
                let is_check = object.get("check").is_some();
                *(if is_check { &mut self.checks } else { &mut self.readings }) += 1;
                self.objects.push_back(object);
            }
        }
    }
}

impl Inner {
    /// The next thing said, as an object if it is a reading.
    fn next(&mut self) -> Option<Option<Value>> {
        match self {
            Self::Head(decoder) => decoder.next_event().map(|event| match event {
                HeadEvent::Measured(reading) => Some(head_object(&reading)),
                HeadEvent::Checked(check) => Some(check_object(&check)),
                HeadEvent::Heartbeat(_) => None,
            }),
            Self::Weather(sniffer) => sniffer.next_reading().map(|reading| Some(weather_object(&reading))),
            Self::Opacimeter(driver) => driver.next_event().map(|event| match event {
                MeterEvent::Sample(sample) => Some(meter_object(&sample)),
                MeterEvent::State(_) | MeterEvent::Accepted | MeterEvent::Refused(_) => None,
            }),
            Self::Ak(decoder) => decoder.next_answer().map(|answer| Some(ak_object(&answer))),
            Self::Nmea(decoder) => decoder.next_word().map(|word| Some(nmea_object(&word))),
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

fn check_object(check: &CheckReading) -> Value {
    let speed = match check.method {
        CheckMethod::Dynamic { speed } => Some(scaled(speed.mm_s, 1e3)),
        CheckMethod::Zero | CheckMethod::Span | CheckMethod::Audit | CheckMethod::Static => None,
    };
    let point = |point: &CheckedPoint| {
        let (standard, measured) = match point.quantity {
            CheckQuantity::Opacity => ("standard_percent", "measured_percent"),
            CheckQuantity::Co2
            | CheckQuantity::Co
            | CheckQuantity::Hc
            | CheckQuantity::Butadiene
            | CheckQuantity::No => ("standard_ppm", "measured_ppm"),
        };
        json!({
            "quantity": point.quantity.wire_word(),
            standard: scaled(point.standard, 100.0),
            measured: scaled(point.measured, 100.0),
        })
    };
    json!({
        "device": check.origin.device.as_str(),
        "boot": check.origin.boot,
        "sequence": check.origin.sequence,
        "age_ms": u64::try_from(arrival().tick.since(check.performed.tick).as_millis()).unwrap_or(u64::MAX),
        "lane": check.lane.number(),
        "check": check.number.as_str(),
        "method": check.method.kind().wire_word(),
        "speed_m_s": speed,
        "by": check.by,
        "passed_by_head": check.head_passed,
        "points": check.points.iter().map(point).collect::<Vec<_>>(),
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

fn meter_object(sample: &MeterSample) -> Value {
    json!({
        "opacity_percent": scaled(sample.opacity.0.hundredths(), 100.0),
        "k_per_m": scaled(sample.coefficient.per_m_hundredths, 100.0),
        "engine_rpm": sample.engine_speed.map(|speed| speed.rpm),
        "oil_celsius": sample.oil.map(|oil| scaled(oil.celsius_hundredths, 100.0)),
    })
}

fn ak_object(answer: &Answer) -> Value {
    json!({
        "function": answer.function.as_str(),
        "errors": answer.errors,
        "data": answer.data.as_ref().ok(),
        "refusal": answer.data.as_ref().err().map(ToString::to_string),
    })
}

fn nmea_object(word: &NmeaWord) -> Value {
    match word {
        NmeaWord::Position(place) => json!({
            "latitude_degrees": scaled(place.latitude_microdegrees, 1e6),
            "longitude_degrees": scaled(place.longitude_microdegrees, 1e6),
            "altitude_m": place.altitude_cm.map(|cm| scaled(cm, 100.0)),
        }),
        NmeaWord::Time(utc) => json!({ "time_utc": utc.to_string() }),
        NmeaWord::Wind { speed, from } => json!({
            "wind_m_s": scaled(speed.mm_s, 1e3),
            "wind_from_degrees": from.map(|bearing| bearing.degrees),
        }),
        NmeaWord::Air { temperature, humidity, pressure, precipitation } => json!({
            "temperature_celsius": temperature.map(|t| scaled(t.celsius_hundredths, 100.0)),
            "humidity_percent": humidity.map(|h| scaled(h.percent_hundredths, 100.0)),
            "pressure_pa": pressure.map(|pressure| pressure.pa),
            "precipitation": precipitation,
        }),
    }
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
    fn opacimeters_ak_and_nmea_become_objects_too() {
        let objects = |driver, bytes: &[u8]| decode_stream(driver, bytes).collect::<Vec<Value>>();
        let nht = [0xA5, 0x01, 0x93, 0x00, 0x78, 0x0B, 0x22, 0x01, 0x66, 0xBB];
        let said = objects(Driver::Opacimeter(MeterProtocol::Nht1l), &nht);
        assert_eq!(
            said[0],
            json!({ "opacity_percent": 40.3, "k_per_m": 1.2, "engine_rpm": 2_850, "oil_celsius": 85.0 })
        );
        let said = objects(Driver::Ak, b"\x02 AKON 0 12.5 BS\x03\x02 AKON 1 BS\x03");
        assert_eq!(
            said[0],
            json!({ "function": "AKON", "errors": 0, "data": ["12.5", "BS"], "refusal": null })
        );
        assert_eq!(said[1]["refusal"], json!("the instrument is busy with something else"));
        let said = objects(Driver::Nmea, b"$WIMWV,214.8,R,0.1,K,A*28\r\n");
        assert_eq!(said[0], json!({ "wind_m_s": 0.028, "wind_from_degrees": 215 }));
        assert_eq!(said[1], json!({ "readings": 1, "rejected_bytes": 0 }));
    }

    #[test]
    fn no_answer_of_a_long_recording_is_lost() {
        let many = [0xA2, 0x5E].repeat(5_000); // The shortest answers there are.
        let mut sample = [0xA6, 0, 0, 0, 0, 0, 0, 0x01, 0x11, 0x48].repeat(5_000);
        sample.extend(many);
        let last = decode_stream(Driver::Opacimeter(MeterProtocol::Mqy200), &sample).last();
        assert_eq!(last, Some(json!({ "readings": 5_000, "rejected_bytes": 0 })));
    }

    #[test]
    fn an_unknown_driver_is_named_and_refused() {
        for driver in Driver::ALL {
            assert_eq!(driver.word().parse(), Ok(driver));
        }
        let error = "opacimeter".parse::<Driver>().unwrap_err();
        assert!(error.to_string().contains("opacimeter"));
    }
}
