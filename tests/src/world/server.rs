//! A real server in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;

use super::process::{self, Program};
use super::{Api, Mosquitto, wait_for};

/// A server has this long to listen. A debug build on a busy machine needs seconds.
const START: Duration = Duration::from_secs(60);

/// Where a server listens (`data_dir/listening.json`).
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Listening {
    /// Pages and API.
    pub http: SocketAddr,
    /// Edges, by TLS.
    pub mqtt: SocketAddr,
}

/// Reads where a server or an edge listens, once it does.
pub fn read_listening(data: &Path) -> Result<Listening, String> {
    let path = data.join("listening.json");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// A server.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    config: PathBuf,
    program: Option<Program>,
    /// Where it listens, from its first start on.
    pub listening: Listening,
    password: String,
    broker: Option<Mosquitto>,
    extra: String,
}

impl Server {
    /// Starts a server whose broker is a mosquitto beside it, with the configuration that `deploy/broker` ships.
    pub fn start_with_mosquitto(folder: &Path, seed: u64, lines: &str) -> anyhow::Result<Self> {
        // The first start makes the authority that the broker's certificate comes from.
        let mut server = Self::start_configured(folder, lines)?;
        server.stop();
        let broker = Mosquitto::start(&folder.join("broker"), &server.data().join("pki"), seed)?;
        server.listening.mqtt = broker.edges;
        server.broker = Some(broker);
        server.write_config()?;
        server.run()?;
        Ok(server)
    }

    /// Its external broker, if it has one.
    pub fn broker(&mut self) -> Option<&mut Mosquitto> {
        self.broker.as_mut()
    }

    /// Starts a server in `folder` on free ports, and signs its first administrator in.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_configured(folder, "")
    }

    /// The same with these lines at the end of its configuration.
    pub fn start_configured(folder: &Path, lines: &str) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let config = folder.join("server.toml");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self {
            folder: folder.to_owned(),
            config,
            program: None,
            listening: Listening { http: any, mqtt: any },
            password: String::new(),
            broker: None,
            extra: lines.to_owned(),
        };
        server.write_config()?;
        server.run()?;
        // Edges keep the port that enrolment told them, so a server that starts again keeps its ports.
        server.write_config()?;
        let first = std::fs::read_to_string(server.data().join("first-admin-password"))
            .context("the server wrote no first password")?;
        server.password = "a password of tests".to_owned();
        let mut admin = Api::sign_in(&server.url(), "admin", first.trim())?;
        admin.change_password(first.trim(), &server.password)?;
        for role in ["reviewer", "enforcer", "authority"] {
            let account = serde_json::json!({ "name": role, "display_name": role, "role": role,
                "region": "000000", "password": server.password });
            admin.post("/accounts", &account)?;
        }
        Ok(server)
    }

    fn write_config(&self) -> anyhow::Result<()> {
        let mut text =
            format!("data_dir = {:?}\n[http]\nlisten = \"{}\"\n", self.data(), self.listening.http);
        match &self.broker {
            None => text += &format!("[mqtt.embedded]\nlisten = \"{}\"\n", self.listening.mqtt),
            Some(broker) => text += &broker.server_section(),
        }
        text += &self.extra;
        std::fs::write(&self.config, text).context("cannot write the server's configuration")
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.listening.http)
    }

    /// The password of `admin`, `reviewer`, `enforcer` and `authority`.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Starts it, or starts it again, and waits until it listens.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let data = self.data();
        let _ = std::fs::remove_file(data.join("listening.json"));
        let config = self.config.to_string_lossy().into_owned();
        let mut program = Program::start(
            "plumewatch-server",
            &["run", "--config", &config],
            &self.folder.join("server.log"),
        )?;
        self.listening = wait_for("the server to listen", START, || {
            if let Some(status) = program.ended() {
                panic!("the server ended with {status}\n{}", program.tail());
            }
            read_listening(&data)
        });
        if let Some(broker) = &self.broker {
            self.listening.mqtt = broker.edges;
        }
        self.program = Some(program);
        Ok(())
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(program) = &mut self.program {
            program.kill();
        }
        self.program = None;
    }

    /// Asks it to stop; gives whether it did so without an error.
    pub fn stop(&mut self) -> bool {
        self.program.take().is_some_and(|mut program| program.stop())
    }

    /// Signs in as `admin`, `reviewer`, `enforcer` or `authority`.
    pub fn sign_in(&self, account: &str) -> anyhow::Result<Api> {
        Api::sign_in(&self.url(), account, &self.password)
    }

    /// A token for a station, made as an operator makes it.
    pub fn token(&self, station: &str, name: &str) -> anyhow::Result<String> {
        let config = self.config.to_string_lossy().into_owned();
        process::run("plumewatch-server", &["enrol-token", "--config", &config, station, "--name", name])
    }

    /// The end of its log.
    pub fn tail(&self) -> String {
        self.program.as_ref().map(Program::tail).unwrap_or_default()
    }
}
