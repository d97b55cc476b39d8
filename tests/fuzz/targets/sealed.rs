//! Envelopes and chunks, as they come from MQTT.
#![no_main]

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use plumewatch_shared::protocol::{chunk::Chunk, seal::{Purpose, Sealed}};

fuzz_target!(|payload: &[u8]| {
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    for purpose in [Purpose::Record, Purpose::Watchlist] {
        assert!(Sealed::open(purpose, payload, &key).is_err(), "nobody can guess a signature");
    }
    if let Ok(chunk) = Chunk::decode(payload) {
        assert_eq!(chunk.encode(), payload);
    }
});
