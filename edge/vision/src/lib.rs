//! Pixels to plate sightings and smoke observations (OpenCV, rten).
//!
//! The way of a frame: a [`source`] gives it with the moment it had arrived, [`track`] follows the vehicles
//! through it and reads their [`plates`], [`smoke`] measures what comes out behind them, [`clip`] keeps what it
//! looked like, and the [`worker`],
//! which runs as a child process of the edge unit, writes what it found as messages to its parent.
//! [`picture`] and [`network`] are what all of them stand on; [`commands`] are the ones for a person.
//!
//! OpenCV is named in this crate only, rten in [`network`] only. OpenCV's `read()` may hang for ever and its
//! C++ may crash, which is why nothing but a child process may run [`worker::run_worker`].

pub mod picture;
pub mod network;
pub mod plates;
pub mod source;
pub mod smoke;
pub mod track;
pub mod clip;
pub mod worker;
pub mod self_test;
pub mod drawn;
pub mod commands;
pub mod bench;
