//! `plumewatch-server`: see `cli` for its commands and `app` for how it is put together.

use std::process::ExitCode;

use clap::Parser;
use plumewatch_server::cli;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumewatch-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}
