//! What truly passed, one JSON object a line, for tests to compare with; no program under test reads it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::Context;
use plumewatch_shared::reading::ReadingOrigin;
use serde::{Deserialize, Serialize};

use super::Passing;

/// One passing as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Counts from 1.
    pub number: u32,
    /// When its rear left the beam, microseconds since 1970.
    pub at_utc_us: i64,
    /// The measurement that the head made of it.
    pub origin: TruthOrigin,
    /// What kind of vehicle, or which stratum of pictures.
    pub stratum: String,
    /// The plate that answers for it; `None` if it shows none.
    pub plate: Option<String>,
    /// Its colour, by word.
    pub colour: Option<String>,
    /// The plate behind, if a rear camera saw it.
    pub rear_plate: Option<String>,
    /// Cross-road opacity, mean, hundredths of a percent.
    pub opacity_hundredths: u16,
    /// The plume's opacity before the rear camera, hundredths of a percent.
    pub plume_hundredths: u16,
    /// The plume's Ringelmann level.
    pub level: u8,
    /// Nitric oxide, hundredths of 10⁻⁶.
    pub no_ppm_hundredths: Option<i32>,
    /// Speed, mm/s.
    pub speed_mm_s: i32,
    /// Has the vehicle passed before?
    pub repeated: bool,
    /// Is it wanted?
    pub wanted: bool,
}

/// A [`ReadingOrigin`] as text and numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TruthOrigin {
    /// Serial number of the head.
    pub device: String,
    /// Its starts.
    pub boot: u32,
    /// Its measurements since.
    pub sequence: u32,
}

impl From<&ReadingOrigin> for TruthOrigin {
    fn from(origin: &ReadingOrigin) -> Self {
        Self { device: origin.device.to_string(), boot: origin.boot, sequence: origin.sequence }
    }
}

impl Truth {
    /// The truth of a passing whose reading has this origin.
    pub fn of(passing: &Passing, origin: &ReadingOrigin, at_utc_us: i64) -> Self {
        let vehicle = &passing.vehicle;
        Self {
            number: passing.number,
            at_utc_us,
            origin: origin.into(),
            stratum: vehicle.body.word().to_owned(),
            plate: Some(vehicle.front.plate.as_str().to_owned()),
            colour: Some(vehicle.front.colour.word().to_owned()),
            rear_plate: Some(vehicle.rear.plate.as_str().to_owned()),
            opacity_hundredths: passing.opacity.mean.0.hundredths(),
            plume_hundredths: passing.plume.hundredths(),
            level: passing.ringelmann().level(),
            no_ppm_hundredths: passing.gases.map(|gases| gases.no.ppm_hundredths),
            speed_mm_s: passing.speed.mm_s,
            repeated: passing.repeated,
            wanted: vehicle.wanted,
        }
    }
}

/// The file that truths are written to.
#[derive(Debug)]
pub struct TruthLog(File);

impl TruthLog {
    /// Opens `path` for what comes; what stands there already stays.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(path);
        Ok(Self(file.with_context(|| format!("cannot open {}", path.display()))?))
    }

    /// Adds one line.
    pub fn write(&mut self, truth: &Truth) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(truth).context("a truth always serialises")?;
        line.push(b'\n');
        self.0.write_all(&line).context("cannot write the truth")
    }
}

/// Reads a truth file; a last line that is only half written is left out.
pub fn read_truth(path: &Path) -> anyhow::Result<Vec<Truth>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let lines: Vec<String> = BufReader::new(file).lines().collect::<Result<_, _>>()?;
    let last = lines.len().saturating_sub(1);
    let mut truths = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        match serde_json::from_str(line) {
            Ok(truth) => truths.push(truth),
            Err(_) if number == last => {}
            Err(error) => return Err(error).with_context(|| format!("line {} is no truth", number + 1)),
        }
    }
    Ok(truths)
}
