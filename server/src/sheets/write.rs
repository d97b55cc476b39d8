//! Writes a list as an xlsx workbook: one sheet, a frozen header in both languages, widths, filters, real types.
//!
//! A text stays a text: what begins like a formula is marked as text for the program that opens it. A day is a
//! day and a number a number, so that a person can sort and sum. What does not fit a sheet is refused, never cut.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// Rows of one export, at most. A sheet holds a million; a person reads none of them, and the workbook is made
/// in memory (some 100 MB at this size).
pub const ROWS_MAX: usize = 100_000;

/// What a sheet's cell holds at most, characters (Excel's own limit).
const CELL_MAX: usize = 32_767;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, Chinese.
    pub zh: &'static str,
    /// Its name, English.
    pub en: &'static str,
    /// Its width, characters of Latin text.
    pub width: u8,
}

/// Shorthand of a column.
pub const fn column(zh: &'static str, en: &'static str, width: u8) -> Column {
    Column { zh, en, width }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number in hundredths, shown with two decimals.
    Hundredths(i64),
    /// A civil day.
    Day(Date),
    /// A civil time at the law's place, to the second.
    Time(DateTime),
}

impl Cell {
    /// A text, or nothing.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A text that may be missing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }
}

/// A list on its way into a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The sheet's name, Chinese, at most 31 characters.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each as long as the columns are many.
    pub rows: Vec<Vec<Cell>>,
}

/// A list does not fit a workbook.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Too many rows.
    #[error("a list of {rows} rows is too long for a workbook; at most {ROWS_MAX}")]
    Rows {
        /// How many.
        rows: usize,
    },
    /// A text is longer than a cell.
    #[error("the text in row {row}, column {column}, has {characters} characters; a cell holds {CELL_MAX}")]
    Cell {
        /// As the person sees it, from 1; the header is row 1.
        row: usize,
        /// The column's English name.
        column: &'static str,
        /// How many.
        characters: usize,
    },
    /// The writer refused.
    #[error("cannot write the workbook")]
    Writer(#[from] XlsxError),
}

/// The workbook's bytes.
pub fn xlsx(list: &List) -> Result<Vec<u8>, WriteError> {
    if list.rows.len() > ROWS_MAX {
        return Err(WriteError::Rows { rows: list.rows.len() });
    }
    let mut workbook = Workbook::new();
    // A file says when it was made, so two exports of the same rows differ: that day is not ours to give.
    workbook.set_properties(&DocProperties::new().set_title(list.title).set_author("Plumewatch 路检通"));
    let sheet = workbook.add_worksheet();
    sheet.set_name(list.title)?;
    header(sheet, &list.columns)?;
    let formats = Formats::new();
    for (at, row) in list.rows.iter().enumerate() {
        let number = at as u32 + 1;
        for (cell, (index, column)) in row.iter().zip((0u16..).zip(&list.columns)) {
            write(sheet, number, index, cell, column, &formats)?;
        }
    }
    let last = (list.rows.len() as u32, (list.columns.len() as u16).saturating_sub(1));
    sheet.autofilter(0, 0, last.0, last.1)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(workbook.save_to_buffer()?)
}

/// Excel's number of the paper.
const A4: u8 = 9;

fn header(sheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    let format = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(0x00F2_F2F0)
        .set_border_bottom(FormatBorder::Thin);
    sheet.set_row_height(0, 32)?;
    for (index, column) in (0u16..).zip(columns) {
        sheet.set_column_width(index, f64::from(column.width))?;
        sheet.write_string_with_format(0, index, format!("{}\n{}", column.zh, column.en), &format)?;
    }
    Ok(())
}

