//! What a repair order tells the case that ordered it, in the order's own transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::Region;
use server_core::audit::Entry;
use server_core::case::{CaseId, Effect, Event};
use server_core::order::{CaseNews, OrderId};

use super::LoopError;
use crate::counting::count;
use crate::rulebooks::Books;
use crate::store::Writing;

/// Tells the case; `true` if the watchlist may have changed. A case that ended meanwhile is left as it is.
pub async fn tell(
    writing: &mut Writing,
    books: &Books,
    case: &CaseId,
    news: CaseNews,
    order: &OrderId,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<bool, LoopError> {
    let event = match news {
        CaseNews::Repaired => Event::Repaired,
        CaseNews::RetestPassed => Event::RetestPassed,
        CaseNews::RetestFailed => Event::RetestFailed,
        // The case stays where it is until the repair is recorded.
        CaseNews::Taken | CaseNews::Cancelled => return Ok(false),
    };
    let Some(row) = writing.case_to_move(case, Region::COUNTRY).await? else { return Ok(false) };
    let Ok((case, effects)) = row.case.apply(event, now) else { return Ok(false) };
    writing.set_case_state(&case, now).await?;
    if effects.contains(&Effect::RestartCounting) {
        let plates = BTreeSet::from([case.vehicle.plate.clone()]);
        writing.lock_plates(&plates).await?;
        count(writing, &plates, books, now).await?;
    }
    for effect in &effects {
        if let Effect::Audit(action) = effect {
            told.push(Entry {
                at: now,
                actor: by.to_owned(),
                action: *action,
                subject: case.id.as_str().to_owned(),
                reason: None,
                detail: order.as_str().to_owned(),
            });
        }
    }
    Ok(effects.contains(&Effect::RefreshWatchlist))
}
