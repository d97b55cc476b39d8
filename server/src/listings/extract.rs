//! The public extract: which carriers are listed, without personal data, as JSON and as a spreadsheet.
//!
//! It holds no plate, no person, no reason (a text that a person wrote), and no name of a carrier that may be a person. It is
//! made at most once in [`FRESH`] whatever is asked, and a budget of answers bounds what strangers can cost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::{FileHash, Region};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Serialize;
use server_core::listing::publish::name_is_public;
use utoipa::ToSchema;

use super::settle::legal_day;
use crate::store::{ListingRow, Store, StoreError};

/// So long an extract is given out before it is made anew: a decision is public within a minute.
pub const FRESH: Duration = Duration::from_secs(60);

/// Answers to strangers at once; as many come back in [`REFILL`]. A page of the public takes two.
pub const BURST: u32 = 200;

/// How long an empty budget takes to be full again.
pub const REFILL: Duration = Duration::from_secs(10);

/// One listed carrier, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicListing {
    /// The carrier's unified social credit code, or a local code.
    #[schema(example = "91350100M000100Y43")]
    pub carrier: String,
    /// Its name; null where it may be a person's.
    #[schema(example = "太原远运物流有限公司")]
    pub name: Option<String>,
    /// Where it is registered (GB/T 2260).
    #[schema(example = "140100")]
    pub region: String,
    /// First day of the listing.
    #[schema(example = "2026-12-01")]
    pub from_day: String,
    /// First day on which it holds no more.
    #[schema(example = "2027-12-01")]
    pub until_day: String,
    /// Distinct vehicles that exceeded, at the decision.
    #[schema(example = 3)]
    pub exceeding: u64,
    /// Vehicles of the carrier, at the decision.
    #[schema(example = 24)]
    pub fleet: u64,
    /// Exceeding ÷ fleet, hundredths of a percent, cut.
    #[schema(example = 1250)]
    pub share_hundredths: Option<u64>,
    /// The document of the decision.
    #[schema(example = "晋交罚告〔2026〕12号")]
    pub notice: Option<String>,
    /// The act.
    #[schema(example = "环大气〔2018〕179号")]
    pub rulebook: String,
    /// The edition of the act.
    #[schema(example = "2018-12-30.1")]
    pub rulebook_version: String,
}

/// The public extract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicListings {
    /// The legal day that it is of.
    #[schema(example = "2026-11-27")]
    pub day: String,
    /// Listings that bind on that day, by region and carrier.
    pub listings: Vec<PublicListing>,
}

impl From<ListingRow> for PublicListing {
    fn from(row: ListingRow) -> Self {
        let (from, until) = row.state.term().unzip();
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        Self {
            name: name_is_public(&row.carrier).then_some(row.name),
            carrier: row.carrier,
            region: row.region.to_string(),
            from_day: day(from),
            until_day: day(until),
            exceeding: row.share.exceeding,
            fleet: row.share.fleet,
            share_hundredths: row.share.hundredths_of_percent(),
            notice: row.notice,
            rulebook: row.rulebook,
            rulebook_version: row.rulebook_version,
        }
    }
}

/// An extract as it is given out.
#[derive(Clone, Debug)]
pub struct Extract {
    /// What it says.
    pub listings: PublicListings,
    /// The same as JSON.
    pub json: String,
    /// The same as a spreadsheet.
    pub xlsx: Vec<u8>,
    /// Names its content, for caches.
    pub tag: String,
    made: Timestamp,
}

