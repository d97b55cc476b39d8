//! A real edge unit with simulated instruments, in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use edge_core::reader::opacimeter::MeterProtocol;
use plumewatch_shared::ids::LaneNo;

use super::clock::WildClock;
use super::link::Link;
use super::process::{self, Program};
use super::{Server, wait_for};
use crate::camera::{Cameras, Sky};
use crate::instrument::{Head, HeadSends, Opacimeter, WeatherStation, fair_weather};

/// An edge unit has this long to serve its page.
const START: Duration = Duration::from_secs(60);

/// Which instruments a world gives a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruments {
    /// A head and a weather station.
    Head,
    /// Two cameras as well.
    Cameras,
    /// None: the test brings them itself (a replay), where the edge unit expects them.
    Brought,
}

/// What a station of a world is to have.
#[derive(Clone, Debug)]
pub struct StationPlan {
    /// Its id.
    pub id: String,
    /// Its instruments.
    pub instruments: Instruments,
    /// What its head reports of a vehicle.
    pub head_sends: HeadSends,
    /// Lines added to the edge's configuration.
    pub extra: String,
    /// Where the edge keeps its data; in the world's folder if left out.
    pub data: Option<PathBuf>,
    /// Can its clock be made to jump?
    pub wild_clock: bool,
    /// The opacimeter it has, if it has one.
    pub opacimeter: Option<MeterProtocol>,
}

/// A station: head, weather, cameras, edge unit and its wire to the broker.
pub struct Station {
    /// Its id.
    pub id: String,
    head: Option<Head>,
    weather: Option<WeatherStation>,
    opacimeter: Option<Opacimeter>,
    /// Its cameras, if it has some, and the zero of their time.
    pub cameras: Option<(Cameras, Instant)>,
    /// Its wire to the broker.
    pub link: Arc<Link>,
    folder: PathBuf,
    data: PathBuf,
    program: Option<Program>,
    clock: Option<WildClock>,
}

impl Station {
    /// Enrols a station at `server` and starts its edge unit.
    pub fn start(folder: &Path, plan: &StationPlan, server: &Server, seed: u64) -> anyhow::Result<Self> {
        let road = folder.join("road");
        std::fs::create_dir_all(&road)?;
        let data = plan.data.clone().unwrap_or_else(|| folder.join("data"));
        let (mut head, mut weather, mut cameras) = (None, None, None);
        if plan.instruments != Instruments::Brought {
            let lane = LaneNo::new(1).expect("1 is a lane");
            head = Some(Head::start_sending(plan.head_sends, &road, lane, seed)?);
            weather = Some(WeatherStation::start(&road, fair_weather())?);
        }
        if plan.instruments == Instruments::Cameras {
            let start = Instant::now();
            cameras = Some((Cameras::start(&road, Sky::Day, seed, start)?, start));
        }
        for folder in ["front-1", "rear-1"] {
            std::fs::create_dir_all(road.join(folder))?;
        }
        let link = Arc::new(Link::to(server.listening.mqtt)?);
        let config = edge_config(&plan.id, "测试检查站", &road, &data, plan.instruments != Instruments::Head)
            + &plan.opacimeter.map(|protocol| opacimeter_config(&road, protocol)).unwrap_or_default()
            + &plan.extra;
        let opacimeter = plan.opacimeter.map(|protocol| Opacimeter::start(&road, protocol)).transpose()?;
        std::fs::write(folder.join("edge.toml"), config)?;
        let token = server.token(&plan.id, "测试检查站")?;
        enrol(&folder.join("edge.toml"), &server.url(), &token)?;
        through(&data, link.address())?;
        let clock = match plan.wild_clock {
            true => Some(WildClock::new(folder.join("clock"))?),
            false => None,
        };
        let mut station = Self {
            id: plan.id.clone(),
            head,
            weather,
            opacimeter,
            cameras,
            link,
            folder: folder.to_owned(),
            data,
            program: None,
            clock,
        };
        station.run()?;
        Ok(station)
    }

