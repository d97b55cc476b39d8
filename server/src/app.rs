//! The composition root: opens every part, lets them run, and stops them in the data's order.
//!
//! Order of starting: database, certificates, evidence, broker, ingest, pages. Order of stopping: pages take
//! no more requests, the ingest commits what it has, the broker closes, the database closes. Every `spawn` of
//! the program's own tasks is here.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use async_trait::async_trait;
use jiff::Timestamp;
use plumewatch_shared::ids::StationId;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use server_broker::{Broker, BrokerConfig, BrokerRules};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::auth::first_admin;
use crate::auth::oidc::Oidc;
use crate::auth::sign_in::Doorman;
use crate::auth::token::Secret;
use crate::config::{Config, ExternalBrokerConfig, secret};
use crate::evidence::{EvidenceStore, Intake};
use crate::http::{Bounded, ForEdges, Peer, Site, SiteParts, router};
use crate::ingest::link::{self, Arrival, Link, Poller};
use crate::ingest::{Ingest, IngestFigures, MqttEndpoint};
use crate::jobs::Jobs;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::pki::{Authority, ServerIdentity, signing_key};
use crate::rulebooks::publish::{RulebookPublisher, keep};
use crate::rulebooks::{Books, folder};
use crate::store::Store;
use crate::watchlist::{Nudge, Publisher};

/// How long the parts may take to finish what they hold: below the 90 s after which systemd kills.
const DRAIN: Duration = Duration::from_secs(20);

/// Lets in who is enrolled, with the certificate of the last enrolment.
struct Enrolled(Store);

#[async_trait]
impl BrokerRules for Enrolled {
    async fn may_connect(&self, station: StationId, serial: &str) -> bool {
        let answer = async { self.0.reading().await?.station_may_connect(station, serial).await };
        answer.await.unwrap_or_else(|error: crate::store::StoreError| {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, station.id = %station, "it cannot be told whether an edge may connect");
            false
        })
    }
}

/// Runs the server until it is told to stop.
pub async fn run(config: Config) -> anyhow::Result<()> {
    log_to_stderr(&config.log)?;
    // A library brings a second provider into the build; without a choice rustls panics at first use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let told = told_to_stop()?;
    let _held = hold(&config.data_dir)?;
    forget_announcement(&config.data_dir)?;
    Server::start(&config).await?.run_until(told).await
}

/// A server whose parts are open and listening, and not yet running.
struct Server {
    stop: CancellationToken,
    store: Store,
    broker: Option<Broker>,
    link: Link,
    poller: Poller,
    arrivals: mpsc::Receiver<Arrival>,
    ingest: Ingest,
    publisher: Publisher,
    rulebooks: RulebookPublisher,
    jobs: Jobs,
    site: Site,
    listener: TcpListener,
}

impl Server {
    async fn start(config: &Config) -> anyhow::Result<Self> {
        let (stop, now) = (CancellationToken::new(), Timestamp::now());
        let data_dir = &config.data_dir;
        let store = Store::open(&config.database_url()?).await?;
        let authority = Authority::open(&config.pki_dir(), now)?;
        let signing_key = signing_key(&config.pki_dir())?;
        let password_file = first_admin::password_file(data_dir);
        let doorman = Doorman::new(config.http.session_length.0, password_file.clone())?;
        let password = first_admin::make_if_none(&store, &doorman, &password_file, now).await?;
        let evidence = EvidenceStore::open(&config.evidence_dir()).with_context(|| {
            format!("cannot open the evidence folder {}", config.evidence_dir().display())
        })?;

        let (broker, endpoint, for_edges) = open_broker(config, &store, &authority, now).await?;
        let for_edges =
            ForEdges { server_signing_key: hex::encode(signing_key.verifying_key().to_bytes()), ..for_edges };
        let figures = Arc::new(IngestFigures::default());
        let (link, arrivals, poller) = link::link(&endpoint, Arc::clone(&figures));
        let (live, nudge) = (Live::new(), Nudge::new());
        let rulebooks = &config.rulebooks.folder;
        let books = Books::with_calendar(folder::read(rulebooks)?, folder::calendar(rulebooks)?);
        let issue = keep(&store, &books, now).await?;
        tracing::info!(rulebooks.issue = issue.version, "rulebooks in force");
        let ingest = Ingest {
            store: store.clone(),
            evidence: Intake::new(evidence.clone()),
            live: live.clone(),
            books: books.clone(),
            figures: Arc::clone(&figures),
            clock: Timestamp::now,
        };
        let rulebooks =
            RulebookPublisher { store: store.clone(), books: books.clone(), key: signing_key.clone() };
        let publisher = Publisher {
            store: store.clone(),
            key: signing_key.clone(),
            nudge: nudge.clone(),
            clock: Timestamp::now,
        };
        let jobs = Jobs::new(store.clone(), books.clone(), nudge.clone())?;
        let listener = TcpListener::bind(config.http.listen)
            .await
            .with_context(|| format!("cannot listen for browsers on {}", config.http.listen))?;
        let address = listener.local_addr().context("cannot tell where browsers connect")?;
        let mqtt = match &broker {
            Some(broker) => SocketAddr::new(config.mqtt.embedded.listen.ip(), broker.tls_port()).to_string(),
            None => format!("{}:{}", endpoint.host, endpoint.port),
        };
        let site = Site::new(SiteParts {
            store: store.clone(),
            evidence,
            live,
            watchlist: nudge,
            doorman,
            oidc: config.http.oidc.as_ref().map(Oidc::open).transpose()?,
            signing_key,
            authority,
            for_edges,
            books,
            extract: crate::listings::extract::Shelf::default(),
            printer: crate::documents::Printer::new(&config.documents),
            ingest: figures,
            metrics: Metrics::default(),
            http: config.http.clone(),
            clock: Box::new(Timestamp::now),
            stop: stop.clone(),
        });
        announce(data_dir, address, &mqtt)?;
        greet(address, &mqtt, password.as_deref(), &password_file);
        Ok(Self {
            stop,
            store,
            broker,
            link,
            poller,
            arrivals,
            ingest,
            publisher,
            rulebooks,
            jobs,
            site,
            listener,
        })
    }

