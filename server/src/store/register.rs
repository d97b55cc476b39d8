//! The register's questions: which vehicle held a plate on a day, whose fleet it was in, who is registered.

use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::plate::{Plate, PlateColour};
use server_core::access::{OrganisationCode, Scope};
use server_core::register::organisation::Organisation;
use server_core::register::vehicle::Stage;
use server_core::register::word::{BodyColour, EmissionStage, Fuel, StageSource, Usage, VehicleClass};
use server_core::register::{CarrierCode, Facts, PlateKey, VehicleId, Vin};

use super::engine::{row, rows};
use super::{Reading, StoreError, Stored};

/// Rows of a list of the register given at once.
pub const REGISTER_PAGE_MAX: u32 = 200;

/// A vehicle on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleRow {
    /// Its name in the register.
    pub id: VehicleId,
    /// What is known of it.
    pub facts: Facts,
    /// The carrier in whose fleet it was that day.
    pub carrier: Option<CarrierCode>,
}

/// A plate that a vehicle held: `day` is in it if `from_day` ≤ day < `until_day`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HoldRow {
    /// The plate.
    pub plate: String,
    /// Its colour's word.
    pub plate_colour: String,
    /// The first day; `1900-01-01` where nobody knows.
    pub from_day: String,
    /// The first day on which it holds no more.
    pub until_day: Option<String>,
    /// The vehicle's name.
    pub vehicle: String,
}

/// A vehicle's time in a fleet.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MemberRow {
    /// The carrier's code.
    pub carrier: String,
    /// The vehicle's name.
    pub vehicle: String,
    /// The first day.
    pub from_day: String,
    /// The first day on which it holds no more.
    pub until_day: Option<String>,
}

/// A certificate that held on a day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct QualificationRow {
    /// The shop's code.
    pub shop: String,
    /// The certificate's number.
    pub certificate: String,
    /// The first day.
    pub from_day: String,
    /// The first day on which it holds no more.
    pub until_day: Option<String>,
}

/// Columns of `vehicles`, with the carrier of the day asked for.
#[derive(sqlx::FromRow)]
pub(super) struct VehicleColumns {
    pub(super) id: String,
    vin: Option<String>,
    fuel: Option<String>,
    stage: Option<String>,
    stage_source: Option<String>,
    class: Option<String>,
    make: Option<String>,
    body_colour: Option<String>,
    first_registered: Option<String>,
    usage: Option<String>,
    owner: Option<String>,
    region: i64,
    carrier: Option<String>,
}

/// Columns of `carriers`, `inspection_stations` and `repair_shops`.
#[derive(sqlx::FromRow)]
pub(super) struct OrganisationColumns {
    code: String,
    name: String,
    region: i64,
    address: String,
    phone: String,
    opened_on: Option<String>,
    closed_on: Option<String>,
}

/// A region from its column.
pub(super) fn region(code: i64) -> Stored<Region> {
    format!("{code:06}").parse().map_err(|_| StoreError::Corrupt("region"))
}

/// A day from its column.
pub(super) fn day(text: &str) -> Stored<Date> {
    text.parse().map_err(|_| StoreError::Corrupt("a day"))
}

fn word<T>(
    column: Option<String>,
    read: impl Fn(&str) -> Option<T>,
    name: &'static str,
) -> Stored<Option<T>> {
    column.map(|word| read(&word).ok_or(StoreError::Corrupt(name))).transpose()
}

impl VehicleColumns {
    pub(super) fn facts(self) -> Stored<(VehicleId, Facts, Option<CarrierCode>)> {
        let id = VehicleId::parse(&self.id).ok_or(StoreError::Corrupt("vehicles.id"))?;
        let stage = word(self.stage, EmissionStage::from_word, "vehicles.stage")?;
        let source = word(self.stage_source, StageSource::from_word, "vehicles.stage_source")?;
        let facts = Facts {
            vin: word(self.vin, |vin| Vin::parse(vin).ok(), "vehicles.vin")?,
            fuel: word(self.fuel, Fuel::from_word, "vehicles.fuel")?,
            stage: stage.zip(source).map(|(stage, source)| Stage { stage, source }),
            class: word(self.class, VehicleClass::from_word, "vehicles.class")?,
            make: self.make,
            body_colour: word(self.body_colour, BodyColour::from_word, "vehicles.body_colour")?,
            first_registered: self.first_registered.as_deref().map(day).transpose()?,
            usage: word(self.usage, Usage::from_word, "vehicles.usage")?,
            owner: self.owner,
            region: region(self.region)?,
        };
        let carrier = word(self.carrier, |code| CarrierCode::parse(code).ok(), "fleet_members.carrier")?;
        Ok((id, facts, carrier))
    }

