//! The life of a vehicle as one line in time: what was seen of it, tested, suspected, decided.

use std::fmt;
use std::str::FromStr;

/// Where an entry stands in a life: when, then which kind, then its name, so that no two stand in one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Microseconds since 1970.
    pub at_us: i64,
    /// The kind's word.
    pub kind: String,
    /// The name of what happened.
    pub id: String,
}

/// The newest of several lines that each are in order, newest first: at most `most`, and only what lies before
/// `before`. Each line must hold its own newest `most` of that.
pub fn newest<T>(lines: Vec<Vec<(Place, T)>>, before: Option<&Place>, most: usize) -> Vec<(Place, T)> {
    let mut all: Vec<(Place, T)> =
        lines.into_iter().flatten().filter(|(place, _)| before.is_none_or(|before| place < before)).collect();
    all.sort_by(|(one, _), (other, _)| other.cmp(one));
    all.truncate(most);
    all
}

/// As a cursor of the API writes it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}~{}", self.at_us, self.kind, self.id)
    }
}

/// No cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let mut parts = text.splitn(3, '~');
        let (Some(at), Some(kind), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoPlace);
        };
        let at_us = at.parse().map_err(|_| NoPlace)?;
        Ok(Self { at_us, kind: kind.to_owned(), id: id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(at_us: i64, kind: &str, id: u8) -> Place {
        Place { at_us, kind: kind.to_owned(), id: id.to_string() }
    }

    proptest! {
        /// Leafed through page by page, a life is whole, in order, and nothing comes twice.
        #[test]
        fn pages_of_a_life_are_the_whole_of_it(
            passages in proptest::collection::btree_set((0i64..20, 0u8..4), 0..20),
            cases in proptest::collection::btree_set((0i64..20, 0u8..4), 0..20),
            most in 1usize..7,
        ) {
            let line = |events: &std::collections::BTreeSet<(i64, u8)>, kind: &str| -> Vec<(Place, ())> {
                events.iter().rev().map(|&(at, id)| (place(at, kind, id), ())).collect()
            };
            let whole = [line(&passages, "passage"), line(&cases, "case")];
            let mut wanted: Vec<Place> = whole.iter().flatten().map(|(place, ())| place.clone()).collect();
            wanted.sort_by(|one, other| other.cmp(one));
            let (mut told, mut before) = (Vec::new(), None::<Place>);
            loop {
                // As the store asks: each line's own newest before the place.
                let part = |line: &Vec<(Place, ())>| -> Vec<(Place, ())> {
                    line.iter().filter(|(place, ())| before.as_ref().is_none_or(|before| place < before)).take(most).cloned().collect()
                };
                let page = newest(whole.iter().map(part).collect(), before.as_ref(), most);
                let Some((last, ())) = page.last() else { break };
                before = Some(last.clone());
                told.extend(page.into_iter().map(|(place, ())| place));
            }
            prop_assert_eq!(told, wanted);
        }

        #[test]
        fn a_place_reads_back(at in any::<i64>(), kind in "[a-z-]{1,10}", id in "[A-Za-z0-9~-]{0,20}") {
            let place = Place { at_us: at, kind, id };
            prop_assert_eq!(place.to_string().parse(), Ok(place));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Place>();
        }
    }
}
