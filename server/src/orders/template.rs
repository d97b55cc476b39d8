//! The spreadsheet that a shop fills in: one sheet for the records, one that explains the columns.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use server_core::order::record::PartKind;
use server_core::order::table::COLUMNS;

/// The template, xlsx.
pub fn template() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    // Text, so that no number loses its last digits and no time becomes another.
    let text = Format::new().set_num_format("@");
    let records = book.add_worksheet().set_name("维修记录")?;
    for (at, column) in (0_u16..).zip(COLUMNS) {
        let mark = if column.required { "*" } else { "" };
        records.write_with_format(0, at, format!("{}{mark} {}", column.zh, column.en), &bold)?;
        records.set_column_format(at, &text)?;
        records.set_column_width(at, 24)?;
    }
    records.set_freeze_panes(1, 0)?;
    let guide = book.add_worksheet().set_name("填写说明 Guide")?;
    let heads = ["列 Column", "必填 Required", "说明", "What to write", "示例 Example"];
    for (at, head) in (0_u16..).zip(heads) {
        guide.write_with_format(0, at, head, &bold)?;
        guide.set_column_width(at, 32)?;
    }
    for (row, column) in (1_u32..).zip(COLUMNS) {
        let required = if column.required { "是 yes" } else { "否 no" };
        let cells = [column.zh, required, column.about_zh, column.about_en, column.example];
        for (at, cell) in (0_u16..).zip(cells) {
            guide.write_with_format(row, at, cell, &text)?;
        }
    }
    let first = COLUMNS.len() as u32 + 2;
    guide.write_with_format(first, 0, "配件类别 Kinds of part", &bold)?;
    for (row, kind) in (first + 1..).zip(PartKind::ALL) {
        let name = kind.name();
        guide.write(row, 0, kind.word())?.write(row, 2, name.zh)?.write(row, 3, name.en)?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets;
    use server_core::sheet::Columns;

    #[test]
    fn the_templates_first_sheet_has_the_columns_that_are_read() {
        let sheet = sheets::read(&template().unwrap(), "template.xlsx").unwrap();
        assert_eq!(sheet.name, "维修记录");
        let columns = Columns::find(COLUMNS, &sheet.header).unwrap();
        assert_eq!(columns.not_read().count(), 0);
        assert_eq!(sheet.rows, []);
    }
}
