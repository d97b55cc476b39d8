//! One plate out of many frames of one vehicle.
//!
//! Every frame's reading votes for each character with its confidence; the grammar then chooses among the
//! summed votes. Frames of one pass are not independent, so agreement raises confidence only so far, and
//! disagreement lowers it: below the reader's threshold the sighting abstains and says why.

use plumewatch_shared::passage::{AbstainReason, Alternative, PlateDecision, PlateSighting};
use plumewatch_shared::plate::{PATTERNS, Plate, PlateColour, PlateRows};
use plumewatch_shared::time::Stamp;

use crate::plates::quad::Quad;
use crate::plates::reader::{ACCEPT, per_mille};
use crate::plates::{PlateRead, alphabet};

/// Reads kept for a vote; more add nothing, as frames of one pass look alike.
pub const MAX_BALLOTS: usize = 12;
/// Supporting reads after which a vote can be settled.
const SETTLED_BY: usize = 3;
/// Share of the weight that must support the winner.
const MAJORITY: f32 = 0.6;
/// Confidence that may be left of a sure frame after others have disagreed.
const DESPITE_OTHERS: f32 = 0.80;
/// Alternatives kept for a character.
const KEPT: usize = 4;

#[derive(Clone, Debug)]
struct Ballot {
    read: PlateRead,
    /// Confidence times how well the plate was seen.
    weight: f32,
}

/// The reads of one vehicle's plate so far.
#[derive(Clone, Debug, Default)]
pub struct Vote {
    ballots: Vec<Ballot>,
    best: Option<(Quad, f32)>,
}

/// What the votes come to.
#[derive(Clone, Debug)]
struct Tally {
    text: Option<Plate>,
    raw: String,
    alternatives: Vec<Vec<Alternative>>,
    confidence: f32,
    /// The surest supporter's own.
    best: f32,
    share: f32,
    supporters: usize,
}

impl Tally {
    /// Sure together, or one frame sure by itself and the others not much against it.
    fn is_sure(&self) -> bool {
        self.confidence >= ACCEPT || self.best >= ACCEPT && self.confidence >= DESPITE_OTHERS
    }
}

impl Vote {
    /// Adds one frame's read.
    pub fn add(&mut self, read: PlateRead) {
        let sure = f32::from(read.confidence.per_mille()) / 1_000.0;
        let size = (read.corners.width() / 140.0).clamp(0.3, 1.0);
        let weight = sure.max(0.05) * size;
        if self.best.is_none_or(|(_, best)| weight > best) {
            self.best = Some((read.corners, weight));
        }
        self.ballots.push(Ballot { read, weight });
        if self.ballots.len() > MAX_BALLOTS {
            self.ballots.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            self.ballots.truncate(MAX_BALLOTS);
        }
    }

    /// Has any frame shown a plate?
    pub fn is_empty(&self) -> bool {
        self.ballots.is_empty()
    }

    /// Would more reads change nothing?
    pub fn is_settled(&self) -> bool {
        let tally = self.tally();
        tally.text.is_some() && tally.supporters >= SETTLED_BY && tally.confidence >= 0.95
            || self.ballots.len() >= MAX_BALLOTS
    }

    /// The text that leads, if it is a plate.
    pub fn leading(&self) -> Option<Plate> {
        self.tally().text
    }

    /// The sighting over frames seen from `first` to `last`.
    pub fn sighting(&self, first: Stamp, last: Stamp) -> PlateSighting {
        let tally = self.tally();
        let decision = match tally.text {
            _ if self.ballots.is_empty() => PlateDecision::Abstained(AbstainReason::NoPlateFound),
            None => PlateDecision::Abstained(AbstainReason::NotGrammatical),
            Some(_) if tally.share < MAJORITY => PlateDecision::Abstained(AbstainReason::FramesDisagree),
            Some(_) if !tally.is_sure() => PlateDecision::Abstained(AbstainReason::LowConfidence),
            Some(plate) => PlateDecision::Read(plate),
        };
        PlateSighting {
            first_seen: first,
            last_seen: last,
            frames: self.ballots.len() as u32,
            decision,
            raw: tally.raw,
            colour: self.most(|read| read.colour, PlateColour::ALL),
            rows: self.most(|read| read.rows, [PlateRows::One, PlateRows::Two]),
            confidence: per_mille(tally.confidence),
            alternatives: tally.alternatives,
            corners: self.best.map(|(quad, _)| quad.rounded()),
        }
    }

    /// The best-seen plate's place.
    pub fn corners(&self) -> Option<Quad> {
        self.best.map(|(quad, _)| quad)
    }

    /// The value with the most weight behind it.
    fn most<T: Copy + PartialEq, const N: usize>(
        &self,
        of: impl Fn(&PlateRead) -> T,
        all: [T; N],
    ) -> Option<T> {
        let weight = |value: T| -> f32 {
            self.ballots.iter().filter(|b| of(&b.read) == value).map(|b| b.weight).sum()
        };
        all.into_iter().max_by(|&a, &b| weight(a).total_cmp(&weight(b))).filter(|&value| weight(value) > 0.0)
    }

