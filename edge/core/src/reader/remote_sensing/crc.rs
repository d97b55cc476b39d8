//! The checksum of a PWRS line.

/// CRC-16/IBM-3740, also called CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected, no final
/// XOR. The check value of `123456789` is 0x29B1.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        let [high, low] = crc.to_be_bytes();
        (u16::from(low) << 8) ^ STEPS[usize::from(high ^ byte)]
    })
}

/// What eight shifts make of each value of the upper byte.
static STEPS: [u16; 256] = {
    let (mut steps, mut byte) = ([0_u16; 256], 0);
    while byte < 256 {
        let (mut crc, mut bit) = ((byte as u16) << 8, 0);
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        steps[byte] = crc;
        byte += 1;
    }
    steps
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_has_its_published_check_value() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        assert_eq!(crc16(b""), 0xFFFF);
    }
}
