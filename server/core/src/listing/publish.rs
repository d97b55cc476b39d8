//! What of a carrier may be published: an organisation's name may, a person's may not.
//!
//! A unified social credit code (GB 32100-2015) says of what kind its holder is: its first two characters are the
//! registering authority and the kind. `92` is a sole trader (个体工商户), whose name is a person's as often as not; who has
//! a code of our own is perhaps a person. Of both only the code is published, never the name.

/// Characters of a credit code: no I, O, S, V, Z. Their places are their values (GB 32100-2015, 4.3).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The kind of a sole trader.
const SOLE_TRADER: &str = "92";

/// Is this a unified social credit code, its check character included?
pub fn is_credit_code(code: &str) -> bool {
    let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte);
    let Some(values) = code.bytes().map(value).collect::<Option<Vec<_>>>().filter(|all| all.len() == 18)
    else {
        return false;
    };
    // Weights are the powers of 3 by 31; the check character brings the sum to a multiple of 31.
    let sum: usize = values[..17]
        .iter()
        .scan(1, |weight, value| {
            let term = value * *weight;
            *weight = *weight * 3 % 31;
            Some(term)
        })
        .sum();
    (sum + values[17]).is_multiple_of(31)
}

/// May the name of the holder of this code be published?
pub fn name_is_public(code: &str) -> bool {
    is_credit_code(code) && !code.starts_with(SOLE_TRADER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_organisation_is_public_and_a_persons_is_not() {
        // The example of GB 32100-2015, annex A.
        assert!(is_credit_code("91350100M000100Y43"));
        assert!(name_is_public("91350100M000100Y43"));
        assert!(!is_credit_code("91350100M000100Y44"), "the check character");
        assert!(!is_credit_code("91350100M000100Y4"), "one short");
        assert!(!is_credit_code("91350100I000100Y43"), "no such character");
        assert!(!name_is_public("LOCAL-17"));
        let trader = (0..31).map(|check| format!("92350100M000100Y4{}", char::from(ALPHABET[check])));
        let trader: Vec<String> = trader.filter(|code| is_credit_code(code)).collect();
        assert_eq!(trader.len(), 1, "one check character fits");
        assert!(!name_is_public(&trader[0]));
    }
}
