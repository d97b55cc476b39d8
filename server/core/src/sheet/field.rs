//! One row read field by field; what is wrong is gathered, so that a person sees all of it at once.

use jiff::civil::{Date, DateTime};

use super::cell::{Cell, Row};
use super::civil::{EARLIEST, WrongDay, day_of_text, time_of_text};
use super::column::Columns;
use super::refusal::{RowRefusal, Wrong};

/// Whole numbers up to here are exact in a spreadsheet: it keeps 15 digits and makes the rest zeros.
const EXACT: f64 = 1e15;

/// What a row says of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<T> {
    /// Nothing: the column is not there or the cell is empty. What is registered stays.
    Absent,
    /// That there is none: `-` or 无. What is registered goes.
    Cleared,
    /// This.
    Given(T),
}

impl<T> Field<T> {
    /// The value, if one is given.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Cleared => None,
        }
    }

    /// Another value of the same field.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Cleared => Field::Cleared,
            Self::Given(value) => Field::Given(to(value)),
        }
    }

    /// What stands after this was said of `before`.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Absent => before,
            Self::Cleared => None,
            Self::Given(value) => Some(value),
        }
    }

    /// Was anything said?
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// Which days a field may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// Of what has happened: not after today.
    UntilToday,
    /// Of what may be agreed ahead, such as the end of a certificate.
    Any,
}

/// What came up in reading a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What forbids taking the row.
    pub refusals: Vec<RowRefusal>,
    /// What a person should look at; the row is taken all the same.
    pub notes: Vec<RowRefusal>,
}

/// A row being read.
#[derive(Debug)]
pub struct Fields<'a> {
    row: &'a Row,
    columns: &'a Columns,
    today: Date,
    told: Told,
}

impl<'a> Fields<'a> {
    /// Begins to read a row; `today` is the day at the law's place.
    pub fn of(row: &'a Row, columns: &'a Columns, today: Date) -> Self {
        let mut fields = Self { row, columns, today, told: Told::default() };
        let stray =
            columns.nameless().find(|&place| row.cells.get(place).is_some_and(|cell| !cell.is_empty()));
        if let Some(place) = stray {
            let wrong = Wrong::new(
                "cell.no-column",
                format!("第{}列有内容，但表头没有列名。", place + 1),
                format!("Column {} holds something and has no name in the header.", place + 1),
                "请给该列加上列名，或清空该列；分隔符用错或多出一格也会这样。",
                "Name the column or clear it; a wrong separator or one cell too many shows itself like this.",
            );
            fields.told.refusals.push(wrong.at(row.number, ""));
        }
        fields
    }

    /// The row's number.
    pub fn row(&self) -> u32 {
        self.row.number
    }

    /// Today at the law's place.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Refuses the row for what stands under this column.
    pub fn refuse(&mut self, word: &str, wrong: Wrong) {
        self.told.refusals.push(wrong.at(self.row.number, self.columns.name_of(word)));
    }

    /// Notes something about what stands under this column.
    pub fn note(&mut self, word: &str, wrong: Wrong) {
        self.told.notes.push(wrong.at(self.row.number, self.columns.name_of(word)));
    }

    /// A text of at most so many characters.
    pub fn text(&mut self, word: &str, most: usize) -> Field<String> {
        self.parsed(word, |text| {
            let (count, strange) = (text.chars().count(), text.chars().any(char::is_control));
            if strange {
                return Err(Wrong::new(
                    "text.control",
                    "含有换行或控制字符。",
                    "It holds a line break or a control character.",
                    "请写成一行文字。",
                    "Write it as one line of text.",
                ));
            }
            if count > most {
                return Err(Wrong::new(
                    "text.long",
                    format!("有{count}个字符，最多{most}个。"),
                    format!("It has {count} characters; {most} at most."),
                    "请缩短。",
                    "Shorten it.",
                ));
            }
            Ok(text.to_owned())
        })
    }

