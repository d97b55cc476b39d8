//! Reads every plate of a picture, or abstains.
//!
//! Each candidate place is made upright by its corners, read, and where the reading is half sure, read again in a
//! better cut: the characters' own positions say where the plate really begins and ends. A place whose characters
//! make no plate, or make one only faintly, is no plate (a tarpaulin, a sign, a grille) or an abstention.

use plumewatch_shared::passage::Alternative;
use plumewatch_shared::plate::{Plate, PlateColour, PlateKind, PlateRows};
use plumewatch_shared::units::Confidence;

use super::colour;
use super::locate::{Candidate, Locator};
use super::quad::{Quad, strip, upright};
use super::text::{Reading, decode, table};
use crate::network::{Network, NetworkError, Networks, RuntimeKind};
use crate::picture::Picture;

/// Places that are read again in better cuts: up to ten reads each (two layouts, one oblique, one closer look, two
/// refits, four other margins), the other places up to three. With those of `MAX_CANDIDATES` and the picture itself as a cut that
/// is at most 49 reads of about 5 ms; a real scene takes about four.
pub const MAX_REFINED: usize = 3;
/// What the detector's corners are grown by before the first read, as shares of the plate's sides.
const SIDEWAYS: f32 = 0.02;
/// The same upwards and downwards.
const UPWARDS: f32 = 0.06;
/// Chances of two rows at which both layouts are tried.
const DOUBTFUL_ROWS: std::ops::Range<f32> = 0.1..0.9;
/// Pictures no wider than this may be the cut of one plate.
const CUT_OUT: f32 = 400.0;
/// At or above this, a text is given; below it, the reader abstains. See `MODEL_CARD.md` for how it was set.
pub const ACCEPT: f32 = 0.92;
/// Below this a place is not even called an unread plate.
pub const NOTICE: f32 = 0.25;
/// A first cut at or below this is tried in the other layout too, and refitted.
const SURE: f32 = 0.97;
/// A place read this surely needs no closer look and no other margins.
const ENOUGH: f32 = 0.92;
/// Degrees from which a plate that leans may be one seen obliquely: its sides stand upright, and the detector sees
/// them square to the rows.
const OBLIQUE: std::ops::Range<f32> = 8.0..50.0;
/// Characters from which a place is worth other cuts, as long as no plate has been read.
const LEAST_PLACES: usize = 4;
/// The same once one has been read surely: a plate's seven, give or take one.
const NEARLY_ALL_PLACES: usize = 6;
/// Chance below which a place is read only as long as no other has been read surely.
const LIKELY: f32 = 0.4;
/// Chance from which the detector's colour speaks against a text.
const SURE_OF_COLOUR: f32 = 0.7;
/// What is left at most of the confidence in a text that something speaks against: no number of frames that say the
/// same makes it sure again.
const HELD_BACK: f32 = 0.5;

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

/// The reader: networks and alphabet, loaded once.
#[derive(Debug)]
pub struct PlateReader {
    /// `None` for a reader that sees no plates.
    eyes: Option<Eyes>,
    accept: f32,
}

#[derive(Debug)]
struct Eyes {
    locator: Locator,
    network: Network,
    table: Vec<char>,
}

/// A place as one cut shows it.
#[derive(Clone, Debug)]
struct Attempt {
    quad: Quad,
    rows: PlateRows,
    colour: Option<(PlateColour, f32)>,
    reading: Reading,
}

impl Attempt {
    fn chance(&self) -> f32 {
        self.reading.best.as_ref().map_or(0.0, |(_, chance)| *chance)
    }
}

impl PlateReader {
    /// Loads the released networks into the runtime that is installed and checks their weights.
    pub fn new() -> Result<Self, NetworkError> {
        Self::with(&Networks::by(RuntimeKind::installed()))
    }

    /// Loads these networks and checks their weights.
    pub fn with(networks: &Networks) -> Result<Self, NetworkError> {
        let (locator, network) = (Locator::new(networks)?, Network::load(networks)?);
        Ok(Self { eyes: Some(Eyes { locator, network, table: table() }), accept: ACCEPT })
    }

