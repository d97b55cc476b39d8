//! The blacklist: proposals, listings, decisions and answers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use plumewatch_shared::time::law_place;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, may};
use server_core::audit::Action;
use server_core::listing::ListingId;
use server_core::listing::terms::latest_end;
use utoipa::{IntoParams, ToSchema};

use super::listing_wire::{
    CarrierShare, Listing, ListingAnswer, ListingDecision, ListingGround, decisions, explanation,
};
use super::wanted::reason;
use super::wire::{AuditEntry, Words};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::listings::decide::{Decision, answer, decide};
use crate::listings::seen::carrier;
use crate::store::{LISTINGS_MAX, ListingsOf};

/// Which listings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListingQuery {
    /// `to-decide` (proposals to list and to delist), `listed`, `ended`; all unless said.
    #[param(example = "to-decide")]
    which: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

impl ListingQuery {
    /// Which listings it asks for.
    pub(super) fn which(&self) -> Result<ListingsOf, ApiError> {
        match self.which.as_deref().unwrap_or_default() {
            "" | "all" => Ok(ListingsOf::All),
            "to-decide" => Ok(ListingsOf::ToDecide),
            "listed" => Ok(ListingsOf::Listed),
            "ended" => Ok(ListingsOf::Ended),
            _ => {
                let en = "`which` is one of to-decide, listed, ended, all.";
                Err(ApiError::invalid("未知的列表。", en))
            }
        }
    }
}

/// Listings, the latest change first.
#[derive(Serialize, ToSchema)]
pub(super) struct Listings {
    listings: Vec<Listing>,
    /// For the next page; null on the last.
    next: Option<String>,
    /// How many an authority must decide on.
    to_decide: u64,
    /// How many are listed, those proposed for delisting among them.
    listed: u64,
    /// How many have ended.
    ended: u64,
}

/// A listing with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingDetail {
    listing: Listing,
    /// Where it stands and why, one sentence after the other.
    explanation: Vec<Words>,
    /// The carrier today.
    share: CarrierShare,
    /// What the proposal (decision 0) and each decision rested on.
    grounds: Vec<ListingGround>,
    /// Every decision, oldest first.
    decisions: Vec<ListingDecision>,
    /// What the carrier answered, oldest first.
    answers: Vec<ListingAnswer>,
    /// What was done, oldest first.
    history: Vec<AuditEntry>,
    /// Decisions that the account may take now: `list`, `decline`, `renew`, `delist`, and `answer` for entering one.
    actions: Vec<&'static str>,
    /// The latest first day on which a listing that begins today may hold no more.
    latest_until_day: String,
}

/// An authority's decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDecision {
    /// `list`, `decline`, `renew` or `delist`.
    #[schema(example = "list")]
    decision: String,
    /// Why: 1 to 500 characters.
    #[schema(example = "一年内24辆车中3辆经确认超标，经局务会研究决定列入。")]
    reason: String,
    /// First day of the listing; for `list`.
    #[schema(example = "2026-12-01")]
    from_day: Option<String>,
    /// First day on which it holds no more; for `list` and `renew`.
    #[schema(example = "2027-12-01")]
    until_day: Option<String>,
    /// The document by which the carrier is told, 1 to 80 characters; for `list` and `renew`. It is published.
    #[schema(example = "晋交罚告〔2026〕12号")]
    notice: Option<String>,
}

/// What a carrier answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    /// The day it came, up to today.
    #[schema(example = "2026-11-27")]
    received_day: String,
    /// What it says: 1 to 4000 characters.
    #[schema(example = "三辆车均已检修并复检合格，附报告。")]
    answer: String,
}

/// A listing's name in a path.
pub(super) struct ListingName(pub(super) ListingId);

impl std::str::FromStr for ListingName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        ListingId::parse(text).map(Self).ok_or(())
    }
}

/// A carrier's code in a path.
pub(super) struct CarrierName(String);

impl std::str::FromStr for CarrierName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

/// The legal day.
pub(super) fn today(site: &Site) -> Date {
    law_place().to_datetime(site.now()).date()
}

fn day(text: Option<&str>, what: &str) -> Result<Date, ApiError> {
    text.unwrap_or_default().parse().map_err(|_| {
        ApiError::invalid(
            format!("{what}应写成2026-12-01的形式。"),
            format!("{what} is a day written like 2026-12-01."),
        )
    })
}

/// Listings, the latest change first, at most 100 a page.
#[utoipa::path(get, path = "/listings", tag = "listings", params(ListingQuery), responses(
    (status = 200, body = Listings), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<ListingQuery>,
) -> Result<Json<Listings>, ApiError> {
    let scope = signed.may(Operation::ReadListings)?;
    let which = query.which()?;
    let after = query.after.as_deref().filter(|text| !text.is_empty()).map(cursor).transpose()?;
    let mut reading = site.store.reading().await?;
    let rows = reading.listings(scope.0, which, after, LISTINGS_MAX).await?;
    let counts = reading.listing_counts(scope.0).await?;
    let count = |states: &[&str]| {
        let of = counts.iter().filter(|(state, _)| states.contains(&state.as_str()));
        of.map(|(_, count)| *count as u64).sum()
    };
    let last = rows.last().filter(|_| rows.len() == LISTINGS_MAX as usize);
    let next = last.map(|row| format!("{}~{}", row.changed.as_microsecond(), row.id));
    let today = today(&site);
    Ok(Json(Listings {
        listings: rows.into_iter().map(|row| Listing::new(row, today)).collect(),
        next,
        to_decide: count(&["proposed", "delisting-proposed"]),
        listed: count(&["listed", "delisting-proposed"]),
        ended: count(&["declined", "void", "delisted"]),
    }))
}

