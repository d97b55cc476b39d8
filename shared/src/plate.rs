//! Number plates by GA 36: colours, kinds, their grammar, and a normal form.
//!
//! A [`Plate`] is always well formed. It never shows itself in a log: `Debug` masks it, because plates are
//! personal data; `as_str` is for the record and the page.

use std::{fmt, str::FromStr};

/// The 31 one-character names of provinces (GA 36-2018).
pub const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// Letters of a serial or an authority: I is never used, O only as the authority of old police plates.
pub const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Digits of a serial.
pub const DIGITS: &str = "0123456789";
/// Characters that only end or begin a plate.
pub const MARKS: &str = "挂学警领港澳试超使";

/// Ground colour of a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlateColour {
    /// 蓝: small vehicles.
    Blue,
    /// 黄: large vehicles, trailers, learners.
    Yellow,
    /// 绿: small new-energy vehicles.
    Green,
    /// 黄绿双色: large new-energy vehicles.
    YellowGreen,
    /// 白: police.
    White,
    /// 黑: embassies, consulates, Hong Kong and Macau.
    Black,
}

impl PlateColour {
    /// Every colour, in the order above.
    pub const ALL: [Self; 6] =
        [Self::Blue, Self::Yellow, Self::Green, Self::YellowGreen, Self::White, Self::Black];

    /// The word used on wires, in tables and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::YellowGreen => "yellow-green",
            Self::White => "white",
            Self::Black => "black",
        }
    }

    /// The colour of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.word() == word)
    }
}

/// How many rows of characters a plate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlateRows {
    /// 440 × 140 mm or 480 × 140 mm.
    One,
    /// 440 × 220 mm: rear of large vehicles, trailers.
    Two,
}

/// What a plate's text says it is for (GA 36-2018).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlateKind {
    /// Province, authority, five of serial.
    Ordinary,
    /// New energy, small, driven by electricity alone (serial begins with A to E).
    SmallElectric,
    /// New energy, small, not by electricity alone (serial begins with F to K).
    SmallHybrid,
    /// New energy, large, electric (serial ends with A to E).
    LargeElectric,
    /// New energy, large, not electric alone (serial ends with F to K).
    LargeHybrid,
    /// 挂: trailer.
    Trailer,
    /// 学: learner's coach.
    Learner,
    /// 警: police.
    Police,
    /// O as the authority: police of old, no longer issued and still met on old pictures. Its O is drawn as the digit
    /// is, so a reader cannot tell it from a misread letter and holds such a text back.
    OldPolice,
    /// 领: consulate.
    Consulate,
    /// 港, 澳 after 粤Z: from Hong Kong or Macau.
    CrossBorder,
    /// 使: embassy, before or after six digits.
    Embassy,
    /// 试: on trial.
    Trial,
    /// 超: over the size limits.
    Oversize,
}

impl PlateKind {
    /// Does this plate say that the vehicle has no combustion engine? Such a one never gets an exhaust verdict.
    pub const fn is_electric(self) -> bool {
        matches!(self, Self::SmallElectric | Self::LargeElectric)
    }
}

/// A well-formed plate in its normal form: no separators, capitals, half-width.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plate {
    text: String,
    kind: PlateKind,
}

/// Why a text is not a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlateError {
    /// Neither seven nor eight characters.
    #[error("a plate has 7 or 8 characters, this has {0}")]
    Length(usize),
    /// I or O, which GA 36 never uses in a serial.
    #[error("the letters I and O are never used in a plate's serial")]
    ForbiddenLetter,
    /// A character that stands on no plate.
    #[error("character {0} of this plate stands on no plate")]
    Character(usize),
    /// Known characters in an order that GA 36 does not know.
    #[error("the characters do not stand as GA 36 orders them")]
    Order,
}

impl Plate {
    /// The plate's text in normal form. For the record and the page, never for a log.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the text says it is for.
    pub fn kind(&self) -> PlateKind {
        self.kind
    }
}

/// Shows the province alone: 晋••••••.
impl fmt::Debug for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.text.chars().next().unwrap_or('•');
        write!(f, "Plate({first}{})", "•".repeat(self.text.chars().count() - 1))
    }
}

/// The normal form of a text: full-width forms made narrow, capitals, separators gone.
pub fn normalise(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !(c.is_whitespace() || matches!(c, '·' | '•' | '・' | '.' | '-' | '_' | '．' | '●')))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

impl FromStr for Plate {
    type Err = PlateError;

    fn from_str(text: &str) -> Result<Self, PlateError> {
        // The longest plate has 8 characters of at most 4 bytes; separators add little. Anything far longer
        // is not worth normalising.
        if text.len() > 128 {
            return Err(PlateError::Length(text.len()));
        }
        let text = normalise(text);
        let characters: Vec<char> = text.chars().collect();
        let kind = kind_of(&characters)?;
        Ok(Self { text, kind })
    }
}

/// A class of characters that may stand at one position of a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// One of [`PROVINCES`].
    Province,
    /// One of [`LETTERS`].
    Letter,
    /// One of [`DIGITS`].
    Digit,
    /// A letter or a digit.
    Serial,
    /// One of the characters named.
    OneOf(&'static str),
}

impl Slot {
    /// May `c` stand here?
    pub fn takes(self, c: char) -> bool {
        match self {
            Self::Province => PROVINCES.contains(c),
            Self::Letter => LETTERS.contains(c),
            Self::Digit => c.is_ascii_digit(),
            Self::Serial => LETTERS.contains(c) || c.is_ascii_digit(),
            Self::OneOf(set) => set.contains(c),
        }
    }
}

