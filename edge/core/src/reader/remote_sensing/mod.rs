//! PWRS 1, the line protocol of remote-sensing heads: `docs/remote-sensing-line-protocol.md` is its definition.
//!
//! `line` finds checked lines in a stream, `fields` reads and writes what stands in them, and this file puts the
//! two together for the host's side ([`Decoder`]) and the head's ([`AcknowledgementDecoder`], for simulators and
//! for makers' tests). Which repeats are new is not decided here: matching and the outbox know.

mod check;
mod crc;
mod fields;
mod line;
mod plume_lines;

use std::collections::VecDeque;
use std::time::Duration;

use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::reading::{Reading, ReadingOrigin};
use plumewatch_shared::time::{Moment, Tick};

pub use check::{FILTERS, encode_check};
pub use crc::crc16;
pub use fields::{Acknowledgement, FieldError, Line, acknowledgement, encode_heartbeat, encode_measurement};
pub use line::{LINE_MAX, LINE_TIMEOUT};
pub use plume_lines::{BeamSample, PlumeLine, SAMPLES_A_LINE, SampleLine, encode_plume};

pub use super::Heartbeat;
use super::{HeadDriver, HeadEvent};
use line::LineFinder;
use plume_lines::Assembly;

/// Events kept for a caller that pushes much and asks late. One read of a port (4 KiB) holds at most 150 lines.
/// A measurement that is dropped here was not acknowledged, so the head sends it again.
pub const EVENTS_MAX: usize = 1_024;

/// Silence after which samples are no longer waited for: a head sends them and their end in one go.
pub const PLUME_TIMEOUT: Duration = Duration::from_secs(5);

/// The host's side: bytes of one head in, events out.
#[derive(Debug)]
pub struct Decoder {
    /// `None` takes every lane.
    lane: Option<LaneNo>,
    lines: LineFinder,
    /// The samples under way.
    plume: Assembly,
    /// When the last byte of the line under way arrived.
    heard: Option<Tick>,
    events: VecDeque<HeadEvent>,
    dropped_events: u64,
    last_error: Option<FieldError>,
}

impl Decoder {
    /// A decoder for the head of `lane`; measurements of another lane are rejected.
    pub fn new(lane: LaneNo) -> Self {
        Self::of(Some(lane))
    }

    /// A decoder that takes every lane, for looking at recordings.
    pub fn of_any_lane() -> Self {
        Self::of(None)
    }

    fn of(lane: Option<LaneNo>) -> Self {
        Self {
            lane,
            lines: LineFinder::default(),
            plume: Assembly::default(),
            heard: None,
            events: VecDeque::new(),
            dropped_events: 0,
            last_error: None,
        }
    }

    /// Takes bytes as they came; `at` is when the last of them had arrived.
    pub fn push(&mut self, bytes: &[u8], at: Moment) {
        self.on_time(at);
        let mut rest = bytes;
        while !rest.is_empty() {
            let (used, body) = self.lines.take(rest);
            rest = &rest[used..];
            let Some(body) = body else { continue };
            match fields::parse(&body, at).and_then(|line| self.event(line, body.len())) {
                Ok(None) => {}
                Ok(Some(event)) if self.events.len() < EVENTS_MAX => {
                    if matches!(event, HeadEvent::Measured(_) | HeadEvent::Checked(_)) {
                        self.last_error = None; // The cables were changed back.
                    }
                    self.events.push_back(event);
                }
                Ok(Some(_)) => self.dropped_events += 1,
                Err(error) => {
                    self.lines.reject_last(body.len());
                    self.last_error = Some(error);
                }
            }
        }
        if !bytes.is_empty() {
            self.heard = Some(at.tick);
        }
    }

    /// What a line of so many bytes completes, if it completes anything.
    fn event(&mut self, line: Line, body: usize) -> Result<Option<HeadEvent>, FieldError> {
        match line {
            Line::Measurement { reading, .. } => self.measured(reading).map(Some),
            Line::Samples(samples) => {
                let taken = self.plume.on_samples(samples, body);
                self.lines.reject(taken.as_ref().map_or_else(|_| self.plume.give_up(), |lost| *lost));
                taken.map(|_| None)
            }
            Line::Plume(end) => {
                let ended = self.plume.on_plume(end);
                if ended.is_err() {
                    self.lines.reject(self.plume.give_up());
                }
                self.measured(ended?).map(Some)
            }
            Line::Check { check, .. } => self.wired(check.lane, HeadEvent::Checked(check)).map(Some),
            Line::Heartbeat(heartbeat) => Ok(Some(HeadEvent::Heartbeat(heartbeat))),
            Line::Acknowledgement(_) => Err(FieldError::WrongWay),
        }
    }

