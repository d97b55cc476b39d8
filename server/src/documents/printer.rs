//! The press of this server: opened when the first paper is wanted, with the office's letterhead.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use server_documents::{Bilingual, Day, Document, DocumentError, Head, Press, PressPlan};
use tokio::sync::Semaphore;

use crate::config::{DocumentsConfig, OfficeConfig};
use crate::http::ApiError;

/// Papers printed at the same time: each keeps a core busy, and people who read lists must not wait for them.
const AT_ONCE: usize = 2;

/// Prints papers. Clones share the press.
#[derive(Clone)]
pub struct Printer(Arc<Parts>);

struct Parts {
    offices: Vec<OfficeConfig>,
    plan: PressPlan,
    /// None until the first paper, and after a failure: an administrator who installs the font that is missing
    /// need not restart the server.
    press: Mutex<Option<Arc<Press>>>,
    turn: Semaphore,
}

impl Printer {
    /// A printer by the configuration; the press is opened when the first paper is wanted.
    pub fn new(config: &DocumentsConfig) -> Self {
        let everywhere = OfficeConfig {
            region: Region::COUNTRY,
            issuer_zh: config.issuer_zh.clone(),
            issuer_en: config.issuer_en.clone(),
            address: config.address.clone(),
            phone: config.phone.clone(),
        };
        let mut offices = config.office.clone();
        offices.push(everywhere);
        let folder = |path: &Path| (!path.as_os_str().is_empty()).then(|| path.to_owned());
        let plan = PressPlan { fonts: folder(&config.fonts), templates: folder(&config.templates) };
        Self(Arc::new(Parts { offices, plan, press: Mutex::new(None), turn: Semaphore::new(AT_ONCE) }))
    }

    /// The head of a paper of this region: the smallest region with a letterhead that holds it.
    pub fn head(&self, region: Region, number: String, record: &str, issued: Date) -> Head {
        let holding = self.0.offices.iter().filter(|office| office.region.contains(region));
        let office = holding.max_by_key(|office| office.region.level()).expect("one office is the country's");
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Head {
            issuer: Bilingual::new(&*office.issuer_zh, &*office.issuer_en),
            address: known(&office.address),
            phone: known(&office.phone),
            number,
            record: record.to_owned(),
            issued: Day(issued),
        }
    }

    /// Prints a paper, on a thread that may take its time.
    pub async fn print<D>(&self, document: D) -> Result<Paper, ApiError>
    where
        D: Document + Send + 'static,
    {
        let _turn = self.0.turn.acquire().await.map_err(|_| ApiError::unavailable())?;
        let name = format!("{}.pdf", document.head().number);
        let parts = Arc::clone(&self.0);
        let printed = tokio::task::spawn_blocking(move || parts.press()?.pdf(&document));
        match printed.await {
            Ok(Ok(bytes)) => Ok(Paper { name, bytes }),
            Ok(Err(error)) => Err(refused(&error)),
            Err(died) => {
                tracing::error!(error = &died as &dyn std::error::Error, "a paper's printing has died");
                Err(ApiError::internal())
            }
        }
    }

    /// Writes the shipped templates, and a sample of each paper by the templates of the configuration, into a folder.
    pub fn write_samples(&self, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        use anyhow::Context;
        let press = self.0.press().context("cannot open the press")?;
        let papers = server_documents::samples::pdfs(&press).context("cannot print the samples")?;
        let papers = papers.into_iter().map(|(name, pdf)| (format!("{name}.pdf"), pdf));
        let templates = server_documents::templates::SHIPPED;
        let templates =
            templates.iter().map(|(name, text)| (format!("templates/{name}"), text.as_bytes().to_vec()));
        std::fs::create_dir_all(folder.join("templates"))
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let mut written = Vec::new();
        for (name, bytes) in papers.chain(templates) {
            let path = folder.join(name);
            std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            written.push(path);
        }
        Ok(written)
    }
}

impl Parts {
    fn press(&self) -> Result<Arc<Press>, DocumentError> {
        let mut press = self.press.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(press) = &*press {
            return Ok(Arc::clone(press));
        }
        let opened = Arc::new(Press::open(&self.plan)?);
        *press = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

/// What a person is told; the log has the whole of it.
fn refused(error: &DocumentError) -> ApiError {
    match error {
        DocumentError::TooLong { characters, most } => {
            let zh = format!("文书内容过长（{characters}字，最多{most}字），无法生成。");
            let en = format!("The paper is too long to print: {characters} characters of at most {most}.");
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "document-too-long", zh, en)
        }
        DocumentError::Fonts(_) => {
            tracing::error!(error = error as &dyn std::error::Error, "no paper can be printed");
            let zh = "服务器缺少中文字体，无法生成文书。请管理员安装：apt-get install fonts-noto-cjk";
            let en = "The server has no font for Chinese; its administrator installs one: apt-get install fonts-noto-cjk";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "document-fonts", zh, en)
        }
        DocumentError::Templates(_) | DocumentError::Template { .. } => {
            tracing::error!(error = error as &dyn std::error::Error, "no paper can be printed");
            let zh = "文书模板有误，无法生成文书。请管理员运行 plumewatch-server sample-documents 检查。";
            let en =
                "A template is wrong; the administrator checks it with plumewatch-server sample-documents.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "document-template", zh, en)
        }
    }
}

/// A printed paper, as an answer.
#[derive(Debug)]
pub struct Paper {
    /// Its file name.
    pub name: String,
    /// The PDF.
    pub bytes: Vec<u8>,
}

impl IntoResponse for Paper {
    fn into_response(self) -> Response {
        // Numbers are our own letters and digits; what is none of them would end the header's text.
        let name: String =
            self.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        let shown = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
        let shown = shown.unwrap_or(HeaderValue::from_static("attachment"));
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
            (header::CONTENT_DISPOSITION, shown),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, self.bytes).into_response()
    }
}
