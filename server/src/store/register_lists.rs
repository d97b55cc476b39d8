//! The register's lists: organisations by code or name, a carrier's fleet on a day, and how it changed.

use jiff::civil::Date;
use server_core::access::Scope;
use server_core::register::CarrierCode;
use server_core::register::columns::Kind;
use server_core::register::organisation::Organisation;

use super::engine::{row, rows};
use super::register::{OrganisationColumns, REGISTER_PAGE_MAX};
use super::{Reading, Stored};

/// A vehicle in a fleet on a day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of the register, which the migration documents")]
pub struct FleetRow {
    pub vehicle: String,
    pub from_day: String,
    pub until_day: Option<String>,
    /// The plate it held that day, if any.
    pub plate: Option<String>,
    pub plate_colour: Option<String>,
    pub class: Option<String>,
    pub fuel: Option<String>,
    pub stage: Option<String>,
    pub make: Option<String>,
}

/// A vehicle that came to a fleet or left it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FleetChangeRow {
    /// The day.
    pub on_day: String,
    /// Did it come? Else it left.
    pub joined: bool,
    /// The vehicle's name.
    pub vehicle: String,
    /// The plate it held that day or last.
    pub plate: Option<String>,
    /// That plate's colour.
    pub plate_colour: Option<String>,
}

/// How many of each an account sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterCounts {
    /// Vehicles.
    pub vehicles: u64,
    /// Carriers.
    pub carriers: u64,
    /// Inspection stations.
    pub inspection_stations: u64,
    /// Repair shops.
    pub repair_shops: u64,
}

/// One page of organisations of one table; `$3` a text to be found in code or name, `$4` the code after which it begins.
macro_rules! page_of {
    ($table:literal) => {
        concat!(
            "select code, name, region, address, phone, opened_on, closed_on from ",
            $table,
            " where region between $1 and $2 and ($3 = '' or code like $3 escape '\\' or name like $3 escape '\\') \
             and code > $4 order by code limit $5"
        )
    };
}

/// A text for `like`: found anywhere, its own signs meaning themselves.
fn anywhere(search: &str) -> String {
    if search.is_empty() {
        return String::new();
    }
    let plain = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}

impl Reading {
    /// Organisations of one kind that an account sees, by code; of a text in code or name, or all. At most `limit`.
    pub async fn organisations(
        &mut self,
        kind: Kind,
        scope: Scope,
        search: &str,
        after: &str,
        limit: u32,
    ) -> Stored<Vec<Organisation>> {
        let (low, high) = scope.codes();
        let (low, high, search) = (i64::from(low), i64::from(high), anywhere(search));
        let limit = i64::from(limit.clamp(1, REGISTER_PAGE_MAX));
        let found = match kind {
            Kind::Carriers => {
                rows!(self, OrganisationColumns, page_of!("carriers"), low, high, &search, after, limit)
            }
            Kind::InspectionStations => {
                rows!(
                    self,
                    OrganisationColumns,
                    page_of!("inspection_stations"),
                    low,
                    high,
                    &search,
                    after,
                    limit
                )
            }
            Kind::RepairShops => {
                rows!(self, OrganisationColumns, page_of!("repair_shops"), low, high, &search, after, limit)
            }
            Kind::Vehicles | Kind::Qualifications => Ok(Vec::new()),
        }?;
        found.into_iter().map(Organisation::try_from).collect()
    }

    /// The vehicles of a carrier's fleet on a day, by name, after one, at most `limit`.
    pub async fn fleet_on(
        &mut self,
        carrier: &CarrierCode,
        on: Date,
        after: &str,
        limit: u32,
    ) -> Stored<Vec<FleetRow>> {
        rows!(
            self,
            FleetRow,
            "select m.vehicle, m.from_day, m.until_day, h.plate, h.plate_colour, v.class, v.fuel, v.stage, v.make \
             from fleet_members m join vehicles v on v.id = m.vehicle \
             left join vehicle_plates h on h.vehicle = m.vehicle and h.from_day <= $2 \
             and (h.until_day is null or h.until_day > $2) \
             where m.carrier = $1 and m.from_day <= $2 and (m.until_day is null or m.until_day > $2) \
             and m.vehicle > $3 order by m.vehicle limit $4",
            carrier.as_str(),
            on.to_string(),
            after,
            i64::from(limit.clamp(1, REGISTER_PAGE_MAX))
        )
    }

    /// Who came to a carrier's fleet and who left it, the latest first, at most [`REGISTER_PAGE_MAX`].
    pub async fn fleet_changes(&mut self, carrier: &CarrierCode) -> Stored<Vec<FleetChangeRow>> {
        rows!(
            self,
            FleetChangeRow,
            "select c.on_day, c.joined, c.vehicle, h.plate, h.plate_colour from ( \
             select from_day as on_day, true as joined, vehicle from fleet_members where carrier = $1 \
             union all select until_day, false, vehicle from fleet_members \
             where carrier = $1 and until_day is not null) c \
             left join vehicle_plates h on h.vehicle = c.vehicle and h.from_day = ( \
             select max(p.from_day) from vehicle_plates p where p.vehicle = c.vehicle and p.from_day <= c.on_day) \
             order by c.on_day desc, c.joined desc, c.vehicle limit $2",
            carrier.as_str(),
            i64::from(REGISTER_PAGE_MAX)
        )
    }

    /// How many of each are registered in a region.
    pub async fn register_counts(&mut self, scope: Scope) -> Stored<RegisterCounts> {
        let (low, high) = scope.codes();
        let found = row!(
            self,
            (i64, i64, i64, i64),
            "select (select cast(coalesce(sum(vehicles), 0) as bigint) from vehicle_counts where region between $1 and $2), \
             (select count(*) from carriers where region between $1 and $2), \
             (select count(*) from inspection_stations where region between $1 and $2), \
             (select count(*) from repair_shops where region between $1 and $2)",
            i64::from(low),
            i64::from(high)
        )?;
        Ok(found.map_or_else(RegisterCounts::default, |(vehicles, carriers, stations, shops)| {
            RegisterCounts {
                vehicles: vehicles as u64,
                carriers: carriers as u64,
                inspection_stations: stations as u64,
                repair_shops: shops as u64,
            }
        }))
    }
}
