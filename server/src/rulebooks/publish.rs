//! Keeps every edition and tells the edges what holds where they are.
//!
//! An issue is made when a server starts whose rulebooks differ from the last issue's. Each enrolled station gets its
//! own region's, sealed and retained: again for a station that enrolled since, and for all when the broker was
//! connected anew. A server whose rulebooks another one's issue has replaced publishes no more, and says so.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::message::RulebookIssue;
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::protocol::topic::{Channel, Topic};
use plumewatch_shared::rulebook::{Rulebook, RulebookRef};
use server_core::audit::Action;
use tokio_util::sync::CancellationToken;

use super::Books;
use crate::counting::SYSTEM;
use crate::ingest::link::Link;
use crate::store::{IssueRow, Store, Stored};

/// How often stations and other servers' issues are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Publishes the rulebooks.
pub struct RulebookPublisher {
    /// Where editions are kept.
    pub store: Store,
    /// The rulebooks.
    pub books: Books,
    /// The server's own key, whose public half edges got when they enrolled.
    pub key: SigningKey,
}

/// Keeps the editions of this server's rulebooks and makes an issue of them if they differ from the last.
///
/// An edition that was published with other content is refused: a changed number needs a new version.
pub async fn keep(store: &Store, books: &Books, now: Timestamp) -> anyhow::Result<IssueRow> {
    let mut writing = store.writing().await?;
    for edition in books.editions() {
        let kept = writing.keep_edition(&edition, now).await?;
        if kept != edition.digest() {
            bail!(
                "rulebook {} was published with other content; a changed number needs a new version: raise the \
                 number after the dot in its file",
                edition.reference
            );
        }
    }
    let before = writing.rulebook_issue().await?;
    let issue = writing.issue_rulebooks(&books.digest(), now).await?;
    if before.as_ref().map(|row| row.version) != Some(issue.version) {
        let subject = issue.version.to_string();
        writing.record(now, SYSTEM, Action::RulebooksIssued, &subject, None).await?;
    }
    writing.commit().await?;
    let editions = store.reading().await?.passage_editions().await?;
    books.learn(read(editions).context("an edition that was published before cannot be read")?);
    Ok(issue)
}

/// Editions of the store as rulebooks.
pub fn read(bodies: Vec<String>) -> anyhow::Result<Vec<Arc<Rulebook>>> {
    bodies.iter().map(|body| Ok(Arc::new(Rulebook::parse(body)?))).collect()
}

/// Asks the store for an edition that another server may have published since.
pub async fn ask(store: &Store, books: &Books, reference: &RulebookRef) -> Stored<bool> {
    let body = store.reading().await?.passage_edition(reference).await?;
    let found = body.and_then(|body| Rulebook::parse(&body).ok());
    let known = found.is_some();
    books.learn(found.map(Arc::new));
    Ok(known)
}

