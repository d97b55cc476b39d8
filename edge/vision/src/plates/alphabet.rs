//! The characters behind the network's classes, in the order that `edge/models/plates/alphabet.py` trained.

use plumewatch_shared::plate::{DIGITS, LETTERS, PROVINCES};

/// Marks that begin or end a plate; 应 and 急 are trained but make no plate that the grammar knows yet.
const MARKS: &str = "挂学警港澳使领试超应急";

/// Classes, the blank (0) included.
pub const CLASSES: usize = 1 + 10 + 24 + 31 + 11;

/// The character of a class; `None` for the blank and for numbers beyond.
pub fn character(class: usize) -> Option<char> {
    [DIGITS, LETTERS, PROVINCES, MARKS].iter().flat_map(|set| set.chars()).nth(class.checked_sub(1)?)
}

/// The alphabet as a table, for decoding: `table()[class - 1]`.
pub fn table() -> Vec<char> {
    (1..CLASSES).filter_map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_but_the_blank_is_one_character() {
        let table = table();
        assert_eq!(table.len(), CLASSES - 1);
        assert_eq!((table[0], table[10], table[34], table[65]), ('0', 'A', '京', '挂'));
        assert_eq!(character(0), None);
        assert_eq!(character(CLASSES), None);
    }
}
