//! The embedded MQTT broker: one command runs everything, and nothing else in the project names rmqtt.
//!
//! Two doors. Edges come in by TLS with the certificate their enrolment gave them; the certificate's common
//! name is the station, the client id must say the same, and [`Topic`](plumewatch_shared::protocol::topic::Topic)
//! says what it may do. The server's own ingest comes in on a loopback port that nobody else knows the
//! password of.
//!
//! What this crate leaves to others: who is enrolled ([`BrokerRules`]), what messages mean, and durability.
//! Everything here is in memory; a record is safe when the server's receipt says so, never before.
//!
//! What must hold: no bytes from outside make it panic, hang or grow. Publishers wait when the ingest is
//! behind ([`hold_back`]); payloads, sessions, queues and retained topics have named limits ([`limits`]).

mod hold_back;
mod hooks;
pub mod limits;
mod retained;
mod rules;
mod shared_subscription;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rmqtt::context::ServerContext;
use rmqtt::net::{Builder, Listener};
use rmqtt::server::MqttServer;
use tokio::runtime::Runtime;

pub use rules::BrokerRules;

/// User name of the server's own client at the internal door.
pub const INTERNAL_USER: &str = "plumewatch-server";

/// How the broker is set up.
#[derive(Clone)]
pub struct BrokerConfig {
    /// Where edges connect; port 0 takes a free one.
    pub tls_listen: SocketAddr,
    /// PEM of the authority that issued the edges' certificates.
    pub client_ca_pem: String,
    /// PEM of the server's certificate chain.
    pub certificate_pem: String,
    /// PEM of the server's private key.
    pub key_pem: String,
    /// What [`INTERNAL_USER`] must say at the internal door; new with every start.
    pub internal_password: String,
}

/// The broker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The certificates could not be laid where the TLS library reads them.
    #[error("cannot lay out the broker's certificates")]
    Certificates(#[source] io::Error),
    /// The address is taken or not ours.
    #[error("cannot listen for MQTT on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The library's words.
        reason: String,
    },
    /// Certificate and key are not usable.
    #[error("the broker's TLS set-up is not usable: {0}")]
    Tls(String),
    /// No threads for it.
    #[error("cannot start the broker's threads")]
    Runtime(#[source] io::Error),
}

/// A running broker; dropping it stops it without waiting.
pub struct Broker {
    // Its own runtime, because rmqtt detaches a task per connection and keeps no handle on them: ending the
    // runtime is the one way to end them all.
    runtime: Option<Runtime>,
    tls_port: u16,
    internal_port: u16,
}

/// Threads for all connections. Two carry 30,000 messages a second (MEASURED.md).
const WORKERS: usize = 2;

/// How long a stop waits for blocking work of the library.
const STOP_WAIT: Duration = Duration::from_secs(2);