    /// A reader that finds no plate and costs nothing, for following vehicles whose plates nobody asks for.
    pub fn blind() -> Self {
        Self { eyes: None, accept: ACCEPT }
    }

    /// The same reader with another threshold (0 to 1) in place of [`ACCEPT`].
    #[must_use]
    pub fn accepting(self, accept: f32) -> Self {
        Self { accept, ..self }
    }

    /// Every plate of the picture, surest first, abstentions included.
    pub fn read(&self, picture: &Picture) -> Result<Vec<PlateRead>, ReadError> {
        let Some(eyes) = &self.eyes else { return Ok(Vec::new()) };
        self.read_places(picture, eyes, &eyes.locator.locate(picture)?)
    }

    /// The same, near the place of a moment ago only: what a further frame of one vehicle costs.
    pub fn read_near(&self, picture: &Picture, last: &Quad) -> Result<Vec<PlateRead>, ReadError> {
        let Some(eyes) = &self.eyes else { return Ok(Vec::new()) };
        self.read_places(picture, eyes, &eyes.locator.locate_near(picture, last)?)
    }

    fn read_places(
        &self,
        picture: &Picture,
        eyes: &Eyes,
        places: &[Candidate],
    ) -> Result<Vec<PlateRead>, ReadError> {
        let mut kept: Vec<Attempt> = Vec::new();
        for (rank, place) in places.iter().enumerate() {
            // Places come likeliest first: once a plate is read, what is hardly one is not looked into.
            let read = kept.iter().any(|read| read.chance() > ENOUGH);
            if place.chance < LIKELY && read {
                break;
            }
            let least = if read { NEARLY_ALL_PLACES } else { LEAST_PLACES };
            let best = eyes.best_attempt(picture, place, (rank < MAX_REFINED).then_some(least))?;
            if best.chance() >= NOTICE || strongly_written(&best.reading) {
                kept.push(best);
            }
        }
        // A picture that is itself the cut of a plate: its own corners are a place too.
        let (w, h) = (picture.width() as f32, picture.height() as f32);
        let sure = kept.iter().any(|best| best.chance() > ENOUGH);
        if !sure && w <= CUT_OUT && h >= 8.0 && (1.5..6.5).contains(&(w / h)) {
            let quad = Quad::from_rect(0.0, 0.0, w, h);
            let whole =
                Candidate { quad, chance: 0.5, two_rows: if w / h < 2.6 { 0.5 } else { 0.0 }, colour: None };
            let attempt = eyes.best_attempt(picture, &whole, Some(LEAST_PLACES))?;
            let better = kept.iter().all(|best| best.chance() < attempt.chance());
            if better && (attempt.chance() >= NOTICE || strongly_written(&attempt.reading)) {
                kept = vec![attempt];
            }
        }
        kept.sort_by(|a, b| b.chance().total_cmp(&a.chance()));
        kept.into_iter().map(|attempt| self.finish(picture, attempt)).collect()
    }
}

