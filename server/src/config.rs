//! The server's settings: read once, given to who needs them, nothing global.
//!
//! There is one truth: `deploy/server.toml`, built into the program. It documents every setting and *is* the
//! default; a file of the operator's is laid over it, and an unknown key is an error that names it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use plumewatch_shared::ids::Region;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use server_core::access::Role;

/// Every setting with its default and what it is for.
pub const DEFAULT_TOML: &str = include_str!("../../deploy/server.toml");

/// A configuration file is larger than this by mistake.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where everything lives that is not kept elsewhere.
    pub data_dir: PathBuf,
    /// What is logged, as tracing filters.
    pub log: String,
    /// Pages and API.
    pub http: HttpConfig,
    /// The broker.
    pub mqtt: MqttConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// Evidence files.
    pub evidence: EvidenceConfig,
    /// Rulebooks beside the shipped ones.
    pub rulebooks: RulebooksConfig,
    /// Papers that leave the server.
    pub documents: DocumentsConfig,
}

/// Papers that leave the server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentsConfig {
    /// The letterhead, Chinese.
    pub issuer_zh: String,
    /// The letterhead, English.
    pub issuer_en: String,
    /// The issuer's address; empty leaves the line out.
    pub address: String,
    /// The issuer's telephone; empty leaves the line out.
    pub phone: String,
    /// A folder of fonts beside the system's; empty for none.
    pub fonts: PathBuf,
    /// A folder of templates that take the shipped ones' place; empty for none.
    pub templates: PathBuf,
    /// Regions whose papers bear another letterhead.
    #[serde(default)]
    pub office: Vec<OfficeConfig>,
}

/// The letterhead of a region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeConfig {
    /// The region.
    pub region: Region,
    /// The letterhead, Chinese.
    pub issuer_zh: String,
    /// The letterhead, English.
    pub issuer_en: String,
    /// The issuer's address; empty leaves the line out.
    #[serde(default)]
    pub address: String,
    /// The issuer's telephone; empty leaves the line out.
    #[serde(default)]
    pub phone: String,
}

/// Rulebooks beside the shipped ones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulebooksConfig {
    /// The folder of national editions and regions' overrides; empty for none.
    pub folder: PathBuf,
}

/// Pages and API.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Where browsers and enrolling edges connect.
    pub listen: SocketAddr,
    /// Do browsers come by https?
    pub secure_cookies: bool,
    /// The longest a request may take.
    pub request_timeout: Span,
    /// How long a person stays signed in.
    pub session_length: Span,
    /// Who must have a second factor.
    pub second_factor: SecondFactorConfig,
    /// How many requests are answered.
    pub rates: RatesConfig,
    /// Another provider of sign-in, if there is one.
    #[serde(default)]
    pub oidc: Option<OidcConfig>,
}

/// Who must have a second factor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorConfig {
    /// Roles whose people set one up before anything else is answered.
    pub required_for: Vec<RoleWord>,
}

/// A role by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RoleWord(pub Role);

impl TryFrom<String> for RoleWord {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Role::from_word(&word).map(Self).ok_or_else(|| {
            let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
            format!("\"{word}\" is no role; roles are {}", words.join(", "))
        })
    }
}

/// How many requests are answered, a minute; so many may come at once, and then evenly.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatesConfig {
    /// Of one address.
    pub per_address: u32,
    /// Of one account.
    pub per_account: u32,
    /// Of one key.
    pub per_key: u32,
    /// Tries to sign in, of one address.
    pub sign_ins_per_address: u32,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// Another provider of sign-in (`OpenID` Connect).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider's address, as its description names it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// A file that holds our secret there; empty for none.
    pub client_secret_file: PathBuf,
    /// Our own address as browsers know it.
    pub public_url: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim whose value is an account's external id.
    pub claim: String,
    /// What the button is called, Chinese.
    pub label_zh: String,
    /// What the button is called, English.
    pub label_en: String,
    /// A file that holds the authority of the provider's certificate; empty trusts the web's.
    pub ca_file: PathBuf,
}

/// The broker: the external one if there is one, else the embedded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttConfig {
    /// Our own.
    pub embedded: EmbeddedBrokerConfig,
    /// Another's.
    #[serde(default)]
    pub external: Option<ExternalBrokerConfig>,
}

/// The broker inside this program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedBrokerConfig {
    /// Where edges connect by TLS.
    pub listen: SocketAddr,
    /// The name under which edges reach it.
    pub host: String,
    /// More names its certificate must hold.
    pub other_names: Vec<String>,
}

/// A broker beside this program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalBrokerConfig {
    /// As the server reaches it.
    pub url: String,
    /// The server's user name there; empty for none.
    pub user: String,
    /// A file that holds the password; empty for none.
    pub password_file: PathBuf,
    /// A file that holds the authority of its certificate; empty takes our own.
    pub ca_file: PathBuf,
    /// As edges reach it.
    pub edge_host: String,
    /// Its port for edges.
    pub edge_port: u16,
    /// The group that divides the messages; empty for a single server.
    pub share: String,
}

/// The database.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Its address; empty is a SQLite file in the data folder.
    pub url: String,
    /// A file that holds the address instead; empty for none.
    pub url_file: PathBuf,
}

/// The address may hold a password, so it does not show itself.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig").field("url_file", &self.url_file).finish_non_exhaustive()
    }
}

/// Evidence files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceConfig {
    /// The folder; empty is one in the data folder.
    pub path: PathBuf,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no settings file: not TOML, an unknown key, a value that cannot be meant.
    #[error("{place}: {reason}")]
    Malformed {
        /// The file.
        place: String,
        /// The parser's words, which name line and key.
        reason: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self::parse("deploy/server.toml", "").expect("a test reads the embedded defaults")
    }
}

