//! Who is asking: the session cookie, the header against forged requests, and what the account may do.

use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::Region;
use server_core::access::{Operation, OrganisationCode, Reach, Role, Scope, may};

use super::Site;
use super::error::ApiError;
use crate::auth::token::Secret;
use crate::store::accounts::AccountRow;

/// Name of the session cookie.
pub const COOKIE: &str = "pw_session";

/// A page of another site cannot set a header of its own in a request to us; so its presence proves that the
/// request comes from our pages or from a program.
pub const GUARD_HEADER: &str = "x-plumewatch";

/// The account that asks.
pub struct Signed {
    /// The session itself.
    pub session: Secret,
    /// Its name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
    /// What it is for.
    pub role: Role,
    /// The region whose records it sees.
    pub scope: Scope,
    /// The inspection station or repair shop it acts for.
    pub organisation: Option<OrganisationCode>,
    /// Was its password set by somebody else?
    pub must_change_password: bool,
}

impl Signed {
    /// The account's region, if it may do this. For what only people of a region do; where stations and shops
    /// come in, ask for the [`reach`](Self::reach).
    pub fn may(&self, operation: Operation) -> Result<Scope, ApiError> {
        self.allowed(operation)?;
        Ok(self.scope)
    }

    /// Which records the account reaches, if it may do this.
    pub fn reach(&self, operation: Operation) -> Result<Reach, ApiError> {
        self.allowed(operation)?;
        let reach = Reach::of(self.role, self.scope.0, self.organisation.as_ref());
        reach.ok_or_else(ApiError::forbidden)
    }

    fn allowed(&self, operation: Operation) -> Result<(), ApiError> {
        if self.must_change_password {
            let (zh, en) = ("请先修改密码。", "Change your password first.");
            return Err(ApiError::new(axum::http::StatusCode::FORBIDDEN, "change-password", zh, en));
        }
        if may(self.role, operation) { Ok(()) } else { Err(ApiError::forbidden()) }
    }
}

/// Reads an account's row in the words of the field.
pub fn account_role(account: &AccountRow) -> Option<(Role, Scope)> {
    let region: Region = format!("{:06}", account.region).parse().ok()?;
    Some((Role::from_word(&account.role)?, Scope(region)))
}

impl FromRequestParts<Site> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ApiError> {
        let session = session_of(&parts.headers).ok_or_else(ApiError::signed_out)?;
        let now = site.now().as_microsecond();
        let account = site.store.reading().await?.session_account(session.hash(), now).await?;
        let account = account.ok_or_else(ApiError::signed_out)?;
        let Some((role, scope)) = account_role(&account) else {
            tracing::error!("an account has a role or region that this program does not know");
            return Err(ApiError::internal());
        };
        Ok(Self {
            session,
            name: account.name,
            display_name: account.display_name,
            role,
            scope,
            organisation: account.organisation.as_deref().and_then(OrganisationCode::parse),
            must_change_password: account.must_change_password,
        })
    }
}

/// The session that a request's cookies name. With several of the name, the first that is a secret counts.
pub fn session_of(headers: &HeaderMap) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .find_map(|(_, value)| value.parse().ok())
}

/// The cookie that begins a session.
pub fn session_cookie(session: &Secret, length: Duration, secure: bool) -> HeaderValue {
    cookie(&session.to_string(), length.as_secs(), secure)
}

/// The cookie that makes a browser forget its session.
pub fn no_session_cookie(secure: bool) -> HeaderValue {
    cookie("", 0, secure)
}

fn cookie(value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("hex and ASCII make a header")
}

/// Refuses a request that changes something and does not carry the guard header.
pub async fn guard(State(_site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // An edge enrols with a token and without a session: there is nothing to forge.
    let enrols = request.uri().path().ends_with("/enrol");
    let guarded = request.headers().get(GUARD_HEADER).is_some_and(|value| value == "1");
    if reads || enrols || guarded {
        return next.run(request).await;
    }
    let (zh, en) = ("缺少请求头 X-Plumewatch。", "The header X-Plumewatch: 1 is missing.");
    ApiError::new(axum::http::StatusCode::FORBIDDEN, "guard-missing", zh, en).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with_cookies(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            headers.append(header::COOKIE, value);
        }
        headers
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let secret = Secret::random().unwrap();
        for cookies in [
            format!("pw_session={secret}"),
            format!("theme=dark; pw_session={secret}; lang=zh"),
            format!("pw_session=broken;pw_session={secret}"),
        ] {
            assert_eq!(session_of(&with_cookies(&cookies)), Some(secret.clone()), "{cookies}");
        }
        assert_eq!(session_of(&with_cookies(&format!("xpw_session={secret}"))), None);
        assert_eq!(session_of(&HeaderMap::new()), None);
    }

    #[test]
    fn the_cookie_is_for_this_site_and_not_for_scripts() {
        let cookie = session_cookie(&Secret::random().unwrap(), Duration::from_secs(60), true);
        let text = cookie.to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=60"] {
            assert!(text.contains(part), "{part}");
        }
    }

    proptest! {
        #[test]
        fn no_cookie_makes_the_reader_panic(text in "\\PC{0,200}", tail in "pw_session=[0-9a-fA-F;= ]{0,80}") {
            let _ = session_of(&with_cookies(&text));
            let _ = session_of(&with_cookies(&tail));
        }
    }
}
