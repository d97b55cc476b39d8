//! Plates: from a picture to texts, colours, corners and an honest confidence.
//!
//! [`locate`] proposes places, [`quad`] makes them upright, the network ([`crate::network`]) says what stands
//! there, [`text`] holds that against the grammar, [`colour`] looks at the ground, and [`reader`] decides.

pub mod alphabet;
pub mod colour;
pub mod locate;
pub mod quad;
pub mod reader;
pub mod text;

pub use reader::{PlateRead, PlateReader, ReadError};
