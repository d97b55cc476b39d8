//! The files that people begin with: the header, an explained example, and what each column means.

use rust_xlsxwriter::{DataValidation, Format, FormatAlign, Note, Workbook, XlsxError};
use server_core::register::columns::Kind;
use server_core::sheet::Column;

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A workbook: one sheet to fill, one that explains.
    Xlsx(Kind),
    /// A text file in UTF-8 with its mark, which Excel in Chinese opens as it should.
    Csv(Kind),
}

impl Template {
    /// The template of a file's name, such as `vehicles.xlsx`.
    pub fn named(name: &str) -> Option<Self> {
        let (kind, ending) = name.rsplit_once('.')?;
        let kind = Kind::from_word(kind)?;
        match ending {
            "xlsx" => Some(Self::Xlsx(kind)),
            "csv" => Some(Self::Csv(kind)),
            _ => None,
        }
    }

    /// What browsers are told it is.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx(_) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv(_) => "text/csv; charset=utf-8",
        }
    }
}

/// The file.
pub fn template(wanted: Template) -> Result<Vec<u8>, XlsxError> {
    match wanted {
        Template::Xlsx(kind) => xlsx(kind),
        Template::Csv(kind) => Ok(csv(kind)),
    }
}

/// The first cell of a row that is not read.
fn note(column: usize, text: &str, prefix: &str) -> String {
    if column == 0 { format!("# {prefix} {text}") } else { text.to_owned() }
}

fn csv(kind: Kind) -> Vec<u8> {
    let columns = kind.columns();
    let need = |column: &Column| if column.required { ("必填。", "Required. ") } else { ("", "") };
    let rows: [Vec<String>; 4] = [
        columns.iter().map(Column::title).collect(),
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| note(at, &format!("{}{}", need(column).0, column.about_zh), "说明"))
            .collect(),
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| note(at, &format!("{}{}", need(column).1, column.about_en), "Note"))
            .collect(),
        columns.iter().enumerate().map(|(at, column)| note(at, column.example, "示例 Example")).collect(),
    ];
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    for row in &rows {
        writer.write_record(row).expect("a vector takes every byte");
    }
    writer.into_inner().expect("a vector takes every byte")
}

fn xlsx(kind: Kind) -> Result<Vec<u8>, XlsxError> {
    let columns = kind.columns();
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color("#DCEBEA");
    let must = head.clone().set_background_color("#F8E3B0");
    let plain = Format::new().set_num_format("@");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let faint = Format::new().set_italic().set_font_color("#6B7A7C");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(format!("{} {}", kind.zh(), kind.word()))?;
    for (at, column) in (0u16..).zip(columns) {
        let format = if column.required { &must } else { &head };
        sheet.write_with_format(0, at, column.title(), format)?;
        sheet.insert_note(
            0,
            at,
            &Note::new(format!("{}\n{}", column.about_zh, column.about_en)).add_author_prefix(false),
        )?;
        // Text, so that a long number keeps its digits and a code its zeros; days as days.
        let is_day = ["_from", "_until", "_on", "_day", "first_registered"]
            .iter()
            .any(|mark| column.word.ends_with(mark));
        sheet.set_column_format(at, if is_day { &day } else { &plain })?;
        sheet.set_column_width(at, if column.example.chars().count() > 10 { 24 } else { 15 })?;
        sheet.write_with_format(1, at, note(usize::from(at), column.example, "示例 Example"), &faint)?;
    }
    if let Some(at) = columns.iter().position(|column| column.word == "plate_colour") {
        let listed = DataValidation::new().allow_list_strings(&["蓝", "黄", "绿", "黄绿", "白", "黑"])?;
        sheet.add_data_validation(1, at as u16, 100_000, at as u16, &listed)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let about = book.add_worksheet().set_name("说明 Notes")?;
    for (at, title) in (0u16..).zip(["列 Column", "必填 Required", "说明", "Explanation", "示例 Example"])
    {
        about.write_with_format(0, at, title, &head)?;
    }
    for (row, column) in (1u32..).zip(columns) {
        about.write(row, 0, column.title())?;
        about.write(row, 1, if column.required { "是 yes" } else { "" })?;
        about.write(row, 2, column.about_zh)?;
        about.write(row, 3, column.about_en)?;
        about.write(row, 4, column.example)?;
    }
    let rules = [
        ("以 # 开头的行不读入。", "Rows that begin with # are not read."),
        (
            "空单元格不改变已登记的内容；写“-”表示清除。",
            "An empty cell changes nothing that is registered; \"-\" clears it.",
        ),
        (
            "一行有错，整个文件都不导入；请按提示改正后再上传。",
            "If one row is refused, nothing of the file is taken; mend it as you are told and upload again.",
        ),
    ];
    for (row, (zh, en)) in (columns.len() as u32 + 2..).zip(rules) {
        about.write(row, 2, zh)?;
        about.write(row, 3, en)?;
    }
    about.set_column_width(0, 30)?;
    about.set_column_width(2, 60)?;
    about.set_column_width(3, 80)?;
    about.set_column_width(4, 26)?;
    book.save_to_buffer()
}