    /// Whatever `parse` makes of the text.
    pub fn parsed<T>(&mut self, word: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Field<T> {
        let read = match self.cell(word) {
            Cell::Empty => return self.absent(word),
            cell => plain(cell),
        };
        let text = match read {
            Ok(text) => text,
            Err(wrong) => {
                self.refuse(word, wrong);
                return Field::Absent;
            }
        };
        if is_none_mark(&text) {
            return self.cleared(word);
        }
        match parse(&text) {
            Ok(value) => Field::Given(value),
            Err(wrong) => {
                self.refuse(word, wrong);
                Field::Absent
            }
        }
    }

    /// A day.
    pub fn day(&mut self, word: &str, days: Days) -> Field<Date> {
        let today = self.today;
        if let &Cell::Date(at) = self.cell(word) {
            return match in_range(at.date(), days, today) {
                Ok(day) => Field::Given(day),
                Err(wrong) => {
                    self.refuse(word, wrong);
                    Field::Absent
                }
            };
        }
        self.parsed(word, |text| {
            let day = day_of_text(text).map_err(|wrong| match wrong {
                WrongDay::Form => Wrong::new(
                    "date.form",
                    format!("“{}”不是日期。", short(text)),
                    format!("\"{}\" is not a day.", short(text)),
                    "请写成 2026-11-27 的样子，或把单元格格式设为日期。",
                    "Write it like 2026-11-27, or format the cell as a date.",
                ),
                WrongDay::NoSuchDay => Wrong::new(
                    "date.none",
                    format!("日历上没有“{}”这一天。", short(text)),
                    format!("There is no such day as \"{}\".", short(text)),
                    "请核对年、月、日。",
                    "Check year, month and day.",
                ),
            })?;
            in_range(day, days, today)
        })
    }

    /// A civil time: `2026-11-27 09:30`, with `/` or `.` as well, seconds or not, or a cell that the program shows as one.
    pub fn time(&mut self, word: &str) -> Field<DateTime> {
        if let &Cell::Date(at) = self.cell(word) {
            return Field::Given(at);
        }
        self.parsed(word, |text| {
            time_of_text(text).ok_or_else(|| {
                Wrong::new(
                    "time.form",
                    format!("“{}”不是时间。", short(text)),
                    format!("\"{}\" is no time.", short(text)),
                    "请写成 2026-11-27 09:30 的样子，或把单元格格式设为日期和时间。",
                    "Write it like 2026-11-27 09:30, or format the cell as date and time.",
                )
            })
        })
    }

    /// What came up.
    pub fn finish(self) -> Told {
        self.told
    }

    fn cell(&self, word: &str) -> &'a Cell {
        self.columns.cell(self.row, word)
    }

    fn absent<T>(&mut self, word: &str) -> Field<T> {
        if self.columns.of(word).0.required {
            let wrong = Wrong::new(
                "field.missing",
                "没有填写。",
                "Nothing is written here.",
                "此列每行都要填写。",
                "Every row must fill this column.",
            );
            self.refuse(word, wrong);
        }
        Field::Absent
    }

    fn cleared<T>(&mut self, word: &str) -> Field<T> {
        if self.columns.of(word).0.required { self.absent(word) } else { Field::Cleared }
    }
}

/// `-`, `—`, `/` and 无 say that there is none.
fn is_none_mark(text: &str) -> bool {
    matches!(text, "-" | "－" | "—" | "——" | "/" | "无" | "none")
}

fn in_range(day: Date, days: Days, today: Date) -> Result<Date, Wrong> {
    if day < EARLIEST {
        return Err(Wrong::new(
            "date.early",
            format!("{day}早于{EARLIEST}。"),
            format!("{day} lies before {EARLIEST}."),
            "请核对年份。",
            "Check the year.",
        ));
    }
    if days == Days::UntilToday && day > today {
        return Err(Wrong::new(
            "date.future",
            format!("{day}在今天（{today}）之后。"),
            format!("{day} lies after today ({today})."),
            "请核对日期；这里只能填写已经发生的日期。",
            "Check it: only a day that has come can stand here.",
        ));
    }
    Ok(day)
}

/// A cell as the text that the person sees, where it can be told.
fn plain(cell: &Cell) -> Result<String, Wrong> {
    match cell {
        Cell::Empty => Ok(String::new()),
        Cell::Text(text) => Ok(text.clone()),
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => Ok(format!("{number:.0}")),
        Cell::Number(number) if number.fract() != 0.0 && number.abs() < EXACT => Ok(number.to_string()),
        Cell::Number(_) => Err(Wrong::new(
            "cell.digits-lost",
            "数字超过15位，表格程序已丢失末尾的数字。",
            "The number has more than 15 digits; the spreadsheet has lost the last ones.",
            "请把该列的单元格格式设为“文本”，再重新输入完整的号码。",
            "Format the column as text and type the whole number again.",
        )),
        Cell::Bool(_) => Err(Wrong::new(
            "cell.kind",
            "这里是逻辑值（TRUE/FALSE）。",
            "This is a yes-or-no value (TRUE/FALSE).",
            "请按模板说明填写文字。",
            "Write a text as the template explains.",
        )),
        Cell::Date(at) => Err(Wrong::new(
            "cell.is-date",
            format!("表格程序把它变成了日期（{}）。", at.date()),
            format!("The spreadsheet has made a day of it ({}).", at.date()),
            "请把该列的单元格格式设为“文本”，再重新输入。",
            "Format the column as text and type it again.",
        )),
        Cell::Formula => Err(Wrong::new(
            "cell.formula",
            "这是公式，不是数据。",
            "This is a formula, not data.",
            "请复制该列，以“选择性粘贴→值”粘贴回去后再上传。",
            "Copy the column, paste it back as values, and upload again.",
        )),
        Cell::Merged => Err(Wrong::new(
            "cell.merged",
            "这是合并单元格，无法判断内容属于哪一行。",
            "This is part of a merged cell: which row its value belongs to cannot be told.",
            "请取消合并，并在每一行填写内容。",
            "Unmerge it and fill every row.",
        )),
        Cell::Error(error) => Err(Wrong::new(
            "cell.error",
            format!("表格程序显示错误“{error}”。"),
            format!("The spreadsheet shows the error {error}."),
            "请填写正确的内容。",
            "Write what belongs here.",
        )),
    }
}

