//! An authority's decision on a listing, and the carrier's answer: each one transaction with its audit rows.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use server_core::audit::Action;
use server_core::listing::{Effect, Event, ListingId, Refusal, Terms, TermsRefusal, Window};
use server_core::review::Reason;

use super::Told;
use super::settle::{assess, bring_to, legal_day, settle};
use crate::rulebooks::Books;
use crate::store::{ListingRow, Store, StoreError};

/// The longest answer of a carrier, characters: two pages; the paper itself stays in the file.
pub const ANSWER_MAX: usize = 4_000;

/// What an authority decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The carrier is listed.
    List(Terms),
    /// It is not.
    Decline,
    /// The listing goes on until a day, by a document.
    Renew {
        /// First day on which it holds no more.
        until: Date,
        /// The document.
        notice: String,
    },
    /// The carrier is taken off the list.
    Delist,
}

/// It cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is none of this name in the account's region.
    #[error("there is no such listing")]
    Unknown,
    /// The rules of listings refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rule's term refuses it.
    #[error(transparent)]
    Terms(#[from] TermsRefusal),
    /// An answer is empty, too long, or of a day to come.
    #[error("an answer has 1 to {ANSWER_MAX} characters and was received on a day up to today")]
    Answer,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes an authority's decision. The carrier's share is brought to today first: a proposal that fell away overnight cannot
/// be decided any more.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the decision, and there is one caller")]
pub async fn decide(
    store: &Store,
    books: &Books,
    scope: Region,
    id: &ListingId,
    decision: Decision,
    by: &str,
    reason: &Reason,
    now: Timestamp,
) -> Result<bool, DecideError> {
    let mut writing = store.writing().await?;
    let carrier = writing.listing(id, scope).await?.ok_or(DecideError::Unknown)?.carrier;
    let share = bring_to(&mut writing, books, &carrier, now).await?;
    let mut told =
        settle(&mut writing, books, share, "决定前核对 / looked at before a decision", now).await?;
    let share = writing.carrier_share(&carrier).await?.ok_or(StoreError::Corrupt("carrier_shares"))?;
    let listing = writing.listing(id, scope).await?.ok_or(DecideError::Unknown)?;
    let today = legal_day(now);
    let book = books.listing_rule(share.region, today);
    let seen = assess(&mut writing, &book, &share).await?;

    let terms = match &decision {
        Decision::List(terms) => Some(terms.clone()),
        // A renewed listing goes on from today; its term is counted from now.
        Decision::Renew { until, notice } => {
            Some(Terms { from: today, until: *until, notice: notice.clone() })
        }
        Decision::Decline | Decision::Delist => None,
    };
    let event = match &decision {
        Decision::List(terms) => Event::List { from: terms.from, until: terms.until },
        Decision::Decline => Event::Decline,
        Decision::Renew { until, .. } => Event::Renew { until: *until },
        Decision::Delist => Event::Delist,
    };
    let applied = listing.state.apply(event, seen.reaches);
    let (state, effects) = match applied {
        Ok(applied) => applied,
        Err(refusal) => {
            // What the look at today brought is right, whatever becomes of the decision.
            told.write(&mut writing).await?;
            writing.commit().await?;
            return Err(refusal.into());
        }
    };
    if let Some(terms) = &terms {
        terms.check(today, &book)?;
    }
    let word = event.decision().expect("these four are an authority's");
    let number = writing.keep_decision(id, word, terms.as_ref(), &share, by, reason.as_str(), now).await?;
    writing.set_listing_state(id, state, now).await?;
    for effect in effects {
        match effect {
            Effect::Audit(action) => {
                let detail = detail(&listing, &share.tally.share, terms.as_ref());
                told.say(now, by, action, id.as_str(), Some(reason.as_str().to_owned()), detail);
            }
            Effect::KeepGrounds => {
                let start = Window::from(&*book).start(today);
                writing.keep_grounds(id, number, &carrier, start).await?;
            }
            Effect::Settle => writing.weigh_exceedances(&carrier, id).await?,
            Effect::RefreshWatchlist => told.watchlist = true,
        }
    }
    told.and(settle(&mut writing, books, share, "决定之后 / after a decision", now).await?);
    let watchlist = told.write(&mut writing).await?;
    writing.commit().await?;
    Ok(watchlist)
}

fn detail(listing: &ListingRow, share: &server_core::listing::Share, terms: Option<&Terms>) -> String {
    let figures = format!("{} {}/{}", listing.carrier, share.exceeding, share.fleet);
    match terms {
        Some(terms) => format!("{figures} {} {} {}", terms.from, terms.until, terms.notice.trim()),
        None => figures,
    }
}

/// Enters what the carrier answered, on which day it came. It may answer at any time, and nothing changes by it alone.
pub async fn answer(
    store: &Store,
    scope: Region,
    id: &ListingId,
    received: Date,
    text: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), DecideError> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=ANSWER_MAX).contains(&length) || legal_day(now) < received {
        return Err(DecideError::Answer);
    }
    let mut writing = store.writing().await?;
    let listing = writing.listing(id, scope).await?.ok_or(DecideError::Unknown)?;
    if received < listing.proposed {
        return Err(DecideError::Answer);
    }
    let (_, effects) = listing.state.apply(Event::Answer, false)?;
    writing.keep_listing_answer(id, received, text, by, now).await?;
    let mut told = Told::default();
    for effect in effects {
        if let Effect::Audit(action @ Action::CarrierAnswered) = effect {
            told.say(now, by, action, id.as_str(), None, format!("{} {received}", listing.carrier));
        }
    }
    told.write(&mut writing).await?;
    writing.commit().await?;
    Ok(())
}
