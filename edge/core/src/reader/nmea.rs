//! NMEA 0183 (STANDARDS.md 11.7): where a unit stands, what time it is, and the weather of stations that speak it, at
//! 4800 or 9600 baud, 8N1.
//!
//! ```text
//! $ talker sentence , field , … * checksum CR LF      checksum: exclusive or of what stands between $ and *
//! ```
//!
//! Sentences that say nothing of ours (GSA, GSV, …) are whole and passed over. One without a checksum is refused: on a
//! wire beside a road that is worth more than the oldest instruments.

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};

use super::frames::{Beginning, Frames};

/// The longest sentence, bytes: 82 by the standard; some makers' are longer.
pub const SENTENCE_MAX: usize = 160;
/// Words kept for a caller that asks late: a talker says a few dozen sentences a second at most.
const WORDS_MAX: usize = 256;
/// Digits of a whole or decimal part at most; more is noise.
const DIGITS_MAX: usize = 9;

/// What a sentence said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NmeaWord {
    /// GGA, RMC: the place.
    Position(Position),
    /// RMC, ZDA: the time, if the receiver vouches for it.
    Time(Timestamp),
    /// MWV (true or of a fixed station), MDA: the wind.
    Wind {
        /// Its speed.
        speed: Speed,
        /// Where from; an MWV's angle is from the instrument's mark, which at a checkpoint points north.
        from: Option<Bearing>,
    },
    /// MDA: the air.
    Air {
        /// Its temperature.
        temperature: Option<Temperature>,
        /// Relative humidity.
        humidity: Option<Humidity>,
        /// Pressure.
        pressure: Option<Pressure>,
    },
}

/// A place on WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Millionths of a degree, north positive.
    pub latitude_microdegrees: i32,
    /// Millionths of a degree, east positive.
    pub longitude_microdegrees: i32,
    /// Above mean sea level, centimetres; `None` where the sentence does not say.
    pub altitude_cm: Option<i32>,
}

/// Takes what one talker says.
#[derive(Debug, Default)]
pub struct Decoder {
    frames: Frames,
    words: VecDeque<NmeaWord>,
}

impl Decoder {
    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes, begin, keep(&mut self.words));
    }

    /// Tells that nothing more comes.
    pub fn on_silence(&mut self) {
        self.frames.on_silence(begin, keep(&mut self.words));
    }

    /// Gives what was said, oldest first; call until `None` after every push.
    pub fn next_word(&mut self) -> Option<NmeaWord> {
        self.words.pop_front()
    }

    /// Bytes since the start that were part of no whole sentence.
    pub fn rejected_bytes(&self) -> u64 {
        self.frames.rejected()
    }
}

fn keep(words: &mut VecDeque<NmeaWord>) -> impl FnMut(&[u8]) + '_ {
    |frame| {
        if words.len() < WORDS_MAX {
            said(frame, |word| words.push_back(word));
        }
    }
}

/// A sentence, from `$` to the line's end; a line's end by itself belongs to the sentence before.
fn begin(bytes: &[u8]) -> Beginning {
    match bytes[0] {
        b'$' => {}
        b'\r' | b'\n' => return Beginning::Frame(1),
        _ => return Beginning::Garbage,
    }
    let text = &bytes[1..bytes.len().min(SENTENCE_MAX)];
    let Some(star) = text.iter().position(|byte| *byte == b'*' || !matches!(byte, b' '..=b'~')) else {
        return if bytes.len() < SENTENCE_MAX { Beginning::Unfinished } else { Beginning::Garbage };
    };
    match (text[star], text.get(star + 1..star + 3)) {
        (b'*', None) => Beginning::Unfinished,
        (b'*', Some(digits)) if hexadecimal(digits) == Some(checksum(&text[..star])) => {
            Beginning::Frame(1 + star + 3)
        }
        _ => Beginning::Garbage,
    }
}

