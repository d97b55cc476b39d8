//! What pages show of a carrier: its share today, the rule, what would change it, and its share through two years.

use jiff::ToSpan;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::language::Bilingual;
use plumewatch_shared::rulebook::ListingRulebook;
use plumewatch_shared::rulebook::listing::FleetDay;
use server_core::listing::outlook::days_needed;
use server_core::listing::over_time::{Step, over_time};
use server_core::listing::{Outlook, Share, Threshold, Window, explain, outlook::outlook};

use super::settle::{begin, brought};
use crate::rulebooks::Books;
use crate::store::{ExceedanceRow, Reading, Stored};

/// Months that a share is drawn back through: two windows, so that what aged out is seen to.
const DRAWN_MONTHS: i64 = 24;

/// Exceedances that are drawn: as [`GROUNDS_MAX`](crate::store::GROUNDS_MAX), over both windows with room.
const DRAWN_MAX: u32 = 10_000;

/// A carrier as it is today.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its code.
    pub carrier: String,
    /// Its name in the register; its code where the register does not know it.
    pub name: String,
    /// Where it is registered.
    pub region: Region,
    /// The day.
    pub today: Date,
    /// The first day whose exceedances count.
    pub window_start: Date,
    /// Its share.
    pub share: Share,
    /// So many exceeding vehicles would reach the rule.
    pub least: Option<u64>,
    /// The rule.
    pub book: ListingRulebook,
    /// What would change it.
    pub outlook: Outlook,
    /// The share in words, with clause.
    pub grounds: Bilingual,
    /// The share through two years.
    pub steps: Vec<Step>,
    /// Exceedances that count now, or did and were taken back, oldest first.
    pub exceedances: Vec<ExceedanceRow>,
}

/// A carrier of the register, or one against which something ever stood; `None` otherwise.
pub async fn carrier(reading: &mut Reading, books: &Books, code: &str, today: Date) -> Stored<Option<Seen>> {
    let known = reading.carrier_name(code).await?;
    let kept = reading.carrier_share(code).await?;
    let row = match (kept, &known) {
        (Some(kept), _) => brought(reading, books, kept, today).await?,
        (None, Some(_)) => begin(reading, books, code, today).await?,
        (None, None) => return Ok(None),
    };
    let book = books.listing_rule(row.region, row.tally.day);
    let (threshold, window, share) = (Threshold::from(&*book), Window::from(&*book), row.tally.share);
    let window_start = window.start(today);
    let newest = reading.newest_exceedances(code, window_start, days_needed(share, threshold)).await?;
    let drawn_from = today.checked_sub(DRAWN_MONTHS.months()).unwrap_or(Date::MIN);
    let all = reading.carrier_exceedances(code, window.start(drawn_from), DRAWN_MAX).await?;
    let steps = match book.fleet.counted_on {
        FleetDay::Assessed => {
            let turns = reading.fleet_turns(code).await?;
            over_time(standing(&all), turns, window, drawn_from, today)
        }
        // The fleet of one day, whatever came after: it is drawn as it is held against the rule today.
        FleetDay::NewestExceedance => {
            over_time(standing(&all), [(Date::MIN, share.fleet)], window, drawn_from, today)
        }
    };
    Ok(Some(Seen {
        carrier: code.to_owned(),
        name: known.map_or_else(|| code.to_owned(), |(name, _)| name),
        region: row.region,
        today,
        window_start,
        share,
        least: threshold.least(share.fleet),
        outlook: outlook(share, threshold, window, &newest),
        grounds: explain::grounds(share, today, &book),
        steps,
        exceedances: all.into_iter().filter(|row| window_start <= row.day).collect(),
        book: (*book).clone(),
    }))
}

fn standing(all: &[ExceedanceRow]) -> impl Iterator<Item = (String, Date)> {
    let standing = all.iter().filter(|row| row.standing);
    standing.filter_map(|row| Some((row.vehicle.clone()?, row.day)))
}
