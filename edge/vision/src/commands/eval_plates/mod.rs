//! `eval-plates MANIFEST [--corners FILE] [--cross FOLDER | [--weights FOLDER] [--fold 0|1]] [--html FILE] [--csv FILE]`
//!
//! Reads every picture of the manifest as `read-plates` does and holds the answers against the truth. Figures on
//! pictures that training saw say nothing: `--cross` reads each picture with that one of two trainings which never
//! saw it, `--fold` shows one of the two only what it never saw.

mod manifest;
mod page;
mod tally;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use opencv::prelude::*;

use self::manifest::Row;
use self::page::Miss;
use self::tally::{Fate, Strata, compared};
use super::share::share;
use super::{CommandError, Outcome, chain};
use crate::network::{Networks, RuntimeKind};
use crate::picture::Picture;
use crate::plates::quad::Quad;
use crate::plates::{PlateRead, PlateReader};

pub use self::manifest::{Fold, ManifestError};

/// What to evaluate, and where the page goes.
#[derive(Clone, Debug, Default)]
pub struct EvalPlates {
    /// The manifest (CSV); its files lie beside it.
    pub manifest: PathBuf,
    /// Corners of the plates by file (CSV), for finding and for the strata of size and tilt.
    pub corners: Option<PathBuf>,
    /// Whose reading is evaluated.
    pub weights: WeightsUnderTest,
    /// Where to write the page with every miss pictured.
    pub html: Option<PathBuf>,
    /// Where to write one line for every picture: file, truth, what was read, how sure, abstained.
    pub csv: Option<PathBuf>,
}

/// Whose reading is evaluated, and on which pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WeightsUnderTest {
    /// The program's own, on every picture, though their training saw about half of them.
    #[default]
    Released,
    /// The program's own, on what their training never saw.
    ReleasedUnseen,
    /// A folder as training writes it, on what that fold's training never saw; with no fold, on every picture.
    Folder(PathBuf, Option<Fold>),
    /// A folder with `fold0` and `fold1`, each as training writes it; each picture is read with those that never saw it.
    Cross(PathBuf),
}

impl WeightsUnderTest {
    /// From what was asked on a command line; `None` where that does not go together.
    pub fn asked(cross: Option<PathBuf>, weights: Option<PathBuf>, fold: Option<Fold>) -> Option<Self> {
        match (cross, weights, fold) {
            (None, None, None) => Some(Self::Released),
            (None, None, Some(Fold::RELEASED)) => Some(Self::ReleasedUnseen),
            (None, Some(folder), fold) => Some(Self::Folder(folder, fold)),
            (Some(folder), None, None) => Some(Self::Cross(folder)),
            (None, None, Some(_)) | (Some(_), Some(_), _) | (Some(_), None, Some(_)) => None,
        }
    }
}

#[derive(Debug, Default)]
struct Sums {
    strata: Strata,
    confusions: BTreeMap<(char, char), u32>,
    /// Plates given where none is, and pictures without plates on which that happened.
    false_plates: u32,
    given: u32,
    empty_pictures: u32,
    empty_spoiled: u32,
    unread: u32,
    trained: u32,
}

/// Prints the table; writes the page if asked.
pub fn eval_plates_command(asked: &EvalPlates, out: &mut impl Write) -> Result<Outcome, CommandError> {
    let rows = manifest::read(&asked.manifest, asked.corners.as_deref())?;
    let readers = Readers::of(asked)?;
    let mut lines = asked.csv.as_deref().map(lines_of).transpose()?;
    let (mut sums, mut misses) = (Sums::default(), Vec::new());
    for row in &rows {
        let Some(reader) = readers.reader(row) else { continue };
        sums.trained += u32::from(readers.saw(row));
        let read = Picture::open(&row.file).map_err(|error| chain(&error)).and_then(|picture| {
            reader.read(&picture).map(|reads| (picture, reads)).map_err(|error| chain(&error))
        });
        match read {
            Ok((picture, reads)) => {
                if let Some(lines) = &mut lines {
                    add_lines(lines, row, &reads)?;
                }
                if let Some(said) = sums.add(row, &picture, &reads) {
                    let around = row.corners.or_else(|| reads.first().map(|read| read.corners));
                    let jpeg = if asked.html.is_some() { page::shown(&picture, around) } else { Vec::new() };
                    misses.push(Miss { file: name(&row.file), truth: row.plate.clone(), said, jpeg });
                }
            }
            Err(error) => {
                sums.unread += 1;
                writeln!(out, "{}  error: {error}", row.file.display())?;
            }
        }
    }
    if let Some(mut lines) = lines {
        lines.flush()?;
    }
    let table = sums.table();
    write!(out, "{table}")?;
    if let Some(html) = &asked.html {
        std::fs::write(html, page::page(&table, &misses))?;
    }
    Ok(if sums.unread > 0 { Outcome::SomeUnread } else { Outcome::Done })
}

/// [`WeightsUnderTest`], loaded.
enum Readers {
    /// One training's: whose fold, if that is known, and whether what it saw is left out.
    One {
        reader: PlateReader,
        fold: Option<Fold>,
        unseen_only: bool,
    },
    Cross([PlateReader; 2]),
}

