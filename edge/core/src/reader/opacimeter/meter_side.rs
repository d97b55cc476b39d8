//! The meter's side, for simulators and tests: answers questions as each maker's meter does.

use plumewatch_shared::meter::{MeterSample, MeterState};

use super::{MeterProtocol, MeterRequest, REFUSED, byte_sum};

/// Cuts the first whole question off what a host sent: which request it is and how many bytes it takes. `None` while
/// no whole question stands at the start; what cannot begin one is for the caller to drop.
pub fn question(protocol: MeterProtocol, bytes: &[u8]) -> Option<(MeterRequest, usize)> {
    [MeterRequest::State, MeterRequest::Sample, MeterRequest::Zero].into_iter().find_map(|request| {
        let asked = protocol.driver().ask(request);
        bytes.starts_with(&asked).then_some((request, asked.len()))
    })
}

/// The answer to a request, from a meter that does `state` and sees `sample`. A meter that warms up is not set to zero:
/// two makers' refuse, the third's goes on telling that it warms up.
pub fn answer(
    protocol: MeterProtocol,
    request: MeterRequest,
    state: MeterState,
    sample: &MeterSample,
) -> Vec<u8> {
    let refuses = protocol != MeterProtocol::Fty100;
    if refuses && request == MeterRequest::Zero && state == MeterState::WarmingUp {
        return byte_sum::sealed(vec![REFUSED]);
    }
    let opacity = sample.opacity.0.hundredths() / 10;
    let rpm = sample.engine_speed.map_or(0, |speed| speed.rpm);
    let oil = sample.oil.map_or(0xFFFF, |oil| kelvins(oil.celsius_hundredths));
    let command = protocol.driver().ask(request)[0];
    byte_sum::sealed(match (protocol, request) {
        (MeterProtocol::Nht1l | MeterProtocol::Mqy200, MeterRequest::Sample) => {
            [&[command][..], &words([opacity, sample.coefficient.per_m_hundredths, rpm, oil])].concat()
        }
        (MeterProtocol::Nht1l | MeterProtocol::Mqy200, MeterRequest::Zero) => vec![command],
        (MeterProtocol::Nht1l, MeterRequest::State) => vec![command, nanhua_state(state)],
        (MeterProtocol::Mqy200, MeterRequest::State) => vec![command, mingquan_state(state)],
        (MeterProtocol::Fty100, MeterRequest::Sample) => [&b"fty"[..], &words([opacity, oil, rpm])].concat(),
        (MeterProtocol::Fty100, MeterRequest::State | MeterRequest::Zero) => {
            [&b"fty"[..], &[fofen_state(state), 0, 0]].concat()
        }
    })
}

fn words<const N: usize>(values: [u16; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn kelvins(celsius_hundredths: i32) -> u16 {
    u16::try_from(celsius_hundredths / 100 + 273).unwrap_or(0xFFFF)
}

fn nanhua_state(state: MeterState) -> u8 {
    match state {
        MeterState::WarmingUp => 0,
        MeterState::Measuring => 1,
        MeterState::Calibrating => 2,
        MeterState::Fault(number) => number,
    }
}

fn mingquan_state(state: MeterState) -> u8 {
    match state {
        MeterState::WarmingUp => 0,
        MeterState::Measuring | MeterState::Calibrating => 1,
        MeterState::Fault(number) => number,
    }
}

fn fofen_state(state: MeterState) -> u8 {
    match state {
        MeterState::WarmingUp => 0b0010,
        MeterState::Measuring | MeterState::Calibrating => 0b0100,
        MeterState::Fault(_) => 0,
    }
}
