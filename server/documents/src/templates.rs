//! Templates: the shipped ones are built in; a region's folder replaces them file by file.
//!
//! A folder is read once, whole, when the press opens: a paper never changes its look in the middle of a day,
//! and a template cannot reach a file that is not a template.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Templates and pictures of a folder, at most. The shipped set has seven.
const FILES_MAX: usize = 64;

/// The largest file: a seal or letterhead picture in print quality stays below.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What a folder's file may be; others, such as a README, are left alone.
const ENDINGS: [&str; 5] = ["typ", "svg", "png", "jpg", "jpeg"];

/// The shipped set. `base.typ` is what the others import.
pub const SHIPPED: [(&str, &str); 6] = [
    ("base.typ", include_str!("../templates/base.typ")),
    ("closing-letter.typ", include_str!("../templates/closing-letter.typ")),
    ("inspection-report.typ", include_str!("../templates/inspection-report.typ")),
    ("listing-decision.typ", include_str!("../templates/listing-decision.typ")),
    ("notice.typ", include_str!("../templates/notice.typ")),
    ("repair-order.typ", include_str!("../templates/repair-order.typ")),
];

/// A folder of templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be read.
    #[error("cannot read the template {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is too large.
    #[error("the template {} has {bytes} bytes, more than {FILE_BYTES_MAX}", path.display())]
    Large {
        /// Which.
        path: PathBuf,
        /// How large.
        bytes: u64,
    },
    /// There are too many.
    #[error("the template folder {} holds more than {FILES_MAX} templates", folder.display())]
    Many {
        /// Which.
        folder: PathBuf,
    },
}

/// Templates by file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates(BTreeMap<String, Vec<u8>>);

impl Templates {
    /// The built-in ones.
    pub fn shipped() -> Self {
        Self(SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
    }

    /// The built-in ones with those of `folder` laid over them.
    pub fn with_folder(folder: &Path) -> Result<Self, TemplateError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TemplateError::Read { path, source }
        };
        let mut templates = Self::shipped();
        let mut taken = 0;
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let meant = ENDINGS.contains(&ending) && !name.starts_with('.');
            if !meant {
                continue;
            }
            let bytes = path.metadata().map_err(failed(&path))?.len();
            if bytes > FILE_BYTES_MAX {
                return Err(TemplateError::Large { path, bytes });
            }
            taken += 1;
            if taken > FILES_MAX {
                return Err(TemplateError::Many { folder: folder.to_owned() });
            }
            let name = name.to_owned();
            templates.0.insert(name, std::fs::read(&path).map_err(failed(&path))?);
        }
        Ok(templates)
    }

    /// Each file with its name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_replaces_file_by_file_and_leaves_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notice.typ"), "= 本地模板").unwrap();
        std::fs::write(folder.path().join("README.md"), "what this is").unwrap();
        let templates = Templates::with_folder(folder.path()).unwrap();
        let names: Vec<_> = templates.files().map(|(name, _)| name).collect();
        assert_eq!(names, SHIPPED.map(|(name, _)| name), "a README is no template");
        let notice = templates.files().find(|(name, _)| *name == "notice.typ").unwrap().1;
        assert_eq!(notice, "= 本地模板".as_bytes());
    }

    #[test]
    fn a_folder_that_is_not_there_or_holds_a_giant_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Templates::with_folder(&folder.path().join("nowhere")).unwrap_err();
        assert!(missing.to_string().contains("nowhere"), "{missing}");
        let giant = std::fs::File::create(folder.path().join("seal.png")).unwrap();
        giant.set_len(FILE_BYTES_MAX + 1).unwrap();
        assert!(matches!(Templates::with_folder(folder.path()), Err(TemplateError::Large { .. })));
    }
}
