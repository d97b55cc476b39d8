//! Opacimeters: meters whose probe is in the exhaust pipe (GB 3847-2018, Annex C), at 9600 baud, 8N1.
//!
//! A meter speaks only when asked. A driver makes the frames that ask, and turns the answers into
//! [`MeterEvent`]s; when to ask and when to give up waiting is the caller's matter. The same byte means different
//! things to different makers' meters, so a meter's protocol is always chosen, never guessed.
//!
//! The makers' own maximum registers are not used: the highest sample is ours to find, in the curve that is kept.

mod byte_sum;
mod fty100;
pub mod meter_side;
mod mqy200;
mod nht1l;

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::time::Duration;

use plumewatch_shared::meter::{MeterSample, MeterState};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity, Opacity, Temperature};

use super::frames::{Beginning, Frames};

/// How long an answer may take. The drivers of the field wait 100 ms for the first byte and 20 ms for each further
/// one; the longest answer is 18 bytes, 19 ms of line.
pub const REPLY_TIMEOUT: Duration = Duration::from_millis(500);

/// Answers kept for a caller that asks late: a meter answers once for each question, so more is babble.
const EVENTS_MAX: usize = 64;

/// What a meter can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterRequest {
    /// What it is doing.
    State,
    /// What it sees now.
    Sample,
    /// To set zero and full scale, in clean air.
    Zero,
}

/// What a meter answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterEvent {
    /// What it is doing.
    State(MeterState),
    /// What it sees.
    Sample(MeterSample),
    /// It does as it was told.
    Accepted,
    /// It does not; the maker's number for the reason, if it said one.
    Refused(Option<u8>),
}

/// A meter as its caller sees it.
pub trait OpacimeterDriver: Send {
    /// The frame that asks. From here on only its answer is listened for.
    fn ask(&mut self, request: MeterRequest) -> Vec<u8>;
    /// Takes bytes as they came.
    fn push(&mut self, bytes: &[u8]);
    /// Tells that the line fell silent: before each question, and when an answer is overdue.
    fn on_silence(&mut self);
    /// Gives what is finished, oldest first; call until `None` after every push.
    fn next_event(&mut self) -> Option<MeterEvent>;
    /// Bytes since the start that were part of no answer.
    fn rejected_bytes(&self) -> u64;
}

/// What one maker's bytes mean.
trait Maker: Send {
    /// The frame that asks.
    fn question(request: MeterRequest) -> Vec<u8>;
    /// What the bytes, of which there is one at least, begin with; `asked` is what was asked last, if anything.
    fn begin(asked: Option<MeterRequest>, bytes: &[u8]) -> Beginning;
    /// What a whole frame says.
    fn event(frame: &[u8]) -> Option<MeterEvent>;
    /// What bytes say that were held when the line fell silent.
    fn event_of_silence(_held: &[u8]) -> Option<MeterEvent> {
        None
    }
}

/// The driver of every maker's meter.
struct Meter<M> {
    maker: PhantomData<M>,
    asked: Option<MeterRequest>,
    frames: Frames,
    events: VecDeque<MeterEvent>,
}

impl<M: Maker> Meter<M> {
    fn new() -> Self {
        Self { maker: PhantomData, asked: None, frames: Frames::default(), events: VecDeque::new() }
    }
}

fn keep<M: Maker>(events: &mut VecDeque<MeterEvent>) -> impl FnMut(&[u8]) + '_ {
    |frame| {
        if events.len() < EVENTS_MAX {
            events.extend(M::event(frame));
        }
    }
}

impl<M: Maker> OpacimeterDriver for Meter<M> {
    fn ask(&mut self, request: MeterRequest) -> Vec<u8> {
        self.on_silence();
        self.asked = Some(request);
        M::question(request)
    }

    fn push(&mut self, bytes: &[u8]) {
        let asked = self.asked;
        self.frames.push(bytes, |bytes| M::begin(asked, bytes), keep::<M>(&mut self.events));
    }

