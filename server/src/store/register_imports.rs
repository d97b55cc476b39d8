//! Imports of the register: previews with their rows, what they would write, and how it is written.

use server_core::access::Scope;
use server_core::register::VehicleId;
use server_core::register::book::Entry;
use server_core::register::columns::Kind;
use server_core::register::organisation::{Organisation, Qualification};

use super::bulk::{bulk, placeholders, slices};
use super::engine::{change, row, rows};
use super::register::REGISTER_PAGE_MAX;
use super::register_known::organisation_table;
use super::{Reading, Stored, Writing};

/// An import as pages show it; words are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `register_imports`, which the migration documents")]
pub struct ImportRow {
    pub id: String,
    pub kind: String,
    pub file_name: String,
    pub file_sha256: String,
    pub region: i64,
    pub register_version: i64,
    pub state: String,
    pub previewed_by: String,
    pub previewed_us: i64,
    pub rows_new: i64,
    pub rows_changed: i64,
    pub rows_unchanged: i64,
    pub rows_refused: i64,
    pub rows_noted: i64,
    pub not_read: String,
    pub applied_by: Option<String>,
    pub applied_us: Option<i64>,
}

/// A row of an import: what would become of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ImportedRow {
    /// Its number in the file, as the person sees it.
    pub row_number: i64,
    /// `new`, `changed`, `unchanged` or `refused`.
    pub outcome: String,
    /// What it is about: a plate or a code.
    pub named: String,
    /// Refusals, notes and changes, JSON.
    pub told: String,
    /// What would be written, JSON; of vehicles it is staged apart.
    pub body: Option<String>,
}

/// The columns of an import.
macro_rules! imports {
    ($rest:literal) => {
        concat!(
            "select id, kind, file_name, file_sha256, region, register_version, state, previewed_by, previewed_us, \
             rows_new, rows_changed, rows_unchanged, rows_refused, rows_noted, not_read, applied_by, applied_us \
             from register_imports where ",
            $rest
        )
    };
}

impl Reading {
    /// Imports that an account sees, the latest first, at most [`REGISTER_PAGE_MAX`].
    pub async fn imports(&mut self, scope: Scope) -> Stored<Vec<ImportRow>> {
        let (low, high) = scope.codes();
        rows!(
            self,
            ImportRow,
            imports!(
                "region between $1 and $2 and state in ('previewed', 'applied') order by previewed_us desc, id limit $3"
            ),
            i64::from(low),
            i64::from(high),
            i64::from(REGISTER_PAGE_MAX)
        )
    }

    /// An import that an account sees.
    pub async fn import(&mut self, id: &str, scope: Scope) -> Stored<Option<ImportRow>> {
        let (low, high) = scope.codes();
        row!(
            self,
            ImportRow,
            imports!("id = $1 and region between $2 and $3"),
            id,
            i64::from(low),
            i64::from(high)
        )
    }

    /// The preview of this very file by an account of this region against this version of the register.
    pub async fn preview_of(
        &mut self,
        sha256: &str,
        kind: Kind,
        region: i64,
        version: u64,
    ) -> Stored<Option<ImportRow>> {
        row!(
            self,
            ImportRow,
            imports!(
                "file_sha256 = $1 and kind = $2 and region = $3 and register_version = $4 and state = 'previewed' \
                 order by previewed_us desc limit 1"
            ),
            sha256,
            kind.word(),
            region,
            version as i64
        )
    }

    /// When this very file was applied last, among imports that an account sees.
    pub async fn applied_before(
        &mut self,
        sha256: &str,
        kind: &str,
        scope: Scope,
    ) -> Stored<Option<ImportRow>> {
        let (low, high) = scope.codes();
        row!(
            self,
            ImportRow,
            imports!(
                "file_sha256 = $1 and kind = $2 and state = 'applied' and region between $3 and $4 \
                 order by applied_us desc limit 1"
            ),
            sha256,
            kind,
            i64::from(low),
            i64::from(high)
        )
    }

    /// Rows of an import after a number, in order; of one outcome, or all.
    pub async fn import_rows(
        &mut self,
        id: &str,
        outcome: &str,
        after: i64,
        limit: u32,
    ) -> Stored<Vec<ImportedRow>> {
        rows!(
            self,
            ImportedRow,
            "select row_number, outcome, named, told, body from register_import_rows \
             where import = $1 and ($2 = '' or outcome = $2) and row_number > $3 order by row_number limit $4",
            id,
            outcome,
            after,
            i64::from(limit.clamp(1, 1_000))
        )
    }
}

impl Writing {
    /// Begins a preview.
    pub async fn begin_import(&mut self, import: &ImportRow) -> Stored<()> {
        change!(
            self,
            "insert into register_imports (id, kind, file_name, file_sha256, region, register_version, state, \
             previewed_by, previewed_us, not_read) values ($1, $2, $3, $4, $5, $6, 'reading', $7, $8, $9)",
            &import.id,
            &import.kind,
            &import.file_name,
            &import.file_sha256,
            import.region,
            import.register_version,
            &import.previewed_by,
            import.previewed_us,
            &import.not_read
        )?;
        Ok(())
    }

