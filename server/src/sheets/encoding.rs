//! Which text a file's bytes are.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

use super::SheetError;

/// The text of a file: UTF-8 with or without its mark, UTF-16 with one (what Excel calls Unicode text), or GB18030, of
/// which GBK and GB2312 are parts. A byte that fits none of them refuses the file: no character is ever replaced.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => whole(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => whole(UTF_16BE, rest),
        _ if bytes.iter().take(1024).any(|&byte| byte == 0) => Err(SheetError::NotATable),
        _ => match utf8(bytes) {
            Ok(text) => Ok(text),
            // Chinese characters before the place where UTF-8 ends in the middle: it is UTF-8, cut off. Without any,
            // the last bytes may as well be the only character of a GBK file.
            Err(cut @ SheetError::Cut { .. }) if !ascii_before_last_character(bytes) => Err(cut),
            Err(wrong) => whole(GB18030, bytes).map_err(|_| wrong),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let line = line_at(bytes, error.valid_up_to());
        if error.error_len().is_none() { SheetError::Cut { line } } else { SheetError::Encoding { line } }
    })
}

fn whole<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, SheetError> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(SheetError::Encoding { line: 1 })
}

fn ascii_before_last_character(bytes: &[u8]) -> bool {
    // The longest character of UTF-8 has four bytes.
    bytes.len() <= 3 || bytes[..bytes.len() - 3].is_ascii()
}

/// The line of a place, from 1.
fn line_at(bytes: &[u8], place: usize) -> u32 {
    let before = bytes[..place].iter().filter(|&&byte| byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn every_usual_encoding_is_the_same_text() {
        let text = "车牌号,所有人\r\n晋A12345,㐂喜物流\r\n";
        let utf16: Vec<u8> =
            [0xfeffu16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            [0xfeffu16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in
            [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), gb(text), utf16, big]
        {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn what_is_cut_off_or_no_text_is_refused() {
        let text = "车牌号\n晋A12345".as_bytes();
        assert_eq!(decode(&text[..text.len() - 8]), Err(SheetError::Cut { line: 2 }));
        assert_eq!(decode(b"a,b\n\xff\xff,1"), Err(SheetError::Encoding { line: 2 }));
        assert_eq!(decode(b"\x7fELF\0\0\0"), Err(SheetError::NotATable));
        assert_eq!(
            decode(&gb("浜")).unwrap(),
            "浜",
            "two bytes that begin like UTF-8 and are a whole GBK character"
        );
    }

    proptest! {
        #[test]
        fn chinese_text_survives_both_encodings(text in "[a-z0-9,\\n一-龥]{0,80}") {
            prop_assert_eq!(decode(text.as_bytes()).unwrap(), text.as_str());
            // Few characters of GB18030 can look like UTF-8 by chance; a table's words are not among them.
            let table = format!("车牌号,燃料种类,辖区\n{text}");
            let bytes = gb(&table);
            prop_assert_eq!(decode(&bytes).unwrap(), table.as_str());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
