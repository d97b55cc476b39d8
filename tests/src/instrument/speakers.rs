//! The instruments that need only speak: a Modbus weather station, a talker of NMEA 0183, an AK analyser.

use std::f64::consts::TAU;
use std::time::{Duration, Instant};

use edge_core::reader::weather::{RegisterMap, slave};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use plumewatch_shared::reading::WeatherReading;

use super::wire::Speaker;

/// Bytes that a host may send before it makes sense.
const HEARD_MAX: usize = 512;

/// A weather station at address 1 with the registers of `RegisterMap::common`.
pub struct ModbusStation {
    weather: WeatherReading,
    map: RegisterMap,
    heard: Vec<u8>,
}

/// A request of functions 03 and 04: address, function, first, count, checksum.
const REQUEST_BYTES: usize = 8;

impl ModbusStation {
    /// A station in this weather.
    pub fn new(weather: WeatherReading) -> Self {
        Self { weather, map: RegisterMap::common(), heard: Vec::new() }
    }
}

impl Speaker for ModbusStation {
    fn hear(&mut self, bytes: &[u8]) {
        match bytes {
            [] => self.heard.clear(), // Silence ends a broken request.
            _ => self.heard.extend(bytes.iter().take(HEARD_MAX - self.heard.len())),
        }
    }

    fn speak(&mut self, _: Instant) -> Option<Vec<u8>> {
        while self.heard.len() >= REQUEST_BYTES {
            let request: Vec<u8> = self.heard.drain(..REQUEST_BYTES).collect();
            let reply = slave::respond(1, &self.map, &self.weather, &request);
            if reply.is_some() {
                return reply;
            }
        }
        None
    }
}

/// A combined GNSS receiver and weather station, once a second: GGA, RMC, ZDA, MWV, XDR.
pub struct NmeaTalker {
    weather: WeatherReading,
    /// Degrees and minutes as the sentences write them.
    place: [&'static str; 4],
    next: Option<Instant>,
    waiting: Vec<Vec<u8>>,
}

/// Time between rounds of sentences.
const ROUND: Duration = Duration::from_secs(1);

impl NmeaTalker {
    /// A talker in this weather, in Taiyuan.
    pub fn new(weather: WeatherReading) -> Self {
        Self { weather, place: ["3748.7410", "N", "11233.0000", "E"], next: None, waiting: Vec::new() }
    }

    fn round(&self, now: Timestamp) -> Vec<Vec<u8>> {
        let utc = TimeZone::UTC.to_datetime(now);
        let time = format!("{:02}{:02}{:02}.00", utc.hour(), utc.minute(), utc.second());
        let date = format!("{:02}{:02}{:02}", utc.day(), utc.month(), utc.year() % 100);
        let place = self.place.join(",");
        let scaled = |value: Option<i64>, scale: f64, decimals: usize| {
            value.map(|value| format!("{:.decimals$}", value as f64 / scale)).unwrap_or_default()
        };
        let weather = &self.weather;
        let (wind, from) = (weather.wind.map(|w| w.mm_s.into()), weather.wind_from.map(|b| b.degrees.into()));
        let celsius = scaled(weather.temperature.map(|t| t.celsius_hundredths.into()), 100.0, 1);
        let humidity = scaled(weather.humidity.map(|h| h.percent_hundredths.into()), 100.0, 1);
        let bar = scaled(weather.pressure.map(|p| p.pa.into()), 1e5, 4);
        let rain = if weather.precipitation == Some(true) { "1.2" } else { "0.0" };
        let sentences = [
            format!("GPGGA,{time},{place},1,09,0.9,785.4,M,-16.0,M,,"),
            format!("GPRMC,{time},A,{place},0.0,0.0,{date},,"),
            format!("GPZDA,{time},{:02},{:02},{:04},00,00", utc.day(), utc.month(), utc.year()),
            format!("WIMWV,{},T,{},M,A", scaled(from, 1.0, 1), scaled(wind, 1e3, 1)),
            format!("WIXDR,C,{celsius},C,0,H,{humidity},P,0,P,{bar},B,0,R,{rain},M,0"),
        ];
        sentences.iter().map(|text| sealed(text)).collect()
    }
}

fn sealed(text: &str) -> Vec<u8> {
    let sum = text.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("${text}*{sum:02X}\r\n").into_bytes()
}

impl Speaker for NmeaTalker {
    fn hear(&mut self, _: &[u8]) {}

    fn speak(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.next.is_none_or(|next| now >= next) {
            self.next = Some(now + ROUND);
            self.waiting = self.round(Timestamp::now());
            self.waiting.reverse();
        }
        self.waiting.pop()
    }
}

/// An analyser with four concentrations that swing slowly. It answers any number of questions, and obeys none.
pub struct AkAnalyser {
    heard: Vec<u8>,
    begun: Instant,
    /// Its error counter.
    errors: u8,
}

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
/// Seconds of one swing.
const SWING_S: f64 = 60.0;

impl AkAnalyser {
    /// An analyser whose error counter stands at `errors`, 0 to 9.
    pub fn new(errors: u8) -> Self {
        Self { heard: Vec::new(), begun: Instant::now(), errors: errors.min(9) }
    }

