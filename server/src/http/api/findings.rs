//! Findings of irregularities: an authority sees its region's, with what they rest on, and says a word on them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Reach};
use server_core::finding::{Evidence, FindingId, FindingKind, FindingState};
use server_core::inspection::InspectionId;
use utoipa::{IntoParams, ToSchema};

use super::inspections::{InspectionSummary, one_of};
use super::orders::cursor;
use super::wanted::reason;
use super::wire::{Words, unreadable};
use crate::findings;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::store::{FindingFilter, FindingRow};

/// Rows on a page unless the request says otherwise.
const PAGE: u32 = 50;
/// Curves that a finding's page draws over each other.
const CURVES_MAX: usize = 6;

/// Which findings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// 1 to 200 rows; 50 unless said.
    limit: Option<u32>,
    /// Only in this state: `open`, `confirmed` or `dismissed`.
    state: Option<String>,
    /// Only of this kind, such as `equal-curves`.
    kind: Option<String>,
}

/// A page of findings, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingPage {
    findings: Vec<FindingSummary>,
    /// How many of the region wait for a person.
    open: u64,
    /// For the next page; null on the last.
    next: Option<String>,
}

/// A finding in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct FindingSummary {
    /// `F` and 20 hex digits.
    id: String,
    /// What kind, by word.
    kind: String,
    /// Its name.
    kind_name: Words,
    /// `station` or `shop`.
    about: String,
    /// Its code in the register.
    organisation: String,
    /// Its name for people.
    organisation_name: Option<String>,
    /// The legal day of what it is about.
    day: String,
    /// What was found.
    sentence: Words,
    /// Which edition's numbers it was found by.
    rulebook: String,
    found_utc_us: i64,
    /// `open`, `confirmed` or `dismissed`.
    state: String,
    decided_by: Option<String>,
    decided_utc_us: Option<i64>,
    reason: Option<String>,
}

/// A finding with what it rests on.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingDetail {
    finding: FindingSummary,
    /// Figures.
    figures: Vec<Figure>,
    /// Inspections.
    inspections: Vec<InspectionSummary>,
    /// Process data of the first of these, for drawing over each other.
    curves: Vec<DrawnCurve>,
    /// Names of repair orders.
    orders: Vec<String>,
    /// Names of passages.
    passages: Vec<String>,
}

/// A figure.
#[derive(Serialize, ToSchema)]
pub(super) struct Figure {
    name: Words,
    /// With its unit.
    value: String,
}

/// The process data of an inspection.
#[derive(Serialize, ToSchema)]
pub(super) struct DrawnCurve {
    /// Whose.
    inspection: String,
    /// Coefficients in time, hundredths of 1/m.
    k_per_m_hundredths: Vec<u16>,
    /// Engine speeds at the same points, 1/min.
    rpm: Vec<u16>,
}

/// A person's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingDecision {
    /// `confirm`: there is an irregularity; `dismiss`: there is none.
    #[schema(example = "dismiss")]
    decision: String,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// A finding's name in a path.
pub(super) struct FindingName(FindingId);

impl std::str::FromStr for FindingName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        FindingId::parse(text).map(Self).ok_or(())
    }
}

/// Findings, newest first.
#[utoipa::path(get, path = "/findings", tag = "findings", params(FindingQuery), responses(
    (status = 200, body = FindingPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<FindingQuery>,
) -> Result<Json<FindingPage>, ApiError> {
    let reach = Reach::Region(signed.may(Operation::ReadFindings)?.0);
    let states = FindingState::ALL.map(FindingState::word);
    let kinds: Vec<&str> = FindingKind::ALL.iter().map(|kind| kind.word()).collect();
    let filter = FindingFilter {
        reach: reach.clone(),
        state: one_of(query.state, &states)?,
        kind: one_of(query.kind, &kinds)?,
        older_than: query.after.as_deref().map(cursor).transpose()?,
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, crate::store::PAGE_MAX);
    let mut reading = site.store.reading().await?;
    let rows = reading.findings(&filter, limit).await?;
    let open = reading.open_finding_count(&reach).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| format!("{}~{}", row.found_us, row.id));
    let findings = rows.into_iter().map(FindingSummary::from).collect();
    Ok(Json(FindingPage { findings, open, next }))
}

