//! What an edge unit decides, without touching the world: bytes into readings, readings and sightings into
//! passages, records into an order of sending, facts into a state of health.
//!
//! Read in this order. [`reader`] turns a serial port's bytes into readings; [`calibration`] remembers how the checks
//! of heads came out; [`matching`] puts what belongs to one vehicle together; [`delivery`] says what to send next;
//! [`retention`] says what to give up when the disk is full; [`roadside_test`] leads the test of a vehicle that was
//! stopped; [`health`] and [`clock`] say how the unit does.
//!
//! Nothing here opens, waits, reads a clock or rolls dice. Machines take inputs by `on_*`, give outputs by
//! `next_*` and say by `wake_at` when they want to be told the time again.

pub mod calibration;
pub mod clock;
pub mod delivery;
pub mod health;
pub mod matching;
pub mod plume;
pub mod reader;
pub mod retention;
pub mod roadside_test;
