//! The MQTT link, the only place that names rumqttc.
//!
//! [`Link::run`] polls and does nothing else: it never awaits a publish and never waits for whoever reads its
//! events. What it cannot pass on it drops and counts; receipts come again when a record is sent again. Every
//! loss of the connection makes a new client with the identity as it is on the disk then, so a renewed
//! certificate is taken up, and rumqttc's own queue, which the outbox makes needless, is gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use plumewatch_shared::{
    ids::StationId,
    protocol::{
        PAYLOAD_MAX, RULEBOOKS_BYTES_MAX, VERSION, WATCHLIST_BYTES_MAX,
        message::StateReport,
        topic::{Channel, Direction, Topic},
    },
};
use rumqttc::{
    TlsConfiguration, Transport,
    v5::{
        AsyncClient, Event, EventLoop, MqttOptions,
        mqttbytes::{
            QoS,
            v5::{ConnectProperties, Filter, LastWill, Packet},
        },
    },
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::identity::{Identity, IdentityFolder};
use crate::{backoff::Backoff, config::UplinkConfig};

/// Publishes that may wait for the polling task: more than the pump ever has in flight (68), and health.
const REQUESTS: usize = 128;

/// Incoming messages that may wait for the pump. Receipts answer what is in flight, so this is twice enough.
pub const INCOMING: usize = 256;

/// Head of a packet beside its payload: fixed header, topic (at most 100 bytes), properties.
const PACKET_HEAD: usize = 1_024;

/// How long the broker keeps our subscriptions while we are away; after that we subscribe anew anyway.
const SESSION_SECONDS: u32 = 3_600;

/// The first wait before another attempt to connect.
const RECONNECT_FIRST: Duration = Duration::from_millis(200);

/// How often a unit that is not enrolled looks whether it is now.
const ENROLLED_YET: Duration = Duration::from_secs(2);

/// How long the last words may take when the unit stops.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How the link is.
#[derive(Clone, Debug, Default)]
pub struct LinkState {
    /// Is there an identity?
    pub enrolled: bool,
    /// The way to publish, while the connection stands.
    pub publisher: Option<Publisher>,
    /// Counts the connections made.
    pub connections: u64,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// On which channel of our station.
    pub channel: Channel,
    /// What.
    pub payload: Vec<u8>,
}

/// Publishes on one connection.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: AsyncClient,
    station: StationId,
}

/// Why a message was not handed to the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The link's queue is full; try again later.
    #[error("the link is behind")]
    Behind,
    /// Larger than either side accepts.
    #[error("a message of {0} bytes is too large")]
    TooLarge(usize),
}

impl Publisher {
    /// Hands a message to the link, at least once.
    pub fn publish(&self, channel: Channel, payload: Vec<u8>) -> Result<(), NotSent> {
        if payload.len() > PAYLOAD_MAX {
            return Err(NotSent::TooLarge(payload.len()));
        }
        let topic = Topic { station: self.station, channel }.to_string();
        let retain = matches!(channel, Channel::State);
        self.client.try_publish(topic, QoS::AtLeastOnce, retain, payload).map_err(|_| NotSent::Behind)
    }

    /// Ends the connection in order, so that the broker keeps the last will to itself.
    pub fn disconnect(&self) {
        let _ = self.client.try_disconnect(); // If it is behind, the will says it.
    }
}

/// Everything the link's task needs.
pub struct Link {
    /// Whose.
    pub station: StationId,
    /// Starts of this program, told in every state.
    pub boot: u64,
    /// Times and limits.
    pub config: UplinkConfig,
    /// Where the identity is.
    pub identity: IdentityFolder,
    /// Where the link's state is told.
    pub state: watch::Sender<LinkState>,
    /// Where messages go.
    pub incoming: mpsc::Sender<Incoming>,
    /// Messages that could not be passed on or are none of ours.
    pub dropped: Arc<AtomicU64>,
}

