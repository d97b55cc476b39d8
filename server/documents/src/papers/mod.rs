//! The five papers, one file each, and a sample of each.

pub(crate) mod closing_letter;
pub(crate) mod inspection_report;
pub(crate) mod listing_decision;
pub(crate) mod notice;
pub(crate) mod repair_order;
pub mod samples;