    /// Keeps what would become of rows.
    pub async fn insert_import_rows(&mut self, import: &str, told: &[ImportedRow]) -> Stored<()> {
        for slice in slices(told) {
            let text = format!(
                "insert into register_import_rows (import, row_number, outcome, named, told, body) values {} \
                 returning row_number",
                placeholders(6, slice.len())
            );
            bulk!(self, (i64,), text, slice, |row| [
                import,
                row.row_number,
                row.outcome.as_str(),
                row.named.as_str(),
                row.told.as_str(),
                row.body.as_deref(),
            ])?;
        }
        Ok(())
    }

    /// Keeps vehicles as an import would leave them.
    pub async fn stage_vehicles(&mut self, import: &str, vehicles: &[(&VehicleId, &Entry)]) -> Stored<()> {
        for slice in slices(vehicles) {
            let text = format!(
                "insert into staged_vehicles (import, id, vin, fuel, stage, stage_source, class, make, body_colour, \
                 first_registered, usage, owner, region) values {} returning region",
                placeholders(13, slice.len())
            );
            bulk!(self, (i64,), text, slice, |vehicle| [
                import,
                vehicle.0.as_str(),
                vehicle.1.facts.vin.as_ref().map(|vin| vin.as_str()),
                vehicle.1.facts.fuel.map(|one| one.word()),
                vehicle.1.facts.stage.map(|one| one.stage.word()),
                vehicle.1.facts.stage.map(|one| one.source.word()),
                vehicle.1.facts.class.map(|one| one.word()),
                vehicle.1.facts.make.as_deref(),
                vehicle.1.facts.body_colour.map(|one| one.word()),
                vehicle.1.facts.first_registered.map(|day| day.to_string()),
                vehicle.1.facts.usage.map(|one| one.word()),
                vehicle.1.facts.owner.as_deref(),
                i64::from(vehicle.1.facts.region.code()),
            ])?;
        }
        let plates: Vec<_> = vehicles
            .iter()
            .flat_map(|(id, entry)| entry.plates.iter().map(move |span| (*id, span)))
            .collect();
        for slice in slices(&plates) {
            let text = format!(
                "insert into staged_plates (import, plate, plate_colour, from_day, until_day, vehicle) values {} \
                 returning from_day",
                placeholders(6, slice.len())
            );
            bulk!(self, (String,), text, slice, |hold| [
                import,
                hold.1.value.plate.as_str(),
                hold.1.value.colour.word(),
                hold.1.from.to_string(),
                hold.1.until.map(|day| day.to_string()),
                hold.0.as_str(),
            ])?;
        }
        let fleets: Vec<_> = vehicles
            .iter()
            .flat_map(|(id, entry)| entry.fleets.iter().map(move |span| (*id, span)))
            .collect();
        for slice in slices(&fleets) {
            let text = format!(
                "insert into staged_members (import, carrier, vehicle, from_day, until_day) values {} \
                 returning from_day",
                placeholders(5, slice.len())
            );
            bulk!(self, (String,), text, slice, |member| [
                import,
                member.1.value.as_str(),
                member.0.as_str(),
                member.1.from.to_string(),
                member.1.until.map(|day| day.to_string()),
            ])?;
        }
        Ok(())
    }

    /// A preview is whole, with these counts.
    pub async fn finish_import(&mut self, import: &ImportRow) -> Stored<()> {
        change!(
            self,
            "update register_imports set state = 'previewed', rows_new = $2, rows_changed = $3, rows_unchanged = $4, \
             rows_refused = $5, rows_noted = $6 where id = $1",
            &import.id,
            import.rows_new,
            import.rows_changed,
            import.rows_unchanged,
            import.rows_refused,
            import.rows_noted
        )?;
        Ok(())
    }

    /// Takes the register for a change, if it still has this version: until the commit nobody else changes it.
    pub async fn take_register(&mut self, version: u64, now_us: i64) -> Stored<bool> {
        let taken = change!(
            self,
            "update register_version set version = version + 1, changed_us = $2 where singleton = 1 and version = $1",
            version as i64,
            now_us
        )?;
        Ok(taken == 1)
    }

