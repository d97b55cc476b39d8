//! The live stream: passages as they are stored, for open pages.
//!
//! A page that is too slow misses passages rather than hold the server back; it is told so (`missed`) and
//! loads its list anew.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use server_core::access::Scope;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::Site;
use super::api::PassageSummary;
use super::limits::{LIVE_LENGTH, LIVE_SIGN};

/// What an account of this scope sees, from now on.
pub(super) fn stream(site: Site, scope: Scope) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = BroadcastStream::new(site.live.subscribe());
    let stop = site.stop.clone();
    let until = Box::pin(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LIVE_LENGTH) => {}
        }
    });
    let open = Open::new(site);
    let events = news.filter_map(move |heard| {
        let event = match heard {
            Ok(row) => seen(scope, row.region).then(|| passage(PassageSummary::from((*row).clone()))),
            Err(BroadcastStreamRecvError::Lagged(missed)) => {
                Some(Event::default().event("missed").data(missed.to_string()))
            }
        };
        std::future::ready(event.map(Ok))
    });
    let events = Counted { events: Box::pin(events.take_until(until)), _open: open };
    Sse::new(events).keep_alive(KeepAlive::new().interval(LIVE_SIGN).text("here"))
}

fn seen(scope: Scope, region: i64) -> bool {
    let (low, high) = scope.codes();
    (i64::from(low)..=i64::from(high)).contains(&region)
}

fn passage(summary: PassageSummary) -> Event {
    let id = summary.id.clone();
    Event::default().event("passage").id(id).json_data(summary).expect("strings and numbers always serialise")
}

/// Counts an open page for as long as its stream lives.
struct Open(Site);

impl Open {
    fn new(site: Site) -> Self {
        site.metrics.live_pages.fetch_add(1, Ordering::Relaxed);
        Self(site)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics.live_pages.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Counted<S> {
    events: Pin<Box<S>>,
    _open: Open,
}

impl<S: Stream> Stream for Counted<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.events.as_mut().poll_next(context)
    }
}