impl Config {
    /// The defaults with the file at `path` laid over them, if there is one.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let refused = |source| ConfigError::Read { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(refused)?.len() > FILE_BYTES_MAX {
            return Err(refused(std::io::Error::other("the file is too large to be a configuration")));
        }
        Self::parse(&path.display().to_string(), &std::fs::read_to_string(path).map_err(refused)?)
    }

    /// The defaults with `text` laid over them; `place` is named in errors.
    pub fn parse(place: &str, text: &str) -> Result<Self, ConfigError> {
        let malformed =
            |e: toml::de::Error| ConfigError::Malformed { place: place.to_owned(), reason: e.to_string() };
        let mut settings: toml::Table = toml::from_str(DEFAULT_TOML).map_err(malformed)?;
        lay_over(&mut settings, toml::from_str(text).map_err(malformed)?);
        settings.try_into().map_err(malformed)
    }

    /// The folder of certificates and keys.
    pub fn pki_dir(&self) -> PathBuf {
        self.data_dir.join("pki")
    }

    /// The folder of evidence files.
    pub fn evidence_dir(&self) -> PathBuf {
        if self.evidence.path.as_os_str().is_empty() {
            self.data_dir.join("evidence")
        } else {
            self.evidence.path.clone()
        }
    }

    /// The database's address. It may hold a password: not for a log.
    pub fn database_url(&self) -> Result<String, ConfigError> {
        if !self.database.url_file.as_os_str().is_empty() {
            return secret(&self.database.url_file);
        }
        if self.database.url.is_empty() {
            return Ok(format!("sqlite:{}", self.data_dir.join("plumewatch.sqlite").display()));
        }
        Ok(self.database.url.clone())
    }
}

/// A secret kept in a file; the line's end is not part of it.
pub fn secret(path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn lay_over(below: &mut toml::Table, above: toml::Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// A length of time, written "500ms", "5s", "15m", "12h" or "30d".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Span {
    /// The longest that is taken seriously.
    const MAX: Duration = Duration::from_secs(3_660 * 24 * 60 * 60);

    fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().ok()?;
        let ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let span = Duration::from_millis(number.checked_mul(ms)?);
        (!span.is_zero() && span <= Self::MAX).then_some(Self(span))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"5s\", \"15m\", \"12h\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Span, E> {
                Span::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        let printed = Config::parse("printed", DEFAULT_TOML).unwrap();
        assert_eq!(printed, Config::default());
        assert_eq!(printed.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(printed.http.session_length, Span(Duration::from_secs(12 * 60 * 60)));
        assert_eq!(printed.mqtt.external, None);
    }

    #[test]
    fn every_setting_is_printed_with_a_comment_above_it() {
        let lines: Vec<&str> = DEFAULT_TOML.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let setting = line.trim_start_matches("# ");
            let key = setting.split(" = ").next().unwrap_or_default();
            let is_setting =
                setting.contains(" = ") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(!is_setting || lines[at - 1].starts_with('#'), "{line}");
        }
    }

    #[test]
    fn the_external_broker_that_is_printed_as_a_comment_can_be_used() {
        let external: String = DEFAULT_TOML
            .lines()
            .skip_while(|line| *line != "# [mqtt.external]")
            .take_while(|line| line.starts_with('#'))
            .map(|line| format!("{}\n", line.trim_start_matches("# ").trim_start_matches('#')))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .collect();
        let config = Config::parse("printed", &external).unwrap();
        assert_eq!(config.mqtt.external.unwrap().edge_port, 8883);
    }

    #[test]
    fn the_provider_that_is_printed_as_a_comment_can_be_used() {
        let lines = DEFAULT_TOML.lines().skip_while(|line| *line != "# [http.oidc]");
        let oidc: String = lines
            .take_while(|line| line.starts_with('#'))
            .map(|line| format!("{}\n", line.trim_start_matches("# ").trim_start_matches('#')))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .collect();
        let config = Config::parse("printed", &oidc).unwrap();
        assert_eq!(config.http.oidc.unwrap().claim, "preferred_username");
    }

    #[test]
    fn a_role_that_nobody_has_is_refused_with_those_there_are() {
        let text = "[http.second_factor]\nrequired_for = [\"admin\", \"king\"]\n";
        let error = Config::parse("site.toml", text).unwrap_err().to_string();
        assert!(error.contains("king") && error.contains("repair-shop"), "{error}");
        let good = Config::parse("t", "[http.second_factor]\nrequired_for = [\"admin\"]\n").unwrap();
        assert_eq!(good.http.second_factor.required_for, [RoleWord(Role::Admin)]);
    }

    #[test]
    fn a_file_needs_only_what_differs() {
        let config = Config::parse("test", "[http]\nlisten = \"127.0.0.1:0\"\n").unwrap();
        assert_eq!(config.http.listen.port(), 0);
        assert_eq!(config.mqtt, Config::default().mqtt);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error =
            Config::parse("site.toml", "[http]\nlissten = \"127.0.0.1:0\"\n").unwrap_err().to_string();
        assert!(error.contains("site.toml") && error.contains("lissten"), "{error}");
    }

    #[test]
    fn an_address_with_a_password_does_not_show_itself() {
        let config = Config::parse("t", "[database]\nurl = \"postgres://u:geheim@h/d\"\n").unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*", span in "[0-9]{0,30}[a-z]{0,3}") {
            let _ = Config::parse("noise", &text);
            let _ = Span::parse(&span);
        }
    }
}
