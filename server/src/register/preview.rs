//! What a table would change, found out row by row and kept for a person to look at.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::FileHash;
use plumewatch_shared::time::law_place;
use serde_json::json;
use server_core::access::Scope;
use server_core::register::book::{Book, Taken};
use server_core::register::columns::Kind;
use server_core::register::organisation::{Organisation, OrganisationRow, Qualification};
use server_core::register::vehicle_row::{self, VehicleRow};
use server_core::register::{CarrierCode, PlateKey, Vin};
use server_core::sheet::{Cell, Columns, Fields, Row, Sheet, Told, Wrong};

use super::error::ImportError;
use super::outcome::{Counts, Outcome, refused};
use crate::store::{ImportRow, ImportedRow, Store, StoreError};

/// Rows looked up and kept at once: a step of some milliseconds, after which others have their turn and progress is told.
const STEP: usize = 256;

/// Vehicles staged in one transaction, for the same reason.
const STAGED: usize = 1_024;

/// A preview that never became whole was cut off; an hour is longer than any takes.
const READING_STALE: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// A preview that nobody applied in a week is forgotten: it holds personal data and the register has moved on.
const PREVIEW_STALE: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// A table and who brings it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What it is a table of.
    pub kind: Kind,
    /// The file's name, for people.
    pub file_name: String,
    /// SHA-256 of the file, or of the rows as they came.
    pub sha256: FileHash,
    /// The table.
    pub sheet: Sheet,
    /// What the account keeps.
    pub scope: Scope,
    /// The account.
    pub by: String,
}

/// How far a preview has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub done: u64,
    /// Rows in all.
    pub of: u64,
}

/// Makes the preview of a table, telling how far it is after each step. The same file against the same register gives the
/// preview that there is already.
pub async fn preview(
    store: &Store,
    upload: Upload,
    now: Timestamp,
    tell: impl Fn(Progress),
) -> Result<ImportRow, ImportError> {
    let columns = Columns::find(upload.kind.columns(), &upload.sheet.header).map_err(ImportError::Header)?;
    if upload.sheet.rows.is_empty() {
        return Err(ImportError::NoRows);
    }
    let region = i64::from(upload.scope.0.code());
    let sha256 = upload.sha256.to_string();
    let mut reading = store.reading().await?;
    let version = reading.register_version().await?;
    if let Some(same) = reading.preview_of(&sha256, upload.kind, region, version).await? {
        return Ok(same);
    }
    drop(reading);
    let mut import = ImportRow {
        id: import_id(&upload, version, now),
        kind: upload.kind.word().to_owned(),
        file_name: upload.file_name.chars().take(200).collect(),
        file_sha256: sha256,
        region,
        register_version: i64::try_from(version).unwrap_or(i64::MAX),
        state: "reading".to_owned(),
        previewed_by: upload.by.clone(),
        previewed_us: now.as_microsecond(),
        rows_new: 0,
        rows_changed: 0,
        rows_unchanged: 0,
        rows_refused: 0,
        rows_noted: 0,
        not_read: columns.not_read().collect::<Vec<_>>().join("、"),
        applied_by: None,
        applied_us: None,
    };
    begin(store, &import, now).await?;
    let mut run = Run {
        store,
        import: &import.id,
        columns: &columns,
        scope: upload.scope,
        today: today(now),
        counts: Counts::default(),
    };
    match upload.kind {
        Kind::Vehicles => run.vehicles(&upload.sheet.rows, &tell).await?,
        Kind::Carriers | Kind::InspectionStations | Kind::RepairShops => {
            run.organisations(upload.kind, &upload.sheet.rows, &tell).await?;
        }
        Kind::Qualifications => run.qualifications(&upload.sheet.rows, &tell).await?,
    }
    let Counts { new, changed, unchanged, refused, noted } = run.counts;
    (import.rows_new, import.rows_changed, import.rows_unchanged) = (new, changed, unchanged);
    (import.rows_refused, import.rows_noted, import.state) = (refused, noted, "previewed".to_owned());
    let mut writing = store.writing().await?;
    if writing.register_version().await? != version {
        writing.discard_import(&import.id).await?;
        writing.commit().await?;
        return Err(ImportError::RegisterChanged);
    }
    writing.finish_import(&import).await?;
    writing.commit().await?;
    Ok(import)
}

/// The day at the law's place.
pub(super) fn today(now: Timestamp) -> Date {
    law_place().to_datetime(now).date()
}

/// `M` and 20 hexadecimal digits, of everything that makes the upload this one.
fn import_id(upload: &Upload, version: u64, now: Timestamp) -> String {
    let text = format!(
        "import 1\n{}\n{}\n{version}\n{}\n{}",
        upload.kind.word(),
        upload.sha256,
        upload.by,
        now.as_microsecond()
    );
    format!("M{}", &FileHash::of(text.as_bytes()).to_string()[..20])
}

async fn begin(store: &Store, import: &ImportRow, now: Timestamp) -> Result<(), StoreError> {
    let mut writing = store.writing().await?;
    let before = |age| now.checked_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
    for stale in writing.stale_imports(before(READING_STALE), before(PREVIEW_STALE)).await? {
        writing.discard_import(&stale).await?;
    }
    writing.begin_import(import).await?;
    writing.commit().await
}

