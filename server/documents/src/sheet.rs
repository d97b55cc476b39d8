//! What typst is shown while it sets one paper: our templates, one record, the machine's fonts, nothing else.
//!
//! No network, no package, no clock, no file of the machine: a template reaches what was read when the press
//! opened, and the record at hand as `/record.json`.

use std::collections::HashMap;
use std::path::PathBuf;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World, WorldExt};

use crate::fonts::Fonts;

/// The record's place, as templates name it.
const RECORD: &str = "record.json";

/// A file of the press as typst names it.
pub(crate) fn place(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Templates in the form typst reads.
pub(crate) struct Shelf {
    sources: HashMap<FileId, Source>,
    pictures: HashMap<FileId, Bytes>,
    record: FileId,
}

impl Shelf {
    /// Puts files on the shelf. A name that is no path, or a template that is no UTF-8, is given back.
    pub(crate) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, String> {
        let record = place(RECORD).ok_or(RECORD)?;
        let mut shelf = Self { sources: HashMap::new(), pictures: HashMap::new(), record };
        for (name, bytes) in files {
            let id = place(name).ok_or(name)?;
            if name.ends_with(".typ") {
                let text = std::str::from_utf8(bytes).map_err(|_| name)?;
                shelf.sources.insert(id, Source::new(id, text.to_owned()));
            } else {
                shelf.pictures.insert(id, Bytes::new(bytes.to_vec()));
            }
        }
        Ok(shelf)
    }

    /// The template of this name.
    pub(crate) fn template(&self, name: &str) -> Option<&Source> {
        self.sources.get(&place(&format!("{name}.typ"))?)
    }

    /// Every template.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }
}

/// One paper being set.
pub(crate) struct Sheet<'p> {
    pub(crate) library: &'p LazyHash<Library>,
    pub(crate) fonts: &'p Fonts,
    pub(crate) shelf: &'p Shelf,
    pub(crate) template: FileId,
    pub(crate) record: Bytes,
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.template
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.shelf.sources.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shelf.record {
            return Ok(self.record.clone());
        }
        self.shelf.pictures.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    /// None: a paper tells of the day of the act, which its record brings, and is the same tomorrow.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Where in a template something is, as a person looks for it: `/notice.typ, line 12`.
pub(crate) fn whereabouts(shown: &dyn World, span: DiagSpan) -> Option<String> {
    let file = span.id()?;
    let source = shown.source(file).ok()?;
    let line = shown.range(span).and_then(|range| source.lines().byte_to_line(range.start));
    let name = file.vpath().get_without_slash();
    Some(line.map_or_else(|| name.to_owned(), |line| format!("{name}, line {}", line + 1)))
}
