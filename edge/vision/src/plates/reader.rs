//! Reads every plate of a picture, or abstains.
//!
//! Each candidate place is made upright, read, and where the reading is half sure, read again in a better
//! cut: the characters' own positions say where the plate really begins and ends. A place whose characters
//! make no plate, or make one only faintly, is no plate (a tarpaulin, a sign, a grille) or an abstention.

use plumewatch_shared::passage::Alternative;
use plumewatch_shared::plate::{Plate, PlateColour, PlateRows};
use plumewatch_shared::units::Confidence;

use super::colour;
use super::locate::locate;
use super::quad::{Quad, strip, upright};
use super::text::{Reading, decode, table};
use crate::network::{Network, NetworkError};
use crate::picture::Picture;

/// Places that are read again in better cuts, up to six reads each. With two layouts of each candidate
/// (`MAX_CANDIDATES`) a picture costs at most 46 reads of about 4 ms, commonly about 15.
pub const MAX_REFINED: usize = 3;
/// Characters below which a place has nothing written on it.
const WRITTEN: usize = 4;
/// At or above this, a text is given; below it, the reader abstains. See `MODEL_CARD.md` for how it was set.
pub const ACCEPT: f32 = 0.80;
/// Below this a place is not even called an unread plate.
pub const NOTICE: f32 = 0.25;
/// A first cut below this gets its second cuts.
const SURE: f32 = 0.97;

/// A place read this surely is not tried in wider and narrower cuts.
const ENOUGH: f32 = 0.92;

/// One plate of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateRead {
    /// The plate by the grammar; `None` when the characters make none. Also kept when abstained.
    pub text: Option<Plate>,
    /// What the network saw, unhelped.
    pub raw: String,
    /// For each character of the text (or of `raw` without one), what else it may be.
    pub alternatives: Vec<Vec<Alternative>>,
    /// Ground colour.
    pub colour: PlateColour,
    /// Rows of characters.
    pub rows: PlateRows,
    /// Chance that the whole text is right.
    pub confidence: Confidence,
    /// In the picture's pixels.
    pub corners: Quad,
    /// Not sure enough to be used.
    pub abstained: bool,
}

