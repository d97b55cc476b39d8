//! A mosquitto beside the server, configured by the file that `deploy/broker` ships.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::process::{Program, dying};
use crate::dice::Dice;

/// Ports tried until mosquitto finds two free ones: it cannot be told to take any.
const ATTEMPTS: u32 = 20;
/// mosquitto has this long to listen.
const START: Duration = Duration::from_secs(10);
/// The server's password there.
const PASSWORD: &str = "the server's word";

/// A mosquitto.
#[derive(Debug)]
pub struct Mosquitto {
    folder: PathBuf,
    program: Option<Program>,
    /// Where edges connect.
    pub edges: SocketAddr,
    servers: SocketAddr,
}

impl Mosquitto {
    /// Where Debian's package puts it.
    pub const PROGRAM: &'static str = "/usr/sbin/mosquitto";

    /// Starts one whose certificate comes from the server's authority.
    pub fn start(folder: &Path, pki: &Path, seed: u64) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let passwords = folder.join("passwords");
        let made = Command::new("mosquitto_passwd")
            .args(["-c", "-b"])
            .arg(&passwords)
            .args(["plumewatch-server", PASSWORD])
            .status()
            .context("cannot start mosquitto_passwd")?;
        if !made.success() {
            bail!("mosquitto_passwd ended with {made}");
        }
        std::fs::write(folder.join("password"), PASSWORD)?;
        let mut dice = Dice::new(seed ^ u64::from(std::process::id())).apart(3);
        for _ in 0..ATTEMPTS {
            let mut port = || SocketAddr::from(([127, 0, 0, 1], dice.between(20_000, 32_000) as u16));
            let mut broker =
                Self { folder: folder.to_owned(), program: None, edges: port(), servers: port() };
            broker.configure(pki)?;
            if broker.run().is_ok() {
                return Ok(broker);
            }
        }
        bail!("mosquitto found no free port in {ATTEMPTS} attempts")
    }

    /// The shipped configuration with the paths and ports of this world.
    fn configure(&self, pki: &Path) -> anyhow::Result<()> {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/broker");
        let shipped = std::fs::read_to_string(deploy.join("mosquitto.conf"))?;
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let text = shipped
            .replace("listener 8883", &format!("listener {} 127.0.0.1", self.edges.port()))
            .replace("listener 1883 127.0.0.1", &format!("listener {} 127.0.0.1", self.servers.port()))
            .replace("/etc/plumewatch/pki/ca.pem", &path(pki.join("ca.pem")))
            .replace("/etc/plumewatch/pki/broker.pem", &path(pki.join("server.pem")))
            .replace("/etc/plumewatch/pki/broker.key", &path(pki.join("server.key")))
            .replace("/etc/plumewatch/broker/acl", &path(deploy.join("acl")))
            .replace("/etc/plumewatch/broker/passwords", &path(self.folder.join("passwords")));
        // Started by root it would become another user, who may not read this world's keys.
        std::fs::write(self.folder.join("mosquitto.conf"), text + "\nuser root\n")?;
        Ok(())
    }

    /// The section of a server's configuration that leads to it.
    pub fn server_section(&self) -> String {
        format!(
            "[mqtt.external]\nurl = \"mqtt://{}\"\nuser = \"plumewatch-server\"\npassword_file = {:?}\n\
             ca_file = \"\"\nedge_host = \"localhost\"\nedge_port = {}\nshare = \"\"\n",
            self.servers,
            self.folder.join("password"),
            self.edges.port()
        )
    }

    /// Starts it, or starts it again; it remembers nothing.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let mut command = dying(Path::new(Self::PROGRAM));
        command.arg("-c").arg(self.folder.join("mosquitto.conf"));
        let mut program = Program::spawn("mosquitto", command, &self.folder.join("broker.log"))?;
        let until = Instant::now() + START;
        while std::net::TcpStream::connect(self.servers).is_err() {
            if program.ended().is_some() || Instant::now() > until {
                bail!("mosquitto does not listen\n{}", program.tail());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.program = Some(program);
        Ok(())
    }

    /// Ends it at once; what it held is lost.
    pub fn kill(&mut self) {
        if let Some(program) = &mut self.program {
            program.kill();
        }
        self.program = None;
    }
}
