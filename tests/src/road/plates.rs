//! Makes up plates after GA 36: right in form, nobody's in fact except by accident.

use plumewatch_shared::plate::{DIGITS, LETTERS, PROVINCES as ALL_PROVINCES, Plate, PlateColour, PlateRows};

use super::MountedPlate;
use crate::dice::Dice;

/// Provinces whose vehicles drive here, the road's own first and most often.
const PROVINCES: [&str; 10] = ["晋", "晋", "晋", "晋", "冀", "豫", "陕", "蒙", "鲁", "京"];
/// Authorities' letters that these provinces use.
const AUTHORITIES: &str = "ABCDEFGH";

/// Five characters with at most two letters, the letters anywhere (STANDARDS.md 5.1).
fn serial(dice: &mut Dice, length: usize) -> String {
    let letters = dice.pick(&[0, 1, 1, 2]);
    let mut characters: Vec<char> = (0..length).map(|_| dice.character(DIGITS)).collect();
    for _ in 0..letters {
        let at = dice.between(0, length as i64 - 1) as usize;
        characters[at] = dice.character(LETTERS);
    }
    characters.into_iter().collect()
}

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| dice.character(DIGITS)).collect()
}

fn office(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&PROVINCES), dice.character(AUTHORITIES))
}

fn mounted(text: &str, colour: PlateColour, rows: PlateRows) -> MountedPlate {
    let plate: Plate = text.parse().expect("the maker keeps to the grammar");
    MountedPlate { plate, colour, rows }
}

/// A lorry's two plates: the same text, one row in front (440 × 140), two rows behind (440 × 220).
pub(super) fn large(dice: &mut Dice) -> (MountedPlate, MountedPlate) {
    let text = format!("{}{}", office(dice), serial(dice, 5));
    (mounted(&text, PlateColour::Yellow, PlateRows::One), mounted(&text, PlateColour::Yellow, PlateRows::Two))
}

/// A trailer's plate: yellow, two rows, 挂.
pub(super) fn trailer(dice: &mut Dice) -> MountedPlate {
    let text = format!("{}{}挂", office(dice), serial(dice, 4));
    mounted(&text, PlateColour::Yellow, PlateRows::Two)
}

/// A van's plate: blue.
pub(super) fn small(dice: &mut Dice) -> MountedPlate {
    mounted(&format!("{}{}", office(dice), serial(dice, 5)), PlateColour::Blue, PlateRows::One)
}

/// An electric car's plate: green, eight characters.
pub(super) fn small_electric(dice: &mut Dice) -> MountedPlate {
    let text = format!("{}{}{}", office(dice), dice.character("AD"), digits(dice, 5));
    mounted(&text, PlateColour::Green, PlateRows::One)
}

/// An electric coach's plate: yellow and green, eight characters.
pub(super) fn large_electric(dice: &mut Dice) -> MountedPlate {
    let text = format!("{}{}D", office(dice), digits(dice, 5));
    mounted(&text, PlateColour::YellowGreen, PlateRows::One)
}

/// A plate of any of these kinds and of any province, as rare ones are the hard ones.
pub fn any_plate(dice: &mut Dice) -> MountedPlate {
    let plate = match dice.between(1, 8) {
        1..=3 => large(dice).0,
        4 => large(dice).1,
        5..=6 => small(dice),
        7 => small_electric(dice),
        _ => large_electric(dice),
    };
    from_anywhere(plate, dice)
}

/// A lorry's or a trailer's plate with two rows, of any province.
pub fn two_row_plate(dice: &mut Dice) -> MountedPlate {
    let plate = if dice.percent(50) { large(dice).1 } else { trailer(dice) };
    from_anywhere(plate, dice)
}

fn from_anywhere(plate: MountedPlate, dice: &mut Dice) -> MountedPlate {
    let rest: String = plate.plate.as_str().chars().skip(1).collect();
    mounted(&format!("{}{rest}", dice.character(ALL_PROVINCES)), plate.colour, plate.rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::plate::PlateKind;

    #[test]
    fn every_made_up_plate_is_of_the_kind_it_was_made_for() {
        let mut dice = Dice::new(3);
        for _ in 0..500 {
            assert_eq!(large(&mut dice).0.plate.kind(), PlateKind::Ordinary);
            assert_eq!(trailer(&mut dice).plate.kind(), PlateKind::Trailer);
            assert_eq!(small(&mut dice).plate.kind(), PlateKind::Ordinary);
            assert_eq!(small_electric(&mut dice).plate.kind(), PlateKind::SmallElectric);
            assert_eq!(large_electric(&mut dice).plate.kind(), PlateKind::LargeElectric);
        }
    }
}
