//! What is known of vehicles, carriers, inspection stations and repair shops, and since when.
//!
//! A plate is never trusted alone: it is held by a vehicle for a while ([`span`]), a vehicle is known by its VIN
//! ([`vin`]) and by facts that say where they come from ([`vehicle`]), and what a camera saw is held against what is
//! registered ([`mismatch()`]). A carrier's fleet is what it was on each day.
//!
//! Tables come in by rows ([`columns`] names what they may hold): [`vehicle_row`] and [`organisation`] read one row and
//! refuse what is wrong with it alone; [`book`] holds what is registered of everything the rows touch, takes them one
//! by one and says of each what it changes or why it cannot be. Nothing here touches the store: a preview is a book
//! that was filled and never written.

pub mod book;
pub mod code;
pub mod columns;
pub mod life;
pub mod mismatch;
pub mod organisation;
pub mod span;
pub mod vehicle;
pub mod vehicle_row;
pub mod vin;
pub mod word;

pub use code::CarrierCode;
pub use mismatch::{Mismatch, Registered, Seen, mismatch};
pub use vehicle::{Facts, PlateKey, Stage, VehicleId};
pub use vin::Vin;
