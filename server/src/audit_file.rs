//! The audit as a file: JSON lines or CSV, each row with its hash, so that whoever holds the file can tell that no row of
//! it was changed (`plumewatch-server verify-audit FILE`).
//!
//! A row's hash covers everything in it and the hash of the row before. So a file of the whole country is checked as one
//! chain; a file of a region, or of one action, has gaps, and is checked row by row.

use std::io::{BufRead, Read};

use jiff::Timestamp;
use plumewatch_shared::protocol::seal::CHAIN_START;
use serde::{Deserialize, Serialize};
use server_core::audit::{Action, AuditRow, Entry, Tip, verify};

/// The longest line of a file: a reason has 500 characters, a detail some hundred.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated, with a header, UTF-8 with a byte-order mark so that spreadsheet programs read it right.
    Csv,
}

impl Format {
    /// The format of its word: `jsonl` or `csv`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "jsonl" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// How such a file's name ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// Its content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::JsonLines => "application/jsonl",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// What stands before the first row.
    pub fn head(self) -> Vec<u8> {
        match self {
            Self::JsonLines => Vec::new(),
            Self::Csv => format!("\u{feff}{}\r\n", COLUMNS.join(",")).into_bytes(),
        }
    }

    /// Rows, as they stand in the file.
    pub fn rows(self, rows: &[AuditRow]) -> Vec<u8> {
        let mut text = Vec::new();
        for row in rows.iter().map(Line::of) {
            match self {
                Self::JsonLines => {
                    text.extend(serde_json::to_vec(&row).expect("strings and numbers always serialise"));
                    text.push(b'\n');
                }
                Self::Csv => text.extend(row.csv()),
            }
        }
        text
    }
}

const COLUMNS: [&str; 9] =
    ["number", "at_utc_us", "actor", "action", "subject", "reason", "detail", "prev", "hash"];

/// One row in a file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    number: u64,
    at_utc_us: i64,
    actor: String,
    action: String,
    subject: String,
    reason: Option<String>,
    detail: String,
    prev: String,
    hash: String,
}

impl Line {
    fn of(row: &AuditRow) -> Self {
        Self {
            number: row.number,
            at_utc_us: row.entry.at.as_microsecond(),
            actor: row.entry.actor.clone(),
            action: row.entry.action.word().to_owned(),
            subject: row.entry.subject.clone(),
            reason: row.entry.reason.clone(),
            detail: row.entry.detail.clone(),
            prev: row.prev.to_string(),
            hash: row.hash.to_string(),
        }
    }

    /// A reason that is there begins with `+` in CSV, so that none and an empty one differ.
    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let reason = self.reason.as_ref().map(|reason| format!("+{reason}")).unwrap_or_default();
        let (number, at) = (self.number.to_string(), self.at_utc_us.to_string());
        let cells =
            [&self.actor, &self.action, &self.subject, &reason, &self.detail].map(|text| harmless(text));
        let record = [&number, &at].into_iter().chain(&cells).chain([&self.prev, &self.hash]);
        writer.write_record(record).expect("a vector takes what is written");
        writer.into_inner().expect("a vector takes what is written")
    }

    fn row(self) -> Option<AuditRow> {
        Some(AuditRow {
            number: self.number,
            prev: self.prev.parse().ok()?,
            hash: self.hash.parse().ok()?,
            entry: Entry {
                at: Timestamp::from_microsecond(self.at_utc_us).ok()?,
                actor: self.actor,
                action: Action::from_word(&self.action)?,
                subject: self.subject,
                reason: self.reason,
                detail: self.detail,
            },
        })
    }
}

/// A cell that a spreadsheet program would take for a formula gets an apostrophe before it; so does one that begins
/// with an apostrophe, so that it can be taken off again.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn as_it_was(cell: &str) -> String {
    cell.strip_prefix('\'').unwrap_or(cell).to_owned()
}

