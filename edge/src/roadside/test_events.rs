//! Server-sent events of the desk: `desk`, how it stands, now and at every change; `live` once, the last thirty seconds
//! of the meter; `sample`, each as it comes; `beat`. A page that fell too far behind has its stream ended and opens anew.

use std::convert::Infallible;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::Page;
use super::events::{BEAT, event};
use crate::desk::{Desk, Live};

/// Opens the stream, or says that too many pages follow already.
pub(super) async fn follow(State(page): State<Page>) -> Response {
    let Ok(place) = page.followers.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response();
    };
    let stop = page.roadside.stop.clone().cancelled_owned();
    let events = events(page.roadside.desk, place).map(Ok::<_, Infallible>).take_until(Box::pin(stop));
    Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT * 2)).into_response()
}

struct Follower {
    desk: Desk,
    changed: watch::Receiver<u64>,
    live: broadcast::Receiver<Live>,
    beat: Interval,
    _place: OwnedSemaphorePermit,
}

fn events(desk: Desk, place: OwnedSemaphorePermit) -> impl Stream<Item = Event> + Send {
    let (changed, recent, live) = desk.follow();
    let first = [event("desk", &desk.view()), event("live", &recent)];
    let mut beat = interval_at(tokio::time::Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let follower = Follower { desk, changed, live, beat, _place: place };
    let then = stream::unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((event, follower))
    });
    stream::iter(first).chain(then)
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            changed = self.changed.changed() => {
                changed.ok()?;
                Some(event("desk", &self.desk.view()))
            }
            sample = self.live.recv() => Some(event("sample", &sample.ok()?)),
            _ = self.beat.tick() => Some(Event::default().event("beat").data("{}")),
        }
    }
}
