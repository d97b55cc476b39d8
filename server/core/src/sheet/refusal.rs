//! What is wrong with a row, so that who made the table can mend it.

/// What is wrong, and what to do about it; where it is wrong stands in a [`RowRefusal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// A word for programs that never changes, such as `plate.look-alike`.
    pub rule: &'static str,
    /// What is wrong, 简体中文.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
    /// What to do, 简体中文.
    pub remedy_zh: String,
    /// What to do, English.
    pub remedy_en: String,
}

impl Wrong {
    /// From its parts, in the order in which people read them.
    pub fn new(
        rule: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
        remedy_zh: impl Into<String>,
        remedy_en: impl Into<String>,
    ) -> Self {
        Self { rule, zh: zh.into(), en: en.into(), remedy_zh: remedy_zh.into(), remedy_en: remedy_en.into() }
    }

    /// In its place.
    pub fn at(self, row: u32, column: impl Into<String>) -> RowRefusal {
        let Self { rule, zh, en, remedy_zh, remedy_en } = self;
        RowRefusal { row, column: column.into(), rule, zh, en, remedy_zh, remedy_en }
    }
}

/// One thing that is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRefusal {
    /// The row as the person sees it in the program, from 1.
    pub row: u32,
    /// The column's name as the table has it; empty where the row as a whole is meant.
    pub column: String,
    /// A word for programs that never changes, such as `plate.look-alike`.
    pub rule: &'static str,
    /// What is wrong, 简体中文.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
    /// What to do, 简体中文.
    pub remedy_zh: String,
    /// What to do, English.
    pub remedy_en: String,
}
