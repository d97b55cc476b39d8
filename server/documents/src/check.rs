//! The check code of a paper: from all it says, so that a changed paper does not fit its code.
//!
//! Whoever holds a paper reads the code from the foot or the square and asks the office to print the record
//! again: the same record gives the same code. It is a sum, not a signature: who issued the paper is proved by
//! its seal and by the record in the server.

use qrcode::{Color, QrCode};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Bytes of the hash that are printed: 64 bits, four groups that a person can compare.
const PRINTED: usize = 8;

/// The code of a paper: `0123 4567 89AB CDEF`.
pub(crate) fn code(template: &str, paper: &Value) -> String {
    // serde_json's map is ordered, so a record has one writing.
    let digest = Sha256::digest(format!("plumewatch paper 1\n{template}\n{paper}").as_bytes());
    let hex = hex::encode_upper(&digest[..PRINTED]);
    let groups: Vec<&str> =
        hex.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// The square that says what the paper is, as an SVG picture; `None` if the names are longer than a square holds.
pub(crate) fn square(template: &str, record: &str, number: &str, code: &str) -> Option<String> {
    let code = code.replace(' ', "");
    let square = QrCode::new(format!("plumewatch {template} {record} {number} {code}")).ok()?;
    let (width, dark) = (square.width(), square.to_colors());
    let mut path = String::new();
    for (y, row) in dark.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                path += &format!("M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    // The quiet zone of four modules is the paper around it; one of ours keeps it off the text.
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 {0} {0}\"><path d=\"{path}\"/></svg>",
        width + 2
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_word_changes_the_code_and_the_same_paper_keeps_it() {
        let paper = json!({"number": "C1-N", "plate": "晋A12345"});
        let kept = code("notice", &paper);
        assert_eq!(kept.len(), 19);
        assert_eq!(
            kept,
            code("notice", &json!({"plate": "晋A12345", "number": "C1-N"})),
            "the order of fields is none"
        );
        assert_ne!(kept, code("notice", &json!({"number": "C1-N", "plate": "晋A12346"})));
        assert_ne!(kept, code("closing-letter", &paper));
    }

    #[test]
    fn the_square_has_a_finder_in_three_corners_and_too_long_a_name_has_none() {
        let svg = square("notice", "C00112233445566778899", "C00112233445566778899-N", "0123 4567 89AB CDEF")
            .unwrap();
        assert!(svg.contains("M0 0h7v1h-7z"), "{svg}");
        assert_eq!(square("notice", &"长".repeat(2_000), "", ""), None);
    }
}
