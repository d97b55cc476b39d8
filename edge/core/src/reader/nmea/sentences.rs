//! What the sentences of ours say, field by field.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};

use super::{NmeaWord, Position};

/// Digits of a whole or decimal part at most; more is noise.
const DIGITS_MAX: usize = 9;

/// Tells what a whole sentence says, if it is any of ours.
pub(super) fn said(frame: &[u8], mut tell: impl FnMut(NmeaWord)) {
    let Some(text) = frame.strip_prefix(b"$").and_then(|rest| str::from_utf8(rest).ok()) else { return };
    let mut fields = text.split('*').next().unwrap_or_default().split(',');
    let name = fields.next().unwrap_or_default();
    let fields: Vec<&str> = fields.collect();
    match name.get(2..) {
        Some("GGA") => tell_some(position_of_gga(&fields).map(NmeaWord::Position), tell),
        Some("RMC") if fields.get(1) == Some(&"A") => {
            tell_some(time_of_rmc(&fields).map(NmeaWord::Time), &mut tell);
            tell_some(place(&fields, 2).map(|place| NmeaWord::Position(at(place, None))), tell);
        }
        Some("ZDA") => tell_some(time_of_zda(&fields).map(NmeaWord::Time), tell),
        Some("MWV") => tell_some(wind_of_mwv(&fields), tell),
        Some("XDR") => tell_some(weather_of_xdr(&fields), tell),
        Some("MDA") => {
            let [wind, air] = weather_of_mda(&fields);
            tell_some(wind, &mut tell);
            tell_some(air, tell);
        }
        _ => {}
    }
}

fn tell_some(word: Option<NmeaWord>, mut tell: impl FnMut(NmeaWord)) {
    if let Some(word) = word {
        tell(word);
    }
}

/// A decimal number as an integer of `10^-decimals`; further decimals are cut. `None` for anything else.
fn fixed(text: &str, decimals: u32) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.len() <= DIGITS_MAX && part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) {
        return None;
    }
    let digits = |text: &str| text.bytes().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    let kept = &part[..part.len().min(decimals as usize)];
    let missing = decimals - kept.len() as u32;
    let value = (digits(whole) * 10_i64.pow(decimals)) + digits(kept) * 10_i64.pow(missing);
    Some(if negative { -value } else { value })
}

/// `ddmm.mmm` and a hemisphere, in millionths of a degree.
fn angle(text: &str, hemisphere: &str, [positive, negative]: [&str; 2], most: i64) -> Option<i32> {
    let hundred_thousandths = fixed(text, 5)?; // Of a minute, with degrees before the last two whole digits.
    let (degrees, minutes) = (hundred_thousandths / 10_000_000, hundred_thousandths % 10_000_000);
    let microdegrees = degrees * 1_000_000 + (minutes * 10 + 30) / 60; // Rounded.
    let sound = (0..=most * 1_000_000).contains(&microdegrees) && minutes < 6_000_000;
    let sign = if hemisphere == positive {
        1
    } else if hemisphere == negative {
        -1
    } else {
        return None;
    };
    sound.then(|| i32::try_from(sign * microdegrees).ok()).flatten()
}

/// Latitude and longitude from four fields on.
fn place(fields: &[&str], first: usize) -> Option<[i32; 2]> {
    let [latitude, north, longitude, east] = *fields.get(first..first + 4)? else { return None };
    Some([angle(latitude, north, ["N", "S"], 90)?, angle(longitude, east, ["E", "W"], 180)?])
}

fn at([latitude_microdegrees, longitude_microdegrees]: [i32; 2], altitude_cm: Option<i32>) -> Position {
    Position { latitude_microdegrees, longitude_microdegrees, altitude_cm }
}

/// `time,lat,N,lon,E,quality,satellites,dilution,altitude,M,…`; quality 0 is no fix.
fn position_of_gga(fields: &[&str]) -> Option<Position> {
    let quality = fixed(fields.get(5)?, 0)?;
    let altitude = fields.get(8).filter(|_| fields.get(9) == Some(&"M")).and_then(|text| fixed(text, 2));
    (quality > 0)
        .then(|| Some(at(place(fields, 1)?, altitude.and_then(|cm| i32::try_from(cm).ok()))))
        .flatten()
}

/// `hhmmss.sss` on a day.
fn instant(time: &str, day: Date) -> Option<Timestamp> {
    let millis = fixed(time, 3)?;
    let [hours, minutes, seconds] = [millis / 10_000_000, millis / 100_000 % 100, millis / 1_000 % 100];
    let part = |value: i64| i8::try_from(value).ok();
    let seconds = part(seconds.min(59))?; // A leap second is told as the one before it.
    let time = Time::new(part(hours)?, part(minutes)?, seconds, (millis % 1_000) as i32 * 1_000_000).ok()?;
    TimeZone::UTC.to_timestamp(DateTime::from_parts(day, time)).ok()
}

/// `hhmmss,A,lat,N,lon,E,knots,track,ddmmyy,…`: of two digits, 80 and more are of the last century.
fn time_of_rmc(fields: &[&str]) -> Option<Timestamp> {
    let text = fields.get(8).filter(|text| text.len() == 6)?;
    let number = fixed(text, 0)?;
    let year = number % 100;
    let year = if year >= 80 { 1_900 + year } else { 2_000 + year };
    let day = Date::new(year as i16, (number / 100 % 100) as i8, (number / 10_000) as i8).ok()?;
    instant(fields[0], day)
}

