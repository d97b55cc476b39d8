//! Ingest, store, broker, pages and documents.
//!
//! A passage's way through this crate: `ingest` takes the edges' messages from the broker, [`store`] keeps
//! them, `counting` makes candidates of them, `evidence` keeps their pictures, `live` tells open pages,
//! `watchlist` tells the edges.

pub mod store;
