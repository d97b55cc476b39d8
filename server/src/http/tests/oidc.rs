//! Sign-in by another provider: a small one that the test runs on loopback, honest or not.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::url::form_urlencoded;
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use plumewatch_shared::ids::FileHash;
use serde_json::{Value, json};
use server_core::access::Role;
use tokio::net::TcpListener;

use super::world::{Answer, Person, World};
use crate::auth::oidc::Oidc;
use crate::config::OidcConfig;

/// What the provider does wrong, and whom it says the person is.
#[derive(Clone)]
struct Habits {
    claims: Value,
    issuer: Option<String>,
    audience: &'static str,
    nonce: Option<String>,
    expires_in_s: i64,
    signed_by_another: bool,
    unsigned: bool,
}

struct Provider {
    url: String,
    now: i64,
    habits: Mutex<Habits>,
    /// What a sign-in brought: challenge and nonce, by the code that was given for it.
    asked: Mutex<HashMap<String, (String, String)>>,
}

/// The provider's key, and one that is not: PEM (PKCS #1), made once for all tests.
static KEYS: LazyLock<[String; 2]> = LazyLock::new(|| [rsa_key(), rsa_key()]);

fn rsa_key() -> String {
    let made = Command::new("openssl")
        .args(["genrsa", "-traditional", "2048"])
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap()
}

fn signing(pem: &str) -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(pem, Some(JsonWebKeyId::new("k1".to_owned()))).unwrap()
}

impl Provider {
    async fn start(now: i64) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let habits = Habits {
            claims: json!({"sub": "1", "preferred_username": "li@city"}),
            issuer: None,
            audience: "plumewatch",
            nonce: None,
            expires_in_s: 300,
            signed_by_another: false,
            unsigned: false,
        };
        let provider = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            now,
            habits: Mutex::new(habits),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(Self::describe))
            .route("/keys", get(Self::keys))
            .route("/token", post(Self::token))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    async fn describe(State(provider): State<Arc<Self>>) -> Json<Value> {
        let url = &provider.url;
        Json(json!({"issuer": url, "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"), "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"]}))
    }

    async fn keys() -> Json<Value> {
        Json(json!({"keys": [signing(&KEYS[0]).as_verification_key()]}))
    }

    async fn token(State(provider): State<Arc<Self>>, body: String) -> (StatusCode, Json<Value>) {
        let sent: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
        let Some((challenge, nonce)) = provider.asked.lock().unwrap().remove(&sent["code"]) else {
            return refused("invalid_grant");
        };
        let verifier = URL_SAFE_NO_PAD.encode(FileHash::of(sent["code_verifier"].as_bytes()).0);
        if verifier != challenge {
            return refused("invalid_grant");
        }
        let token = provider.id_token(&nonce);
        (StatusCode::OK, Json(json!({"access_token": "a", "token_type": "bearer", "id_token": token})))
    }

    fn id_token(&self, nonce: &str) -> String {
        let habits = self.habits.lock().unwrap().clone();
        let mut claims = json!({"iss": habits.issuer.unwrap_or_else(|| self.url.clone()),
            "aud": [habits.audience], "iat": self.now, "exp": self.now + habits.expires_in_s,
            "nonce": habits.nonce.unwrap_or_else(|| nonce.to_owned())});
        claims.as_object_mut().unwrap().extend(habits.claims.as_object().unwrap().clone());
        let alg = if habits.unsigned { "none" } else { "RS256" };
        let head = json!({"alg": alg, "kid": "k1", "typ": "JWT"}).to_string();
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()));
        if habits.unsigned {
            return format!("{text}.");
        }
        let key = &KEYS[usize::from(habits.signed_by_another)];
        let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let signature = signing(key).sign(&algorithm, text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn config(&self) -> OidcConfig {
        OidcConfig {
            issuer: self.url.clone(),
            client_id: "plumewatch".to_owned(),
            client_secret_file: PathBuf::new(),
            public_url: "https://plumewatch.test".to_owned(),
            scopes: vec!["profile".to_owned()],
            claim: "preferred_username".to_owned(),
            label_zh: "统一身份认证".to_owned(),
            label_en: "Single sign-on".to_owned(),
            ca_file: PathBuf::new(),
        }
    }
}

/// A world with a provider, and an account that its claim means.
async fn world() -> (Arc<Provider>, World) {
    let now = plumewatch_shared::sample::noon().utc.as_second();
    let provider = Provider::start(now).await;
    let oidc = Oidc::open(&provider.config()).unwrap();
    let world = World::configured(|_| {}, Some(oidc)).await;
    world.add_account("li.wei", Role::Reviewer, 140_000).await;
    let mut writing = world.site.store.writing().await.unwrap();
    assert!(writing.set_external_id("li.wei", Some("li@city")).await.unwrap());
    writing.commit().await.unwrap();
    (provider, world)
}