fn checksum(text: &[u8]) -> u8 {
    text.iter().fold(0, |sum, byte| sum ^ byte)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let plain = digits.iter().all(u8::is_ascii_hexdigit);
    plain.then(|| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

/// Tells what a whole sentence says, if it is any of ours.
fn said(frame: &[u8], mut tell: impl FnMut(NmeaWord)) {
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
    let scale = 10_i64.pow(decimals);
    let kept: String = part.chars().chain(std::iter::repeat('0')).take(decimals as usize).collect();
    let value =
        whole.parse::<i64>().ok()? * scale + if kept.is_empty() { 0 } else { kept.parse::<i64>().ok()? };
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
    };
    let any = temperature.is_some() || humidity.is_some() || pressure.is_some();
    [wind.map(|speed| NmeaWord::Wind { speed, from }), any.then_some(air)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(pieces: &[&[u8]]) -> (Vec<NmeaWord>, u64) {
        let mut decoder = Decoder::default();
        for piece in pieces {
            decoder.push(piece);
        }
        decoder.on_silence();
        (std::iter::from_fn(|| decoder.next_word()).collect(), decoder.rejected_bytes())
    }

    fn words(sentence: &str) -> Vec<NmeaWord> {
        let (words, rejected) = heard(&[sentence.as_bytes(), b"\r\n"]);
        assert_eq!(rejected, 0, "{sentence}");
        words
    }

    fn time(text: &str) -> NmeaWord {
        NmeaWord::Time(text.parse().unwrap())
    }

    fn sealed(text: &str) -> String {
        format!("${text}*{:02X}", checksum(text.as_bytes()))
    }

    #[test]
    fn a_weather_stations_composite_is_read() {
        let text = "WIMDA,29.7544,I,1.0076,B,35.5,C,,,42.1,,20.6,C,116.4,T,107.7,M,1.2,N,0.6,M";
        let air = NmeaWord::Air {
            temperature: Some(Temperature { celsius_hundredths: 3_550 }),
            humidity: Some(Humidity { percent_hundredths: 4_210 }),
            pressure: Some(Pressure { pa: 100_760 }),
        };
        let wind = NmeaWord::Wind { speed: Speed { mm_s: 600 }, from: Some(Bearing { degrees: 116 }) };
        assert_eq!(words(&sealed(text)), [wind, air]);
    }

    #[test]
    fn what_the_receiver_does_not_vouch_for_is_not_told() {
        assert_eq!(words(&sealed("GPGGA,123519,4807.038,N,01131.000,E,0,00,,,M,,M,,")), []);
        assert_eq!(words(&sealed("GPRMC,123519,V,4807.038,N,01131.000,E,,,230394,,")), []);
        assert_eq!(words(&sealed("WIMWV,214.8,R,0.1,K,V")), []);
        assert_eq!(words(&sealed("GPGSV,1,1,00")), []);
        assert_eq!(words(&sealed("GPGGA,123519,9907.038,N,01131.000,E,1,08,0.9,1,M,,M,,")), []);
        assert_eq!(words(&sealed("GPZDA,250000,31,02,2026,00,00")), []);
        assert_eq!(words(&sealed("GPZDA,201530.50,24,11,2026,08,00")), [time("2026-11-24T20:15:30.5Z")]);
    }

    #[test]
    fn a_wrong_or_missing_checksum_is_refused() {
        let (told, rejected) = heard(&[b"$WIMWV,214.8,R,0.1,K,A*29\r\n$WIMWV,214.8,R,0.1,K,A\r\n"]);
        assert_eq!(told, []);
        assert_eq!(rejected, 25 + 22);
    }

    proptest! {
        #[test]
        fn every_split_of_the_stream_gives_the_same_words(
            parts in prop::collection::vec(
                prop_oneof![
                    "GP(GGA|RMC|ZDA)(,[0-9.NSEWAM-]{0,12}){0,14}".prop_map(|text| sealed(&text) + "\r\n"),
                    "WI(MWV|MDA)(,[0-9.RTKMNSACBI-]{0,9}){0,20}".prop_map(|text| sealed(&text) + "\r\n"),
                    "[ -~\r\n]{0,20}",
                ],
                0..8,
            ),
        ) {
            let text = parts.concat();
            let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            prop_assert_eq!(heard(&single), heard(&[text.as_bytes()]));
        }
    }
}
