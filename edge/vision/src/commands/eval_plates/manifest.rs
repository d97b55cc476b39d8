//! The manifest of real pictures: which file, what its plate says, and where the plate is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
    /// Training may see it.
    pub(super) trains: bool,
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
    /// A column is not there.
    #[error("the manifest has no column {0}")]
    Column(&'static str),
}

/// The pictures of the manifest; those of the half that training saw are left out when `held_out` is set.
pub(super) fn read(path: &Path, corners: Option<&Path>, held_out: bool) -> Result<Vec<Row>, ManifestError> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })
    };
    let places = match corners {
        Some(corners) => quads(&text(corners)?),
        None => HashMap::new(),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let lines = records(&text(path)?);
    let head = lines.first().cloned().unwrap_or_default();
    let column = |name: &'static str| head.iter().position(|h| h == name).ok_or(ManifestError::Column(name));
    let (file, plate, colour, rows) = (column("file")?, column("plate")?, column("colour")?, column("rows")?);
    let (source, others, stratum, used) =
        (column("source")?, column("other_plates")?, column("stratum")?, column("use")?);
    let mut out = Vec::new();
    for line in lines.iter().skip(1).filter(|line| line.len() >= head.len()) {
        let trains = line[used] == "train" && !line[plate].is_empty() && !is_held_out(&line[plate]);
        if held_out && trains {
            continue;
        }
        out.push(Row {
            file: folder.join(&line[file]),
            plate: line[plate].clone(),
            others: line[others].split('|').filter(|o| !o.is_empty()).map(str::to_owned).collect(),
            colour: line[colour].clone(),
            rows: line[rows].clone(),
            source: line[source].clone(),
            stratum: line[stratum].clone(),
            trains,
            corners: places.get(&line[file]).copied(),
        });
    }
    Ok(out)
}

/// The half that training never sees: odd first byte of the text's SHA-256, as `real.py` has it.
fn is_held_out(plate: &str) -> bool {
    Sha256::digest(plate.as_bytes())[0] % 2 == 1
}

fn quads(text: &str) -> HashMap<String, Quad> {
    let one = |line: &str| {
        let mut fields = line.split(',');
        let file = fields.next()?.to_owned();
        let numbers: Vec<f32> = fields.filter_map(|field| field.trim().parse().ok()).collect();
        let &[a, b, c, d, e, f, g, h] = numbers.as_slice() else { return None };
        Some((file, Quad([[a, b], [c, d], [e, f], [g, h]])))
    };
    text.lines().filter_map(one).collect()
}

/// Comma-separated records; fields in quotes may hold commas, doubled quotes and line ends.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        all.push(record);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hide_commas_and_line_ends() {
        let all = records("a,\"b, c\",\"d \"\"e\"\"\nf\"\r\ng,,h");
        assert_eq!(all, [vec!["a", "b, c", "d \"e\"\nf"], vec!["g", "", "h"]]);
    }

    #[test]
    fn corners_are_read_by_file() {
        let all = quads("file,x0,y0,x1,y1,x2,y2,x3,y3\na.jpg,1,2,3,4,5,6,7,8.5\n");
        assert_eq!(all["a.jpg"].0[3], [7.0, 8.5]);
        assert_eq!(all.len(), 1);
    }
}