    fn row(self) -> Stored<VehicleRow> {
        let (id, facts, carrier) = self.facts()?;
        Ok(VehicleRow { id, facts, carrier })
    }
}

impl TryFrom<OrganisationColumns> for Organisation {
    type Error = StoreError;

    fn try_from(columns: OrganisationColumns) -> Stored<Self> {
        Ok(Self {
            code: columns.code,
            name: columns.name,
            region: region(columns.region)?,
            address: columns.address,
            phone: columns.phone,
            opened_on: columns.opened_on.as_deref().map(day).transpose()?,
            closed_on: columns.closed_on.as_deref().map(day).transpose()?,
        })
    }
}

/// The select list of [`VehicleColumns`] over `vehicles v`; `$1` is the day.
macro_rules! vehicles {
    ($rest:literal) => {
        concat!(
            "select v.id, v.vin, v.fuel, v.stage, v.stage_source, v.class, v.make, v.body_colour, \
             v.first_registered, v.usage, v.owner, v.region, \
             (select m.carrier from fleet_members m where m.vehicle = v.id and m.from_day <= $1 \
             and (m.until_day is null or m.until_day > $1) order by m.from_day desc limit 1) as carrier from ",
            $rest
        )
    };
}

/// The select list of [`OrganisationColumns`].
macro_rules! organisations {
    ($rest:literal) => {
        concat!("select code, name, region, address, phone, opened_on, closed_on from ", $rest)
    };
}

impl Reading {
    /// How often the register was changed: another number means another register.
    pub async fn register_version(&mut self) -> Stored<u64> {
        let found = row!(self, (i64,), "select version from register_version where singleton = 1")?;
        Ok(found.map_or(0, |(version,)| version as u64))
    }

    /// The vehicles that held a plate on a day, each with the plate's colour: one a colour.
    pub async fn vehicles_on(&mut self, plate: &Plate, on: Date) -> Stored<Vec<(PlateColour, VehicleRow)>> {
        let holds = rows!(
            self,
            (String, String),
            "select plate_colour, vehicle from vehicle_plates where plate = $1 and from_day <= $2 \
             and (until_day is null or until_day > $2) order by plate_colour",
            plate.as_str(),
            on.to_string()
        )?;
        let mut found = Vec::with_capacity(holds.len());
        for (colour, vehicle) in holds {
            let colour =
                PlateColour::from_word(&colour).ok_or(StoreError::Corrupt("vehicle_plates.plate_colour"))?;
            let columns = row!(
                self,
                VehicleColumns,
                vehicles!("vehicles v where v.id = $2"),
                on.to_string(),
                &vehicle
            )?;
            let columns = columns.ok_or(StoreError::Corrupt("vehicle_plates.vehicle"))?;
            found.push((colour, columns.row()?));
        }
        Ok(found)
    }

    /// The vehicle that held a plate on a day. Without a colour, only if there is one vehicle whatever the colour.
    pub async fn vehicle_on(
        &mut self,
        plate: &Plate,
        colour: Option<PlateColour>,
        on: Date,
    ) -> Stored<Option<VehicleRow>> {
        let mut found = self.vehicles_on(plate, on).await?;
        found.retain(|(held, _)| colour.is_none_or(|colour| colour == *held));
        Ok(if found.len() == 1 { found.pop().map(|(_, vehicle)| vehicle) } else { None })
    }

    /// A vehicle as it is on a day, whoever keeps its record.
    pub async fn vehicle(&mut self, id: &VehicleId, on: Date) -> Stored<Option<VehicleRow>> {
        let found =
            row!(self, VehicleColumns, vehicles!("vehicles v where v.id = $2"), on.to_string(), id.as_str())?;
        found.map(VehicleColumns::row).transpose()
    }

    /// May an account of this region see a vehicle: is it registered there, or was it seen there under a plate that it
    /// holds or held?
    pub async fn vehicle_is_seen_by(&mut self, id: &VehicleId, scope: Scope) -> Stored<bool> {
        let (low, high) = scope.codes();
        let found = row!(
            self,
            (i64,),
            "select cast(1 as bigint) from vehicles v where v.id = $1 and (v.region between $2 and $3 \
             or exists (select 1 from vehicle_plates h join passages p on p.plate = h.plate \
             where h.vehicle = v.id and p.region between $2 and $3) \
             or exists (select 1 from vehicle_plates h join exhaust_tests t on t.plate = h.plate \
             where h.vehicle = v.id and t.region between $2 and $3))",
            id.as_str(),
            i64::from(low),
            i64::from(high)
        )?;
        Ok(found.is_some())
    }

