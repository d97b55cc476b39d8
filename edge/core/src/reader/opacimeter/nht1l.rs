//! 佛山南华 NHT-1L (STANDARDS.md 11.2): a command byte, words high byte first, a checksum.

use plumewatch_shared::meter::MeterState;

use super::super::frames::Beginning;
use super::{
    Maker, MeterEvent, MeterRequest, REFUSED, begin_frame, begin_refusal, byte_sum, refusal, sample_of_words,
};

const CALIBRATE: u8 = 0xA4;
const REAL_TIME: u8 = 0xA5;
const STATUS: u8 = 0xAD;

/// The maker's bytes.
pub(super) struct Nht1l;

fn command(request: MeterRequest) -> u8 {
    match request {
        MeterRequest::State => STATUS,
        MeterRequest::Sample => REAL_TIME,
        MeterRequest::Zero => CALIBRATE,
    }
}

impl Maker for Nht1l {
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
            STATUS => begin_frame::<Self>(bytes, 3),
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
            STATUS => Some(MeterEvent::State(match frame[1] {
                0 => MeterState::WarmingUp,
                1 | 0xF1 => MeterState::Measuring,
                2 => MeterState::Calibrating,
                fault => MeterState::Fault(fault),
            })),
            _ => None,
        }
    }

    /// Some units send a refusal's number without a checksum; only the silence after it tells.
    fn event_of_silence(held: &[u8]) -> Option<MeterEvent> {
        if let [REFUSED, code] = *held { Some(MeterEvent::Refused(Some(code))) } else { None }
    }
}
