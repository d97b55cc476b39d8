//! The whole, seen from outside: a simulated checkpoint, and a world of real programs to run against it.
//!
//! In reading order: [`dice`] (seeds), the traffic on the [`road`], what the [`instrument`]s and [`camera`]s make
//! of it. Programs under test get bytes on a serial line and pictures in a folder, and nothing else.

pub mod camera;
pub mod dice;
pub mod instrument;
pub mod road;