/// Why a picture could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// OpenCV threw.
    #[error("OpenCV failed while looking for plates")]
    Vision(#[from] opencv::Error),
    /// The network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// The reader: network and alphabet, loaded once.
#[derive(Debug)]
pub struct PlateReader {
    network: Network,
    table: Vec<char>,
    accept: f32,
}

/// A place as one cut shows it.
#[derive(Clone, Debug)]
struct Attempt {
    quad: Quad,
    rows: PlateRows,
    reading: Reading,
}

impl Attempt {
    fn chance(&self) -> f32 {
        self.reading.best.as_ref().map_or(0.0, |(_, chance)| *chance)
    }

    /// How much a better cut may help: what reads as a plate first, then what has about a plate's length.
    fn promise(&self) -> f32 {
        let length = self.reading.places.len() as f32;
        self.chance() + 0.1 * (1.0 - (length - 7.3).abs() / 7.0)
    }
}

impl PlateReader {
    /// Loads the network and checks its weights.
    pub fn new() -> Result<Self, NetworkError> {
        Ok(Self { network: Network::load()?, table: table(), accept: ACCEPT })
    }

    /// The same reader with another threshold (0 to 1) in place of [`ACCEPT`].
    #[must_use]
    pub fn accepting(self, accept: f32) -> Self {
        Self { accept, ..self }
    }

    /// Every plate of the picture, surest first, abstentions included.
    ///
    /// First each place is read once; then the most promising are read again in better cuts.
    pub fn read(&self, picture: &Picture) -> Result<Vec<PlateRead>, ReadError> {
        let mut attempts: Vec<Attempt> = Vec::new();
        for candidate in locate(picture)? {
            // A place already read well is not read again through another mask.
            if attempts.iter().any(|a| a.chance() > SURE && a.quad.overlap(&candidate.quad) > 0.6) {
                continue;
            }
            for &rows in layouts(&candidate.quad) {
                let attempt = self.attempt(picture, candidate.quad, rows)?;
                if attempt.reading.places.len() >= WRITTEN {
                    attempts.push(attempt);
                }
            }
        }
        attempts.sort_by(|a, b| b.promise().total_cmp(&a.promise()));
        let mut kept: Vec<Attempt> = Vec::new();
        for (rank, attempt) in attempts.into_iter().enumerate() {
            let over = |other: &&mut Attempt| other.quad.overlap(&attempt.quad) > 0.3;
            let known = kept.iter_mut().find(over);
            if known.as_ref().is_some_and(|known| known.chance() > SURE) {
                continue;
            }
            let better = if rank < MAX_REFINED { self.refined(picture, attempt)? } else { attempt };
            match known {
                Some(known) if better.chance() > known.chance() => *known = better,
                Some(_) => {}
                None => kept.push(better),
            }
        }
        kept.retain(|best| best.chance() >= NOTICE || strongly_written(&best.reading));
        kept.sort_by(|a, b| b.chance().total_cmp(&a.chance()));
        kept.into_iter().map(|attempt| self.finish(picture, attempt)).collect()
    }

    /// The plate within `quad` of the picture, without searching; `None` if nothing like a plate is there.
    pub fn read_at(&self, picture: &Picture, quad: Quad) -> Result<Option<PlateRead>, ReadError> {
        let mut best: Option<Attempt> = None;
        for &rows in layouts(&quad) {
            let attempt = self.attempt(picture, quad, rows)?;
            let attempt = self.refined(picture, attempt)?;
            if best.as_ref().is_none_or(|best| attempt.chance() > best.chance()) {
                best = Some(attempt);
            }
        }
        best.filter(|best| best.chance() >= NOTICE || strongly_written(&best.reading))
            .map(|attempt| self.finish(picture, attempt))
            .transpose()
    }

    /// The best of up to seven cuts of one place: where the characters say that the plate begins and ends, then
    /// a little wider, narrower, higher and lower.
    fn refined(&self, picture: &Picture, first: Attempt) -> Result<Attempt, ReadError> {
        let mut best = first;
        for _ in 0..2 {
            if best.chance() > SURE {
                return Ok(best);
            }
            let Some(refit) = refitted(&best) else { break };
            let again = self.attempt(picture, refit, best.rows)?;
            if again.chance() <= best.chance() && again.reading.places.len() <= best.reading.places.len() {
                break;
            }
            best = again;
        }
        for (sideways, upwards) in [(0.04, 0.12), (-0.03, -0.08), (0.02, -0.14), (0.10, 0.04)] {
            if best.chance() > ENOUGH {
                break;
            }
            let again = self.attempt(picture, best.quad.grown(sideways, upwards), best.rows)?;
            if again.chance() > best.chance() {
                best = again;
            }
        }
        Ok(best)
    }

    fn attempt(&self, picture: &Picture, quad: Quad, rows: PlateRows) -> Result<Attempt, ReadError> {
        let two = rows == PlateRows::Two;
        let chances = self.network.read(&strip(&upright(picture, &quad, two)?, two)?)?;
        Ok(Attempt { quad, rows, reading: decode(&chances, &self.table) })
    }

    fn finish(&self, picture: &Picture, attempt: Attempt) -> Result<PlateRead, ReadError> {
        let chance = attempt.chance();
        let Attempt { quad, rows, reading } = attempt;
        let text = reading.best.as_ref().and_then(|(text, _)| text.parse::<Plate>().ok());
        let ground = colour::ground(&upright(picture, &quad, rows == PlateRows::Two)?)?;
        let mut colour = ground.colour(text.as_ref().map(Plate::kind));
        if rows == PlateRows::Two {
            colour = PlateColour::Yellow; // GA 36: the two-row plates of vehicles are yellow.
        }
        let alternatives = reading
            .places
            .iter()
            .map(|place| {
                let known = |&(character, share): &(char, f32)| Alternative {
                    character,
                    confidence: per_mille(share),
                };
                place.options.iter().map(known).collect()
            })
            .collect();
        let abstained = text.is_none() || chance < self.accept;
        Ok(PlateRead {
            text,
            raw: reading.raw,
            alternatives,
            colour,
            rows,
            confidence: per_mille(chance),
            corners: quad,
            abstained,
        })
    }
}

/// The layouts that a place of this shape may have, likelier first.
fn layouts(quad: &Quad) -> &'static [PlateRows] {
    match quad.width() / quad.height().max(1.0) {
        ..2.1 => &[PlateRows::Two, PlateRows::One],
        2.1..2.7 => &[PlateRows::One, PlateRows::Two],
        _ => &[PlateRows::One],
    }
}

