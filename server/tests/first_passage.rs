//! The program as it is run: an edge enrols, connects by its certificate, delivers a record, gets its receipt;
//! the server is killed, started again, and knows the record.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by its line")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use plumewatch_shared::protocol::message::{PassageReport, Receipt};
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::protocol::topic::Topic;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use rcgen::{CertificateParams, KeyPair};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{Client, Connection, Event, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use serde_json::{Value, json};

const STATION: &str = "A140105001";
/// The longest wait for what must come, on a machine that builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    folder: tempfile::TempDir,
    process: Child,
    listening: Value,
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_plumewatch-server"))
}

fn launch(folder: &Path, http: &str, mqtt: &str) -> (Child, Value) {
    let config = folder.join("server.toml");
    let data = folder.join("data");
    let text = format!(
        "data_dir = {data:?}\n[http]\nlisten = {http:?}\n[mqtt.embedded]\nlisten = {mqtt:?}\nhost = \"127.0.0.1\"\n"
    );
    std::fs::write(&config, text).unwrap();
    let announcement = data.join("listening.json");
    let _ = std::fs::remove_file(&announcement);
    let mut run = program();
    let mut process =
        run.args(["run", "--config"]).arg(&config).stderr(Stdio::null()).spawn().expect("the server starts");
    let listening = wait_for("the server to listen", || {
        assert!(process.try_wait().unwrap().is_none(), "the server has ended");
        std::fs::read_to_string(&announcement).ok().map(|text| serde_json::from_str(&text).unwrap())
    });
    (process, listening)
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, listening) = launch(folder.path(), "127.0.0.1:0", "127.0.0.1:0");
        Self { folder, process, listening }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("server.toml")
    }

    fn kill_and_start_again(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let address = |which: &str| self.listening[which].as_str().unwrap().to_owned();
        (self.process, self.listening) = launch(self.folder.path(), &address("http"), &address("mqtt"));
    }

    /// Asks it to stop, as systemd does; true if it ended in order.
    fn stop(&mut self) -> bool {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        self.process.wait().unwrap().success()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.listening["http"].as_str().unwrap())
    }

    fn post(&self, path: &str, body: &Value) -> (String, Value) {
        let sent = ureq::post(self.url(path)).header("x-plumewatch", "1").send_json(body);
        let mut response = sent.unwrap_or_else(|error| panic!("{path}: {error}"));
        let cookie = response.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
        (cookie.unwrap_or_default(), response.body_mut().read_json().unwrap())
    }

    /// Ids of every passage, as the first administrator sees them.
    fn passages(&self) -> Vec<String> {
        let file = self.folder.path().join("data/first-admin-password");
        let password = std::fs::read_to_string(file).unwrap();
        let (cookie, _) = self.post("/session", &json!({"name": "admin", "password": password.trim()}));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let asked = ureq::get(self.url("/passages")).header("cookie", cookie).call();
        let page: Value = asked.unwrap().body_mut().read_json().unwrap();
        page["passages"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An edge as its certificate makes it; it polls only when the test waits.
struct Edge {
    client: Client,
    connection: Connection,
    arrived: VecDeque<(String, Vec<u8>)>,
}

impl Edge {
    fn enrol(server: &Server, token: &str, signing_key: &SigningKey) -> Self {
        let key = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let signing_key = hex::encode(signing_key.verifying_key().to_bytes());
        let shown = json!({"token": token, "csr_pem": request, "signing_key": signing_key});
        let (_, given) = server.post("/enrol", &shown);
        let pem = |name: &str| given[name].as_str().unwrap().as_bytes().to_vec();
        let port = u16::try_from(given["mqtt_port"].as_u64().unwrap()).unwrap();
        let mut options = MqttOptions::new(STATION, given["mqtt_host"].as_str().unwrap(), port);
        options.set_clean_start(false);
        options.set_keep_alive(Duration::from_secs(20));
        options.set_max_packet_size(Some(3_000_000));
        options.set_transport(Transport::Tls(TlsConfiguration::Simple {
            ca: pem("ca_pem"),
            alpn: None,
            client_auth: Some((pem("certificate_pem"), key.serialize_pem().into_bytes())),
        }));
        let (client, connection) = Client::new(options, 64);
        Self { client, connection, arrived: VecDeque::new() }
    }

    /// Polls once; listens anew whenever it is connected anew.
    fn poll(&mut self) {
        match self.connection.recv_timeout(Duration::from_millis(100)) {
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => {
                for filter in Topic::edge_filters(STATION.parse().unwrap()) {
                    self.client.try_subscribe(filter, QoS::AtLeastOnce).unwrap();
                }
            }
            Ok(Ok(Event::Incoming(Packet::Publish(message)))) => {
                let topic = String::from_utf8(message.topic.to_vec()).unwrap();
                self.arrived.push_back((topic, message.payload.to_vec()));
            }
            _ => {}
        }
    }

    fn next_on(&mut self, channel: &str) -> Vec<u8> {
        wait_for(channel, || {
            self.poll();
            let at = self.arrived.iter().position(|(topic, _)| topic.ends_with(channel))?;
            self.arrived.remove(at).map(|(_, payload)| payload)
        })
    }

    /// Sends until it is receipted, as an edge does.
    fn deliver(&mut self, payload: &[u8]) -> Receipt {
        wait_for("a receipt", || {
            let topic = format!("pw/1/{STATION}/record");
            let _ = self.client.try_publish(topic, QoS::AtLeastOnce, false, payload.to_vec());
            for _ in 0..20 {
                self.poll();
                let at = self.arrived.iter().position(|(topic, _)| topic.ends_with("/receipt"));
                if let Some((_, receipt)) = at.and_then(|at| self.arrived.remove(at)) {
                    return Some(serde_json::from_slice(&receipt).unwrap());
                }
            }
            None
        })
    }
}

fn record(sequence: u64, key: &SigningKey) -> Vec<u8> {
    let passage = sample::passage(sequence).with_evidence(Vec::new()).passage();
    let report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
    Sealed::new(Purpose::Record, CHAIN_START, serde_json::to_string(&report).unwrap(), key).encode()
}

#[test]
fn a_record_is_delivered_once_through_a_killed_server() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = Server::start();
    let enrol =
        program().args(["enrol-token", "--config"]).arg(server.config()).arg(STATION).output().unwrap();
    let token = String::from_utf8(enrol.stdout).unwrap();
    let key = SigningKey::from_bytes(&[9; 32]);
    let mut edge = Edge::enrol(&server, token.trim(), &key);
    assert_eq!(edge.deliver(&record(1, &key)).stored, [1]);
    assert_eq!(server.passages(), [format!("{STATION}-0000000001")]);
    let list: Sealed = serde_json::from_slice(&edge.next_on("/watchlist")).unwrap();
    assert!(list.body.contains("\"entries\":[]"), "an edge gets its watchlist without asking");

    server.kill_and_start_again();
    edge.arrived.clear();
    assert_eq!(edge.deliver(&record(1, &key)).stored, [1], "a repeat is receipted again");
    assert_eq!(server.passages(), [format!("{STATION}-0000000001")], "and stored once");

    let stranger = SigningKey::from_bytes(&[8; 32]);
    edge.arrived.clear();
    let refused = edge.deliver(&record(2, &stranger));
    assert_eq!((refused.stored.len(), refused.refused.len()), (0, 1), "another's seal is refused");
    assert!(server.stop(), "it stops in order");
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("server.toml");
    std::fs::write(&config, "[http]\nlissten = \"127.0.0.1:0\"\n").unwrap();
    let run = program().args(["run", "--config"]).arg(&config).output().unwrap();
    assert!(!run.status.success());
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("lissten"), "{said}");
}

#[test]
fn two_servers_do_not_share_a_data_folder() {
    let server = Server::start();
    let second = program().args(["run", "--config"]).arg(server.config()).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && said.contains("another server"), "{said}");
}
