//! Real recordings, none of which shows smoke that the video measure could have measured: clips without smoke, and
//! single photos of smoking vehicles. They are never part of this repository.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use plumewatch_shared::time::ClockQuality;

use super::page::Miss;
use super::said::{Ear, Heard};
use super::tables::Calm;
use super::{CommandError, Progress};
use crate::commands::eval_plates::ManifestError;
use crate::commands::share::share;
use crate::picture::Picture;
use crate::source::{self, Next, SourceConfig};

/// Frames a second at which the frames of a sequence of pictures are played; their own rate is not known.
const SEQUENCE_FPS: f64 = 8.0;

/// Text of both parts.
pub(super) fn real(data: &Path, misses: &mut Vec<Miss>) -> Result<String, CommandError> {
    Ok(clips(&data.join("video"), misses)? + &photos(&data.join("smoke"))?)
}

fn rows(manifest: &Path, columns: &[&'static str]) -> Result<Vec<Vec<String>>, ManifestError> {
    let text = std::fs::read_to_string(manifest)
        .map_err(|source| ManifestError::Read { path: manifest.to_owned(), source })?;
    let damaged = |source| ManifestError::Damaged { path: manifest.to_owned(), source };
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let head = table.headers().map_err(damaged)?.clone();
    let mut places = Vec::new();
    for column in columns {
        places.push(head.iter().position(|h| h == *column).ok_or(ManifestError::Column(column))?);
    }
    let mut all = Vec::new();
    for line in table.records() {
        let line = line.map_err(damaged)?;
        all.push(places.iter().map(|&place| line[place].to_owned()).collect());
    }
    Ok(all)
}

/// Clips of traffic without smoke: by vehicle, how many were called smoking.
fn clips(folder: &Path, misses: &mut Vec<Miss>) -> Result<String, CommandError> {
    let mut out = format!(
        "real clips without smoke:\n{:<34}{:>8}{:>10}  {:<24}{:<24}unmeasurable\n",
        "", "frames", "vehicles", "called black smoke*", "any figure"
    );
    let list = rows(&folder.join("manifest.csv"), &["file", "label"])?;
    let progress = Progress::of("real clips", list.len() as u32);
    for (number, row) in (1..).zip(list) {
        let path = folder.join(&row[0]);
        let mut source =
            source::open(&SourceConfig::File { path, pace_ms: 0 }, ClockQuality::Unsynchronised)?;
        let (mut ear, mut frames) = (Ear::new()?, 0_u32);
        loop {
            match source.next(Duration::from_secs(10))? {
                Next::Frame(frame) => {
                    frames += 1;
                    ear.hear(frame.picture, frame.recorded_s.unwrap_or(0.0))?;
                }
                Next::Waiting => {}
                Next::Ended => break,
            }
        }
        let heard = ear.finish()?;
        let n = heard.vehicles as u32;
        let _ = writeln!(
            out,
            "{:<34}{frames:>8}{n:>10}  {:<24}{:<24}{}",
            row[0],
            share(heard.black as u32, n),
            share(heard.measured as u32, n),
            share(heard.unmeasurable as u32, n)
        );
        if heard.measured > 0 {
            misses.push(Miss::real(&row[0], &heard));
        }
        progress.at(number);
    }
    out.push_str("* of the vehicles; frames' own times\n\n");
    Ok(out)
}

/// Single photos, each played as a recording of one picture, and sequences of pictures played in order.
fn photos(folder: &Path) -> Result<String, CommandError> {
    let list = rows(&folder.join("manifest.csv"), &["file", "label", "truth_quality", "sequence"])?;
    let progress = Progress::of("real photos", list.len() as u32);
    let (mut kinds, mut unread) = (BTreeMap::<String, Calm>::new(), 0);
    let mut sequences = BTreeMap::<String, Vec<Picture>>::new();
    for (number, row) in (1..).zip(&list) {
        progress.at(number);
        let Ok(picture) = Picture::open(&folder.join(&row[0])) else {
            unread += 1;
            continue;
        };
        if !row[3].is_empty() {
            sequences.entry(row[3].clone()).or_default().push(picture.clone());
        }
        let quality = row[2].split(':').next().unwrap_or_default();
        kinds.entry(format!("{}, truth {quality}", row[1])).or_default().add(&played([picture])?);
    }
    let mut out = format!(
        "real photos of smoking vehicles, each alone:\n{:<34}{:>8}  {:<24}unmeasurable\n",
        "", "n", "called black smoke"
    );
    for (kind, calm) in &kinds {
        let (black, none) = (share(calm.black, calm.n), share(calm.unmeasurable, calm.n));
        let _ = writeln!(out, "{kind:<34}{:>8}  {black:<24}{none}", calm.n);
    }
    out.push_str(
        "A photo alone has no background to compare with, and an observation asks for three frames: the video measure\n\
         cannot see smoke in it, whatever it shows, and says nothing. This is its limit, not a figure of its quality.\n",
    );
    for (name, pictures) in sequences {
        let n = pictures.len();
        let said = played(pictures)?.said;
        let _ = writeln!(out, "sequence {name}, {n} pictures played at {SEQUENCE_FPS} a second: {said:?}");
    }
    let _ = writeln!(out, "pictures not read: {unread}\n");
    Ok(out)
}

fn played(pictures: impl IntoIterator<Item = Picture>) -> Result<Heard, CommandError> {
    let mut ear = Ear::new()?;
    for (number, picture) in (0..).zip(pictures) {
        ear.hear(picture, f64::from(number) / SEQUENCE_FPS)?;
    }
    ear.finish()
}
