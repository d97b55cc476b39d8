//! What the server decides: counting, review, case, audit. No I/O, no async, no clock.