    fn tally(&self) -> Tally {
        // Only reads with as many characters as the heaviest length speak.
        let length = |ballot: &Ballot| ballot.read.alternatives.len();
        let weight_of =
            |n: usize| -> f32 { self.ballots.iter().filter(|b| length(b) == n).map(|b| b.weight).sum() };
        let places = (1..=12).max_by(|&a, &b| weight_of(a).total_cmp(&weight_of(b))).unwrap_or(7);
        let speaking: Vec<&Ballot> = self.ballots.iter().filter(|b| length(b) == places).collect();
        let all: f32 = self.ballots.iter().map(|b| b.weight).sum();
        let mut columns: Vec<Vec<(char, f32)>> = Vec::new();
        for place in 0..places {
            let mut column: Vec<(char, f32)> = Vec::new();
            for ballot in &speaking {
                for other in &ballot.read.alternatives[place] {
                    let votes = f32::from(other.confidence.per_mille()) / 1_000.0 * ballot.weight;
                    match column.iter_mut().find(|(c, _)| *c == other.character) {
                        Some((_, sum)) => *sum += votes,
                        None => column.push((other.character, votes)),
                    }
                }
            }
            column.sort_by(|a, b| b.1.total_cmp(&a.1));
            columns.push(column);
        }
        let text = grammatical(&columns).and_then(|text| text.parse::<Plate>().ok());
        let agrees = |b: &&&Ballot| text.is_some() && b.read.text == text;
        let supporting: Vec<f32> = speaking
            .iter()
            .filter(agrees)
            .map(|b| f32::from(b.read.confidence.per_mille()) / 1_000.0)
            .collect();
        let support: f32 = speaking.iter().filter(agrees).map(|b| b.weight).sum();
        let share = if all > 0.0 { support / all } else { 0.0 };
        // The best frame's confidence, helped by at most two more of the supporters at half their worth.
        let mut sorted = supporting.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let best = sorted.first().copied().unwrap_or(0.0);
        let mut doubt = 1.0 - best;
        for sure in sorted.iter().skip(1).take(2) {
            doubt *= 1.0 - 0.5 * sure;
        }
        let total: f32 = speaking.iter().map(|b| b.weight).sum::<f32>().max(1e-6);
        let raw = speaking
            .iter()
            .max_by(|a, b| a.weight.total_cmp(&b.weight))
            .map(|b| b.read.raw.clone())
            .unwrap_or_default();
        let alternatives = columns
            .iter()
            .map(|column| {
                let known = |&(character, sum): &(char, f32)| Alternative {
                    character,
                    confidence: per_mille(sum / total),
                };
                column.iter().take(KEPT).map(known).collect()
            })
            .collect();
        let alternatives = if speaking.is_empty() { Vec::new() } else { alternatives };
        let confidence = (1.0 - doubt) * share.sqrt();
        Tally { text, raw, alternatives, confidence, best, share, supporters: supporting.len() }
    }
}

/// The heaviest text that the grammar allows.
fn grammatical(columns: &[Vec<(char, f32)>]) -> Option<String> {
    PATTERNS
        .iter()
        .filter(|(_, slots)| slots.len() == columns.len())
        .filter_map(|(_, slots)| {
            let mut text = String::new();
            let mut weight = 1.0;
            for (column, slot) in columns.iter().zip(*slots) {
                let (character, sum) =
                    column.iter().find_map(|&(c, sum)| Some((alphabet::written(c, *slot)?, sum)))?;
                text.push(character);
                weight *= sum;
            }
            Some((text, weight))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::time::ClockQuality;

    fn read(text: &str, sure: u16) -> PlateRead {
        let confidence = plumewatch_shared::units::Confidence::from_per_mille(sure).unwrap();
        let alternatives =
            text.chars().map(|character| vec![Alternative { character, confidence }]).collect();
        PlateRead {
            text: text.parse().ok(),
            raw: text.to_owned(),
            alternatives,
            colour: PlateColour::Yellow,
            rows: PlateRows::One,
            confidence,
            corners: Quad::from_rect(0.0, 0.0, 140.0, 45.0),
            abstained: false,
        }
    }

    fn decided(reads: &[(&str, u16)]) -> PlateDecision {
        let mut vote = Vote::default();
        for (text, sure) in reads {
            vote.add(read(text, *sure));
        }
        let stamp = Stamp::from_micros(0, ClockQuality::Holdover).unwrap();
        vote.sighting(stamp, stamp).decision
    }

    #[test]
    fn two_of_three_frames_outvote_the_third() {
        let decision = decided(&[("晋A12345", 950), ("晋A12346", 600), ("晋A12345", 900)]);
        assert_eq!(decision, PlateDecision::Read("晋A12345".parse().unwrap()));
    }

    #[test]
    fn what_is_not_sure_is_not_said() {
        use AbstainReason::{FramesDisagree, LowConfidence, NoPlateFound, NotGrammatical};
        assert_eq!(decided(&[]), PlateDecision::Abstained(NoPlateFound));
        assert_eq!(decided(&[("晋A12345", 400)]), PlateDecision::Abstained(LowConfidence));
        assert_eq!(decided(&[("晋A12345", 910)]), PlateDecision::Abstained(LowConfidence));
        let against = [("晋A12345", 900), ("晋A12346", 600), ("晋A12345", 850)];
        assert_eq!(decided(&against), PlateDecision::Abstained(LowConfidence), "no frame is sure by itself");
        assert_eq!(decided(&[("A1234567", 900)]), PlateDecision::Abstained(NotGrammatical));
        let split = [("晋A12345", 900), ("晋B54321", 890)];
        assert_eq!(decided(&split), PlateDecision::Abstained(FramesDisagree));
    }

    #[test]
    fn agreement_settles_a_vote() {
        let mut vote = Vote::default();
        for _ in 0..SETTLED_BY {
            assert!(!vote.is_settled());
            vote.add(read("晋A12345", 960));
        }
        assert!(vote.is_settled());
    }
}
