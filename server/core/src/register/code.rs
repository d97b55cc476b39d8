//! The code of a carrier: its unified social credit code (GB 32100), or a local one.

use crate::sheet::Wrong;

/// The characters of a unified social credit code, each counting for its place here (GB 32100-2015, table 4): without
/// I, O, S, V, Z.
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Length of a unified social credit code.
const CREDIT_CODE: usize = 18;

/// A carrier's name in the register: a unified social credit code whose check character holds, or a local code of 1 to 32
/// of `A-Z 0-9 -` that cannot be taken for one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarrierCode(String);

impl CarrierCode {
    /// A code as it is written: width and case do not matter.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let plain: String = text
            .chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                _ => c,
            })
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if plain.is_empty() || plain.chars().count() > 32 || !plain.chars().all(fits) {
            return Err(Wrong::new(
                "carrier-code.form",
                "企业代码应为统一社会信用代码，或1至32个大写字母、数字、连字符。",
                "A carrier's code is its unified social credit code, or 1 to 32 capital letters, digits and hyphens.",
                "请核对代码。",
                "Check the code.",
            ));
        }
        // Eighteen without a hyphen is meant as a credit code, right or wrong.
        if plain.len() == CREDIT_CODE && !plain.contains('-') {
            check(&plain)?;
        }
        Ok(Self(plain))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(code: &str) -> Result<(), Wrong> {
    if code.contains(['I', 'O', 'S', 'V', 'Z']) {
        let meant: String = code
            .chars()
            .map(|c| match c {
                'I' => '1',
                'O' => '0',
                'S' => '5',
                'Z' => '2',
                c => c,
            })
            .collect();
        return Err(Wrong::new(
            "carrier-code.look-alike",
            "统一社会信用代码不使用字母 I、O、S、V、Z。",
            "A unified social credit code never has the letters I, O, S, V or Z.",
            format!("请核对是否应为形近的数字，如 {meant}。"),
            format!("Check whether digits that look alike are meant, as in {meant}."),
        ));
    }
    if check_character(&code[..CREDIT_CODE - 1]) == code.chars().last() {
        return Ok(());
    }
    Err(Wrong::new(
        "carrier-code.check",
        "统一社会信用代码的校验码不符，至少有一个字符写错。",
        "The check character of this unified social credit code does not fit: at least one character is wrong.",
        "请按营业执照逐字核对。",
        "Compare it with the business licence character by character.",
    ))
}

/// The character that ends a code of these 17 (GB 32100-2015, 4.2): 31 − Σ value × 3^(place−1) mod 31.
fn check_character(seventeen: &str) -> Option<char> {
    let mut weight = 1;
    let mut sum = 0;
    for c in seventeen.chars() {
        sum += CHARACTERS.find(c)? * weight;
        weight = weight * 3 % 31;
    }
    CHARACTERS.chars().nth((31 - sum % 31) % 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Codes that their holders print: Alibaba (China), Tencent (Shenzhen).
    #[test]
    fn printed_codes_hold() {
        for code in ["91330100799655058B", "9144030071526726XG", "９１３３０１００799655058b"] {
            assert!(CarrierCode::parse(code).is_ok(), "{code}");
        }
        for code in ["WL-0001", "A", "140105-KY-0012"] {
            assert!(CarrierCode::parse(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let rule = |text| CarrierCode::parse(text).unwrap_err().rule;
        assert_eq!(rule("91330100799655O58B"), "carrier-code.look-alike");
        assert_eq!(rule("91330100799655059B"), "carrier-code.check");
        assert_eq!(rule("晋通物流"), "carrier-code.form");
        assert_eq!(rule(""), "carrier-code.form");
        assert_eq!(rule(&"A".repeat(33)), "carrier-code.form");
    }

    proptest! {
        #[test]
        fn a_slip_in_one_character_is_noticed(code in "[0-9A-HJ-NPQRTUWXY]{17}", at in 0usize..18, to in "[0-9A-HJ-NPQRTUWXY]") {
            let right = format!("{code}{}", check_character(&code).unwrap());
            prop_assert!(CarrierCode::parse(&right).is_ok());
            let slipped = format!("{}{to}{}", &right[..at], &right[at + 1..]);
            prop_assert_eq!(CarrierCode::parse(&slipped).is_ok(), slipped == right);
        }
    }
}
