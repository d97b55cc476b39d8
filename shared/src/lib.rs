//! Plumewatch's vocabulary: quantities, plates, passages, rulebook, verdict, wire protocol. No I/O, no async, no clock.
