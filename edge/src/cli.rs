//! The command line: which command there is, and what each does with its words.
//!
//! What a command prints is one JSON object a line on standard output; errors go to standard error with a
//! non-zero exit. Names, flags and keys are promised to scripts (DESIGN.md).

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use edge_core::reader::decode::{Driver, StreamDecoder};
use edge_vision::commands::{
    EvalPlates, EvalSmoke, Fold, Outcome, WeightsUnderTest, eval_plates_command, eval_smoke_command,
    measure_smoke_command, read_plates_command,
};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::{
    camera,
    config::Config,
    unit,
    uplink::{enrol, identity::IdentityFolder},
};

/// The roadside unit of Plumewatch (路检通).
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the unit.
    Run {
        /// The configuration; deploy/edge.toml is a commented sample.
        #[arg(long)]
        config: PathBuf,
    },
    /// Enrol the unit at a server with a one-time token.
    Enrol {
        /// The configuration of the unit.
        #[arg(long)]
        config: PathBuf,
        /// The server's address, such as `http://10.0.0.2:8080`.
        #[arg(long)]
        server: String,
        /// The token, as `plumewatch-server enrol-token` printed it.
        #[arg(long)]
        token: String,
    },
    /// Read the plates on pictures.
    ReadPlates {
        /// Print one JSON object per picture.
        #[arg(long)]
        json: bool,
        /// Pictures, or folders of them.
        #[arg(required = true)]
        images: Vec<PathBuf>,
    },
    /// Hold the reading of plates against pictures whose plates are known.
    EvalPlates {
        /// The manifest: CSV with file, plate, colour, rows, source, stratum, use.
        manifest: PathBuf,
        /// Corners of the plates by file, CSV, such as edge/models/plates/quads.csv.
        #[arg(long)]
        corners: Option<PathBuf>,
        /// A folder with fold0 and fold1, each with weights as training writes them: each picture is read with those
        /// that never saw it.
        #[arg(long, conflicts_with_all = ["weights", "fold"])]
        cross: Option<PathBuf>,
        /// A folder with weights that are not released, as training writes it.
        #[arg(long)]
        weights: Option<PathBuf>,
        /// Only pictures that the training of the weights, of fold 0 or 1, never saw; the released ones are of fold 0.
        #[arg(long)]
        fold: Option<Fold>,
        /// Write a page with every miss pictured.
        #[arg(long)]
        html: Option<PathBuf>,
        /// Write one line for every picture.
        #[arg(long)]
        csv: Option<PathBuf>,
    },
    /// Measure the smoke of the vehicles in a recording.
    MeasureSmoke {
        /// Print one JSON object per vehicle.
        #[arg(long)]
        json: bool,
        /// A video, or a folder of frames.
        recording: PathBuf,
    },
    /// Hold the measure of smoke against rendered plumes of known opacity, and against what is no smoke.
    EvalSmoke {
        /// Names the rendered clips.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Plumes, spread evenly over 0 to 100 % of opacity.
        #[arg(long, default_value_t = EvalSmoke::PLUMES)]
        plumes: u32,
        /// Clips of each kind of what may be taken for smoke.
        #[arg(long, default_value_t = EvalSmoke::CONFUSERS)]
        confusers: u32,
        /// A folder with video/manifest.csv and smoke/manifest.csv: real recordings besides.
        #[arg(long)]
        data: Option<PathBuf>,
        /// Write a page with every miss pictured.
        #[arg(long)]
        html: Option<PathBuf>,
        /// Write one line for every clip.
        #[arg(long)]
        csv: Option<PathBuf>,
    },
    /// Decode an instrument's raw bytes on standard input: remote-sensing or weather.
    Decode {
        /// Which driver: remote-sensing, weather, nht-1l, mqy-200, fty-100, ak or nmea.
        driver: String,
    },
    /// One camera's eyes; started by the unit.
    #[command(hide = true)]
    CameraWorker,
}

/// Does what the command line says.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let out = || io::BufWriter::new(io::stdout().lock());
    match arguments.command {
        Command::Run { config } => run_unit(Config::read(&config)?)?,
        Command::Enrol { config, server, token } => enrol_unit(&Config::read(&config)?, &server, &token)?,
        Command::ReadPlates { json, images } => {
            return ended(read_plates_command(&images, json, &mut out())?);
        }
        Command::EvalPlates { manifest, corners, cross, weights, fold, html, csv } => {
            let weights = WeightsUnderTest::asked(cross, weights, fold)
                .context("the released weights are of fold 0; for fold 1 name a folder with --weights")?;
            let asked = EvalPlates { manifest, corners, weights, html, csv };
            return ended(eval_plates_command(&asked, &mut out())?);
        }
        Command::EvalSmoke { seed, plumes, confusers, data, html, csv } => {
            let asked = EvalSmoke { seed, plumes, confusers, data, html, csv };
            return ended(eval_smoke_command(&asked, &mut out())?);
        }
        Command::MeasureSmoke { json, recording } => {
            return ended(measure_smoke_command(&recording, json, &mut out())?);
        }
        Command::Decode { driver } => decode(driver.parse()?, &mut io::stdin().lock(), &mut out())?,
        Command::CameraWorker => camera::work()?,
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::unnecessary_wraps, reason = "every arm of `run` gives a result")]
fn ended(outcome: Outcome) -> anyhow::Result<ExitCode> {
    Ok(match outcome {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::SomeUnread => ExitCode::FAILURE,
    })
}

fn enrol_unit(config: &Config, server: &str, token: &str) -> anyhow::Result<()> {
    install_provider();
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot create {}", config.data_dir.display()))?;
    let folder = IdentityFolder::open(&config.data_dir)?;
    enrol::enrol(&folder, config.station.id, server, token)?;
    let done = serde_json::json!({ "enrolled": config.station.id.as_str() });
    writeln!(io::stdout(), "{done}").context("cannot write the result")
}

/// rumqttc and ureq both ask for the process's provider; several are compiled in where the server is linked too.
fn install_provider() {
    // An error only says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn run_unit(config: Config) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .with_ansi(false)
        .with_writer(io::stderr)
        .init();
    install_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let told = stop.clone();
        // Lives as long as the runtime: a second signal must not end the process before its records are stored.
        tokio::spawn(async move {
            match wait_for_signal().await {
                Ok(()) => info!("told to stop"),
                Err(error) => tracing::error!(%error, "signals cannot be heard"),
            }
            told.cancel();
        });
        Box::pin(unit::run(config, stop)).await
    })
}

async fn wait_for_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Decodes a stream as it comes.
fn decode(driver: Driver, input: &mut impl Read, out: &mut impl Write) -> anyhow::Result<()> {
    let mut decoder = StreamDecoder::new(driver);
    let mut buffer = [0; 16 << 10];
    loop {
        let count = input.read(&mut buffer).context("cannot read standard input")?;
        if count == 0 {
            break;
        }
        decoder.push(&buffer[..count]);
        while let Some(object) = decoder.next_object() {
            writeln!(out, "{object}").context("cannot write the result")?;
        }
        out.flush().context("cannot write the result")?;
    }
    for object in decoder.finish() {
        writeln!(out, "{object}").context("cannot write the result")?;
    }
    out.flush().context("cannot write the result")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn garbage_decodes_to_a_count() {
        let mut out = Vec::new();
        decode(Driver::RemoteSensing, &mut &b"not a frame\n"[..], &mut out).unwrap();
        let last: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&last["readings"], &last["rejected_bytes"]), (&0.into(), &12.into()));
    }
}
