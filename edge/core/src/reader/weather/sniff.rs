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

/// Takes both directions of one line.
#[derive(Debug)]
pub struct Sniffer {
    map: RegisterMap,
    /// What the last request heard asked for: station and first register.
    asked: Option<(u8, u16)>,
    /// At most [`FRAME_MAX`] bytes.
    held: Vec<u8>,
    readings: VecDeque<WeatherReading>,
    rejected: u64,
}

enum Beginning {
    Unfinished,
    Request { station: u8, first: u16 },
    Reply { length: usize },
    Garbage,
}

impl Sniffer {
    /// A listener that knows stations by `map`.
    pub fn new(map: RegisterMap) -> Self {
        Self { map, asked: None, held: Vec::new(), readings: VecDeque::new(), rejected: 0 }
    }

    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8], at: Moment) {
        for &byte in bytes {
            self.held.push(byte);
            self.settle(at);
        }
    }

    /// Tells that nothing more comes: what looked like a beginning was none.
    pub fn finish(&mut self, at: Moment) {
        while !self.held.is_empty() {
            self.reject_one();
            self.settle(at);
        }
    }

    /// Gives what was read, oldest first.
    pub fn next_reading(&mut self) -> Option<WeatherReading> {
        self.readings.pop_front()
    }

    /// Bytes that were part of no frame.
    pub fn rejected_bytes(&self) -> u64 {
        self.rejected
    }

    fn reject_one(&mut self) {
        self.held.remove(0);
        self.rejected += 1;
    }

    fn settle(&mut self, at: Moment) {
        loop {
            match self.beginning() {
                Beginning::Unfinished => return,
                Beginning::Garbage => self.reject_one(),
                Beginning::Request { station, first } => {
                    self.held.drain(..8);
                    self.asked = Some((station, first));
                }
                Beginning::Reply { length } => {
                    let frame: Vec<u8> = self.held.drain(..length).collect();
                    let first = match self.asked.take() {
                        Some((station, first)) if station == frame[0] => first,
                        Some(_) | None => self.map.first(),
                    };
                    if frame[1] & 0x80 == 0 {
                        let raw = registers(&frame[3..length - 2]);
                        self.readings.push_back(self.map.reading(first, &raw, at));
                    }
                }
            }
        }
    }

    fn beginning(&self) -> Beginning {
        let [address, function, rest @ ..] = self.held.as_slice() else { return Beginning::Unfinished };
        if !(1..=247).contains(address) || !matches!(function, 3 | 4 | 0x83 | 0x84) {
            return Beginning::Garbage;
        }
        if let Some(request) = self.held.get(..8)
            && rtu::holds(request)
            && matches!(function, 3 | 4)
        {
            return Beginning::Request { station: *address, first: u16::from_be_bytes([rest[0], rest[1]]) };
        }
        let Some(&bytes) = rest.first() else { return Beginning::Unfinished };
        let length = match function {
            3 | 4 => 3 + usize::from(bytes) + 2,
            _ => 5,
        };
        let fits = matches!(function, 0x83 | 0x84) || (bytes % 2 == 0 && bytes >= 2 && length <= FRAME_MAX);
        match self.held.get(..length) {
            Some(frame) if fits && rtu::holds(frame) => Beginning::Reply { length },
            None if fits => Beginning::Unfinished,
            // A request begins like a reply of as many bytes as its first register's upper half says.
            Some(_) | None if self.held.len() < 8 => Beginning::Unfinished,
            Some(_) | None => Beginning::Garbage,
        }
    }
}
