//! What stands against carriers: the exceedances of confirmed cases, laid at the door of whose vehicle it was on each day.

use jiff::civil::Date;
use plumewatch_shared::time::law_place;
use server_core::case::CaseId;
use server_core::counting::Vehicle;
use server_core::listing::ListingId;

use super::counting::{colour_word, stamp, vehicle};
use super::engine::{change, row, rows};
use super::listing_shares::day;
use super::{Reading, StoreError, Stored, Writing};

/// A confirmed case's exceedance of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceedanceRow {
    /// The case.
    pub case: CaseId,
    /// The legal day.
    pub day: Date,
    /// Plate and colour as they were seen.
    pub seen: Vehicle,
    /// Whose plate it was on that day, in the register.
    pub vehicle: Option<String>,
    /// Whose vehicle that was on that day.
    pub carrier: Option<String>,
    /// Does it stand? A withdrawn one, or one won on appeal, does not.
    pub standing: bool,
}

#[derive(sqlx::FromRow)]
struct ExceedanceColumns {
    case_id: String,
    day: String,
    plate: String,
    plate_colour: String,
    vehicle: Option<String>,
    carrier: Option<String>,
    standing: bool,
}

fn exceedance(columns: ExceedanceColumns) -> Stored<ExceedanceRow> {
    Ok(ExceedanceRow {
        case: CaseId::parse(&columns.case_id).ok_or(StoreError::Corrupt("case_id"))?,
        day: day(&columns.day)?,
        seen: vehicle(&columns.plate, &columns.plate_colour)?,
        vehicle: columns.vehicle,
        carrier: columns.carrier,
        standing: columns.standing,
    })
}

impl Reading {
    /// The legal days on which a case's vehicle exceeded, and the vehicle as it was seen.
    pub async fn case_exceedances(&mut self, case: &CaseId) -> Stored<Option<(Vehicle, Vec<Date>)>> {
        let found = rows!(
            self,
            (String, String, i64),
            "select c.plate, c.plate_colour, n.passed_us from cases c \
             join candidate_passages p on p.candidate = c.candidate_id \
             join countings n on n.plate = c.plate and n.plate_colour = c.plate_colour and n.item = c.item \
             and n.station = p.station and n.sequence = p.sequence where c.id = $1 order by n.passed_us",
            case.as_str()
        )?;
        let Some((plate, colour, _)) = found.first() else { return Ok(None) };
        let seen = vehicle(plate, colour)?;
        let mut days = Vec::new();
        for (_, _, passed) in &found {
            days.push(law_place().to_datetime(stamp(*passed)?).date());
        }
        days.dedup();
        Ok(Some((seen, days)))
    }

    /// The one registered vehicle that had this plate on a day; none if nobody had it, or if the colour was not told and
    /// several had.
    pub async fn registered_on(&mut self, seen: &Vehicle, day: Date) -> Stored<Option<String>> {
        let found = rows!(
            self,
            (String,),
            "select distinct vehicle from vehicle_plates where plate = $1 and ($2 = '' or plate_colour = $2) \
             and from_day <= $3 and (until_day is null or $3 < until_day) limit 2",
            seen.plate.as_str(),
            colour_word(seen.colour),
            day.to_string()
        )?;
        Ok(match found.as_slice() {
            [(vehicle,)] => Some(vehicle.clone()),
            _ => None,
        })
    }