/// The beginning of a text, for a message.
fn short(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const fn column(word: &'static str, required: bool) -> Column {
        Column { word, zh: word, en: word, also: &[], required, about_zh: "", about_en: "", example: "" }
    }
    const KNOWN: &[Column] = &[column("name", true), column("since", false)];

    fn read<T>(cell: Cell, ask: impl FnOnce(&mut Fields) -> Field<T>) -> (Field<T>, Vec<&'static str>) {
        let columns = Columns::find(KNOWN, &["name".to_owned(), "since".to_owned()]).unwrap();
        let row = Row { number: 7, cells: vec![cell.clone(), cell] };
        let mut fields = Fields::of(&row, &columns, date(2026, 11, 27));
        let field = ask(&mut fields);
        let told = fields.finish();
        assert!(told.refusals.iter().all(|refusal| refusal.row == 7 && !refusal.remedy_zh.is_empty()));
        (field, told.refusals.iter().map(|refusal| refusal.rule).collect())
    }

    #[test]
    fn a_text_is_read_as_the_person_sees_it() {
        let name = |cell| read(cell, |fields| fields.text("name", 12));
        assert_eq!(name(Cell::Text("晋通物流".to_owned())), (Field::Given("晋通物流".to_owned()), vec![]));
        assert_eq!(name(Cell::Number(13_800_000_000.0)), (Field::Given("13800000000".to_owned()), vec![]));
        assert_eq!(name(Cell::Number(9.114e17)), (Field::Absent, vec!["cell.digits-lost"]));
        assert_eq!(name(Cell::Formula), (Field::Absent, vec!["cell.formula"]));
        assert_eq!(name(Cell::Merged), (Field::Absent, vec!["cell.merged"]));
        assert_eq!(name(Cell::Error("#N/A".to_owned())), (Field::Absent, vec!["cell.error"]));
        assert_eq!(name(Cell::Bool(true)), (Field::Absent, vec!["cell.kind"]));
        assert_eq!(name(Cell::Empty), (Field::Absent, vec!["field.missing"]));
        assert_eq!(
            name(Cell::Text("—".to_owned())),
            (Field::Absent, vec!["field.missing"]),
            "it must be there"
        );
        assert_eq!(
            name(Cell::Text("一二三四五六七八九十一二三".to_owned())),
            (Field::Absent, vec!["text.long"])
        );
        assert_eq!(name(Cell::Text("a\nb".to_owned())), (Field::Absent, vec!["text.control"]));
    }

    #[test]
    fn a_day_lies_within_what_can_be() {
        let since = |text: &str| read(Cell::of_text(text), |fields| fields.day("since", Days::UntilToday));
        assert_eq!(since("2026-11-27"), (Field::Given(date(2026, 11, 27)), vec![]));
        assert_eq!(since("2026-11-28"), (Field::Absent, vec!["date.future"]));
        assert_eq!(since("0206-11-27"), (Field::Absent, vec!["date.early"]));
        assert_eq!(since("27.11.2026"), (Field::Absent, vec!["date.form"]));
        assert_eq!(since("2026-02-29"), (Field::Absent, vec!["date.none"]));
        assert_eq!(since(""), (Field::Absent, vec![]));
        assert_eq!(since("无"), (Field::Cleared, vec![]));
        let ahead = read(Cell::of_text("2027-01-01"), |fields| fields.day("since", Days::Any));
        assert_eq!(ahead.0, Field::Given(date(2027, 1, 1)));
        let cell = Cell::Date(date(2020, 5, 1).at(8, 0, 0, 0));
        assert_eq!(read(cell, |fields| fields.day("since", Days::Any)).0, Field::Given(date(2020, 5, 1)));
    }

    #[test]
    fn what_stands_under_no_name_is_never_left_out_unseen() {
        let columns = Columns::find(KNOWN, &["name".to_owned(), String::new()]).unwrap();
        let told = |cell| {
            let row = Row { number: 2, cells: vec![Cell::of_text("x"), cell] };
            Fields::of(&row, &columns, date(2026, 1, 1)).finish().refusals.len()
        };
        assert_eq!((told(Cell::Empty), told(Cell::of_text("stray"))), (0, 1));
    }

    proptest! {
        #[test]
        fn empty_changes_nothing_and_a_value_stands(before in proptest::option::of(0u8..9), new in 0u8..9) {
            prop_assert_eq!(Field::Absent.over(before), before);
            prop_assert_eq!(Field::Cleared.over(before), None);
            prop_assert_eq!(Field::Given(new).over(before), Some(new));
        }
    }
}
