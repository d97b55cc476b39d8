//! NMEA 0183 (STANDARDS.md 11.7): where a unit stands, what time it is, and the weather of stations that speak it, at
//! 4800 or 9600 baud, 8N1.
//!
//! ```text
//! $ talker sentence , field , … * checksum CR LF      checksum: exclusive or of what stands between $ and *
//! ```
//!
//! Sentences that say nothing of ours (GSA, GSV, …) are whole and passed over. One without a checksum is refused: on a
//! wire beside a road that is worth more than the oldest instruments.

mod sentences;
mod weather;

use std::collections::VecDeque;

use jiff::Timestamp;
use plumewatch_shared::units::{Bearing, Humidity, Pressure, Speed, Temperature};

use super::frames::{Beginning, Frames};
use sentences::said;

pub use weather::{WORDS_FRESH, WordWeather};

/// The longest sentence, bytes: 82 by the standard; some makers' are longer.
pub const SENTENCE_MAX: usize = 160;
/// Words kept for a caller that asks late: a talker says a few dozen sentences a second at most.
const WORDS_MAX: usize = 256;

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
    /// MDA, XDR: the air.
    Air {
        /// Its temperature.
        temperature: Option<Temperature>,
        /// Relative humidity.
        humidity: Option<Humidity>,
        /// Pressure.
        pressure: Option<Pressure>,
        /// Does rain or hail fall? Only XDR tells.
        precipitation: Option<bool>,
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

#[cfg(test)]
mod tests;