/// Seven or eight characters each quite sure, though the grammar refuses them: worth an abstention.
fn strongly_written(reading: &Reading) -> bool {
    matches!(reading.places.len(), 6..=8) && reading.weakest > 0.5
}

/// A chance as the vocabulary's unit.
pub(crate) fn per_mille(chance: f32) -> Confidence {
    let value = (chance.clamp(0.0, 1.0) * 1_000.0).round() as u16;
    Confidence::from_per_mille(value).unwrap_or(Confidence::FULL)
}

/// Centres of the characters as shares of the strip's width, from GA 36's millimetres (one row, 440 wide).
const CENTRES_7: [f32; 7] = [0.086, 0.216, 0.396, 0.526, 0.655, 0.785, 0.914];
/// The same for 480 wide and eight characters.
const CENTRES_8: [f32; 8] = [0.079, 0.189, 0.381, 0.490, 0.598, 0.706, 0.815, 0.923];

/// Where the plate's left and right end must be if these characters are all its characters (one row only).
fn refitted(attempt: &Attempt) -> Option<Quad> {
    let centres: &[f32] = match (attempt.rows, attempt.reading.places.len()) {
        (PlateRows::Two, _) => return None,
        (PlateRows::One, 7) => &CENTRES_7,
        (PlateRows::One, 8) => &CENTRES_8,
        (PlateRows::One, _) => return None,
    };
    let at: Vec<f32> = attempt.reading.places.iter().map(|place| place.at).collect();
    // Least squares: at = start + size * centre.
    let n = at.len() as f32;
    let (mean_c, mean_a) = (centres.iter().sum::<f32>() / n, at.iter().sum::<f32>() / n);
    let cross: f32 = centres.iter().zip(&at).map(|(c, a)| (c - mean_c) * (a - mean_a)).sum();
    let square: f32 = centres.iter().map(|c| (c - mean_c).powi(2)).sum();
    let size = cross / square;
    let start = mean_a - size * mean_c;
    let moved = start.abs() > 0.02 || (size - 1.0).abs() > 0.03;
    (moved && (0.4..1.4).contains(&size)).then(|| attempt.quad.window(start, start + size, 0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plates::text::Place;

    fn attempt(at: &[f32]) -> Attempt {
        let places = at.iter().map(|&at| Place { options: vec![('1', 1.0)], at }).collect();
        let reading = Reading { raw: "1".repeat(at.len()), places, best: None, weakest: 1.0 };
        Attempt { quad: Quad::from_rect(0.0, 0.0, 100.0, 30.0), rows: PlateRows::One, reading }
    }

    #[test]
    fn characters_in_the_middle_draw_the_ends_in() {
        let squeezed: Vec<f32> = CENTRES_7.iter().map(|c| 0.2 + 0.6 * c).collect();
        let quad = refitted(&attempt(&squeezed)).unwrap();
        assert!((quad.0[0][0] - 20.0).abs() < 0.5 && (quad.0[1][0] - 80.0).abs() < 0.5, "{quad:?}");
    }

    #[test]
    fn characters_in_their_places_change_nothing() {
        assert_eq!(refitted(&attempt(&CENTRES_7)), None);
    }

    #[test]
    fn an_empty_picture_has_no_plates() {
        let picture = Picture::from_bgr(200, 100, &[90; 200 * 100 * 3]).unwrap();
        assert_eq!(PlateReader::new().unwrap().read(&picture).unwrap(), []);
    }
}
