//! Sign-in by another provider (`OpenID` Connect): authorisation code with PKCE, state, nonce, and the ID token's
//! signature by the provider's published keys. The only folder that knows the crate.
//!
//! A person goes out with [`Oidc::begin`] and comes back to [`Oidc::finish`]. The state lies in the person's browser as
//! well as in the database, and is used once: an answer that was begun in another browser is refused. The account is
//! the one whose `external_id` is the configured claim's value; none is ever made of a claim.

mod web;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use server_core::audit::Action;

use super::sign_in::{Begun, Caller, Doorman, SignInError, Way, entry};
use super::token::{NoRandom, Secret};
use crate::config::{ConfigError, OidcConfig, secret};
use crate::store::{Store, StoreError};
use web::Web;

/// Where the provider sends people back to, below the server's public address.
pub const CALLBACK: &str = "/api/v1/session/oidc/callback";
/// How long a person may take at the provider.
pub const ATTEMPT: Duration = Duration::from_secs(10 * 60);
/// How long the provider's description and keys are taken for known; an unknown key asks for them at once.
const KNOWN_FOR: SignedDuration = SignedDuration::from_mins(10);
/// The longest claim that names an account.
pub const EXTERNAL_ID_MAX: usize = 200;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Another provider of sign-in.
pub struct Oidc {
    settings: OidcConfig,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    client_secret: Option<ClientSecret>,
    web: Web,
    known: Mutex<Option<(Timestamp, CoreProviderMetadata)>>,
}

/// The settings of the provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OidcConfigError {
    /// An address is none.
    #[error("http.oidc.{setting} is no address that can be used: {reason}")]
    Address {
        /// Which setting.
        setting: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// The authority's file holds no certificate.
    #[error("http.oidc.ca_file: {} holds no certificate", .0.display())]
    Authority(PathBuf),
}

/// Why somebody who came from the provider is not let in. Nothing of it tells a stranger which accounts there are.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or its answer makes no sense.
    #[error("the provider cannot be asked: {0}")]
    Provider(String),
    /// The provider says that the person was not let in there.
    #[error("the provider refused the person")]
    Refused,
    /// Not begun here, in this browser, in time; or used.
    #[error("the sign-in was not begun here, or too long ago")]
    State,
    /// The ID token does not prove itself.
    #[error("the ID token is not good: {0}")]
    Token(String),
    /// No account is meant by the claim.
    #[error("no account is meant by the claim")]
    UnknownAccount,
    /// The store, or randomness.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<StoreError> for OidcError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

impl From<NoRandom> for OidcError {
    fn from(error: NoRandom) -> Self {
        Self::SignIn(error.into())
    }
}

/// A person on the way to the provider.
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
    /// What the browser keeps until it comes back.
    pub state: Secret,
}

/// What a browser brings back.
pub struct Arrival<'a> {
    /// The state that it kept.
    pub kept: Option<Secret>,
    /// The state that the provider returned.
    pub state: Option<&'a str>,
    /// The code, if the provider let the person in.
    pub code: Option<&'a str>,
}

impl Oidc {
    /// By the settings; the provider is asked when the first person comes.
    pub fn open(settings: &OidcConfig) -> Result<Self, OidcConfigError> {
        let wrong = |setting| move |reason: String| OidcConfigError::Address { setting, reason };
        let issuer =
            IssuerUrl::new(settings.issuer.clone()).map_err(|error| wrong("issuer")(error.to_string()))?;
        if !is_private_enough(&settings.issuer) {
            return Err(wrong("issuer")("only https, or http on this machine".to_owned()));
        }
        let public = settings.public_url.trim_end_matches('/');
        let redirect = RedirectUrl::new(format!("{public}{CALLBACK}"))
            .map_err(|error| wrong("public_url")(error.to_string()))?;
        let has_secret = !settings.client_secret_file.as_os_str().is_empty();
        let client_secret =
            if has_secret { Some(ClientSecret::new(secret(&settings.client_secret_file)?)) } else { None };
        let web = Web::new(&settings.ca_file)?;
        let known = Mutex::new(None);
        Ok(Self { settings: settings.clone(), issuer, redirect, client_secret, web, known })
    }

    /// What the button is called, in Chinese and English.
    pub fn label(&self) -> (&str, &str) {
        (&self.settings.label_zh, &self.settings.label_en)
    }

