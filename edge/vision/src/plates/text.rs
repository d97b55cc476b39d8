//! From chances per step to a text: what the pixels say, and what GA 36 allows of it.
//!
//! [`decode`] keeps three things apart: the raw text (best class at every step, nothing helped), the
//! alternatives of each character, and the best text that is a plate by the grammar. The grammar only chooses
//! among what the network saw at the very same places: it never adds a character and never takes one away.

use plumewatch_shared::plate::{PATTERNS, Slot};

use super::alphabet;
use crate::network::Chances;

/// Alternatives kept for each character.
const KEPT: usize = 5;
/// A character below this chance is not offered to the grammar: that would be inventing.
const FLOOR: f32 = 0.004;

/// One place of the text and what may stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Characters and their chances, likeliest first, at least one.
    pub options: Vec<(char, f32)>,
    /// Where on the strip, as a share of its width.
    pub at: f32,
}

/// What a strip says.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The network's own text, unhelped.
    pub raw: String,
    /// One for each character of `raw`.
    pub places: Vec<Place>,
    /// The likeliest plate that the grammar allows, with the chance of all its characters together.
    pub best: Option<(String, f32)>,
    /// The least sure character's chance in `best` (or in `raw` when there is none).
    pub weakest: f32,
}

/// Reads the chances. The chance of a text is the product over its places, each place being one run of steps
/// on which the blank does not win.
pub fn decode(chances: &Chances, table: &[char]) -> Reading {
    let places = places(chances, table);
    let raw: String = places.iter().map(|place| place.options[0].0).collect();
    let best = by_grammar(&places);
    let weakest = match &best {
        Some((_, _, weakest)) => *weakest,
        None => places.iter().map(|place| place.options[0].1).fold(1.0, f32::min),
    };
    Reading { raw, places, best: best.map(|(text, chance, _)| (text, chance)), weakest }
}

/// Runs of equal best classes, the blank left out.
fn places(chances: &Chances, table: &[char]) -> Vec<Place> {
    let winners: Vec<usize> = chances.rows.iter().map(|row| winner(row)).collect();
    let mut places = Vec::new();
    let mut step = 0;
    while step < winners.len() {
        let class = winners[step];
        let end = (step..winners.len()).find(|&s| winners[s] != class).unwrap_or(winners.len());
        if class != 0 {
            places.push(place(&chances.rows[step..end], step, end, chances.rows.len(), table));
        }
        step = end;
    }
    places
}

fn winner(row: &[f32]) -> usize {
    row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
}

/// The step of the run that is surest speaks for it; its blank's share is spread over the characters.
fn place(run: &[Vec<f32>], from: usize, to: usize, steps: usize, table: &[char]) -> Place {
    let peak = run.iter().max_by(|a, b| top(a).total_cmp(&top(b))).expect("a run has at least one step");
    let seen: f32 = peak[1..].iter().sum::<f32>().max(1e-6);
    let mut options: Vec<(char, f32)> =
        peak[1..].iter().zip(table).map(|(&chance, &character)| (character, chance / seen)).collect();
    options.sort_by(|a, b| b.1.total_cmp(&a.1));
    options.truncate(KEPT);
    options.retain(|option| option.1 >= 1e-4);
    // A faint run is a doubtful character even when no other competes for it.
    let doubt = top(peak).max(seen.min(1.0));
    for option in &mut options {
        option.1 *= doubt;
    }
    Place { options, at: (from + to) as f32 / 2.0 / steps as f32 }
}

fn top(row: &[f32]) -> f32 {
    row[1..].iter().copied().fold(0.0, f32::max)
}

