//! Imports of the register: upload, look, apply; templates; and what is registered in numbers.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plumewatch_shared::ids::FileHash;
use serde::{Deserialize, Serialize};
use server_core::access::{Operation, Scope};
use server_core::register::columns::Kind;
use utoipa::{IntoParams, ToSchema};

use crate::http::Site;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{Body, Name, Params};
use crate::http::session::Signed;
use crate::register::{
    ImportError, Progress, Template, ToldRow, Upload, WireChange, WireRefusal, apply as apply_import,
    discard as discard_import, preview, template as template_file,
};
use crate::sheets::{self, Cell, Row, Sheet};
use crate::store::{ImportRow, ImportedRow, REGISTER_PAGE_MAX, Reading};

/// Rows in one request of JSON: what a shop's or a company's own program sends at a time. Files take more.
const ROWS_MAX: usize = 5_000;

/// Bytes of such a request: 5,000 vehicles with every column have 3 MB.
pub(super) const ROWS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Rows of a preview on a page unless the request says otherwise.
const PAGE: u32 = 100;

/// What is registered, as an account sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct RegisterSummary {
    /// Vehicles.
    vehicles: u64,
    /// Carriers.
    carriers: u64,
    /// Inspection stations.
    inspection_stations: u64,
    /// Repair shops.
    repair_shops: u64,
    /// Counts every change of the register.
    register_version: u64,
}

/// An import.
#[derive(Serialize, ToSchema)]
pub(super) struct Import {
    /// `M` and 20 hexadecimal digits.
    #[schema(example = "M0123456789abcdef0123")]
    id: String,
    /// `vehicles`, `carriers`, `inspection-stations`, `repair-shops` or `qualifications`.
    kind: String,
    /// The file's name.
    file_name: String,
    /// The file's SHA-256, or that of the rows: to be named when it is applied.
    sha256: String,
    /// `reading`, `previewed`, `applied` or `discarded`.
    state: String,
    /// The register that it was looked at against.
    register_version: i64,
    /// Rows of what is not registered.
    new: i64,
    /// Rows that change something.
    changed: i64,
    /// Rows that say what is registered.
    unchanged: i64,
    /// Rows that are refused.
    refused: i64,
    /// Rows that are taken and should be looked at.
    noted: i64,
    /// Columns that are not read, by the file's names.
    not_read: Vec<String>,
    /// Who brought it.
    previewed_by: String,
    /// When.
    previewed_utc_us: i64,
    /// Who applied it.
    applied_by: Option<String>,
    /// When.
    applied_utc_us: Option<i64>,
    /// Has the register changed since? Then it must be uploaded anew.
    stale: bool,
    /// This very file was applied before: when, and by whom.
    applied_before: Option<AppliedBefore>,
}

/// When a file was applied before.
#[derive(Serialize, ToSchema)]
pub(super) struct AppliedBefore {
    /// That import.
    id: String,
    /// By whom.
    by: String,
    /// When.
    at_utc_us: i64,
}

/// Imports, the latest first.
#[derive(Serialize, ToSchema)]
pub(super) struct Imports {
    imports: Vec<Import>,
}

/// What would become of a row, or became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct RowPreview {
    /// Its number as the spreadsheet shows it; of rows sent as JSON their place, from 1.
    row: i64,
    /// `new`, `changed`, `unchanged` or `refused`.
    outcome: String,
    /// What it is about: a plate or a code, as it is written.
    named: String,
    /// Why it is refused.
    refusals: Vec<WireRefusal>,
    /// What should be looked at though it is taken.
    notes: Vec<WireRefusal>,
    /// What it changes.
    changes: Vec<WireChange>,
}

/// A page of rows, in the file's order.
#[derive(Serialize, ToSchema)]
pub(super) struct RowPage {
    rows: Vec<RowPreview>,
    /// For the next page, as `after`; null on the last.
    next: Option<i64>,
}

/// What is uploaded.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadQuery {
    /// `vehicles`, `carriers`, `inspection-stations`, `repair-shops` or `qualifications`.
    kind: String,
    /// The file's name, for people.
    #[serde(default)]
    file_name: String,
}

