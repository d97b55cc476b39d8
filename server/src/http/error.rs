//! What a caller is told when something cannot be done: a code for programs, a sentence in both languages.
//!
//! An error never tells what lies behind it: an id that does not exist and one of another region are the same.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
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

/// Every error has this body.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: ErrorText,
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

    /// For programs.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = ErrorText { code: self.code.into(), zh: self.zh, en: self.en };
        let mut response = (self.status, Json(ErrorBody { error, more: self.more })).into_response();
        if let Some(wait) = self.retry_after {
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