/// A finding with figures, inspections and their curves.
#[utoipa::path(get, path = "/findings/{id}", tag = "findings", params(("id" = String, Path)), responses(
    (status = 200, body = FindingDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(FindingName(id)): Name<FindingName>,
) -> Result<Json<FindingDetail>, ApiError> {
    let reach = Reach::Region(signed.may(Operation::ReadFindings)?.0);
    let mut reading = site.store.reading().await?;
    let row = reading.finding(&id, &reach).await?.ok_or_else(ApiError::not_found)?;
    let evidence: Evidence = serde_json::from_str(&row.evidence).map_err(unreadable)?;
    let ids: Vec<InspectionId> =
        evidence.inspections.iter().filter_map(|id| InspectionId::parse(id)).collect();
    let (mut inspections, mut curves) = (Vec::new(), Vec::new());
    for id in &ids {
        // What lies in another region, such as the other test of a vehicle with two identities, is not shown.
        let Some((found, _, _)) = reading.inspection(id, &reach).await? else { continue };
        inspections.push(found.into());
        if curves.len() < CURVES_MAX
            && let Some(curve) = reading.curve(id).await?
        {
            curves.push(DrawnCurve {
                inspection: id.as_str().to_owned(),
                k_per_m_hundredths: curve.points.iter().map(|(k, _)| k.per_m_hundredths).collect(),
                rpm: curve.points.iter().map(|(_, speed)| speed.rpm).collect(),
            });
        }
    }
    let figure =
        |figure: server_core::finding::Figure| Figure { name: figure.name.into(), value: figure.value };
    let figures = evidence.figures.into_iter().map(figure).collect();
    let (orders, passages) = (evidence.orders, evidence.passages);
    Ok(Json(FindingDetail { finding: row.into(), figures, inspections, curves, orders, passages }))
}

/// Say a word on a finding; once, with a reason, and it is audited. It is no verdict: what follows from it is done by the
/// authority's own papers.
#[utoipa::path(post, path = "/findings/{id}/decision", tag = "findings", params(("id" = String, Path)),
    request_body = FindingDecision, responses((status = 200, body = FindingSummary), (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "It is decided already", body = ErrorBody)))]
pub(super) async fn decide(
    State(site): State<Site>,
    signed: Signed,
    Name(FindingName(id)): Name<FindingName>,
    Body(said): Body<FindingDecision>,
) -> Result<Json<FindingSummary>, ApiError> {
    let reach = Reach::Region(signed.may(Operation::DecideFinding)?.0);
    let confirmed = match said.decision.as_str() {
        "confirm" => true,
        "dismiss" => false,
        _ => return Err(ApiError::invalid("未知的处理意见。", "A decision is confirm or dismiss.")),
    };
    let reason = reason(&said.reason)?;
    let decided =
        findings::decide(&site.store, &reach, &id, confirmed, &reason, &signed.name, site.now()).await?;
    if decided.is_err() {
        let en = "The finding is decided already; its reason stands on its page.";
        return Err(ApiError::conflict("decided", "该异常线索已由他人处理，意见见其页面。", en));
    }
    let row = site.store.reading().await?.finding(&id, &reach).await?.ok_or_else(ApiError::internal)?;
    Ok(Json(row.into()))
}

impl From<FindingRow> for FindingSummary {
    fn from(row: FindingRow) -> Self {
        let kind_name = FindingKind::from_word(&row.kind)
            .map_or_else(|| Words { zh: row.kind.clone(), en: row.kind.clone() }, |kind| kind.name().into());
        Self {
            id: row.id,
            kind_name,
            kind: row.kind,
            about: row.about,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            day: row.day,
            sentence: Words { zh: row.zh, en: row.en },
            rulebook: format!("{} ({})", row.rulebook, row.rulebook_version),
            found_utc_us: row.found_us,
            state: row.state,
            decided_by: row.decided_by,
            decided_utc_us: row.decided_us,
            reason: row.reason,
        }
    }
}
