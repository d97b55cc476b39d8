//! What a repair order tells the case that ordered it, in the order's own transaction.

use jiff::Timestamp;
use server_core::audit::Entry;
use server_core::case::{CaseId, Event};
use server_core::order::CaseNews;

use super::LoopError;
use crate::casework::{CaseworkError, order_event};
use crate::rulebooks::Books;
use crate::store::Writing;

/// Tells the case; `true` if the watchlist may have changed. A case that ended meanwhile is left as it is: the vehicle's
/// repair and retest stand all the same.
pub async fn tell(
    writing: &mut Writing,
    books: &Books,
    case: &CaseId,
    news: CaseNews,
    by: &str,
    now: Timestamp,
    told: &mut Vec<Entry>,
) -> Result<bool, LoopError> {
    let event = match news {
        CaseNews::Taken => Event::Taken,
        CaseNews::Repaired => Event::Repaired,
        CaseNews::RetestPassed => Event::RetestPassed,
        CaseNews::RetestFailed => Event::RetestFailed,
        CaseNews::Cancelled => Event::OrderCancelled,
    };
    match order_event(writing, books, case, event, by, now, told).await {
        Ok(followed) => Ok(followed.watchlist),
        Err(CaseworkError::Store(error)) => Err(error.into()),
        Err(CaseworkError::Order(error)) => Err(error),
        Err(
            CaseworkError::Unknown
            | CaseworkError::NotByHand
            | CaseworkError::Review(_)
            | CaseworkError::Case(_),
        ) => Ok(false),
    }
}
