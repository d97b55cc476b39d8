//! Requests to the provider. Bounded in time and size, never redirected: where a provider's answer leads is not for the
//! answer to say.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::OidcConfigError;
use crate::config::secret;

/// The longest wait for one answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The largest answer: a description has some kilobytes, a set of keys some more.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

/// Asks the provider.
pub(super) struct Web(ureq::Agent);

/// The provider did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// No answer, or one that is too large.
    #[error(transparent)]
    Ask(#[from] Box<ureq::Error>),
    /// The task was ended.
    #[error("the question was given up")]
    GivenUp,
}

impl Web {
    /// Trusts the authorities of the web, or the one in the file alone.
    pub(super) fn new(ca_file: &Path) -> Result<Self, OidcConfigError> {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(ANSWER));
        if !ca_file.as_os_str().is_empty() {
            let pem = secret(ca_file)?;
            let certificates: Vec<Certificate<'static>> = parse_pem(pem.as_bytes())
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(OidcConfigError::Authority(ca_file.to_owned()));
            }
            let roots = RootCerts::Specific(Arc::new(certificates));
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self(config.build().into()))
    }

    /// As the library calls it.
    pub(super) fn client(
        &self,
    ) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send>>
    + use<> {
        let agent = self.0.clone();
        move |request| {
            let agent = agent.clone();
            Box::pin(async move {
                let asked = tokio::task::spawn_blocking(move || ask(&agent, request)).await;
                Ok(asked.map_err(|_| WebError::GivenUp)?.map_err(Box::new)?)
            })
        }
    }
}

fn ask(agent: &ureq::Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let answer =
        if request.body().is_empty() { agent.run(request.map(|_| ()))? } else { agent.run(request)? };
    let (parts, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
    Ok(HttpResponse::from_parts(parts, bytes))
}
