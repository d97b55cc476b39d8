//! The link to the server: records and evidence up, receipts and the watchlist down.
//!
//! Capture never waits for it: [`pump`] takes what the outbox holds whenever the link stands. [`link`] alone
//! names rumqttc; [`identity`] is who we are, and [`enrol`] how we came to be it. A record is delivered when its
//! receipt has come, and by nothing else.

pub mod enrol;
pub mod identity;
pub mod link;
pub mod pump;
pub mod state;
