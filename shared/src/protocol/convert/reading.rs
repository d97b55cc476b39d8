//! A head's readings, why they do not count, and the weather.

use jiff::Timestamp;

use super::{ConvertError, Converted, moment, need};
use crate::ids::LaneNo;
use crate::protocol::message::*;
use crate::reading::*;
use crate::units::*;

impl From<&Reading> for WireReading {
    fn from(reading: &Reading) -> Self {
        let gases = reading.gases;
        let ppm = |gas: fn(&Gases) -> Concentration| gases.as_ref().map(|g| gas(g).ppm_hundredths);
        let ratio = |gas: fn(&Gases) -> MoleRatio| gases.as_ref().map(|g| gas(g).millionths);
        Self {
            device: reading.origin.device.to_string(),
            boot: reading.origin.boot,
            sequence: reading.origin.sequence,
            measured: reading.measured.stamp.into(),
            co2_ppm_hundredths: ppm(|g| g.co2),
            co_ppm_hundredths: ppm(|g| g.co),
            hc_ppm_hundredths: ppm(|g| g.hc),
            no_ppm_hundredths: ppm(|g| g.no),
            co_ratio_millionths: ratio(|g| g.co_ratio),
            hc_ratio_millionths: ratio(|g| g.hc_ratio),
            no_ratio_millionths: ratio(|g| g.no_ratio),
            opacity_mean_hundredths: reading.opacity.map(|o| o.mean.0.hundredths()),
            opacity_max_hundredths: reading.opacity.map(|o| o.maximum.0.hundredths()),
            speed_mm_s: reading.speed.map(|s| s.mm_s),
            acceleration_mm_s2: reading.acceleration.map(|a| a.mm_s2),
            slope_degree_hundredths: reading.slope.map(|s| s.degree_hundredths),
            plume_ppm_m_hundredths: reading.plume_ppm_m_hundredths,
            audit: reading.audit.as_ref().map(|a| a.id.to_string()),
            audit_passed_utc_us: reading.audit.as_ref().map(|a| a.passed.as_microsecond()),
            head_status: reading.head_status.wire_word().to_owned(),
        }
    }
}

pub(super) fn reading(wire: &WireReading, lane: LaneNo) -> Converted<Reading> {
    let device = |text: &str| need("device", text.parse().ok());
    let ppm = |value: i32| Concentration { ppm_hundredths: value };
    let ratio = |value: i32| MoleRatio { millionths: value };
    let gases = match (
        (wire.co2_ppm_hundredths, wire.co_ppm_hundredths, wire.hc_ppm_hundredths, wire.no_ppm_hundredths),
        (wire.co_ratio_millionths, wire.hc_ratio_millionths, wire.no_ratio_millionths),
    ) {
        ((Some(co2), Some(co), Some(hc), Some(no)), (Some(q), Some(q1), Some(q2))) => Some(Gases {
            co2: ppm(co2),
            co: ppm(co),
            hc: ppm(hc),
            no: ppm(no),
            co_ratio: ratio(q),
            hc_ratio: ratio(q1),
            no_ratio: ratio(q2),
        }),
        ((None, None, None, None), (None, None, None)) => None,
        _ => return Err(ConvertError { field: "gases (all or none)" }),
    };
    let beam = |value: u16| need("opacity", Opacity::from_hundredths(value)).map(CrossRoadOpacity);
    let opacity = match (wire.opacity_mean_hundredths, wire.opacity_max_hundredths) {
        (Some(mean), Some(maximum)) => Some(BeamOpacity { mean: beam(mean)?, maximum: beam(maximum)? }),
        (None, None) => None,
        _ => return Err(ConvertError { field: "opacity (mean and maximum, or neither)" }),
    };
    let audit = match (&wire.audit, wire.audit_passed_utc_us) {
        (Some(id), Some(passed)) => Some(Audit {
            id: device(id)?,
            passed: need("audit_passed_utc_us", Timestamp::from_microsecond(passed).ok())?,
        }),
        (None, None) => None,
        _ => return Err(ConvertError { field: "audit (number and time, or neither)" }),
    };
    Ok(Reading {
        origin: ReadingOrigin { device: device(&wire.device)?, boot: wire.boot, sequence: wire.sequence },
        measured: moment(&wire.measured)?,
        lane,
        gases,
        opacity,
        speed: wire.speed_mm_s.map(|mm_s| Speed { mm_s }),
        acceleration: wire.acceleration_mm_s2.map(|mm_s2| Acceleration { mm_s2 }),
        slope: wire.slope_degree_hundredths.map(|degree_hundredths| Slope { degree_hundredths }),
        plume_ppm_m_hundredths: wire.plume_ppm_m_hundredths,
        audit,
        head_status: need("head_status", HeadStatus::from_wire_word(&wire.head_status))?,
    })
}

impl From<&InvalidReason> for WireInvalidReason {
    fn from(reason: &InvalidReason) -> Self {
        let (breach, measured, limit) = match reason.breach {
            Breach::Missing => ("missing", None, None),
            Breach::NotMet => ("not-met", None, None),
            Breach::Below { measured, limit } => ("below", Some(measured), Some(limit)),
            Breach::Above { measured, limit } => ("above", Some(measured), Some(limit)),
        };
        Self {
            condition: reason.condition.wire_word().to_owned(),
            breach: breach.to_owned(),
            measured,
            limit,
        }
    }
}

impl TryFrom<&WireInvalidReason> for InvalidReason {
    type Error = ConvertError;

    fn try_from(wire: &WireInvalidReason) -> Converted<Self> {
        let breach = match (wire.breach.as_str(), wire.measured, wire.limit) {
            ("missing", None, None) => Breach::Missing,
            ("not-met", None, None) => Breach::NotMet,
            ("below", Some(measured), Some(limit)) => Breach::Below { measured, limit },
            ("above", Some(measured), Some(limit)) => Breach::Above { measured, limit },
            _ => return Err(ConvertError { field: "breach" }),
        };
        Ok(Self { condition: need("condition", Condition::from_wire_word(&wire.condition))?, breach })
    }
}

impl From<&WeatherReading> for WireWeather {
    fn from(weather: &WeatherReading) -> Self {
        Self {
            measured: weather.measured.stamp.into(),
            wind_mm_s: weather.wind.map(|wind| wind.mm_s),
            wind_from_degrees: weather.wind_from.map(|from| from.degrees),
            temperature_celsius_hundredths: weather.temperature.map(|t| t.celsius_hundredths),
            humidity_percent_hundredths: weather.humidity.map(|h| h.percent_hundredths),
            pressure_pa: weather.pressure.map(|p| p.pa),
            precipitation: weather.precipitation,
        }
    }
}

impl TryFrom<&WireWeather> for WeatherReading {
    type Error = ConvertError;

    fn try_from(wire: &WireWeather) -> Converted<Self> {
        Ok(Self {
            measured: moment(&wire.measured)?,
            wind: wire.wind_mm_s.map(|mm_s| Speed { mm_s }),
            wind_from: wire.wind_from_degrees.map(|degrees| Bearing { degrees }),
            temperature: wire
                .temperature_celsius_hundredths
                .map(|celsius_hundredths| Temperature { celsius_hundredths }),
            humidity: wire
                .humidity_percent_hundredths
                .map(|percent_hundredths| Humidity { percent_hundredths }),
            pressure: wire.pressure_pa.map(|pa| Pressure { pa }),
            precipitation: wire.precipitation,
        })
    }
}
