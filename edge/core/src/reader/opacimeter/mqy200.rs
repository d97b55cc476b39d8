//! 石家庄明泉 MQY-200 (STANDARDS.md 11.3): framed as NHT-1L is, with other commands behind the same bytes.

use plumewatch_shared::meter::MeterState;

use super::super::frames::Beginning;
use super::{
    Maker, MeterEvent, MeterRequest, REFUSED, begin_frame, begin_refusal, byte_sum, refusal, sample_of_words,
};

const MODE: u8 = 0xA1;
const CALIBRATE: u8 = 0xA2;
const REAL_TIME: u8 = 0xA6;

/// The maker's bytes.
pub(super) struct Mqy200;

fn command(request: MeterRequest) -> u8 {
    match request {
        MeterRequest::State => MODE,
        MeterRequest::Sample => REAL_TIME,
        MeterRequest::Zero => CALIBRATE,
    }
}

impl Maker for Mqy200 {
    fn question(request: MeterRequest) -> Vec<u8> {
        byte_sum::sealed(vec![command(request)])
    }

    fn begin(asked: Option<MeterRequest>, bytes: &[u8]) -> Beginning {
        let first = bytes[0];
        if first == REFUSED {
            return begin_refusal(bytes);
        }
        if asked.is_some_and(|asked| command(asked) != first) {
            return Beginning::Garbage;
        }
        match first {
            CALIBRATE => begin_frame::<Self>(bytes, 2),
            MODE => begin_frame::<Self>(bytes, 3),
            REAL_TIME => begin_frame::<Self>(bytes, 10),
            _ => Beginning::Garbage,
        }
    }

    fn event(frame: &[u8]) -> Option<MeterEvent> {
        if !byte_sum::holds(frame) {
            return None;
        }
        match frame[0] {
            REFUSED => Some(refusal(frame)),
            CALIBRATE => Some(MeterEvent::Accepted),
            REAL_TIME => sample_of_words(frame).map(MeterEvent::Sample),
            // Real-time and free-acceleration mode both show what the meter sees.
            MODE => Some(MeterEvent::State(match frame[1] {
                0 => MeterState::WarmingUp,
                1 | 2 => MeterState::Measuring,
                other => MeterState::Fault(other),
            })),
            _ => None,
        }
    }
}
