//! Stations: who they are, what they last said of themselves, and whose certificate counts.

use plumewatch_shared::ids::{Region, StationId};
use server_core::access::Scope;

use super::counting::codes;
use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// A station as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StationRow {
    /// Its name in the national network.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where it stands, GB/T 2260.
    pub region: i64,
    /// When its edge unit was enrolled, microseconds.
    pub enrolled_us: Option<i64>,
    /// Is its edge connected?
    pub online: Option<bool>,
    /// When its state last changed, microseconds.
    pub state_at_us: Option<i64>,
    /// When its last health report came, microseconds.
    pub health_received_us: Option<i64>,
    /// The last sequence it said it minted.
    pub announced: Option<i64>,
    /// Its last health report, JSON.
    pub health: Option<String>,
    /// Records stored.
    pub received: Option<i64>,
    /// Highest sequence stored.
    pub highest: Option<i64>,
}

const STATION: &str = "select s.id, s.name, s.region, s.enrolled_us, t.online, t.at_us as state_at_us,
        h.received_us as health_received_us, h.last_sequence as announced, h.report as health,
        l.received, l.highest
    from stations s
    left join station_state t on t.station = s.id
    left join station_health h on h.station = s.id
    left join station_ledger l on l.station = s.id
    where s.region between $1 and $2 and (s.id = $3 or $3 = '')
    order by s.id";

impl Reading {
    /// Every station that an account sees, in order.
    pub async fn stations(&mut self, within: Scope) -> Stored<Vec<StationRow>> {
        let (low, high) = within.codes();
        rows!(self, StationRow, STATION, i64::from(low), i64::from(high), "")
    }

    /// This station, if the account sees it.
    pub async fn station(&mut self, id: StationId, within: Scope) -> Stored<Option<StationRow>> {
        let (low, high) = within.codes();
        row!(self, StationRow, STATION, i64::from(low), i64::from(high), id.as_str())
    }

    /// Is this station enrolled with a certificate of this serial number?
    pub async fn station_may_connect(&mut self, id: StationId, serial: &str) -> Stored<bool> {
        let found = row!(
            self,
            (i64,),
            "select count(*) from stations where id = $1 and certificate_serial = $2",
            id.as_str(),
            serial
        )?;
        Ok(found.is_some_and(|(count,)| count == 1))
    }

    /// Does a region hold a good part of the stations, a quarter or more? Then a list in its own order comes upon the
    /// region's rows soon; of a narrower one its rows are fetched by region and put in order.
    pub(super) async fn is_wide(&mut self, scope: Region) -> Stored<bool> {
        if scope == Region::COUNTRY {
            return Ok(true);
        }
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64, i64),
            "select count(*), count(*) filter (where region >= $1 and region <= $2) from stations",
            low,
            high
        )?;
        Ok(found.is_some_and(|(all, inside)| inside * 4 >= all && inside > 0))
    }
}

impl Reading {
    /// Does the database answer?
    pub async fn answers(&mut self) -> Stored<()> {
        row!(self, (i64,), "select cast(1 as bigint)").map(drop)
    }
}

impl Writing {
    /// Adds a station; false if there is one of this id already.
    pub async fn add_station(&mut self, id: StationId, name: &str, now_us: i64) -> Stored<bool> {
        let added = change!(
            self,
            "insert into stations (id, name, region, created_us) values ($1, $2, $3, $4)
             on conflict (id) do nothing",
            id.as_str(),
            name,
            i64::from(id.region().code()),
            now_us
        )?;
        Ok(added == 1)
    }

    /// Gives a station another name; false if there is no such station.
    pub async fn rename_station(&mut self, id: StationId, name: &str) -> Stored<bool> {
        let renamed = change!(self, "update stations set name = $2 where id = $1", id.as_str(), name)?;
        Ok(renamed == 1)
    }
}