    fn measured(&self, reading: Box<Reading>) -> Result<HeadEvent, FieldError> {
        self.wired(reading.lane, HeadEvent::Measured(reading))
    }

    /// The event, unless the head says another lane than the one it is wired to.
    fn wired(&self, said: LaneNo, event: HeadEvent) -> Result<HeadEvent, FieldError> {
        match self.lane {
            Some(wired) if wired != said => {
                Err(FieldError::OtherLane { said: said.number(), wired: wired.number() })
            }
            Some(_) | None => Ok(event),
        }
    }

    /// Drops a line that broke off: one whose last byte came more than [`LINE_TIMEOUT`] ago. Samples whose end does not
    /// come for [`PLUME_TIMEOUT`] have broken off too.
    pub fn on_time(&mut self, now: Moment) {
        let Some(silence) = self.heard.map(|heard| now.tick.since(heard)) else { return };
        if silence > LINE_TIMEOUT {
            self.lines.abandon();
        }
        if silence > PLUME_TIMEOUT {
            self.lines.reject(self.plume.give_up());
            self.heard = None;
        }
    }

    /// Gives what is finished, oldest first; call until `None` after every push.
    pub fn next_event(&mut self) -> Option<HeadEvent> {
        self.events.pop_front()
    }

    /// Bytes since the start that were part of no good line. Those of a line under way are not counted yet.
    pub fn rejected_bytes(&self) -> u64 {
        self.lines.rejected_bytes()
    }

    /// Events dropped because nobody asked for them; see [`EVENTS_MAX`].
    pub fn dropped_events(&self) -> u64 {
        self.dropped_events
    }

    /// What was wrong with the last line whose checksum held but whose content did not: a fault of the head or
    /// of the wiring, never of the line.
    pub fn last_error(&self) -> Option<&FieldError> {
        self.last_error.as_ref()
    }
}

impl HeadDriver for Decoder {
    fn push(&mut self, bytes: &[u8], at: Moment) {
        Self::push(self, bytes, at);
    }

    fn on_time(&mut self, now: Moment) {
        Self::on_time(self, now);
    }

    fn next_event(&mut self) -> Option<HeadEvent> {
        Self::next_event(self)
    }

    fn acknowledgement(&self, origin: &ReadingOrigin) -> Vec<u8> {
        acknowledgement(origin)
    }

    fn rejected_bytes(&self) -> u64 {
        Self::rejected_bytes(self)
    }

    fn names_other_lane(&self) -> bool {
        matches!(self.last_error, Some(FieldError::OtherLane { .. }))
    }
}

/// The head's side: bytes of the host in, acknowledgements out.
#[derive(Debug, Default)]
pub struct AcknowledgementDecoder {
    lines: LineFinder,
    acknowledged: VecDeque<Acknowledgement>,
}

impl AcknowledgementDecoder {
    /// Takes bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (used, body) = self.lines.take(rest);
            rest = &rest[used..];
            let Some(body) = body else { continue };
            match fields::parse_acknowledgement(&body) {
                Ok(acknowledgement) if self.acknowledged.len() < EVENTS_MAX => {
                    self.acknowledged.push_back(acknowledgement);
                }
                Ok(_) => {} // The measurement goes out again and is acknowledged again.
                Err(_) => self.lines.reject_last(body.len()),
            }
        }
    }

    /// Gives what was acknowledged, oldest first; call until `None` after every push.
    pub fn next_acknowledgement(&mut self) -> Option<Acknowledgement> {
        self.acknowledged.pop_front()
    }

    /// Bytes since the start that were part of no good acknowledgement.
    pub fn rejected_bytes(&self) -> u64 {
        self.lines.rejected_bytes()
    }
}

#[cfg(test)]
mod tests;
