//! Reads the operator's folder of rulebooks: national editions and regions' overrides, one a file.

use std::path::{Path, PathBuf};

use plumewatch_shared::rulebook::{Library, LibraryError, Source};
use server_core::calendar::{Arrangement, ArrangementError, WorkCalendar};

/// Files in the folder: overrides as many as a library takes, and room for national editions.
const FILES_MAX: usize = plumewatch_shared::rulebook::library::OVERRIDES_MAX + 100;

/// Years of holidays in the folder: a generation.
const HOLIDAY_FILES_MAX: usize = 30;

/// The largest file, bytes: the largest shipped one is four thousand.
const FILE_BYTES_MAX: u64 = 128 * 1024;

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It, or a file in it, cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There are too many files.
    #[error("{} holds more than {FILES_MAX} rulebooks; remove overrides that ended", path.display())]
    TooMany {
        /// Which.
        path: PathBuf,
    },
    /// A file is too large to be a rulebook.
    #[error("{} is larger than {FILE_BYTES_MAX} bytes and no rulebook", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
    },
    /// A year of holidays cannot be meant.
    #[error("{} is no arrangement of holidays", path.display())]
    Holidays {
        /// Which file.
        path: PathBuf,
        /// What, and what to do.
        source: ArrangementError,
    },
    /// What the files say cannot be meant.
    #[error("the rulebooks in {} cannot be used", path.display())]
    Library {
        /// Which folder.
        path: PathBuf,
        /// Which file, what, and what to do.
        source: Box<LibraryError>,
    },
}

/// The working days as shipped and as the folder adds them: `holidays-YEAR.json`, a year each.
pub fn calendar(folder: &Path) -> Result<WorkCalendar, FolderError> {
    let mut calendar = WorkCalendar::shipped();
    if folder.as_os_str().is_empty() {
        return Ok(calendar);
    }
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Read { path, source }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused(folder))? {
        let path = entry.map_err(refused(folder))?.path();
        if is_holidays(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.len() > HOLIDAY_FILES_MAX {
        return Err(FolderError::TooMany { path: folder.to_owned() });
    }
    for path in paths {
        if std::fs::metadata(&path).map_err(refused(&path))?.len() > FILE_BYTES_MAX {
            return Err(FolderError::TooLarge { path });
        }
        let text = std::fs::read_to_string(&path).map_err(refused(&path))?;
        let arrangement = Arrangement::parse(&text)
            .map_err(|source| FolderError::Holidays { path: path.clone(), source })?;
        calendar = calendar.with(arrangement);
    }
    Ok(calendar)
}

fn is_holidays(path: &Path) -> bool {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    name.starts_with("holidays-") && name.ends_with(".json")
}

/// The shipped rulebooks and those of the folder; an empty path is no folder. Only `*.json` is looked at.
pub fn read(folder: &Path) -> Result<Library, FolderError> {
    if folder.as_os_str().is_empty() {
        return Ok(Library::shipped());
    }
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Read { path, source }
    };
    let library = |source| FolderError::Library { path: folder.to_owned(), source: Box::new(source) };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused(folder))? {
        let path = entry.map_err(refused(folder))?.path();
        if path.extension().is_none_or(|extension| extension != "json") || is_holidays(&path) {
            continue;
        }
        if files.len() >= FILES_MAX {
            return Err(FolderError::TooMany { path: folder.to_owned() });
        }
        if std::fs::metadata(&path).map_err(refused(&path))?.len() > FILE_BYTES_MAX {
            return Err(FolderError::TooLarge { path });
        }
        let text = std::fs::read_to_string(&path).map_err(refused(&path))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let source = Source::parse(&name, &text).map_err(library)?;
        files.push((name, source));
    }
    // By name, so that an error names the same file every time.
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Library::new(files).map_err(library)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::rulebook::{Item, Role};

    fn chain(error: &dyn std::error::Error) -> String {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    }

    #[test]
    fn the_sample_in_deploy_is_an_override_that_can_be_used_and_says_that_it_is_a_sample() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/rulebooks-sample");
        let library = read(&folder).unwrap();
        assert!(library.overrides().len() >= 2);
        for change in library.overrides() {
            assert!(change.title.zh.contains("示例") && change.title.en.contains("sample"), "{change:?}");
        }
        let book = library.passages("140105".parse().unwrap(), "2026-11-23".parse().unwrap());
        let no = book.limits.iter().find(|limit| limit.item == Item::No).unwrap();
        assert_eq!(no.role, Role::Enforcement);
        assert_eq!(book.counting.instruments, Some(2));
    }

    #[test]
    fn a_year_of_holidays_is_added_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let year = r#"{"year":2027,"source":{"zh":"示例","en":"sample"},"confidence":"low",
            "holidays":[{"name":{"zh":"元旦","en":"New Year"},"from":"2027-01-01","to":"2027-01-03"}],"worked":[]}"#;
        let file = folder.path().join("holidays-2027.json");
        std::fs::write(&file, year).unwrap();
        assert!(calendar(folder.path()).unwrap().knows(2027));
        assert_eq!(read(folder.path()).unwrap(), Library::shipped(), "it is no rulebook");
        std::fs::write(&file, year.replace("2027-01-03", "2026-12-01")).unwrap();
        let said = chain(&calendar(folder.path()).unwrap_err());
        assert!(said.contains("holidays-2027.json") && said.contains("first and last day"), "{said}");
        assert!(!calendar(Path::new("")).unwrap().knows(2027));
    }

    #[test]
    fn no_folder_is_the_shipped_rulebooks() {
        assert_eq!(read(Path::new("")).unwrap(), Library::shipped());
    }

    #[test]
    fn what_cannot_be_used_names_folder_file_and_remedy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not looked at").unwrap();
        assert!(read(folder.path()).is_ok());
        let laxer = r#"{"overrides":"HJ 845-2017","region":"140000","version":"2026-07-01.1",
            "in_force_from":"2026-07-01","title":{"zh":"示例","en":"sample"},
            "limits":[{"item":"opacity","at_most":4000,"clause":"x","confidence":"low"}]}"#;
        std::fs::write(folder.path().join("shanxi.json"), laxer).unwrap();
        let said = chain(&read(folder.path()).unwrap_err());
        assert!(
            said.contains("shanxi.json") && said.contains("opacity") && said.contains("stricter"),
            "{said}"
        );
        std::fs::write(folder.path().join("shanxi.json"), "{").unwrap();
        let said = chain(&read(folder.path()).unwrap_err());
        assert!(said.contains("shanxi.json") && said.contains("line 1"), "{said}");
        std::fs::write(folder.path().join("shanxi.json"), vec![b' '; 200_000]).unwrap();
        assert!(matches!(read(folder.path()), Err(FolderError::TooLarge { .. })));
        assert!(matches!(read(Path::new("/nowhere/at/all")), Err(FolderError::Read { .. })));
    }
}
