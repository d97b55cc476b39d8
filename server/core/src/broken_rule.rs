//! What is said when something is refused: which rule, what is wrong, what to do next.

use plumewatch_shared::language::Bilingual;

/// A rule that something does not keep. The code is stable: programs of stations and shops act on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct BrokenRule {
    /// The rule, for programs, such as `shop-not-qualified`.
    pub code: String,
    /// The field of the upload that breaks it, by its wire name; `None` if it is the whole.
    pub field: Option<String>,
    /// What is wrong.
    pub wrong: Bilingual,
    /// What to do next.
    pub remedy: Bilingual,
}

impl BrokenRule {
    /// A rule broken by the whole of what was sent.
    pub fn new(code: &str, wrong: Bilingual, remedy: Bilingual) -> Self {
        Self { code: code.to_owned(), field: None, wrong, remedy }
    }

    /// The same, broken by one field.
    #[must_use]
    pub fn of(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }
}
