//! The characters behind the network's classes, in the order that `edge/models/plates/alphabet.py` trained.

use plumewatch_shared::plate::{DIGITS, LETTERS, PROVINCES, Slot};

/// Marks that begin or end a plate; 应 and 急 are trained but make no plate that the grammar knows yet.
const MARKS: &str = "挂学警港澳使领试超应急";
/// There is a character, and it cannot be seen: a bar, a rope, glare. It fits no place of any plate, so a text with
/// it is either filled from fainter chances and then unsure, or none.
pub const HIDDEN: char = '□';

/// Classes, the blank (0) included.
pub const CLASSES: usize = 1 + 10 + 24 + 31 + 11 + 1;

/// The character of a class; `None` for the blank and for numbers beyond.
pub fn character(class: usize) -> Option<char> {
    let seen = [DIGITS, LETTERS, PROVINCES, MARKS].into_iter().flat_map(str::chars);
    seen.chain([HIDDEN]).nth(class.checked_sub(1)?)
}

/// What a character of the network is at this place of a plate, if it may stand there. The O of old police plates is
/// drawn as the digit is, and learned as it.
pub fn written(character: char, slot: Slot) -> Option<char> {
    let as_letter = if character == '0' { 'O' } else { character };
    [character, as_letter].into_iter().find(|&c| slot.takes(c))
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
        assert_eq!((table[0], table[10], table[34], table[65], table[76]), ('0', 'A', '京', '挂', HIDDEN));
        assert_eq!(character(0), None);
        assert_eq!(character(CLASSES), None);
    }
}
