//! Signing in and out; who one is; one's password.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::sign_in::{Attempt, Caller, SignInError};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Body;
use crate::http::peer::Origin;
use crate::http::rates;
use crate::http::session::{Credential, Signed, no_session_cookie, session_cookie, session_of};

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// Of the account.
    name: String,
    /// Its password.
    password: String,
    /// Six digits of the second factor, or a recovery code; needed where the answer without it is `second-factor`.
    #[serde(default)]
    code: Option<String>,
}

/// Which ways to sign in there are.
#[derive(Serialize, ToSchema)]
pub(super) struct Ways {
    /// Another provider, if there is one: its button leads to `/api/v1/session/oidc`.
    oidc: Option<Provider>,
}

/// Another provider of sign-in.
#[derive(Serialize, ToSchema)]
pub(super) struct Provider {
    /// What its button says, Chinese.
    zh: String,
    /// And English.
    en: String,
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
    /// `admin`, `reviewer`, `enforcer`, `authority`, `inspection-station`, `repair-shop` or `auditor`.
    pub(super) role: &'static str,
    /// What it sees: six digits (GB/T 2260), zeros for all below; `000000` is the whole country.
    pub(super) region: String,
    /// Nothing else is answered until the password is changed.
    pub(super) must_change_password: bool,
    /// Nothing else is answered until a second factor is set up.
    pub(super) must_set_second_factor: bool,
    /// The inspection station or repair shop it acts for.
    pub(super) organisation: Option<String>,
    /// How it signed in: `password`, `password-and-code`, `oidc`, or `key` of a program.
    pub(super) way: &'static str,
}

impl From<Signed> for SessionBody {
    fn from(signed: Signed) -> Self {
        let account = AccountBody {
            role: signed.role.word(),
            region: signed.scope.0.to_string(),
            must_change_password: signed.must_change_password,
            must_set_second_factor: signed.must_set_second_factor,
            organisation: signed.organisation.map(|code| code.as_str().to_owned()),
            way: match signed.credential {
                Credential::Session { way, .. } => way.word(),
                Credential::Key { .. } => "key",
            },
            name: signed.name,
            display_name: signed.display_name,
        };
        Self { account }
    }
}

/// One's own old and new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    old: String,
    /// 10 to 200 characters.
    new: String,
}

/// Sign in: sets the session cookie. Where the account has a second factor, a right password alone is answered with
/// 401 `second-factor`; send it again with the code.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials, security(()), responses(
    (status = 200, body = SessionBody),
    (status = 401, description = "Name, password or code are wrong, or a code is needed", body = ErrorBody),
    (status = 429, description = "Too many failures; see Retry-After", body = ErrorBody)))]
pub(super) async fn sign_in(
    State(site): State<Site>,
    caller: Caller,
    Origin(address): Origin,
    Body(credentials): Body<Credentials>,
) -> Result<impl IntoResponse, ApiError> {
    let now = site.now();
    if let Some(address) = address {
        site.rates().ask(rates::Caller::SignIn(address), now)?;
    }
    let Credentials { name, password, code } = &credentials;
    let code = code.as_deref().filter(|code| !code.trim().is_empty());
    let attempt = Attempt { name, password, code };
    let (begun, _) = site.doorman.sign_in(&site.store, attempt, &caller, now).await?;
    let cookie = session_cookie(&begun.secret, site.doorman.session_length(), site.http.secure_cookies);
    let signed = crate::http::session::by_secret(&begun.secret, &site).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(SessionBody::from(signed))))
}

/// Which ways to sign in there are.
#[utoipa::path(get, path = "/session/ways", tag = "session", security(()), responses((status = 200, body = Ways)))]
pub(super) async fn ways(State(site): State<Site>) -> Json<Ways> {
    let oidc = site.oidc.as_ref().map(|oidc| {
        let (zh, en) = oidc.label();
        Provider { zh: zh.to_owned(), en: en.to_owned() }
    });
    Json(Ways { oidc })
}

/// Sign out: ends the session and forgets the cookie. Without a session it is done already.
#[utoipa::path(delete, path = "/session", tag = "session", security(()), responses((status = 204)))]
pub(super) async fn sign_out(
    State(site): State<Site>,
    headers: HeaderMap,
    signed: Result<Signed, ApiError>,
) -> Result<impl IntoResponse, ApiError> {
    let signed = signed.ok().filter(|signed| signed.person().is_ok());
    if let (Some(session), Some(signed)) = (session_of(&headers), signed) {
        site.doorman.sign_out(&site.store, &session, &signed.name, site.now()).await?;
    }
    let cookie = no_session_cookie(site.http.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses(
    (status = 200, body = SessionBody), (status = 401, body = ErrorBody)))]
pub(super) async fn who(signed: Signed) -> Json<SessionBody> {
    Json(signed.into())
}

/// Change one's own password. Every other session of the account ends.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = PasswordChange, responses(
    (status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 429, body = ErrorBody)))]
pub(super) async fn change_password(
    State(site): State<Site>,
    signed: Signed,
    caller: Caller,
    Body(change): Body<PasswordChange>,
) -> Result<impl IntoResponse, ApiError> {
    let (_, way) = signed.person()?;
    let (doorman, who, passwords) = (&site.doorman, (&*signed.name, way), (&*change.old, &*change.new));
    let begun = doorman.change_password(&site.store, who, passwords, &caller, site.now()).await?;
    let cookie = session_cookie(&begun.secret, doorman.session_length(), site.http.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => {
                let (zh, en) = ("用户名或密码不正确。", "Name or password are wrong.");
                Self::new(StatusCode::UNAUTHORIZED, "wrong-credentials", zh, en)
            }
            SignInError::CodeNeeded => {
                let (zh, en) = ("请输入两步验证码。", "Enter the code of your second factor.");
                Self::new(StatusCode::UNAUTHORIZED, "second-factor", zh, en)
            }
            SignInError::CodeWrong => {
                let zh = "验证码不正确或已使用。请等待下一个验证码。";
                let en = "The code is wrong or was used; wait for the next one.";
                Self::new(StatusCode::UNAUTHORIZED, "wrong-code", zh, en)
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
