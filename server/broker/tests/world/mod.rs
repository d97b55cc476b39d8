//! A broker with an authority of its own, and clients that speak to it as an edge and as the server.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::topic::Topic;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType,
};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, LastWill, Packet, PubAckReason, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use server_broker::{Broker, BrokerConfig, BrokerError, BrokerRules, INTERNAL_USER};

pub(crate) const STATION: &str = "A140105001";
/// The longest a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "a password of this start";

struct Rules;

#[async_trait]
impl BrokerRules for Rules {
    async fn may_connect(&self, station: StationId, serial: &str) -> bool {
        !serial.is_empty() && station.as_str() != "A140105666"
    }
}

pub(crate) struct World {
    pub(crate) broker: Broker,
    ca: Issuer<'static, KeyPair>,
    config: BrokerConfig,
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

impl World {
    pub(crate) async fn start() -> Self {
        let (ca, client_ca_pem) = authority();
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::IpAddress([127, 0, 0, 1].into())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let certificate_pem = params.signed_by(&key, &ca).unwrap().pem();
        let config = BrokerConfig {
            tls_listen: ([127, 0, 0, 1], 0).into(),
            client_ca_pem,
            certificate_pem,
            key_pem: key.serialize_pem(),
            internal_password: PASSWORD.to_owned(),
        };
        let broker = Broker::start(config.clone(), Arc::new(Rules)).await.unwrap();
        Self { broker, ca, config }
    }

    pub(crate) async fn restart_on(self, port: u16) -> Self {
        let Self { broker, ca, mut config } = self;
        broker.stop().await;
        config.tls_listen.set_port(port);
        let broker = Broker::start(config.clone(), Arc::new(Rules)).await.unwrap();
        Self { broker, ca, config }
    }

    pub(crate) async fn start_second_on(&self, port: u16) -> Result<(), BrokerError> {
        let mut config = self.config.clone();
        config.tls_listen.set_port(port);
        Broker::start(config, Arc::new(Rules)).await.map(drop)
    }

    fn certificate(&self, name: &str) -> (Vec<u8>, Vec<u8>) {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &self.ca).unwrap().pem();
        (pem.into_bytes(), key.serialize_pem().into_bytes())
    }

    fn tls_options(&self, client_id: &str, client_auth: Option<(Vec<u8>, Vec<u8>)>) -> MqttOptions {
        let mut options = MqttOptions::new(client_id, "127.0.0.1", self.broker.tls_port());
        options.set_transport(Transport::Tls(TlsConfiguration::Simple {
            ca: self.config.client_ca_pem.clone().into_bytes(),
            alpn: None,
            client_auth,
        }));
        common(options)
    }

    /// A client that names itself `client_id` and shows a certificate for `name`.
    pub(crate) fn edge_options(&self, client_id: &str, name: &str) -> MqttOptions {
        self.tls_options(client_id, Some(self.certificate(name)))
    }

    pub(crate) fn options_without_certificate(&self) -> MqttOptions {
        self.tls_options(STATION, None)
    }

    pub(crate) fn internal_options(&self, password: &str) -> MqttOptions {
        let mut options = self.anonymous_internal_options();
        options.set_credentials(INTERNAL_USER, password);
        options
    }

    pub(crate) fn anonymous_internal_options(&self) -> MqttOptions {
        common(MqttOptions::new("server-1", "127.0.0.1", self.broker.internal_port()))
    }

    pub(crate) async fn try_edge(&self, station: &str) -> Option<Edge> {
        Edge::connect(self.edge_options(station, station)).await
    }

    pub(crate) async fn edge(&self, station: &str) -> Edge {
        self.try_edge(station).await.expect("the edge is let in")
    }

    pub(crate) async fn server(&self) -> Edge {
        self.listening_server("server-1", Topic::server_filters(None)).await
    }

    pub(crate) async fn sharing_server(&self, client_id: &str) -> Edge {
        self.listening_server(client_id, Topic::server_filters(Some("ingest"))).await
    }

    async fn listening_server(&self, client_id: &str, filters: Vec<String>) -> Edge {
        let mut options = common(MqttOptions::new(client_id, "127.0.0.1", self.broker.internal_port()));
        options.set_credentials(INTERNAL_USER, PASSWORD);
        let mut server = Edge::connect(options).await.expect("the server is let in");
        for filter in filters {
            assert!(server.subscribe(&filter).await, "{filter}");
        }
        server
    }

