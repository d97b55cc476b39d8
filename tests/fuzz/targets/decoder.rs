//! One driver of a serial line, fed bytes in pieces as a port gives them. One target for each driver, all of this shape:
//! what comes out must not hang on where the pieces end, and every byte is at most once rejected.

use edge_core::reader::decode::{Driver, StreamDecoder};
use serde_json::Value;

/// Everything that a driver makes of these pieces.
fn decoded<'a>(driver: Driver, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Value> {
    let mut decoder = StreamDecoder::new(driver);
    let mut objects = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(object) = decoder.next_object() {
            objects.push(object);
        }
    }
    objects.extend(decoder.finish());
    objects
}

/// Whole, byte by byte, and in pieces whose length the first byte says.
pub fn check(word: &str, input: &[u8]) {
    let driver: Driver = word.parse().expect("a driver's word");
    let Some((&length, bytes)) = input.split_first() else { return };
    let whole = decoded(driver, std::iter::once(bytes));
    let count = whole.last().expect("the last object counts");
    let rejected = count["rejected_bytes"].as_u64().expect("a number");
    assert!(rejected <= bytes.len() as u64);
    assert_eq!(count["readings"].as_u64(), Some(whole.len() as u64 - 1));
    for size in [1, usize::from(length) + 1] {
        assert_eq!(decoded(driver, bytes.chunks(size)), whole, "pieces of {size}");
    }
}