    fn answer(&self, question: &[u8], now: Instant) -> Vec<u8> {
        let text = String::from_utf8_lossy(question).into_owned();
        let mut words = text.split_ascii_whitespace();
        let (code, channel) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let known_channel = channel.strip_prefix('K').is_some_and(|number| number.parse::<u8>().is_ok());
        let swing = (now.duration_since(self.begun).as_secs_f64() / SWING_S * TAU).sin();
        let data = match code {
            _ if !known_channel => "SE".to_owned(),
            "ASTZ" => "SREM SMGA".to_owned(),
            "ASTF" => if self.errors == 0 { "0" } else { "17" }.to_owned(),
            "AKEN" => "PLUMEWATCH-SIM 1".to_owned(),
            "AKON" => format!(
                "{:.2} {:.3} {:.1} {:.1}",
                12.5 + 1.5 * swing,
                0.31 + 0.05 * swing,
                62.0 + 9.0 * swing,
                305.0 + 80.0 * swing
            ),
            _ if code.starts_with('S') || code.starts_with('E') => "OF".to_owned(),
            _ => return framed(&format!(" ???? {} NA", self.errors)),
        };
        framed(&format!(" {code} {} {data}", self.errors))
    }
}

fn framed(text: &str) -> Vec<u8> {
    [&[STX], text.as_bytes(), &[ETX]].concat()
}

impl Speaker for AkAnalyser {
    fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend(bytes.iter().take(HEARD_MAX - self.heard.len()));
    }

    fn speak(&mut self, now: Instant) -> Option<Vec<u8>> {
        let Some(end) = self.heard.iter().position(|byte| *byte == ETX) else {
            if self.heard.len() == HEARD_MAX {
                self.heard.clear(); // Not AK.
            }
            return None;
        };
        let frame: Vec<u8> = self.heard.drain(..=end).collect();
        let begin = frame.iter().rposition(|byte| *byte == STX).map_or(end, |at| at + 1);
        Some(self.answer(&frame[begin..end], now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::fair_weather;
    use edge_core::reader::ak::{self, FunctionCode, Refusal, question};
    use edge_core::reader::nmea::{self, WordWeather};
    use edge_core::reader::weather::{Decoder, WeatherEvent, request};

    fn said(speaker: &mut dyn Speaker, asked: &[u8]) -> Vec<u8> {
        speaker.hear(asked);
        let now = Instant::now();
        std::iter::from_fn(|| speaker.speak(now)).flatten().collect()
    }

    #[test]
    fn the_station_answers_what_the_reader_asks() {
        let mut station = ModbusStation::new(fair_weather());
        let reply = said(&mut station, &request(1, &RegisterMap::common()));
        let mut decoder = Decoder::new(1, RegisterMap::common());
        decoder.push(&reply, fair_weather().measured);
        let Some(WeatherEvent::Read(read)) = decoder.next_event() else { panic!("{reply:02X?}") };
        assert_eq!((read.wind, read.precipitation), (fair_weather().wind, Some(false)));
    }

    #[test]
    fn the_talker_says_all_of_the_weather_and_the_place_in_one_round() {
        let bytes = said(&mut NmeaTalker::new(fair_weather()), &[]);
        let mut decoder = nmea::Decoder::default();
        decoder.push(&bytes);
        let mut gathered = WordWeather::default();
        let words: Vec<_> = std::iter::from_fn(|| decoder.next_word()).collect();
        let at = fair_weather().measured;
        let weather = words.iter().filter_map(|word| gathered.on_word(word, at)).last().unwrap();
        assert_eq!(weather, WeatherReading { measured: at, ..fair_weather() });
        assert!(words.iter().any(|word| matches!(word, nmea::NmeaWord::Position(_))));
        assert_eq!((words.len(), decoder.rejected_bytes()), (6, 0));
    }

    #[test]
    fn the_analyser_answers_questions_and_obeys_no_command() {
        let mut analyser = AkAnalyser::new(0);
        let mut answer = |code: &str| {
            let code = FunctionCode::new(code).unwrap();
            let mut decoder = ak::Decoder::default();
            decoder.push(&said(&mut analyser, &question(code, 0, &[])));
            decoder.next_answer().unwrap()
        };
        assert_eq!(answer("AKON").data.unwrap().len(), 4);
        assert_eq!(answer("ASTZ").data, Ok(vec!["SREM".to_owned(), "SMGA".to_owned()]));
        assert_eq!(answer("SNGA").data, Err(Refusal::Offline));
        assert_eq!(answer("AXYZ").function, FunctionCode::UNKNOWN);
        let mut broken = AkAnalyser::new(3);
        assert_eq!(said(&mut broken, b"\x02 AKON\x03"), b"\x02 AKON 3 SE\x03");
        assert_eq!(said(&mut broken, &[0xFF; 2 * HEARD_MAX]), b"");
        assert_eq!(said(&mut broken, b"\x02 ASTF K0\x03"), b"\x02 ASTF 3 17\x03");
    }
}
