//! The whole, seen from outside: a simulated checkpoint, and a world of real programs to run against it.
//!
//! In reading order: [`dice`] (seeds), the traffic on the [`road`], what the [`instrument`]s and [`camera`]s make
//! of it, the programs that [`drive`] it, [`replay`] real pictures and [`compare`] what came out with the truth,
//! and the [`world`] for scenarios; a [`clerk`] for the demonstration. Programs under test get bytes on a serial line and pictures in a folder, and
//! nothing else.

pub mod camera;
pub mod clerk;
pub mod compare;
pub mod dice;
pub mod drive;
pub mod instrument;
pub mod replay;
pub mod road;
pub mod world;
