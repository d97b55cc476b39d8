//! The traffic of a made-up road: which vehicles pass, when, how fast and how dirty. All of it follows from a seed.
//!
//! What an instrument or a camera makes of it is theirs ([`instrument`](crate::instrument),
//! [`camera`](crate::camera)); what it truly was is kept apart as [`Truth`], which no program under test reads.

mod plates;
mod recorded;
mod traffic;
mod truth;
mod vehicle;

pub use plates::{any_plate, two_row_plate};
pub use recorded::{Recorded, recorded};
pub use traffic::{Passing, Traffic, TrafficPlan};
pub use truth::{Truth, TruthLog, TruthOrigin, read_truth};
pub use vehicle::{Body, Engine, MountedPlate, Vehicle};
