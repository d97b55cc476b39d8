//! The rulebook of passages in force, for the bars in lists.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use server_core::access::Operation;
use utoipa::ToSchema;

use super::wire::Words;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::session::Signed;

/// A rulebook, as judging uses it.
#[derive(Serialize, ToSchema)]
pub(super) struct RulebookBody {
    /// The standard's number.
    id: String,
    /// Our edition of it.
    version: String,
    /// First legal day it applies to.
    in_force_from: String,
    /// The standard's title.
    title: Words,
    /// What is judged.
    limits: Vec<LimitBody>,
    /// How many exceedances make a candidate, within how many months.
    counting: CountingBody,
}

/// One limit.
#[derive(Serialize, ToSchema)]
pub(super) struct LimitBody {
    /// `opacity`, `ringelmann` or `no`.
    item: &'static str,
    /// Its name for people.
    name: Words,
    /// The highest value that passes, in the item's unit.
    at_most: i64,
    /// The same as people write it.
    shown: String,
    /// `enforcement` or `screening`.
    role: &'static str,
    /// Where it stands.
    clause: String,
}

/// When exceedances make a candidate.
#[derive(Serialize, ToSchema)]
pub(super) struct CountingBody {
    /// How many in a row.
    exceedances: u32,
    /// First to last within so many months.
    within_months: u32,
    /// Where it stands.
    clause: String,
}

/// The rulebook of passages that is in force in the account's region today.
#[utoipa::path(get, path = "/rulebook", tag = "review", responses(
    (status = 200, body = RulebookBody), (status = 401, body = ErrorBody)))]
pub(super) async fn in_force(
    State(site): State<Site>,
    signed: Signed,
) -> Result<Json<RulebookBody>, ApiError> {
    let scope = signed.may(Operation::ReadRulebook)?;
    let book = site.books.in_force_at(scope.0, site.now());
    let limits = book.limits.iter().map(|limit| LimitBody {
        item: limit.item.word(),
        name: limit.item.name().into(),
        at_most: limit.at_most,
        shown: limit.item.show(limit.at_most),
        role: match limit.role {
            plumewatch_shared::rulebook::Role::Enforcement => "enforcement",
            plumewatch_shared::rulebook::Role::Screening => "screening",
        },
        clause: limit.clause.clone(),
    });
    Ok(Json(RulebookBody {
        id: book.id.clone(),
        version: book.version.clone(),
        in_force_from: book.in_force_from.to_string(),
        title: book.title.clone().into(),
        limits: limits.collect(),
        counting: CountingBody {
            exceedances: book.counting.exceedances,
            within_months: book.counting.within_months,
            clause: book.counting.clause.clone(),
        },
    }))
}
