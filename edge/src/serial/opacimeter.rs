//! An opacimeter on its line: asked ten times a second what it sees, once a second what it does.
//!
//! It speaks only when asked, and one question waits for its answer. Three unanswered ones are a silent meter; a port that
//! goes away is opened again by its path. What is heard goes to the desk that leads tests.

use std::{path::PathBuf, sync::Arc, time::Duration};

use edge_core::{
    reader::opacimeter::{MeterEvent, MeterProtocol, MeterRequest, OpacimeterDriver, REPLY_TIMEOUT},
    roadside_test::{MeterCondition, MeterTrouble},
};
use plumewatch_shared::{
    meter::{MeterSample, MeterState},
    time::Moment,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{LineState, port};
use crate::clock::Clock;

/// How often it is asked what it sees: a question and its answer are 12 bytes, 13 ms of line at 9 600 baud, and makers'
/// own programs ask five to ten times a second.
const ASK: Duration = Duration::from_millis(100);
/// So many questions, and one of them is what it does.
const STATE_EACH: u32 = 10;
/// So many questions without an answer, and it is silent: one may be lost to noise.
const UNANSWERED: u32 = 3;
/// News that wait for the desk: six seconds of samples.
pub const NEWS: usize = 64;
/// Commands that wait for the line; a person gives one at a time.
pub const COMMANDS: usize = 4;

/// What the meter is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterCommand {
    /// Set zero and full scale.
    SetZero,
}

/// What is heard of the meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterNews {
    /// How it is.
    Condition(MeterCondition),
    /// What it sees.
    Sample(MeterSample, Moment),
    /// It does not set its zero.
    ZeroRefused,
}

/// Everything the opacimeter's task needs.
pub struct Opacimeter {
    /// Path of the port.
    pub path: PathBuf,
    /// Line speed.
    pub baud: u32,
    /// What it speaks.
    pub protocol: MeterProtocol,
    /// What it is told.
    pub commands: mpsc::Receiver<MeterCommand>,
    /// Where news go. When the desk is behind, the line waits.
    pub news: mpsc::Sender<MeterNews>,
    /// What health is told.
    pub state: Arc<LineState>,
    /// The clocks.
    pub clock: Clock,
}

/// Why a line is left.
enum Left {
    Port(port::PortError),
    /// The desk is gone: the unit stops.
    Desk,
}

impl Opacimeter {
    /// Asks until `stop` says so; comes back from every loss of the port.
    pub async fn run(mut self, stop: CancellationToken) {
        let state = self.state.clone();
        loop {
            let failed = |error: port::PortError| {
                if state.facts().lost == 0 {
                    warn!(
                        part = "opacimeter",
                        error = &error as &dyn std::error::Error,
                        "serial port cannot be opened"
                    );
                }
                state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
            };
            let Some(mut open) = port::reopen(&self.path, self.baud, &stop, failed).await else { return };
            info!(part = "opacimeter", "serial port open");
            self.state.note(|facts| facts.open = true);
            let left = tokio::select! {
                () = stop.cancelled() => return,
                left = self.serve(&mut open) => left,
            };
            match left {
                Left::Desk => return,
                Left::Port(error) => {
                    warn!(part = "opacimeter", error = &error as &dyn std::error::Error, "serial port lost");
                    self.state.note(|facts| (facts.open, facts.lost) = (false, facts.lost + 1));
                    let gone = MeterCondition::Trouble(MeterTrouble::Unplugged);
                    if self.news.send(MeterNews::Condition(gone)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Asks and listens until the port or the desk is gone.
    async fn serve(&mut self, open: &mut port::Port) -> Left {
        let mut driver = self.protocol.driver();
        let mut rejected_before = 0;
        let mut ask = tokio::time::interval(ASK);
        ask.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut turn, mut unanswered) = (0_u32, 0_u32);
        loop {
            ask.tick().await;
            let request = match self.commands.try_recv() {
                Ok(MeterCommand::SetZero) => MeterRequest::Zero,
                Err(_) if turn.is_multiple_of(STATE_EACH) => MeterRequest::State,
                Err(_) => MeterRequest::Sample,
            };
            turn = turn.wrapping_add(1);
            let question = driver.ask(request);
            if let Err(error) = open.write(&question).await {
                return Left::Port(error);
            }
            let answered = tokio::time::timeout(REPLY_TIMEOUT, answer(open, driver.as_mut())).await;
            let rejected = driver.rejected_bytes();
            self.state.note(|facts| facts.rejected_bytes += rejected - rejected_before);
            rejected_before = rejected;
            let event = match answered {
                Ok(Ok(event)) => Some(event),
                Ok(Err(error)) => return Left::Port(error),
                Err(_) => {
                    driver.on_silence(); // A refusal without a number is told by the silence after it.
                    driver.next_event()
                }
            };
            unanswered = if event.is_some() { 0 } else { unanswered.saturating_add(1) };
            let news = match event {
                Some(event) => self.heard(request, event),
                None if request == MeterRequest::Zero => Some(MeterNews::ZeroRefused),
                None if unanswered >= UNANSWERED => {
                    Some(MeterNews::Condition(MeterCondition::Trouble(MeterTrouble::Silent)))
                }
                None => None,
            };
            if let Some(news) = news
                && self.news.send(news).await.is_err()
            {
                return Left::Desk;
            }
        }
    }

    /// What an answer means, by what was asked.
    fn heard(&self, request: MeterRequest, event: MeterEvent) -> Option<MeterNews> {
        let now = self.clock.now();
        self.state.note(|facts| {
            (facts.heard, facts.readings) = (Some(now.tick), facts.readings + 1);
            if let MeterEvent::State(state) = event {
                facts.fault = matches!(state, MeterState::Fault(_));
                facts.warming = state == MeterState::WarmingUp;
            }
        });
        match (request, event) {
            (MeterRequest::Zero, MeterEvent::State(MeterState::WarmingUp) | MeterEvent::Refused(_)) => {
                Some(MeterNews::ZeroRefused)
            }
            (_, MeterEvent::State(state)) => Some(MeterNews::Condition(state.into())),
            (_, MeterEvent::Sample(sample)) => Some(MeterNews::Sample(sample, now)),
            (_, MeterEvent::Accepted) => None,
            // It cannot tell while it heats; its state says so.
            (MeterRequest::State | MeterRequest::Sample, MeterEvent::Refused(_)) => None,
        }
    }
}

/// Listens until the meter has answered.
async fn answer(
    open: &mut port::Port,
    driver: &mut dyn OpacimeterDriver,
) -> Result<MeterEvent, port::PortError> {
    let mut buffer = [0; port::READ_MAX];
    loop {
        let count = open.read(&mut buffer).await?;
        driver.push(&buffer[..count]);
        if let Some(event) = driver.next_event() {
            return Ok(event);
        }
    }
}
