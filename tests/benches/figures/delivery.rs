//! Through the server: committed passages a second by MQTT against a bare insert of the same rows, and the time
//! from a record's sending to a browser that looks on.

use std::collections::HashSet;
use std::io::BufRead;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use e2e::world::{Server, edge_config, enrol};
use ed25519_dalek::SigningKey;
use plumewatch_edge::uplink::identity::{Identity, IdentityFolder};
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::protocol::message::{PassageReport, Receipt};
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::protocol::topic::{Channel, Topic};
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{Client, Connection, Event, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sqlx::Connection as _;

use crate::bare;
use crate::postgres::Cluster;
use crate::times::{Times, ms};

/// Stations that deliver at once, and what each has kept through an outage.
const STATIONS: [&str; 2] = ["A140105001", "A140105002"];
const RECORDS: u64 = 5_000;
/// Records on their way at once, per station: what an edge unit does.
const WINDOW: usize = 200;
/// Records that a browser waits for, one by one.
const WATCHED: u64 = 60;
/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn on_sqlite() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let mut server = Server::start(folder.path()).unwrap();
    deliver_and_watch(&server, folder.path());
    server.stop();
    let bare = runtime().block_on(async {
        let url = format!("sqlite:{}", server.data().join("plumewatch.sqlite").display());
        let options = sqlx::sqlite::SqliteConnectOptions::from_str(&url).unwrap();
        let options = options
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
        bare::on_sqlite(sqlx::SqliteConnection::connect_with(&options).await.unwrap()).await
    });
    say_bare(bare);
}

pub(crate) fn on_postgresql() {
    let cluster = Cluster::start();
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let lines = format!("[database]\nurl = {:?}\n", cluster.url());
    let mut server = Server::start_configured(folder.path(), &lines).unwrap();
    deliver_and_watch(&server, folder.path());
    server.stop();
    let bare = runtime().block_on(async {
        bare::on_postgresql(sqlx::PgConnection::connect(&cluster.url()).await.unwrap()).await
    });
    say_bare(bare);
}

thread_local! {
    /// Passages a second through the server, for the ratio.
    static THROUGH: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn say_bare((time, rows): (Duration, usize)) {
    let rate = rows as f64 / time.as_secs_f64();
    println!("bare multi-row insert of the same {rows} rows: {rate:.0} a second");
    println!("ratio: {:.2}", THROUGH.get() / rate);
}

fn deliver_and_watch(server: &Server, folder: &std::path::Path) {
    let mut stations: Vec<Sender> = STATIONS.iter().map(|id| Sender::new(server, folder, id)).collect();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for station in &mut stations {
            scope.spawn(|| station.deliver_all());
        }
    });
    let taken = begun.elapsed();
    let count = RECORDS * STATIONS.len() as u64;
    THROUGH.set(count as f64 / taken.as_secs_f64());
    println!(
        "{count} records of {} stations through MQTT, committed and receipted: {:.0} a second",
        STATIONS.len(),
        THROUGH.get()
    );
    watch(server, &mut stations[0]);
}

/// Sends one record after another while a browser follows.
fn watch(server: &Server, station: &mut Sender) {
    let api = server.sign_in("reviewer").unwrap();
    let lines = api.follow("/passages/live").unwrap();
    let (heard_tx, heard) = channel();
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            if let Some(id) = line.strip_prefix("id:") {
                let _ = heard_tx.send((id.trim().to_owned(), Instant::now()));
            }
        }
    });
    let (mut shown, mut receipted) = (Times::default(), Times::default());
    for sequence in RECORDS + 1..=RECORDS + WATCHED {
        let payload = station.record(sequence);
        let id = PassageId { station: station.id, sequence }.to_string();
        let sent = Instant::now();
        station.publish(payload);
        while !station.poll().contains(&sequence) {}
        receipted.add(sent.elapsed());
        let found = std::iter::from_fn(|| heard.recv_timeout(PATIENCE).ok()).find(|(heard, _)| *heard == id);
        shown.add(found.expect("the browser hears of every passage").1.duration_since(sent));
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("record sent → receipt:    {receipted}");
    println!("record sent → browser:    {shown}");
    println!("ratio of the medians: {:.2}", ms(shown.percentile(50)) / ms(receipted.percentile(50)));
}