fn cursor(text: &str) -> Result<(i64, String), ApiError> {
    let read = text.split_once('~').and_then(|(at, id)| {
        let id = ListingId::parse(id)?;
        Some((at.parse().ok()?, id.as_str().to_owned()))
    });
    read.ok_or_else(|| ApiError::invalid("翻页参数无效。", "This is no cursor that the server gave."))
}

/// A listing with its grounds, decisions and answers, and the carrier today. Opening it is audited: it shows plates.
#[utoipa::path(get, path = "/listings/{id}", tag = "listings", params(("id" = String, Path)), responses(
    (status = 200, body = ListingDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(ListingName(id)): Name<ListingName>,
) -> Result<Json<ListingDetail>, ApiError> {
    let scope = signed.may(Operation::ReadListings)?;
    let today = today(&site);
    let mut reading = site.store.reading().await?;
    let row = reading.listing(&id, scope.0).await?.ok_or_else(ApiError::not_found)?;
    let seen =
        carrier(&mut reading, &site.books, &row.carrier, today).await?.ok_or_else(ApiError::internal)?;
    let grounds = reading.listing_grounds(&id).await?;
    let decided = reading.listing_decisions(&id).await?;
    let answers = reading.listing_answers(&id).await?;
    let history = reading.audit_of(id.as_str()).await?;
    drop(reading);
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::ListingViewed, id.as_str(), None).await?;
    writing.commit().await?;
    let actions = if may(signed.role, Operation::DecideListing) {
        decisions(row.state, seen.outlook.reaches)
    } else {
        Vec::new()
    };
    Ok(Json(ListingDetail {
        explanation: explanation(&row, &seen, &site.books),
        latest_until_day: latest_end(today, &seen.book).to_string(),
        share: CarrierShare::new(seen, true),
        listing: Listing::new(row, today),
        grounds: grounds.into_iter().map(ListingGround::from).collect(),
        decisions: decided.into_iter().map(ListingDecision::from).collect(),
        answers: answers.into_iter().map(ListingAnswer::from).collect(),
        history: history.into_iter().map(AuditEntry::from).collect(),
        actions,
    }))
}

/// Decide on a listing. The carrier's share is brought to today first.
#[utoipa::path(post, path = "/listings/{id}/decisions", tag = "listings", params(("id" = String, Path)),
    request_body = NewDecision, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "Not in this state, or no more", body = ErrorBody)))]
pub(super) async fn take_decision(
    State(site): State<Site>,
    signed: Signed,
    Name(ListingName(id)): Name<ListingName>,
    Body(said): Body<NewDecision>,
) -> Result<StatusCode, ApiError> {
    let scope = signed.may(Operation::DecideListing)?;
    let why = reason(&said.reason)?;
    let until = || day(said.until_day.as_deref(), "until_day");
    let notice = said.notice.clone().unwrap_or_default();
    let decision = match said.decision.as_str() {
        "list" => {
            let from = day(said.from_day.as_deref(), "from_day")?;
            Decision::List(server_core::listing::Terms { from, until: until()?, notice })
        }
        "decline" => Decision::Decline,
        "renew" => Decision::Renew { until: until()?, notice },
        "delist" => Decision::Delist,
        _ => {
            let en = "A decision is one of list, decline, renew, delist.";
            return Err(ApiError::invalid("未知的决定。", en));
        }
    };
    let (store, books, now) = (&site.store, &site.books, site.now());
    let watchlist = decide(store, books, scope.0, &id, decision, &signed.name, &why, now).await?;
    if watchlist {
        site.watchlist.nudge();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Enter what the carrier answered; at any time, and nothing changes by it alone.
#[utoipa::path(post, path = "/listings/{id}/answers", tag = "listings", params(("id" = String, Path)),
    request_body = NewAnswer, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn enter_answer(
    State(site): State<Site>,
    signed: Signed,
    Name(ListingName(id)): Name<ListingName>,
    Body(said): Body<NewAnswer>,
) -> Result<StatusCode, ApiError> {
    let scope = signed.may(Operation::DecideListing)?;
    let received = day(Some(&said.received_day), "received_day")?;
    answer(&site.store, scope.0, &id, received, &said.answer, &signed.name, site.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A carrier's share today, what would change it, and through two years; without plates.
#[utoipa::path(get, path = "/carriers/{code}/share", tag = "listings", params(("code" = String, Path)), responses(
    (status = 200, body = CarrierShare), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn of_carrier(
    State(site): State<Site>,
    signed: Signed,
    Name(CarrierName(code)): Name<CarrierName>,
) -> Result<Json<CarrierShare>, ApiError> {
    let scope = signed.may(Operation::ReadListings)?;
    let today = today(&site);
    let mut reading = site.store.reading().await?;
    let seen = carrier(&mut reading, &site.books, &code, today).await?;
    let seen = seen.filter(|seen| scope.0.contains(seen.region)).ok_or_else(ApiError::not_found)?;
    let listings = reading.listings_of(&code).await?;
    let mut share = CarrierShare::new(seen, false);
    share.listings = listings.into_iter().map(|row| Listing::new(row, today)).collect();
    Ok(Json(share))
}
