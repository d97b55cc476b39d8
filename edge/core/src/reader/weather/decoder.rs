//! The master's side: the station's bytes in, readings or refusals out.

use std::collections::VecDeque;
use std::time::Duration;

use plumewatch_shared::reading::WeatherReading;
use plumewatch_shared::time::Moment;

use super::RegisterMap;
use super::rtu::{self, FRAME_MAX, ReplyError};

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
    /// Bytes not yet understood; at most [`FRAME_MAX`].
    held: Vec<u8>,
    /// When the last bytes came.
    heard: Option<Moment>,
    events: VecDeque<WeatherEvent>,
    rejected: u64,
}

/// What the held bytes begin with.
enum Beginning {
    /// Too few bytes to tell.
    Unfinished,
    /// A whole frame of so many bytes.
    Reply(usize, Result<Vec<u16>, ReplyError>),
    /// No frame begins here.
    Garbage,
}

impl Decoder {
    /// A decoder for the station at `address`, which is asked for `map`.
    pub fn new(address: u8, map: RegisterMap) -> Self {
        Self { address, map, held: Vec::new(), heard: None, events: VecDeque::new(), rejected: 0 }
    }

    /// Takes bytes as they came; `at` is when the last of them had arrived.
    pub fn push(&mut self, bytes: &[u8], at: Moment) {
        self.heard = Some(at);
        for &byte in bytes {
            self.held.push(byte);
            self.settle(at);
        }
    }

    /// Tells that the line fell silent (before every request, and when a reply is overdue): the frame that the
    /// held bytes seemed to begin is none, though another may stand within them.
    pub fn on_silence(&mut self) {
        let Some(at) = self.heard.take() else { return };
        while !self.held.is_empty() {
            self.held.remove(0);
            self.rejected += 1;
            self.settle(at);
        }
    }

    /// Gives what is finished, oldest first; call until `None` after every push.
    pub fn next_event(&mut self) -> Option<WeatherEvent> {
        self.events.pop_front()
    }

    /// Bytes since the start that were part of no whole frame.
    pub fn rejected_bytes(&self) -> u64 {
        self.rejected
    }

    fn settle(&mut self, at: Moment) {
        loop {
            match self.beginning() {
                Beginning::Unfinished => return,
                Beginning::Garbage => {
                    self.held.remove(0);
                    self.rejected += 1;
                }
                Beginning::Reply(length, reply) => {
                    self.held.drain(..length);
                    let event = match reply {
                        Ok(raw) => WeatherEvent::Read(self.map.reading(self.map.first(), &raw, at)),
                        Err(error) => WeatherEvent::Refused(error),
                    };
                    if self.events.len() < EVENTS_MAX {
                        self.events.push_back(event);
                    }
                }
            }
        }
    }

    /// Looks at the start of what is held. Only frames that answer our function are looked for, so that on a
    /// shared line other traffic is passed over.
    fn beginning(&self) -> Beginning {
        let code = self.map.function().code();
        let [address, function, rest @ ..] = self.held.as_slice() else { return Beginning::Unfinished };
        let length = match (*function, rest.first()) {
            _ if !(1..=247).contains(address) => return Beginning::Garbage,
            (function, _) if function == code | 0x80 => 5,
            (function, Some(bytes)) if function == code && bytes % 2 == 0 && (2..=250).contains(bytes) => {
                3 + usize::from(*bytes) + 2
            }
            (function, None) if function == code => return Beginning::Unfinished,
            _ => return Beginning::Garbage,
        };
        debug_assert!(length <= FRAME_MAX);
        let Some(frame) = self.held.get(..length) else { return Beginning::Unfinished };
        if !rtu::holds(frame) {
            return Beginning::Garbage;
        }
        Beginning::Reply(length, self.reply(frame))
    }

    /// What a whole frame says.
    fn reply(&self, frame: &[u8]) -> Result<Vec<u16>, ReplyError> {
        if frame[0] != self.address {
            return Err(ReplyError::WrongAddress(frame[0]));
        }
        if frame[1] & 0x80 != 0 {
            return Err(ReplyError::Exception(frame[2]));
        }
        let raw = registers(&frame[3..frame.len() - 2]);
        let (wanted, found) = (self.map.count(), u16::try_from(raw.len()).unwrap_or(u16::MAX));
        if found == wanted { Ok(raw) } else { Err(ReplyError::WrongCount { wanted, found }) }
    }
}

/// Big-endian words.
pub(crate) fn registers(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