/// An enrolled station that has its records ready.
struct Sender {
    id: StationId,
    key: SigningKey,
    client: Client,
    connection: Connection,
    link: FileHash,
    ready: Vec<Vec<u8>>,
}

impl Sender {
    fn new(server: &Server, folder: &std::path::Path, id: &str) -> Self {
        let home = folder.join(id);
        std::fs::create_dir_all(&home).unwrap();
        let (config, data) = (home.join("edge.toml"), home.join("data"));
        std::fs::write(&config, edge_config(id, "测量站", &home, &data, false)).unwrap();
        enrol(&config, &server.url(), &server.token(id, "测量站").unwrap()).unwrap();
        let folder = IdentityFolder::open(&data).unwrap();
        let identity = folder.identity().unwrap().expect("it is enrolled");
        let (client, connection) = Client::new(options(id, &identity), WINDOW);
        let mut sender = Self {
            id: id.parse().unwrap(),
            key: folder.signing_key().unwrap(),
            client,
            connection,
            link: CHAIN_START,
            ready: Vec::new(),
        };
        sender.listen();
        sender.ready = (1..=RECORDS).map(|sequence| sender.record(sequence)).collect();
        sender
    }

    /// A vehicle of its own in each record: nobody passes daily.
    fn record(&mut self, sequence: u64) -> Vec<u8> {
        let letter = if self.id.as_str().ends_with('1') { 'A' } else { 'B' };
        let sample = sample::passage(sequence).at_station(self.id.as_str()).with_evidence(Vec::new());
        let passage = sample.of(&format!("晋{letter}{sequence:05}")).passage();
        let report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
        let sealed =
            Sealed::new(Purpose::Record, self.link, serde_json::to_string(&report).unwrap(), &self.key);
        self.link = sealed.link();
        sealed.encode()
    }

    fn publish(&mut self, payload: Vec<u8>) {
        let topic = Topic { station: self.id, channel: Channel::Record }.to_string();
        self.client.try_publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
    }

    /// Waits for one event; gives the sequences it receipts.
    fn poll(&mut self) -> Vec<u64> {
        match self.connection.recv_timeout(PATIENCE) {
            Ok(Ok(Event::Incoming(Packet::Publish(message)))) if message.topic.ends_with(b"/receipt") => {
                let receipt: Receipt = serde_json::from_slice(&message.payload).unwrap();
                assert_eq!(receipt.refused.len(), 0, "a good record is refused");
                receipt.stored
            }
            Ok(Ok(_)) => Vec::new(),
            Ok(Err(error)) => panic!("the link has broken: {error}"),
            Err(error) => panic!("nothing comes any more: {error:?}"),
        }
    }

    /// Listens for receipts before anything is sent: one that came earlier would be missed.
    fn listen(&mut self) {
        for filter in Topic::edge_filters(self.id) {
            self.client.try_subscribe(filter, QoS::AtLeastOnce).unwrap();
        }
        let mut open = Topic::edge_filters(self.id).len();
        while open > 0 {
            match self.connection.recv_timeout(PATIENCE) {
                Ok(Ok(Event::Incoming(Packet::SubAck(_)))) => open -= 1,
                Ok(Ok(_)) => {}
                other => panic!("cannot subscribe: {other:?}"),
            }
        }
    }

    fn deliver_all(&mut self) {
        let mut ready = std::mem::take(&mut self.ready).into_iter();
        let (mut sent, mut receipted) = (0, HashSet::new());
        while receipted.len() < RECORDS as usize {
            while sent - receipted.len() < WINDOW
                && let Some(payload) = ready.next()
            {
                self.publish(payload);
                sent += 1;
            }
            receipted.extend(self.poll());
        }
    }
}

/// As an edge unit connects.
fn options(id: &str, identity: &Identity) -> MqttOptions {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&identity.ca_pem) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let chain = CertificateDer::pem_slice_iter(&identity.certificate_pem).collect::<Result<_, _>>().unwrap();
    let tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&identity.key_pem).unwrap())
        .unwrap();
    let mut options = MqttOptions::new(id, &identity.server.mqtt_host, identity.server.mqtt_port);
    options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(tls))));
    options.set_keep_alive(Duration::from_secs(20));
    options
}
