//! The master's side: the station's bytes in, readings or refusals out.

use std::collections::VecDeque;
use std::time::Duration;

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::Moment;

use super::RegisterMap;
use super::rtu::{self, FRAME_MAX, ReplyError};
use crate::reader::frames::{Beginning, Frames};

/// How long a caller waits for a reply before it asks again. The longest reply takes 270 ms at 9 600 baud, and
/// stations think for up to half a second.
pub const REPLY_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Events kept for a caller that asks late: a station answers only when asked, so more is babble.
const EVENTS_MAX: usize = 64;

/// What a weather station answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeatherEvent {
    /// The weather.
    Read(WeatherReading),
    /// It answered, but not with the weather.
    Refused(ReplyError),
}

/// Takes the replies of one station.
#[derive(Debug)]
pub struct Decoder {
    address: u8,
    map: RegisterMap,
    /// Holds at most [`FRAME_MAX`] bytes.
    frames: Frames,
    /// When the last bytes came.
    heard: Option<Moment>,
    events: VecDeque<WeatherEvent>,
}

impl Decoder {
    /// A decoder for the station at `address`, which is asked for `map`.
    pub fn new(address: u8, map: RegisterMap) -> Self {
        Self { address, map, frames: Frames::default(), heard: None, events: VecDeque::new() }
    }

    /// Takes bytes as they came; `at` is when the last of them had arrived.
    pub fn push(&mut self, bytes: &[u8], at: Moment) {
        self.heard = Some(at);
        let Self { address, map, frames, events, .. } = self;
        let code = map.function().code();
        frames.push(bytes, |bytes| begin(code, bytes), |frame| keep(events, event(*address, map, frame, at)));
    }

    /// Tells that the line fell silent (before every request, and when a reply is overdue): the frame that the
    /// held bytes seemed to begin is none, though another may stand within them.
    pub fn on_silence(&mut self) {
        let Some(at) = self.heard.take() else { return };
        let Self { address, map, frames, events, .. } = self;
        let code = map.function().code();
        frames.on_silence(|bytes| begin(code, bytes), |frame| keep(events, event(*address, map, frame, at)));
    }

    /// Gives what is finished, oldest first; call until `None` after every push.
    pub fn next_event(&mut self) -> Option<WeatherEvent> {
        self.events.pop_front()
    }

    /// Bytes since the start that were part of no whole frame.
    pub fn rejected_bytes(&self) -> u64 {
        self.frames.rejected()
    }
}

fn keep(events: &mut VecDeque<WeatherEvent>, event: WeatherEvent) {
    if events.len() < EVENTS_MAX {
        events.push_back(event);
    }
}

/// Only frames that answer our function are looked for, so that on a shared line other traffic is passed over.
fn begin(code: u8, bytes: &[u8]) -> Beginning {
    let [address, rest @ ..] = bytes else { return Beginning::Unfinished };
    if !(1..=247).contains(address) {
        return Beginning::Garbage;
    }
    let length = match *rest {
        [] => return Beginning::Unfinished,
        [function, ..] if function == code | 0x80 => 5,
        [function] if function == code => return Beginning::Unfinished,
        [function, count, ..] if function == code && count % 2 == 0 && (2..=250).contains(&count) => {
            3 + usize::from(count) + 2
        }
        _ => return Beginning::Garbage,
    };
    debug_assert!(length <= FRAME_MAX);
    match bytes.get(..length) {
        None => Beginning::Unfinished,
        Some(frame) if rtu::holds(frame) => Beginning::Frame(length),
        Some(_) => Beginning::Garbage,
    }
}

/// What a whole frame says.
fn event(address: u8, map: &RegisterMap, frame: &[u8], at: Moment) -> WeatherEvent {
    if frame[0] != address {
        return WeatherEvent::Refused(ReplyError::WrongAddress(frame[0]));
    }
    if frame[1] & 0x80 != 0 {
        return WeatherEvent::Refused(ReplyError::Exception(frame[2]));
    }
    let raw = registers(&frame[3..frame.len() - 2]);
    let (wanted, found) = (map.count(), u16::try_from(raw.len()).unwrap_or(u16::MAX));
    if found == wanted {
        WeatherEvent::Read(map.reading(map.first(), &raw, at))
    } else {
        WeatherEvent::Refused(ReplyError::WrongCount { wanted, found })
    }
}

/// Big-endian words.
pub(crate) fn registers(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
