//! The press: opened once, prints any paper any number of times, from any thread.

use std::path::PathBuf;

use serde::Serialize;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Binding, Bytes, Smart, Value};
use typst::syntax::{DiagSpan, FileId};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::fonts::{Fonts, NoFonts};
use crate::legible::{TooLong, make_legible};
use crate::sheet::{Sheet, Shelf, whereabouts};
use crate::templates::{TemplateError, Templates};
use crate::{Document, check};

/// Compilations for which typst remembers what it laid out: the parts that papers share, and no more.
const REMEMBERED: usize = 4;

/// Where a press finds its types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PressPlan {
    /// A folder of fonts beside the system's.
    pub fonts: Option<PathBuf>,
    /// A folder of templates that replace the shipped ones.
    pub templates: Option<PathBuf>,
}

/// A paper cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The machine has no font for Chinese.
    #[error(transparent)]
    Fonts(#[from] NoFonts),
    /// The folder of templates cannot be used.
    #[error(transparent)]
    Templates(#[from] TemplateError),
    /// A template is wrong, or does not fit the record.
    #[error("the template {template} cannot be set: {said}")]
    Template {
        /// Its file, with the line where it is known.
        template: String,
        /// What typst said of it.
        said: String,
    },
    /// The record is larger than a paper may be.
    #[error("a paper of {characters} characters is too long; at most {most}")]
    TooLong {
        /// Counted when it was given up.
        characters: usize,
        /// The limit: of one text, or of all together.
        most: usize,
    },
}

impl From<TooLong> for DocumentError {
    fn from(TooLong { characters, most }: TooLong) -> Self {
        Self::TooLong { characters, most }
    }
}

/// A press.
pub struct Press {
    fonts: Fonts,
    shelf: Shelf,
    library: LazyHash<Library>,
    options: PdfOptions,
}

/// What a template reads.
#[derive(Serialize)]
struct Record<'r> {
    paper: &'r serde_json::Value,
    press: Types<'r>,
}

/// What the press adds to a record.
#[derive(Serialize)]
struct Types<'r> {
    serif: &'r str,
    sans: &'r str,
    code: &'r str,
    /// The square, SVG; none if its text is too long for one.
    square: Option<String>,
}

impl Press {
    /// Finds the fonts and reads the templates; a template that is no typst is refused here.
    pub fn open(plan: &PressPlan) -> Result<Self, DocumentError> {
        let templates = match &plan.templates {
            None => Templates::shipped(),
            Some(folder) => Templates::with_folder(folder)?,
        };
        let shelf = Shelf::of(templates.files()).map_err(|template| DocumentError::Template {
            template,
            said: "it is no UTF-8 text, or its name is no file name".to_owned(),
        })?;
        let fonts = Fonts::find(plan.fonts.as_deref())?;
        // PDF/A-2u: for archives of twenty years, every character with its Unicode value.
        let standards = PdfStandards::new(&[PdfStandard::A_2u]).expect("one standard contradicts nothing");
        let options = PdfOptions {
            creator: Smart::Custom(Some("Plumewatch".to_owned())),
            standards,
            ..PdfOptions::default()
        };
        let press = Self { fonts, shelf, library: LazyHash::new(library()), options };
        for source in press.shelf.templates() {
            if let Some(error) = source.root().errors_and_warnings().0.first() {
                let sheet = press.sheet(source.id(), Bytes::new([]));
                return Err(failure(source.id(), &sheet, error.span, &error.message));
            }
        }
        Ok(press)
    }

    /// Prints a paper. The same record gives the same bytes.
    pub fn pdf<D: Document>(&self, document: &D) -> Result<Vec<u8>, DocumentError> {
        // A mark of one font over a letter of another cannot be joined, and the PDF says so. Then only what our own
        // families write is printed, and the rest by number: that always joins.
        match self.print(document, &|character| self.fonts.covers(character)) {
            Err(DocumentError::Template { .. }) => {
                self.print(document, &|character| self.fonts.covers_itself(character))
            }
            printed => printed,
        }
    }

    fn print<D: Document>(
        &self,
        document: &D,
        covered: &dyn Fn(char) -> bool,
    ) -> Result<Vec<u8>, DocumentError> {
        let pages = self.set(document, covered)?;
        let pdf = typst_pdf::pdf(&pages, &self.options);
        typst::comemo::evict(REMEMBERED);
        let sheet = self.sheet(self.template::<D>(), Bytes::new([]));
        pdf.map_err(|errors| failed(&sheet, &errors))
    }

    /// Sets every shipped kind of paper once, so that a template of a region that does not fit is known before
    /// a paper is wanted.
    pub fn prove(&self) -> Result<(), DocumentError> {
        crate::samples::pdfs(self).map(drop)
    }

    /// Lays a paper out.
    fn set<D: Document>(
        &self,
        document: &D,
        covered: &dyn Fn(char) -> bool,
    ) -> Result<PagedDocument, DocumentError> {
        let mut paper = serde_json::to_value(document).expect("a paper is made of texts, numbers and lists");
        let code = check::code(D::TEMPLATE, &paper);
        make_legible(&mut paper, covered)?;
        let head = document.head();
        let press = Types {
            serif: self.fonts.serif(),
            sans: self.fonts.sans(),
            code: &code,
            square: check::square(D::TEMPLATE, &head.record, &head.number, &code),
        };
        let record = serde_json::to_vec(&Record { paper: &paper, press }).expect("values are JSON");
        let sheet = self.sheet(self.template::<D>(), Bytes::new(record));
        let set = typst::compile::<PagedDocument>(&sheet);
        set.output.map_err(|errors| failed(&sheet, &errors))
    }

    fn template<D: Document>(&self) -> FileId {
        self.shelf.template(D::TEMPLATE).expect("every paper has a shipped template").id()
    }

    fn sheet(&self, template: FileId, record: Bytes) -> Sheet<'_> {
        Sheet { library: &self.library, fonts: &self.fonts, shelf: &self.shelf, template, record }
    }
}

/// What templates may call: all of typst but `eval`, the one way in which a text could become markup.
fn library() -> Library {
    let mut library = Library::default();
    library.global.scope_mut().bind("eval".into(), Binding::detached(Value::None));
    library.std = Binding::detached(library.global.clone());
    library
}

fn failed(sheet: &Sheet<'_>, errors: &[SourceDiagnostic]) -> DocumentError {
    match errors.first() {
        Some(error) => failure(sheet.template, sheet, error.span, &error.message),
        None => failure(sheet.template, sheet, DiagSpan::detached(), "typst did not say why"),
    }
}

fn failure(template: FileId, sheet: &Sheet<'_>, span: DiagSpan, said: &str) -> DocumentError {
    let place = whereabouts(sheet, span).unwrap_or_else(|| template.vpath().get_without_slash().to_owned());
    DocumentError::Template { template: place, said: said.to_owned() }
}

#[cfg(test)]
#[path = "press_tests.rs"]
mod tests;
