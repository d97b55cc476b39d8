//! Modbus-RTU frames: `address | function | … | CRC, low byte first`.

/// The longest frame of Modbus over a serial line, bytes.
pub const FRAME_MAX: usize = 256;

/// CRC-16/MODBUS: polynomial 0xA001 reflected, start 0xFFFF. It goes on the wire low byte first.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        let [high, low] = crc.to_be_bytes();
        u16::from(high) ^ STEPS[usize::from(low ^ byte)]
    })
}

/// What eight shifts make of each value of the lower byte.
static STEPS: [u16; 256] = {
    let (mut steps, mut byte) = ([0_u16; 256], 0);
    while byte < 256 {
        let (mut crc, mut bit) = (byte as u16, 0);
        while bit < 8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ 0xA001 };
            bit += 1;
        }
        steps[byte] = crc;
        byte += 1;
    }
    steps
};

/// `frame` with its checksum.
pub(super) fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    let crc = crc16(&frame);
    frame.extend_from_slice(&crc.to_le_bytes());
    frame
}

/// Does the frame end with its checksum?
pub(super) fn holds(frame: &[u8]) -> bool {
    frame.split_last_chunk::<2>().is_some_and(|(body, crc)| crc16(body) == u16::from_le_bytes(*crc))
}

/// The frame that asks for `count` registers from `first` on.
pub(super) fn request(address: u8, function: u8, first: u16, count: u16) -> Vec<u8> {
    let [first_high, first_low] = first.to_be_bytes();
    let [count_high, count_low] = count.to_be_bytes();
    sealed(vec![address, function, first_high, first_low, count_high, count_low])
}

/// A reply that is whole and says no, or not what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The station refuses; the code is the standard's (1 function, 2 address, 3 value, 4 device failure …).
    #[error("the weather station answers with exception {0}")]
    Exception(u8),
    /// Another station answered.
    #[error("station {0} answered, and it was not asked")]
    WrongAddress(u8),
    /// The reply holds another number of registers than were asked for.
    #[error("{found} registers came, {wanted} were asked for")]
    WrongCount {
        /// Asked for.
        wanted: u16,
        /// Came.
        found: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// STANDARDS.md 11.6; the third is the Modbus specification's own example.
    #[test]
    fn requests_are_the_published_frames() {
        assert_eq!(request(1, 3, 0, 2), [0x01, 0x03, 0, 0, 0, 2, 0xC4, 0x0B]);
        assert_eq!(request(1, 3, 0, 10), [0x01, 0x03, 0, 0, 0, 0x0A, 0xC5, 0xCD]);
        assert_eq!(request(0x11, 3, 0x6B, 3), [0x11, 0x03, 0, 0x6B, 0, 3, 0x76, 0x87]);
    }

    #[test]
    fn published_replies_hold_their_checksum_and_a_changed_one_does_not() {
        assert!(holds(&[0x01, 0x04, 0x02, 0xFF, 0xFF, 0xB8, 0x80]));
        assert!(holds(&[0x01, 0x03, 0x04, 0x01, 0x46, 0x01, 0x3B, 0x5A, 0x59]));
        assert!(!holds(&[0x01, 0x03, 0x04, 0x01, 0x47, 0x01, 0x3B, 0x5A, 0x59]));
        assert!(!holds(&[0x01]));
    }
}