    fn on_silence(&mut self) {
        if let Some(event) = M::event_of_silence(self.frames.held()) {
            self.frames.clear();
            self.events.push_back(event);
        }
        let asked = self.asked;
        self.frames.on_silence(|bytes| M::begin(asked, bytes), keep::<M>(&mut self.events));
    }

    fn next_event(&mut self) -> Option<MeterEvent> {
        self.events.pop_front()
    }

    fn rejected_bytes(&self) -> u64 {
        self.frames.rejected()
    }
}

/// The protocols, by the word that stands in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeterProtocol {
    /// 南华 NHT-1L.
    #[serde(rename = "nht-1l")]
    Nht1l,
    /// 明泉 MQY-200.
    #[serde(rename = "mqy-200")]
    Mqy200,
    /// 福分 FTY-100.
    #[serde(rename = "fty-100")]
    Fty100,
}

impl MeterProtocol {
    /// Every protocol.
    pub const ALL: [Self; 3] = [Self::Nht1l, Self::Mqy200, Self::Fty100];

    /// The word in configurations and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nht1l => "nht-1l",
            Self::Mqy200 => "mqy-200",
            Self::Fty100 => "fty-100",
        }
    }

    /// A driver that listens for any answer until it has asked something.
    pub fn driver(self) -> Box<dyn OpacimeterDriver> {
        match self {
            Self::Nht1l => Box::new(Meter::<nht1l::Nht1l>::new()),
            Self::Mqy200 => Box::new(Meter::<mqy200::Mqy200>::new()),
            Self::Fty100 => Box::new(Meter::<fty100::Fty100>::new()),
        }
    }
}

/// The byte that ends a frame of any of the three makers: with it, all bytes add up to a multiple of 256.
pub fn checksum(frame: &[u8]) -> u8 {
    byte_sum::checksum(frame)
}

/// The word at these two bytes, high byte first.
fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Tenths of a percent; `None` above 100 %, which no meter shows.
fn opacity(tenths: u16) -> Option<MeterOpacity> {
    Opacity::from_hundredths(tenths.checked_mul(10)?).map(MeterOpacity)
}

/// Whole kelvins; `None` for the makers' word for "no probe".
fn oil(kelvins: u16) -> Option<Temperature> {
    const NO_PROBE: u16 = 0xFFFF;
    (kelvins != NO_PROBE).then(|| Temperature { celsius_hundredths: (i32::from(kelvins) - 273) * 100 })
}

/// The sample of the answer that NHT-1L and MQY-200 share: opacity, coefficient, engine speed, oil temperature, each a
/// word from the second byte on (STANDARDS.md 11.2, 11.3).
fn sample_of_words(answer: &[u8]) -> Option<MeterSample> {
    Some(MeterSample {
        opacity: opacity(word(answer, 1))?,
        coefficient: AbsorptionCoefficient { per_m_hundredths: word(answer, 3) },
        engine_speed: Some(EngineSpeed { rpm: word(answer, 5) }),
        oil: oil(word(answer, 7)),
    })
}

/// First byte of a refusal.
const REFUSED: u8 = 0x15;

/// A refusal at the start of the bytes: 15 and its checksum, or 15, a number and the checksum of both.
fn begin_refusal(bytes: &[u8]) -> Beginning {
    match bytes {
        [_, code, ..] if byte_sum::holds(&[REFUSED, *code]) => Beginning::Frame(2),
        [_] | [_, _] => Beginning::Unfinished,
        _ if byte_sum::holds(&bytes[..3]) => Beginning::Frame(3),
        _ => Beginning::Garbage,
    }
}

/// A frame of this length at the start of the bytes, if it says anything.
fn begin_frame<M: Maker>(bytes: &[u8], length: usize) -> Beginning {
    match bytes.get(..length) {
        None => Beginning::Unfinished,
        Some(frame) if M::event(frame).is_some() => Beginning::Frame(length),
        Some(_) => Beginning::Garbage,
    }
}

/// What a refusal says.
fn refusal(frame: &[u8]) -> MeterEvent {
    MeterEvent::Refused((frame.len() == 3).then(|| frame[1]))
}

#[cfg(test)]
mod tests;
