//! A case's evidence package.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use server_core::access::Operation;
use server_core::audit::Action;

use super::cases::{CaseName, confirmations, explanation};
use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::Name;
use crate::http::session::Signed;
use crate::package::{CaseFacts, PackageError, Sources, case_parts, package};

/// Everything that a case rests on, as one signed zip: sealed records, pictures, clips, checks of the instruments,
/// rulebook editions, steps, audit rows. `plumewatch-server verify` proves it offline. Taking it out is audited.
#[utoipa::path(get, path = "/cases/{id}/package", tag = "cases", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/zip", body = Vec<u8>), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 413, description = "Its pictures and clips are more than a package holds", body = ErrorBody)))]
pub(super) async fn download(
    State(site): State<Site>,
    signed: Signed,
    Name(CaseName(id)): Name<CaseName>,
) -> Result<Response, ApiError> {
    let scope = signed.may(Operation::ExportCase)?;
    let (row, candidate, steps) = case_parts(&mut site.store.reading().await?, &id, scope.0).await?;
    // First the audit: what cannot be written down is not taken out. So the package tells of itself.
    let mut writing = site.store.writing().await?;
    writing.record(site.now(), &signed.name, Action::CaseExported, id.as_str(), None).await?;
    writing.commit().await?;
    let sources =
        Sources { store: &site.store, evidence: &site.evidence, books: &site.books, key: &site.signing_key };
    let facts = CaseFacts {
        explanation: &explanation(&site, &row, &candidate, &steps),
        confirmations: &confirmations(&row, &candidate),
        row: &row,
        candidate: &candidate,
        steps: &steps,
    };
    let bytes = package(&sources, &facts, &signed.name, site.now()).await?;
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"plumewatch-{}.zip\"", id.as_str());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("hex and ASCII"));
    Ok(response)
}

impl From<PackageError> for ApiError {
    fn from(error: PackageError) -> Self {
        match error {
            PackageError::Unknown => Self::not_found(),
            PackageError::Store(error) => error.into(),
            PackageError::TooLarge(_) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "package-too-large",
                "该案件的照片和录像超过证据包的容量，请联系管理员分别导出。",
                "The case's pictures and clips are more than a package holds; ask the administrator to take them out one by one.",
            ),
            PackageError::Record(_) | PackageError::Evidence(_) | PackageError::Archive(_) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an evidence package cannot be made"
                );
                Self::internal()
            }
        }
    }
}