/// The link cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The identity's keys or certificates are of no use.
    #[error("the identity cannot be used for TLS")]
    Tls(#[from] rustls::Error),
    /// A PEM file is malformed.
    #[error("the identity's {0} is malformed")]
    Pem(&'static str),
}

/// The state message of this boot.
pub fn state_payload(online: bool, boot: u64) -> Vec<u8> {
    serde_json::to_vec(&StateReport { v: VERSION, online, boot }).expect("a boolean and a number serialise")
}

impl Link {
    /// Connects and polls until `stop` says so.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new(RECONNECT_FIRST, self.config.reconnect_at_most);
        // Trouble is said once, not at every attempt.
        let mut said = false;
        loop {
            match self.client() {
                Ok(Some((client, events))) => {
                    let connected = self.poll(client, events, &stop, &mut said).await;
                    self.state.send_modify(|state| state.publisher = None);
                    if connected {
                        backoff.reset();
                    }
                }
                Ok(None) => self.state.send_modify(|state| state.enrolled = false),
                Err(error) => {
                    if !std::mem::replace(&mut said, true) {
                        warn!(error = format!("{error:#}"), "no uplink can be made; capture goes on");
                    }
                }
            }
            let wait = if self.state.borrow().enrolled { backoff.wait() } else { ENROLLED_YET };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// A client with the identity as it is now; `None` if there is none.
    fn client(&self) -> anyhow::Result<Option<(AsyncClient, EventLoop)>> {
        let Some(identity) = self.identity.identity()? else { return Ok(None) };
        self.state.send_if_modified(|state| !std::mem::replace(&mut state.enrolled, true));
        let mut options =
            MqttOptions::new(self.station.to_string(), &identity.server.mqtt_host, identity.server.mqtt_port);
        options
            .set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(tls(&identity)?))));
        options.set_keep_alive(self.config.keep_alive);
        options.set_clean_start(false);
        let mut properties = ConnectProperties::new();
        properties.session_expiry_interval = Some(SESSION_SECONDS);
        // The largest thing that may come is a watchlist; what goes out is checked by the publisher.
        properties.max_packet_size = Some((WATCHLIST_BYTES_MAX + PACKET_HEAD) as u32);
        options.set_connect_properties(properties);
        let state = Topic { station: self.station, channel: Channel::State }.to_string();
        let will = LastWill::new(state, state_payload(false, self.boot), QoS::AtLeastOnce, true, None);
        options.set_last_will(will);
        Ok(Some(AsyncClient::new(options, REQUESTS)))
    }

    /// Polls one client to its end; gives whether it ever connected.
    async fn poll(
        &self,
        client: AsyncClient,
        mut events: EventLoop,
        stop: &CancellationToken,
        said: &mut bool,
    ) -> bool {
        let mut connected = false;
        // Once the unit stops, the pump says the last words; they are given a moment to go out.
        let mut until: Option<Instant> = None;
        loop {
            let event = tokio::select! {
                event = events.poll() => event,
                () = stop.cancelled(), if until.is_none() => {
                    if !connected {
                        return false;
                    }
                    until = Some(Instant::now() + LAST_WORDS);
                    continue;
                }
                () = tokio::time::sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    return connected;
                }
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    (connected, *said) = (true, false);
                    info!("uplink connected");
                    self.subscribe(&client);
                    let publisher = Publisher { client: client.clone(), station: self.station };
                    self.state.send_modify(|state| {
                        state.publisher = Some(publisher);
                        state.connections += 1;
                    });
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    self.pass_on(&publish.topic, &publish.payload)
                }
                Ok(Event::Incoming(_) | Event::Outgoing(_)) => {}
                Err(error) => {
                    if until.is_none() && !std::mem::replace(said, true) {
                        info!(%error, "no uplink; records are kept");
                    }
                    return connected;
                }
            }
        }
    }

    /// Subscribes on every connection: the broker may have come back empty.
    fn subscribe(&self, client: &AsyncClient) {
        let filters = Topic::edge_filters(self.station);
        let filters = filters.into_iter().map(|filter| Filter::new(filter, QoS::AtLeastOnce));
        if client.try_subscribe_many(filters).is_err() {
            // A new client's queue is empty, so this does not happen; if it did, health would show no receipts.
            warn!("uplink cannot subscribe");
        }
    }

    fn pass_on(&self, topic: &[u8], payload: &[u8]) {
        let topic = std::str::from_utf8(topic).ok().and_then(|topic| topic.parse::<Topic>().ok());
        let message = topic
            .filter(|topic| topic.station == self.station && topic.channel.direction() == Direction::ToEdge)
            .filter(|topic| payload.len() <= largest(topic.channel))
            .map(|topic| Incoming { channel: topic.channel, payload: payload.to_vec() });
        let passed = message.map(|message| self.incoming.try_send(message));
        if !matches!(passed, Some(Ok(()))) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The largest payload accepted on a channel, bytes.
const fn largest(channel: Channel) -> usize {
    match channel {
        Channel::Watchlist => WATCHLIST_BYTES_MAX,
        Channel::Rulebooks => RULEBOOKS_BYTES_MAX,
        Channel::Receipt
        | Channel::EvidenceReceipt
        | Channel::Record
        | Channel::Evidence(_)
        | Channel::State
        | Channel::Health => PAYLOAD_MAX,
    }
}

/// TLS with our certificate, believing the one authority that enrolment named.
fn tls(identity: &Identity) -> Result<ClientConfig, LinkError> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&identity.ca_pem).map_err(|_| LinkError::Pem("authority"))?)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&identity.certificate_pem).collect();
    let chain = chain.map_err(|_| LinkError::Pem("certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key_pem).map_err(|_| LinkError::Pem("key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?)
}
