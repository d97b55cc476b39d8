//! Signing in and out; who one is; one's password.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use server_core::access::Role;
use utoipa::ToSchema;

use crate::auth::sign_in::SignInError;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Body;
use crate::http::session::{Signed, account_role, no_session_cookie, session_cookie, session_of};

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    name: String,
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionBody {
    account: AccountBody,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountBody {
    /// What one signs in with.
    pub(super) name: String,
    /// The person's name.
    pub(super) display_name: String,
    /// `admin`, `reviewer`, `enforcer` or `authority`.
    pub(super) role: &'static str,
    /// What it sees: six digits (GB/T 2260), zeros for all below; `000000` is the whole country.
    pub(super) region: String,
    /// Nothing else is answered until the password is changed.
    pub(super) must_change_password: bool,
}

/// One's own old and new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    old: String,
    /// 10 to 200 characters.
    new: String,
}

/// Sign in: sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials, responses(
    (status = 200, body = SessionBody),
    (status = 401, description = "Name or password are wrong", body = ErrorBody),
    (status = 429, description = "Too many failures; see Retry-After", body = ErrorBody)))]
pub(super) async fn sign_in(
    State(site): State<Site>,
    Body(credentials): Body<Credentials>,
) -> Result<impl IntoResponse, ApiError> {
    let Credentials { name, password } = credentials;
    let (session, account) = site.doorman.sign_in(&site.store, &name, &password, site.now()).await?;
    let (role, scope) = account_role(&account).ok_or_else(ApiError::internal)?;
    let cookie = session_cookie(&session, site.doorman.session_length(), site.http.secure_cookies);
    let account = AccountBody {
        name: account.name,
        display_name: account.display_name,
        role: role.word(),
        region: scope.0.to_string(),
        must_change_password: account.must_change_password,
    };
    Ok(([(header::SET_COOKIE, cookie)], Json(SessionBody { account })))
}

/// Sign out: ends the session and forgets the cookie. Without a session it is done already.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
pub(super) async fn sign_out(
    State(site): State<Site>,
    headers: HeaderMap,
    signed: Result<Signed, ApiError>,
) -> Result<impl IntoResponse, ApiError> {
    if let (Some(session), Ok(signed)) = (session_of(&headers), signed) {
        site.doorman.sign_out(&site.store, &session, &signed.name, site.now()).await?;
    }
    let cookie = no_session_cookie(site.http.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, body = SessionBody), (status = 401, body = ErrorBody)))]
pub(super) async fn who(signed: Signed) -> Json<SessionBody> {
    let role: Role = signed.role;
    Json(SessionBody {
        account: AccountBody {
            name: signed.name,
            display_name: signed.display_name,
            role: role.word(),
            region: signed.scope.0.to_string(),
            must_change_password: signed.must_change_password,
        },
    })
}

/// Change one's own password. Every other session of the account ends.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = PasswordChange, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 429, body = ErrorBody)))]
pub(super) async fn change_password(
    State(site): State<Site>,
    signed: Signed,
    Body(change): Body<PasswordChange>,
) -> Result<impl IntoResponse, ApiError> {
    let doorman = &site.doorman;
    let session =
        doorman.change_password(&site.store, &signed.name, &change.old, &change.new, site.now()).await?;
    let cookie = session_cookie(&session, doorman.session_length(), site.http.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => {
                let (zh, en) = ("用户名或密码不正确。", "Name or password are wrong.");
                Self::new(StatusCode::UNAUTHORIZED, "wrong-credentials", zh, en)
            }
            SignInError::Wait(wait) => Self::wait(wait),
            SignInError::Password(error) => error.into(),
            SignInError::Random(error) => {
                tracing::error!(%error, "no session could be made");
                Self::internal()
            }
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<crate::auth::password::PasswordError> for ApiError {
    fn from(error: crate::auth::password::PasswordError) -> Self {
        use crate::auth::password::{LENGTH_MAX, LENGTH_MIN, PasswordError};
        match error {
            PasswordError::Length => Self::new(
                StatusCode::BAD_REQUEST,
                "password-length",
                format!("密码长度应为{LENGTH_MIN}至{LENGTH_MAX}个字符。"),
                format!("A password has {LENGTH_MIN} to {LENGTH_MAX} characters."),
            ),
            PasswordError::Hash => {
                tracing::error!("a password could not be hashed");
                Self::internal()
            }
        }
    }
}
