//! What leaves the server of listings: the public extract, and the plates of listed carriers' vehicles.

use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::plate::Plate;
use plumewatch_shared::watchlist::{WatchReason, WatchlistEntry};
use server_core::counting::Vehicle;

use super::bulk::{bulk, placeholders, slices};
use super::counting::{codes, vehicle};
use super::engine::{row, rows};
use super::listings::{ListingColumns, ListingRow, listing, listings_where};
use super::{Reading, Stored};

/// Carriers in the public extract: every carrier of a province could be listed and it would hold.
pub(super) const EXTRACT_MAX: u32 = 20_000;

/// Plates of vehicles whose carrier's listing binds on day `$1`: the plates they have, and the fleet it is, on that day.
macro_rules! listed_plates {
    ($select:literal, $rest:literal) => {
        concat!(
            "select ",
            $select,
            " from listings l join fleet_members f on f.carrier = l.carrier and f.from_day <= $1 \
             and (f.until_day is null or $1 < f.until_day) \
             join vehicle_plates p on p.vehicle = f.vehicle and p.from_day <= $1 \
             and (p.until_day is null or $1 < p.until_day) \
             where l.state in ('listed', 'delisting-proposed') and l.from_day <= $1 and $1 < l.until_day ",
            $rest
        )
    };
}

impl Reading {
    /// Listings that bind on a day, by region and carrier.
    pub async fn listings_in_force(&mut self, scope: Region, today: Date) -> Stored<Vec<ListingRow>> {
        let (low, high) = codes(scope);
        let found = rows!(
            self,
            ListingColumns,
            listings_where!(
                "l.state in ('listed', 'delisting-proposed') and l.from_day <= $1 and $1 < l.until_day \
                 and l.region >= $2 and l.region <= $3 order by l.region, l.carrier limit $4"
            ),
            today.to_string(),
            low,
            high,
            i64::from(EXTRACT_MAX)
        )?;
        found.into_iter().map(listing).collect()
    }

    /// Plates of listed carriers' vehicles on a day, of the newest listings first, at most `limit`.
    pub async fn listed_vehicles(&mut self, today: Date, limit: usize) -> Stored<Vec<WatchlistEntry>> {
        let found = rows!(
            self,
            (String, String),
            listed_plates!(
                "p.plate, p.plate_colour",
                "order by l.from_day desc, l.carrier, p.plate, p.plate_colour limit $2"
            ),
            today.to_string(),
            i64::try_from(limit).unwrap_or(i64::MAX)
        )?;
        found
            .into_iter()
            .map(|(plate, colour)| {
                let Vehicle { plate, colour } = vehicle(&plate, &colour)?;
                Ok(WatchlistEntry { plate, colour, reason: WatchReason::Blacklisted })
            })
            .collect()
    }

    /// How many plates of listed carriers' vehicles there are on a day.
    pub async fn listed_vehicle_count(&mut self, today: Date) -> Stored<u64> {
        let found = row!(self, (i64,), listed_plates!("count(*)", ""), today.to_string())?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// Those of these plates whose vehicle's carrier is listed on a day.
    pub async fn listed_among(&mut self, plates: &[&Plate], today: Date) -> Stored<Vec<Vehicle>> {
        let mut listed = Vec::new();
        // The day stands in the text, digits and hyphens, so that the plates are the values alone.
        let today = format!("'{today}'");
        for slice in slices(plates) {
            let text = listed_plates!("p.plate, p.plate_colour", "and p.plate in").replace("$1", &today);
            let text = format!("{text} ({})", placeholders(1, slice.len()));
            for (plate, colour) in bulk!(self, (String, String), text, slice, |plate| [plate.as_str()])? {
                listed.push(vehicle(&plate, &colour)?);
            }
        }
        Ok(listed)
    }
}