    /// Starts the edge unit, or starts it again, and waits until its page is served.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let listening = self.data.join("listening.json");
        let _ = std::fs::remove_file(&listening);
        let config = self.folder.join("edge.toml").to_string_lossy().into_owned();
        let log = self.folder.join("edge.log");
        let mut command = process::command("plumewatch-edge")?;
        command.args(["run", "--config", &config]);
        if let Some(clock) = &self.clock {
            clock.give(&mut command);
        }
        let mut program = Program::spawn("plumewatch-edge", command, &log)?;
        wait_for("the edge's page", START, || {
            if let Some(status) = program.ended() {
                panic!("the edge ended with {status}\n{}", program.tail());
            }
            if listening.is_file() { Ok(()) } else { Err("no listening.json".to_owned()) }
        });
        self.program = Some(program);
        Ok(())
    }

    /// Ends the edge unit at once.
    pub fn kill(&mut self) {
        if let Some(program) = &mut self.program {
            program.kill();
        }
        self.program = None;
    }

    /// Asks the edge unit to stop; gives whether it did so without an error.
    pub fn stop(&mut self) -> bool {
        self.program.take().is_some_and(|mut program| program.stop())
    }

    /// Puts the edge unit's time of day so many seconds before or after the right time, from now on.
    pub fn jump_clock(&self, seconds: i64) {
        let clock = self.clock.as_ref().expect("the plan gave the station a wild clock");
        clock.jump(seconds).unwrap_or_else(|error| panic!("{}: {error}", clock.place().display()));
    }

    /// Its head.
    pub fn head(&self) -> &Head {
        self.head.as_ref().expect("the plan gave the station a head")
    }

    /// Its weather station.
    pub fn weather(&self) -> &WeatherStation {
        self.weather.as_ref().expect("the plan gave the station a weather station")
    }

    /// Its opacimeter.
    pub fn opacimeter(&self) -> &Opacimeter {
        self.opacimeter.as_ref().expect("the plan gave the station an opacimeter")
    }

    /// The edge's own folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The station's folder: configuration, log, road.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of the roadside page.
    pub fn page(&self) -> anyhow::Result<String> {
        let text = std::fs::read_to_string(self.data.join("listening.json"))?;
        let listening: serde_json::Value = serde_json::from_str(&text)?;
        let address = listening.as_object().and_then(|map| map.values().find_map(serde_json::Value::as_str));
        Ok(format!("http://{}", address.context("no address in listening.json")?))
    }

    /// The end of its log.
    pub fn tail(&self) -> String {
        self.program.as_ref().map(Program::tail).unwrap_or_default()
    }
}

/// The configuration of a simulated station on lane 1, its page on a free port.
pub fn edge_config(id: &str, name: &str, road: &Path, data: &Path, cameras: bool) -> String {
    let at = |part: &str| road.join(part).to_string_lossy().into_owned();
    let mut text = format!(
        "data_dir = {data:?}\nclock = \"trusted\"\n\n[station]\nid = \"{id}\"\nname = \"{name}\"\n\n\
         [page]\nlisten = \"127.0.0.1:0\"\n\n[uplink]\nreconnect_at_most = \"2s\"\nhealth_every = \"5s\"\n\n\
         [weather]\nport = {:?}\nevery = \"1s\"\n\n\
         [[lane]]\nnumber = 1\nslope_degree_hundredths = 100\nhead = {{ port = {:?} }}\n",
        at("weather"),
        at("head-1"),
    );
    if cameras {
        text += &format!(
            "front = {{ folder = {:?}, follow = true }}\nrear = {{ folder = {:?}, follow = true }}\n",
            at("front-1"),
            at("rear-1")
        );
    }
    text + "\n"
}

/// The lines of a simulated station's configuration that name its opacimeter.
pub fn opacimeter_config(road: &Path, protocol: MeterProtocol) -> String {
    let port = road.join("opacimeter").to_string_lossy().into_owned();
    format!("[opacimeter]\nport = {port:?}\ndriver = \"{}\"\ndevice = \"SIM-0042\"\n\n", protocol.word())
}

/// Enrols an edge unit.
pub fn enrol(config: &Path, server: &str, token: &str) -> anyhow::Result<String> {
    let config = config.to_string_lossy().into_owned();
    process::run("plumewatch-edge", &["enrol", "--config", &config, "--server", server, "--token", token])
}

/// Leads an enrolled edge to the broker through `relay`: the name it checks stays, the port changes.
fn through(data: &Path, relay: SocketAddr) -> anyhow::Result<()> {
    let path = data.join("identity").join("server.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut server: serde_json::Value = serde_json::from_str(&text)?;
    server["mqtt_port"] = relay.port().into();
    std::fs::write(&path, server.to_string()).with_context(|| format!("cannot write {}", path.display()))
}