impl Readers {
    fn of(asked: &EvalPlates) -> Result<Self, CommandError> {
        let runtime = RuntimeKind::installed();
        let load = |folder| PlateReader::with(&Networks { runtime, folder });
        Ok(match &asked.weights {
            WeightsUnderTest::Released | WeightsUnderTest::ReleasedUnseen => Self::One {
                reader: load(None)?,
                fold: Some(Fold::RELEASED),
                unseen_only: asked.weights == WeightsUnderTest::ReleasedUnseen,
            },
            WeightsUnderTest::Folder(folder, fold) => {
                Self::One { reader: load(Some(folder.clone()))?, fold: *fold, unseen_only: true }
            }
            WeightsUnderTest::Cross(folder) => {
                Self::Cross([load(Some(folder.join("fold0")))?, load(Some(folder.join("fold1")))?])
            }
        })
    }

    /// `None` for a picture that is left out.
    fn reader(&self, row: &Row) -> Option<&PlateReader> {
        match self {
            Self::One { reader, unseen_only, .. } => (!*unseen_only || !self.saw(row)).then_some(reader),
            Self::Cross([first, second]) => Some(match row.held_out {
                Fold::First => first,
                Fold::Second => second,
            }),
        }
    }

    /// Did the training of this picture's reader see it?
    fn saw(&self, row: &Row) -> bool {
        match self {
            Self::One { fold, .. } => row.trains && fold.is_some_and(|fold| fold != row.held_out),
            Self::Cross(_) => false,
        }
    }
}

fn lines_of(path: &Path) -> Result<csv::Writer<File>, CommandError> {
    let mut lines = csv::Writer::from_writer(File::create(path)?);
    lines.write_record(["file", "truth", "read", "confidence", "abstained"]).map_err(io::Error::from)?;
    Ok(lines)
}

/// One line for each plate of a picture, or one without a text.
fn add_lines(lines: &mut csv::Writer<File>, row: &Row, reads: &[PlateRead]) -> Result<(), CommandError> {
    let file = name(&row.file);
    let nothing = [file.clone(), row.plate.clone(), String::new(), String::new(), String::new()];
    let each = reads.iter().map(|read| {
        let (sure, abstained) = (read.confidence.per_mille().to_string(), read.abstained.to_string());
        [file.clone(), row.plate.clone(), shown(read).to_owned(), sure, abstained]
    });
    for line in each.chain(reads.is_empty().then_some(nothing)) {
        lines.write_record(line).map_err(io::Error::from)?;
    }
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn shown(read: &PlateRead) -> &str {
    read.text.as_ref().map_or(read.raw.as_str(), |text| text.as_str())
}

impl Sums {
    /// Counts one picture; gives what was said if that is a miss.
    fn add(&mut self, row: &Row, picture: &Picture, reads: &[PlateRead]) -> Option<String> {
        let given: Vec<&PlateRead> = reads.iter().filter(|read| !read.abstained).collect();
        self.given += given.len() as u32;
        let known =
            |read: &&&PlateRead| shown(read) == row.plate || row.others.iter().any(|o| o == shown(read));
        if row.plate.is_empty() {
            self.empty_pictures += 1;
            self.empty_spoiled += u32::from(!given.is_empty());
            self.false_plates += given.len() as u32;
            return given.first().map(|read| shown(read).to_owned());
        }
        // A read is of the plate asked about if its middle lies there; without known corners, if it is no other's.
        let there = |read: &&PlateRead| match row.corners {
            Some(truth) => {
                let [x, y] = read.corners.centre();
                let [left, top, w, h] = truth.grown(0.1, 0.25).bounds();
                (left..left + w).contains(&x) && (top..top + h).contains(&y)
            }
            None => !row.others.iter().any(|other| other == shown(read)),
        };
        let right = reads.iter().find(|read| shown(read) == row.plate);
        let best = right.or_else(|| reads.iter().find(there));
        let fate = match best {
            None => Fate::Missed,
            Some(read) if read.abstained => Fate::Abstained(shown(read) == row.plate),
            Some(read) if shown(read) == row.plate => Fate::Right,
            Some(_) => Fate::Wrong,
        };
        self.false_plates += given.iter().filter(|read| !known(read) && !there(read)).count() as u32;
        let said = best.map(shown).unwrap_or_default();
        let (characters, taken) = compared(&row.plate, said);
        for pair in taken {
            *self.confusions.entry(pair).or_default() += 1;
        }
        let coloured = best.is_some_and(|read| read.colour.word() == row.colour);
        let counted = (characters, row.plate.chars().count() as u32);
        for (what, name) in strata(row, picture) {
            self.strata.of(what, name).add(fate, best.is_some(), coloured, counted);
        }
        match fate {
            Fate::Right => None,
            Fate::Wrong => Some(said.to_owned()),
            Fate::Abstained(_) => Some(format!("{said} (unsure)")),
            Fate::Missed => Some("nothing".to_owned()),
        }
    }

    fn table(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{:<28}{:>5}  {:<22}{:<22}{:>6}{:>8}{:>7}  {:<22}{:<22}{:<22}{:<22}",
            "stratum",
            "n",
            "all characters right",
            "right and given",
            "wrong",
            "unsure*",
            "missed",
            "right of the given",
            "characters",
            "found",
            "colour"
        );
        for ((what, name), t) in &self.strata.0 {
            let _ = writeln!(
                out,
                "{:<28}{:>5}  {:<22}{:<22}{:>6}{:>8}{:>7}  {:<22}{:<22}{:<22}{:<22}",
                format!("{what} {name}"),
                t.plates,
                share(t.right + t.abstained_right, t.plates),
                share(t.right, t.plates),
                t.wrong,
                format!("{}/{}", t.abstained_right, t.abstained),
                t.missed,
                share(t.right, t.right + t.wrong),
                share(t.characters_right, t.characters),
                share(t.found, t.plates),
                share(t.coloured, t.found),
            );
        }
        let _ = writeln!(out, "* would have been right / abstained; intervals: Wilson, 95 %");
        let _ = writeln!(
            out,
            "plates given {}, of them where none is {}; pictures without a plate {}, of them with a plate given {}",
            self.given, self.false_plates, self.empty_pictures, self.empty_spoiled
        );
        let _ = writeln!(
            out,
            "pictures that training saw, of these: {}; pictures not read: {}",
            self.trained, self.unread
        );
        let mut confusions: Vec<_> = self.confusions.iter().collect();
        confusions.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let list: Vec<String> =
            confusions.iter().take(30).map(|((a, b), n)| format!("{a}>{b} {n}")).collect();
        let _ = writeln!(out, "taken for another (truth>read, times): {}", list.join(", "));
        out
    }
}

