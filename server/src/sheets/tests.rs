//! Every file that people send, right and wrong.

use jiff::civil::date;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;

fn text(text: &str) -> Cell {
    Cell::of_text(text)
}

fn csv(content: &str) -> Result<Sheet, SheetError> {
    read(content.as_bytes(), "车辆.csv")
}

fn row(number: u32, cells: &[&str]) -> Row {
    Row { number, cells: cells.iter().map(|cell| text(cell)).collect() }
}

#[test]
fn a_csv_reads_as_a_person_sees_it() {
    let sheet = csv("车牌号,所有人,辖区\r\n晋A12345,\"晋通,物流\r\n有限公司\",140105\r\n\r\n# 示例,x\r\n晋A12346,,140105\r\n").unwrap();
    assert_eq!(
        (sheet.name.as_str(), sheet.header.as_slice()),
        ("车辆", ["车牌号", "所有人", "辖区"].map(str::to_owned).as_slice())
    );
    assert_eq!(
        sheet.rows,
        [row(2, &["晋A12345", "晋通,物流\r\n有限公司", "140105"]), row(5, &["晋A12346", "", "140105"])]
    );
}

#[test]
fn semicolons_and_tabs_separate_as_well() {
    for separator in [";", "\t", ","] {
        let sheet = csv(&["车牌号,辖区", "晋A12345,140105"].join("\n").replace(',', separator)).unwrap();
        assert_eq!(sheet.rows, [row(2, &["晋A12345", "140105"])], "{separator:?}");
    }
}

#[test]
fn a_title_above_the_header_is_passed_over() {
    let sheet = csv("太原市车辆登记表\n\n车牌号,辖区\n晋A12345,140105\n").unwrap();
    assert_eq!((sheet.header.len(), sheet.rows[0].number), (2, 4));
}

#[test]
fn a_row_that_is_too_long_is_kept_and_has_no_name() {
    let sheet = csv("车牌号,辖区\n晋A12345,140105,多出来的\n晋A12346,140105\n").unwrap();
    assert_eq!(sheet.header, ["车牌号", "辖区", ""]);
    assert_eq!(sheet.rows[1].cells.len(), 3);
}

#[test]
fn a_file_that_is_no_table_says_so() {
    let wrong = |bytes: &[u8]| read(bytes, "x").unwrap_err().code();
    assert_eq!(wrong(b""), "sheet-empty");
    assert_eq!(wrong(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...."), "sheet-old-format");
    assert_eq!(wrong(b"PK\x03\x04 half a workbook"), "sheet-cut");
    assert_eq!(wrong(b"%PDF-1.7"), "sheet-not-a-table");
    assert_eq!(wrong(b"<html><table>"), "sheet-not-a-table");
    assert_eq!(wrong("车牌号\n晋A12345\n".as_bytes()), "sheet-no-header");
    assert_eq!(wrong("车牌号,辖区\n晋A12345,\"1401".as_bytes()), "sheet-cut");
    assert_eq!(wrong(&vec![b'a'; MAX_BYTES + 1]), "sheet-too-large");
    let wide = vec!["x"; MAX_COLUMNS + 1].join(",");
    assert_eq!(wrong(wide.as_bytes()), "sheet-too-large");
    assert_eq!(
        csv(&format!("a,b\n{},1", "长".repeat(MAX_CELL_CHARACTERS + 1))).unwrap_err(),
        SheetError::CellTooLong { row: 2 }
    );
    let long = "a,b\n".to_owned() + &"1,2\n".repeat(MAX_ROWS + 1);
    assert_eq!(csv(&long).unwrap_err(), SheetError::TooManyRows);
    assert_eq!(csv(&long[..long.len() - 4]).unwrap().rows.len(), MAX_ROWS);
}

/// A workbook that `fill` writes.
fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_reads_every_kind_of_cell() {
    let bytes = workbook(|book| {
        book.add_worksheet().set_name("说明").unwrap().set_hidden(true);
        let sheet = book.add_worksheet().set_name("车辆").unwrap();
        sheet.merge_range(0, 0, 0, 5, "车辆登记表", &Format::new()).unwrap();
        for (at, name) in ["车牌号", "辖区", "日期", "公式", "合并", "备注"].into_iter().enumerate()
        {
            sheet.write(1, at as u16, name).unwrap();
        }
        sheet.write(2, 0, " 晋A12345 ").unwrap();
        sheet.write(2, 1, 140_105).unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(2, 2, ExcelDateTime::from_ymd(2026, 11, 27).unwrap(), &day).unwrap();
        sheet.write_formula(2, 3, "=A3").unwrap();
        sheet.merge_range(2, 4, 3, 4, "两行", &Format::new()).unwrap();
        sheet.write(3, 5, true).unwrap();
        sheet.set_active(true);
    });
    let sheet = read(&bytes, "x.xlsx").unwrap();
    assert_eq!((sheet.name.as_str(), sheet.header.len()), ("车辆", 6));
    let noon = Cell::Date(date(2026, 11, 27).at(0, 0, 0, 0));
    let third =
        vec![text("晋A12345"), Cell::Number(140_105.0), noon, Cell::Formula, Cell::Merged, Cell::Empty];
    assert_eq!(sheet.rows[0], Row { number: 3, cells: third });
    assert_eq!(sheet.rows[1].cells[4..], [Cell::Merged, Cell::Bool(true)]);
}

#[test]
fn a_merged_or_computed_header_is_refused() {
    let merged = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 1, "车牌", &Format::new()).unwrap();
        sheet.write(0, 2, "辖区").unwrap();
        sheet.write(0, 3, "燃料").unwrap();
    });
    assert_eq!(read(&merged, "x.xlsx"), Err(SheetError::MergedHeader { row: 1 }));
    let computed = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "车牌").unwrap();
        sheet.write(0, 1, "辖区").unwrap();
        sheet.write_formula(0, 2, "=A1").unwrap();
    });
    assert_eq!(read(&computed, "x.xlsx"), Err(SheetError::HeaderNotText { row: 1 }));
}

