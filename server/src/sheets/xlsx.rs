//! Workbooks (.xlsx). The only file that names calamine and zip.
//!
//! A workbook is a stranger's archive: before calamine opens it, every part is unpacked once into nothing, so that a
//! bomb, a cut file, or a count that would have memory reserved for it is found by us and not by the kernel.

use std::io::{Cursor, Read};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use jiff::civil::{Date, DateTime};
use server_core::sheet::{Cell, Sheet};

use super::header::Gathered;
use super::{MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_UNPACKED_BYTES, SheetError};

/// Parts of an archive: a workbook of ten sheets has thirty.
const MAX_PARTS: usize = 2_000;

/// Merged areas: a table has a title and perhaps some; a drawing made of cells is no table.
const MAX_MERGED: usize = 10_000;

/// The first worksheet that is shown.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, SheetError> {
    check_archive(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refusal)?;
    let shown = |sheet: &&calamine::Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    let name = book
        .sheets_metadata()
        .iter()
        .find(shown)
        .map(|sheet| sheet.name.clone())
        .ok_or(SheetError::NoSheet)?;
    let merged = book.merge_cells_by_sheet_name(&name).map_err(refusal)?;
    if merged.len() > MAX_MERGED {
        return Err(SheetError::NotATable);
    }
    let mut cells = book.worksheet_cells_reader(&name).map_err(refusal)?;
    let mut rows = Rows { gathered: Gathered::default(), merged, at: None, cells: Vec::new() };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(refusal)? {
        let (row, column) = cell.pos;
        let value = if cell.formula.is_some() { Cell::Formula } else { of_value(&cell.value) };
        rows.take(row, column, value)?;
    }
    rows.finish(&name)
}

/// Cells come one by one in rows; a row is whole when the next begins.
struct Rows {
    gathered: Gathered,
    merged: Vec<Dimensions>,
    at: Option<u32>,
    cells: Vec<Cell>,
}

impl Rows {
    fn take(&mut self, row: u32, column: u32, value: Cell) -> Result<(), SheetError> {
        match self.at {
            Some(at) if at == row => {}
            // Rows stand in order in every program's files; out of order, a row could be read twice.
            Some(at) if at > row => return Err(SheetError::Damaged),
            _ => self.end_row()?,
        }
        self.at = Some(row);
        if value.is_empty() {
            return Ok(());
        }
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return Err(SheetError::TooManyColumns { row: row.saturating_add(1) });
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        self.cells[column] = value;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), SheetError> {
        let Some(row) = self.at.take() else { return Ok(()) };
        let mut cells = std::mem::take(&mut self.cells);
        // A merged title above the header is a title: its first cell keeps its text.
        let alone = cells.iter().filter(|cell| !cell.is_empty()).count() < 2;
        for area in self.merged.iter().filter(|area| area.start.0 <= row && row <= area.end.0) {
            if alone && area.start.0 == area.end.0 && !self.gathered.has_header() {
                continue;
            }
            let (first, last) = (area.start.1 as usize, (area.end.1 as usize).min(MAX_COLUMNS - 1));
            if cells.len() <= last && first <= last {
                cells.resize(last + 1, Cell::Empty);
            }
            for cell in cells.iter_mut().take(last + 1).skip(first) {
                *cell = Cell::Merged;
            }
        }
        self.gathered.take(row.saturating_add(1), cells)
    }

    fn finish(mut self, name: &str) -> Result<Sheet, SheetError> {
        self.end_row()?;
        self.gathered.finish(name)
    }
}