struct Formats {
    text: Format,
    quoted: Format,
    whole: Format,
    hundredths: Format,
    day: Format,
    time: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            // "@": a code of digits, such as a report's number, stays as written.
            text: top().set_num_format("@").set_text_wrap(),
            quoted: top().set_num_format("@").set_text_wrap().set_quote_prefix(),
            whole: top().set_num_format("0"),
            hundredths: top().set_num_format("0.00"),
            day: top().set_num_format("yyyy-mm-dd"),
            time: top().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    index: u16,
    cell: &Cell,
    column: &Column,
    formats: &Formats,
) -> Result<(), WriteError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let characters = text.chars().count();
            if characters > CELL_MAX {
                return Err(WriteError::Cell { row: row as usize + 1, column: column.en, characters });
            }
            let format = if text.starts_with(FORMULA) { &formats.quoted } else { &formats.text };
            sheet.write_string_with_format(row, index, text, format)?;
        }
        Cell::Whole(number) => {
            // Beyond 2⁵³ a sheet's number is no longer the number: then it is a text.
            if number.unsigned_abs() > 1 << 53 {
                sheet.write_string_with_format(row, index, number.to_string(), &formats.text)?;
            } else {
                sheet.write_number_with_format(row, index, *number as f64, &formats.whole)?;
            }
        }
        Cell::Hundredths(number) => {
            sheet.write_number_with_format(row, index, *number as f64 / 100.0, &formats.hundredths)?;
        }
        Cell::Day(day) => match excel(day.at(0, 0, 0, 0)) {
            Some(day) => drop(sheet.write_datetime_with_format(row, index, day, &formats.day)?),
            None => drop(sheet.write_string_with_format(row, index, day.to_string(), &formats.text)?),
        },
        Cell::Time(time) => match excel(*time) {
            Some(time) => drop(sheet.write_datetime_with_format(row, index, time, &formats.time)?),
            None => drop(sheet.write_string_with_format(row, index, time.to_string(), &formats.text)?),
        },
    }
    Ok(())
}

/// What a spreadsheet takes for the beginning of a formula when the cell is edited.
const FORMULA: [char; 5] = ['=', '+', '-', '@', '\t'];

/// A time as a sheet counts it; none before 1900, where sheets have no days.
fn excel(time: DateTime) -> Option<ExcelDateTime> {
    let day =
        ExcelDateTime::from_ymd(time.year().try_into().ok()?, time.month() as u8, time.day() as u8).ok()?;
    day.and_hms(time.hour() as u16, time.minute() as u8, f64::from(time.second())).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const COLUMNS: &[Column] =
        &[column("号牌", "Plate", 12), column("数", "Number", 8), column("日期", "Day", 12)];

    fn read(bytes: Vec<u8>) -> Vec<Vec<Data>> {
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
        sheet.rows().map(<[Data]>::to_vec).collect()
    }

    fn list(rows: Vec<Vec<Cell>>) -> List {
        List { title: "测试", columns: COLUMNS.to_vec(), rows }
    }

    #[test]
    fn types_stay_types_and_the_header_speaks_both_languages() {
        let row = vec![Cell::text("晋A12345"), Cell::Hundredths(3_050), Cell::Day(date(2026, 11, 27))];
        let rows = read(xlsx(&list(vec![row])).unwrap());
        assert_eq!(rows[0][0], Data::String("号牌\nPlate".to_owned()));
        assert_eq!((&rows[1][0], &rows[1][1]), (&Data::String("晋A12345".to_owned()), &Data::Float(30.5)));
        let Data::DateTime(day) = &rows[1][2] else { panic!("{:?}", rows[1][2]) };
        // Day 1 is 1900-01-01, and Excel counts a 29th of February 1900: 2026-11-27 is day 46 353.
        assert_eq!(day.as_f64(), 46_353.0);
    }

    #[test]
    fn an_empty_list_is_a_header() {
        assert_eq!(read(xlsx(&list(Vec::new())).unwrap()).len(), 1);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let long = vec![Cell::text("长".repeat(CELL_MAX + 1)), Cell::Empty, Cell::Empty];
        let error = xlsx(&list(vec![long])).unwrap_err().to_string();
        assert!(error.contains("row 2, column Plate"), "{error}");
        let rows = vec![vec![Cell::Empty, Cell::Empty, Cell::Empty]; ROWS_MAX + 1];
        assert!(matches!(xlsx(&list(rows)), Err(WriteError::Rows { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever a text holds, it comes back as the same text and never as a formula.
        #[test]
        fn a_text_reads_back_as_itself(text in "[=+@-]?\\PC{1,60}") {
            let bytes = xlsx(&list(vec![vec![Cell::text(&text), Cell::Empty, Cell::Empty]])).unwrap();
            prop_assert_eq!(&read(bytes)[1][0], &Data::String(text));
        }
    }
}