/// One preview under way.
struct Run<'a> {
    store: &'a Store,
    import: &'a str,
    columns: &'a Columns,
    scope: Scope,
    today: Date,
    counts: Counts,
}

impl<'a> Run<'a> {
    fn fields(&self, row: &'a Row) -> Fields<'a> {
        Fields::of(row, self.columns, self.today)
    }

    async fn keep(&self, rows: &[ImportedRow]) -> Result<(), StoreError> {
        let mut writing = self.store.writing().await?;
        writing.insert_import_rows(self.import, rows).await?;
        writing.commit().await
    }

    /// Vehicles: a book is filled with what is registered of them, step by step, and takes the rows.
    async fn vehicles(&mut self, rows: &'a [Row], tell: &impl Fn(Progress)) -> Result<(), ImportError> {
        let mut book = Book::default();
        let mut asked = BTreeSet::new();
        for (step, part) in rows.chunks(STEP).enumerate() {
            let read: Vec<(&Row, Option<VehicleRow>, Told)> = part
                .iter()
                .map(|row| {
                    let (read, told) = vehicle_row::read(self.fields(row), self.scope);
                    (row, read, told)
                })
                .collect();
            self.fill(&mut book, &mut asked, &read).await?;
            let mut kept = Vec::with_capacity(part.len());
            for (row, read, told) in read {
                let named = self.named(row, "plate");
                let (told, outcome) = match read
                    .map(|read| book.take(read, row.number, self.scope, self.today))
                {
                    None => (told, Outcome::Refused),
                    Some(Taken::New) => (told, Outcome::New),
                    Some(Taken::Changed(changes)) => (told, Outcome::Changed(changes)),
                    Some(Taken::Unchanged) => (told, Outcome::Unchanged),
                    Some(Taken::Refused(column, wrong)) => {
                        (refused(told, row.number, self.columns.name_of(column), *wrong), Outcome::Refused)
                    }
                };
                kept.push(self.counts.row(row.number, &named, told, outcome, None));
            }
            self.keep(&kept).await?;
            tell(progress(step, rows.len()));
        }
        // What is refused is never applied, so nothing of it need be staged.
        if self.counts.refused > 0 {
            return Ok(());
        }
        let changed: Vec<_> = book.changed().collect();
        for part in changed.chunks(STAGED) {
            let mut writing = self.store.writing().await?;
            writing.stage_vehicles(self.import, part).await?;
            writing.commit().await?;
        }
        Ok(())
    }

    /// Brings into the book what is registered of everything that rows touch.
    async fn fill(
        &self,
        book: &mut Book,
        asked: &mut BTreeSet<CarrierCode>,
        read: &[(&Row, Option<VehicleRow>, Told)],
    ) -> Result<(), StoreError> {
        let taken = || read.iter().filter_map(|(_, read, _)| read.as_ref());
        let keys: BTreeSet<PlateKey> = taken().map(|row| row.key.clone()).collect();
        let vins: BTreeSet<Vin> = taken().filter_map(|row| row.vin.clone()).collect();
        let carriers = taken().filter_map(|row| row.carrier.clone().given());
        let carriers: BTreeSet<CarrierCode> = carriers.filter(|code| !asked.contains(code)).collect();
        let (keys, vins): (Vec<_>, Vec<_>) = (keys.into_iter().collect(), vins.into_iter().collect());
        let mut reading = self.store.reading().await?;
        for (id, entry) in reading.known_vehicles(&keys, &vins).await? {
            book.know(id, entry);
        }
        let codes: Vec<_> = carriers.iter().cloned().collect();
        for code in reading.known_carriers(&codes, self.scope).await? {
            book.know_carrier(code);
        }
        asked.extend(carriers);
        Ok(())
    }

    async fn organisations(
        &mut self,
        kind: Kind,
        rows: &'a [Row],
        tell: &impl Fn(Progress),
    ) -> Result<(), ImportError> {
        let mut first = HashMap::new();
        for (step, part) in rows.chunks(STEP).enumerate() {
            let read: Vec<_> = part
                .iter()
                .map(|row| (row, OrganisationRow::read(kind, self.fields(row), self.scope)))
                .collect();
            let codes: BTreeSet<String> = read
                .iter()
                .filter_map(|(_, (read, _))| read.as_ref())
                .map(|read| read.code().to_owned())
                .collect();
            let codes: Vec<String> = codes.into_iter().collect();
            let mut reading = self.store.reading().await?;
            let known = reading.known_organisations(kind, &codes).await?;
            drop(reading);
            let known: HashMap<&str, &Organisation> =
                known.iter().map(|one| (one.code.as_str(), one)).collect();
            let mut kept = Vec::with_capacity(part.len());
            for (row, (read, told)) in read {
                let named = self.named(row, "code");
                let Some(read) = read else {
                    kept.push(self.counts.row(row.number, &named, told, Outcome::Refused, None));
                    continue;
                };
                let before = known.get(read.code()).copied();
                let earlier = *first.entry(read.code().to_owned()).or_insert(row.number);
                let decided = if earlier == row.number {
                    read.over(before, self.scope)
                } else {
                    Err(Box::new(duplicate(earlier)))
                };
                kept.push(match decided {
                    Err(wrong) => {
                        let told = refused(told, row.number, self.columns.name_of("code"), *wrong);
                        self.counts.row(row.number, &named, told, Outcome::Refused, None)
                    }
                    Ok((one, _)) if before.is_none() => {
                        self.counts.row(row.number, &named, told, Outcome::New, Some(body_of(&one)))
                    }
                    Ok((_, changes)) if changes.is_empty() => {
                        self.counts.row(row.number, &named, told, Outcome::Unchanged, None)
                    }
                    Ok((one, changes)) => self.counts.row(
                        row.number,
                        &named,
                        told,
                        Outcome::Changed(changes),
                        Some(body_of(&one)),
                    ),
                });
            }
            self.keep(&kept).await?;
            tell(progress(step, rows.len()));
        }
        Ok(())
    }

    async fn qualifications(&mut self, rows: &'a [Row], tell: &impl Fn(Progress)) -> Result<(), ImportError> {
        let mut first = HashMap::new();
        for (step, part) in rows.chunks(STEP).enumerate() {
            let read: Vec<_> = part.iter().map(|row| (row, Qualification::read(self.fields(row)))).collect();
            let shops: BTreeSet<String> = read
                .iter()
                .filter_map(|(_, (read, _))| read.as_ref())
                .map(|read| read.shop.as_str().to_owned())
                .collect();
            let shops: Vec<String> = shops.into_iter().collect();
            let mut reading = self.store.reading().await?;
            let known_shops = reading.known_organisations(Kind::RepairShops, &shops).await?;
            let known = reading.known_qualifications(&shops).await?;
            drop(reading);
            let within = |shop: &str| {
                known_shops.iter().any(|one| one.code == shop && self.scope.0.contains(one.region))
            };
            let mut kept = Vec::with_capacity(part.len());
            for (row, (read, told)) in read {
                let named = self.named(row, "shop");
                let Some(read) = read else {
                    kept.push(self.counts.row(row.number, &named, told, Outcome::Refused, None));
                    continue;
                };
                let key = (read.shop.clone(), read.certificate.clone(), read.from_day);
                let earlier = *first.entry(key.clone()).or_insert(row.number);
                let wrong = if earlier != row.number {
                    Some(("certificate", duplicate(earlier)))
                } else if !within(read.shop.as_str()) {
                    Some(("shop", unknown_shop()))
                } else {
                    None
                };
                if let Some((column, wrong)) = wrong {
                    let told = refused(told, row.number, self.columns.name_of(column), wrong);
                    kept.push(self.counts.row(row.number, &named, told, Outcome::Refused, None));
                    continue;
                }
                let before = known
                    .iter()
                    .find(|one| (&one.shop, &one.certificate, one.from_day) == (&key.0, &key.1, key.2));
                let body = json!({
                    "shop": read.shop.as_str(), "certificate": read.certificate, "from_day": read.from_day,
                    "until_day": read.until_day,
                });
                let (outcome, body) = match before.map(|before| read.changes(before)) {
                    None => (Outcome::New, Some(body.to_string())),
                    Some(changes) if changes.is_empty() => (Outcome::Unchanged, None),
                    Some(changes) => (Outcome::Changed(changes), Some(body.to_string())),
                };
                kept.push(self.counts.row(row.number, &named, told, outcome, body));
            }
            self.keep(&kept).await?;
            tell(progress(step, rows.len()));
        }
        Ok(())
    }

    /// What a row calls what it is about, as it is written, so that a refused row is found again too.
    fn named(&self, row: &Row, word: &str) -> String {
        let text = match self.columns.cell(row, word) {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Empty | Cell::Bool(_) | Cell::Date(_) | Cell::Formula | Cell::Merged | Cell::Error(_) => {
                String::new()
            }
        };
        text.chars().take(40).collect()
    }
}

fn progress(step: usize, of: usize) -> Progress {
    Progress { done: ((step + 1) * STEP).min(of) as u64, of: of as u64 }
}

fn body_of(one: &Organisation) -> String {
    json!({
        "code": one.code, "name": one.name, "region": one.region, "address": one.address, "phone": one.phone,
        "opened_on": one.opened_on, "closed_on": one.closed_on,
    })
    .to_string()
}

fn duplicate(first: u32) -> Wrong {
    Wrong::new(
        "row.duplicate",
        format!("与第{first}行重复。"),
        format!("Row {first} has the same."),
        "每个代码（证书）只留一行；如内容不同，请核对后保留正确的。",
        "Keep one row for each code or certificate; if they differ, keep the right one.",
    )
}

fn unknown_shop() -> Wrong {
    Wrong::new(
        "shop.unknown",
        "没有登记这个代码的维修单位（或不在您的辖区）。",
        "No repair shop of this code is registered in your region.",
        "请先导入维修单位，或改正代码。",
        "Import the shop first, or mend the code.",
    )
}
