//! The roadside unit: readers, cameras, evidence, outbox, uplink, roadside page.

pub mod announce;
pub mod evidence;
pub mod health;