/// Rows that a program sends: each an object of the template's columns by word.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RowsBody {
    /// `vehicles`, `carriers`, `inspection-stations`, `repair-shops` or `qualifications`.
    kind: String,
    /// 1 to 5,000 objects; keys are columns, values texts, numbers or null.
    #[schema(value_type = Vec<Object>, example = json!([{"code": "WL-0001", "name": "晋通物流", "region": "140105"}]))]
    rows: Vec<BTreeMap<String, serde_json::Value>>,
}

/// Which rows of a preview.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RowQuery {
    /// Only of this outcome.
    #[serde(default)]
    outcome: String,
    /// Only after this row.
    #[serde(default)]
    after: i64,
    /// 1 to 200 rows; 100 unless said.
    limit: Option<u32>,
}

/// The order to apply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplyBody {
    /// SHA-256 of the file that was looked at.
    sha256: String,
}

/// An import's name in a path.
pub(super) struct ImportName(String);

impl std::str::FromStr for ImportName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('M').ok_or(())?;
        let fits =
            digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned())).ok_or(())
    }
}

/// What is registered, in numbers.
#[utoipa::path(get, path = "/register", tag = "register", responses(
    (status = 200, body = RegisterSummary), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn summary(
    State(site): State<Site>,
    signed: Signed,
) -> Result<Json<RegisterSummary>, ApiError> {
    let scope = signed.may(Operation::ReadRegister)?;
    let mut reading = site.store.reading().await?;
    let counts = reading.register_counts(scope).await?;
    Ok(Json(RegisterSummary {
        vehicles: counts.vehicles,
        carriers: counts.carriers,
        inspection_stations: counts.inspection_stations,
        repair_shops: counts.repair_shops,
        register_version: reading.register_version().await?,
    }))
}

/// Upload a file (.xlsx or .csv) as the body and see what it would change; nothing is changed. With
/// `Accept: application/x-ndjson` the answer comes in lines, `{"done","of"}` while rows are read and at last
/// `{"import"}` or `{"error"}`; else the import alone. The same file against the same register is the same import.
#[utoipa::path(post, path = "/register/imports", tag = "register", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, body = Import), (status = 200, description = "Lines of progress, then the import", content_type = "application/x-ndjson", body = String),
    (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 409, description = "The register changed meanwhile: upload again", body = ErrorBody),
    (status = 413, body = ErrorBody), (status = 422, description = "The file is no table of this kind", body = ErrorBody)))]
pub(super) async fn upload(
    State(site): State<Site>,
    signed: Signed,
    Params(query): Params<UploadQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    let kind = kind(&query.kind)?;
    let bytes = body.map_err(|_| too_large())?;
    let lines = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"application/x-ndjson"));
    let by = signed.name;
    if !lines {
        let import = read_and_preview(&site, kind, query.file_name, bytes, scope, by, |_| {}).await?;
        return Ok((StatusCode::CREATED, Json(import)).into_response());
    }
    let (sender, progress) = tokio::sync::watch::channel(Progress { done: 0, of: 0 });
    let work = async move {
        let tell = |progress| _ = sender.send_replace(progress);
        match read_and_preview(&site, kind, query.file_name, bytes, scope, by, tell).await {
            Ok(import) => line(&serde_json::json!({ "import": import })),
            Err(error) => line(&ErrorBody::from(error)),
        }
    };
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        axum::body::Body::from_stream(told(work, progress)),
    )
        .into_response())
}

