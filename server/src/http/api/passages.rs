//! What went by: lists, one in full, and the live stream.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use plumewatch_shared::ids::{PassageId, Region};
use plumewatch_shared::plate::Plate;
use plumewatch_shared::verdict::Outcome;
use serde::{Deserialize, Serialize};
use server_core::access::Operation;
use server_core::audit::{Action, Entry};
use utoipa::{IntoParams, ToSchema};

use super::register_wire::register_note;
use super::wanted::{plate, reason};
use super::wire::{PassageDetail, PassageSummary, station};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Name, Params};
use crate::http::session::Signed;
use crate::rulebooks::Books;
use crate::store::{PassageFilter, Reading};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;

/// Which passages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PassageQuery {
    /// What the page before gave as `next`.
    cursor: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
    /// Only of this station.
    station: Option<String>,
    /// Only with this outcome: `passed`, `screened`, `exceeding` or `not-judged`.
    outcome: Option<String>,
    /// Only of this plate; it needs a reason and is audited.
    plate: Option<String>,
    /// Why the plate is searched for.
    reason: Option<String>,
    /// Passed at or after.
    from_utc_us: Option<i64>,
    /// Passed before.
    to_utc_us: Option<i64>,
}

impl PassageQuery {
    /// The filter that it asks for, within a region.
    pub(super) fn filter(&self, scope: Region) -> Result<PassageFilter, ApiError> {
        Ok(PassageFilter {
            scope,
            station: self.station.as_deref().map(station).transpose()?,
            outcome: self.outcome.as_deref().map(outcome).transpose()?,
            plate: self.plate.as_deref().filter(|text| !text.is_empty()).map(plate).transpose()?,
            from_us: self.from_utc_us,
            to_us: self.to_utc_us,
            older_than: self.cursor.as_deref().map(read_cursor).transpose()?,
        })
    }

    /// Why a plate is searched for.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What is asked for, for the audit; not the plate, which has a row of its own.
    pub(super) fn asked(&self) -> String {
        let texts = [("station", &self.station), ("outcome", &self.outcome)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?)));
        let times = [("from", self.from_utc_us), ("to", self.to_utc_us)];
        let times = times.into_iter().filter_map(|(name, us)| Some(format!("{name} {}", us?)));
        texts.chain(times).collect::<Vec<_>>().join(", ")
    }
}

/// A page of passages, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct PassagePage {
    passages: Vec<PassageSummary>,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// Passages, newest first.
#[utoipa::path(get, path = "/passages", tag = "passages", params(PassageQuery), responses(
    (status = 200, body = PassagePage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<PassageQuery>,
) -> Result<Json<PassagePage>, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    let filter = query.filter(scope.0)?;
    if let Some(plate) = &filter.plate {
        audit_plate_search(&site, &signed, plate, query.reason.as_deref()).await?;
    }
    let limit = query.limit.unwrap_or(PAGE).clamp(1, crate::store::PAGE_MAX);
    let rows = site.store.reading().await?.passages(&filter, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}-{:010}", row.passed_us, row.station, row.sequence));
    Ok(Json(PassagePage { passages: rows.into_iter().map(PassageSummary::from).collect(), next }))
}

/// Writes down that a person searches for a plate, if that person may and says why. Before the answer: a search that
/// cannot be written down is not made.
pub(super) async fn audit_plate_search(
    site: &Site,
    signed: &Signed,
    plate: &Plate,
    why: Option<&str>,
) -> Result<(), ApiError> {
    signed.may(Operation::SearchPlate)?;
    let reason = reason(why.unwrap_or_default())?;
    let entry = Entry {
        at: site.now(),
        actor: signed.name.clone(),
        action: Action::PlateSearched,
        subject: plate.as_str().to_owned(),
        reason: Some(reason.as_str().to_owned()),
        detail: String::new(),
    };
    let mut writing = site.store.writing().await?;
    writing.append_audit(entry).await?;
    Ok(writing.commit().await?)
}

/// Passages as they come: server-sent events `passage` with a `PassageSummary` each; the same passage again
/// when more is known of it, such as a picture. The stream ends after ten minutes; open it again.
#[utoipa::path(get, path = "/passages/live", tag = "passages", responses(
    (status = 200, content_type = "text/event-stream", body = String), (status = 401, body = ErrorBody)))]
pub(super) async fn live(State(site): State<Site>, signed: Signed) -> Result<impl IntoResponse, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    Ok(crate::http::live::stream(site, scope))
}

/// One passage in full. Opening it is audited.
#[utoipa::path(get, path = "/passages/{id}", tag = "passages", params(("id" = String, Path)), responses(
    (status = 200, body = PassageDetail), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(id): Name<PassageId>,
) -> Result<Json<PassageDetail>, ApiError> {
    let scope = signed.may(Operation::ReadPassages)?;
    if !scope.holds(id.station) {
        return Err(ApiError::not_found());
    }
    let mut detail = passage_detail(&mut site.store.reading().await?, &site.books, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    if signed.may(Operation::ReadRegister).is_err() {
        detail.register = None;
    }
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::PassageViewed, &id.to_string(), None).await?;
    writing.commit().await?;
    Ok(Json(detail))
}

/// One passage in full, if it is stored.
pub(super) async fn passage_detail(
    reading: &mut Reading,
    books: &Books,
    id: PassageId,
) -> Result<Option<PassageDetail>, ApiError> {
    let Some(full) = reading.passage(id).await? else { return Ok(None) };
    let evidence = reading.record_evidence(id).await?;
    let mut detail = PassageDetail::new(full, evidence, books)?;
    detail.register = register_note(reading, &detail.passage()?).await?;
    Ok(Some(detail))
}

/// These passages in full, in order; one that is not stored is left out.
pub(super) async fn passage_details(
    reading: &mut Reading,
    books: &Books,
    ids: &[PassageId],
) -> Result<Vec<PassageDetail>, ApiError> {
    let mut details = Vec::with_capacity(ids.len());
    for &id in ids {
        details.extend(passage_detail(reading, books, id).await?);
    }
    Ok(details)
}

fn outcome(word: &str) -> Result<Outcome, ApiError> {
    Outcome::from_wire_word(word).ok_or_else(|| {
        let en = "An outcome is one of passed, screened, exceeding, not-judged.";
        ApiError::invalid("未知的判定结果。", en)
    })
}

/// The `next` of a page: when its last row happened, and its id.
pub(super) fn read_cursor(text: &str) -> Result<(i64, PassageId), ApiError> {
    let parse = || {
        let (passed_us, id) = text.split_once('~')?;
        Some((passed_us.parse().ok()?, id.parse().ok()?))
    };
    parse().ok_or_else(|| ApiError::invalid("翻页标记无效。", "The cursor is none of this server's."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_reads_back() {
        let id: PassageId = "A140105001-0000000042".parse().unwrap();
        assert_eq!(read_cursor(&format!("-5~{id}")), Ok((-5, id)));
    }

    proptest! {
        #[test]
        fn no_cursor_makes_the_reader_panic(text in "\\PC{0,60}", tail in "[0-9~A-]{0,60}") {
            let _ = read_cursor(&text);
            let _ = read_cursor(&tail);
        }
    }
}
