//! The checksum that all three makers use: a byte that makes the sum of all bytes a multiple of 256.

/// `frame` with its checksum.
pub(super) fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(checksum(&frame));
    frame
}

/// The byte that makes it whole.
pub(super) fn checksum(frame: &[u8]) -> u8 {
    sum(frame).wrapping_neg()
}

/// Do all bytes add up to nothing?
pub(super) fn holds(frame: &[u8]) -> bool {
    sum(frame) == 0
}

fn sum(frame: &[u8]) -> u8 {
    frame.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}
