//! What is registered of everything that rows of a table touch, many rows at a time.

use std::collections::{BTreeSet, HashMap};

use server_core::access::{OrganisationCode, Scope};
use server_core::register::book::Entry;
use server_core::register::columns::Kind;
use server_core::register::organisation::{Organisation, Qualification};
use server_core::register::span::Span;
use server_core::register::{CarrierCode, PlateKey, VehicleId, Vin};

use super::bulk::{bulk, placeholders, slices};
use super::register::QualificationRow;
use super::register::{HoldRow, MemberRow, OrganisationColumns, VehicleColumns, day, plate_key};
use super::{Reading, StoreError, Stored};

/// `with k(…) as (values …) ` for many rows, then the question.
fn about(names: &str, columns: usize, rows: usize, question: &str) -> String {
    format!("with k({names}) as (values {}) {question}", placeholders(columns, rows))
}

impl Reading {
    /// Every vehicle that ever held one of these plates or has one of these VINs, with all its plates and fleets.
    pub async fn known_vehicles(
        &mut self,
        keys: &[PlateKey],
        vins: &[Vin],
    ) -> Stored<Vec<(VehicleId, Entry)>> {
        let mut ids = BTreeSet::new();
        for slice in slices(keys) {
            let question = "select distinct h.vehicle from k join vehicle_plates h \
                            on h.plate = k.plate and h.plate_colour = k.plate_colour";
            let text = about("plate, plate_colour", 2, slice.len(), question);
            let found = bulk!(self, (String,), text, slice, |key| [key.plate.as_str(), key.colour.word()])?;
            ids.extend(found.into_iter().map(|(id,)| id));
        }
        for slice in slices(vins) {
            let text = about("vin", 1, slice.len(), "select v.id from k join vehicles v on v.vin = k.vin");
            let found = bulk!(self, (String,), text, slice, |vin| [vin.as_str()])?;
            ids.extend(found.into_iter().map(|(id,)| id));
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let mut entries = Vec::with_capacity(ids.len());
        for slice in slices(&ids) {
            entries.extend(self.entries_of(slice).await?);
        }
        Ok(entries)
    }

    async fn entries_of(&mut self, ids: &[String]) -> Stored<Vec<(VehicleId, Entry)>> {
        let question = "select h.plate, h.plate_colour, h.from_day, h.until_day, h.vehicle from k \
                        join vehicle_plates h on h.vehicle = k.id order by h.vehicle, h.from_day";
        let holds = bulk!(self, HoldRow, about("id", 1, ids.len(), question), ids, |id| [id.as_str()])?;
        let mut plates: HashMap<String, Vec<Span<PlateKey>>> = HashMap::new();
        for hold in holds {
            let value = plate_key(&hold.plate, &hold.plate_colour)?;
            plates.entry(hold.vehicle).or_default().push(span(
                &hold.from_day,
                hold.until_day.as_deref(),
                value,
            )?);
        }
        let question = "select m.carrier, m.vehicle, m.from_day, m.until_day from k \
                        join fleet_members m on m.vehicle = k.id order by m.vehicle, m.from_day";
        let members = bulk!(self, MemberRow, about("id", 1, ids.len(), question), ids, |id| [id.as_str()])?;
        let mut fleets: HashMap<String, Vec<Span<CarrierCode>>> = HashMap::new();
        for member in members {
            let value = CarrierCode::parse(&member.carrier)
                .map_err(|_| StoreError::Corrupt("fleet_members.carrier"))?;
            let time = span(&member.from_day, member.until_day.as_deref(), value)?;
            fleets.entry(member.vehicle).or_default().push(time);
        }
        let question = "select v.id, v.vin, v.fuel, v.stage, v.stage_source, v.class, v.make, v.body_colour, \
                        v.first_registered, v.usage, v.owner, v.region, cast(null as text) as carrier \
                        from k join vehicles v on v.id = k.id";
        let found =
            bulk!(self, VehicleColumns, about("id", 1, ids.len(), question), ids, |id| [id.as_str()])?;
        let mut entries = Vec::with_capacity(found.len());
        for columns in found {
            let name = columns.id.clone();
            let (id, facts, _) = columns.facts()?;
            let plates = plates.remove(&name).unwrap_or_default();
            let fleets = fleets.remove(&name).unwrap_or_default();
            entries.push((id, Entry { facts, plates, fleets }));
        }
        Ok(entries)
    }

    /// Those of these carriers that are registered in a region.
    pub async fn known_carriers(&mut self, codes: &[CarrierCode], scope: Scope) -> Stored<Vec<CarrierCode>> {
        let mut known = Vec::new();
        for slice in slices(codes) {
            let question = "select c.code, c.region from k join carriers c on c.code = k.code";
            let text = about("code", 1, slice.len(), question);
            let found = bulk!(self, (String, i64), text, slice, |code| [code.as_str()])?;
            let (low, high) = scope.codes();
            let within = found.into_iter().filter(|(_, at)| (i64::from(low)..=i64::from(high)).contains(at));
            for (code, _) in within {
                known.push(CarrierCode::parse(&code).map_err(|_| StoreError::Corrupt("carriers.code"))?);
            }
        }
        Ok(known)
    }

    /// What is registered of these codes, of one kind of organisation.
    pub async fn known_organisations(&mut self, kind: Kind, codes: &[String]) -> Stored<Vec<Organisation>> {
        let Some(table) = organisation_table(kind) else { return Ok(Vec::new()) };
        let mut known = Vec::new();
        for slice in slices(codes) {
            let question = format!(
                "select o.code, o.name, o.region, o.address, o.phone, o.opened_on, o.closed_on \
                 from k join {table} o on o.code = k.code"
            );
            let text = about("code", 1, slice.len(), &question);
            let found = bulk!(self, OrganisationColumns, text, slice, |code| [code.as_str()])?;
            for columns in found {
                known.push(Organisation::try_from(columns)?);
            }
        }
        Ok(known)
    }

    /// Every certificate of these shops.
    pub async fn known_qualifications(&mut self, shops: &[String]) -> Stored<Vec<Qualification>> {
        let mut known = Vec::new();
        for slice in slices(shops) {
            let question = "select q.shop, q.certificate, q.from_day, q.until_day from k \
                            join shop_qualifications q on q.shop = k.code";
            let text = about("code", 1, slice.len(), question);
            let found = bulk!(self, QualificationRow, text, slice, |code| [code.as_str()])?;
            for row in found {
                known.push(Qualification {
                    shop: OrganisationCode::parse(&row.shop)
                        .ok_or(StoreError::Corrupt("shop_qualifications.shop"))?,
                    certificate: row.certificate,
                    from_day: day(&row.from_day)?,
                    until_day: row.until_day.as_deref().map(day).transpose()?,
                });
            }
        }
        Ok(known)
    }
}

/// The table of a kind of organisation. A word of ours, never a stranger's, goes into a text.
pub(super) const fn organisation_table(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Carriers => Some("carriers"),
        Kind::InspectionStations => Some("inspection_stations"),
        Kind::RepairShops => Some("repair_shops"),
        Kind::Vehicles | Kind::Qualifications => None,
    }
}

fn span<V>(from: &str, until: Option<&str>, value: V) -> Stored<Span<V>> {
    Ok(Span { from: day(from)?, until: until.map(day).transpose()?, value })
}
