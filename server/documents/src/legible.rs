//! What of a text can be shown, and how what cannot be shown says what it is.
//!
//! A name in a script no font of the machine has would print as an empty box, and an invisible character can
//! make one text look like another (a right-to-left override turns a plate around). Neither may happen on a
//! paper for a court, so such a character is printed as its number: 〔U+202E〕.

use serde_json::Value;

/// A run of characters without a place to break is given one after this many. Longer than nearly every English
/// word and than a VIN's halves, shorter than the narrowest column for free text.
const RUN_MAX: usize = 16;

/// The longest single text, characters. A reason is at most 500 on its way in; a carrier's answer is the longest.
pub(crate) const TEXT_MAX: usize = 20_000;

/// All texts of one paper together, characters: some hundred pages. More is no paper but an attack on the press.
pub(crate) const PAPER_MAX: usize = 300_000;

/// The paper is larger than a paper may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    /// Characters counted when it was given up.
    pub(crate) characters: usize,
    /// Of how many.
    pub(crate) most: usize,
}

/// Makes every text in `value` showable. `covered` tells whether some font has the character.
pub(crate) fn make_legible(value: &mut Value, covered: &dyn Fn(char) -> bool) -> Result<(), TooLong> {
    let mut total = 0;
    walk(value, covered, &mut total)
}

fn walk(value: &mut Value, covered: &dyn Fn(char) -> bool, total: &mut usize) -> Result<(), TooLong> {
    match value {
        Value::String(text) => {
            let characters = text.chars().count();
            *total += characters;
            for (characters, most) in [(characters, TEXT_MAX), (*total, PAPER_MAX)] {
                if characters > most {
                    return Err(TooLong { characters, most });
                }
            }
            *text = legible(text, covered);
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| walk(value, covered, total)),
        // The keys are our own field names.
        Value::Object(fields) => fields.values_mut().try_for_each(|value| walk(value, covered, total)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The text as it is printed.
fn legible(text: &str, covered: &dyn Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let character = match character {
            '\r' if characters.peek() == Some(&'\n') => continue,
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            other => other,
        };
        if character.is_whitespace() || character as u32 >= FIRST_CJK {
            run = 0;
        } else if run >= RUN_MAX && !joins(character) {
            shown.push('\u{200b}');
            run = 1;
        } else {
            run += 1;
        }
        if character == '\n' || selects_variant(character) || (visible(character) && covered(character)) {
            shown.push(character);
        } else {
            // Brackets keep to their neighbours; the mark may stand on a line of its own.
            shown.push_str(&format!("\u{200b}〔U+{:04X}〕\u{200b}", character as u32));
            run = 0;
        }
    }
    shown
}

/// From here on (CJK radicals) a line may break before and after most characters.
const FIRST_CJK: u32 = 0x2e80;

/// Does the character stand on the one before it?
fn joins(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
        || selects_variant(character)
}

/// Variation selectors have no glyph: they choose among those of the character before.
fn selects_variant(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Leaves ink or a gap of its own. Not visible: controls, direction marks, joiners, zero-width spaces, tags,
/// private use and what is no character.
fn visible(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e00ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        legible(text, &|character| character != '\u{2b740}')
    }

    #[test]
    fn what_cannot_be_seen_says_what_it_is() {
        let bare = |text: &str| shown(text).replace('\u{200b}', "");
        assert_eq!(bare("晋A1\u{202e}2345"), "晋A1〔U+202E〕2345");
        assert_eq!(bare("王\u{2b740}"), "王〔U+2B740〕", "a character that no font has");
        assert_eq!(bare("a\u{0}b\u{200b}c"), "a〔U+0000〕b〔U+200B〕c");
        assert_eq!(shown("辻\u{e0101}"), "辻\u{e0101}", "a variation selector shapes the one before");
    }

    #[test]
    fn lines_end_one_way_and_a_long_run_can_be_broken() {
        assert_eq!(shown("一\r\n二\r三\u{2028}四\t五"), "一\n二\n三\n四 五");
        assert_eq!(shown(&"W".repeat(40)).split('\u{200b}').map(str::len).collect::<Vec<_>>(), [16, 16, 8]);
        assert_eq!(shown("an ordinary sentence, 一句普通的话"), "an ordinary sentence, 一句普通的话");
    }

    #[test]
    fn a_paper_without_end_is_refused() {
        let mut one = Value::String("长".repeat(TEXT_MAX + 1));
        assert_eq!(make_legible(&mut one, &|_| true).unwrap_err().most, TEXT_MAX);
        let mut many = Value::from(vec!["长".repeat(TEXT_MAX); PAPER_MAX / TEXT_MAX + 1]);
        assert_eq!(make_legible(&mut many, &|_| true).unwrap_err().most, PAPER_MAX);
    }

    proptest! {
        /// Nothing is lost: what is shown without our marks and breaks is what was there to be seen.
        #[test]
        fn every_visible_character_stays_in_its_place(text in "\\PC{0,80}") {
            let kept: String = text
                .chars()
                .filter(|&c| visible(c))
                .map(|c| if matches!(c, '\u{2028}' | '\u{2029}') { '\n' } else { c })
                .collect();
            let mut plain = shown(&text).replace('\u{200b}', "");
            for character in text.chars().filter(|&c| !visible(c) || c == '\u{2b740}') {
                let mark = format!("〔U+{:04X}〕", character as u32);
                let known = if character == '\u{2b740}' { character.to_string() } else { String::new() };
                plain = plain.replacen(&mark, &known, 1);
            }
            prop_assert_eq!(plain, kept);
        }

        #[test]
        fn no_run_is_longer_than_a_column(text in any::<String>()) {
            for run in shown(&text).split(|c: char| c.is_whitespace() || c == '\u{200b}' || c as u32 >= FIRST_CJK) {
                prop_assert!(run.chars().filter(|&c| !joins(c)).count() <= RUN_MAX, "{run:?}");
            }
        }
    }
}
