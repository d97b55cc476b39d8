//! What a proof says: line by line, in both languages, up to the first thing that does not hold.

use std::fmt;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Does it hold?
    pub holds: bool,
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Everything that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In order; the last one is the first that does not hold, if one does not.
    pub lines: Vec<Line>,
}

impl Report {
    /// Does the whole package hold?
    pub fn holds(&self) -> bool {
        self.lines.iter().all(|line| line.holds) && !self.lines.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let mark = if line.holds { '✓' } else { '✗' };
            writeln!(f, "{mark} {}\n  {}", line.zh, line.en)?;
        }
        let (zh, en) = if self.holds() {
            ("证据包完整有效。", "The package holds as a whole.")
        } else {
            ("证据包不成立，见上面标 ✗ 之处。", "The package does not hold: see the line marked ✗.")
        };
        write!(f, "{zh}\n{en}")
    }
}

/// What does not hold.
pub(crate) struct Broken {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Broken {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// What holds.
pub(crate) struct Held {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Held {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// The outcome of one proof.
pub(crate) type Proof = Result<Held, Broken>;
