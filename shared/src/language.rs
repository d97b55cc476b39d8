//! The two languages people read here, and texts that carry both.

/// Chinese first, English second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// 简体中文.
    Chinese,
    /// English.
    English,
}

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// A sentence from its two forms.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The form in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}