    /// Completes the TLS handshake as `name` and sends bytes that are no MQTT.
    pub(crate) async fn garbage_in_tls(&self, name: &str, bytes: &[u8]) {
        use std::io::Write;
        let (certificate, key) = self.certificate(name);
        let mut roots = rustls::RootCertStore::empty();
        roots.add(pem(self.config.client_ca_pem.as_bytes())).unwrap();
        let config = rustls::ClientConfig::builder()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![pem(&certificate)],
                rustls::pki_types::pem::PemObject::from_pem_slice(&key).unwrap(),
            )
            .unwrap();
        let port = self.broker.tls_port();
        let bytes = bytes.to_vec();
        tokio::task::spawn_blocking(move || {
            let mut socket = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
            let mut tls =
                rustls::ClientConnection::new(Arc::new(config), "127.0.0.1".try_into().unwrap()).unwrap();
            let _ = rustls::Stream::new(&mut tls, &mut socket).write_all(&bytes);
        })
        .await
        .unwrap();
    }
}

fn pem(bytes: &[u8]) -> rustls::pki_types::CertificateDer<'static> {
    rustls::pki_types::pem::PemObject::from_pem_slice(bytes).unwrap()
}

fn common(mut options: MqttOptions) -> MqttOptions {
    options.set_keep_alive(Duration::from_secs(30));
    options.set_clean_start(true);
    options.set_max_packet_size(Some(3_000_000));
    options
}

/// A last will on `topic`.
pub(crate) fn will(topic: &str) -> LastWill {
    LastWill::new(topic, "gone", QoS::AtLeastOnce, true, None)
}

/// A client and its connection; the tests poll it themselves, so nothing happens behind their backs.
pub(crate) struct Edge {
    client: AsyncClient,
    connection: EventLoop,
    waiting: std::collections::VecDeque<(String, String)>,
}

impl Edge {
    /// `None` if it is not let in.
    pub(crate) async fn connect(options: MqttOptions) -> Option<Self> {
        let (client, mut connection) = AsyncClient::new(options, 64);
        let connected = async {
            loop {
                match connection.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(ack))) => {
                        return ack.code == ConnectReturnCode::Success;
                    }
                    Ok(_) => {}
                    Err(_) => return false,
                }
            }
        };
        let connected = tokio::time::timeout(PATIENCE, connected).await.expect("an answer in time");
        connected.then(|| Self { client, connection, waiting: Default::default() })
    }

    async fn poll(&mut self) -> Result<Option<Packet>, rumqttc::v5::ConnectionError> {
        let event =
            tokio::time::timeout(PATIENCE, self.connection.poll()).await.expect("something in time")?;
        Ok(match event {
            Event::Incoming(Packet::Publish(publish)) => {
                self.waiting.push_back((
                    String::from_utf8(publish.topic.to_vec()).unwrap(),
                    String::from_utf8(publish.payload.to_vec()).unwrap(),
                ));
                None
            }
            Event::Incoming(packet) => Some(packet),
            Event::Outgoing(_) => None,
        })
    }

    /// Publishes what must be taken.
    pub(crate) async fn publish(&mut self, topic: &str, payload: &str) {
        assert!(self.send(topic, payload, false).await, "the broker refused a message on {topic}");
    }

    pub(crate) async fn publish_retained(&mut self, topic: &str, payload: &str) {
        assert!(self.send(topic, payload, true).await, "the broker refused a message on {topic}");
    }

    /// Publishes what must cost the connection.
    pub(crate) async fn is_cut_off_for(&mut self, topic: &str, payload: &str) -> bool {
        !self.send(topic, payload, false).await
    }

    /// Waits until the message is acknowledged (true) or the connection gone (false).
    async fn send(&mut self, topic: &str, payload: &str, retain: bool) -> bool {
        let payload = Bytes::copy_from_slice(payload.as_bytes());
        self.client.publish_bytes(topic, QoS::AtLeastOnce, retain, payload).await.unwrap();
        loop {
            match self.poll().await {
                Ok(Some(Packet::PubAck(ack))) if ack.reason == PubAckReason::Success => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    /// Publishes as fast as the connection takes it.
    pub(crate) async fn publish_without_waiting(&mut self, topic: &str, payload: &str) {
        let payload = Bytes::copy_from_slice(payload.as_bytes());
        let client = self.client.clone();
        let publish = client.publish_bytes(topic, QoS::AtLeastOnce, false, payload);
        tokio::pin!(publish);
        loop {
            tokio::select! {
                sent = &mut publish => return sent.unwrap(),
                polled = self.connection.poll() => { polled.unwrap(); }
            }
        }
    }

    /// Was the subscription granted?
    pub(crate) async fn subscribe(&mut self, filter: &str) -> bool {
        self.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        loop {
            if let Some(Packet::SubAck(ack)) = self.poll().await.unwrap() {
                return ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)));
            }
        }
    }

    pub(crate) async fn next_message(&mut self) -> (String, String) {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return message;
            }
            self.poll().await.unwrap();
        }
    }

    pub(crate) async fn until_disconnected(&mut self) {
        while self.poll().await.is_ok() {}
    }
}