    /// The plates that a vehicle has held, oldest first.
    pub async fn plates_of(&mut self, id: &VehicleId) -> Stored<Vec<HoldRow>> {
        rows!(
            self,
            HoldRow,
            "select plate, plate_colour, from_day, until_day, vehicle from vehicle_plates where vehicle = $1 \
             order by from_day",
            id.as_str()
        )
    }

    /// Every vehicle that holds or held a plate, in this colour or any, the latest first.
    pub async fn holders_of(&mut self, plate: &Plate, colour: Option<PlateColour>) -> Stored<Vec<HoldRow>> {
        rows!(
            self,
            HoldRow,
            "select plate, plate_colour, from_day, until_day, vehicle from vehicle_plates \
             where plate = $1 and ($2 = '' or plate_colour = $2) order by from_day desc, plate_colour",
            plate.as_str(),
            colour.map_or("", PlateColour::word)
        )
    }

    /// The fleets that a vehicle has been in, oldest first.
    pub async fn fleets_of(&mut self, id: &VehicleId) -> Stored<Vec<MemberRow>> {
        rows!(
            self,
            MemberRow,
            "select carrier, vehicle, from_day, until_day from fleet_members where vehicle = $1 order by from_day",
            id.as_str()
        )
    }

    /// The carrier in whose fleet a vehicle was on a day.
    pub async fn carrier_on(&mut self, id: &VehicleId, on: Date) -> Stored<Option<CarrierCode>> {
        let found = row!(
            self,
            (String,),
            "select carrier from fleet_members where vehicle = $1 and from_day <= $2 \
             and (until_day is null or until_day > $2)",
            id.as_str(),
            on.to_string()
        )?;
        let read = |(code,): (String,)| CarrierCode::parse(&code);
        found.map(read).transpose().map_err(|_| StoreError::Corrupt("fleet_members.carrier"))
    }

    /// How many vehicles were in a carrier's fleet on a day.
    pub async fn fleet_size_on(&mut self, carrier: &CarrierCode, on: Date) -> Stored<u64> {
        let found = row!(
            self,
            (i64,),
            "select count(*) from fleet_members where carrier = $1 and from_day <= $2 \
             and (until_day is null or until_day > $2)",
            carrier.as_str(),
            on.to_string()
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// A carrier, whoever keeps its record.
    pub async fn carrier(&mut self, code: &CarrierCode) -> Stored<Option<Organisation>> {
        let found =
            row!(self, OrganisationColumns, organisations!("carriers where code = $1"), code.as_str())?;
        found.map(Organisation::try_from).transpose()
    }

    /// An inspection station, whoever keeps its record.
    pub async fn inspection_station(&mut self, code: &OrganisationCode) -> Stored<Option<Organisation>> {
        let found = row!(
            self,
            OrganisationColumns,
            organisations!("inspection_stations where code = $1"),
            code.as_str()
        )?;
        found.map(Organisation::try_from).transpose()
    }

    /// A repair shop, whoever keeps its record.
    pub async fn repair_shop(&mut self, code: &OrganisationCode) -> Stored<Option<Organisation>> {
        let found =
            row!(self, OrganisationColumns, organisations!("repair_shops where code = $1"), code.as_str())?;
        found.map(Organisation::try_from).transpose()
    }

    /// The certificate by which a shop may repair on a day, if it is open then: of several the one that holds longest.
    pub async fn shop_qualified_on(
        &mut self,
        shop: &OrganisationCode,
        on: Date,
    ) -> Stored<Option<QualificationRow>> {
        row!(
            self,
            QualificationRow,
            "select q.shop, q.certificate, q.from_day, q.until_day from shop_qualifications q \
             join repair_shops s on s.code = q.shop where q.shop = $1 \
             and q.from_day <= $2 and (q.until_day is null or q.until_day > $2) \
             and (s.opened_on is null or s.opened_on <= $2) and (s.closed_on is null or s.closed_on > $2) \
             order by q.until_day desc nulls first, q.certificate limit 1",
            shop.as_str(),
            on.to_string()
        )
    }

    /// Every certificate of a shop, the latest first.
    pub async fn qualifications_of(&mut self, shop: &OrganisationCode) -> Stored<Vec<QualificationRow>> {
        rows!(
            self,
            QualificationRow,
            "select shop, certificate, from_day, until_day from shop_qualifications where shop = $1 \
             order by from_day desc, certificate",
            shop.as_str()
        )
    }
}

/// A key from two columns.
pub(super) fn plate_key(plate: &str, colour: &str) -> Stored<PlateKey> {
    let plate = plate.parse().map_err(|_| StoreError::Corrupt("vehicle_plates.plate"))?;
    let colour = PlateColour::from_word(colour).ok_or(StoreError::Corrupt("vehicle_plates.plate_colour"))?;
    Ok(PlateKey { plate, colour })
}
