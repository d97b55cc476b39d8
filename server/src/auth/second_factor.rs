//! Codes of the second factor: time-based one-time passwords (RFC 6238: SHA-1, 30 s, six digits, as every
//! authenticator app has them) and recovery codes for when the device is lost. The only file that knows the crates.
//!
//! Nothing here is remembered: that a code is used once is the store's to guard.

use jiff::Timestamp;
use plumewatch_shared::ids::FileHash;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use totp_rs::{Builder, Secret as TotpSecret, Totp};

use super::token::NoRandom;

/// Length of a factor's secret, bytes: what RFC 4226, 4 recommends.
pub const SECRET_BYTES: usize = 20;
/// Recovery codes given out at once: some to lose.
pub const RECOVERY_CODES: usize = 10;
/// Steps of 30 s by which a device's clock may be off to either side (RFC 6238, 5.2).
const SKEW_STEPS: u16 = 1;
/// What authenticator apps list the account under.
const ISSUER: &str = "Plumewatch";
/// 16 letters of 5 bits: 80 bits, so that even a stolen hash is not worth guessing at.
const RECOVERY_LETTERS: usize = 16;
/// No look-alikes, because people copy them from paper.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Edge of the picture, pixels, before the page scales it.
const PICTURE_EDGE: u32 = 220;

/// What a person needs to set a device up.
pub struct Setup {
    /// The secret, base32, to be typed where no camera is.
    pub secret_base32: String,
    /// `otpauth://…`, what the picture says.
    pub uri: String,
    /// The picture, SVG.
    pub qr_svg: String,
}

/// A new secret.
pub fn new_secret() -> Result<[u8; SECRET_BYTES], NoRandom> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

/// What the person of this account needs to set the secret up; `None` if the account's name fits no such address.
pub fn setup(account: &str, secret: &[u8]) -> Option<Setup> {
    let totp = totp(secret, account)?;
    let uri = totp.to_url().ok()?;
    let code = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::M).ok()?;
    let qr_svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(PICTURE_EDGE, PICTURE_EDGE)
        .dark_color(svg::Color("#10201e"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Some(Setup { secret_base32: totp.secret().to_base32(), uri, qr_svg })
}

/// The time step whose code this is, if it is one of now or of a step before or after.
pub fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.as_second()).ok()?;
    let step = totp(secret, "")?.check(code, seconds)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    let builder = Builder::new()
        .with_secret(TotpSecret::new(secret.into()))
        .with_skew(SKEW_STEPS)
        .with_account_name(account)
        .with_issuer(Some(ISSUER));
    builder.build().ok()
}

/// New recovery codes, such as `k7mp-29xw-qh4c-tz8n`.
pub fn new_recovery_codes() -> Result<Vec<String>, NoRandom> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut bytes = [0_u8; RECOVERY_LETTERS];
            getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
            let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
            let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
            Ok(groups.join("-"))
        })
        .collect()
}

/// What is kept of a recovery code; however it was typed. `None` if it cannot be one.
pub fn recovery_hash(typed: &str) -> Option<FileHash> {
    if typed.len() > 4 * RECOVERY_LETTERS {
        return None;
    }
    let kept: String =
        typed.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let is_one = kept.len() == RECOVERY_LETTERS && kept.bytes().all(|letter| LETTERS.contains(&letter));
    is_one.then(|| FileHash::of(format!("plumewatch recovery code 1\n{kept}").as_bytes()))
}

/// The code that a device shows at `now`: for tests, which have no device.
#[cfg(test)]
pub(crate) fn code_at(secret: &[u8], now: Timestamp) -> String {
    totp(secret, "").unwrap().generate(now.as_second() as u64).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B: the ASCII secret, SHA-1; the last six of the eight digits given there.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(secret, at(second)), code);
            assert_eq!(step_of(secret, code, at(second)), Some(second / 30));
        }
    }

    #[test]
    fn a_device_may_be_a_step_off_and_no_more() {
        let secret = new_secret().unwrap();
        let code = code_at(&secret, at(3_000_000));
        for (second, step) in
            [(-31, None), (-30, Some(100_000)), (0, Some(100_000)), (59, Some(100_000)), (60, None)]
        {
            assert_eq!(step_of(&secret, &code, at(3_000_000 + second)), step, "{second}");
        }
        assert_eq!(step_of(&secret, "12345", at(0)), None);
        assert_eq!(step_of(&secret, "１２３４５６", at(0)), None);
    }

    #[test]
    fn a_setup_is_told_by_text_and_picture() {
        let setup = setup("li.wei", b"12345678901234567890").unwrap();
        assert_eq!(setup.secret_base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(setup.uri.starts_with("otpauth://totp/Plumewatch:li.wei?"), "{}", setup.uri);
        assert!(setup.uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{}", setup.uri);
        assert!(setup.qr_svg.contains("<svg") && setup.qr_svg.contains("#10201e"));
    }

    #[test]
    fn recovery_codes_differ_and_are_read_however_they_are_typed() {
        let codes = new_recovery_codes().unwrap();
        let different: std::collections::HashSet<_> =
            codes.iter().filter_map(|code| recovery_hash(code)).collect();
        assert_eq!(different.len(), RECOVERY_CODES);
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed), recovery_hash(&codes[0]));
        assert_eq!(recovery_hash("123456"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,80}", digits in "[0-9]{0,12}") {
            let _ = recovery_hash(&text);
            let _ = step_of(b"12345678901234567890", &text, at(5));
            let _ = step_of(b"12345678901234567890", &digits, at(5));
        }
    }
}
