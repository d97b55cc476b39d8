//! The blacklist of carriers: whose fleet is dirty, who says so, and how a carrier comes off it.
//!
//! Reading order: [`window`] says for how long an exceedance counts, [`share`] is exceeding vehicles ÷ fleet held
//! against the rule, [`tally`] keeps it up one event at a time, [`outlook`] says what would change it, [`state`] is the
//! listing's state machine, [`reconsider`] says what a share makes of it by itself, [`terms`] holds an authority's
//! decision against the rule, [`over_time`] draws the share through the years, [`publish`] says what of a carrier is public,
//! [`explain`] says it all in words.
//!
//! What must hold: nobody is listed or delisted but by an authority; the share after any sequence of events, in any
//! order, with repetitions, is what a count from nothing gives (`tests.rs` here, and the store's contract).

pub mod explain;
pub mod outlook;
pub mod over_time;
pub mod publish;
pub mod reconsider;
pub mod share;
pub mod state;
pub mod tally;
pub mod terms;
pub mod window;

pub use outlook::Outlook;
pub use reconsider::{Assessment, reconsider};
pub use share::{Share, Threshold};
pub use state::{Effect, Event, Ground, ListingId, ListingState, Refusal};
pub use tally::{Tally, newest};
pub use terms::{Terms, TermsRefusal};
pub use window::Window;

#[cfg(test)]
mod tests;
