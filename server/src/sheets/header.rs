//! From raw rows to a header and the rows below it, the same way for every kind of file.

use server_core::sheet::{Cell, Row, Sheet};

use super::{MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, SheetError};

/// Takes raw rows one by one and makes a table of them.
#[derive(Default)]
pub(super) struct Gathered {
    header: Option<Vec<String>>,
    rows: Vec<Row>,
}

impl Gathered {
    /// The next row that the file has, with its number as the person sees it. Rows with nothing in them, titles above
    /// the header and rows that begin with `#` (the template's notes) are passed over.
    pub(super) fn take(&mut self, number: u32, mut cells: Vec<Cell>) -> Result<(), SheetError> {
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        if cells.is_empty() || is_note(&cells) {
            return Ok(());
        }
        if cells.len() > MAX_COLUMNS {
            return Err(SheetError::TooManyColumns { row: number });
        }
        let long =
            |cell: &Cell| matches!(cell, Cell::Text(text) if text.chars().nth(MAX_CELL_CHARACTERS).is_some());
        if cells.iter().any(long) {
            return Err(SheetError::CellTooLong { row: number });
        }
        let Some(header) = &mut self.header else { return self.begin(number, &cells) };
        if self.rows.len() == MAX_ROWS {
            return Err(SheetError::TooManyRows);
        }
        // A row that is longer than the header has cells without a name: the header grows by nameless columns, and
        // the row's reader says where.
        if cells.len() > header.len() {
            header.resize(cells.len(), String::new());
        }
        self.rows.push(Row { number, cells });
        Ok(())
    }

    /// Was the header seen?
    pub(super) fn has_header(&self) -> bool {
        self.header.is_some()
    }

    fn begin(&mut self, number: u32, cells: &[Cell]) -> Result<(), SheetError> {
        // A title stands alone in its row, merged over it or not.
        if cells.iter().filter(|cell| matches!(cell, Cell::Text(_))).count() < 2 {
            return match cells.iter().all(|cell| matches!(cell, Cell::Empty | Cell::Merged | Cell::Text(_))) {
                true => Ok(()),
                false => Err(SheetError::HeaderNotText { row: number }),
            };
        }
        let names = cells.iter().map(|cell| match cell {
            Cell::Empty => Ok(String::new()),
            Cell::Text(text) => Ok(text.clone()),
            Cell::Merged => Err(SheetError::MergedHeader { row: number }),
            Cell::Number(_) | Cell::Bool(_) | Cell::Date(_) | Cell::Formula | Cell::Error(_) => {
                Err(SheetError::HeaderNotText { row: number })
            }
        });
        self.header = Some(names.collect::<Result<_, _>>()?);
        Ok(())
    }

    /// The table.
    pub(super) fn finish(self, name: &str) -> Result<Sheet, SheetError> {
        let header = self.header.ok_or(SheetError::NoHeader)?;
        let mut rows = self.rows;
        for row in &mut rows {
            row.cells.resize(header.len(), Cell::Empty);
        }
        Ok(Sheet { name: name.to_owned(), header, rows })
    }
}

fn is_note(cells: &[Cell]) -> bool {
    matches!(cells.iter().find(|cell| !cell.is_empty()), Some(Cell::Text(text)) if text.starts_with('#') || text.starts_with('＃'))
}
