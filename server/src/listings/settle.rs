//! Brings a carrier's share to a day, and does what follows from the share alone.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::ListingRulebook;
use plumewatch_shared::rulebook::listing::FleetDay;
use plumewatch_shared::time::law_place;
use server_core::listing::reconsider::Change;
use server_core::listing::{Assessment, Effect, ListingState, Share, Tally, Threshold, Window, reconsider};

use super::Told;
use crate::counting::SYSTEM;
use crate::rulebooks::Books;
use crate::store::{ListingRow, Reading, ShareRow, StoreError, Stored, Writing};

/// The legal day of an instant.
pub(super) fn legal_day(at: Timestamp) -> Date {
    law_place().to_datetime(at).date()
}

/// Holds a carrier and gives its share, brought to `today` by today's rule; a carrier that has none begins with its fleet.
pub(super) async fn bring_to(
    writing: &mut Writing,
    books: &Books,
    carrier: &str,
    now: Timestamp,
) -> Stored<ShareRow> {
    let today = legal_day(now);
    let kept = match writing.hold_carrier(carrier).await? {
        Some(kept) => kept,
        None => {
            let begun = begin(writing, books, carrier, today).await?;
            writing.begin_share(&begun, now).await?;
            // Another server may have begun it meanwhile: what it keeps is right.
            writing.hold_carrier(carrier).await?.ok_or(StoreError::Corrupt("carrier_shares"))?
        }
    };
    brought(writing, books, kept, today).await
}

/// A kept share as it is on `today`, by today's rule; nothing is changed.
pub(super) async fn brought(
    reading: &mut Reading,
    books: &Books,
    kept: ShareRow,
    today: Date,
) -> Stored<ShareRow> {
    let mut share = kept;
    let book = books.listing_rule(share.region, share.tally.day.max(today));
    if share.rulebook != book.id || share.rulebook_version != book.version {
        return recount(reading, &book, share, today).await;
    }
    let window = Window::from(&*book);
    let went_on = share.tally.day < today;
    if let Some(leaving) = share.tally.leaving(today, window) {
        let left = reading.vehicles_leaving(&share.carrier, leaving).await?;
        share.tally.advance(today, left);
    }
    // Nothing may have left; the day goes on all the same.
    share.tally.advance(today, 0);
    if went_on {
        share.tally.share.fleet = fleet(reading, &book, &share.carrier, share.tally.day).await?;
    }
    Ok(share)
}

/// A carrier's share of which nothing is kept yet.
pub(super) async fn begin(
    reading: &mut Reading,
    books: &Books,
    carrier: &str,
    today: Date,
) -> Stored<ShareRow> {
    let region = reading.carrier_name(carrier).await?.map_or(Region::COUNTRY, |(_, region)| region);
    let book = books.listing_rule(region, today);
    let fleet = fleet(reading, &book, carrier, today).await?;
    Ok(ShareRow {
        carrier: carrier.to_owned(),
        region,
        tally: Tally::new(today, fleet),
        reaches: false,
        due: None,
        rulebook: book.id.clone(),
        rulebook_version: book.version.clone(),
    })
}

/// Counts a carrier's share anew from its vehicles' newest exceedances: its rule has changed, or its region.
pub(super) async fn recount(
    reading: &mut Reading,
    book: &ListingRulebook,
    kept: ShareRow,
    today: Date,
) -> Stored<ShareRow> {
    let day = kept.tally.day.max(today);
    let fleet = fleet(reading, book, &kept.carrier, day).await?;
    let start = Window::from(book).start(day);
    let exceeding = reading.vehicles_counting(&kept.carrier, start).await?;
    let share = Share { exceeding, fleet };
    let (rulebook, rulebook_version) = (book.id.clone(), book.version.clone());
    Ok(ShareRow { tally: Tally { day, share }, rulebook, rulebook_version, ..kept })
}

/// How many vehicles the share is of, on the rule's day.
pub(super) async fn fleet(
    reading: &mut Reading,
    book: &ListingRulebook,
    carrier: &str,
    day: Date,
) -> Stored<u64> {
    let on = match book.fleet.counted_on {
        FleetDay::Assessed => day,
        FleetDay::NewestExceedance => {
            reading.last_exceedance(carrier).await?.map_or(day, |newest| newest.min(day))
        }
    };
    reading.fleet_size(carrier, on).await
}