/// `hhmmss,day,month,year,zone hours,zone minutes`; the time is UTC, the zone is for people.
fn time_of_zda(fields: &[&str]) -> Option<Timestamp> {
    let number = |at: usize| fields.get(at).and_then(|text| fixed(text, 0));
    let small = |at: usize| number(at).and_then(|value| i8::try_from(value).ok());
    let day = Date::new(i16::try_from(number(3)?).ok()?, small(2)?, small(1)?).ok()?;
    instant(fields.first()?, day)
}

/// mm/s of a speed in `unit`: K km/h, M m/s, N knots, S miles an hour.
fn speed(text: &str, unit: &str) -> Option<Speed> {
    let thousandths = fixed(text, 3).filter(|value| (0..=500_000).contains(value))?;
    let mm_s = match unit {
        "M" => thousandths,
        "K" => (thousandths * 10 + 18) / 36,
        "N" => (thousandths * 1_852 + 1_800) / 3_600,
        "S" => (thousandths * 1_609_344 + 1_800_000) / 3_600_000,
        _ => return None,
    };
    i32::try_from(mm_s).ok().map(|mm_s| Speed { mm_s })
}

fn bearing(text: &str) -> Option<Bearing> {
    let tenths = fixed(text, 1).filter(|tenths| (0..=3_600).contains(tenths))?;
    u16::try_from((tenths + 5) / 10 % 360).ok().map(|degrees| Bearing { degrees })
}

/// `angle,R or T,speed,unit,A`; V instead of A is not valid.
fn wind_of_mwv(fields: &[&str]) -> Option<NmeaWord> {
    let [angle, reference, value, unit, "A"] = *fields else { return None };
    let known = matches!(reference, "R" | "T");
    known.then(|| Some(NmeaWord::Wind { speed: speed(value, unit)?, from: bearing(angle) })).flatten()
}

/// `inHg,I,bar,B,air °C,C,water °C,C,rel. humidity,abs. humidity,dew °C,C,wind from true,T,magnetic,M,knots,N,m/s,M`.
fn weather_of_mda(fields: &[&str]) -> [Option<NmeaWord>; 2] {
    let value = |at: usize, decimals: u32| fields.get(at).and_then(|text| fixed(text, decimals));
    let with_unit = |at: usize, unit: &str, decimals| {
        (fields.get(at + 1) == Some(&unit)).then(|| value(at, decimals)).flatten()
    };
    let wind = fields.get(18).filter(|_| fields.get(19) == Some(&"M")).and_then(|text| speed(text, "M"));
    let from = fields.get(12).filter(|_| fields.get(13) == Some(&"T")).and_then(|text| bearing(text));
    let temperature = with_unit(4, "C", 2).and_then(|t| i32::try_from(t).ok());
    let humidity = value(8, 2).filter(|h| (0..=10_000).contains(h)).and_then(|h| u16::try_from(h).ok());
    let pressure = with_unit(2, "B", 5).and_then(|pa| u32::try_from(pa).ok());
    let air = NmeaWord::Air {
        temperature: temperature.map(|celsius_hundredths| Temperature { celsius_hundredths }),
        humidity: humidity.map(|percent_hundredths| Humidity { percent_hundredths }),
        pressure: pressure.map(|pa| Pressure { pa }),
        precipitation: None,
    };
    let any = temperature.is_some() || humidity.is_some() || pressure.is_some();
    [wind.map(|speed| NmeaWord::Wind { speed, from }), any.then_some(air)]
}

/// Quads of `type,value,unit,name`: C in C is temperature, H in P humidity, P in B (bar) or P (Pa) pressure, R in M (mm/h)
/// or I (in/h) the intensity of rain or hail. Of several transducers of a type the first counts; rain falls if any says so.
fn weather_of_xdr(fields: &[&str]) -> Option<NmeaWord> {
    let (mut temperature, mut humidity, mut pressure, mut precipitation) = (None, None, None, None);
    for quad in fields.chunks_exact(4) {
        let value = |decimals| fixed(quad[1], decimals);
        match (quad[0], quad[2]) {
            ("C", "C") => {
                let celsius =
                    value(2).filter(|c| (-9_000..=9_000).contains(c)).and_then(|c| i32::try_from(c).ok());
                temperature = temperature.or(celsius);
            }
            ("H", "P") => {
                let percent =
                    value(2).filter(|h| (0..=10_000).contains(h)).and_then(|h| u16::try_from(h).ok());
                humidity = humidity.or(percent);
            }
            ("P", unit @ ("B" | "P")) => {
                let pa = value(if unit == "B" { 5 } else { 0 }).filter(|pa| (30_000..=120_000).contains(pa));
                pressure = pressure.or(pa.and_then(|pa| u32::try_from(pa).ok()));
            }
            ("R", "M" | "I") => {
                let falls = value(3).filter(|intensity| *intensity >= 0).map(|intensity| intensity > 0);
                precipitation = match (precipitation, falls) {
                    (Some(before), Some(falls)) => Some(before || falls),
                    (before, falls) => before.or(falls),
                };
            }
            _ => {}
        }
    }
    let any = temperature.is_some() || humidity.is_some() || pressure.is_some() || precipitation.is_some();
    any.then_some(NmeaWord::Air {
        temperature: temperature.map(|celsius_hundredths| Temperature { celsius_hundredths }),
        humidity: humidity.map(|percent_hundredths| Humidity { percent_hundredths }),
        pressure: pressure.map(|pa| Pressure { pa }),
        precipitation,
    })
}
