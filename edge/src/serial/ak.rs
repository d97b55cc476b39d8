//! An analyser that speaks AK, on a serial port or over TCP: asked for its state and its concentrations, again and again.
//!
//! A station keeps one to compare a head with, or to check cylinders of gas. Its latest values stand in health, beside the
//! head's, and in the log once a minute; no record rests on them. We only ask: no control function is ever sent, so a
//! bench's own computer keeps the analyser.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use edge_core::{
    health::instruments::AnalyserFacts,
    reader::ak::{Answer, Decoder, FunctionCode, question},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    line::{self, Endpoint, Line, LineError},
    port,
};
use crate::clock::Clock;

/// How long an answer may take: instruments answer within a tenth of a second, gateways need longer.
const REPLY_TIMEOUT: Duration = Duration::from_secs(1);
/// Unanswered questions after which a connection is taken for half open.
const UNANSWERED_MAX: u32 = 5;
/// Values shown; more would be a wall of figures.
const VALUES_MAX: usize = 12;
/// Characters of one word shown.
const WORD_MAX: usize = 16;
/// How often the values are logged.
const LOG_EVERY: Duration = Duration::from_secs(60);
/// What is asked in turn.
const ASKED: [FunctionCode; 2] = [FunctionCode::STATE, FunctionCode::CONCENTRATIONS];

/// How an analyser does, for health. One task writes it, one reads.
#[derive(Debug, Default)]
pub struct AnalyserState {
    facts: Mutex<AnalyserFacts>,
}

impl AnalyserState {
    /// What is known now.
    pub fn facts(&self) -> AnalyserFacts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut AnalyserFacts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Everything an analyser's task needs.
pub struct Analyser {
    /// `analyser-1`.
    pub part: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// AK channel; 0 is the whole instrument.
    pub channel: u8,
    /// How often it is asked.
    pub every: Duration,
    /// What its concentrations are, in its own order, such as `CO2 %`.
    pub values: Vec<String>,
    /// What health is told.
    pub state: Arc<AnalyserState>,
    /// The clocks.
    pub clock: Clock,
}

impl Analyser {
    /// Asks until `stop` says so; comes back from every loss of the line.
    pub async fn run(self, stop: CancellationToken) {
        let mut said = false;
        loop {
            let failed = |error: LineError| {
                if !std::mem::replace(&mut said, true) {
                    warn!(
                        part = self.part,
                        error = &error as &dyn std::error::Error,
                        "line cannot be opened"
                    );
                }
                self.state.note(|facts| facts.open = false);
            };
            let Some(mut open) = line::reopen(&self.endpoint, &stop, failed).await else { return };
            said = false;
            info!(part = self.part, endpoint = %self.endpoint, "line open");
            self.state.note(|facts| facts.open = true);
            tokio::select! {
                () = stop.cancelled() => return,
                error = self.serve(&mut open) => {
                    warn!(part = self.part, error = &error as &dyn std::error::Error, "line lost");
                    self.state.note(|facts| facts.open = false);
                }
            }
        }
    }

    /// Asks and listens until the line is gone.
    async fn serve(&self, open: &mut Line) -> LineError {
        let mut decoder = Decoder::default();
        let mut ask = tokio::time::interval(self.every);
        ask.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut logged: Option<tokio::time::Instant> = None;
        let mut unanswered = 0;
        loop {
            ask.tick().await;
            for function in ASKED {
                decoder.on_silence();
                while decoder.next_answer().is_some() {} // Too late for its question.
                if let Err(error) = open.write(&question(function, self.channel, &[])).await {
                    return error;
                }
                match tokio::time::timeout(REPLY_TIMEOUT, answer(open, &mut decoder, function)).await {
                    Ok(Ok(answer)) => {
                        unanswered = 0;
                        self.take(&answer);
                    }
                    Ok(Err(error)) => return error,
                    Err(_) => unanswered += 1,
                }
            }
            if unanswered >= UNANSWERED_MAX && open.may_be_half_open() {
                let source = std::io::ErrorKind::TimedOut.into();
                return LineError::Gone { address: self.endpoint.to_string(), source };
            }
            if unanswered == 0 && logged.is_none_or(|at| at.elapsed() >= LOG_EVERY) {
                logged = Some(tokio::time::Instant::now());
                let facts = self.state.facts();
                info!(
                    part = self.part,
                    values = facts.values,
                    state = facts.state,
                    errors = facts.errors,
                    "analyser read"
                );
            }
        }
    }

    fn take(&self, answer: &Answer) {
        let now = self.clock.now().tick;
        let words = answer.data.as_ref().map_or(&[][..], Vec::as_slice);
        self.state.note(|facts| {
            facts.heard = Some(now);
            facts.errors = answer.errors;
            if answer.function == FunctionCode::CONCENTRATIONS {
                facts.values = named(&self.values, words);
                facts.refusal = answer.data.as_ref().err().copied();
            } else if answer.data.is_ok() {
                facts.state =
                    words.iter().take(VALUES_MAX).map(|word| shortened(word)).collect::<Vec<_>>().join(" ");
            }
        });
    }
}

/// Each word with what it is: `CO2 12.50 %` for a name `CO2 %`. A word without a name stands alone.
fn named(names: &[String], words: &[String]) -> String {
    let shown = words.iter().take(VALUES_MAX).enumerate().map(|(at, word)| {
        let (word, name) = (shortened(word), names.get(at).map(String::as_str).unwrap_or_default());
        match name.split_once(' ') {
            Some((gas, unit)) => format!("{gas} {word} {unit}"),
            None if name.is_empty() => word,
            None => format!("{name} {word}"),
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn shortened(word: &str) -> String {
    word.chars().take(WORD_MAX).collect()
}

/// Listens until the question is answered; what answers another is passed over.
async fn answer(open: &mut Line, decoder: &mut Decoder, asked: FunctionCode) -> Result<Answer, LineError> {
    let mut buffer = [0; port::READ_MAX];
    loop {
        let count = open.read(&mut buffer).await?;
        decoder.push(&buffer[..count]);
        while let Some(answer) = decoder.next_answer() {
            if answer.function == asked || answer.function == FunctionCode::UNKNOWN {
                // An instrument that does not know the question still answers.
                return Ok(Answer { function: asked, ..answer });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_their_names_and_units_and_no_more_than_fit() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let names = vec!["CO2 %".to_owned(), "NO".to_owned(), String::new()];
        assert_eq!(named(&names, &words("12.50 305 1 7")), "CO2 12.50 %, NO 305, 1, 7");
        assert_eq!(named(&names, &[]), "");
        let long = vec!["9".repeat(100); 100];
        assert!(named(&names, &long).chars().count() < VALUES_MAX * (WORD_MAX + 10));
    }
}
