//! The program `plumewatch-edge`; see [`plumewatch_edge::cli`].

use std::process::ExitCode;

use clap::Parser;
use plumewatch_edge::cli;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("plumewatch-edge: {error:#}");
            ExitCode::FAILURE
        }
    }
}