/// What the picture is counted under.
fn strata(row: &Row, picture: &Picture) -> Vec<(&'static str, String)> {
    let kind =
        if row.file.components().any(|part| part.as_os_str() == "scenes") { "scenes" } else { "crops" };
    let mut under = vec![
        (" all", kind.to_owned()),
        ("colour", format!("{kind} {}", row.colour)),
        ("rows", format!("{kind} {}", row.rows)),
        ("source", row.source.clone()),
        ("stratum", row.stratum.clone()),
    ];
    if let Some(quad) = row.corners {
        let among = |value: f32, limits: [f32; 3], names: [&str; 4]| {
            names[limits.iter().filter(|limit| value >= **limit).count()].to_owned()
        };
        under.push(("size", among(quad.width(), [80.0, 120.0, 180.0], ["<80", "80-120", "120-180", ">180"])));
        let [[ax, ay], [bx, by], ..] = quad.0;
        let tilt = (by - ay).atan2(bx - ax).to_degrees().abs();
        under.push(("tilt", among(tilt, [3.0, 6.0, 10.0], ["<3", "3-6", "6-10", ">10"])));
        if let Some(mean) = brightness(picture, quad) {
            under.push(("light", among(mean, [60.0, 110.0, 160.0], ["<60", "60-110", "110-160", ">160"])));
        }
    }
    under
}

fn brightness(picture: &Picture, quad: Quad) -> Option<f32> {
    let [x, y, w, h] = quad.bounds();
    let part = picture.part(opencv::core::Rect::new(x as i32, y as i32, w as i32, h as i32)).ok()??;
    let grey = part.grey().ok()?;
    let bytes = grey.data_bytes().ok()?;
    Some(bytes.iter().map(|&v| f32::from(v)).sum::<f32>() / bytes.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with nothing on it: missed where a plate should be, fine where none should.
    #[test]
    fn a_blank_picture_counts_as_missed_or_as_rightly_empty() {
        let folder = tempfile::tempdir().unwrap();
        let blank = Picture::from_bgr(64, 48, &[120; 64 * 48 * 3]).unwrap().jpeg(90).unwrap();
        std::fs::write(folder.path().join("a.jpg"), blank).unwrap();
        let manifest = folder.path().join("manifest.csv");
        let head = "file,plate,colour,rows,source,other_plates,stratum,use\n";
        std::fs::write(&manifest, format!("{head}a.jpg,晋A12345,blue,1,x,,y,measure\na.jpg,,none,1,x,,neg,train\nb.jpg,,none,1,x,,neg,train\n")).unwrap();
        let html = folder.path().join("page.html");
        let csv = folder.path().join("lines.csv");
        let asked = EvalPlates {
            manifest,
            html: Some(html.clone()),
            csv: Some(csv.clone()),
            ..EvalPlates::default()
        };
        let mut out = Vec::new();
        assert_eq!(eval_plates_command(&asked, &mut out).unwrap(), Outcome::SomeUnread);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("pictures without a plate 1, of them with a plate given 0"), "{text}");
        assert!(text.contains("b.jpg") && text.contains("0.0 %"), "{text}");
        assert!(std::fs::read_to_string(html).unwrap().contains("1 misses"));
        assert!(std::fs::read_to_string(csv).unwrap().contains("a.jpg,晋A12345,,,"));
    }
}
