//! A client that is not ours: it speaks MQTT over TLS with whatever certificate it was given, or with none.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::{Client, Connection, Event, Incoming, MqttOptions};
use rumqttc::{Outgoing, TlsConfiguration, Transport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How long a stranger waits for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// What a client shows at the door.
pub(crate) struct Card {
    ca: Vec<u8>,
    own: Option<(Vec<u8>, Vec<u8>)>,
}

impl Card {
    /// The card of an enrolled edge unit whose data lies here.
    pub(crate) fn of(data: &Path) -> Self {
        let read = |name: &str| std::fs::read(data.join("identity").join(name)).unwrap();
        Self { ca: read("ca.pem"), own: Some((read("certificate.pem"), read("tls-key.pem"))) }
    }

    /// Only what is needed to trust the broker.
    pub(crate) fn ca_only(data: &Path) -> Self {
        Self { own: None, ..Self::of(data) }
    }

    fn transport(&self) -> Transport {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&self.ca) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match &self.own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().unwrap();
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key).unwrap()).unwrap()
            }
        };
        Transport::Tls(TlsConfiguration::Rustls(Arc::new(config)))
    }
}

/// A connected stranger.
pub(crate) struct Stranger {
    client: Client,
    connection: Connection,
}

impl Stranger {
    /// Connects, or says why the broker would not have it.
    pub(crate) fn connect(broker: SocketAddr, card: &Card, name: &str) -> Result<Self, String> {
        let mut options = MqttOptions::new(name, "localhost", broker.port());
        options.set_transport(card.transport()).set_keep_alive(Duration::from_secs(10));
        options.set_max_packet_size(Some(1024 * 1024));
        let (client, connection) = Client::new(options, 8);
        let mut stranger = Self { client, connection };
        stranger.until(|event| matches!(event, Event::Incoming(Incoming::ConnAck(_))))?;
        Ok(stranger)
    }

    /// Publishes and waits until it was answered or the broker hung up: either is an answer.
    pub(crate) fn publish(&mut self, topic: &str, payload: Vec<u8>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
        let _ = self.until(|event| matches!(event, Event::Incoming(Incoming::PubAck(_))));
        let _ = self.client.disconnect();
        let _ = self.until(|event| matches!(event, Event::Outgoing(Outgoing::Disconnect)));
    }

    fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Result<(), String> {
        let end = Instant::now() + ANSWER;
        while Instant::now() < end {
            match self.connection.recv_timeout(Duration::from_millis(200)) {
                Ok(Ok(event)) if wanted(&event) => return Ok(()),
                Ok(Ok(_)) | Err(rumqttc::v5::RecvTimeoutError::Timeout) => {}
                Ok(Err(error)) => return Err(error.to_string()),
                Err(rumqttc::v5::RecvTimeoutError::Disconnected) => {
                    return Err("the client has ended".to_owned());
                }
            }
        }
        Err("no answer".to_owned())
    }
}
