//! An opacimeter in the pipe of an engine, on a line of its own: any of the three makers' bytes, through `edge-core`'s own
//! encoder of the meter's side, and an engine whose pedal a test, a script or a person presses.
//!
//! The engine idles at [`IDLE_RPM`] and runs up to [`CUT_OFF_RPM`]; its smoke stands at the push's top long enough that
//! whoever asks ten times a second sees exactly that value, as a meter's own response of a second would show it.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use edge_core::reader::opacimeter::{MeterProtocol, MeterRequest, meter_side};
use plumewatch_shared::meter::{MeterSample, MeterState};
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed, MeterOpacity, Temperature};

use super::Terminal;
use crate::dice::Dice;

/// Engine speed at idle.
pub const IDLE_RPM: u16 = 750;
/// Engine speed at which fuel is cut off.
pub const CUT_OFF_RPM: u16 = 2_850;
/// Smoke at idle, hundredths of 1/m.
const IDLE_K: u16 = 3;
/// From pressing the pedal until the engine idles again.
pub const PUSH: Duration = Duration::from_millis(3_800);
/// How long a meter sets its zero; then the probe goes from clean air into the pipe.
const CALIBRATING: Duration = Duration::from_millis(1_500);
/// A script waits for so long after a zero: the officer puts the probe into the pipe meanwhile.
const SCRIPT_PAUSE: Duration = Duration::from_secs(12);
/// Time between the pushes of a script.
const SCRIPT_EVERY: Duration = Duration::from_secs(8);
/// How often the meter looks at its line.
const TURN: Duration = Duration::from_millis(20);
/// Bytes of questions that wait at most; longer is no question.
const HELD_MAX: usize = 64;

/// What may befall the meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterFault {
    /// It does not answer.
    Silent,
    /// Random bytes before each answer.
    Noise,
    /// It refuses whatever it is asked.
    Refusing,
    /// It warms up.
    WarmingUp,
    /// Its port is gone.
    Unplugged,
}

/// One push of the pedal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push {
    /// The highest coefficient, hundredths of 1/m.
    pub highest_k: u16,
    /// The speed it reaches.
    pub highest_rpm: u16,
}

impl Push {
    /// Down to the floor.
    pub const fn full(highest_k: u16) -> Self {
        Self { highest_k, highest_rpm: CUT_OFF_RPM }
    }
}

#[derive(Default)]
struct State {
    faults: Vec<MeterFault>,
    push: Option<(Push, Instant)>,
    zeroed: Option<Instant>,
    /// Pushes that follow each zero, and those still to come.
    script: Vec<Push>,
    to_come: VecDeque<Push>,
    next: Option<Instant>,
    stop: bool,
}

impl State {
    /// What the engine does now: smoke and speed.
    fn engine(&self, now: Instant) -> (u16, u16) {
        let Some((push, since)) = self.push else { return (IDLE_K, IDLE_RPM) };
        let ms = u64::try_from(now.saturating_duration_since(since).as_millis()).unwrap_or(u64::MAX);
        let between = |from: u16, to: u16, begin: u64, end: u64| {
            let share = ms.clamp(begin, end) - begin;
            let change = (i64::from(to) - i64::from(from)) * share as i64 / (end - begin) as i64;
            (i64::from(from) + change) as u16
        };
        let rpm = match ms {
            0..1_200 => between(IDLE_RPM, push.highest_rpm, 0, 1_200),
            1_200..2_400 => push.highest_rpm,
            _ => between(push.highest_rpm, IDLE_RPM, 2_400, 3_600),
        };
        let low = push.highest_k * 2 / 5;
        let k = match ms {
            0..900 => between(IDLE_K, push.highest_k, 300, 900),
            900..1_500 => push.highest_k,
            1_500..2_400 => between(push.highest_k, low, 1_500, 2_400),
            _ => between(low, IDLE_K, 2_400, 3_800),
        };
        (k, rpm)
    }

    fn sample(&self, now: Instant) -> MeterSample {
        let (k, rpm) = self.engine(now);
        // Clean air while the zero is set.
        let k = if self.is_calibrating(now) { 0 } else { k };
        let coefficient = AbsorptionCoefficient { per_m_hundredths: k };
        MeterSample {
            opacity: MeterOpacity::of(coefficient),
            coefficient,
            engine_speed: Some(EngineSpeed { rpm }),
            oil: Some(Temperature { celsius_hundredths: 8_500 }),
        }
    }

    fn is_calibrating(&self, now: Instant) -> bool {
        self.zeroed.is_some_and(|at| now.saturating_duration_since(at) < CALIBRATING)
    }

    fn doing(&self, now: Instant) -> MeterState {
        if self.faults.contains(&MeterFault::WarmingUp) {
            MeterState::WarmingUp
        } else if self.is_calibrating(now) {
            MeterState::Calibrating
        } else {
            MeterState::Measuring
        }
    }

    /// The script goes on when its time has come.
    fn turn(&mut self, now: Instant) {
        if self.next.is_some_and(|at| now >= at) {
            self.push = self.to_come.pop_front().map(|push| (push, now)).or(self.push);
            self.next = (!self.to_come.is_empty()).then(|| now + SCRIPT_EVERY);
        }
    }

    fn zero(&mut self, now: Instant) {
        self.zeroed = Some(now);
        if !self.script.is_empty() {
            self.to_come = self.script.iter().copied().collect();
            self.next = Some(now + SCRIPT_PAUSE);
        }
    }
}

/// An opacimeter.
pub struct Opacimeter {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Opacimeter {
    /// Switches one on, on the line `folder/opacimeter`, warm, its probe in the pipe of an idling engine.
    pub fn start(folder: &Path, protocol: MeterProtocol) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Self::start_at(&folder.join("opacimeter"), protocol)
    }