fn of_value(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => of_text(text),
        DataRef::SharedString(text) => of_text(text),
        DataRef::Bool(yes) => Cell::Bool(*yes),
        DataRef::DateTime(at) => of_serial(at),
        DataRef::DateTimeIso(text) => text.parse().map_or_else(|_| of_text(text), Cell::Date),
        DataRef::DurationIso(text) => of_text(text),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A text, cut where the limit refuses it anyhow.
fn of_text(text: &str) -> Cell {
    match text.char_indices().nth(MAX_CELL_CHARACTERS + 1) {
        Some((end, _)) => Cell::of_text(&text[..end]),
        None => Cell::of_text(text),
    }
}

fn of_serial(at: &ExcelDateTime) -> Cell {
    // Serial 60 is 1900-02-29, a day that Excel believes in and the calendar does not; before it days are one off.
    const FIRST_RIGHT_SERIAL: f64 = 61.0;
    let serial = at.as_f64();
    if !at.is_datetime() || !(FIRST_RIGHT_SERIAL..2_958_466.0).contains(&serial) {
        return Cell::Number(serial);
    }
    let (year, month, day, hour, minute, second, millisecond) = at.to_ymd_hms_milli();
    let civil = || -> Option<DateTime> {
        let day =
            Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let small = |number: u8| i8::try_from(number).ok();
        let time = jiff::civil::Time::new(
            small(hour)?,
            small(minute)?,
            small(second)?,
            i32::from(millisecond) * 1_000_000,
        );
        Some(day.to_datetime(time.ok()?))
    };
    civil().map_or(Cell::Number(serial), Cell::Date)
}

/// Unpacks every part into nothing and counts.
fn check_archive(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Cut { line: 0 })?;
    if archive.len() > MAX_PARTS {
        return Err(SheetError::Bomb);
    }
    let mut left = MAX_UNPACKED_BYTES;
    for part in 0..archive.len() {
        let mut part = archive.by_index(part).map_err(|_| SheetError::Damaged)?;
        let name = part.name().map_err(|_| SheetError::Damaged)?.to_ascii_lowercase();
        let strings = name.ends_with("sharedstrings.xml");
        let is_xml = name.ends_with(".xml");
        let mut watch = Watch { count: Count::default(), is_xml };
        let mut size = 0u64;
        let mut buffer = vec![0u8; 64 * 1024];
        loop {
            let got = part.read(&mut buffer).map_err(|_| SheetError::Damaged)?;
            if got == 0 {
                break;
            }
            size += got as u64;
            if size > left {
                return Err(SheetError::Bomb);
            }
            watch.look(&buffer[..got])?;
        }
        left -= size;
        // A string takes five bytes at least (`<si/>`); room for more than can be there is not asked for in good faith.
        if strings && watch.count.largest > size / 5 + 1_024 {
            return Err(SheetError::Bomb);
        }
    }
    Ok(())
}

/// Looks through a part of XML as it goes by.
struct Watch {
    count: Count,
    is_xml: bool,
}

impl Watch {
    fn look(&mut self, bytes: &[u8]) -> Result<(), SheetError> {
        if !self.is_xml {
            return Ok(());
        }
        for &byte in bytes {
            // XML has no such characters; encodings in which names could hide from us have.
            if byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n') {
                return Err(SheetError::Damaged);
            }
            self.count.on(byte);
        }
        Ok(())
    }
}

/// The largest `uniqueCount="…"` in a text, for which calamine reserves memory before it has seen one string.
#[derive(Default)]
struct Count {
    matched: usize,
    number: Option<u64>,
    largest: u64,
}

impl Count {
    const NAME: &'static [u8] = b"uniqueCount";

    fn on(&mut self, byte: u8) {
        if let Some(number) = &mut self.number {
            match byte {
                b'0'..=b'9' => *number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
                // Between the name and its digits stand `=`, quotes, perhaps space.
                b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n' | b'+' if *number == 0 => {}
                _ => self.number = None,
            }
            self.largest = self.largest.max(self.number.unwrap_or(0));
            return;
        }
        self.matched = match () {
            () if byte == Self::NAME[self.matched] => self.matched + 1,
            () => usize::from(byte == Self::NAME[0]),
        };
        if self.matched == Self::NAME.len() {
            (self.matched, self.number) = (0, Some(0));
        }
    }
}

fn refusal(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::OldFormat,
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => SheetError::NotATable,
        _ => SheetError::Damaged,
    }
}