    /// Writes what is staged for an import, and gives the carriers whose fleets change by it, on whatever day.
    pub async fn apply_staged(&mut self, import: &str, now_us: i64) -> Stored<Vec<String>> {
        let moved = rows!(
            self,
            (String,),
            "select distinct carrier from ( \
             select * from (select carrier, vehicle, from_day, coalesce(until_day, '') as until_day from fleet_members \
             where vehicle in (select id from staged_vehicles where import = $1) \
             except select carrier, vehicle, from_day, coalesce(until_day, '') from staged_members where import = $1) a \
             union all \
             select * from (select carrier, vehicle, from_day, coalesce(until_day, '') as until_day from staged_members \
             where import = $1 except select carrier, vehicle, from_day, coalesce(until_day, '') from fleet_members \
             where vehicle in (select id from staged_vehicles where import = $1)) b) moved order by carrier",
            import
        )?;
        change!(
            self,
            "insert into vehicles (id, vin, fuel, stage, stage_source, class, make, body_colour, first_registered, \
             usage, owner, region, updated_us) \
             select id, vin, fuel, stage, stage_source, class, make, body_colour, first_registered, usage, owner, \
             region, $2 from staged_vehicles where import = $1 \
             on conflict (id) do update set vin = excluded.vin, fuel = excluded.fuel, stage = excluded.stage, \
             stage_source = excluded.stage_source, class = excluded.class, make = excluded.make, \
             body_colour = excluded.body_colour, first_registered = excluded.first_registered, \
             usage = excluded.usage, owner = excluded.owner, region = excluded.region, \
             updated_us = excluded.updated_us",
            import,
            now_us
        )?;
        change!(
            self,
            "delete from vehicle_plates where vehicle in (select id from staged_vehicles where import = $1)",
            import
        )?;
        change!(
            self,
            "insert into vehicle_plates (plate, plate_colour, from_day, until_day, vehicle) \
             select plate, plate_colour, from_day, until_day, vehicle from staged_plates where import = $1",
            import
        )?;
        change!(
            self,
            "delete from fleet_members where vehicle in (select id from staged_vehicles where import = $1)",
            import
        )?;
        change!(
            self,
            "insert into fleet_members (carrier, vehicle, from_day, until_day) \
             select carrier, vehicle, from_day, until_day from staged_members where import = $1",
            import
        )?;
        change!(self, "delete from vehicle_counts")?;
        change!(
            self,
            "insert into vehicle_counts (region, vehicles) select region, count(*) from vehicles group by region"
        )?;
        Ok(moved.into_iter().map(|(carrier,)| carrier).collect())
    }

    /// Writes organisations as they are to be.
    pub async fn put_organisations(&mut self, kind: Kind, all: &[Organisation], now_us: i64) -> Stored<()> {
        let Some(table) = organisation_table(kind) else { return Ok(()) };
        for slice in slices(all) {
            let text = format!(
                "insert into {table} (code, name, region, address, phone, opened_on, closed_on, updated_us) values {} \
                 on conflict (code) do update set name = excluded.name, region = excluded.region, \
                 address = excluded.address, phone = excluded.phone, opened_on = excluded.opened_on, \
                 closed_on = excluded.closed_on, updated_us = excluded.updated_us returning code",
                placeholders(8, slice.len())
            );
            bulk!(self, (String,), text, slice, |one| [
                one.code.as_str(),
                one.name.as_str(),
                i64::from(one.region.code()),
                one.address.as_str(),
                one.phone.as_str(),
                one.opened_on.map(|day| day.to_string()),
                one.closed_on.map(|day| day.to_string()),
                now_us,
            ])?;
        }
        Ok(())
    }

    /// Writes certificates as they are to be.
    pub async fn put_qualifications(&mut self, all: &[Qualification]) -> Stored<()> {
        for slice in slices(all) {
            let text = format!(
                "insert into shop_qualifications (shop, certificate, from_day, until_day) values {} \
                 on conflict (shop, certificate, from_day) do update set until_day = excluded.until_day \
                 returning shop",
                placeholders(4, slice.len())
            );
            bulk!(self, (String,), text, slice, |one| [
                one.shop.as_str(),
                one.certificate.as_str(),
                one.from_day.to_string(),
                one.until_day.map(|day| day.to_string()),
            ])?;
        }
        Ok(())
    }

    /// An import is applied. Rows that changed nothing are forgotten; the others stand as what was done.
    pub async fn end_import(&mut self, import: &str, by: &str, now_us: i64) -> Stored<()> {
        change!(
            self,
            "update register_imports set state = 'applied', applied_by = $2, applied_us = $3 where id = $1",
            import,
            by,
            now_us
        )?;
        change!(
            self,
            "delete from register_import_rows where import = $1 and outcome = 'unchanged'",
            import
        )?;
        self.forget_staged(import).await
    }

    /// A preview is put aside, with everything that stood for it.
    pub async fn discard_import(&mut self, import: &str) -> Stored<()> {
        change!(
            self,
            "update register_imports set state = 'discarded' where id = $1 and state <> 'applied'",
            import
        )?;
        change!(self, "delete from register_import_rows where import = $1", import)?;
        self.forget_staged(import).await
    }

    async fn forget_staged(&mut self, import: &str) -> Stored<()> {
        change!(self, "delete from staged_members where import = $1", import)?;
        change!(self, "delete from staged_plates where import = $1", import)?;
        change!(self, "delete from staged_vehicles where import = $1", import)?;
        Ok(())
    }

    /// Previews that nobody applied: those begun before `reading_us` and never whole, and those made before
    /// `previewed_us`. At most ten at a time.
    pub async fn stale_imports(&mut self, reading_us: i64, previewed_us: i64) -> Stored<Vec<String>> {
        let found = rows!(
            self,
            (String,),
            "select id from register_imports where (state = 'reading' and previewed_us < $1) \
             or (state = 'previewed' and previewed_us < $2) order by previewed_us limit 10",
            reading_us,
            previewed_us
        )?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }
}
