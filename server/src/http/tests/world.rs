//! A server without sockets: the router over a SQLite file, accounts of every role, and a clock that the test
//! moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, Region};
use plumewatch_shared::passage::Passage;
use plumewatch_shared::protocol::chunk::Chunk;
use plumewatch_shared::protocol::message::PassageReport;
use plumewatch_shared::protocol::seal::CHAIN_START;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use serde_json::Value;
use server_core::access::Role;
use server_core::case::{CaseId, Event};
use server_core::counting::{candidates, measurements};
use server_core::review::{Decision, Reason, Review};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::auth::first_admin::password_file;
use crate::auth::oidc::Oidc;
use crate::auth::sign_in::Doorman;
use crate::casework::{decide, order_event};
use crate::config::{Config, HttpConfig};
use crate::evidence::Intake;
use crate::http::{ForEdges, Site, SiteParts, router};
use crate::pki::Authority;
use crate::store::accounts::AccountRow;
use crate::store::fixture::INSPECTION_STATION;
use crate::store::{NewPassage, Store};

/// Everybody's password here.
pub(super) const PASSWORD: &str = "a long enough password";

/// Whom accounts of inspection stations and repair shops act for here.
pub(super) const ORGANISATION: &str = "ORG-1";

pub(super) struct World {
    _folder: TempDir,
    pub(super) site: Site,
    router: Router,
    clock: Arc<AtomicI64>,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Somebody with a browser.
pub(super) struct Person<'w> {
    world: &'w World,
    pub(super) cookie: Option<String>,
    pub(super) guarded: bool,
    /// A program's key, as it stands in `Authorization`.
    pub(super) key: Option<String>,
    /// More headers of each request.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl World {
    pub(super) async fn start() -> Self {
        Self::configured(|_| {}, None).await
    }

    /// With other settings of pages and API, and perhaps another provider of sign-in.
    pub(super) async fn configured(change: impl FnOnce(&mut HttpConfig), oidc: Option<Oidc>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path();
        let noon = sample::noon().utc;
        let clock = Arc::new(AtomicI64::new(noon.as_microsecond()));
        let store = Store::open(&format!("sqlite:{}", data_dir.join("test.sqlite").display())).await.unwrap();
        let mut http = Config::default().http;
        change(&mut http);
        let hand = Arc::clone(&clock);
        let site = Site::new(SiteParts {
            evidence: crate::evidence::EvidenceStore::open(&data_dir.join("evidence")).unwrap(),
            live: crate::live::Live::default(),
            watchlist: crate::watchlist::Nudge::default(),
            printer: crate::documents::Printer::new(&Config::default().documents),
            ingest: Arc::default(),
            doorman: Doorman::new(Duration::from_secs(3_600), password_file(data_dir)).unwrap(),
            oidc,
            signing_key: SigningKey::from_bytes(&[9; 32]),
            authority: Authority::open(&data_dir.join("pki"), noon).unwrap(),
            for_edges: ForEdges {
                mqtt_host: "broker.test".to_owned(),
                mqtt_port: 8883,
                server_signing_key: "ab".repeat(32),
            },
            books: crate::rulebooks::Books::shipped(),
            extract: crate::listings::extract::Shelf::default(),
            metrics: crate::metrics::Metrics::default(),
            http,
            clock: Box::new(move || Timestamp::from_microsecond(hand.load(Ordering::SeqCst)).unwrap()),
            stop: CancellationToken::new(),
            store,
        });
        Self { router: router(site.clone()), site, clock, _folder: folder }
    }

    pub(super) fn pass(&self, time: Duration) {
        self.clock.fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }

    /// An account of this role and region, with everybody's password. Who acts for a station or a shop acts
    /// for [`ORGANISATION`].
    pub(super) async fn add_account(&self, name: &str, role: Role, region: i64) {
        self.add_account_for(name, role, region, ORGANISATION).await;
    }

    /// The same, acting for this organisation if its role acts for one.
    pub(super) async fn add_account_for(&self, name: &str, role: Role, region: i64, organisation: &str) {
        let account = AccountRow {
            name: name.to_owned(),
            display_name: name.to_owned(),
            password_hash: self.site.doorman.hash(PASSWORD).await.unwrap(),
            role: role.word().to_owned(),
            region,
            organisation: matches!(role, Role::InspectionStation | Role::RepairShop)
                .then(|| organisation.to_owned()),
            must_change_password: false,
            disabled: false,
            failed_attempts: 0,
            last_failed_us: None,
        };
        let mut writing = self.site.store.writing().await.unwrap();
        assert!(writing.add_account(&account, 0).await.unwrap());
        writing.commit().await.unwrap();
    }

