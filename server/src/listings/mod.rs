//! The blacklist of carriers, where the core's rules meet the store.
//!
//! What happens to a carrier comes in by [`keep`] (a case confirmed or void, a change of the register), by [`decide`] (an
//! authority's decision, the carrier's answer) and by [`ageing`] (days that pass); each brings the carrier's share to
//! today, takes its one step, and lets [`settle`] do what follows from the share alone. [`seen`] is what pages show of a
//! carrier, [`extract`] what the public may see.
//!
//! What must hold: all of it is one transaction with its audit rows, which the caller of [`keep`] writes last ([`Told`]);
//! a carrier is held (`hold_carrier`) before anything of it is read.

pub mod ageing;
pub mod decide;
pub mod extract;
pub mod keep;
pub mod seen;
mod settle;

pub use keep::{confirmed, fleet_changed, follow, import_applied, plates_changed, voided};

use jiff::Timestamp;
use server_core::audit::{Action, Entry};

use crate::store::{Stored, Writing};

/// What must follow in the audit, and whether edges must learn of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "the audit rows belong into the same transaction"]
pub struct Told {
    /// Rows of the audit, to be written last: whoever holds the audit's end waits for no carrier.
    pub entries: Vec<Entry>,
    /// May the watchlist have changed?
    pub watchlist: bool,
}

impl Told {
    /// Takes in what followed elsewhere.
    pub fn and(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.watchlist |= other.watchlist;
    }

    /// Writes the audit rows. The last thing before the commit.
    pub async fn write(self, writing: &mut Writing) -> Stored<bool> {
        for entry in self.entries {
            writing.append_audit(entry).await?;
        }
        Ok(self.watchlist)
    }

    fn say(
        &mut self,
        at: Timestamp,
        actor: &str,
        action: Action,
        subject: &str,
        reason: Option<String>,
        detail: String,
    ) {
        let (actor, subject) = (actor.to_owned(), subject.to_owned());
        self.entries.push(Entry { at, actor, action, subject, reason, detail });
    }
}

#[cfg(test)]
mod tests;
