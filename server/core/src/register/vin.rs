//! Vehicle identification numbers (GB 16735).

use crate::sheet::Wrong;

/// What each character counts for in the check digit (GB 16735, annex on the check digit; the same as ISO 3779's users
/// in North America): digits themselves, letters as below; I, O and Q are never used.
const VALUES: &[(char, u32)] = &[
    ('A', 1),
    ('B', 2),
    ('C', 3),
    ('D', 4),
    ('E', 5),
    ('F', 6),
    ('G', 7),
    ('H', 8),
    ('J', 1),
    ('K', 2),
    ('L', 3),
    ('M', 4),
    ('N', 5),
    ('P', 7),
    ('R', 9),
    ('S', 2),
    ('T', 3),
    ('U', 4),
    ('V', 5),
    ('W', 6),
    ('X', 7),
    ('Y', 8),
    ('Z', 9),
];

/// The weight of each place; the ninth is the check digit's own and counts nothing.
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// A vehicle identification number: 17 of A–Z without I, O, Q, and digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vin(String);

/// Shows the maker's three characters alone: with the rest a vehicle can be found.
impl std::fmt::Debug for Vin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vin({}…)", &self.0[..3])
    }
}

impl Vin {
    /// A number as it is written: width and case do not matter, spaces and hyphens are left out.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let plain = plateless(text);
        let count = plain.chars().count();
        if count != 17 {
            return Err(Wrong::new(
                "vin.length",
                format!("有{count}个字符，车辆识别代号是17个。"),
                format!("It has {count} characters; a VIN has 17."),
                "请按行驶证或铭牌核对，不要漏字。",
                "Check it against the licence or the maker's plate.",
            ));
        }
        if plain.contains(['I', 'O', 'Q']) {
            let meant: String = plain.chars().map(look_alike).collect();
            return Err(Wrong::new(
                "vin.look-alike",
                "车辆识别代号不使用字母 I、O、Q。",
                "A VIN never has the letters I, O or Q.",
                format!("请核对是否应为数字 1、0，如 {meant}。"),
                format!("Check whether digits 1 and 0 are meant, as in {meant}."),
            ));
        }
        if let Some(wrong) = plain.chars().find(|&c| value(c).is_none()) {
            return Err(Wrong::new(
                "vin.character",
                format!("“{wrong}”不能出现在车辆识别代号中。"),
                format!("\"{wrong}\" stands in no VIN."),
                "只能有大写字母和数字。",
                "It has capital letters and digits only.",
            ));
        }
        Ok(Self(plain))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does the ninth character fit the others? Vehicles made in China (first character L) must have it so;
    /// those made in Europe often do not.
    pub fn check_digit_holds(&self) -> bool {
        let sum: u32 = self.0.chars().zip(WEIGHTS).map(|(c, weight)| value(c).unwrap_or(0) * weight).sum();
        let wanted = match sum % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10).expect("a remainder of 11 below 10 is a digit"),
        };
        self.0.chars().nth(8) == Some(wanted)
    }

    /// Was it made in China, where the check digit is the rule?
    pub fn is_chinese(&self) -> bool {
        self.0.starts_with('L')
    }
}

fn value(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| VALUES.iter().find(|(letter, _)| *letter == c).map(|(_, value)| *value))
}

/// The digit that a forbidden letter is mistaken for.
pub(super) fn look_alike(c: char) -> char {
    match c {
        'I' => '1',
        'O' | 'Q' => '0',
        c => c,
    }
}

/// Narrow, in capitals, without separators.
fn plateless(text: &str) -> String {
    plumewatch_shared::plate::normalise(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_vin_reads_in_any_dress() {
        let plain = Vin::parse("1M8GDM9AXKP042788").unwrap();
        for text in ["1m8gdm9axkp042788", " 1M8GDM9AX-KP042788 ", "１M8GDM9AXKP042788"] {
            assert_eq!(Vin::parse(text).unwrap(), plain, "{text}");
        }
    }

    /// The worked examples that texts on the check digit print.
    #[test]
    fn the_check_digit_is_the_printed_one() {
        for right in ["1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"] {
            assert!(Vin::parse(right).unwrap().check_digit_holds(), "{right}");
        }
        assert!(!Vin::parse("1M8GDM9AYKP042788").unwrap().check_digit_holds());
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let rule = |text| Vin::parse(text).unwrap_err().rule;
        assert_eq!(rule("LFWSRXRJ8L1E0000"), "vin.length");
        assert_eq!(rule("LFWSRXRJ8L1EO0001"), "vin.look-alike");
        assert_eq!(rule("LFWSRXRJ8L1E00?01"), "vin.character");
        assert!(Vin::parse("LFWSRXRJ8LIEO0001").unwrap_err().remedy_en.contains("LFWSRXRJ8L1E00001"));
    }

    #[test]
    fn a_log_shows_no_vehicle() {
        assert_eq!(format!("{:?}", Vin::parse("1M8GDM9AXKP042788").unwrap()), "Vin(1M8…)");
    }

    proptest! {
        /// Any one character changed is noticed, unless both count alike: A and J are both 1.
        #[test]
        fn a_slip_in_one_character_breaks_the_check(at in 0usize..17, to in "[A-HJ-NPR-Z0-9]") {
            let right = "1M8GDM9AXKP042788";
            let to = to.chars().next().unwrap();
            let old = right.chars().nth(at).unwrap();
            let slipped: String = right.chars().enumerate().map(|(n, c)| if n == at { to } else { c }).collect();
            let alike = if at == 8 { to == old } else { value(to) == value(old) };
            prop_assert_eq!(Vin::parse(&slipped).unwrap().check_digit_holds(), alike);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = Vin::parse(&text);
        }
    }
}
