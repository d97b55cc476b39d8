//! Whatever a serial port may say: every driver, as `decode DRIVER` uses it.
#![no_main]

use edge_core::reader::decode::{Driver, decode_stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for driver in Driver::ALL {
        // A reading takes many bytes, so there are never more objects than bytes, and one that counts.
        assert!(decode_stream(driver, bytes).into_iter().count() <= bytes.len() + 1);
    }
});
