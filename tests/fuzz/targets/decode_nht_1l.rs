//! Driver `nht-1l`; see `decoder.rs`.
#![no_main]

mod decoder;

libfuzzer_sys::fuzz_target!(|input: &[u8]| decoder::check("nht-1l", input));
