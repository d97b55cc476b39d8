//! Ingest, store, broker, pages and documents.
//!
//! A passage's way through this crate: [`ingest`] takes the edges' messages from the broker, [`store`] keeps
//! them, [`counting`] makes candidates of them, [`evidence`] keeps their pictures, [`live`] tells open pages,
//! [`watchlist`] tells the edges. A failed or ordered vehicle's way is [`inspections`] and [`orders`]; [`findings`] is what
//! looks wrong at stations and shops. [`listings`] keeps carriers' shares and the blacklist, [`jobs`] does what a day that
//! passes makes right to do.

pub mod app;
pub mod audit_file;
pub mod auth;
pub mod casework;
pub mod cli;
pub mod config;
pub mod counting;
pub mod documents;
pub mod enrol;
pub mod evidence;
pub mod findings;
pub mod http;
pub mod ingest;
pub mod inspections;
pub mod jobs;
pub mod listings;
pub mod live;
pub mod metrics;
pub mod package;
pub mod orders;
pub mod pki;
pub mod store;
pub mod register;
pub mod rulebooks;
pub mod sheets;
pub mod watchlist;
pub mod web;
