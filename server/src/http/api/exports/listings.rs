//! Listings as a workbook. The public extract is another: it has no proposals (`/public/listings.xlsx`).

use axum::extract::State;
use server_core::access::Operation;
use server_core::listing::ListingState;

use super::{Workbook, both, export, time, too_many};
use crate::documents::words::listing_state;
use crate::http::Site;
use crate::http::api::listings::ListingQuery;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::session::Signed;
use crate::sheets::write::{Cell, Column, List, ROWS_MAX, column};
use crate::store::{LISTINGS_MAX, ListingRow};

const LISTINGS: &[Column] = &[
    column("列入编号", "Listing", 24),
    column("企业编号", "Carrier", 22),
    column("企业名称", "Name", 34),
    column("行政区划", "Region", 10),
    column("状态", "State", 26),
    column("提请日", "Proposed", 12),
    column("起始日", "From", 12),
    column("截止日（不含）", "Until (not included)", 14),
    column("超标车辆", "Exceeding", 10),
    column("车辆总数", "Fleet", 10),
    column("占比，%", "Share, %", 10),
    column("文书编号", "Paper", 22),
    column("决定时间", "Decided", 20),
    column("决定人", "Decided by", 14),
    column("理由", "Reason", 40),
    column("规则集", "Edition", 30),
];

fn listing(row: ListingRow) -> Vec<Cell> {
    let (from, until) = match row.state {
        ListingState::Listed { from, until } | ListingState::DelistingProposed { from, until, .. } => {
            (Cell::Day(from), Cell::Day(until))
        }
        ListingState::Proposed | ListingState::Declined | ListingState::Void | ListingState::Delisted => {
            (Cell::Empty, Cell::Empty)
        }
    };
    let whole = |number: u64| i64::try_from(number).map_or(Cell::Empty, Cell::Whole);
    let share = row.share.hundredths_of_percent();
    vec![
        Cell::text(row.id.as_str()),
        Cell::text(row.carrier),
        Cell::text(row.name),
        Cell::text(row.region.to_string()),
        both(listing_state(row.state)),
        Cell::Day(row.proposed),
        from,
        until,
        whole(row.share.exceeding),
        whole(row.share.fleet),
        share.and_then(|share| i64::try_from(share).ok()).map_or(Cell::Empty, Cell::Hundredths),
        Cell::maybe(row.notice),
        row.decided.map_or(Cell::Empty, |at| time(at.as_microsecond())),
        Cell::maybe(row.decided_by),
        Cell::maybe(row.reason),
        Cell::text(format!("{} ({})", row.rulebook, row.rulebook_version)),
    ]
}

/// Listings as a workbook, the latest change first, by the same choice as the list. Taking it out is audited.
#[utoipa::path(get, path = "/listings/export.xlsx", tag = "listings", params(ListingQuery), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 422, description = "More rows than a workbook takes", body = ErrorBody)))]
pub(in crate::http::api) async fn listings(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<ListingQuery>,
) -> Result<Workbook, ApiError> {
    let scope = signed.may(Operation::ReadListings)?;
    let which = query.which()?;
    let mut reading = site.store.reading().await?;
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = reading.listings(scope.0, which, after, LISTINGS_MAX).await?;
        let last = page.last().filter(|_| page.len() == LISTINGS_MAX as usize);
        after = last.map(|row| (row.changed.as_microsecond(), row.id.as_str().to_owned()));
        rows.extend(page.into_iter().map(listing));
        if rows.len() > ROWS_MAX {
            return Err(too_many());
        }
        if after.is_none() {
            break;
        }
    }
    drop(reading);
    let list = List { title: "黑名单", columns: LISTINGS.to_vec(), rows };
    export(&site, &signed, "listings", String::new(), None, list).await
}
