//! Server-sent events: who we are, how we are, what passed lately, and then everything as it comes.
//!
//! Events: `station` once; `recent` once, the last passages, newest first; `early` for what is known of a vehicle
//! while it still passes, and again as more is known; `passage` for each that is stored;
//! `health` now and at every change; `beat` every [`BEAT`], by which a page tells a quiet road from a dead
//! link. A page that fell too far behind has its stream ended: it comes back and gets `recent` again.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use plumewatch_shared::protocol::message::HealthReport;
use tokio::sync::{
    OwnedSemaphorePermit,
    broadcast::{self, error::RecvError},
    watch,
};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::{Page, Roadside};
use crate::announce::{Announcement, News};

/// Passages a page gets when it opens: what it can list, and about 200 KiB on the checkpoint's own network.
pub(super) const RECENT_ON_PAGE: usize = 50;

/// How often a page hears that we live. It takes three silent beats for a dead link.
pub(super) const BEAT: Duration = Duration::from_secs(5);

/// Opens the stream, or says that too many pages follow already.
pub(super) async fn follow(State(page): State<Page>) -> Response {
    let Ok(place) = page.followers.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response();
    };
    let stop = page.roadside.stop.clone().cancelled_owned();
    let events = events(page.roadside, place).map(Ok::<_, Infallible>).take_until(Box::pin(stop));
    Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT * 2)).into_response()
}

/// One page that follows.
struct Follower {
    passages: broadcast::Receiver<News>,
    health: watch::Receiver<HealthReport>,
    beat: Interval,
    _place: OwnedSemaphorePermit,
}

fn events(roadside: Roadside, place: OwnedSemaphorePermit) -> impl Stream<Item = Event> + Send {
    let (recent, passages) = roadside.board.open(RECENT_ON_PAGE);
    let mut health = roadside.board.health();
    let station = serde_json::json!({
        "id": roadside.station.as_str(),
        "name": roadside.name,
        "software": env!("CARGO_PKG_VERSION"),
    });
    let recent: Vec<&Announcement> = recent.iter().map(AsRef::as_ref).collect();
    let first =
        [event("station", &station), event("health", &*health.borrow_and_update()), event("recent", &recent)];
    let mut beat = interval_at(tokio::time::Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let follower = Follower { passages, health, beat, _place: place };
    let then = stream::unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((event, follower))
    });
    stream::iter(first).chain(then)
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            passage = self.passages.recv() => match passage {
                Ok(News::Early(announcement)) => Some(event("early", &*announcement)),
                Ok(News::Stored(announcement)) => Some(event("passage", &*announcement)),
                Err(RecvError::Lagged(_) | RecvError::Closed) => None,
            },
            changed = self.health.changed() => {
                changed.ok()?;
                let now = self.health.borrow_and_update().clone();
                Some(event("health", &now))
            }
            _ = self.beat.tick() => Some(Event::default().event("beat").data("{}")),
        }
    }
}

pub(super) fn event(name: &str, body: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(body).expect("wire types have text keys and finite numbers")
}
