//! Whatever a serial port may say: heads, weather stations, and the stream decoder of `decode DRIVER`.
#![no_main]

use edge_core::reader::decode::decode_stream;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for driver in ["remote-sensing", "weather"] {
        let driver = driver.parse().expect("the drivers there are");
        // A reading takes many bytes, so there are never more objects than bytes, and one that counts.
        assert!(decode_stream(driver, bytes).into_iter().count() <= bytes.len() + 1);
    }
});
