//! A preview becomes the register, whole or not at all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::{FileHash, Region};
use serde::Deserialize;
use server_core::access::{OrganisationCode, Scope};
use server_core::audit::{Action, Entry};
use server_core::register::CarrierCode;
use server_core::register::columns::Kind;
use server_core::register::organisation::{Organisation, Qualification};

use super::error::ImportError;
use crate::listings;
use crate::rulebooks::Books;
use crate::store::{ImportRow, Store, StoreError, Writing};

/// Rows written between two looks at the import: bounded memory, however many there are.
const STEP: u32 = 1_000;

/// What applying came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The import, applied.
    pub import: ImportRow,
    /// Carriers whose fleet changed on some day: their share must be counted anew.
    pub carriers: Vec<CarrierCode>,
    /// May the watchlist have changed? A listed carrier's vehicles are on it.
    pub watchlist: bool,
}

/// Applies a preview, and takes what follows of it to the carriers' shares, if its file is the one that the order names, nothing in it is refused, and nothing was changed in
/// the register since. The audit row is written in the same transaction.
pub async fn apply(
    store: &Store,
    books: &Books,
    id: &str,
    sha256: FileHash,
    scope: Scope,
    by: &str,
    now: Timestamp,
) -> Result<Applied, ImportError> {
    let mut writing = store.writing().await?;
    let import = writing.import(id, scope).await?.ok_or(ImportError::Unknown)?;
    if import.state != "previewed" {
        return Err(ImportError::Settled(import.state));
    }
    if import.file_sha256 != sha256.to_string() {
        return Err(ImportError::OtherFile);
    }
    if import.rows_refused > 0 {
        return Err(ImportError::Refused(import.rows_refused));
    }
    if import.rows_new + import.rows_changed == 0 {
        return Err(ImportError::NothingToDo);
    }
    // What a preview of a wider region found must not be written by an account of a narrower one, nor the other way.
    if import.region != i64::from(scope.0.code()) {
        return Err(ImportError::Unknown);
    }
    let now_us = now.as_microsecond();
    let version =
        u64::try_from(import.register_version).map_err(|_| StoreError::Corrupt("register_version"))?;
    if !writing.take_register(version, now_us).await? {
        return Err(ImportError::RegisterChanged);
    }
    let kind = Kind::from_word(&import.kind).ok_or(StoreError::Corrupt("register_imports.kind"))?;
    let moved = match kind {
        Kind::Vehicles => writing.apply_staged(id, now_us).await?,
        Kind::Carriers | Kind::InspectionStations | Kind::RepairShops | Kind::Qualifications => {
            write_bodies(&mut writing, id, kind, now_us).await?;
            Vec::new()
        }
    };
    // While what is staged still stands: it says whose exceedances must be laid at another door.
    let fleets: BTreeSet<String> = moved.iter().cloned().collect();
    let listed = listings::import_applied(&mut writing, books, id, &fleets, now).await?;
    writing.end_import(id, by, now_us).await?;
    let detail = format!(
        "{} {} new={} changed={} unchanged={}",
        import.kind, import.file_sha256, import.rows_new, import.rows_changed, import.rows_unchanged
    );
    writing
        .append_audit(Entry {
            at: now,
            actor: by.to_owned(),
            action: Action::RegisterImported,
            subject: id.to_owned(),
            reason: None,
            detail,
        })
        .await?;
    let watchlist = listed.write(&mut writing).await?;
    let applied = writing.import(id, scope).await?.ok_or(ImportError::Unknown)?;
    writing.commit().await?;
    let carriers = moved
        .iter()
        .map(|code| CarrierCode::parse(code).map_err(|_| StoreError::Corrupt("fleet_members.carrier")))
        .collect::<Result<_, _>>()?;
    Ok(Applied { import: applied, carriers, watchlist })
}

/// Puts a preview aside.
pub async fn discard(store: &Store, id: &str, scope: Scope) -> Result<(), ImportError> {
    let mut writing = store.writing().await?;
    let import = writing.import(id, scope).await?.ok_or(ImportError::Unknown)?;
    if import.state == "applied" {
        return Err(ImportError::Settled(import.state));
    }
    writing.discard_import(id).await?;
    Ok(writing.commit().await?)
}

/// An organisation as a row's body keeps it.
#[derive(Deserialize)]
struct OrganisationBody {
    code: String,
    name: String,
    region: Region,
    address: String,
    phone: String,
    opened_on: Option<Date>,
    closed_on: Option<Date>,
}

/// A certificate as a row's body keeps it.
#[derive(Deserialize)]
struct QualificationBody {
    shop: String,
    certificate: String,
    from_day: Date,
    until_day: Option<Date>,
}

async fn write_bodies(writing: &mut Writing, id: &str, kind: Kind, now_us: i64) -> Result<(), StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("register_import_rows.body");
    let mut after = 0;
    loop {
        let rows = writing.import_rows(id, "", after, STEP).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.row_number;
        let bodies = rows.iter().filter_map(|row| row.body.as_deref());
        if kind == Kind::Qualifications {
            let read = |body: &str| {
                let body: QualificationBody = serde_json::from_str(body).map_err(|_| CORRUPT)?;
                Ok(Qualification {
                    shop: OrganisationCode::parse(&body.shop).ok_or(CORRUPT)?,
                    certificate: body.certificate,
                    from_day: body.from_day,
                    until_day: body.until_day,
                })
            };
            let all: Vec<Qualification> = bodies.map(read).collect::<Result<_, StoreError>>()?;
            writing.put_qualifications(&all).await?;
        } else {
            let read = |body: &str| {
                let body: OrganisationBody = serde_json::from_str(body).map_err(|_| CORRUPT)?;
                let OrganisationBody { code, name, region, address, phone, opened_on, closed_on } = body;
                Ok(Organisation { code, name, region, address, phone, opened_on, closed_on })
            };
            let all: Vec<Organisation> = bodies.map(read).collect::<Result<_, StoreError>>()?;
            writing.put_organisations(kind, &all, now_us).await?;
        }
    }
}
