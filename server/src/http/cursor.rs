//! Where a list goes on: the last row of the page before, as a text that callers hand back unread.
//!
//! Lists are ordered by a number and, within equal numbers, by an id, so that a page neither repeats nor skips a row
//! when others are added meanwhile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ApiError;

/// The longest id in a cursor: ids of this server have at most 64 characters.
const ID_BYTES_MAX: usize = 128;

/// The place after one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor {
    /// What the list is ordered by: a stamp in microseconds, a number.
    pub(super) key: i64,
    /// The row's id.
    pub(super) id: String,
}

/// A text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is none of this server's")]
pub(super) struct NotACursor;

impl From<NotACursor> for ApiError {
    fn from(_: NotACursor) -> Self {
        Self::invalid("翻页标记无效。", "The cursor is none of this server's.")
    }
}

impl Cursor {
    /// The place in a request's query, if it names one.
    pub(super) fn of_query(text: Option<&str>) -> Result<Option<Self>, ApiError> {
        Ok(text.filter(|text| !text.is_empty()).map(str::parse).transpose()?)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.key, self.id)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (key, id) = text.split_once('~').ok_or(NotACursor)?;
        let plain = !id.is_empty()
            && id.len() <= ID_BYTES_MAX
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:".contains(&b));
        let key = key.parse().map_err(|_| NotACursor)?;
        if plain { Ok(Self { key, id: id.to_owned() }) } else { Err(NotACursor) }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(key: i64, id in "[A-Za-z0-9._~:-]{1,128}") {
            let cursor = Cursor { key, id };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", tail in "[0-9~A-]{0,60}") {
            let _ = text.parse::<Cursor>();
            let _ = tail.parse::<Cursor>();
        }
    }
}
