//! The server's own MQTT 5 client. Nothing else in this crate names rumqttc.
//!
//! [`Poller::run`] does nothing but poll and hand over; it never waits for a queue or a publish. Messages are
//! acknowledged by hand, after their commit. Sessions are not kept: whatever was on its way when a connection
//! broke, the edges send again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use plumewatch_shared::protocol::WATCHLIST_BYTES_MAX;
use plumewatch_shared::protocol::topic::Topic;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::figures::IngestFigures;

/// `QoS` 1 messages that the broker may leave unacknowledged: two batches, one in work and one gathering.
const RECEIVE_MAX: u16 = 2 * super::BATCH_MAX as u16;
/// Messages between the poller and the worker. Larger than [`RECEIVE_MAX`], so that only a broker or a sender
/// that keeps no rule fills it.
const ARRIVALS_MAX: usize = RECEIVE_MAX as usize + 112;
/// Publishes and acknowledgements waiting for the poller: those of a batch each, and some.
const REQUESTS_MAX: usize = 1_024;
/// Receipts that the broker has not acknowledged yet.
const IN_FLIGHT_MAX: u16 = 256;
/// A silent broker is noticed within one and a half of these.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Waits between attempts to connect: doubled from the first to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Where the broker is and how the server comes in.
#[derive(Clone)]
pub struct MqttEndpoint {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// This server's name at the broker: two servers with one name would throw each other out.
    pub client_id: String,
    /// User name and password.
    pub credentials: Option<(String, String)>,
    /// TLS, unless the broker is on this machine.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// Group of servers that share the messages among them (MQTT 5 shared subscription).
    pub share: Option<String>,
}

/// What was published, and where.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where it was published.
    pub topic: String,
    /// What was published.
    pub payload: Bytes,
}

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// What arrived.
    pub message: Message,
    publish: Publish,
    /// Which connection it came on: its packet id means nothing on another.
    connection: u64,
}

/// Sends receipts, watchlists and acknowledgements. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Link {
    client: AsyncClient,
    connection: watch::Receiver<u64>,
}

/// Polls the connection.
pub struct Poller {
    events: EventLoop,
    client: AsyncClient,
    filters: Vec<Filter>,
    arrivals: mpsc::Sender<Arrival>,
    connection: watch::Sender<u64>,
    figures: Arc<IngestFigures>,
}

/// The server's end of the broker: how to send, what arrives, and what must be run.
pub fn link(endpoint: &MqttEndpoint, figures: Arc<IngestFigures>) -> (Link, mpsc::Receiver<Arrival>, Poller) {
    let mut options = MqttOptions::new(endpoint.client_id.clone(), endpoint.host.clone(), endpoint.port);
    options.set_clean_start(true);
    options.set_manual_acks(true);
    options.set_keep_alive(KEEP_ALIVE);
    options.set_outgoing_inflight_upper_limit(IN_FLIGHT_MAX);
    options.set_receive_maximum(Some(RECEIVE_MAX));
    // The largest of our own messages; a foreign server's watchlist may come back to us by no filter.
    options.set_max_packet_size(Some(WATCHLIST_BYTES_MAX as u32 + 1_024));
    if let Some((user, password)) = &endpoint.credentials {
        options.set_credentials(user.clone(), password.clone());
    }
    if let Some(tls) = &endpoint.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::clone(tls))));
    }
    let (client, events) = AsyncClient::new(options, REQUESTS_MAX);
    let (arrived, arrivals) = mpsc::channel(ARRIVALS_MAX);
    let (connection, seen) = watch::channel(0);
    let filters = Topic::server_filters(endpoint.share.as_deref());
    let filters = filters.into_iter().map(|filter| Filter::new(filter, QoS::AtLeastOnce)).collect();
    let link = Link { client: client.clone(), connection: seen };
    (link, arrivals, Poller { events, client, filters, arrivals: arrived, connection, figures })
}

impl Link {
    /// Publishes with `QoS` 1. Waits while the broker is away or slow; `Err` only when the poller has ended.
    pub async fn publish(&self, topic: Topic, retain: bool, payload: Vec<u8>) -> Result<(), Ended> {
        self.client.publish(topic.to_string(), QoS::AtLeastOnce, retain, payload).await.map_err(|_| Ended)
    }

    /// Acknowledges a message to the broker, if the connection it came on still stands.
    pub async fn acknowledge(&self, arrival: &Arrival) -> Result<(), Ended> {
        if *self.connection.borrow() != arrival.connection {
            return Ok(());
        }
        self.client.ack(&arrival.publish).await.map_err(|_| Ended)
    }

    /// Changes with every connection: what a broker keeps in memory may be gone then.
    pub fn connections(&self) -> watch::Receiver<u64> {
        self.connection.clone()
    }
}

/// The poller has ended: the server is stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link to the broker has ended")]
pub struct Ended;

impl Poller {
    /// Polls until told to stop. Ends by itself only when nobody takes arrivals any more.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut wait = BACK_OFF.0;
        let mut subscribed = true;
        loop {
            if !subscribed {
                // The queue may be full of receipts; they drain with every poll.
                subscribed = self.client.try_subscribe_many(self.filters.clone()).is_ok();
            }
            let event = tokio::select! {
                () = stop.cancelled() => break,
                event = self.events.poll() => event,
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    wait = BACK_OFF.0;
                    subscribed = false;
                    self.connection.send_modify(|count| *count += 1);
                    IngestFigures::add(&self.figures.connections, 1);
                    self.figures.connected.store(1, Ordering::Relaxed);
                    tracing::info!("connected to the broker");
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    if !self.hand_over(publish) {
                        break;
                    }
                }
                Ok(Event::Incoming(_) | Event::Outgoing(_)) => {}
                Err(error) => {
                    if self.figures.connected.swap(0, Ordering::Relaxed) == 1 {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "the broker is away; edges keep their records");
                    }
                    tokio::select! {
                        () = stop.cancelled() => break,
                        () = tokio::time::sleep(wait) => {}
                    }
                    wait = (wait * 2).min(BACK_OFF.1);
                }
            }
        }
        self.figures.connected.store(0, Ordering::Relaxed);
    }

    /// False when nobody takes arrivals any more.
    fn hand_over(&self, publish: Publish) -> bool {
        IngestFigures::add(&self.figures.messages, 1);
        let arrival = Arrival {
            message: Message {
                // A topic that is not UTF-8 is none of ours; what it is shown as does not matter.
                topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                payload: publish.payload.clone(),
            },
            connection: *self.connection.borrow(),
            publish,
        };
        match self.arrivals.try_send(arrival) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                // Unacknowledged, so the sender repeats it.
                IngestFigures::add(&self.figures.dropped, 1);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