/// A query parameter of an address.
fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    value.unwrap_or_else(|| panic!("{name} in {url}")).to_owned()
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// A browser that was at the provider, which let the person in: where it comes back to.
async fn go_out(provider: &Provider, browser: &mut Person<'_>) -> String {
    let out = browser.get("/api/v1/session/oidc").await;
    let url = location(&out);
    assert!(url.starts_with(&format!("{}/authorize?", provider.url)), "{url}");
    assert_eq!(parameter(&url, "code_challenge_method"), "S256");
    assert_eq!(parameter(&url, "response_type"), "code");
    let cookie = out.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    browser.cookie = cookie.split(';').next().map(str::to_owned);
    let asked = (parameter(&url, "code_challenge"), parameter(&url, "nonce"));
    let code = format!("code-{}", provider.asked.lock().unwrap().len());
    provider.asked.lock().unwrap().insert(code.clone(), asked);
    format!("/api/v1/session/oidc/callback?code={code}&state={}", parameter(&url, "state"))
}

/// What a sign-in ends with, when the provider has these habits.
async fn outcome(habits: impl FnOnce(&mut Habits)) -> String {
    let (provider, world) = world().await;
    habits(&mut provider.habits.lock().unwrap());
    let mut browser = world.stranger();
    let back = go_out(&provider, &mut browser).await;
    let answer = browser.get(&back).await;
    let to = location(&answer);
    assert_eq!(to == "/", answer.headers.get_all(header::SET_COOKIE).iter().count() == 2, "{to}");
    to
}

#[tokio::test]
async fn a_person_whom_the_provider_knows_is_let_in_to_the_account_that_is_meant() {
    let (provider, world) = world().await;
    let mut browser = world.stranger();
    assert_eq!(browser.get("/api/v1/session/ways").await.body["oidc"]["en"], "Single sign-on");
    let back = go_out(&provider, &mut browser).await;
    let answer = browser.get(&back).await;
    assert_eq!(location(&answer), "/");
    let session = answer.headers.get_all(header::SET_COOKIE).iter().find_map(|cookie| {
        let text = cookie.to_str().unwrap();
        text.starts_with("pw_session=").then(|| text.split(';').next().unwrap().to_owned())
    });
    let kept = browser.cookie.replace(session.unwrap());
    let account = browser.get("/api/v1/session").await.body["account"].clone();
    assert_eq!((&account["name"], &account["way"]), (&json!("li.wei"), &json!("oidc")));
    assert_eq!(world.audited().await, ["li.wei signed-in"]);
    browser.cookie = kept;
    assert_eq!(location(&browser.get(&back).await), "/sign-in?problem=oidc-state", "a state is used once");
}

#[tokio::test]
async fn an_answer_that_was_begun_in_another_browser_is_refused() {
    let (provider, world) = world().await;
    let back = go_out(&provider, &mut world.stranger()).await;
    let mut another = world.stranger();
    assert_eq!(location(&another.get(&back).await), "/sign-in?problem=oidc-state");
    go_out(&provider, &mut another).await;
    assert_eq!(location(&another.get(&back).await), "/sign-in?problem=oidc-state");
}

#[tokio::test]
async fn an_attempt_is_good_for_ten_minutes_and_a_refusal_is_told() {
    let (provider, world) = world().await;
    let mut browser = world.stranger();
    let back = go_out(&provider, &mut browser).await;
    let state = parameter(&back, "state");
    let refused =
        browser.get(&format!("/api/v1/session/oidc/callback?error=access_denied&state={state}")).await;
    assert_eq!(location(&refused), "/sign-in?problem=oidc-refused");
    let back = go_out(&provider, &mut browser).await;
    world.pass(std::time::Duration::from_secs(601));
    assert_eq!(location(&browser.get(&back).await), "/sign-in?problem=oidc-state");
}

#[tokio::test]
async fn a_claim_that_means_no_account_makes_none() {
    let unknown = "/sign-in?problem=oidc-unknown-account";
    assert_eq!(outcome(|habits| habits.claims["preferred_username"] = json!("wang@city")).await, unknown);
    assert_eq!(outcome(|habits| habits.claims = json!({"sub": "li@city"})).await, unknown);
}

#[tokio::test]
async fn an_id_token_that_does_not_prove_itself_lets_nobody_in() {
    let refused = "/sign-in?problem=oidc-provider";
    assert_eq!(outcome(|_| {}).await, "/", "the provider is honest");
    assert_eq!(outcome(|habits| habits.signed_by_another = true).await, refused);
    assert_eq!(outcome(|habits| habits.unsigned = true).await, refused);
    assert_eq!(outcome(|habits| habits.nonce = Some("another".to_owned())).await, refused);
    assert_eq!(outcome(|habits| habits.audience = "somebody-else").await, refused);
    assert_eq!(outcome(|habits| habits.issuer = Some("http://127.0.0.1:1".to_owned())).await, refused);
    assert_eq!(outcome(|habits| habits.expires_in_s = -60).await, refused);
}

#[tokio::test]
async fn without_a_provider_its_door_is_not_there() {
    let world = World::start().await;
    let browser = world.stranger();
    assert_eq!(browser.get("/api/v1/session/ways").await.body["oidc"], Value::Null);
    assert_eq!(browser.get("/api/v1/session/oidc").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/api/v1/session/oidc/callback?state=x").await.status, StatusCode::NOT_FOUND);
}
