//! Shows real pictures to the front camera, one vehicle each, with a made-up reading for each on the head's line.
//!
//! The manifest's truth goes to the truth log; the picture's name, which is not copied, goes nowhere.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use plumewatch_shared::ids::LaneNo;

use crate::camera::FrameFolder;
use crate::instrument::{Head, WeatherStation, fair_weather};
use crate::road::{Passing, Traffic, TrafficPlan, Truth, TruthLog};

/// Frames each picture is shown for.
const FRAMES: u32 = 3;
/// Time between them: eight a second.
const FRAME: Duration = Duration::from_millis(125);
/// From the last frame until the vehicle's rear leaves the beam, as matching expects of a usual lane.
const TO_BEAM: Duration = Duration::from_millis(600);

/// One picture of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The file.
    pub file: PathBuf,
    /// What its plate says; `None` if it shows none.
    pub plate: Option<String>,
    /// The plate's colour, by word.
    pub colour: Option<String>,
    /// Which kind of picture it is.
    pub stratum: String,
}

/// Reads the full scenes of a manifest (`../shared/data/plates/manifest.csv`).
pub fn scenes(manifest: &Path) -> anyhow::Result<Vec<Scene>> {
    let mut table =
        csv::Reader::from_path(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let folder = manifest.parent().context("a manifest lies in a folder")?;
    let head = table.headers()?.clone();
    let column = |name: &str| {
        head.iter()
            .position(|field| field == name)
            .with_context(|| format!("the manifest has no column {name}"))
    };
    let [file, plate, colour, stratum] =
        [column("file")?, column("plate")?, column("colour")?, column("stratum")?];
    let given = |text: &str| (!text.is_empty() && text != "none").then(|| text.to_owned());
    let mut scenes = Vec::new();
    for row in table.records() {
        let row = row.with_context(|| format!("{} is damaged", manifest.display()))?;
        if row[file].starts_with("scenes/") {
            scenes.push(Scene {
                file: folder.join(&row[file]),
                plate: given(&row[plate]),
                colour: given(&row[colour]),
                stratum: row[stratum].to_owned(),
            });
        }
    }
    Ok(scenes)
}

/// One replay.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Where ports, camera folders and the truth are.
    pub folder: PathBuf,
    /// The pictures, in order.
    pub scenes: Vec<Scene>,
    /// Time from one picture to the next.
    pub every: Duration,
}

impl Replay {
    /// Shows every picture once, or until `stop` says so. `told` hears of each as it is measured.
    pub fn run(&self, stop: &AtomicBool, mut told: impl FnMut(&Passing, &Scene)) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let mut front = FrameFolder::open(&self.folder.join("front-1"))?;
        FrameFolder::open(&self.folder.join("rear-1"))?;
        let mut truths = TruthLog::open(&self.folder.join("truth.jsonl"))?;
        let head = Head::start(&self.folder, LaneNo::new(1).expect("1 is a lane"), 1)?;
        let _weather = WeatherStation::start(&self.folder, fair_weather())?;
        let readings = Traffic::new(TrafficPlan::new(1, self.every));
        let mut due = Instant::now() + Duration::from_secs(1);
        for (scene, passing) in self.scenes.iter().zip(readings) {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let picture = std::fs::read(&scene.file)
                .with_context(|| format!("cannot read {}", scene.file.display()))?;
            for frame in 0..FRAMES {
                wait_until(due + FRAME * frame);
                front.add(&picture)?;
            }
            let left = due + FRAME * (FRAMES - 1) + TO_BEAM;
            wait_until(left + crate::drive::MEASURING);
            let at = Timestamp::now().as_microsecond() - i64::try_from(crate::drive::MEASURING.as_micros())?;
            let origin = head.measure(&passing, left);
            let mut truth = Truth::of(&passing, &origin, at);
            (truth.plate, truth.colour) = (scene.plate.clone(), scene.colour.clone());
            (truth.rear_plate, truth.plume_hundredths, truth.level) = (None, 0, 0);
            truth.stratum.clone_from(&scene.stratum);
            truths.write(&truth)?;
            told(&passing, scene);
            due = (due + self.every).max(Instant::now());
        }
        head.wait_acknowledged(Duration::from_secs(30));
        Ok(())
    }
}

fn wait_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_gives_its_scenes_and_commas_in_quotes_are_no_ends() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("manifest.csv");
        std::fs::write(
            &manifest,
            "file,plate,colour,licence,stratum\ncrops/a.jpg,晋A12345,blue,MIT,crop\n\
             scenes/b.jpg,晋A12345,yellow,\"A, B\",toll\nscenes/c.jpg,,none,MIT,neg\n",
        )
        .unwrap();
        let scenes = scenes(&manifest).unwrap();
        assert_eq!(scenes.len(), 2);
        assert_eq!((scenes[0].plate.as_deref(), scenes[0].stratum.as_str()), (Some("晋A12345"), "toll"));
        assert_eq!((&scenes[1].plate, &scenes[1].colour), (&None, &None));
    }
}
