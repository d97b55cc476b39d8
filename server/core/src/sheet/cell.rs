//! What stands in a table.

use jiff::civil::DateTime;

/// A table: one worksheet, one CSV file, or rows that a program sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The worksheet's name; a CSV file's own.
    pub name: String,
    /// The names in the header row, as they are written, trimmed.
    pub header: Vec<String>,
    /// The rows below it that hold anything, in order.
    pub rows: Vec<Row>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number as the person sees it in the program, from 1, the header included.
    pub number: u32,
    /// Its cells under the header's names; as many as there are names.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing, or nothing but space.
    Empty,
    /// Text, trimmed, not empty.
    Text(String),
    /// A number; spreadsheets know no other than this.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// A cell that the program shows as a day or a time.
    Date(DateTime),
    /// A formula: what it shows depends on the program that opens it, so it is never evidence.
    Formula,
    /// Part of a merged area: which row the value belongs to cannot be told.
    Merged,
    /// An error that the program shows, such as `#N/A`.
    Error(String),
}

impl Cell {
    /// A cell of a text: trimmed, empty if nothing is left.
    pub fn of_text(text: &str) -> Self {
        match trimmed(text) {
            "" => Self::Empty,
            text => Self::Text(text.to_owned()),
        }
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

/// Without space at either end; the ideographic space, byte-order marks and zero-width marks are space too.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_of_every_kind_is_nothing() {
        for text in ["", " ", "\u{3000}\t\r\n", "\u{feff}", "\u{200b} "] {
            assert_eq!(Cell::of_text(text), Cell::Empty, "{text:?}");
        }
        assert_eq!(Cell::of_text("\u{3000}晋A12345\u{200b} "), Cell::Text("晋A12345".to_owned()));
    }
}