    /// Switches one on, on the line `link`.
    pub fn start_at(link: &Path, protocol: MeterProtocol) -> io::Result<Self> {
        let terminal = Terminal::open(link)?;
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, link) = (Arc::clone(&state), link.to_owned());
        let thread = std::thread::Builder::new()
            .name("opacimeter".to_owned())
            .spawn(move || run(terminal, &link, protocol, &shared))?;
        Ok(Self { state, thread: Some(thread) })
    }

    /// Presses the pedal once, now.
    pub fn press(&self, push: Push) {
        locked(&self.state).push = Some((push, Instant::now()));
    }

    /// From now on each setting of the zero is followed by these pushes, by themselves: for a person without an engine.
    pub fn follow_each_zero_with(&self, pushes: &[Push]) {
        locked(&self.state).script = pushes.to_vec();
    }

    /// From now on this befalls it, or no longer.
    pub fn set_fault(&self, fault: MeterFault, on: bool) {
        let mut state = locked(&self.state);
        state.faults.retain(|one| *one != fault);
        if on {
            state.faults.push(fault);
        }
    }
}

impl Drop for Opacimeter {
    fn drop(&mut self) {
        locked(&self.state).stop = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(terminal: Terminal, link: &Path, protocol: MeterProtocol, state: &Mutex<State>) {
    let mut terminal = Some(terminal);
    let (mut held, mut room) = (Vec::new(), [0; 64]);
    let mut dice = Dice::new(7);
    loop {
        let faults = {
            let mut state = locked(state);
            if state.stop {
                return;
            }
            state.turn(Instant::now());
            state.faults.clone()
        };
        if faults.contains(&MeterFault::Unplugged) {
            terminal = None;
            held.clear();
            std::thread::sleep(TURN);
            continue;
        }
        let line = match &terminal {
            Some(line) => line,
            None => match Terminal::open(link) {
                Ok(line) => terminal.insert(line),
                Err(error) => {
                    tracing::warn!("opacimeter's line: {error}");
                    std::thread::sleep(TURN);
                    continue;
                }
            },
        };
        match line.read(&mut room, TURN) {
            Ok(count) => held.extend_from_slice(&room[..count]),
            Err(error) => {
                tracing::warn!("opacimeter's line: {error}");
                std::thread::sleep(TURN);
            }
        }
        while !held.is_empty() {
            match meter_side::question(protocol, &held) {
                Some((request, length)) => {
                    held.drain(..length);
                    for answer in answers(protocol, request, &faults, state, &mut dice) {
                        let _ = line.write(&answer);
                    }
                }
                // The beginning of a question, or no question: of a long one the first byte is dropped.
                None if held.len() > HELD_MAX => drop(held.drain(..1)),
                None => break,
            }
        }
    }
}

fn answers(
    protocol: MeterProtocol,
    request: MeterRequest,
    faults: &[MeterFault],
    state: &Mutex<State>,
    dice: &mut Dice,
) -> Vec<Vec<u8>> {
    if faults.contains(&MeterFault::Silent) {
        return Vec::new();
    }
    if faults.contains(&MeterFault::Refusing) {
        return vec![vec![0x15, 0xEB]]; // STANDARDS.md 11.3: NAK and its checksum.
    }
    let now = Instant::now();
    let mut state = locked(state);
    let doing = state.doing(now);
    let sample = state.sample(now);
    if request == MeterRequest::Zero && doing != MeterState::WarmingUp {
        state.zero(now);
    }
    let answer = meter_side::answer(protocol, request, doing, &sample);
    let noise = match faults.contains(&MeterFault::Noise) {
        // A byte that begins no answer of any maker, so that an answer behind it can be found.
        true => vec![0xC3 ^ u8::from(dice.percent(50)); 2],
        false => Vec::new(),
    };
    vec![noise, answer]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_push_goes_from_idle_to_cut_off_and_back_and_shows_its_top() {
        let since = Instant::now();
        let state = State { push: Some((Push::full(142), since)), ..State::default() };
        let at = |ms| state.engine(since + Duration::from_millis(ms));
        assert_eq!(at(0), (IDLE_K, IDLE_RPM));
        assert_eq!(at(1_000).0, 142);
        assert_eq!(at(2_000).1, CUT_OFF_RPM);
        assert_eq!(at(3_800), (IDLE_K, IDLE_RPM));
        let tops: Vec<_> = (0..38).map(|tenth| at(tenth * 100).0).collect();
        assert_eq!(tops.iter().filter(|k| **k == 142).count(), 7, "whoever asks ten times a second sees it");
    }

    #[test]
    fn each_makers_meter_answers_in_its_own_bytes() {
        for protocol in MeterProtocol::ALL {
            let folder = tempfile::tempdir().unwrap();
            let _meter = Opacimeter::start(folder.path(), protocol).unwrap();
            let path = folder.path().join("opacimeter");
            let mut port = std::fs::File::options().read(true).write(true).open(path).unwrap();
            let mut driver = protocol.driver();
            port.write_all(&driver.ask(MeterRequest::Sample)).unwrap();
            let event = loop {
                let mut heard = [0; 32];
                let count = port.read(&mut heard).unwrap();
                driver.push(&heard[..count]);
                if let Some(event) = driver.next_event() {
                    break event;
                }
            };
            let edge_core::reader::opacimeter::MeterEvent::Sample(sample) = event else {
                panic!("{event:?}")
            };
            assert_eq!(sample.engine_speed, Some(EngineSpeed { rpm: IDLE_RPM }), "{protocol:?}");
        }
    }
}