    /// Sends a person out.
    pub async fn begin(&self, store: &Store, now: Timestamp) -> Result<Departure, OidcError> {
        let client = self.client(now, false).await?;
        let (state, nonce) = (Secret::random()?, Nonce::new(Secret::random()?.to_string()));
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (csrf, sent) = (CsrfToken::new(state.to_string()), nonce.clone());
        let request =
            client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || csrf, move || sent);
        // `openid` is always asked for.
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let (url, ..) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let mut writing = store.writing().await?;
        let (nonce, verifier) = (nonce.secret(), verifier.secret());
        writing.begin_oidc(state.hash(), nonce, verifier, now.as_microsecond(), since(now)).await?;
        writing.commit().await?;
        Ok(Departure { url: url.into(), state })
    }

    /// Lets a person in who comes back.
    pub async fn finish(
        &self,
        store: &Store,
        doorman: &Doorman,
        arrival: Arrival<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Begun, OidcError> {
        let state = arrival.kept.ok_or(OidcError::State)?;
        if arrival.state != Some(state.to_string().as_str()) {
            return Err(OidcError::State);
        }
        let mut writing = store.writing().await?;
        let taken = writing.take_oidc(state.hash(), since(now)).await?;
        writing.commit().await?;
        let (nonce, verifier) = taken.ok_or(OidcError::State)?;
        let code = arrival.code.ok_or(OidcError::Refused)?;
        let claim = self.claim(code, Nonce::new(nonce), PkceCodeVerifier::new(verifier), now).await?;
        let mut writing = store.writing().await?;
        let account = writing.account_of_external_id(&claim).await?.ok_or(OidcError::UnknownAccount)?;
        let begun = doorman.begin(&mut writing, &account, Way::Oidc, caller, now).await?;
        writing.append_audit(entry(now, &account, Action::SignedIn)).await?;
        writing.commit().await?;
        Ok(begun)
    }

    /// Exchanges the code and gives the claim that names the account, once the ID token has proved itself.
    async fn claim(
        &self,
        code: &str,
        nonce: Nonce,
        verifier: PkceCodeVerifier,
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let client = self.client(now, false).await?;
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| OidcError::Provider(error.to_string()))?
            .set_pkce_verifier(verifier);
        let tokens = request.request_async(&self.web.client()).await;
        let tokens = tokens.map_err(|error| OidcError::Provider(chain(&error)))?;
        let token = tokens.id_token().ok_or_else(|| OidcError::Token("there is none".to_owned()))?;
        let since_1970 = Duration::from_micros(u64::try_from(now.as_microsecond()).unwrap_or(0));
        let good = |client: &Client| {
            let clock = move || (SystemTime::UNIX_EPOCH + since_1970).into();
            let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(clock);
            token.claims(&verifier, &nonce).map(drop)
        };
        if good(&client).is_err() {
            // The provider may have changed its keys since they were asked for.
            let fresh = self.client(now, true).await?;
            good(&fresh).map_err(|error| OidcError::Token(chain(&error)))?;
        }
        named_claim(&token.to_string(), &self.settings.claim)
    }

    /// A client by the provider's description, which is asked for now and then.
    async fn client(&self, now: Timestamp, anew: bool) -> Result<Client, OidcError> {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.clone().filter(|(at, _)| !anew && now.duration_since(*at).abs() < KNOWN_FOR)
        };
        let metadata = match known {
            Some((_, metadata)) => metadata,
            None => {
                let web = self.web.client();
                let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &web).await;
                let metadata = found.map_err(|error| OidcError::Provider(chain(&error)))?;
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                *known = Some((now, metadata.clone()));
                metadata
            }
        };
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, self.client_secret.clone());
        Ok(client.set_redirect_uri(self.redirect.clone()))
    }
}

/// Signatures that the provider makes with a key of its own: never one by the secret that we share, never none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claim of this name in an ID token that has proved itself. An e-mail address that the provider has not verified
/// names nobody.
fn named_claim(token: &str, name: &str) -> Result<String, OidcError> {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Option<serde_json::Value> = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let claims = claims.ok_or_else(|| OidcError::Token("its claims cannot be read".to_owned()))?;
    if name == "email" && claims["email_verified"] != true {
        return Err(OidcError::UnknownAccount);
    }
    let value = claims[name].as_str().filter(|value| !value.is_empty() && value.len() <= EXTERNAL_ID_MAX);
    value.map(str::to_owned).ok_or(OidcError::UnknownAccount)
}

/// Is what goes there safe from listeners?
fn is_private_enough(url: &str) -> bool {
    let host = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    url.starts_with("https://")
        || url.strip_prefix("http://").map(host).is_some_and(|place| {
            let name = place.rsplit_once(':').map_or(place.as_str(), |(name, _)| name);
            ["127.0.0.1", "localhost", "[::1]"].contains(&name)
        })
}

/// Since when an attempt may have begun, microseconds.
fn since(now: Timestamp) -> i64 {
    now.as_microsecond().saturating_sub(super::sign_in::micros(ATTEMPT))
}

/// An error with what lies behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn an_address_that_nobody_verified_names_nobody() {
        let claim = |claims, name| named_claim(&token(claims), name).ok();
        assert_eq!(claim(r#"{"email":"a@b.cn","email_verified":true}"#, "email").as_deref(), Some("a@b.cn"));
        assert_eq!(claim(r#"{"email":"a@b.cn","email_verified":false}"#, "email"), None);
        assert_eq!(claim(r#"{"email":"a@b.cn"}"#, "email"), None);
        assert_eq!(claim(r#"{"employee":"0042"}"#, "employee").as_deref(), Some("0042"));
        assert_eq!(claim(r#"{"employee":""}"#, "employee"), None);
        assert_eq!(claim(r#"{"employee":42}"#, "employee"), None);
    }

    #[test]
    fn secrets_go_out_by_https_or_stay_on_the_machine() {
        for url in ["https://id.example.cn", "http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:99"]
        {
            assert!(is_private_enough(url), "{url}");
        }
        for url in ["http://id.example.cn", "http://127.0.0.1.example.cn", "ftp://localhost"] {
            assert!(!is_private_enough(url), "{url}");
        }
    }
}
