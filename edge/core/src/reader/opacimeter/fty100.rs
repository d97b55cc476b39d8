//! 佛山福分 FTY-100 (STANDARDS.md 11.4): `f t y`, then 01 02 and a command when we ask, values when it answers. It tells
//! no coefficient; that follows from the opacity over its 0.43 m.

use plumewatch_shared::meter::{MeterSample, MeterState};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use super::super::frames::Beginning;
use super::{Maker, MeterEvent, MeterRequest, begin_frame, byte_sum, oil, opacity, word};

const NAME: &[u8] = b"fty";
const TO_METER: [u8; 2] = [0x01, 0x02];
/// Bytes of the answer about its state, and of an accepted command.
const STATUS_LENGTH: usize = 7;
/// Bytes of the answer with values.
const REAL_TIME_LENGTH: usize = 10;
/// Bits of the state.
const WARMING_UP: u8 = 0b0010;
const MEASURING: u8 = 0b0100;

/// The maker's bytes.
pub(super) struct Fty100;

impl Maker for Fty100 {
    fn question(request: MeterRequest) -> Vec<u8> {
        let command = match request {
            MeterRequest::State => 1,
            MeterRequest::Sample => 2,
            MeterRequest::Zero => 5,
        };
        byte_sum::sealed([NAME, &TO_METER, &[command]].concat())
    }

    /// The two answers begin alike. What was asked tells them apart; of a recording, the checksum at either length.
    fn begin(asked: Option<MeterRequest>, bytes: &[u8]) -> Beginning {
        let known = bytes.len().min(NAME.len());
        if bytes[..known] != NAME[..known] {
            return Beginning::Garbage;
        }
        match asked {
            Some(MeterRequest::Sample) => begin_frame::<Self>(bytes, REAL_TIME_LENGTH),
            Some(MeterRequest::State | MeterRequest::Zero) => begin_frame::<Self>(bytes, STATUS_LENGTH),
            None => match begin_frame::<Self>(bytes, STATUS_LENGTH) {
                Beginning::Garbage => begin_frame::<Self>(bytes, REAL_TIME_LENGTH),
                found => found,
            },
        }
    }

    fn event(frame: &[u8]) -> Option<MeterEvent> {
        if !byte_sum::holds(frame) {
            return None;
        }
        if frame.len() == STATUS_LENGTH {
            let state = match frame[3] {
                bits if bits & WARMING_UP != 0 => MeterState::WarmingUp,
                bits if bits & MEASURING != 0 => MeterState::Measuring,
                bits => MeterState::Fault(bits),
            };
            return Some(MeterEvent::State(state));
        }
        let opacity = opacity(word(frame, 3))?;
        // Where no light is left the coefficient is beyond every scale.
        const NO_LIGHT: AbsorptionCoefficient = AbsorptionCoefficient { per_m_hundredths: u16::MAX };
        Some(MeterEvent::Sample(MeterSample {
            opacity,
            coefficient: AbsorptionCoefficient::of(opacity).unwrap_or(NO_LIGHT),
            engine_speed: Some(EngineSpeed { rpm: word(frame, 7) }),
            oil: oil(word(frame, 5)),
        }))
    }
}