    /// Runs until `told` resolves or a part ends that should not.
    async fn run_until(self, told: impl Future<Output = ()>) -> anyhow::Result<()> {
        let Self {
            stop,
            store,
            broker,
            link,
            poller,
            arrivals,
            ingest,
            publisher,
            rulebooks,
            jobs,
            site,
            listener,
        } = self;
        let mut tasks = JoinSet::new();
        let token = stop.clone();
        tasks.spawn(async move {
            poller.run(token).await; // Stops on the token.
            Ok(())
        });
        tasks.spawn({
            let link = link.clone();
            async move {
                ingest.run(arrivals, link).await; // Stops when the poller has ended and all is stored.
                Ok(())
            }
        });
        let token = stop.clone();
        tasks.spawn({
            let link = link.clone();
            async move {
                rulebooks.run(link, token).await; // As the watchlist's.
                Ok(())
            }
        });
        let token = stop.clone();
        tasks.spawn(async move {
            publisher.run(link, token).await; // Stops on the token; what it has not told is told at the next start.
            Ok(())
        });
        let token = stop.clone();
        tasks.spawn(async move {
            jobs.run(token).await; // Stops on the token; what is not done is done at the next start.
            Ok(())
        });
        let token = stop.clone();
        let service = router(site).into_make_service_with_connect_info::<Peer>();
        let pages = axum::serve(Bounded::new(listener), service)
            .with_graceful_shutdown(async move { token.cancelled().await });
        tasks.spawn(async move { pages.await.context("the pages have stopped") });

        let mut outcome = Ok(());
        tokio::select! {
            () = told => tracing::info!("stopping"),
            ended = tasks.join_next() => {
                outcome = outcome_of(ended).and_then(|()| bail!("a part of the server ended by itself"));
            }
        }
        stop.cancel();
        let drained = tokio::time::timeout(DRAIN, async {
            while let Some(ended) = tasks.join_next().await {
                if let Err(error) = outcome_of(Some(ended)) {
                    tracing::error!(error = &*error as &dyn std::error::Error, "a part did not end in order");
                }
            }
        });
        if drained.await.is_err() {
            tracing::warn!("some parts did not finish in time; edges send again what was not receipted");
            tasks.shutdown().await;
        }
        if let Some(broker) = broker {
            broker.stop().await;
        }
        store.close().await;
        outcome
    }
}

fn outcome_of(ended: Option<Result<anyhow::Result<()>, tokio::task::JoinError>>) -> anyhow::Result<()> {
    match ended {
        Some(Ok(outcome)) => outcome,
        Some(Err(died)) => Err(died).context("a part of the server has died"),
        None => Ok(()),
    }
}

