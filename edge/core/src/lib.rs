//! What an edge unit decides: byte protocols, validity, matching, delivery. No I/O, no async, no clock.
