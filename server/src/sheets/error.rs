//! Why a file is no table that can be read.

use plumewatch_shared::language::Bilingual;

use super::{MAX_BYTES, MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS};

/// A file as a whole is refused. Nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than [`MAX_BYTES`].
    #[error("the file has {bytes} bytes, more than {MAX_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// More rows than [`MAX_ROWS`].
    #[error("the table has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// More columns than [`MAX_COLUMNS`].
    #[error("row {row} has more than {MAX_COLUMNS} columns")]
    TooManyColumns {
        /// Where.
        row: u32,
    },
    /// A cell longer than [`MAX_CELL_CHARACTERS`].
    #[error("a cell of row {row} has more than {MAX_CELL_CHARACTERS} characters")]
    CellTooLong {
        /// Where.
        row: u32,
    },
    /// It unpacks to more than any honest table.
    #[error("the workbook unpacks to more than is read")]
    Bomb,
    /// The format of before 2007, or a workbook behind a password.
    #[error("the file is an .xls or is protected by a password")]
    OldFormat,
    /// It ends in the middle.
    #[error("the file ends in the middle, at line {line}")]
    Cut {
        /// The line that is not whole, from 1; 0 where lines cannot be told.
        line: u32,
    },
    /// Its text is neither UTF-8 nor GB18030, nor UTF-16 with a mark.
    #[error("the text of line {line} is neither UTF-8 nor GB18030")]
    Encoding {
        /// The first line that cannot be read.
        line: u32,
    },
    /// Not text at all.
    #[error("the file is no table")]
    NotATable,
    /// The workbook does not hold together.
    #[error("the workbook is damaged")]
    Damaged,
    /// No worksheet that is shown.
    #[error("the workbook has no visible worksheet")]
    NoSheet,
    /// No row that could be a header.
    #[error("the table has no header")]
    NoHeader,
    /// The header has merged cells.
    #[error("the header, row {row}, has merged cells")]
    MergedHeader {
        /// Where.
        row: u32,
    },
    /// The header has formulas, numbers or days where names must stand.
    #[error("the header, row {row}, has a cell that is no name")]
    HeaderNotText {
        /// Where.
        row: u32,
    },
}

impl SheetError {
    /// The word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "sheet-empty",
            Self::TooLarge { .. }
            | Self::TooManyRows
            | Self::TooManyColumns { .. }
            | Self::CellTooLong { .. } => "sheet-too-large",
            Self::Bomb => "sheet-bomb",
            Self::OldFormat => "sheet-old-format",
            Self::Cut { .. } => "sheet-cut",
            Self::Encoding { .. } => "sheet-encoding",
            Self::NotATable => "sheet-not-a-table",
            Self::Damaged => "sheet-damaged",
            Self::NoSheet => "sheet-no-sheet",
            Self::NoHeader => "sheet-no-header",
            Self::MergedHeader { .. } | Self::HeaderNotText { .. } => "sheet-header",
        }
    }

    /// What is wrong and what to do, for the person who made the file.
    pub fn sentence(&self) -> Bilingual {
        let (zh, en) = match *self {
            Self::Empty => ("文件是空的。请选择有内容的文件。".to_owned(), "The file is empty. Choose one with something in it.".to_owned()),
            Self::TooLarge { bytes } => {
                let (has, most) = (megabytes(bytes), megabytes(MAX_BYTES));
                (
                    format!("文件有{has} MB，最多{most} MB。请拆成几个文件，分别上传。"),
                    format!("The file has {has} MB, {most} MB at most. Split it and upload the parts one by one."),
                )
            }
            Self::TooManyRows => (
                format!("表格超过{MAX_ROWS}行。请拆成几个文件，分别上传。"),
                format!("The table has more than {MAX_ROWS} rows. Split it and upload the parts one by one."),
            ),
            Self::TooManyColumns { row } => (
                format!("第{row}行超过{MAX_COLUMNS}列。请删除多余的列；分隔符用错也会这样。"),
                format!("Row {row} has more than {MAX_COLUMNS} columns. Remove those that are not needed; a wrong separator shows itself like this."),
            ),
            Self::CellTooLong { row } => (
                format!("第{row}行有一个单元格超过{MAX_CELL_CHARACTERS}个字符。请缩短；引号没有成对也会这样。"),
                format!("A cell of row {row} has more than {MAX_CELL_CHARACTERS} characters. Shorten it; a quotation mark without its pair shows itself like this."),
            ),
            Self::Bomb => (
                "工作簿解压后过大，不予读取。请只保留数据工作表，另存为新的 .xlsx 后再上传。".to_owned(),
                "The workbook unpacks to more than is read. Keep the worksheet with the data alone, save it as a new .xlsx, and upload that.".to_owned(),
            ),
            Self::OldFormat => (
                "这是旧的 .xls 格式，或设有打开密码。请另存为不带密码的 .xlsx 后再上传。".to_owned(),
                "This is the old .xls format, or needs a password to open. Save it as .xlsx without a password and upload that.".to_owned(),
            ),
            Self::Cut { line: 0 } => (
                "文件不完整，可能没有下载或复制完。请重新取得完整的文件。".to_owned(),
                "The file is not whole: its download or copy may have been cut off. Get the whole file again.".to_owned(),
            ),
            Self::Cut { line } => (
                format!("文件在第{line}行中断，不完整。请重新导出或复制完整的文件。"),
                format!("The file ends in the middle of line {line}. Export or copy the whole file again."),
            ),
            Self::Encoding { line } => (
                format!("第{line}行的文字编码无法识别。请以 UTF-8 或 GBK（GB18030）编码另存，或改用 .xlsx。"),
                format!("The text of line {line} is in no encoding that is read. Save it as UTF-8 or GBK (GB18030), or use .xlsx."),
            ),
            Self::NotATable => (
                "这不是表格文件。请上传 .xlsx 或 .csv。".to_owned(),
                "This is no table. Upload an .xlsx or a .csv.".to_owned(),
            ),
            Self::Damaged => (
                "工作簿已损坏，无法读取。请用表格程序打开并另存为新的 .xlsx 后再上传。".to_owned(),
                "The workbook is damaged. Open it in a spreadsheet program, save it as a new .xlsx, and upload that.".to_owned(),
            ),
            Self::NoSheet => (
                "工作簿里没有可见的工作表。请取消隐藏数据工作表。".to_owned(),
                "The workbook shows no worksheet. Unhide the one with the data.".to_owned(),
            ),
            Self::NoHeader => (
                "没有找到表头。请使用模板：第一行是列名，以下每行一条数据。".to_owned(),
                "No header was found. Use the template: names in the first row, one record in each row below.".to_owned(),
            ),
            Self::MergedHeader { row } => (
                format!("第{row}行（表头）有合并单元格。请取消合并，每列写一个列名。"),
                format!("Row {row}, the header, has merged cells. Unmerge them and give each column one name."),
            ),
            Self::HeaderNotText { row } => (
                format!("第{row}行（表头）有公式、数字或日期。列名须是文字；请使用模板的表头。"),
                format!("Row {row}, the header, holds a formula, a number or a day. Names must be text; use the template's header."),
            ),
        };
        Bilingual::new(zh, en)
    }
}

fn megabytes(bytes: usize) -> usize {
    bytes.div_ceil(1024 * 1024)
}
