//! Edits that do not overwrite what somebody else has changed meanwhile: a tag of what was read, and the condition
//! that it still is so (RFC 9110, 8.8.3 and 13.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::FileHash;
use serde::Serialize;

use super::error::ApiError;

/// The longest condition that is read: a browser sends one tag, a program a few.
const CONDITION_BYTES_MAX: usize = 1_024;

/// A tag of something as it is: the same content, the same tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ETag(String);

impl ETag {
    /// The tag of a body, by the SHA-256 of its JSON.
    pub(super) fn of(body: &impl Serialize) -> Self {
        let json = serde_json::to_vec(body).unwrap_or_default();
        Self(format!("\"{}\"", &FileHash::of(&json).to_string()[..32]))
    }

    /// As a header.
    pub(super) fn value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("hex in quotes makes a header")
    }
}

/// A JSON answer with its tag.
pub(super) struct Tagged<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let tag = ETag::of(&self.0);
        ([(header::ETAG, tag.value())], axum::Json(self.0)).into_response()
    }
}

/// What the request says of the thing's state: `If-Match`, if it is there.
///
/// A handler that edits reads the thing in its transaction, and asks [`holds`](Self::holds) (a request without the
/// header goes on) before it changes anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IfMatch(Option<String>);

impl IfMatch {
    /// The thing is still as the request knows it, or the request does not say.
    pub(super) fn holds(&self, current: &ETag) -> Result<(), ApiError> {
        let Some(condition) = &self.0 else { return Ok(()) };
        // A weak tag never matches strongly.
        let named = condition.split(',').map(str::trim).any(|tag| tag == "*" || tag == current.0);
        if named { Ok(()) } else { Err(changed()) }
    }
}

fn changed() -> ApiError {
    let zh = "内容已被他人修改，请刷新后重试。";
    let en = "Somebody has changed this meanwhile; reload and try again.";
    ApiError::new(StatusCode::PRECONDITION_FAILED, "changed", zh, en)
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        header_text(parts, &header::IF_MATCH, CONDITION_BYTES_MAX).map(Self)
    }
}

/// A header as text, if it is there and is text of at most that length.
pub(super) fn header_text(
    parts: &Parts,
    name: &HeaderName,
    bytes_max: usize,
) -> Result<Option<String>, ApiError> {
    let Some(value) = parts.headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= bytes_max);
    let text = text.ok_or_else(|| {
        ApiError::invalid(format!("请求头 {name} 无法识别。"), format!("The header {name} cannot be read."))
    })?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(text: &str) -> IfMatch {
        IfMatch(Some(text.to_owned()))
    }

    #[test]
    fn an_edit_goes_on_only_while_the_thing_is_as_it_was_read() {
        let (before, after) = (ETag::of(&("晋A12345", 1)), ETag::of(&("晋A12345", 2)));
        assert_eq!(condition(&before.0).holds(&before), Ok(()));
        assert_eq!(condition(&format!("\"x\", {}", before.0)).holds(&before), Ok(()));
        assert_eq!(condition("*").holds(&before), Ok(()));
        assert_eq!(condition(&before.0).holds(&after).unwrap_err().code(), "changed");
        assert_eq!(condition(&format!("W/{}", before.0)).holds(&before).unwrap_err().code(), "changed");
        assert_eq!(IfMatch(None).holds(&after), Ok(()));
    }
}
