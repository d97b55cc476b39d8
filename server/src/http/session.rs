//! Who is asking: the session cookie or a program's key, the header against forged requests, and what the account may do.

use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::Region;
use server_core::access::{Operation, OrganisationCode, Reach, Role, Scope, may};

use super::Site;
use super::error::ApiError;
use super::rates::Caller;
use crate::auth::keys::{ACTOR_PREFIX, ApiKey, KeyRole};
use crate::auth::sign_in::Way;
use crate::auth::token::Secret;
use crate::store::accounts::AccountRow;

/// Name of the session cookie.
pub const COOKIE: &str = "pw_session";

/// A page of another site cannot set a header of its own in a request to us; so its presence proves that the
/// request comes from our pages or from a program.
pub const GUARD_HEADER: &str = "x-plumewatch";

/// How often a session's or a key's last use is written down: not on every request.
const TOUCH_EVERY_US: i64 = 5 * 60 * 1_000_000;

/// What a request proves itself by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A person's session: what it is named by, and how it began.
    Session {
        /// Its name in lists.
        id: String,
        /// How its person proved who they are.
        way: Way,
    },
    /// A program's key.
    Key {
        /// Its name in lists.
        id: String,
    },
}

/// The account or key that asks.
#[derive(Clone, Debug)]
pub struct Signed {
    /// By what.
    pub credential: Credential,
    /// The account's name, or `key:` and the key's id: what the audit calls it.
    pub name: String,
    /// The person's name, or what the key is for.
    pub display_name: String,
    /// What it is for.
    pub role: Role,
    /// The region whose records it sees.
    pub scope: Scope,
    /// The inspection station or repair shop it acts for.
    pub organisation: Option<OrganisationCode>,
    /// Was its password set by somebody else?
    pub must_change_password: bool,
    /// Must it set up a second factor before anything else?
    pub must_set_second_factor: bool,
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

    /// The name and way of a person's session: for what people do with their own account, and programs do not.
    pub fn person(&self) -> Result<(&str, Way), ApiError> {
        match &self.credential {
            Credential::Session { id, way } => Ok((id, *way)),
            Credential::Key { .. } => {
                let (zh, en) = ("接口密钥不能进行此操作。", "A key may not do this; a person may.");
                Err(ApiError::new(StatusCode::FORBIDDEN, "people-only", zh, en))
            }
        }
    }

    /// Nothing else is to be done first.
    pub fn settled(&self) -> Result<(), ApiError> {
        if self.must_change_password {
            let (zh, en) = ("请先修改密码。", "Change your password first.");
            return Err(ApiError::new(StatusCode::FORBIDDEN, "change-password", zh, en));
        }
        if self.must_set_second_factor {
            let (zh, en) = ("请先设置两步验证。", "Set up a second factor first.");
            return Err(ApiError::new(StatusCode::FORBIDDEN, "set-second-factor", zh, en));
        }
        Ok(())
    }

    fn allowed(&self, operation: Operation) -> Result<(), ApiError> {
        self.settled()?;
        if may(self.role, operation) { Ok(()) } else { Err(ApiError::forbidden()) }
    }
}

/// Reads an account's row in the words of the field.
pub fn account_role(account: &AccountRow) -> Option<(Role, Scope)> {
    Some((Role::from_word(&account.role)?, Scope(region(account.region)?)))
}

fn region(code: i64) -> Option<Region> {
    format!("{code:06}").parse().ok()
}

impl FromRequestParts<Site> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ApiError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        // A program's word goes before a browser's: it is said on purpose.
        let signed = match parts.headers.get(header::AUTHORIZATION) {
            Some(said) => by_key(said, site).await?,
            None => by_session(&parts.headers, site).await?,
        };
        let caller = match &signed.credential {
            Credential::Session { .. } => Caller::Account(signed.name.clone()),
            Credential::Key { id } => Caller::Key(id.clone()),
        };
        site.rates().ask(caller, site.now())?;
        parts.extensions.insert(signed.clone());
        Ok(signed)
    }
}

async fn by_session(headers: &HeaderMap, site: &Site) -> Result<Signed, ApiError> {
    by_secret(&session_of(headers).ok_or_else(ApiError::signed_out)?, site).await
}