impl Broker {
    /// Opens both doors. `rules` are asked on the caller's runtime, where their database lives.
    pub async fn start(config: BrokerConfig, rules: Arc<dyn BrokerRules>) -> Result<Self, BrokerError> {
        // rmqtt brings a second provider into the build; without a choice rustls panics at first use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tokio::runtime::Handle::current();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("broker")
            .enable_all()
            .build()
            .map_err(BrokerError::Runtime)?;
        let asker = hooks::Asker { home, rules };
        let started = runtime.spawn(open(config, asker)).await;
        match started.unwrap_or_else(|died| Err(BrokerError::Tls(died.to_string()))) {
            Ok((tls_port, internal_port)) => Ok(Self { runtime: Some(runtime), tls_port, internal_port }),
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// The port edges connect to.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// The loopback port of the server's own client.
    pub fn internal_port(&self) -> u16 {
        self.internal_port
    }

    /// Closes both doors and every connection, and waits until the ports are free.
    pub async fn stop(mut self) {
        if let Some(runtime) = self.runtime.take() {
            let ended = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(STOP_WAIT)).await;
            if let Err(error) = ended {
                tracing::warn!(%error, "the broker's threads did not end in order");
            }
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn open(config: BrokerConfig, asker: hooks::Asker) -> Result<(u16, u16), BrokerError> {
    let tls = tls_listener(&config)?;
    let internal = internal_listener()?;
    let port = |listener: &Listener, address| {
        let local = listener.local_addr().map_err(|e| BrokerError::Listen { address, reason: e.to_string() });
        local.map(|address| address.port())
    };
    let tls_port = port(&tls, config.tls_listen)?;
    let internal_port = port(&internal, loopback())?;

    let context = ServerContext::new()
        .busy_check_enable(false) // It refuses stations when the machine is merely busy.
        .mqtt_max_sessions(limits::SESSIONS_MAX)
        .build()
        .await;
    *context.extends.retain.write().await = Box::new(retained::Retained::default());
    *context.extends.shared_subscription.write().await = Box::new(shared_subscription::RoundRobin::default());
    hooks::install(&context, asker, config.internal_password).await;

    let server = MqttServer::new(context)
        .listener_by_id(tls, tls_port)
        .listener_by_id(internal, internal_port)
        .build();
    tokio::spawn(async move {
        if let Err(error) = server.run().await {
            tracing::error!(%error, "the broker has stopped listening");
        }
    });
    Ok((tls_port, internal_port))
}

fn loopback() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}

/// What both doors share.
fn door(name: &str, address: SocketAddr) -> Builder {
    Builder::new()
        .name(name)
        .laddr(address)
        .nodelay(true)
        // Without it a broker that was killed cannot take its port again for a minute.
        .reuseaddr(Some(true))
        .allow_anonymous(false)
        .allow_zero_keepalive(false)
        .handshake_timeout(limits::HANDSHAKE_WAIT)
        .max_packet_size(limits::PACKET_MAX)
        .max_clientid_len(limits::CLIENT_ID_MAX)
        .max_topic_levels(limits::TOPIC_LEVELS_MAX)
        .max_session_expiry_interval(limits::SESSION_EXPIRY)
        // Zero: never. A message that waits is held back at its publisher, not thrown away here.
        .message_expiry_interval(Duration::ZERO)
        .message_retry_interval(limits::RETRY)
}

fn tls_listener(config: &BrokerConfig) -> Result<Listener, BrokerError> {
    let address = config.tls_listen;
    // The library reads PEM from files only. They live for as long as it takes to read them.
    let folder = tempfile::tempdir().map_err(BrokerError::Certificates)?;
    let lay = |name, pem| lay_out(folder.path(), name, pem).map_err(BrokerError::Certificates);
    let bound = door("edges", address)
        .tls_cross_certificate(true)
        .tls_client_ca_certs(Some(lay("ca.pem", &config.client_ca_pem)?))
        .tls_cert(Some(lay("certificate.pem", &config.certificate_pem)?))
        .tls_key(Some(lay("key.pem", &config.key_pem)?))
        .cert_cn_as_username(true)
        .collect_cert_info(true)
        .max_inflight(limits::EDGE_IN_FLIGHT)
        .max_mqueue_len(limits::EDGE_QUEUE)
        .max_subscriptions(limits::EDGE_SUBSCRIPTIONS)
        .bind()
        .map_err(|e| BrokerError::Listen { address, reason: e.to_string() })?;
    bound.tls().map_err(|e| BrokerError::Tls(e.to_string()))
}

fn internal_listener() -> Result<Listener, BrokerError> {
    let refused = |e: rmqtt::Error| BrokerError::Listen { address: loopback(), reason: e.to_string() };
    door("server", loopback())
        .max_inflight(limits::INGEST_IN_FLIGHT)
        .max_mqueue_len(limits::INGEST_QUEUE)
        .bind()
        .and_then(Listener::tcp)
        .map_err(refused)
}

fn lay_out(folder: &Path, name: &str, pem: &str) -> io::Result<String> {
    let path: PathBuf = folder.join(name);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(pem.as_bytes())?;
    path.into_os_string().into_string().map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidInput, "the folder for temporary files is not UTF-8")
    })
}