    /// Whose fleet a vehicle was in on a day.
    pub async fn carrier_of(&mut self, vehicle: &str, day: Date) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select carrier from fleet_members where vehicle = $1 and from_day <= $2 \
             and (until_day is null or $2 < until_day) order by from_day desc limit 1",
            vehicle,
            day.to_string()
        )?;
        Ok(found.map(|(carrier,)| carrier))
    }

    /// Does an exceedance stand from `start` on that no decision has weighed?
    pub async fn has_unweighed(&mut self, carrier: &str, start: Date) -> Stored<bool> {
        let found = row!(
            self,
            (String,),
            "select case_id from listing_exceedances where carrier = $1 and $2 <= day and standing = true \
             and weighed is null limit 1",
            carrier,
            start.to_string()
        )?;
        Ok(found.is_some())
    }

    /// Exceedances of a carrier from a day on, standing or not, oldest first, at most `limit`.
    pub async fn carrier_exceedances(
        &mut self,
        carrier: &str,
        start: Date,
        limit: u32,
    ) -> Stored<Vec<ExceedanceRow>> {
        let found = rows!(
            self,
            ExceedanceColumns,
            "select case_id, day, plate, plate_colour, vehicle, carrier, standing from listing_exceedances \
             where carrier = $1 and $2 <= day order by day, case_id limit $3",
            carrier,
            start.to_string(),
            i64::from(limit)
        )?;
        found.into_iter().map(exceedance).collect()
    }

    /// What was kept of a case.
    pub async fn exceedances_of_case(&mut self, case: &CaseId) -> Stored<Vec<ExceedanceRow>> {
        let found = rows!(
            self,
            ExceedanceColumns,
            "select case_id, day, plate, plate_colour, vehicle, carrier, standing from listing_exceedances \
             where case_id = $1 order by day",
            case.as_str()
        )?;
        found.into_iter().map(exceedance).collect()
    }

    /// What was kept of exceedances of a plate, or of a vehicle of the register.
    pub async fn exceedances_of(&mut self, seen: &str, vehicle: &str) -> Stored<Vec<ExceedanceRow>> {
        let found = rows!(
            self,
            ExceedanceColumns,
            "select case_id, day, plate, plate_colour, vehicle, carrier, standing from listing_exceedances \
             where plate = $1 or vehicle = $2 order by case_id, day",
            seen,
            vehicle
        )?;
        found.into_iter().map(exceedance).collect()
    }

    /// What was kept of exceedances of plates and vehicles that an import of the register writes about.
    pub async fn exceedances_of_import(&mut self, import: &str) -> Stored<Vec<ExceedanceRow>> {
        let found = rows!(
            self,
            ExceedanceColumns,
            "select case_id, day, plate, plate_colour, vehicle, carrier, standing from listing_exceedances \
             where plate in (select plate from staged_plates where import = $1) \
             or vehicle in (select id from staged_vehicles where import = $1 \
             union select vehicle from staged_members where import = $1) order by case_id, day",
            import
        )?;
        found.into_iter().map(exceedance).collect()
    }
}

impl Writing {
    /// Keeps an exceedance of a case; one that is kept stays as it is.
    pub async fn keep_exceedance(&mut self, row: &ExceedanceRow) -> Stored<()> {
        change!(
            self,
            "insert into listing_exceedances (case_id, day, plate, plate_colour, vehicle, carrier, standing) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (case_id, day) do nothing",
            row.case.as_str(),
            row.day.to_string(),
            row.seen.plate.as_str(),
            colour_word(row.seen.colour),
            &row.vehicle,
            &row.carrier,
            row.standing
        )?;
        Ok(())
    }

    /// A case's exceedances stand no more.
    pub async fn void_exceedances(&mut self, case: &CaseId) -> Stored<()> {
        change!(self, "update listing_exceedances set standing = false where case_id = $1", case.as_str())?;
        Ok(())
    }

    /// Says anew whose an exceedance was. What a decision weighed against one carrier is not weighed against another.
    pub async fn attribute_exceedance(
        &mut self,
        row: &ExceedanceRow,
        vehicle: Option<&str>,
        carrier: Option<&str>,
    ) -> Stored<()> {
        change!(
            self,
            "update listing_exceedances set vehicle = $3, carrier = $4, \
             weighed = case when carrier = $4 then weighed end where case_id = $1 and day = $2",
            row.case.as_str(),
            row.day.to_string(),
            vehicle,
            carrier
        )?;
        Ok(())
    }

    /// Brings a vehicle's newest standing exceedance under a carrier up to date; gives what it was and what it is.
    pub async fn renew_newest(
        &mut self,
        carrier: &str,
        vehicle: &str,
    ) -> Stored<(Option<Date>, Option<Date>)> {
        let was = row!(
            self,
            (String,),
            "select newest_day from listing_vehicles where carrier = $1 and vehicle = $2",
            carrier,
            vehicle
        )?;
        let is = row!(
            self,
            (Option<String>,),
            "select max(day) from listing_exceedances where vehicle = $2 and carrier = $1 and standing = true",
            carrier,
            vehicle
        )?;
        let (was, is) = (was.map(|(day,)| day), is.and_then(|(day,)| day));
        match &is {
            Some(newest) if was.as_ref() != Some(newest) => {
                change!(
                    self,
                    "insert into listing_vehicles (carrier, vehicle, newest_day) values ($1, $2, $3) \
                     on conflict (carrier, vehicle) do update set newest_day = excluded.newest_day",
                    carrier,
                    vehicle,
                    newest
                )?;
            }
            Some(_) => {}
            None => {
                change!(
                    self,
                    "delete from listing_vehicles where carrier = $1 and vehicle = $2",
                    carrier,
                    vehicle
                )?;
            }
        }
        Ok((was.as_deref().map(day).transpose()?, is.as_deref().map(day).transpose()?))
    }

    /// A decision on this listing has weighed everything that stands against the carrier.
    pub async fn weigh_exceedances(&mut self, carrier: &str, listing: &ListingId) -> Stored<()> {
        change!(
            self,
            "update listing_exceedances set weighed = $2 where carrier = $1 and standing = true and weighed is null",
            carrier,
            listing.as_str()
        )?;
        Ok(())
    }
}