/// Whose session this is.
pub(super) async fn by_secret(session: &Secret, site: &Site) -> Result<Signed, ApiError> {
    let now = site.now().as_microsecond();
    let found = site.store.reading().await?.session_account(session.hash(), now).await?;
    let found = found.ok_or_else(ApiError::signed_out)?;
    let (account, way) = (found.account, Way::from_word(&found.way));
    let (Some((role, scope)), Some(way)) = (account_role(&account), way) else {
        tracing::error!("an account or session has a word that this program does not know");
        return Err(ApiError::internal());
    };
    if now.saturating_sub(found.last_used_us) > TOUCH_EVERY_US {
        let mut writing = site.store.writing().await?;
        writing.touch_session(&found.session, now).await?;
        writing.commit().await?;
    }
    let by_password = way != Way::Oidc;
    let required = site.http.second_factor.required_for.iter().any(|required| required.0 == role);
    Ok(Signed {
        credential: Credential::Session { id: found.session, way },
        name: account.name,
        display_name: account.display_name,
        role,
        scope,
        organisation: account.organisation.as_deref().and_then(OrganisationCode::parse),
        must_change_password: account.must_change_password && by_password,
        must_set_second_factor: required && by_password && !found.second_factor,
    })
}

async fn by_key(said: &HeaderValue, site: &Site) -> Result<Signed, ApiError> {
    let key: ApiKey = bearer(said).and_then(|text| text.parse().ok()).ok_or_else(wrong_key)?;
    let now = site.now().as_microsecond();
    let row = site.store.reading().await?.usable_key(key.hash(), now).await?.ok_or_else(wrong_key)?;
    let role = Role::from_word(&row.role).and_then(KeyRole::of);
    let (Some(role), Some(region)) = (role, region(row.region)) else {
        tracing::error!("a key has a role or region that this program does not know");
        return Err(ApiError::internal());
    };
    if row.last_used_us.is_none_or(|last| now.saturating_sub(last) > TOUCH_EVERY_US) {
        let mut writing = site.store.writing().await?;
        writing.touch_key(&row.id, now).await?;
        writing.commit().await?;
    }
    Ok(Signed {
        name: format!("{ACTOR_PREFIX}{}", row.id),
        credential: Credential::Key { id: row.id },
        display_name: row.label,
        role: role.role(),
        scope: Scope(region),
        organisation: OrganisationCode::parse(&row.organisation),
        must_change_password: false,
        must_set_second_factor: false,
    })
}

/// The token of `Authorization: Bearer …`.
fn bearer(said: &HeaderValue) -> Option<&str> {
    let (scheme, token) = said.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn wrong_key() -> ApiError {
    let zh = "接口密钥无效：不存在、已过期或已撤销。";
    let en = "The key is not good: unknown, expired or revoked.";
    ApiError::new(StatusCode::UNAUTHORIZED, "wrong-key", zh, en)
}

/// The session that a request's cookies name. With several of the name, the first that is a secret counts.
pub fn session_of(headers: &HeaderMap) -> Option<Secret> {
    secret_cookie(headers, COOKIE)
}

/// The secret in a cookie of this name.
pub(super) fn secret_cookie(headers: &HeaderMap, cookie: &str) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == cookie)
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

/// Refuses a request that changes something and does not carry the guard header. A program with a key and no cookie
/// needs none: a page of another site cannot send a key that it does not have.
pub async fn guard(State(_site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // An edge enrols with a token and without a session: there is nothing to forge.
    let enrols = request.uri().path().ends_with("/enrol");
    let headers = request.headers();
    let by_key = headers.contains_key(header::AUTHORIZATION) && session_of(headers).is_none();
    let guarded = headers.get(GUARD_HEADER).is_some_and(|value| value == "1");
    if reads || enrols || by_key || guarded {
        return next.run(request).await;
    }
    let (zh, en) = ("缺少请求头 X-Plumewatch。", "The header X-Plumewatch: 1 is missing.");
    ApiError::new(StatusCode::FORBIDDEN, "guard-missing", zh, en).into_response()
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
