//! Runs the vision commands without the edge unit, for development and measuring.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use edge_vision::commands::{
    EvalPlates, EvalSmoke, Outcome, WeightsUnderTest, chain, eval_plates_command, eval_smoke_command,
    measure_smoke_command, read_plates_command,
};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|a| a == "--json");
    arguments.retain(|a| a != "--json");
    let mut option = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        let rest: Vec<String> = arguments.drain(at..(at + 2).min(arguments.len())).collect();
        rest.get(1).cloned()
    };
    let fold = match option("--fold").map(|text| text.parse()).transpose() {
        Ok(fold) => fold,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let [html, corners, csv, weights, cross, data] =
        ["--html", "--corners", "--csv", "--weights", "--cross", "--data"]
            .map(|name| option(name).map(PathBuf::from));
    let [seed, plumes, confusers] = ["--seed", "--plumes", "--confusers"]
        .map(|name| option(name).map(|text| text.parse::<u32>()).transpose());
    let (Ok(seed), Ok(plumes), Ok(confusers)) = (seed, plumes, confusers) else {
        eprintln!("--seed, --plumes and --confusers take whole numbers");
        return ExitCode::from(2);
    };
    let Some(weights) = WeightsUnderTest::asked(cross, weights, fold) else {
        eprintln!("--cross goes with neither --weights nor --fold; the released weights are of fold 0");
        return ExitCode::from(2);
    };
    let mut words = arguments.into_iter();
    let command = words.next().unwrap_or_default();
    let paths: Vec<PathBuf> = words.map(PathBuf::from).collect();
    let mut out = io::stdout().lock();
    let done = match command.as_str() {
        "read-plates" => read_plates_command(&paths, json, &mut out),
        "measure-smoke" if paths.len() == 1 => measure_smoke_command(&paths[0], json, &mut out),
        "eval-plates" if paths.len() == 1 => {
            let manifest = paths[0].clone();
            eval_plates_command(&EvalPlates { manifest, corners, weights, html, csv }, &mut out)
        }
        "eval-smoke" if paths.is_empty() => {
            let usual = EvalSmoke::default();
            let asked = EvalSmoke {
                seed: seed.map_or(usual.seed, u64::from),
                plumes: plumes.unwrap_or(usual.plumes),
                confusers: confusers.unwrap_or(usual.confusers),
                data,
                html,
                csv,
            };
            eval_smoke_command(&asked, &mut out)
        }
        "bench" => {
            // JPEG files, in order of time.
            let frames: Result<Vec<_>, _> = paths.iter().map(std::fs::read).collect();
            let done = frames.map_err(|e| e.to_string()).and_then(|frames| {
                edge_vision::bench::bench_frames(&frames, &mut out).map_err(|e| chain(&e))
            });
            if let Err(error) = done {
                eprintln!("{error}");
                return ExitCode::from(1);
            }
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("usage: plumewatch-vision read-plates [--json] IMAGE_OR_DIR...");
            eprintln!(
                "       plumewatch-vision eval-plates MANIFEST [--corners FILE] [--cross FOLDER | [--weights FOLDER] [--fold 0|1]] [--html FILE] [--csv FILE]"
            );
            eprintln!(
                "       plumewatch-vision eval-smoke [--seed N] [--plumes N] [--confusers N] [--data DIR] [--html FILE] [--csv FILE]"
            );
            eprintln!("       plumewatch-vision measure-smoke [--json] VIDEO_OR_FRAME_DIR");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeUnread) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{}", chain(&error));
            ExitCode::from(1)
        }
    }
}
