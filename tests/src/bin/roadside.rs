//! `roadside`: a simulated checkpoint. `drive` renders traffic, `replay` shows real pictures, `compare` holds what
//! a server says against the truth. `--help` says the rest.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use e2e::camera::{self, FrameFolder, Role, Sky};
use e2e::compare::{self, Comparison};
use e2e::drive::{Drive, Fault};
use e2e::replay::{Replay, scenes};
use e2e::road::{Passing, Traffic, TrafficPlan};
use e2e::world::Api;

/// A simulated checkpoint.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Drives seeded traffic past a head, a weather station and two rendered cameras.
    Drive {
        /// Where ports (head-1, weather), camera folders (front-1, rear-1) and truth.jsonl are put.
        #[arg(long)]
        dir: PathBuf,
        /// Names the traffic: the same seed is the same traffic.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Ends after so many vehicles; endless if left out.
        #[arg(long)]
        vehicles: Option<u32>,
        /// Mean time between vehicles, such as 8s or 200ms.
        #[arg(long, default_value = "8s", value_parser = duration)]
        every: Duration,
        /// Renders no pictures.
        #[arg(long)]
        no_cameras: bool,
        /// noise, split, corrupt, silent, clock-jump, replug, frozen-front, frozen-rear, rain, night or wind; may be repeated.
        #[arg(long)]
        fault: Vec<Fault>,
    },
    /// Shows the real scenes of a manifest to the front camera, one vehicle each.
    Replay {
        /// Where ports, camera folders and truth.jsonl are put.
        #[arg(long)]
        dir: PathBuf,
        /// The manifest, such as ../shared/data/plates/manifest.csv.
        #[arg(long)]
        manifest: PathBuf,
        /// At most so many pictures.
        #[arg(long)]
        limit: Option<usize>,
        /// Time between pictures.
        #[arg(long, default_value = "3s", value_parser = duration)]
        every: Duration,
    },
    /// Writes the frames of one vehicle's passing into DIR/front and DIR/rear, to look at or to measure.
    Film {
        /// Where to.
        #[arg(long)]
        dir: PathBuf,
        /// Names the traffic.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Which vehicle of it, from 1.
        #[arg(long, default_value_t = 1)]
        number: u32,
    },
    /// Holds the passages of a server against a truth file: plates right, wrong, abstained, values.
    Compare {
        /// The truth.jsonl of a drive or a replay.
        #[arg(long)]
        truth: PathBuf,
        /// The server's address, such as `http://127.0.0.1:8080`.
        #[arg(long)]
        server: String,
        /// The account to sign in with.
        #[arg(long, default_value = "admin")]
        account: String,
        /// A file that holds its password.
        #[arg(long)]
        password_file: PathBuf,
    },
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let number: u32 = number.parse().map_err(|_| format!("\"{text}\" does not begin with a number"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number.into())),
        "s" => Ok(Duration::from_secs(number.into())),
        "m" => Ok(Duration::from_secs(60) * number),
        _ => Err(format!("\"{text}\" does not end with ms, s or m")),
    }
}

/// One line a passing, without its plate: plates are personal data, even these made-up ones by habit.
#[expect(clippy::print_stdout, reason = "the command's output")]
fn tell(passing: &Passing, stratum: &str) {
    let line = serde_json::json!({
        "number": passing.number,
        "vehicle": stratum,
        "speed_km_h": (passing.speed.km_h() * 10.0).round() / 10.0,
        "opacity_percent": f64::from(passing.opacity.mean.0.hundredths()) / 100.0,
    });
    println!("{line}");
}

#[expect(clippy::print_stdout, reason = "the command's output")]
fn report(comparison: &Comparison) {
    println!("{comparison}");
}

/// Both cameras' frames from four seconds before a vehicle's rear leaves the beam until four after.
fn film(dir: &std::path::Path, seed: u64, passing: &Passing) -> anyhow::Result<()> {
    let seconds: Vec<f64> = (-40..32).map(|frame| f64::from(frame) / 8.0).collect();
    for (role, name) in [(Role::Front, "front"), (Role::Rear, "rear")] {
        let mut folder = FrameFolder::endless(&dir.join(name))?;
        for frame in camera::film(passing, Sky::Day, seed, role, &seconds) {
            folder.add(&frame)?;
        }
    }
    tell(passing, passing.vehicle.body.word());
    Ok(())
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let stop = AtomicBool::new(false);
    match Arguments::parse().command {
        Command::Drive { dir, seed, vehicles, every, no_cameras, fault } => Drive {
            folder: dir,
            plan: TrafficPlan::new(seed, every),
            vehicles,
            cameras: !no_cameras,
            faults: fault,
        }
        .run(&stop, |passing| tell(passing, passing.vehicle.body.word())),
        Command::Replay { dir, manifest, limit, every } => {
            let mut scenes = scenes(&manifest)?;
            scenes.truncate(limit.unwrap_or(usize::MAX));
            Replay { folder: dir, scenes, every }.run(&stop, |passing, scene| tell(passing, &scene.stratum))
        }
        Command::Film { dir, seed, number } => {
            let mut traffic = Traffic::new(TrafficPlan::new(seed, Duration::from_secs(8)));
            let passing = traffic.find(|passing| passing.number >= number);
            film(&dir, seed, &passing.context("traffic never ends")?)
        }
        Command::Compare { truth, server, account, password_file } => {
            let password = std::fs::read_to_string(&password_file)
                .with_context(|| format!("cannot read {}", password_file.display()))?;
            let api = Api::sign_in(&server, &account, password.trim())?;
            report(&compare::compare(&truth, &api)?);
            Ok(())
        }
    }
}
