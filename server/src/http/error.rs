//! What a caller is told when something cannot be done: a problem (RFC 9457) with a code for programs and a sentence
//! in both languages.
//!
//! Codes are stable: a program may act on them. An error never tells what lies behind it: an id that does not exist
//! and one of another region are the same.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::store::StoreError;

/// An error on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    zh: Cow<'static, str>,
    en: Cow<'static, str>,
    retry_after: Option<Duration>,
    more: Map<String, Value>,
}

/// The content type of every error (RFC 9457).
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// Before a code it makes the problem's `type`.
const TYPE_PREFIX: &str = "urn:plumewatch:problem:";

/// Every error has this body: a problem of RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// `urn:plumewatch:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:plumewatch:problem:not-found")]
    kind: String,
    /// The code in words; the same for every problem of the type.
    #[schema(example = "Not found")]
    title: String,
    /// The answer's status.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    status: u16,
    /// This occurrence, English.
    #[schema(example = "There is no such thing.")]
    detail: Cow<'static, str>,
    /// For programs; stable.
    #[schema(example = "not-found")]
    code: Cow<'static, str>,
    /// For people, Chinese.
    #[schema(example = "没有找到。")]
    zh: Cow<'static, str>,
    /// For people, English.
    #[schema(example = "There is no such thing.")]
    en: Cow<'static, str>,
    /// The same once more, as the first version had it.
    error: ErrorText,
    /// What else is told of this occurrence, such as refused rows.
    #[serde(flatten)]
    #[schema(ignore)]
    more: Map<String, Value>,
}

/// What is wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorText {
    /// For programs.
    #[schema(example = "not-found")]
    pub code: Cow<'static, str>,
    /// For people, Chinese.
    pub zh: Cow<'static, str>,
    /// For people, English.
    pub en: Cow<'static, str>,
}

impl ApiError {
    /// An error of this status.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, zh: zh.into(), en: en.into(), retry_after: None, more: Map::new() }
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "请先登录。", "Sign in first.")
    }

    /// The account may not.
    pub fn forbidden() -> Self {
        let (zh, en) = ("您的账号无权进行此操作。", "Your account may not do this.");
        Self::new(StatusCode::FORBIDDEN, "forbidden", zh, en)
    }

    /// There is no such thing, or none that the account may see.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "没有找到。", "There is no such thing.")
    }

    /// The request does not say what it must.
    pub fn invalid(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", zh, en)
    }

    /// The request's body is larger than this route takes.
    pub fn too_large() -> Self {
        let (zh, en) = ("请求内容过大。", "The request is too large.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", zh, en)
    }

    /// It contradicts what is.
    pub fn conflict(
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::CONFLICT, code, zh, en)
    }

    /// Too many tries; come again after `wait`.
    pub fn wait(wait: Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "wait",
            format!("尝试次数过多，请在{seconds}秒后再试。"),
            format!("Too many tries; try again in {seconds} seconds."),
        );
        error.retry_after = Some(wait);
        error
    }

    /// A part of the server does not answer.
    pub fn unavailable() -> Self {
        let (zh, en) =
            ("服务暂时不可用，请稍后再试。", "The server cannot do this at the moment; try again.");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", zh, en)
    }

    /// Something is wrong with the server itself.
    pub fn internal() -> Self {
        let (zh, en) = ("服务器内部错误，请联系管理员。", "The server has failed; tell its administrator.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", zh, en)
    }

    /// Something else of that name, about this occurrence: an upload's refused rows, for one.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        // What cannot be written as JSON is left out: the error itself is more than its ornaments.
        self.more.extend(serde_json::to_value(value).ok().map(|value| (name.to_owned(), value)));
        self
    }

    /// After which time the caller may come again.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// For programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

/// A code in words: `not-found` is "Not found".
pub(super) fn title(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl From<ApiError> for ErrorBody {
    fn from(error: ApiError) -> Self {
        let ApiError { status, code, zh, en, retry_after: _, more } = error;
        Self {
            kind: format!("{TYPE_PREFIX}{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: en.clone(),
            code: code.into(),
            zh: zh.clone(),
            en: en.clone(),
            error: ErrorText { code: code.into(), zh, en },
            more,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let body = serde_json::to_vec(&ErrorBody::from(self)).expect("strings and numbers always serialise");
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if let Some(wait) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

/// Logged here, once, with the whole chain: callers only pass it on.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { constraint } => {
                tracing::info!(constraint, "the database refused a request's change");
                let (zh, en) = (
                    "与现有数据冲突，请刷新后重试。",
                    "This contradicts what is stored; reload and try again.",
                );
                Self::conflict("conflict", zh, en)
            }
            StoreError::Unavailable(_)
            | StoreError::Address(_)
            | StoreError::Open(_)
            | StoreError::Migrate(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request met no database");
                Self::unavailable()
            }
            StoreError::Corrupt(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored row cannot be read");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_is_a_problem_and_keeps_the_first_versions_body() {
        let error =
            ApiError::conflict("name-taken", "该用户名已被使用。", "The name is taken.").with("rows", [3, 5]);
        let body = serde_json::to_value(ErrorBody::from(error)).unwrap();
        let expected = json!({
            "type": "urn:plumewatch:problem:name-taken", "title": "Name taken", "status": 409,
            "detail": "The name is taken.", "code": "name-taken", "zh": "该用户名已被使用。",
            "en": "The name is taken.", "rows": [3, 5],
            "error": {"code": "name-taken", "zh": "该用户名已被使用。", "en": "The name is taken."},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        let response = ApiError::wait(Duration::from_millis(20)).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
    }
}