/// What stands against a carrier, held against the rule.
pub(super) async fn assess(
    reading: &mut Reading,
    book: &ListingRulebook,
    share: &ShareRow,
) -> Stored<Assessment> {
    let today = share.tally.day;
    let reaches = share.tally.share.reaches(Threshold::from(book));
    let unweighed = reading.has_unweighed(&share.carrier, Window::from(book).start(today)).await?;
    Ok(Assessment { today, reaches, unweighed })
}

/// Does what follows from a carrier's share alone, and keeps the share. `why` goes into the audit.
pub(super) async fn settle(
    writing: &mut Writing,
    books: &Books,
    mut share: ShareRow,
    why: &str,
    now: Timestamp,
) -> Stored<Told> {
    let book = books.listing_rule(share.region, share.tally.day);
    let seen = assess(writing, &book, &share).await?;
    let mut told = Told::default();
    let mut open = writing.open_listing(&share.carrier).await?;
    // A change may make another one right, such as a proposal that falls away; it is at rest after two at most.
    while let Some(change) = reconsider(open.as_ref().map(|listing| listing.state), &seen) {
        open = follow(writing, &share, &book, open, change, why, now, &mut told).await?;
    }
    share.reaches = seen.reaches;
    share.due = due(writing, &book, &share, open.as_ref().map(|listing| listing.state)).await?;
    writing.set_share(&share, now).await?;
    Ok(told)
}

#[expect(
    clippy::too_many_arguments,
    reason = "the carrier as it is, what changes, and what the audit must say of it"
)]
async fn follow(
    writing: &mut Writing,
    share: &ShareRow,
    book: &ListingRulebook,
    open: Option<ListingRow>,
    change: Change,
    why: &str,
    now: Timestamp,
    told: &mut Told,
) -> Stored<Option<ListingRow>> {
    let carrier = &share.carrier;
    let detail = |state: ListingState| {
        let figures = share.tally.share;
        format!(
            "{carrier} {} {}/{} {}",
            state.word(),
            figures.exceeding,
            figures.fleet,
            share.rulebook_version
        )
    };
    match (change, open) {
        (Change::Propose, _) => {
            let id = writing.propose_listing(share, now).await?;
            writing.keep_grounds(&id, 0, carrier, Window::from(book).start(share.tally.day)).await?;
            let action = server_core::audit::Action::ListingProposed;
            let detail = detail(ListingState::Proposed);
            told.say(now, SYSTEM, action, id.as_str(), Some(why.to_owned()), detail);
            writing.open_listing(carrier).await
        }
        (Change::Happen(event), Some(listing)) => {
            let applied = listing.state.apply(event, share.reaches);
            let (state, effects) = applied.map_err(|_| StoreError::Corrupt("listings.state"))?;
            writing.set_listing_state(&listing.id, state, now).await?;
            for effect in effects {
                match effect {
                    Effect::Audit(action) => {
                        let (subject, reason) = (listing.id.as_str(), Some(why.to_owned()));
                        told.say(now, SYSTEM, action, subject, reason, detail(state));
                    }
                    Effect::RefreshWatchlist => told.watchlist = true,
                    // Only decisions keep grounds and weigh; nothing that happens by itself does.
                    Effect::KeepGrounds | Effect::Settle => {}
                }
            }
            Ok(Some(ListingRow { state, ..listing }).filter(|listing| !listing.state.has_ended()))
        }
        (Change::Happen(_), None) => Err(StoreError::Corrupt("listings")),
    }
}

/// The first day on which a carrier changes by itself: a vehicle ages out, the fleet changes, a listing begins or its term
/// ends.
async fn due(
    reading: &mut Reading,
    book: &ListingRulebook,
    share: &ShareRow,
    open: Option<ListingState>,
) -> Stored<Option<Date>> {
    let (today, window) = (share.tally.day, Window::from(book));
    let oldest = reading.newest_exceedances(&share.carrier, window.start(today), 1).await?;
    let ages_out = oldest.first().map(|day| window.ages_out(*day));
    let turn = match book.fleet.counted_on {
        FleetDay::Assessed => reading.next_fleet_turn(&share.carrier, today).await?,
        FleetDay::NewestExceedance => None,
    };
    let term = open.and_then(ListingState::term).map(|(from, until)| [from, until]).into_iter().flatten();
    Ok(ages_out.into_iter().chain(turn).chain(term.filter(|day| today < *day)).min())
}
