//! The command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use jiff::Timestamp;
use plumewatch_shared::ids::StationId;

use crate::config::{Config, DEFAULT_TOML};
use crate::documents::Printer;
use crate::enrol::{add_station, issue_token, rename_station};
use crate::pki::Authority;
use crate::store::Store;
use crate::{app, audit_file, http};

/// Plumewatch server (路检通): takes what the edges report; people review it here.
#[derive(Debug, Parser)]
#[command(name = "plumewatch-server", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop. Without a configuration everything lies in ./plumewatch-data.
    Run {
        /// The configuration; see the command `config`.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the whole default configuration, with a comment at every setting.
    Config,
    /// Write a sample of each paper, by the configuration's templates, and the shipped templates, into a folder.
    SampleDocuments {
        /// The configuration that the server runs with.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Where to.
        folder: PathBuf,
    },
    /// Print the OpenAPI document of the server's API.
    Openapi,
    /// Check a file that the audit was taken out as: whether its rows are as the server wrote them. Prints one JSON object;
    /// needs no server.
    VerifyAudit {
        /// The file, JSON lines or CSV.
        file: PathBuf,
    },
    /// Prove an evidence package offline: signature, hashes, seals and chain of the records, every judgement made anew,
    /// the audit's rows. Ends with an error at the first thing that does not hold.
    Verify {
        /// The package, as the case's page gave it.
        #[arg(value_name = "PACKAGE")]
        package: PathBuf,
        /// The server's key as the authority publishes it, 64 hex digits; without it the package's own word is all
        /// there is.
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
    },
    /// Print a one-time token that a station's edge unit enrols with; adds the station if it is new. Works
    /// while the server runs.
    EnrolToken {
        /// The configuration that the server runs with.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The station, such as A140105001.
        station: StationId,
        /// Its name for people.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Run { config } => app::run(Config::read(config.as_deref())?).await,
        Command::Config => print(DEFAULT_TOML),
        Command::SampleDocuments { config, folder } => {
            let printer = Printer::new(&Config::read(config.as_deref())?.documents);
            let written = printer.write_samples(&folder)?;
            print(&written.iter().map(|path| format!("{}\n", path.display())).collect::<String>())
        }
        Command::Openapi => print(&http::openapi_json()),
        Command::VerifyAudit { file } => print(&verify_audit(&file)?),
        Command::Verify { package, key } => verify(&package, key.as_deref()),
        Command::EnrolToken { config, station, name } => {
            print(&format!("{}\n", enrol_token(config.as_deref(), station, name.as_deref()).await?))
        }
    }
}

fn verify_audit(path: &Path) -> anyhow::Result<String> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let checked = audit_file::check(io::BufReader::new(file)).with_context(|| path.display().to_string())?;
    Ok(format!("{}\n", serde_json::to_string(&checked)?))
}

async fn enrol_token(
    config: Option<&Path>,
    station: StationId,
    name: Option<&str>,
) -> anyhow::Result<String> {
    const ACTOR: &str = "enrol-token";
    let config = Config::read(config)?;
    app::make_data_folder(&config.data_dir)?;
    let now = Timestamp::now();
    let authority = Authority::open(&config.pki_dir(), now)?;
    let store = Store::open(&config.database_url()?).await?;
    let new = add_station(&store, station, name.unwrap_or(station.as_str()), ACTOR, now).await?;
    if let (false, Some(name)) = (new, name) {
        rename_station(&store, station, name).await?;
    }
    let token = issue_token(&store, authority.fingerprint(), station, ACTOR, now).await?;
    store.close().await;
    Ok(token.to_string())
}

fn verify(path: &Path, key: Option<&str>) -> anyhow::Result<()> {
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > 2 * server_package::PACKAGE_BYTES_MAX as u64 {
        bail!("{} is too large to be a package", path.display());
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let report = server_package::verify(&bytes, key);
    print(&format!("{report}\n"))?;
    if report.holds() { Ok(()) } else { bail!("{} does not hold", path.display()) }
}

/// Prints to standard output; a reader that has gone away is no failure of ours.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot print"),
    }
}
