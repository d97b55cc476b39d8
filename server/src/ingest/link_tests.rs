//! The link and the worker against a real broker: mosquitto, as a city runs it.

use std::process::{Child, Command, Stdio};

use rumqttc::v5::Incoming;

use super::*;
use crate::evidence::{EvidenceStore, Intake};
use crate::ingest::Ingest;
use crate::live::Live;
use crate::store::fixture::{STATION, enrol, key, now, sealed, sqlite, station};
use crate::watchlist::{Nudge, Publisher};
use plumewatch_shared::protocol::message::Receipt;
use plumewatch_shared::protocol::topic::Channel;
use plumewatch_shared::sample;

/// Far longer than anything here takes; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A broker that ends with the test.
struct Mosquitto {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Mosquitto {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free at this moment; nothing else in the tests binds a port that it did not just get itself.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let conf = format!("listener {port} 127.0.0.1\nallow_anonymous true\n");
        std::fs::write(folder.path().join("mosquitto.conf"), conf).unwrap();
        Self { child: Self::spawn(&folder), port, folder }
    }

    fn spawn(folder: &tempfile::TempDir) -> Child {
        // Debian keeps it where a plain user's PATH does not look.
        let debian = "/usr/sbin/mosquitto";
        let program = if std::path::Path::new(debian).exists() { debian } else { "mosquitto" };
        Command::new(program)
            .arg("-c")
            .arg(folder.path().join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto is installed (make setup)")
    }

    /// As after a power cut: nothing of sessions, queues or retained messages is left.
    fn restart_empty(&mut self) {
        self.stop();
        self.child = Self::spawn(&self.folder);
    }

    fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn endpoint(port: u16) -> MqttEndpoint {
    MqttEndpoint {
        host: "127.0.0.1".to_owned(),
        port,
        client_id: "plumewatch-server-test".to_owned(),
        credentials: None,
        tls: None,
        share: Some("ingest".to_owned()),
    }
}

/// An edge as far as the link can tell: sends its records again until they are receipted.
async fn deliver(port: u16, sequences: std::ops::RangeInclusive<u64>) -> Option<Vec<u8>> {
    let mut options = MqttOptions::new("A140105001", "127.0.0.1", port);
    options.set_max_packet_size(Some(100_000));
    let (client, mut events) = AsyncClient::new(options, 64);
    let mut due: std::collections::BTreeSet<u64> = sequences.collect();
    let mut watchlist = None;
    while !due.is_empty() || watchlist.is_none() {
        match tokio::time::timeout(Duration::from_millis(500), events.poll()).await {
            Ok(Ok(Event::Incoming(Incoming::ConnAck(_)))) => {
                for channel in [Channel::Receipt, Channel::Watchlist] {
                    let topic = Topic { station: station(STATION), channel };
                    client.try_subscribe(topic.to_string(), QoS::AtLeastOnce).unwrap();
                }
            }
            Ok(Ok(Event::Incoming(Incoming::Publish(publish)))) => {
                let topic: Topic = std::str::from_utf8(&publish.topic).unwrap().parse().unwrap();
                if topic.channel == Channel::Watchlist {
                    watchlist = Some(publish.payload.to_vec());
                } else {
                    let receipt: Receipt = serde_json::from_slice(&publish.payload).unwrap();
                    due.retain(|sequence| !receipt.stored.contains(sequence));
                }
            }
            Ok(Ok(_)) => {}
            // The broker is away; the next poll connects anew.
            Ok(Err(_)) => tokio::task::yield_now().await,
            // Nothing came for a while: whatever is due goes out again.
            Err(_) => {
                let topic = Topic { station: station(STATION), channel: Channel::Record }.to_string();
                for &sequence in due.iter().take(20) {
                    let payload = sealed(sample::passage(sequence));
                    let _ = client.try_publish(&topic, QoS::AtLeastOnce, false, payload);
                }
            }
        }
    }
    watchlist
}

/// Records and the watchlist go through a broker that is killed and comes back empty, and the server stops in order.
#[tokio::test]
async fn records_and_the_watchlist_pass_a_broker_that_comes_back_empty() {
    let (store, folder) = sqlite().await;
    enrol(&store, STATION).await;
    let mut broker = Mosquitto::start();
    let figures = Arc::new(IngestFigures::default());
    let (link, arrivals, poller) = link(&endpoint(broker.port), Arc::clone(&figures));
    let ingest = Ingest {
        store: store.clone(),
        evidence: Intake::new(EvidenceStore::open(folder.path()).unwrap()),
        live: Live::new(),
        books: crate::ingest::Books::new(plumewatch_shared::rulebook::Rulebook::hj845()),
        figures: Arc::clone(&figures),
        clock: now,
    };
    let publisher = Publisher { store: store.clone(), key: key(), nudge: Nudge::new(), clock: now };
    let stop = CancellationToken::new();
    let tasks = [
        tokio::spawn(poller.run(stop.clone())),
        tokio::spawn(ingest.run(arrivals, link.clone())),
        tokio::spawn(publisher.run(link, stop.clone())),
    ];
    let before = tokio::time::timeout(PATIENCE, deliver(broker.port, 1..=10)).await.unwrap();
    broker.restart_empty();
    let after = tokio::time::timeout(PATIENCE, deliver(broker.port, 5..=20)).await.unwrap();
    assert_eq!(before, after, "the watchlist is retained anew on the empty broker");
    let received = store.reading().await.unwrap().received(station(STATION)).await.unwrap().unwrap();
    assert_eq!((received.lowest, received.highest, received.count), (1, 20, 20));
    assert!(figures.connections.load(Ordering::Relaxed) >= 2);
    // It stops while the broker is away as well.
    broker.stop();
    stop.cancel();
    for task in tasks {
        tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap();
    }
}
