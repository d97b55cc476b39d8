//! The golden vectors of `STANDARDS.md`, section 12: one test for each id, named by it, with the class of its source.
//!
//! | class | where the numbers come from |
//! |---|---|
//! | P | printed in a standard or publication |
//! | C | found in public code or data of deployed instruments |
//! | S | computed from a stated formula |
//!
//! | ids | file |
//! |---|---|
//! | 1 to 9, 17, 18, 26, 27 | [`figures`]: quantities, verdicts, statistics |
//! | 10 to 14 | [`bytes`]: what stands on the wires |
//! | 28 | [`plumes`]: which plumes may be believed |
//! | 19 | `edge/vision/src/smoke/opacity.rs`, beside the pixels it needs |
//! | 24 | the self-test of the smoke camera, `edge/vision/src/smoke` |
//!
//! 15, 16, 20 to 23 and 25 concern the record, the plates and the server, not measuring.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bytes;
mod figures;
mod plumes;
