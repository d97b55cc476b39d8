//! Sign-in by another provider, as a browser goes through it: out, and back. Both answers lead on: what went wrong is
//! told by the sign-in page, by its code.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::oidc::{ATTEMPT, Arrival, CALLBACK, OidcError};
use crate::auth::sign_in::{Caller, SignInError};
use crate::auth::token::Secret;
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Params;
use crate::http::peer::Origin;
use crate::http::rates;
use crate::http::session::{secret_cookie, session_cookie};

/// Holds the state while a person is at the provider.
const STATE_COOKIE: &str = "pw_oidc";

/// What the provider sends back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Back {
    /// For tokens, if the person was let in.
    code: Option<String>,
    /// As it was sent out.
    state: Option<String>,
}

/// Go to the other provider.
#[utoipa::path(get, path = "/session/oidc", tag = "session", security(()), responses(
    (status = 303, description = "To the provider, or back to the sign-in page with what went wrong"),
    (status = 404, description = "There is no other provider", body = ErrorBody)))]
pub(super) async fn begin(State(site): State<Site>, Origin(address): Origin) -> Result<Response, ApiError> {
    let oidc = site.oidc.as_ref().ok_or_else(ApiError::not_found)?;
    if let Some(address) = address {
        site.rates().ask(rates::Caller::SignIn(address), site.now())?;
    }
    match oidc.begin(&site.store, site.now()).await {
        Ok(departure) => {
            let secure = site.http.secure_cookies;
            Ok(lead(&departure.url, [state_cookie(&departure.state.to_string(), ATTEMPT, secure)]))
        }
        Err(error) => Ok(tell(&error)),
    }
}

/// Back from the other provider: begins the session of the account that its claim means.
#[utoipa::path(get, path = "/session/oidc/callback", tag = "session", params(Back), security(()), responses(
    (status = 303, description = "To the first page, or back to the sign-in page with what went wrong"),
    (status = 404, description = "There is no other provider", body = ErrorBody)))]
pub(super) async fn finish(
    State(site): State<Site>,
    caller: Caller,
    headers: HeaderMap,
    Params(back): Params<Back>,
) -> Result<Response, ApiError> {
    let oidc = site.oidc.as_ref().ok_or_else(ApiError::not_found)?;
    let kept: Option<Secret> = secret_cookie(&headers, STATE_COOKIE);
    let arrival = Arrival { kept, state: back.state.as_deref(), code: back.code.as_deref() };
    match oidc.finish(&site.store, &site.doorman, arrival, &caller, site.now()).await {
        Ok(begun) => {
            let secure = site.http.secure_cookies;
            let session = session_cookie(&begun.secret, site.doorman.session_length(), secure);
            Ok(lead("/", [session, state_cookie("", Duration::ZERO, secure)]))
        }
        Err(error) => Ok(tell(&error)),
    }
}

/// Sent when the provider leads back, which is another site's doing: `Lax` allows that and nothing else.
fn state_cookie(value: &str, length: Duration, secure: bool) -> HeaderValue {
    let (seconds, secure) = (length.as_secs(), if secure { "; Secure" } else { "" });
    let text =
        format!("{STATE_COOKIE}={value}; Path={CALLBACK}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("hex and ASCII make a header")
}

fn lead<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return ApiError::internal().into_response() };
    let cookies = AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)], cookies).into_response()
}

/// Back to the sign-in page, with the code of what went wrong.
fn tell(error: &OidcError) -> Response {
    let code = match error {
        OidcError::Refused => "oidc-refused",
        OidcError::State => "oidc-state",
        OidcError::UnknownAccount => "oidc-unknown-account",
        OidcError::Provider(_) | OidcError::Token(_) | OidcError::SignIn(SignInError::Random(_)) => {
            log(error);
            "oidc-provider"
        }
        OidcError::SignIn(_) => {
            log(error);
            "unavailable"
        }
    };
    lead(&format!("/sign-in?problem={code}"), [])
}

fn log(error: &OidcError) {
    tracing::error!(error = error as &dyn std::error::Error, "sign-in by the other provider failed");
}