    pub(super) fn stranger(&self) -> Person<'_> {
        Person { world: self, cookie: None, guarded: true, key: None, headers: Vec::new() }
    }

    /// A program with this key, and nothing of a browser.
    pub(super) fn program(&self, key: &str) -> Person<'_> {
        Person { guarded: false, key: Some(key.to_owned()), ..self.stranger() }
    }

    /// What the clock shows.
    pub(super) fn now(&self) -> Timestamp {
        self.site.now()
    }

    /// A person of this role who sees the whole country, signed in.
    pub(super) async fn person(&self, role: Role) -> Person<'_> {
        self.person_of(role.word(), role, 0).await
    }

    pub(super) async fn person_of(&self, name: &str, role: Role, region: i64) -> Person<'_> {
        self.add_account(name, role, region).await;
        let mut person = self.stranger();
        assert_eq!(person.sign_in(name, PASSWORD).await.status, StatusCode::OK);
        person
    }

    /// A station, known and not enrolled.
    pub(super) async fn add_station(&self, id: &str) {
        let mut writing = self.site.store.writing().await.unwrap();
        writing.add_station(id.parse().unwrap(), &format!("站点 {id}"), 0).await.unwrap();
        writing.commit().await.unwrap();
    }

    /// Stores passages as the ingest would, and counts them.
    pub(super) async fn store_passages(&self, passages: Vec<Passage>) {
        let book = &Rulebook::hj845();
        let new: Vec<NewPassage> = passages.into_iter().map(|passage| stored(passage, book)).collect();
        let mut writing = self.site.store.writing().await.unwrap();
        writing.insert_passages(&new).await.unwrap();
        writing.insert_countings(&new.iter().collect::<Vec<_>>()).await.unwrap();
        let mut all = Vec::new();
        let mut vehicle = None;
        for one in &new {
            let Some((whose, measured)) = measurements(&one.passage, &one.verdict) else { continue };
            vehicle = Some(whose);
            all.extend(measured);
        }
        if let Some(vehicle) = vehicle {
            for candidate in candidates(&vehicle, &all, &Default::default(), &[], &book.counting) {
                writing.open_candidate(&candidate, book, self.site.now()).await.unwrap();
            }
        }
        writing.commit().await.unwrap();
    }

    /// A picture that has come over the link, as the ingest keeps it.
    pub(super) async fn store_file(&self, bytes: &[u8]) {
        let station = "A140105001".parse().unwrap();
        let file = FileHash::of(bytes);
        let chunk = Chunk { total: bytes.len() as u32, offset: 0, bytes }.encode();
        let mut intake = Intake::new(self.site.evidence.clone());
        intake.take(&self.site.store, station, file, &chunk, self.site.now()).await.unwrap();
    }

    /// Two exceedances of one vehicle at one station: a candidate.
    pub(super) async fn store_candidate(&self, station: &str) {
        let mut writing = self.site.store.writing().await.unwrap();
        writing.test_station(INSPECTION_STATION, 140_105, None).await.unwrap();
        writing.commit().await.unwrap();
        self.add_station(station).await;
        let exceeding =
            |sequence, at| sample::passage(sequence).at_station(station).at(at).with_opacity(3_500).passage();
        let passages = vec![exceeding(1, "2026-11-20T02:00:00Z"), exceeding(2, "2026-11-21T02:00:00Z")];
        self.store_passages(passages).await;
    }

    /// A case: two exceedances of one vehicle at one station, confirmed.
    pub(super) async fn store_case(&self, station: &str) -> String {
        self.store_candidate(station).await;
        let mut waiting =
            self.site.store.reading().await.unwrap().waiting_candidates(Region::COUNTRY).await.unwrap();
        let review = Review {
            candidate: waiting.remove(0).id,
            decision: Decision::Confirm,
            by: "li.fuhe".to_owned(),
            at: self.site.now(),
            reason: Reason::new("照片与读数一致").unwrap(),
        };
        let followed = decide(&self.site.store, &self.site.books, Region::COUNTRY, &review).await.unwrap();
        followed.case.unwrap().as_str().to_owned()
    }

    /// Lets a repair order make something happen to its case.
    pub(super) async fn order_event(&self, id: &CaseId, event: Event) {
        let mut writing = self.site.store.writing().await.unwrap();
        let now = self.site.now();
        let mut told = Vec::new();
        order_event(&mut writing, &self.site.books, id, event, "shop-1", now, &mut told).await.unwrap();
        crate::orders::commit(writing, told).await.unwrap();
    }

    /// A stranger's request with one header more.
    pub(super) async fn ask_with(&self, path: &str, name: header::HeaderName, value: &str) -> Answer {
        let request = Request::builder().uri(path).header(name, value).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), bytes }
    }

    /// The audit's actions, oldest first.
    pub(super) async fn audited(&self) -> Vec<String> {
        let rows = self.site.store.reading().await.unwrap().audit_from(0, 1_000).await.unwrap();
        rows.iter().map(|row| format!("{} {}", row.entry.actor, row.entry.action.word())).collect()
    }
}

fn stored(passage: Passage, book: &Rulebook) -> NewPassage {
    let verdict = judge(&passage, book);
    let report = serde_json::to_string(&PassageReport::new(&passage, &verdict)).unwrap();
    NewPassage {
        edge_outcome: verdict.outcome,
        disagrees: false,
        edition: crate::rulebooks::Standing::InForce,
        corroboration: plumewatch_shared::corroboration::corroborate(&passage, book).word(),
        watch: None,
        sealed: report.clone(),
        prev: CHAIN_START,
        link: FileHash::of(report.as_bytes()),
        received: passage.passed.utc,
        report,
        verdict,
        passage,
    }
}

impl Person<'_> {
    pub(super) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let answer =
            self.post("/api/v1/session", &serde_json::json!({"name": name, "password": password})).await;
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        answer
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Body::empty()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Body::from(body.to_string())).await
    }

    pub(super) async fn delete(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::DELETE, path, Body::from(body.to_string())).await
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Body) -> Answer {
        let response = self.open(method, path, body).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body, bytes }
    }

    /// Asks, and leaves the answer's body to be read as it comes.
    pub(super) async fn open(&self, method: Method, path: &str, body: Body) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if self.guarded {
            request = request.header("X-Plumewatch", "1");
        }
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
        self.world.router.clone().oneshot(request).await.unwrap()
    }
}
