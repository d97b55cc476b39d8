//! Tables as text: values between commas, semicolons or tabs (RFC 4180).

use server_core::sheet::{Cell, Sheet};

use super::encoding::decode;
use super::header::Gathered;
use super::{MAX_COLUMNS, SheetError};

/// The table of a text file; its name without the ending names it.
pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, SheetError> {
    let text = decode(bytes)?;
    // Marks of a page, a picture or a document are not worth a hundred thousand refusals.
    if ["<", "%PDF", "{"].iter().any(|mark| text.trim_start().starts_with(mark)) {
        return Err(SheetError::NotATable);
    }
    let separator = separator(&text);
    if let Some(line) = open_quotation(&text, separator) {
        return Err(SheetError::Cut { line });
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut gathered = Gathered::default();
    let mut record = csv::StringRecord::new();
    let mut places = Places::new(&text, separator);
    while reader.read_record(&mut record).map_err(|_| SheetError::NotATable)? {
        let row = places.row_at(record.position().map_or(0, csv::Position::byte));
        if record.len() > MAX_COLUMNS && record.iter().skip(MAX_COLUMNS).any(|cell| !cell.trim().is_empty()) {
            return Err(SheetError::TooManyColumns { row });
        }
        gathered.take(row, record.iter().map(Cell::of_text).collect())?;
    }
    let name = file_name.rsplit_once('.').map_or(file_name, |(name, _)| name);
    gathered.finish(name)
}

/// What stands between values: of comma, semicolon and tab the one that the first line of at least one has most of.
fn separator(text: &str) -> u8 {
    let line = text.lines().find(|line| line.contains([',', ';', '\t'])).unwrap_or_default();
    let count = |mark: u8| line.bytes().filter(|&byte| byte == mark).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|&mark| count(mark)).unwrap_or(b',')
}

/// Is a byte within quotation marks? The reader's own rule: they open a value only at its beginning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    ValueStart,
    Value,
    Quoted,
    QuoteInQuoted,
}

impl At {
    fn after(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::QuoteInQuoted,
            (Self::Quoted, _) | (Self::QuoteInQuoted | Self::ValueStart, b'"') => Self::Quoted,
            (Self::ValueStart | Self::Value | Self::QuoteInQuoted, byte) => {
                if byte == separator || matches!(byte, b'\n' | b'\r') {
                    Self::ValueStart
                } else {
                    Self::Value
                }
            }
        }
    }
}

/// The line on which a quotation opens that never closes: the file was cut off, or a mark is missing.
fn open_quotation(text: &str, separator: u8) -> Option<u32> {
    let (mut at, mut line, mut opened) = (At::ValueStart, 1, 1);
    for byte in text.bytes() {
        let next = at.after(byte, separator);
        if at == At::ValueStart && next == At::Quoted {
            opened = line;
        }
        line += u32::from(byte == b'\n');
        at = next;
    }
    (at == At::Quoted).then_some(opened)
}

/// Rows as a spreadsheet shows them: empty lines are rows, and a quoted line break begins none.
struct Places<'t> {
    bytes: std::iter::Peekable<std::slice::Iter<'t, u8>>,
    separator: u8,
    at: At,
    place: u64,
    row: u32,
}

impl<'t> Places<'t> {
    fn new(text: &'t str, separator: u8) -> Self {
        Self { bytes: text.as_bytes().iter().peekable(), separator, at: At::ValueStart, place: 0, row: 1 }
    }

    /// The row of the record that was read from `place` on, which never lies before one asked for earlier. The
    /// reader passes over empty lines in front of it, and so do we.
    fn row_at(&mut self, place: u64) -> u32 {
        while self.place < place
            || (self.at == At::ValueStart && matches!(self.bytes.peek(), Some(b'\r' | b'\n')))
        {
            let Some(&byte) = self.bytes.next() else { break };
            self.at = self.at.after(byte, self.separator);
            self.place += 1;
            self.row += u32::from(byte == b'\n' && self.at != At::Quoted);
        }
        self.row
    }
}
