//! The columns that a table of one kind may have, and where they stand in a table that somebody made.

use plumewatch_shared::language::Bilingual;

use super::cell::{Cell, Row};

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name for programs: the key in JSON rows.
    pub word: &'static str,
    /// Its name in the template, 简体中文.
    pub zh: &'static str,
    /// Its name in the template, English.
    pub en: &'static str,
    /// Other names that people give it.
    pub also: &'static [&'static str],
    /// Must the table have it, and every row fill it?
    pub required: bool,
    /// What to write, 简体中文.
    pub about_zh: &'static str,
    /// What to write, English.
    pub about_en: &'static str,
    /// A value that would be taken.
    pub example: &'static str,
}

impl Column {
    /// Its name in templates: both languages, so that who reads one finds it.
    pub fn title(&self) -> String {
        format!("{} {}", self.zh, self.en)
    }

    fn is_named(&self, normal_name: &str) -> bool {
        let both = normal(self.zh) + &normal(self.en);
        both == normal_name
            || [self.word, self.zh, self.en]
                .into_iter()
                .chain(self.also.iter().copied())
                .any(|name| normal(name) == normal_name)
    }
}

/// A header's name with what does not matter taken off: case, width, space, marks, and a remark in brackets.
pub fn normal(name: &str) -> String {
    let narrow = name.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    });
    let mut depth = 0u32;
    narrow
        .filter(|&c| {
            match c {
                '(' | '[' | '【' => depth += 1,
                ')' | ']' | '】' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
                && !c.is_whitespace()
                && !matches!(c, '*' | '_' | '-' | ':' | '：' | '/' | '\u{feff}' | '\u{200b}')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Why a header cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderRefusal {
    /// Columns that the table must have and has not, by their template names.
    Missing(Vec<String>),
    /// Two columns that mean the same.
    Twice {
        /// What both mean, by the template's name.
        column: String,
        /// As the table writes the second.
        written: String,
    },
}

impl HeaderRefusal {
    /// The word for programs.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Missing(_) => "header.missing",
            Self::Twice { .. } => "header.twice",
        }
    }

    /// What is wrong and what to do.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::Missing(columns) => {
                let listed = columns.join("、");
                Bilingual::new(
                    format!("表头缺少必需的列：{listed}。请使用模板的表头，表头须在数据之前的一行。"),
                    format!(
                        "The header lacks columns that must be there: {}. Use the template's header; it must stand in the row before the data.",
                        columns.join(", ")
                    ),
                )
            }
            Self::Twice { column, written } => Bilingual::new(
                format!("表头有两列都表示“{column}”（第二列写作“{written}”）。请删除其中一列。"),
                format!(
                    "Two columns of the header mean \"{column}\" (the second is written \"{written}\"). Remove one of them."
                ),
            ),
        }
    }
}

/// Where the known columns stand in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    known: &'static [Column],
    at: Vec<Option<usize>>,
    written: Vec<String>,
    unknown: Vec<(usize, String)>,
}

impl Columns {
    /// Finds the known columns in a header.
    pub fn find(known: &'static [Column], header: &[String]) -> Result<Self, HeaderRefusal> {
        let mut at = vec![None; known.len()];
        let mut unknown = Vec::new();
        for (place, written) in header.iter().enumerate() {
            let name = normal(written);
            match known.iter().position(|column| column.is_named(&name)) {
                Some(column) if at[column].is_some() => {
                    return Err(HeaderRefusal::Twice {
                        column: known[column].title(),
                        written: written.clone(),
                    });
                }
                Some(column) => at[column] = Some(place),
                None => unknown.push((place, written.clone())),
            }
        }
        let missing: Vec<String> = known
            .iter()
            .zip(&at)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(column, _)| column.title())
            .collect();
        if !missing.is_empty() {
            return Err(HeaderRefusal::Missing(missing));
        }
        Ok(Self { known, at, written: header.to_vec(), unknown })
    }

    /// Names of columns that are not read, so that nothing is left out unseen. Nameless ones are not among them.
    pub fn not_read(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(|(_, name)| name.as_str()).filter(|name| !name.is_empty())
    }

    /// A row's cell under a column; empty where the table has no such column.
    pub fn cell<'r>(&self, row: &'r Row, word: &str) -> &'r Cell {
        let (_, place) = self.of(word);
        place.and_then(|place| row.cells.get(place)).unwrap_or(&Cell::Empty)
    }

    /// Places of columns without a name: what stands in them cannot be understood.
    pub(super) fn nameless(&self) -> impl Iterator<Item = usize> {
        self.unknown.iter().filter(|(_, name)| name.is_empty()).map(|(place, _)| *place)
    }

    /// How the table writes the column of a word that is known, or how the template does.
    pub fn written(&self, word: &str) -> String {
        self.name_of(word)
    }

    /// The column of a word, and where it stands.
    pub(super) fn of(&self, word: &str) -> (&'static Column, Option<usize>) {
        let at = self
            .known
            .iter()
            .position(|column| column.word == word)
            .expect("rules ask for columns they declare");
        (&self.known[at], self.at[at])
    }

    /// How the table writes a column, or how the template does.
    pub fn name_of(&self, word: &str) -> String {
        let (column, place) = self.of(word);
        place.map_or_else(|| column.title(), |place| self.written[place].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(word: &'static str, zh: &'static str, en: &'static str, required: bool) -> Column {
        Column { word, zh, en, also: &["车牌"], required, about_zh: "", about_en: "", example: "" }
    }
    const KNOWN: &[Column] = &[
        column("plate", "车牌号", "Plate", true),
        Column { also: &[], ..column("region", "辖区", "Region", false) },
    ];

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_column_is_found_by_any_of_its_names() {
        for name in
            ["plate", "车牌号", "Plate", "车牌号 Plate", "＊车牌号（必填）", "车 牌", " PLATE ", "车牌号*"]
        {
            let found = Columns::find(KNOWN, &header(&["备注", name])).unwrap();
            assert_eq!(found.of("plate").1, Some(1), "{name}");
            assert_eq!(found.not_read().collect::<Vec<_>>(), ["备注"]);
        }
    }

    #[test]
    fn a_header_that_lacks_or_repeats_a_column_is_refused() {
        let missing = Columns::find(KNOWN, &header(&["辖区"]));
        assert_eq!(missing, Err(HeaderRefusal::Missing(vec!["车牌号 Plate".to_owned()])));
        let twice = Columns::find(KNOWN, &header(&["车牌号", "plate"])).unwrap_err();
        assert_eq!(twice.rule(), "header.twice");
        assert!(twice.sentence().zh.contains("车牌号"));
    }
}