/// It cannot be given out.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// Strangers have asked too often; come again after this.
    #[error("too many answers were asked for at once")]
    Wait(Duration),
    /// The spreadsheet cannot be written.
    #[error("the spreadsheet of listings cannot be written")]
    Sheet(#[from] XlsxError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The extract that is given out now, and what is left of the budget.
#[derive(Debug)]
pub struct Shelf {
    held: Mutex<Option<Arc<Extract>>>,
    budget: Mutex<(Timestamp, u64)>,
}

impl Default for Shelf {
    fn default() -> Self {
        let full = (Timestamp::MIN, u64::from(BURST) * REFILL.as_micros() as u64);
        Self { held: Mutex::default(), budget: Mutex::new(full) }
    }
}

impl Shelf {
    /// The extract, at most [`FRESH`] old.
    pub async fn extract(&self, store: &Store, now: Timestamp) -> Result<Arc<Extract>, ExtractError> {
        self.pay(now)?;
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = |held: &Arc<Extract>| {
            now.duration_since(held.made).unsigned_abs() < FRESH
                && held.listings.day == legal_day(now).to_string()
        };
        if let Some(held) = held.filter(fresh) {
            return Ok(held);
        }
        let made = Arc::new(make(store, now).await?);
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Takes one answer from the budget. It is counted in microseconds of [`REFILL`], [`BURST`] answers' worth.
    fn pay(&self, now: Timestamp) -> Result<(), ExtractError> {
        let price = REFILL.as_micros() as u64;
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, left) = *budget;
        let passed = u64::try_from(now.duration_since(last).as_micros()).unwrap_or(0);
        let full = price * u64::from(BURST);
        let left = left.saturating_add(passed.saturating_mul(u64::from(BURST))).min(full);
        let now = now.max(last);
        match left.checked_sub(price) {
            Some(rest) => {
                *budget = (now, rest);
                Ok(())
            }
            None => {
                *budget = (now, left);
                Err(ExtractError::Wait(Duration::from_micros((price - left).div_ceil(u64::from(BURST)))))
            }
        }
    }
}

async fn make(store: &Store, now: Timestamp) -> Result<Extract, ExtractError> {
    let today = legal_day(now);
    let rows = store.reading().await?.listings_in_force(Region::COUNTRY, today).await?;
    let listings = PublicListings {
        day: today.to_string(),
        listings: rows.into_iter().map(PublicListing::from).collect(),
    };
    let json = serde_json::to_string(&listings).expect("strings and numbers serialise");
    let tag = format!("\"{}\"", &FileHash::of(json.as_bytes()).to_string()[..32]);
    let xlsx = sheet(&listings)?;
    Ok(Extract { listings, json, xlsx, tag, made: now })
}

/// Columns of the spreadsheet: heading in both languages, and width in characters.
const COLUMNS: [(&str, f64); 11] = [
    ("统一社会信用代码 / Credit code", 24.0),
    ("企业名称 / Carrier", 34.0),
    ("行政区划 / Region", 12.0),
    ("列入日期 / Listed from", 14.0),
    ("截止日期（不含） / Until before", 16.0),
    ("超标车辆数 / Exceeding", 12.0),
    ("车辆总数 / Fleet", 12.0),
    ("超标比例（%） / Share (%)", 14.0),
    ("文书编号 / Document", 26.0),
    ("依据 / Act", 24.0),
    ("规则版本 / Edition", 20.0),
];

fn sheet(listings: &PublicListings) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, share) = (Format::new().set_bold().set_text_wrap(), Format::new().set_num_format("0.00"));
    let sheet = book.add_worksheet();
    sheet.set_name(format!("黑名单 {}", listings.day))?;
    for (column, (heading, width)) in (0u16..).zip(COLUMNS) {
        sheet.write_with_format(0, column, heading, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, listing) in (1u32..).zip(&listings.listings) {
        let texts = [
            (0, listing.carrier.as_str()),
            (1, listing.name.as_deref().unwrap_or("（不公开 / not public）")),
            (2, &listing.region),
            (3, &listing.from_day),
            (4, &listing.until_day),
            (8, listing.notice.as_deref().unwrap_or_default()),
            (9, &listing.rulebook),
            (10, &listing.rulebook_version),
        ];
        for (column, text) in texts {
            // As text, whatever it begins with: no cell of ours is ever a formula.
            sheet.write_string(row, column, text)?;
        }
        sheet.write_number(row, 5, listing.exceeding as f64)?;
        sheet.write_number(row, 6, listing.fleet as f64)?;
        if let Some(hundredths) = listing.share_hundredths {
            sheet.write_number_with_format(row, 7, hundredths as f64 / 100.0, &share)?;
        }
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::now;

    #[test]
    fn strangers_have_a_budget_that_comes_back() {
        let shelf = Shelf::default();
        for _ in 0..BURST {
            shelf.pay(now()).unwrap();
        }
        let Err(ExtractError::Wait(wait)) = shelf.pay(now()) else { panic!("the budget is spent") };
        assert_eq!(wait, REFILL / BURST);
        let later = now() + jiff::SignedDuration::try_from(wait).unwrap();
        shelf.pay(later).unwrap();
        assert!(shelf.pay(later).is_err(), "one came back, not two");
        shelf.pay(now()).unwrap_err();
        let much_later = later + jiff::SignedDuration::try_from(REFILL * 3).unwrap();
        for _ in 0..BURST {
            shelf.pay(much_later).unwrap();
        }
        assert!(shelf.pay(much_later).is_err(), "no more than a burst is ever saved");
    }
}
