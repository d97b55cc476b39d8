//! Papers that leave the server: what the store knows, put into the structs of [`server_documents`] and printed.
//!
//! [`Printer`] holds the press and the letterheads. Each kind of paper has a file that fills it from rows, purely;
//! who may have it and which rows are read is the handler's (`http::api::papers`). What a paper says in words stands
//! in the template, in [`words`], or in the vocabulary.

pub mod closing_letter;
pub mod inspection_report;
pub mod listing_decision;
pub mod notice;
pub mod parties;
mod printer;
pub mod repair_order;
pub mod words;

pub use printer::{Paper, Printer};
