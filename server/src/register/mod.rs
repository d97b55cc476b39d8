//! Imports of the register: a file or rows become a preview that says row by row what would change, and a preview is
//! applied whole or not at all.
//!
//! [`preview`] reads what is registered in small steps and keeps what it would write beside; [`apply`] writes that in
//! one short transaction, if the register is still the one that was looked at and nothing was refused. What a row may
//! say and change is `server_core::register`'s. [`template`] makes the files that people begin with.

mod apply;
mod error;
mod outcome;
mod preview;
mod template;

#[cfg(test)]
mod tests;

pub use apply::{Applied, apply, discard};
pub use error::ImportError;
pub use outcome::{ToldRow, WireChange, WireRefusal};
pub use preview::{Progress, Upload, preview};
pub use template::{Template, template};
