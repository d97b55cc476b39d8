//! Finds the machine's fonts. Papers need one that writes Chinese; without it none is printed, and the error says
//! what to install.
//!
//! Only names and coverage are kept of every font; a font's file is read when a paper first needs it, and stays.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// Where systems keep fonts.
const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];

/// Families for running text (宋体), the first that is there.
const SERIF: [&str; 7] = [
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "FandolSong",
    "SimSun",
    "AR PL SungtiL GB",
];

/// Families for headings and small print (黑体).
const SANS: [&str; 9] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "FandolHei",
    "SimHei",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
];

/// Folders within folders, at most.
const DEPTH_MAX: usize = 6;

/// Font files looked at, at most: a desktop has some hundreds.
const FILES_MAX: usize = 2_000;

/// The largest font file: the largest CJK collections have some 30 MB.
const FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// No font of the machine writes Chinese.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no font for Chinese in {}; install one: apt-get install fonts-noto-cjk",
    searched.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
)]
pub struct NoFonts {
    /// Where it was looked for.
    pub searched: Vec<PathBuf>,
}

/// The machine's fonts.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Face>,
    files: Vec<File>,
    serif: String,
    sans: String,
}

struct Face {
    file: usize,
    index: u32,
    font: OnceLock<Option<Font>>,
}

struct File {
    path: PathBuf,
    bytes: OnceLock<Option<Bytes>>,
}

impl Fonts {
    /// Looks through `folder`, if one is given, and then where systems keep fonts.
    pub fn find(folder: Option<&Path>) -> Result<Self, NoFonts> {
        let searched: Vec<PathBuf> =
            folder.into_iter().map(Path::to_owned).chain(FOLDERS.iter().map(PathBuf::from)).collect();
        Self::find_in(&searched)
    }

    fn find_in(searched: &[PathBuf]) -> Result<Self, NoFonts> {
        let mut paths = Vec::new();
        for folder in searched {
            gather(folder, DEPTH_MAX, &mut paths);
        }
        let (mut book, mut faces, mut files) = (FontBook::new(), Vec::new(), Vec::new());
        let mut families: BTreeMap<String, bool> = BTreeMap::new();
        for path in paths {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            for (index, info) in infos(&bytes) {
                let writes = CHINESE.chars().all(|character| info.coverage.contains(character as u32));
                *families.entry(info.family.clone()).or_default() |= writes;
                book.push(info);
                faces.push(Face { file: files.len(), index, font: OnceLock::new() });
            }
            files.push(File { path, bytes: OnceLock::new() });
        }
        let writes = |family: &str| families.get(family).copied().unwrap_or(false);
        let first =
            |wanted: &[&str]| wanted.iter().find(|family| writes(family)).map(|family| (*family).to_owned());
        let any = || families.iter().find(|(_, writes)| **writes).map(|(family, _)| family.clone());
        let (serif, sans) = (first(&SERIF), first(&SANS));
        let one = serif.clone().or_else(|| sans.clone()).or_else(any);
        let one = one.ok_or_else(|| NoFonts { searched: searched.to_vec() })?;
        let (serif, sans) = (serif.unwrap_or_else(|| one.clone()), sans.unwrap_or(one));
        Ok(Self { book: LazyHash::new(book), faces, files, serif, sans })
    }

    /// The family for running text.
    pub fn serif(&self) -> &str {
        &self.serif
    }

    /// The family for headings and small print.
    pub fn sans(&self) -> &str {
        &self.sans
    }

    /// Has some font this character?
    pub(crate) fn covers(&self, character: char) -> bool {
        self.infos().any(|info| !info.is_last_resort() && info.coverage.contains(character as u32))
    }

    /// Have both of our own families this character?
    pub(crate) fn covers_itself(&self, character: char) -> bool {
        let covered = |family: &str| {
            self.infos().any(|info| info.family == family && info.coverage.contains(character as u32))
        };
        covered(&self.serif) && covered(&self.sans)
    }

    fn infos(&self) -> impl Iterator<Item = &FontInfo> {
        (0..self.faces.len()).filter_map(|face| self.book.info(face))
    }

    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// The font of a face, read when it is first wanted. `None` if its file is gone or broken since.
    pub(crate) fn font(&self, face: usize) -> Option<Font> {
        let Face { file, index, font } = self.faces.get(face)?;
        let file = self.files.get(*file)?;
        let bytes = || file.bytes.get_or_init(|| std::fs::read(&file.path).ok().map(Bytes::new)).clone();
        font.get_or_init(|| Font::new(bytes()?, *index)).clone()
    }
}

/// A font that has these writes what our papers say.
const CHINESE: &str = "机动车排放检验维修复检超标告知";

/// The faces of a file: one, or several in a collection.
fn infos(bytes: &[u8]) -> impl Iterator<Item = (u32, FontInfo)> {
    (0u32..).map_while(|index| FontInfo::new(bytes, index).map(|info| (index, info)))
}

/// Font files below a folder, in an order that is the same every time. What cannot be read has no fonts.
fn gather(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let Ok(about) = path.metadata() else { continue };
        if about.is_dir() {
            if depth > 0 {
                gather(&path, depth - 1, found);
            }
            continue;
        }
        let ending =
            path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let font = ["ttf", "otf", "ttc", "otc"].contains(&ending.as_str());
        if font && about.len() <= FILE_BYTES_MAX && found.len() < FILES_MAX {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_chinese_font_is_told_what_to_install() {
        let empty = tempfile::tempdir().unwrap();
        std::fs::write(empty.path().join("broken.ttf"), b"no font").unwrap();
        let error = Fonts::find_in(&[empty.path().to_owned()]).err().unwrap().to_string();
        assert!(
            error.contains("fonts-noto-cjk") && error.contains(empty.path().to_str().unwrap()),
            "{error}"
        );
    }

    #[test]
    fn this_machine_writes_chinese() {
        let fonts = Fonts::find(None).unwrap();
        assert!("晋超标不合格ABC0123".chars().all(|character| fonts.covers(character)));
        assert!(!fonts.covers('\u{10ffff}'));
        let face =
            (0..fonts.faces.len()).find(|&face| fonts.book.info(face).unwrap().family == fonts.serif());
        assert!(fonts.font(face.unwrap()).is_some());
    }
}