use Slot::{Digit as D, Letter as L, OneOf, Province as P, Serial as S};

/// The grammar: each kind's slots in order. The first that fits decides, so narrower ones stand first.
pub const PATTERNS: &[(PlateKind, &[Slot])] = &[
    (PlateKind::CrossBorder, &[OneOf("粤"), OneOf("Z"), S, S, S, S, OneOf("港澳")]),
    (PlateKind::Trailer, &[P, L, S, S, S, S, OneOf("挂")]),
    (PlateKind::Learner, &[P, L, S, S, S, S, OneOf("学")]),
    (PlateKind::Police, &[P, L, S, S, S, S, OneOf("警")]),
    (PlateKind::Consulate, &[P, L, S, S, S, S, OneOf("领")]),
    (PlateKind::Trial, &[P, L, S, S, S, S, OneOf("试")]),
    (PlateKind::Oversize, &[P, L, S, S, S, S, OneOf("超")]),
    (PlateKind::OldPolice, &[P, OneOf("O"), S, S, S, S, S]),
    (PlateKind::Embassy, &[OneOf("使"), D, D, D, D, D, D]),
    (PlateKind::Embassy, &[D, D, D, D, D, D, OneOf("使")]),
    (PlateKind::Ordinary, &[P, L, S, S, S, S, S]),
    (PlateKind::SmallElectric, &[P, L, OneOf("ABCDE"), S, D, D, D, D]),
    (PlateKind::SmallHybrid, &[P, L, OneOf("FGHJK"), S, D, D, D, D]),
    (PlateKind::LargeElectric, &[P, L, D, D, D, D, D, OneOf("ABCDE")]),
    (PlateKind::LargeHybrid, &[P, L, D, D, D, D, D, OneOf("FGHJK")]),
];

/// The place of the authority's letter.
const AUTHORITY: usize = 1;

fn kind_of(characters: &[char]) -> Result<PlateKind, PlateError> {
    if !matches!(characters.len(), 7 | 8) {
        return Err(PlateError::Length(characters.len()));
    }
    let forbidden = |at: usize, c: char| c == 'I' || c == 'O' && at != AUTHORITY;
    if characters.iter().enumerate().any(|(at, &c)| forbidden(at, c)) {
        return Err(PlateError::ForbiddenLetter);
    }
    let known = |c: char| P.takes(c) || S.takes(c) || MARKS.contains(c) || c == 'O';
    if let Some(at) = characters.iter().position(|&c| !known(c)) {
        return Err(PlateError::Character(at + 1));
    }
    PATTERNS
        .iter()
        .find(|(_, slots)| {
            slots.len() == characters.len() && slots.iter().zip(characters).all(|(slot, &c)| slot.takes(c))
        })
        .map(|&(kind, _)| kind)
        .ok_or(PlateError::Order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The format vectors of STANDARDS.md 5.1.
    #[test]
    fn the_golden_plates_are_of_their_kind() {
        let kind = |text: &str| text.parse::<Plate>().map(|plate| plate.kind());
        assert_eq!(kind("晋A12345"), Ok(PlateKind::Ordinary));
        assert_eq!(kind("晋AI2345"), Err(PlateError::ForbiddenLetter));
        assert_eq!(kind("晋A1O345"), Err(PlateError::ForbiddenLetter));
        assert_eq!(kind("晋AD12345"), Ok(PlateKind::SmallElectric));
        assert_eq!(kind("晋AF12345"), Ok(PlateKind::SmallHybrid));
        assert_eq!(kind("晋A12345D"), Ok(PlateKind::LargeElectric));
        assert_eq!(kind("晋A12345F"), Ok(PlateKind::LargeHybrid));
        assert_eq!(kind("晋A1234挂"), Ok(PlateKind::Trailer));
        assert_eq!(kind("粤Z1234港"), Ok(PlateKind::CrossBorder));
        assert_eq!(kind("粤A1234港"), Err(PlateError::Order));
        assert_eq!(kind("晋A1234学"), Ok(PlateKind::Learner));
        assert_eq!(kind("晋A1234警"), Ok(PlateKind::Police));
        assert_eq!(kind("使123456"), Ok(PlateKind::Embassy));
        assert_eq!(kind("京AXY123"), Ok(PlateKind::Ordinary));
        assert_eq!(kind("晋A123"), Err(PlateError::Length(5)));
        assert_eq!(kind("晋A12?45"), Err(PlateError::Character(5)));
        assert_eq!(kind("晋O12345"), Ok(PlateKind::OldPolice));
        assert_eq!(kind("晋O1O345"), Err(PlateError::ForbiddenLetter));
        assert_eq!(kind("晋?12345"), Err(PlateError::Character(2)));
    }

    #[test]
    fn separators_width_and_case_do_not_make_another_plate() {
        let plain: Plate = "晋A12345".parse().unwrap();
        for text in ["晋A·12345", " 晋a-12345 ", "晋Ａ１２３４５", "晋A.123 45"] {
            assert!(text.parse::<Plate>().unwrap() == plain, "{text}");
        }
    }

    #[test]
    fn a_plate_does_not_show_itself_in_a_log() {
        assert_eq!(format!("{:?}", "晋A12345".parse::<Plate>().unwrap()), "Plate(晋••••••)");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            let _ = text.parse::<Plate>();
        }

        #[test]
        fn a_plate_reads_back_as_itself(text in "[晋京粤使A-Z0-9挂学警港]{7,8}") {
            if let Ok(plate) = text.parse::<Plate>() {
                prop_assert!(plate.as_str().parse::<Plate>().unwrap() == plate);
            }
        }
    }
}
