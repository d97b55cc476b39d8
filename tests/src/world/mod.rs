//! Worlds for tests: real programs on loopback, simulated instruments, wires that can be cut.
//!
//! ```no_run
//! let mut world = e2e::world::World::new(1).with_station("A140105001").start();
//! ```
//! Everything waits for conditions with a name and an end; when a test fails, the programs' logs are shown.

mod api;
mod broker;
mod clock;
mod edge;
mod link;
mod process;
mod server;
mod wait;

use std::path::{Path, PathBuf};

use edge_core::reader::opacimeter::MeterProtocol;

use crate::instrument::HeadSends;

pub use api::{Api, SeenPassage};
pub use broker::Mosquitto;
pub use edge::{Instruments, Station, StationPlan, edge_config, enrol, opacimeter_config};
pub use link::{Link, Wire};
pub use process::{Program, command, program_path, run};
pub use server::{Listening, Server, read_listening};
pub use wait::{wait_for, wait_up_to};

/// What a world is to hold.
#[derive(Clone, Debug)]
pub struct WorldPlan {
    seed: u64,
    stations: Vec<StationPlan>,
    mosquitto: bool,
    server_lines: String,
}

/// One server and its stations.
pub struct World {
    /// The server, its broker and database inside.
    pub server: Server,
    /// The stations, in the order they were named.
    pub stations: Vec<Station>,
    // Last, so that the programs are gone before their folder is.
    folder: tempfile::TempDir,
}

impl World {
    /// Begins a plan.
    #[expect(clippy::new_ret_no_self, reason = "a fluent plan reads best from its world")]
    pub fn new(seed: u64) -> WorldPlan {
        WorldPlan { seed, stations: Vec::new(), mosquitto: false, server_lines: String::new() }
    }

    /// The first station, which most tests alone have.
    pub fn station(&mut self) -> &mut Station {
        &mut self.stations[0]
    }

    /// Where everything of this world lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl WorldPlan {
    /// With a station that has a head and a weather station.
    #[must_use]
    pub fn with_station(mut self, id: &str) -> Self {
        self.stations.push(StationPlan {
            id: id.to_owned(),
            instruments: Instruments::Head,
            head_sends: HeadSends::Results,
            extra: String::new(),
            data: None,
            wild_clock: false,
            opacimeter: None,
        });
        self
    }

    fn last(&mut self) -> &mut StationPlan {
        self.stations.last_mut().expect("a station is named before its parts")
    }

    /// The station named last has cameras as well.
    #[must_use]
    pub fn with_cameras(mut self) -> Self {
        self.last().instruments = Instruments::Cameras;
        self
    }

    /// The head of the station named last sends the samples of its beams; results are for the edge to find.
    #[must_use]
    pub fn with_a_head_of_samples(mut self) -> Self {
        self.last().head_sends = HeadSends::Samples;
        self
    }

    /// The station named last has no instruments: the test brings them, in its folder `road`.
    #[must_use]
    pub fn without_instruments(mut self) -> Self {
        self.last().instruments = Instruments::Brought;
        self
    }

    /// The station named last has an opacimeter for roadside tests.
    #[must_use]
    pub fn with_opacimeter(mut self, protocol: MeterProtocol) -> Self {
        self.last().opacimeter = Some(protocol);
        self
    }

    /// The station named last has these lines in its configuration.
    #[must_use]
    pub fn configured(mut self, lines: &str) -> Self {
        self.last().extra.push_str(lines);
        self
    }

    /// The clock of the station named last can be made to jump ([`Station::jump_clock`]).
    #[must_use]
    pub fn with_wild_clock(mut self) -> Self {
        self.last().wild_clock = true;
        self
    }

    /// The station named last keeps its data here.
    #[must_use]
    pub fn keeping_data_in(mut self, folder: PathBuf) -> Self {
        self.last().data = Some(folder);
        self
    }

    /// The server has these lines at the end of its configuration.
    #[must_use]
    pub fn serving(mut self, lines: &str) -> Self {
        self.server_lines.push_str(lines);
        self
    }

    /// With a mosquitto beside the server instead of the broker inside it.
    #[must_use]
    pub fn with_mosquitto(mut self) -> Self {
        self.mosquitto = true;
        self
    }

    /// Starts it all.
    pub fn start(self) -> World {
        let folder =
            tempfile::Builder::new().prefix("plumewatch-world-").tempdir().expect("a folder can be made");
        let home = folder.path().join("server");
        let server = match self.mosquitto {
            true => Server::start_with_mosquitto(&home, self.seed, &self.server_lines),
            false => Server::start_configured(&home, &self.server_lines),
        };
        let server = server.unwrap_or_else(|error| panic!("{error:#}"));
        let stations = self
            .stations
            .iter()
            .map(|plan| {
                let home = folder.path().join(&plan.id);
                Station::start(&home, plan, &server, self.seed)
                    .unwrap_or_else(|error| panic!("station {}: {error:#}\n{}", plan.id, server.tail()))
            })
            .collect();
        World { server, stations, folder }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.server.tail());
            for station in &self.stations {
                eprintln!("{}", station.tail());
            }
        }
    }
}