impl RulebookPublisher {
    /// Publishes until told to stop, or the link has ended.
    pub async fn run(self, link: Link, stop: CancellationToken) {
        let mut connections = link.connections();
        let mut told: HashMap<StationId, u64> = HashMap::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                changed = connections.changed() => match changed {
                    Ok(()) => told.clear(),
                    Err(_) => return,
                },
            }
            if *connections.borrow() == 0 {
                continue;
            }
            let (issue, stations) = match self.due().await {
                Ok(Some(due)) => due,
                Ok(None) => {
                    tracing::warn!("another server issued other rulebooks since; restart this one with them");
                    continue;
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the rulebooks cannot be issued"
                    );
                    continue;
                }
            };
            for station in stations {
                if told.get(&station) == Some(&issue.version) {
                    continue;
                }
                let topic = Topic { station, channel: Channel::Rulebooks };
                let sent = tokio::select! {
                    () = stop.cancelled() => return,
                    sent = link.publish(topic, true, self.payload(&issue, station)) => sent,
                };
                if sent.is_err() {
                    return;
                }
                told.insert(station, issue.version);
            }
        }
    }

    /// The issue that holds, if it is of our rulebooks, and to whom it goes.
    async fn due(&self) -> Stored<Option<(IssueRow, Vec<StationId>)>> {
        let mut reading = self.store.reading().await?;
        let issue = reading.rulebook_issue().await?.filter(|issue| issue.digest == self.books.digest());
        let stations = reading.enrolled_stations().await?;
        Ok(issue.map(|issue| (issue, stations)))
    }

    /// What a station is told, sealed.
    pub fn payload(&self, issue: &IssueRow, station: StationId) -> Vec<u8> {
        let issue = self.books.issue(issue.version, issue.issued, station.region());
        let body =
            serde_json::to_string(&RulebookIssue::from(&issue)).expect("strings and numbers serialise");
        Sealed::new(Purpose::Rulebook, CHAIN_START, body, &self.key).encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{STATION, key, now, on_both, station};
    use plumewatch_shared::rulebook::{Issue, Library, Source};

    fn library(no: i64) -> Books {
        let json = format!(
            r#"{{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1",
            "in_force_from":"2026-07-01","title":{{"zh":"示例","en":"sample"}},
            "limits":[{{"item":"no","at_most":{no},"clause":"晋","confidence":"low"}}]}}"#
        );
        let source = Source::parse("no.json", &json).unwrap();
        Books::new(Library::new(vec![("no.json".to_owned(), source)]).unwrap())
    }

    on_both! {
        async fn an_issue_is_made_when_the_rulebooks_change_and_old_editions_stay_known(store: Store) {
            let first = keep(&store, &Books::shipped(), now()).await.unwrap();
            assert_eq!(keep(&store, &Books::shipped(), now()).await.unwrap(), first);
            let books = library(120_000);
            let second = keep(&store, &books, now()).await.unwrap();
            assert_eq!((first.version, second.version), (1, 2));
            let shipped = Books::shipped();
            assert_eq!(keep(&store, &shipped, now()).await.unwrap().version, 3);
            let day = "2026-11-23".parse().unwrap();
            let regional = books.in_force(station(STATION).region(), day).reference();
            assert!(shipped.edition(&regional).is_some(), "what was published once is known for ever");
            let audit = store.reading().await.unwrap().audit_from(0, 10).await.unwrap();
            assert_eq!(audit.len(), 3);
            assert_eq!(store.reading().await.unwrap().rulebook_issues(2).await.unwrap().len(), 2);
        }

        async fn a_changed_number_without_a_new_version_is_refused(store: Store) {
            keep(&store, &library(120_000), now()).await.unwrap();
            let error = keep(&store, &library(110_000), now()).await.unwrap_err().to_string();
            assert!(error.contains("140000:2026-07-01.1") && error.contains("number after the dot"), "{error}");
        }

        async fn another_servers_edition_is_found_when_a_verdict_names_it(store: Store) {
            let (ours, theirs) = (Books::shipped(), library(120_000));
            let day = "2026-11-23".parse().unwrap();
            let named = theirs.in_force(station(STATION).region(), day).reference();
            assert!(!ask(&store, &ours, &named).await.unwrap());
            keep(&store, &theirs, now()).await.unwrap();
            assert!(ask(&store, &ours, &named).await.unwrap());
            assert!(ours.edition(&named).is_some());
        }
    }

    #[tokio::test]
    async fn a_station_is_told_what_holds_in_its_region() {
        let (store, _folder) = crate::store::fixture::sqlite().await;
        let publisher = RulebookPublisher { store: store.clone(), books: library(120_000), key: key() };
        let issue = keep(&store, &publisher.books, now()).await.unwrap();
        let editions = |id: &str| {
            let payload = publisher.payload(&issue, station(id));
            let sealed = Sealed::open(Purpose::Rulebook, &payload, &key().verifying_key()).unwrap();
            let wire: RulebookIssue = serde_json::from_str(&sealed.body).unwrap();
            let heard = Issue::try_from(&wire).unwrap();
            (heard.region.to_string(), heard.passages.entries().len())
        };
        assert_eq!(editions(STATION), ("140105".to_owned(), 2));
        assert_eq!(editions("A110105001"), ("110105".to_owned(), 1));
    }
}
