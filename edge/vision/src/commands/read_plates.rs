//! `read-plates [--json] IMAGE_OR_DIR...`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::{CommandError, Outcome};
use crate::picture::Picture;
use crate::plates::{PlateRead, PlateReader};

/// Reads the plates of every picture, one line each; a folder stands for the pictures in it, by name.
/// Abstentions are not plates and are not listed under `plates`, but under `abstained`.
pub fn read_plates_command(
    paths: &[PathBuf],
    json: bool,
    out: &mut impl Write,
) -> Result<Outcome, CommandError> {
    let reader = PlateReader::new()?;
    let mut outcome = Outcome::Done;
    for path in expanded(paths) {
        let began = Instant::now();
        let read = read_one(&reader, &path);
        let ms = began.elapsed().as_secs_f64() * 1_000.0;
        let file = path.display().to_string();
        match read {
            Ok(plates) if json => {
                let (unsure, sure): (Vec<_>, Vec<_>) = plates.iter().partition(|plate| plate.abstained);
                let line = json!({
                    "file": file,
                    "ms": (ms * 100.0).round() / 100.0,
                    "plates": sure.into_iter().map(object).collect::<Vec<_>>(),
                    "abstained": unsure.into_iter().map(object).collect::<Vec<_>>(),
                });
                writeln!(out, "{line}")?;
            }
            Ok(plates) => {
                writeln!(out, "{file}  {ms:.1} ms")?;
                for plate in plates {
                    let note = if plate.abstained { "  (unsure)" } else { "" };
                    let share = f32::from(plate.confidence.per_mille()) / 10.0;
                    writeln!(out, "  {}  {}  {share:.1} %{note}", shown(&plate), plate.colour.word())?;
                }
            }
            Err(error) => {
                outcome = Outcome::SomeUnread;
                if json {
                    writeln!(out, "{}", json!({ "file": file, "error": error }))?;
                } else {
                    writeln!(out, "{file}  error: {error}")?;
                }
            }
        }
    }
    Ok(outcome)
}

fn read_one(reader: &PlateReader, path: &Path) -> Result<Vec<PlateRead>, String> {
    let picture = Picture::open(path).map_err(|error| chain(&error))?;
    reader.read(&picture).map_err(|error| chain(&error))
}

/// An error with what caused it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text.replace(['\n', '\r'], " ")
}

fn shown(plate: &PlateRead) -> &str {
    plate.text.as_ref().map_or(plate.raw.as_str(), |text| text.as_str())
}

fn object(plate: &PlateRead) -> serde_json::Value {
    json!({
        "text": shown(plate),
        "colour": plate.colour.word(),
        "confidence": f64::from(plate.confidence.per_mille()) / 1_000.0,
        "corners": plate.corners.rounded(),
        "raw": plate.raw,
    })
}

/// Folders replaced by the files in them, in order of name; hidden files and sub-folders left out.
fn expanded(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in paths {
        match std::fs::read_dir(path) {
            Ok(entries) => {
                let mut inside: Vec<PathBuf> = entries
                    .filter_map(Result::ok)
                    .map(|entry| entry.path())
                    .filter(|path| path.is_file() && !hidden(path))
                    .collect();
                inside.sort();
                all.extend(inside);
            }
            Err(_) => all.push(path.clone()),
        }
    }
    all
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An unreadable file is a line of its own, and the run goes on.
    #[test]
    fn one_bad_file_does_not_stop_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let good = Picture::from_bgr(64, 48, &[120; 64 * 48 * 3]).unwrap().jpeg(90).unwrap();
        std::fs::write(folder.path().join("a.jpg"), b"no picture").unwrap();
        std::fs::write(folder.path().join("b.jpg"), good).unwrap();
        let mut out = Vec::new();
        let outcome = read_plates_command(&[folder.path().to_owned()], true, &mut out).unwrap();
        assert_eq!(outcome, Outcome::SomeUnread);
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert!(lines[0]["error"].is_string() && lines[0]["file"].as_str().unwrap().ends_with("a.jpg"));
        assert_eq!(lines[1]["plates"], serde_json::json!([]));
        assert!(lines[1]["ms"].is_number());
    }
}