/// What a file is, once it has been checked.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Rows in it.
    pub rows: u64,
    /// The first row's number.
    pub first: Option<u64>,
    /// The last row's number.
    pub last: Option<u64>,
    /// Does every row follow the one before? Then none is left out between the first and the last.
    pub whole: bool,
    /// Does it begin with the audit's first row?
    pub from_start: bool,
    /// The last row's hash: the server's own must be the same at that number.
    pub last_hash: Option<String>,
}

/// A file is not what the server wrote.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read the file")]
    Read(#[from] std::io::Error),
    /// A line is none of an audit's.
    #[error("line {line}: this is no row of an audit")]
    Line {
        /// From 1.
        line: u64,
    },
    /// A row was changed.
    #[error("line {line}: row {number} is not as it was written, or does not follow the row before it")]
    Changed {
        /// From 1.
        line: u64,
        /// The row's number.
        number: u64,
    },
}

/// Checks a file of either format, line by line.
pub fn check(file: impl BufRead) -> Result<Checked, FileError> {
    let mut file = file;
    let is_csv = {
        let begin = file.fill_buf()?;
        !begin.is_empty() && begin[0] != b'{'
    };
    let mut check = Check::default();
    if is_csv {
        let mut reader = csv::ReaderBuilder::new().from_reader(WithoutMark::new(file));
        for (n, record) in reader.records().enumerate() {
            let line = n as u64 + 2;
            let record = record.map_err(|_| FileError::Line { line })?;
            let row = csv_row(&record).ok_or(FileError::Line { line })?;
            check.take(line, row)?;
        }
    } else {
        let mut line = 0;
        loop {
            line += 1;
            let mut text = String::new();
            let read = Read::by_ref(&mut file).take(LINE_BYTES_MAX).read_line(&mut text);
            if read.map_err(|_| FileError::Line { line })? == 0 {
                break;
            }
            let parsed: Option<Line> = serde_json::from_str(&text).ok();
            check.take(line, parsed.and_then(Line::row).ok_or(FileError::Line { line })?)?;
        }
    }
    Ok(check.finish())
}

fn csv_row(record: &csv::StringRecord) -> Option<AuditRow> {
    let cell = |at: usize| record.get(at).map(as_it_was);
    let reason = cell(5)?;
    let line = Line {
        number: cell(0)?.parse().ok()?,
        at_utc_us: record.get(1)?.parse().ok()?,
        actor: cell(2)?,
        action: cell(3)?,
        subject: cell(4)?,
        reason: reason.strip_prefix('+').map(str::to_owned),
        detail: cell(6)?,
        prev: cell(7)?,
        hash: cell(8)?,
    };
    line.row()
}

/// A check under way.
#[derive(Default)]
struct Check {
    rows: u64,
    first: Option<(u64, bool)>,
    tip: Option<Tip>,
    gaps: bool,
}