/// Progress as it comes, then what came of the work. The work goes on only while somebody listens: a page that is closed
/// leaves a preview that is never whole and is cleared away.
fn told(
    work: impl Future<Output = String> + Send,
    progress: tokio::sync::watch::Receiver<Progress>,
) -> impl futures_util::Stream<Item = Result<String, std::convert::Infallible>> + Send {
    let begin = (Some(Box::pin(work)), progress);
    futures_util::stream::unfold(begin, |(mut work, mut progress)| async move {
        let doing = work.as_mut()?;
        let said = tokio::select! {
            biased;
            last = doing => {
                work = None;
                last
            }
            Ok(()) = progress.changed() => {
                let Progress { done, of } = *progress.borrow_and_update();
                line(&serde_json::json!({ "done": done, "of": of }))
            }
        };
        Some((Ok(said), (work, progress)))
    })
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers make JSON") + "\n"
}

async fn read_and_preview(
    site: &Site,
    kind: Kind,
    file_name: String,
    bytes: Bytes,
    scope: Scope,
    by: String,
    tell: impl Fn(Progress),
) -> Result<Import, ApiError> {
    let sha256 = FileHash::of(&bytes);
    let sheet = sheets::read_aside(bytes, file_name.clone()).await.map_err(ImportError::Sheet)?;
    let upload = Upload { kind, file_name, sha256, sheet, scope, by };
    let row = preview(&site.store, upload, site.now(), tell).await?;
    let mut reading = site.store.reading().await?;
    import(&mut reading, row, scope).await
}

/// See what rows would change, from a program; nothing is changed. They are applied as files are.
#[utoipa::path(post, path = "/register/rows", tag = "register", request_body = RowsBody, responses(
    (status = 201, body = Import), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody),
    (status = 415, body = ErrorBody), (status = 422, description = "The rows are no table of this kind", body = ErrorBody)))]
pub(super) async fn rows(
    State(site): State<Site>,
    signed: Signed,
    Body(body): Body<RowsBody>,
) -> Result<(StatusCode, Json<Import>), ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    let kind = kind(&body.kind)?;
    if body.rows.len() > ROWS_MAX {
        let en = format!("A request has {ROWS_MAX} rows at most; send more in several, or as a file.");
        return Err(ApiError::invalid(format!("一次最多{ROWS_MAX}行；更多请分几次发送，或上传文件。"), en));
    }
    let sha256 = FileHash::of(serde_json::to_string(&body).expect("it came as JSON").as_bytes());
    let upload = Upload {
        kind,
        file_name: "JSON".to_owned(),
        sha256,
        sheet: sheet(body.rows),
        scope,
        by: signed.name,
    };
    let row = preview(&site.store, upload, site.now(), |_| {}).await?;
    let mut reading = site.store.reading().await?;
    Ok((StatusCode::CREATED, Json(import(&mut reading, row, scope).await?)))
}

/// A table of objects: the columns are all their keys.
fn sheet(rows: Vec<BTreeMap<String, serde_json::Value>>) -> Sheet {
    let keys: std::collections::BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let header: Vec<String> = keys.into_iter().take(sheets::MAX_COLUMNS).cloned().collect();
    let cell = |value: Option<&serde_json::Value>| match value {
        None | Some(serde_json::Value::Null) => Cell::Empty,
        Some(serde_json::Value::String(text)) => Cell::of_text(text),
        Some(serde_json::Value::Bool(yes)) => Cell::Bool(*yes),
        Some(serde_json::Value::Number(number)) => Cell::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(serde_json::Value::Array(_) | serde_json::Value::Object(_)) => Cell::Error("JSON".to_owned()),
    };
    let rows = (1..)
        .zip(&rows)
        .map(|(number, row)| Row { number, cells: header.iter().map(|key| cell(row.get(key))).collect() })
        .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()))
        .collect();
    Sheet { name: "JSON".to_owned(), header, rows }
}

/// Imports, the latest first, at most 200.
#[utoipa::path(get, path = "/register/imports", tag = "register", responses(
    (status = 200, body = Imports), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn imports(State(site): State<Site>, signed: Signed) -> Result<Json<Imports>, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    let mut reading = site.store.reading().await?;
    let version = reading.register_version().await?;
    let found = reading.imports(scope).await?;
    Ok(Json(Imports { imports: found.into_iter().map(|row| Import::new(row, version, None)).collect() }))
}

