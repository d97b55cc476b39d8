//! The roadside unit: readers, cameras, evidence, outbox, uplink, roadside page.
//!
//! In the data's order: [`config`] says which instruments there are, [`clock`] stamps, [`serial`] and [`camera`]
//! bring in bytes and pixels, [`evidence`] keeps pictures, [`record`] writes records into the [`outbox`], [`checks`]
//! those of heads' checks, [`uplink`] delivers both, [`watchlist`] and [`rulebooks`] are what comes back, [`desk`] leads the
//! test of a stopped vehicle, [`announce`] and [`roadside`] show all of it beside the road, [`health`]
//! says how it does, and [`unit`] puts the parts together. What is decided is decided in `edge-core`.

pub mod announce;
pub mod backoff;
pub mod camera;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod closing;
pub mod config;
pub mod desk;
pub mod durable;
pub mod evidence;
pub mod health;
pub mod herald;
pub mod lane;
pub mod outbox;
pub mod record;
pub mod roadside;
pub mod rulebooks;
pub mod serial;
pub mod unit;
pub mod uplink;
pub mod watchlist;
