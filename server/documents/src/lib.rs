//! Papers that leave the server, as PDF in Chinese with English.
//!
//! A paper's way: whoever owns the facts fills one of the structs ([`Notice`], [`RepairOrder`],
//! [`InspectionReport`], [`ListingDecision`], [`ClosingLetter`]); [`Press::pdf`] turns it into data, makes every
//! text of it showable ([`legible`]), gives it a check code ([`check`]) and sets it with a template
//! ([`templates`]) in the fonts of the machine ([`fonts`]).
//!
//! What must hold: a value is *data* to the template and never markup, whatever it holds; the same record gives
//! the same bytes; a text that cannot be shown as it is shows what it is. This crate knows nothing of stores,
//! routes or accounts, and is the only one that knows typst.

mod check;
pub mod fonts;
mod legible;
mod papers;
mod parts;
mod press;
mod sheet;
pub mod templates;

pub use papers::closing_letter::ClosingLetter;
pub use papers::inspection_report::{InspectionReport, Series};
pub use papers::listing_decision::{ExceedingVehicle, Kind, ListingDecision, Share, Term};
pub use papers::notice::{Notice, Service};
pub use papers::repair_order::RepairOrder;
pub use papers::samples;
pub use parts::{Day, Head, Measured, Observation, Organisation, Vehicle};
pub use plumewatch_shared::language::Bilingual;
pub use press::{DocumentError, Press, PressPlan};

/// A paper: data for the template of its name.
pub trait Document: serde::Serialize {
    /// The template's file name without its ending, such as `notice`.
    const TEMPLATE: &'static str;

    /// What every paper says of itself.
    fn head(&self) -> &Head;
}