/// One import.
#[utoipa::path(get, path = "/register/imports/{id}", tag = "register", params(("id" = String, Path)), responses(
    (status = 200, body = Import), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn detail(
    State(site): State<Site>,
    signed: Signed,
    Name(ImportName(id)): Name<ImportName>,
) -> Result<Json<Import>, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    let mut reading = site.store.reading().await?;
    let row = reading.import(&id, scope).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(import(&mut reading, row, scope).await?))
}

/// The rows of an import, in the file's order: what each would change, or why it is refused.
#[utoipa::path(get, path = "/register/imports/{id}/rows", tag = "register", params(("id" = String, Path), RowQuery), responses(
    (status = 200, body = RowPage), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn import_rows(
    State(site): State<Site>,
    signed: Signed,
    Name(ImportName(id)): Name<ImportName>,
    Params(query): Params<RowQuery>,
) -> Result<Json<RowPage>, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    if !["", "new", "changed", "unchanged", "refused"].contains(&query.outcome.as_str()) {
        let en = "An outcome is new, changed, unchanged or refused.";
        return Err(ApiError::invalid("未知的行状态。", en));
    }
    let limit = query.limit.unwrap_or(PAGE).clamp(1, REGISTER_PAGE_MAX);
    let mut reading = site.store.reading().await?;
    reading.import(&id, scope).await?.ok_or_else(ApiError::not_found)?;
    let found = reading.import_rows(&id, &query.outcome, query.after, limit).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|row| row.row_number);
    let rows = found.into_iter().map(row_preview).collect::<Result<_, _>>()?;
    Ok(Json(RowPage { rows, next }))
}

/// Apply an import: all of it, if none of its rows is refused, the file is the one that was looked at, and the register
/// has not changed since.
#[utoipa::path(post, path = "/register/imports/{id}/apply", tag = "register", params(("id" = String, Path)), request_body = ApplyBody,
    responses((status = 200, body = Import), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 415, body = ErrorBody),
    (status = 409, description = "Rows are refused, nothing would change, or the register is another now", body = ErrorBody)))]
pub(super) async fn apply(
    State(site): State<Site>,
    signed: Signed,
    Name(ImportName(id)): Name<ImportName>,
    Body(body): Body<ApplyBody>,
) -> Result<Json<Import>, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    let sha256: FileHash = body.sha256.parse().map_err(|_| {
        let en = "A SHA-256 has 64 digits 0-9 a-f.";
        ApiError::invalid("SHA-256应为64位十六进制数字。", en)
    })?;
    let (store, books) = (&site.store, &site.books);
    let applied = apply_import(store, books, &id, sha256, scope, &signed.name, site.now()).await?;
    // A fleet that changed changes which plates a listing watches for, whatever else did.
    if applied.watchlist || !applied.carriers.is_empty() {
        site.watchlist.nudge();
    }
    let mut reading = site.store.reading().await?;
    Ok(Json(import(&mut reading, applied.import, scope).await?))
}

/// Put a preview aside; its rows are forgotten.
#[utoipa::path(delete, path = "/register/imports/{id}", tag = "register", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 409, description = "It is applied", body = ErrorBody)))]
pub(super) async fn discard(
    State(site): State<Site>,
    signed: Signed,
    Name(ImportName(id)): Name<ImportName>,
) -> Result<StatusCode, ApiError> {
    let scope = signed.may(Operation::ImportRegister)?;
    discard_import(&site.store, &id, scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A template's name in a path.
pub(super) struct TemplateName(Template, String);

impl std::str::FromStr for TemplateName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Template::named(text).map(|wanted| Self(wanted, text.to_owned())).ok_or(())
    }
}

/// A template to fill: `vehicles.xlsx`, `vehicles.csv` and so for each kind, with the header row and an explained example.
#[utoipa::path(get, path = "/register/templates/{name}", tag = "register", params(("name" = String, Path)), responses(
    (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn template(
    State(_site): State<Site>,
    signed: Signed,
    Name(TemplateName(wanted, name)): Name<TemplateName>,
) -> Result<Response, ApiError> {
    signed.may(Operation::ReadRegister)?;
    let file = template_file(wanted).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a template cannot be made");
        ApiError::internal()
    })?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, wanted.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}

