//! Sends the watchlist to the edges: who has an open case, whom an authority wants stopped, whose carrier is listed.
//!
//! An edition is made only when the entries change, sealed with the server's key, and published retained for each
//! enrolled station: again for a station that enrolled since, and for all when the broker was connected anew,
//! because a broker may have lost what it kept. Edges take an edition only if its number is higher.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, StationId};
use plumewatch_shared::protocol::WATCHLIST_ENTRIES_MAX;
use plumewatch_shared::protocol::message::WatchlistEdition;
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::protocol::topic::{Channel, Topic};
use plumewatch_shared::time::law_place;
use plumewatch_shared::watchlist::{Watchlist, WatchlistEntry};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::ingest::link::Link;
use crate::store::{Store, Stored};

/// How often the list is looked at without a nudge: another server on the same database may have changed it.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Tells that the watchlist may have changed. Clones nudge the same publisher; nudges never queue.
#[derive(Clone, Debug, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// A nudge that a [`Publisher`] waits for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cases, wanted plates or enrolled stations changed.
    pub fn nudge(&self) {
        self.0.notify_one();
    }
}

/// Publishes the list.
pub struct Publisher {
    /// Where the entries are.
    pub store: Store,
    /// The server's own key, whose public half edges got when they enrolled.
    pub key: SigningKey,
    /// What wakes it.
    pub nudge: Nudge,
    /// What time it is; tests bring their own.
    pub clock: fn() -> Timestamp,
}

/// The current edition, sealed, as it goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEdition {
    /// Its number.
    pub version: u64,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Publisher {
    /// Publishes until told to stop, or the link has ended.
    pub async fn run(self, link: Link, stop: CancellationToken) {
        let mut connections = link.connections();
        let mut told: HashMap<StationId, u64> = HashMap::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.nudge.0.notified() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                changed = connections.changed() => match changed {
                    Ok(()) => told.clear(),
                    Err(_) => return,
                },
            }
            if *connections.borrow() == 0 {
                continue;
            }
            let (edition, stations) = match self.edition().await {
                Ok(current) => current,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the watchlist cannot be read");
                    continue;
                }
            };
            for station in stations {
                if told.get(&station) == Some(&edition.version) {
                    continue;
                }
                let topic = Topic { station, channel: Channel::Watchlist };
                let sent = tokio::select! {
                    () = stop.cancelled() => return,
                    sent = link.publish(topic, true, edition.payload.clone()) => sent,
                };
                if sent.is_err() {
                    return;
                }
                told.insert(station, edition.version);
            }
        }
    }

    /// The edition that holds now, made anew if the entries changed, and to whom it goes.
    pub async fn edition(&self) -> Stored<(SealedEdition, Vec<StationId>)> {
        let mut writing = self.store.writing().await?;
        let now = (self.clock)();
        let today = law_place().to_datetime(now).date();
        let entries = writing.watchlist_entries(WATCHLIST_ENTRIES_MAX, today).await?;
        if entries.len() == WATCHLIST_ENTRIES_MAX {
            tracing::warn!(
                watchlist.entries = entries.len(),
                "the watchlist is full; vehicles of the carriers listed longest may not be on it"
            );
        }
        let row = writing.issue_edition(&digest(&entries), now).await?;
        let stations = writing.enrolled_stations().await?;
        writing.commit().await?;
        let list = Watchlist { version: row.version, issued: row.issued, entries };
        let body =
            serde_json::to_string(&WatchlistEdition::from(&list)).expect("strings and numbers serialise");
        let payload = Sealed::new(Purpose::Watchlist, CHAIN_START, body, &self.key).encode();
        Ok((SealedEdition { version: row.version, payload }, stations))
    }
}

/// Names the entries, whatever order they stand in.
fn digest(entries: &[WatchlistEntry]) -> String {
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let colour = entry.colour.map_or("", plumewatch_shared::plate::PlateColour::word);
            format!("{}/{colour}/{}", entry.plate.as_str(), entry.reason.wire_word())
        })
        .collect();
    lines.sort_unstable();
    FileHash::of(lines.join("\n").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{STATION, enrol, key, now, on_both, station};

    fn publisher(store: &Store) -> Publisher {
        Publisher { store: store.clone(), key: key(), nudge: Nudge::new(), clock: now }
    }

    fn entry(plate: &str) -> WatchlistEntry {
        WatchlistEntry {
            plate: plate.parse().unwrap(),
            colour: None,
            reason: plumewatch_shared::watchlist::WatchReason::Wanted,
        }
    }

    on_both! {
        async fn an_edition_goes_sealed_to_every_enrolled_station_and_stays_while_nothing_changes(store: Store) {
            enrol(&store, STATION).await;
            let publisher = publisher(&store);
            let (first, stations) = publisher.edition().await.unwrap();
            assert_eq!((first.version, stations), (1, vec![station(STATION)]));
            assert_eq!(publisher.edition().await.unwrap().0, first);
            let sealed = Sealed::open(Purpose::Watchlist, &first.payload, &key().verifying_key()).unwrap();
            let wire: WatchlistEdition = serde_json::from_str(&sealed.body).unwrap();
            let list = Watchlist::try_from(&wire).unwrap();
            assert_eq!((list.version, list.entries.len()), (1, 0));
        }
    }

    #[test]
    fn the_digest_does_not_mind_the_order() {
        let (a, b) = (entry("晋A12345"), entry("晋B88888"));
        assert_eq!(digest(&[a.clone(), b.clone()]), digest(&[b, a.clone()]));
        assert_ne!(digest(&[entry("晋A12345")]), digest(&[]));
    }

    /// The largest list fits its limit on the wire, escapes of the envelope included.
    #[test]
    fn the_largest_edition_fits_its_limit() {
        let entries = vec![
            WatchlistEntry {
                colour: Some(plumewatch_shared::plate::PlateColour::YellowGreen),
                ..entry("晋A12345F")
            };
            WATCHLIST_ENTRIES_MAX
        ];
        let list = Watchlist { version: u64::MAX, issued: now(), entries };
        let body = serde_json::to_string(&WatchlistEdition::from(&list)).unwrap();
        let payload = Sealed::new(Purpose::Watchlist, CHAIN_START, body, &key()).encode();
        assert!(payload.len() <= plumewatch_shared::protocol::WATCHLIST_BYTES_MAX, "{} bytes", payload.len());
    }
}
