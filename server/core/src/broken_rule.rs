//! What is said when something is refused: which rule, what is wrong, what to do next.

use plumewatch_shared::language::Bilingual;

/// A rule that something does not keep. The code is stable: programs of stations and shops act on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BrokenRule {
    /// The rule, for programs, such as `shop-not-qualified`.
    pub code: &'static str,
    /// The field of the upload that breaks it, by its wire name; `None` if it is the whole.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub wrong: Bilingual,
    /// What to do next.
    pub remedy: Bilingual,
}

impl BrokenRule {
    /// A rule broken by the whole of what was sent.
    pub fn new(code: &'static str, wrong: Bilingual, remedy: Bilingual) -> Self {
        Self { code, field: None, wrong, remedy }
    }

    /// The same, broken by one field.
    #[must_use]
    pub fn of(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }
}