fn by_grammar(places: &[Place]) -> Option<(String, f32, f32)> {
    PATTERNS
        .iter()
        .filter(|(_, slots)| slots.len() == places.len())
        .filter_map(|(_, slots)| fill(places, slots))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

fn fill(places: &[Place], slots: &[Slot]) -> Option<(String, f32, f32)> {
    let mut text = String::new();
    let (mut chance, mut weakest) = (1.0, 1.0_f32);
    for (place, slot) in places.iter().zip(slots) {
        let (character, share) = place
            .options
            .iter()
            .filter(|(_, share)| *share >= FLOOR)
            .find_map(|&(c, share)| Some((alphabet::written(c, *slot)?, share)))?;
        text.push(character);
        chance *= share;
        weakest = weakest.min(share);
    }
    Some((text, chance, weakest))
}

/// All of `alphabet`, for callers that decode often.
pub fn table() -> Vec<char> {
    alphabet::table()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Chances on which each character of `text` has `sure`, its rival the rest, with blanks between.
    fn seen(text: &[(char, f32, char)]) -> Chances {
        let table = table();
        let class = |c: char| table.iter().position(|&t| t == c).unwrap() + 1;
        let blank = || {
            let mut row = vec![0.0; alphabet::CLASSES];
            row[0] = 1.0;
            row
        };
        let mut rows = Vec::new();
        for &(character, sure, rival) in text {
            let mut row = vec![0.0; alphabet::CLASSES];
            row[class(character)] = sure;
            row[class(rival)] += 1.0 - sure;
            rows.push(row.clone());
            rows.push(row);
            rows.push(blank());
        }
        Chances { rows }
    }

    #[test]
    fn the_grammar_chooses_among_what_was_seen_and_the_raw_text_stays() {
        let text = [('晋', 0.9, '青'), ('8', 0.6, 'B'), ('1', 1.0, '7'), ('2', 1.0, 'Z'), ('3', 1.0, '8')];
        let mut all = text.to_vec();
        all.extend([('4', 1.0, 'A'), ('5', 1.0, 'S')]);
        let reading = decode(&seen(&all), &table());
        assert_eq!(reading.raw, "晋812345");
        let (best, chance) = reading.best.unwrap();
        assert_eq!(best, "晋B12345");
        assert!((chance - 0.36).abs() < 0.01, "{chance}");
    }

    #[test]
    fn a_hidden_character_is_shown_as_hidden_and_what_it_may_be_is_not_sure() {
        let mut all = vec![('晋', 1.0, '青'), ('B', 1.0, '8'), ('1', 1.0, '7'), ('2', 1.0, 'Z')];
        all.extend([(alphabet::HIDDEN, 0.9, '3'), ('4', 1.0, 'A'), ('5', 1.0, 'S')]);
        let reading = decode(&seen(&all), &table());
        assert_eq!(reading.raw, "晋B12□45");
        let (best, chance) = reading.best.unwrap();
        assert_eq!(best, "晋B12345");
        assert!(chance < 0.11, "{chance}");
    }

    #[test]
    fn the_o_of_old_police_plates_is_read_as_the_digit_and_written_as_the_letter() {
        let text = [('粤', 1.0, '鲁'), ('0', 0.9, 'D'), ('1', 1.0, '7'), ('2', 1.0, 'Z'), ('3', 1.0, '8')];
        let mut all = text.to_vec();
        all.extend([('0', 1.0, 'D'), ('5', 1.0, 'S')]);
        let reading = decode(&seen(&all), &table());
        assert_eq!(reading.best.map(|(text, _)| text), Some("粤O12305".to_owned()));
    }

    #[test]
    fn the_grammar_invents_nothing() {
        let all = [('晋', 1.0, '青'), ('8', 1.0, '3'), ('1', 1.0, '7')];
        let reading = decode(&seen(&all), &table());
        assert_eq!((reading.raw.as_str(), reading.best), ("晋81", None));
    }

    proptest! {
        #[test]
        fn no_chances_make_it_panic(rows in prop::collection::vec(
            prop::collection::vec(0.0..1.0_f32, alphabet::CLASSES), 0..60)
        ) {
            let reading = decode(&Chances { rows }, &table());
            prop_assert_eq!(reading.raw.chars().count(), reading.places.len());
        }
    }
}