/// An archive with these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn an_archive_that_would_fill_memory_is_refused_unopened() {
    let zeros = vec![b' '; 1 << 20];
    let parts: Vec<(String, &[u8])> = (0..200).map(|n| (format!("xl/{n}.xml"), zeros.as_slice())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    assert_eq!(read(&archive(&parts), "x"), Err(SheetError::Bomb));
    let greedy = br#"<sst uniqueCount = "99999999999"><si/></sst>"#;
    assert_eq!(read(&archive(&[("xl/sharedStrings.xml", greedy)]), "x"), Err(SheetError::Bomb));
    assert_eq!(read(&archive(&[("xl/a.xml", b"<a>\0</a>")]), "x"), Err(SheetError::Damaged));
    assert_eq!(read(&archive(&[("mimetype", b"text")]), "x").unwrap_err().code(), "sheet-not-a-table");
}

#[test]
fn every_beginning_of_a_workbook_is_refused() {
    let bytes = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "车牌号").unwrap();
        sheet.write(0, 1, "辖区").unwrap();
        sheet.write(1, 0, "晋A12345").unwrap();
    });
    for length in (4..bytes.len()).step_by(7) {
        let refused = read(&bytes[..length], "x").unwrap_err();
        assert!(matches!(refused, SheetError::Cut { .. } | SheetError::Damaged), "{length}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What a program writes, we read, whichever kind of file it writes and whatever stands in the cells.
    #[test]
    fn a_table_reads_back_from_csv_and_xlsx(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z一-龥,;\" \n0-9]{0,8}", 3), 0..12)
    ) {
        let header = ["甲", "乙", "丙"].map(str::to_owned);
        let kept: Vec<&Vec<String>> = rows.iter().filter(|cells| cells.iter().any(|cell| !cell.trim().is_empty())).collect();
        let wanted: Vec<Vec<Cell>> = kept.iter().map(|cells| cells.iter().map(|cell| Cell::of_text(cell)).collect()).collect();
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for cells in &kept { writer.write_record(cells.iter()).unwrap(); }
        let of_csv = read(&writer.into_inner().unwrap(), "x.csv").unwrap();
        let of_xlsx = read(&workbook(|book| {
            let sheet = book.add_worksheet();
            sheet.write_row(0, 0, &header).unwrap();
            for (at, cells) in kept.iter().enumerate() { sheet.write_row(at as u32 + 1, 0, cells.iter()).unwrap(); }
        }), "x.xlsx").unwrap();
        for sheet in [of_csv, of_xlsx] {
            prop_assert_eq!(&sheet.header, &header);
            let numbers: Vec<u32> = sheet.rows.iter().map(|row| row.number).collect();
            prop_assert_eq!(numbers, (2..2 + wanted.len() as u32).collect::<Vec<_>>());
            prop_assert_eq!(sheet.rows.into_iter().map(|row| row.cells).collect::<Vec<_>>(), wanted.clone());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        text in "[a-z,;\"\n\r\t#一-龥]{0,200}",
        flips in proptest::collection::vec((0usize..6_000, any::<u8>()), 1..8),
    ) {
        let _ = read(&bytes, "x");
        let _ = read(text.as_bytes(), "x");
        let mut book = workbook(|book| { book.add_worksheet().write_row(0, 0, ["a", "b"]).unwrap(); });
        let length = book.len();
        for (at, byte) in flips { book[at % length] = byte; }
        let _ = read(&book, "x");
    }
}