/// Opens the broker that the configuration names: how the server reaches it, and how edges do.
async fn open_broker(
    config: &Config,
    store: &Store,
    authority: &Authority,
    now: Timestamp,
) -> anyhow::Result<(Option<Broker>, MqttEndpoint, ForEdges)> {
    // A name of this start: two servers of one name at one broker would throw each other out.
    let client_id = format!("plumewatch-server-{}", &Secret::random()?.to_string()[..12]);
    if let Some(external) = &config.mqtt.external {
        let endpoint = external_endpoint(external, authority, client_id)?;
        let (mqtt_host, mqtt_port) = (external.edge_host.clone(), external.edge_port);
        return Ok((None, endpoint, ForEdges { mqtt_host, mqtt_port, server_signing_key: String::new() }));
    }
    let embedded = &config.mqtt.embedded;
    let names: Vec<String> = std::iter::once(&embedded.host).chain(&embedded.other_names).cloned().collect();
    let identity = ServerIdentity::open(&config.pki_dir(), authority, &names, now)?;
    let internal_password = Secret::random()?.to_string();
    let broker = BrokerConfig {
        tls_listen: embedded.listen,
        client_ca_pem: authority.pem().to_owned(),
        certificate_pem: identity.certificate_pem,
        key_pem: identity.key_pem,
        internal_password: internal_password.clone(),
    };
    let broker = Broker::start(broker, Arc::new(Enrolled(store.clone()))).await?;
    let endpoint = MqttEndpoint {
        host: "127.0.0.1".to_owned(),
        port: broker.internal_port(),
        client_id,
        credentials: Some((server_broker::INTERNAL_USER.to_owned(), internal_password)),
        tls: None,
        share: None,
    };
    let (mqtt_host, mqtt_port) = (embedded.host.clone(), broker.tls_port());
    Ok((Some(broker), endpoint, ForEdges { mqtt_host, mqtt_port, server_signing_key: String::new() }))
}

/// Where a broker beside this program is, and how we come in.
fn external_endpoint(
    external: &ExternalBrokerConfig,
    authority: &Authority,
    client_id: String,
) -> anyhow::Result<MqttEndpoint> {
    let (scheme, place) = external.url.split_once("://").unwrap_or(("", &external.url));
    let (secure, usual_port) = match scheme {
        "mqtt" => (false, 1883),
        "mqtts" => (true, 8883),
        _ => bail!("mqtt.external.url is mqtt://host:port or mqtts://host:port, not \"{}\"", external.url),
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().context("mqtt.external.url: the port is no number")?),
        None => (place, usual_port),
    };
    let credentials = if external.user.is_empty() {
        None
    } else if external.password_file.as_os_str().is_empty() {
        Some((external.user.clone(), String::new()))
    } else {
        Some((external.user.clone(), secret(&external.password_file)?))
    };
    let tls = if secure { Some(trust(external, authority)?) } else { None };
    let share = Some(external.share.clone()).filter(|group| !group.is_empty());
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(MqttEndpoint { host, port, client_id, credentials, tls, share })
}

fn trust(
    external: &ExternalBrokerConfig,
    authority: &Authority,
) -> anyhow::Result<Arc<rustls::ClientConfig>> {
    let pem = if external.ca_file.as_os_str().is_empty() {
        authority.pem().to_owned()
    } else {
        secret(&external.ca_file)?
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.context("mqtt.external.ca_file holds no certificate")?)?;
    }
    Ok(Arc::new(rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

/// Tells whoever started the server where to look, and once how to sign in.
fn greet(http: SocketAddr, mqtt: &str, password: Option<&str>, password_file: &Path) {
    eprintln!("路检通 Plumewatch");
    eprintln!("  网页 pages   http://{http}");
    eprintln!("  边缘 edges   {mqtt} (MQTT, TLS)");
    if let Some(password) = password {
        eprintln!("  首次登录 first sign-in   {}   {password}", first_admin::NAME);
        eprintln!("    (also in {}, until the password is changed)", password_file.display());
    }
}

/// Logs to standard error, by the filters of the configuration.
fn log_to_stderr(filters: &str) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::builder()
        .parse(filters)
        .with_context(|| format!("\"{filters}\" is no log filter"))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second server in one process, as tests have it, logs with the first one's.
    let _ = subscriber.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init();
    Ok(())
}

/// Resolves when somebody wants the server to stop. Listens from now on, so that a signal during the start is
/// not missed.
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Makes the data folder if it is missing, for its owner alone: what lies in it is personal data and keys.
pub(crate) fn make_data_folder(data_dir: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir);
    made.with_context(|| format!("cannot make the data folder {}", data_dir.display()))
}

/// Makes the data folder ours alone: two servers on one SQLite file and one evidence folder would each be right
/// and both be wrong. The lock goes with the process, however it ends.
fn hold(data_dir: &Path) -> anyhow::Result<File> {
    make_data_folder(data_dir)?;
    let path = data_dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another server runs with the data folder {}", data_dir.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Says where the server listens, for programs that started it with port 0. Appears whole or not at all, and
/// only once everything listens.
fn announce(data_dir: &Path, http: SocketAddr, mqtt: &str) -> anyhow::Result<()> {
    let path = data_dir.join("listening.json");
    let aside = data_dir.join("listening.json.new");
    let text = serde_json::json!({"http": http.to_string(), "mqtt": mqtt}).to_string();
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, &path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Removes what a killed server said.
fn forget_announcement(data_dir: &Path) -> anyhow::Result<()> {
    let path = data_dir.join("listening.json");
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
