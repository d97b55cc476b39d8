//! What handlers take from a request, with errors in our words and both languages.

use std::str::FromStr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The body, JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Json::from_request(request, state).await.map(|Json(body)| Self(body)).map_err(|refused| match refused
        {
            JsonRejection::BytesRejection(_) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                ApiError::too_large()
            }
            JsonRejection::MissingJsonContentType(_) => {
                let (zh, en) = ("请求内容必须是JSON。", "The request's body must be JSON.");
                ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", zh, en)
            }
            // Its words name fields of the request, never values of the server.
            other => ApiError::invalid(
                "请求内容无法识别。",
                format!("The request cannot be read: {}", cut(&other.body_text())),
            ),
        })
    }
}

/// The query string.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::from_request_parts(parts, state).await.map(|Query(params)| Self(params)).map_err(|refused| {
            ApiError::invalid(
                "查询参数无法识别。",
                format!("The query cannot be read: {}", cut(&refused.body_text())),
            )
        })
    }
}

/// The one name in the path. What is no name of its kind is not found.
pub(super) struct Name<T>(pub(super) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Name<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(Path(text)) = Path::<String>::from_request_parts(parts, state).await else {
            return Err(ApiError::not_found());
        };
        text.parse().map(Self).map_err(|_| ApiError::not_found())
    }
}

/// The beginning of a text that may be as long as the request.
fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
