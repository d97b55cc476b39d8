//! Listens to a line on which a master asks and stations answer, without being either: for `decode weather`.
//!
//! A reply does not say which registers it carries; the request before it does. Where no request was heard
//! (a recording of replies alone), the map's own block is assumed.

use std::collections::VecDeque;

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::Moment;

use super::RegisterMap;
use super::decoder::registers;
use super::rtu::{self, FRAME_MAX};
use crate::reader::frames::{Beginning, Frames};

/// Takes both directions of one line.
#[derive(Debug)]
pub struct Sniffer {
    map: RegisterMap,
    /// What the last request heard asked for: station and first register.
    asked: Option<(u8, u16)>,
    /// Holds at most [`FRAME_MAX`] bytes.
    frames: Frames,
    readings: VecDeque<WeatherReading>,
}

impl Sniffer {
    /// A listener that knows stations by `map`.
    pub fn new(map: RegisterMap) -> Self {
        Self { map, asked: None, frames: Frames::default(), readings: VecDeque::new() }
    }

    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8], at: Moment) {
        let Self { map, asked, frames, readings } = self;
        frames.push(bytes, begin, |frame| readings.extend(said(map, asked, frame, at)));
    }

    /// Tells that nothing more comes: what looked like a beginning was none.
    pub fn finish(&mut self, at: Moment) {
        let Self { map, asked, frames, readings } = self;
        frames.on_silence(begin, |frame| readings.extend(said(map, asked, frame, at)));
    }

    /// Gives what was read, oldest first.
    pub fn next_reading(&mut self) -> Option<WeatherReading> {
        self.readings.pop_front()
    }

    /// Bytes that were part of no frame.
    pub fn rejected_bytes(&self) -> u64 {
        self.frames.rejected()
    }
}

/// A request has this length, and no reply has: theirs are odd.
const REQUEST: usize = 8;

/// What a frame says of the weather; a request says what the next reply carries.
fn said(
    map: &RegisterMap,
    asked: &mut Option<(u8, u16)>,
    frame: &[u8],
    at: Moment,
) -> Option<WeatherReading> {
    if frame.len() == REQUEST {
        *asked = Some((frame[0], u16::from_be_bytes([frame[2], frame[3]])));
        return None;
    }
    let first = match asked.take() {
        Some((station, first)) if station == frame[0] => first,
        Some(_) | None => map.first(),
    };
    (frame[1] & 0x80 == 0).then(|| map.reading(first, &registers(&frame[3..frame.len() - 2]), at))
}

/// The shorter of what may begin here is looked for first, so that the outcome hangs on no split.
fn begin(bytes: &[u8]) -> Beginning {
    let [address, function, rest @ ..] = bytes else {
        return match bytes {
            [] => Beginning::Unfinished,
            [address, ..] if (1..=247).contains(address) => Beginning::Unfinished,
            [_, ..] => Beginning::Garbage,
        };
    };
    if !(1..=247).contains(address) || !matches!(function, 3 | 4 | 0x83 | 0x84) {
        return Beginning::Garbage;
    }
    let asks = matches!(function, 3 | 4);
    let reply = match (asks, rest.first()) {
        (true, None) => return Beginning::Unfinished,
        (true, Some(count)) if count % 2 == 0 && (2..=250).contains(count) => {
            Some(3 + usize::from(*count) + 2)
        }
        (true, Some(_)) => None,
        (false, _) => Some(5),
    };
    let request = asks.then_some(REQUEST);
    let mut lengths = [reply, request];
    lengths.sort_unstable_by_key(|length| length.unwrap_or(0));
    for length in lengths.into_iter().flatten() {
        debug_assert!(length <= FRAME_MAX);
        match bytes.get(..length) {
            None => return Beginning::Unfinished,
            Some(frame) if rtu::holds(frame) => return Beginning::Frame(length),
            Some(_) => {}
        }
    }
    Beginning::Garbage
}