impl Check {
    fn take(&mut self, line: u64, row: AuditRow) -> Result<(), FileError> {
        let changed = FileError::Changed { line, number: row.number };
        let before = match self.tip {
            Some(tip) if tip.number >= row.number => return Err(changed),
            Some(tip) if tip.number + 1 == row.number => tip,
            // After a gap a row is checked by itself: its hash covers the hash that it says to follow.
            before => {
                self.gaps |= before.is_some();
                Tip { number: row.number.saturating_sub(1), hash: row.prev }
            }
        };
        let tip = verify(before, [&row]).map_err(|_| changed)?;
        self.first = self.first.or(Some((row.number, row.number == 1 && row.prev == CHAIN_START)));
        self.tip = Some(tip);
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Checked {
        Checked {
            rows: self.rows,
            first: self.first.map(|(number, _)| number),
            last: self.tip.map(|tip| tip.number),
            whole: !self.gaps,
            from_start: self.first.is_some_and(|(_, from_start)| from_start),
            last_hash: self.tip.map(|tip| tip.hash.to_string()),
        }
    }
}

/// A file without its byte-order mark.
struct WithoutMark<R>(std::io::Chain<std::io::Cursor<Vec<u8>>, R>);

impl<R: BufRead> WithoutMark<R> {
    fn new(mut file: R) -> Self {
        let mut begin = Vec::new();
        // What cannot be read here fails at the next read, where it is told.
        let _ = Read::by_ref(&mut file).take(3).read_to_end(&mut begin);
        if begin == "\u{feff}".as_bytes() {
            begin.clear();
        }
        Self(std::io::Cursor::new(begin).chain(file))
    }
}

impl<R: BufRead> Read for WithoutMark<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(entries: &[(String, Option<String>, String)]) -> Vec<AuditRow> {
        let mut tip = Tip::START;
        let mut rows = Vec::new();
        for (n, (subject, reason, detail)) in entries.iter().enumerate() {
            let entry = Entry {
                at: Timestamp::from_second(1_800_000_000 + n as i64).unwrap(),
                actor: "li.wei".to_owned(),
                action: Action::ALL[n % Action::ALL.len()],
                subject: subject.clone(),
                reason: reason.clone(),
                detail: detail.clone(),
            };
            let row = AuditRow::after(tip, entry);
            tip = row.tip();
            rows.push(row);
        }
        rows
    }

    fn plain(count: usize) -> Vec<AuditRow> {
        rows(&vec![("晋A12345".to_owned(), Some("=cmd()".to_owned()), String::new()); count])
    }

    fn file(format: Format, rows: &[AuditRow]) -> Vec<u8> {
        [format.head(), format.rows(rows)].concat()
    }

    #[test]
    fn a_file_with_gaps_is_checked_row_by_row_and_says_so() {
        let rows = plain(5);
        let some = [rows[1].clone(), rows[2].clone(), rows[4].clone()];
        for format in [Format::JsonLines, Format::Csv] {
            let checked = check(&*file(format, &some)).unwrap();
            let expected = Checked {
                rows: 3,
                first: Some(2),
                last: Some(5),
                whole: false,
                from_start: false,
                last_hash: Some(rows[4].hash.to_string()),
            };
            assert_eq!(checked, expected);
        }
    }

    #[test]
    fn a_row_that_was_changed_taken_out_or_put_elsewhere_is_named() {
        let mut rows = plain(4);
        rows[2].entry.subject.push('x');
        for format in [Format::JsonLines, Format::Csv] {
            let error = check(&*file(format, &rows)).unwrap_err();
            assert!(matches!(error, FileError::Changed { number: 3, .. }), "{error}");
        }
        let mut rows = plain(4);
        rows.swap(1, 2);
        assert!(check(&*file(Format::JsonLines, &rows)).is_err());
        let error = check(&b"{\"number\": 1}\n"[..]).unwrap_err();
        assert!(matches!(error, FileError::Line { line: 1 }), "{error}");
    }

    #[test]
    fn no_cell_of_a_table_is_a_formula() {
        let text = String::from_utf8(file(Format::Csv, &plain(1))).unwrap();
        assert!(text.contains("'+=cmd()"), "{text}");
        assert!(text.starts_with("\u{feff}number,at_utc_us,actor"), "{text}");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_one_chain_in_either_format(
            entries in proptest::collection::vec(("\\PC{0,20}", proptest::option::of("[\\PC\r\n\t'\"=+,]{0,30}"), "\\PC{0,20}"), 0..8)
        ) {
            let rows = rows(&entries);
            for format in [Format::JsonLines, Format::Csv] {
                let checked = check(&*file(format, &rows)).unwrap();
                prop_assert_eq!(checked.rows, rows.len() as u64);
                prop_assert!(checked.whole);
                prop_assert_eq!(checked.last_hash, rows.last().map(|row| row.hash.to_string()));
            }
        }

        #[test]
        fn no_file_makes_the_checker_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = check(&*bytes);
        }
    }
}