impl Eyes {
    /// The place read in the layout it seems to have; in the other one too where that is in doubt; and in better
    /// cuts if so many characters are `worth_refining`.
    fn best_attempt(
        &self,
        picture: &Picture,
        place: &Candidate,
        worth_refining: Option<usize>,
    ) -> Result<Attempt, ReadError> {
        let (likely, other) = if place.two_rows > 0.5 {
            (PlateRows::Two, PlateRows::One)
        } else {
            (PlateRows::One, PlateRows::Two)
        };
        let first = |rows| self.attempt(picture, place.quad.grown(SIDEWAYS, UPWARDS), rows, place.colour);
        let mut best = first(likely)?;
        if best.chance() <= SURE && DOUBTFUL_ROWS.contains(&place.two_rows) {
            let second = first(other)?;
            if second.chance() > best.chance() {
                best = second;
            }
        }
        if best.chance() <= ENOUGH
            && OBLIQUE.contains(&place.quad.tilt().abs())
            && let Some(oblique) = place.quad.with_upright_sides()
        {
            let quad = oblique.grown(SIDEWAYS, UPWARDS);
            let second = self.attempt(picture, quad, best.rows, place.colour)?;
            let fuller = second.reading.places.len() > best.reading.places.len();
            if second.chance() > best.chance() || (best.chance() < NOTICE && fuller) {
                best = second;
            }
        }
        if worth_refining.is_none_or(|least| best.reading.places.len() < least) {
            return Ok(best); // No writing: a lamp, a grille; other cuts of it would say no more.
        }
        if best.chance() <= ENOUGH {
            // A closer look at the place alone gives steadier corners.
            let again = self.locator.locate_near(picture, &place.quad)?;
            if let Some(nearer) = again.iter().find(|other| other.quad.overlap(&place.quad) > 0.5) {
                let quad = nearer.quad.grown(SIDEWAYS, UPWARDS);
                let second = self.attempt(picture, quad, best.rows, place.colour)?;
                if second.chance() > best.chance() {
                    best = second;
                }
            }
        }
        self.refined(picture, best)
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
            let again = self.attempt(picture, refit, best.rows, best.colour)?;
            if again.chance() <= best.chance() && again.reading.places.len() <= best.reading.places.len() {
                break;
            }
            best = again;
        }
        for (sideways, upwards) in [(0.04, 0.12), (-0.03, -0.08), (0.02, -0.14), (0.10, 0.04)] {
            if best.chance() > ENOUGH {
                break;
            }
            let again = self.attempt(picture, best.quad.grown(sideways, upwards), best.rows, best.colour)?;
            if again.chance() > best.chance() {
                best = again;
            }
        }
        Ok(best)
    }

    fn attempt(
        &self,
        picture: &Picture,
        quad: Quad,
        rows: PlateRows,
        colour: Option<(PlateColour, f32)>,
    ) -> Result<Attempt, ReadError> {
        let two = rows == PlateRows::Two;
        let chances = self.network.read(&strip(&upright(picture, &quad, two)?, two)?)?;
        Ok(Attempt { quad, rows, colour, reading: decode(&chances, &self.table) })
    }
}

impl PlateReader {
    fn finish(&self, picture: &Picture, attempt: Attempt) -> Result<PlateRead, ReadError> {
        let mut chance = attempt.chance();
        let Attempt { quad, rows, reading, colour: seen } = attempt;
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
        let kind = text.as_ref().map(Plate::kind);
        if kind.is_some_and(|kind| kind == PlateKind::OldPolice || lacks_a_character(kind, seen)) {
            chance = chance.min(HELD_BACK);
        }
        let abstained = kind.is_none() || chance < self.accept;
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

/// Seven characters on the green ground of plates with eight: one of them is hidden, and the text would be another
/// vehicle's.
fn lacks_a_character(kind: PlateKind, seen: Option<(PlateColour, f32)>) -> bool {
    let green = |(colour, share)| {
        matches!(colour, PlateColour::Green | PlateColour::YellowGreen) && share > SURE_OF_COLOUR
    };
    kind == PlateKind::Ordinary && seen.is_some_and(green)
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
        Attempt { quad: Quad::from_rect(0.0, 0.0, 100.0, 30.0), rows: PlateRows::One, colour: None, reading }
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
    fn seven_characters_on_green_are_not_a_whole_plate() {
        let green = |share| Some((PlateColour::YellowGreen, share));
        assert!(lacks_a_character(PlateKind::Ordinary, green(0.9)));
        assert!(!lacks_a_character(PlateKind::Ordinary, green(0.5)));
        assert!(!lacks_a_character(PlateKind::LargeElectric, green(0.9)));
        assert!(!lacks_a_character(PlateKind::Ordinary, Some((PlateColour::Blue, 0.9))));
    }

    #[test]
    fn an_empty_picture_has_no_plates() {
        let picture = Picture::from_bgr(200, 100, &[90; 200 * 100 * 3]).unwrap();
        assert_eq!(PlateReader::new().unwrap().read(&picture).unwrap(), []);
    }
}