async fn import(reading: &mut Reading, row: ImportRow, scope: Scope) -> Result<Import, ApiError> {
    let version = reading.register_version().await?;
    let before = reading.applied_before(&row.file_sha256, &row.kind, scope).await?;
    Ok(Import::new(row, version, before))
}

impl Import {
    fn new(row: ImportRow, version: u64, before: Option<ImportRow>) -> Self {
        let before = before.filter(|before| before.id != row.id);
        Self {
            stale: row.state == "previewed" && u64::try_from(row.register_version) != Ok(version),
            applied_before: before.and_then(|before| {
                Some(AppliedBefore { by: before.applied_by?, at_utc_us: before.applied_us?, id: before.id })
            }),
            id: row.id,
            kind: row.kind,
            file_name: row.file_name,
            sha256: row.file_sha256,
            state: row.state,
            register_version: row.register_version,
            new: row.rows_new,
            changed: row.rows_changed,
            unchanged: row.rows_unchanged,
            refused: row.rows_refused,
            noted: row.rows_noted,
            not_read: row.not_read.split('、').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            previewed_by: row.previewed_by,
            previewed_utc_us: row.previewed_us,
            applied_by: row.applied_by,
            applied_utc_us: row.applied_us,
        }
    }
}

fn row_preview(row: ImportedRow) -> Result<RowPreview, ApiError> {
    let told: ToldRow = serde_json::from_str(&row.told).map_err(super::wire::unreadable)?;
    let ToldRow { refusals, notes, changes } = told;
    Ok(RowPreview { row: row.row_number, outcome: row.outcome, named: row.named, refusals, notes, changes })
}

/// A kind in a request.
pub(super) fn kind(word: &str) -> Result<Kind, ApiError> {
    Kind::from_word(word).ok_or_else(|| {
        let en = "A kind is vehicles, carriers, inspection-stations, repair-shops or qualifications.";
        ApiError::invalid("未知的登记种类。", en)
    })
}

fn too_large() -> ApiError {
    let told = sheets::SheetError::TooLarge { bytes: sheets::MAX_BYTES + 1 }.sentence();
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "sheet-too-large", told.zh, told.en)
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Sheet(error) => {
                let told = error.sentence();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), told.zh, told.en)
            }
            ImportError::Header(refusal) => {
                let told = refusal.sentence();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "sheet-header", told.zh, told.en)
            }
            ImportError::NoRows => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "sheet-no-rows",
                "表头下面没有数据。以 # 开头的行是模板的说明，不读入。",
                "There is nothing below the header. Rows that begin with # are the template's notes and are not read.",
            ),
            ImportError::Unknown => Self::not_found(),
            ImportError::Settled(_) => {
                let en = "This preview was applied or put aside already.";
                Self::conflict("import-settled", "这次预览已应用或已放弃。", en)
            }
            ImportError::OtherFile => {
                let en = "This is not the file that was looked at; upload it and look again.";
                Self::conflict("import-other-file", "这不是预览时的文件，请重新上传并预览。", en)
            }
            ImportError::Refused(rows) => Self::conflict(
                "import-refused",
                format!("有{rows}行被拒绝；文件要么全部导入，要么都不导入。请改正后重新上传。"),
                format!(
                    "Refused rows: {rows}. A file is taken whole or not at all; mend them and upload again."
                ),
            ),
            ImportError::NothingToDo => {
                let en = "Everything in this file is registered already; there is nothing to apply.";
                Self::conflict("import-nothing", "文件中的内容都已登记，没有可导入的变动。", en)
            }
            ImportError::RegisterChanged => {
                let en = "The register has changed since this was looked at. Upload the file again to see what it changes now.";
                Self::conflict("import-stale", "预览之后登记内容已有变动，请重新上传以查看现在的变动。", en)
            }
            ImportError::Store(error) => error.into(),
        }
    }
}
