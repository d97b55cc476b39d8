//! The server's HTTP API as a person's browser uses it.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use anyhow::{Context, bail};
use plumewatch_shared::passage::Doubt;
use serde_json::{Value, json};

use crate::road::TruthOrigin;

/// Passages asked for at once.
const PAGE: usize = 100;
/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(20);

/// A signed-in account.
#[derive(Clone, Debug)]
pub struct Api {
    agent: ureq::Agent,
    base: String,
    cookie: String,
}

/// One passage as the server tells it, with what tests compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPassage {
    /// `A140105001-0000000042`.
    pub id: String,
    /// The measurement it rests on, if it has one.
    pub origin: Option<TruthOrigin>,
    /// The plate that answers for it.
    pub plate: Option<String>,
    /// Cross-road opacity, mean, hundredths of a percent.
    pub opacity_hundredths: Option<u16>,
    /// Speed, mm/s.
    pub speed_mm_s: Option<i32>,
    /// Nitric oxide, hundredths of 10⁻⁶.
    pub no_ppm_hundredths: Option<i32>,
    /// Ringelmann level by camera.
    pub level: Option<u8>,
    /// Does it have a doubt that forbids laying it at that plate's door without a person?
    pub doubted: bool,
    /// `passed`, `screened`, `exceeding` or `not-judged`.
    pub outcome: String,
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER)).build().into()
}

impl Api {
    /// Signs in.
    pub fn sign_in(server: &str, account: &str, password: &str) -> anyhow::Result<Self> {
        let mut api =
            Self { agent: agent(), base: server.trim_end_matches('/').to_owned(), cookie: String::new() };
        api.post("/session", &json!({ "name": account, "password": password })).context("cannot sign in")?;
        let who = api.get("/session")?;
        if who["account"]["name"] != account {
            bail!("signed in as somebody else than {account}");
        }
        Ok(api)
    }

    /// The session's cookie, for another program that is to ask as this account.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Changes one's own password.
    pub fn change_password(&mut self, old: &str, new: &str) -> anyhow::Result<()> {
        self.post("/session/password", &json!({ "old": old, "new": new }))
            .context("cannot change the password")?;
        Ok(())
    }

    /// Asks for `path` under `/api/v1`.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let response = self.agent.get(self.url(path)).header("cookie", &self.cookie).call();
        let mut response = response.with_context(|| format!("GET {path}"))?;
        let status = response.status();
        let text = response.body_mut().read_to_string().with_context(|| format!("GET {path}"))?;
        if !status.is_success() {
            bail!("GET {path}: {status} {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("GET {path}: not JSON"))
    }

    /// The bytes at `path` under `/api/v1`.
    pub fn get_bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let mut response = self.agent.get(self.url(path)).header("cookie", &self.cookie).call()?;
        if !response.status().is_success() {
            bail!("GET {path}: {}", response.status());
        }
        response
            .body_mut()
            .with_config()
            .limit(32 * 1024 * 1024)
            .read_to_vec()
            .context("cannot read the answer")
    }

    /// The lines of the endless answer at `path` under `/api/v1`, such as a stream of events.
    pub fn follow(&self, path: &str) -> anyhow::Result<impl BufRead + Send + use<>> {
        let endless: ureq::Agent = ureq::Agent::config_builder().build().into();
        let response = endless.get(self.url(path)).header("cookie", &self.cookie).call();
        let response = response.with_context(|| format!("GET {path}"))?;
        Ok(BufReader::new(response.into_body().into_reader()))
    }

    /// Sends `body` to `path` under `/api/v1`; an empty answer is null.
    pub fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send("POST", path, body)
    }

    /// Deletes what is at `path` under `/api/v1`, saying `body`; an empty answer is null.
    pub fn delete(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send("DELETE", path, body)
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let told = || format!("{method} {path}");
        let url = self.url(path);
        let request =
            if method == "POST" { self.agent.post(url) } else { self.agent.delete(url).force_send_body() };
        let response = request
            .header("cookie", &self.cookie)
            .header("x-plumewatch", "1")
            .header("content-type", "application/json")
            .send(body.to_string());
        let mut response = response.with_context(told)?;
        if let Some(cookie) = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()) {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        let status = response.status();
        let text = response.body_mut().read_to_string().with_context(told)?;
        if !status.is_success() {
            bail!("{method} {path}: {status} {text}");
        }
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).context("not JSON") }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }

    /// Summaries of every passage, newest first.
    pub fn summaries(&self) -> anyhow::Result<Vec<Value>> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let after = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page = self.get(&format!("/passages?limit={PAGE}{after}"))?;
            all.extend(page["passages"].as_array().context("no list of passages")?.iter().cloned());
            match &page["next"] {
                Value::Null => return Ok(all),
                Value::String(next) => cursor = Some(next.clone()),
                other => cursor = Some(other.to_string()),
            }
        }
    }

    /// Every passage with the measurement it rests on.
    pub fn passages(&self) -> anyhow::Result<Vec<SeenPassage>> {
        self.summaries()?
            .iter()
            .map(|summary| {
                let id = summary["id"].as_str().context("a passage without id")?;
                Ok(seen(id, &self.get(&format!("/passages/{id}"))?))
            })
            .collect()
    }

    /// One station as the server sees it.
    pub fn station(&self, id: &str) -> anyhow::Result<Value> {
        let list = self.get("/stations")?;
        let stations = list["stations"].as_array().context("no list of stations")?;
        stations.iter().find(|station| station["id"] == id).cloned().context("the station is not known")
    }
}

fn bars_attribution(word: &str) -> bool {
    Doubt::from_wire_word(word).is_some_and(Doubt::bars_attribution)
}

fn seen(id: &str, detail: &Value) -> SeenPassage {
    let reading = &detail["report"]["reading"];
    let number = |value: &Value| value.as_i64();
    let origin = reading["device"].as_str().map(|device| TruthOrigin {
        device: device.to_owned(),
        boot: number(&reading["boot"]).and_then(|n| n.try_into().ok()).unwrap_or(0),
        sequence: number(&reading["sequence"]).and_then(|n| n.try_into().ok()).unwrap_or(0),
    });
    SeenPassage {
        id: id.to_owned(),
        origin,
        plate: detail["summary"]["plate"].as_str().map(str::to_owned),
        opacity_hundredths: number(&reading["opacity_mean_hundredths"]).and_then(|n| n.try_into().ok()),
        speed_mm_s: number(&reading["speed_mm_s"]).and_then(|n| n.try_into().ok()),
        no_ppm_hundredths: number(&reading["no_ppm_hundredths"]).and_then(|n| n.try_into().ok()),
        level: number(&detail["report"]["smoke"]["level"]).and_then(|n| n.try_into().ok()),
        doubted: detail["summary"]["doubts"]
            .as_array()
            .is_some_and(|doubts| doubts.iter().filter_map(Value::as_str).any(bars_attribution)),
        outcome: detail["summary"]["outcome"].as_str().unwrap_or_default().to_owned(),
    }
}
