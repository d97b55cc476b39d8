//! The manifest of real pictures: which file, what its plate says, and where the plate is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::plates::quad::Quad;

/// One picture and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) file: PathBuf,
    /// Empty: no plate is on it.
    pub(super) plate: String,
    /// Plates besides the main one.
    pub(super) others: Vec<String>,
    pub(super) colour: String,
    pub(super) rows: String,
    pub(super) source: String,
    pub(super) stratum: String,
    /// Training may see it: that of one fold did, that of the other did not.
    pub(super) trains: bool,
    /// Whose training never saw it.
    pub(super) held_out: Fold,
    pub(super) corners: Option<Quad>,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no table of comma-separated values.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and how.
        source: csv::Error,
    },
    /// A column is not there.
    #[error("the manifest has no column {0}")]
    Column(&'static str),
}

/// The pictures of the manifest.
pub(super) fn read(path: &Path, corners: Option<&Path>) -> Result<Vec<Row>, ManifestError> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })
    };
    let places = match corners {
        Some(corners) => quads(&text(corners)?)
            .map_err(|source| ManifestError::Damaged { path: corners.to_owned(), source })?,
        None => HashMap::new(),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let manifest = text(path)?;
    let mut table = csv::Reader::from_reader(manifest.as_bytes());
    let damaged = |source| ManifestError::Damaged { path: path.to_owned(), source };
    let head = table.headers().map_err(damaged)?.clone();
    let column = |name: &'static str| head.iter().position(|h| h == name).ok_or(ManifestError::Column(name));
    let (file, plate, colour, rows) = (column("file")?, column("plate")?, column("colour")?, column("rows")?);
    let (source, others, stratum, used) =
        (column("source")?, column("other_plates")?, column("stratum")?, column("use")?);
    let mut out = Vec::new();
    for line in table.records() {
        let line = line.map_err(damaged)?; // Every record has as many fields as the head, or it is damaged.
        out.push(Row {
            file: folder.join(&line[file]),
            plate: line[plate].to_owned(),
            others: line[others].split('|').filter(|o| !o.is_empty()).map(str::to_owned).collect(),
            colour: line[colour].to_owned(),
            rows: line[rows].to_owned(),
            source: line[source].to_owned(),
            stratum: line[stratum].to_owned(),
            trains: &line[used] == "train" && !line[plate].is_empty(),
            held_out: Fold::without(&line[plate]),
            corners: places.get(&line[file]).copied(),
        });
    }
    Ok(out)
}

/// Which half of the plates a training never sees: by its text's SHA-256, as `real.py` has it, so that no plate is
/// in both halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Odd first bytes are held out.
    First,
    /// Even ones are.
    Second,
}

impl Fold {
    /// The released weights'.
    pub(super) const RELEASED: Self = Self::First;

    /// The fold whose training never saw this plate.
    fn without(plate: &str) -> Self {
        let odd = Sha256::digest(plate.as_bytes())[0] % 2 == 1;
        if odd { Self::First } else { Self::Second }
    }
}

impl FromStr for Fold {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "0" => Ok(Self::First),
            "1" => Ok(Self::Second),
            _ => Err("a fold is 0 or 1"),
        }
    }
}

/// Corners by file: `file,x0,y0,x1,y1,x2,y2,x3,y3`.
fn quads(text: &str) -> Result<HashMap<String, Quad>, csv::Error> {
    type Line = (String, [[f32; 2]; 4]);
    let lines = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    lines.map(|line| line.map(|(file, corners): Line| (file, Quad(corners)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_is_decided_as_training_decides_it() {
        // First bytes of the SHA-256: 83 and ba.
        assert_eq!(Fold::without("晋A12345"), Fold::First);
        assert_eq!(Fold::without("晋A12346"), Fold::Second);
    }

    #[test]
    fn corners_are_read_by_file() {
        let all = quads("file,x0,y0,x1,y1,x2,y2,x3,y3\na.jpg,1,2,3,4,5,6,7,8.5\n").unwrap();
        assert_eq!(all["a.jpg"].0[3], [7.0, 8.5]);
        assert_eq!(all.len(), 1);
        assert!(quads("file,x0,y0,x1,y1,x2,y2,x3,y3\na.jpg,1,2,three\n").is_err());
    }
}
