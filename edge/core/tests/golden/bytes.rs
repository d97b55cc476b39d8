//! Checksums and frames as their makers and standards print them.

use edge_core::reader::ak::{FunctionCode, question};
use edge_core::reader::nmea::{self, NmeaWord, Position};
use edge_core::reader::opacimeter::{MeterProtocol, MeterRequest, checksum};
use edge_core::reader::weather::crc16;
use plumewatch_shared::units::{Bearing, Speed};

/// Class C: a public driver of the MQY-200 prints these requests (STANDARDS.md 11.3).
#[test]
fn vector_10_checksum_of_nht_and_mqy() {
    for (frame, sum) in [(&[0xA0, 0x01][..], 0x5F), (&[0xA2], 0x5E), (&[0xA6], 0x5A)] {
        assert_eq!(checksum(frame), sum, "{frame:02X?}");
    }
    use MeterRequest::{Sample, State, Zero};
    let asked = |protocol: MeterProtocol| [State, Sample, Zero].map(|request| protocol.driver().ask(request));
    assert_eq!(asked(MeterProtocol::Nht1l), [[0xAD, 0x53], [0xA5, 0x5B], [0xA4, 0x5C]]);
    assert_eq!(asked(MeterProtocol::Mqy200), [[0xA1, 0x5F], [0xA6, 0x5A], [0xA2, 0x5E]]);
    // The rest of the NHT-1L's table: each with its checksum adds up to nothing (STANDARDS.md 11.2).
    for (command, sum) in [(0xA7, 0x59), (0xAE, 0x52), (0xAF, 0x51), (0xB0, 0x50), (0xB1, 0x4F)] {
        assert_eq!(checksum(&[command]), sum, "{command:02X}");
    }
}

/// Class C: a public driver of the FTY-100 (STANDARDS.md 11.4).
#[test]
fn vector_11_checksum_of_fty() {
    for (request, command, sum) in
        [(MeterRequest::State, 1, 0xA9), (MeterRequest::Sample, 2, 0xA8), (MeterRequest::Zero, 5, 0xA5)]
    {
        let frame = [0x66, 0x74, 0x79, 0x01, 0x02, command];
        assert_eq!(checksum(&frame), sum);
        assert_eq!(MeterProtocol::Fty100.driver().ask(request), [&frame[..], &[sum]].concat());
    }
}

/// Class P: the Modbus specification's own example (STANDARDS.md 11.6); the others are of the field's manuals.
#[test]
fn vector_12_modbus_crc() {
    assert_eq!(crc16(&[0x11, 0x03, 0x00, 0x6B, 0x00, 0x03]).to_le_bytes(), [0x76, 0x87]);
    assert_eq!(crc16(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x02]).to_le_bytes(), [0xC4, 0x0B]);
    assert_eq!(crc16(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x0A]).to_le_bytes(), [0xC5, 0xCD]);
    assert_eq!(crc16(&[0x01, 0x04, 0x02, 0xFF, 0xFF]).to_le_bytes(), [0xB8, 0x80]);
}

/// Class P: the sentences that books on NMEA 0183 print, checksums recomputed (STANDARDS.md 11.7).
#[test]
fn vector_13_nmea() {
    let time = |text: &str| NmeaWord::Time(text.parse().unwrap());
    let place = |latitude_microdegrees, longitude_microdegrees, altitude_cm| {
        NmeaWord::Position(Position { latitude_microdegrees, longitude_microdegrees, altitude_cm })
    };
    let wind = NmeaWord::Wind { speed: Speed { mm_s: 28 }, from: Some(Bearing { degrees: 215 }) };
    let table = [
        (
            "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47",
            vec![place(48_117_300, 11_516_667, Some(54_540))],
        ),
        (
            "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A",
            vec![time("1994-03-23T12:35:19Z"), place(48_117_300, 11_516_667, None)],
        ),
        (
            "$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62",
            vec![time("1998-09-13T08:18:36Z"), place(-37_860_833, 145_122_667, None)],
        ),
        ("$WIMWV,214.8,R,0.1,K,A*28", vec![wind]),
    ];
    for (sentence, wanted) in table {
        let mut decoder = nmea::Decoder::default();
        decoder.push(sentence.as_bytes());
        let words: Vec<NmeaWord> = std::iter::from_fn(|| decoder.next_word()).collect();
        assert_eq!((words, decoder.rejected_bytes()), (wanted, 0), "{sentence}");
    }
}

/// Class C: the comment of a public AK parser (STANDARDS.md 11.1).
#[test]
fn vector_14_ak_frame() {
    let state = [0x02, 0x20, 0x41, 0x53, 0x54, 0x5A, 0x20, 0x4B, 0x30, 0x03];
    assert_eq!(question(FunctionCode::STATE, 0, &[]), state);
    let concentrations = [0x02, 0x20, 0x41, 0x4B, 0x4F, 0x4E, 0x20, 0x4B, 0x30, 0x03];
    assert_eq!(question(FunctionCode::CONCENTRATIONS, 0, &[]), concentrations);
}
